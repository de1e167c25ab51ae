"""A secret that is stored is told nowhere: no page, no answer, no log, no line of the audit log, no printed value."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from tests.web.walk import ANYBODY, API_CALLS, CALLS, Walker, undone

from hubbub.accounts.models import AuditEntry
from hubbub.channels import selectors, services
from hubbub.channels.models import Connection
from hubbub.channels.registry import KINDS, channel_class, open_channel
from hubbub.infra.models import Change, OutboxMessage
from hubbub.kernel.errors import HubbubError
from hubbub.listening.models import AlertRule

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MARK = "Planted7f3a"
CONFIGS: dict[str, dict[str, str]] = {
    "bluesky": {"server": "http://127.0.0.1:1", "handle": "acme.example"},
    "demo": {"server": "http://127.0.0.1:1", "handle": "AcmeCustServ", "network": "acme"},
    "mail": {"address": "care@acme.example", "imap_host": "127.0.0.1", "smtp_host": "127.0.0.1"},
    "mastodon": {"server": "http://127.0.0.1:1"},
    "mastodon_tags": {"server": "http://127.0.0.1:1", "tags": "acme"},
    "webhook": {"source": "planted", "reply": "http://127.0.0.1:1/hubbub", "hook": "plantedhook"},
}
MORE = {
    "webhook": {
        "key": f"{MARK}-webhook-key",
        "old_key": f"{MARK}-webhook-old",
        "old_until": "2096-01-01T00:00:00+00:00",
    }
}


def planted(kind: str) -> dict[str, str]:
    """Secrets of a kind of connector that can be recognised anywhere."""
    fields = {each.name: f"{MARK}-{kind}-{each.name}" for each in channel_class(kind).fields if each.secret}
    return fields | MORE.get(kind, {})


SECRETIVE = [kind for kind in KINDS if planted(kind)]


@pytest.fixture
def logged(db: None, caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All that any logger says, down to the queries of the database."""
    connection.force_debug_cursor = True
    caplog.set_level(logging.DEBUG)
    for name in ("hubbub", "django", "django.request", "django.db.backends", "aiohttp", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
    for name in ("hubbub", "django"):  # which tell nothing to the root
        logging.getLogger(name).addHandler(caplog.handler)
    yield caplog
    connection.force_debug_cursor = False
    for name in ("hubbub", "django"):
        logging.getLogger(name).removeHandler(caplog.handler)


@pytest.fixture
def everywhere(walker: Walker) -> Walker:
    """A workspace in which every kind of connector, and an alert, has such secrets."""
    access = walker.office.access
    for kind in SECRETIVE:
        try:
            open_channel(kind, CONFIGS.get(kind, {}), planted(kind))
        except HubbubError as error:
            pytest.fail(f"say in CONFIGS how a {kind} is opened: {error}")
        name, config, secret = f"Planted {kind}", CONFIGS[kind], planted(kind)
        made = services.connect(access, kind=kind, name=name, config=config, secret=secret, now=NOW)
        services.change_connection(
            access, made, name=name, enabled=True, config={**config, "more": "x"}, secret=secret, account=None, now=NOW
        )
    Connection.objects.filter(pk=walker.office.things["connection"]).update(secret=planted("demo"))
    Connection.objects.filter(pk=walker.office.things["hooked"]).update(secret=planted("webhook"))
    AlertRule.objects.update(secret={"key": f"{MARK}-alert", "old_key": f"{MARK}-alert-old"})
    return walker


def test_there_are_connectors_with_secrets() -> None:
    assert {"demo", "bluesky", "webhook", "mail", "mastodon", "mastodon_tags"} <= set(SECRETIVE)


def test_no_page_no_answer_and_no_log_tells_a_secret(everywhere: Walker, logged: pytest.LogCaptureFixture) -> None:
    owner, told = everywhere.office.access, []
    for name, method, call in CALLS:
        if call.who is ANYBODY:
            continue
        with undone():
            told.append((f"{method} {name}", everywhere.page(name, method, call, owner)))
    for path, method, call in API_CALLS:
        with undone():
            told.append(
                (f"{method} {path}", everywhere.operation(path, method, call, everywhere.office.tokens[owner.me]))
            )
    for row in Connection.objects.filter(workspace_id=owner.workspace):
        address = reverse("channel", kwargs={"slug": owner.slug, "connection": row.pk})
        told.append((f"page of {row.name}", everywhere.client(owner).get(address)))
        wrong = {"server": "gopher://x", "reply": "gopher://x", "enabled": "yes"}
        with undone():  # a form that can't be saved is shown again
            told.append((f"form of {row.name}", everywhere.client(owner).post(address, wrong)))
    assert len(told) > 100
    for where, answer in told:
        assert MARK not in answer.content.decode("utf-8", "replace") + repr(dict(answer.headers)), where
    assert MARK not in logged.text
    assert "channels_connection" in logged.text  # it was listened to


def test_an_error_page_and_what_is_logged_of_it_tell_no_secret(
    everywhere: Walker, logged: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(kind: str, config: Any, secret: Any, **_: Any) -> Any:
        held = dict(secret)
        raise RuntimeError(f"Broken with {len(held)} secrets")

    monkeypatch.setattr("hubbub.web.settings.channels.open_channel", breaks)
    client = everywhere.client(everywhere.office.access)
    client.raise_request_exception = False
    row = Connection.objects.get(name="Planted demo")
    answer = client.post(
        f"/w/{everywhere.office.access.slug}/settings/channels/{row.pk}/", {"enabled": "yes", "server": "http://x"}
    )
    assert answer.status_code == 500
    assert MARK not in answer.content.decode()
    assert "Broken with" in logged.text
    assert MARK not in logged.text


def test_the_audit_log_the_outbox_and_the_changes_hold_no_secret(everywhere: Walker) -> None:
    held = [
        repr(list(model._default_manager.values_list()))
        for model in (AuditEntry, Change, OutboxMessage)  # type: ignore[attr-defined]
    ]
    assert "Planted demo" in held[0]
    assert not [each for each in held if MARK in each]


def test_nothing_that_holds_a_secret_prints_it(everywhere: Walker, logged: pytest.LogCaptureFixture) -> None:
    access = everywhere.office.access
    printed = [repr(selectors.connections(access)), repr(selectors.streams()), repr(selectors.for_searching(access))]
    for row in Connection.objects.filter(workspace_id=access.workspace):
        printed += [repr(row), str(row), repr(selectors.connection(access, row.pk))]
    hook = selectors.hook("plantedhook", NOW)
    assert hook is not None
    assert len(hook.keys) == 2
    printed.append(repr(hook))
    for kind in SECRETIVE:
        channel = open_channel(kind, CONFIGS[kind], planted(kind))
        printed += [repr(channel), str(channel)]
        try:
            asyncio.run(asyncio.wait_for(channel.check(), 20))
        except (HubbubError, TimeoutError) as error:
            printed += [str(error), repr(error)]
        asyncio.run(channel.aclose())
    assert not [each for each in printed if MARK in each]
    assert MARK not in logged.text
