"""The playbook: what the shipped rules decide of which facts, what a wrong playbook is told, and its page."""

import json
import re
import tomllib
from copy import deepcopy
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.care.core.facts import FACTS, Facts, facts_kept, kept
from hubbub.care.core.playbook import HOWS, Decision, Due, due_at, read, shipped
from hubbub.kernel.errors import InvalidInput

PAGE = (Path(__file__).parents[2] / "docs" / "playbook.md").read_text(encoding="utf-8")
PLAYBOOK = read(shipped())
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY_END = NOON.replace(hour=23, minute=59)
TALK = Facts(
    kind="talk", unsure=False, about="none", private=False, severity=frozenset(), noise=0.1, known=False,
    exposure=210.0, growth=0.0, listed=False, same_voice_case=False, second_voice=False, asks_anyone=False,
    crowd_solved=False, wrote_again=False, review_reached=False, long_in_public=False, delicate=False,
    storm=False, automatic=False,
)  # fmt: skip
TO_US, ABOUT_US = {"about": "to us"}, {"about": "about us"}
COMPLAINT = TO_US | {"kind": "complaint"}
WATCHED = ABOUT_US | {"kind": "complaint"}
ASKS_ALL = {"about": "about others", "kind": "opportunity", "open_question": True}
FAVOUR = TO_US | {"asks_favour": True, "community": True, "adverts": 0.79}


def facts(**changes: Any) -> Facts:
    return replace(TALK, **changes)


