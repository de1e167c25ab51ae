"""The connector against a stateful server: both ways, over cuts and kills, once each."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.channels.mastodon.listening import Ears, account, answer, heard, posts, tags, texts
from tests.channels.mastodon.mock import CUST, DORA, SHOP, Mock, token_of

from hubbub.channels.adapters.mastodon import channel as module
from hubbub.channels.adapters.mastodon import news
from hubbub.channels.adapters.mastodon.channel import Mastodon
from hubbub.channels.core.contract import Attached, BadConnection, Refused, SignInAgain, SlowDown
from hubbub.infra.http import AddressRefused, AnswerLost, Http, Unreachable
from hubbub.kernel.batch import Event
from hubbub.kernel.details import details_of

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")
STATUSES = "/api/v1/statuses"


@pytest.fixture
async def shop(mock: Mock) -> AsyncIterator[Mastodon]:
    made = account(mock.url)
    yield made
    await made.aclose()


async def mentioned(mock: Mock, text: str, **more: object) -> dict[str, object]:
    """A customer's word to us, as it is heard."""
    mock.post(CUST, f"@{SHOP} {text}", **more)
    channel = account(mock.url)
    lines, _ = await heard(channel, None, 1)
    await channel.aclose()
    return posts(lines)[-1]


# Set-up.


async def test_our_account_is_named_in_full(mock: Mock, shop: Mastodon) -> None:
    found = await shop.check()
    assert found is not None
    assert found.id == found.handle == f"{SHOP}@{mock.domain}"


async def test_a_token_that_is_not_accepted_is_said_to_be_one(mock: Mock) -> None:
    channel = account(mock.url, "wrong")
    with pytest.raises(SignInAgain, match="does not let this account in"):
        await channel.check()
    with pytest.raises(SignInAgain):
        await heard(channel, None, 1)
    await channel.aclose()


async def test_hashtags_need_no_account(mock: Mock) -> None:
    channel = tags(mock.url)
    assert await channel.check() is None
    assert channel.scope == f"mastodon:127.0.0.1:{mock.url.rpartition(':')[2]}#acme"
    assert tags(mock.url, token=token_of(CUST)).scope is None
    await channel.aclose()


async def test_a_server_in_our_own_network_is_not_reached_unless_it_is_allowed(mock: Mock) -> None:
    channel = Mastodon({"server": mock.url}, {"token": "x"}, Http("mastodon", allow_private=False))
    with pytest.raises(AddressRefused, match="add mastodon to HUBBUB_ALLOW_PRIVATE"):
        await channel.check()
    await channel.aclose()


# Hearing.


async def test_a_mention_is_heard_as_it_is_said(mock: Mock, shop: Mastodon) -> None:
    async with Ears(shop) as ears:
        await ears.begun()
        mock.post(CUST, f"@{SHOP} my #widget broke, see https://acme.example/w", language="en")
        (post,) = await ears.hear(1, within_s=5)
    assert post["author"] == f"{CUST}@{mock.domain}"
    assert post["text"] == "@shop my #widget broke, see https://acme.example/w"
    assert post["mentions"] == [f"{SHOP}@{mock.domain}"]
    assert (post["links"], post["private"], post["lang"]) == (["https://acme.example/w"], False, "en")
    assert details_of(post["details"]).visibility == "public"


async def test_what_was_said_while_nobody_listened_is_heard_once_from_any_cursor(mock: Mock) -> None:
    first = account(mock.url)
    async with Ears(first) as ears:
        await ears.begun()
        cursor = ears.cursor
    for number in range(95):
        mock.post(CUST, f"@{SHOP} no. {number}")
    async with Ears(account(mock.url), cursor) as ears:
        told = await ears.hear(95)
        await asyncio.sleep(0.3)
        assert len(ears.lines) == 95
        half = 55
    assert [post["text"].rpartition(" ")[2] for post in told] == [str(number) for number in range(95)]
    for count in (1, 41, half):
        channel = account(mock.url)
        lines, at = await heard(channel, cursor, count)
        rest, _ = await heard(channel, at, 95 - len(lines))
        assert texts(lines + rest) == [post["text"] for post in told]
        await channel.aclose()


async def test_the_first_time_the_last_forty_are_heard(mock: Mock, shop: Mastodon) -> None:
    for number in range(45):
        mock.post(CUST, f"@{SHOP} no. {number}")
    lines, _ = await heard(shop, None, 40)
    assert texts(lines) == [f"@shop no. {number}" for number in range(5, 45)]


