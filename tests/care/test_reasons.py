"""Reasons: each thing that weighed is said in words, and no number that nobody gave."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubbub.care.core.facts import About, Facts
from hubbub.care.core.playbook import Decision, read, shipped
from hubbub.care.core.reasons import Reason, headline, reasons
from hubbub.care.core.understanding import Kind

PLAYBOOK = read(shipped())
FACTS = Facts(
    kind="complaint", unsure=False, about="to us", private=False, severity=frozenset(), noise=0.1, known=False,
    exposure=1_234.0, growth=0.0, listed=False, same_voice_case=False, second_voice=False, asks_anyone=False,
    crowd_solved=False, wrote_again=False, review_reached=False, long_in_public=False, delicate=False,
    storm=False, automatic=False,
)  # fmt: skip


def said(facts: Facts, rule: str = "P7", **how: Any) -> tuple[Reason, ...]:
    known: dict[str, Any] = {
        "kind_p": 0.87, "names_us": True, "reach_words": ["follows few"], "noise_words": [], "voices": 1, "helper": "",
    }  # fmt: skip
    return reasons(facts, PLAYBOOK.rule(rule), **{**known, **how})


def words(found: tuple[Reason, ...]) -> list[str]:
    return [each.strong + each.text for each in found]


@pytest.mark.parametrize(
    ("changes", "how", "sentence"),
    [
        ({}, {}, "Complaint to us, names our account."),
        ({}, {"names_us": False}, "Complaint to us, in answer to us."),
        ({"private": True}, {}, "Complaint to us, in private."),
        ({"about": "about us"}, {}, "Complaint about us, not to us."),
        ({"about": "about others"}, {}, "Complaint about others in our market."),
        ({"about": "none", "kind": "talk"}, {}, "Talk, not about us."),
        ({"unsure": True}, {"kind_p": 0.444}, "Perhaps complaint, 44%: not sure enough to go by."),
        (
            {"severity": frozenset({"danger", "leak", "annoyance"})},
            {},
            "Speaks of danger to people and a data leak, so it comes before all else.",
        ),
        ({"severity": frozenset({"legal"})}, {}, "Speaks of a legal threat, so it comes before all else."),
        (
            {"noise": 0.93},
            {"rule": "P3", "noise_words": ["posts all day", "new account", "a third"]},
            "Likely spam, promotion or bot, 93%: posts all day; new account.",
        ),
        ({"noise": 0.93}, {"rule": "P3"}, "Likely spam, promotion or bot, 93%."),
        ({"same_voice_case": True}, {}, "The same person has an open case on this."),
        ({"known": True}, {}, "Known customer, confirmed by a person."),
        ({"crowd_solved": True}, {"helper": "Dana"}, "Dana helped, and the author said so."),
        ({"crowd_solved": True}, {}, "Somebody helped, and the author said so."),
        ({"wrote_again": True}, {}, "They wrote again while nobody had answered."),
        ({"second_voice": True}, {"voices": 3}, "3 people with a like problem."),
        ({"second_voice": True}, {}, "A second person with a like problem."),
        ({"asks_anyone": True}, {}, "Asks anyone for help."),
        ({"listed": True}, {}, "On a list of people to answer at once."),
        ({}, {}, "About 1,200 may see it: follows few."),
        ({}, {"reach_words": []}, "About 1,200 may see it."),
        ({"exposure": 0.0}, {"reach_words": []}, "About 0 may see it."),
        ({"exposure": 98_765_432.1}, {"reach_words": []}, "About 99,000,000 may see it."),
        ({"private": True}, {}, "Only they and we see it."),
    ],
)
def test_each_thing_that_weighs_is_said_in_its_words(
    changes: dict[str, Any], how: dict[str, Any], sentence: str
) -> None:
    found = words(said(replace(FACTS, **changes), **how))
    assert sentence in found
    if changes and not {"exposure", "private", "about", "unsure"} & set(changes):
        assert sentence not in words(said(FACTS))


def test_noise_is_a_reason_only_where_it_decided() -> None:
    assert not [each for each in said(replace(FACTS, noise=0.95, known=True)) if each.icon == "filter"]


def test_what_a_post_is_comes_first_and_who_sees_it_last() -> None:
    found = said(replace(FACTS, second_voice=True, known=True, listed=True, wrote_again=True))
    assert (found[0].strong, found[-1].icon) == ("Complaint to us", "eye")
    assert found[0].data() == {"icon": "bolt", "strong": "Complaint to us", "text": ", names our account."}


MANY = st.builds(
    Facts,
    kind=st.sampled_from(list(Kind)).map(str),
    about=st.sampled_from(list(About)).map(str),
    severity=st.frozensets(st.sampled_from(["danger", "legal", "leak", "money", "delay", "annoyance"])),
    noise=st.floats(0, 1),
    exposure=st.floats(0, 1e9),
    growth=st.floats(0, 1e9),
    **{
        name: st.booleans()
        for name in (
            "unsure",
            "private",
            "known",
            "listed",
            "same_voice_case",
            "second_voice",
            "asks_anyone",
            "crowd_solved",
            "wrote_again",
            "review_reached",
            "long_in_public",
            "delicate",
        )
    },
)


@settings(max_examples=60, deadline=None)
@given(MANY, st.sampled_from(PLAYBOOK.rules), st.floats(0, 1), st.integers(1, 50))
def test_no_reason_holds_a_number_that_nobody_gave(facts: Facts, rule: Any, kind_p: float, voices: int) -> None:
    found = said(facts, rule.id, kind_p=kind_p, voices=voices, reach_words=[], helper="Dana")
    given_ones = {f"{kind_p:.0%}", f"{facts.noise:.0%}", str(voices)}
    for each in found:
        for number in re.findall(r"\d[\d,]*%?", each.strong + each.text):
            if number not in given_ones:
                assert each.icon == "eye"
                assert int(number.replace(",", "")) == pytest.approx(int(facts.exposure), rel=0.05, abs=0.5)
    assert len({each.strong for each in found}) == len(found)


@pytest.mark.parametrize("decision", Decision)
def test_every_decision_has_a_headline_in_words(decision: Decision) -> None:
    assert headline(decision, private=False)[0].isupper()
    assert "_" not in headline(decision, private=False)
    assert headline("answer", private=True) == "Answer in private"
    assert headline(decision, private=decision is not Decision.ANSWER) == headline(decision, private=False)