# Each rule in examples: the facts, the decision, and the minutes until it is due (or when)
EXAMPLES: list[tuple[str, dict[str, Any], str, Any]] = [
    ("P1", TO_US | {"severity": frozenset({"danger"})}, "answer", 0),
    ("P1", ABOUT_US | {"severity": frozenset({"legal", "delay"}), "noise": 1.0}, "answer", 0),
    ("P1", COMPLAINT | {"severity": frozenset({"leak"}), "same_voice_case": True, "private": True}, "answer", 0),
    ("P1", TO_US | {"automatic": True, "severity": frozenset({"danger"})}, "answer", 0),
    ("M1", COMPLAINT | {"automatic": True, "private": True, "same_voice_case": True}, "leave", None),
    ("P2", COMPLAINT | {"same_voice_case": True}, "append", None),
    ("P3", COMPLAINT | {"noise": 0.9}, "leave", None),
    ("P4", TO_US | {"unsure": True}, "ask", 60),
    ("P4", ABOUT_US | {"unsure": True, "kind": "complaint", "exposure": 5_000.0}, "ask", 60),
    ("P5", COMPLAINT | {"storm": True}, "incident", None),
    ("P5", WATCHED | {"storm": True, "second_voice": True, "exposure": 50_000.0}, "incident", None),
    ("P6", COMPLAINT | {"storm": True, "private": True}, "answer", 15),
    ("P6", TO_US | {"private": True}, "answer", 15),
    ("P6", TO_US | {"private": True, "unsure": True, "kind": "complaint"}, "answer", 15),
    ("P7", COMPLAINT, "hold", 30),
    ("P7", COMPLAINT | {"noise": 0.95, "known": True}, "hold", 30),
    ("P7", COMPLAINT | {"exposure": 49_999.0, "growth": 9_999.0, "severity": frozenset({"money"})}, "hold", 30),
    ("P7", TO_US | {"kind": "question", "asks_anyone": True}, "hold", 30),
    ("P7a", COMPLAINT | {"exposure": 50_000.0, "crowd_solved": True}, "answer", "now"),
    ("P7a", COMPLAINT | {"growth": 10_000.0}, "answer", "now"),
    ("P7a", COMPLAINT | {"listed": True, "wrote_again": True}, "answer", "now"),
    ("P7b", COMPLAINT | {"crowd_solved": True, "second_voice": True}, "thank", "today"),
    ("P7c", COMPLAINT | {"wrote_again": True}, "answer", "now"),
    ("P7c", COMPLAINT | {"second_voice": True}, "answer", "now"),
    ("P8", WATCHED, "watch", None),
    ("P8", WATCHED | {"wrote_again": True, "crowd_solved": True}, "watch", None),
    ("P8a", WATCHED | {"second_voice": True, "asks_anyone": True, "review_reached": True}, "intervene", "now"),
    ("P8b", WATCHED | {"asks_anyone": True, "review_reached": True}, "intervene", "now"),
    ("P8b", WATCHED | {"exposure": 50_000.0}, "intervene", "now"),
    ("P8b", WATCHED | {"listed": True}, "intervene", "now"),
    ("P8c", WATCHED | {"review_reached": True, "known": True, "in_warranty": True}, "answer", "today"),
    ("P8d", WATCHED | {"review_reached": True, "known": True}, "leave", None),
    ("P8d", WATCHED | {"review_reached": True}, "leave", None),
    ("P9", ABOUT_US | {"kind": "question"}, "hold", "today"),
    ("P10", TO_US | {"kind": "praise"}, "thank", "today"),
    ("P10", ABOUT_US | {"kind": "praise"}, "thank", "today"),
    ("P11", ABOUT_US | {"kind": "suggestion"}, "thank", 48 * 60),
    ("P12", ASKS_ALL, "join_in", "today"),
    ("P12", ASKS_ALL | ABOUT_US, "join_in", "today"),
    ("P15", ASKS_ALL | {"others_talk": True}, "leave", None),
    ("P15", ASKS_ALL | {"open_question": False}, "leave", None),
    ("P15", ASKS_ALL | {"noise": 0.5}, "leave", None),
    ("P15", ASKS_ALL | {"spoke_lately": True}, "leave", None),
    ("P13", FAVOUR, "answer", "today"),
    ("P14", FAVOUR | {"community": False}, "ask", "today"),
    ("P14", FAVOUR | {"adverts": 0.8}, "ask", "today"),
    ("mute", COMPLAINT | {"muted": True}, "leave", None),
    ("mute", COMPLAINT | {"muted": True, "same_voice_case": True, "severity": frozenset({"money"})}, "leave", None),
    ("P1", COMPLAINT | {"muted": True, "severity": frozenset({"danger"})}, "answer", 0),
    ("P14", TO_US, "ask", "today"),
    ("P14", TO_US | {"kind": "opportunity"}, "ask", "today"),
    ("P15", {}, "leave", None),
    ("P15", ABOUT_US, "leave", None),
    ("P15", ABOUT_US | {"unsure": True, "exposure": 4_999.0}, "leave", None),
    ("P15", {"about": "about others", "kind": "complaint", "severity": frozenset({"danger"})}, "leave", None),
]
WAITS = {"P7": ("hold", 10), "P9": ("hold", 15), "P8": ("review", 24 * 60)}
QUEUES = {"P1": "safety", "P4": "unsure", "P7b": "praise", "P10": "praise", "P11": "ideas", "P14": "unsure"}


@pytest.mark.parametrize(("rule_id", "given", "decision", "due"), EXAMPLES)
def test_a_rule_decides_what_its_example_says_and_when_it_is_due(
    rule_id: str, given: dict[str, Any], decision: str, due: Any
) -> None:
    rule = PLAYBOOK.decide(facts(**given))
    assert (rule.id, rule.decide) == (rule_id, decision)
    arrived, now = NOON, NOON + timedelta(minutes=7)
    pace = "private" if given.get("private") else "public"
    found = due_at(rule, PLAYBOOK, arrived=arrived, now=now, day_end=DAY_END, pace=pace)
    wanted: dict[Any, datetime | None] = {None: None, "now": now + timedelta(minutes=5), "today": DAY_END}
    assert found == (arrived + timedelta(minutes=due) if isinstance(due, int) else wanted[due])
    waits = {"hold": rule.hold, "review": rule.review}
    name, minutes = WAITS.get(rule_id, ("hold", None))
    assert waits.pop(name) == (timedelta(minutes=minutes) if minutes else None)
    assert set(waits.values()) == {None}
    assert (rule.queue, rule.alert) == (QUEUES.get(rule_id, ""), rule_id == "P1")


