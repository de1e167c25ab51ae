"""How many steps apart people are: over all pairs at once, by counting how many can be reached in 1, 2, 3 … steps.

Whom somebody reaches in so many steps is a set; only how large it is matters, and a sketch of a few bytes tells that
within some percent. All sets grow by one step when each sketch takes up those of its neighbours (HyperBall).

A distance counts steps, intermediaries count the people between: one fewer. 'Four degrees of separation' says that
people of Facebook were 4.74 steps apart: 3.74 people stood between them.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hubbub.influence.core.graph.csr import Graph, Rows, graph
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

Floats = NDArray[np.float64]
Sketches = NDArray[np.uint8]
REGISTERS = 64
GROUPS = 4
"""So many parts of each sketch are sketches of their own: how far they differ says how sure the whole is."""
MOST_STEPS = 1000


@dataclass(frozen=True, slots=True)
class Distances:
    """How far apart pairs of accounts are, of those that are joined by links at all."""

    steps: Floats
    """Shape (longest,): the share of the joined pairs that are 1, 2, … steps apart."""
    mean: float
    """Steps, on average; NaN where nobody is joined to anybody."""
    error: float
    """Standard error of the mean, 0 where it is exact."""
    joined: float
    """Share of all pairs that are joined."""

    @property
    def intermediaries(self) -> float:
        """People between two, on average."""
        return self.mean - 1

    def within(self, share: float = 0.9) -> float:
        """Steps within which so many of the joined pairs are, between whole ones in a straight line.

        With 90 % it is called the effective diameter (J. Leskovec, J. Kleinberg, C. Faloutsos, 2005).
        """
        reached = np.concatenate(([0.0], np.cumsum(self.steps)))
        if len(reached) == 1:
            return float("nan")
        return float(np.interp(share * reached[-1], reached, np.arange(len(reached))))


def distances(linked: Graph, *, directed: bool = True, seed: int = 1) -> Distances:
    """Return how far apart all pairs are, estimated.

    Parameters
    ----------
    directed : bool
        Whether one goes along links only, or either way.
    seed : int
        Another one gives another estimate, as far from the truth.

    References
    ----------
    P. Boldi and S. Vigna (2013), In-core computation of geometric centralities with HyperBall. P. Flajolet et al.
    (2007) for the sketch. L. Backstrom et al. (2012) for the 4.74.
    """
    rows = _rows(linked, directed)
    many = linked.accounts
    sketches, changed = _begun(many, seed), np.ones(many, np.bool_)
    held, is_new = sketches.copy(), np.empty(many, np.bool_)
    reached = [_reached(sketches, GROUPS)]
    while changed.any() and len(reached) <= MOST_STEPS:
        _grow(rows.at, rows.to, sketches, held, changed, is_new)
        sketches, held, changed, is_new = held, sketches, is_new, changed
        reached.append(_reached(sketches, GROUPS))
    table = np.array(reached)  # a row for each step; a column for the whole, and for each group
    means = [_told(column).mean for column in table.T]
    whole = _told(table[:, 0])
    error = float(np.std(means[1:], ddof=1) / np.sqrt(GROUPS)) if many else float("nan")
    pairs = many * (many - 1)
    return Distances(whole.steps, whole.mean, error, min(1.0, whole.joined / pairs) if pairs else 0.0)


def sampled(linked: Graph, accounts: NDArray[np.int64], *, directed: bool = True) -> Distances:
    """Return how far apart the pairs are that begin with some accounts, exactly, by going from each through all.

    Raises
    ------
    InvalidInput
        If one of them is no account of the graph.
    """
    if len(accounts) and not (0 <= int(accounts.min()) <= int(accounts.max()) < linked.accounts):
        raise InvalidInput(reason=say("Begin with accounts of the graph."))
    rows = _rows(linked, directed, onwards=True)
    each = np.zeros((len(accounts), MOST_STEPS + 1))
    for place, account in enumerate(accounts):
        _walked(rows.at, rows.to, account, each[place])
    counts = each.sum(axis=0)
    last = int(np.flatnonzero(counts)[-1]) if counts.any() else 0
    steps, total = counts[1 : last + 1], counts.sum()
    number = np.arange(MOST_STEPS + 1)
    mean = float((counts * number).sum() / total) if total else float("nan")
    spread = (each * (number - mean)).sum(axis=1) if total else np.zeros(1)
    error = float(np.sqrt((spread**2).sum()) / total) if total else float("nan")
    pairs = len(accounts) * (linked.accounts - 1)
    return Distances(steps / total if total else steps, mean, error, total / pairs if pairs else 0.0)


def _rows(linked: Graph, directed: bool, *, onwards: bool = False) -> Rows:
    """Whose sketches somebody takes up, or to whom one goes on."""
    if directed:
        return linked.out if onwards else linked.into
    source = np.repeat(np.arange(linked.accounts, dtype=np.int32), linked.out.many)
    ends = np.concatenate((source, linked.out.to))
    return graph(ends, np.concatenate((linked.out.to, source)), accounts=linked.accounts).out


@dataclass(frozen=True, slots=True)
class _Told:
    steps: Floats
    mean: float
    joined: float


def _told(reached: Floats) -> _Told:
    """What the numbers of pairs within 0, 1, 2 … steps say; an estimate never shrinks from step to step."""
    new = np.diff(np.maximum.accumulate(reached))
    while len(new) and new[-1] <= 0:
        new = new[:-1]
    joined = float(new.sum())
    if joined <= 0:
        return _Told(np.zeros(0), float("nan"), 0.0)
    return _Told(new / joined, float((new * np.arange(1, len(new) + 1)).sum() / joined), joined)


def _begun(many: int, seed: int) -> Sketches:
    """The sketch of each account alone."""
    sketches = np.zeros((many, REGISTERS), np.uint8)
    _hashed(sketches, seed)
    return sketches


@njit(cache=True, nogil=True)
def _hashed(sketches: Sketches, seed: int) -> None:
    registers = np.uint64(sketches.shape[1])
    for v in range(len(sketches)):
        h = np.uint64(v) + np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
        h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        h ^= h >> np.uint64(31)
        place, rest, first = h % registers, h // registers, np.uint8(1)
        while rest & np.uint64(1) == np.uint64(0) and first < 58:
            rest >>= np.uint64(1)
            first += np.uint8(1)
        sketches[v, place] = first


@njit(cache=True, nogil=True)
def _grow(
    at: NDArray[np.int64], to: NDArray[np.int32], held: Sketches, new: Sketches,
    changed: NDArray[np.bool_], is_new: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Take up the sketches of neighbours that grew in the last step; say whose grew in this one."""
    registers = held.shape[1]
    for v in range(len(held)):
        for each in range(registers):
            new[v, each] = held[v, each]
        is_new[v] = False
        for k in range(at[v], at[v + 1]):
            other = to[k]
            if changed[other]:
                for each in range(registers):
                    new[v, each] = max(new[v, each], held[other, each])
                is_new[v] = True
        if is_new[v]:
            is_new[v] = False
            for each in range(registers):
                if new[v, each] != held[v, each]:
                    is_new[v] = True
                    break


