"""A mailbox on a real mail server: what is heard and sent there, whatever breaks on the way."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.channels.mail.letters import mail, mixed
from tests.channels.mail.post_office import DOMAIN, PASSWORD, PostOffice
from tests.channels.mail.proxy import Proxy

from hubbub.channels.adapters.mail import mailbox
from hubbub.channels.adapters.mail.channel import Mail
from hubbub.channels.core.contract import Attached, BadConnection, Outgoing, Refused, SignInAgain
from hubbub.infra.http import AddressRefused, AnswerLost, Http, Unreachable
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.details import details_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def office(post_office: PostOffice) -> Iterator[PostOffice]:
    """The post office with nobody's mails in it."""
    yield post_office
    for who in ("care", "jo"):
        post_office.empty(who)
    post_office.empty("care", "Sent")


def channel(office: PostOffice, password: str = PASSWORD, **changes: Any) -> Mail:
    return Mail(office.config(**changes), {"password": password}, Http("mail", allow_private=True))


@asynccontextmanager
async def hearing(made: Mail, cursor: Any = None) -> AsyncIterator[Callable[[int], Any]]:
    """Hear a mailbox; what is yielded waits for so many mails and returns the batches they came in."""
    stream = made.hear(cursor)

    async def wait_for(count: int) -> list[RawBatch]:
        batches: list[RawBatch] = []
        async with asyncio.timeout(30):
            while sum(len(each.lines) for each in batches) < count:
                batches.append(await anext(stream))
        return batches

    try:
        yield wait_for
    finally:
        await stream.aclose()  # type: ignore[attr-defined]
        await made.aclose()


def texts(batches: list[RawBatch]) -> list[str]:
    return [text for each in batches for text in Mail.parse(each).posts["text"].to_pylist()]


async def first_cursor(office: PostOffice) -> Any:
    stream = channel(office).hear(None)
    batch = await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]
    return batch.cursor


# Hearing ---------------------------------------------------------------------
async def test_mails_come_as_they_arrive_and_stay_unread(office: PostOffice) -> None:
    async with hearing(channel(office)) as wait_for:
        for number in range(3):
            await asyncio.to_thread(office.write, "jo", "care", f"Number {number}", "Hello")
            assert texts(await wait_for(1)) == [f"Hello\n\nNumber {number}"]
    assert await asyncio.to_thread(office.unread, "care") == 3


async def test_what_came_while_nobody_heard_is_heard_and_nothing_twice(office: PostOffice) -> None:
    async with hearing(channel(office)) as wait_for:
        await asyncio.to_thread(office.write, "jo", "care", "Before", "Hello")
        cursor = (await wait_for(1))[-1].cursor
    for number in range(30):
        office.put("care", mail(f"Meanwhile {number}", key=f"{number}@example.org", heard=""))
    async with hearing(channel(office), cursor) as wait_for:
        heard = texts(await wait_for(30))
    assert heard == [f"A question\n\nMeanwhile {number}" for number in range(30)]


async def test_a_connection_that_is_cut_is_told_of_and_loses_nothing(office: PostOffice) -> None:
    made = channel(office)
    stream = made.hear(None)
    cursor = (await anext(stream)).cursor
    coming = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.5)
    await asyncio.to_thread(office.kick, "care")
    with pytest.raises(Unreachable):
        await asyncio.wait_for(coming, 20)
    await asyncio.to_thread(office.write, "jo", "care", "While it was cut", "Hello")
    async with hearing(made, cursor) as wait_for:
        assert texts(await wait_for(1)) == ["Hello\n\nWhile it was cut"]


async def test_a_mailbox_that_numbers_anew_is_searched_again(office: PostOffice) -> None:
    await asyncio.to_thread(office.write, "jo", "care", "Before", "Hello")
    async with hearing(channel(office)) as wait_for:
        cursor = (await wait_for(1))[-1].cursor
    office.begin_anew("care")
    await asyncio.to_thread(office.write, "jo", "care", "After", "Hello")
    async with hearing(channel(office), cursor) as wait_for:
        batches = await wait_for(2)
    assert texts(batches) == ["Hello\n\nBefore", "Hello\n\nAfter"]
    assert batches[-1].cursor["validity"] != cursor["validity"]


