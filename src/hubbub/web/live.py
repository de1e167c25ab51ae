"""Server-sent events as a plain ASGI app: one tailer a process, no thread a connection."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections
from django.utils.crypto import constant_time_compare

from hubbub.accounts import selectors as accounts
from hubbub.accounts.models import Person
from hubbub.accounts.services import note_seen
from hubbub.care.services import work
from hubbub.infra import changes
from hubbub.infra.changes import Changed, Tailer
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.ids import PersonId

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PING_S = 15.0
LULL_S = 0.2  # what changes in a row is told together
BEHIND = 200  # PostgreSQL shows ids out of order: look back a little, repeats only refresh twice
_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
)
tailer = Tailer()
"""Of this process: every page that stays live hears by it."""


def is_live(scope: Scope) -> bool:
    """Say whether a request is for the event stream of a workspace."""
    parts = scope["path"].split("/") if scope["type"] == "http" else []
    return len(parts) == 5 and parts[1] == "w" and parts[3] == "events" and parts[4] == ""


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Stream the changes of one workspace to one page, from where it last was."""
    slug = scope["path"].split("/")[2]
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    workspace = await _workspace(headers.get("cookie", ""), slug)
    if scope["method"] != "GET" or workspace is None:
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"There is nothing at this address for you."})
        return
    after = _number(headers.get("last-event-id") or dict(_query(scope)).get("after", ""))
    await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
    async with tailer.subscribe(lambda line: line.workspace in (workspace, None)) as queue:
        gone = asyncio.ensure_future(is_gone(receive))
        try:
            await send(_body(b"retry: 2000\n\n" + await _missed(after, workspace)))
            asked_at = time.monotonic()
            while not gone.done():
                await _pass_on(queue, gone, send)
                if time.monotonic() - asked_at >= PING_S:  # however much there is to tell
                    asked_at = time.monotonic()
                    if await _workspace(headers.get("cookie", ""), slug) is None:
                        break
        finally:
            gone.cancel()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _pass_on(queue: "asyncio.Queue[Changed]", gone: "asyncio.Future[None]", send: Send) -> None:
    """Send the next changes, or a ping after a quiet while."""
    waiting = asyncio.ensure_future(queue.get())
    both: set[asyncio.Future[Any]] = {waiting, gone}
    await asyncio.wait(both, timeout=PING_S, return_when=asyncio.FIRST_COMPLETED)
    if not waiting.done():
        waiting.cancel()
        if not gone.done():
            await send(_body(b": ping\n\n"))
        return
    lines = [waiting.result()]
    while not queue.empty() and len(lines) < 100:
        lines.append(queue.get_nowait())
    await send(_body(b"".join(_event(line) for line in lines)))
    await asyncio.sleep(LULL_S)


async def is_gone(receive: Receive) -> None:
    """Return once the browser closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _missed(after: int | None, workspace: int) -> bytes:
    """What the page missed since `after`; a page too far behind is told to load itself anew."""
    if after is None:
        return b""
    lines = await sync_to_async(_since, thread_sensitive=False)(max(0, after - BEHIND), workspace)
    if lines is None:
        return b"event: reload\ndata: {}\n\n"
    return b"".join(_event(line) for line in lines)


def _since(after: int, workspace: int) -> list[Changed] | None:
    try:
        return changes.since(after, workspace)
    finally:
        close_old_connections()


@lru_cache(maxsize=1000)
def _event(line: Changed) -> bytes:
    """Return a change as the browser hears it; every page hears the same."""
    data = json.dumps({"kind": line.kind, "subject": line.subject, **line.data}, separators=(",", ":"))
    return f"id: {line.id}\nevent: change\ndata: {data}\n\n".encode()


def _body(data: bytes) -> MutableMapping[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": True}


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope.get("query_string", b"").decode("latin-1"))


async def _workspace(cookies: str, slug: str) -> int | None:
    return await sync_to_async(_enter, thread_sensitive=False)(cookies, slug)


def _enter(cookies: str, slug: str) -> int | None:
    """Return the workspace a session may hear, None for everybody else; frees its thread at once."""
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
        if morsel is None:
            return None
        session = SessionStore(morsel.value)
        person = Person.objects.filter(pk=session.get(SESSION_KEY, 0), is_active=True).first()
        if person is None or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
            return None
        if not constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()):
            return None
        access = accounts.enter(PersonId(person.pk), slug)
        now = datetime.now(UTC)
        work.seen(access, now=now)
        note_seen(access, now=now)
        return access.workspace
    except (HubbubError, ValueError):
        return None
    finally:
        close_old_connections()
