"""What stands in the way where people are missing: how many more, and which rule to loosen, by how much that helps."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hubbub.kernel.speech import mark, say, say_many
from hubbub.workforce.core.roster.checker import clock_time, day_name
from hubbub.workforce.core.roster.lines import starts_of
from hubbub.workforce.core.roster.model import Model, build
from hubbub.workforce.core.roster.patience import Patience
from hubbub.workforce.core.roster.people import DAY, Contract, Person
from hubbub.workforce.core.roster.program import Solved, solve
from hubbub.workforce.core.roster.solve import Roster
from hubbub.workforce.core.roster.week import Week

_START = mark("Let {contract} start at {time}: the roster costs {share:.1%} less.")
_TOGETHER = mark("Ask for no free days together: the roster costs {share:.1%} less.")
_WISHES = mark("Grant no wishes where people are missing: the roster costs {share:.1%} less.")
_REST = mark("Ask for {hours:.3g} hours of rest between shifts: the roster costs {share:.1%} less.")
_PERSON = mark("One more person with {skill} and the contract {contract}: the roster costs {share:.1%} less.")
_REFUSED = mark("Days wished off that are not granted: {wishes}.")
_IDLE = mark("{name}: no week fits the contract, the absences and the shifts that are placed.")
STARTS = 3
"""The starts outside of so many contracts are tried, the best of each."""


@dataclass(frozen=True, slots=True)
class Short:
    """A span in which people are missing, so many at its worst, and a sentence."""

    skill: str
    begins: int
    ends: int
    people: int
    words: str


@dataclass(frozen=True, slots=True)
class Loosened:
    """A rule to loosen, which part of the cost that would save at best, and a sentence."""

    rule: str
    share: float
    words: str


@dataclass(frozen=True, slots=True)
class Advice:
    """Where people are missing, the worst first; what would help, the best first; and what else is not as wished."""

    short: tuple[Short, ...]
    loosen: tuple[Loosened, ...]
    other: tuple[str, ...]


def advice(week: Week, found: Roster, *, seconds: float = 20.0) -> Advice:
    """Return what stands in the way of a roster that leaves people missing or wishes refused.

    Each rule is loosened by itself in the relaxed program, where people need not be whole: its share is what
    that saves. No more is tried when the time is up.
    """
    tried = list(_tried(week, found, Patience(seconds))) if found.cost > 1e-6 else []
    other = [say(_IDLE, name=name) for name in found.idle]
    if found.refused:
        days = [f"{name} ({', '.join(day_name(day) for day in worked)})" for name, worked in found.refused.items()]
        other.append(say(_REFUSED, wishes=", ".join(days)))
    return Advice(tuple(short(week, found)), tuple(sorted(tried, key=lambda each: -each.share)), tuple(other))


def short(week: Week, found: Roster) -> Iterator[Short]:
    """Yield where people are missing: spans within a day, those that miss most hours first."""
    interval, spans = week.demand.interval, []
    for skill, row in zip(found.coverage.skills, found.coverage.missing, strict=True):
        at = 0
        while at < len(row):
            until = at + 1
            while until < len(row) and row[until] > 1e-9 and row[at] > 1e-9 and until * interval % DAY:
                until += 1
            if row[at] > 1e-9:
                spans.append((float(row[at:until].sum()), skill, at * interval, until * interval, row[at:until].max()))
            at = until
    for _, skill, begins, ends, most in sorted(spans, key=lambda each: (-each[0], each[2])):
        many = int(np.ceil(most - 1e-9))
        words = say_many(
            "{skill}, {day} {begins} to {ends}: one more person is needed",
            "{skill}, {day} {begins} to {ends}: {number} more people are needed", many,
            skill=skill, day=day_name(begins // DAY), begins=clock_time(begins),
            ends=clock_time(ends),
        )  # fmt: skip
        yield Short(skill, begins, ends, many, words)


def _tried(week: Week, found: Roster, patience: Patience) -> Iterator[Loosened]:
    model = build(week)
    base = solve(model.program, whole=())
    if base.objective <= 1e-6:
        return

    def saved(rule: str, words: str, loosened: Week, **facts: object) -> Iterator[Loosened]:
        if patience.left > 0:
            share = 1 - solve(build(loosened).program, whole=()).objective / base.objective
            if share > 1e-4:
                yield Loosened(rule, share, say(words, share=share, **facts))

    for contract, start in _starts(model, base):
        wider = replace(contract, starts=(*contract.starts, (start, start)))
        loosened = _with(week, {contract: wider})
        yield from saved("start", _START, loosened, contract=contract.name, time=clock_time(start))
    for skill in {skill for skill, row in zip(found.coverage.skills, found.coverage.missing, strict=True) if row.any()}:
        usual = Counter(each.contract for each in week.people if skill in each.skills) or Counter(
            each.contract for each in week.people
        )
        contract = usual.most_common(1)[0][0]
        more = replace(week, people=[*week.people, Person(_new_name(week), contract, frozenset({skill}))])
        yield from saved("people", _PERSON, more, skill=skill, contract=contract.name)
    contracts = {each.contract for each in week.people}
    if any(each.together > 1 for each in contracts):
        loosened = _with(week, {each: replace(each, together=1) for each in contracts})
        yield from saved("together", _TOGETHER, loosened)
    if found.refused or any(each.wishes for each in week.people):
        yield from saved("wishes", _WISHES, replace(week, prices=replace(week.prices, wish=0.0)))
    least = max(each.rest for each in contracts)
    if least > 480:
        shorter = {each: replace(each, rest=min(each.rest, least - 60)) for each in contracts}
        yield from saved("rest", _REST, _with(week, shorter), hours=least / 60 - 1)


def _with(week: Week, contracts: Mapping[Contract, Contract]) -> Week:
    people = [replace(each, contract=contracts.get(each.contract, each.contract)) for each in week.people]
    return replace(week, people=people)


def _new_name(week: Week) -> str:
    return max(week.named, key=len) + "+"


def _starts(model: Model, base: Solved) -> Sequence[tuple[Contract, int]]:
    """Return the starts outside the contracts that promise most: by what one more person is worth in each step."""
    week = model.week
    worth = {skill: np.zeros(week.steps) for skill in week.demand.skills}
    for (skill, step), row in model.needed.items():
        worth[skill][step] = base.duals[row]
    people: defaultdict[tuple[Contract, frozenset[str]], int] = defaultdict(int)
    for each in week.people:
        people[each.contract, each.skills & frozenset(worth)] += 1
    gains: defaultdict[tuple[Contract, int], float] = defaultdict(float)
    for (contract, skills), many in people.items():
        if skills:
            row = np.max([worth[skill] for skill in skills], axis=0)
            inside = max(_gain(week, contract, row, each) for each in starts_of(contract, week.demand.interval))
            for start in range(0, DAY, week.demand.interval):
                if not any(first <= start <= last for first, last in contract.starts):
                    gains[contract, start] += many * max(0.0, _gain(week, contract, row, start) - inside)
    best: dict[Contract, int] = {}
    for contract, start in sorted(gains, key=lambda each: (-gains[each], each[0].name, each[1])):
        if gains[contract, start] > 0:
            best.setdefault(contract, start)
    return list(best.items())[:STARTS]


def _gain(week: Week, contract: Contract, worth: "np.ndarray[tuple[int], np.dtype[np.float64]]", start: int) -> float:
    """Return what the best form of shift from a start on is worth, over all days."""
    days = [day * DAY + start for day in range(7)]
    return max(
        float(
            sum(
                worth[np.arange((at + begins) // week.step, (at + ends) // week.step) % week.steps].sum()
                for at in days
                for begins, ends in shape.pieces
            )
        )
        for shape in contract.shapes
    )
