"""Play days event by event, compiled: items come, people take them by the routing rules, people come and go.

People of a team are alike. Who has the same number of items in hand stands in one list of their team, so that whoever
takes the next item is found at once; when each has finished stands in a heap. Nothing here checks what it is given.
"""

import math
from typing import NamedTuple

import numpy as np

from hubbub.kernel.compiled import compiled

NOBODY = -1


class Given(NamedTuple):
    """What comes and who is there: Q queues, T teams, P people, n intervals a day. Times are in seconds."""

    first: np.ndarray
    """(Q+1,): where the items of each queue begin."""
    came: np.ndarray
    """(items,): in order within each queue."""
    work: np.ndarray
    stays: np.ndarray
    """How long each is willing to wait."""
    within: np.ndarray
    """(Q,): the time of its target."""
    rank: np.ndarray
    """(Q,): which is served first; the lowest."""
    at_once: np.ndarray
    """(Q,): chats that one has at a time; 0: one item and nothing beside it."""
    may_wait: np.ndarray
    """(Q,): whether it is held back while too few are free for calls."""
    older: np.ndarray
    """(Q,): the age from which on it is not."""
    can: np.ndarray
    """(T, Q): whether a team has the skill."""
    order: np.ndarray
    """(Q, T): teams in the order in which they are tried."""
    calls: np.ndarray
    """(T,): whether a team could take calls."""
    slows: np.ndarray
    """(T,): by how much each further chat lengthens all that somebody has."""
    people: np.ndarray
    """(T, n): how many are there."""
    slots: np.ndarray
    """(T+1,): where the people of each team begin."""
    per: float
    spans: int
    """Intervals that are played; people come again after n of them."""
    reserve: int
    """People who could take calls, kept free of what may wait."""
    by_deadline: bool


class Floor(NamedTuple):
    """The floor at a moment: who waits, who has what in hand."""

    head: np.ndarray
    """(Q,): who is next in each queue."""
    tail: np.ndarray
    """(Q,): who comes next to it."""
    team: np.ndarray
    """(P,)"""
    there: np.ndarray
    going: np.ndarray
    """(P,): whether somebody leaves after what they have in hand."""
    alone: np.ndarray
    """(P,): whether what they have in hand goes with nothing beside it."""
    load: np.ndarray
    """(P,): items in hand."""
    done: np.ndarray
    """(P,): seconds of work on each chat so far, counted through."""
    since: np.ndarray
    ends: np.ndarray
    """(P, most): at which `done` each chat ends."""
    due: np.ndarray
    """(P,): when they finish something next."""
    top: np.ndarray
    """(T, most+1): lists of people by items in hand."""
    up: np.ndarray
    down: np.ndarray
    heap: np.ndarray
    place: np.ndarray
    many: np.ndarray
    """(2,): people in the heap; people free who could take calls."""
    here: np.ndarray
    """(T,)"""
    idle: np.ndarray
    seen: np.ndarray
    """(T,): until when work is counted."""
    waits: np.ndarray
    """(items,): how long each waited; -stays of those who gave up, NaN of those who still wait."""
    left: np.ndarray
    """(Q, spans): items that wait at the end of each interval."""
    busy: np.ndarray
    """(T, spans): seconds worked."""
    paid: np.ndarray
    """(T, spans): seconds there, with what is finished after one's time."""


