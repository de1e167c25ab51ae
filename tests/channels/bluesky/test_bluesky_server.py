"""Signing in, and what the account channel makes of every kind of answer."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.channels.bluesky.inbox import Inbox, told
from tests.channels.bluesky.samples import ACME, CID, MIA, PARENT, ROOT, notification, record
from tests.channels.bluesky.server import Answer, Call, Server

from hubbub.channels.adapters.bluesky import channel as module
from hubbub.channels.adapters.bluesky.channel import Bluesky
from hubbub.channels.adapters.bluesky.jetstream import Jetstream
from hubbub.channels.adapters.bluesky.tid import tid
from hubbub.channels.core.contract import (
    BadConnection,
    NotPossible,
    Outgoing,
    Refused,
    SignInAgain,
    SlowDown,
    too_long,
)
from hubbub.infra.http import AnswerLost, Http, Unreachable
from hubbub.kernel.batch import Event, RawBatch

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MESSAGE = Outgoing(key="message-1", text="Sorry to hear that", queued_at=NOON)
CREATE = "com.atproto.repo.createRecord"
GET = "com.atproto.repo.getRecord"
LIST = "app.bsky.notification.listNotifications"
PROFILE = "app.bsky.actor.getProfile"
NO_RECORD: Answer = (400, {"error": "RecordNotFound", "message": "Could not locate record"})
CREATED: Answer = (200, {"uri": "at://x", "cid": CID})


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as made:
        yield made


@pytest.fixture
async def bluesky(server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bluesky]:
    monkeypatch.setattr(module, "POLL_S", 0.01)
    made = connect(server)
    yield made
    await made.aclose()


def connect(server: Server, **config: str) -> Bluesky:
    http = Http("bluesky", allow_private=True, timeout_s=5)
    return Bluesky({"server": server.url, "handle": "@acme.test", **config}, {"password": "open sesame"}, http)


# Signing in.


async def test_one_session_serves_all_calls_even_at_once(server: Server, bluesky: Bluesky) -> None:
    server.says[PROFILE] = [(200, {"did": MIA, "handle": "mia.test"})]
    await asyncio.gather(*(bluesky.account(MIA) for _ in range(5)))
    assert server.count("createSession") == 1
    assert server.calls[0].body == {"identifier": "acme.test", "password": "open sesame"}
    assert {call.token for call in server.calls[1:]} == {"access-createSession-1"}


async def test_an_expired_token_is_renewed_once_and_the_call_made_again(server: Server, bluesky: Bluesky) -> None:
    def answer(call: Call) -> Answer:
        if call.token == "access-createSession-1":
            return 400, {"error": "ExpiredToken", "message": "Token has expired"}
        return 200, {"did": MIA, "handle": "mia.test"}

    server.says[PROFILE] = answer
    found = await asyncio.gather(*(bluesky.account(MIA) for _ in range(4)))
    assert all(found)
    assert (server.count("createSession"), server.count("refreshSession")) == (1, 1)
    (refresh,) = (call for call in server.calls if call.method.endswith("refreshSession"))
    assert refresh.token == "refresh-createSession-1"


async def test_a_session_that_can_not_be_renewed_begins_anew_with_the_password(
    server: Server, bluesky: Bluesky
) -> None:
    server.says[PROFILE] = lambda call: (
        (200, {"did": MIA, "handle": "mia.test"})
        if call.token == "access-createSession-2"
        else (400, {"error": "ExpiredToken", "message": "Token has expired"})
    )
    server.says["com.atproto.server.refreshSession"] = [(400, {"error": "ExpiredToken", "message": "Revoked"})]
    assert await bluesky.account(MIA)
    assert server.count("createSession") == 2


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, "Invalid identifier"),
        (401, {"error": "AuthFactorTokenRequired", "message": "A sign in code has been sent"}, "A sign in code"),
        (400, {"error": "AccountDeactivated", "message": "Account is deactivated"}, "deactivated"),
        (401, b"go away", "401"),
    ],
)
async def test_a_network_that_does_not_let_us_in_says_why(
    server: Server, bluesky: Bluesky, status: int, body: Any, words: str
) -> None:
    server.says["com.atproto.server.createSession"] = [(status, body)]
    with pytest.raises(SignInAgain, match=words):
        await bluesky.check()


async def test_checking_signs_in_anew_and_works_before_the_index_knows_us(server: Server, bluesky: Bluesky) -> None:
    server.says[PROFILE] = [(400, {"error": "InvalidRequest", "message": "Profile not found"})]
    for _ in range(2):
        account = await bluesky.check()
        assert account is not None
        assert (account.id, account.handle) == (ACME, "acme.test")
    assert server.count("createSession") == 2


async def test_our_own_records_are_kept_where_the_directory_says(server: Server) -> None:
    async with Server() as own:
        document = {"service": [{"id": "#atproto_pds", "type": "x", "serviceEndpoint": own.url}]}
        server.says["com.atproto.server.createSession"] = [
            (200, {"did": ACME, "handle": "acme.test", "accessJwt": "a", "refreshJwt": "r", "didDoc": document})
        ]
        own.says[CREATE] = [CREATED]
        channel = connect(server)
        await channel.send(MESSAGE)
        await channel.aclose()
        assert (server.count(CREATE), own.count(CREATE)) == (0, 1)


async def test_a_directory_that_names_an_unsafe_place_is_not_followed(server: Server, bluesky: Bluesky) -> None:
    document = {"service": [{"id": "#atproto_pds", "serviceEndpoint": "http://pds.example.com"}]}
    server.says["com.atproto.server.createSession"] = [
        (200, {"did": ACME, "handle": "acme.test", "accessJwt": "a", "refreshJwt": "r", "didDoc": document})
    ]
    server.says[CREATE] = [CREATED]
    await bluesky.send(MESSAGE)
    assert server.count(CREATE) == 1


@pytest.mark.parametrize("server", ["http://bsky.social", "bsky.social", "ftp://x.y", "https://", "https://[", "//x"])
def test_a_password_never_goes_out_unencrypted(server: str) -> None:
    with pytest.raises(BadConnection, match="https"):
        Bluesky({"server": server, "handle": "acme.test"}, {"password": "x"}, Http("bluesky", allow_private=False))


async def test_no_error_and_no_value_shows_a_secret(server: Server, bluesky: Bluesky) -> None:
    server.says[PROFILE] = [(500, b"oops")]
    with pytest.raises(Unreachable) as caught:
        await bluesky.account(MIA)
    shown = f"{caught.value!r} {caught.value.facts} {await bluesky._xrpc.session()!r}"
    assert "sesame" not in shown
    assert "createSession-1" not in shown


# What answers mean.


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"Retry-After": "7"}, 7),
        ({"RateLimit-Reset": "in 1800 s"}, pytest.approx(1_800, abs=60)),
        ({"RateLimit-Reset": "0"}, 1),
        ({"Retry-After": "tomorrow", "RateLimit-Reset": "9" * 30}, 3_600),
        ({"Retry-After": "nan"}, 60),
        ({}, 60),
    ],
)
async def test_too_many_requests_say_how_long_to_wait(
    server: Server, bluesky: Bluesky, headers: dict[str, str], wait_s: Any
) -> None:
    said = {name: value.replace("in 1800 s", str(int(time.time()) + 1_800)) for name, value in headers.items()}
    server.says[CREATE] = [(429, {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}, said)]
    with pytest.raises(SlowDown, match="RateLimitExceeded") as caught:
        await bluesky.send(MESSAGE)
    assert caught.value.facts["wait_s"] == wait_s


async def test_a_failing_read_is_unreachable_and_nothing_worse(server: Server, bluesky: Bluesky) -> None:
    server.says[PROFILE] = [(502, {"error": "UpstreamFailure"}), None]
    for words in ("it says “UpstreamFailure”", "reached"):
        with pytest.raises(Unreachable, match=words) as caught:
            await bluesky.account(MIA)
        assert not isinstance(caught.value, AnswerLost)


async def test_a_sign_in_whose_answer_is_lost_leaves_no_doubt_about_the_message(
    server: Server, bluesky: Bluesky
) -> None:
    server.says["com.atproto.server.createSession"] = [None]
    with pytest.raises(Unreachable) as caught:
        await bluesky.send(MESSAGE)
    assert not isinstance(caught.value, AnswerLost)


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'{"did":5}', b'{"did":"\xff"}', b"[" * 100_000])
async def test_an_answer_that_can_not_be_read_is_said_to_be_one(server: Server, bluesky: Bluesky, body: bytes) -> None:
    server.says[PROFILE] = [(200, body)]
    with pytest.raises(Refused, match="can't be read"):
        await bluesky.account(MIA)


async def test_the_networks_words_are_cut_and_cleaned(server: Server, bluesky: Bluesky) -> None:
    server.says[CREATE] = [(400, {"error": "InvalidRequest", "message": "no\x00\n<b>" + "o" * 5_000})]
    with pytest.raises(Refused) as caught:
        await bluesky.send(MESSAGE)
    assert str(caught.value.facts["words"]).startswith("InvalidRequest: no <b>ooo")
    assert len(str(caught.value)) < 600


# Sending.


async def test_a_message_leaves_as_a_record_under_its_own_key(server: Server, bluesky: Bluesky) -> None:
    server.says[CREATE] = [CREATED]
    server.says["com.atproto.identity.resolveHandle"] = [
        (200, {"did": MIA}),
        (400, {"error": "HandleNotFound", "message": "Unable to resolve handle"}),
    ]
    text = "👋 @mia.example.com and @nobody.example.com: https://example.com"
    sent = await bluesky.send(Outgoing("k", text, NOON))
    assert (
        bluesky.expected_uri(Outgoing("k", text, NOON))
        == sent.uri
        == f"at://{ACME}/app.bsky.feed.post/{tid(NOON, 'k')}"
    )
    assert sent.url == f"https://bsky.app/profile/{ACME}/post/{tid(NOON, 'k')}"
    body = server.calls[-1].body
    assert (body["repo"], body["collection"], body["rkey"]) == (ACME, "app.bsky.feed.post", tid(NOON, "k"))
    assert (body["record"]["text"], body["record"]["createdAt"]) == (text, "2026-11-22T12:00:00.000Z")
    kinds = [facet["features"][0]["$type"] for facet in body["record"]["facets"]]
    assert kinds == ["app.bsky.richtext.facet#mention", "app.bsky.richtext.facet#link"]
    assert "reply" not in body["record"]


async def test_a_reply_uses_the_references_that_were_kept(server: Server, bluesky: Bluesky) -> None:
    server.says[CREATE] = [CREATED]
    kept = Bluesky.parse(
        RawBatch([_line(record(reply={"root": ROOT, "parent": PARENT}))], None, NOON)
    ).posts.to_pylist()[0]
    await bluesky.send(Outgoing("k", "Sorry", NOON, parent=kept["uri"], parent_ref=kept["ref"]))
    assert server.calls[-1].body["record"]["reply"] == {"root": ROOT, "parent": {"uri": kept["uri"], "cid": CID}}
    await bluesky.send(Outgoing("k", "Sorry", NOON, parent=ROOT["uri"], parent_ref=f'{{"cid": "{CID}", "root": null}}'))
    assert server.calls[-1].body["record"]["reply"] == {"root": ROOT, "parent": ROOT}


@pytest.mark.parametrize("ref", [None, "", "{}", "not JSON", '{"cid": 5}'])
async def test_a_reply_without_references_asks_the_network_for_them(
    server: Server, bluesky: Bluesky, ref: str | None
) -> None:
    server.says[CREATE] = [CREATED]
    view = notification(record(reply={"root": ROOT, "parent": PARENT}))["post"]
    server.says["app.bsky.feed.getPostThread"] = [(200, {"thread": {"$type": "x", "post": view}})]
    await bluesky.send(Outgoing("k", "Sorry", NOON, parent=view["uri"], parent_ref=ref))
    assert server.calls[-1].body["record"]["reply"] == {"root": ROOT, "parent": {"uri": view["uri"], "cid": CID}}


async def test_a_reply_to_a_post_that_is_gone_is_refused_in_the_networks_words(
    server: Server, bluesky: Bluesky
) -> None:
    server.says["app.bsky.feed.getPostThread"] = [
        (400, {"error": "NotFound", "message": "Post not found: at://x"}),
        (200, {"thread": {"$type": "app.bsky.feed.defs#blockedPost", "uri": "at://x", "blocked": True}}),
    ]
    with pytest.raises(Refused, match="Post not found"):
        await bluesky.send(Outgoing("k", "Sorry", NOON, parent="at://x"))
    with pytest.raises(Refused, match="not there any more"):
        await bluesky.send(Outgoing("k", "Sorry", NOON, parent="at://x"))
    assert server.count(CREATE) == 0


async def test_a_message_that_stands_already_counts_as_sent(server: Server, bluesky: Bluesky) -> None:
    server.says[CREATE] = [(500, {"error": "InternalServerError", "message": "Internal Server Error"})]
    server.says[GET] = [(200, {"uri": "at://x", "cid": CID, "value": record(MESSAGE.text)})]
    assert (await bluesky.send(MESSAGE)).uri == bluesky.expected_uri(MESSAGE)


@pytest.mark.parametrize(
    "standing", [record("Something else"), record(MESSAGE.text, reply={"root": ROOT, "parent": ROOT})]
)
async def test_another_message_under_the_same_key_is_refused(server: Server, bluesky: Bluesky, standing: Any) -> None:
    server.says[CREATE] = [(500, {"error": "InternalServerError"})]
    server.says[GET] = [(200, {"uri": "at://x", "cid": CID, "value": standing})]
    with pytest.raises(Refused, match="another post"):
        await bluesky.send(MESSAGE)


async def test_a_server_that_fails_without_a_record_leaves_the_answer_lost(server: Server, bluesky: Bluesky) -> None:
    server.says[CREATE] = [(503, b"busy")]
    server.says[GET] = [NO_RECORD]
    with pytest.raises(AnswerLost, match="503"):
        await bluesky.send(MESSAGE)


async def test_a_broken_connection_leaves_the_answer_lost_and_a_look_up_tells(server: Server, bluesky: Bluesky) -> None:
    server.says[CREATE] = [None]
    server.says[GET] = [NO_RECORD, (200, {"uri": "at://x", "cid": CID, "value": record(MESSAGE.text)})]
    with pytest.raises(AnswerLost):
        await bluesky.send(MESSAGE)
    assert await bluesky.find(MESSAGE) is None
    found = await bluesky.find(MESSAGE)
    assert found is not None
    assert found.uri == bluesky.expected_uri(MESSAGE)


async def test_a_look_up_that_fails_says_so_instead_of_no(server: Server, bluesky: Bluesky) -> None:
    server.says[GET] = [(400, {"error": "InvalidRequest", "message": "no"}), (500, b""), None]
    for wrong in (Refused, Unreachable, Unreachable):
        with pytest.raises(wrong):
            await bluesky.find(MESSAGE)


async def test_the_uri_is_known_before_signing_in_where_the_account_is(server: Server) -> None:
    known, unknown = connect(server, account=ACME), connect(server)
    assert known.expected_uri(MESSAGE) == f"at://{ACME}/app.bsky.feed.post/{tid(NOON, MESSAGE.key)}"
    assert unknown.expected_uri(MESSAGE) is None
    assert server.calls == []


async def test_private_messages_are_not_possible_yet(bluesky: Bluesky) -> None:
    with pytest.raises(NotPossible, match="private"):
        await bluesky.send(Outgoing("k", "Hello", NOON, to=MIA, private=True))


def test_lengths_are_counted_as_the_network_does() -> None:
    assert too_long("👩‍👩‍👧" * 100, Bluesky.abilities) is None
    assert too_long("x" * 301, Bluesky.abilities) is not None
    assert too_long("👩‍👩‍👧" * 200, Bluesky.abilities) is not None  # bytes


# Hearing: what the real network is not easily brought to.


def _line(post: Any) -> bytes:
    return json.dumps(notification(post)).encode()


@pytest.fixture
def inbox(server: Server) -> Inbox:
    return Inbox(server)


def texts(batch: RawBatch) -> list[str]:
    parsed = Bluesky.parse(batch)
    assert parsed.rejects == ()
    return [str(post["text"]) for post in parsed.posts.to_pylist()]


async def test_the_first_time_the_newest_hundred_of_the_last_day_are_heard_oldest_first(
    inbox: Inbox, bluesky: Bluesky
) -> None:
    now = datetime.now(UTC)
    inbox.items = [told(number, now - timedelta(minutes=number)) for number in range(150)]
    batches = bluesky.hear(None)
    batch = await anext(batches)
    assert texts(batch) == [f"No. {number}" for number in reversed(range(100))]
    assert {post["followers"] for post in Bluesky.parse(batch).posts.to_pylist()} == {7}
    inbox.items.append(told(999, now))
    assert texts(await anext(batches)) == ["No. 999"]  # and none of the older fifty


async def test_what_is_older_than_a_day_is_not_heard_the_first_time(inbox: Inbox, bluesky: Bluesky) -> None:
    now = datetime.now(UTC)
    inbox.items = [told(1, now - timedelta(hours=25)), told(2, now - timedelta(hours=23))]
    assert texts(await anext(bluesky.hear(None))) == ["No. 2"]


async def test_a_long_backlog_is_heard_whole_from_any_cursor_on(inbox: Inbox, bluesky: Bluesky) -> None:
    now = datetime.now(UTC)
    inbox.items = [told(0, now - timedelta(hours=20))]
    cursor = (await anext(bluesky.hear(None))).cursor
    inbox.items += [told(number, now - timedelta(hours=19) + timedelta(seconds=number)) for number in range(1, 1_201)]
    heard, cursors = [], [cursor]
    async for batch in bluesky.hear(cursor):
        heard += texts(batch)
        cursors.append(batch.cursor)
        if len(heard) >= 1_200:
            break
    assert heard == [f"No. {number}" for number in range(1, 1_201)]
    assert len(cursors) > 2
    assert texts(await anext(bluesky.hear(cursors[1])))[0] == "No. 501"


async def test_since_when_we_listen_is_remembered_before_anybody_speaks(inbox: Inbox, bluesky: Bluesky) -> None:
    quiet = await anext(bluesky.hear(None))
    assert quiet.lines == []
    began = datetime.now(UTC)
    inbox.items = [told(1, began)]
    assert texts(await anext(bluesky.hear(quiet.cursor))) == ["No. 1"]


async def test_pages_that_come_empty_because_of_likes_do_not_hide_what_is_below(inbox: Inbox, bluesky: Bluesky) -> None:
    now = datetime.now(UTC)
    inbox.items = [told(1, now - timedelta(minutes=50))]
    inbox.items += [told(n, now - timedelta(seconds=n)) | {"reason": "like"} for n in range(2, 500)]
    assert texts(await anext(bluesky.hear(None))) == ["No. 1"]


async def test_a_post_that_turns_up_among_older_ones_is_heard(inbox: Inbox, bluesky: Bluesky) -> None:
    now = datetime.now(UTC)
    inbox.items = [told(number, now - timedelta(minutes=number)) for number in range(5)]
    batches = bluesky.hear(None)
    await anext(batches)
    inbox.items.append(told(9, now - timedelta(hours=3)))
    assert texts(await anext(batches)) == ["No. 9"]


async def test_only_what_is_truly_gone_is_heard_as_a_delete(server: Server, inbox: Inbox, bluesky: Bluesky) -> None:
    now = datetime.now(UTC)
    inbox.items = [told(number, now - timedelta(minutes=number)) for number in range(4)]
    batches = bluesky.hear(None)
    await anext(batches)
    gone, hidden = inbox.items.pop(1), inbox.items.pop(1)

    def record_of(call: Call) -> Answer:
        if dict(call.query)["rkey"] in hidden["uri"]:
            return 200, {"uri": hidden["uri"], "cid": CID, "value": {"anything": 1}}
        return NO_RECORD

    server.says[GET] = record_of
    (post,) = Bluesky.parse(await anext(batches)).posts.to_pylist()
    assert (post["event"], post["uri"]) == (Event.DELETE, gone["uri"])
    for number in (8, 9):
        inbox.items.append(told(number, now + timedelta(seconds=number)))
        assert texts(await anext(batches)) == [f"No. {number}"]
    assert server.count(GET) == 2  # what is hidden is not asked for again and again


async def test_what_stands_below_the_page_is_not_taken_for_gone(inbox: Inbox, bluesky: Bluesky) -> None:
    now = datetime.now(UTC)
    inbox.items = [told(number, now - timedelta(minutes=number)) for number in range(60)]
    inbox.limit = 20  # this server gives shorter pages than we ask for
    batches = bluesky.hear(None)
    assert len(texts(await anext(batches))) == 60
    for number in (98, 99):
        inbox.items.append(told(number, now + timedelta(seconds=number)))
        assert texts(await anext(batches)) == [f"No. {number}"]


async def test_profiles_are_read_in_batches_and_remembered(server: Server, inbox: Inbox, bluesky: Bluesky) -> None:
    now = datetime.now(UTC)
    inbox.items = [told(n, now - timedelta(seconds=n), did=f"did:plc:someone{n:017}") for n in range(60)]
    batches = bluesky.hear(None)
    await anext(batches)
    assert server.count("getProfiles") == 3
    inbox.items.append(told(99, now, did=f"did:plc:someone{5:017}"))
    await anext(batches)
    assert server.count("getProfiles") == 3


async def test_a_mention_is_heard_even_if_its_authors_profile_can_not_be_read(
    server: Server, inbox: Inbox, bluesky: Bluesky
) -> None:
    inbox.items = [told(1, datetime.now(UTC))]
    server.says["app.bsky.actor.getProfiles"] = [(400, {"error": "InvalidRequest", "message": "no"})]
    (post,) = Bluesky.parse(await anext(bluesky.hear(None))).posts.to_pylist()
    assert (post["text"], post["followers"]) == ("No. 1", None)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((429, {"error": "RateLimitExceeded"}, {"Retry-After": "9"}), SlowDown),
        ((401, {"error": "AuthenticationRequired"}), SignInAgain),
        ((500, b""), Unreachable),
        (None, Unreachable),
        ((200, {"notifications": [{"uri": 5}]}), Refused),
    ],
)
async def test_trouble_while_hearing_is_told_and_not_swallowed(
    server: Server, bluesky: Bluesky, answer: Answer, error: type[Exception]
) -> None:
    server.says[LIST] = [answer]
    with pytest.raises(error):
        await anext(bluesky.hear(None))


async def test_a_thread_leaves_out_what_is_deleted_and_keeps_the_order(server: Server, bluesky: Bluesky) -> None:
    now = datetime.now(UTC)
    view = [told(number, now) for number in range(6)]
    gone = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x", "notFound": True}
    thread = {
        "post": view[2],
        "parent": {"post": view[1], "parent": {"post": view[0], "parent": gone}},
        "replies": [{"post": view[3], "replies": [{"post": view[4]}]}, gone, {"post": view[5], "replies": None}],
    }
    server.says["app.bsky.feed.getPostThread"] = [
        (200, {"thread": thread}),
        (400, {"error": "NotFound", "message": "Post not found: at://x"}),
    ]
    server.says["app.bsky.actor.getProfiles"] = [(200, {"profiles": []})]
    read = await bluesky.thread(view[2]["uri"])
    assert read is not None
    assert texts(read) == [f"No. {number}" for number in range(6)]
    nothing = await bluesky.thread("at://x")
    assert nothing is not None
    assert nothing.lines == []


async def test_a_search_reads_page_after_page_and_each_post_once(server: Server, bluesky: Bluesky) -> None:
    now = datetime.now(UTC)
    view = [told(number, now) for number in range(5)]
    server.says["app.bsky.feed.searchPosts"] = [
        (200, {"posts": view[:3], "cursor": "3"}),
        (200, {"posts": view[2:], "cursor": "6"}),
        (200, {"posts": []}),
    ]
    server.says["app.bsky.actor.getProfiles"] = [(200, {"profiles": []})]
    found = await bluesky.search("late parcel", datetime(2026, 9, 1, 12, tzinfo=UTC))
    assert found is not None
    assert texts(found) == [f"No. {number}" for number in range(5)]
    asked = [dict(call.query) for call in server.calls if call.method.endswith("searchPosts")]
    assert [each.pop("cursor", "") for each in asked] == ["", "3", "6"]
    assert asked[0] == {"q": '"late parcel"', "sort": "latest", "limit": "100", "since": "2026-09-01T12:00:00Z"}


# What somebody said lately, and when last.
FEED = "app.bsky.feed.getAuthorFeed"


async def test_a_timeline_is_ones_own_posts_and_nobodys_is_empty(server: Server, bluesky: Bluesky) -> None:
    now = datetime.now(UTC)
    repost = {"reason": {"$type": "app.bsky.feed.defs#reasonRepost"}}
    feed = [{"post": told(0, now)}, {"post": told(1, now), **repost}, {"post": told(2, now)}]
    nobody = {"error": "InvalidRequest", "message": "Profile not found"}
    server.says[FEED] = [(200, {"feed": feed}), (400, nobody)]
    server.says["app.bsky.actor.getProfiles"] = [(200, {"profiles": []})]
    found = await bluesky.timeline(MIA)
    assert found is not None
    assert texts(found) == ["No. 0", "No. 2"]
    nothing = await bluesky.timeline("nobody.test")
    assert nothing is not None
    assert nothing.lines == []
    asked = [dict(call.query) for call in server.calls if call.method == FEED]
    assert asked[0] == {"actor": MIA, "limit": "40", "filter": "posts_with_replies"}


def in_feed(at: str, **more: Any) -> dict[str, Any]:
    return {"post": {"author": {"did": MIA, "handle": "mia.test"}, "indexedAt": at}, **more}


@pytest.mark.parametrize("public", [False, True])
async def test_the_last_post_is_the_newest_of_ones_own(server: Server, bluesky: Bluesky, public: bool) -> None:
    repost = {"reason": {"$type": "app.bsky.feed.defs#reasonRepost", "by": {"did": MIA, "handle": "mia.test"}}}
    feed = [
        in_feed("2026-11-20T10:00:00Z", **repost),
        in_feed("2026-03-01T10:00:00Z"),
        in_feed("2026-03-04T10:00:00.5Z"),
        in_feed("0000-00-00T00:00:00Z"),
    ]
    server.says[FEED] = [(200, {"feed": feed}), (200, {"feed": []})]
    http = Http("bluesky", allow_private=True, timeout_s=5)
    channel = Jetstream({"url": "ws://127.0.0.1:1/subscribe", "appview": server.url}, {}, http) if public else bluesky
    assert await channel.last_post("mia.test") == datetime(2026, 3, 4, 10, 0, 0, 500_000, tzinfo=UTC)
    assert await channel.last_post("mia.test") is None
    await http.aclose()


@pytest.mark.parametrize("public", [False, True])
async def test_nobody_has_no_last_post(server: Server, bluesky: Bluesky, public: bool) -> None:
    server.says[FEED] = [(400, {"error": "InvalidRequest", "message": "Profile not found"})]
    http = Http("bluesky", allow_private=True, timeout_s=5)
    channel = Jetstream({"url": "ws://127.0.0.1:1/subscribe", "appview": server.url}, {}, http) if public else bluesky
    assert await channel.last_post("nobody.test") is None
    await http.aclose()
