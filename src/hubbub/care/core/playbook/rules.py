"""Rules as values, applied to facts."""

import operator
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from hubbub.care.core.case import Priority
from hubbub.care.core.facts import FACTS, Facts
from hubbub.kernel.speech import mark

if TYPE_CHECKING:
    from hubbub.care.core.playbook.triggers import Trigger


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
    "not_in": lambda found, wanted: found not in wanted,
    "has_any": lambda found, wanted: not wanted.isdisjoint(found),
    "has_none": lambda found, wanted: wanted.isdisjoint(found),
    "at_least": operator.ge,
    "below": operator.lt,
}
HOWS: Mapping[type, tuple[str, ...]] = {
    bool: ("is",),
    str: ("is", "is_in", "not_in"),
    float: ("at_least", "below"),
    frozenset: ("has_any", "has_none"),
}
"""How a fact may be compared, by what kind of value it is."""


class Test(Protocol):
    """Something that holds of some facts, or does not."""

    def holds(self, facts: Any) -> bool:
        """Say whether it holds."""
        ...


@dataclass(frozen=True, slots=True)
class FactTest:
    """One fact compared with a value."""

    fact: str
    compare: Callable[[Any, Any], bool]
    value: Any

    def holds(self, facts: Any) -> bool:
        """Compare."""
        return self.compare(getattr(facts, self.fact), self.value)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of several tests."""

    tests: tuple[Test, ...]

    def holds(self, facts: Any) -> bool:
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
    off: bool = False  # switched off: kept, and never asked
    template: str = ""  # title of the canned reply that the composer suggests
    automatic: bool = False  # a manager lets it send that reply by itself
    needs_approval: bool = False  # a lead reads the answer before it leaves
    priority: Priority | None = None
    tags: tuple[str, ...] = ()

    @property
    def treatment(self) -> tuple[object, ...]:
        """All that it does to a post; two rules that do the same treat it alike."""
        told = (self.decide, self.due, self.hold, self.review, self.queue, self.alert)
        return (*told, self.template, self.automatic, self.needs_approval, self.priority, self.tags)

    def matches(self, facts: Facts) -> bool:
        """Say whether every test holds."""
        return all(test.holds(facts) for test in self.when)


GRAVE = frozenset({"danger", "legal", "leak"})
"""What nobody is muted for."""

MUTED = Rule(
    "mute", mark("Muted"), (), Decision.LEAVE, mark("Somebody here muted this account: counted, and makes no case")
)
"""What is done about words of who is muted, under every playbook."""

_MEASURED = frozenset(name for name, kind in FACTS.items() if kind is float)
_ALWAYS_TOLD = ("kind", "about")  # so that there are two
_MOST_SEEN = 50_000
"""So many answers are remembered; one more, and they are found anew."""


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
    triggers: tuple["Trigger", ...] = ()
    _steps: tuple[tuple[str, tuple[float, ...]], ...] = field(init=False, repr=False, compare=False)
    _told: Callable[[Facts], tuple[Any, ...]] = field(init=False, repr=False, compare=False)
    _seen: dict[tuple[Any, ...], tuple[Rule, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note which facts are asked about, and the numbers they are compared with."""
        tests = [test for rule in self.rules if not rule.off for test in _flat(rule.when)]
        asked = sorted({test.fact for test in tests})
        steps = (
            (name, tuple(sorted(test.value for test in tests if test.fact == name)))
            for name in asked
            if name in _MEASURED
        )
        told = operator.attrgetter(*_ALWAYS_TOLD, *(name for name in asked if name not in _MEASURED))
        object.__setattr__(self, "_steps", tuple(steps))
        object.__setattr__(self, "_told", told)

    def rule(self, rule_id: str) -> Rule:
        """Return a rule by its id."""
        return next(rule for rule in self.rules if rule.id == rule_id)

    def first(self, facts: Facts) -> Rule:
        """Return the first rule that matches; the last one of every playbook matches everything."""
        if facts.muted and GRAVE.isdisjoint(facts.severity):
            return MUTED
        return next(rule for rule in self._matching(facts) if rule.again is None and not rule.also)

    def again(self, base: str, facts: Facts) -> Rule | None:
        """Return the first rule that re-decides what rule `base` began, if one does."""
        return next((rule for rule in self._matching(facts) if rule.again == base), None)

    def also(self, facts: Facts) -> tuple[Rule, ...]:
        """Return the rules that add to any decision."""
        return tuple(rule for rule in self._matching(facts) if rule.also)

    def _matching(self, facts: Facts) -> tuple[Rule, ...]:
        """Return every rule that matches; of a number it only counts which steps it has passed, so few are new."""
        key = (*self._told(facts), *[bisect_right(steps, getattr(facts, name)) for name, steps in self._steps])
        found = self._seen.get(key)
        if found is None:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            found = self._seen[key] = tuple(rule for rule in self.rules if not rule.off and rule.matches(facts))
        return found

    def decide(self, facts: Facts) -> Rule:
        """Return the rule for a fresh post: the first that matches, or what re-decides it at once."""
        rule = self.first(facts)
        return self.again(rule.id, facts) or rule

    def treat(self, facts: Facts) -> Rule:
        """Return the rule for a post as triage applies them: to what its author has open, or afresh."""
        rule = self.first(facts)
        if facts.same_voice_case and rule.decide is not Decision.LEAVE:
            return rule
        return self.again(rule.id, facts) or rule

    def base_of(self, rule_id: str) -> str:
        """Return the rule that began what a rule re-decides; itself where it re-decides nothing."""
        known = next((rule for rule in self.rules if rule.id == rule_id), None)
        return known.again if known and known.again else rule_id
