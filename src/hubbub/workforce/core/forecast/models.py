"""The models that compete for a queue: from simple to somewhat less simple. Each gives the middle of what will come."""

from collections.abc import Callable

import numpy as np

from hubbub.kernel.compiled import compiled
from hubbub.kernel.speech import mark
from hubbub.workforce.core.forecast.history import weeks
from hubbub.workforce.core.given import Floats

SPAN = 78
"""Weeks that a profile looks back at most."""
LEARNT = 26
"""Weeks from which the course of the day effect is learnt."""
WARM, RECENT, MOST = 14, 56.0, 0.3
"""Days before the course is judged; days after which what it missed counts half; a day counts no more than this off."""
MEMORIES = (1, 4, 16)
"""Half-lives that forecast together, in weeks."""
GRID = [(fades, gain) for fades in (0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1) for gain in (1, 0.6, 0.35, 0.2, 0.1)]


def last_week(past: Floats, ahead: int) -> Floats:
    """Return what came on the last such weekday: the seasonal naive forecast."""
    return recent(past, ahead, 1)


def recent(past: Floats, ahead: int, many: int = 4) -> Floats:
    """Return the mean of the last few such weekdays on which it was open."""
    back = weeks(past)[-2 * many - 6 :]
    known = ~np.isnan(back)
    newest = np.cumsum(known[::-1], axis=0)[::-1] <= many
    return _ahead(_mean(back, (known & newest).astype(float)), ahead)


def day_effects(past: Floats, ahead: int, half_life: float) -> Floats:
    """Return profile times day effect, on the scale of square roots, where counts of any size scatter alike.

    The profile of a weekday is the mean of its past, a week counting half after `half_life` weeks. The day effect is by
    how much a whole day lies above its profile; it is levelled out and fades (see `_course`).
    """
    back = weeks(np.sqrt(past[-7 * SPAN :] + 0.25))
    known = ~np.isnan(back)
    weight = 0.5 ** (np.arange(len(back))[::-1, None, None] / half_life)
    profile = _mean(back, weight * known)
    shape = np.where(known, np.nan_to_num(profile), 0.0)
    size = (shape**2).sum(2)
    effect = (shape * np.nan_to_num(back)).sum(2) / np.where(size > 0, size, np.nan) - 1
    course = _course(effect.ravel()[-7 * LEARNT :], ahead)
    return np.maximum(_ahead(profile, ahead) * (1 + course)[:, None], 0.5) ** 2 - 0.25


def together(past: Floats, ahead: int) -> Floats:
    """Return the mean of three such forecasts, with a short, a middling and a long memory."""
    return sum((day_effects(past, ahead, half_life) for half_life in MEMORIES), np.zeros(())) / len(MEMORIES)


Model = Callable[[Floats, int], Floats]
MODELS: dict[str, Model] = {
    "last_week": last_week,
    "four_weeks": recent,
    "eight_weeks": lambda past, ahead: recent(past, ahead, 8),
    "days_latest": lambda past, ahead: day_effects(past, ahead, 1),
    "days_short": lambda past, ahead: day_effects(past, ahead, 3),
    "days": lambda past, ahead: day_effects(past, ahead, 8),
    "days_long": lambda past, ahead: day_effects(past, ahead, 20),
    "together": together,
}
WORDS = {
    "last_week": mark("As last week"),
    "four_weeks": mark("Mean of four weeks"),
    "eight_weeks": mark("Mean of eight weeks"),
    "days_latest": mark("Profile and day effect, shortest memory"),
    "days_short": mark("Profile and day effect, short memory"),
    "days": mark("Profile and day effect"),
    "days_long": mark("Profile and day effect, long memory"),
    "together": mark("Profiles of three memories together"),
}


def _course(effect: Floats, ahead: int) -> Floats:
    """Return the day effect of the days ahead: a level that follows with a gain, and fades by a factor a day.

    Of a grid of both, those are taken with which the days up to a week ahead were foretold best.
    """
    fades, gain = np.array(GRID).T
    last, cost = np.zeros((2, len(GRID)))
    _follow(np.ascontiguousarray(effect), fades.copy(), gain.copy(), np.empty(len(effect)), last, cost)
    best = cost.argmin()
    return np.asarray(last[best] * fades[best] ** np.arange(1, ahead + 1))


@compiled
def _follow(
    effect: Floats, fades: Floats, gain: Floats, levels: Floats, last: Floats, cost: Floats
) -> None:  # pragma: no cover (compiled)
    """Fill in the last level, and what a week of forecasts from each day cost, for each pair of the grid."""
    for pair in range(len(fades)):
        level = 0.0
        for day in range(len(effect)):
            level *= fades[pair]
            if not np.isnan(effect[day]):
                level += gain[pair] * (effect[day] - level)
            levels[day] = level
        last[pair] = level
        for day in range(WARM, len(effect)):
            weight = 0.5 ** ((len(effect) - 1 - day) / RECENT)
            for after in range(1, 8):
                if day + after < len(effect) and not np.isnan(effect[day + after]):
                    missed = effect[day + after] - levels[day] * fades[pair] ** after
                    cost[pair] += weight * min(missed * missed, MOST**2)


def _mean(back: Floats, weight: Floats) -> Floats:
    total = weight.sum(0)
    return np.asarray((np.nan_to_num(back) * weight).sum(0) / np.where(total > 0, total, np.nan))


def _ahead(week: Floats, ahead: int) -> Floats:
    return np.tile(week, (-(-ahead // 7), 1))[:ahead]