async def test_at_first_the_last_two_hundred_are_heard(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "FIRST_MAILS", 3)
    for number in range(5):
        office.put("care", mail(f"Number {number}", key=f"{number}@example.org", heard=""))
    async with hearing(channel(office)) as wait_for:
        assert texts(await wait_for(3)) == [f"A question\n\nNumber {number}" for number in (2, 3, 4)]


async def test_a_mail_that_is_too_large_is_heard_by_its_beginning(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "MAX_MAIL", 100_000)
    monkeypatch.setattr(mailbox, "MAX_HEAD", 20_000)
    office.put(
        "care",
        mixed(
            ("Content-Type: text/plain", "See the film."),
            ("Content-Type: video/mp4; name=film.mp4\nContent-Transfer-Encoding: base64", "QUJD" * 40_000),
            heard="",
        ),
    )
    async with hearing(channel(office)) as wait_for:
        (batch,) = await wait_for(1)
    post = Mail.parse(batch).posts.to_pylist()[0]
    assert post["text"] == "A question\n\nSee the film."
    (film,) = details_of(post["details"]).files
    found = await channel(office).attachment(film.ref)
    assert found is not None
    assert (found.name, len(found.data)) == ("film.mp4", 120_000)


async def test_a_server_that_can_not_speak_by_itself_is_asked(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "POLL_S", 0.2)
    monkeypatch.setattr(mailbox.Mailbox, "can_idle", property(lambda _: False))
    async with hearing(channel(office)) as wait_for:
        await wait_for(0)
        await asyncio.to_thread(office.write, "jo", "care", "Hello", "Hello")
        assert len(texts(await wait_for(1))) == 1


async def test_who_stops_hearing_waits_for_nothing_and_leaves_no_thread(office: PostOffice) -> None:
    made = channel(office)
    stream = made.hear(None)
    await anext(stream)
    coming = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.5)
    async with asyncio.timeout(2):
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await made.aclose()
    await asyncio.sleep(0.5)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("mail-ear")]


async def test_closing_a_channel_ends_its_hearing(office: PostOffice) -> None:
    made = channel(office)
    stream = made.hear(None)
    await anext(stream)
    coming = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.5)
    await made.aclose()
    with pytest.raises(Unreachable):
        await asyncio.wait_for(coming, 5)


# Files -----------------------------------------------------------------------
async def test_a_file_is_fetched_until_its_mail_is_gone(office: PostOffice) -> None:
    content = "QUJD" * 30_000
    office.put(
        "care",
        mixed(
            ("Content-Type: text/plain", "See below."),
            ('Content-Type: image/png; name="a b.png"\nContent-Transfer-Encoding: base64', content),
            heard="",
        ),
    )
    made = channel(office)
    async with hearing(channel(office)) as wait_for:
        (batch,) = await wait_for(1)
    assert len(batch.lines[0]) < 2_000
    (file,) = details_of(Mail.parse(batch).posts["details"][0].as_py()).files
    assert file.size == 90_000
    for ref in (file.ref, file.ref.replace('"uid":', '"uid":9')):  # where it lay, and wherever it lies
        found = await made.attachment(ref)
        assert found is not None
        assert (found.name, found.type, found.data) == ("a b.png", "image/png", b"ABC" * 30_000)
    office.empty("care")
    assert await made.attachment(file.ref) is None
    for odd in ("", "{}", "nonsense", '{"part":"9","id":"\\r\\nA1 LOGOUT"}'):
        assert await made.attachment(odd) is None
    await made.aclose()


# Sending ---------------------------------------------------------------------
def outgoing(**changes: Any) -> Outgoing:
    return replace(Outgoing("k1", "On its way.\n.\nÄ", NOON, to=f"jo@{DOMAIN}", private=True), **changes)


async def comes(office: PostOffice, who: str, folder: str = "INBOX") -> list[Any]:
    """Wait until there is a mail in a folder."""
    for _ in range(100):
        if found := await asyncio.to_thread(office.mails, who, folder):
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"nothing came to {who}")