@compiled
def played(given: Given, floor: Floor) -> None:
    """Play it all; nobody is there at first."""
    queues, teams, days = len(given.within), len(given.slots) - 1, given.people.shape[1]
    span, now, end = 0, 0.0, given.per * given.spans
    while True:
        change = given.per * span
        finish = floor.due[floor.heap[0]] if floor.many[0] > 0 else math.inf
        comes, comer, aged, elder = math.inf, 0, math.inf, 0
        for q in range(queues):
            if floor.tail[q] < given.first[q + 1] and given.came[floor.tail[q]] < comes:
                comes, comer = given.came[floor.tail[q]], q
            if given.may_wait[q] and floor.head[q] < floor.tail[q]:
                old = given.came[floor.head[q]] + given.older[q]
                if now < old < aged:
                    aged, elder = old, q
        now = min(change, finish, aged, comes)
        if now >= end:
            break
        if now == change:
            if span > 0:
                _counted(given, floor, now, span - 1)
            for t in range(teams):
                _come_and_go(given, floor, t, given.people[t, span % days], now, span)
            span += 1
        elif now == finish:
            _finished(given, floor, floor.heap[0], now, span - 1)
        elif now == aged:
            _placed(given, floor, elder, now, span - 1)
        else:
            floor.tail[comer] += 1
            _placed(given, floor, comer, now, span - 1)
    _counted(given, floor, end, given.spans - 1)
    for q in range(queues):
        for k in range(floor.head[q], given.first[q + 1]):
            floor.waits[k] = -given.stays[k] if end - given.came[k] > given.stays[k] else math.nan


@compiled
def tallied(given: Given, waits: np.ndarray, tally: np.ndarray) -> None:
    """Fill (Q, spans, 5): items, those whose time is known, in time, seconds waited, given up; by when they came.

    What still waits at the end and is not late yet is not judged.
    """
    end = given.per * given.spans
    for q in range(len(given.within)):
        for k in range(given.first[q], given.first[q + 1]):
            row, wait = tally[q, int(given.came[k] / given.per)], waits[k]
            row[0] += 1
            if math.isnan(wait):
                wait = end - given.came[k]
                row[1] += wait > given.within[q]
            else:
                row[1] += 1
                row[2] += 0 <= wait <= given.within[q]
                row[4] += math.copysign(1.0, wait) < 0
            row[3] += abs(wait)


# Who takes what ------------------------------------------------------------------------
@compiled
def _placed(given: Given, floor: Floor, q: int, now: float, span: int) -> None:
    """Give the first of a queue to somebody, if somebody may take it; and so on, where it may wait."""
    while _waiting(given, floor, q, now):
        found = _who(given, floor, q, now)
        if found == NOBODY:
            return
        _takes(given, floor, found, q, now, span)


@compiled
def _who(given: Given, floor: Floor, q: int, now: float) -> int:
    """Return who takes the first of a queue: whoever has least in hand, of the team that is tried first."""
    for load in range(max(1, given.at_once[q])):
        for tried in range(given.order.shape[1]):
            t = given.order[q, tried]
            if given.can[t, q] and floor.top[t, load] != NOBODY and _may(given, floor, t, q, now):
                found: int = floor.top[t, load]
                return found
    return NOBODY


@compiled
def _may(given: Given, floor: Floor, t: int, q: int, now: float) -> bool:
    """Say whether the reserve lets a team take the first of a queue."""
    if not given.may_wait[q] or not given.calls[t]:
        return True
    return bool(floor.many[1] > given.reserve or now >= given.came[floor.head[q]] + given.older[q])


@compiled
def _waiting(given: Given, floor: Floor, q: int, now: float) -> bool:
    """Say whether somebody waits, those at the front who gave up being let go."""
    while floor.head[q] < floor.tail[q]:
        k = floor.head[q]
        if now - given.came[k] <= given.stays[k]:
            return True
        floor.waits[k] = -given.stays[k]
        floor.head[q] += 1
    return False


@compiled
def _looks_for_work(given: Given, floor: Floor, p: int, now: float, span: int) -> None:
    """Let somebody take what is first by the rules, and chats as long as some wait and they may have more."""
    t = floor.team[p]
    while not floor.alone[p]:
        best, rank, since = NOBODY, 0, 0.0
        for q in range(len(given.within)):
            if not given.can[t, q] or floor.load[p] >= max(1, given.at_once[q]) or not _waiting(given, floor, q, now):
                continue
            place = 0 if given.by_deadline else given.rank[q]
            came = given.came[floor.head[q]] + (given.within[q] if given.by_deadline else 0.0)
            if (best == NOBODY or place < rank or (place == rank and came < since)) and _may(given, floor, t, q, now):
                best, rank, since = q, place, came
        if best == NOBODY:
            break
        _takes(given, floor, p, best, now, span)
    if floor.load[p] == 0 and given.calls[t] and given.reserve > 0:  # one more is free: others may now take what waits
        for q in range(len(given.within)):
            if given.may_wait[q]:
                _placed(given, floor, q, now, span)


