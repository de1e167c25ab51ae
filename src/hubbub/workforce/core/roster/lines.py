"""The weeks open to each person: which days they work, and within which band of starts, so that rest is always kept.

Whoever has a line may work any start and form of it on any of its days: two shifts of one line on following days always
leave the rest between them. So people are interchangeable within a line, and counts can be given names.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from hubbub.workforce.core.roster.people import DAY, WEEK, Contract, Person, Shape
from hubbub.workforce.core.roster.week import Shift, Week

NIGHT = (20 * 60, 5 * 60)
"""A shift that starts from 20:00 on and before 05:00 is a night shift."""

Limits = tuple[tuple[int, int], ...]
"""For each day from when a shift may start and until when it must end, in minutes of the week."""
Options = tuple[tuple[int, Shape], ...]
"""Starts, in minutes of the week, with a form."""


@dataclass(frozen=True)
class Cell:
    """A crew whose shifts of a day are interchangeable."""

    skills: frozenset[str]
    days: tuple[Options, ...]
    """What may be worked on each of the seven days."""


@dataclass(frozen=True)
class Line:
    """A week somebody may work."""

    cell: Cell
    days: tuple[int, ...]
    """Days on which a shift is to be chosen: those placed already are not among them."""
    wished: float
    """The weight of wished days off that it works on."""
    unpopular: int
    """Shifts on a weekend or at night."""


@dataclass(frozen=True)
class Kind:
    """People who are alike, and the weeks open to them."""

    people: tuple[Person, ...]
    lines: tuple[Line, ...]


def kinds(week: Week) -> tuple[Kind, ...]:
    """Return the people of a week, those alike together."""
    placed, before = _by_person(week.placed), _by_person(week.before)
    alike: defaultdict[object, list[Person]] = defaultdict(list)
    for who in week.people:
        fixed, past = placed[who.name], before[who.name]
        marks = tuple(sorted((each.pieces, each.paid) for each in fixed))
        history = _history(past)
        wishes = tuple(sorted(who.wishes.items()))
        alike[who.contract, who.skills, wishes, who.absences, who.balance, marks, history].append(who)
    return tuple(
        Kind(tuple(people), tuple(_lines(week, people[0], placed[people[0].name], before[people[0].name])))
        for people in alike.values()
    )


def share(who: Person, weekend: frozenset[int], interval: int) -> float:
    """Return how many unpopular shifts a week of somebody has on average, were they spread evenly.

    >>> from hubbub.workforce.core.roster.people import Shape
    >>> early = Contract("Full time", (Shape(480),), ((360, 480),))
    >>> round(share(Person("Alice", early, frozenset({"phone"})), frozenset({5, 6}), 30), 2)
    1.43
    """
    starts = starts_of(who.contract, interval)
    popular = sum(not is_night(each) for each in starts) / len(starts) * (7 - len(weekend)) / 7
    return sum(who.days) / 2 * (1 - popular)


def is_night(start: int) -> bool:
    """Tell whether a shift that starts then is a night shift."""
    return start % DAY >= NIGHT[0] or start % DAY < NIGHT[1]


def is_unpopular(start: int, weekend: frozenset[int]) -> bool:
    """Tell whether a shift that starts then is on a weekend or at night."""
    return start // DAY % 7 in weekend or is_night(start)


def _by_person(shifts: Sequence[Shift]) -> defaultdict[str, list[Shift]]:
    found: defaultdict[str, list[Shift]] = defaultdict(list)
    for each in shifts:
        found[each.person].append(each)
    return found


def _history(past: Sequence[Shift]) -> tuple[int, int, int]:
    """Return when the last shift ended, how many days in a row were worked and were free until the week began."""
    if not past:
        return -WEEK, 0, 0
    worked, run = {each.day for each in past}, 0
    while -1 - run in worked:
        run += 1
    return max(each.end for each in past), run, -1 - max(worked)


def _lines(week: Week, who: Person, fixed: Sequence[Shift], past: Sequence[Shift]) -> Iterator[Line]:
    ended, run, free = _history(past)
    limits = _limits(week, who.contract, fixed, ended)
    taken = {each.day for each in fixed}
    nights = {each.day for each in fixed if is_unpopular(each.start, week.weekend)}
    paid = sum(each.paid for each in fixed)
    for days in _patterns(who, frozenset(taken), run, free, week.repeats):
        left = tuple(each for each in days if each not in taken)
        shapes = _shapes(who, len(left), paid)
        follow = any((each + 1) % 7 in left for each in left if week.repeats or each < 6)
        for band in _bands(who.contract, shapes, week.demand.interval, follow) if left else ((),):
            cell = _cell(who.skills & frozenset(week.demand.skills), band, shapes, limits)
            if all(cell.days[each] for each in left):
                night = bool(band) and is_night(band[0])
                unpopular = len(left) if night else sum(each in week.weekend for each in left)
                wished = sum(weight for day, weight in who.wishes.items() if day in days)
                yield Line(cell, left, wished, unpopular + len(nights))


@cache
def _cell(skills: frozenset[str], band: tuple[int, ...], shapes: tuple[Shape, ...], limits: Limits) -> Cell:
    return Cell(
        skills,
        tuple(
            tuple(
                (day * DAY + start, shape)
                for start in band
                for shape in shapes
                if first <= day * DAY + start and day * DAY + start + shape.minutes <= last
            )
            for day, (first, last) in enumerate(limits)
        ),
    )


def _patterns(who: Person, taken: frozenset[int], run: int, free: int, repeats: bool) -> Iterator[tuple[int, ...]]:
    """Yield the sets of days somebody may work."""
    contract = who.contract
    fewest, most = who.days[0], max(who.days[1], len(taken))
    open_days = [each for each in range(7) if each not in who.absences or each in taken]
    for many in range(fewest, most + 1):
        for days in combinations(open_days, many):
            if not taken <= set(days):
                continue
            row = [each in days for each in range(7)]
            worked = _longest(row + row) if repeats and many < 7 else _longest([True] * run + row)
            idle = [not each for each in row]
            rested = min(7, _longest(idle + idle)) if repeats else _longest([True] * free + idle)
            if worked <= contract.running and rested >= min(contract.together, 7 - many):
                yield days


def _longest(row: Sequence[bool]) -> int:
    best = now = 0
    for each in row:
        now = now + 1 if each else 0
        best = max(best, now)
    return best


def _shapes(who: Person, left: int, paid: int) -> tuple[Shape, ...]:
    """Return the forms of shift of which any mix keeps the hours of the week."""
    fewest, most = who.minutes
    return tuple(each for each in who.contract.shapes if fewest - 1e-6 <= paid + left * each.paid <= most + 1e-6)


@cache
def starts_of(contract: Contract, interval: int) -> tuple[int, ...]:
    """Return when shifts of a contract may start: each interval from the beginning of its windows on."""
    return tuple(sorted({each for first, last in contract.starts for each in range(first, last + 1, interval)}))


@cache
def _bands(contract: Contract, shapes: tuple[Shape, ...], interval: int, follow: bool) -> tuple[tuple[int, ...], ...]:
    """Return bands of starts, of days or of nights, that leave the rest between any two shifts of following days."""
    if not shapes:
        return ()
    width = DAY - contract.rest - max(each.minutes for each in shapes) if follow else DAY
    if width < 0:
        return ()
    found: list[tuple[int, ...]] = []
    for starts in _homogeneous(starts_of(contract, interval)):
        at = starts[0]
        while True:
            at = min(at, max(starts[0], next(each for each in starts if each >= starts[-1] - width)))
            found.append(tuple(each for each in starts if at <= each <= at + width))
            if found[-1][-1] == starts[-1]:
                break
            at = next(each for each in starts if each >= at + max(1, width // 2))
    return tuple(found)


def _homogeneous(starts: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield the starts by day, and those by night: the small hours are another day's than the evening."""
    for keep in (
        tuple(each for each in starts if each < NIGHT[1]),
        tuple(each for each in starts if not is_night(each)),
        tuple(each for each in starts if each >= NIGHT[0]),
    ):
        if keep:
            yield keep


def _limits(week: Week, contract: Contract, fixed: Sequence[Shift], ended: int) -> Limits:
    """Return how far each day's shift may reach beside what is placed."""
    round_again = (-WEEK, 0, WEEK) if week.repeats else (0,)
    spans = [(each.start + turn, each.end + turn) for each in fixed for turn in round_again]
    found = []
    for day in range(7):
        first = max((end for start, end in [*spans, (ended, ended)] if start < (day + 1) * DAY), default=-WEEK)
        last = min((start for start, _ in spans if start >= day * DAY), default=2 * WEEK)
        far = first + contract.rest <= day * DAY, last - contract.rest >= (day + 2) * DAY
        found.append(
            (day * DAY if far[0] else first + contract.rest, (day + 2) * DAY if far[1] else last - contract.rest)
        )
    return tuple(found)
