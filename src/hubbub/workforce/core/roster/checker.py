"""Which rules a roster breaks, each in a sentence. It knows nothing of the model: it looks at shifts as they stand."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from hubbub.kernel.speech import figure, mark, say
from hubbub.workforce.core.roster.people import DAY, WEEK, Person, Shape
from hubbub.workforce.core.roster.week import Shift, Week

if TYPE_CHECKING:
    from hubbub.workforce.core.roster.solve import Roster

_FORM = mark("{name}, {day}: the contract has no form of shift of these hours.")
_START = mark("{name}, {day}: the contract allows no start at {time}.")
_BREAK = mark("{name}, {day}: a break is missing, too many, or not within its time.")
_SKILL = mark("{name}, {day}: {skill} is not among their skills.")
_SERVES = mark("{name}, {day}: serves while off work or on a break, or two skills at once.")
_TWICE = mark("{name} has two shifts on {day}.")
_OUTSIDE = mark("{name}: a shift lies outside the week.")
_ABSENT = mark("{name} is absent on {day}.")
_REST = mark("{name}, {day}: {hours:.3g} hours of rest before the shift; the contract asks for {least:.3g}.")
_DAYS = mark("{name} works {days} days; the contract and absences ask for {fewest} to {most}.")
_HOURS = mark("{name} works {hours:.4g} paid hours; the contract and absences ask for {fewest:.4g} to {most:.4g}.")
_RUN = mark("{name} works {days} days in a row; the contract allows {most}.")
_TOGETHER = mark("{name} has {days} free days together; the contract asks for {fewest}.")
_PLACED = mark("{name}, {day}: the shift placed by hand is not as it was.")
_FIGURES = mark("What the roster says of {what} is not what its shifts come to.")


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that is broken: which, by whom, on which day (none: in the week), and a sentence."""

    rule: str
    person: str
    day: int | None
    words: str


def broken(week: Week, shifts: Sequence[Shift]) -> tuple[Broken, ...]:
    """Return the rules that shifts break."""
    by_person: defaultdict[str, list[Shift]] = defaultdict(list)
    past: defaultdict[str, list[Shift]] = defaultdict(list)
    for shift in sorted(shifts, key=lambda each: each.start):
        by_person[shift.person].append(shift)
    for shift in sorted(week.before, key=lambda each: each.start):
        past[shift.person].append(shift)
    found = [each for who in week.people for each in of_person(week, who, by_person[who.name], past[who.name])]
    stands = {(each.person, each.pieces, each.breaks) for each in shifts}
    for each in week.placed:
        if (each.person, each.pieces, each.breaks) not in stands:
            words = say(_PLACED, name=each.person, day=day_name(each.day))
            found.append(Broken("placed", each.person, each.day, words))
    return tuple(found)


def of_person(week: Week, who: Person, shifts: Sequence[Shift], past: Sequence[Shift] = ()) -> Iterator[Broken]:
    """Yield the rules that the shifts of one person break, each and all together."""
    contract, name = who.contract, who.name

    def told(rule: str, words: str, day: int | None = None, **facts: object) -> Broken:
        said = {"day": day_name(day)} if day is not None else {}
        return Broken(rule, name, day, say(words, name=name, **said, **facts))

    for shift in shifts:
        yield from _of_shift(who, shift, told)
    worked = [each.day for each in shifts]
    for one, two in pairwise(worked):
        if one == two:
            yield told("twice", _TWICE, two)
    yield from (told("absent", _ABSENT, day) for day in worked if day in who.absences)
    row = [*past[-1:], *shifts]
    if week.repeats and len(shifts) > 1:
        row = [_earlier(shifts[-1]), *shifts]
    for before, after in pairwise(row):
        rest = after.start - before.end
        if rest < contract.rest and before.day != after.day:
            yield told("rest", _REST, after.day, hours=rest / 60, least=contract.rest / 60)
    fewest, most = who.days
    if not fewest <= len(set(worked)) <= most:
        yield told("days", _DAYS, days=len(set(worked)), fewest=fewest, most=most)
    least, largest = who.minutes
    paid = sum(each.paid for each in shifts)
    if not least - 1e-6 <= paid <= largest + 1e-6:
        yield told("hours", _HOURS, hours=paid / 60, fewest=least / 60, most=largest / 60)
    yield from _of_days(week, who, set(worked), {each.day for each in past}, told)


def checked(week: Week, found: "Roster") -> tuple[Broken, ...]:
    """Return the rules that a roster breaks, and which of its figures are not what its shifts come to."""
    rules = list(broken(week, found.shifts))
    agents = _agents(week, found.shifts)
    needs = np.array([np.repeat(each, week.demand.interval) for each in week.demand.agents.values()])
    grain = (len(needs), -1, week.step)
    mean, needed = agents.reshape(grain).mean(2), needs.reshape(grain).mean(2)
    missing = np.maximum(0, needed - mean)
    near = np.minimum(missing, np.ceil(needed * 0.1))
    prices = np.array(list(week.demand.missing.values()))[:, None] * week.step / 60
    unpopular: defaultdict[str, float] = defaultdict(float)
    for each in found.shifts:
        clock = each.start % DAY
        unpopular[each.person] += each.day in week.weekend or clock >= 20 * 60 or clock < 5 * 60
    beyond = {each.name: each.balance + unpopular[each.name] - _share(week, each) for each in week.people}
    wished = [week.named[each.person].wishes.get(each.day, 0.0) for each in found.shifts]
    compared: dict[str, tuple[Any, Any]] = {
        mark("coverage"): (agents.reshape(len(needs), -1, week.demand.interval).mean(2), found.coverage.agents),
        mark("what is missing"): (float((prices * (3 * missing - 2 * near)).sum()), found.parts.missing),
        mark("wishes"): (week.prices.wish * sum(wished), found.parts.wishes),
        mark("balances"): (sorted(beyond.values()), sorted(found.balances.values())),
        mark("fairness"): (
            week.prices.fairness * sum(max(0, each) ** 2 for each in beyond.values()), found.parts.fairness
        ),
        mark("hours without need"): (week.prices.unneeded * _unneeded(week, found.shifts), found.parts.unneeded),
        mark("hours"): (week.prices.hour * sum(each.paid for each in found.shifts) / 60, found.parts.hours),
    }  # fmt: skip
    for what, (ours, theirs) in compared.items():
        if not np.allclose(ours, theirs, atol=1e-6):
            rules.append(Broken("figures", "", None, say(_FIGURES, what=say(what))))
    return tuple(rules)


