"""The running day in words: what is missing until when, what helps, the figures, and who is where."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from math import ceil
from urllib.parse import urlencode

import numpy as np
from django.urls import reverse

from hubbub.flows.today.values import Ahead, PersonToday, QueueToday, Today
from hubbub.kernel.speech import figure, mark, say, say_many
from hubbub.web.templatetags.hubbub import percent
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.clock import clock
from hubbub.workforce.core.plan.queue import DAY_MIN, Way
from hubbub.workforce.core.today.adherence import Where
from hubbub.workforce.core.today.remedies import Remedy, What
from hubbub.workforce.core.today.rest import runs

_EFFECT = mark("{queue} {before} → {after} in time")
FEW = 0.25
"""Less than a quarter of a person is not told as missing."""
PLACES = {
    Where.HERE: mark("Here"),
    Where.BREAK: mark("In a break"),
    Where.LONG_BREAK: mark("In a break too long"),
    Where.AWAY: mark("Away"),
    Where.LATE: mark("Late"),
    Where.MISSING: mark("Missing"),
    Where.ABSENT: mark("Absent"),
    Where.NOT_YET: mark("Comes later"),
    Where.DONE: mark("Gone home"),
    Where.EXTRA: mark("Here, off the roster"),
}
ORDER = (
    Where.MISSING, Where.LATE, Where.LONG_BREAK, Where.AWAY, Where.BREAK, Where.HERE, Where.EXTRA, None, Where.NOT_YET,
    Where.DONE, Where.ABSENT,
)  # fmt: skip
BAD = frozenset({Where.MISSING, Where.LATE, Where.LONG_BREAK})


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure."""

    name: str
    value: str
    below: str
    bad: bool = False
    href: str = ""
    term: str = ""
    """What the name means."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the next two hours."""

    text: str
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the next two hours."""

    name: str
    what: str
    cells: tuple[Cell, ...]
    first: bool = False
    """Of a skill."""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """A remedy in words."""

    remedy: Remedy
    title: str
    effect: str
    cost: float
    does: bool
    """Whether the product can do it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the roster in words."""

    person: PersonToday
    words: str
    bad: bool
    works: bool
    over: int
    shift: str


@dataclass(frozen=True)
class Told:
    """The day, told."""

    today: Today
    slug: str
    plans: bool
    """Whether who reads it plans: they see who could do what, and what it costs."""

    # One sentence, then what helps ----------------------------------------------
    @cached_property
    def lede(self) -> str:
        """What a colleague would say at the door."""
        if self.today.over:
            return self._went()
        if not any(each.known for each in self.today.queues):
            return say("There is no forecast for today: nobody can say who is needed.")
        ahead = self.today.ahead
        short = self._short(ahead) if ahead is not None else []
        if short:
            return " ".join(short)
        if ahead is not None and not any(line.opens.any() for line in ahead.rest.lines):
            return say("Nothing is open any more today.")
        if ahead is not None and not any(line.opens[: ahead.many].any() for line in ahead.rest.lines):
            return say("Nothing is open in the next two hours.")
        if not self.today.people:
            return say("Nobody is on the roster of today.")
        return say("There are enough people for the next two hours.")

    def _short(self, ahead: Ahead) -> list[str]:
        told = []
        for skill in ahead.rest.skills:
            missing = np.maximum(ahead.rest.required[skill] - ahead.there[skill], 0.0)[: ahead.many]
            found = runs(missing >= FEW)
            if not found:
                continue
            first, last = found[0][0], found[-1][1]
            facts = {
                "skill": skill,
                "many": ceil(missing.max() - 1e-6),
                "end": clock(int(ahead.rest.parts.edges[last])),
            }
            told.append(
                say("Until {end}, {skill} is short by up to {many}.", **facts)
                if first == 0
                else say(
                    "From {start} to {end}, {skill} is short by up to {many}.",
                    start=clock(int(ahead.rest.parts.edges[first])), **facts,
                )
            )  # fmt: skip
        return told

    def _went(self) -> str:
        missed = [
            say("{queue} reached {level}; {target} was the target.", queue=each.queue.name,
                level=percent(each.came.level), target=percent(each.queue.level))
            for each in self.today.queues
            if each.came.level is not None and each.came.level < each.queue.level
        ]  # fmt: skip
        if missed:
            return " ".join(missed[:3])
        if any(each.came.level is not None for each in self.today.queues):
            return say("Every queue met its target.")
        return say("Nothing came that day.")

    @cached_property
    def below(self) -> str:
        """What helps, in one sentence; empty where nothing is missing."""
        ahead = self.today.ahead
        if ahead is None or ahead.helped.missing_min <= 5:
            return ""
        counted = Counter(each.what for each in ahead.helped.remedies)
        if not counted:
            return say("Nothing on the roster helps: nobody has a break to move, a second skill, or time to stay.")
        what = ", ".join(_deeds(each, counted[each]) for each in What if counted[each])
        if ahead.helped.mends:
            return say("What helps: {what}. Then nobody is missing.", what=what)
        left = say_many("{number} hour", "{number} hours", max(1, round(ahead.helped.left_min / 60)))
        return say("What helps: {what}. About {hours} of people are still missing then.", what=what, hours=left)

    # Figures -----------------------------------------------------------------
    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The key figures of the day."""
        today = self.today
        levels = [self._level(each) for each in today.queues if each.came.counted.sum()][:4]
        fed = [each for each in today.queues if each.queue.fed]  # what is not heard here can't be compared
        came, expected = sum(each.came_so_far for each in fed), sum(each.expected_so_far for each in fed)
        offered = sum(float(each.came.offered.sum()) for each in today.queues if each.queue.calls)
        lost = sum(float(each.came.lost.sum()) for each in today.queues)
        known = expected >= 1
        told = [
            *levels,
            Figure(
                say("Against the forecast"),
                f"{figure((came / expected - 1) * 100, '+.0f').replace('-', '−')} %" if known else "–",
                say("{came} came, {expected} expected", came=figure(came, ",.0f"), expected=figure(expected, ",.0f")),
                href="#today-contacts",
                term=say("How many more or fewer came so far than were forecast until now."),
            ),
        ]
        if offered:
            told.append(
                Figure(
                    say("Gave up waiting"), f"{figure(lost / offered * 100, '.1f')} %",
                    say("{lost} of {offered} callers", lost=figure(lost, ",.0f"), offered=figure(offered, ",.0f")),
                    href=self.behind(next(each.id for each in today.queues if each.queue.calls), lost=True),
                )
            )  # fmt: skip
        if today.busy is not None and today.busy <= 1:
            told.append(
                Figure(
                    say("Occupancy"), percent(today.busy), say("of the time worked"),
                    href=reverse("team", args=[self.slug]),
                    term=say("How much of the time at work customers take. Above 85 of 100 for long, people tire."),
                )
            )  # fmt: skip
        share = today.kept.adherence
        if share is not None:
            told.append(
                Figure(
                    say("Adherence"), percent(share), self._kept(),
                    term=say("The share of planned time in which people did as planned: worked, or had their break."),
                    href="#people",
                )
            )  # fmt: skip
        return tuple(told)

    def _level(self, each: QueueToday) -> Figure:
        level = each.came.level or 0.0
        limit = _within(each.queue.within_s)
        target = say("target {level} in {limit}", level=percent(each.queue.level), limit=limit)
        return Figure(
            each.queue.name, percent(level), target,
            bad=level < each.queue.level - 0.005, href=self.behind(each.id),
            term=say("The share that was answered within {limit} so far.", limit=limit),
        )  # fmt: skip

    def _kept(self) -> str:
        kept = self.today.kept
        late = say_many("{number} late start", "{number} late starts", kept.late_starts)
        return f"{late}, {say_many('{number} long break', '{number} long breaks', kept.long_breaks)}"

    def behind(self, queue: int, *, lost: bool = False) -> str:
        """Return where the calls and cases behind a figure stand; of those who gave up alone."""
        query = {"day": self.today.day.isoformat()} | ({"lost": "1"} if lost else {})
        return f"{reverse('staffing-today-behind', args=[self.slug, queue])}?{urlencode(query)}"

    # The next two hours ------------------------------------------------------
    @cached_property
    def times(self) -> tuple[str, ...]:
        """When the parts of the next two hours begin."""
        ahead = self.today.ahead
        return () if ahead is None else tuple(clock(int(at)) for at in ahead.rest.parts.edges[: ahead.many])

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The next two hours: of each skill who is there of how many are needed, of each queue what comes of it."""
        ahead = self.today.ahead
        if ahead is None:
            return ()
        by_id, found = {each.id: each for each in ahead.levels}, []
        for skill in ahead.rest.skills:
            needed, there = ahead.rest.required[skill], ahead.there[skill]
            found.append(Row(skill, say("people there of needed"), _of(there, needed, ahead.many), True, "#people"))
            for line in ahead.rest.lines:
                if line.queue.needs != skill:
                    continue
                shares = by_id[line.id].share[: ahead.many]
                in_time = tuple(
                    Cell("–") if np.isnan(share) else Cell(percent(share), share < line.queue.level - 0.005)
                    for share in shares
                )
                items = (line.items * ahead.rest.parts.weight * line.opens)[: ahead.many]
                found.append(Row(line.queue.name, say("in time"), in_time, href=f"?queue={line.id}"))
                found.append(Row("", say("come"), tuple(Cell(figure(each, ",.0f")) for each in items)))
        return tuple(found)

    @cached_property
    def waiting(self) -> tuple[QueueToday, ...]:
        """Queues in which work waits that may wait."""
        return tuple(each for each in self.today.queues if each.waiting and each.queue.kind.way is Way.LATER)

    @cached_property
    def helps(self) -> tuple[Help, ...]:
        """What helps, in the order in which it is reckoned; who plans sees it."""
        ahead = self.today.ahead
        if ahead is None or not self.plans:
            return ()
        names = {each.member.id: each.member.name for each in self.today.people}
        queues = {each.id: each.queue.name for each in self.today.queues}
        return tuple(self._help(each, names[each.member], queues) for each in ahead.helped.remedies)

    def _help(self, remedy: Remedy, name: str, queues: dict[int, str]) -> Help:
        facts = {
            "name": name, "skill": remedy.skill, "of": remedy.of, "start": clock(remedy.start), "end": clock(remedy.end)
        }  # fmt: skip
        match remedy.what:
            case What.BREAK:
                was = clock((remedy.was or (0, 0))[0])
                title = say("Move {name}’s break from {was} to {start}", was=was, **facts)
            case What.LEND:
                title = say("Lend {name} from {of} to {skill}, {start} to {end}", **facts)
            case What.LATER:
                title = say("Ask {name} to stay until {end}, for {skill}", **facts)
            case What.EARLIER:
                title = say("Ask {name} to come at {start}, for {skill}", **facts)
            case What.GO:
                title = say("{name} could go at {start}: there are more people for {skill} than are needed", **facts)
        after = dict(remedy.after)
        effect = [
            say(
                "{queue} {before} → {after} in time", queue=queues[pk], before=percent(before), after=percent(after[pk])
            )
            for pk, before in remedy.before
            if pk in after and percent(after[pk]) != percent(before)
        ]
        if remedy.mended_min:
            effect.append(
                say_many("{number} minute less short", "{number} minutes less short", round(remedy.mended_min))
            )
        return Help(
            remedy, title, "; ".join(effect), remedy.cost, remedy.what in (What.BREAK, What.LEND) and remedy.shift > 0
        )

    # Who is where ------------------------------------------------------------
    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Who is on the roster: whom one has to look after first."""
        found = [self._person(each) for each in self.today.people]
        order = {where: place for place, where in enumerate(ORDER)}
        return tuple(sorted(found, key=lambda each: order[each.person.place.where if each.person.place else None]))

    def _person(self, each: PersonToday) -> Person:
        where = each.place.where if each.place else None
        words = say(PLACES[where]) if where is not None else say("Not known")
        over = round(each.place.over_min) if each.place and each.place.where in (*BAD, Where.AWAY) else 0
        works = where in (Where.HERE, Where.EXTRA)
        return Person(each, words, where in BAD, works, over, f"{clock(each.starts)}–{clock(each.ends)}")

    @cached_property
    def counts(self) -> str:
        """How many are where, in words."""
        places = Counter(each.place.where for each in self.today.people if each.place)
        return " · ".join(
            f"{say(PLACES[where])} {places[where]}" for where in ORDER if where is not None and places[where]
        )

    # Other days --------------------------------------------------------------
    @property
    def before(self) -> str:
        """The day before, as addresses name it."""
        return (self.today.day - timedelta(days=1)).isoformat()

    @property
    def after(self) -> str:
        """The day after, where it is over or runs; else empty."""
        return (self.today.day + timedelta(days=1)).isoformat() if self.today.over else ""


