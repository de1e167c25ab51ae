"""Play days event by event, compiled: items come, people take them by the routing rules, people come and go.

People of a team are alike. Who has the same number of items in hand stands in one list of their team, so that whoever
takes the next item is found at once; when each has finished stands in a heap. Nothing here checks what it is given.
"""

import math
from typing import NamedTuple

import numpy as np

from hubbub.kernel.compiled import compiled

NOBODY = -1


QUEUE = np.dtype(
    [("first", "i8"), ("end", "i8"), ("head", "i8"), ("tail", "i8"), ("within", "f8"), ("older", "f8"),
     ("at_once", "i8"), ("may_wait", "i8")], align=True,
)  # fmt: skip
"""A queue: where its items begin and end, who is next and who comes next; the time of its target; the age from which on
nothing is held back; chats that one has at a time, 0: one item and nothing beside it; whether it is held back while too
few are free for calls."""
TEAM = np.dtype(
    [("first", "i8"), ("end", "i8"), ("calls", "i8"), ("slows", "f8"), ("here", "i8"), ("idle", "i8"), ("seen", "f8")],
    align=True,
)
"""A team: where its people begin and end; whether it could take calls; by how much each further chat lengthens all that
somebody has; how many are there and free; until when their work is counted."""
PERSON = np.dtype(
    [("team", "i8"), ("there", "i8"), ("going", "i8"), ("alone", "i8"), ("load", "i8"), ("done", "f8"), ("since", "f8"),
     ("up", "i8"), ("down", "i8"), ("place", "i8")], align=True,
)  # fmt: skip
"""Somebody: whether they are there, and leave after what they have in hand; whether that goes with nothing beside it;
items in hand; seconds of work on each chat so far, counted through, and since when it is not; neighbours in the list of
those with as many items in hand; the place in the heap."""
FINISH = np.dtype([("due", "f8"), ("who", "i8")], align=True)


class Floor(NamedTuple):
    """What comes, who is there, and how it stands: Q queues, T teams, P people, n intervals a day. Times in seconds."""

    queues: np.ndarray
    """(Q,) of QUEUE, the first one first served."""
    teams: np.ndarray
    """(T,) of TEAM"""
    people: np.ndarray
    """(P,) of PERSON"""
    came: np.ndarray
    """(items,): in order within each queue."""
    work: np.ndarray
    stays: np.ndarray
    """How long each is willing to wait."""
    waits: np.ndarray
    """How long each waited; -stays of those who gave up, NaN of those who still wait."""
    can: np.ndarray
    """(T, Q): whether a team has the skill."""
    order: np.ndarray
    """(T,): teams in the order in which they are tried."""
    staff: np.ndarray
    """(T, n): how many are to be there."""
    ends: np.ndarray
    """(P, most): at which `done` each chat ends."""
    top: np.ndarray
    """(T, most+1): lists of people by items in hand."""
    heap: np.ndarray
    """(P,) of FINISH: when people finish something next."""
    many: np.ndarray
    """(2,): people in the heap; people free who could take calls."""
    left: np.ndarray
    """(Q, spans): items that wait at the end of each interval."""
    busy: np.ndarray
    """(T, spans): seconds worked."""
    paid: np.ndarray
    """(T, spans): seconds there, with what is finished after one's time."""
    per: float
    spans: int
    """Intervals that are played; people come again after n of them."""
    reserve: int
    """People who could take calls, kept free of what may wait."""
    by_deadline: bool
    """Whether what is nearest to the end of its time comes first; else the queues in their order."""


