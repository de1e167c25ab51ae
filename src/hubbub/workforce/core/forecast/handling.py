"""How long a contact takes, by weekday and interval: own measurements where there are enough, else those of more.

Each cell is drawn towards a wider one by credibility, Z = n / (n + s²/a) with s² the variance of one contact's time and
a that of what cells really are (H. Bühlmann, E. Straub, 1970): an interval of a weekday towards that interval of all
days, and that towards the whole.
"""

from dataclasses import dataclass

import numpy as np

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.workforce.core.forecast.history import History, weeks
from hubbub.workforce.core.given import Floats

HALF_LIFE = 8
"""Weeks after which what was measured counts half."""
_NONE = mark("No handling times have been measured yet.")


@dataclass(frozen=True, slots=True, eq=False)
class Handling:
    """How long a contact will take."""

    mean: Floats
    """(days ahead, intervals) seconds, known for each."""
    whole: float
    """Seconds over all, recent weeks counting more."""
    spread: float
    """Standard deviation of one contact's time, seconds."""


def handling(history: History, ahead: int = 7) -> Handling:
    """Foretell mean handling times of the days after a history, shrunk where few were measured.

    Raises
    ------
    InvalidInput
        If none were measured.

    >>> from datetime import date
    >>> told = handling(History(date(2026, 1, 5), np.full((14, 2), 9.0), np.tile([200.0, 300.0], (14, 1))), ahead=1)
    >>> told.mean.round()
    array([[200., 300.]])
    """
    if history.handling is None or not (history.arrivals[~np.isnan(history.handling)] > 0).any():
        raise InvalidInput(reason=_NONE)
    known = ~np.isnan(history.handling) & (np.nan_to_num(history.arrivals) > 0)
    counts = weeks(np.where(known, history.arrivals, 0.0))
    counts = np.nan_to_num(counts)
    seconds = weeks(np.where(known, history.handling, 0.0))
    seconds = np.nan_to_num(seconds)
    recent = counts * 0.5 ** (np.arange(len(counts))[::-1, None, None] / HALF_LIFE)
    whole = float((recent * seconds).sum() / recent.sum())
    size, cells = recent.sum(0), _means(recent, seconds, 0)
    noise = _noise(counts, seconds)
    columns = _drawn(size.sum(0), _means(recent, seconds, (0, 1)), np.full(size.shape[1], whole), noise)
    cells = _drawn(size, cells, np.broadcast_to(columns, size.shape), noise)
    mean = np.tile(cells, (-(-ahead // 7), 1))[:ahead]
    return Handling(mean, whole, float(np.sqrt(noise)))


def _means(size: Floats, seconds: Floats, axis: int | tuple[int, int]) -> Floats:
    total = size.sum(axis)
    return np.asarray((size * seconds).sum(axis) / np.where(total > 0, total, 1))


def _noise(counts: Floats, seconds: Floats) -> float:
    """Return the variance of one contact's time: from how the means of a cell's weeks differ, by their counts."""
    freedom = np.maximum((counts > 0).sum(0) - 1, 0).sum()
    apart = (counts * (seconds - _means(counts, seconds, 0)) ** 2).sum()
    if freedom > 0 and apart > 0:
        return float(apart / freedom)
    return float(_means(counts, seconds, (0, 1)).mean() ** 2) if freedom == 0 else 1e-9


def _drawn(size: Floats, means: Floats, towards: Floats, noise: float) -> Floats:
    there = size > 0
    total, many = size[there].sum(), int(there.sum())
    apart = float((size * (means - towards) ** 2)[there].sum()) - (many - 1) * noise
    real = max(0.0, apart / max(total - (size[there] ** 2).sum() / total, 1e-9)) if many > 1 else 0.0
    weight = size * real / (size * real + noise)
    return np.asarray(towards + np.where(there, weight, 0.0) * (means - towards))
