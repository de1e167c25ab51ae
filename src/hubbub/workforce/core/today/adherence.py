"""Who kept to the roster: what was planned for somebody against what they were at. Pure.

All times are minutes that really pass, from one beginning for all that is handed in; so a night in which the clock is
put back has an hour more. `moment` of `clock` tells when a minute of the wall clock is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum
from itertools import pairwise
from math import inf
from typing import Final

Spans = Sequence[tuple[float, float]]


class Doing(StrEnum):
    """What somebody's state counts as."""

    WORK = "work"
    BREAK = "break"
    GONE = "gone"


class Where(StrEnum):
    """Where somebody is, against the roster."""

    HERE = "here"
    BREAK = "break"  # planned
    LONG_BREAK = "long_break"  # longer than planned, or not planned at all
    AWAY = "away"  # was here, and nobody knows why they are not
    LATE = "late"  # did not come yet
    MISSING = "missing"  # did not come for so long that nobody reckons with them
    ABSENT = "absent"  # said so
    NOT_YET = "not_yet"
    DONE = "done"
    EXTRA = "extra"  # works, though the roster does not say so


@dataclass(frozen=True, slots=True)
class Held:
    """A state that was held, from then to then."""

    start: float
    end: float
    doing: Doing


@dataclass(frozen=True, slots=True)
class Grace:
    """How many minutes are overlooked."""

    start_min: float = 5.0
    """Who begins later than this is late."""
    break_min: float = 2.0
    """A break that is longer than this beyond its length is long."""
    missing_min: float = 30.0
    """Who is late or away for so long is missing: nobody reckons with them until they come."""
    near_min: float = 60.0
    """So far from its time, a break that was taken still counts as the planned one."""


USUAL: Final = Grace()


