"""Rules read from their data, strictly: what means nothing is refused, with the place and what to mend."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from hubbub.care.core.case import Priority
from hubbub.care.core.facts import FACTS
from hubbub.care.core.playbook.rules import COMPARE, HOWS, AnyOf, Decision, Due, FactTest, Playbook, Rule, Test
from hubbub.care.core.playbook.triggers import CASE_FACTS, Event, Trigger, checked
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say

LONGEST = timedelta(days=3650)
"""No hold, watch or due time is longer than ten years."""

_RULE_KEYS = {
    "id", "name", "when", "decide", "say", "due", "hold", "review", "queue", "alert", "again", "also", "off",
    "template", "automatic", "needs_approval", "priority", "tags",
}  # fmt: skip
LONGEST_TEXTS = {"id": 12, "name": 80, "say": 200, "queue": 20, "template": 80}
"""How many characters the columns of a case hold."""

PRIORITIES = {each.name.lower(): each for each in Priority}
_PACES = ("prompt", "private", "public", "slow")
LATER_PACES = {"callback": 30, "letter": 2880, "chat": 1}
"""Paces that playbooks written before there were these channels do not name, with their minutes."""
LATER_NUMBERS = {"storm_voices": 5, "storm_hours": 2, "storm_times": 3, "storm_weeks": 4}
"""Numbers that playbooks written before there were incidents do not name."""
_UNITS = ("minutes", "hours", "days")


def read(data: Mapping[str, Any], version: int = 1) -> Playbook:
    """Make a playbook from its data; InvalidInput names the place and what to mend."""
    unknown = set(data) - {"name", "numbers", "service_level_minutes", "rules", "triggers"}
    if unknown:
        raise InvalidInput(reason=say("The playbook has {key!r}, which means nothing.", key=min(unknown)))
    given = {**LATER_NUMBERS, **_table(data, "numbers")}
    numbers = {key: _number(f"numbers.{key}", value) for key, value in given.items()}
    for key, value in numbers.items():
        if (unit := key.rpartition("_")[2]) in _UNITS:
            _timedelta(f"numbers.{key}", unit, value)
    levels = _table(data, "service_level_minutes")
    levels = {**LATER_PACES, **levels}
    if set(levels) != {*_PACES, *LATER_PACES}:
        raise InvalidInput(
            reason=say("service_level_minutes names {names}, each once.", names=", ".join((*_PACES, *LATER_PACES)))
        )
    service = {key: _minutes(f"service_level_minutes.{key}", value) for key, value in levels.items()}
    rules = data.get("rules")
    if not isinstance(rules, Sequence) or isinstance(rules, str) or not rules:
        raise InvalidInput(reason="A playbook has rules.")
    read_rules = tuple(read_rule(each, number, numbers) for number, each in enumerate(rules, 1))
    ids = [rule.id for rule in read_rules]
    for rule in read_rules:
        if ids.count(rule.id) > 1:
            raise InvalidInput(reason=say("There are two rules {rule}.", rule=rule.id))
        if rule.again is not None and rule.again not in ids:
            raise InvalidInput(
                reason=say("Rule {rule} re-decides {again!r}, which is no rule.", rule=rule.id, again=rule.again)
            )
    plain = [rule for rule in read_rules if rule.again is None and not rule.also and not rule.off]
    if not plain or plain[-1].when:
        raise InvalidInput(reason="The last rule that decides must match everything: give it an empty `when`.")
    triggers = tuple(read_trigger(each, number, numbers) for number, each in enumerate(data.get("triggers", []), 1))
    if len({each.id for each in triggers}) < len(triggers):
        raise InvalidInput(reason="There are two triggers of one id.")
    return Playbook(str(data.get("name", "Playbook")), numbers, service, read_rules, version, triggers)


def read_trigger(data: Any, number: int, numbers: Mapping[str, float]) -> Trigger:
    """Make one trigger from its data; InvalidInput names the place and what to mend."""
    data = checked(data, number)
    place = say("Trigger {trigger}", trigger=data["id"])
    when = data.get("when", [])
    if not isinstance(when, Sequence) or isinstance(when, str):
        raise InvalidInput(reason=say("{place}: `when` is a list of tests.", place=place))
    return Trigger(
        id=data["id"],
        name=data["name"],
        event=Event(data["event"]),
        when=tuple(read_test(each, place, numbers, CASE_FACTS) for each in when),
        after=read_span(data.get("after"), place, numbers) or timedelta(),
        off=data.get("off", False),
        since=datetime.fromisoformat(data["since"]) if data.get("since") else None,
        note=data.get("note", ""),
        tags=_tags(data.get("tags", []), place),
        priority=_priority(data.get("priority"), place),
        queue=data.get("queue", ""),
        team=data.get("team", ""),
        snooze=read_span(data.get("snooze"), place, numbers),
        solve=data.get("solve", False),
        template=data.get("template", ""),
        automatic=data.get("automatic", False),
        tell=data.get("tell", False),
    )


@cache
def _default() -> str:
    return files("hubbub.care").joinpath("data/playbook.toml").read_text(encoding="utf-8")


def shipped() -> dict[str, Any]:
    """Return the data of the default playbook, the caller's to change.

    Canned replies it names are called as the language spoken has it.
    """
    data = tomllib.loads(_default())
    for each in (*data["rules"], *data["triggers"]):
        if "template" in each:
            each["template"] = say(each["template"])
    return data


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    if not isinstance(found, Mapping):
        raise InvalidInput(reason=say("The playbook has no table {key!r}.", key=key))
    return found


def _number(place: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10**9:
        raise InvalidInput(reason=say("{place} is {value!r}; give a number from 0 up.", place=place, value=value))
    return value


def _minutes(place: str, value: Any) -> timedelta:
    return _timedelta(place, "minutes", _number(place, value))


def _timedelta(place: str, unit: str, amount: float) -> timedelta:
    span = timedelta(**{unit: min(amount, 10**8)})
    if span > LONGEST:
        raise InvalidInput(
            reason=say("{place} is {amount:g} {unit}; give at most ten years.", place=place, amount=amount, unit=unit)
        )
    return span


def read_rule(data: Any, number: int, numbers: Mapping[str, float]) -> Rule:
    """Make one rule from its data; InvalidInput names the place and what to mend."""
    place = say("Rule {rule}", rule=data.get("id", number) if isinstance(data, Mapping) else number)
    if not isinstance(data, Mapping):
        raise InvalidInput(reason=say("{place} is no table.", place=place))
    if unknown := set(data) - _RULE_KEYS:
        raise InvalidInput(reason=say("{place} has {key!r}, which means nothing.", place=place, key=min(unknown)))
    for key in ("id", "name", "decide", "say"):
        if not isinstance(data.get(key), str) or not data[key]:
            raise InvalidInput(reason=say("{place} has no {key!r}.", place=place, key=key))
    for key, longest in LONGEST_TEXTS.items():
        if not isinstance(data.get(key, ""), str) or len(data.get(key, "")) > longest:
            raise InvalidInput(
                reason=say(
                    "{place}: {key} is a text of at most {longest} characters.", place=place, key=key, longest=longest
                )
            )
    for key in ("alert", "also", "off", "automatic", "needs_approval"):
        if not isinstance(data.get(key, False), bool):
            raise InvalidInput(reason=say("{place}: {key} is true or false.", place=place, key=key))
    if data["decide"] not in set(Decision):
        raise InvalidInput(
            reason=say(
                "{place} decides {decision!r}; there are {known}.",
                place=place,
                decision=data["decide"],
                known=", ".join(Decision),
            )
        )
    if data.get("automatic") and not data.get("template"):
        raise InvalidInput(reason=say("{place} sends by itself, but no template: name a canned reply.", place=place))
    when = data.get("when", [])
    if not isinstance(when, Sequence) or isinstance(when, str):
        raise InvalidInput(reason=say("{place}: `when` is a list of tests.", place=place))
    return Rule(
        id=data["id"],
        name=data["name"],
        when=tuple(read_test(each, place, numbers) for each in when),
        decide=Decision(data["decide"]),
        say=data["say"],
        due=_due(data.get("due"), place, numbers),
        hold=read_span(data.get("hold"), place, numbers),
        review=read_span(data.get("review"), place, numbers),
        queue=str(data.get("queue", "")),
        alert=bool(data.get("alert", False)),
        again=data.get("again"),
        also=bool(data.get("also", False)),
        off=bool(data.get("off", False)),
        template=data.get("template", ""),
        automatic=bool(data.get("automatic", False)),
        needs_approval=bool(data.get("needs_approval", False)),
        priority=_priority(data.get("priority"), place),
        tags=_tags(data.get("tags", []), place),
    )


def _priority(value: Any, place: str) -> Priority | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in PRIORITIES:
        raise InvalidInput(
            reason=say(
                "{place}: priority is {value!r}; there are {known}.",
                place=place,
                value=value,
                known=", ".join(PRIORITIES),
            )
        )
    return PRIORITIES[value]


def _tags(value: Any, place: str) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(each, str) for each in value):
        raise InvalidInput(reason=say("{place}: tags is a list of texts.", place=place))
    return tuple(value)


def read_test(data: Any, place: str, numbers: Mapping[str, float], facts: Mapping[str, type] = FACTS) -> Test:
    """Make one test from its data; InvalidInput says what to mend at this place."""
    if not isinstance(data, Mapping):
        raise InvalidInput(
            reason=say('{place}: a test is a table like {{ fact = "kind", is = "complaint" }}.', place=place)
        )
    if "any" in data:
        if set(data) != {"any"} or not isinstance(data["any"], Sequence):
            raise InvalidInput(reason=say("{place}: `any` stands alone and holds a list of tests.", place=place))
        return AnyOf(tuple(read_test(each, place, numbers, facts) for each in data["any"]))
    fact = data.get("fact")
    if not isinstance(fact, str) or fact not in facts:
        raise InvalidInput(
            reason=say(
                "{place} asks about {fact!r}; the facts are {known}.",
                place=place,
                fact=fact,
                known=", ".join(sorted(facts)),
            )
        )
    hows = [key for key in data if key != "fact"]
    if len(hows) != 1 or hows[0] not in HOWS[facts[fact]]:
        raise InvalidInput(
            reason=say(
                "{place}: compare {fact} in one of these ways: {known}.",
                place=place,
                fact=fact,
                known=", ".join(HOWS[facts[fact]]),
            )
        )
    how, value = hows[0], data[hows[0]]
    if how in ("at_least", "below"):
        value = _named_number(value, place, numbers)
    elif how == "is":
        if not isinstance(value, facts[fact]):
            words = (
                mark("{place}: {key} is true or false.") if facts[fact] is bool else mark("{place}: {key} is a text.")
            )
            raise InvalidInput(reason=say(words, place=place, key=fact))
    else:
        if (
            not isinstance(value, Sequence)
            or isinstance(value, str)
            or not all(isinstance(each, str) for each in value)
        ):
            raise InvalidInput(reason=say("{place}: {how} takes a list of texts.", place=place, how=how))
        value = frozenset(value)
    return FactTest(fact, COMPARE[how], value)


def _named_number(value: Any, place: str, numbers: Mapping[str, float]) -> float:
    if isinstance(value, str):
        if value not in numbers:
            raise InvalidInput(
                reason=say("{place} uses {value!r}, which is not among the numbers.", place=place, value=value)
            )
        return numbers[value]
    return _number(place, value)


def read_span(value: Any, place: str, numbers: Mapping[str, float]) -> timedelta | None:
    """Make a time from its data; InvalidInput says what to mend at this place."""
    if value is None:
        return None
    if not isinstance(value, Mapping) or len(value) != 1 or next(iter(value)) not in _UNITS:
        raise InvalidInput(reason=say("{place}: give a time like {{ minutes = 10 }}.", place=place))
    unit, amount = next(iter(value.items()))
    return _timedelta(place, unit, _named_number(amount, place, numbers))


def _due(value: Any, place: str, numbers: Mapping[str, float]) -> Due | timedelta | None:
    if isinstance(value, str):
        if value not in set(Due):
            raise InvalidInput(
                reason=say(
                    "{place} is due {value!r}; say {known} or a time.", place=place, value=value, known=", ".join(Due)
                )
            )
        return Due(value)
    return read_span(value, place, numbers)