def _reached(sketches: Sketches, groups: int) -> Floats:
    """How many are in all sets together: by whole sketches, and by each part of them."""
    halves = np.exp2(-np.arange(256.0))
    return _added(sketches, groups, halves)


@njit(cache=True, nogil=True)
def _added(sketches: Sketches, groups: int, halves: Floats) -> Floats:
    found = np.zeros(groups + 1)
    registers = sketches.shape[1]
    each_has = registers // groups
    for v in range(len(sketches)):
        whole, whole_empty = 0.0, 0
        for group in range(groups):
            total, empty = 0.0, 0
            for each in range(group * each_has, (group + 1) * each_has):
                total += halves[sketches[v, each]]
                empty += sketches[v, each] == 0
            found[group + 1] += _size(total, empty, each_has)
            whole += total
            whole_empty += empty
        found[0] += _size(whole, whole_empty, registers)
    return found


@njit(cache=True, nogil=True)
def _size(total: float, empty: int, registers: int) -> float:
    """How large a set is whose sketch has so many empty registers, and 2 to minus each register in all."""
    if registers >= 128:
        alpha = 0.7213 / (1 + 1.079 / registers)
    else:
        alpha = 0.709 if registers >= 64 else 0.697 if registers >= 32 else 0.673
    estimate = alpha * registers * registers / total
    if estimate <= 2.5 * registers and empty > 0:
        return float(registers * np.log(registers / empty))
    return float(estimate)


@njit(cache=True, nogil=True)
def _walked(at: NDArray[np.int64], to: NDArray[np.int32], account: int, counts: Floats) -> None:
    """Count whom one reaches in how many steps."""
    steps = np.full(len(at) - 1, -1, np.int32)
    waiting = np.empty(len(at) - 1, np.int32)
    steps[account], waiting[0] = 0, account
    done, known = 0, 1
    while done < known:
        v = waiting[done]
        done += 1
        for k in range(at[v], at[v + 1]):
            other = to[k]
            if steps[other] < 0:
                steps[other] = steps[v] + 1
                counts[min(steps[other], len(counts) - 1)] += 1
                waiting[known] = other
                known += 1
