"""The playbook: rules as data, read strictly, applied to facts. It proposes; a person decides in the end."""

import operator
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from hubbub.care.core.facts import FACTS, Facts
from hubbub.kernel.errors import InvalidInput


class Decision(StrEnum):
    """What to do about a post."""

    ANSWER = "answer"
    APPEND = "append"
    ASK = "ask"
    HOLD = "hold"
    WATCH = "watch"
    INTERVENE = "intervene"
    INCIDENT = "incident"
    TAKE_PRIVATE = "take_private"
    THANK = "thank"
    JOIN_IN = "join_in"
    LEAVE = "leave"


class Due(StrEnum):
    """When something is due, in the playbook's words."""

    AT_ONCE = "at once"  # on arrival, without a minute of grace
    NOW = "now"  # promptly after the event that decided it
    SERVICE_LEVEL = "service level"
    TODAY = "today"  # the end of the workspace's day


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "is_in": lambda found, wanted: found in wanted,
    "has_any": lambda found, wanted: not wanted.isdisjoint(found),
    "at_least": operator.ge,
    "below": operator.lt,
}
HOWS: Mapping[type, tuple[str, ...]] = {
    bool: ("is",),
    str: ("is", "is_in"),
    float: ("at_least", "below"),
    frozenset: ("has_any",),
}
"""How a fact may be compared, by what kind of value it is."""

SLOW_CHANNELS = ("feeds", "file", "generic")
"""Where nobody waits at the counter."""

LONGEST = timedelta(days=3650)
"""No hold, watch or due time is longer than ten years."""


class Test(Protocol):
    """Something that holds of some facts, or does not."""

    def holds(self, facts: Facts) -> bool:
        """Say whether it holds."""
        ...


@dataclass(frozen=True, slots=True)
class FactTest:
    """One fact compared with a value."""

    fact: str
    compare: Callable[[Any, Any], bool]
    value: Any

    def holds(self, facts: Facts) -> bool:
        """Compare."""
        return self.compare(getattr(facts, self.fact), self.value)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of several tests."""

    tests: tuple[Test, ...]

    def holds(self, facts: Facts) -> bool:
        """True where one holds."""
        return any(test.holds(facts) for test in self.tests)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the playbook."""

    id: str
    name: str
    when: tuple[Test, ...]
    decide: Decision
    say: str
    due: Due | timedelta | None = None
    hold: timedelta | None = None
    review: timedelta | None = None
    queue: str = ""
    alert: bool = False
    again: str | None = None  # re-decides an open hold or watch that this rule began
    also: bool = False  # adds to whatever was decided

    def matches(self, facts: Facts) -> bool:
        """Say whether every test holds."""
        return all(test.holds(facts) for test in self.when)


_MEASURED = tuple(name for name, kind in FACTS.items() if kind is float)
_TOLD = operator.attrgetter(*(name for name in FACTS if name not in _MEASURED))


def _flat(tests: Iterable[Test]) -> Iterator[FactTest]:
    for test in tests:
        if isinstance(test, AnyOf):
            yield from _flat(test.tests)
        elif isinstance(test, FactTest):
            yield test


