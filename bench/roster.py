"""Rosters of a week: how long they take, how near the best they are proven to be, and whether they keep every rule.

Three weeks of half-hours, two skills and people who have one or both, three contracts, two paid short breaks and a
lunch, wishes, and balances of earlier weeks:

night and day  open always; people are short at peaks, whatever one does
day            open from 06:30 to 23:30
enough         what is needed was drawn from a roster that exists, 5 % less, so that it can be met

and three teams of 20, 40 and 60 unlike people, which stand beside the bars: six sets of three skills, three contracts
with shifts from each half-hour of eight hours, breaks on quarters of an hour, parts of people needed.

The last line is the worst of the first three:

seconds     the longest
gap         the largest: by which part of its cost a roster could be better at most, breaks and fairness included
gap_abs     the same as cost: a missing hour costs 4 (calls) or 2 (chat), three times as much beyond a tenth of the need
violations  rules broken and figures wrong, as a checker finds that knows nothing of the model

    python bench/roster.py [--people 200] [--seed 7] [--slack 0.05] [--longest 30] [--gap 0.005]
"""

import argparse
import json
import math
from dataclasses import replace

import numpy as np

from hubbub.workforce import Break, Contract, Demand, Person, Prices, Shape, Week, checked, roster

DAYS, HALVES = 7, 48
STEPS = DAYS * HALVES
WINDOWS = ((12, 17), (16, 21), (20, 25), (26, 30), (44, 48))
"""From when, in half-hours, and until before when shifts start; the last at night."""
SHAPES = (
    (5, Shape(510, (Break(15, 60, 150), Break(30, 180, 240, paid=False), Break(15, 300, 420)))),
    (4, Shape(630, (Break(15, 90, 180), Break(30, 240, 330, paid=False), Break(15, 390, 540)))),
    (5, Shape(300, (Break(30, 120, 150, paid=False),))),
)
"""Days a week and form of shift: full time, long days, part time."""
SKILLS = (frozenset({"calls"}), frozenset({"chat"}), frozenset({"calls", "chat"}))
CALLS, CHAT = (1.15, 1.05, 1, 0.98, 1.0, 0.72, 0.6), (0.9, 0.9, 0.95, 1, 1.1, 1.1, 1.0)


