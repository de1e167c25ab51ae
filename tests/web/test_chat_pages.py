"""What the widget calls, as pages of any origin and strangers with any tool call it."""

import asyncio
import json
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.channels.chat.visitors import SECRET, SHOP, make_chat, make_visit
from tests.make import at_once

from hubbub.accounts.core.access import Access
from hubbub.care.models import CaseRow, Entry
from hubbub.care.services import cases
from hubbub.channels.adapters.chat import visits
from hubbub.channels.adapters.chat.visits import Place
from hubbub.channels.core.contract import Outgoing
from hubbub.channels.models import ChatLine, ChatVisit, Connection, Stream
from hubbub.flows import chat
from hubbub.infra.places import Places
from hubbub.web.chat import limits, stream
from hubbub.web.chat.door import address
from hubbub.web.chat.limits import Limit, TooMany
from hubbub.web.request import now

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "https://evil.example"
ENDS_S = 15.0


@pytest.fixture
def place(mia: Access, places: Places, settings: Any) -> Iterator[Place]:
    settings.FILES, settings.SEGMENTS, settings.IDENTITIES = places.files, places.segments, places.identities
    yield make_chat(mia)
    for each in (limits.CALLS, limits.LINES, limits.VISITS):
        each.clear()


def public(place: Place) -> str:
    return str(Connection.objects.values_list("public", flat=True).get(pk=place.connection))


def call(place: Place, path: str, body: Any = None, *, method: str = "", origin: str = SHOP, secret: str = SECRET,
         **headers: str) -> Any:  # fmt: skip
    given = {"Origin": origin, "Authorization": f"Bearer {secret}", **headers}
    given = {name: value for name, value in given.items() if value}
    method = method or ("POST" if body is not None else "GET")
    data = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    return Client(enforce_csrf_checks=True).generic(
        method, f"/chat/{public(place)}/{path}", data, content_type="application/json", headers=given
    )


CALLS: dict[str, tuple[str, Any]] = {
    "site": ("GET", None),
    "visit": ("POST", {}),
    "say": ("POST", {"key": "key-0001", "text": "Hello"}),
    "send": ("POST", {}),
    "file/1": ("GET", None),
    "note": ("POST", {"typing": True}),
    "end": ("POST", {}),
}


def test_a_page_of_the_website_reads_the_answers_and_gets_no_cookie(place: Place) -> None:
    begun = call(place, "visit", {"name": "Nora", "page": f"{SHOP}/cart"})
    assert (begun.status_code, begun.json()) == (200, {"called": "Nora"})
    said = call(place, "say", {"key": "key-0001", "text": "Hello"})
    assert (said.status_code, said.json()) == (200, {"number": 1})
    for answer in (begun, said, call(place, "site")):
        assert answer.headers["Access-Control-Allow-Origin"] == SHOP
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Origin" in answer.headers["Vary"]
        assert not answer.cookies
    assert CaseRow.objects.get().who == "Nora"


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("origin", [OTHER, "null", "", f"{SHOP}.evil.example", f"{SHOP}:8443", SHOP.upper()])
def test_a_page_of_another_website_reads_and_changes_nothing(place: Place, path: str, origin: str) -> None:
    make_visit(place)
    before = list(ChatVisit.objects.values_list())
    method, body = CALLS[path]
    answer = call(place, path, body, method=method, origin=origin)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert call(place, path, method="OPTIONS", origin=origin).status_code == 403
    assert (list(ChatVisit.objects.values_list()), ChatLine.objects.count()) == (before, 0)


@pytest.mark.parametrize("path", [path for path in CALLS if path not in ("site", "visit")])
@pytest.mark.parametrize("secret", ["", "t" * 40, "short"])
def test_without_the_secret_of_a_visit_nothing_is_read_or_changed(place: Place, path: str, secret: str) -> None:
    visit = make_visit(place)
    visits.say(visit, "key-0000", text="Hello", now=now())
    method, body = CALLS[path]
    answer = call(place, path, body, method=method, secret=secret)
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_visit")
    assert answer.headers["Access-Control-Allow-Origin"] == SHOP  # so that the page knows
    assert ChatLine.objects.count() == 1


