"""How many calls come when, and how long they take: what staffing is planned by."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

MOST_INTERVALS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """Inbound calls by queue and interval.

    All arrays have the shape (n_queues, n_intervals). An interval holds the calls that began in it.
    """

    queues: tuple[str, ...]  # by name; "" are calls without one
    since: datetime
    interval: timedelta
    offered: NDArray[np.int64]  # calls that came
    answered: NDArray[np.int64]
    abandoned: NDArray[np.int64]  # the caller gave up, or nobody took it
    handling_s: NDArray[np.float64]  # seconds of talk of the answered, in all
    waiting_s: NDArray[np.float64]  # seconds of waiting of all, in all

    @property
    def mean_handling_s(self) -> NDArray[np.float64]:
        """Average handling time in seconds; NaN where nothing was answered."""
        return _mean(self.handling_s, self.answered)


def load_of(
    queues: NDArray[np.str_],
    starts_s: NDArray[np.float64],
    waits_s: NDArray[np.float64],
    talks_s: NDArray[np.float64],
    answered: NDArray[np.bool_],
    abandoned: NDArray[np.bool_],
    *,
    since: datetime,
    until: datetime,
    interval: timedelta,
) -> Load:
    """Add calls up by queue and interval.

    Parameters
    ----------
    queues : array of shape (n_calls,), names
    starts_s : array of shape (n_calls,), seconds since `since`; calls outside of the span are left out
    waits_s, talks_s : arrays of shape (n_calls,), seconds; NaN where not told, which adds nothing
    answered, abandoned : arrays of shape (n_calls,)

    Raises
    ------
    InvalidInput
        If the span is empty or has more than 100,000 intervals.
    """
    if interval <= timedelta(0) or until <= since:
        raise InvalidInput(reason="Give a span that ends after it begins, and an interval longer than nothing.")
    count = -(-(until - since) // interval)
    if count > MOST_INTERVALS:
        raise InvalidInput(
            reason=say(
                "The span has {count:,} intervals; at most {most:,} are added up.", count=count, most=MOST_INTERVALS
            )
        )
    inside = (starts_s >= 0) & (starts_s < (until - since).total_seconds())
    names, rows = np.unique(queues[inside], return_inverse=True)
    shape = (len(names), count)
    cells = rows * count + (starts_s[inside] // interval.total_seconds()).astype(np.int64)

    def total(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = np.bincount(cells, np.nan_to_num(weights[inside]), len(names) * count)
        return sums.astype(np.float64).reshape(shape)

    def number(which: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(cells[which[inside]], minlength=len(names) * count).reshape(shape)

    return Load(
        queues=tuple(map(str, names)),
        since=since,
        interval=interval,
        offered=number(np.ones_like(answered)),
        answered=number(answered),
        abandoned=number(abandoned),
        handling_s=total(np.where(answered, talks_s, 0.0)),
        waiting_s=total(waits_s),
    )


def _mean(total: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    mean = np.full(total.shape, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean
