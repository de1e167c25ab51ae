"""The forecast: what is usual, what the calendar does to it, how far off one may be, and what storms add."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.workforce.core.forecast.backtest import Backtest, backtest
from hubbub.workforce.core.forecast.calendar import Event, Learnt, Marks, covered, marks
from hubbub.workforce.core.forecast.history import History, passes
from hubbub.workforce.core.forecast.intervals import GRID, LIFT, Spread, normal_score
from hubbub.workforce.core.forecast.models import SPAN, foretold
from hubbub.workforce.core.forecast.storms import Storms, Swept, swept
from hubbub.workforce.core.given import Floats, share

NOTHING = mark("Nothing has been counted yet, or not for more than a year: a forecast needs one day at least.")
_AHEAD = mark("Foretell one day at least, and 366 at most.")
ONE_DAY = mark("Only one day is known: every day is thought to be like it.")
DAYS = mark("Less than two weeks are known: weekdays that were not seen are thought to be like the mean of the others.")
UNTRIED = mark("Too little is known to try the models on past weeks; how far off a forecast may be is assumed.")
FAR = mark("So far ahead could not be tried on the past: towards its end it may be further off than it says.")


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What will come, as a distribution for each interval; nan where nobody is there.

    Storms are not in it: `storms` says how often they come, and what to provide for.
    """

    first: date
    middle: Floats
    """(days, intervals) what the model says; `median` is that with what its past errors teach."""
    wider: Floats
    """How much wider than usual it scatters, as a factor, where the calendar is unsure."""
    backtest: Backtest
    storms: Storms
    learnt: tuple[Learnt, ...] = ()
    """What holidays and events do."""
    notes: tuple[str, ...] = ()
    """Sentences on what is not known well."""
    moved: Floats | None = None
    """(intervals,) what the day so far says of the rest, as normal scores; None: nothing is seen of it yet."""
    linked: Floats | None = None
    """(intervals, intervals) how normal scores of a day vary together, what was seen of it known; None: as ever."""
    zone: ZoneInfo | None = None
    """The clock of its intervals."""

    @property
    def spread(self) -> Spread:
        """How what comes scatters."""
        return self.backtest.spread

    @property
    def median(self) -> Floats:
        """As much again is as likely as not: the best single number for absolute errors."""
        return self.quantile(0.5)

    @property
    def mean(self) -> Floats:
        """What comes on average: the number that adds up over intervals."""
        weight = np.exp(-(GRID**2) / 2)
        moved, narrow = self._scores()
        each = self.spread.at(self.middle[..., None], moved[:, None] + narrow[:, None] * GRID, self.wider[..., None])
        return np.asarray(np.maximum(each @ (weight / weight.sum()), 0))

    def quantile(self, at: float) -> Floats:
        """Return what it stays at or below in a share of all cases: whole counts, where such are counted."""
        exact = np.asarray(np.maximum(self.exact(at), 0))
        return np.asarray(np.round(exact) if self.spread.whole else exact)

    def exact(self, at: float) -> Floats:
        """Return a quantile before it is rounded; `inside` measures with it."""
        moved, narrow = self._scores()
        return self.spread.at(self.middle, moved + narrow * float(normal_score(share(at))), self.wider)

    def interval(self, level: float = 0.8) -> tuple[Floats, Floats]:
        """Return between what it lies in a share of all cases."""
        out = (1 - share(level)) / 2
        return self.quantile(out), self.quantile(1 - out)

    def samples(self, many: int, seed: int) -> Floats:
        """Return courses that may come, (many, days, intervals): intervals of a day go together, and days of a week."""
        days, intervals = self.middle.shape
        chance = np.random.default_rng(seed)
        linked = self.spread.together(intervals) if self.linked is None else self.linked
        shared = min(self.spread.shared, float(linked.min())) if self.linked is None else 0.0
        value, vector = np.linalg.eigh(linked - shared)
        root = vector * np.sqrt(np.maximum(value, 0))
        scores = self._scores()[0] + chance.standard_normal((many, days, intervals)) @ root.T
        weeks = chance.standard_normal((many, -(-days // 7)))
        scores += np.sqrt(shared) * np.repeat(weeks, 7, axis=1)[:, :days, None]
        found = np.maximum(self.spread.at(self.middle, scores, self.wider), 0)
        return np.asarray(np.round(found) if self.spread.whole else found)

    def _scores(self) -> tuple[Floats, Floats]:
        intervals = self.middle.shape[1]
        if self.moved is None or self.linked is None:
            return np.zeros(intervals), np.ones(intervals)
        return self.moved, np.sqrt(np.maximum(np.diag(self.linked), 0))

    def totals(self, level: float = 0.8, seed: int = 1, many: int = 2000) -> tuple[Floats, Floats, Floats]:
        """Return for each day between what all that comes lies, and its median: (low, median, high), from samples."""
        days = np.nansum(self.samples(many, seed), axis=2)
        out = (1 - share(level)) / 2
        low, middle, high = np.quantile(days, [out, 0.5, 1 - out], axis=0)
        return low, middle, high

    def with_storms(self) -> Floats:
        """Return the mean with what storms add on average."""
        mean = self.mean
        return np.asarray(mean + self.storms.allowance(np.nan_to_num(mean)))

    def in_storm(self, day: int, interval: int, size: float = 0.8) -> Floats:
        """Return the mean of a day if a storm of that rank begins in that interval: the upper scenario."""
        mean = np.array(self.mean[day])
        shape = self.storms.shape(size)[: len(mean) - interval]
        mean[interval : interval + len(shape)] += shape
        return mean


def forecast(
    history: History, ahead: int = 7, holidays: Mapping[date, str] | None = None, events: Sequence[Event] = (),
    denied: np.ndarray | None = None,
) -> Forecast:  # fmt: skip
    """Foretell the days after a history, with the model that foretold its last weeks best.

    Parameters
    ----------
    history : what was counted
    ahead : days to foretell, 1 to 366
    holidays : days and their names, past and to come; see `holidays_of`
    events : what somebody marked, past and to come
    denied : true, (days, intervals) of the history, where somebody said that there was no storm

    Raises
    ------
    InvalidInput
        If nothing was counted, or `ahead` is out of bounds.

    Eight weeks in which 40 calls came in each of two half-days:

    >>> from datetime import date
    >>> told = forecast(History(date(2026, 1, 5), np.full((56, 2), 40.0)), ahead=2)
    >>> told.median.round()
    array([[40., 40.],
           [40., 40.]])
    """
    if not 1 <= ahead <= 366:
        raise InvalidInput(reason=_AHEAD)
    if np.isnan(history.arrivals[-7 * SPAN :]).all():
        raise InvalidInput(reason=NOTHING)
    holidays = holidays or {}
    known = covered(history.first, history.arrivals.shape, holidays, events)
    if np.isnan(np.where(known, np.nan, history.arrivals)[-7 * SPAN :]).all():
        known[:] = False
    clean = swept(history, known, denied)
    tried = backtest(clean.base, ahead, clean.seen)
    middle = _filled(clean.base, tried.model, ahead)
    does = marks(history, clean.usual, _scatter(clean), ahead, holidays, events)
    middle = np.where(does.open, middle * does.times, np.nan)
    told = Forecast(history.end, middle, np.ones(middle.shape), tried, clean.storms, does.learnt, zone=history.zone)
    times = passes(history.end, ahead, middle.shape[1], history.zone)
    return replace(
        told,
        middle=np.where(times > 0, middle, np.nan),
        wider=_wider(told, does),
        notes=_notes(clean.base, tried, ahead),
    )


def _filled(base: Floats, model: str, ahead: int) -> Floats:
    """Return the forecast of a model; for a weekday that a short history has not seen, the mean of the others."""
    models = foretold(base, ahead)
    middle = models[model]
    if np.isnan(middle).all():  # nothing was counted of late
        middle = models["days_long"]
    seen = (~np.isnan(base)).any(1)
    if seen.sum() and len(base) - int(seen.argmax()) < 14:
        with np.errstate(invalid="ignore"):
            known = ~np.isnan(base)
            usual = np.where(known, base, 0).sum(0) / np.where(known.any(0), known.sum(0), np.nan)
        middle = np.where(np.isnan(middle).all(1, keepdims=True), usual, middle)
    return middle


def _scatter(clean: Swept) -> float:
    """Return how days scatter around the usual, as a logarithm."""
    known = ~np.isnan(clean.base) & ~np.isnan(clean.usual)
    seen, usual = (np.where(known, table, 0).sum(1) for table in (clean.base, clean.usual))
    logs = np.log((seen + 5) / (usual + 5))[known.any(1)]
    return float(np.median(np.abs(logs)) * 1.4826) if len(logs) else 0.1


def _wider(told: Forecast, does: Marks) -> Floats:
    root = np.sqrt(np.maximum(told.middle, 0) + LIFT)
    low, high = (np.sqrt(told.spread.at(told.middle, score) + LIFT) for score in (-1.0, 1.0))
    usual = np.maximum((high - low) / 2, 0.1)
    return np.asarray(np.sqrt(1 + (np.nan_to_num(root) * does.unsure / 2 / np.nan_to_num(usual, nan=1.0)) ** 2))


def _notes(base: NDArray[np.float64], tried: Backtest, ahead: int) -> tuple[str, ...]:
    seen = (~np.isnan(base)).any(1)
    found = []
    if seen.sum() == 1:
        found.append(ONE_DAY)
    elif len(base) - int(seen.argmax()) < 14:
        found.append(DAYS)
    if tried.spread.assumed:
        found.append(UNTRIED)
    if tried.origins and ahead > tried.ahead:
        found.append(FAR)
    return tuple(found)
