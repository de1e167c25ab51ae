"""What differs between two versions of a playbook, in words; and two people's changes put together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hubbub.care.core.playbook.sentences import deed_words, event_words, then_words, when_words
from hubbub.kernel.speech import figure, mark, say

Data = Mapping[str, Any]

NUMBERS: Mapping[str, str] = {
    "hold_minutes": mark("Hold minutes"),
    "vip_exposure": mark("Vip exposure"),
    "fast_growth": mark("Fast growth"),
    "unsure_exposure": mark("Unsure exposure"),
    "unsure_minutes": mark("Unsure minutes"),
    "noise": mark("Noise"),
    "question_hold_minutes": mark("Question hold minutes"),
    "watch_hours": mark("Watch hours"),
    "second_voice_days": mark("Second voice days"),
    "idea_hours": mark("Idea hours"),
    "pitch": mark("Pitch"),
    "adverts": mark("Adverts"),
    "storm_voices": mark("Storm voices"),
    "storm_hours": mark("Storm hours"),
    "storm_times": mark("Storm times"),
    "storm_weeks": mark("Storm weeks"),
    "attention": mark("Attention"),
    "opportunity": mark("Opportunity"),
    "rows_a_minute": mark("Rows a minute"),
    "prompt": mark("Prompt"),
    "private": mark("Private"),
    "public": mark("Public"),
    "slow": mark("Slow"),
    "callback": mark("Callback"),
    "letter": mark("Letter"),
    "chat": mark("Chat"),
}
"""What the numbers of a playbook are called in a list of them."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs: what it is about, what was there, and what is there now."""

    what: str
    before: str = ""
    after: str = ""


def changes(before: Data, after: Data) -> tuple[Change, ...]:
    """Return what is different in `after`, in words, in the order of its rules."""
    return (*_rules(before, after, "rules"), *_triggers(before, after), *_numbers(before, after))


def number_name(name: str) -> str:
    """Return what a number of a playbook is called."""
    return say(NUMBERS.get(name, name.replace("_", " ").capitalize()))


def _rules(before: Data, after: Data, table: str) -> Iterator[Change]:
    was = {rule["id"]: rule for rule in before[table]}
    now = {rule["id"]: rule for rule in after[table]}
    for rule_id, rule in now.items():
        title = f"{rule_id} {rule['name']}"
        if rule_id not in was:
            yield Change(say("{rule}: new", rule=title), "", _whole(rule, after))
            continue
        for what, one, two in _differences(was[rule_id], rule, before, after):
            yield Change(say("{rule}: {what}", rule=title, what=say(what)), one, two)
    for rule_id, rule in was.items():
        if rule_id not in now:
            yield Change(say("{rule}: removed", rule=f"{rule_id} {rule['name']}"), _whole(rule, before), "")
    kept_before, kept_after = [each for each in was if each in now], [each for each in now if each in was]
    if kept_before != kept_after:
        yield Change(say("The order of the rules"), ", ".join(kept_before), ", ".join(kept_after))


def _whole(rule: Data, data: Data) -> str:
    tests, then = when_words(rule.get("when", []), data["numbers"]), then_words(rule, data["numbers"])
    return say("If {tests}: {then}", tests=_all(tests), then=then) if tests else say("If always: {then}", then=then)


def _all(tests: Sequence[str]) -> str:
    return say(" and ").join(tests)


def _when(rule: Data, numbers: Mapping[str, float]) -> str:
    tests = when_words(rule.get("when", []), numbers)
    return say("{tests}", tests=_all(tests)) if tests else say("always")


