"""`hubbub forecast`: from a file to the next week, in words, as CSV and as JSON."""

import csv
import json
from datetime import date, datetime, time, timedelta
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from hubbub.cli.main import cli

MONDAY = date(2026, 1, 5)


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve weeks of two queues, closed at weekends, half as many calls in the afternoon."""
    chance = np.random.default_rng(1)
    lines = ["start;queue;calls;aht"]
    for day in (day for day in range(84) if day % 7 < 5):
        for place in range(16, 34):
            at = datetime.combine(MONDAY + timedelta(days=day), time()) + timedelta(minutes=30 * place)
            for queue, level in (("Orders", 60), ("Returns", 3)):
                lines.append(f"{at:%d.%m.%Y %H:%M};{queue};{chance.poisson(level / (1 + place // 26))};180,5")
    file = tmp_path_factory.mktemp("calls") / "calls.csv"
    file.write_text("\ufeff" + "\n".join(lines), "utf-8")
    return file


def told(file: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["forecast", str(file), *words])


def test_the_week_is_a_table_of_days_with_why_before_it(calls: Path) -> None:
    lines = told(calls, "--queue", "Orders").output.splitlines()
    assert lines[0].startswith("Orders: 82 days known until 27 Mar 2026.")
    assert lines[1].startswith("Model: ") and "'as last week' was" in lines[1]
    assert "One takes 180 s on average." in lines
    table = lines[lines.index("") + 1 :]
    days = "Sat 28 Mar,Sun 29 Mar,Mon 30 Mar,Tue 31 Mar,Wed 1 Apr,Thu 2 Apr,Fri 3 Apr"
    assert table[0].split() == days.replace(",", " ").split()
    assert [table[row].split()[0] for row in (1, -2, -1)] == ["08:00", "16:30", "Day"]
    middle, between = table[1].split()[1:3]
    assert abs(int(middle) - 60) < 8 and between.startswith("(4")


def test_csv_and_json_say_the_same_of_each_open_interval(calls: Path) -> None:
    rows = list(csv.DictReader(StringIO(told(calls, "--csv", "--days", "4").output)))
    assert len(rows) == 2 * 2 * 18 and rows[0]["queue"] == "Orders" and rows[0]["start"] == "2026-03-30T08:00"
    assert all(float(row["low"]) <= float(row["median"]) <= float(row["high"]) for row in rows)
    found = json.loads(told(calls, "--json", "--days", "4").output)
    assert [each["median"] for each in found["Orders"]["intervals"]] == [float(row["median"]) for row in rows[:36]]
    assert found["Orders"]["wape"][found["Orders"]["model"]] < found["Orders"]["wape"]["last_week"]
    assert found["Returns"]["intervals"][0]["handling_s"] == 180.5


def test_holidays_and_events_are_named_with_what_they_do(calls: Path) -> None:
    output = told(calls, "--queue", "Orders", "--country", "DE-BY", "--event", "sale@2026-02-10 10:00", "--event",
                  "sale@2026-03-31 10:00").output  # fmt: skip
    assert "Good Friday: " in output and "sale: " in output and "(seen so often: 1)" in output


@pytest.mark.parametrize(
    ("words", "says"),
    [(("--queue", "Nobody"), "It has: Orders, Returns"), (("--zone", "Mars"), "no time zone"),
     (("--country", "XX"), "two letters"), (("--event", "sale"), "give its kind"), (("--per", "7m"), "make up a day"),
     (("--per", "20m"), "30 minutes apart"), (("--days", "0"), "1<=x<=366")],
)  # fmt: skip
def test_what_can_not_be_is_said_in_a_sentence(calls: Path, words: tuple[str, ...], says: str) -> None:
    answer = told(calls, *words)
    assert answer.exit_code != 0
    assert says in answer.output + str(answer.exception)


def test_a_queue_of_a_file_without_queues_is_said(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("time,calls\n2026-03-02 09:00,7\n")
    assert "no column of queues" in str(told(tmp_path / "calls.csv", "--queue", "x").exception)
    assert "Only one day is known" in told(tmp_path / "calls.csv").output


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_bytes(b"Zeit;Anrufe\n" + b"\xe4\n")
    assert "UTF-8" in str(told(tmp_path / "calls.csv").exception)