@compiled
def played(floor: Floor) -> None:
    """Play it all; nobody is there at first."""
    queues, teams, days = len(floor.queues), len(floor.teams), floor.staff.shape[1]
    span, now, end = 0, 0.0, floor.per * floor.spans
    while True:
        change = floor.per * span
        finish = floor.heap[0].due if floor.many[0] > 0 else math.inf
        comes, comer, aged, elder = math.inf, 0, math.inf, 0
        for q in range(queues):
            if floor.queues[q].tail < floor.queues[q].end and floor.came[floor.queues[q].tail] < comes:
                comes, comer = floor.came[floor.queues[q].tail], q
            if floor.queues[q].may_wait and floor.queues[q].head < floor.queues[q].tail:
                old = floor.came[floor.queues[q].head] + floor.queues[q].older
                if now < old < aged:
                    aged, elder = old, q
        now = min(change, finish, aged, comes)
        if now >= end:
            break
        if now == change:
            if span > 0:
                _counted(floor, now, span - 1)
            for t in range(teams):
                _come_and_go(floor, t, floor.staff[t, span % days], now, span)
            span += 1
        elif now == finish:
            _finished(floor, floor.heap[0].who, now, span - 1)
        elif now == aged:
            _placed(floor, elder, now, span - 1)
        else:
            floor.queues[comer].tail += 1
            _placed(floor, comer, now, span - 1)
    _counted(floor, end, floor.spans - 1)
    for q in range(queues):
        for k in range(floor.queues[q].head, floor.queues[q].end):
            floor.waits[k] = -floor.stays[k] if end - floor.came[k] > floor.stays[k] else math.nan


@compiled
def tallied(floor: Floor, tally: np.ndarray) -> None:
    """Fill (Q, spans, 5): items, those whose time is known, in time, seconds waited, given up; by when they came.

    What still waits at the end and is not late yet is not judged.
    """
    end = floor.per * floor.spans
    for q in range(len(floor.queues)):
        for k in range(floor.queues[q].first, floor.queues[q].end):
            row, wait = tally[q, int(floor.came[k] / floor.per)], floor.waits[k]
            row[0] += 1
            if math.isnan(wait):
                wait = end - floor.came[k]
                row[1] += wait > floor.queues[q].within
            else:
                row[1] += 1
                row[2] += 0 <= wait <= floor.queues[q].within
                row[4] += math.copysign(1.0, wait) < 0
            row[3] += abs(wait)


# Who takes what ------------------------------------------------------------------------
@compiled
def _placed(floor: Floor, q: int, now: float, span: int) -> None:
    """Give the first of a queue to somebody, if somebody may take it; and so on, where it may wait."""
    while _waiting(floor, q, now):
        found = _who(floor, q, now)
        if found == NOBODY:
            return
        _takes(floor, found, q, now, span)


@compiled
def _who(floor: Floor, q: int, now: float) -> int:
    """Return who takes the first of a queue: whoever has least in hand, of the team that is tried first."""
    for load in range(max(1, floor.queues[q].at_once)):
        for tried in range(len(floor.order)):
            t = floor.order[tried]
            if floor.can[t, q] and floor.top[t, load] != NOBODY and _may(floor, t, q, now):
                found: int = floor.top[t, load]
                return found
    return NOBODY


@compiled
def _may(floor: Floor, t: int, q: int, now: float) -> bool:
    """Say whether the reserve lets a team take the first of a queue."""
    if not floor.queues[q].may_wait or not floor.teams[t].calls:
        return True
    return bool(floor.many[1] > floor.reserve or now >= floor.came[floor.queues[q].head] + floor.queues[q].older)


@compiled
def _waiting(floor: Floor, q: int, now: float) -> bool:
    """Say whether somebody waits, those at the front who gave up being let go."""
    while floor.queues[q].head < floor.queues[q].tail:
        k = floor.queues[q].head
        if now - floor.came[k] <= floor.stays[k]:
            return True
        floor.waits[k] = -floor.stays[k]
        floor.queues[q].head += 1
    return False


