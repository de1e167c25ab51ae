"""Visits: opened by a secret alone, each line once and in order, our answers too."""

import asyncio
from datetime import timedelta

import pytest
from tests.channels.chat.visitors import CONFIG, NOON, SECRET, make_chat, make_visit
from tests.make import at_once

from hubbub.accounts.core.access import Access
from hubbub.channels.adapters.chat import visits
from hubbub.channels.adapters.chat.visits import UnknownVisit
from hubbub.channels.core.contract import Attached, Outgoing, Refused
from hubbub.channels.models import ChatLine, ChatVisit
from hubbub.channels.registry import open_channel
from hubbub.infra.models import Change
from hubbub.infra.places import Places
from hubbub.kernel.errors import InvalidInput, NotFound

pytestmark = pytest.mark.django_db(transaction=True)
PNG = bytes.fromhex(  # one pixel
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


def outgoing(to: str, key: str = "k1", text: str = "Which one?", **more: object) -> Outgoing:
    return Outgoing(key, text, NOON, to=to, private=True, **more)  # type: ignore[arg-type]


def numbers(visit: visits.Visit, after: int = 0) -> list[tuple[int, bool, str]]:
    return [(each.number, each.ours, each.text) for each in visits.lines(visit.id, after)]


# The secret -------------------------------------------------------------------------
def test_the_same_secret_is_the_same_visit_and_only_its_hash_is_kept(mia: Access) -> None:
    place = make_chat(mia)
    first, again = make_visit(place, name=" Nora \n Ray "), make_visit(place, name="Somebody else")
    assert (first.id, first.called) == (again.id, "Nora Ray")
    row = ChatVisit.objects.get()
    assert SECRET not in repr(vars(row))
    assert row.page == "https://shop.example.org/cart"  # without what it asks for
    assert make_visit(place, "t" * 40).called == f"Visitor {ChatVisit.objects.last().code[:4].upper()}"  # type: ignore[union-attr]


def test_fifty_tabs_that_begin_at_once_are_one_visit(mia: Access) -> None:
    place = make_chat(mia)
    done = at_once(*[lambda: make_visit(place)] * 50)
    assert {each.id for each in done} == {ChatVisit.objects.get().pk}


def test_a_secret_opens_its_own_website_only_and_nothing_once_the_visit_is_over(mia: Access, charlie: Access) -> None:
    place, other = make_chat(mia), make_chat(charlie)
    visit = make_visit(place)
    for wrong in (other, make_chat(mia, "Another")):
        with pytest.raises(UnknownVisit):
            visits.enter(wrong, SECRET, now=NOON)
        with pytest.raises(UnknownVisit):
            make_visit(wrong)
    with pytest.raises(UnknownVisit):
        visits.enter(place, "x" * 40, now=NOON)
    with pytest.raises(UnknownVisit):
        visits.enter(place, SECRET, now=NOON + visits.KEPT + timedelta(seconds=1))
    visits.end(visit, now=NOON)
    with pytest.raises(UnknownVisit):
        visits.enter(place, SECRET, now=NOON)
    with pytest.raises(UnknownVisit):
        make_visit(place)
    with pytest.raises(UnknownVisit):
        visits.say(visit, "key-0001", text="Hello?", now=NOON)


@pytest.mark.parametrize("weak", ["", "short", "x" * 65, "ü" * 40, " " * 40])
def test_a_secret_that_could_be_guessed_is_not_taken(mia: Access, weak: str) -> None:
    with pytest.raises(InvalidInput, match="secret"):
        make_visit(make_chat(mia), weak)


def test_a_chat_that_is_switched_off_is_at_no_address(mia: Access) -> None:
    place = make_chat(mia)
    row = ChatVisit(connection_id=place.connection).connection
    assert visits.place(row.public) is not None
    type(row).objects.update(enabled=False)
    assert visits.place(row.public) is None
    assert visits.place("") is None


# What is said ---------------------------------------------------------------------------
def test_the_same_key_is_the_same_line_fifty_times_at_once(mia: Access) -> None:
    visit = make_visit(make_chat(mia))
    done = at_once(*[lambda: visits.say(visit, "key-0001", text="Hello", now=NOON)] * 50)
    assert {line.number for line, _ in done} == {1}
    assert numbers(visit) == [(1, False, "Hello")]


def test_lines_of_both_sides_said_at_once_are_numbered_without_a_gap(mia: Access, places: Places) -> None:
    visit = make_visit(make_chat(mia))
    theirs = [lambda n=n: visits.say(visit, f"key-{n:04}", text=f"v{n}", now=NOON) for n in range(20)]
    ours = [lambda n=n: visits.answer(outgoing(visit.code, f"k{n}"), places.files, now=NOON) for n in range(20)]
    at_once(*theirs, *ours)
    assert [number for number, _, _ in numbers(visit)] == list(range(1, 41))
    assert Change.objects.filter(kind="chat", subject=visit.id).count() == 40
    assert [number for number, _, _ in numbers(visit, 38)] == [39, 40]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": " \n"}, "Write something"),
        ({"text": "x" * 4_001}, "at most 4,000"),
        ({"text": "Hello", "key": "short"}, "key"),
        ({"text": "Hello", "key": "../../etc/passwd"}, "key"),
        ({"text": "Hello", "email": "nora@"}, "no e-mail address"),
        ({"text": "Hello", "email": "a@b.example\nBcc: c@d.example"}, "no e-mail address"),
        ({"file": Attached("a.png", "image/png", b"")}, "empty"),
        ({"file": Attached("a.png", "image/png", b"x" * 8_000_001)}, "at most 8 MB"),
    ],
)
def test_what_can_not_be_said_is_refused_in_words(
    mia: Access, places: Places, given: dict[str, object], words: str
) -> None:
    visit = make_visit(make_chat(mia))
    with pytest.raises(InvalidInput, match=words):
        visits.say(visit, **{"key": "key-0001", "root": places.files, "now": NOON, **given})  # type: ignore[arg-type]
    assert ChatLine.objects.count() == 0


