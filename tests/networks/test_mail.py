"""Customers and agents write to each other through a real mail server, and the whole product stands between them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from statistics import median
from time import monotonic, sleep
from typing import Any, TypeVar

import pytest
from django.db import connections
from tests.channels.mail.post_office import DOMAIN, PASSWORD, PostOffice, letter, missing
from tests.channels.mail.proxy import Proxy
from tests.flows.dying import KILLED, live, send
from tests.make import Town, make_town, make_workspace

from hubbub.care.services import cases
from hubbub.channels import services as channels
from hubbub.channels.adapters.mail.channel import Mail
from hubbub.channels.core.contract import Account, Attached, Outgoing
from hubbub.channels.models import Connection
from hubbub.flows.files import Upload, take_in
from hubbub.flows.send import Sender
from hubbub.infra.http import AnswerLost, Http, Unreachable
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.details import details_of

pytestmark = [pytest.mark.networks, pytest.mark.django_db(transaction=True)]

CARE = f"care@{DOMAIN}"
WITHIN_S = 5.0
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 400
T = TypeVar("T")
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    if lacks := missing():
        pytest.skip(lacks)
    with PostOffice() as running:
        yield running


@pytest.fixture
def desk(office: PostOffice, places: Places) -> Iterator["Desk"]:
    yield Desk(office, places)
    for who in ("care", "jo"):
        office.empty(who)


class Desk:
    """A workspace whose mailbox is at the post office."""

    def __init__(self, office: PostOffice, places: Places) -> None:
        self.office = office
        self.town: Town = make_town(make_workspace(), places)
        self.town.at = datetime.now(UTC)
        self.town.connection = channels.connect(
            self.town.access,
            kind="mail",
            name="E-mail",
            config=office.config(),
            secret={"password": PASSWORD},
            account=Account(id=CARE, handle=CARE),
            now=self.town.at,
        )
        self.cursor: Any = None

    def channel(self, **changes: Any) -> Mail:
        return Mail(self.office.config(**changes), {"password": PASSWORD}, Http("mail", allow_private=True))

    def hear(self) -> list[bytes]:
        """Hear the next mails, and decide about them."""
        batch = asyncio.run(self._next())
        self.cursor = batch.cursor
        self.town.hear(list(batch.lines), now=datetime.now(UTC))
        return list(batch.lines)

    async def _next(self) -> RawBatch:
        channel = self.channel()
        stream = channel.hear(self.cursor)
        async with asyncio.timeout(20):
            while not (batch := await anext(stream)).lines:
                pass
        await stream.aclose()  # type: ignore[attr-defined]
        await channel.aclose()
        return batch

    def write(self, number: int, text: str, **how: Any) -> int:
        """An agent answers; it waits in the outbox."""
        return int(cases.reply(self.town.access, number, text=text, private=True, now=datetime.now(UTC), **how))

    def answer(self, number: int, text: str, **how: Any) -> OutboxMessage:
        """An agent answers, and it is sent; return what became of it."""
        sent = self.write(number, text, **how)

        async def run(database: ThreadPoolExecutor) -> None:
            asyncio.get_running_loop().set_default_executor(database)
            sender = Sender("this home", frozenset(("mail",)), self.town.places.files)
            await sender.round()
            await sender.aclose()
            await asyncio.to_thread(connections.close_all)

        with ThreadPoolExecutor(1) as database:
            asyncio.run(run(database))
        return OutboxMessage.objects.get(pk=sent)

    def got(self, who: str, count: int = 1) -> list[Any]:
        """What somebody has got, once there is so much."""
        end = monotonic() + 20
        while len(found := self.office.mails(who)) < count:
            assert monotonic() < end, f"{who} got {len(found)} of {count} mails"
            sleep(0.1)
        return found


def in_loop(deed: Callable[[], Awaitable[T]]) -> T:
    async def run() -> T:
        return await deed()

    return asyncio.run(run())


def test_customers_mails_are_heard_within_seconds(desk: Desk, record_property: Record) -> None:
    async def hear() -> list[float]:
        channel, seconds = desk.channel(), []
        stream = channel.hear(None)
        await anext(stream)
        for number in range(5):
            coming = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0.3)
            began = monotonic()
            await asyncio.to_thread(desk.office.write, "jo", "care", f"Number {number}")
            await asyncio.wait_for(coming, 30)
            seconds.append(round(monotonic() - began, 2))
        await channel.aclose()
        return seconds

    seconds = in_loop(hear)
    record_property("heard_s", seconds)
    print(f"from a customer's mail to us: {seconds} s, half of them within {median(seconds):.2f} s")
    assert max(seconds) < WITHIN_S


def test_an_answer_stands_in_the_customers_thread_and_the_next_word_in_the_same_case(
    desk: Desk, record_property: Record
) -> None:
    asked = desk.office.write("jo", "care", "Where is my parcel? Größe M", "Pärcel")
    desk.hear()
    case = desk.town.case()
    assert (case.rule, case.private, case.who) == ("P6", True, "Jo")

    began = monotonic()
    row = desk.answer(case.number, "It is on its way 📦")
    assert (row.state, row.words) == ("delivered", "")
    record_property("delivered_s", round(monotonic() - began, 2))
    (ours,) = desk.got("jo")
    assert (ours["In-Reply-To"], ours["Subject"], ours["From"]) == (f"<{asked}>", "Re: Pärcel", f"Acme Care <{CARE}>")
    assert ours.get_content() == "It is on its way 📦\n"
    assert f"mail:{ours['Message-ID'].strip('<>')}" == row.uri == row.expected_uri

    quoted = (
        "Thanks, but when?\n\nOn Monday 2 Nov 2026 at 9:15 Acme Care <care@acme.example> wrote:\n> It is on its way"
    )
    desk.office.post("jo", "care", letter("jo", "care", quoted, answers=ours))
    desk.hear()
    case = desk.town.case()
    assert (case.posts, case.folder) == (2, "needs")
    assert case.excerpt == "Pärcel Where is my parcel? Größe M"


def test_files_go_both_ways(desk: Desk) -> None:
    mail = letter("jo", "care", "See the picture")
    mail.add_attachment(PICTURE, maintype="image", subtype="png", filename="größe.png")
    desk.office.post("jo", "care", mail)
    (line,) = desk.hear()
    assert len(line) < 5_000 < len(PICTURE)
    post = Mail.parse(RawBatch([line], None, desk.town.at)).posts.to_pylist()[0]
    (file,) = details_of(post["details"]).files

    async def fetch_and_send() -> Attached | None:
        channel = desk.channel()
        found = await channel.attachment(file.ref)
        files = (Attached("größe.png", "image/png", PICTURE, "a widget, in pieces"),)
        answer = Outgoing(
            "k1", "Look", desk.town.at, parent_ref=post["ref"], to=post["author"], private=True, files=files
        )
        await channel.send(answer)
        await channel.aclose()
        return found

    found = in_loop(fetch_and_send)
    assert found is not None
    assert (found.name, found.type, found.data) == ("größe.png", "image/png", PICTURE)
    (ours,) = desk.got("jo")
    words, picture = ours.iter_parts()
    assert words.get_content() == "Look\n"
    assert (picture.get_filename(), picture.get_content(), picture["Content-Description"]) == (
        "größe.png", PICTURE, "a widget, in pieces",
    )  # fmt: skip


def test_what_comes_while_the_connection_is_cut_is_heard_once(desk: Desk) -> None:
    desk.office.write("jo", "care", "Before")
    desk.hear()

    async def cut() -> None:
        channel = desk.channel()
        stream = channel.hear(desk.cursor)
        await anext(stream)
        coming = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(desk.office.kick, "care")
        with pytest.raises(Unreachable):
            await asyncio.wait_for(coming, 30)
        await channel.aclose()

    in_loop(cut)
    for number in range(3):
        desk.office.write("dana", "care", f"Meanwhile {number}", f"Number {number}")
    desk.got("care", 4)
    assert len(desk.hear()) == 3
    assert [case.who for case in desk.town.cases()] == ["Jo", "Dana"]


def test_an_answer_that_bounces_comes_back_to_its_case(desk: Desk) -> None:
    mail = letter("jo", "care", "Where is my parcel?")
    mail["Reply-To"] = f"gone@{DOMAIN}"
    desk.office.post("jo", "care", mail)
    desk.hear()
    assert desk.answer(1, "It is on its way").state == "delivered"
    assert desk.town.case().folder == "waiting"
    desk.hear()
    row = OutboxMessage.objects.get()
    assert row.state == "failed"
    assert row.words.startswith("Bounced: 550 5.1.1 <gone@acme.example>")
    assert desk.town.case().folder == "needs"


def test_a_line_that_is_cut_after_the_mail_was_handed_over_leaves_it_uncertain(desk: Desk) -> None:
    desk.office.write("jo", "care", "Where is my parcel?")
    desk.hear()

    async def lost() -> None:
        async with Proxy(desk.office.smtp, cut_after=".") as proxy:
            channel = desk.channel(smtp_port=str(proxy.port))
            with pytest.raises(AnswerLost):
                await channel.send(Outgoing("k1", "Once", desk.town.at, to=f"jo@{DOMAIN}", private=True))
            await channel.aclose()

            row = await asyncio.to_thread(answered_through, proxy.port)
            assert (row.state, row.attempts) == ("uncertain", 1)

    def answered_through(port: int) -> OutboxMessage:
        Connection.objects.filter(pk=desk.town.connection).update(config=desk.office.config(smtp_port=str(port)))
        try:
            return desk.answer(1, "It is on its way")
        finally:
            connections.close_all()

    in_loop(lost)
    assert len(desk.got("jo", 2)) == 2  # both arrived, each once, and nobody sends them again
    sleep(1)
    assert len(desk.got("jo", 2)) == 2


@pytest.mark.parametrize(
    ("failpoint", "state", "arrived"),
    [("send.claimed", "uncertain", 0), ("send.accepted", "uncertain", 1), ("send.recorded", "delivered", 1)],
)
def test_a_sender_killed_there_never_sends_a_mail_twice_and_says_what_nobody_knows(
    desk: Desk, failpoint: str, state: str, arrived: int
) -> None:
    desk.office.write("jo", "care", "Where is my parcel?")
    desk.hear()
    message = desk.write(1, "It is on its way")
    assert live(failpoint, send) == KILLED
    for _ in range(2):
        assert live("", send) == 0
    assert OutboxMessage.objects.get(pk=message).state == state
    sleep(1)
    assert len(desk.office.mails("jo")) == arrived


def test_a_file_that_an_agent_attaches_arrives_with_its_words(desk: Desk) -> None:
    desk.office.write("jo", "care", "Where do I press?")
    desk.hear()
    attached = take_in([Upload("steps.txt", b"Press it.", "How to reset it")], desk.town.places.files)
    assert desk.answer(1, "Here", attached=attached).state == "delivered"
    (mail,) = desk.got("jo")
    [file] = [part for part in mail.walk() if part.get_filename()]
    assert (file.get_filename(), file["Content-Description"]) == ("steps.txt", "How to reset it")
    assert file.get_payload(decode=True) == b"Press it."


def test_our_own_mail_that_comes_back_makes_no_case(desk: Desk) -> None:
    asyncio.run(desk.channel().send(Outgoing("k1", "Hello", desk.town.at, to=f"dana@{DOMAIN}", private=True)))
    (ours,) = desk.got("dana")
    ours.replace_header("From", "A list <dana@acme.example>")
    desk.office.post("dana", "care", ours)
    desk.hear()
    assert (desk.town.cases(), desk.town.rules()) == ([], ["M1"])