@dataclass(frozen=True, slots=True)
class Kept:
    """How somebody kept to the roster until now; or how several did, added up. Minutes."""

    planned_min: float = 0.0
    """Of work and breaks, as far as they have come."""
    kept_min: float = 0.0
    """Of those, in which they did as planned."""
    to_work_min: float = 0.0
    """Of planned work alone."""
    worked_min: float = 0.0
    """Worked, at whatever time."""
    late_min: float = 0.0
    """After the beginning of a shift or of its second piece, where it was more than the grace."""
    late_starts: int = 0
    over_min: float = 0.0
    """By which breaks were too long."""
    long_breaks: int = 0

    @property
    def adherence(self) -> float | None:
        """The share of planned time in which they did as planned; None where nothing was planned yet."""
        return self.kept_min / self.planned_min if self.planned_min > 0 else None

    @property
    def conformance(self) -> float | None:
        """Time worked for each minute that was to be worked, at whatever time; can be above 1."""
        return self.worked_min / self.to_work_min if self.to_work_min > 0 else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is, since when, and by how many minutes that is too late or too long."""

    where: Where
    since: float | None = None
    over_min: float = 0.0


def kept(pieces: Spans, breaks: Spans, held: Iterable[Held], now: float, grace: Grace = USUAL) -> Kept:
    """Return how somebody kept to the roster until now.

    In a planned break they may do what they like but work; while work is planned, they are to work.

    Parameters
    ----------
    pieces, breaks : the shift, from when to when; breaks lie inside the pieces
    held : states, none over another; what they leave out, somebody was not there
    now : where it ends

    >>> kept([(0, 120)], [(60, 75)], [Held(10, 60, Doing.WORK), Held(80, 120, Doing.WORK)], 120).adherence
    0.875
    """
    begun, rests = _until(pieces, now), _until(breaks, now)
    worked = _until(joined((each.start, each.end) for each in held if each.doing is Doing.WORK), now)
    planned, resting, in_rests = _length(begun), _length(rests), overlap(worked, rests)
    late = [each for piece in begun if (each := _late(piece, worked, now)) > grace.start_min]
    over = [
        each for piece in begun for _, each in _overruns(piece, breaks, worked, now, grace) if each > grace.break_min
    ]
    return Kept(
        planned, overlap(worked, begun) - in_rests + resting - in_rests, planned - resting, _length(worked), sum(late),
        len(late), sum(over), len(over),
    )  # fmt: skip


def together(each: Iterable[Kept]) -> Kept:
    """Add up what several kept."""
    found = [astuple(one) for one in each]
    return Kept(*map(sum, zip(*found, strict=True))) if found else Kept()


def place(pieces: Spans, breaks: Spans, held: Sequence[Held], now: float, grace: Grace = USUAL) -> Place:
    """Return where somebody is now.

    >>> place([(0, 480)], [], [], 10)
    Place(where=<Where.LATE: 'late'>, since=0, over_min=10)
    """
    at = next((each for each in held if each.start <= now < each.end), None)
    piece = next((each for each in pieces if each[0] <= now < each[1]), None)
    works = at is not None and at.doing is Doing.WORK
    if piece is None:
        if works:
            return Place(Where.EXTRA, at.start if at else None)
        return Place(Where.NOT_YET if any(start > now for start, _ in pieces) else Where.DONE)
    if works:
        return Place(Where.HERE, at.start if at else None)
    worked = _until(joined((each.start, each.end) for each in held if each.doing is Doing.WORK), now)
    last = max((end for start, end in worked if end > piece[0] and start < piece[1]), default=None)
    if last is None:
        return _not_come(piece, breaks, now, grace)
    since, over = _overruns((piece[0], inf), breaks, worked, now, grace)[-1]
    if over <= grace.break_min:
        return Place(Where.BREAK, since)
    if at is not None and at.doing is Doing.BREAK:
        return Place(Where.LONG_BREAK, since, over)
    return Place(Where.AWAY if over < grace.missing_min else Where.MISSING, since, over)


def _not_come(piece: tuple[float, float], breaks: Spans, now: float, grace: Grace) -> Place:
    waited = now - piece[0] - overlap([(piece[0], now)], breaks)
    if waited <= grace.start_min:
        return Place(Where.NOT_YET, piece[0])
    return Place(Where.LATE if waited < grace.missing_min else Where.MISSING, piece[0], waited)


def _late(piece: tuple[float, float], worked: Spans, now: float) -> float:
    """Return how long after its beginning somebody came to a piece; until its end, or now, where they never did."""
    start, end = piece
    first = min((max(begin, start) for begin, over in worked if over > start and begin < end), default=min(end, now))
    return first - start


def _overruns(
    piece: tuple[float, float], breaks: Spans, worked: Spans, now: float, grace: Grace
) -> list[tuple[float, float]]:
    """Return since when somebody did not work in each pause they made of a piece, and by how much it was too long.

    A pause counts as the planned break nearest to it that none before it took. What is planned in it, is planned.
    """
    start, end = piece[0], min(piece[1], now)
    inside = [(max(a, start), min(b, end)) for a, b in worked if b > start and a < end]
    if not inside:
        return []
    pauses = [(one[1], two[0]) for one, two in pairwise(inside)]
    if inside[-1][1] < end:
        pauses.append((inside[-1][1], end))
    left = [each for each in breaks if each[1] > start and each[0] < piece[1]]
    found = []
    for begin, over in pauses:
        mine = min(left, key=lambda each: (-_shared(each, (begin, over)), _far(each, (begin, over))), default=None)
        allowed = 0.0
        if mine is not None and _far(mine, (begin, over)) <= grace.near_min and over - begin > grace.break_min:
            left.remove(mine)
            allowed = mine[1] - mine[0]
        found.append((begin, max(0.0, over - begin - allowed)))
    return found


def _far(one: tuple[float, float], two: tuple[float, float]) -> float:
    return max(0.0, one[0] - two[1], two[0] - one[1])


def _shared(one: tuple[float, float], two: tuple[float, float]) -> float:
    return max(0.0, min(one[1], two[1]) - max(one[0], two[0]))


def joined(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return spans in order, those that touch as one.

    >>> joined([(5, 9), (0, 5), (20, 30)])
    [(0, 9), (20, 30)]
    """
    found: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif end > start:
            found.append((start, end))
    return found


def overlap(one: Spans, two: Spans) -> float:
    """Return how long both last at the same time; spans of one do not overlap each other."""
    return sum(_shared(a, b) for a in one for b in two)


def _until(spans: Spans, now: float) -> list[tuple[float, float]]:
    return [(start, min(end, now)) for start, end in spans if start < min(end, now)]


def _length(spans: Spans) -> float:
    return sum(end - start for start, end in spans)
