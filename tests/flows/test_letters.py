"""Letters: heard once, with their scans; an answer is delivered when a person says that it was posted."""

import os
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from hubbub.accounts.core.access import Access, Role
from hubbub.care import selectors as care
from hubbub.care.core.case import Folder, Status
from hubbub.care.core.filters import Filter
from hubbub.care.models import CaseRow, SocialAccount
from hubbub.care.selectors import people
from hubbub.care.services import cases
from hubbub.flows import erasure
from hubbub.flows.files import heard, sweep
from hubbub.flows.letters import MAX_SCAN, Added, Scan, add
from hubbub.flows.send import Sender
from hubbub.infra import files
from hubbub.infra.models import OutboxMessage
from hubbub.infra.places import Places
from hubbub.kernel.details import details_of
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound
from hubbub.listening.models import Post
from tests.make import NOON, at_once, make_member, make_town, make_workspace

PDF, PNG = b"%PDF-1.7 one page", b"\x89PNG\r\n\x1a\n one page"


@pytest.fixture
def acme(transactional_db: None) -> Access:
    return make_workspace()


def make_letter(**changes: Any) -> Added:
    usual: dict[str, Any] = {
        "id": "a" * 24, "name": "Ann Lee", "address": "1 High St\nYork YO1 7EP", "received": date(2026, 11, 23),
        "subject": "My acme bill", "text": "I was charged twice for one widget.",
    }  # fmt: skip
    return Added(**{**usual, **changes})


def only_case(access: Access) -> Any:
    (line,) = care.cases(access, Filter("all")).lines
    return care.case(access, line.number, NOON)


def files_in(places: Places) -> int:
    return sum(each.is_file() for each in places.files.rglob("*"))


# In -------------------------------------------------------------------------
def test_a_letter_becomes_a_private_case_that_is_due_in_its_own_time(acme: Access, places: Places) -> None:
    alice = make_member(acme, "Alice")
    number = add(alice, make_letter(scans=(Scan("page.pdf", PDF), Scan("", PNG))), places=places, now=NOON)
    case = only_case(acme)
    assert number == case.line.number
    assert (case.line.channel, case.line.private, case.line.who) == ("letter", True, "Ann Lee")
    assert case.line.due_at == NOON + timedelta(days=2)
    assert case.moments[0].text == "" and case.moments[0].said.text.startswith("My acme bill\n\nI was charged")
    post = Post.objects.get()
    assert post.said_at.date() == date(2026, 11, 23)
    told = details_of(post.details).files
    assert [(each.name, each.type, each.size) for each in told] == [
        ("page.pdf", "application/pdf", len(PDF)), ("", "image/png", len(PNG)),
    ]  # fmt: skip
    assert [files.read(places.files, each.ref) for each in told] == [PDF, PNG]


def test_the_same_form_sent_twice_is_one_letter(acme: Access, places: Places) -> None:
    done = at_once(*[lambda: add(acme, make_letter(scans=(Scan("p.pdf", PDF),)), places=places, now=NOON)] * 2)
    again = add(acme, make_letter(), places=places, now=NOON + timedelta(hours=1))
    assert [*done, again] == [1, 1, 1]
    assert Post.objects.count() == CaseRow.objects.count() == files_in(places) == 1


def test_the_same_name_at_the_same_address_is_the_same_person(acme: Access, places: Places) -> None:
    add(acme, make_letter(), places=places, now=NOON)
    again = make_letter(id="b" * 24, name="ann  lee", address=" 1 High St \n\nYORK YO1 7EP", text="I still wait.")
    assert add(acme, again, places=places, now=NOON) == 1
    other = make_letter(id="c" * 24, address="9 Low St")
    assert add(acme, other, places=places, now=NOON) == 2


def test_a_letter_joins_a_case_and_its_writer_the_customer(acme: Access, places: Places) -> None:
    town = make_town(acme, places)
    town.says("ann", "@AcmeCustServ my acme widget does not work!")
    number = town.case().number
    assert add(acme, make_letter(case=number), places=places, now=NOON) == number
    case = care.case(acme, number, NOON)
    assert [each.channel for each in case.customer.accounts] == ["demo", "letter"] if case.customer else False
    assert CaseRow.objects.count() == 1
    assert add(acme, make_letter(id="b" * 24, text="And another."), places=places, now=NOON) == number


