"""Queues, one number at a time and compiled: what the arrays of `erlang` and the search of `required` are made from.

Loads are in erlangs, times in one unit of the caller's. Nothing here checks what it is given.
"""

import math
from typing import Protocol

import numpy as np

from hubbub.kernel.compiled import compiled


class Fill(Protocol):
    """Fills an array from loads and agents."""

    def __call__(self, load: np.ndarray, agents: np.ndarray, out: np.ndarray, /) -> None:
        """Fill it."""


BELOW = 9.0
"""Standard deviations below the load at which the recurrence begins: what is left out weighs less than 1e-17."""
LARGE = 1e250
NEGLIGIBLE = 1e-18
ROUND = 1.0 + 1e-12
"""How far a share may pass its limit: ten agents for 8.5 erlangs are busy for 85 %, whatever the last bit says."""


@compiled
def _begun(load: float, agents: float) -> tuple[float, float]:
    """Return from where the recurrence of 1/B goes up to so many agents, and how it stands there, nearly."""
    first = math.floor(min(load, agents) - BELOW * math.sqrt(load) - 5.0)
    if first <= 0:
        return 0.0, 1.0
    return float(first), load / (load - first)


@compiled
def log_one_over_blocking(load: float, agents: float) -> float:
    """Return ln(1/B), B by Erlang's loss formula. A. K. Erlang (1917).

    The recurrence 1/B(k) = 1 + k/a · 1/B(k-1) forgets where it began: an error shrinks by k/a a step below the load. So
    it begins some deviations below it, and takes O(√a) steps up to the load; above, as many as there are agents more.
    """
    if load <= 0.0:
        return math.inf if agents > 0 else 0.0
    at, inverse = _begun(load, agents)
    while at < agents:
        at += 1.0
        inverse = 1.0 + inverse * at / load
        if inverse > LARGE:  # the 1 counts no more: what is left is a ratio of factorials
            rest: float = math.lgamma(agents + 1.0) - math.lgamma(at + 1.0) - (agents - at) * math.log(load)
            return math.log(inverse) + rest
    return math.log(inverse)


@compiled
def waits(load: float, agents: float) -> float:
    """Return the chance that somebody has to wait (Erlang C): 1 where the load is not below the agents."""
    if load <= 0.0:
        return 0.0
    if agents <= load:
        return 1.0
    inverse = math.exp(min(log_one_over_blocking(load, agents), 700.0))
    return agents / ((agents - load) * inverse + load)


@compiled
def log_staying(size: float, push: float) -> float:
    """Return ln of Σ push^k / (size (size+1) … (size+k)), k ≥ 0: how long a queue of the impatient goes on.

    It equals γ(size, push) e^push push^-size; as a sum, nothing cancels and nothing overflows.
    """
    if size <= 0.0:
        return math.inf
    term, total, more, k = 1.0, 1.0, 0.0, 0.0
    while True:
        k += 1.0
        term *= push / (size + k)
        total += term
        if total > LARGE:
            total /= LARGE
            term /= LARGE
            more += math.log(LARGE)
        if size + k > push and term < total * NEGLIGIBLE * (1.0 - push / (size + k + 1.0)):
            return math.log(total) + more - math.log(size)


@compiled
def impatient(load: float, agents: float, patience: float, within: float) -> tuple[float, float, float]:
    """Return who waits, who gives up, and who is served within a time, as shares of all (Erlang A, M/M/n+M).

    `patience` and `within` are in handling times. C. Palm (1946); formulas after A. Mandelbaum, S. Zeltyn (2007).
    """
    if load <= 0.0:
        return 0.0, 0.0, 1.0
    push = load * patience
    if agents <= 0.0:
        return 1.0, 1.0, 0.0
    size = agents * patience
    log_queue = math.log(push) + log_staying(size, push)  # as against one who finds the last agent free
    log_free = log_one_over_blocking(load, agents - 1.0)
    top = max(log_queue, log_free)
    queue, free, one = math.exp(log_queue - top), math.exp(log_free - top), math.exp(-top)
    waiting = queue / (queue + free)
    balance = (load - agents) * patience * math.exp(log_queue - top - math.log(push))
    gives_up = (one + balance) / (queue + free)
    if load < agents:  # both parts are nearly the same: counted one by one instead
        gives_up = _leaving(size, push) * one / (size * (queue + free))
    later = push * math.exp(-within / patience)
    passed = push - later - agents * within
    log_after = log_staying(size, later)
    soon = (
        math.exp(passed - top)
        - one
        + size * (math.exp(log_queue - math.log(push) - top) - math.exp(passed + log_after - top))
    )
    in_time = (free + soon) / (queue + free)
    return waiting, max(0.0, gives_up), min(1.0, max(0.0, in_time))


@compiled
def _leaving(size: float, push: float) -> float:
    """Return Σ k push^k / ((size+1) … (size+k)), where size ≥ push: how many of a queue give up."""
    term, total, k = 1.0, 0.0, 0.0
    while True:
        k += 1.0
        term *= push / (size + k)
        total += k * term
        if k * term < total * NEGLIGIBLE * (1.0 - push / (size + k + 1.0)) ** 2:
            return total


@compiled
def all_impatient(
    load: np.ndarray, agents: np.ndarray, patience: np.ndarray, within: np.ndarray, out: np.ndarray
) -> None:
    """Fill rows of (waits, gives up, in time)."""
    for at in range(len(load)):
        out[at, 0], out[at, 1], out[at, 2] = impatient(load[at], agents[at], patience[at], within[at])