def _deeds(what: What, many: int) -> str:
    match what:
        case What.BREAK:
            return say_many("moving one break", "moving {number} breaks", many)
        case What.LEND:
            return say_many("lending one person", "lending {number} people", many)
        case What.LATER:
            return say_many("one person who stays longer", "{number} people who stay longer", many)
        case What.EARLIER:
            return say_many("one person who comes earlier", "{number} people who come earlier", many)
        case What.GO:
            return say_many("one person who goes earlier", "{number} people who go earlier", many)


def _of(there: Floats, needed: Floats, many: int) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            say("{there} of {needed}", there=figure(round(one * 4) / 4, ".4g"), needed=figure(wanted, ".0f")),
            wanted - one >= FEW,
        )
        for one, wanted in zip(there[:many], needed[:many], strict=True)
    )


def _within(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return say("{hours} h", hours=figure(seconds / 3600, ".4g"))


def intervals(found: Today) -> Sequence[int]:
    """Return which intervals of a day are drawn: from the first to the last in which anything is expected or done."""
    busy = np.zeros(DAY_MIN // found.rules.step_min, np.bool_)
    for queue in found.queues:
        hours = queue.opens if queue.queue.week else np.zeros_like(busy)
        busy |= hours | (queue.forecast > 0) | (queue.came.offered > 0)
    for skill in found.skills:
        busy |= (skill.planned > 0) | (np.nan_to_num(skill.worked) > 0)
    at = np.flatnonzero(busy)
    return range(int(at[0]), int(at[-1]) + 1) if len(at) else range(len(busy))
