"""Playbook versions and canned replies of a workspace."""

from typing import Any

import pytest
from tests.make import NOON, Town, at_once, make_member, make_town, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry
from hubbub.care import selectors
from hubbub.care.core.playbook import shipped
from hubbub.care.models import CannedReply, PlaybookVersion
from hubbub.care.services import answering, settings
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db

BROKEN = "@AcmeCustServ My widget has been broken for 5 days now. Its disgusting!"


def change(access: Access, note: str = "", **numbers: float) -> int:
    levels = {name: numbers.pop(name) for name in ("prompt", "private", "public", "slow") if name in numbers}
    return settings.change_playbook(access, numbers=numbers, service_level=levels, note=note, now=NOON)


# The playbook -----------------------------------------------------------------
def test_a_change_makes_a_version_that_says_who_and_why_and_leaves_the_others_as_they_were(
    mia: Access, charlie: Access
) -> None:
    assert [(line.version, line.note) for line in selectors.playbook_versions(mia)] == [(1, "The default playbook")]
    manager = make_member(mia, "Bob", Role.MANAGER)
    assert change(mia, "  busy   week ", hold_minutes=20, public=45) == 2
    assert change(manager, noise=0.8) == 3
    assert [(line.version, line.note, line.name) for line in selectors.playbook_versions(mia)] == [
        (3, "", "Bob"),
        (2, "busy week", "Mia"),
    ]
    used = selectors.playbook(mia.workspace)
    assert (used.version, used.numbers["noise"], used.numbers["hold_minutes"]) == (3, 0.8, 20)
    assert used.service_level["public"].total_seconds() == 45 * 60
    assert PlaybookVersion.objects.get(version=2).data["numbers"]["noise"] == 0.9
    assert shipped()["numbers"]["hold_minutes"] == 10
    assert selectors.playbook(charlie.workspace).version == 1
    lines = AuditEntry.objects.filter(action="playbook changed").order_by("id")
    assert list(lines.values_list("subject", "before", "after")) == [
        ("version 2", {"hold_minutes": 10, "public": 30}, {"hold_minutes": 20, "public": 45}),
        ("version 3", {"noise": 0.9}, {"noise": 0.8}),
    ]


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"hold_minuets": 5}, InvalidInput, "The playbook has no number 'hold_minuets'"),
        ({"hold_minutes": -1}, InvalidInput, "numbers.hold_minutes is -1"),
        ({"noise": float("nan")}, InvalidInput, "numbers.noise is nan"),
        ({"watch_hours": float("inf")}, InvalidInput, "numbers.watch_hours is inf"),
        ({"watch_hours": 10**9}, InvalidInput, "at most ten years"),
        ({"second_voice_days": 10**9}, InvalidInput, "at most ten years"),
        ({"slow": 10**8}, InvalidInput, "at most ten years"),
        ({"hold_minutes": 10}, Conflict, "Nothing was changed"),
        ({}, Conflict, "Nothing was changed"),
    ],
)
def test_what_can_not_be_used_makes_no_version(
    mia: Access, given: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        change(mia, **given)
    assert not PlaybookVersion.objects.exists()
    assert not AuditEntry.objects.filter(action="playbook changed").exists()


@pytest.mark.parametrize("role", [Role.AGENT, Role.LEAD, Role.ANALYST])
def test_who_may_not_change_the_playbook_may_read_its_versions(mia: Access, role: Role) -> None:
    bob = make_member(mia, "Bob", role)
    with pytest.raises(NotAllowed, match="can't change the playbook here"):
        change(bob, hold_minutes=20)
    assert len(selectors.playbook_versions(bob)) == 1


def test_what_is_decided_from_now_on_goes_by_the_new_version_and_what_was_decided_keeps_the_old(
    places: Places,
) -> None:
    town: Town = make_town(make_workspace(), places)
    town.says("jo", BROKEN)
    change(town.access, hold_minutes=25, public=60)
    town.says("ann", BROKEN)
    holds = [(case.playbook, case.not_before, case.due_at) for case in town.cases()]
    opened = [case.opened_at for case in town.cases()]
    minutes = [
        (version, (ends - at).seconds // 60, (due - at).seconds // 60)
        for (version, ends, due), at in zip(holds, opened, strict=True)
        if ends and due
    ]
    assert minutes == [(1, 10, 30), (2, 25, 60)]
    assert [selectors.decisions(town.access, number)[0][2] for number in (1, 2)] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_change_it_at_the_same_moment_each_makes_a_version_of_its_own() -> None:
    mia = make_workspace()
    made = at_once(*(lambda n=n: change(mia, hold_minutes=20 + n) for n in range(4)))
    assert sorted(made) == [2, 3, 4, 5]
    assert [line.version for line in selectors.playbook_versions(mia)] == [5, 4, 3, 2]


# Canned replies ------------------------------------------------------------------
def test_a_canned_reply_keeps_its_fields_as_written_and_each_change_leaves_a_line(mia: Access) -> None:
    lead = make_member(mia, "Lea", Role.LEAD)
    text = "Hello {name}, we are on it.\n{me}"
    made = answering.save_canned(lead, title="  On   it ", text=f" {text} ", now=NOON)
    answering.save_canned(lead, title="Another", text="Hi {name}", now=NOON)
    answering.save_canned(lead, canned=made, title="We are on it", text=text, now=NOON)
    assert [(each.title, each.text) for each in selectors.canned(lead)] == [
        ("Another", "Hi {name}"),
        ("We are on it", text),
    ]
    answering.remove_canned(lead, made, now=NOON)
    lines = AuditEntry.objects.filter(action__startswith="canned").order_by("id")
    assert list(lines.values_list("action", "subject", "before", "after")) == [
        ("canned reply made", "On it", None, {"title": "On it", "text": text}),
        ("canned reply made", "Another", None, {"title": "Another", "text": "Hi {name}"}),
        (
            "canned reply changed",
            "We are on it",
            {"title": "On it", "text": text},
            {"title": "We are on it", "text": text},
        ),
        ("canned reply removed", "We are on it", {"text": text}, None),
    ]


@pytest.mark.parametrize(
    ("title", "text", "error"),
    [
        ("", "Hello", InvalidInput),
        (" ", "Hello", InvalidInput),
        ("t" * 81, "Hello", InvalidInput),
        ("Hello", " \n ", InvalidInput),
        ("Hello", "h" * 5_001, InvalidInput),
        ("ON IT", "Hello", Conflict),
    ],
)
def test_a_canned_reply_has_one_title_and_some_words(
    mia: Access, title: str, text: str, error: type[Exception]
) -> None:
    answering.save_canned(mia, title="On it", text="We are on it.", now=NOON)
    with pytest.raises(error):
        answering.save_canned(mia, title=title, text=text, now=NOON)
    assert [(each.title, each.text) for each in selectors.canned(mia)] == [("On it", "We are on it.")]


def test_nobody_of_another_workspace_or_below_a_lead_touches_canned_replies(mia: Access, charlie: Access) -> None:
    made = answering.save_canned(mia, title="On it", text="We are on it.", now=NOON)
    assert selectors.canned(charlie) == ()
    for by, error in ((charlie, NotFound), (make_member(mia, "Alice"), NotAllowed)):
        with pytest.raises(error):
            answering.save_canned(by, canned=made, title="Mine", text="Mine", now=NOON)
        with pytest.raises(error):
            answering.remove_canned(by, made, now=NOON)
    assert CannedReply.objects.get().title == "On it"
    answering.save_canned(charlie, title="On it", text="Theirs.", now=NOON)  # titles are a workspace's own
    assert [each.text for each in selectors.canned(mia)] == ["We are on it."]
