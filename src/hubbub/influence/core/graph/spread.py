"""How far a message would go: passed on by chance from one to the next, with and without some who are silent.

Two models of the field. *Cascade*: each who passes it on gives each of their readers one chance to do so, too.
*Threshold*: each passes it on once enough of those they read did. Both are played many times, from seeds that are said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from hubbub.influence.core.graph.csr import Accounts, Graph, Places, Weights
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

Floats = NDArray[np.float64]
RUNS, SKETCHES, SEED = 1000, 20_000, 1
TRUST = 20.0
"""What all pass on counts like so many posts of each link, where `chances` can't tell better."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How many accounts a message reaches as somebody who passes it on, those who begin among them."""

    mean: float
    error: float
    """Standard error of the mean."""
    low: float
    high: float
    """Between them are eight of ten runs."""


def chances(seen: ArrayLike, passed: ArrayLike) -> Floats:
    """Return how likely each link passes a post on: what it did, drawn towards what all do, the more the less is known.

    Parameters
    ----------
    seen, passed : arrays of shape (links,), whole numbers
        Posts of one that the other could see, and those of them the other passed on: `passed` is at most `seen`.

    Raises
    ------
    InvalidInput
        If more are passed on than seen, or a number is below 0.

    References
    ----------
    A. Goyal, F. Bonchi, L. Lakshmanan (2010): the Bernoulli model; the pull is that of a beta distribution whose
    spread is that of the links (moments).

    >>> chances([10, 0], [1, 0]).round(3)
    array([0.1, 0.1])
    """
    n, k = np.asarray(seen, float), np.asarray(passed, float)
    if n.shape != k.shape or (k < 0).any() or (k > n).any():
        raise InvalidInput(reason=say("At most as many posts are passed on as were seen, and none below 0."))
    total = n.sum()
    if total == 0:
        return np.zeros_like(n)
    mean = k.sum() / total
    known = n > 1
    trust = TRUST
    if 0 < mean < 1 and known.sum() > 1:
        share, weight = k[known] / n[known], n[known] - 1
        spread = (weight * ((share - mean) ** 2 - mean * (1 - mean) / n[known])).sum() / (
            weight * (1 - 1 / n[known])
        ).sum()
        trust = float(np.clip(mean * (1 - mean) / max(spread, 1e-9) - 1, 1.0, 1000.0))
    found: Floats = (k + trust * mean) / (n + trust)
    return found


def cascade(
    passes: Graph, begins: Sequence[int], *, silent: Sequence[int] = (), runs: int = RUNS, seed: int = SEED
) -> Spread:
    """Return how far a message goes that some begin, where each link has a chance of its own.

    Parameters
    ----------
    passes
        From whom to whom a post is passed on; weights are chances in (0, 1].
    silent
        Accounts that don't pass it on: what cutting it there would change.

    Raises
    ------
    InvalidInput
        If a chance is above 1, or somebody is no account of the graph.

    References
    ----------
    D. Kempe, J. Kleinberg, É. Tardos (2003).
    """
    return _spread(_cascaded(*_given(passes, begins, silent), runs, seed))


def threshold(
    reads: Graph, begins: Sequence[int], *, silent: Sequence[int] = (), runs: int = RUNS, seed: int = SEED
) -> Spread:
    """Return the same where each passes it on once those who did weigh more than a threshold, anew by chance each run.

    Parameters
    ----------
    reads
        As in `cascade`; the weights of links into an account add up to 1 at most.

    Raises
    ------
    InvalidInput
        As `cascade`, or if weights into an account add up to more.
    """
    into = np.bincount(reads.out.to, reads.out.weight, reads.accounts) if reads.links else np.zeros(1)
    if into.max(initial=0) > 1 + 1e-4:
        raise InvalidInput(reason=say("The weights of all links to an account add up to 1 at most."))
    return _spread(_thresholds(*_given(reads, begins, silent), runs, seed))


def furthest(passes: Graph, many: int, *, sketches: int = SKETCHES, seed: int = SEED) -> tuple[tuple[int, float], ...]:
    """Return from whom together a message would go furthest, with what each adds, in accounts reached.

    References
    ----------
    C. Borgs, M. Brautbar, J. Chayes, B. Lucier (2014): sets of those who would have reached an account drawn by chance;
    whoever stands in most of them reaches most.
    """
    if passes.accounts == 0 or many < 1:
        return ()
    into = passes.into
    at, members = _reverse(into.at, into.to, into.weight, sketches, seed)
    sketch = np.repeat(np.arange(sketches), np.diff(at))
    open_, found = np.ones(sketches, np.bool_), []
    for _ in range(min(many, passes.accounts)):
        counts = np.bincount(members[open_[sketch]], minlength=passes.accounts)
        best = int(counts.argmax())
        if not counts[best]:
            break
        found.append((best, float(counts[best] / sketches * passes.accounts)))
        open_[sketch[members == best]] = False
    return tuple(found)


