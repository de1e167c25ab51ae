"""Standing: who is linked to by those who are linked to (PageRank), over all or for topics, several at once.

The rank of an account is its own part plus a share of the ranks of those who link to it, `damping` of it, each divided
over all they link to by weight:  x = teleport + damping · Pᵀ x.  Who links to nobody passes nothing on; dividing by the
sum in the end is the same as if they linked to all by the teleport (G. M. Del Corso, A. Gullí, F. Romani, 2005).

Accounts are taken in their order, each with the newest ranks of the others (Gauss-Seidel): half as many rounds as when
all wait for each other (A. Arasu, J. Novak, A. Tomkins, J. Tomlin, 2002).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from hubbub.influence.core.graph.csr import Graph, Rows
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

Floats = NDArray[np.float64]
DAMPING = 0.85
TOLERANCE = 1e-9
SINGLE = 1e-7
"""Several topics at once are reckoned in single precision, which comes no nearer."""
ROUNDS = 500
"""With the usual damping each round leaves less than .85 of what was wrong: far fewer are needed."""


@dataclass(frozen=True, slots=True)
class Ranks:
    """What accounts are worth."""

    raw: Floats
    """Shape (accounts,) or (accounts, topics), before they are divided by their sum. See `growth`."""
    residual: float
    """By how much they change at most, in all, where one more round is gone: the largest of the topics'."""
    rounds: int

    @property
    def values(self) -> Floats:
        """Ranks that add up to 1, over each topic; zeros where there is no account."""
        total = self.raw.sum(axis=0)
        values: Floats = np.divide(self.raw, total, out=np.zeros_like(self.raw), where=total > 0)
        return values


def pagerank(
    graph: Graph, teleport: ArrayLike | None = None, *, damping: float = DAMPING, tolerance: float = TOLERANCE
) -> Ranks:
    """Return the ranks of accounts.

    Parameters
    ----------
    teleport : array of shape (accounts,) or (accounts, topics), >= 0, optional
        Where attention begins: with those who speak of a topic, the more the more they do. None: with everybody alike.
    damping : float, in [0, 1)
        The share of attention that goes on to whom an account links to.
    tolerance : float
        Rounds end when the ranks, which add up to 1, would change by no more than this in all.

    Raises
    ------
    InvalidInput
        If the teleport has another length, is negative or is 0 all over, or the damping is not a share below 1.

    References
    ----------
    L. Page, S. Brin, R. Motwani, T. Winograd (1999). T. H. Haveliwala (2002) for topics.

    >>> from hubbub.influence.core.graph.csr import graph
    >>> pagerank(graph([0, 1, 2], [1, 2, 0])).values.round(3)
    array([0.333, 0.333, 0.333])
    """
    if not 0 <= damping < 1:
        raise InvalidInput(reason=say("The damping is a share from 0 on, and below 1."))
    begins = _begins(graph, teleport)
    share = shares(graph, damping)
    if begins.ndim == 1:
        x, changed, rounds = begins.copy(), np.inf, 0
        z = x * share
        while changed > tolerance and rounds < ROUNDS:
            wrong, total = _round(graph.into.at, graph.into.to, graph.into.weight, share, begins, x, z)
            changed, rounds = damping * wrong / max(total, 1e-300), rounds + 1
        return Ranks(x, changed, rounds)
    own, narrow = begins.astype(np.float32), share.astype(np.float32)
    spread, changed, rounds = own * narrow[:, None], np.inf, 0
    while changed > max(tolerance, SINGLE) and rounds < ROUNDS:
        gone, totals = _round_all(graph.into.at, graph.into.to, graph.into.weight, narrow, own, spread)
        changed, rounds = float(damping * (gone / np.maximum(totals, 1e-300)).max(initial=0)), rounds + 1
    raw = own + _pulled_all(graph.into.at, graph.into.to, graph.into.weight, spread)
    return Ranks(raw.astype(np.float64), changed, rounds)


