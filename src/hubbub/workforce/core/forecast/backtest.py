"""Which model wins for a queue: each foretells past weeks from what was known before them (rolling origins)."""

from dataclasses import dataclass, field

import numpy as np

from hubbub.workforce.core.forecast.intervals import ENOUGH, Spread, assumed, inside, learnt, normal_score
from hubbub.workforce.core.forecast.models import foretold
from hubbub.workforce.core.given import Floats

ORIGINS = 12
"""Weeks that are foretold, one after the other; if fewer days are asked for, so many days at a time."""
LEAST = 14
"""Days that have to be known before the first origin."""
FURTHEST = 84
"""Days ahead that are tried at most."""
CAUTION = 0.15
"""The mean of several memories wins if it is worse than the best by no more than this, by the number of weeks: few
of them may flatter a model."""


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """How the models did."""

    origins: int
    """How often the days ahead were foretold; with 0 nothing could be tried."""
    errors: dict[str, float]
    """The WAPE of each model: the sum of absolute errors by the sum of what came, day and interval."""
    model: str
    """The one that won."""
    coverage: float | None
    """The share of what came within 80 % intervals, each half of the weeks measured with what the other taught."""
    spread: Spread
    ahead: int = 0
    """How many days ahead were tried."""
    began: tuple[int, ...] = ()
    """The row of the first day of each of them."""
    each: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """The WAPE of each model from each of these days on; nan where nothing came."""

    @property
    def gain(self) -> float | None:
        """Return by which share the error of the winner is below that of the seasonal naive forecast."""
        naive = self.errors.get("last_week", 0.0)
        return 1 - self.errors[self.model] / naive if naive > 0 else None


def backtest(base: Floats, ahead: int = 7, seen: Floats | None = None) -> Backtest:
    """Let the models foretell the last weeks of a table of days, and learn from the winner how far off one is.

    Parameters
    ----------
    base : (days, intervals) what the models learn from, nan where not known
    ahead : days to foretell
    seen : the same, with what can't be learnt from, but was to be foretold; None: the base
    """
    known = (~np.isnan(base)).any(1)
    begins = int(known.argmax()) if known.any() else 0
    ahead = min(ahead, FURTHEST, max(7, (len(base) - begins - LEAST) // 2))
    last = len(base) - ahead
    step = min(ahead, 7)
    origins = [at for at in range(last - 7 * ORIGINS + step, last + 1, step) if at >= begins + LEAST]
    if not origins:
        return Backtest(0, {}, "together" if len(base) >= LEAST else "four_weeks", None, assumed())
    came = np.stack([(base if seen is None else seen)[at : at + ahead] for at in origins])
    each = [foretold(base[:at], ahead) for at in origins]
    told = {name: np.stack([models[name] for models in each]) for name in each[0]}
    known_by_all = ~np.isnan(came) & ~np.isnan(sum(told.values()))
    whole = came[known_by_all].sum()
    missed = {name: float(np.abs(table - came)[known_by_all].sum()) for name, table in told.items()}
    tried = max(1, len(origins) * step // 7)
    winner = min(missed, key=lambda name: missed[name])
    near = [name for name in ("together", "together_year") if missed[name] <= missed[winner] * (1 + CAUTION / tried)]
    winner = min(near or [winner], key=lambda name: missed[name])
    rows = (-1, base.shape[1])
    errors = {name: error / whole if whole > 0 else 0.0 for name, error in missed.items()}
    spread = learnt(told[winner].reshape(rows), came.reshape(rows), tried)
    came_each = np.where(known_by_all, came, 0).sum((1, 2))
    came_each[came_each == 0] = np.nan
    by_origin = {
        name: tuple((np.where(known_by_all, np.abs(table - came), 0).sum((1, 2)) / came_each).tolist())
        for name, table in told.items()
    }
    covered = _coverage(told[winner], came)
    return Backtest(len(origins), errors, winner, covered, spread, ahead, tuple(origins), by_origin)


def _coverage(told: Floats, seen: Floats) -> float | None:
    hits, whole = 0.0, 0
    rows = (-1, seen.shape[2])
    for half in (0, 1):
        taught, tried = (told[half::2], seen[half::2]), (told[1 - half :: 2], seen[1 - half :: 2])
        if (~np.isnan(taught[1])).sum() < ENOUGH:
            return None
        spread = learnt(
            taught[0].reshape(rows),
            taught[1].reshape(rows),
            max(1, taught[1].shape[0] * min(taught[1].shape[1], 7) // 7),
        )
        low, high = (spread.at(tried[0], normal_score(share)) for share in (0.1, 0.9))
        known = ~np.isnan(tried[1]) & ~np.isnan(tried[0])
        hits += float(inside(low, high, tried[1], spread.whole)[known].sum())
        whole += int(known.sum())
    return hits / whole if whole else None
