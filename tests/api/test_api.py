"""What programs do: read on without missing a case, answer, assign, hand messages in."""

import itertools
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.api.conftest import Caller
from tests.make import Town, make_member, make_workspace

from hubbub.accounts import services as accounts
from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import ApiToken, AuditEntry
from hubbub.care.models import CaseRow, Entry
from hubbub.infra import outbox

Callers = Callable[[Access], Caller]
pytestmark = pytest.mark.django_db


def numbers(answer: dict[str, list[dict[str, int]]]) -> list[int]:
    return [each["number"] for each in answer["cases"]]


# Reading --------------------------------------------------------------------
def test_reading_on_gives_every_case_once_while_others_come_and_change(town: Town, caller: Callers) -> None:
    api, chance = caller(town.access), random.Random(7)
    for number in range(40):
        town.says(f"person_{number}", f"@AcmeCustServ my acme widget number {number} is broken!")
    there = set(numbers(api.get("/cases", view="all", limit=200).json()))
    assert len(there) == 40
    read: list[int] = []
    cursor = ""
    for turn in itertools.count():
        page = api.get("/cases", view="all", limit=7, cursor=cursor).json()
        assert len(page["cases"]) <= 7
        read += numbers(page)
        cursor = page["next"]
        if not cursor:
            break
        town.says(f"late_{turn}", "@AcmeCustServ my acme widget broke too!")
        api.post(f"/cases/{chance.choice(read)}/resolve")
        api.post(f"/cases/{chance.choice(sorted(there))}/note", text="Seen.")
    assert len(read) == len(set(read))
    assert there <= set(read)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "-", "a" * 200])
def test_a_cursor_that_nobody_gave_out_is_refused_in_words(town: Town, caller: Callers, cursor: str) -> None:
    answer = caller(town.access).get("/cases", cursor=cursor)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_case_is_told_with_its_timeline_and_its_reasons(town: Town, caller: Callers) -> None:
    town.says("ann", "@AcmeCustServ my acme widget is broken!")
    api = caller(town.access)
    (number,) = numbers(api.get("/cases", view="all").json())
    case = api.get(f"/cases/{number}").json()
    assert case["timeline"][0]["text"] == "@AcmeCustServ my acme widget is broken!"
    assert (case["timeline"][0]["kind"], case["timeline"][0]["handle"]) == ("post", "ann")
    assert case["reasons"]
    assert all(each["strong"] for each in case["reasons"])


# Answering ------------------------------------------------------------------
def test_a_reply_is_taken_once_for_each_key_and_then_told_as_delivered(town: Town, caller: Callers) -> None:
    town.says("ann", "@AcmeCustServ my acme widget is broken!")
    api, number = caller(town.access), town.case().number
    queued = api.post(f"/cases/{number}/reply", text="Which model is it?", key="one")
    assert (queued.status_code, queued.json()["state"]) == (202, "queued")
    again = api.post(f"/cases/{number}/reply", text="Which model is it?", key="one")
    assert (again.status_code, again.json()) == (202, queued.json())
    assert api.post(f"/cases/{number}/reply", text="And since when?", key="two").json() != queued.json()

    message = outbox.claim("test", datetime.now(UTC))
    assert message is not None
    assert message.id == queued.json()["id"]
    outbox.delivered(message, uri="demo://acme/AcmeCustServ/1", url=None, now=datetime.now(UTC))
    replies = [each for each in api.get(f"/cases/{number}").json()["timeline"] if each["kind"] == "reply"]
    assert [(each["text"], each["state"]) for each in replies] == [
        ("Which model is it?", "delivered"),
        ("And since when?", "queued"),
    ]
    assert replies[0]["uri"] == "demo://acme/AcmeCustServ/1"


def test_what_can_not_be_sent_is_refused_with_the_reason_and_stores_nothing(town: Town, caller: Callers) -> None:
    town.says("ann", "@AcmeCustServ my acme widget is broken!")
    api, number = caller(town.access), town.case().number
    for text, code in (
        ("x" * 501, "cannot_send"),
        ("   ", "cannot_send"),
        ("We will refund you, it was our fault.", "look_before_sending"),
    ):
        answer = api.post(f"/cases/{number}/reply", text=text)
        assert answer.json()["code"] == code, answer.json()
        assert 400 <= answer.status_code < 500
        assert len(answer.json()["message"]) > 10
    assert not Entry.objects.filter(kind="reply").exists()
    sure = api.post(f"/cases/{number}/reply", text="We will refund you, it was our fault.", confirmed=True)
    assert sure.status_code == 202