def test_a_writer_who_is_noted_for_somebody_is_not_noted_for_somebody_else(acme: Access, places: Places) -> None:
    town = make_town(acme, places)
    town.says("ann", "@AcmeCustServ my acme widget does not work!")
    town.says("bob", "@AcmeCustServ my acme invoice is wrong, I was charged twice!")
    ann, bob = (row.number for row in town.cases())
    add(acme, make_letter(case=ann), places=places, now=NOON)
    with pytest.raises(Conflict, match="Ann Lee is noted for Ann already"):
        add(acme, make_letter(id="b" * 24, case=bob), places=places, now=NOON)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "Say who wrote it"),
        ({"subject": "", "text": " \n"}, "Say what it is about"),
        ({"address": "x\n" * 11}, "at most 10 lines"),
        ({"subject": "x" * 201}, "at most 200 characters"),
        ({"received": date(2026, 11, 25)}, "after today"),
        ({"received": date(1926, 11, 25)}, "Look at the year"),
        ({"scans": (Scan("me.exe", b"MZ"),)}, "me.exe is no PDF, PNG or JPEG by its content"),
        ({"scans": (Scan("me.pdf", b"<html>"),)}, "me.pdf is no PDF"),
        ({"scans": (Scan("big.pdf", PDF.ljust(MAX_SCAN + 1)),)}, "big.pdf has more than 10 MB"),
        ({"scans": (Scan("p.pdf", PDF),) * 11}, "at most 10 scans"),
    ],
)
def test_what_can_not_be_taken_is_said_and_nothing_is_stored(
    acme: Access, places: Places, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        add(acme, make_letter(**changes), places=places, now=NOON)
    assert not Post.objects.exists()
    assert files_in(places) == 0


def test_who_may_only_read_adds_no_letter_and_nobody_to_a_strangers_case(
    acme: Access, places: Places, charlie: Access
) -> None:
    with pytest.raises(NotAllowed):
        add(make_member(acme, "Ana", Role.ANALYST), make_letter(), places=places, now=NOON)
    number = add(acme, make_letter(), places=places, now=NOON)
    with pytest.raises(NotFound):
        add(charlie, make_letter(id="b" * 24, case=number), places=places, now=NOON)
    assert Post.objects.count() == 1


def test_scans_are_shown_to_the_workspace_alone_and_stay_however_old(
    acme: Access, places: Places, charlie: Access, settings: Any
) -> None:
    settings.FILES = places.files
    page = BytesIO()
    Image.new("RGB", (40, 30), "red").save(page, "PNG")
    add(acme, make_letter(scans=(Scan("page.png", page.getvalue()), Scan("p.pdf", PDF))), places=places, now=NOON)
    post = Post.objects.get().pk
    picture, paper = (heard(acme, post, place, small=False, allow_private=frozenset()) for place in range(2))
    assert (picture.is_picture, paper.name, paper.data) == (True, "p.pdf", PDF)
    with pytest.raises(NotFound):
        heard(charlie, post, 0, small=False, allow_private=frozenset())
    for each in places.files.rglob("*"):
        os.utime(each, (1, 1))
    sweep(places.files, now=NOON)
    assert files_in(places) == 2


# Out ------------------------------------------------------------------------
async def _send(places: Places) -> None:
    sender = Sender("test", frozenset(), places.files)
    await sender.round()
    await sender.aclose()


def test_an_answer_waits_for_the_post_and_no_sender_takes_it(acme: Access, places: Places) -> None:
    import asyncio

    number = add(acme, make_letter(), places=places, now=NOON)
    assert number is not None
    alice = make_member(acme, "Alice")
    case = care.case(alice, number, NOON)
    assert case.private_way.possible
    assert case.private_way.abilities.by_hand
    queued = cases.reply(alice, number, text="Dear Ann,\n\nsorry.", private=True, now=NOON)
    asyncio.run(_send(places))
    row = CaseRow.objects.get()
    assert OutboxMessage.objects.get().state == "by_hand"
    assert (row.folder, row.first_replied_at) == (Folder.NEEDS, None)  # nothing has left yet
    paper = people.letter_out(alice, number, queued)
    assert paper.address == ("Ann Lee", "1 High St", "York YO1 7EP")
    assert (paper.text, paper.by) == ("Dear Ann,\n\nsorry.", "Alice")
    cases.has_arrived(alice, number, queued, now=NOON + timedelta(hours=1))
    row.refresh_from_db()
    assert OutboxMessage.objects.get().state == "delivered"
    assert (row.folder, row.first_replied_at, row.owner_id) == (Folder.WAITING, NOON + timedelta(hours=1), alice.me)
    assert "Alice posted the letter." in [each.text for each in care.case(alice, number, NOON).moments]
    with pytest.raises(Conflict, match="delivered meanwhile"):
        cases.has_arrived(alice, number, queued, now=NOON)


def test_a_letter_that_was_taken_back_is_not_posted_unless_it_is_wanted_after_all(acme: Access, places: Places) -> None:
    number = add(acme, make_letter(), places=places, now=NOON)
    assert number is not None
    queued = cases.reply(acme, number, text="Dear Ann", private=True, now=NOON)
    cases.take_back(acme, number, queued, now=NOON)
    message = OutboxMessage.objects.get()
    assert (message.state, message.words) == ("failed", "It was taken back before it was posted.")
    with pytest.raises(Conflict, match="failed meanwhile"):
        cases.take_back(acme, number, queued, now=NOON)
    cases.send_again(acme, number, queued, now=NOON)
    assert OutboxMessage.objects.get().state == "by_hand"


def test_a_letter_on_a_closed_case_changes_nothing_but_the_letter(acme: Access, places: Places) -> None:
    number = add(acme, make_letter(), places=places, now=NOON)
    assert number is not None
    queued = cases.reply(acme, number, text="Dear Ann", private=True, now=NOON)
    CaseRow.objects.update(status=Status.CLOSED, folder=Folder.CLOSED)
    cases.has_arrived(acme, number, queued, now=NOON)
    assert CaseRow.objects.get().status == Status.CLOSED


def test_letters_of_another_workspace_are_never_printed(acme: Access, places: Places, charlie: Access) -> None:
    number = add(acme, make_letter(), places=places, now=NOON)
    assert number is not None
    queued = cases.reply(acme, number, text="Dear Ann", private=True, now=NOON)
    add(charlie, make_letter(), places=places, now=NOON)
    for who, case in ((charlie, number), (acme, number + 1)):
        with pytest.raises(NotFound):
            people.letter_out(who, case, queued)


# Forgotten ------------------------------------------------------------------
def test_erasure_takes_the_letters_of_a_person_with_their_scans(acme: Access, places: Places, charlie: Access) -> None:
    town = make_town(acme, places)
    town.says("ann", "@AcmeCustServ my acme widget does not work!")
    number = town.case().number
    shared, own = Scan("form.pdf", PDF), Scan("page.png", PNG)
    add(acme, make_letter(case=number, scans=(shared, own)), places=places, now=NOON)
    add(charlie, make_letter(id="b" * 24, scans=(shared,)), places=places, now=NOON)
    erasure.erase(acme, "demo", "ann", places, now=NOON)
    assert not SocialAccount.objects.filter(workspace_id=acme.workspace).exists()
    assert "charged twice" not in repr(care.case(acme, number, NOON))
    ours = Post.objects.filter(workspace_id=acme.workspace)
    assert not any("York" in repr(each) or "page.png" in repr(each) for each in ours.values_list())
    assert files_in(places) == 1  # the form that Charlie's letter has, too


def test_a_writer_is_found_by_name_and_erased(acme: Access, places: Places) -> None:
    add(acme, make_letter(scans=(Scan("p.pdf", PDF),)), places=places, now=NOON)
    (found,) = erasure.find(acme, "Ann Lee", places)
    erasure.erase(acme, found.channel, found.author, places, now=NOON)
    assert erasure.find(acme, "Ann Lee", places) == ()
    assert files_in(places) == 0
