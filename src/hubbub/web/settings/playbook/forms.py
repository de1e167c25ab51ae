"""The forms of a rule and of a trigger: shown from the playbook's data, read from what was sent, errors beside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from hubbub.care.core.facts import FACTS
from hubbub.care.core.playbook import Decision, Due
from hubbub.care.core.playbook.reading import LONGEST_TEXTS, PRIORITIES, read_rule, read_span, read_trigger
from hubbub.care.core.playbook.sentences import (
    CASE_FACT_WORDS,
    DECISION_WORDS,
    DUE_WORDS,
    FACT_WORDS,
    choice_words,
)
from hubbub.care.core.playbook.triggers import CASE_FACTS, EVENT_WORDS, TEXTS, TIMED
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.web.settings.playbook.conditions import Conditions, read_figure

UNITS = (mark("minutes"), mark("hours"), mark("days"))
SPANS = ("hold", "review", "due", "after", "snooze")
RULE_TEXTS = ("id", "name", "say", "queue", "template", "decide", "priority", "again")
RULE_FLAGS = ("alert", "also", "automatic", "needs_approval", "off")
TRIGGER_TEXTS = ("id", "name", "event", "note", "queue", "team", "template", "priority")
TRIGGER_FLAGS = ("off", "solve", "automatic", "tell")
_NAME = {"name": mark("Give it a name.")}


@dataclass(slots=True)
class Form:
    """What a form shows: fields as they were typed, conditions, and what is wrong with each."""

    fields: dict[str, str]
    conditions: Conditions
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def fine(self) -> bool:
        """Whether all of it can be used."""
        return not self.errors and not self.conditions.wrong


def rule_form(data: Mapping[str, Any], choices: Mapping[str, Any]) -> Form:
    """Show a rule."""
    fields = {key: str(data.get(key, "")) for key in RULE_TEXTS} | _flags(data, RULE_FLAGS)
    fields["tags"] = ", ".join(data.get("tags", []))
    for key in ("hold", "review"):
        fields |= _span_fields(key, data.get(key))
    due = data.get("due", "")
    fields["due"] = due if isinstance(due, str) else "time"
    fields |= _span_fields("due", None if isinstance(due, str) else due)
    return Form(fields, Conditions(FACT_WORDS, choices).read(data.get("when", [])))


def trigger_form(data: Mapping[str, Any], choices: Mapping[str, Any]) -> Form:
    """Show a trigger."""
    fields = {key: str(data.get(key, "")) for key in TRIGGER_TEXTS} | _flags(data, TRIGGER_FLAGS)
    fields["tags"] = ", ".join(data.get("tags", []))
    fields |= _span_fields("after", data.get("after")) | _span_fields("snooze", data.get("snooze"))
    return Form(fields, Conditions(CASE_FACT_WORDS, choices).read(data.get("when", [])))


def posted(post: QueryDict, facts: Mapping[str, Any], choices: Mapping[str, Any]) -> Form:
    """Take what a form sent, as it was typed."""
    fields = {
        name: str(post[name]).replace("\x00", "") for name in post if not name.startswith(("value-", "fact-", "how-"))
    }
    return Form(fields, Conditions(facts, choices).posted(post))


def rule_of(form: Form, numbers: Mapping[str, float]) -> dict[str, Any]:
    """Return the rule that a form holds; what is wrong is noted in it."""
    fields = form.fields
    rule: dict[str, Any] = {"id": fields.get("id", "").strip(), "name": _text(fields, "name")}
    if fields.get("again"):
        rule["again"] = fields["again"]
    place = say("Rule {rule}", rule=rule["id"])
    rule["when"] = form.conditions.data(place, numbers, FACTS)
    rule["decide"], rule["say"] = fields.get("decide", ""), _text(fields, "say")
    for key in ("hold", "review"):
        _put(rule, key, _span(form, key))
    _put(rule, "due", _span(form, "due") if fields.get("due") == "time" else fields.get("due", ""))
    for key in ("queue", "template", "priority"):
        _put(rule, key, _text(fields, key))
    _put(rule, "tags", _names(fields.get("tags", "")))
    for key in RULE_FLAGS:
        _put(rule, key, fields.get(key) == "yes")
    _needed(form, {"id": mark("Give a short name, like P7."), **_NAME, "say": mark("Say why, in a sentence.")})
    _lengths(form, LONGEST_TEXTS)
    _whole(form, lambda: read_rule(rule, 1, numbers), place, numbers)
    return rule


def trigger_of(form: Form, numbers: Mapping[str, float]) -> dict[str, Any]:
    """Return the trigger that a form holds; what is wrong is noted in it."""
    fields = form.fields
    made: dict[str, Any] = {
        "id": fields.get("id", "").strip(), "name": _text(fields, "name"), "event": fields.get("event", ""),
    }  # fmt: skip
    place = say("Trigger {trigger}", trigger=made["id"])
    made["when"] = form.conditions.data(place, numbers, CASE_FACTS)
    if made["event"] in TIMED:
        _put(made, "after", _span(form, "after"))
        if "after" not in made:
            form.errors.setdefault("after", say("Say how long."))
    for key in ("note", "queue", "team", "template", "priority"):
        _put(made, key, _text(fields, key))
    _put(made, "tags", _names(fields.get("tags", "")))
    _put(made, "snooze", _span(form, "snooze"))
    for key in TRIGGER_FLAGS:
        _put(made, key, fields.get(key) == "yes")
    if made.get("template"):
        made["automatic"] = True
    else:
        made.pop("automatic", None)
    _needed(form, {"id": mark("Give a short name, like T1."), **_NAME})
    _lengths(form, TEXTS)
    _whole(form, lambda: read_trigger(made, 1, numbers), place, numbers)
    return made


def menus(rules: list[Mapping[str, Any]]) -> dict[str, Any]:
    """What the menus of both forms offer."""
    return {
        "decisions": [(each.value, say(DECISION_WORDS[each])) for each in Decision if each is not Decision.INCIDENT],
        "dues": [(each.value, say(DUE_WORDS[each])) for each in Due],
        "units": [(each, say(each)) for each in UNITS],
        "priorities": [(each, choice_words("priority", each)) for each in PRIORITIES],
        "queues": [(each, choice_words("queue", each)) for each in CASE_FACT_WORDS["queue"].choices],
        "parents": [
            (each["id"], say(each["name"])) for each in rules if not each.get("again") and not each.get("also")
        ],
        "events": [(each.value, say(words)) for each, words in EVENT_WORDS.items()],
        "timed": [each.value for each in TIMED],
    }


def _flags(data: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: "yes" if data.get(name) else "" for name in names}


def _span_fields(key: str, span: Mapping[str, Any] | None) -> dict[str, str]:
    unit, amount = next(iter(span.items())) if span else ("minutes", "")
    return {f"{key}_amount": str(amount), f"{key}_unit": unit}


def _span(form: Form, key: str) -> dict[str, Any] | None:
    given = form.fields.get(f"{key}_amount", "").strip()
    if not given:
        return None
    unit = form.fields.get(f"{key}_unit", "minutes")
    try:
        found = read_figure(given)
        amount: float | str = int(found) if found.is_integer() else found
    except (ValueError, OverflowError):
        amount = given
    return {unit if unit in UNITS else "minutes": amount}


def _text(fields: Mapping[str, str], key: str) -> str:
    return " ".join(fields.get(key, "").split())


def _names(given: str) -> list[str]:
    return [name for each in given.split(",") if (name := " ".join(each.split())[:40])]


def _put(made: dict[str, Any], key: str, value: Any) -> None:
    """Set what is given; what is not stands nowhere in the data."""
    if value:
        made[key] = value


def _needed(form: Form, words: Mapping[str, str]) -> None:
    for key, said in words.items():
        if not form.fields.get(key, "").strip():
            form.errors.setdefault(key, say(said))


def _lengths(form: Form, longest: Mapping[str, int]) -> None:
    for key, most in longest.items():
        if len(form.fields.get(key, "")) > most:
            form.errors.setdefault(key, say("At most {most} characters.", most=most))


def _whole(form: Form, read: Callable[[], object], place: str, numbers: Mapping[str, float]) -> None:
    """Read it as the playbook will; what is wrong with no field of its own is told at the top."""
    if not form.fine:
        return
    try:
        read()
    except InvalidInput as error:
        said = str(error).removeprefix(f"{place}: ").removeprefix(f"{place} ")
        at = next((key for key in SPANS if _wrong_span(form, key, place, numbers) == str(error)), "")
        form.errors[at or "all"] = said[:1].upper() + said[1:]


def _wrong_span(form: Form, key: str, place: str, numbers: Mapping[str, float]) -> str:
    try:
        read_span(_span(form, key), place, numbers)
    except InvalidInput as error:
        return str(error)
    return ""
