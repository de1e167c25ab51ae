"""The rest of a day, from what was seen of it: what lies above the forecast in the morning mostly does so at noon."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
from numpy.typing import ArrayLike

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.workforce.core.forecast.intervals import GRID
from hubbub.workforce.core.forecast.outlook import Forecast
from hubbub.workforce.core.forecast.storms import TWICE
from hubbub.workforce.core.given import Floats

STORMY = 1 / 3
"""Where more of what was seen of a day is far above the usual, it is no storm but a strong day."""
_DAY = mark("That day is not in the forecast.")
_SEEN = mark("Give what was seen of the day as one number an interval, from 0 on, empty where it is not over yet.")


def reforecast(told: Forecast, day: int, seen: ArrayLike) -> Forecast:
    """Return a forecast of one day that knows what was seen of it.

    Where each count lies in its distribution is taken as a normal score; scores of a day are correlated as the backtest
    found (ρ λᵏ at k intervals), and the rest of the day is what a normal distribution says given the seen ones. So the
    rest moves as far as mornings have told of afternoons in this queue, and its intervals grow narrower. A storm says
    nothing of the rest; but where more than a third of what was seen is like one, it is the day.

    Parameters
    ----------
    told : a forecast that has the day in it
    day : its row
    seen : array of shape (intervals of a day,), what came; nan for what is not over. A zero is a count

    Raises
    ------
    InvalidInput
        If the day is not in the forecast, or the shape does not fit.

    Returns
    -------
    a forecast of one row, nan where it is over
    """
    if not 0 <= day < len(told.middle):
        raise InvalidInput(reason=_DAY)
    try:
        counts = np.array(seen, np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(reason=_SEEN) from None
    if counts.shape != told.middle.shape[1:] or (counts < 0).any() or np.isinf(counts).any():
        raise InvalidInput(reason=_SEEN)
    middle, wider = told.middle[day], told.wider[day]
    scores = _without_storm(told.spread.scores(middle, counts, wider), counts, told.median[day])
    linked, known = told.spread.together(len(counts)), ~np.isnan(scores)
    moved = np.zeros(len(counts))
    if known.any():
        weight = np.linalg.solve(linked[np.ix_(known, known)], linked[known])
        moved = weight.T @ scores[known]
        linked = linked - linked[known].T @ weight
    return replace(
        told,
        first=told.first + timedelta(days=day),
        middle=np.where(np.isnan(counts), middle, np.nan)[None],
        wider=wider[None],
        moved=moved,
        linked=linked,
    )


def _without_storm(scores: Floats, counts: Floats, usual: Floats) -> Floats:
    """Return normal scores, nan where a storm was."""
    with np.errstate(invalid="ignore"):
        storm = (scores >= GRID[-1]) & (counts > TWICE * usual)
    few = 0 < storm.sum() <= (~np.isnan(scores)).sum() * STORMY
    return np.where(storm, np.nan, scores) if few else scores
