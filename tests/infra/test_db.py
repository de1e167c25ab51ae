"""Many rows at once: what is written reads as if Django had written it, on either database."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from tests.make import NOON, at_once, make_workspace

from hubbub.infra import db
from hubbub.infra.models import Change, OutboxMessage
from hubbub.listening.models import Rollup

pytestmark = pytest.mark.django_db

CELL = ("workspace_id", "topic", "minute", "channel", "lang", "sentiment")
COLUMNS = ("workspace", "kind", "subject", "data", "at")
LATE = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-5)))
DATA = {"words": "Grüße 👩‍👩‍👧 'quoted' %s ?", "nested": [1, None, {"deep": 1.5}], "empty": {}}


def rows() -> list[tuple[Any, ...]]:
    return list(Change.objects.order_by("id").values_list(*COLUMNS))


def test_rows_that_were_inserted_at_once_read_like_any() -> None:
    given = [(1, "case", 2**40, DATA, LATE), (None, "topic", None, [], NOON)]
    assert db.insert(Change, COLUMNS, given) == 2
    written = rows()
    assert written == given
    Change.objects.all().delete()
    Change.objects.bulk_create(Change(**dict(zip(COLUMNS, each, strict=True))) for each in given)
    assert rows() == written
    assert Change.objects.filter(at=LATE, data__nested__2__deep=1.5).count() == 1


def test_nothing_to_write_is_nothing_written() -> None:
    assert db.insert(Change, COLUMNS, []) == 0
    db.update(Change, ("kind",), [])
    db.add_up(Rollup, CELL, "posts", "authors", [])
    assert rows() == []


def test_a_generator_will_do() -> None:
    assert db.insert(Change, COLUMNS, ((1, "case", each, {}, NOON) for each in range(5000))) == 5000
    assert Change.objects.count() == 5000


def test_only_the_rows_and_columns_that_are_named_change() -> None:
    db.insert(Change, COLUMNS, [(1, "case", each, {"old": each}, NOON) for each in range(4)])
    ids = list(Change.objects.order_by("id").values_list("id", flat=True))
    db.update(Change, ("data", "at", "subject"), [(ids[1], ({"new": 1}, LATE, None)), (ids[3], ([], NOON, 9))])
    assert rows() == [
        (1, "case", 0, {"old": 0}, NOON),
        (1, "case", None, {"new": 1}, LATE),
        (1, "case", 2, {"old": 2}, NOON),
        (1, "case", 9, [], NOON),
    ]


def test_rows_read_at_once_are_those_that_django_reads() -> None:
    db.insert(
        Change,
        COLUMNS,
        [(1, "case", 2**40, DATA, LATE), (None, "topic", None, [], NOON), (2, "x", 0, {"a": None}, NOON)],
    )
    found = Change.objects.order_by("-id")
    assert db.rows(found, COLUMNS) == list(found.values_list(*COLUMNS))
    assert db.rows(found.filter(workspace=1, data__nested__0=1), ("subject", "at")) == [(2**40, LATE)]
    assert db.rows(found.none() | found.filter(pk=0), COLUMNS) == []


@pytest.mark.parametrize(
    ("lookup", "values"),
    [
        ("kind__among", ["a", 'it\'s "quoted"', "ü", "nowhere"]),
        ("subject__among", [1, 3, 2**40]),
        ("kind__among", []),
        ("kind__among", {str(each) for each in range(40_000)} | {"ü"}),  # more than a statement takes one by one
    ],
)
def test_rows_are_found_among_any_number_of_values(lookup: str, values: Any) -> None:
    kinds = ("a", "b", 'it\'s "quoted"', "ü")
    db.insert(Change, COLUMNS, [(1, kind, each, {}, NOON) for each, kind in enumerate(kinds)])
    attribute = lookup.removesuffix("__among")
    wanted = [row[COLUMNS.index(attribute)] for row in rows() if row[COLUMNS.index(attribute)] in values]
    assert list(Change.objects.filter(**{lookup: values}).order_by("id").values_list(attribute, flat=True)) == wanted


def test_a_row_that_may_not_be_is_refused_with_all_that_came_with_it() -> None:
    mark = {"state": "queued", "queued_at": NOON, "due_at": NOON, "payload": {}, "words": "", "claimed_by": ""}
    names = ("workspace", "connection", "conversation", "subject", "key", "attempts", "doubtful", *mark)
    blank = ("expected_uri", "uri", "url")

    def message(key: str) -> tuple[Any, ...]:
        return (1, 1, "thread", 1, key, 0, False, *mark.values(), "", "", "")

    with pytest.raises(IntegrityError), transaction.atomic():
        db.insert(OutboxMessage, (*names, *blank), [message("a"), message("b"), message("a")])
    assert OutboxMessage.objects.count() == 0


def test_counters_are_made_and_added_up_with_their_signs() -> None:
    here = make_workspace().workspace
    one, two = (here, 5, 29_000_000, "demo", "en", -1), (here, 5, 29_000_001, "demo", "en", -1)
    db.add_up(Rollup, CELL, "posts", "authors", [(*one, 3, b"\0a"), (*two, 2**40, b""), (*one, 4, b"\xff\0")])
    db.add_up(Rollup, CELL, "posts", "authors", iter([(*one, -2, b""), (*two, 0, b"z")]))
    assert dict(Rollup.objects.values_list("minute", "posts")) == {29_000_000: 5, 29_000_001: 2**40}
    assert [bytes(each) for each in Rollup.objects.order_by("minute").values_list("authors", flat=True)] == [
        b"\0a\xff\0",
        b"z",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_thread_gets_a_new_connection_after_the_old_one_broke() -> None:
    def breaks() -> None:
        raise OperationalError("server closed the connection unexpectedly")

    def works() -> tuple[Any, Any, int]:
        before = connection.connection
        with pytest.raises(OperationalError):
            db.with_database(breaks)
        return before, connection.connection, db.with_database(Change.objects.count)

    ((before, after, count),) = at_once(works)
    assert before is not None
    assert after is None
    assert count == 0
