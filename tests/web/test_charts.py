"""Charts: what the browser and a mail draw, and the numbers beside."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from hubbub.kernel.speech import speaking
from hubbub.web.charts import COLUMN_PX, Cell, Chart, balance_by_time, local_ms, moods_by_time


def chart(points: list[dict[str, object]]) -> Chart:
    return Chart("volume", "Posts", "Says.", moods_by_time("hour", "hours", False), points, ("Hour",), ((Cell("x"),),))


def test_a_point_keeps_the_clock_of_its_zone() -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("America/New_York"))
    assert datetime.fromtimestamp(local_ms(noon) / 1000, ZoneInfo("UTC")).hour == 12


def test_colours_are_the_pages_own_and_nothing_is_loaded_from_elsewhere() -> None:
    for spec in (moods_by_time("minute", "minutes", True, True), balance_by_time("day", "dates")):
        told = json.dumps(spec)
        assert "var(--c-" in told
        assert "http" not in told
        assert "$schema" not in spec


def test_a_chart_is_kept_in_each_language() -> None:
    english = moods_by_time("day", "days", True)
    with speaking("de"):
        german = moods_by_time("day", "days", True)
    assert moods_by_time("day", "days", True) is english
    for spec, words in ((english, ("When", "Cold", "%a %-d %b")), (german, ("Wann", "Negativ", "%a, %-d. %b"))):
        assert all(f'"{word}"' in json.dumps(spec) for word in words)
    assert '["Cold", "Neither", "Warm"]' in json.dumps(german)  # what the points are told by


def test_foreign_words_in_a_chart_stay_data() -> None:
    told = json.loads(chart([{"when": "</script><b>", "Cold": 1, "Neither": 0, "Warm": 0}]).data)
    assert told["datasets"]["points"][0]["when"] == "</script><b>"


def test_a_mail_draws_columns_that_keep_their_proportions() -> None:
    points: list[dict[str, object]] = [
        {"when": "a", "Cold": 5, "Neither": 0, "Warm": 5},
        {"when": "b", "Cold": 0, "Neither": 20, "Warm": 0},
    ]
    made = chart(points)
    assert made.columns == [(COLUMN_PX // 4, 0, COLUMN_PX // 4), (0, COLUMN_PX, 0)]
    assert made.ends == ("a", "b")
    assert chart([]).columns == []
    assert chart([{"when": "a", "balance": 3}]).columns == []
