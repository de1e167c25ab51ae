"""`hubbub evaluate`: figures anyone can check, and sentences that say what to mend."""

import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hubbub.care.core import spellings
from hubbub.care.core.understanding import Sentiment
from hubbub.cli.columns import read_labelled
from hubbub.cli.evaluate import evaluate_command
from hubbub.kernel.errors import InvalidInput

THINGS = ("widget", "app", "parcel", "router", "kettle", "invoice", "card", "phone", "train", "bag")
GOOD = ("I love my new {0}, works like a charm {1}", "thank you for the {0}, it is great {1}")
BAD = ("my {0} is broken again, this is awful {1}", "worst {0} ever, nobody answers {1}")
PLAIN = ("the {0} is sold in three colours {1}", "we watched them carry the {0} upstairs {1}")


def write(path: Path, count: int, seed: int, names: dict[str, str], separator: str = ",") -> Path:
    chance = random.Random(seed)
    lines = [separator.join(("id", "post", "mood"))]
    for number in range(count):
        mood, texts = chance.choice((("negative", BAD), ("neutral", PLAIN), ("positive", GOOD)))
        words = " ".join(chance.sample(("on", "Monday", "in", "Leeds", "with", "two", "friends", "after", "lunch"), 4))
        text = chance.choice(texts).format(chance.choice(THINGS), words)
        lines.append(f'{number}{separator}"{text}"{separator}{names.get(mood, mood)}')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(evaluate_command, [str(word) for word in words])


def told(*words: object) -> dict[str, Any]:
    result = run(*words, "--text", "post", "--label", "mood", "--json")
    assert result.exit_code == 0, result.output + repr(result.exception)
    found: dict[str, Any] = json.loads(result.output.splitlines()[-1])
    return found


def test_sentiment_is_measured_beside_vader_and_the_commonest_class(tmp_path: Path) -> None:
    data = write(tmp_path / "held.csv", 300, 1, {})
    found = told("--task", "sentiment", "--data", data)
    assert found["n"] == 300 and found["trained_on"] == 0
    assert found["macro_f1"] > found["vader"]["macro_f1"] > found["majority"]["macro_f1"]
    assert set(found["recall"]) == {"negative", "neutral", "positive"}
    low, high = found["intervals"]["macro_f1"]
    assert low <= found["macro_f1"] <= high
    assert found["auc"] > 0.9 and 0 <= found["ece"] < 0.5 and found["posts_per_cpu_s"] > 1_000


def test_negative_counts_as_a_complaint_however_it_is_spelt(tmp_path: Path) -> None:
    spellings: list[dict[str, str]] = [
        {},
        {"negative": "-1", "neutral": "0", "positive": "1"},
        {"negative": "Yes", "neutral": "no", "positive": "no"},
        {"negative": "TRUE", "neutral": "false", "positive": "False"},
        {"negative": "1", "neutral": "0", "positive": "0"},
    ]
    found = [
        told("--task", "complaint", "--data", write(tmp_path / f"{number}.tsv", 120, 2, names, "\t"))
        for number, names in enumerate(spellings)
    ]
    assert len({each["auc"] for each in found}) == 1 and found[0]["auc"] > 0.9
    assert set(found[0]["recall"]) == {"other", "complaint"}


def test_it_learns_first_and_drops_copies_of_what_it_learnt_from(tmp_path: Path) -> None:
    train = write(tmp_path / "train.csv", 200, 3, {})
    data = tmp_path / "held.csv"
    copied = train.read_text("utf-8").splitlines()[1:31]
    unlike = '{0},"@Acme the {1} stopped at lunchtime, truly dreadful, and the {2} as well",negative'
    fresh = [unlike.format(number, *THINGS[number % 5 : number % 5 + 2]) for number in range(5)]
    fresh += ['9,"well done everyone at the shop, what a brilliant afternoon that was",positive', '10,"",positive']
    data.write_text("\n".join(["id,post,mood", *copied, *fresh]), "utf-8")
    one, again = (
        told("--task", "sentiment", "--data", data, "--train", train, "--limit", 150, "--seed", 4) for _ in range(2)
    )
    assert one["trained_on"] == 150 and one["dropped"]["empty"] == 1
    assert one["dropped"]["near_copies"] >= 15 and one["n"] + one["dropped"]["near_copies"] == 36
    assert one["macro_f1"] == again["macro_f1"] and one["model"] == again["model"] and "~" in one["model"]


def test_without_vader_it_says_so_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vaderSentiment.vaderSentiment", None)
    data = write(tmp_path / "held.csv", 60, 1, {})
    assert told("--task", "sentiment", "--data", data)["vader"] is None
    shown = run("--task", "sentiment", "--data", data, "--text", "post", "--label", "mood").output
    assert "VADER is not installed" in shown and "macro-F1" in shown


def test_what_can_not_be_read_is_said_with_what_to_mend(tmp_path: Path) -> None:
    data = write(tmp_path / "held.csv", 20, 1, {})
    missing = run("--task", "sentiment", "--data", data, "--text", "body", "--label", "mood").exception
    assert str(missing) == "held.csv has no column 'body'. Its columns: id, post, mood."
    stars = write(tmp_path / "stars.csv", 20, 1, {"negative": "2 stars", "neutral": "3 stars", "positive": "5 stars"})
    strange = run("--task", "sentiment", "--data", stars, "--text", "post", "--label", "mood").exception
    assert isinstance(strange, InvalidInput) and "'2 stars', '3 stars'" in str(strange)
    alone = run("--task", "sentiment", "--data", data, "--text", "post", "--label", "mood", "--limit", 5)
    assert alone.exit_code == 2 and "--train" in alone.output


def test_zeros_and_ones_are_no_feelings_without_a_minus_one() -> None:
    assert spellings.sentiments(["-1", "0", "1"]) == list(Sentiment)
    with pytest.raises(InvalidInput, match="could mean two things"):
        spellings.sentiments(["0", "1", "1"])
    assert spellings.complaints(["0", "1"]) == [False, True]
    assert spellings.complaints(["-1", "0", "1"]) == [True, False, False]
    assert spellings.complaints(["Complaint", "not_a-complaint", "question"]) == [True, False, False]


def test_near_copies_differ_in_handles_links_and_case_only() -> None:
    known = ["@acme My widget broke after five days, and nobody answers the phone https://a.example", "thank you"]
    texts = [
        "RT @bob my WIDGET broke after five days and nobody answers the phone!!",
        "my widget is fine and somebody answers the door",
        "Thank you!",
        "thank you",
    ]
    assert spellings.near_copies(texts, known) == [True, False, False, True]


def test_a_table_without_header_or_quotes_is_read_by_numbers(tmp_path: Path) -> None:
    path = tmp_path / "rows.tsv"
    path.write_text('1\tneg\t"awful" widget\r\n2\tpos\t"lovely, ""really"""\n3\tneu\t"as it is\n4\tneu\t\n', "utf-8")
    found = read_labelled(path, "3", "2")
    assert found.texts == ['"awful" widget', 'lovely, "really"', '"as it is']
    assert (found.labels, found.empty) == (["neg", "pos", "neu"], 1)


def test_a_text_of_several_lines_stays_one_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('text;mood\n"my widget;\nis broken";neg\nfine;pos\n', "utf-8")
    assert read_labelled(path, "text", "mood").texts == ["my widget;\nis broken", "fine"]