async def test_a_mail_leaves_and_a_copy_is_kept(office: PostOffice) -> None:
    made = channel(office)
    sent = await made.send(outgoing())
    assert sent.uri == made.expected_uri(outgoing()) == f"mail:k1@{DOMAIN}"
    kept, got = await comes(office, "care", "Sent"), await comes(office, "jo")
    for each in (*kept, *got):
        assert each.get_content() == "On its way.\n.\nÄ\n"
    await made.aclose()


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"password": "wrong"}, SignInAgain, "IMAP"),
        ({"folder": "Nowhere"}, BadConnection, "no folder 'Nowhere'"),
        ({"user": "nobody"}, SignInAgain, "IMAP"),
        ({"imap_port": "1"}, Unreachable, "port 1 "),
        ({"smtp_port": "1"}, Unreachable, "SMTP"),
        ({"imap_host": "203.0.113.77", "imap_port": "65000"}, Unreachable, "203.0.113.77"),
    ],
)
async def test_what_is_wrong_is_said_in_words(
    office: PostOffice, changes: dict[str, Any], error: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "TIMEOUT_S", 2.0)
    made = channel(office, **changes)
    with pytest.raises(error, match=words):
        await made.check()
    await made.aclose()


async def test_a_wrong_password_for_sending_is_told_apart(office: PostOffice) -> None:
    made = channel(office, "wrong")
    with pytest.raises(SignInAgain, match="SMTP"):
        await made.send(outgoing())
    await made.aclose()


async def test_what_the_server_refuses_is_refused_in_its_words(office: PostOffice) -> None:
    made = channel(office)
    with pytest.raises(Refused, match=r"552 .*size"):
        await made.send(outgoing(files=(Attached("film.mp4", "video/mp4", b"x" * 1_000_000),)))
    await made.aclose()


async def test_a_private_address_is_refused_unless_it_is_allowed(office: PostOffice) -> None:
    made = Mail(office.config(), {"password": PASSWORD}, Http("mail", allow_private=False))
    with pytest.raises(AddressRefused):
        await made.check()
    with pytest.raises(AddressRefused):
        await made.send(outgoing())
    await made.aclose()


@pytest.mark.parametrize(
    ("cut", "error", "arrives"),
    [("mail FROM", Unreachable, False), ("DATA", Unreachable, False), (".", AnswerLost, True)],
)
async def test_a_line_that_breaks_says_whether_it_may_have_arrived(
    office: PostOffice, cut: str, error: type[Exception], arrives: bool
) -> None:
    async with Proxy(office.smtp, cut_after=cut) as proxy:
        made = channel(office, smtp_port=str(proxy.port))
        with pytest.raises(Unreachable) as caught:
            await made.send(outgoing())
        await made.aclose()
    assert type(caught.value) is error
    await asyncio.sleep(1.5)
    assert bool(await asyncio.to_thread(office.mails, "jo")) == arrives


def test_hearing_without_a_server_is_no_end_of_the_world(office: PostOffice) -> None:
    async def hear() -> None:
        made = channel(office, imap_port="1")
        with pytest.raises(Unreachable):
            await anext(made.hear(None))
        await made.aclose()

    asyncio.run(hear())


async def test_a_mail_that_can_not_be_read_does_not_stop_the_others(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.put("care", mail("Lost", key="lost@example.org", heard=""))
    asked: list[int] = []
    fetch = mailbox.Mailbox._fetch

    def gone(self: mailbox.Mailbox, uid: int, most: int) -> bytes:
        asked.append(uid)
        return b"" if uid == min(asked) else fetch(self, uid, most)

    monkeypatch.setattr(mailbox.Mailbox, "_fetch", gone)
    async with hearing(channel(office)) as wait_for:
        coming = asyncio.ensure_future(wait_for(1))
        await asyncio.sleep(1)
        await asyncio.to_thread(office.write, "jo", "care", "Next", "Hello")
        assert texts(await coming) == ["Hello\n\nNext"]
    assert len(asked) == 2
