"""Whether answers with an article take less time than like ones without: measured, or not said at all."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

LEAST_CASES: Final = 20
"""With fewer cases answered with an article, nothing is said."""
LEAST_ALIKE: Final = 5
"""So many cases of the same channel and kind without one make something to compare with."""
SAMPLES: Final = 1000

Handled = tuple[str, str, float]
"""A case: its channel, its kind, the seconds somebody worked on it."""


@dataclass(frozen=True, slots=True)
class Saving:
    """The median difference in seconds, below 0 where it is quicker, with its 95 % interval."""

    cases: int
    alike: int
    median_s: float
    low_s: float
    high_s: float


def saving(with_article: Iterable[Handled], without: Iterable[Handled]) -> Saving | None:
    """Compare each case answered with an article with the median of like ones; None where there are too few.

    The interval is that of the median over resampled cases (bootstrap, 1,000 samples, always the same ones). It says
    how far chance may reach, not why: easier cases may be those that articles fit.

    >>> saving([("mail", "question", 60.0)] * 20, [("mail", "question", 100.0)] * 5)
    Saving(cases=20, alike=5, median_s=-40.0, low_s=-40.0, high_s=-40.0)
    """
    groups: dict[tuple[str, str], list[float]] = defaultdict(list)
    for channel, kind, seconds in without:
        groups[channel, kind].append(seconds)
    usual = {group: float(np.median(times)) for group, times in groups.items() if len(times) >= LEAST_ALIKE}
    compared = [each for each in with_article if each[:2] in usual]
    if len(compared) < LEAST_CASES:
        return None
    differences = np.array([seconds - usual[channel, kind] for channel, kind, seconds in compared])
    drawn = np.random.default_rng(0).choice(differences, (SAMPLES, len(differences)))
    low, high = np.percentile(np.median(drawn, axis=1), (2.5, 97.5))
    alike = sum(len(groups[group]) for group in {each[:2] for each in compared})
    return Saving(len(compared), alike, float(np.median(differences)), float(low), float(high))
