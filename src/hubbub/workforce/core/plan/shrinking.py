"""Shrinkage cause by cause, as tables show it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from hubbub.workforce.core.shrinkage import Cause


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause takes."""

    name: str
    given: float
    of_rest: bool
    share: float
    """Of all paid time."""


def parts(causes: Sequence[Cause]) -> tuple[Part, ...]:
    """Return what each cause takes of all paid time, in their order.

    >>> [(each.name, round(each.share, 3)) for each in parts([Cause("Holiday", 0.1), Cause("Training", 0.05)])]
    [('Holiday', 0.1), ('Training', 0.045)]
    """
    left, found = 1.0, []
    for cause in causes:
        taken = cause.share * left if cause.of_rest else cause.share
        left -= taken
        found.append(Part(cause.name, cause.share, cause.of_rest, taken))
    return tuple(found)