@compiled
def all_waits(load: np.ndarray, agents: np.ndarray, out: np.ndarray) -> None:
    """Fill in who waits."""
    for at in range(len(load)):
        out[at] = waits(load[at], agents[at])


@compiled
def all_blocking(load: np.ndarray, agents: np.ndarray, out: np.ndarray) -> None:
    """Fill in who is turned away."""
    for at in range(len(load)):
        out[at] = math.exp(-log_one_over_blocking(load[at], agents[at]))


# How many are needed ---------------------------------------------------------------
@compiled
def needed(load: float, level: float, within: float, wait: float, busy: float) -> int:
    """Return the fewest agents that meet all targets where nobody gives up; what is not asked for is 0 or infinite.

    One walk along the recurrence of 1/B, from some deviations below the load; see `log_one_over_blocking`.
    """
    at, inverse = _begun(load, load)
    while True:
        at += 1.0
        inverse = 1.0 + inverse * at / load
        free = at - load
        if free > 0.0 and load <= busy * at * ROUND:
            waiting = at / (free * inverse + load)
            if 1.0 - waiting * math.exp(-free * within) >= level and waiting / free <= wait:
                return int(at)


@compiled
def _meets(
    load: float, agents: float, patience: float, level: float, within: float, wait: float, giving_up: float, busy: float
) -> bool:
    _, gone, in_time = impatient(load, agents, patience, within)
    fits = load * (1.0 - gone) <= busy * agents * ROUND
    return bool(in_time >= level and gone * patience <= wait and gone <= giving_up and fits)


@compiled
def needed_by_impatient(
    load: float, patience: float, level: float, within: float, wait: float, giving_up: float, busy: float
) -> int:
    """Return the fewest agents that meet all targets where callers give up, by halving."""
    low, high, step = 0.0, math.floor(load) + 1.0, math.ceil(math.sqrt(load)) + 1.0
    while not _meets(load, high, patience, level, within, wait, giving_up, busy):
        low, high, step = high, high + step, 2.0 * step
    while high - low > 1.0:
        middle = math.floor((low + high) / 2.0)
        if _meets(load, middle, patience, level, within, wait, giving_up, busy):
            high = middle
        else:
            low = middle
    return int(high)


@compiled
def all_needed(loads: np.ndarray, given: np.ndarray, out: np.ndarray) -> None:
    """Fill in the fewest agents that meet all targets.

    `given` has a row for each load: patience, level, within, wait, giving up, busy; times in handling times.
    """
    for at in range(len(loads)):
        patience, level, within, wait, giving_up, busy = given[at]
        if loads[at] <= 0.0:
            out[at] = 0
        elif patience == math.inf:
            out[at] = needed(loads[at], level, within, wait, busy)
        else:
            out[at] = needed_by_impatient(loads[at], patience, level, within, wait, giving_up, busy)


# Several at a time -----------------------------------------------------------------
@compiled
def chats(load: float, agents: float, within: float, at_once: float, slows: float) -> tuple[float, float, float, float]:
    """Return who waits, who is answered in time, the mean wait, and how many chats one has at a time.

    The chain over the number of chats: with j of them, q = ⌊j/n⌋ each and some one more; c at a time end at the rate
    c / (1 + slows (c-1)). Beyond n · at_once they queue.
    """
    if load <= 0.0:
        return 0.0, 1.0, 0.0, 0.0
    full = agents * at_once / (1.0 + slows * (at_once - 1.0))
    if full <= load:
        return 1.0, 0.0, math.inf, at_once if agents > 0.0 else 0.0
    one, total, mean, j = 1.0, 1.0, 0.0, 0.0
    while j < agents * at_once:
        j += 1.0
        few = math.floor(j / agents)
        more = j - few * agents
        ending = (agents - more) * few / (1.0 + slows * (few - 1.0)) + more * (few + 1.0) / (1.0 + slows * few)
        one *= load / ending
        total += one
        mean += one * j
        if total > LARGE:
            one, total, mean = one / LARGE, total / LARGE, mean / LARGE
    used = load / full
    beyond = one * used / (1.0 - used)
    total, mean = total + beyond, mean + beyond * agents * at_once
    waiting = (one + beyond) / total
    free = full - load
    return waiting, 1.0 - waiting * math.exp(-free * within), waiting / free, mean / total / agents


@compiled
def all_chats(
    load: np.ndarray, agents: np.ndarray, within: np.ndarray, at_once: float, slows: float, out: np.ndarray
) -> None:
    """Fill rows of (waits, in time, mean wait, chats at a time)."""
    for at in range(len(load)):
        out[at, 0], out[at, 1], out[at, 2], out[at, 3] = chats(load[at], agents[at], within[at], at_once, slows)


@compiled
def all_needed_for_chat(
    load: np.ndarray, within: np.ndarray, level: float, at_once: float, slows: float, out: np.ndarray
) -> None:
    """Fill in the fewest agents, by halving."""
    for at in range(len(load)):
        low = math.floor(load[at] * (1.0 + slows * (at_once - 1.0)) / at_once)
        high, step = low + 1.0, 1.0
        while load[at] > 0.0 and chats(load[at], high, within[at], at_once, slows)[1] < level:
            low, high, step = high, high + step, 2.0 * step
        while high - low > 1.0:
            middle = math.floor((low + high) / 2.0)
            if chats(load[at], middle, within[at], at_once, slows)[1] >= level:
                high = middle
            else:
                low = middle
        out[at] = int(high) if load[at] > 0.0 else 0