@dataclass(frozen=True, slots=True)
class Playbook:
    """A version of a workspace's playbook."""

    name: str
    numbers: Mapping[str, float]
    service_level: Mapping[str, timedelta]  # by pace: prompt, private, public, slow, callback, letter, chat
    rules: tuple[Rule, ...]
    version: int = 1
    _steps: tuple[tuple[str, tuple[float, ...]], ...] = field(init=False, repr=False, compare=False)
    _seen: dict[tuple[Any, ...], tuple[Rule, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note the numbers that facts are compared with."""
        tests = [test for rule in self.rules for test in _flat(rule.when)]
        steps = ((name, tuple(sorted(test.value for test in tests if test.fact == name))) for name in _MEASURED)
        object.__setattr__(self, "_steps", tuple(steps))

    def rule(self, rule_id: str) -> Rule:
        """Return a rule by its id."""
        return next(rule for rule in self.rules if rule.id == rule_id)

    def first(self, facts: Facts) -> Rule:
        """Return the first rule that matches; the last one of every playbook matches everything."""
        return next(rule for rule in self._matching(facts) if rule.again is None and not rule.also)

    def again(self, base: str, facts: Facts) -> Rule | None:
        """Return the first rule that re-decides what rule `base` began, if one does."""
        return next((rule for rule in self._matching(facts) if rule.again == base), None)

    def also(self, facts: Facts) -> tuple[Rule, ...]:
        """Return the rules that add to any decision."""
        return tuple(rule for rule in self._matching(facts) if rule.also)

    def _matching(self, facts: Facts) -> tuple[Rule, ...]:
        """Return every rule that matches; of a number it only counts which steps it has passed, so few are new."""
        key = (*_TOLD(facts), *[bisect_right(steps, getattr(facts, name)) for name, steps in self._steps])
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = tuple(rule for rule in self.rules if rule.matches(facts))
        return found

    def decide(self, facts: Facts) -> Rule:
        """Return the rule for a fresh post: the first that matches, or what re-decides it at once."""
        rule = self.first(facts)
        return self.again(rule.id, facts) or rule

    def base_of(self, rule_id: str) -> str:
        """Return the rule that began what a rule re-decides; itself where it re-decides nothing."""
        known = next((rule for rule in self.rules if rule.id == rule_id), None)
        return known.again if known and known.again else rule_id


SLOW_CHANNELS = ("feeds", "file", "generic")
_OWN_PACES = {"phone": "callback", "letter": "letter", "chat": "chat"}


def pace_of(channel: str, *, private: bool) -> str:
    """Return how fast people expect an answer: the pace of the channel, else by who sees it."""
    return _OWN_PACES.get(channel) or ("private" if private else "slow" if channel in SLOW_CHANNELS else "public")


def due_at(
    rule: Rule, playbook: Playbook, *, arrived: datetime, now: datetime, day_end: datetime, pace: str
) -> datetime | None:
    """Return when a decision is due. The clock starts at arrival and includes any hold.

    `day_end` is the end of the workspace's own day; `pace` is what `pace_of` says.
    """
    match rule.due:
        case None:
            return None
        case Due.AT_ONCE:
            return arrived
        case Due.NOW:
            return now + playbook.service_level["prompt"]
        case Due.SERVICE_LEVEL:
            return arrived + playbook.service_level[pace]
        case Due.TODAY:
            return day_end
        case timedelta():
            return arrived + rule.due


# Reading -----------------------------------------------------------------
_RULE_KEYS = {"id", "name", "when", "decide", "say", "due", "hold", "review", "queue", "alert", "again", "also"}
_PACES = ("prompt", "private", "public", "slow")
LATER_PACES = {"callback": 30, "letter": 2880, "chat": 1}
"""Paces that playbooks written before there were these channels do not name, with their minutes."""
_UNITS = ("minutes", "hours", "days")


def read(data: Mapping[str, Any], version: int = 1) -> Playbook:
    """Make a playbook from its data; InvalidInput names the place and what to mend."""
    unknown = set(data) - {"name", "numbers", "service_level_minutes", "rules"}
    if unknown:
        raise InvalidInput(reason=f"The playbook has {min(unknown)!r}, which means nothing.")
    numbers = {key: _number(f"numbers.{key}", value) for key, value in _table(data, "numbers").items()}
    for key, value in numbers.items():
        if (unit := key.rpartition("_")[2]) in _UNITS:
            _timedelta(f"numbers.{key}", unit, value)
    levels = _table(data, "service_level_minutes")
    levels = {**LATER_PACES, **levels}
    if set(levels) != {*_PACES, *LATER_PACES}:
        raise InvalidInput(reason=f"service_level_minutes names {', '.join((*_PACES, *LATER_PACES))}, each once.")
    service = {key: _minutes(f"service_level_minutes.{key}", value) for key, value in levels.items()}
    rules = data.get("rules")
    if not isinstance(rules, Sequence) or isinstance(rules, str) or not rules:
        raise InvalidInput(reason="A playbook has rules.")
    read_rules = tuple(_rule(each, number, numbers) for number, each in enumerate(rules, 1))
    ids = [rule.id for rule in read_rules]
    for rule in read_rules:
        if ids.count(rule.id) > 1:
            raise InvalidInput(reason=f"There are two rules {rule.id}.")
        if rule.again is not None and rule.again not in ids:
            raise InvalidInput(reason=f"Rule {rule.id} re-decides {rule.again!r}, which is no rule.")
    plain = [rule for rule in read_rules if rule.again is None and not rule.also]
    if not plain or plain[-1].when:
        raise InvalidInput(reason="The last rule that decides must match everything: give it an empty `when`.")
    return Playbook(str(data.get("name", "Playbook")), numbers, service, read_rules, version)


@cache
def shipped() -> Mapping[str, Any]:
    """Return the data of the default playbook."""
    return tomllib.loads(files("hubbub.care").joinpath("data/playbook.toml").read_text(encoding="utf-8"))


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    if not isinstance(found, Mapping):
        raise InvalidInput(reason=f"The playbook has no table {key!r}.")
    return found


def _number(place: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10**9:
        raise InvalidInput(reason=f"{place} is {value!r}; give a number from 0 up.")
    return value


def _minutes(place: str, value: Any) -> timedelta:
    return _timedelta(place, "minutes", _number(place, value))


def _timedelta(place: str, unit: str, amount: float) -> timedelta:
    span = timedelta(**{unit: min(amount, 10**8)})
    if span > LONGEST:
        raise InvalidInput(reason=f"{place} is {amount:g} {unit}; give at most ten years.")
    return span


def _rule(data: Any, number: int, numbers: Mapping[str, float]) -> Rule:
    place = f"Rule {data.get('id', number) if isinstance(data, Mapping) else number}"
    if not isinstance(data, Mapping):
        raise InvalidInput(reason=f"{place} is no table.")
    if unknown := set(data) - _RULE_KEYS:
        raise InvalidInput(reason=f"{place} has {min(unknown)!r}, which means nothing.")
    for key in ("id", "name", "decide", "say"):
        if not isinstance(data.get(key), str) or not data[key]:
            raise InvalidInput(reason=f"{place} has no {key!r}.")
    for key in ("alert", "also"):
        if not isinstance(data.get(key, False), bool):
            raise InvalidInput(reason=f"{place}: {key} is true or false.")
    if data["decide"] not in set(Decision):
        raise InvalidInput(reason=f"{place} decides {data['decide']!r}; there are {', '.join(Decision)}.")
    when = data.get("when", [])
    if not isinstance(when, Sequence) or isinstance(when, str):
        raise InvalidInput(reason=f"{place}: `when` is a list of tests.")
    return Rule(
        id=data["id"],
        name=data["name"],
        when=tuple(_test(each, place, numbers) for each in when),
        decide=Decision(data["decide"]),
        say=data["say"],
        due=_due(data.get("due"), place, numbers),
        hold=_span(data.get("hold"), place, numbers),
        review=_span(data.get("review"), place, numbers),
        queue=str(data.get("queue", "")),
        alert=bool(data.get("alert", False)),
        again=data.get("again"),
        also=bool(data.get("also", False)),
    )


def _test(data: Any, place: str, numbers: Mapping[str, float]) -> Test:
    if not isinstance(data, Mapping):
        raise InvalidInput(reason=f'{place}: a test is a table like {{ fact = "kind", is = "complaint" }}.')
    if "any" in data:
        if set(data) != {"any"} or not isinstance(data["any"], Sequence):
            raise InvalidInput(reason=f"{place}: `any` stands alone and holds a list of tests.")
        return AnyOf(tuple(_test(each, place, numbers) for each in data["any"]))
    fact = data.get("fact")
    if not isinstance(fact, str) or fact not in FACTS:
        raise InvalidInput(reason=f"{place} asks about {fact!r}; the facts are {', '.join(sorted(FACTS))}.")
    hows = [key for key in data if key != "fact"]
    if len(hows) != 1 or hows[0] not in HOWS[FACTS[fact]]:
        raise InvalidInput(reason=f"{place}: compare {fact} in one of these ways: {', '.join(HOWS[FACTS[fact]])}.")
    how, value = hows[0], data[hows[0]]
    if how in ("at_least", "below"):
        value = _named_number(value, place, numbers)
    elif how == "is":
        if not isinstance(value, FACTS[fact]):
            raise InvalidInput(reason=f"{place}: {fact} is {'true or false' if FACTS[fact] is bool else 'a text'}.")
    else:
        if (
            not isinstance(value, Sequence)
            or isinstance(value, str)
            or not all(isinstance(each, str) for each in value)
        ):
            raise InvalidInput(reason=f"{place}: {how} takes a list of texts.")
        value = frozenset(value)
    return FactTest(fact, _COMPARE[how], value)


def _named_number(value: Any, place: str, numbers: Mapping[str, float]) -> float:
    if isinstance(value, str):
        if value not in numbers:
            raise InvalidInput(reason=f"{place} uses {value!r}, which is not among the numbers.")
        return numbers[value]
    return _number(place, value)


def _span(value: Any, place: str, numbers: Mapping[str, float]) -> timedelta | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or len(value) != 1 or next(iter(value)) not in _UNITS:
        raise InvalidInput(reason=f"{place}: give a time like {{ minutes = 10 }}.")
    unit, amount = next(iter(value.items()))
    return _timedelta(place, unit, _named_number(amount, place, numbers))


def _due(value: Any, place: str, numbers: Mapping[str, float]) -> Due | timedelta | None:
    if isinstance(value, str):
        if value not in set(Due):
            raise InvalidInput(reason=f"{place} is due {value!r}; say {', '.join(Due)} or a time.")
        return Due(value)
    return _span(value, place, numbers)