def test_a_case_is_given_to_a_colleague_and_back_resolved_and_reopened(town: Town, caller: Callers) -> None:
    town.says("ann", "@AcmeCustServ my acme widget is broken!")
    alice = make_member(town.access, "Alice")
    api, path = caller(alice), f"/cases/{town.case().number}"
    assert api.post(f"{path}/assign", email="ALICE@acme.example ").status_code == 204
    assert api.get(path).json()["owner"] == "Alice"
    assert api.post(f"{path}/assign", email=None).status_code == 204
    assert api.get(path).json()["owner"] is None
    for deed, status in (("resolve", "resolved"), ("reopen", "open")):
        assert api.post(f"{path}/{deed}").status_code == 204
        assert api.get(path).json()["status"] == status
    assert {entry.via for entry in AuditEntry.objects.filter(person_id=alice.me)} == {"api", "web"}  # web: the token


def test_nobody_elsewhere_is_told_from_nobody_at_all(town: Town, caller: Callers) -> None:
    make_workspace("Globex Desk", "charlie@globex.example")
    town.says("ann", "@AcmeCustServ my acme widget is broken!")
    path = f"/cases/{town.case().number}/assign"
    there, nowhere = (caller(town.access).post(path, email=f"{name}@globex.example") for name in ("charlie", "nobody"))
    assert there.status_code == nowhere.status_code == 404
    assert there.json()["message"].replace("charlie", "nobody") == nowhere.json()["message"]


# Handing in -----------------------------------------------------------------
def test_a_message_handed_in_becomes_a_case_once(town: Town, caller: Callers) -> None:
    api = caller(town.access)
    letter = {
        "source": "mail",
        "id": "<1@x>",
        "text": "My acme widget is broken!",
        "author": {"id": "a", "name": "Ann"},
    }
    first, second = api.post("/posts", **letter), api.post("/posts", **letter)
    assert (first.status_code, first.json()["stored"]) == (200, True)
    assert second.json() == {"stored": False, "case": first.json()["case"]}
    case = api.get(f"/cases/{first.json()['case']}").json()
    assert (case["who"], case["channel"], case["private"]) == ("Ann", "generic", True)
    assert CaseRow.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"source": "no spaces"},
        {"url": "javascript:alert(1)"},
        {"url": "ftp://example.org"},
        {"created_at": "yesterday"},
        {"sauce": "typo"},
        {"author": {"name": "no id"}},
        {"id": "nul\u0000"},
    ],
)
def test_a_message_that_can_not_be_used_is_refused_as_a_problem_and_stores_nothing(
    town: Town, caller: Callers, wrong: dict[str, object]
) -> None:
    answer = caller(town.access).post("/posts", **{"source": "mail", "id": "1", "text": "my widget", **wrong})
    assert answer.status_code == 422
    assert set(answer.json()) == {"code", "message"}
    assert not CaseRow.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":' * 2000])
def test_a_body_that_is_no_object_is_a_problem_and_never_a_crash(town: Town, caller: Callers, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {caller(town.access).token}"}
    answer = Client().post("/api/v1/posts", body, content_type="application/json", headers=headers)
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"code", "message"}


# Tokens ---------------------------------------------------------------------
def test_a_token_works_until_it_is_revoked_and_is_seen_used(town: Town, caller: Callers) -> None:
    api = caller(town.access)
    assert api.get("/me").json() == {"name": "Mia", "role": "owner", "workspace": "Acme Care", "slug": "acme-care"}
    row = ApiToken.objects.get()
    assert row.used_at is not None
    assert api.token not in str(row.__dict__)
    accounts.revoke_token(town.access, row.pk, now=datetime.now(UTC))
    assert api.get("/me").status_code == 401


def test_a_token_does_what_its_person_may_do_now(town: Town, caller: Callers) -> None:
    town.says("ann", "@AcmeCustServ my acme widget is broken!")
    alice = make_member(town.access, "Alice")
    api, path = caller(alice), f"/cases/{town.case().number}/note"
    assert api.post(path, text="Seen.").status_code == 204
    accounts.change_member(town.access, alice.me, role=Role.ANALYST, team=None, now=datetime.now(UTC))
    refused = api.post(path, text="Seen.")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert "As analyst you can't" in refused.json()["message"]
    assert Entry.objects.filter(kind="note").count() == 1


def test_while_nothing_can_be_stored_a_program_is_told_in_its_own_language(
    town: Town, caller: Callers, settings: Any, tmp_path: Path
) -> None:
    api, letter = caller(town.access), {"source": "mail", "id": "1", "text": "my widget"}
    (tmp_path / "full").write_text("no folder, so nothing can be written there")
    kept, settings.SEGMENTS = settings.SEGMENTS, tmp_path / "full"
    answer = api.post("/posts", **letter)
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "unavailable", "10")
    settings.SEGMENTS = kept
    assert api.post("/posts", **letter).json()["stored"] is True
