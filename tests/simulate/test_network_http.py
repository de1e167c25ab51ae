"""The network as its callers meet it: over HTTP, served for real on this machine."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.simulate.living import acme, quiet, running, small

from hubbub.simulate.network import Network
from hubbub.simulate.server import Server

DOCS = Path(__file__).parents[2] / "docs"
PASSWORD = acme().brand.password


class Client:
    """Somebody who speaks HTTP with the network."""

    def __init__(self, address: str, session: aiohttp.ClientSession) -> None:
        self.address, self.session, self.token = address, session, ""

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.session.request(
            method, self.address + path, json=body, headers=headers | options.pop("headers", {}), **options
        ) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if answer.content_type == "application/json" else text

    async def sign_in(self, handle: str = "AcmeCustServ", password: str = PASSWORD) -> None:
        status, answer = await self.call("POST", "/sessions", {"handle": handle, "password": password})
        assert status == 201
        self.token = answer["token"]

    async def say(self, handle: str, text: str, **more: Any) -> Any:
        status, answer = await self.call("POST", "/posts", {"as": handle, "text": text, **more})
        assert status in (200, 201), answer
        return answer


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    async with running(quiet(faults=True), tmp_path) as address, aiohttp.ClientSession() as session:
        yield Client(address, session)


@pytest.fixture
async def brand(client: Client) -> Client:
    other = Client(client.address, client.session)
    await other.sign_in()
    return other


async def test_it_says_what_it_is(client: Client) -> None:
    status, about = await client.call("GET", "/")
    assert status == 200
    assert (about["kind"], about["name"], about["max_length"]) == ("hubbub-demo-network", "acme", 500)
    assert about["links"]["events"] == f"{client.address}/events"


async def test_anybody_can_say_something_and_it_comes_as_an_event(client: Client) -> None:
    post = await client.say("Visitor", "Hi @acmecustserv, see https://a.example/b.", followers=12, name="A visitor")
    _, page = await client.call("GET", "/events?after=0")
    (event,) = page["events"]
    assert (event["seq"], event["type"], page["last"]) == (1, "post", 1)
    assert event["post"] == post
    assert post["uri"] == f"demo://acme/Visitor/{post['id'].partition('/')[2]}"
    assert post["mentions"] == ["AcmeCustServ"] and post["links"] == ["https://a.example/b"]
    assert (post["author"]["followers"], post["author"]["name"]) == (12, "A visitor")


async def test_the_same_key_is_the_same_post(client: Client) -> None:
    body = {"as": "visitor", "text": "once", "key": "k-1"}
    assert [(await client.call("POST", "/posts", body))[0] for _ in range(3)] == [201, 200, 200]
    status, answer = await client.call("POST", "/posts", body | {"text": "twice"})
    assert (status, answer["error"]) == (409, "The key k-1 already names another post of @visitor.")
    assert (await client.call("GET", "/events"))[1]["last"] == 1
    assert (await client.call("POST", "/posts", body | {"as": "someone"}))[0] == 201


async def test_figures_of_an_account_are_taken_only_when_it_is_new(client: Client) -> None:
    await client.say("visitor", "one", followers=10)
    await client.say("visitor", "two", followers=500_000)
    _, account = await client.call("GET", "/accounts/VISITOR")
    assert (account["followers"], account["posts"]) == (10, 2)


async def test_a_handle_with_a_password_needs_its_token(client: Client, brand: Client) -> None:
    body = {"as": "AcmeCustServ", "text": "We are giving everything away!"}
    assert (await client.call("POST", "/posts", body))[0] == 401
    assert (await client.call("POST", "/posts", body | {"as": "@acmecustserv"}))[0] == 401
    assert (await client.call("POST", "/posts", body, headers={"Authorization": "Bearer wrong"}))[0] == 401
    assert (await brand.call("POST", "/posts", {"text": "Good morning"}))[0] == 201
    assert (await brand.call("POST", "/posts", {"as": "visitor", "text": "I love Acme"}))[0] == 401
    post = await brand.say("AcmeCustServ", "Tpyo", key="t")
    for method, given in (("PUT", {"text": "defaced"}), ("DELETE", None)):
        assert (await client.call(method, f"/posts/{post['id']}", given))[0] == 401
    assert (await brand.call("PUT", f"/posts/{post['id']}", {"text": "Typo"}))[0] == 200


async def test_a_wrong_password_and_an_unknown_handle_sound_alike(client: Client) -> None:
    answers = [
        await client.call("POST", "/sessions", {"handle": handle, "password": "nonsense"})
        for handle in ("AcmeCustServ", "dan_hollowmere", "nobody", "\u0000")
    ]
    assert {(status, answer["error"]) for status, answer in answers} == {
        (401, "There is no such handle with this password.")
    }


async def test_threads_edits_and_deletes(client: Client) -> None:
    root = await client.say("one", "first", key="r")
    reply = await client.say("two", "second", reply_to=root["id"])
    deeper = await client.say("three", "third", reply_to=reply["uri"])
    assert (deeper["parent"], deeper["root"], deeper["parent_author"]) == (reply["uri"], root["uri"], "two")
    _, edited = await client.call("PUT", f"/posts/{root['id']}", {"text": "first!"})
    assert (edited["text"], edited["created_at"]) == ("first!", root["created_at"]) and edited["edited_at"]
    assert (await client.call("DELETE", f"/posts/{reply['id']}"))[0] == 204
    assert (await client.call("DELETE", f"/posts/{reply['id']}"))[0] == 204
    _, thread = await client.call("GET", f"/threads/{deeper['id']}")
    assert [event["post"]["text"] for event in thread["events"]] == ["first!", "third"]
    assert (await client.call("GET", f"/posts/{reply['id']}"))[0] == 410
    assert (await client.call("POST", "/posts", {"as": "x", "text": "hm", "reply_to": reply["id"]}))[0] == 410
    _, page = await client.call("GET", "/events")
    assert [event["type"] for event in page["events"]] == ["post", "post", "post", "edit", "delete"]
    assert page["events"][-1]["post"]["text"] == ""
    _, listed = await client.call("GET", "/accounts/one/posts")
    assert [event["post"]["text"] for event in listed["events"]] == ["first!"]


async def test_a_long_thread_keeps_its_beginning_and_its_end(client: Client) -> None:
    root = await client.say("one", "first", key="r")
    replies = [await client.say("two", f"reply {number}", reply_to="ONE/r") for number in range(6)]
    for limit, expected in ((0, ["first"]), (1, ["first"]), (3, ["first", "reply 4", "reply 5"])):
        _, thread = await client.call("GET", f"/threads/One/r?limit={limit}")
        assert [event["post"]["text"] for event in thread["events"]] == expected
    assert {reply["parent"] for reply in replies} == {root["uri"]}


async def test_a_repost_needs_no_words(client: Client) -> None:
    first = await client.say("one", "worth repeating")
    status, repost = await client.call("POST", "/posts", {"as": "two", "repost_of": first["id"]})
    assert (status, repost["repost_of"], repost["text"]) == (201, first["uri"], "")


async def test_a_private_message_is_seen_by_two_people_only(client: Client, brand: Client) -> None:
    status, message = await client.call("POST", "/messages", {"as": "visitor", "to": "acmecustserv", "text": "psst"})
    assert (status, message["to"]) == (201, "AcmeCustServ")
    path = f"/messages/{message['id']}"
    assert [(await each.call("GET", path))[0] for each in (client, brand)] == [401, 200]
    assert [(await each.call("GET", "/messages?with=visitor"))[0] for each in (client, brand)] == [401, 200]
    seen = [(await each.call("GET", "/events"))[1] for each in (client, brand)]
    assert [len(page["events"]) for page in seen] == [0, 1]
    assert [page["last"] for page in seen] == [1, 1]
    assert seen[1]["events"][0]["message"] == message
    status, answer = await brand.call("POST", "/messages", {"to": "visitor", "text": "yes?", "key": "m1"})
    assert (status, answer["conversation"]) == (201, message["conversation"])
    assert (await brand.call("POST", "/messages", {"to": "visitor", "text": "yes?", "key": "m1"}))[0] == 200
    assert (await client.call("GET", "/messages/AcmeCustServ/m1", headers={"Authorization": "Bearer x"}))[0] == 401


async def test_messages_of_two_others_are_not_even_there_for_the_brand(client: Client, brand: Client) -> None:
    _, message = await client.call("POST", "/messages", {"as": "one", "to": "dan_hollowmere", "text": "our secret"})
    assert (await brand.call("GET", f"/messages/{message['id']}"))[0] == 404
    assert (await brand.call("GET", "/events"))[1]["events"] == []


async def test_a_long_poll_wakes_up_at_once(client: Client, brand: Client) -> None:
    waiting = asyncio.create_task(brand.call("GET", "/events?after=0&wait=50"))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await client.call("POST", "/messages", {"as": "visitor", "to": "AcmeCustServ", "text": "anyone there?"})
    _, page = await asyncio.wait_for(waiting, 10)
    assert page["events"][0]["message"]["text"] == "anyone there?"


async def test_a_long_poll_sleeps_on_when_the_news_is_not_for_it(client: Client) -> None:
    waiting = asyncio.create_task(client.call("GET", "/events?after=0&wait=50"))
    await asyncio.sleep(0.1)
    await client.call("POST", "/messages", {"as": "visitor", "to": "AcmeCustServ", "text": "private"})
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await client.say("visitor", "public")
    _, page = await asyncio.wait_for(waiting, 10)
    assert [event["seq"] for event in page["events"]] == [2]


async def test_a_poll_without_news_ends_empty(client: Client) -> None:
    status, page = await client.call("GET", "/events?after=0&wait=0")
    assert (status, page["events"], page["last"]) == (200, [], 0)


async def test_a_place_beyond_the_end_is_told_at_once(client: Client) -> None:
    await client.say("visitor", "one")
    _, page = await asyncio.wait_for(client.call("GET", "/events?after=900&wait=50"), 10)
    assert (page["events"], page["last"]) == ([], 1)


async def test_events_come_in_pages(client: Client) -> None:
    for number in range(7):
        await client.say("visitor", f"number {number}")
    seen, after = [], 0
    for _ in range(3):
        _, page = await client.call("GET", f"/events?after={after}&limit=3")
        seen += [event["seq"] for event in page["events"]]
        after = page["last"]
    assert seen == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "/posts", {"as": "visitor", "text": "x" * 501}, 422, "The text has 501 characters; at most 500 fit."),
        ("POST", "/posts", {"as": "visitor", "text": " \u0000 "}, 422, "The text is empty."),
        ("POST", "/posts", {"as": "no spaces", "text": "hi"}, 400, "A handle has 1 to 30 letters"),
        ("POST", "/posts", {"as": "messages", "text": "hi"}, 400, "A handle has 1 to 30 letters"),
        ("POST", "/posts", {"as": "visitor", "text": "hi", "key": "a/b"}, 400, "A key has 1 to 64 letters"),
        ("POST", "/posts", {"as": "visitor", "text": "hi", "reply_to": "x/y"}, 404, "There is no post x/y here."),
        ("POST", "/posts", {"as": "visitor", "text": "hi", "media": 9}, 400, "A post has 0 to 4 pictures, not 9."),
        ("POST", "/posts", {"as": "visitor", "text": "hi", "followers": -1}, 400, "followers is a number from 0"),
        ("POST", "/posts", {"as": "visitor", "text": "hi", "nonsense": 1}, 400, "The body can't be read: object"),
        ("POST", "/posts", {"as": "visitor", "text": 7}, 400, "The body can't be read, text: "),
        ("POST", "/posts", {"text": "hi"}, 400, "Say who speaks: give 'as', or a token."),
        ("POST", "/posts", ["hi"], 400, "The body can't be read: "),
        (
            "POST",
            "/messages",
            {"as": "visitor", "to": "nobody", "text": "hi"},
            404,
            "There is no account @nobody here.",
        ),
        ("POST", "/messages", {"as": "visitor", "to": "visitor", "text": "hi"}, 404, "There is no account @visitor"),
        ("GET", "/events?after=-1", None, 400, "after is a whole number from 0 on."),
        ("GET", "/events?after=1e9", None, 400, "after is a whole number from 0 on."),
        ("GET", "/accounts/nobody", None, 404, "There is no account @nobody here."),
        ("GET", "/posts/a/b", None, 404, "There is no post a/b here."),
        ("GET", "/nowhere", None, 404, "404: Not Found"),
        ("DELETE", "/events", None, 405, "405: Method Not Allowed"),
    ],
)
async def test_a_mistake_is_answered_in_words(
    client: Client, method: str, path: str, body: Any, status: int, words: str
) -> None:
    got, answer = await client.call(method, path, body)
    assert got == status
    assert answer["error"].lower().startswith(words.lower())


@pytest.mark.parametrize(
    "data", [b"", b"[" * 60_000, b'{"as": "v", "text": "\\ud800"}', b"\xff\xfe", b"null", b'{"as": "v", "as": 1}']
)
async def test_a_body_that_is_no_json_is_refused(client: Client, data: bytes) -> None:
    async with client.session.post(
        f"{client.address}/posts", data=data, headers={"Content-Type": "application/json"}
    ) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"].startswith("The body can't be read")


async def test_a_form_on_a_foreign_web_page_can_not_speak_here(client: Client) -> None:
    data = json.dumps({"as": "visitor", "text": "hi"})
    async with client.session.post(f"{client.address}/posts", data=data) as answer:
        assert answer.status == 415


async def test_a_huge_body_is_refused(client: Client) -> None:
    status, answer = await client.call("POST", "/posts", {"as": "visitor", "text": "x" * 100_000})
    assert status == 413 and answer["error"]


async def test_the_page_of_a_post_shows_its_text_and_never_runs_it(client: Client) -> None:
    evil = "<script>alert(1)</script> <img src=x onerror=alert(2)> \"' & \u202eabc"
    post = await client.say("visitor", evil, name="<b>Bold</b>")
    await client.say("visitor2", "</p></article><script>", reply_to=post["id"])
    for url in (post["url"], f"{client.address}/@visitor"):
        async with client.session.get(url) as answer:
            page = await answer.text()
            policy = answer.headers["Content-Security-Policy"]
        assert answer.status == 200 and answer.content_type == "text/html"
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "&lt;b&gt;Bold" in page
        assert "<script" not in page and "<img" not in page and "<b>Bold" not in page
        assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy


@pytest.mark.parametrize("kind", ["503", "429"])
async def test_a_fault_before_acting_does_nothing(client: Client, kind: str) -> None:
    await client.call("POST", "/_faults", {"next_posts": kind})
    status, _ = await client.call("POST", "/posts", {"as": "visitor", "text": "hi", "key": "k"})
    assert status == int(kind)
    assert (await client.call("GET", "/posts/visitor/k"))[0] == 404
    assert (await client.call("POST", "/posts", {"as": "visitor", "text": "hi", "key": "k"}))[0] == 201


@pytest.mark.parametrize(("kind", "there"), [("lost", 200), ("reset", 404)])
async def test_a_broken_connection_may_hide_that_it_was_done(client: Client, kind: str, there: int) -> None:
    await client.call("POST", "/_faults", {"next_posts": kind})
    with pytest.raises(aiohttp.ClientError):
        await client.call("POST", "/posts", {"as": "visitor", "text": "hi", "key": "k"})
    assert (await client.call("GET", "/posts/visitor/k"))[0] == there


async def test_faults_are_off_unless_the_world_file_says_so(tmp_path: Path) -> None:
    async with running(quiet(), tmp_path) as address, aiohttp.ClientSession() as session:
        assert (await Client(address, session).call("POST", "/_faults", {"next_posts": "lost"}))[0] == 404


async def test_what_was_answered_is_there_after_a_restart_and_old_tokens_are_not(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        async with running(quiet(), tmp_path) as address:
            first = Client(address, session)
            await first.sign_in()
            post = await first.say("AcmeCustServ", "still here?")
        async with running(quiet(), tmp_path) as address:
            second = Client(address, session)
            _, page = await second.call("GET", "/events")
            assert [event["post"]["id"] for event in page["events"]] == [post["id"]]
            second.token = first.token
            assert (await second.call("GET", "/events"))[0] == 401


SERVE = """
import asyncio, pathlib, sys
from hubbub.simulate.server import serve
from hubbub.simulate.world import read_world
ready = lambda address: print(address, flush=True)
asyncio.run(serve(world=read_world(), home=pathlib.Path(sys.argv[1]), port=0, ready=ready, stop=asyncio.Event()))
"""


async def test_what_was_answered_survives_a_killed_process(tmp_path: Path) -> None:
    said: list[str] = []
    for round_ in range(2):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SERVE, str(tmp_path), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        address = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()
        async with aiohttp.ClientSession() as session:
            client = Client(address, session)
            for post_id in said:
                assert (await client.call("GET", f"/posts/{post_id}"))[0] == 200
            for number in range(20):
                said.append((await client.say("visitor", f"number {round_}/{number}"))["id"])
            process.kill()
        await process.wait()
    _, names = zip(*(post_id.split("/") for post_id in said), strict=True)
    assert len(set(names)) == 40


async def test_the_world_lives_while_it_is_served(tmp_path: Path) -> None:
    async with running(small(speed=20.0), tmp_path) as address, aiohttp.ClientSession() as session:
        client = Client(address, session)
        texts: list[str] = []
        after = 0
        while not any("Its disgusting!" in text for text in texts):
            _, page = await client.call("GET", f"/events?after={after}&wait=20")
            after = page["last"]
            texts += [event["post"]["text"] for event in page["events"]]


async def test_a_long_poll_ends_when_the_network_stops(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        async with running(quiet(), tmp_path) as address:
            waiting = asyncio.create_task(Client(address, session).call("GET", "/events?wait=60"))
            await asyncio.sleep(0.2)
        status, page = await asyncio.wait_for(waiting, 10)
    assert (status, page["events"]) == (200, [])


def test_the_page_about_the_network_names_every_path() -> None:
    page = (DOCS / "demo-network.md").read_text(encoding="utf-8")
    network = Network("x", "http://x")
    app = Server(network, datetime.now(UTC), None, None, faults=True).app()  # type: ignore[arg-type]
    paths = {
        f"{route.method} {route.resource.canonical}"
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    named = {path.replace("{", "<").replace("}", ">") for path in paths}
    assert sorted(path for path in named if path not in page) == []
