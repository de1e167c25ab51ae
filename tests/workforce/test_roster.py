"""A week's roster: every rule kept by everybody, as near the best as it says, and what can't be used is said."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubbub.kernel.errors import InvalidInput
from hubbub.workforce import (
    Break,
    Contract,
    Demand,
    Person,
    Prices,
    Roster,
    Shape,
    Shift,
    Week,
    broken,
    checked,
    roster,
)

DAY, HOUR = 1440, 60
LUNCH = Break(30, 180, 270, paid=False)
EIGHT = Shape(510, (Break(15, 60, 150), LUNCH, Break(15, 330, 420)))
SIX = Shape(360, (Break(15, 120, 210),))
SPLIT = Shape(660, (Break(15, 60, 150),), pause=(240, 420))
FULL = Contract("Full time", (EIGHT,), ((360, 780),), (5, 5), (37, 40))
PART = Contract("Part time", (SIX, SPLIT), ((480, 840),), (2, 3), (10, 24), together=3)
NIGHT = Contract("Nights", (EIGHT,), ((1260, 1380),), (4, 4), running=4)
PHONE, CHAT, BOTH = frozenset({"phone"}), frozenset({"chat"}), frozenset({"phone", "chat"})


def need(phone: int, chat: int, first: int = 8, last: int = 20, interval: int = 30) -> Demand:
    """The same all week, from one hour to another."""
    clock = np.arange(7 * DAY // interval) * interval % DAY / 60
    open_hours = (clock >= first) & (clock < last)
    return Demand({"phone": phone * open_hours, "chat": chat * open_hours}, interval)


def crew(many: int, contract: Contract = FULL, skills: frozenset[str] = BOTH) -> list[Person]:
    return [Person(f"{contract.name} {i}", contract, skills) for i in range(many)]


def kept(week: Week, **how: float) -> Roster:
    """Roster a week, and see that no rule is broken and no figure is wrong."""
    found = roster(week, **{"seconds": 5, "gap": 0.2, **how})
    assert [each.words for each in checked(week, found)] == []
    assert found.bound <= found.cost + 1e-6
    return found


# What a roster keeps to ----------------------------------------------------------------
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000), st.booleans())
def test_no_rule_is_ever_broken_whatever_the_week(seed: int, repeats: bool) -> None:
    chance = np.random.default_rng(seed)
    people = []
    for i in range(12):
        people.append(
            Person(
                f"Agent {i}",
                (FULL, PART, NIGHT)[chance.integers(3)],
                (PHONE, CHAT, BOTH)[chance.integers(3)],
                {int(day): float(chance.integers(1, 3)) for day in chance.choice(7, chance.integers(3), replace=False)},
                frozenset(int(day) for day in chance.choice(7, chance.integers(3), replace=False)),
                float(chance.integers(-2, 3)),
            )
        )
    demand = Demand({"phone": chance.integers(0, 4, 336), "chat": chance.integers(0, 3, 336)})
    week = Week(people, demand, repeats=repeats)
    found = roster(week, gap=0.5)
    left = [each for each in checked(week, found) if each.person not in found.idle]
    assert [each.words for each in left] == []


def test_the_week_before_leaves_its_rest_its_run_of_days_and_its_people_after_midnight() -> None:
    late = Shift("Full time 0", ((-DAY + 1080, 120),))
    worked = [Shift("Full time 1", ((-day * DAY + 480, -day * DAY + 990),)) for day in range(1, 6)]
    week = Week(crew(3), need(1, 0, first=0, last=24), before=[late, *worked])
    found = kept(week)
    starts = {name: [each.start for each in found.shifts if each.person == name] for name in week.named}
    assert starts["Full time 0"][0] >= 120 + 660
    assert len([each for each in starts["Full time 1"] if each < DAY * 2]) < 2
    assert found.coverage.agents[0][:3].tolist() == [1, 1, 1]


def test_shifts_placed_by_hand_stay_and_the_rest_is_built_around_them() -> None:
    at = 2 * DAY + 780
    pauses = ((at + 60, at + 75, True), (at + 180, at + 210, False), (at + 330, at + 345, True))
    placed = Shift("Full time 0", ((at, at + 510),), pauses)
    week = Week(crew(6), need(2, 1), placed=[placed])
    found = kept(week)
    assert [each.pieces for each in found.shifts if each.person == placed.person and each.day == 2] == [placed.pieces]


def test_whoever_can_do_both_serves_where_people_are_missing_and_one_at_a_time() -> None:
    week = Week([*crew(4, skills=BOTH), *crew(2, replace(FULL, name="Chat"), CHAT)], need(2, 1, 9, 17))
    found = kept(week)
    serving = {skill for each in found.shifts if each.person.startswith("Full") for _, _, skill in each.skills}
    assert serving == {"phone", "chat"}


def test_nobody_serves_two_skills_by_halves_and_the_bound_knows_it() -> None:
    always = Contract("All", (Shape(480),), ((540, 540),), (7, 7), running=7)
    half = np.where((np.arange(336) % 48 >= 18) & (np.arange(336) % 48 < 34), 0.5, 0)
    week = Week(crew(1, always), Demand({"phone": half, "chat": half}), prices=Prices(fairness=0))
    found = kept(week)
    assert found.bound == pytest.approx(found.parts.missing) == pytest.approx(7 * 8 * 4 * 0.5)


def test_a_short_break_counts_with_its_part_of_the_interval() -> None:
    everyone = Contract("All", (Shape(480, (Break(15, 120, 120),)),), ((480, 480),), (7, 7), running=7)
    week = Week(crew(1, everyone, PHONE), need(1, 0, 8, 16))
    found = kept(week)
    assert found.coverage.missing[0][16:32].tolist() == [0, 0, 0, 0, 0.5, *[0] * 11]
    assert found.parts.missing == pytest.approx(7 * 4 * 0.25)


def test_split_shifts_stand_where_two_peaks_are_and_nobody_between() -> None:
    split = Contract("Split", (SPLIT,), ((480, 720),), (5, 5))
    clock = np.arange(336) % 48 / 2
    peaks = ((clock >= 9) & (clock < 13)) | ((clock >= 16) & (clock < 20))
    found = kept(Week(crew(1, split, PHONE), Demand({"phone": peaks.astype(float)})))
    assert {each.start % DAY for each in found.shifts} == {540}


@pytest.mark.parametrize("interval", [15, 60])
def test_intervals_may_be_shorter_or_longer_than_half_an_hour(interval: int) -> None:
    found = kept(Week(crew(4), need(2, 0, interval=interval)))
    assert found.coverage.agents.shape == (2, 7 * DAY // interval)


# Wishes and fairness -------------------------------------------------------------------
def test_a_wish_is_granted_unless_it_costs_more_than_it_weighs() -> None:
    people = [replace(each, wishes={0: 1.0}) for each in crew(2, skills=PHONE)]
    quiet = kept(Week(people, need(0, 0)))
    assert quiet.refused == {}
    clock = np.arange(336)
    monday = Demand({"phone": 2.0 * ((clock >= 18) & (clock < 32))})
    assert kept(Week(people, monday)).refused == {"Full time 0": (0,), "Full time 1": (0,)}


def test_whoever_worked_more_weekends_before_works_fewer_now() -> None:
    people = [replace(each, balance=2.0 * (i % 2)) for i, each in enumerate(crew(4, skills=PHONE))]
    week = Week(people, need(2, 0))
    found = kept(week)
    weekend = [sum(each.day >= 5 for each in found.shifts if each.person == who.name) for who in people]
    assert weekend[1] + weekend[3] < weekend[0] + weekend[2]
    assert found.balances["Full time 1"] == pytest.approx(2 + weekend[1] - 10 / 7)


def test_late_shifts_go_round_within_a_crew() -> None:
    both = replace(FULL, starts=((420, 420), (600, 600)))
    found = kept(Week(crew(4, both, PHONE), need(4, 0, 7, 19)))
    late = [sum(each.start % DAY == 600 for each in found.shifts if each.person == f"Full time {i}") for i in range(4)]
    assert max(late) - min(late) <= 2


# How good it is ------------------------------------------------------------------------
def test_a_roster_is_found_again_and_its_parts_are_its_cost() -> None:
    week = Week([*crew(8), *crew(4, PART, CHAT)], need(3, 2))
    one, two = kept(week, seconds=60), kept(week, seconds=60)
    assert one.shifts == two.shifts
    assert one.cost == pytest.approx(sum((one.parts.missing, one.parts.wishes, one.parts.fairness, one.parts.hours)))


def test_a_small_week_is_as_good_as_trying_everything() -> None:
    one_day = Contract("One day", (Shape(240),), ((480, 600),), (1, 1), together=1)
    demand = np.zeros(336)
    demand[2 * 48 + 18 : 2 * 48 + 26] = 1
    found = kept(Week(crew(2, one_day, PHONE), Demand({"phone": demand}), prices=Prices(fairness=0)), gap=0)
    assert found.parts.missing == 0 or found.parts.missing == pytest.approx(found.bound)
    covers = [
        2.0 * sum(max(0, demand[i] - any(s <= i < s + 8 for s in starts)) for i in range(96, 144))
        for starts in [(112 + a, 112 + b) for a in range(5) for b in range(5)]
    ]
    assert found.parts.missing == pytest.approx(min(covers))


# What can't be used ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Shape(240, (Break(30, 200, 230),)), "ends before the shift"),
        (lambda: Shape(480, (Break(30, 60, 120), Break(15, 130, 200))), "follow each other"),
        (lambda: Shape(480, (Break(30, 60, 120),), pause=(100, 200)), "two pieces"),
        (lambda: Contract("X", (), ((480, 480),)), "X: a contract needs at least one form"),
        (lambda: Contract("X", (SIX,), ((480, 1440),)), "within a day"),
        (lambda: Contract("X", (SIX,), ((480, 480),), (6, 5)), "from 0 to 7"),
        (lambda: Contract("X", (SIX,), ((480, 480),), rest=-1), "rest"),
        (lambda: Person("X", FULL, frozenset()), "X needs at least one skill"),
        (lambda: Person("X", FULL, PHONE, {7: 1}), "from 0, Monday, to 6"),
        (lambda: Demand({"phone": [1, 2]}), "336 intervals of 30 minutes a skill, not 2"),
        (lambda: Demand({"phone": np.full(336, -1)}), "whole people"),
        (lambda: Demand({"phone": np.zeros(336)}, 30, {"phone": 0}), "above 0"),
        (lambda: Week([], need(1, 0)), "at least one person"),
        (lambda: Week([*crew(1), *crew(1)], need(1, 0)), "Full time 0 stands twice"),
        (lambda: Week(crew(1), need(1, 0), placed=[Shift("Charlie", ((0, 480),))]), "Charlie has a shift"),
    ],
)
def test_what_cannot_be_used_is_said(make: "object", words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make()  # type: ignore[operator]
    assert words in str(refused.value)


def test_who_has_no_week_that_fits_is_named_and_the_others_are_rostered() -> None:
    never = replace(FULL, name="Never", hours=(60, 80))
    found = roster(Week([*crew(3), *crew(1, never)], need(1, 0)), seconds=5, gap=0.3)
    assert found.idle == ("Never 0",)
    assert {each.person for each in found.shifts} == {"Full time 0", "Full time 1", "Full time 2"}


# The checker itself --------------------------------------------------------------------
def test_the_checker_sees_each_broken_rule() -> None:
    week = Week(crew(2, skills=PHONE), need(1, 0))
    found = kept(week)
    first, *others = found.shifts
    who = first.person

    def rules(*shifts: Shift, on: Week = week) -> set[str]:
        return {each.rule for each in broken(on, shifts) if each.person == who}

    def moved(shift: Shift, by: int) -> Shift:
        return Shift(
            shift.person,
            tuple((a + by, b + by) for a, b in shift.pieces),
            tuple((a + by, b + by, paid) for a, b, paid in shift.breaks),
            tuple((a + by, b + by, skill) for a, b, skill in shift.skills),
        )

    assert rules(*found.shifts) == set()
    assert "days" in rules(*others)
    assert "hours" in rules(*others)
    assert "start" in rules(moved(first, 600 - first.start % DAY + 600), *others)
    late = [
        [moved(each, 1380 - each.start % DAY) if each is one else each for each in found.shifts] for one in found.shifts
    ]
    assert any("rest" in rules(*shifts) for shifts in late)
    assert "twice" in rules(first, *found.shifts)
    assert "break" in rules(replace(first, breaks=first.breaks[1:]), *others)
    assert "form" in rules(replace(first, pieces=((first.start, first.end + 30),)), *others)
    assert "skill" in rules(replace(first, skills=tuple((a, b, "chat") for a, b, _ in first.skills)), *others)
    assert "serves" in rules(replace(first, skills=((first.start, first.end, "phone"),)), *others)
    away = replace(week, people=[replace(each, absences=frozenset({first.day})) for each in week.people])
    assert "absent" in rules(*found.shifts, on=away)
    every_day = [moved(first, (day - first.day) * DAY) for day in range(7)]
    assert {"running", "days"} <= rules(*every_day)
    other_days = [moved(first, (day - first.day) * DAY) for day in (0, 1, 3, 4, 6)]
    assert "together" in rules(*other_days)
    assert "placed" in rules(*others, on=replace(week, placed=[first]))
    assert {each.rule for each in checked(week, replace(found, parts=replace(found.parts, missing=1.0)))} == {"figures"}


def test_nobody_comes_before_doors_open_where_that_has_a_price() -> None:
    need = np.zeros((7, 48))
    need[:, 18:34] = 2.0  # from 9 to 17
    shape = Shape(480)
    contract = Contract("Full time", (shape,), starts=((360, 720),), days=(5, 5), hours=(40, 40))
    people = tuple(Person(f"P{each}", contract, frozenset({"phone"})) for each in range(6))
    week = Week(people, Demand({"phone": need.reshape(-1)}, 30), Prices(unneeded=0.5))
    found = roster(week, seconds=10)
    assert checked(week, found) == ()
    assert found.parts.unneeded == 0.0
    assert {each.start % 1440 for each in found.shifts} == {540}
