"""The running day as pure rules: adherence, what is expected now, what is reached, and what helps."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.kernel.errors import InvalidInput
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.plan.queue import Kind, usual
from hubbub.workforce.core.today.adherence import Doing, Held, Kept, Where, kept, place, together
from hubbub.workforce.core.today.clock import minute_of, moment
from hubbub.workforce.core.today.moves import lent, moved, starts
from hubbub.workforce.core.today.reached import Came, OpenTime, in_time, reached
from hubbub.workforce.core.today.remedies import Member, What, expected, helped
from hubbub.workforce.core.today.rest import Parts, outlook
from hubbub.workforce.core.today.served import Backlog, Line, Rest, required

MONDAY = date(2026, 11, 30)
LONDON = ZoneInfo("Europe/London")
SHIFT = [(480.0, 960.0)]
LUNCH = [(720.0, 750.0)]


def work(*spans: tuple[float, float]) -> list[Held]:
    return [Held(start, end, Doing.WORK) for start, end in spans]


# Adherence -------------------------------------------------------------------
def test_who_does_as_planned_keeps_to_all_of_it() -> None:
    found = kept(SHIFT, LUNCH, work((480, 720), (750, 960)), 1000)
    assert (found.adherence, found.conformance, found.late_starts, found.long_breaks) == (1.0, 1.0, 0, 0)
    assert (found.planned_min, found.to_work_min) == (480, 450)


def test_a_late_start_and_a_long_lunch_are_counted_each_for_itself() -> None:
    found = kept(SHIFT, LUNCH, work((492, 720), (765, 960)), 1000)
    assert (found.late_min, found.late_starts, found.over_min, found.long_breaks) == (12, 1, 15, 1)
    assert found.kept_min == 480 - 12 - 15


def test_a_break_taken_at_another_time_is_not_too_long_but_was_not_kept_to() -> None:
    found = kept(SHIFT, LUNCH, work((480, 690), (720, 960)), 1000)
    assert (found.long_breaks, found.kept_min) == (0, 480 - 30 - 30)
    assert found.conformance == 1.0


def test_what_is_within_the_grace_is_overlooked_as_late_but_not_in_the_share() -> None:
    found = kept(SHIFT, [], work((484, 960)), 1000)
    assert (found.late_starts, found.kept_min) == (0, 476)


def test_only_what_has_come_counts() -> None:
    found = kept(SHIFT, LUNCH, work((480, 600)), 600)
    assert (found.planned_min, found.adherence) == (120, 1.0)
    assert kept(SHIFT, LUNCH, [], 400) == Kept()
    assert kept(SHIFT, LUNCH, [], 400).adherence is None


def test_who_works_without_a_shift_has_conformance_of_nothing() -> None:
    found = kept([], [], work((480, 540)), 600)
    assert (found.worked_min, found.adherence, found.conformance) == (60, None, None)


def test_several_are_added_up_by_their_minutes() -> None:
    one, two = kept(SHIFT, [], work((480, 960)), 960), kept([(480.0, 600.0)], [], [], 960)
    assert together([one, two]).adherence == 480 / 600
    assert together([]) == Kept()


@pytest.mark.parametrize(
    ("held", "now", "where", "over"),
    [
        ([], 300, Where.NOT_YET, 0),
        ([], 484, Where.NOT_YET, 0),
        ([], 490, Where.LATE, 10),
        ([], 520, Where.MISSING, 40),
        (work((480, 700)), 600, Where.HERE, 0),
        ([*work((480, 720)), Held(720, 800, Doing.BREAK)], 740, Where.BREAK, 0),
        ([*work((480, 720)), Held(720, 800, Doing.BREAK)], 760, Where.LONG_BREAK, 10),
        ([*work((480, 600)), Held(600, 800, Doing.BREAK)], 615, Where.LONG_BREAK, 15),  # none was planned near
        (work((480, 600)), 615, Where.AWAY, 15),
        (work((480, 600)), 640, Where.MISSING, 40),
        (work((480, 960)), 960, Where.DONE, 0),
        (work((480, 1000)), 980, Where.EXTRA, 0),
    ],
)
def test_where_somebody_is(held: list[Held], now: float, where: Where, over: float) -> None:
    found = place(SHIFT, LUNCH, held, now)
    assert (found.where, found.over_min) == (where, over)


minutes = st.integers(0, 1440)


@given(
    st.lists(st.tuples(minutes, minutes), max_size=4), st.lists(st.tuples(minutes, minutes), max_size=5), minutes,
    st.lists(st.tuples(minutes, minutes), max_size=3),
)  # fmt: skip
def test_adherence_is_what_minute_by_minute_counting_finds(
    pieces: list[tuple[int, int]], worked: list[tuple[int, int]], now: int, rests: list[tuple[int, int]]
) -> None:
    plan, at_work, rest = (np.zeros(1440, np.bool_) for _ in range(3))
    for into, spans in ((plan, pieces), (at_work, worked), (rest, rests)):
        for start, end in spans:
            into[start:end] = True
    rest &= plan

    def spans(flags: np.ndarray) -> list[tuple[float, float]]:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
        return [(float(a), float(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]

    found = kept(spans(plan), spans(rest), work(*spans(at_work)), now)
    seen = np.arange(1440) < now
    assert found.planned_min == (plan & seen).sum()
    assert found.kept_min == (((plan & ~rest & at_work) | (rest & ~at_work)) & seen).sum()
    assert found.worked_min == (at_work & seen).sum()


# The clock -------------------------------------------------------------------
def test_a_night_shift_over_the_change_of_the_clock_has_an_hour_more_or_less() -> None:
    for day, hours in ((date(2026, 10, 24), 9), (date(2027, 3, 27), 7), (MONDAY, 8)):
        begins, ends = moment(day, 22 * 60, LONDON), moment(day, 30 * 60, LONDON)
        assert (ends - begins).total_seconds() == hours * 3600
        assert minute_of(ends, day, LONDON) == 1800


# What is expected now --------------------------------------------------------
def test_what_was_seen_moves_the_next_hours_more_than_the_evening_and_few_counts_hardly() -> None:
    many, few, seen = np.full(40, 100.0), np.full(40, 0.5), np.full(40, np.nan)
    seen[:10] = 130
    found = outlook(many, many - 30, many + 30, seen)
    assert 122 < found.mean[10] < 130
    assert 103 < found.mean[30] < found.mean[20] < found.mean[10]
    assert found.high[10] - found.low[10] < 60 * 0.8
    seen[:10] = 1.0
    assert outlook(few, few * 0, few * 4, seen).mean[10] < 0.55


def test_nothing_seen_leaves_the_forecast_as_it_is() -> None:
    mean = np.array([3.0, 50.0, 0.0])
    found = outlook(mean, mean * 0.8, mean * 1.3, np.full(3, np.nan))
    assert np.allclose(found.mean, mean)
    assert np.allclose(found.low, mean * 0.8)
    assert np.allclose(found.high, mean * 1.3)


@given(st.lists(st.floats(0, 500), min_size=2, max_size=30), st.floats(0, 3), st.integers(0, 30))
def test_more_seen_is_more_expected_and_the_forecast_seen_changes_nothing(
    mean: list[float], times: float, known: int
) -> None:
    told = np.array(mean)

    def after(share: float) -> np.ndarray:
        seen = np.where(np.arange(len(told)) < known, told * share, np.nan)
        found = outlook(told, told * 0.7, told * 1.4, seen)
        assert (found.low <= found.mean + 1e-6).all()
        assert (found.mean <= found.high + 1e-6).all()
        assert (found.mean[told == 0] < 1e-9).all()  # who is shut stays shut
        return found.mean

    assert np.allclose(after(1.0), told)
    less, more = sorted((times, 1.0))
    assert (after(less) <= after(more) + 1e-6).all()


# What was reached ------------------------------------------------------------
def came(*given: tuple[float, float, float, bool]) -> Came:
    columns = np.array([each[:3] for each in given], np.float64).reshape(-1, 3).T
    return Came(columns[0], columns[1], columns[2], np.array([each[3] for each in given], np.bool_))


def test_callers_who_give_up_are_not_in_time_and_who_still_waits_is_open() -> None:
    nan = float("nan")
    calls = came((540, 540, 10, False), (541, 542, 60, False), (550, 551, 15, True), (599, nan, 5, False),
                 (590, nan, 90, False))  # fmt: skip
    phone = usual(Kind.PHONE, "Sales")
    found = in_time(phone, calls, OpenTime(phone, MONDAY), 600)
    assert [None if np.isnan(each) else each for each in found] == [1, 0, 0, None, 0]
    told = reached(phone, calls, OpenTime(phone, MONDAY), 600, 30)
    assert (told.offered[18], told.offered[19], told.counted[18], told.level) == (3, 2, 3, 1 / 4)
    assert told.lost.sum() == 1


def test_mail_of_the_night_has_its_deadline_from_when_it_opens() -> None:
    mail = replace(usual(Kind.MAIL), within_s=3600.0, week=tuple([(540, 1020)] * 5 + [None, None]))
    opened = OpenTime(mail, MONDAY)
    written = came((-600, 590, 0, False), (-600, 610, 0, False), (600, float("nan"), 0, False))
    assert in_time(mail, written, opened, 650).tolist()[:2] == [1, 0]
    assert np.isnan(in_time(mail, written, opened, 650)[2])
    assert opened.due([-3 * 1440 + 1000], 3600).tolist() == [580]  # it came on Friday, 20 minutes before the end


# What is left of the day -----------------------------------------------------
def rest_of(
    now: float = 600,
    items: float = 50.0,
    kind: Kind = Kind.PHONE,
    backlog: tuple[float, ...] = (),
    skill: str = "Sales",
) -> Rest:
    parts = Parts(600, 30)
    many = len(parts.minutes)
    queue = replace(usual(kind, skill), skill=skill)
    return Rest(
        parts,
        (
            Line(
                1, queue, np.full(many, items), np.full(many, queue.handling_s), np.ones(many, np.bool_),
                np.zeros(many), Backlog(backlog),
            ),
        ),
    )  # fmt: skip


def test_parts_begin_now_and_end_with_the_day() -> None:
    parts = Parts(610, 30)
    assert parts.minutes[:2].tolist() == [20, 30]
    assert (parts.edges[0], parts.edges[-1], parts.first, parts.within(120)) == (610, 1440, 20, 5)
    assert parts.covered(615, 635)[:3].tolist() == [0.75, 5 / 30, 0]
    with pytest.raises(InvalidInput):
        Parts(1440, 30)


def test_work_that_waits_too_long_asks_for_people_at_once() -> None:
    quiet, backlog = rest_of(kind=Kind.MAIL, items=0.0), rest_of(kind=Kind.MAIL, items=0.0, backlog=(500.0,) * 30)
    assert not required(quiet.lines[0], quiet.parts).any()
    needed = required(backlog.lines[0], backlog.parts)
    assert needed[0] == 5  # 30 letters of 5 minutes in what is left of half an hour
    assert not needed[1:].any()


def test_the_level_of_deferred_work_is_what_people_can_do_by_the_deadline() -> None:
    rest = rest_of(kind=Kind.MAIL, items=0.0, backlog=(660.0,) * 20)  # 100 minutes of work, due in an hour
    alone = rest.levels({"Sales": np.ones(len(rest.parts.minutes))})[0]
    assert alone.over(4) == pytest.approx(12 / 20)
    two = rest.levels({"Sales": np.full(len(rest.parts.minutes), 2.0)})[0]
    assert two.over(4) == 1.0


def test_a_level_between_whole_people_lies_between_theirs() -> None:
    rest = rest_of()
    shares = [rest.levels({"Sales": np.full(len(rest.parts.minutes), n)})[0].over(4) for n in (7.0, 7.5, 8.0)]
    assert shares[1] == pytest.approx((shares[0] + shares[2]) / 2)
    assert shares[0] < shares[2]


# What helps ------------------------------------------------------------------
def member(
    pk: int, start: int = 480, end: int = 960, breaks: tuple[tuple[int, int, bool], ...] = (), **more: object
) -> Member:
    return Member(pk, Shift(pk, pk, MONDAY, ((start, end),), breaks), ("Sales",), **more)  # type: ignore[arg-type]


def test_a_break_in_the_rush_is_moved_out_of_it_and_its_length_stays() -> None:
    rest = rest_of(items=0.0)
    rush = rest.lines[0]
    rush = replace(rush, items=np.where(np.arange(len(rush.items)) < 4, 50.0, 30.0))
    rest = replace(rest, lines=(rush,))
    needed = int(rest.required["Sales"][0])
    people = [member(each) for each in range(needed - 1)] + [member(99, breaks=((660, 690, False),))]
    found = helped(people, rest)
    assert [each.what for each in found.remedies] == [What.BREAK]
    remedy = found.remedies[0]
    assert (remedy.member, remedy.was, remedy.end - remedy.start) == (99, (660, 690), 30)
    assert remedy.start >= 720
    assert found.mends
    assert remedy.mended_min == pytest.approx(30)
    assert dict(remedy.after)[1] > dict(remedy.before)[1]
    assert remedy.cost == 0


def test_who_has_two_skills_is_lent_only_from_where_there_are_enough() -> None:
    one, two = rest_of(items=30.0), rest_of(items=0.0, skill="Mail", kind=Kind.MAIL)
    rest = Rest(one.parts, (*one.lines, replace(two.lines[0], id=2)))
    needed = int(rest.required["Sales"][0])
    people = [member(each) for each in range(needed - 1)]
    helper = Member(50, Shift(50, 50, MONDAY, ((480, 960),)), ("Mail", "Sales"))
    found = helped([*people, helper], rest)
    assert [(each.what, each.member, each.of, each.skill) for each in found.remedies] == [
        (What.LEND, 50, "Mail", "Sales")
    ]
    busy = Rest(rest.parts, (rest.lines[0], replace(rest.lines[1], planned=np.ones(len(rest.parts.minutes)))))
    assert not any(each.what is What.LEND for each in helped([*people, helper], busy).remedies)


def test_only_what_nothing_else_mends_is_asked_for_as_overtime_with_its_cost_and_within_bounds() -> None:
    rest = rest_of(items=30.0)
    needed = int(rest.required["Sales"][0])
    people = [member(each) for each in range(needed - 1)] + [member(70, end=660, rate=20.0)]
    found = helped(people, rest, overtime=0.25)
    assert [(each.what, each.member, each.start) for each in found.remedies] == [(What.LATER, 70, 660)]
    remedy = found.remedies[0]
    assert remedy.cost == pytest.approx((remedy.end - 660) / 60 * 20 * 1.25)
    assert not helped([*people[:-1], member(70, end=660, most_later=0)], rest).remedies


def test_who_is_missing_is_not_reckoned_with() -> None:
    rest = rest_of()
    assert expected([member(1, from_min=1440.0)], rest)["Sales"].sum() == 0
    assert expected([member(1)], rest)["Sales"][0] == 1


def test_where_there_are_too_many_somebody_may_go_and_nobody_is_missing_then() -> None:
    rest = rest_of(items=1.0)
    people = [member(each, rate=10.0, end=900) for each in range(6)]
    found = helped(people, rest)
    assert found.remedies
    assert {each.what for each in found.remedies} == {What.GO}
    left = 6 - len(found.remedies)
    assert left >= rest.required["Sales"].max()
    assert all(each.cost < 0 for each in found.remedies)
    later = [member(each, rate=10.0, start=660, end=900) for each in range(6)]
    assert not any(each.what is What.GO for each in helped(later, rest).remedies)  # nobody goes who has not come


@given(st.integers(480, 900), st.lists(st.integers(0, 31), min_size=1, max_size=3, unique=True), st.integers(0, 2))
def test_a_break_is_only_moved_within_its_bounds(now: int, places: list[int], which: int) -> None:
    breaks = tuple((480 + 15 * each, 480 + 15 * each + 15, True) for each in sorted(places))
    shift = Shift(1, 1, MONDAY, ((480, 975),), breaks)
    which %= len(breaks)
    for start in starts(shift, which, now, step=5):
        made = moved(shift, which, start, now)
        assert sum(end - begin for begin, end, _ in made.breaks) == 15 * len(breaks)
        assert abs(start - breaks[which][0]) <= 120
        assert now + 10 <= start
        assert 540 <= start <= 930
        others = [each for place, each in enumerate(breaks) if place != which]
        assert all(start + 15 + 60 <= begin or end + 60 <= start for begin, end, _ in others)


def test_a_break_that_has_begun_or_would_leave_its_piece_stays() -> None:
    shift = Shift(1, 1, MONDAY, ((480, 960),), ((720, 750, False),))
    for start, now in ((780, 715), (500, 400), (940, 400), (783, 400), (900, 400)):
        with pytest.raises(InvalidInput, match="can’t begin"):
            moved(shift, 0, start, now)
    with pytest.raises(InvalidInput):
        moved(shift, 1, 780, 400)
    assert moved(shift, 0, 780, 400).breaks == ((780, 810, False),)


def test_whoever_is_lent_serves_their_own_queue_before_and_after() -> None:
    shift = Shift(1, 1, MONDAY, ((480, 960),))
    once = lent(shift, "Mail", 600, 660, "Sales")
    assert lent(once, "Mail", 660, 720, "Sales").skills == ((480, 600, "Mail"), (600, 720, "Sales"), (720, 960, "Mail"))
    with pytest.raises(InvalidInput):
        lent(shift, "Mail", 900, 1000, "Sales")


def test_the_worked_examples_of_the_page_are_as_it_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "today.md").read_text()
    ann = kept(SHIFT, LUNCH, work((492, 720), (765, 960)), 960)
    assert f"{ann.kept_min:.0f} minutes as\nplanned: adherence {ann.adherence:.0%}".replace("%", " %") in page
    assert f"worked {ann.worked_min:.0f} of {ann.to_work_min:.0f} minutes: conformance 94 %" in page
    hundred = np.full(6, 100.0)
    rest_of_it = outlook(hundred, hundred - 30, hundred + 30, [130, 130, *[np.nan] * 4]).mean
    assert f"make the next one {rest_of_it[2]:.0f} and the fourth\n{rest_of_it[5]:.0f}." in page
    parts = Parts(600, 30)
    items = np.where(np.arange(len(parts.minutes)) < 4, 50.0, 30.0)
    phone = Line(1, usual(Kind.PHONE, "Sales"), items, items * 0 + 180, items > 0, items * 0)
    rest = Rest(parts, (phone,))
    assert rest.required["Sales"][[0, 4]].tolist() == [8, 5]
    (only,) = helped([*(member(each) for each in range(7)), member(9, breaks=((660, 690, False),))], rest).remedies
    assert (only.start, only.mended_min) == (720, pytest.approx(30))
    assert f"goes from {dict(only.before)[1] * 100:.0f} to {dict(only.after)[1] * 100:.0f} %" in page
