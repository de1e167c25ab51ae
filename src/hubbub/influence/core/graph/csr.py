"""The graph of accounts: links as compressed sparse rows (CSR), once by who links and once by who is linked to.

A link from an account to itself says nothing and is dropped; links that are told twice are added up.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

Places = NDArray[np.int64]
Accounts = NDArray[np.int32]
Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rows:
    """What belongs to account v stands from `at[v]` up to `at[v + 1]`, sorted by account, each once."""

    at: Places
    """Shape (accounts + 1,)."""
    to: Accounts
    """Shape (links,)."""
    weight: Weights
    """Shape (links,), above 0; shape (0,) where each link counts 1."""

    @property
    def many(self) -> NDArray[np.int64]:
        """How many each account has, shape (accounts,)."""
        return np.diff(self.at)

    def of(self, account: int) -> Accounts:
        """The other ends of one account's links."""
        return self.to[self.at[account] : self.at[account + 1]]


@dataclass(frozen=True, slots=True)
class Graph:
    """Links between accounts, both ways."""

    out: Rows
    """By who links: whom they link to."""
    into: Rows
    """By who is linked to: by whom."""

    @property
    def accounts(self) -> int:
        """How many there are, linked or not."""
        return len(self.out.at) - 1

    @property
    def links(self) -> int:
        """How many there are, each pair of accounts at most once each way."""
        return len(self.out.to)


def graph(source: ArrayLike, target: ArrayLike, weight: ArrayLike | None = None, *, accounts: int = 0) -> Graph:
    """Return the graph of some links.

    Parameters
    ----------
    source, target : arrays of shape (told,), whole numbers >= 0
    weight : array of shape (told,), above 0, optional
        What a link counts; 1 where it is left out, however often it is told.
    accounts : int
        How many there are at least: those without a link are not seen otherwise.

    Raises
    ------
    InvalidInput
        If the arrays differ in length, an account's number is negative or beyond 2³¹, or a weight is not above 0.

    >>> graph([0, 0, 1, 2], [1, 1, 1, 0]).into.of(1)
    array([0], dtype=int32)
    """
    begins, ends, weights = links(source, target, weight)
    many = max(accounts, int(max(begins.max(), ends.max())) + 1 if len(begins) else 0)
    by_target = Rows(*_placed(ends, begins, weights, many))
    out = Rows(*_once(*_turned(by_target.at, by_target.to, by_target.weight)))
    return Graph(out, Rows(*_turned(out.at, out.to, out.weight)))


def links(source: ArrayLike, target: ArrayLike, weight: ArrayLike | None) -> tuple[Accounts, Accounts, Weights]:
    """Return links as arrays that the loops take; errors as in `graph`."""
    begins, ends = np.asarray(source), np.asarray(target)
    if begins.ndim != 1 or begins.shape != ends.shape:
        raise InvalidInput(reason=say("Give as many ends of links as beginnings."))
    if len(begins) and (begins.dtype.kind not in "iu" or ends.dtype.kind not in "iu"):
        raise InvalidInput(reason=say("Accounts are numbered with whole numbers."))
    for each in (begins, ends):
        if len(each) and (int(each.min()) < 0 or int(each.max()) >= 2**31 - 1):
            raise InvalidInput(reason=say("Accounts are numbered from 0 on, and below 2,147,483,647."))
    weights = np.zeros(0, np.float32) if weight is None else np.asarray(weight, np.float32)
    if weight is not None and weights.shape != begins.shape:
        raise InvalidInput(reason=say("Give each link a weight, or none."))
    if len(weights) and not (np.isfinite(weights).all() and float(weights.min()) > 0):
        raise InvalidInput(reason=say("A link's weight is a number above 0."))
    return begins.astype(np.int32), ends.astype(np.int32), weights


@njit(cache=True, nogil=True)
def _placed(rows: Accounts, others: Accounts, weight: Weights, accounts: int) -> tuple[Places, Accounts, Weights]:
    """Lay links into rows, in the order they are told; those to oneself are left out."""
    at = np.zeros(accounts + 1, np.int64)
    for k in range(len(rows)):
        if rows[k] != others[k]:
            at[rows[k] + 1] += 1
    for v in range(accounts):
        at[v + 1] += at[v]
    following = at[:-1].copy()
    to = np.empty(at[-1], np.int32)
    told = np.empty(at[-1] if len(weight) else 0, np.float32)
    for k in range(len(rows)):
        if rows[k] != others[k]:
            place = following[rows[k]]
            following[rows[k]] += 1
            to[place] = others[k]
            if len(weight):
                told[place] = weight[k]
    return at, to, told


@njit(cache=True, nogil=True)
def _turned(at: Places, to: Accounts, weight: Weights) -> tuple[Places, Accounts, Weights]:
    """Lay links into rows by their other end. Since rows are read in order, the new ones are sorted."""
    accounts = len(at) - 1
    turned = np.zeros(accounts + 1, np.int64)
    for each in to:
        turned[each + 1] += 1
    for v in range(accounts):
        turned[v + 1] += turned[v]
    following = turned[:-1].copy()
    back = np.empty(len(to), np.int32)
    told = np.empty(len(weight), np.float32)
    for v in range(accounts):
        for k in range(at[v], at[v + 1]):
            place = following[to[k]]
            following[to[k]] += 1
            back[place] = v
            if len(weight):
                told[place] = weight[k]
    return turned, back, told


@njit(cache=True, nogil=True)
def _once(at: Places, to: Accounts, weight: Weights) -> tuple[Places, Accounts, Weights]:
    """Keep each link of sorted rows once, in place; weights are added up."""
    accounts, kept = len(at) - 1, 0
    begins = at[0]
    for v in range(accounts):
        ends, first = at[v + 1], kept
        for k in range(begins, ends):
            if kept > first and to[kept - 1] == to[k]:
                if len(weight):
                    weight[kept - 1] += weight[k]
            else:
                to[kept] = to[k]
                if len(weight):
                    weight[kept] = weight[k]
                kept += 1
        begins = ends
        at[v + 1] = kept
    return at, to[:kept].copy(), weight[: kept if len(weight) else 0].copy()
