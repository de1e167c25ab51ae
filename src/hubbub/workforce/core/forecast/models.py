"""The models that compete for a queue: from simple to somewhat less simple. Each gives the middle of what will come."""

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
YEAR, TRUST = 52, 0.7
"""Weeks after which a season comes again on the same weekdays; how far it is thought to be as it was."""
MEMORIES = (1, 4, 16)
"""Half-lives of profiles, in weeks."""
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


def foretold(past: Floats, ahead: int) -> dict[str, Floats]:
    """Return what each model says of the days after a table of days: (ahead, intervals), nan where it was not open."""
    back = weeks(np.sqrt(past[-7 * SPAN :] + 0.25))
    latest, short, long = (day_effects(back, ahead, half_life) for half_life in MEMORIES)
    together, year = (latest + short + long) / len(MEMORIES), _year(past, ahead)[:, None]
    return {
        "last_week": last_week(past, ahead),
        "four_weeks": recent(past, ahead, 4),
        "eight_weeks": recent(past, ahead, 8),
        "days_latest": latest,
        "days_short": short,
        "days_long": long,
        "together": together,
        "days_year": long * year,
        "together_year": together * year,
    }


WORDS = {
    "last_week": mark("As last week"),
    "four_weeks": mark("Mean of four weeks"),
    "eight_weeks": mark("Mean of eight weeks"),
    "days_latest": mark("Profile and day effect, shortest memory"),
    "days_short": mark("Profile and day effect, short memory"),
    "days_long": mark("Profile and day effect, long memory"),
    "together": mark("Profiles of three memories together"),
    "days_year": mark("Profile and day effect, with the season of the year"),
    "together_year": mark("Profiles of three memories together, with the season of the year"),
}


def day_effects(back: Floats, ahead: int, half_life: float) -> Floats:
    """Return profile times day effect, on the scale of square roots, where counts of any size scatter alike.

    The profile of a weekday is the mean of its past, a week counting half after `half_life` weeks. The day effect is by
    how much a whole day lies above its profile; it is levelled out and fades (see `_course`).

    Parameters
    ----------
    back : (weeks, 7, intervals) roots of counts and a quarter
    """
    known = ~np.isnan(back)
    weight = 0.5 ** (np.arange(len(back))[::-1, None, None] / half_life)
    profile = _mean(back, weight * known)
    shape = np.where(known, np.nan_to_num(profile), 0.0)
    size = (shape**2).sum(2)
    effect = (shape * np.nan_to_num(back)).sum(2) / np.where(size > 0, size, np.nan) - 1
    course = _course(effect.ravel()[-7 * LEARNT :], ahead)
    return np.maximum(_ahead(profile, ahead) * (1 + course)[:, None], 0.5) ** 2 - 0.25


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


def _year(past: Floats, ahead: int) -> Floats:
    """Return by which factor each day ahead lies above these weeks, as it did 52 and 104 weeks ago, drawn towards 1."""
    back = weeks(np.sqrt(past[-7 * (2 * YEAR + 4) :] + 0.25))
    if len(back) < YEAR + 4:
        return np.ones(ahead)
    known = ~np.isnan(back)
    profile = np.where(known, np.nan_to_num(_mean(back, known.astype(float))), 0.0)
    seen, usual = ((profile * table).sum((1, 2)) for table in (np.nan_to_num(back), profile))
    around = np.ones(5)
    seen, usual = np.convolve(seen, around, "same"), np.convolve(usual, around, "same")
    level = np.where(usual > 0, seen / np.where(usual > 0, usual, 1), np.nan)
    coming = np.arange(ahead) // 7
    went = []
    for years in (1, 2):
        now = len(back) - YEAR * years
        if now >= 4:
            went.append(level[np.minimum(now + coming, len(level) - 1)] / level[now - 2])
    mean = np.stack(went).mean(0)
    return np.where(np.isfinite(mean) & (mean > 0), mean, 1.0) ** (2 * TRUST)  # of roots, so twice for counts


def _mean(back: Floats, weight: Floats) -> Floats:
    total = weight.sum(0)
    return np.asarray((np.nan_to_num(back) * weight).sum(0) / np.where(total > 0, total, np.nan))


def _ahead(week: Floats, ahead: int) -> Floats:
    return np.tile(week, (-(-ahead // 7), 1))[:ahead]