@compiled
def _looks_for_work(floor: Floor, p: int, now: float, span: int) -> None:
    """Let somebody take what is first by the rules, and chats as long as some wait and they may have more."""
    t = floor.people[p].team
    while not floor.people[p].alone:
        best, since = NOBODY, 0.0
        for q in range(len(floor.queues)):
            if (
                not floor.can[t, q]
                or floor.people[p].load >= max(1, floor.queues[q].at_once)
                or not _waiting(floor, q, now)
            ):
                continue
            by = floor.came[floor.queues[q].head] + floor.queues[q].within if floor.by_deadline else float(q)
            if (best == NOBODY or by < since) and _may(floor, t, q, now):
                best, since = q, by
        if best == NOBODY:
            break
        _takes(floor, p, best, now, span)
    if (
        floor.people[p].load == 0 and floor.teams[t].calls and floor.reserve > 0
    ):  # one more is free: others may now take what waits
        for q in range(len(floor.queues)):
            if floor.queues[q].may_wait:
                _placed(floor, q, now, span)


@compiled
def _takes(floor: Floor, p: int, q: int, now: float, span: int) -> None:
    """Begin the first of a queue."""
    k = floor.queues[q].head
    floor.queues[q].head += 1
    floor.waits[k] = now - floor.came[k]
    _out_of_list(floor, p, now, span)
    if floor.queues[q].at_once > 0:
        _progressed(floor, p, now)
        floor.ends[p, floor.people[p].load] = floor.people[p].done + floor.work[k]
        floor.people[p].load += 1
        _into_list(floor, p, now, span)
        _scheduled(floor, p, now)
    else:
        floor.people[p].load, floor.people[p].alone = 1, True
        _sifted(floor, p, now + floor.work[k])


@compiled
def _finished(floor: Floor, p: int, now: float, span: int) -> None:
    """End what somebody has finished, and let them look for more or leave."""
    _out_of_list(floor, p, now, span)
    if floor.people[p].alone:
        floor.people[p].alone, floor.people[p].load = False, 0
    else:
        _progressed(floor, p, now)
        first = 0
        for k in range(1, floor.people[p].load):
            if floor.ends[p, k] < floor.ends[p, first]:
                first = k
        floor.people[p].load -= 1
        floor.ends[p, first] = floor.ends[p, floor.people[p].load]
    _scheduled(floor, p, now)
    if floor.people[p].going:
        if floor.people[p].load == 0:
            _leaves(floor, p, now, span)
    else:
        _into_list(floor, p, now, span)
        _looks_for_work(floor, p, now, span)


@compiled
def _progressed(floor: Floor, p: int, now: float) -> None:
    """Count the work on chats since it was counted last: the more at a time, the slower each."""
    if floor.people[p].load > 0:
        floor.people[p].done += (now - floor.people[p].since) / (
            1.0 + floor.teams[floor.people[p].team].slows * (floor.people[p].load - 1)
        )
    floor.people[p].since = now


@compiled
def _scheduled(floor: Floor, p: int, now: float) -> None:
    """Set when somebody who chats is finished with the next one."""
    due = math.inf
    if floor.people[p].load > 0:
        first = floor.ends[p, 0]
        for k in range(1, floor.people[p].load):
            first = min(first, floor.ends[p, k])
        slower = 1.0 + floor.teams[floor.people[p].team].slows * (floor.people[p].load - 1)
        due = now + max(0.0, first - floor.people[p].done) * slower
    _sifted(floor, p, due)


# Who is there --------------------------------------------------------------------------
@compiled
def _come_and_go(floor: Floor, t: int, wanted: int, now: float, span: int) -> None:
    """Let people come, or leave: who has least in hand goes first, after what they have in hand."""
    staying = 0
    for p in range(floor.teams[t].first, floor.teams[t].end):
        staying += floor.people[p].there and not floor.people[p].going
    for load in range(floor.top.shape[1]):
        for p in range(floor.teams[t].first, floor.teams[t].end):
            if (
                staying > wanted
                and floor.people[p].there
                and not floor.people[p].going
                and floor.people[p].load == load
            ):
                staying -= 1
                _out_of_list(floor, p, now, span - 1)
                floor.people[p].going = True
                if load == 0:
                    _leaves(floor, p, now, span - 1)
    for again in range(2):  # first those who were about to leave
        for p in range(floor.teams[t].first, floor.teams[t].end):
            if staying < wanted and (floor.people[p].going if again == 0 else not floor.people[p].there):
                staying += 1
                if again == 1:
                    _worked(floor, t, now, span - 1)
                    floor.people[p].there = True
                    floor.teams[t].here += 1
                    floor.people[p].since = now
                floor.people[p].going = False
                _into_list(floor, p, now, span)
                _looks_for_work(floor, p, now, span)