def test_a_chat_can_not_grow_without_end(mia: Access, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "MAX_LINES", 3)
    monkeypatch.setattr(visits, "MAX_FILES", 1)
    visit = make_visit(make_chat(mia))
    file = Attached("a.png", "image/png", PNG)
    visits.say(visit, "key-0001", file=file, root=places.files, now=NOON)
    with pytest.raises(InvalidInput, match="1 files"):
        visits.say(visit, "key-0002", file=file, root=places.files, now=NOON)
    for key in ("key-0003", "key-0004"):
        visits.say(visit, key, text="Hello", now=NOON)
    with pytest.raises(InvalidInput, match="too long"):
        visits.say(visit, "key-0005", text="Hello", now=NOON)


# Files -------------------------------------------------------------------------------------
def test_a_file_is_what_its_content_says_and_has_a_name_without_folders(mia: Access, places: Places) -> None:
    place = make_chat(mia)
    visit, other = make_visit(place), make_visit(place, "t" * 40)
    page = Attached("..\\../a/x.png\r\nSet-Cookie: a", "image/png", b"<script>alert(1)</script>")
    visits.say(visit, "key-0001", file=page, root=places.files, now=NOON)
    visits.say(visit, "key-0002", file=Attached("x", "text/html", PNG), root=places.files, now=NOON)
    first, second = (visits.file_of(visit, number, places.files) for number in (1, 2))
    assert (first.type, first.data) == ("text/plain", page.data)
    assert not {"/", "\\", "\r", "\n"} & set(first.name)
    assert second.type == "image/png"
    assert visits.attached(f"{visit.code}/2", places.files) == second
    for ref in ("", "/", f"{visit.code}/", f"{visit.code}/9", f"{visit.code}/²", "x/1", "../../etc/passwd"):
        assert visits.attached(ref, places.files) is None
    with pytest.raises(NotFound):
        visits.file_of(other, 1, places.files)


