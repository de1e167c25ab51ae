"""What may be changed in a shift that runs: to when a break can be moved, and which skill is served when. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.workforce.core.plan.clock import clock
from hubbub.workforce.core.plan.contracts import Contract
from hubbub.workforce.core.plan.presence import Shift

Windows = tuple[tuple[int, int], ...]
GRID: Final = 5
SHOWN: Final = 15


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a break may be moved, in minutes."""

    after: int = 60
    """A break begins at least so long after its piece."""
    before: int = 30
    """It ends at least so long before its piece does."""
    apart: int = 60
    """Between two breaks lies at least so much work."""
    far: int = 120
    """So far from where it stands it may be moved."""
    run: int = 360
    """The most work without a break."""
    notice: int = 10
    """Nobody is told of a change later than so long before."""


USUAL: Final = Bounds()


def windows(contract: Contract, shift: Shift) -> tuple[tuple[int, int], ...]:
    """Return from when until when each break of a shift may begin by its contract; none where it has another form.

    >>> breaks = ((600, 615, True), (720, 750, False), (855, 870, True))
    >>> windows(Contract("Full time"), Shift(1, 1, None, ((480, 990),), breaks))
    ((555, 645), (675, 765), (810, 900))
    """
    for form in contract.forms:
        lengths = [(long, paid) for _, _, long, paid in form.breaks]
        if form.at(shift.start)[0] == shift.pieces and lengths == [(b - a, paid) for a, b, paid in shift.breaks]:
            return tuple((shift.start + first, shift.start + last) for first, last, _, _ in form.breaks)
    return ()


def starts(
    shift: Shift, which: int, now: float, bounds: Bounds = USUAL, step: int = SHOWN, within: Windows = ()
) -> list[int]:
    """Return when a break of a shift can begin instead, on a grid of `step` minutes; none if it has begun, or nearly.

    `within` are the windows of its contract, where it has any.

    >>> shift = Shift(1, 1, None, ((480, 960),), ((720, 750, False),))
    >>> starts(shift, 0, 700, step=60)
    [780, 840]
    """
    begin, end, _ = shift.breaks[which]
    if begin < now + bounds.notice:
        return []
    piece = next((each for each in shift.pieces if each[0] <= begin and end <= each[1]), None)
    if piece is None:
        return []
    first = max(begin - bounds.far, piece[0] + bounds.after, int(now) + bounds.notice)
    last = min(begin + bounds.far, piece[1] - bounds.before - (end - begin))
    if within:
        first, last = max(first, within[which][0]), min(last, within[which][1])
    grid = range(-(-first // step) * step, last + 1, step)
    return [each for each in grid if each != begin and _fits(shift, which, each, piece, bounds)]


def _fits(shift: Shift, which: int, start: int, piece: tuple[int, int], bounds: Bounds) -> bool:
    length = shift.breaks[which][1] - shift.breaks[which][0]
    others = [each[:2] for place, each in enumerate(shift.breaks) if place != which and piece[0] <= each[0] < piece[1]]
    if any(start < end + bounds.apart and begin < start + length + bounds.apart for begin, end in others):
        return False
    rests = sorted([*others, (start, start + length)])
    runs = zip([piece[0], *(end for _, end in rests)], [*(begin for begin, _ in rests), piece[1]], strict=True)
    before = sorted([*others, shift.breaks[which][:2]])
    was = zip([piece[0], *(end for _, end in before)], [*(begin for begin, _ in before), piece[1]], strict=True)
    return max(b - a for a, b in runs) <= max(bounds.run, max(b - a for a, b in was))


def moved(shift: Shift, which: int, start: int, now: float, bounds: Bounds = USUAL, within: Windows = ()) -> Shift:
    """Return a shift with a break at another time.

    Raises
    ------
    InvalidInput
        If there is no such break, or it can't begin then.
    """
    if not 0 <= which < len(shift.breaks):
        raise InvalidInput(reason=say("The shift has no such break."))
    if start % GRID or start not in starts(shift, which, now, bounds, GRID, within):
        raise InvalidInput(
            reason=say(
                "The break can’t begin at {time}. It stays in its part of the shift, where the contract lets it be, "
                "within {far} minutes of where it was and apart from other breaks, and has not begun.",
                time=clock(start),
                far=bounds.far,
            )
        )
    begin, end, paid = shift.breaks[which]
    rest = (*shift.breaks[:which], (start, start + end - begin, paid), *shift.breaks[which + 1 :])
    return replace(shift, breaks=tuple(sorted(rest)), locked=True)


def lent(shift: Shift, first: str, start: int, end: int, skill: str) -> Shift:
    """Return a shift in which somebody serves another skill for a while; `first` is served where none is named.

    >>> lent(Shift(1, 1, None, ((480, 960),)), "Mail", 600, 660, "Sales").skills
    ((480, 600, 'Mail'), (600, 660, 'Sales'), (660, 960, 'Mail'))

    Raises
    ------
    InvalidInput
        If the shift is not worked in that time.
    """
    if not shift.start <= start < end <= shift.end:
        raise InvalidInput(
            reason=say("The shift goes from {start} to {end}.", start=clock(shift.start), end=clock(shift.end))
        )
    named = shift.skills or ((shift.start, shift.end, first),)
    kept = [
        each for begin, over, name in named for each in ((begin, min(over, start), name), (max(begin, end), over, name))
    ]
    return replace(shift, skills=_joined((*filter(_lasts, kept), (start, end, skill))), locked=True)


def _lasts(span: tuple[int, int, str]) -> bool:
    return span[0] < span[1]


def _joined(spans: Iterable[tuple[int, int, str]]) -> tuple[tuple[int, int, str], ...]:
    found: list[tuple[int, int, str]] = []
    for start, end, name in sorted(spans):
        if found and found[-1][1] == start and found[-1][2] == name:
            found[-1] = (found[-1][0], end, name)
        else:
            found.append((start, end, name))
    return tuple(found)