def week_of(people: int, seed: int, *, day_only: bool) -> Week:
    """Return a week: more is needed at its peaks than so many people can give."""
    chance, balances = np.random.default_rng(seed), np.random.default_rng(seed + 1000)
    calls = np.array([CALLS[day] * calls_at(half / 2) for day in range(DAYS) for half in range(HALVES)])
    chat = np.array([CHAT[day] * chat_at(half / 2) for day in range(DAYS) for half in range(HALVES)])
    skill = chance.choice(3, people, p=[0.5, 0.2, 0.3])
    form = chance.choice(3, people, p=[0.6, 0.15, 0.25])
    window = chance.choice(5, people, p=[0.3, 0.3, 0.25, 0.15, 0] if day_only else [0.3, 0.3, 0.2, 0.15, 0.05])
    wished = chance.random((people, DAYS)) < 0.08
    if day_only:
        is_open = np.array([13 <= step % HALVES < 47 for step in range(STEPS)])
        calls, chat = calls * is_open, chat * is_open
    halves = sum(SHAPES[each][0] * (SHAPES[each][1].minutes // 30 - 1) for each in form)
    asked = halves * (0.85 if day_only else 0.97)
    needed = {
        "calls": np.rint(calls / calls.sum() * asked * 0.72),
        "chat": np.rint(chat / chat.sum() * asked * 0.28),
    }
    crew = [
        Person(
            f"Agent {i}",
            contract(int(form[i]), int(window[i])),
            SKILLS[skill[i]],
            {day: 1.0 for day in range(DAYS) if wished[i, day]},
            balance=float(balances.integers(-1, 3)),
        )
        for i in range(people)
    ]
    return Week(crew, Demand(needed, 30, {"calls": 4.0, "chat": 2.0}), repeats=True)


def contract(form: int, window: int) -> Contract:
    """Return the contract of a form of shift and a window of starts."""
    days, shape = SHAPES[form]
    first, last = WINDOWS[window]
    return Contract(f"{form} {window}", (shape,), ((first * 30, (last - 1) * 30),), (days, days), together=7 - days)


def calls_at(hour: float) -> float:
    """Return how busy the telephone is."""
    return 0.06 + bump(hour, 10.5, 2.2) + 0.85 * bump(hour, 15, 2.6) + 0.55 * bump(hour, 19.5, 2)


def chat_at(hour: float) -> float:
    """Return how busy the chat is."""
    return 0.1 + bump(hour, 20, 3) + 0.5 * bump(hour, 12.5, 3)


def bump(hour: float, peak: float, width: float) -> float:
    """Return a bell over a day."""
    return math.exp(-(((hour - peak) / width) ** 2))


def enough(people: int, seed: int, slack: float) -> Week:
    """Return a week of which some roster, drawn by chance and not kept, meets the need."""
    week, chance = week_of(people, seed, day_only=False), np.random.default_rng(seed + 2000)
    there = {skill: np.zeros(STEPS) for skill in week.demand.skills}
    for who in week.people:
        free = chance.integers(7) + np.arange(7 - who.contract.days[0])
        skill = sorted(who.skills)[chance.integers(len(who.skills))]
        (first, last), shape = who.contract.starts[0], who.contract.shapes[0]
        for day in set(range(7)) - {int(each) % 7 for each in free}:
            start = day * HALVES + int(chance.integers(first // 30, last // 30 + 1))
            there[skill][np.arange(start, start + shape.minutes // 30) % STEPS] += 1
            for each in shape.breaks:
                at = start + int(chance.integers(each.earliest // 30, each.latest // 30 + 1))
                there[skill][at % STEPS] -= each.minutes / 30
    needed = {skill: np.floor(row * (1 - slack)) for skill, row in there.items()}
    return replace(week, demand=Demand(needed, 30, week.demand.missing))


TERMS = (
    Contract("Full time", (Shape(510, (Break(15, 75, 165), Break(30, 180, 300, paid=False), Break(15, 330, 420))),),
             ((360, 840),), (5, 5)),
    Contract("Four days", (Shape(630, (Break(15, 90, 180), Break(30, 240, 360, paid=False), Break(15, 390, 510))),),
             ((360, 720),), (4, 4), together=3),
    Contract("Part time", (Shape(240, (Break(15, 75, 150),)),), ((420, 1020),), (5, 5)),
)  # fmt: skip
ABLE = (("calls",), ("calls",), ("calls", "chat"), ("social",), ("calls", "social"), ("chat", "social"))
BUSY = {"calls": (0.55, 8, 20, 0.4), "chat": (0.18, 9, 18, 0), "social": (0.27, 8, 22, 0.6)}
"""Share of the work, from when until when, and how much of it comes at weekends."""


def team(people: int, seed: int) -> Week:
    """Return the week of a small team whose people are unlike: each has one of eighteen mixes, three of ten a wish."""
    chance = np.random.default_rng(seed)
    crew = [
        Person(
            f"Agent {i}",
            TERMS[chance.choice(3, p=[0.5, 0.25, 0.25])],
            frozenset(ABLE[chance.integers(6)]),
            {int(chance.integers(7)): 1.0} if chance.random() < 0.3 else {},
        )
        for i in range(people)
    ]
    hours = sum(each.contract.days[0] * (each.contract.shapes[0].paid - 30) / 60 for each in crew)
    needed = {}
    for skill, (part, first, last, weekend) in BUSY.items():
        day = [(bump(at / 2, 11, 3) + 0.7 * bump(at / 2, 15.5, 2.5)) * (first <= at / 2 < last) for at in range(HALVES)]
        row = np.array([(weekend if of > 4 else 1) * each for of in range(DAYS) for each in day])
        needed[skill] = np.round(np.rint(row / row.sum() * hours * 2 * part * 0.85) / 0.9, 2)
    return Week(crew, Demand(needed, 30), Prices(unneeded=0.5))


def main() -> None:
    """Measure, and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--people", type=int, default=200)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--slack", type=float, default=0.05, help="by which part less is needed than can be met")
    options.add_argument("--longest", type=float, default=30, help="seconds a roster may take")
    options.add_argument("--gap", type=float, default=0.005, help="the gap at which the search stops")
    given = options.parse_args()
    weeks = {
        "night and day": week_of(given.people, given.seed, day_only=False),
        "day": week_of(given.people, given.seed, day_only=True),
        "enough": enough(given.people, given.seed, given.slack),
    }
    bars = frozenset(weeks)
    weeks |= {f"team of {many}": team(many, given.seed) for many in (20, 40, 60)}
    worst = {"seconds": 0.0, "gap": 0.0, "gap_abs": 0.0, "violations": 0.0}
    print("week           seconds     cost    bound   missing  wishes  fairness   gap %  gap abs  broken")
    for name, week in weeks.items():
        found = roster(week, seconds=given.longest, gap=given.gap)
        broken = checked(week, found)
        print(
            f"{name:14} {found.seconds:7.1f} {found.cost:8.1f} {found.bound:8.1f} {found.parts.missing:9.1f} "
            f"{found.parts.wishes:7.1f} {found.parts.fairness:9.1f} {100 * found.gap:7.3f} {found.gap_abs:8.2f} "
            f"{len(broken):7}",
            flush=True,
        )
        for each in broken[:5]:
            print(f"  {each.words}")
        told = {"seconds": found.seconds, "gap": found.gap, "gap_abs": found.gap_abs, "violations": len(broken)}
        if name not in bars:
            continue
        worst = {key: max(worst[key], value) for key, value in told.items()}
    print(json.dumps({"bench": "roster", "people": given.people, **{k: round(v, 5) for k, v in worst.items()}}))


if __name__ == "__main__":
    main()