async def test_a_server_without_a_stream_is_asked_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "POLL_S", 0.05)
    with Mock(tmp_path / "quiet", streams=False) as quiet:
        async with Ears(account(quiet.url)) as ears:
            await ears.begun()
            for number in range(3):
                quiet.post(CUST, f"@{SHOP} no. {number}")
                await ears.hear(number + 1)
            assert texts(ears.lines) == ["@shop no. 0", "@shop no. 1", "@shop no. 2"]


async def test_a_server_that_dies_and_comes_back_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    with Mock(tmp_path / "mortal", keeps=True) as mortal:
        async with Ears(account(mortal.url)) as ears:
            await ears.begun()
            mortal.post(CUST, f"@{SHOP} before")
            await ears.hear(1)
            mortal.kill()
            async with asyncio.timeout(20):
                with pytest.raises(Unreachable):
                    await ears.hear(2)
            cursor = ears.cursor
        await asyncio.to_thread(mortal.start)
        mortal.post(CUST, f"@{SHOP} meanwhile")
        async with Ears(account(mortal.url), cursor) as ears:
            await ears.hear(1)
            mortal.post(CUST, f"@{SHOP} after")
            await ears.hear(2)
            assert texts(ears.lines) == ["@shop meanwhile", "@shop after"]


async def test_edits_and_deletes_that_no_stream_tells_are_found(
    mock: Mock, shop: Mastodon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "ASK_S", 0.1)
    monkeypatch.setattr(module, "LOOK_S", 0.1)
    kept, edited, gone = (mock.post(CUST, f"@{SHOP} {word}")["id"] for word in ("kept", "edited", "gone"))
    async with Ears(shop) as ears:
        await ears.hear(3)
        mock.edit(CUST, edited, f"@{SHOP} mended")
        mock.delete(CUST, gone)
        told = await ears.hear(5)
        await asyncio.sleep(0.5)
        assert len(ears.lines) == 5
        assert kept in ears.cursor["posts"]
        assert gone not in ears.cursor["posts"]
    changes = {post["uri"]: post for post in told[3:]}
    edit, delete = (changes[f"mastodon://{mock.domain}/{key}"] for key in (edited, gone))
    assert (edit["event"], edit["text"]) == (Event.EDIT, "@shop mended")
    assert edit["happened_at"] > edit["created_at"]
    assert delete["event"] == Event.DELETE


async def test_edits_and_deletes_while_nobody_listened_are_found_when_one_does_again(mock: Mock) -> None:
    edited, gone = (mock.post(CUST, f"@{SHOP} {word}")["id"] for word in ("edited", "gone"))
    async with Ears(account(mock.url)) as ears:
        await ears.hear(2)
        cursor = ears.cursor
    mock.edit(CUST, edited, f"@{SHOP} mended")
    mock.delete(CUST, gone)
    async with Ears(account(mock.url), cursor) as ears:
        told = await ears.hear(2)
    assert {post["event"] for post in told} == {Event.EDIT, Event.DELETE}


async def test_hashtags_are_heard_streamed_and_caught_up_with(mock: Mock) -> None:
    mock.post(CUST, "an #acme lid")
    async with Ears(tags(mock.url, "#acme #widget")) as ears:
        await ears.hear(1)
        mock.post(CUST, "a #widget of #acme")
        mock.post(CUST, "no tag at all")
        gone = mock.post(DORA, "my #widget")["id"]
        await ears.hear(3, within_s=5)
        mock.delete(DORA, gone)
        told = await ears.hear(4, within_s=5)
        cursor = ears.cursor
    assert [post["text"] for post in told[:3]] == ["an #acme lid", "a #widget of #acme", "my #widget"]
    assert (told[3]["event"], told[3]["uri"]) == (Event.DELETE, f"mastodon://{mock.domain}/{gone}")
    for number in range(90):
        mock.post(CUST, f"no. {number} #acme")
    channel = tags(mock.url, "#acme #widget")
    lines, _ = await heard(channel, cursor, 90)
    assert {f"no. {number} #acme" for number in range(90)} <= set(texts(lines))
    await channel.aclose()


# Both ways.


async def test_an_answer_stands_below_the_post_and_names_its_author(mock: Mock, shop: Mastodon) -> None:
    post = await mentioned(mock, "my widget broke")
    sent = await shop.send(answer("k1", "Please send it back.", post))
    (ours,) = mock.said_by(SHOP)
    assert sent.uri == f"mastodon://{mock.domain}/{ours['id']}"
    assert ours["content"] == "<p>@cust Please send it back.</p>"
    assert (ours["in_reply_to_id"], ours["visibility"]) == (post["uri"].rpartition("/")[2], "public")
    around = await shop.thread(post["uri"])
    assert around is not None
    assert [each["uri"] for each in posts(list(around.lines))] == [post["uri"], sent.uri]


