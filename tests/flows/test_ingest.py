"""Whatever a network tells, how often and in whichever order: each post is stored and counted once."""

import json
import random
from datetime import timedelta

import pytest

from hubbub.accounts.core.access import Access
from hubbub.care.services.settings import change_playbook
from hubbub.channels import selectors as channels
from hubbub.channels.models import Quarantined, Stream
from hubbub.flows.archive import archive_due
from hubbub.flows.ears import Ears
from hubbub.flows.ingest import recover
from hubbub.infra.places import Places
from hubbub.listening.models import Post, Revision, Segment, Tombstone
from hubbub.listening.services import KEPT_RAW, Fenced, remove_topic
from tests.channels.bluesky.samples import BOB
from tests.channels.hostile import HOSTILE
from tests.flows.hearing import (
    archived,
    connect_sky,
    counted,
    counted_posts,
    hear,
    lines_of,
    recount,
    sky,
    sky_uri,
    waiting,
)
from tests.make import NOON, Town, at_once, connect_demo, make_topic, make_town, make_workspace

ROW = "my acme widget broke after a day, nobody answers"  # needs attention, so that it becomes a row
NO_ROW = "a walk in the park with my acme"  # is counted and archived only
WORDINGS = pytest.mark.parametrize("text", [ROW, NO_ROW], ids=["with a row", "without a row"])


@pytest.fixture
def acme(db: None) -> Access:
    """A workspace that listens for Acme."""
    access = make_workspace()
    make_topic(access, "acme", name="Acme")
    return access


@pytest.fixture
def town(acme: Access, places: Places) -> Town:
    """People of a network that promises no order, heard by the workspace."""
    return Town(acme, places, connect_demo(acme))


def make_charlie() -> Access:
    """Another company, which listens for something else."""
    access = make_workspace("Charlie & Co", "charlie@other.example")
    make_topic(access, "zebra", name="Zebra")
    return access


def posts() -> list[tuple[int, str]]:
    return sorted(Post.objects.values_list("workspace_id", "uri"))


# Told again ---------------------------------------------------------------
@WORDINGS
@pytest.mark.parametrize("batches", [1, 2], ids=["in one batch", "over two batches"])
def test_a_post_told_twice_is_stored_once(acme: Access, places: Places, text: str, batches: int) -> None:
    stream, line = connect_sky(acme), sky("one", text)
    done = [hear(acme, stream, [line] * (3 - batches), places) for _ in range(batches)]
    assert sum(each.heard for each in done) == 1
    assert lines_of(waiting(places)) == {(acme.workspace, sky_uri("one"), "create"): 1}
    assert len(posts()) == (text == ROW)
    assert counted_posts(acme) == 1


@WORDINGS
def test_a_post_told_by_two_streams_of_one_workspace_is_stored_once(town: Town, places: Places, text: str) -> None:
    _, line = town.line("ann", text)
    other = connect_demo(town.access, "AcmeNordic")
    assert [hear(town.access, each, [line], places).heard for each in (town.connection, other)] == [1, 0]
    assert len(waiting(places)) == 1
    assert counted_posts(town.access) == 1


@pytest.mark.django_db(transaction=True)
def test_a_post_told_by_two_streams_at_the_same_moment_is_stored_once(places: Places) -> None:
    town = make_town(make_workspace(), places)
    other = connect_demo(town.access, "AcmeNordic")
    lines = [town.line("ann", f"@AcmeCustServ my acme widget {n} broke")[1] for n in range(20)]
    both = at_once(*(lambda each=each: hear(town.access, each, lines, places) for each in (town.connection, other)))
    assert sum(each.heard for each in both) == 20
    assert len(posts()) == len(set(posts())) == 20
    assert counted_posts(town.access) == 20
    assert sum(lines_of(waiting(places)).values()) == 20