def test_a_browser_that_asks_first_is_told_what_it_may_send(place: Place) -> None:
    answer = call(place, "say", method="OPTIONS", secret="")
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]


def test_the_script_is_small_has_the_settings_in_it_and_is_for_every_page(mia: Access) -> None:
    place = make_chat(mia, site="Acme </script><b>", greeting="“Hi”\u2028\\")
    address = f"/chat/{public(place)}/widget.js"
    plain, packed = Client().get(address), Client().get(address, headers={"Accept-Encoding": "gzip"})
    text = plain.content.decode()
    assert "SITE_SETTINGS" not in text
    assert json.dumps("Acme </script><b>") in text
    assert len(packed.content) < 10_000
    assert len(plain.content) < 25_000
    assert plain.headers["Content-Type"].startswith("text/javascript")
    assert plain.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not plain.cookies
    assert Client().get("/chat/nowhere/widget.js").status_code == 404


def test_visitors_are_spoken_to_in_their_language_and_their_case_is_written_in_the_workspaces(place: Place) -> None:
    address = f"/chat/{public(place)}/widget.js"
    german, french = (Client().get(address, headers={"Accept-Language": each}) for each in ("de-AT,de;q=0.9", "fr"))
    assert '"open": "Chatten Sie mit uns"' in german.content.decode()
    assert '"lang": "de"' in german.content.decode()
    assert '"open": "Chat with us"' in french.content.decode()
    assert "Accept-Language" in german.headers["Vary"]
    assert "Cookie" not in german.headers["Vary"]
    make_visit(place, now=now())
    refused = call(place, "say", {"key": "key-0001", "text": ""}, **{"Accept-Language": "de"})
    assert refused.json() == {"error": "Schreiben Sie zuerst etwas.", "code": "invalid_input"}
    call(place, "say", {"key": "key-0001", "text": "Hello"}, **{"Accept-Language": "de"})
    call(place, "end", {}, **{"Accept-Language": "de"})
    assert Entry.objects.filter(text__endswith="ended the chat.").count() == 1


@pytest.mark.parametrize(
    "body", ["", "[", "[]", "null", '{"key": 7, "text": "x"}', '{"text": "x"}', '{"key":"k", "text":"x"}', "[" * 9_000]
)
def test_what_can_not_be_read_is_refused_in_words(place: Place, body: str) -> None:
    make_visit(place, now=now())
    answer = call(place, "say", body, method="POST")
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


def test_a_message_fifty_times_at_once_is_one(place: Place) -> None:
    make_visit(place, now=now())
    done = at_once(*[lambda: call(place, "say", {"key": "key-0001", "text": "Hello"})] * 50)
    assert {(each.status_code, each.json()["number"]) for each in done} == {(200, 1)}
    assert (ChatLine.objects.count(), CaseRow.objects.count()) == (1, 1)


def send(place: Place, name: str, data: bytes, key: str = "key-file", secret: str = SECRET) -> Any:
    return Client(enforce_csrf_checks=True).post(
        f"/chat/{public(place)}/send",
        {"key": key, "file": SimpleUploadedFile(name, data, "image/png")},
        headers={"Origin": SHOP, "Authorization": f"Bearer {secret}"},
    )


def test_a_file_comes_back_as_what_it_is_and_nothing_in_it_can_run(place: Place) -> None:
    make_visit(place, now=now())
    make_visit(place, "t" * 40, now=now())
    assert send(place, "../x ü.svg", b"<svg onload=alert(1)>").json() == {"number": 1}
    assert send(place, "../x ü.svg", b"<svg onload=alert(1)>").json() == {"number": 1}  # the same key
    answer = call(place, "file/1")
    assert answer.content == b"<svg onload=alert(1)>"
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert call(place, "file/1", secret="t" * 40).status_code == 404
    assert call(place, "file/9").status_code == 404
    assert send(place, "empty", b"", "key-none").status_code == 400
    assert CaseRow.objects.count() == 1