@compiled
def _takes(given: Given, floor: Floor, p: int, q: int, now: float, span: int) -> None:
    """Begin the first of a queue."""
    k = floor.head[q]
    floor.head[q] += 1
    floor.waits[k] = now - given.came[k]
    _out_of_list(given, floor, p, now, span)
    if given.at_once[q] > 0:
        _progressed(given, floor, p, now)
        floor.ends[p, floor.load[p]] = floor.done[p] + given.work[k]
        floor.load[p] += 1
        _into_list(given, floor, p, now, span)
        _scheduled(given, floor, p, now)
    else:
        floor.load[p], floor.alone[p] = 1, True
        floor.due[p] = now + given.work[k]
        _sifted(floor, p)


@compiled
def _finished(given: Given, floor: Floor, p: int, now: float, span: int) -> None:
    """End what somebody has finished, and let them look for more or leave."""
    _out_of_list(given, floor, p, now, span)
    if floor.alone[p]:
        floor.alone[p], floor.load[p] = False, 0
    else:
        _progressed(given, floor, p, now)
        first = 0
        for k in range(1, floor.load[p]):
            if floor.ends[p, k] < floor.ends[p, first]:
                first = k
        floor.load[p] -= 1
        floor.ends[p, first] = floor.ends[p, floor.load[p]]
    _scheduled(given, floor, p, now)
    if floor.going[p]:
        if floor.load[p] == 0:
            _leaves(given, floor, p, now, span)
    else:
        _into_list(given, floor, p, now, span)
        _looks_for_work(given, floor, p, now, span)


@compiled
def _progressed(given: Given, floor: Floor, p: int, now: float) -> None:
    """Count the work on chats since it was counted last: the more at a time, the slower each."""
    if floor.load[p] > 0:
        floor.done[p] += (now - floor.since[p]) / (1.0 + given.slows[floor.team[p]] * (floor.load[p] - 1))
    floor.since[p] = now


@compiled
def _scheduled(given: Given, floor: Floor, p: int, now: float) -> None:
    """Set when somebody who chats is finished with the next one."""
    if floor.load[p] == 0:
        floor.due[p] = math.inf
    else:
        first = floor.ends[p, 0]
        for k in range(1, floor.load[p]):
            first = min(first, floor.ends[p, k])
        slower = 1.0 + given.slows[floor.team[p]] * (floor.load[p] - 1)
        floor.due[p] = now + max(0.0, first - floor.done[p]) * slower
    _sifted(floor, p)


# Who is there --------------------------------------------------------------------------
@compiled
def _come_and_go(given: Given, floor: Floor, t: int, wanted: int, now: float, span: int) -> None:
    """Let people come, or leave: who has least in hand goes first, after what they have in hand."""
    staying = 0
    for p in range(given.slots[t], given.slots[t + 1]):
        staying += floor.there[p] and not floor.going[p]
    for load in range(floor.top.shape[1]):
        for p in range(given.slots[t], given.slots[t + 1]):
            if staying > wanted and floor.there[p] and not floor.going[p] and floor.load[p] == load:
                staying -= 1
                _out_of_list(given, floor, p, now, span - 1)
                floor.going[p] = True
                if load == 0:
                    _leaves(given, floor, p, now, span - 1)
    for again in range(2):  # first those who were about to leave
        for p in range(given.slots[t], given.slots[t + 1]):
            if staying < wanted and (floor.going[p] if again == 0 else not floor.there[p]):
                staying += 1
                if again == 1:
                    _worked(floor, t, now, span - 1)
                    floor.there[p] = True
                    floor.here[t] += 1
                    floor.since[p] = now
                floor.going[p] = False
                _into_list(given, floor, p, now, span)
                _looks_for_work(given, floor, p, now, span)