def test_each_of_two_workspaces_hears_of_a_shared_stream_what_it_listens_for(acme: Access, places: Places) -> None:
    charlie = make_charlie()
    ours, theirs = connect_sky(acme), connect_sky(charlie)
    assert channels.connection(acme, ours).stream == channels.connection(charlie, theirs).stream
    lines = [sky("a", ROW), sky("z", "my zebra broke, where is my refund?"), sky("both", f"{ROW}, unlike my zebra")]
    hear(acme, ours, [*lines, sky("none", "lovely weather")], places)
    hear(charlie, theirs, lines, places)
    assert lines_of(waiting(places)) == {
        (acme.workspace, sky_uri("a"), "create"): 1,
        (acme.workspace, sky_uri("both"), "create"): 1,
        (charlie.workspace, sky_uri("z"), "create"): 1,
        (charlie.workspace, sky_uri("both"), "create"): 1,
    }
    assert [counted_posts(each) for each in (acme, charlie)] == [2, 2]
    assert counted() == recount(waiting(places))


@pytest.mark.django_db
def test_filters_ask_the_network_and_an_author_alone_may_be_listened_for(places: Places) -> None:
    access = make_workspace()
    german = make_topic(access, "acme lang:de -is:reply", name="German")
    by_jo = make_topic(access, f"author:{BOB}", name="Jo")
    linked = make_topic(access, "acme site:shop.example has:link", name="Linked")
    lines = [
        sky("de", "acme, oh je", langs=["de"]),
        sky("en", "acme, oh dear", langs=["en"]),
        sky("none", "acme"),
        sky("jo", "anything at all", author=BOB),
        sky("shop", "acme at https://www.shop.example/a"),
    ]
    hear(access, connect_sky(access), lines, places)
    assert [counted_posts(access, topic) for topic in (german, by_jo, linked)] == [1, 1, 1]
    assert {uri for _, uri, _ in lines_of(waiting(places))} == {sky_uri("de"), sky_uri("jo", BOB), sky_uri("shop")}


def test_what_a_workspace_hears_through_its_own_account_no_other_workspace_gets(town: Town, places: Places) -> None:
    charlie = make_charlie()
    connect_demo(charlie, "Charlie")
    town.says("ann", "my acme zebra is broken")
    town.says("ann", "zebra 4711 is my order number", to="AcmeCustServ")
    assert {workspace for workspace, *_ in lines_of(waiting(places))} == {town.access.workspace}
    assert counted_posts(charlie) == 0


# Edits and deletes ---------------------------------------------------------
@WORDINGS
def test_an_edit_moves_a_post_to_the_counts_of_its_new_wording(acme: Access, places: Places, text: str) -> None:
    gadgets = make_topic(acme, "gadget", name="Gadgets")
    stream = connect_sky(acme)
    hear(acme, stream, [sky("one", text)], places)
    hear(acme, stream, [sky("one", f"{text}, the gadget too", "update", at_s=1)], places)
    hear(acme, stream, [sky("one", f"{text}, the gadget too", "update", at_s=1)], places)
    assert (counted_posts(acme), counted_posts(acme, gadgets)) == (1, 1)
    assert counted() == recount(waiting(places))
    assert lines_of(waiting(places))[acme.workspace, sky_uri("one"), "edit"] == 1


def test_an_edited_row_shows_the_new_wording_and_keeps_the_old_one(acme: Access, places: Places) -> None:
    stream = connect_sky(acme)
    hear(acme, stream, [sky("one", ROW)], places)
    Post.objects.update(pending=False)
    hear(acme, stream, [sky("one", f"{ROW}!!", "update", at_s=1)], places)
    assert list(Post.objects.values_list("text", "pending")) == [(f"{ROW}!!", True)]
    assert list(Revision.objects.values_list("text", flat=True)) == [ROW]


@WORDINGS
def test_an_older_edit_that_comes_late_changes_nothing(acme: Access, places: Places, text: str) -> None:
    gadgets = make_topic(acme, "gadget", name="Gadgets")
    stream = connect_sky(acme)
    hear(acme, stream, [sky("one", text), sky("one", f"{text} gadget", "update", at_s=5)], places)
    before = counted()
    hear(acme, stream, [sky("one", f"{text}, or not", "update", at_s=3)], places)
    assert counted() == before
    assert counted_posts(acme, gadgets) == 1
    assert all(row.text == f"{text} gadget" for row in Post.objects.all())


