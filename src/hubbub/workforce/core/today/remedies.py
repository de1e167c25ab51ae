"""What helps where people will be missing: each thing that could be done is tried, and the best is kept. Pure.

What costs nothing is tried first: breaks are moved, then people with two skills are lent. Only for what is missing
then, somebody is asked to stay longer or to come earlier. Each is reckoned with those before it done.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.presence import Shift
from hubbub.workforce.core.plan.queue import DAY_MIN
from hubbub.workforce.core.today.moves import USUAL, Bounds, Windows, lent, starts
from hubbub.workforce.core.today.rest import runs
from hubbub.workforce.core.today.served import Rest

HORIZON_MIN: Final = 120
MOST: Final = 8
LENGTHS: Final = (30, 60, 90, 120)
LEAST_MIN: Final = 5.0
"""So many minutes of missing people at least, or it is not worth telling."""
WORTH: Final = 0.5
"""Somebody who is lent, stays or comes earlier is to be missing for this share of the time."""
SPARE_MIN: Final = 60


class What(StrEnum):
    """What could be done."""

    BREAK = "break"
    LEND = "lend"
    LATER = "later"  # stay after the shift
    EARLIER = "earlier"  # come before it
    GO = "go"  # go before it ends: there are too many


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of today's roster who is reckoned with."""

    id: int
    shift: Shift
    skills: tuple[str, ...]
    here: bool = True
    """Works, or is in a break: can be asked for something now."""
    from_min: float = 0.0
    """Nobody reckons with them before; who is missing does not come at all: the end of the day."""
    rate: float = 0.0
    """What an hour of theirs costs, with all that comes on top."""
    windows: Windows = ()
    """In which each break may begin by the contract."""
    most_later: int = 120
    most_earlier: int = 120
    """How many minutes they may stay longer, or come earlier, for their rest and the longest day."""

    @property
    def spans(self) -> tuple[tuple[int, int, str], ...]:
        """Which skill they serve when."""
        return self.shift.skills or ((self.shift.start, self.shift.end, self.skills[0] if self.skills else ""),)


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing that helps, reckoned with those before it done."""

    what: What
    member: int
    shift: int
    skill: str
    """Who gains."""
    start: int
    end: int
    """From when to when they then serve it, or take the break, or are not there."""
    was: tuple[int, int] | None = None
    """Of a break: when it was."""
    which: int | None = None
    """Of a break: its place in the shift."""
    of: str = ""
    """Of who is lent: what they serve else."""
    mended_min: float = 0.0
    """Minutes of missing people fewer."""
    cost: float = 0.0
    before: tuple[tuple[int, float], ...] = ()
    after: tuple[tuple[int, float], ...] = ()
    """Service levels of the queues of the skills, by queue, over the next two hours."""


@dataclass(frozen=True, slots=True, eq=False)
class Helped:
    """What helps, and what then is left."""

    remedies: tuple[Remedy, ...]
    missing_min: float
    left_min: float
    """Minutes of people that are missing in the next two hours, before and after."""
    there: Mapping[str, Floats]
    """Who is there by skill, after all of it."""

    @property
    def mends(self) -> bool:
        """Whether nearly nothing is missing afterwards."""
        return self.left_min <= max(LEAST_MIN, 0.05 * self.missing_min)


def expected(members: Iterable[Member], rest: Rest) -> dict[str, Floats]:
    """Return by skill who is there in each part: by the roster, without whom nobody reckons with."""
    there = {skill: np.zeros(len(rest.parts.minutes)) for skill in rest.skills}
    for each in members:
        for skill, part in _presence(each, rest).items():
            there[skill] = there.get(skill, np.zeros(len(part))) + part
    return there


def _instead(there: Mapping[str, Floats], was: Member, now: Member, rest: Rest) -> dict[str, Floats]:
    """Return who is there if somebody works otherwise."""
    found = dict(there)
    for member, sign in ((was, -1.0), (now, 1.0)):
        for skill, part in _presence(member, rest).items():
            found[skill] = found.get(skill, 0.0) + sign * part
    return found


def _presence(member: Member, rest: Rest) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for start, end, skill in member.spans:
        found[skill] = found.get(skill, 0.0) + _time(member, rest, start, end)
    return found


def _time(member: Member, rest: Rest, start: float, end: float) -> Floats:
    """Return the share of each part in which somebody works between two times, by their shift."""
    start = max(start, member.from_min)
    total = np.zeros(len(rest.parts.minutes))
    for begin, over in member.shift.pieces:
        total += rest.parts.covered(max(begin, start), max(min(over, end), max(begin, start)))
    for begin, over, _ in member.shift.breaks:
        total -= rest.parts.covered(max(begin, start), max(min(over, end), max(begin, start)))
    return np.maximum(total, 0.0)


def helped(members: Sequence[Member], rest: Rest, *, bounds: Bounds = USUAL, overtime: float = 0.0) -> Helped:
    """Return what helps for the next two hours, in the order in which it is reckoned.

    Parameters
    ----------
    members : who is on the roster of the day
    rest : what is left of it
    overtime : what an hour of it costs more, as a share
    """
    people = list(members)
    there = expected(people, rest)
    near = rest.parts.within(HORIZON_MIN)
    missing = _missing(rest, there, near)
    found: list[Remedy] = []
    for tries in (_breaks, _lends, _longer):
        while len(found) < MOST and _missing(rest, there, near) > LEAST_MIN:
            best = max(tries(people, rest, there, near, bounds), key=lambda each: each[0], default=None)
            if best is None or best[0] <= 0:
                break
            _, remedy, changed = best
            place = next(
                at for at, each in enumerate(people) if (each.id, each.shift.day) == (changed.id, changed.shift.day)
            )
            after = _instead(there, people[place], changed, rest)
            people[place] = changed
            found.append(_told(remedy, rest, there, after, near, changed, overtime))
            there = after
    if not found and missing <= LEAST_MIN:
        found = list(_spare(people, rest, there, near))
    return Helped(tuple(found), missing, _missing(rest, there, near), there)


def _missing(rest: Rest, there: Mapping[str, Floats], many: int) -> float:
    minutes = rest.parts.minutes[:many]
    return float(sum((_short(rest, there, skill)[:many] @ minutes) for skill in rest.skills))


def _short(rest: Rest, there: Mapping[str, Floats], skill: str) -> Floats:
    return np.maximum(rest.required[skill] - there[skill], 0.0)


def _gains(rest: Rest, there: Mapping[str, Floats], skill: str, change: Floats, near: int) -> tuple[Floats, Floats]:
    """Return the minutes of missing people fewer of changes of shape (n, parts): of the rest, and of the next hours."""
    wanted, minutes = rest.required[skill] - there[skill], rest.parts.minutes
    fewer = np.maximum(wanted, 0.0) - np.maximum(wanted - change, 0.0)
    return fewer @ minutes, fewer[:, :near] @ minutes[:near]


Tried = Iterator[tuple[float, Remedy, Member]]


def _breaks(people: Sequence[Member], rest: Rest, there: Mapping[str, Floats], near: int, bounds: Bounds) -> Tried:
    """Yield the best move of each break: what it mends, what it is, and who they are afterwards."""
    for each in people:
        if not each.here:
            continue
        for which, (begin, end, paid) in enumerate(each.shift.breaks):
            skill = next((name for start, over, name in each.spans if start <= begin < over), "")
            tried = starts(each.shift, which, rest.parts.now, bounds, within=each.windows)
            tried = [at for at in tried if (begin, end, paid) != (at, at + end - begin, paid)]
            if skill not in rest.required or not tried or not _short(rest, there, skill)[:near].any():
                continue
            new = np.array(tried)
            change = rest.parts.covered(begin, end) - rest.parts.covered(new, new + end - begin)
            total, soon = _gains(rest, there, skill, change, near)
            total = np.where(soon > LEAST_MIN, total, 0.0) - 0.001 * np.abs(new - begin)
            best = int(np.argmax(total))
            if total[best] < LEAST_MIN:
                continue
            at = int(new[best])
            rests = (*each.shift.breaks[:which], (at, at + end - begin, paid), *each.shift.breaks[which + 1 :])
            yield (
                float(total[best]),
                Remedy(What.BREAK, each.id, each.shift.id, skill, at, at + end - begin, (begin, end), which),
                replace(each, shift=replace(each.shift, breaks=rests)),
            )


def _lends(people: Sequence[Member], rest: Rest, there: Mapping[str, Floats], near: int, bounds: Bounds) -> Tried:
    """Yield whom to lend from where there are enough to where they are missing, in whole parts."""
    edges = rest.parts.edges
    for each in people:
        for start, end, of in each.spans:
            for skill in each.skills:
                if skill == of or skill not in rest.required or of == skill or not each.here:
                    continue
                for first, last in runs(_short(rest, there, skill)[:near] > 0.01):
                    begin, over = max(edges[first], start), min(edges[last], end)
                    begin = max(begin, rest.parts.now)
                    time = _time(each, rest, begin, over)
                    if over - begin < 15 or not time.any():
                        continue
                    gain, _ = _gains(rest, there, skill, time[None], near)
                    loss, _ = _gains(rest, there, of, -time[None], near) if of in rest.required else (np.zeros(1), None)
                    mended = float(gain[0] + loss[0])
                    if mended < max(LEAST_MIN, WORTH * float(time @ rest.parts.minutes)):
                        continue
                    begins, ends = int(begin), int(over)
                    yield (
                        mended,
                        Remedy(What.LEND, each.id, each.shift.id, skill, begins, ends, of=of),
                        replace(each, shift=lent(each.shift, of, begins, ends, skill)),
                    )


def _longer(people: Sequence[Member], rest: Rest, there: Mapping[str, Floats], near: int, bounds: Bounds) -> Tried:
    """Yield who could stay after their shift, or come before it, and for how long."""
    now, soon = rest.parts.now, rest.parts.now + HORIZON_MIN
    for each in people:
        start, end, who = each.shift.start, each.shift.end, each.spans
        for length in LENGTHS:
            if each.here and now < end <= soon and length <= each.most_later and end + length <= DAY_MIN:
                yield from _added(each, rest, there, near, What.LATER, end, end + length, who[-1][2])
            if start - length >= now + 60 and start - length < soon and length <= each.most_earlier:
                yield from _added(each, rest, there, near, What.EARLIER, start - length, start, who[0][2])


def _added(
    each: Member, rest: Rest, there: Mapping[str, Floats], near: int, what: What, start: int, end: int, skill: str
) -> Tried:
    if skill not in rest.required or each.from_min >= DAY_MIN:
        return
    total, soon = _gains(rest, there, skill, rest.parts.covered(start, end)[None], near)
    mended = float(total[0])
    if soon[0] <= LEAST_MIN or mended < max(LEAST_MIN, WORTH * (end - start)):
        return
    pieces = list(each.shift.pieces)
    spans = each.shift.skills
    if what is What.LATER:
        pieces[-1] = (pieces[-1][0], end)
        spans = (*spans[:-1], (spans[-1][0], end, skill)) if spans else ()
        more = replace(each, most_later=0)
    else:
        pieces[0] = (start, pieces[0][1])
        spans = ((start, spans[0][1], skill), *spans[1:]) if spans else ()
        more = replace(each, most_earlier=0)
    value = mended - WORTH * (end - start) + 0.01
    remedy = Remedy(what, each.id, each.shift.id, skill, start, end)
    yield value, remedy, replace(more, shift=replace(each.shift, pieces=tuple(pieces), skills=spans))


def _spare(people: Sequence[Member], rest: Rest, there: Mapping[str, Floats], near: int) -> Iterator[Remedy]:
    """Yield who could go before their shift ends, where nobody will be missing then; three at most."""
    spare = {skill: there[skill] - rest.required[skill] for skill in rest.skills}
    edges, told = rest.parts.edges, 0
    for each in sorted(people, key=lambda one: (one.shift.end, one.id)):
        skill, end = each.spans[-1][2], each.shift.end
        begun = each.shift.start <= rest.parts.now
        if not each.here or not begun or told == 3 or skill not in spare or end > DAY_MIN:
            continue
        last = int(np.searchsorted(edges, end))
        left = spare[skill] - _time(each, rest, rest.parts.now, end)
        first = next((at for at in range(1, min(near, last)) if left[at:last].min() >= 0), None)
        if first is None or end - edges[first] < SPARE_MIN:
            continue
        gone = _time(each, rest, edges[first], end)
        spare[skill] = spare[skill] - gone
        told += 1
        yield Remedy(
            What.GO, each.id, each.shift.id, skill, int(edges[first]), end,
            cost=-each.rate * float(gone @ rest.parts.minutes) / 60,
        )  # fmt: skip


def _told(
    remedy: Remedy, rest: Rest, there: Mapping[str, Floats], after: Mapping[str, Floats], near: int, who: Member,
    overtime: float,
) -> Remedy:  # fmt: skip
    skills = {remedy.skill, remedy.of}
    mine = {each.id for each in rest.lines if each.queue.needs in skills}
    told = []
    for people in (there, after):
        levels = [(each.id, each.over(near)) for each in rest.levels(people) if each.id in mine]
        told.append(tuple((pk, share) for pk, share in levels if share is not None))
    paid = remedy.end - remedy.start if remedy.what in (What.LATER, What.EARLIER) else 0
    return replace(
        remedy, mended_min=_missing(rest, there, near) - _missing(rest, after, near),
        cost=paid / 60 * who.rate * (1 + overtime), before=told[0], after=told[1],
    )  # fmt: skip
