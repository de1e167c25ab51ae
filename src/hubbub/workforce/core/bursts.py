"""How bursty arrivals are, from what was counted: whether each post calls forth further ones, and for how long."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.given import Floats, amounts, times, together

FEWEST = 20
"""Counts that are needed; wider windows than a twentieth of the whole are not looked at, as they are too few."""
FADING = np.geomspace(0.01, 30, 120)
"""Speeds tried at which a burst fades, for each time between two counts."""
MOST = 0.98
SURE = 40.0
"""How much nearer bursts must come to the counts, squared, than chance: at most 1 of 20 series without bursts does."""
_FEW = mark("Give at least {fewest} counts of intervals of the same length, with something in them.")
_EXPECTED = mark("What is usual for each interval is a number above 0.")
_SPAN = mark("The end of the time looked at is after its beginning, and all times lie between.")


@dataclass(frozen=True, slots=True)
class Burstiness:
    """How arrivals call forth further ones."""

    branching: float
    """η: further items that each one calls forth, on average; 0 where they come by themselves."""
    lasts: float
    """Seconds after which a burst has faded to a third; 0 where there is none."""


def burstiness(counts: ArrayLike, *, per: float = 1800.0, usual: ArrayLike | None = None) -> Burstiness:
    """Return how bursty counts are, from how much more they vary than chance, in windows of growing length.

    Arrivals that call forth further ones (Hawkes, with an exponential decay) vary in windows of length T by
    F(T) = κ² + (1-κ²) (1-e^(-γT)) / (γT) times their mean, κ = 1/(1-η). Fitted by least squares over windows of 1, 2, 4
    … intervals up to a twentieth of the whole, each weighed by how many there are. η is at most .98, and
    0 where chance explains the counts about as well.

    Parameters
    ----------
    counts : array of shape (n_intervals,), how many came in each, one after the other
    per : seconds an interval lasts
    usual : what was to be expected in each, as by hour of the day; None: the mean. Without it, the course of
        a day is taken for bursts

    Raises
    ------
    InvalidInput
        If there are fewer than 20 counts, none with anything in it, or something negative.

    References
    ----------
    J. Da Fonseca and R. Zaatour (2014), Hawkes process: fast calibration, application to trade clustering.

    >>> burstiness([3, 5] * 50).branching
    0.0
    """
    found = amounts(counts)
    if found.ndim != 1 or len(found) < FEWEST or not found.any():
        raise InvalidInput(reason=say(_FEW, fewest=FEWEST))
    expected = np.full(len(found), found.mean()) if usual is None else times(usual, _EXPECTED)
    found, expected = together(found, expected)
    sizes = 2 ** np.arange(int(np.log2(len(found) / FEWEST)) + 1)
    excess = np.array([_variation(found, expected, int(size)) for size in sizes])
    many = len(found) // sizes
    best, branching, speed = float((many * (excess - 1) ** 2).sum()) - SURE, 0.0, 1.0
    for fading in FADING:
        chance = -np.expm1(-fading * sizes) / (fading * sizes)
        growth = 1.0 - chance
        square = float((many * growth * (excess - chance)).sum() / (many * growth**2).sum())
        missed = float((many * (excess - chance - square * growth) ** 2).sum())
        if missed < best:
            best, speed = missed, float(fading)
            branching = min(MOST, 1 - 1 / np.sqrt(square)) if square > 1 else 0.0
    return Burstiness(float(branching), float(per) / speed if branching > 0 else 0.0)


def counted(at: ArrayLike, *, start: float, end: float, per: float = 1800.0) -> Floats:
    """Return how many of these times lie in each interval from start to end, in seconds; a part left over counts not.

    >>> counted([10, 70, 80, 130], start=0, end=150, per=60)
    array([1., 2.])
    """
    when = np.asarray(at, np.float64)
    if not end > start or not ((when >= start) & (when <= end)).all():
        raise InvalidInput(reason=_SPAN)
    many = int((end - start) // float(times(per)))
    if many == 0:
        raise InvalidInput(reason=_SPAN)
    found, _ = np.histogram(when, bins=many, range=(start, start + many * per))
    return found.astype(np.float64)


def _variation(found: Floats, expected: Floats, size: int) -> float:
    """Return how many times more windows of this size vary than chance would have it."""
    whole = len(found) // size * size
    came = found[:whole].reshape(-1, size).sum(axis=1)
    usual = expected[:whole].reshape(-1, size).sum(axis=1)
    return float(((came - usual) ** 2 / usual).mean())