@compiled
def _leaves(floor: Floor, p: int, now: float, span: int) -> None:
    _worked(floor, floor.people[p].team, now, span)
    floor.teams[floor.people[p].team].here -= 1
    floor.people[p].there, floor.people[p].going = False, False


@compiled
def _counted(floor: Floor, now: float, span: int) -> None:
    """Count what waits and what was worked at the end of an interval."""
    for q in range(len(floor.queues)):
        for k in range(floor.queues[q].head, floor.queues[q].tail):
            floor.left[q, span] += now - floor.came[k] <= floor.stays[k]
    for t in range(len(floor.teams)):
        _worked(floor, t, now, span)


@compiled
def _worked(floor: Floor, t: int, now: float, span: int) -> None:
    """Count what a team has worked since it was counted last."""
    if span >= 0:
        floor.busy[t, span] += (floor.teams[t].here - floor.teams[t].idle) * (now - floor.teams[t].seen)
        floor.paid[t, span] += floor.teams[t].here * (now - floor.teams[t].seen)
    floor.teams[t].seen = now


# Lists of people by items in hand --------------------------------------------------------
@compiled
def _listed(floor: Floor, p: int) -> bool:
    return bool(floor.people[p].there and not floor.people[p].going and not floor.people[p].alone)


@compiled
def _into_list(floor: Floor, p: int, now: float, span: int) -> None:
    if not _listed(floor, p):
        return
    t, load = floor.people[p].team, floor.people[p].load
    if load == 0:
        _worked(floor, t, now, span)
        floor.teams[t].idle += 1
        floor.many[1] += floor.teams[t].calls
    above = floor.top[t, load]
    floor.people[p].down, floor.people[p].up = above, NOBODY
    if above != NOBODY:
        floor.people[above].up = p
    floor.top[t, load] = p


@compiled
def _out_of_list(floor: Floor, p: int, now: float, span: int) -> None:
    if not _listed(floor, p):
        return
    t, load = floor.people[p].team, floor.people[p].load
    if load == 0:
        _worked(floor, t, now, span)
        floor.teams[t].idle -= 1
        floor.many[1] -= floor.teams[t].calls
    if floor.people[p].up == NOBODY:
        floor.top[t, load] = floor.people[p].down
    else:
        floor.people[floor.people[p].up].down = floor.people[p].down
    if floor.people[p].down != NOBODY:
        floor.people[floor.people[p].down].up = floor.people[p].up


# A heap of people by when they finish ----------------------------------------------------
@compiled
def _sifted(floor: Floor, p: int, due: float) -> None:
    """Put somebody where they belong who finishes something then; out of the heap, if they have nothing to finish."""
    at, heap = floor.people[p].place, floor.heap
    if math.isinf(due):
        if at == NOBODY:
            return
        floor.many[0] -= 1
        floor.people[p].place = NOBODY
        last = floor.many[0]
        if last == at:
            return
        p, due = heap[last].who, heap[last].due
    elif at == NOBODY:
        at = floor.many[0]
        floor.many[0] += 1
    while at > 0 and heap[(at - 1) // 2].due > due:
        above = (at - 1) // 2
        _put(floor, at, heap[above].who, heap[above].due)
        at = above
    while 2 * at + 1 < floor.many[0]:
        child = 2 * at + 1
        if child + 1 < floor.many[0] and heap[child + 1].due < heap[child].due:
            child += 1
        if heap[child].due >= due:
            break
        _put(floor, at, heap[child].who, heap[child].due)
        at = child
    _put(floor, at, p, due)


@compiled
def _put(floor: Floor, at: int, p: int, due: float) -> None:
    floor.heap[at].who, floor.heap[at].due = p, due
    floor.people[p].place = at