def test_every_rule_has_its_example() -> None:
    ids = {rule.id for rule in PLAYBOOK.rules} | {"mute"}
    assert ids - {"A1", "A2", "O1"} == {rule_id for rule_id, *_ in EXAMPLES}


@pytest.mark.parametrize(
    ("given", "adds"),
    [
        ({}, []),
        ({"delicate": True}, ["A2"]),
        ({"long_in_public": True}, ["A2"]),
        ({"private": True}, []),
        ({"abusive": True, "private": True}, ["A1"]),
        ({"abusive": True, "delicate": True}, ["A1", "A2"]),
        ({"abusive": True, "about": "about us"}, []),
    ],
)
def test_better_in_private_and_guidance_are_advice_on_top_of_any_decision(
    given: dict[str, Any], adds: list[str]
) -> None:
    given = COMPLAINT | given
    assert [rule.id for rule in PLAYBOOK.also(facts(**given))] == adds
    assert PLAYBOOK.decide(facts(**given)).id in ("P7", "P6", "P8")


def test_a_rule_that_decides_again_leads_back_to_the_one_that_began() -> None:
    assert {PLAYBOOK.base_of(rule) for rule in ("P7", "P7a", "P7b", "P7c")} == {"P7"}
    assert {PLAYBOOK.base_of(rule) for rule in ("P8", "P8a", "P8b", "P8d")} == {"P8"}
    assert PLAYBOOK.base_of("of an older version") == "of an older version"


@pytest.mark.parametrize("slow", [True, False])
def test_the_first_reply_has_the_pace_of_its_place(slow: bool) -> None:
    found = due_at(
        PLAYBOOK.rule("P7"), PLAYBOOK, arrived=NOON, now=NOON, day_end=DAY_END, pace="slow" if slow else "public"
    )
    assert found == NOON + (timedelta(days=1) if slow else timedelta(minutes=30))


def test_a_rule_that_is_off_is_kept_and_never_asked() -> None:
    playbook = read(changed("P7", off=True))
    assert playbook.decide(facts(**COMPLAINT)).id == "P14"
    assert playbook.rule("P7").off


ANY_FACTS = st.builds(
    Facts,
    **{
        name: {
            bool: st.booleans(),
            float: st.floats(0, 1e6, allow_nan=False),
            str: st.sampled_from(["complaint", "opportunity", "talk", "to us", "about us", "none", "en"]),
            frozenset: st.frozensets(st.sampled_from(["danger", "money", "vip"])),
        }[kind]
        for name, kind in FACTS.items()
    },
)


@given(ANY_FACTS)
def test_facts_that_are_kept_decide_the_same_again(found: Facts) -> None:
    back = facts_kept(json.loads(json.dumps(kept(found))))
    assert back == found
    assert PLAYBOOK.treat(back) is PLAYBOOK.treat(found)


@given(ANY_FACTS)
def test_what_is_remembered_of_facts_is_what_the_rules_say(found: Facts) -> None:
    fitting = [rule for rule in PLAYBOOK.rules if rule.matches(found) and rule.again is None and not rule.also]
    muted = found.muted and not found.severity & {"danger", "legal", "leak"}
    assert PLAYBOOK.first(found).id == ("mute" if muted else fitting[0].id)


# What a wrong playbook is told ---------------------------------------------------
def changed(rule: str = "P7", **values: Any) -> dict[str, Any]:
    """The shipped playbook with other values in one rule; None takes a key away."""
    data = deepcopy(dict(shipped()))
    for each in data["rules"]:
        if each["id"] == rule:
            each.update(values)
            for key in [key for key, value in each.items() if value is None]:
                del each[key]
    return data


def asking(*tests: Any) -> dict[str, Any]:
    return changed(when=list(tests))


def numbered(table: str = "numbers", **values: Any) -> dict[str, Any]:
    data = deepcopy(dict(shipped()))
    data[table].update(values)
    return data


