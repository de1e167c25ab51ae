"""A day's new links: laid between what is there, and ranks that follow only where something changed.

A rank is what is still to be told, told: each account that has something to tell passes it on to whom it links to,
until what is left is too little to matter. After a day nearly nobody has much to tell.
"""

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from hubbub.influence.core.graph.csr import Accounts, Graph, Places, Rows, Weights, graph
from hubbub.influence.core.graph.pagerank import DAMPING, ROUNDS, TOLERANCE, Ranks, shares
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

Floats = NDArray[np.float64]


def grown(held: Graph, source: ArrayLike, target: ArrayLike, weight: ArrayLike | None = None) -> Graph:
    """Return the graph with more links; those it has already are added up where links have weights.

    Raises
    ------
    InvalidInput
        As `graph`; or if one has weights and the other has none.
    """
    more = graph(source, target, weight, accounts=held.accounts)
    if held.links and more.links and bool(len(held.out.weight)) != bool(len(more.out.weight)):
        raise InvalidInput(reason=say("New links have weights where the others have some, and only there."))
    return Graph(_both(held.out, more.out), _both(held.into, more.into))


def reranked(held: Graph, new: Graph, ranks: Ranks, *, damping: float = DAMPING, tolerance: float = TOLERANCE) -> Ranks:
    """Return the ranks of the new graph, from those of the old one by the same damping, over all accounts alike.

    Parameters
    ----------
    held, new
        The graph before, and what `grown` made of it.

    Raises
    ------
    InvalidInput
        If the ranks are not those of the old graph.
    """
    if ranks.raw.shape != (held.accounts,):
        raise InvalidInput(reason=say("Give the ranks of the graph as it was."))
    x = np.ones(new.accounts)
    x[: held.accounts] = ranks.raw
    left = np.zeros(new.accounts)
    before, after = shares(held, damping), shares(new, damping)
    _owed(held.out.at, held.out.to, held.out.weight, new.out.at, new.out.to, new.out.weight, before, after, x, left)
    enough = tolerance * x.sum() / max(1, new.accounts)
    rounds = 0
    while rounds < ROUNDS and (np.abs(left) > enough).any():
        _pass_on(new.out.at, new.out.to, new.out.weight, after, x, left, enough)
        rounds += 1
    return Ranks(x + left, float(np.abs(left).sum() / max(x.sum(), 1e-300)), rounds)


def _both(held: Rows, more: Rows) -> Rows:
    return Rows(*_merged(held.at, held.to, held.weight, more.at, more.to, more.weight))


@njit(cache=True, nogil=True)
def _merged(
    at: Places, to: Accounts, weight: Weights, more_at: Places, more_to: Accounts, more_weight: Weights
) -> tuple[Places, Accounts, Weights]:
    """Lay sorted rows between sorted rows."""
    accounts, weighted = len(more_at) - 1, len(weight) > 0 or len(more_weight) > 0
    out_at = np.zeros(accounts + 1, np.int64)
    out_to = np.empty(len(to) + len(more_to), np.int32)
    out_weight = np.empty(len(out_to) if weighted else 0, np.float32)
    kept = 0
    for v in range(accounts):
        i, i_end = (at[v], at[v + 1]) if v < len(at) - 1 else (0, 0)
        j, j_end = more_at[v], more_at[v + 1]
        while i < i_end or j < j_end:
            if j == j_end or (i < i_end and to[i] < more_to[j]):
                out_to[kept] = to[i]
                if weighted:
                    out_weight[kept] = weight[i]
                i += 1
            elif i == i_end or more_to[j] < to[i]:
                out_to[kept] = more_to[j]
                if weighted:
                    out_weight[kept] = more_weight[j]
                j += 1
            else:
                out_to[kept] = to[i]
                if weighted:
                    out_weight[kept] = weight[i] + more_weight[j]
                i += 1
                j += 1
            kept += 1
        out_at[v + 1] = kept
    return out_at, out_to[:kept].copy(), out_weight[: kept if weighted else 0].copy()


@njit(cache=True, nogil=True)
def _owed(
    at: Places, to: Accounts, weight: Weights, new_at: Places, new_to: Accounts, new_weight: Weights,
    before: Floats, after: Floats, x: Floats, left: Floats,
) -> None:  # fmt: skip
    """What accounts whose links changed owe to those they link to, and those who are new have been told nothing."""
    for v in range(len(x)):
        old = v < len(at) - 1
        begins, ends = (at[v], at[v + 1]) if old else (0, 0)
        was = before[v] if old else 0.0
        if was == after[v] and ends - begins == new_at[v + 1] - new_at[v]:
            continue
        for k in range(begins, ends):
            left[to[k]] -= x[v] * was * (weight[k] if len(weight) else 1.0)
        for k in range(new_at[v], new_at[v + 1]):
            left[new_to[k]] += x[v] * after[v] * (new_weight[k] if len(new_weight) else 1.0)


@njit(cache=True, nogil=True)
def _pass_on(at: Places, to: Accounts, weight: Weights, share: Floats, x: Floats, left: Floats, enough: float) -> None:
    """Let every account that has more than enough to tell pass it on, once."""
    for v in range(len(x)):
        much = left[v]
        if abs(much) > enough:
            left[v] = 0.0
            x[v] += much
            passed = much * share[v]
            for k in range(at[v], at[v + 1]):
                left[to[k]] += passed * (weight[k] if len(weight) else 1.0)
