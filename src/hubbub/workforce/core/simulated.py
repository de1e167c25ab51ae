"""Queues as they happen, arrival by arrival: what formulas are tried against. Chance comes from the caller."""

import numpy as np

from hubbub.kernel.compiled import compiled
from hubbub.workforce.core.given import Floats

WARM = 12.0
"""Lives of a burst that pass before the time looked at begins."""


def posts(rate: float, branching: float, fading: float, lasts: float, chance: np.random.Generator) -> Floats:
    """Return the times at which posts come, in order: some by themselves, each calling forth further ones (Hawkes).

    Parameters
    ----------
    rate : posts in one unit of time, all counted
    branching : further posts that each one calls forth, in [0, 1)
    fading : speed at which that ends, per unit of time, > 0
    lasts : units of time, from 0 on
    chance : where chance comes from

    References
    ----------
    A. G. Hawkes and D. Oakes (1974), A cluster process representation of a self-exciting process.
    """
    before = WARM / (fading * (1 - branching)) if branching > 0 else 0.0
    born = chance.uniform(-before, lasts, chance.poisson(rate * (1 - branching) * (lasts + before)))
    families = [born]
    while len(born) > 0 and branching > 0:
        born = np.repeat(born, chance.poisson(branching, len(born)))
        born = born + chance.exponential(1 / fading, len(born))
        born = born[born < lasts]
        families.append(born)
    came = np.concatenate(families)
    return np.sort(came[came >= 0])


def waits(came: Floats, takes: Floats, stays: Floats | None, agents: int) -> Floats:
    """Return how long each waits, first come first served; who gives up after `stays` has waited so long, below 0.

    Parameters
    ----------
    came : array of shape (n,), times in order
    takes : array of shape (n,), how long each is served
    stays : array of shape (n,), how long each is willing to wait; None: as long as it takes
    agents : whole people, >= 1

    Returns
    -------
    array of shape (n,); -stays of those who give up
    """
    out = np.empty(len(came))
    _first_come(came, takes, np.empty(0) if stays is None else stays, np.zeros(agents), out)
    return out


@compiled
def _first_come(came: np.ndarray, takes: np.ndarray, stays: np.ndarray, free: np.ndarray, out: np.ndarray) -> None:
    """Fill in the waits. `free` is a heap of the times at which somebody is free."""
    many, impatient = len(free), len(stays) > 0
    for k in range(len(came)):
        wait = max(free[0] - came[k], 0.0)
        if impatient and wait > stays[k]:
            out[k] = -stays[k]
            continue
        out[k] = wait
        until, at = came[k] + wait + takes[k], 0
        while 2 * at + 1 < many:
            child = 2 * at + 1
            if child + 1 < many and free[child + 1] < free[child]:
                child += 1
            if free[child] >= until:
                break
            free[at] = free[child]
            at = child
        free[at] = until
