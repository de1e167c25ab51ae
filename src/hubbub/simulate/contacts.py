"""What came to the demo's contact centre before it began: calls, chats, mails, posts, by half-hours. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

STEP_MIN = 30
DAY = 24 * 60 // STEP_MIN
GROWTH = 0.1
"""By so much more comes at the end than at the beginning."""
LASTS, SWINGS = 0.7, 0.06
"""How much of a good or bad day is left on the next one, and how strong such days are."""
MATCH_EVERY = 21
"""Days between two matches of the club whose shirts bear the brand; always on a Saturday, from 20:00 to 22:00."""
MATCH = slice(40, 45)
LOST = 0.03
"""The share of callers who give up."""
LONGEST = timedelta(hours=1)
"""No call is longer."""


@dataclass(frozen=True, slots=True)
class Stream:
    """How the work of one kind comes."""

    busiest: float
    """How many come in the busiest half-hour of an ordinary Monday."""
    peaks: tuple[tuple[float, float, float], ...]
    """(hour, hours wide, how high of 1)."""
    weekdays: tuple[float, ...]
    hours: tuple[int, int]
    """Nothing comes before and after."""
    handling_s: float
    match: float = 1.0
    """So many times as much while a match is played."""
    storms: float = 0.0
    """The chance of one a day."""


CALLS = Stream(
    62.0, ((10.5, 2.0, 1.0), (15.0, 2.4, 0.8)), (1.0, 0.9, 0.87, 0.86, 0.9, 0.55, 0.0), hours=(8, 20), handling_s=235.0,
)  # fmt: skip
CHATS = Stream(
    26.0, ((11.5, 2.6, 0.7), (18.0, 2.2, 1.0)), (1.0, 0.97, 0.95, 0.96, 1.0, 0.8, 0.0), hours=(8, 20), handling_s=560.0,
)  # fmt: skip
MAILS = Stream(
    15.0, ((9.0, 1.8, 1.0), (14.0, 3.0, 0.7), (21.0, 1.5, 0.3)), (1.0, 0.8, 0.75, 0.75, 0.7, 0.3, 0.3), hours=(0, 24),
    handling_s=330.0,
)  # fmt: skip
POSTS = Stream(
    14.0, ((12.0, 2.5, 0.6), (20.0, 2.2, 1.0)), (0.9, 0.9, 0.95, 1.0, 1.05, 1.1, 1.0), hours=(0, 24), handling_s=210.0,
    match=2.2, storms=0.03,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Came:
    """What came on one day, half-hour by half-hour; nothing came while it was shut."""

    day: date
    arrivals: tuple[int, ...]
    handling_s: tuple[float | None, ...]


def matches(since: date, days: int) -> tuple[date, ...]:
    """Return the days of matches in a span."""
    return tuple(
        day for day in (since + timedelta(days=each) for each in range(days)) if day.toordinal() % MATCH_EVERY == 6
    )


def came(stream: Stream, seed: int, since: date, days: int) -> Iterator[Came]:
    """Yield what came day by day; the same for the same arguments."""
    rng = np.random.default_rng(seed)
    played, mood = set(matches(since, days)), 0.0
    shape = _shape(stream)
    for number in range(days):
        day = since + timedelta(days=number)
        mood = LASTS * mood + rng.normal(0.0, SWINGS)
        rate = stream.busiest * shape * stream.weekdays[day.weekday()] * np.exp(mood) * (1 + GROWTH * number / days)
        if day in played:
            rate[MATCH] *= stream.match
        if rng.random() < stream.storms:
            begins = rng.integers(16, 40)
            rate[begins : begins + 8] *= 1 + 4 * np.exp(-np.arange(len(rate[begins : begins + 8])) / 3)
        arrivals = rng.poisson(rate)
        takes = stream.handling_s * rng.lognormal(0.0, 0.25 / np.sqrt(np.maximum(arrivals, 1)))
        yield Came(
            day,
            tuple(map(int, arrivals)),
            tuple(float(round(one, 1)) if many else None for one, many in zip(takes, arrivals, strict=True)),
        )


def _shape(stream: Stream) -> NDArray[np.float64]:
    hours = (np.arange(DAY) + 0.5) * STEP_MIN / 60
    at, wide, high = np.array(stream.peaks).T[:, :, None]
    shape = 0.12 + (high * np.exp(-(((hours - at) / wide) ** 2))).sum(axis=0)
    opens, shuts = stream.hours
    return np.asarray(np.where((hours > opens) & (hours < shuts), shape / shape.max(), 0.0))


@dataclass(frozen=True, slots=True)
class Rung:
    """One call that is over. `answered` is None where the caller gave up."""

    id: str
    started: datetime
    answered: datetime | None
    ended: datetime
    number: str


def rung(stream: Stream, seed: int, since: datetime, until: datetime) -> Iterator[Rung]:
    """Yield the calls that ended after `since` and by `until`, told by the place's own clock; the same each time."""
    shape = _shape(stream)
    minute = (since - LONGEST).replace(second=0, microsecond=0)
    while minute < until:
        at = (minute.hour * 60 + minute.minute) // STEP_MIN
        rate = stream.busiest * shape[at] * stream.weekdays[minute.weekday()] / STEP_MIN
        rng = np.random.default_rng((seed, int(minute.timestamp())))
        for number in range(rng.poisson(rate)):
            started = minute + timedelta(seconds=int(rng.integers(60)))
            waits = rng.exponential(11.0)
            takes = min(stream.handling_s * rng.lognormal(-0.18, 0.6), LONGEST.seconds / 2)
            who = f"+44207946{rng.integers(10_000):04}"  # of numbers that are kept free for stories
            picked = started + timedelta(seconds=round(waits)) if rng.random() > LOST else None
            ended = (picked or started) + timedelta(seconds=round(40 + 2 * waits if picked is None else takes))
            if since < ended <= until:
                yield Rung(f"{minute:%Y%m%d%H%M}-{number}", started, picked, ended, who)
        minute += timedelta(minutes=1)