@WORDINGS
def test_an_edit_heard_before_its_original_stands(town: Town, places: Places, text: str) -> None:
    uri, original = town.line("ann", text)
    _, edit = town.line("ann", f"{text} at last", kind="edit", uri=uri)
    town.hear([edit])
    town.hear([original])
    assert lines_of(waiting(places)) == {(town.access.workspace, uri, "edit"): 1}
    assert counted_posts(town.access) == 1
    assert [row.text for row in Post.objects.all()] == [f"{text} at last"] * (text == ROW)


@WORDINGS
def test_a_deleted_post_leaves_the_counts_once_and_its_words_leave_the_tables(
    acme: Access, places: Places, text: str
) -> None:
    stream = connect_sky(acme)
    hear(acme, stream, [sky("one", text), sky("one", f"{text}!", "update", at_s=1), sky("two", text)], places)
    for _ in range(2):
        hear(acme, stream, [sky("one", operation="delete", at_s=2)], places)
    hear(acme, stream, [sky("one", text), sky("one", f"{text}?", "update", at_s=3)], places)  # told again, too late
    assert counted_posts(acme) == 1
    assert counted() == recount(waiting(places))
    assert [row.text for row in Post.objects.filter(uri=sky_uri("one"))] == [""] * (text == ROW)
    assert not Revision.objects.exists()


def test_create_edit_and_delete_in_one_batch_leave_nothing(town: Town, places: Places) -> None:
    uri, create = town.line("ann", ROW)
    lines = [create, *(town.line("ann", ROW + "!", kind=kind, uri=uri)[1] for kind in ("edit", "delete"))]
    town.hear(lines)
    assert counted_posts(town.access) == 0
    assert [row.text for row in Post.objects.all()] == [""]
    assert [line["event"] for line in waiting(places)] == [0, 1, 2]


def test_a_delete_before_its_post_leaves_a_tombstone_where_order_is_not_promised(town: Town, places: Places) -> None:
    uri, create = town.line("ann", ROW)
    _, delete = town.line("ann", ROW, kind="delete", uri=uri)
    town.hear([delete])
    town.hear([create])
    assert (counted_posts(town.access), waiting(places), posts()) == (0, [], [])
    assert list(Tombstone.objects.values_list("workspace_id", "uri")) == [(town.access.workspace, uri)]


def test_an_ordered_stream_leaves_no_tombstones(acme: Access, places: Places) -> None:
    hear(acme, connect_sky(acme), [sky(f"{n}", operation="delete") for n in range(50)], places)
    assert not Tombstone.objects.exists()
    assert waiting(places) == []