def _differences(was: Data, now: Data, before: Data, after: Data) -> Iterator[tuple[str, str, str]]:
    """What differs in the rule itself; numbers it only names are told by themselves."""
    numbers = after["numbers"]
    if was.get("when", []) != now.get("when", []):
        yield mark("when"), _when(was, numbers), _when(now, numbers)
    words = ("id", "name", "say", "when", "off", "again", "also")
    if any(was.get(key) != now.get(key) for key in {*was, *now} - set(words)):
        yield mark("then"), then_words(was, before["numbers"]), then_words(now, numbers)
    for key in (mark("name"), mark("say"), mark("again")):
        if was.get(key) != now.get(key):
            yield key, str(was.get(key, "–")), str(now.get(key, "–"))
    if bool(was.get("also")) != bool(now.get("also")):
        yield mark("adds to any decision"), _yes(was.get("also")), _yes(now.get("also"))
    if bool(was.get("off")) != bool(now.get("off")):
        one, two = (say("off") if each.get("off") else say("on") for each in (was, now))
        yield mark("switched"), one, two


def _triggers(before: Data, after: Data) -> Iterator[Change]:
    was = {each["id"]: each for each in before.get("triggers", [])}
    now = {each["id"]: each for each in after.get("triggers", [])}
    for key in {**now, **was}:
        one, two = was.get(key), now.get(key)
        if one is None or two is None:
            name = (two or one or {})["name"]
            words = mark("{rule}: new") if one is None else mark("{rule}: removed")
            yield Change(say(words, rule=f"{key} {name}"))
        elif one != two:
            told = [_trigger(each, data) for each, data in ((one, before), (two, after))]
            if told[0] != told[1]:
                yield Change(f"{key} {two['name']}", *told)


def _trigger(each: Data, data: Data) -> str:
    """The whole trigger, but for since when it is on."""
    numbers = data["numbers"]
    when = _all((event_words(each, numbers), *when_words(each.get("when", []), numbers)))
    words = mark("Off. {name}: when {when}: {deeds}") if each.get("off") else mark("{name}: when {when}: {deeds}")
    return say(words, name=each["name"], when=when, deeds=deed_words(each, numbers))


def _numbers(before: Data, after: Data) -> Iterator[Change]:
    for table in ("numbers", "service_level_minutes"):
        was, now = before[table], after[table]
        for name in {**was, **now}:
            if was.get(name) != now.get(name):
                yield Change(number_name(name), _told(was.get(name)), _told(now.get(name)))


def _told(value: float | None) -> str:
    return "–" if value is None else figure(value)


def _yes(value: object) -> str:
    return say("yes") if value else say("no")


def together(base: Data, mine: Data, theirs: Data) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Put two people's changes of one version together; where both changed one thing, mine stands and is named."""
    torn: list[str] = []
    merged = {**theirs, **{key: mine[key] for key in mine if mine[key] != base.get(key)}}
    for table in ("numbers", "service_level_minutes"):
        merged[table] = _each(base[table], mine[table], theirs[table], torn)
    for table in ("rules", "triggers"):
        if table in mine or table in theirs:
            merged[table] = _in_order(base.get(table, []), mine.get(table, []), theirs.get(table, []), torn)
    return merged, tuple(torn)


def _each(base: Data, mine: Data, theirs: Data, torn: list[str]) -> dict[str, Any]:
    found = {}
    for key in {**theirs, **mine}:
        was, one, two = base.get(key), mine.get(key), theirs.get(key)
        if one != was and two != was and one != two:
            torn.append(key)
        chosen = two if one == was else one
        if chosen is not None:
            found[key] = chosen
    return found


def _in_order(base: Sequence[Data], mine: Sequence[Data], theirs: Sequence[Data], torn: list[str]) -> list[Any]:
    """Merge lists by id: the order is mine, and what only they have stands after what it follows there."""
    one, two, three = ({each["id"]: each for each in some} for some in (base, mine, theirs))
    chosen = _each(one, two, three, torn)
    order = [each["id"] for each in mine]
    before = ""
    for each in (rule["id"] for rule in theirs):
        if each not in order:
            order.insert(order.index(before) + 1 if before in order else 0, each)
        before = each
    return [chosen[each] for each in order if each in chosen]
