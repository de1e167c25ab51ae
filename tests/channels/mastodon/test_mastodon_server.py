"""What only a server that is told what to say can show: streams, scopes, limits, redirects."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.channels.mastodon.listening import Ears, account, answer, posts, tags, texts
from tests.channels.mastodon.samples import ACME, BOB, ON, mention, status
from tests.channels.mastodon.scripted import Call, Scripted

from hubbub.channels.adapters.mastodon import news
from hubbub.channels.core.contract import Attached, BadConnection, Refused, SignInAgain, SlowDown
from hubbub.kernel.batch import Event

NOTIFICATIONS, STATUSES, ME = "/api/v1/notifications", "/api/v1/statuses", "/api/v1/accounts/verify_credentials"


@pytest.fixture
async def server() -> AsyncIterator[Scripted]:
    async with Scripted() as running:
        yield running


def ids(lines: list[bytes]) -> list[str]:
    return [post["uri"].rpartition("/")[2] for post in posts(lines)]


# Streams.


async def test_what_the_stream_tells_is_heard_at_once_and_once(server: Scripted) -> None:
    server.streams = True
    async with Ears(account(server.url)) as ears:
        await ears.begun()
        await server.listened()
        told = mention(1)
        await server.tell("update", json.dumps(status(id="5")))
        await server.tell("notification", json.dumps(mention(2) | {"type": "favourite"}))
        await server.tell("notification", json.dumps(told))
        await server.tell("notification", json.dumps(told))
        await server.tell("notification", "no json")
        await server.tell("status.update", json.dumps(status(id="6", edited_at="2026-11-22T12:01:00Z")))
        await server.tell("status.update", json.dumps(told["status"] | {"edited_at": "2026-11-22T12:01:00Z"}))
        await server.tell("delete", "1001")
        heard = await ears.hear(3)
        await asyncio.sleep(0.1)
        assert [(post["uri"].rpartition("/")[2], post["event"]) for post in heard] == [
            ("1001", Event.CREATE),
            ("1001", Event.EDIT),
            ("1001", Event.DELETE),
        ]
        assert len(ears.lines) == 3


async def test_a_stream_that_is_cut_is_opened_again_and_what_was_missed_is_asked_for(server: Scripted) -> None:
    server.streams = True
    async with Ears(account(server.url)) as ears:
        await ears.begun()
        await server.listened()
        server.says[f"GET {NOTIFICATIONS}"] = lambda call: (200, [] if call.asked("min_id") == "1" else [mention(1)])
        server.says[f"GET {STATUSES}"] = (200, [mention(1)["status"]])
        server.cut()
        await ears.hear(1)
        await server.listened()
        await server.tell("notification", json.dumps(mention(2)))
        await ears.hear(2)
        assert ids(ears.lines) == ["1001", "1002"]
        assert len([call for call in server.calls if call.path == "/api/v1/streaming/user"]) == 2


async def test_what_turns_up_late_among_the_newest_is_heard(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "POLL_S", 0.02)
    listed = [mention(3), mention(1)]

    def page(call: Call) -> tuple[int, object]:
        after = int(call.asked("min_id") or 0)
        return 200, [each for each in listed if int(each["id"]) > after]

    server.says[f"GET {NOTIFICATIONS}"] = (200, [])
    async with Ears(account(server.url)) as ears:
        await ears.begun()
        server.says[f"GET {NOTIFICATIONS}"] = page
        await ears.hear(2)
        listed.insert(1, mention(2))
        await ears.hear(3)
        assert ids(ears.lines) == ["1001", "1003", "1002"]


async def test_hashtag_streams_are_one_for_each_tag(server: Scripted) -> None:
    server.streams = True
    server.says["GET /api/v1/timelines/tag/acme"] = server.says["GET /api/v1/timelines/tag/widget"] = (200, [])
    async with Ears(tags(server.url, "#Acme #widget")) as ears:
        await server.listened(2)
        await ears.begun()
        await server.tell("update", json.dumps(status(id="5")))
        await server.tell("status.update", json.dumps(status(id="5", edited_at="2026-11-22T12:01:00Z")))
        assert [post["event"] for post in await ears.hear(2)] == [Event.CREATE, Event.EDIT]
    asked = {call.asked("tag") for call in server.calls if call.path.endswith("/hashtag")}
    assert asked == {"acme", "widget"}


# Set-up.


@pytest.mark.parametrize(
    ("answer_", "lacking"),
    [
        ({"scope": ["read", "write"]}, ""),
        ({"scope": "read write follow"}, ""),
        ({"scope": ["read"]}, "write:media, write:statuses"),
        ({"scope": ["write", "read:accounts", "read:notifications"]}, "read:search, read:statuses"),
        ({}, ""),
    ],
)
async def test_the_scopes_that_a_token_lacks_are_named(server: Scripted, answer_: object, lacking: str) -> None:
    server.says["GET /oauth/token/info"] = (200, answer_)
    channel = account(server.url)
    if lacking:
        with pytest.raises(BadConnection, match=f"may not {lacking}. Make one"):
            await channel.check()
    else:
        found = await channel.check()
        assert found is not None
        assert found.id == f"acme@{ON}"
    await channel.aclose()


async def test_an_old_server_tells_its_domain_another_way(server: Scripted) -> None:
    server.says["GET /api/v2/instance"] = (404, {"error": "Not found"})
    server.says["GET /api/v1/instance"] = (200, {"uri": "https://Old.example", "urls": {"streaming_api": "ws://x"}})
    channel = account(server.url)
    found = await channel.check()
    assert found is not None
    assert found.id == "acme@old.example"
    await channel.aclose()


async def test_a_hashtag_that_needs_an_account_says_so(server: Scripted) -> None:
    server.says["GET /api/v1/timelines/tag/acme"] = (422, {"error": "This method requires an authenticated user"})
    channel = tags(server.url)
    with pytest.raises(BadConnection, match="give an access token"):
        await channel.check()
    await channel.aclose()


async def test_a_token_goes_along_with_every_call_and_only_to_its_server(server: Scripted) -> None:
    channel = account(server.url, "secret")
    await channel.check()
    assert {call.token for call in server.calls} == {"secret"}
    server.says["GET /file.png"] = (200, b"abc", {"Content-Type": "image/png"})
    await channel.attachment(f"image/png {server.url}/file.png")
    assert server.calls[-1].token == ""
    await channel.aclose()


async def test_nobody_is_followed_to_an_address_without_encryption(server: Scripted) -> None:
    channel = account(server.url)
    with pytest.raises(Refused, match="not encrypted"):
        await channel.attachment("image/png http://files.example/lid.png")
    server.says[f"GET {ME}"] = (302, b"", {"Location": f"http://0.0.0.0:{server.url.rpartition(':')[2]}/elsewhere"})
    server.says["GET /elsewhere"] = (200, ACME)
    with pytest.raises(Refused, match="not encrypted"):
        await channel.check()
    assert server.asked("/elsewhere")[0].token == ""
    await channel.aclose()


# Limits.


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"Retry-After": "30"}, range(30, 31)),
        ({"X-RateLimit-Reset": "in twenty minutes"}, range(1_190, 1_201)),
        ({}, range(60, 61)),
    ],
)
async def test_a_server_says_in_its_own_way_how_long_to_wait(
    server: Scripted, headers: dict[str, str], wait_s: range
) -> None:
    in_twenty = (datetime.now(UTC) + timedelta(minutes=20)).isoformat()
    headers = {name: in_twenty if value.startswith("in ") else value for name, value in headers.items()}
    server.says[f"GET {ME}"] = (429, {"error": "Too many requests"}, headers)
    channel = account(server.url)
    with pytest.raises(SlowDown, match="Too many requests") as caught:
        await channel.check()
    assert caught.value.facts["wait_s"] in wait_s
    await channel.aclose()


async def test_hearing_waits_before_the_allowance_is_used_up(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "POLL_S", 0.01)
    full_at = datetime.now(UTC) + timedelta(seconds=1.5)
    headers = {"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": full_at.isoformat()}
    server.says[f"GET {NOTIFICATIONS}"] = [(200, [], headers), (200, [mention(1)]), (200, [])]
    async with Ears(account(server.url)) as ears:
        await ears.begun()
        await ears.hear(1)
        assert datetime.now(UTC) >= full_at


# Answering.


async def test_a_post_heard_on_another_server_is_answered_on_ours(server: Scripted) -> None:
    far = posts([json.dumps({"on": "far.example", "status": status(id="77", mentions=[])}).encode()])[0]
    server.says["GET /api/v2/search"] = (200, {"statuses": [status(id="4711")]})
    server.says[f"POST {STATUSES}"] = (200, {"id": "9", "url": f"https://{ON}/@acme/9"})
    channel = account(server.url)
    sent = await channel.send(answer("k1", "Hello", far))
    assert (sent.uri, sent.url) == (f"mastodon://{ON}/9", f"https://{ON}/@acme/9")
    (search,), (said,) = server.asked("/api/v2/search"), server.asked(STATUSES, "POST")
    assert (search.asked("q"), search.asked("resolve")) == ("https://home.example/users/Bob/statuses/1", "true")
    assert (said.body["in_reply_to_id"], said.body["status"], said.key) == ("4711", "@bob@home.example Hello", "k1")
    server.says["GET /api/v2/search"] = (200, {"statuses": []})
    with pytest.raises(Refused, match="does not find the post"):
        await channel.send(answer("k2", "Hello", far))
    await channel.aclose()


async def test_a_film_is_waited_for_until_the_server_has_made_it_ready(server: Scripted) -> None:
    server.says["POST /api/v2/media"] = (202, {"id": "5", "url": None})
    server.says["GET /api/v1/media/5"] = [(206, {"id": "5"}), (200, {"id": "5"})]
    server.says[f"POST {STATUSES}"] = (200, {"id": "9"})
    channel = account(server.url)
    await channel.send(answer("k1", "Look", files=(Attached("a.mp4", "video/mp4", b"film", "How to"),)))
    assert server.asked(STATUSES, "POST")[0].body["media_ids"] == ["5"]
    form = server.asked("/api/v2/media", "POST")[0].body
    assert b"How to" in form
    assert b'filename="a.mp4"' in form
    assert len(server.asked("/api/v1/media/5")) == 2
    await channel.aclose()


async def test_an_answer_whose_kept_parts_are_lost_asks_for_the_post(server: Scripted) -> None:
    server.says["GET /api/v1/statuses/109"] = (200, status(spoiler_text="Blood", visibility="unlisted"))
    server.says[f"POST {STATUSES}"] = (200, {"id": "9"})
    channel = account(server.url)
    post = {"uri": f"mastodon://{ON}/109", "ref": "", "author": "bob@home.example"}
    await channel.send(answer("k1", "Hello", post))
    body = server.asked(STATUSES, "POST")[0].body
    assert (body["spoiler_text"], body["visibility"]) == ("Blood", "unlisted")
    assert body["status"] == "@bob@home.example Hello"
    await channel.aclose()


async def test_a_token_that_ends_while_one_listens_asks_to_sign_in_again(server: Scripted) -> None:
    server.says["GET /api/v1/streaming/user"] = (401, {"error": "The access token was revoked"})
    async with Ears(account(server.url)) as ears:
        with pytest.raises(SignInAgain, match="revoked"):
            await ears.hear(1)


async def test_a_server_that_can_not_be_asked_for_many_is_asked_for_each(server: Scripted) -> None:
    server.says[f"GET {NOTIFICATIONS}"] = [(200, [mention(2), mention(1)]), (200, [])]
    server.says["GET /api/v1/statuses/1001"] = (
        200,
        status("<p>Mended</p>", id="1001", edited_at="2026-11-22T12:01:00Z"),
    )
    server.says["GET /api/v1/statuses/1002"] = (403, {"error": "Not now"})
    async with Ears(account(server.url)) as ears:
        await ears.hear(3)
        assert texts(ears.lines) == ["No. 1", "No. 2", "Mended"]
        assert BOB["acct"].lower() == posts(ears.lines)[2]["author"]
