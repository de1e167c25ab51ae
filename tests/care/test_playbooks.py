"""A playbook changed by people: drafts, versions, conflicts, files, and what a draft would have decided."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.make import NOON, Town, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry, Workspace
from hubbub.care import selectors
from hubbub.care.core.facts import FACTS
from hubbub.care.core.playbook import read, shipped
from hubbub.care.core.playbook.changes import changes, together
from hubbub.care.core.playbook.files import of_text, to_json, to_toml
from hubbub.care.core.playbook.sentences import CASE_FACT_WORDS, FACT_WORDS, then_words, when_words
from hubbub.care.core.playbook.triggers import CASE_FACTS
from hubbub.care.models import DecisionRow
from hubbub.care.services import dry_run, playbooks
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hubbub.kernel.speech import speaking

BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"
LATE = {
    "id": "D1", "name": "Late", "when": [{"fact": "severity", "has_any": ["delay"]}], "decide": "answer",
    "due": "service level", "say": "Only we know where the parcel is",
}  # fmt: skip


def ids(access: Access) -> list[str]:
    draft = selectors.playbook_draft(access)
    assert draft is not None
    return [rule["id"] for rule in draft.data["rules"]]


# Words and files -----------------------------------------------------------------
def test_every_fact_can_be_said_in_words_and_every_shipped_rule_is_a_sentence() -> None:
    assert set(FACT_WORDS) == set(FACTS)
    assert set(CASE_FACT_WORDS) == set(CASE_FACTS)
    for rule in shipped()["rules"]:
        assert "{" not in " ".join(when_words(rule["when"], shipped()["numbers"]))
        assert then_words(rule, shipped()["numbers"])


@pytest.mark.django_db
def test_the_default_playbook_names_canned_replies_in_the_language_of_the_workspace() -> None:
    access = make_workspace("Zephyr", "mia@zephyr.example")
    Workspace.objects.filter(pk=access.workspace).update(language="de")
    rules = {each["id"]: each for each in selectors.data_of(access)[1]["rules"]}
    assert rules["O1"]["template"] == "Wir haben geschlossen"


def test_a_rule_is_a_sentence_in_another_language_too() -> None:
    rule = next(each for each in shipped()["rules"] if each["id"] == "P7a")
    numbers, data = shipped()["numbers"], shipped()
    with speaking("de"):
        assert when_words(rule["when"], numbers)[0].startswith("mindestens 50.000 Menschen es sehen können, oder ")
        assert then_words(rule, numbers) == "antworten: fällig jetzt"
        (change,) = changes(data, {**data, "rules": [{**each, "tags": ["A"]} if each == rule else each
                                                     for each in data["rules"]]})  # fmt: skip
        assert (change.what, change.after) == ("P7a Seen by many: dann", "antworten: fällig jetzt, Schlagwörter A")
    assert when_words(rule["when"], numbers)[0].startswith("50,000 or more people may see it, or ")


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=20)


@given(WORDS, WORDS, st.lists(WORDS, max_size=3))
def test_a_playbook_is_the_same_again_after_a_file(name: str, say: str, lists: list[str]) -> None:
    own = {**LATE, "name": name, "say": say, "when": [{"any": [{"fact": "lists", "has_any": lists}]}]}
    data = {**shipped(), "rules": [own, *shipped()["rules"]]}
    assert of_text(to_toml(data)) == data
    assert of_text(to_json(data)) == data


@pytest.mark.parametrize("text", ["= 1", "{", "\x00", "rules = [", "[" * 2_000])
def test_a_file_that_is_none_is_refused_in_words(text: str) -> None:
    with pytest.raises(InvalidInput, match="neither TOML nor JSON"):
        of_text(text)


def with_rule(rule: str, **values: Any) -> dict[str, Any]:
    rows = [{**each, **values} if each["id"] == rule else each for each in shipped()["rules"]]
    return {**shipped(), "rules": rows}


def test_what_two_people_changed_is_put_together_and_what_both_changed_is_named() -> None:
    base = dict(shipped())
    mine, theirs = with_rule("P7", say="Mine"), with_rule("P8", say="Theirs")
    merged, torn = together(base, mine, theirs)
    assert torn == ()
    assert {change.what for change in changes(base, merged)} == {
        "P7 Complaint or question to us, in public: say",
        "P8 Complaint about us, not to us: say",
    }
    merged, torn = together(base, with_rule("P7", say="Mine"), with_rule("P7", say="Theirs"))
    assert torn == ("P7",)
    assert read(merged).rule("P7").say == "Mine"
    assert together(base, base, theirs)[0] == theirs
    assert together(base, mine, base)[0] == mine


# Drafts and versions ---------------------------------------------------------------
@pytest.mark.django_db
def test_a_draft_is_ones_own_and_decides_nothing_until_it_is_saved(mia: Access) -> None:
    bob = make_member(mia, "Bob", Role.MANAGER)
    playbooks.put(mia, "rules", LATE, now=NOON)
    assert ids(mia)[-4:] == ["D1", "P15", "A1", "A2"] or "D1" in ids(mia)
    assert ids(mia).index("D1") < ids(mia).index("P15")
    assert selectors.playbook_draft(bob) is None
    assert "D1" not in [rule.id for rule in selectors.playbook(mia.workspace).rules]
    assert playbooks.save(mia, note=" late  parcels ", over=1, now=NOON) == 2
    assert "D1" in [rule.id for rule in selectors.playbook(mia.workspace).rules]
    assert selectors.playbook_draft(mia) is None
    line = AuditEntry.objects.get(action="playbook changed")
    assert list(line.after) == ["D1 Late: new"]
    assert playbooks.go_back(mia, 1, now=NOON) == 3
    assert "D1" not in [rule.id for rule in selectors.playbook(mia.workspace).rules]


@pytest.mark.django_db
def test_a_colleagues_version_meanwhile_is_told_and_neither_change_is_lost(mia: Access) -> None:
    bob = make_member(mia, "Bob", Role.MANAGER)
    playbooks.put(mia, "rules", LATE, now=NOON)
    playbooks.set_numbers(bob, numbers={"hold_minutes": 20}, service_level={}, now=NOON)
    playbooks.save(bob, note="", over=1, now=NOON)
    with pytest.raises(Conflict, match="A colleague made version 2 meanwhile"):
        playbooks.save(mia, note="", over=1, now=NOON)
    draft = selectors.playbook_draft(mia)
    assert draft is not None and draft.overtaken and "D1" in ids(mia)
    assert playbooks.put_together(mia, now=NOON) == ()
    assert playbooks.save(mia, note="", over=2, now=NOON) == 3
    used = selectors.playbook(mia.workspace)
    assert used.numbers["hold_minutes"] == 20 and used.rule("D1")


@pytest.mark.django_db
def test_rules_move_among_their_own_and_one_that_others_need_is_not_removed(mia: Access) -> None:
    before = [rule["id"] for rule in shipped()["rules"]]
    playbooks.move(mia, "rules", "P7b", up=True, now=NOON)
    after = ids(mia)
    assert after.index("P7b") < after.index("P7a")
    playbooks.move(mia, "rules", "P7b", up=False, now=NOON)
    assert ids(mia) == before
    with pytest.raises(Conflict, match="P7a, P7b, P7c decide P7 again"):
        playbooks.remove(mia, "rules", "P7", now=NOON)
    with pytest.raises(InvalidInput, match="must match everything"):
        playbooks.remove(mia, "rules", "P15", now=NOON)
    made = playbooks.copy(mia, "rules", "P10", now=NOON)
    assert made == "P10-2" and ids(mia)[ids(mia).index("P10") + 1] == made
    playbooks.put(mia, "rules", {**with_rule("P7")["rules"][6], "id": "H1"}, instead_of="P7", now=NOON)
    draft = selectors.playbook_draft(mia)
    assert draft and {rule["again"] for rule in draft.data["rules"] if rule["id"].startswith("P7")} == {"H1"}


@pytest.mark.django_db
def test_a_rule_stands_where_the_manager_puts_it_new_or_not(mia: Access) -> None:
    rule = {"id": "X1", "name": "Ours", "when": [{"fact": "known", "is": True}], "decide": "ask", "say": "We know them"}
    playbooks.put(mia, "rules", rule, now=NOON)
    assert ids(mia)[ids(mia).index("X1") + 1] == "P15"
    for before in ("P7", "P1", "P15"):
        playbooks.put(mia, "rules", rule, instead_of="X1", before=before, now=NOON)
        assert ids(mia)[ids(mia).index("X1") + 1] == before
    playbooks.put(mia, "rules", {**rule, "id": "X2"}, before="X1", now=NOON)
    assert ids(mia)[ids(mia).index("X2") + 1] == "X1"
    with pytest.raises(NotFound):
        playbooks.put(mia, "rules", {**rule, "id": "X3"}, before="X9", now=NOON)
    assert "X3" not in ids(mia)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.ANALYST])
def test_who_may_not_change_the_playbook_has_no_draft_and_tries_nothing(mia: Access, role: Role) -> None:
    alice = make_member(mia, "Alice", role)
    for deed in (
        lambda: playbooks.put(alice, "rules", LATE, now=NOON),
        lambda: playbooks.go_back(alice, 1, now=NOON),
        lambda: dry_run.start(alice, shipped(), name="X", days=7, now=NOON),
        lambda: selectors.dry_run(alice),
    ):
        with pytest.raises(NotAllowed):
            deed()


# The dry run ---------------------------------------------------------------------------
@pytest.fixture
def town(places: Places) -> Town:
    made = make_town(make_workspace(), places)
    for number in range(4):
        made.says(f"jo{number}", BROKEN)
        made.says(f"kim{number}", "I love my new acme widget, it is fantastic. Thank you!")
        made.says(f"ann{number}", "It is the 4471", to="AcmeCustServ")
    made.later(hours=1)
    return made


@pytest.mark.django_db
def test_the_version_in_use_would_have_decided_the_same(town: Town) -> None:
    dry_run.start(town.access, shipped(), name="Version 1", days=7, now=town.at)
    found = selectors.dry_run(town.access)
    assert found is not None and found.finished
    assert (found.changed, found.tried) == (0, DecisionRow.objects.filter(facts__isnull=False).count())
    assert found.tried >= 12


@pytest.mark.django_db
def test_what_a_draft_would_treat_differently_is_counted_and_listed_step_by_step(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_run, "STEP", 5)
    draft = with_rule("P7", decide="answer", hold=None)
    for each in draft["rules"]:
        if each.get("hold", 0) is None:
            del each["hold"]
    dry_run.start(town.access, draft, name="Your draft", days=7, now=town.at)
    found = selectors.dry_run(town.access)
    steps = 1
    while found is not None and not found.finished:
        dry_run.go_on(town.access)
        found, steps = selectors.dry_run(town.access), steps + 1
    assert found is not None and steps > 2
    assert (found.changed, found.counts) == (4, (("hold", "answer", 4),))
    assert {post.text for post in found.posts} == {BROKEN}
    assert {(post.old[0], post.old[2], post.new[2]) for post in found.posts} == {("P7", "hold", "answer")}
    assert DecisionRow.objects.filter(decision="hold").count() == 4  # nothing was changed
    dry_run.start(town.access, draft, name="Your draft", days=1, now=town.at + timedelta(days=3))
    later = selectors.dry_run(town.access)
    assert later is not None and (later.total, later.finished) == (0, True)
