"""`hubbub evaluate --task bot`: files as messy as they come, figures beside what they are worth elsewhere."""

import csv
import json
import random
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from hubbub.cli.evaluate import evaluate_command
from hubbub.cli.labelled_accounts import read_labelled_accounts
from hubbub.kernel.errors import InvalidInput

COLUMNS = ("id", "screen_name", "description", "followers_count", "friends_count", "listedcount", "created_at")
COLUMNS += ("favourites_count", "verified", "statuses_count", "status", "name", "bot")


def account(number: int, bot: bool, chance: random.Random) -> dict[str, object]:
    told, day = number % 2 == 0, chance.randint(1, 28)
    return {
        "id": "8.41E+17",
        "screen_name": f"widget{number}_bot" if bot and told else f"mia_{number}",
        "description": '"A ""quoted"" bio,\nover two lines"' if number % 5 else "",
        "followers_count": int(chance.lognormvariate(3 if bot else 6, 1.2)),
        "friends_count": int(chance.lognormvariate(5, 1)),
        "listedcount": "null",
        "created_at": f"{day}/13/2014 9:05".replace(f"{day}/13", f"3/{day}")
        if number % 3
        else "Sat Oct 17 22:35:31 +0000 2015",
        "favourites_count": f"{chance.lognormvariate(2 if bot else 6, 1):.2E}",
        "verified": str(not bot and told).upper(),
        "statuses_count": int(chance.lognormvariate(7, 1)),
        "status": "{'text': u'hello, you', 'n': None}",
        "name": "Mia \udcd5ller",
        "bot": int(bot),
    }


def write(path: Path, rows: list[dict[str, object]], *more: str) -> Path:
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        lines = csv.DictWriter(file, COLUMNS)
        lines.writeheader()
        lines.writerows(rows)
        file.write("".join(f"{line}\r\n" for line in more))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chance = random.Random(4)
    bots = [account(number, True, chance) for number in range(120)]
    people = [account(number, False, chance) for number in range(500, 620)]
    both = people[0] | {"bot": 1}
    write(tmp_path / "bots_data.csv", [*bots, bots[0], both], "1,too,short")
    write(tmp_path / "nonbots_data.csv", [*people, people[1] | {key: "" for key in COLUMNS if "_count" in key}])
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(evaluate_command, ["--task", "bot", *map(str, words)])


def test_a_messy_folder_is_read_and_what_is_left_out_is_counted(folder: Path) -> None:
    found = read_labelled_accounts(folder)
    assert found.left_out == {
        "called both bot and person": 2,
        "of an account that was there before": 1,
        "with too few or too many cells": 1,
        "without a count": 1,
    }
    assert len(found.bots) == 239 and found.bots.sum() == 120
    assert np.isnan(found.facts.listed).all() and not np.isnan(found.facts.likes).any()
    assert found.gathered_at == datetime(2015, 10, 17, 22, 35, 31, tzinfo=UTC)


def test_dates_are_read_as_most_of_the_set_are_written(tmp_path: Path) -> None:
    rows = [account(number, number < 5, random.Random(number)) for number in range(10)]
    dates = [
        "13/2/2014",
        "14/2/2014",
        "3/4/2014",
        "2014-05-06T07:08:09Z",
        "1400000000",
        "9/12/2014",
        "?",
        "",
        "5/6/2014",
    ]
    for row, told in zip(rows, [*dates, "Mon Nov 03 00:00:00 +0000 2014"], strict=True):
        row["created_at"] = told
    found = read_labelled_accounts(write(tmp_path / "all.csv", rows))
    days = found.facts.days
    assert found.gathered_at.date().isoformat() == "2014-11-03"
    assert days[2] == (date(2014, 11, 3) - date(2014, 4, 3)).days
    assert days[5] == (date(2014, 11, 3) - date(2014, 9, 12)).days  # 9 December had not come yet
    assert np.isnan(days[6:8]).all() and found.left_out["joined on no readable day (kept)"] == 2


def test_the_figures_stand_beside_what_is_left_on_other_kinds_of_accounts(folder: Path) -> None:
    elsewhere = write(folder / "others.csv", [account(n, n < 40, random.Random(n)) for n in range(80)])
    result = run("--data", folder, "--elsewhere", elsewhere, "--json")
    assert result.exit_code == 0, result.output + repr(result.exception)
    told = json.loads(result.output.splitlines()[-1])
    assert told["n"] == 239 and told["auc"] > 0.9 and told["interval"][0] <= told["auc"] <= told["interval"][1]
    assert 0 <= told["ece"] < 0.2 and 0 < told["brier"] < 0.2
    assert told["cross_auc_worst"] <= told["cross_auc"] and len(told["across"]) == 6
    assert told["elsewhere"]["others"]["auc"] > 0.9
    assert told["demo_world"]["auc"] > 0.9


def test_the_table_says_what_the_figures_are_worth(folder: Path) -> None:
    said = " ".join(run("--data", folder).output.split())
    assert "239 accounts judged, 120 of them bots" in said and "1 without a count" in said
    assert "expect less elsewhere" in said and "held out, five folds" in said


def test_what_can_not_be_read_says_what_to_mend(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"has no bots_data.csv"):
        read_labelled_accounts(tmp_path)
    plain = tmp_path / "plain.csv"
    plain.write_text("text,bot\nhello,1\n")
    with pytest.raises(InvalidInput, match="no column of followers"):
        read_labelled_accounts(plain)
    plain.write_text("followers,follows\n1,2\n")
    with pytest.raises(InvalidInput, match="no column that says who is a bot"):
        read_labelled_accounts(plain)
    plain.write_text("followers,bot\n1,human\n3,what\n")
    with pytest.raises(InvalidInput, match="has no bots that can be read"):
        read_labelled_accounts(plain)


def test_bots_need_no_column_of_texts_and_texts_need_theirs(folder: Path) -> None:
    assert "--task bot reads accounts" in run("--data", folder, "--text", "post").output
    words = ["--task", "sentiment", "--data", str(folder)]
    assert "give both" in CliRunner().invoke(evaluate_command, words).output
    assert (
        "reads one file of posts"
        in CliRunner().invoke(evaluate_command, [*words, "--text", "a", "--label", "b"]).output
    )