async def test_private_words_are_heard_as_private_and_answered_in_private(mock: Mock, shop: Mastodon) -> None:
    post = await mentioned(mock, f"my number is 4711, @{DORA} knows", visibility="direct")
    assert post["private"]
    await shop.send(answer("k1", "Thank you", post, private=True))
    (ours,) = mock.said_by(SHOP)
    assert (ours["visibility"], ours["content"]) == ("direct", "<p>@cust Thank you</p>")
    assert [each["acct"] for each in ours["mentions"]] == [CUST]
    waiting = mock.ask("GET", "/api/v1/notifications", by=DORA)
    assert [each["account"]["acct"] for each in waiting] == [CUST]
    assert [each["status"]["id"] for each in mock.ask("GET", "/api/v1/notifications", by=CUST)] == [ours["id"]]


async def test_a_warning_and_an_unlisted_place_are_kept(mock: Mock, shop: Mastodon) -> None:
    post = await mentioned(mock, "it cut me", spoiler_text="Blood", visibility="unlisted", language="de")
    assert details_of(post["details"]).warning == "Blood"
    await shop.send(answer("k1", "How are you?", post))
    (ours,) = mock.said_by(SHOP)
    assert (ours["spoiler_text"], ours["visibility"], ours["language"]) == ("Blood", "unlisted", "de")


async def test_a_poll_is_heard_with_its_choices_and_votes(mock: Mock) -> None:
    post = await mentioned(mock, "which?", poll={"options": ["Mend", "Replace"], "expires_in": 3600})
    assert [(each.text, each.votes) for each in details_of(post["details"]).poll] == [("Mend", 0), ("Replace", 0)]


async def test_pictures_come_and_leave_with_their_words(mock: Mock, shop: Mastodon) -> None:
    post = await mentioned(mock, "hello")
    picture = Attached("lid.png", "image/png", PIXEL, "A broken lid")
    await shop.send(answer("k1", "Like this?", post, files=(picture, picture)))
    (ours,) = mock.said_by(SHOP)
    assert [each["description"] for each in ours["media_attachments"]] == ["A broken lid"] * 2
    # The customer's own, from the other side.
    sender = account(mock.url, token_of(CUST))
    await sender.send(answer("k2", f"@{SHOP} mine", files=(picture,)))
    lines, _ = await heard(shop, None, 2)
    theirs = posts(lines)[-1]
    (file,) = details_of(theirs["details"]).files
    assert (theirs["media"], file.alt, file.type) == (1, "A broken lid", "image/png")
    fetched = await shop.attachment(file.ref)
    assert fetched is not None
    assert (fetched.data, fetched.type) == (PIXEL, "image/png")
    assert await shop.attachment(f"image/png {mock.url}/media/attachments/none.png") is None
    await sender.aclose()


async def test_the_same_message_sent_again_stands_once(mock: Mock, shop: Mastodon) -> None:
    post = await mentioned(mock, "hello")
    message = answer("k1", "Once is enough.", post)
    assert await shop.send(message) == await shop.send(message)
    assert len(mock.said_by(SHOP)) == 1


async def test_fifty_sends_at_once_under_one_key_stand_once(mock: Mock) -> None:
    post = await mentioned(mock, "hello")
    message = answer("k1", "Once is enough.", post)
    channels = [account(mock.url) for _ in range(5)]
    sent = await asyncio.gather(*(channel.send(message) for channel in channels for _ in range(10)))
    assert len({each.uri for each in sent}) == len(mock.said_by(SHOP)) == 1
    for channel in channels:
        await channel.aclose()


async def test_a_message_is_found_again_by_its_words_and_place(mock: Mock, shop: Mastodon) -> None:
    post = await mentioned(mock, "hello")
    message = answer("k1", "It is on its way: https://acme.example/track?a=1&b=2\n\nThank you, “Bob” <3", post)
    assert await shop.find(message) is None
    for number in range(45):
        mock.post(SHOP, f"something else, {number}")
    sent = await shop.send(message)
    for number in range(45):
        mock.post(SHOP, f"something else again, {number}")
    assert await shop.find(message) == sent
    assert await shop.find(answer("k2", "It is on its way", post)) is None
    assert await shop.find(answer("k3", message.text)) is None


# Limits and failures.


async def test_a_server_that_is_asked_too_often_says_how_long_to_wait(mock: Mock, shop: Mastodon) -> None:
    post = await mentioned(mock, "hello")
    mock.fail(
        {"methods": ["POST"], "path": STATUSES}, {"type": "status", "status": 429, "headers": {"Retry-After": "7"}}, 1
    )
    with pytest.raises(SlowDown) as caught:
        await shop.send(answer("k1", "Soon", post))
    assert caught.value.facts["wait_s"] == 7
    await shop.send(answer("k1", "Soon", post))
    assert len(mock.said_by(SHOP)) == 1
    mock.fail({"path": "/api/v1/notifications"}, {"type": "ratelimit"}, 1)
    with pytest.raises(SlowDown):
        await heard(shop, None, 1)