def _given(
    passes: Graph, begins: Sequence[int], silent: Sequence[int]
) -> tuple[Places, Accounts, Weights, NDArray[np.int64], NDArray[np.bool_]]:
    for each in (*begins, *silent):
        if not 0 <= each < passes.accounts:
            raise InvalidInput(reason=say("Whoever begins or is silent is an account of the graph."))
    weight = passes.out.weight if len(passes.out.weight) else np.ones(passes.links, np.float32)
    if len(weight) and float(weight.max()) > 1:
        raise InvalidInput(reason=say("A chance is a share above 0, and at most 1."))
    shut = np.zeros(passes.accounts, np.bool_)
    shut[list(silent)] = True
    first = np.array(list(dict.fromkeys(each for each in begins if not shut[each])), np.int64)
    return passes.out.at, passes.out.to, weight, first, shut


def _spread(reached: Floats) -> Spread:
    low, high = np.quantile(reached, (0.1, 0.9))
    error = float(reached.std(ddof=1) / np.sqrt(len(reached))) if len(reached) > 1 else float("nan")
    return Spread(float(reached.mean()), error, float(low), float(high))


@njit(cache=True, nogil=True)
def _cascaded(
    at: Places, to: Accounts, weight: Weights, begins: NDArray[np.int64], shut: NDArray[np.bool_], runs: int, seed: int
) -> Floats:
    np.random.seed(seed)
    accounts = len(at) - 1
    told = np.full(accounts, -1, np.int64)  # in which run it was told last
    waiting = np.empty(accounts, np.int64)
    reached = np.zeros(runs)
    for run in range(runs):
        known = 0
        for each in begins:
            told[each] = run
            waiting[known] = each
            known += 1
        done = 0
        while done < known:
            v = waiting[done]
            done += 1
            for k in range(at[v], at[v + 1]):
                other = to[k]
                if told[other] != run and not shut[other] and np.random.random() < weight[k]:
                    told[other] = run
                    waiting[known] = other
                    known += 1
        reached[run] = known
    return reached


@njit(cache=True, nogil=True)
def _thresholds(
    at: Places, to: Accounts, weight: Weights, begins: NDArray[np.int64], shut: NDArray[np.bool_], runs: int, seed: int
) -> Floats:
    np.random.seed(seed)
    accounts = len(at) - 1
    needs, heard = np.zeros(accounts), np.zeros(accounts)
    asked, told = np.full(accounts, -1, np.int64), np.full(accounts, -1, np.int64)
    waiting = np.empty(accounts, np.int64)
    reached = np.zeros(runs)
    for run in range(runs):
        known = 0
        for each in begins:
            told[each] = run
            waiting[known] = each
            known += 1
        done = 0
        while done < known:
            v = waiting[done]
            done += 1
            for k in range(at[v], at[v + 1]):
                other = to[k]
                if told[other] == run or shut[other]:
                    continue
                if asked[other] != run:
                    asked[other], heard[other], needs[other] = run, 0.0, np.random.random()
                heard[other] += weight[k]
                if heard[other] >= needs[other]:
                    told[other] = run
                    waiting[known] = other
                    known += 1
        reached[run] = known
    return reached


@njit(cache=True, nogil=True)
def _reverse(at: Places, back: Accounts, weight: Weights, sketches: int, seed: int) -> tuple[Places, NDArray[np.int64]]:
    """Who would have reached an account drawn by chance, so many times."""
    np.random.seed(seed)
    accounts = len(at) - 1
    seen = np.full(accounts, -1, np.int64)
    begins = np.zeros(sketches + 1, np.int64)
    members = np.empty(max(16, 4 * sketches), np.int64)
    known = 0
    for sketch in range(sketches):
        first = np.random.randint(accounts)
        done = known
        if known + accounts > len(members):
            larger = np.empty(2 * len(members) + accounts, np.int64)
            larger[:known] = members[:known]
            members = larger
        members[known] = first
        seen[first] = sketch
        known += 1
        while done < known:
            v = members[done]
            done += 1
            for k in range(at[v], at[v + 1]):
                other = back[k]
                if seen[other] != sketch and np.random.random() < (weight[k] if len(weight) else 1.0):
                    seen[other] = sketch
                    members[known] = other
                    known += 1
        begins[sketch + 1] = known
    return begins, members[:known].copy()
