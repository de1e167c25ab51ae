"""The cheapest people with whom a blended day meets all its targets: from formulas, by trying, and tried once more.

Formulas give a start for each queue by itself. People are then shifted between teams and taken away where fewest items
are late, as long as all targets are met on the same drawn days. What is found is tried on new days, which tells how
lucky the others were; with that the search goes on, and what it finds is tried on new days again. Only figures of days
that a plan was not found on are told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.blended.day import Day, Kind, Queue
from hubbub.workforce.core.blended.items import Items
from hubbub.workforce.core.blended.margins import Margin, Staffing, margins, targets
from hubbub.workforce.core.blended.outcome import IN_TIME, JUDGED, Played, outcome, played, rows
from hubbub.workforce.core.chat import required_for_chat
from hubbub.workforce.core.deferred import levelled
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.required import Targets, required_agents

Staff = NDArray[np.int64]
PARTS = (0.2, 0.4, 0.7, 1.0)
"""Parts of the places of people who can do less that are given, at first, to people who can do more."""
FEWER = (0.0, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.84, 0.88, 0.91, 0.94, 0.97)
MORE = (1.0, 1.1, 1.25, 1.5, 2.0)
"""Multiples of what formulas say that are tried."""
SAFE = 1.0
"""Standard errors by which targets are passed on the days searched on: what was chosen on them looks better there."""
MOST_MORE = 0.7
"""Part of what a target leaves up to all of them, by which it may be raised."""
MOST_BUSY = 0.98
ROUNDS, AGAIN = 6, 40
"""How often a plan is tried on new days and mended, and with how many tries."""
STUCK = 3
"""Places of a team from which nobody can be taken, after which one looks no further."""
SEEDS = 1_000_003
_OPEN = mark("Say for each team and interval whether somebody may work then: {name}.")
_BLOCK = mark("A block is a whole number of intervals from 1 on.")


def cheapest_staffing(
    day: Day, *, working: Mapping[str, ArrayLike] | None = None, block: int = 1, reserves: Sequence[int] = (),
    days: int = 20, confirmed: int = 100, tries: int = 100, seed: int = 1,
) -> Staffing:  # fmt: skip
    """Return the cheapest people for whom every queue meets its target over the whole day, as far as found.

    Parameters
    ----------
    day : what comes, teams with skills and costs, rules; the people in it are not looked at
    working : by team, an array (n_intervals,) of bool, whether its people may work then; a team not named: always
    block : intervals for which a team has the same number of people
    reserves : reserves that are tried beside the one of the day
    days : how many are played to try a plan
    confirmed : how many others are played to confirm what was found
    tries : plans that are tried at most, about
    seed : where chance comes from; the same one finds the same

    Returns
    -------
    people, cost, and by how much each target is met. Where no number of people was found that meets a target, the
    best plan found; `met` is then False, and `words` say what is missed.

    Raises
    ------
    InvalidInput
        If a team is not known, or rows do not fit.

    >>> from hubbub.workforce import Day, Kind, Queue, Team
    >>> phone = Queue("phone", Kind.CALL, np.full(8, 100.0))
    >>> found = cheapest_staffing(Day((phone,), (Team("all", ("phone",)),)), block=8)
    >>> found.day.people[0, 0], found.met
    (np.int64(14), True)
    """
    look = _Search(day, _mask(day, working), _blocks(day, block), rows(day, days, seed), tries)
    plan, best = look.cheapest(look.start(reserves)), None
    for number in range(ROUNDS):
        found = look.tried(plan, rows(day, confirmed, seed + SEEDS * (number + 1)))
        if best is None or _worse(found) < _worse(best):
            best = found
        if look.hopeless or (found.met and number > 0):
            break
        if not found.met and number > 0:
            look.items = rows(day, days * 2 ** min(number, 2), seed)
            look.known.clear()
        look.learn(plan, found.margins)
        plan = look.cheapest(look.raised(plan))
    assert best is not None
    return replace(best, tries=look.spent)


@dataclass(slots=True, eq=False)
class _Tried:
    """What a plan came to on the days that are searched on."""

    cost: float
    slacks: Floats
    """By how much each target is passed, as a share."""
    errors: Floats
    unfinished: float
    late: Floats
    """(Q, n): items that are late, or give up, in each interval."""
    busy: Floats
    """(T, n): people who have something in hand."""


@dataclass(slots=True, eq=False)
class _Search:
    day: Day
    works: NDArray[np.bool_]
    """(T, n)"""
    block: NDArray[np.int64]
    """(n,): which block an interval is in."""
    items: list[Items]
    tries: int
    spent: int = 0
    hopeless: bool = False
    """No plan was found that meets all targets."""
    more: Floats | None = None
    """By how much each target is to be passed; None: by `SAFE` standard errors."""
    known: dict[bytes, _Tried] = field(default_factory=dict)

    # Trying ------------------------------------------------------------------------------
    def try_(self, staff: Staff) -> _Tried:
        """Return what a plan comes to, from memory if it was tried before."""
        key = staff.tobytes() + int(self.day.routing.reserve).to_bytes(8, "big")
        if key not in self.known:
            self.spent += 1
            self.known[key] = self._try(staff)
        return self.known[key]

    def _try(self, staff: Staff) -> _Tried:
        found = played(self.day.staffed(staff), self.items)
        met = margins(self.day, found)
        counts = found.tally.mean(axis=0)
        return _Tried(
            self.day.staffed(staff).cost,
            np.array([each.slack for each in met]),
            np.array([float(each.found.error) for each in met]),
            self._unfinished(found),
            counts[..., JUDGED] - counts[..., IN_TIME],
            found.busy.mean(axis=0) / self.day.per,
        )

    def _asked(self, found: _Tried) -> Floats:
        """Return by how much each target is to be passed."""
        return SAFE * found.errors if self.more is None else self.more

    def _room(self, staff: Staff) -> Floats:
        """Return for each team by how much the closest of its targets is passed beyond what is to be."""
        found = self.try_(staff)
        beyond, of = found.slacks - self._asked(found), [q for q, _, _ in targets(self.day.queues)]
        return np.array(
            [min((beyond[k] for k, q in enumerate(of) if q in skills), default=0.0) for skills in self._skills()]
        )

    def short(self, staff: Staff) -> float:
        """Return by how much a plan misses what is to be met, all together; 0: nothing."""
        found = self.try_(staff)
        return found.unfinished + float(np.maximum(self._asked(found) - found.slacks, 0.0).sum())

    def learn(self, staff: Staff, confirmed: Sequence[Margin]) -> None:
        """Set what is to be met by how lucky the days are that are searched on, and allow some more tries."""
        lucky = self.try_(staff).slacks - np.array([each.slack for each in confirmed])
        most = [MOST_MORE * (each.asked if each.gives_up else 1 - each.asked) for each in confirmed]
        self.more = np.minimum(lucky + [float(each.found.error) for each in confirmed], most)
        self.tries = self.spent + AGAIN

    def _unfinished(self, found: Played) -> float:
        """Return which share of what may wait is left at the end beyond what may be.

        It may be what was left at the beginning, and what comes from the last interval on in which somebody works.
        """
        share = 0.0
        if self.day.again:  # people who are busy all the time leave more from day to day
            busy, paid = found.busy.sum(axis=(0, 2)), found.paid.sum(axis=(0, 2))
            return float(np.maximum(busy - MOST_BUSY * paid, 0.0).sum() / max(1.0, paid.sum()))
        for q, queue in enumerate(self.day.queues):
            if queue.kind is Kind.DEFERRED:
                last = int(np.flatnonzero(self._open(queue))[-1]) if self._open(queue).any() else 0
                items = self.day.row(queue.items) + self.day.row(queue.storm)
                more = float(found.left[:, q, -1].mean()) - queue.backlog - items[last:].sum()
                share += max(0.0, more) / max(1.0, items.sum() + queue.backlog)
        return share

    def _open(self, queue: Queue) -> NDArray[np.bool_]:
        """Return when somebody may work who serves a queue."""
        able = np.array([queue.name in team.skills for team in self.day.teams])
        return np.asarray(self.works[able].any(axis=0))

    def tried(self, staff: Staff, items: list[Items]) -> Staffing:
        """Return what a plan comes to on these days."""
        day = self.day.staffed(staff)
        found = played(day, items)
        return Staffing(day, tuple(margins(day, found)), outcome(day, found), self.spent)

    # A start -----------------------------------------------------------------------------
    def start(self, reserves: Sequence[int]) -> Staff:
        """Return the best of some mixes of people who can do one thing and people who can do more."""
        apart = self._fitted(self._enough(self._apart()), range(len(self.day.teams)))
        best, day = apart, self.day
        for reserve in dict.fromkeys((day.routing.reserve, *reserves)):
            before, self.day = self.day, replace(day, routing=replace(day.routing, reserve=reserve))
            staff = self._mixed(apart)
            rank, after, self.day = self._rank(staff), self.day, before
            if rank < self._rank(best):
                best, self.day = staff, after
        return best

    def _mixed(self, staff: Staff) -> Staff:
        """Return the cheapest plan where teams that can do more have some of the places of those who can do less."""
        for team, skills in enumerate(self._skills()):
            if len(skills) > 1:
                shared = [self._fitted(self._shared(staff, team, part), [team]) for part in PARTS]
                staff = min((staff, *shared), key=self._rank)
        return staff

    def _skills(self) -> list[list[int]]:
        return [[q for q, queue in enumerate(self.day.queues) if queue.name in team.skills] for team in self.day.teams]

    def _need(self, queue: Queue) -> Floats:
        """Return people for a queue by itself in each interval, by formula."""
        day = self.day
        items, handling = day.row(queue.items) + day.row(queue.storm), day.row(queue.handling)
        if queue.kind is Kind.CALL:
            wanted = Targets(queue.level, queue.within, gives_up=queue.gives_up)
            found = required_agents(items, wanted, per=day.per, handling=handling, patience=queue.patience)
        elif queue.kind is Kind.CHAT:
            found = required_for_chat(
                items, level=queue.level, within=queue.within, at_once=queue.at_once, slows=queue.slows, per=day.per,
                handling=handling,
            )  # fmt: skip
        else:
            return self._levelled(queue, items, float(handling.mean()))
        return found.astype(np.float64)

    def _levelled(self, queue: Queue, items: Floats, handling: float) -> Floats:
        works = self._open(queue)
        try:
            found = levelled(
                items, within=queue.within, level=queue.level, per=self.day.per, handling=handling,
                spread=queue.spread, branching=queue.branching, backlog=queue.backlog, working=works,
            ).astype(np.float64)  # fmt: skip
        except InvalidInput:  # some is late whoever comes: as much as comes, at least
            found = np.zeros(len(items))
        even = items.sum() * handling / self.day.per / max(1, works.sum())
        return np.maximum(found, even * works) if self.day.again or not found.any() else found

    def _apart(self) -> Staff:
        """Return people where each queue has the cheapest team to itself."""
        staff, skills = np.zeros(self.works.shape), self._skills()
        for q, queue in enumerate(self.day.queues):
            able = [t for t in range(len(skills)) if q in skills[t]]
            staff[min(able, key=lambda t: (self.day.teams[t].cost, len(skills[t])))] += self._need(queue)
        return self._whole(staff)

    def _shared(self, staff: Staff, team: int, part: float) -> Staff:
        """Return a plan where a team that can do more takes a part of the places of those who can do less."""
        out, skills = staff.astype(np.float64), self._skills()
        for other in range(len(skills)):
            if other != team and skills[other] and set(skills[other]) < set(skills[team]):
                out[team] += out[other] * part
                out[other] *= 1 - part
        return self._whole(out)

    def _whole(self, staff: Floats) -> Staff:
        """Return whole people, the same throughout a block, where they may work."""
        out = np.zeros(staff.shape, np.int64)
        for t in range(len(staff)):
            most = np.zeros(self.block[-1] + 1)
            np.maximum.at(most, self.block, staff[t] * self.works[t])
            out[t] = np.ceil(most - 1e-9)[self.block] * self.works[t]
        return out

    def _enough(self, staff: Staff) -> Staff:
        """Return the first multiple that meets all targets; the largest, where none does."""
        for scale in MORE:
            found = self._whole(np.asarray(staff * scale + (staff > 0) * (scale > 1), np.float64))
            if self.short(found) == 0:
                break
        return found

    def _fitted(self, staff: Staff, teams: Iterable[int]) -> Staff:
        """Make teams smaller, one after the other, each as a whole, as far as all targets are met."""
        for team in teams:
            low, high = -1, len(FEWER)
            start = staff.copy()
            while high - low > 1 and start[team].any():
                middle = (low + high) // 2
                other = start.copy()
                other[team] = self._whole(np.asarray(start * FEWER[middle], np.float64))[team]
                if self.short(other) > 0:
                    low = middle
                else:
                    high, staff = middle, other
        return staff

    def _rank(self, staff: Staff) -> tuple[float, float, int]:
        return self.short(staff), self.try_(staff).cost, int(staff.sum())

    def _better(self, one: Staff, other: Staff) -> bool:
        return self._rank(one) < self._rank(other)

    # Steps -------------------------------------------------------------------------------
    def raised(self, staff: Staff) -> Staff:
        """Return a plan with more people where most is late, until all targets are met."""
        step = 1
        while self.short(staff) > 0 and self.spent < self.tries:
            gain, cells = self._worth(staff)
            staff = self._moved(staff, [cells[k] for k in np.argsort(-gain, kind="stable")[:step]], 1)
            step = min(2 * step, -(-len(cells) // 4))
        return staff

    def cheapest(self, staff: Staff) -> Staff:
        """Take people away, many at a time at first, and shift single ones, as long as all targets are met."""
        if self.short(staff) > 0:
            self.hopeless = True
            return staff
        staff, tabu = self._thinned(staff), 0
        while self.spent < self.tries and tabu < 8:  # one more where it helps most, two fewer elsewhere
            gain, cells = self._worth(staff)
            best = cells[int(np.argsort(-gain, kind="stable")[tabu])] if tabu < len(cells) else None
            if best is None:
                break
            other = self._thinned(self._moved(staff, [best], 1), spare=best)
            if self._better(other, staff):
                staff, tabu = other, 0
            else:
                tabu += 1
        return staff

    def _thinned(self, staff: Staff, spare: tuple[int, int] | None = None) -> Staff:
        """Take people away where fewest are late, first of the team whose targets leave most, not in `spare`."""
        for team in np.argsort(-self._room(staff), kind="stable").tolist():
            stuck: set[tuple[int, int]] = set() if spare is None else {spare}
            step = int(self.block[-1]) + 1
            while self.spent < self.tries and len(stuck) <= STUCK:
                gain, cells = self._worth(staff)
                order = [cells[k] for k in np.argsort(gain, kind="stable")]
                order = [cell for cell in order if cell[0] == team and cell not in stuck and self._has(staff, cell)]
                if not order:
                    break
                step = min(step, -(-len(order) // 2))
                other = self._moved(staff, order[:step], -1)
                if self.short(other) == 0 and self._better(other, staff):
                    staff = other
                elif step > 1:
                    step //= 2
                else:
                    stuck.add(order[0])
        return staff

    def _has(self, staff: Staff, cell: tuple[int, int]) -> bool:
        return bool(staff[cell[0]][self.block == cell[1]].max() > 0)

    def _worth(self, staff: Staff) -> tuple[Floats, list[tuple[int, int]]]:
        """Return for each team and block what one person more is worth there: what is late, for what it costs."""
        found = self.try_(staff)
        worth, cells = [], []
        for t, skills in enumerate(self._skills()):
            late = found.late[skills].sum(axis=0) + 0.1 * found.busy[t] / np.maximum(staff[t], 1)
            for block in range(int(self.block[-1]) + 1):
                inside = (self.block == block) & self.works[t]
                if inside.any():
                    worth.append(float(late[inside].sum() / inside.sum() / max(self.day.teams[t].cost, 1e-9)))
                    cells.append((t, block))
        return np.array(worth), cells

    def _moved(self, staff: Staff, cells: Sequence[tuple[int, int]], by: int) -> Staff:
        out = staff.copy()
        for t, block in cells:
            inside = (self.block == block) & self.works[t]
            out[t, inside] = np.maximum(out[t, inside] + by, 0)
        return out


def _worse(found: Staffing) -> tuple[float, float, float]:
    return sum(max(0.0, -each.slack) for each in found.margins), found.day.cost, found.day.hours


def _mask(day: Day, working: Mapping[str, ArrayLike] | None) -> NDArray[np.bool_]:
    out = np.ones((len(day.teams), day.intervals), bool)
    names = [team.name for team in day.teams]
    for name, given in (working or {}).items():
        row = np.asarray(given, bool)
        if name not in names or row.shape != (day.intervals,):
            raise InvalidInput(reason=say(_OPEN, name=name))
        out[names.index(name)] = row
    return out


def _blocks(day: Day, block: int) -> NDArray[np.int64]:
    if not (block >= 1 and block == int(block)):
        raise InvalidInput(reason=_BLOCK)
    return np.arange(day.intervals) // int(block)