WRONG = {
    "a key that means nothing": (changed(colour="red"), "Rule P7 has 'colour', which means nothing."),
    "a table that means nothing": ({**shipped(), "rule": []}, "The playbook has 'rule', which means nothing."),
    "no rules": ({**shipped(), "rules": []}, "A playbook has rules."),
    "a rule that is none": ({**shipped(), "rules": ["P1"]}, "Rule 1 is no table."),
    "no name": (changed(name=None), "Rule P7 has no 'name'."),
    "no id": (changed(id=""), "has no 'id'."),
    "a decision there is none of": (changed(decide="shout"), "Rule P7 decides 'shout'; there are answer, append, "),
    "two of one id": (changed(id="P6"), "There are two rules P6."),
    "again of nothing": (changed("P7a", again="P70"), "Rule P7a re-decides 'P70', which is no rule."),
    "no end": (changed("P15", when=[{"fact": "private", "is": True}]), "must match everything"),
    "a flag in words": (changed(alert="no"), "Rule P7: alert is true or false."),
    "tests that are none": (changed(when="always"), "Rule P7: `when` is a list of tests."),
    "a test that is none": (asking("kind"), "Rule P7: a test is a table like"),
    "an unknown fact": (asking({"fact": "mood", "is": "bad"}), "Rule P7 asks about 'mood'; the facts are about, "),
    "a fact that is a list": (asking({"fact": ["kind"], "is": "bad"}), "Rule P7 asks about ['kind']"),
    "no comparison": (asking({"fact": "kind"}), "Rule P7: compare kind in one of these ways: is, is_in, not_in."),
    "two comparisons": (asking({"fact": "noise", "at_least": 0, "below": 1}), "one of these ways: at_least, below."),
    "a text compared as a number": (asking({"fact": "kind", "at_least": 5}), "Rule P7: compare kind in one of"),
    "a text as true or false": (asking({"fact": "private", "is": "yes"}), "Rule P7: private is true or false."),
    "a list that is a text": (asking({"fact": "kind", "is_in": "complaint"}), "Rule P7: is_in takes a list of texts."),
    "a list of lists": (asking({"fact": "severity", "has_any": [["danger"]]}), "has_any takes a list of texts."),
    "any beside another": (asking({"any": [], "fact": "kind"}), "Rule P7: `any` stands alone"),
    "a priority there is none of": (changed(priority="soon"), "Rule P7: priority is 'soon'; there are urgent, high,"),
    "tags that are none": (changed(tags="new"), "Rule P7: tags is a list of texts."),
    "sending nothing": (changed(automatic=True), "Rule P7 sends by itself, but no template"),
    "a name too long": (changed(name="x" * 81), "Rule P7: name is a text of at most 80 characters."),
    "an end that is off": (changed("P15", off=True), "must match everything"),
    "a number of no name": (asking({"fact": "noise", "below": "nois"}), "Rule P7 uses 'nois', which is not among"),
    "a time in words": (changed(hold="a while"), "Rule P7: give a time like { minutes = 10 }."),
    "a time of two": (changed(hold={"hours": 1, "minutes": 5}), "Rule P7: give a time like"),
    "a time in weeks": (changed(hold={"weeks": 1}), "Rule P7: give a time like"),
    "a time without end": (changed(hold={"days": 10**9}), "Rule P7 is 1e+09 days; give at most ten years."),
    "due some day": (changed(due="soon"), "Rule P7 is due 'soon'; say at once, now, service level, today or a time."),
    "a number that is a text": (numbered(noise="0.9"), "numbers.noise is '0.9'; give a number from 0 up."),
    "a number that is a flag": (numbered(noise=True), "numbers.noise is True"),
    "below nought": (numbered(hold_minutes=-1), "numbers.hold_minutes is -1"),
    "no number at all": (numbered(hold_minutes=float("nan")), "numbers.hold_minutes is nan"),
    "days without end": (numbered(second_voice_days=10**9), "numbers.second_voice_days is 1e+09 days; give at most"),
    "a level without end": (
        numbered("service_level_minutes", slow=10**8),
        "level_minutes.slow is 1e+08 minutes",
    ),
    "a level too many": (numbered("service_level_minutes", mail=5), "service_level_minutes names prompt, private, "),
    "no numbers": ({key: value for key, value in shipped().items() if key != "numbers"}, "no table 'numbers'"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_playbook_is_refused_with_the_place_and_what_to_mend(wrong: str) -> None:
    data, words = WRONG[wrong]
    with pytest.raises(InvalidInput, match=re.escape(words)):
        read(data)


# The page ----------------------------------------------------------------------------
def rows(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading of the page."""
    table = PAGE.split(f"\n{heading}\n", 1)[1]
    lines = re.search(r"(?:^\|.*\n)+", table, re.MULTILINE)
    assert lines
    return [[cell.strip() for cell in line.strip("|\n").split(" | ")] for line in lines[0].splitlines()[2:]]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_page_lists_every_fact_with_how_it_is_compared() -> None:
    assert {code(fact)[0]: tuple(code(hows)) for fact, hows, _ in rows("### Facts")} == {
        fact: HOWS[kind] for fact, kind in FACTS.items()
    }
    assert list(FACTS) == [field.name for field in fields(Facts)]


def test_the_page_tells_every_rule_with_its_due_time_in_the_order_they_are_read() -> None:
    told = rows("## The rules")
    assert [row[0] for row in told] == [rule.id for rule in PLAYBOOK.rules]
    words = {timedelta(minutes=60): "in 60 minutes", timedelta(hours=48): "in 48 hours"}
    for (rule_id, when, _, due), rule in zip(told, PLAYBOOK.rules, strict=True):
        if rule_id not in ("P2", "A2"):  # "as the case", "with the answer"
            assert due == (words.get(rule.due, rule.due) if rule.due else "–"), rule_id  # type: ignore[call-overload]
        assert bool(rule.again) == when.startswith(f"again {rule.again}"), rule_id
        assert rule.also == when.startswith("also"), rule_id


def test_the_page_lists_every_number_with_its_default() -> None:
    told = {code(name)[0]: float(re.sub(r"[^\d.]", "", default)) for name, default, _ in rows("### The numbers")}
    assert told == {**shipped()["numbers"], **shipped()["service_level_minutes"]}


def test_the_page_lists_every_key_decision_and_due_time_of_a_rule() -> None:
    keys = {code(key)[0]: code(text) for key, text in rows("## The rules as data")}
    assert keys["decide"] == list(Decision)
    assert keys["due"] == list(Due)
    assert keys["queue"] == sorted(set(QUEUES.values()), key=keys["queue"].index)
    whole = {"id": "X", "name": "X", "when": [], "decide": "answer", "say": "X", "due": "now", "hold": {"minutes": 1},
             "review": {"hours": 1}, "queue": "ideas", "alert": True, "also": False, "again": "P7", "off": False,
             "template": "X", "automatic": True, "needs_approval": True, "priority": "high", "tags": ["X"]}  # fmt: skip
    assert set(keys) == set(whole)
    read({**shipped(), "rules": [whole, *shipped()["rules"]]})  # each of them means something


def test_the_rule_of_ones_own_on_the_page_does_what_the_page_says() -> None:
    block = re.search(r"```toml\n(\[\[rules\]\].*?)```", PAGE, re.DOTALL)
    assert block
    own = tomllib.loads(block[1])["rules"]
    before = [rule["id"] for rule in shipped()["rules"]].index("P7")
    playbook = read({**shipped(), "rules": [*shipped()["rules"][:before], *own, *shipped()["rules"][before:]]})
    late = facts(**COMPLAINT, severity=frozenset({"delay"}))
    assert (playbook.decide(late).id, playbook.decide(late).hold) == ("D1", None)
    assert playbook.decide(facts(**COMPLAINT)).id == "P7"