def test_who_calls_more_often_than_a_person_would_is_told_to_wait(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_visit(place, now=now())
    monkeypatch.setattr(limits, "LINES", Limit(2, 0.001))
    monkeypatch.setattr(limits, "VISITS", Limit(1, 0.001))
    told = [call(place, "say", {"key": f"key-000{n}", "text": "x"}) for n in range(3)]
    assert [each.status_code for each in told] == [200, 200, 429]
    assert int(told[2].headers["Retry-After"]) > 1
    assert [call(place, "visit", {}).status_code for _ in range(2)] == [200, 429]
    monkeypatch.setattr(limits, "CALLS", Limit(1, 0.001))
    assert [call(place, "site", **{"X-Forwarded-For": "203.0.113.7"}).status_code for _ in range(2)] == [200, 429]
    assert call(place, "site", **{"X-Forwarded-For": "203.0.113.8"}).status_code == 200


def test_a_bucket_fills_again_and_forgets_whom_it_need_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = Limit(2, 1)
    limit.take("a", 0)
    limit.take("a", 0)
    with pytest.raises(TooMany):
        limit.take("a", 0.5)
    limit.take("a", 1.5)
    monkeypatch.setattr(limits, "MOST_KEYS", 10)
    for number in range(100):
        limit.take(f"k{number}", 2)
    assert len(limit._left) <= 10


@pytest.mark.parametrize(
    ("remote", "forwarded", "found"),
    [
        ("8.8.4.4", "203.0.113.7", "8.8.4.4"),  # who comes directly may say what they like
        ("127.0.0.1", "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("", "", ""),
    ],
)
def test_behind_our_own_proxy_the_address_it_names_counts(remote: str, forwarded: str, found: str) -> None:
    assert address(remote, forwarded) == found


def test_the_first_page_that_shows_the_chat_makes_its_connection_well(mia: Access, place: Place) -> None:
    assert Stream.objects.get(pk=place.stream).ok_at is None
    assert call(place, "site").json() == {"open": False, "mail": False}
    assert Stream.objects.get(pk=place.stream).ok_at is not None


# The stream -----------------------------------------------------------------------------
class Listener:
    """A visitor's page that reads its stream."""

    def __init__(self, place: Place, name: str, secret: str = SECRET, origin: str = SHOP, last: str = "") -> None:
        self.heard: list[tuple[str, Any]] = []
        self.status = 0
        self._news = asyncio.Event()
        self._leave = asyncio.Event()
        headers = {"origin": origin, "authorization": f"Bearer {secret}", "last-event-id": last}
        scope = {
            "type": "http", "method": "GET", "path": f"/chat/{name}/stream", "client": ("127.0.0.1", 1),
            "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
        }  # fmt: skip
        self.task = asyncio.create_task(stream.limited(None)(scope, self._receive, self._send))  # type: ignore[arg-type]

    async def _receive(self) -> MutableMapping[str, Any]:
        await self._leave.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        self.status = message.get("status", self.status)
        for event in message.get("body", b"").decode().split("\n\n"):
            told = dict(line.split(": ", 1) for line in event.split("\n") if ": " in line)
            if "event" in told:
                self.heard.append((told["event"], json.loads(told["data"])))
        self._news.set()

    @property
    def lines(self) -> list[tuple[int, str]]:
        return [(data["n"], data["text"]) for event, data in self.heard if event == "line"]

    async def until(self, done: Any) -> None:
        async with asyncio.timeout(ENDS_S):
            while not done():
                self._news.clear()
                await self._news.wait()

    async def leave(self) -> None:
        self._leave.set()
        await asyncio.wait_for(self.task, ENDS_S)


@pytest.fixture(autouse=True)
def no_farewells(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(_: object) -> None:
        """What comes half a minute later is tested in the flows."""

    monkeypatch.setattr(stream, "_farewell", none)


async def test_two_tabs_hear_everything_once_and_in_order_from_where_they_were(
    mia: Access, place: Place, places: Places
) -> None:
    visit = await sync_to_async(make_visit)(place, now=now())
    name = await sync_to_async(public)(place)

    def say(number: int) -> None:
        visits.say(visit, f"key-{number:04}", text=f"v{number}", now=now())
        visits.answer(Outgoing(f"k{number}", f"a{number}", now(), to=visit.code, private=True), places.files, now=now())

    await sync_to_async(say)(1)
    first, second = Listener(place, name), Listener(place, name, last="1")
    await first.until(lambda: len(first.lines) == 2)
    await asyncio.gather(*(sync_to_async(say, thread_sensitive=False)(number) for number in range(2, 7)))
    for each in (first, second):
        await each.until(lambda each=each: each.lines and each.lines[-1][0] == 12)
    assert [number for number, _ in first.lines] == list(range(1, 13))
    assert [number for number, _ in second.lines] == list(range(2, 13))
    await first.leave()
    await sync_to_async(say)(7)
    again = Listener(place, name, last="12")
    await again.until(lambda: len(again.lines) == 2)
    assert [number for number, _ in again.lines] == [13, 14]
    await again.leave()
    await second.leave()


async def test_a_page_sees_who_types_and_how_it_stands_at_once(mia: Access, place: Place, places: Places) -> None:
    visit = await sync_to_async(make_visit)(place, now=now())
    page = Listener(place, await sync_to_async(public)(place))
    await page.until(lambda: page.heard)
    assert page.heard[0] == ("standing", {"open": False, "before": None, "typing": "", "read": 0})
    await sync_to_async(chat.say)(place, visit, "key-0001", text="Hello", places=places, now=now())
    await page.until(lambda: page.heard[-1][0] == "standing" and page.heard[-1][1]["before"] == 0)
    await sync_to_async(cases.look)(mia, 1, typing=True, now=now())
    await page.until(lambda: page.heard[-1][1] == {"open": False, "before": 0, "typing": "Mia", "read": 1})
    await sync_to_async(visits.end)(await sync_to_async(visits.enter)(place, SECRET, now=now()), now=now())
    await asyncio.wait_for(page.task, ENDS_S)  # it is over for every tab


async def test_strangers_and_pages_elsewhere_hear_nothing(place: Place, charlie: Access) -> None:
    await sync_to_async(make_visit)(place, now=now())
    name = await sync_to_async(public)(place)
    other = await sync_to_async(make_chat)(charlie)
    theirs = await sync_to_async(public)(other)
    for listener, status in (
        (Listener(place, name, secret="t" * 40), 401),
        (Listener(place, name, origin=OTHER), 403),
        (Listener(place, "nowhere"), 403),
        (Listener(place, theirs), 401),
    ):
        await asyncio.wait_for(listener.task, ENDS_S)
        assert (listener.status, listener.heard) == (status, [])


async def test_a_visit_has_only_so_many_streams(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_STREAMS", 2)
    await sync_to_async(make_visit)(place, now=now())
    name = await sync_to_async(public)(place)
    two = [Listener(place, name) for _ in range(2)]
    for each in two:
        await each.until(lambda each=each: each.heard)
    third = Listener(place, name)
    await asyncio.wait_for(third.task, ENDS_S)
    assert third.status == 429
    await two[0].leave()
    fourth = Listener(place, name)
    await fourth.until(lambda: fourth.heard)
    for each in (two[1], fourth):
        await each.leave()
    assert not stream._open


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [("say", "65537", 413), ("say", "", 411), ("say", "1e3", 413), ("send", "8065537", 413), ("say", "9" * 30, 413)],
)
async def test_a_body_that_is_too_long_is_never_read(path: str, length: str, status: int) -> None:
    async def pages(*_: object) -> None:
        raise AssertionError("it was passed on")

    told: list[MutableMapping[str, Any]] = []

    async def keep(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    headers = [(b"content-length", length.encode())] if length else []
    scope = {"type": "http", "method": "POST", "path": f"/chat/x/{path}", "headers": headers}
    await stream.limited(pages)(scope, asyncio.Event().wait, keep)  # type: ignore[arg-type]
    assert told[0]["status"] == status
