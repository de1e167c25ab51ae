"""`hubbub sample`: what one can try planning with."""

import csv
import io
from collections import Counter

from click.testing import CliRunner

from hubbub.cli.main import cli


def rows_of(*options: str) -> list[dict[str, str]]:
    done = CliRunner().invoke(cli, ["sample", *options])
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(done.output)))


def test_it_is_the_same_for_the_same_seed_and_covers_the_weeks_while_they_are_open() -> None:
    rows = rows_of("--weeks", "2", "--until", "2026-11-30")
    assert rows == rows_of("--weeks", "2", "--until", "2026-11-30")
    assert rows != rows_of("--weeks", "2", "--until", "2026-11-30", "--seed", "5")
    assert Counter(row["queue"] for row in rows) == {"Calls": 2 * 6 * 24, "Chat": 2 * 6 * 24}
    assert (rows[0]["time"], rows[-1]["time"]) == ("2026-11-16 08:00", "2026-11-28 19:30")


def test_mondays_are_busier_than_saturdays_and_calls_take_about_four_minutes() -> None:
    calls = [row for row in rows_of("--weeks", "20", "--until", "2026-11-30") if row["queue"] == "Calls"]
    monday = sum(int(row["arrivals"]) for row in calls if row["time"].startswith("2026-11-23"))
    saturday = sum(int(row["arrivals"]) for row in calls if row["time"].startswith("2026-11-28"))
    assert monday > 1.4 * saturday
    took = sum(int(row["arrivals"]) * float(row["handling_s"]) for row in calls if row["handling_s"])
    assert 225 < took / sum(int(row["arrivals"]) for row in calls) < 255


def test_an_odd_day_is_refused_in_words() -> None:
    done = CliRunner().invoke(cli, ["sample", "--until", "yesterday"])
    assert done.exit_code == 2
    assert "yesterday" in done.output