# Our answers -----------------------------------------------------------------------------------
async def sent(message: Outgoing) -> tuple[str | None, str, str, str | None]:
    channel = open_channel("chat", CONFIG, {})
    before = await channel.find(message)
    first = await channel.send(message)
    again = await channel.send(message)
    found = await channel.find(message)
    await channel.aclose()
    return before and before.uri, first.uri, again.uri, found and found.uri


def test_an_answer_stands_in_the_chat_once_with_its_files_and_is_found_by_its_key(
    mia: Access, places: Places, settings: object
) -> None:
    settings.FILES = places.files  # type: ignore[attr-defined]
    place = make_chat(mia)
    visit = make_visit(place)
    visits.say(visit, "key-0001", text="Hello", now=NOON)
    message = outgoing(visit.code, files=(Attached("a.png", "", PNG), Attached("b.pdf", "", b"%PDF-1")))
    uri = f"chat:{place.connection}/{visit.code}/2"
    assert asyncio.run(sent(message)) == (None, uri, uri, uri)
    assert [each.file.type if each.file else each.text for each in visits.lines(visit.id, 1)] == [
        "Which one?",
        "image/png",
        "application/pdf",
    ]


def test_files_alone_are_an_answer_too(mia: Access, places: Places, settings: object) -> None:
    settings.FILES = places.files  # type: ignore[attr-defined]
    visit = make_visit(make_chat(mia))
    message = outgoing(visit.code, text="", files=(Attached("a.png", "", PNG),))
    before, first, again, found = asyncio.run(sent(message))
    assert before is None
    assert first == again == found
    assert len(visits.lines(visit.id, 0)) == 1


def test_an_answer_that_nobody_will_read_is_refused(mia: Access, places: Places) -> None:
    place = make_chat(mia)
    visit = make_visit(place)
    visits.end(visit, now=NOON)
    with pytest.raises(Refused, match="left no address"):
        visits.answer(outgoing(visit.code), places.files, now=NOON)
    ChatVisit.objects.update(email="nora@customer.example")
    assert visits.answer(outgoing(visit.code), places.files, now=NOON)
    with pytest.raises(Refused, match="not known"):
        visits.answer(outgoing("nobody"), places.files, now=NOON)


# Who is here ----------------------------------------------------------------------------------------
def test_a_page_that_says_nothing_for_a_while_is_gone_and_typing_ends_by_itself(mia: Access) -> None:
    visit = make_visit(make_chat(mia))

    def shown(after_s: float) -> tuple[bool, bool]:
        found = visits.visit_of(mia.workspace, visit.code, NOON + timedelta(seconds=after_s))
        assert found is not None
        return found.here, found.typing

    assert visits.note(visit, typing=True, now=NOON)
    assert not visits.note(visit, typing=True, now=NOON)  # no news
    assert [shown(1), shown(10), shown(30)] == [(True, True), (True, False), (False, False)]
    assert visits.note(visit, seen=5, now=NOON + timedelta(seconds=40))  # here again
    assert ChatVisit.objects.get().lines_seen == 0  # nothing was said that could be seen


# Forgetting --------------------------------------------------------------------------------------------
def test_a_visitor_is_forgotten_with_their_files_but_not_with_those_of_others(
    mia: Access, charlie: Access, places: Places
) -> None:
    place = make_chat(mia)
    visit, other = make_visit(place), make_visit(place, "t" * 40)
    for each, data in ((visit, PNG), (other, PNG), (visit, PNG + b"2")):
        file = Attached("a.png", "", data)
        visits.say(each, f"key-{len(data):04}", file=file, root=places.files, now=NOON)
    assert visits.forget(charlie.workspace, places.files, code=visit.code) == 0
    assert visits.forget(mia.workspace, places.files, code=visit.code) == 1
    assert [each.visit_id for each in ChatLine.objects.all()] == [other.id]
    kept = [each for each in places.files.rglob("*") if each.is_file()]
    assert [each.read_bytes() for each in kept] == [PNG]
    assert visits.forget(mia.workspace, places.files, before=NOON + timedelta(days=1)) == 1
    assert [each for each in places.files.rglob("*") if each.is_file()] == []
