"""What two audiences share, exactly, and which kinds of people it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hubbub.influence.core.audience.segments import Audience
from hubbub.influence.core.reach.given import Ints


@dataclass(frozen=True, slots=True)
class Shared:
    """How much of the overlap is of one kind."""

    kind: str
    people: int
    share: float
    """Of the overlap."""
    of_audience: float
    """Of the whole first audience, to hold it against."""


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """Accounts that two audiences share. Shares of nobody are 0."""

    both: Ints
    """The accounts, ascending."""
    only_first: int
    only_second: int

    @property
    def of_first(self) -> float:
        """Share of the first audience that is in the second too."""
        return _share(len(self.both), len(self.both) + self.only_first)

    @property
    def of_second(self) -> float:
        """Share of the second audience that is in the first too."""
        return _share(len(self.both), len(self.both) + self.only_second)

    @property
    def likeness(self) -> float:
        """Share of all accounts of either that are in both (Jaccard, 1912)."""
        return _share(len(self.both), len(self.both) + self.only_first + self.only_second)

    def kinds(self, first: Audience) -> tuple[Shared, ...]:
        """Return which kinds the overlap is made of, those first that stand out most from their audience."""
        rows = np.isin(first.account, self.both)
        here = int(np.count_nonzero(rows))
        found = [
            Shared(
                kind,
                int(np.count_nonzero(who & rows)),
                _share(int(np.count_nonzero(who & rows)), here),
                _share(int(np.count_nonzero(who)), len(first)),
            )
            for kind, who in first.kinds.items()
        ]
        return tuple(sorted(found, key=lambda each: each.of_audience - each.share))


def overlap(first: ArrayLike, second: ArrayLike) -> Overlap:
    """Return what two audiences share.

    Parameters
    ----------
    first, second : arrays of account numbers, in any order; one that is twice there counts once

    >>> found = overlap([1, 2, 3, 4], [4, 3, 9])
    >>> found.both.tolist(), found.of_first, found.likeness
    ([3, 4], 0.5, 0.4)
    """
    one, two = np.unique(np.asarray(first, np.int64)), np.unique(np.asarray(second, np.int64))
    both = np.intersect1d(one, two, assume_unique=True)
    return Overlap(both, len(one) - len(both), len(two) - len(both))


def overlaps(audiences: list[ArrayLike]) -> np.ndarray:
    """Return how many accounts each pair of audiences shares, as a square; its diagonal tells their sizes.

    >>> overlaps([[1, 2, 3], [3, 4], []]).tolist()
    [[3, 1, 0], [1, 2, 0], [0, 0, 0]]
    """
    sets = [np.unique(np.asarray(each, np.int64)) for each in audiences]
    found = np.zeros((len(sets), len(sets)), np.int64)
    for row, one in enumerate(sets):
        for column in range(row, len(sets)):
            shared = len(np.intersect1d(one, sets[column], assume_unique=True))
            found[row, column] = found[column, row] = shared
    return found


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
