"""Who could introduce us: ways from one account to another over people who know each other, and how well.

Two know each other the better the more they said to each other: closeness = strength / (strength + 3), so that three
exchanges make half. What both say counts whole, what only one says a quarter: who is talked at need not know by whom.
A way is worth the product of its closenesses, and half for each person between: every one of them has to be asked.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hubbub.influence.core.graph.csr import Accounts, Graph, Places, Rows, Weights
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

HALF_KNOWN = 3.0
ONE_WAY = 0.25
ASKED = 0.5
STEPS, WAYS = 4, 3


@dataclass(frozen=True, slots=True)
class Introduction:
    """One way to somebody."""

    path: tuple[int, ...]
    """Accounts, from the one who wants to meet to the one who is to be met."""
    closeness: tuple[float, ...]
    """How well each knows the next, in (0, 1)."""
    worth: float
    """How good a way it is, in (0, 1)."""

    @property
    def weakest(self) -> int:
        """The step that is least sure: 0 is the first."""
        return int(np.argmin(self.closeness))


def ties(talk: Graph) -> Graph:
    """Return who knows whom, with closeness as weight, the same both ways; of who said how much to whom."""
    out, into = talk.out, talk.into
    one = np.zeros(0, np.float32)
    rows = Rows(*_tied(out.at, out.to, out.weight if len(out.weight) else one, into.at, into.to, into.weight))
    return Graph(rows, rows)


def introductions(
    known: Graph, source: int, target: int, *, steps: int = STEPS, ways: int = WAYS
) -> tuple[Introduction, ...]:
    """Return the best ways from one account to another, the best first; no person between stands in two of them.

    Parameters
    ----------
    known
        Who knows whom, as `ties` tells.
    steps : int, >= 1
        A way has at most so many.

    Raises
    ------
    InvalidInput
        If one of the two is no account of the graph, or both are one.
    """
    for each in (source, target):
        if not 0 <= each < known.accounts:
            raise InvalidInput(reason=say("Ask for ways between accounts of the graph."))
    if source == target:
        raise InvalidInput(reason=say("Ask for ways to somebody else."))
    shut = np.zeros(known.accounts, np.bool_)
    rows, direct = known.out, True
    found: list[Introduction] = []
    while len(found) < ways:
        path = _best(rows.at, rows.to, rows.weight, source, target, max(1, steps), shut, direct)
        if len(path) == 0:
            break
        direct = direct and len(path) > 2
        shut[path[1:-1]] = True
        found.append(_told(rows, path))
    return tuple(sorted(found, key=lambda each: -each.worth))


def _told(rows: Rows, path: NDArray[np.int64]) -> Introduction:
    closeness = tuple(
        float(rows.weight[rows.at[one] + np.searchsorted(rows.of(one), other)])
        for one, other in pairwise(path.tolist())
    )
    worth = float(np.prod(closeness)) * ASKED ** (len(path) - 2)
    return Introduction(tuple(path.tolist()), closeness, worth)


@njit(cache=True, nogil=True)
def _tied(
    at: Places, to: Accounts, weight: Weights, back_at: Places, back: Accounts, back_weight: Weights
) -> tuple[Places, Accounts, Weights]:
    """Lay what each says and hears side by side."""
    accounts = len(at) - 1
    tied_at = np.zeros(accounts + 1, np.int64)
    tied = np.empty(2 * len(to), np.int32)
    close = np.empty(2 * len(to), np.float32)
    kept = 0
    for v in range(accounts):
        i, j = at[v], back_at[v]
        while i < at[v + 1] or j < back_at[v + 1]:
            says = i < at[v + 1] and (j == back_at[v + 1] or to[i] <= back[j])
            hears = j < back_at[v + 1] and (i == at[v + 1] or back[j] <= to[i])
            strength = 0.0
            if says:
                strength += weight[i] if len(weight) else 1.0
                tied[kept] = to[i]
                i += 1
            if hears:
                strength += back_weight[j] if len(back_weight) else 1.0
                tied[kept] = back[j]
                j += 1
            if not (says and hears):
                strength *= ONE_WAY
            close[kept] = strength / (strength + HALF_KNOWN)
            kept += 1
        tied_at[v + 1] = kept
    return tied_at, tied[:kept].copy(), close[:kept].copy()


@njit(cache=True, nogil=True)
def _best(
    at: Places, to: Accounts, weight: Weights, source: int, target: int, steps: int,
    shut: NDArray[np.bool_], direct: bool,
) -> NDArray[np.int64]:  # fmt: skip
    """The way that is worth most, of at most so many steps; empty where there is none. Step by step, over all ways."""
    accounts = len(at) - 1
    worth = np.zeros((steps + 1, accounts), np.float32)
    before = np.full((steps + 1, accounts), -1, np.int32)
    worth[0, source] = 1.0
    reached = np.zeros(accounts, np.bool_)
    edge, many = np.empty(accounts, np.int32), 1
    edge[0] = source
    for step in range(1, steps + 1):
        coming, so_many = np.empty(accounts, np.int32), 0
        reached[:] = False
        for place in range(many):
            v = edge[place]
            for k in range(at[v], at[v + 1]):
                other = to[k]
                if shut[other] or other == source or (step == 1 and other == target and not direct):
                    continue
                told = worth[step - 1, v] * weight[k] * (1.0 if step == 1 else ASKED)
                if told > worth[step, other]:
                    worth[step, other] = told
                    before[step, other] = v
                    if not reached[other] and other != target:
                        reached[other] = True
                        coming[so_many] = other
                        so_many += 1
        edge, many = coming, so_many
    last = 0
    for step in range(1, steps + 1):
        if worth[step, target] > 0 and (last == 0 or worth[step, target] > worth[last, target]):
            last = step
    path = np.empty(last + 1 if last else 0, np.int64)
    v = target
    for step in range(last, -1, -1):
        if last:
            path[step] = v
            v = before[step, v]
    return path
