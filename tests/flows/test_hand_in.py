"""Posts that somebody hands over: each once, decided at once; files go on where they stopped."""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hubbub.accounts.core.access import Access, Role
from hubbub.care.models import CaseRow
from hubbub.channels.adapters.file.channel import LINES
from hubbub.channels.core.contract import BadConnection
from hubbub.channels.models import Connection, Quarantined, Stream
from hubbub.flows.apart import Imported
from hubbub.flows.hand_in import Handed, hand_in, import_file
from hubbub.infra.places import Places
from hubbub.kernel.errors import Conflict, InvalidInput, NotAllowed
from hubbub.listening.models import Post
from tests.flows.dying import KILLED, import_in, live, survivors
from tests.flows.hearing import counted, counted_posts, lines_of, recount, waiting
from tests.installation import until
from tests.make import NOON, at_once, make_member, make_topic, make_workspace

ROW = "my acme widget broke after a day, nobody answers"


@pytest.fixture
def acme(transactional_db: None) -> Access:
    """A workspace; imports are heard in another process."""
    access = make_workspace()
    make_topic(access, "acme", name="Acme")
    return access


def message(number: int, text: str = ROW, **more: Any) -> dict[str, Any]:
    return {"id": number, "text": text, "author": {"id": f"a{number}", "handle": f"ann{number}"}, **more}


# Messages posted in -------------------------------------------------------------
def test_a_message_handed_in_again_is_the_same_one_with_the_same_case(acme: Access, places: Places) -> None:
    first = hand_in(acme, "Help desk", message(1), places=places, now=NOON)
    again = hand_in(acme, "Help  desk ", message(1), places=places, now=NOON + timedelta(hours=1))
    other = hand_in(acme, "Help desk", message(2), places=places, now=NOON)
    assert first.stored
    assert again == Handed(False, first.case)
    assert other.stored
    assert first.case is not None
    assert Post.objects.count() == counted_posts(acme) == 2
    assert Connection.objects.count() == 1
    assert not Post.objects.filter(pending=True).exists()


def test_the_same_message_handed_in_at_the_same_moment_is_stored_once(acme: Access, places: Places) -> None:
    same = [lambda: hand_in(acme, "Help desk", message(1), places=places, now=NOON)] * 2
    others = [lambda n=n: hand_in(acme, "Help desk", message(n), places=places, now=NOON) for n in (2, 3)]
    done = at_once(*same, *others)
    assert sum(each.stored for each in done) == 3
    assert Post.objects.count() == counted_posts(acme) == 3
    assert counted() == recount(waiting(places))


def test_a_message_that_can_not_be_read_is_refused_and_nothing_is_stored(acme: Access, places: Places) -> None:
    for odd in ({}, {"text": " "}, {"text": "acme", "created_at": "yesterday"}, {"text": 7}):
        with pytest.raises(InvalidInput, match=r"\w.*\.$"):
            hand_in(acme, "Help desk", odd, places=places, now=NOON)
    assert not Post.objects.exists()
    assert not Quarantined.objects.exists()


def test_a_source_that_is_switched_off_says_so_and_loses_nothing_silently(acme: Access, places: Places) -> None:
    hand_in(acme, "Help desk", message(1), places=places, now=NOON)
    Connection.objects.update(enabled=False)
    with pytest.raises(Conflict, match="switched off"):
        hand_in(acme, "Help desk", message(2), places=places, now=NOON)


def test_two_companies_sources_of_one_name_know_nothing_of_each_other(acme: Access, places: Places) -> None:
    charlie = make_workspace("Charlie & Co", "charlie@other.example")
    assert all(hand_in(each, "Help desk", message(1), places=places, now=NOON).stored for each in (acme, charlie))
    assert sorted(Post.objects.values_list("workspace_id", flat=True)) == sorted((acme.workspace, charlie.workspace))
    assert [counted_posts(each) for each in (acme, charlie)] == [1, 1]


def test_who_only_reads_hands_nothing_in(acme: Access, places: Places) -> None:
    analyst = make_member(acme, "Vera", Role.ANALYST)
    with pytest.raises(NotAllowed):
        hand_in(analyst, "Help desk", message(1), places=places, now=NOON)


# Files --------------------------------------------------------------------------
def make_file(folder: Path, rows: int) -> Path:
    """A file of posts, of which each hundredth has no text."""
    path = folder / "posts.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "user", "body", "date"))
        for number in range(rows):
            body = "" if number % 100 == 50 else f"{ROW if number % 40 == 0 else 'lovely acme day'} {number}"
            writer.writerow((number, f"ann{number}", body, f"2015-02-{number % 28 + 1:02} 10:00:00"))
    return path


ROWS = LINES + 200
GOOD = ROWS - ROWS // 100


@pytest.mark.parametrize(
    ("place", "code"),
    [("listen.committed", 1), ("triage.committed", KILLED)],
    ids=["the process that hears", "the one that decides"],
)
def test_a_killed_import_goes_on_where_it_stopped_and_stores_each_post_once(
    acme: Access, places: Places, tmp_path: Path, place: str, code: int
) -> None:
    config = {"path": str(make_file(tmp_path, ROWS)), "mapping": "id=id,author=user,text=body,created_at=date"}
    assert live(place, import_in, acme.workspace, config, places) == code
    until(lambda: not survivors(place), 10, "the end of what was started")
    assert Stream.objects.get().lines >= LINES
    heard = counted_posts(acme)
    told: list[Imported] = []
    assert import_file(acme.workspace, config, places=places, tell=told.append).heard == GOOD - heard
    assert import_file(acme.workspace, config, places=places) == Imported(0, 0, 0)
    assert Stream.objects.get().lines == ROWS
    assert Quarantined.objects.count() == ROWS // 100
    stored = waiting(places)
    assert set(lines_of(stored).values()) == {1}
    assert len(stored) == counted_posts(acme) == Post.objects.count() == GOOD
    assert counted() == recount(stored)
    assert not Post.objects.filter(pending=True).exists()
    assert not Post.objects.filter(historical=False).exists()
    assert CaseRow.objects.exists()
    assert not CaseRow.objects.exclude(due_at=None).exists()  # nothing of 2015 is due


def test_a_file_that_was_changed_meanwhile_is_not_gone_on_with(acme: Access, places: Places, tmp_path: Path) -> None:
    path = make_file(tmp_path, 10)
    config = {"path": str(path), "mapping": "id=id,author=user,text=body,created_at=date"}
    import_file(acme.workspace, config, places=places)
    path.write_text(path.read_text().replace("lovely", "gloomy"))
    with pytest.raises(BadConnection, match="was changed"):
        import_file(acme.workspace, config, places=places)
    assert counted_posts(acme) == 10


@pytest.mark.parametrize(
    ("mapping", "words"),
    [("text=nothing", "nothing"), ("txet=body", "txet"), ("text", "text"), ("", "text")],
)
def test_a_mapping_that_does_not_fit_is_told_in_words_and_makes_nothing(
    acme: Access, places: Places, tmp_path: Path, mapping: str, words: str
) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(BadConnection, match=words):
        import_file(acme.workspace, {"path": str(path), "mapping": mapping}, places=places)
    assert not Connection.objects.exists()
    assert not Stream.objects.exists()