def _unneeded(week: Week, shifts: Sequence[Shift]) -> float:
    """Return hours at work while nobody is needed for any skill of who works."""
    minutes = 0
    for each in shifts:
        for begins, ends in each.pieces:
            for minute in range(begins, ends):
                at = minute % WEEK if week.repeats else minute
                able = week.named[each.person].skills
                minutes += at < WEEK and not any(
                    row[at // week.demand.interval] > 0 for skill, row in week.demand.agents.items() if skill in able
                )
    return minutes / 60


def day_name(day: int) -> str:
    """Return the name of a day of the week: 0 is Monday."""
    return figure(date(2024, 1, 1) + timedelta(days=day % 7), "%A")


def clock_time(minute: int) -> str:
    """Return a minute of the week as the time of its day."""
    return f"{minute % DAY // 60:02d}:{minute % 60:02d}"


def _of_shift(who: Person, shift: Shift, told: Callable[..., Broken]) -> Iterator[Broken]:
    contract, day = who.contract, shift.day
    if not 0 <= day < 7:
        yield Broken("outside", who.name, None, say(_OUTSIDE, name=who.name))
    forms = [each for each in contract.shapes if shift.is_of(each)]
    if not forms:
        yield told("form", _FORM, day)
    elif not any(_breaks_fit(shift, each) for each in forms):
        yield told("break", _BREAK, day)
    if not any(first <= shift.start % DAY <= last for first, last in contract.starts):
        yield told("start", _START, day, time=clock_time(shift.start))
    for skill in sorted({skill for _, _, skill in shift.skills} - who.skills):
        yield told("skill", _SKILL, day, skill=skill)
    if shift.skills and not _serves_at_work(shift):
        yield told("serves", _SERVES, day)


def _breaks_fit(shift: Shift, shape: Shape) -> bool:
    return len(shift.breaks) == len(shape.breaks) and all(
        each.earliest <= begins - shift.start <= each.latest and ends - begins == each.minutes and paid == each.paid
        for (begins, ends, paid), each in zip(sorted(shift.breaks), shape.breaks, strict=True)
    )


def _serves_at_work(shift: Shift) -> bool:
    """Tell whether each served span lies within a piece, beside all breaks and the other spans."""
    spans = sorted((begins, ends) for begins, ends, _ in shift.skills)
    apart = all(one[1] <= two[0] for one, two in pairwise(spans))
    within = all(any(first <= begins < ends <= last for first, last in shift.pieces) for begins, ends in spans)
    resting = any(begins < pause[1] and ends > pause[0] for begins, ends in spans for pause in shift.breaks)
    return apart and within and not resting


def _of_days(
    week: Week, who: Person, worked: set[int], past: set[int], told: Callable[..., Broken]
) -> Iterator[Broken]:
    contract = who.contract
    if week.repeats:
        row = [each % 7 in worked for each in range(14)]
    else:
        row = [each in past for each in range(min(past, default=0), 0)] + [each in worked for each in range(7)]
    runs, rests = _runs(row, True), _runs(row, False)
    longest = min(7, max(runs, default=0)) if week.repeats else max(runs, default=0)
    if longest > contract.running:
        yield told("running", _RUN, days=longest, most=contract.running)
    fewest, most = min(contract.together, 7 - len(worked)), min(7, max(rests, default=0))
    if most < fewest:
        yield told("together", _TOGETHER, days=most, fewest=fewest)


def _runs(row: Sequence[bool], of: bool) -> list[int]:
    found, now = [0], 0
    for each in row:
        now = now + 1 if each == of else 0
        found.append(now)
    return found


def _earlier(shift: Shift) -> Shift:
    return Shift(shift.person, tuple((begins - WEEK, ends - WEEK) for begins, ends in shift.pieces))


def _agents(week: Week, shifts: Sequence[Shift]) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """Count who serves in each minute, one shift after the other."""
    names = list(week.demand.skills)
    found = np.zeros((len(names), WEEK))
    for shift in (*shifts, *week.past):
        for begins, ends, skill in shift.skills:
            if skill in names:
                minutes = np.arange(begins, ends)
                kept = minutes % WEEK if week.repeats else minutes[(minutes >= 0) & (minutes < WEEK)]
                found[names.index(skill), kept] += 1
    return found


def _share(week: Week, who: Person) -> float:
    every = week.demand.interval
    starts = {each for first, last in who.contract.starts for each in range(first, last + 1, every)}
    by_day = sum(5 * 60 <= each < 20 * 60 for each in starts) / len(starts)
    return (who.days[0] + who.days[1]) / 2 * (1 - by_day * (7 - len(week.weekend)) / 7)
