"""The public address of a webhook, and its page: keys told once, calls signed as the page says, a test call."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.flows.hooked import Hooked, Program, make_hooked, message, program
from tests.web.office import everything

from hubbub.accounts.models import AuditEntry, Person
from hubbub.channels.models import Connection
from hubbub.flows.hooks import MAX_BODY
from hubbub.infra.places import Places
from hubbub.infra.signing import sign, verify
from hubbub.listening.models import Post
from hubbub.web.settings.webhook import CURL, PYTHON

DOCS = Path(__file__).parents[2] / "docs" / "channels" / "webhook.md"


@pytest.fixture
def told() -> Iterator[Program]:
    with program() as made:
        yield made


@pytest.fixture
def hook(transactional_db: None, places: Places, told: Program, settings: Any) -> Hooked:
    settings.SEGMENTS, settings.IDENTITIES, settings.ARCHIVE = places.segments, places.identities, places.archive
    settings.ENVIRONMENT = settings.ENVIRONMENT.__class__(
        **{name: getattr(settings.ENVIRONMENT, name) for name in settings.ENVIRONMENT.__slots__}
        | {"allow_private": frozenset(("webhook",))}
    )
    return make_hooked(places, told.url)


def post(hook: Hooked, body: bytes, signature: str | None = None, **headers: str) -> Any:
    signature = sign([hook.key], body, datetime.now(UTC)) if signature is None else signature
    headers = {"Hubbub-Signature": signature, "Hubbub-Delivery": "d1", **headers}
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/hooks/{hook.public}", body, content_type="application/json", headers=headers)


def page(hook: Hooked, where: str = "channel", **data: str) -> Any:
    client = Client()
    client.force_login(Person.objects.get(pk=hook.access.person))
    address = reverse(where, kwargs={"slug": hook.access.slug, "connection": hook.connection})
    return client.get(address) if where == "channel" and not data else client.post(address, data)


# The way in -----------------------------------------------------------------
def test_a_signed_call_is_answered_with_what_became_of_it(hook: Hooked) -> None:
    answer = post(hook, json.dumps(message(1)).encode())
    assert answer.status_code == 202
    assert answer.json() == {"messages": [{"id": "1", "became": "stored", "case": 1, "reason": ""}]}


def test_every_stranger_is_told_the_same(hook: Hooked) -> None:
    body, before = json.dumps(message(1)).encode(), everything()
    nobody = Hooked(hook.access, hook.places, hook.connection, hook.key, "nobody")
    answers = [post(hook, body, ""), post(hook, body, "t=1,v1=" + "0" * 64), post(nobody, body)]
    assert {(each.status_code, each.content) for each in answers} == {
        (401, b'{"code": "not_signed", "message": "This call is not signed as agreed."}')
    }
    assert everything() == before


def test_what_is_too_large_is_refused_before_it_is_looked_at(hook: Hooked) -> None:
    assert post(hook, b" " * (MAX_BODY + 1)).status_code == 413
    assert post(hook, b" " * (MAX_BODY + 1), "").status_code == 413
    fits = b'{"id": 1, "text": "it broke"}'
    assert post(hook, fits + b" " * (MAX_BODY - len(fits))).status_code == 202


def test_a_signed_body_that_makes_no_sense_is_told_why(hook: Hooked) -> None:
    answer = post(hook, b"widgets")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert answer.json()["message"].startswith("The body can't be read as JSON")


def test_while_we_can_not_store_it_a_program_is_told_to_come_again(
    hook: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hubbub.flows import hooks
    from hubbub.listening.services import Fenced

    def fenced(*_: Any, **__: Any) -> Any:
        raise Fenced(stream=1)

    monkeypatch.setattr(hooks, "ingest_beside", fenced)
    answer = post(hook, json.dumps(message(1)).encode())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


# The page -------------------------------------------------------------------
def test_a_key_is_shown_when_it_is_made_and_never_again(hook: Hooked) -> None:
    client = Client()
    client.force_login(Person.objects.get(pk=hook.access.person))
    new = reverse("channel-new", kwargs={"slug": hook.access.slug, "kind": "webhook"})
    assert client.get(new).status_code == 200
    refused = client.post(new, {"source": "desk", "reply": "gopher://x"})
    assert refused.status_code == 400
    assert b'value="gopher://x"' in refused.content
    made = client.post(new, {"source": " the  desk ", "reply": ""})
    row = Connection.objects.get(name="Webhook: the desk")
    assert row.config["source"] == "the desk"
    assert row.secret["key"] in made.content.decode()
    assert made.headers["Cache-Control"] == "no-store"
    later = client.get(reverse("channel", kwargs={"slug": hook.access.slug, "connection": row.pk}))
    assert row.config["hook"] in later.content.decode()
    renewed = client.post(reverse("webhook-key", kwargs={"slug": hook.access.slug, "connection": row.pk}))
    key = Connection.objects.get(pk=row.pk).secret["key"]
    assert key != row.secret["key"]
    assert key in renewed.content.decode()
    seen = [later, client.get("/w/acme-care/settings/channels/"), client.get("/w/acme-care/settings/audit/")]
    for each in seen:
        assert not [known for known in (key, row.secret["key"]) if known in each.content.decode()]
    assert row.secret["key"] not in renewed.content.decode()
    assert key not in repr(list(AuditEntry.objects.values()))


def test_saving_the_page_keeps_address_and_key(hook: Hooked) -> None:
    before = Connection.objects.get()
    assert page(hook, source=" shop ", reply="https://shop.example/", enabled="yes", name="Shop").status_code == 302
    after = Connection.objects.get()
    assert (after.config["hook"], after.secret) == (before.config["hook"], before.secret)
    assert after.config["reply"] == "https://shop.example/"
    assert post(hook, json.dumps(message(1)).encode()).status_code == 202


def test_a_test_call_is_signed_and_its_answer_shown_as_text(hook: Hooked, told: Program) -> None:
    told.answers = [(200, b"<script>alert(1)</script>" + b"z" * 900, {}), (418, b"No tea", {})]
    shown = page(hook, "webhook-test").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert" not in shown
    assert "z" * 200 in shown
    assert "z" * 300 not in shown
    assert re.search(r"answered after \d+ ms", shown)
    [(headers, body)] = told.calls
    assert verify([hook.key], headers["hubbub-signature"], body, datetime.now(UTC))
    assert json.loads(body) == {"delivery": headers["hubbub-delivery"], "source": "shop", "test": True}
    assert "418: No tea" in page(hook, "webhook-test").content.decode()
    assert not Post.objects.exists()


def test_a_test_call_to_a_private_address_says_what_to_set(hook: Hooked, told: Program, settings: Any) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.__class__(
        **{name: getattr(settings.ENVIRONMENT, name) for name in settings.ENVIRONMENT.__slots__}
        | {"allow_private": frozenset()}
    )
    assert "add webhook to HUBBUB_ALLOW_PRIVATE" in page(hook, "webhook-test").content.decode()
    assert told.calls == []


def test_the_page_tells_of_calls_in_words(hook: Hooked) -> None:
    post(hook, json.dumps([message(1), {"id": 2}]).encode())
    post(hook, b"<b>", **{"Hubbub-Delivery": "<i>d2"})
    shown = page(hook).content.decode()
    assert "1 stored, 1 refused (This message has no text.)" in shown
    assert "&lt;i&gt;d2" in shown
    assert "can&#x27;t be read as JSON" in shown


# What the page and the docs say -----------------------------------------------
def shown_in_docs(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)


def test_page_and_docs_show_the_same_examples(hook: Hooked) -> None:
    assert shown_in_docs("sh") == [CURL]
    assert shown_in_docs("python")[0] == PYTHON
    shown = page(hook).content.decode().replace("&quot;", '"').replace("&#x27;", "'")
    assert CURL in shown
    assert PYTHON in shown


@pytest.mark.parametrize("command", [["sh", "-c", CURL], [sys.executable, "-c", PYTHON]], ids=["sh", "python"])
def test_the_examples_sign_a_call_that_is_taken(hook: Hooked, live_server: Any, command: list[str]) -> None:
    env = {**os.environ, "HUBBUB_KEY": hook.key, "HUBBUB_HOOK": f"{live_server.url}/hooks/{hook.public}"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert '"stored"' in done.stdout.replace("'", '"'), done.stdout + done.stderr
    assert Post.objects.get().text == "My widget broke"


def test_the_example_that_checks_a_call_takes_ours_and_no_other() -> None:
    checks: dict[str, Any] = {}
    exec(shown_in_docs("python")[1], checks)
    is_from_hubbub, now = checks["is_from_hubbub"], datetime.now(UTC)
    good = sign(["new", "old"], b"{}", now)
    assert is_from_hubbub("old", good, b"{}")
    assert is_from_hubbub("new", good, b"{}")
    assert not is_from_hubbub("other", good, b"{}")
    assert not is_from_hubbub("old", good, b"{} ")
    assert not is_from_hubbub("old", "", b"{}")
    assert not is_from_hubbub("old", sign(["old"], b"{}", datetime(2026, 1, 1, tzinfo=UTC)), b"{}")


def test_the_message_shown_in_the_docs_is_taken_whole(hook: Hooked) -> None:
    told, answered, reply = map(json.loads, shown_in_docs("json"))
    [became] = post(hook, json.dumps(told).encode()).json()["messages"]
    assert became | {"case": 150} == answered["messages"][0]
    assert Post.objects.get().media == 2
    assert set(reply["reply"]) == {"id", "text", "parent", "to", "private", "written_at", "files"}
