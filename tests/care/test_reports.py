"""Reports: every number is how many cases stand behind it, and means what the docs say."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.make import NOON, Town, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access
from hubbub.care.core.deeds import Reopen, Resolve
from hubbub.care.core.report import BANDS, Asked, Cut, Row, What, cases_of, counts_by, read_asked, read_cut, span, waits
from hubbub.care.models import CaseRow, Rating
from hubbub.care.selectors import reports
from hubbub.care.services import cases
from hubbub.care.services import undo as undoing
from hubbub.infra.places import Places
from hubbub.kernel.errors import InvalidInput

LONDON, BERLIN, YORK = ZoneInfo("Europe/London"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


# By themselves -------------------------------------------------------------------
def happened(case: int, at: datetime, **more: Any) -> Row:
    return Row(case, at, **{"channel": "mail", "kind": "complaint", **more})


def test_a_day_is_one_of_the_workspace_also_when_its_clocks_change() -> None:
    since, until = span("today", "", "", datetime(2026, 10, 25, 12, tzinfo=UTC), BERLIN)
    assert (until.astimezone(UTC) - since.astimezone(UTC)) == timedelta(hours=25)
    rows = [
        happened(1, datetime(2026, 10, 24, 21, 59, tzinfo=UTC)),  # 23:59 in summer
        happened(2, datetime(2026, 10, 24, 22, 1, tzinfo=UTC)),  # 00:01
        happened(3, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # 02:30 the first time
        happened(4, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),  # 02:30 the second time
        happened(5, datetime(2026, 10, 25, 22, 59, tzinfo=UTC)),  # 23:59 in winter
    ]
    assert counts_by(rows, "day", BERLIN) == {"2026-10-24": 1, "2026-10-25": 4}
    assert counts_by(rows, "hour", BERLIN) == {"00": 1, "02": 2, "23": 2}
    assert counts_by(rows, "day", YORK) == {"2026-10-24": 4, "2026-10-25": 1}


def test_spans_are_whole_days_and_wrong_ones_are_refused() -> None:
    now = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    assert span("today", "", "", now, YORK)[0] == datetime(2026, 11, 23, tzinfo=YORK)
    assert span("month", "", "", now, LONDON)[0] == datetime(2026, 11, 1, tzinfo=LONDON)
    assert span("", "2026-11-02", "2026-11-03", now, LONDON) == (
        datetime(2026, 11, 2, tzinfo=LONDON), datetime(2026, 11, 4, tzinfo=LONDON),
    )  # fmt: skip
    wrong = (("2026-13-01", ""), ("2026-11-03", "2026-11-02"), ("2026-01-01", "2026-11-01"), ("0001-01-01", ""))
    for first, last in wrong:
        with pytest.raises(InvalidInput):
            span("", first, last, now, LONDON)


def test_a_case_counts_once_however_often_it_happened_to_it_and_under_each_of_its_problems() -> None:
    rows = [happened(1, NOON, problems=("late", "broken")), happened(1, NOON, problems=("late",)), happened(2, NOON)]
    assert counts_by(rows, "problem", LONDON) == {"broken": 1, "late": 1}
    assert cases_of(rows, Cut(What.ARRIVED), LONDON) == [2, 1]


@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["mail", "chat"]), st.floats(0, 400_000)), max_size=30))
def test_every_number_of_a_table_is_how_many_cases_it_opens(given_rows: list[tuple[int, str, float]]) -> None:
    rows = [happened(case, NOON, channel=channel, seconds=seconds) for case, channel, seconds in given_rows]
    for dimension in ("channel", "band", "day", "kind"):
        for value, many in counts_by(rows, dimension, LONDON).items():
            assert len(cases_of(rows, Cut(What.FIRST, ((dimension, value),)), LONDON)) == many
    assert waits(rows, LONDON).cases == len(cases_of(rows, Cut(What.FIRST), LONDON))


def test_waits_have_a_median_a_p90_and_bands() -> None:
    rows = [happened(case, NOON, seconds=60.0 * case) for case in range(1, 11)]
    found = waits(rows, LONDON)
    assert (found.lasted.median, found.lasted.p90) == (330.0, 546.0)
    assert dict(zip([key for key, _, _ in BANDS], found.bands, strict=True)) == {
        "m5": 5, "m15": 5, "h1": 0, "h4": 0, "d1": 0, "d3": 0, "more": 0,
    }  # fmt: skip


# Of real cases -------------------------------------------------------------------
@pytest.fixture
def town(db: None, places: Places) -> Town:
    """Four people; one is answered and solved, comes back and is solved again; one answered; two wait."""
    mia = make_workspace()
    made = make_town(mia, places, at=NOON)
    for who in ("ann", "ben", "cem", "dee"):
        made.says(who, f"@AcmeCustServ my acme widget of {who} is broken, it does not work!")
    return made


def asked(town: Town, **more: str) -> Asked:
    return read_asked({"from": "2026-11-24", "to": "2026-11-25", **more}, NOON, LONDON)


def numbers(town: Town, access: Access | None = None, **more: str) -> dict[str, int]:
    now = NOON + timedelta(days=1)
    found = reports.report(access or town.access, asked(town, **more), now)
    return {what.value: found.count(Cut(what)) for what in What if found.rows[what]}


def test_cases_that_are_reopened_together_are_due_again_and_count_as_reopened(town: Town) -> None:
    cases.do(town.access, [1, 2], [Resolve()], now=town.at)
    done = cases.do(town.access, [1, 2, 3], [Reopen()], now=town.at + timedelta(minutes=5))
    assert done.done == (1, 2)
    assert done.refused[0][0] == 3  # was never resolved
    assert numbers(town)["reopened"] == 2
    for row in CaseRow.objects.filter(number__in=(1, 2)):
        assert (row.folder, row.due_at is not None and row.due_at > town.at) == ("needs", True)
    assert done.undo is not None
    undoing.undo(town.access, done.undo, now=town.at + timedelta(minutes=6))
    assert "reopened" not in numbers(town)


def test_figures_are_what_was_counted_by_hand_and_each_opens_its_cases(town: Town) -> None:
    alice = make_member(town.access, "Alice")
    now = town.at + timedelta(minutes=10)
    cases.reply(alice, 1, text="Sorry to hear that!", now=now)
    cases.reply(alice, 2, text="Sorry to hear that!", now=now)
    cases.resolve(alice, 1, now=now + timedelta(hours=1))
    cases.reopen(alice, 1, now=now + timedelta(hours=2))
    cases.resolve(alice, 1, now=now + timedelta(hours=3))
    Rating.objects.create(
        workspace_id=town.access.workspace, case=CaseRow.objects.get(number=1), person_id=alice.person,
        made_at=now, answered_at=now, score=5,
    )  # fmt: skip
    found = numbers(town)
    assert found == {
        "arrived": 4, "reopened": 1, "answered": 2, "resolved": 1, "first": 2, "next": 1, "late": 2, "contacts": 1,
        "rated": 1,
    }  # fmt: skip
    whole = reports.report(town.access, asked(town), NOON + timedelta(days=1))
    for what in What:
        for dimension in ("day", "hour", "channel", "kind", "person", "rule", "level", "band", "score", "problem"):
            for value, many in whole.by(what, dimension).items():
                cut = read_cut(what, {dimension: value})
                ids = reports.report_cases(town.access, asked(town), cut, NOON + timedelta(days=1))
                assert len(ids) == many == len(reports.lines_by_id(town.access, ids)), (what, dimension, value)
    assert whole.by(What.ANSWERED, "person") == {str(alice.me): 2}
    first = CaseRow.objects.get(number=1)
    waited = (now - first.opened_at).total_seconds()
    assert [row.seconds for row in whole.rows[What.FIRST] if row.case == first.pk] == [waited]


def test_filters_narrow_every_figure_and_another_workspace_counts_nothing(town: Town) -> None:
    alice = make_member(town.access, "Alice")
    cases.reply(alice, 1, text="Sorry to hear that!", now=town.at + timedelta(minutes=5))
    assert numbers(town, on="mail") == {}
    assert numbers(town, on="demo")["arrived"] == 4
    assert numbers(town, agent=str(alice.me)) == {"arrived": 1, "answered": 1, "first": 1}
    assert numbers(town, agent=str(town.access.me)) == {}
    charlie = make_workspace("Globex", "charlie@globex.example")
    assert numbers(town, charlie) == {}
    ids = reports.report_cases(town.access, asked(town), Cut(What.ARRIVED), NOON)
    assert reports.lines_by_id(charlie, ids) == ()


@pytest.mark.parametrize("given", [{"agent": "x"}, {"of": "rant"}, {"span": "year"}, {"team": "-1"}])
def test_what_there_is_none_of_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        read_asked(given, NOON, LONDON)
    with pytest.raises(InvalidInput, match="There is no number"):
        read_cut("everything", {})