@compiled
def _leaves(given: Given, floor: Floor, p: int, now: float, span: int) -> None:
    _worked(floor, floor.team[p], now, span)
    floor.here[floor.team[p]] -= 1
    floor.there[p], floor.going[p] = False, False


@compiled
def _counted(given: Given, floor: Floor, now: float, span: int) -> None:
    """Count what waits and what was worked at the end of an interval."""
    for q in range(len(given.within)):
        for k in range(floor.head[q], floor.tail[q]):
            floor.left[q, span] += now - given.came[k] <= given.stays[k]
    for t in range(len(given.slots) - 1):
        _worked(floor, t, now, span)


@compiled
def _worked(floor: Floor, t: int, now: float, span: int) -> None:
    """Count what a team has worked since it was counted last."""
    if span >= 0:
        floor.busy[t, span] += (floor.here[t] - floor.idle[t]) * (now - floor.seen[t])
        floor.paid[t, span] += floor.here[t] * (now - floor.seen[t])
    floor.seen[t] = now


# Lists of people by items in hand --------------------------------------------------------
@compiled
def _listed(floor: Floor, p: int) -> bool:
    return bool(floor.there[p] and not floor.going[p] and not floor.alone[p])


@compiled
def _into_list(given: Given, floor: Floor, p: int, now: float, span: int) -> None:
    if not _listed(floor, p):
        return
    t, load = floor.team[p], floor.load[p]
    if load == 0:
        _worked(floor, t, now, span)
        floor.idle[t] += 1
        floor.many[1] += given.calls[t]
    above = floor.top[t, load]
    floor.down[p], floor.up[p] = above, NOBODY
    if above != NOBODY:
        floor.up[above] = p
    floor.top[t, load] = p


@compiled
def _out_of_list(given: Given, floor: Floor, p: int, now: float, span: int) -> None:
    if not _listed(floor, p):
        return
    t, load = floor.team[p], floor.load[p]
    if load == 0:
        _worked(floor, t, now, span)
        floor.idle[t] -= 1
        floor.many[1] -= given.calls[t]
    if floor.up[p] == NOBODY:
        floor.top[t, load] = floor.down[p]
    else:
        floor.down[floor.up[p]] = floor.down[p]
    if floor.down[p] != NOBODY:
        floor.up[floor.down[p]] = floor.up[p]


# A heap of people by when they finish ----------------------------------------------------
@compiled
def _sifted(floor: Floor, p: int) -> None:
    """Put somebody where they belong; out of the heap, if they have nothing to finish."""
    at = floor.place[p]
    if math.isinf(floor.due[p]):
        if at == NOBODY:
            return
        floor.many[0] -= 1
        floor.place[p] = NOBODY
        other = floor.heap[floor.many[0]]
        if other == p:
            return
        p = other
    elif at == NOBODY:
        at = floor.many[0]
        floor.many[0] += 1
    while at > 0 and floor.due[floor.heap[(at - 1) // 2]] > floor.due[p]:
        floor.heap[at] = floor.heap[(at - 1) // 2]
        floor.place[floor.heap[at]] = at
        at = (at - 1) // 2
    while 2 * at + 1 < floor.many[0]:
        child = 2 * at + 1
        if child + 1 < floor.many[0] and floor.due[floor.heap[child + 1]] < floor.due[floor.heap[child]]:
            child += 1
        if floor.due[floor.heap[child]] >= floor.due[p]:
            break
        floor.heap[at] = floor.heap[child]
        floor.place[floor.heap[at]] = at
        at = child
    floor.heap[at] = p
    floor.place[p] = at