# Odd posts ------------------------------------------------------------------
def test_a_post_from_the_future_counts_when_it_arrived(acme: Access, places: Places) -> None:
    hear(acme, connect_sky(acme), [sky("one", ROW, createdAt="2099-01-01T00:00:00Z")], places)
    assert Post.objects.get().said_at == NOON
    assert {cell[2] for cell in counted()} == {int(NOON.timestamp()) // 60}


def test_hostile_texts_are_stored_as_they_were_said_or_turned_away_with_a_reason(acme: Access, places: Places) -> None:
    lines = [sky(f"h{n}", f"acme {text} where is my refund") for n, text in enumerate(HOSTILE.values())]
    done = hear(acme, connect_sky(acme), lines, places)
    assert done.heard + done.rejected == len(lines)
    stored = {each["uri"]: each["text"] for each in waiting(places)}
    assert len(stored) == done.heard
    assert max(map(len, stored.values())) > 100_000
    assert {row.uri: row.text for row in Post.objects.all()}.items() <= stored.items()
    assert counted() == recount(waiting(places))


def test_lines_that_can_not_be_read_wait_in_quarantine_and_hold_nothing_up(acme: Access, places: Places) -> None:
    stream = connect_sky(acme)
    long = b'{"kind": "riddle", "words": "' + b"x" * KEPT_RAW + b'"}'
    done = hear(acme, stream, [b"\xff\x00", sky("one", ROW), long], places, cursor=77)
    assert (done.heard, done.rejected, done.stream.cursor) == (1, 2, 77)
    first, second = Quarantined.objects.order_by("id")
    assert (bytes(first.raw), first.size) == (b"\xff\x00", 2)
    assert (bytes(second.raw), second.size) == (long[:KEPT_RAW], len(long))
    assert first.reason.startswith("Not an event we can read")
    row = Stream.objects.get()
    assert (row.cursor, row.lines) == (77, 3)


def test_a_profile_told_later_completes_a_row_that_came_without_one(town: Town, places: Places) -> None:
    uri, line = town.line("ann", ROW)
    town.hear([line])
    Post.objects.update(handle="", name="", followers=None)  # as a stream without profiles would have it
    other = connect_demo(town.access, "AcmeNordic")
    assert hear(town.access, other, [line], places).heard == 0
    assert Post.objects.filter(uri=uri).values_list("handle", "followers").get() == ("ann", 210)


# What becomes a row ----------------------------------------------------------
def test_posts_beyond_the_budget_are_counted_and_archived_and_those_to_us_are_never_shed(
    town: Town, places: Places
) -> None:
    change_playbook(town.access, numbers={"rows_a_minute": 3}, service_level={}, note="", now=NOON)
    lines = [town.line("ann", f"{ROW} {n}")[1] for n in range(10)]
    to_us = [town.line("ann", f"@AcmeCustServ {ROW} {n}")[1] for n in range(5)]
    done = town.hear([*lines, *to_us])
    assert (done.heard, done.rows) == (15, 8)
    assert Post.objects.filter(to_us=True).count() == 5
    assert Segment.objects.get().shed == 7
    assert counted_posts(town.access) == len(waiting(places)) == 15
    town.hear([town.line("ann", f"{ROW}, once more")[1]], now=town.at + timedelta(minutes=2))
    assert Post.objects.count() == 9


def test_an_answer_in_a_thread_of_a_case_is_heard_whatever_it_says(town: Town) -> None:
    asked = town.says("ann", ROW)
    town.says("ben", "mine did so too", reply_to=asked)
    town.says("ben", "mine did so too", reply_to="demo://acme/zoe/77")
    assert Post.objects.count() == 2


def test_a_topic_takes_effect_with_the_next_batch_and_loses_nothing_already_heard(acme: Access, places: Places) -> None:
    stream = connect_sky(acme)
    hear(acme, stream, [sky("a1", NO_ROW), sky("g1", "a gadget")], places)
    gadgets = make_topic(acme, "gadget", name="Gadgets")
    hear(acme, stream, [sky("a2", NO_ROW), sky("g2", "a gadget")], places)
    remove_topic(acme, gadgets, now=NOON)
    hear(acme, stream, [sky("a3", NO_ROW), sky("g3", "a gadget")], places)
    hear(acme, stream, [sky("g2", operation="delete", at_s=1)], places)  # of a topic that is gone
    assert {uri for _, uri, _ in lines_of(waiting(places))} == {sky_uri(key) for key in ("a1", "a2", "g2", "a3")}
    assert counted() == recount(waiting(places))
    assert (counted_posts(acme), counted_posts(acme, gadgets)) == (3, 0)


# Cursor and fence -------------------------------------------------------------
def test_a_batch_in_which_nothing_was_heard_moves_the_cursor_when_it_is_time_and_every_line_counts(
    acme: Access, places: Places
) -> None:
    stream, idle_talk = connect_sky(acme), [sky("x", "lovely weather")] * 5
    first = hear(acme, stream, idle_talk, places, cursor=1, idle=False)
    assert (first.committed, Stream.objects.get().cursor) == (False, None)
    second = hear(acme, stream, idle_talk, places, cursor=2, idle=True, passed=5, stream=first.stream)
    assert (second.committed, Stream.objects.get().cursor, Stream.objects.get().lines) == (True, 2, 10)
    assert not Segment.objects.exists()


def test_of_two_listeners_on_a_stream_the_slower_one_changes_nothing(acme: Access, places: Places) -> None:
    connection = connect_sky(acme)
    stream_id = channels.connection(acme, connection).stream
    assert stream_id is not None
    stale = channels.stream(stream_id)
    hear(acme, connection, [sky("one", NO_ROW)], places, cursor=1)
    with pytest.raises(Fenced):
        hear(acme, connection, [sky("two", ROW), b"?"], places, cursor=2, stream=stale)
    assert Stream.objects.get().cursor == 1
    assert list(lines_of(waiting(places))) == [(acme.workspace, sky_uri("one"), "create")]
    assert not Quarantined.objects.exists()
    hear(acme, connection, [sky("two", ROW)], places, stream=recover(stream_id, places))
    assert counted_posts(acme) == 2


def test_a_very_large_batch_in_which_posts_change_is_stored_in_pieces_that_add_up(acme: Access, places: Places) -> None:
    made = [sky(f"k{n}", NO_ROW) for n in range(600)]
    changed = [sky(f"k{n}", ROW if n % 50 == 0 else f"{NO_ROW} {n}", "update", at_s=1) for n in range(0, 600, 5)]
    gone = [sky(f"k{n}", operation="delete", at_s=2) for n in range(0, 600, 3)]
    done = hear(acme, connect_sky(acme), [*made, *changed, *gone, *made], places, cursor=9)
    assert done.heard == 600
    assert Segment.objects.count() == 3
    assert Stream.objects.values_list("cursor", "lines").get() == (9, 600 + 120 + 200 + 600)
    assert counted_posts(acme) == 400
    assert Post.objects.count() == 12
    assert counted() == recount(waiting(places))


def test_what_was_stored_while_the_clock_was_ahead_is_archived_too(town: Town, places: Places) -> None:
    charlie = make_charlie()
    connection = connect_demo(charlie)
    _, line = town.line("ann", "a zebra", kind="post")
    hear(charlie, connection, [line], places, now=NOON + timedelta(hours=2))
    assert archive_due(places, now=NOON + timedelta(hours=2, minutes=1)) == 0
    assert archive_due(places, now=NOON) == 1  # the clock was set back
    assert len(archived(places)) == 1


# Any mixture --------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(3))
def test_after_any_mixture_the_counts_are_those_of_what_is_stored(town: Town, places: Places, seed: int) -> None:
    """Posts, edits and deletes by three streams, out of order, told twice, cut anywhere, archived in between."""
    dice, access, charlie = random.Random(seed), town.access, make_charlie()
    widgets = make_topic(access, "acme widget", name="Widgets")
    streams = {town.connection: access, connect_demo(access, "AcmeNordic"): access, connect_demo(charlie): charlie}
    stories = [story(town, dice) for _ in range(16)]
    told = [
        (connection, line)
        for connection in streams
        for wordings in stories
        for _, line in wordings
        for _ in range(dice.choice((1, 1, 2)))
    ]
    dice.shuffle(told)
    ears, tomorrow = Ears.open(), NOON + timedelta(days=1)
    while told:
        batch = [told.pop() for _ in range(min(len(told), dice.randint(1, 40)))]
        for connection, whose in streams.items():
            lines = [line for where, line in batch if where == connection]
            hear(whose, connection, lines, places, ears=ears, now=tomorrow)
        if dice.random() < 0.5:
            archive_due(places, now=tomorrow, age=timedelta(0))
    stored = [*archived(places), *waiting(places)]
    assert archived(places)
    assert counted() == recount(stored)
    at_last = [wordings[-1][0] for wordings in stories]  # no words where it was deleted
    assert counted_posts(access) == sum("acme" in text for text in at_last)
    assert counted_posts(access, widgets) == sum("acme" in text and "widget" in text for text in at_last)
    assert counted_posts(charlie) == sum("zebra" in text for text in at_last)
    told_once = {tuple(each[name] for name in ("workspace", "uri", "event", "happened_at")) for each in stored}
    assert len(told_once) == len(stored)
    texts = {json.loads(wordings[0][1])["post"]["uri"]: wordings[-1][0] for wordings in stories}
    assert {row.uri: row.text for row in Post.objects.all()}.items() <= texts.items()


def story(town: Town, dice: random.Random) -> list[tuple[str, bytes]]:
    """What happens to one post: each wording with its line, none where it is deleted."""
    always = dice.choice(("acme", "zebra", "acme zebra"))
    told, uri = [], None
    for step in range(dice.randint(1, 4)):
        text = f"{dice.choice(('my', 'this broken', 'I love this'))} {always}{dice.choice(('', ' widget'))} {step}"
        uri, line = town.line("ann", text, kind="edit" if step else "post", uri=uri)
        told.append((text, line))
    if dice.random() < 0.3:
        told.append(("", town.line("ann", "", kind="delete", uri=uri)[1]))
    return told
