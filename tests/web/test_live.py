"""The stream of changes that keeps a page live, and who may hear it."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from tests.make import NOON, make_workspace

from hubbub.accounts.core.access import Access
from hubbub.accounts.models import Person
from hubbub.infra import changes
from hubbub.web import live

ENDS_S = 10.0


def signed_in(access: Access) -> str:
    client = Client()
    client.force_login(Person.objects.get(pk=access.person), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies[settings.SESSION_COOKIE_NAME].output(header="").strip()


@pytest.mark.django_db(transaction=True)
async def test_who_was_signed_out_hears_no_more_however_busy_the_workspace_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PING_S", 0.3)
    access = await sync_to_async(make_workspace)()
    cookie = await sync_to_async(signed_in)(access)
    heard, told = asyncio.Event(), []

    async def receive() -> MutableMapping[str, Any]:
        await asyncio.Event().wait()  # the page stays
        raise AssertionError

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message)
        if b"event: change" in message.get("body", b""):
            heard.set()

    async def busy() -> None:
        while True:
            await sync_to_async(changes.record)(access.workspace, "case", 1, now=NOON)
            await asyncio.sleep(0.05)

    scope = {
        "type": "http", "method": "GET", "path": f"/w/{access.slug}/events/", "query_string": b"",
        "headers": [(b"cookie", cookie.encode())],
    }  # fmt: skip
    talking = asyncio.create_task(busy())
    page = asyncio.create_task(live.app(scope, receive, send))
    try:
        await asyncio.wait_for(heard.wait(), ENDS_S)
        await sync_to_async(Session.objects.all().delete)()
        await asyncio.wait_for(page, ENDS_S)
    finally:
        talking.cancel()
        page.cancel()
    assert told[0]["status"] == 200
    assert told[-1]["more_body"] is False


@pytest.mark.django_db(transaction=True)
async def test_a_stranger_hears_nothing_of_a_workspace() -> None:
    access = await sync_to_async(make_workspace)()
    other = await sync_to_async(make_workspace)("Charlie & Co", "charlie@other.example")
    cookie = await sync_to_async(signed_in)(other)
    told: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    for headers in ([(b"cookie", cookie.encode())], []):
        scope = {"type": "http", "method": "GET", "path": f"/w/{access.slug}/events/", "query_string": b""}
        await live.app({**scope, "headers": headers}, asyncio.Event().wait, send)  # type: ignore[arg-type]
    assert [each["status"] for each in told if "status" in each] == [404, 404]
