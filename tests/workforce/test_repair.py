"""Edits by hand and their effect, swaps among people, what to loosen, and calendars."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from hubbub.kernel.errors import InvalidInput
from hubbub.workforce import (
    Break,
    Contract,
    Demand,
    Person,
    Roster,
    Shape,
    Shift,
    Week,
    advice,
    against_giving,
    against_swapping,
    checked,
    effect,
    feed,
    repair,
    roster,
    rows,
)

DAY = 1440
SHAPE = Shape(480, (Break(30, 180, 270, paid=False),))
CONTRACT = Contract("Full time", (SHAPE,), ((480, 720),), (4, 5), (30, 40))
MONDAY, STAMP = date(2026, 3, 23), datetime(2026, 3, 1, 9, tzinfo=UTC)


def made(*skills: str, needed: int = 1, **how: object) -> tuple[Week, Roster]:
    """A week of three people from nine to five, and its roster."""
    people = [
        Person(name, CONTRACT, frozenset(skills or ("phone",)), absences=frozenset({6}))
        for name in ("Alice", "Bob", "Mia")
    ]
    clock = np.arange(336) % 48
    needs = {skill: needed * ((clock >= 18) & (clock < 32)).astype(float) for skill in skills or ("phone",)}
    week = replace(Week(people, Demand(needs)), **how)
    return week, roster(week, seconds=10, gap=0.1)


def test_nothing_changes_where_nothing_is_edited() -> None:
    week, before = made("phone", "chat")
    found = effect(week, before, before.shifts)
    assert (found.changes, found.broken, found.mended) == ((), (), ())
    assert found.cost == pytest.approx(0)


def test_a_shift_moved_by_hand_says_what_is_missing_then_and_which_rules_it_breaks() -> None:
    week, before = made(needed=3)
    one = before.shifts[0]
    found = effect(week, before, repair.moved(before.shifts, one.person, one.day, 720 - one.start % DAY + 30))
    assert [each.rule for each in found.broken] == ["start"]
    assert found.broken[0].words.endswith("the contract allows no start at 12:30.")
    assert found.cost > 0
    assert found.changes[0].missing == 1
    assert "1 more missing" in found.changes[0].words
    back = effect(week, found.roster, before.shifts)
    assert [each.rule for each in back.mended] == ["start"]
    assert back.cost == pytest.approx(-found.cost)
    assert [each.rule for each in checked(week, found.roster)] == ["start"]


def test_a_longer_shift_a_later_break_a_shift_more_and_one_less() -> None:
    week, before = made(needed=3)
    one = before.shifts[0]
    longer = effect(week, before, repair.lengthened(before.shifts, one.person, one.day, 60))
    assert {each.rule for each in longer.broken} >= {"form"}
    later = effect(week, before, repair.break_moved(before.shifts, one.person, one.day, 0, 300))
    assert [each.rule for each in later.broken] == ["break"]
    gone = effect(week, before, repair.removed(before.shifts, one.person, one.day))
    assert gone.cost > 0
    again = effect(week, gone.roster, repair.added(gone.roster.shifts, replace(one, skills=())))
    assert again.roster.cost == pytest.approx(before.cost)


def test_edits_of_what_is_not_there_are_refused() -> None:
    _, before = made()
    one = before.shifts[0]
    for edit, words in (
        (lambda: repair.moved(before.shifts, one.person, 6, 30), "no shift on Sunday"),
        (lambda: repair.break_moved(before.shifts, one.person, one.day, 4, 30), "no such break"),
        (lambda: repair.lengthened(before.shifts, one.person, one.day, -400), "ends after it begins"),
        (lambda: repair.added(before.shifts, one), "already"),
    ):
        with pytest.raises(InvalidInput, match=words):
            edit()


def test_a_shift_may_be_given_only_to_somebody_who_can_and_may_work_it() -> None:
    week, before = made("phone", "chat", needed=1)
    worked = {name: {each.day for each in before.shifts if each.person == name} for name in week.named}
    giver, day, taker = next(
        (one, day, two) for one in worked for two in worked for day in sorted(worked[one] - worked[two])
    )
    unskilled = replace(
        week, people=[replace(each, skills=frozenset({"mail"})) if each.name == taker else each for each in week.people]
    )
    assert "skill" in {each.rule for each in against_giving(unskilled, before.shifts, giver, day, taker)}
    away = replace(
        week, people=[replace(each, absences=frozenset({day})) if each.name == taker else each for each in week.people]
    )
    assert (taker, "absent") in {
        (each.person, each.rule) for each in against_giving(away, before.shifts, giver, day, taker)
    }
    same = next((one for one in worked for two in worked if one != two and day in worked[one] & worked[two]), None)
    if same is not None:
        with pytest.raises(InvalidInput, match="already"):
            against_giving(week, before.shifts, giver, day, same)


def test_two_may_swap_alike_shifts_and_not_where_the_rest_is_too_short() -> None:
    late = Contract("Late", (Shape(480),), ((480, 480), (900, 900)), (1, 7), running=7, together=1)
    people = [Person(name, late, frozenset({"phone"})) for name in ("Alice", "Bob")]
    week = Week(people, Demand({"phone": np.ones(336)}))
    spans = {"Alice": [480, DAY + 480], "Bob": [900, DAY + 900]}
    shifts = tuple(Shift(name, ((at, at + 480),)) for name, starts in spans.items() for at in starts)
    assert [each.rule for each in against_swapping(week, shifts, "Alice", 0, "Bob", 0)] == ["rest"]
    early = (Shift("Alice", ((480, 960),)), Shift("Bob", ((900, 1380),)))
    assert against_swapping(week, early, "Alice", 0, "Bob", 0) == ()


def test_advice_names_the_start_that_is_missing_the_people_and_what_was_refused() -> None:
    clock = np.arange(336) % 48
    week, _ = made()
    evening = Demand({"phone": 2 * ((clock >= 40) & (clock < 46))})
    people = [replace(each, wishes={0: 0.1}) for each in week.people]
    week = replace(week, demand=evening, people=people)
    found = roster(week, seconds=10)
    said = advice(week, found)
    assert said.short[0].words == "phone, Monday 20:00 to 23:00: 2 more people are needed"
    assert said.loosen[0].rule == "start"
    assert said.loosen[0].words.startswith("Let Full time start at")
    assert said.loosen[0].share > 0.3


def test_a_week_that_has_all_needs_no_advice() -> None:
    clock = np.arange(336)
    week, _ = made()
    week = replace(week, demand=Demand({"phone": (clock == 20).astype(float)}), prices=replace(week.prices, fairness=0))
    assert advice(week, roster(week, seconds=10)).short == ()


def test_a_calendar_is_what_other_programs_can_read_whatever_its_title_says() -> None:
    shift = Shift("Alice", ((480, 720), (840, 1080)), ((600, 615, True),))
    night = Shift("Alice", ((6 * DAY - 60, 6 * DAY + 420),))
    title = 'Früh; "x", \\ \r\nBEGIN:VEVENT ' + "ü" * 90 + "\x00\ud800"
    text = feed(
        [shift, night],
        monday=MONDAY,
        zone="Europe/Berlin",
        stamp=STAMP,
        owner="7",
        host="desk.example\r\nX:",
        title=title,
    )
    assert text.count("\r\nBEGIN:VEVENT\r\n") == 3
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    whole = text.replace("\r\n ", "").split("\r\n")
    assert "DTSTART:20260323T070000Z" in whole
    assert "DESCRIPTION:Break 10:00 to 10:15" in whole
    summaries = [line for line in whole if line.startswith("SUMMARY:")]
    assert summaries[0] == 'SUMMARY:Früh\\; "x"\\, \\\\ \\nBEGIN:VEVENT ' + "ü" * 90
    # Clocks go forward in the night to Sunday: seven hours between 23:00 and 07:00.
    assert [line for line in whole if (line.startswith("DT") and ":20260328T22" in line) or ":20260329" in line] == [
        "DTSTART:20260328T220000Z",
        "DTEND:20260329T050000Z",
    ]
    uids = [line for line in whole if line.startswith("UID:")]
    later = feed([repair.later(shift, 60)], monday=MONDAY, zone="UTC", stamp=STAMP, owner="7", host="desk.exampleX")
    assert len(set(uids)) == 3
    assert [line for line in later.split("\r\n") if line.startswith("UID:")] == uids[:2]


def test_rows_of_a_sheet_say_who_works_when() -> None:
    shift = Shift(
        "Alice", ((480, 990),), ((600, 615, True), (720, 750, False)), ((480, 600, "phone"), (615, 720, "chat"))
    )
    assert rows([shift], monday=MONDAY)[1:] == [
        ("Alice", "2026-03-23", "08:00", "16:30", "8", "10:00-10:15 12:00-12:30", "phone, chat")
    ]