def shares(graph: Graph, damping: float) -> Floats:
    """What an account passes on for each unit of weight of a link, as a share of its rank; shape (accounts,)."""
    strength = strengths(graph.out)
    return np.divide(damping, strength, out=np.zeros_like(strength), where=strength > 0)


def strengths(rows: Rows) -> Floats:
    """The weights of each account's links, added up; shape (accounts,)."""
    if not len(rows.weight):
        return rows.many.astype(np.float64)
    return _added(rows.at, rows.weight)


def _begins(graph: Graph, teleport: ArrayLike | None) -> Floats:
    if teleport is None:
        return np.ones(graph.accounts)
    begins = np.asarray(teleport, np.float64)
    if begins.ndim not in (1, 2) or len(begins) != graph.accounts:
        raise InvalidInput(reason=say("Say for each account how much attention begins there."))
    if not np.isfinite(begins).all() or (begins < 0).any() or (begins.sum(axis=0) <= 0).any():
        raise InvalidInput(reason=say("Attention begins somewhere, and nowhere less than not at all."))
    scaled: Floats = begins / begins.sum(axis=0) * graph.accounts
    return scaled


@njit(cache=True, nogil=True)
def _added(at: NDArray[np.int64], weight: NDArray[np.float32]) -> Floats:
    total = np.zeros(len(at) - 1)
    for v in range(len(total)):
        for k in range(at[v], at[v + 1]):
            total[v] += weight[k]
    return total


@njit(cache=True, nogil=True)
def _round(
    at: NDArray[np.int64], to: NDArray[np.int32], weight: NDArray[np.float32],
    share: Floats, begins: Floats, x: Floats, z: Floats,
) -> tuple[float, float]:  # fmt: skip
    """Take every account once; return how much changed, and the sum. `z`: what each passes on for a unit of weight."""
    changed = total = 0.0
    for v in range(len(x)):
        told = 0.0
        if len(weight):
            for k in range(at[v], at[v + 1]):
                told += weight[k] * z[to[k]]
        else:
            for k in range(at[v], at[v + 1]):
                told += z[to[k]]
        new = begins[v] + told
        changed += abs(new - x[v])
        total += new
        x[v] = new
        z[v] = new * share[v]
    return changed, total


@njit(cache=True, nogil=True)
def _round_all(
    at: NDArray[np.int64], to: NDArray[np.int32], weight: NDArray[np.float32],
    share: NDArray[np.float32], begins: NDArray[np.float32], z: NDArray[np.float32],
) -> tuple[Floats, Floats]:  # fmt: skip
    """The same for several topics: sixteen numbers lie side by side, and are read at the cost of one."""
    topics = z.shape[1]
    changed, total, told = np.zeros(topics), np.zeros(topics), np.empty(topics, np.float32)
    for v in range(len(z)):
        told[:] = begins[v]
        if len(weight):
            for k in range(at[v], at[v + 1]):
                other, much = to[k], weight[k]
                for each in range(topics):
                    told[each] += much * z[other, each]
        else:
            for k in range(at[v], at[v + 1]):
                other = to[k]
                for each in range(topics):
                    told[each] += z[other, each]
        passes = share[v]
        for each in range(topics):
            total[each] += told[each]
            if passes > 0:  # what those who link to nobody are worth changes nothing else
                changed[each] += abs(told[each] - z[v, each] / passes)
            z[v, each] = told[each] * passes
    return changed, total


@njit(cache=True, nogil=True)
def _pulled_all(
    at: NDArray[np.int64], to: NDArray[np.int32], weight: NDArray[np.float32], z: NDArray[np.float32]
) -> NDArray[np.float32]:
    """What all tell each account, by topic."""
    told = np.zeros(z.shape, np.float32)
    for v in range(len(z)):
        for k in range(at[v], at[v + 1]):
            much = weight[k] if len(weight) else np.float32(1)
            for each in range(z.shape[1]):
                told[v, each] += much * z[to[k], each]
    return told
