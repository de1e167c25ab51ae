"""What an event did to accounts: before and after, against like accounts without it; and a score's curve with notes."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.errors import InvalidInput

LIKE = 5
"""How many like accounts stand against each account with the event."""

FEWEST = 20
"""Accounts without the event that are needed: with fewer, chance alone can't be told at 95 %."""

DRAWS = 2_000


@dataclass(frozen=True)
class Note:
    """What was happening on a day, in one's own words ('lobbying campaign', 'holiday')."""

    day: date
    text: str


@dataclass(frozen=True)
class Point:
    """One day of a history: the score (None where there was none) and the notes on it."""

    day: date
    score: float | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One account, or all together, before and after; `effect` is the change beyond that of the like accounts.

    `low` to `high` is the 95 % interval, `p` how often as great an effect shows where there was no event.
    """

    before: float
    after: float
    like_before: float
    like_after: float
    effect: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Impact:
    """What an event did to each account (in the order given), to all on average, and how many stood against them."""

    each: tuple[Change, ...]
    together: Change
    without_event: int


def history(scores: dict[date, float], notes: tuple[Note, ...]) -> tuple[Point, ...]:
    """Return every day with a score or a note, in order."""
    days = sorted(scores.keys() | {note.day for note in notes})
    return tuple(Point(day, scores.get(day), tuple(note.text for note in notes if note.day == day)) for day in days)


def impact(values: NDArray[np.float64], with_event: NDArray[np.int64], start: int, end: int, seed: int = 0) -> Impact:
    """Measure an event by matching and difference in differences; the interval is from accounts without the event.

    Parameters
    ----------
    values : array of shape (n_accounts, n_days); NaN where a day is not known or an account is gone
    with_event : rows of the accounts that had the event
    start, end : the first day of the event, and the day after its last; before `start` is before

    Raises
    ------
    InvalidInput
        If an account of the event has no value before or none during it, or fewer than 20 others have both.

    References
    ----------
    D. Card and A. Krueger (1994), differences in differences; A. Abadie et al. (2010), placebos in place.
    """
    values, with_event = np.asarray(values, float), np.asarray(with_event, np.int64)
    if values.ndim != 2 or not 2 <= start < end <= values.shape[1]:
        raise InvalidInput(reason="An event lies within the days, with two days or more before it. Mend its dates.")
    if np.isinf(values).any():
        raise InvalidInput(reason="A day's value is a number, or not known.")
    if not len(with_event) or len(np.unique(with_event)) < len(with_event):
        raise InvalidInput(reason="Name each account that had the event once.")
    if with_event.min() < 0 or with_event.max() >= len(values):
        raise InvalidInput(reason="An account that had the event is not among the accounts.")
    before, after = _mean(values[:, :start]), _mean(values[:, start:end])
    known = np.isfinite(before) & np.isfinite(after)
    if not known[with_event].all():
        raise InvalidInput(reason="An account that had the event has no value before or during it. Leave it out.")
    others = np.setdiff1d(np.flatnonzero(known), with_event)
    if len(others) < FEWEST:
        raise InvalidInput(reason="Fewer than 20 like accounts without the event are known. Give more.")
    looks = _looks(values[:, :start], before, others)
    like = np.array([_nearest(looks, row, others) for row in with_event])
    placebo = np.array([_effect(before, after, row, _nearest(looks, row, others)) for row in others])
    effects = np.array([_effect(before, after, row, rows) for row, rows in zip(with_event, like, strict=True)])
    each = tuple(
        _change(before[row], after[row], before[rows].mean(), after[rows].mean(), effect, placebo)
        for row, rows, effect in zip(with_event, like, effects, strict=True)
    )
    drawn = np.random.default_rng(seed).choice(placebo, (DRAWS, len(effects))).mean(axis=1)
    chance = placebo if len(effects) == 1 else drawn
    together = _change(
        before[with_event].mean(),
        after[with_event].mean(),
        before[like].mean(),
        after[like].mean(),
        effects.mean(),
        chance,
    )
    return Impact(each, together, len(others))


def _mean(days: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each account's mean over the days that are known; NaN where none is."""
    known = np.isfinite(days)
    count = known.sum(axis=1)
    return np.where(count, np.where(known, days, 0).sum(axis=1) / np.maximum(count, 1), np.nan)


def _looks(days: NDArray[np.float64], before: NDArray[np.float64], others: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what accounts are matched by: level, and how it moved from the first half before the event to the second.

    Both in spreads of the accounts without the event.
    """
    half = days.shape[1] // 2
    moved = np.nan_to_num(_mean(days[:, half:]) - _mean(days[:, :half]))
    looks = np.column_stack((before, moved))
    spread = looks[others].std(axis=0)
    scaled: NDArray[np.float64] = looks / np.where(spread > 0, spread, 1)
    return scaled


def _nearest(looks: NDArray[np.float64], row: np.int64, others: NDArray[np.int64]) -> NDArray[np.int64]:
    pool = others[others != row]
    distance = ((looks[pool] - looks[row]) ** 2).sum(axis=1)
    nearest: NDArray[np.int64] = pool[np.argsort(distance, kind="stable")[:LIKE]]
    return nearest


def _effect(
    before: NDArray[np.float64], after: NDArray[np.float64], row: np.int64, like: NDArray[np.int64]
) -> np.float64:
    change: NDArray[np.float64] = after - before
    return np.float64(change[row] - change[like].mean())


def _change(
    before: float, after: float, like_before: float, like_after: float, effect: float, chance: NDArray[np.float64]
) -> Change:
    low, high = np.quantile(chance, (0.025, 0.975))
    p = (1 + (np.abs(chance) >= abs(effect)).sum()) / (1 + len(chance))
    figures = (before, after, like_before, like_after, effect, effect - high, effect - low, p)
    return Change(*(float(figure) for figure in figures))
