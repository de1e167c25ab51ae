"""An index of brands that anyone can reckon again."""

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.cli.index import index_command
from hubbub.influence.core.index.feeds import as_csv, as_json, as_rss
from hubbub.influence.core.index.published import differences, index_of, outputs
from hubbub.influence.core.index.rules import CAP, WEEK, Revision, factors, reckon
from hubbub.kernel.errors import InvalidInput

BASE = date(2026, 1, 5)
BRANDS = [f"brand{number:02}" for number in range(12)]
STEADY = {brand: Fraction(10 + at) for at, brand in enumerate(BRANDS)}
FOUNDED = tuple(Revision(BASE, "added", brand, "founded") for brand in BRANDS)


def weeks(*values: dict[str, Fraction]) -> dict[date, dict[str, Fraction]]:
    return {BASE + at * WEEK: each for at, each in enumerate(values)}


def published() -> dict[str, str]:
    rows = [
        f"{BASE + timedelta(weeks=week)},{brand},{10 + at + week * at % 7}.5"
        for week in range(15)
        for at, brand in enumerate(BRANDS)
    ]
    files = {
        "index.json": json.dumps({"name": "Banks & more", "industry": "banks", "base": "2026-01-05", "cap": "0.10"}),
        "values.csv": "\n".join(["week,brand,value", *rows, ""]),
        "revisions.csv": "\n".join(
            ["week,change,brand,reason", *(f"{BASE},added,{brand},founded" for brand in BRANDS), ""]
        ),
    }
    return files | outputs(index_of(files))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 10**6), min_size=10, max_size=25))
def test_no_constituent_weighs_more_than_the_cap(sizes: list[int]) -> None:
    values = {str(at): Fraction(size) for at, size in enumerate(sizes)}
    counted = {brand: factor * values[brand] for brand, factor in factors(values).items()}
    assert max(counted.values()) / sum(counted.values()) <= CAP + Fraction(1, 10**5)


def test_within_the_cap_every_value_counts_whole() -> None:
    assert set(factors(STEADY).values()) != {0}
    assert set(factors(dict.fromkeys(BRANDS, Fraction(5))).values()) == {1}


def test_fewer_than_ten_constituents_are_refused() -> None:
    with pytest.raises(InvalidInput, match="9 constituents"):
        factors({str(at): Fraction(1) for at in range(9)})


def test_it_begins_at_a_thousand_and_doubles_with_its_values() -> None:
    levels, _ = reckon(weeks(STEADY, {brand: 2 * value for brand, value in STEADY.items()}), FOUNDED, BASE)
    assert [each.level for each in levels] == [Decimal("1000.00"), Decimal("2000.00")]


def test_a_review_and_a_deleted_constituent_change_the_divisor_and_not_the_index() -> None:
    gone = Revision(BASE + WEEK, "removed", BRANDS[3], "account deleted")
    left = {brand: value for brand, value in STEADY.items() if brand != BRANDS[3]}
    levels, _ = reckon(weeks(STEADY, left, *[left] * 13), (*FOUNDED, gone), BASE)
    assert {each.level for each in levels} == {Decimal("1000.00")}
    assert levels[0].divisor != levels[1].divisor
    assert levels[1].constituents == 11


def test_the_weights_are_set_anew_in_the_first_week_of_a_quarter() -> None:
    _, weights = reckon(weeks(*[STEADY] * 15), FOUNDED, BASE)
    assert {each.week for each in weights} == {BASE, date(2026, 4, 6)}


def test_a_missing_week_keeps_the_last_value_and_says_so() -> None:
    values = weeks(STEADY, {}, STEADY)
    levels, _ = reckon(values, FOUNDED, BASE)
    assert [each.level for each in levels] == [Decimal("1000.00")] * 3
    assert levels[1].carried == tuple(BRANDS)
    assert levels[2].carried == ()


def test_an_account_without_posts_counts_nothing_and_stays() -> None:
    levels, weights = reckon(weeks(STEADY | {BRANDS[0]: Fraction(0)}), FOUNDED, BASE)
    assert levels[0].constituents == 12
    assert next(each for each in weights if each.brand == BRANDS[0]).weight == 0


def test_what_is_published_is_reckoned_again_bit_for_bit() -> None:
    assert differences(published()) == ()


def test_one_changed_digit_is_found(tmp_path: Path) -> None:
    files = published()
    files["values.csv"] = files["values.csv"].replace("10.5", "10.6", 1)
    assert "levels.csv" in differences(files)[0]
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.encode())
    done = CliRunner().invoke(index_command, ["recompute", str(tmp_path)])
    assert done.exit_code == 1
    assert CliRunner().invoke(index_command, ["recompute", str(tmp_path), "--write"]).exit_code == 0
    assert "Equal" in CliRunner().invoke(index_command, ["recompute", str(tmp_path)]).output


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("index.json", "0.10", "much"),
        ("values.csv", "2026-01-12", "2026-01-13"),
        ("values.csv", "10.5", "-10.5"),
        ("values.csv", "10.5", "ten"),
        ("values.csv", "2026-01-05,brand01", "2026-01-05,brand00"),
        ("revisions.csv", "added", "bought"),
        ("revisions.csv", "brand01", "brand00"),
        ("revisions.csv", "brand01", "nobody"),
        ("revisions.csv", "week,", ""),
    ],
)
def test_inputs_that_cannot_be_right_are_refused(file: str, old: str, new: str) -> None:
    files = published()
    with pytest.raises(InvalidInput):
        index_of(files | {file: files[file].replace(old, new, 1)})


def test_the_feeds_tell_the_same_weeks() -> None:
    index = index_of(published())
    newest = f"{index.levels[-1].level:f}"
    assert json.loads(as_json(index))["levels"][-1]["level"] == newest
    assert as_csv(index).splitlines()[-1].split(",")[1] == newest
    assert fromstring(as_rss(index, "https://x.example/i")).findtext("channel/item/title") == f"Banks & more: {newest}"
