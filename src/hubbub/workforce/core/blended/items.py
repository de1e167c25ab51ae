"""What comes on a day, drawn: when, how much work it is, how long it would wait. The same seed draws the same.

An item is known by its queue, its interval and its number there; each of its figures comes from a stream of its own. So
days that differ in one figure have all else in common, and their difference is known much better than either.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hubbub.workforce.core import simulated
from hubbub.workforce.core.blended.day import Day, Queue
from hubbub.workforce.core.given import Floats

NUMBER, WHEN, WORK, PATIENCE, BURSTS, STORM = range(6)


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """All that comes while a row of intervals is played; each queue in the order of time."""

    first: NDArray[np.int64]
    """(Q+1,): where each queue begins."""
    came: Floats
    work: Floats
    stays: Floats
    spans: int


def drawn(day: Day, spans: int, seed: int, number: int) -> Items:
    """Draw what comes in so many intervals, those of the day again and again; `number` tells such rows apart."""
    came, work, stays = [], [], []
    for at, queue in enumerate(day.queues):
        stream = (seed, number, at)
        repeats = -(-spans // day.intervals)
        usual, storm, takes = (
            np.tile(day.row(each), repeats)[:spans] for each in (queue.items, queue.storm, queue.handling)
        )
        come = _bursty if queue.branching > 0 else _steady
        parts = [come(queue, usual, day.per, stream)]
        if storm.any():
            parts.append(_steady(queue, storm, day.per, (*stream, STORM)))
        if queue.backlog > 0:
            left = round(queue.backlog)
            parts.append((np.zeros(left), *_figures(queue, (left,), (*stream, STORM, STORM))))
        when, unit, patience = (np.concatenate(each) for each in zip(*parts, strict=True))
        order = np.argsort(when, kind="stable")
        when = when[order]
        came.append(when)
        work.append(unit[order] * takes[np.minimum((when / day.per).astype(np.int64), spans - 1)])
        stays.append(patience[order])
    first = np.concatenate([[0], np.cumsum([len(each) for each in came])]).astype(np.int64)
    return Items(first, np.concatenate(came), np.concatenate(work), np.concatenate(stays), spans)


def _steady(queue: Queue, mean: Floats, per: float, stream: tuple[int, ...]) -> tuple[Floats, Floats, Floats]:
    """Draw items that come by themselves: their times, work and patience."""
    many = _poisson(np.random.default_rng([*stream, NUMBER]).random(len(mean)), mean)
    shape = (int(many.max(initial=0)), len(mean))
    kept = (np.arange(shape[0])[:, None] < many).T
    when = np.random.default_rng([*stream, WHEN]).random(shape)
    work, stays = _figures(queue, shape, stream)
    return ((np.arange(len(mean)) + when) * per).T[kept], work.T[kept], stays.T[kept]


def _bursty(queue: Queue, mean: Floats, per: float, stream: tuple[int, ...]) -> tuple[Floats, Floats, Floats]:
    """Draw items that call forth others: steadily first, then moved in time so that each interval has its mean."""
    edges = per * np.arange(len(mean) + 1)
    expected = np.concatenate([[0.0], np.cumsum(mean)])
    rate = expected[-1] / edges[-1]
    if rate == 0:
        return np.empty(0), np.empty(0), np.empty(0)
    chance = np.random.default_rng([*stream, BURSTS])
    steady = simulated.posts(rate, queue.branching, 1 / queue.lasts, edges[-1], chance)
    return np.interp(steady * rate, expected, edges), *_figures(queue, (len(steady),), stream)


def _figures(queue: Queue, shape: tuple[int, ...], stream: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Draw work in units of its mean, and patience."""
    chance = np.random.default_rng([*stream, WORK])
    if queue.spread is None:
        work = chance.standard_exponential(shape)
    elif queue.spread == 0:
        work = np.ones(shape)
    else:  # a gamma distribution: above 0, with any spread, and the exponential one among them
        square = (queue.spread / float(np.mean(np.asarray(queue.handling, np.float64)))) ** 2
        work = chance.standard_gamma(1 / square, shape) * square
    if queue.patience is None:
        return work, np.full(shape, np.inf)
    return work, np.random.default_rng([*stream, PATIENCE]).standard_exponential(shape) * queue.patience


def _poisson(share: Floats, mean: Floats) -> NDArray[np.int64]:
    """Return the numbers at which so large a share of a Poisson distribution is reached: more where more is usual."""
    above = np.ceil(special.pdtrik(share, np.maximum(mean, 1e-300)))
    above = np.where(np.isfinite(above), np.maximum(above, 0), 0)
    above -= (above > 0) & (special.pdtr(above - 1, mean) >= share)
    return np.where(mean > 0, above, 0).astype(np.int64)