async def test_an_answer_that_is_lost_is_found_before_it_is_sent_again(mock: Mock, shop: Mastodon) -> None:
    post = await mentioned(mock, "hello")
    mock.fail({"methods": ["POST"], "path": STATUSES}, {"type": "status", "status": 503}, 1)
    with pytest.raises(AnswerLost):
        await shop.send(answer("k1", "Are you there?", post))
    assert await shop.find(answer("k1", "Are you there?", post)) is None
    mock.fail({"methods": ["POST"], "path": STATUSES}, {"type": "malformed"}, 1)
    with pytest.raises(AnswerLost):
        await shop.send(answer("k1", "Are you there?", post))


@pytest.mark.parametrize("status", [403, 404, 422])
async def test_a_refusal_is_in_the_servers_words(mock: Mock, shop: Mastodon, status: int) -> None:
    post = await mentioned(mock, "hello")
    effect = {"type": "status", "status": status, "body": {"error": "Not with us"}}
    mock.fail({"methods": ["POST"], "path": STATUSES}, effect, 1)
    with pytest.raises(Refused, match="“Not with us”") as caught:
        await shop.send(answer("k1", "Hello", post))
    assert not isinstance(caught.value, SlowDown | SignInAgain)


async def test_a_reading_that_fails_is_no_doubt_about_a_message(mock: Mock, shop: Mastodon) -> None:
    mock.fail({"path": "/api/v1/accounts/lookup"}, {"type": "status", "status": 500}, 1)
    with pytest.raises(Unreachable) as caught:
        await shop.account(CUST)
    assert not isinstance(caught.value, AnswerLost)


# Reading.


async def test_profiles_and_last_posts_are_read(mock: Mock, shop: Mastodon) -> None:
    mock.post(CUST, "in private", visibility="direct")
    for name in (CUST, f"@{CUST}@{mock.domain}", f"{CUST}@{mock.domain}"):
        found = await shop.account(name)
        assert found is not None
        assert found.id == f"{CUST}@{mock.domain}"
    assert await shop.last_post(CUST) is None
    mock.post(CUST, "in public")
    assert await shop.last_post(CUST) is not None
    for nobody in ("nobody", "nobody@far.example", "a b", ""):
        assert await shop.account(nobody) is None
        assert await shop.last_post(nobody) is None


async def test_a_timeline_is_what_somebody_said_in_public(mock: Mock, shop: Mastodon) -> None:
    mock.post(CUST, "bought this widget in 2019")
    mock.post(CUST, "in private", visibility="direct")
    found = await shop.timeline(f"{CUST}@{mock.domain}")
    assert found is not None
    assert texts(list(found.lines)) == ["bought this widget in 2019"]
    for nobody in ("nobody", "a b", ""):
        nothing = await shop.timeline(nobody)
        assert nothing is not None
        assert list(nothing.lines) == []


async def test_a_thread_that_is_gone_has_no_lines(mock: Mock, shop: Mastodon) -> None:
    gone = await shop.thread(f"mastodon://{mock.domain}/1")
    assert gone is not None
    assert list(gone.lines) == []
    for elsewhere in ("at://did:plc:x/app.bsky.feed.post/1", "mastodon://far.example/1", ""):
        assert await shop.thread(elsewhere) is None


async def test_a_search_finds_public_words_since_then(mock: Mock, shop: Mastodon) -> None:
    first = posts([*(await _line(mock, shop, "my widget hums"))])[0]
    mock.post(CUST, "widget, in private", visibility="direct")
    mock.post(CUST, "no such thing")
    found = await shop.search("widget", first["created_at"])
    assert found is not None
    assert texts(list(found.lines)) == ["my widget hums"]
    later = await shop.search("widget", first["created_at"].replace(year=2100))
    assert later is not None
    assert list(later.lines) == []


async def _line(mock: Mock, shop: Mastodon, text: str) -> list[bytes]:
    said = mock.post(CUST, text)
    around = await shop.thread(f"mastodon://{mock.domain}/{said['id']}")
    assert around is not None
    return list(around.lines)


async def test_no_server_is_said_to_be_none(mock: Mock) -> None:
    mock.fail({"path": "/api/v*/instance"}, {"type": "status", "status": 404})
    channel = account(mock.url)
    with pytest.raises(BadConnection, match="There is no Mastodon server at"):
        await channel.check()
    await channel.aclose()
