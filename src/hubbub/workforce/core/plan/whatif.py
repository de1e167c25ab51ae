"""What if: the present plan beside a changed one, with the same people and with as many as it then takes. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import numpy as np

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.workforce.core.blended import day as played
from hubbub.workforce.core.blended.whatif import storming
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.money import Money, money, total
from hubbub.workforce.core.plan.queue import DAY_MIN, Queue, queue_of
from hubbub.workforce.core.plan.queue import data_of as queue_data
from hubbub.workforce.core.plan.rules import Rules
from hubbub.workforce.core.plan.work import Met, Work, met, needed, team, together
from hubbub.workforce.core.shrinkage import Cause

MOST_PEOPLE: Final = 1_000
MOST_ITEMS: Final = 100_000
MOST_BLENDS: Final = 5
LEAST, MOST = -0.9, 9.0
_QUEUE = mark("A queue of this what-if is not planned any more: {which}.")
_MORE = mark("More or fewer is from −90 % to +900 %.")
_PEOPLE = mark("People more or fewer are a whole number up to 1,000.")
_SHRINKAGE = mark("Shrinkage is from 0 % on and below 100 %.")
_STORM = mark("A storm brings 1 to 100,000 items within these days, and fades within 1 minute to 2 days.")
_BLEND = mark("Who is to help is from one skill, with another one as well; both are skills that queues need.")
_RESERVE = mark("The reserve is a whole number of people from 0 to 1,000.")


@dataclass(frozen=True, slots=True)
class Change:
    """Of one queue; None and 0 leave it as it is."""

    arrivals: float = 0.0
    """Share by which more come; below 0 fewer."""
    handling: float = 0.0
    """Share by which each takes longer."""
    level: float | None = None
    within_s: float | None = None


@dataclass(frozen=True, slots=True)
class Storm:
    """What comes to a queue on top, most of it at once."""

    queue: int
    items: float
    day: int
    """Which of the days, from 0 on."""
    start_min: int
    lasts_s: float = 3600.0
    """After so long a third comes of what came first."""


@dataclass(frozen=True, slots=True)
class Blend:
    """So many people of one skill who can do another one's work as well."""

    skill: str
    also: str
    people: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is changed beside the present plan."""

    changes: Mapping[int, Change] = field(default_factory=dict)
    """By queue."""
    people: Mapping[str, int] = field(default_factory=dict)
    """By skill, how many more there are whenever somebody is there."""
    shrinkage: float | None = None
    storm: Storm | None = None
    blends: tuple[Blend, ...] = ()
    reserve: int = 0
    """Who could take calls leaves other work alone until more than so many of them are free."""

    @property
    def empty(self) -> bool:
        """Whether nothing is changed."""
        return self == WhatIf()


@dataclass(frozen=True, slots=True)
class Figures:
    """What one queue, or all together, come to."""

    id: int
    """0: all together."""
    name: str
    kind: str
    target: tuple[float, float]
    """The share, and the seconds within which it is to be answered."""
    peak: float
    """People at the busiest time."""
    met: Met
    money: Money


@dataclass(frozen=True, slots=True)
class Side:
    """All figures of one plan."""

    lines: tuple[Figures, ...]
    all: Figures


@dataclass(frozen=True, slots=True)
class Answer:
    """The plan as it is, the changed one with its people, and with as many as the targets then take."""

    now: Side
    same: Side
    needed: Side
    currency: str
    blended: bool
    """Whether all queues were played together, since people do several things."""


def whatif_of(data: Mapping[str, Any], works: Sequence[Work], days: int) -> WhatIf:
    """Return a what-if from what a form, the API or the database says; only what makes a difference is kept.

    Raises
    ------
    InvalidInput
        If something makes no sense with these queues; the sentence says what to mend.
    """
    queues, skills = {each.id: each.queue for each in works}, {each.queue.needs for each in works}
    found = read(data)
    people, storm, blends = found.people, found.storm, found.blends
    for key, each in found.changes.items():
        if key not in queues:
            raise InvalidInput(reason=say(_QUEUE, which=key))
        _ = _changed_queue(queues[key], each)  # says what is wrong with its targets
        _check(all(LEAST <= share <= MOST for share in (each.arrivals, each.handling)), _MORE)
    _check(all(abs(each) <= MOST_PEOPLE for each in people.values()), _PEOPLE)
    for skill in people:
        if skill not in skills:
            raise InvalidInput(reason=say(_QUEUE, which=skill))
    _check(found.shrinkage is None or 0 <= found.shrinkage < 1, _SHRINKAGE)
    if storm is not None:
        if storm.queue not in queues:
            raise InvalidInput(reason=say(_QUEUE, which=storm.queue))
        inside = 0 <= storm.day < days and 0 <= storm.start_min < DAY_MIN
        _check(inside and 1 <= storm.items <= MOST_ITEMS and 60 <= storm.lasts_s <= 2 * 86_400, _STORM)
    _check(len(blends) <= MOST_BLENDS, _BLEND)
    for blend in blends:
        _check({blend.skill, blend.also} <= skills and blend.skill != blend.also, _BLEND)
        _check(1 <= blend.people <= MOST_PEOPLE, _PEOPLE)
    _check(0 <= found.reserve <= MOST_PEOPLE, _RESERVE)
    return found


def read(data: Mapping[str, Any]) -> WhatIf:
    """Return a what-if as it was kept, whatever is planned now; what changes nothing is left out."""
    changes = {int(key): Change(**value) for key, value in data.get("changes", {}).items()}
    return WhatIf(
        {key: each for key, each in changes.items() if each != Change()},
        {str(key): int(value) for key, value in data.get("people", {}).items() if value},
        data.get("shrinkage"),
        Storm(**data["storm"]) if data.get("storm") else None,
        tuple(Blend(**each) for each in data.get("blends", ())),
        int(data.get("reserve") or 0),
    )


def _check(well: bool, words: str) -> None:
    if not well:
        raise InvalidInput(reason=say(words))


def data_of(asked: WhatIf) -> dict[str, Any]:
    """Return a what-if as JSON can hold it; `whatif_of` reads it."""
    return asdict(asked)


def answer(works: Sequence[Work], rules: Rules, asked: WhatIf) -> Answer:
    """Return the figures of the plan, of the changed one with its people, and with as many as it takes."""
    other = rules if asked.shrinkage is None else replace(rules, causes=(Cause(say("Shrinkage"), asked.shrinkage),))
    then = tuple(_changed(each, asked, rules.per_s) for each in works)
    same = _staffed(then, asked, (1.0 - other.share) / (1.0 - rules.share))
    takes = tuple(needed(each, rules.per_s) for each in then)
    if asked.blends:
        before, after = (_played(each, rules.per_s, how) for each, how in ((works, WhatIf()), (same, asked)))
    else:
        before, after = (tuple(met(each, rules.per_s) for each in side) for side in (works, same))
    enough = tuple(met(each, rules.per_s) for each in takes)
    return Answer(
        _side(works, before, rules), _side(same, after, other), _side(takes, enough, other), rules.currency,
        bool(asked.blends),
    )  # fmt: skip


def _changed(work: Work, asked: WhatIf, per: float) -> Work:
    change = asked.changes.get(work.id, Change())
    made = replace(
        work, queue=_changed_queue(work.queue, change), items=work.items * (1 + change.arrivals),
        handling_s=work.handling_s * (1 + change.handling),
    )  # fmt: skip
    storm = asked.storm
    if storm is None or storm.queue != work.id:
        return made
    at = int((storm.day * DAY_MIN + storm.start_min) * 60 // per)
    row = played.Day((played.Queue("all", played.Kind.CALL, work.items),), (played.Team("all", ("all",)),), per)
    return replace(made, storm=storming(row, storm.items, at=at, lasts=storm.lasts_s))


def _changed_queue(queue: Queue, change: Change) -> Queue:
    level = queue.level if change.level is None else change.level
    within = queue.within_s if change.within_s is None else change.within_s
    return queue_of({**queue_data(queue), "level": level, "within_s": within})


def _staffed(works: Sequence[Work], asked: WhatIf, factor: float) -> tuple[Work, ...]:
    """Return the same work with the people of the plan, as many of them as shrinkage leaves, and those on top."""
    found = []
    for work in works:
        people = work.people * factor
        more = asked.people.get(work.queue.needs, 0)
        if more:
            all_ = np.sum([each.people for each in works if each.queue.needs == work.queue.needs], axis=0) * factor
            with np.errstate(divide="ignore", invalid="ignore"):
                part = np.where(all_ > 0, people / all_, 0.0)
            people = np.maximum(people + more * part, 0.0)
        found.append(replace(work, people=people))
    return tuple(found)


def _played(works: Sequence[Work], per: float, asked: WhatIf) -> tuple[Met, ...]:
    """Play all queues together, with people who can do several things."""
    people: dict[str, Floats] = {}
    queues: dict[str, list[str]] = {}
    for work in works:
        skill = work.queue.needs
        people[skill] = np.floor(people.get(skill, 0.0) + work.people + 0.5)
        queues.setdefault(skill, []).append(work.queue.name)
    teams = []
    for blend in asked.blends:
        moved = np.minimum(people[blend.skill], blend.people)
        people[blend.skill] = people[blend.skill] - moved
        name = f"{blend.skill} + {blend.also}"
        teams.append(team(name, [*queues[blend.skill], *queues[blend.also]], moved))
    teams += [team(skill, queues[skill], row) for skill, row in people.items()]
    return together(works, teams, per, asked.reserve).met


def _side(works: Sequence[Work], found: Sequence[Met], rules: Rules) -> Side:
    lines = tuple(
        Figures(
            each.id,
            each.queue.name,
            each.queue.kind,
            (each.queue.level, each.queue.within_s),
            float(each.people.max(initial=0.0)),
            one,
            money(each, one, rules),
        )
        for each, one in zip(works, found, strict=True)
    )
    sums = total(each.money for each in lines)
    peak = float(np.sum([each.people for each in works], axis=0).max(initial=0.0)) if works else 0.0
    return Side(lines, Figures(0, "", "", (0.0, 0.0), peak, _all(lines, sums), sums))


def _all(lines: Sequence[Figures], sums: Money) -> Met:
    """Return what all who come meet: shares and times are means over contacts, occupancy one over hours."""

    def mean(of: Callable[[Met], float]) -> float:
        busy = [each.met for each in lines if each.met.contacts]
        return sum(of(each) * each.contacts for each in busy) / sums.contacts if sums.contacts else 0.0

    busy = sum(each.met.occupancy * each.money.work_h for each in lines)
    return Met(
        sums.contacts, mean(lambda each: each.in_time), mean(lambda each: each.gives_up),
        mean(lambda each: each.average_wait_s), busy / sums.work_h if sums.work_h else 0.0,
        sum(each.met.left for each in lines), any(each.met.played for each in lines),
    )  # fmt: skip


# As JSON ---------------------------------------------------------------------
def answer_data(found: Answer) -> dict[str, Any]:
    """Return an answer as JSON can hold it: a time without end is none."""
    data = asdict(found)
    for side in ("now", "same", "needed"):
        for line in (*data[side]["lines"], data[side]["all"]):
            if not np.isfinite(line["met"]["average_wait_s"]):
                line["met"]["average_wait_s"] = None
    return data


def answer_of(data: Mapping[str, Any]) -> Answer:
    """Return an answer that was kept."""
    now, same, takes = (
        Side(tuple(map(_figures_of, data[side]["lines"])), _figures_of(data[side]["all"]))
        for side in ("now", "same", "needed")
    )
    return Answer(now, same, takes, data["currency"], data["blended"])


def _figures_of(data: Mapping[str, Any]) -> Figures:
    waits = data["met"]["average_wait_s"]
    meets = Met(**{**data["met"], "average_wait_s": np.inf if waits is None else waits})
    level, within_s = data["target"]
    return Figures(
        data["id"], data["name"], data["kind"], (level, within_s), data["peak"], meets, Money(**data["money"])
    )
