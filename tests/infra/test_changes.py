"""The change log: every reader hears every line once, whatever order transactions end in."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.make import NOON

from hubbub.infra import changes
from hubbub.infra.changes import GAP_S, Changed, Tailer, Window
from hubbub.infra.models import Change

OURS, CHARLIES = 1, 2


# Which ids were seen: a rule of its own ---------------------------------------
@given(st.permutations(range(1, 12)), st.data())
def test_whatever_order_ids_show_up_in_each_is_taken_once(order: list[int], data: st.DataObject) -> None:
    window, taken, shown = Window(0), [], set()
    while order:
        size = data.draw(st.integers(1, len(order)))
        shown |= set(order[:size])
        order = order[size:]
        fresh = window.take(sorted(each for each in shown if each > window.low), now_s=0.0)
        assert fresh == sorted(fresh)
        taken += fresh
    assert sorted(taken) == list(range(1, 12))
    assert (window.low, window.seen, window.gaps) == (11, set(), {})


def test_an_id_that_never_comes_is_waited_for_a_minute_and_then_given_up() -> None:
    window = Window(10)
    assert window.take([12, 13], 0.0) == [12, 13]
    assert window.take([12, 13], GAP_S - 1) == []
    assert window.low == 10
    assert window.take([12, 13, 14], GAP_S) == [14]
    assert window.low == 14
    assert window.take([11], GAP_S) == []


def test_an_id_that_comes_late_is_taken_then() -> None:
    window = Window(10)
    window.take([12], 0.0)
    assert window.take([11, 12, 13], GAP_S - 1) == [11, 13]
    assert window.low == 13


# What a page missed ----------------------------------------------------------
def note(kind: str, subject: int = 1, workspace: int | None = OURS) -> int:
    changes.record(workspace, kind, subject, now=NOON)
    return changes.last_id()


def told(lines: list[Changed] | None) -> list[tuple[str, int | None]] | None:
    return None if lines is None else [(line.kind, line.subject) for line in lines]


@pytest.mark.django_db
def test_a_page_that_comes_back_is_told_what_it_missed_in_its_own_workspace() -> None:
    seen = note("case", 1)
    changes.record(OURS, "case", 2, now=NOON, by="Alice")
    note("case", 3, CHARLIES)
    note("topic", 4)
    missed = changes.since(seen, OURS)
    assert told(missed) == [("case", 2), ("topic", 4)]
    assert missed is not None
    assert missed[0].data == {"by": "Alice"}
    assert told(changes.since(seen, CHARLIES)) == [("case", 3)]
    assert changes.since(changes.last_id(), OURS) == []
    assert changes.last_of("case") == seen + 2
    assert changes.last_of("playbook") == 0


@pytest.mark.django_db
def test_a_page_that_missed_too_much_is_told_to_begin_anew() -> None:
    first = note("case", 1)
    changes.record_many([(OURS, "case", each) for each in range(2, 7)], now=NOON)
    assert len(changes.since(first, OURS, limit=5) or []) == 5
    assert changes.since(first, OURS, limit=4) is None


@pytest.mark.django_db
def test_lines_of_yesterday_are_dropped_and_who_needs_them_begins_anew() -> None:
    first = note("case", 1)
    changes.record(OURS, "case", 2, now=NOON + timedelta(hours=2))
    assert changes.prune(NOON + timedelta(hours=25)) == 1
    assert told(changes.since(first, OURS)) == [("case", 2)]
    assert changes.since(first - 1, OURS) is None


@pytest.mark.django_db
def test_an_empty_log_has_nothing_to_tell() -> None:
    assert changes.last_id() == 0
    assert changes.since(0, OURS) == []
    changes.record_many([], now=NOON)
    assert changes.last_id() == 0


@pytest.mark.django_db
def test_a_change_that_was_taken_back_was_never_noted() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        note("case")
        raise RuntimeError
    assert Change.objects.count() == 0


# Live ------------------------------------------------------------------------
@asynccontextmanager
async def listening(tailer: Tailer, workspace: int = OURS) -> AsyncIterator["asyncio.Queue[Changed]"]:
    async with tailer.subscribe(lambda line: line.workspace == workspace) as queue:
        yield queue


@pytest.fixture
async def tailer(transactional_db: None) -> AsyncIterator[Tailer]:
    made = Tailer()
    yield made
    if made._task:
        made._task.cancel()
        await asyncio.gather(made._task, return_exceptions=True)


async def heard(queue: "asyncio.Queue[Changed]", several: int) -> list[int | None]:
    return [(await asyncio.wait_for(queue.get(), 10)).subject for _ in range(several)]


async def meanwhile(deed: Callable[[], object]) -> None:
    """Do something in a thread with a connection of its own."""

    def does() -> None:
        try:
            deed()
        finally:
            connection.close()

    await asyncio.to_thread(does)


async def noted(*subjects: int, workspace: int = OURS) -> None:
    await meanwhile(lambda: [note("case", each, workspace) for each in subjects])


async def test_who_listens_hears_what_happens_from_now_on_in_order_and_nothing_of_others(tailer: Tailer) -> None:
    await noted(1)
    async with listening(tailer) as alice, listening(tailer, CHARLIES) as charlie:
        await noted(2, 3)
        await noted(4, workspace=CHARLIES)
        await noted(5)
        assert await heard(alice, 3) == [2, 3, 5]
        assert await heard(charlie, 1) == [4]
        assert (alice.qsize(), charlie.qsize()) == (0, 0)


async def test_a_reader_that_falls_behind_loses_the_oldest_and_holds_nobody_up(tailer: Tailer) -> None:
    async with listening(tailer) as slow, listening(tailer) as quick:
        lines = [(OURS, "case", each) for each in range(1200)]
        await meanwhile(lambda: changes.record_many(lines, now=NOON))
        await noted(9999)
        while (await asyncio.wait_for(quick.get(), 10)).subject != 9999:
            pass
        assert await heard(slow, 1000) == [*range(201, 1200), 9999]


@contextmanager
def held_open(subject: int) -> Iterator[Any]:
    """A transaction that took its id and has not ended; the block ends it by calling what it gets."""
    wrote, end = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                note("case", subject)
                wrote.set()
                end.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert wrote.wait(20)

    def finish() -> None:
        end.set()
        thread.join()

    try:
        yield finish
    finally:
        finish()


async def test_a_transaction_that_ends_after_a_later_one_is_heard_all_the_same(tailer: Tailer) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time: ids can't become visible out of order")
    async with listening(tailer) as alice:
        with held_open(1) as finish:
            await noted(2)
            assert await heard(alice, 1) == [2]
            finish()
            assert await heard(alice, 1) == [1]


async def test_a_transaction_that_was_open_when_somebody_began_to_listen_is_heard(tailer: Tailer) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time: ids can't become visible out of order")
    await noted(1)
    with held_open(2) as finish:
        await noted(3)
        async with listening(tailer) as alice:
            finish()
            await noted(4)
            assert sorted(await heard(alice, 2)) == [2, 4]
