"""Rules as values, applied to facts."""

import operator
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol

from hubbub.care.core.facts import FACTS, Facts


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


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
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
