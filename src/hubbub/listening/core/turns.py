"""Where the mood of a curve turns: the steps after which cold, neutral and warm posts come in other shares.

Binary segmentation of counts: a curve is cut where two shares explain it better than one, by the G statistic
(twice the gain of the log-likelihood; R. Sokal, F. Rohlf, "Biometry", on G tests), and each piece again. Posts come in
bursts of the same mood (copies, threads), so that counts vary more than chance has it: the statistic is divided by how
much more (P. McCullagh, J. Nelder, "Generalized Linear Models", on over-dispersion), and a cut must beat a bar that
grows with how many cuts were tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hubbub.listening.core.volume import Mood

LEAST_POSTS = 30
"""Posts on each side of a turn; fewer tell nothing."""
LEAST_CHANGE = 0.05
"""Change of the balance (warm less cold, of all) that somebody would call a turn."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Turn:
    """The mood before and after a step of a curve."""

    step: int  # the first of the new mood
    start: int  # where the mood before began
    end: int  # where the mood after ends, itself not in it
    before: Mood
    after: Mood

    @property
    def change(self) -> float:
        """How much warmer, in [-2, 2]: the balance of warm and cold posts after, less that before."""
        return _balance(self.after) - _balance(self.before)


def turns(moods: Sequence[Mood], most: int = 6) -> list[Turn]:
    """Return the turns of a curve, the earliest first.

    Parameters
    ----------
    moods : of each step, how many posts were cold, neither, warm
    most : so many turns at the most, the greatest ones

    Notes
    -----
    >>> curve = [(10, 60, 30)] * 20 + [(60, 30, 10)] * 20
    >>> [(turn.step, round(turn.change, 2)) for turn in turns(curve)]
    [(20, -0.7)]
    >>> turns([(1, 2, 1)] * 5)
    []
    """
    counts = np.maximum(np.array(moods, np.int64).reshape(-1, 3), 0)
    if len(counts) < 4:
        return []
    sums = np.vstack((np.zeros((1, 3), np.int64), np.cumsum(counts, axis=0)))
    bar = (6 + 3 * np.log(len(counts))) * _dispersion(counts)
    cuts = [0, len(counts)]
    gains: dict[int, float] = {}
    waiting = [(0, len(counts))]
    while waiting:
        start, end = waiting.pop()
        cut, gain = _best_cut(sums, start, end)
        if cut is not None and gain > bar:
            gains[cut] = gain
            cuts.append(cut)
            waiting += [(start, cut), (cut, end)]
    kept = sorted([0, len(counts), *sorted(gains, key=lambda cut: -gains[cut])[:most]])
    found = [_turn(sums, *three) for three in zip(kept, kept[1:], kept[2:], strict=False)]
    return [turn for turn in found if abs(turn.change) >= LEAST_CHANGE]


def _best_cut(sums: Counts, start: int, end: int) -> tuple[int | None, float]:
    """Return where a piece is best cut in two, and what that gains."""
    cuts = np.arange(start + 1, end)
    left, right = sums[cuts] - sums[start], sums[end] - sums[cuts]
    enough = (left.sum(1) >= LEAST_POSTS) & (right.sum(1) >= LEAST_POSTS)
    if not enough.any():
        return None, 0.0
    gain = 2 * (_likelihood(left) + _likelihood(right) - _likelihood((sums[end] - sums[start])[None]))
    gain[~enough] = -1
    best = int(gain.argmax())
    return int(cuts[best]), float(gain[best])


def _likelihood(counts: Counts) -> NDArray[np.float64]:
    """Return the log-likelihood of counts under their own shares, up to what never changes."""
    whole = counts.sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(counts > 0, counts * np.log(counts / whole[:, None]), 0.0)
    found: NDArray[np.float64] = parts.sum(1)
    return found


def _dispersion(counts: Counts) -> float:
    """Return how much more the shares vary from one step to the next than chance has it; 1: no more."""
    first, second = counts[:-1], counts[1:]
    enough = (first.sum(1) >= 5) & (second.sum(1) >= 5)
    if enough.sum() < 4:
        return 1.0
    pairs = first[enough] + second[enough]
    gains = 2 * (_likelihood(first[enough]) + _likelihood(second[enough]) - _likelihood(pairs))
    # The median, so that the turns themselves don't count; 1.386 is that of chi-squared with two degrees of freedom.
    return max(1.0, float(np.median(gains)) / 1.386)


def _turn(sums: Counts, start: int, step: int, end: int) -> Turn:
    before, after = (sums[step] - sums[start]).tolist(), (sums[end] - sums[step]).tolist()
    return Turn(step, start, end, (before[0], before[1], before[2]), (after[0], after[1], after[2]))


def _balance(mood: Mood) -> float:
    return (mood[2] - mood[0]) / max(1, sum(mood))
