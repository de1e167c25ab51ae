"""The one way to read heard posts: over the archive and the segments that wait for it, as they stand now.

The roll-ups say exactly in which minutes there is something to find, so that only those parts of files are opened.
An edit and a delete are events behind the post; the hash index and the rows say which wording counts, and what is gone.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Sum
from numpy.typing import NDArray

from hubbub.accounts.core.access import Access, Permission
from hubbub.infra import archive, identities, segments
from hubbub.infra.archive import Part
from hubbub.infra.places import Places
from hubbub.kernel.batch import Event
from hubbub.listening.core.heard import HeardLine, HeardPage, Mark, Sought, at_us, us_of
from hubbub.listening.core.lists import holds, said_by
from hubbub.listening.models import Post, Rollup, Segment

MINUTE_US: Final = 60_000_000
MINUTES_AT_ONCE: Final = 500
LONG_ENOUGH_S: Final = 0.6
ENOUGH: Final = 1_000  # posts of one part
A_LITTLE: Final = timedelta(minutes=1)
"""A post is said no later than it is committed, by the same clock; this much is left to chance."""
WORDINGS: Final = 4  # of a post that stand in one part, at most, where all of them are wanted
AHEAD: Final = 4  # parts
_readers: Final = ThreadPoolExecutor(AHEAD, "archive")
GONE, FIRST, LATEST = -1, 0, -2
"""What counts of a post: nothing, its first wording, or, where nobody knows, the latest that is found."""

_SHOWN: Final = (
    "uri",
    "said_at",
    "happened_at",
    "event",
    "private",
    "topics",
    "channel",
    "language",
    "sentiment",
    "kinds",
    "author",
    "handle",
    "name",
    "followers",
    "text",
    "url",
    "media",
    "likeness",
    "has_row",
)


class _Test(NamedTuple):
    """What one or two columns of a post that is looked for have to be."""

    columns: tuple[str, ...]
    passes: Callable[..., pa.Array]


def _tests(sought: Sought, since_us: int, until_us: int) -> tuple[list[_Test], list[_Test]]:
    """Return what posts have to be: what is quick to read, and what is not."""
    quick = [
        _Test(
            ("said_at",),
            lambda said: pc.and_(
                pc.greater_equal(said.cast(pa.int64()), since_us), pc.less(said.cast(pa.int64()), until_us)
            ),
        ),
        _Test(("private",), pc.invert),
        _Test(("event",), lambda event: pc.not_equal(event, int(Event.DELETE))),
    ]
    if sought.topic:
        quick.append(_Test(("topics",), lambda topics: holds(topics, sought.topic)))
    for column, wanted in (("channel", sought.channel), ("language", sought.language), ("sentiment", sought.sentiment)):
        if wanted not in ("", None):
            quick.append(_Test((column,), partial(pc.equal, wanted)))
    slow = []
    if sought.kind is not None:
        slow.append(
            _Test(("kinds",), lambda kinds: pa.array([_likeliest(each) == sought.kind for each in kinds.to_pylist()]))
        )
    if sought.author:
        slow.append(_Test(("author",), lambda author: pc.equal(author, sought.author)))
    if sought.uris:
        slow.append(_Test(("uri",), lambda uri: pc.is_in(uri, pa.array(sought.uris))))
    if sought.who:
        slow.append(_Test(("handle", "author"), lambda handle, author: said_by(handle, author, sought.who)))
    if sought.words:
        slow.append(_Test(("text",), lambda text: pc.match_substring(text, sought.words, ignore_case=True)))
    return quick, slow


_NOTHING: Final = pa.table({})


def _remembered(table: pa.Table) -> pa.Table:
    """Leave out posts that were forgotten: they stand in the archive without name and words."""
    return table.filter(pc.not_equal(table.column("uri"), ""))


def _passing(table: pa.Table, tests: Sequence[_Test]) -> NDArray[np.int64]:
    """Return the places of rows that pass all tests."""
    mask = np.ones(table.num_rows, bool)
    for test in tests:
        mask &= pc.fill_null(test.passes(*map(table.column, test.columns)), False).to_numpy(zero_copy_only=False)
    return np.flatnonzero(mask)


def posts(access: Access, sought: Sought, places: Places, *, limit: int = 50, after: Mark | None = None) -> HeardPage:
    """Return heard posts, the latest first. Private ones are read in the inbox only.

    A search for rare words in much text stops before somebody grows impatient, and says how far back it looked.
    """
    access.require(Permission.READ)
    found = _Found(access.workspace, sought, places, after)
    began = time.monotonic()
    for since_us, tables in found.stretches():
        for table in tables:
            found.look(table)
        slow = found.floor_us > since_us or time.monotonic() - began > LONG_ENOUGH_S
        if not slow and len(found.rows) <= limit:
            continue
        page = found.page(complete_to_us=since_us)
        if len(page) > limit:
            return HeardPage(tuple(page[:limit]), page[limit - 1].mark)
        if slow:
            since_us = max(found.floor_us, since_us)
            return HeardPage(tuple(page), Mark(since_us), at_us(since_us))
    page = found.page(complete_to_us=found.since_us)
    return HeardPage(tuple(page[:limit]), page[limit - 1].mark if len(page) > limit else None)


def standing(
    access: Access, sought: Sought, places: Places, columns: Sequence[str], *, limit: int
) -> list[dict[str, Any]]:
    """Return the whole rows of posts as they stand now, at most so many, the latest first. For flows that change them.

    Parameters
    ----------
    columns : those of the segment's schema that are wanted
    """
    access.require(Permission.READ)
    shown = tuple(dict.fromkeys((*_SHOWN, *columns)))
    found = _Found(access.workspace, sought, places, None, shown, enough=WORDINGS * limit)
    for since_us, tables in found.stretches():
        for table in tables:
            found.look(table)
        if found.floor_us > since_us or len(found.rows) > limit:
            break
    rows = sorted(found.standing().values(), key=lambda row: (row["said_at"], row["uri"]), reverse=True)
    return rows[:limit]


class _Found:
    """What was found so far, and where to look next."""

    def __init__(
        self,
        workspace: int,
        sought: Sought,
        places: Places,
        after: Mark | None,
        shown: Sequence[str] = _SHOWN,
        enough: int = ENOUGH,
    ) -> None:
        self.workspace, self.sought, self.places, self.after = workspace, sought, places, after
        self.since_us, self.until_us = us_of(sought.since), us_of(sought.until)
        if after is not None:
            self.until_us = min(self.until_us, after.said_us + 1)
        self.rows: dict[str, dict[int, dict[str, Any]]] = {}  # by uri and when that wording came
        self.edited: dict[str, int] = {}  # when the wording that counts came; or GONE, FIRST, LATEST
        self.floor_us = self.since_us  # no earlier than this everything was taken
        self.read: set[Part] = set()
        self.tests = _tests(sought, self.since_us, self.until_us)
        self.shown, self.enough = shown, enough

    def stretches(self) -> Iterator[tuple[int, Iterator[pa.Table]]]:
        """Yield tables to look in, from the latest stretch of time to the earliest, and where each stretch begins."""
        yield self.until_us, self._waiting()
        until_us = self.until_us
        while until_us > self.since_us:
            minutes = self._minutes(until_us)
            if not minutes:
                return
            since_us = max(self.since_us, minutes[-1] * MINUTE_US)
            yield from self._archived(minutes, since_us, until_us)
            if len(minutes) < MINUTES_AT_ONCE:
                return
            until_us = since_us

    def _archived(
        self, minutes: Sequence[int], since_us: int, until_us: int
    ) -> Iterator[tuple[int, Iterator[pa.Table]]]:
        wanted = np.array(minutes[::-1], np.int64)
        parts = archive.parts(self.places.archive, self.workspace, since_us, until_us)
        parts = [part for part in parts if part not in self.read and _any_within(wanted, part)]
        self.read.update(parts)
        for place, table in enumerate(_ahead(self._table, parts)):
            following = parts[place + 1].until_us + 1 if place + 1 < len(parts) else since_us
            yield max(since_us, following), iter((table,))
        if not parts:
            yield since_us, iter(())

    def _table(self, part: Part) -> pa.Table:
        """Read what is cheap first, and more only where something may be found."""
        rows = None
        for tests in filter(None, self.tests):
            held = part.read(list(dict.fromkeys(column for test in tests for column in test.columns)))
            held = held if rows is None else held.take(rows)
            found = pa.array(_passing(held, tests))
            rows = found if rows is None else rows.take(found)
            if not len(rows):
                return _NOTHING
        return _remembered(part.read(self.shown).take(rows))

    def _waiting(self) -> Iterator[pa.Table]:
        """Yield what segments hold that are not in the archive yet; none from before what is looked for was said."""
        waiting = Segment.objects.filter(
            archived_at__isnull=True,
            stream__connections__workspace_id=self.workspace,
            committed_at__gte=self.sought.since - A_LITTLE,
        ).distinct()
        columns = {"workspace", *self.shown, *(name for tests in self.tests for test in tests for name in test.columns)}
        for stream, number in waiting.order_by("-number").values_list("stream_id", "number"):
            try:
                table = segments.read(self.places.segments, stream, number, tuple(columns))
            except FileNotFoundError:
                continue  # archived meanwhile, and read there
            mine = table.filter(pc.equal(table.column("workspace"), self.workspace))
            yield self._asked(mine.select(self.shown))

    def _asked(self, table: pa.Table) -> pa.Table:
        """Return the rows that are looked for."""
        return _remembered(table.take(pa.array(_passing(table, [test for tests in self.tests for test in tests]))))

    def _minutes(self, until_us: int) -> list[int]:
        """Return the latest minutes in which something that is looked for was said, the latest first."""
        sought = self.sought
        cells = Rollup.objects.filter(
            workspace_id=self.workspace,
            topic=sought.topic,
            minute__gte=self.since_us // MINUTE_US,
            minute__lt=-(-until_us // MINUTE_US),
        )
        named = {"channel": sought.channel, "lang": sought.language}
        cells = cells.filter(**{name: value for name, value in named.items() if value})
        if sought.sentiment is not None:
            cells = cells.filter(sentiment=sought.sentiment)
        found = cells.values("minute").annotate(n=Sum("posts")).filter(n__gt=0).order_by("-minute")
        return list(found.values_list("minute", flat=True)[:MINUTES_AT_ONCE])

    def look(self, table: pa.Table) -> None:
        """Add what is found in a table: the latest of it, where there is much."""
        if table.num_rows > self.enough:
            said = table.column("said_at").cast(pa.int64()).to_numpy()
            order = np.argsort(said, kind="stable")[::-1][: self.enough]
            table, self.floor_us = table.take(pa.array(order)), max(self.floor_us, int(said[order[-1]]) + 1)
        for row in table.to_pylist():
            if self.after is None or (us_of(row["said_at"]), row["uri"]) < (self.after.said_us, self.after.uri):
                self.rows.setdefault(row["uri"], {})[us_of(row["happened_at"])] = row

    def page(self, *, complete_to_us: int) -> list[HeardLine]:
        """Return what was found and stands, the latest first, no earlier than what was looked through wholly."""
        since = max(complete_to_us, self.floor_us)
        standing = self.standing()
        found = [
            (said_us, uri, HeardLine.of(row, edited=row["event"] == Event.EDIT))
            for uri, row in standing.items()
            if (said_us := us_of(row["said_at"])) >= since
        ]
        return [line for _, _, line in sorted(found, key=lambda each: each[:2], reverse=True)]

    def standing(self) -> dict[str, dict[str, Any]]:
        """Return the wording of each post that counts now; none of those that were deleted."""
        new = [uri for uri in self.rows if uri not in self.edited]
        keys = identities.keys_of([self.workspace] * len(new), new)
        known = identities.at(self.places.identities).known(keys)
        with_row = [uri for uri, key in zip(new, keys, strict=True) if key in known and known[key].row]
        rows = {row.uri: row for row in _rows(self.workspace, with_row)}
        for uri, key in zip(new, keys, strict=True):
            self.edited[uri] = LATEST
            if (post := rows.get(uri)) is not None:
                self.edited[uri] = (
                    GONE
                    if post.deleted_at
                    else max((us_of(at) for at in (post.edited_at, post.marked_at) if at), default=FIRST)
                )
            elif key in known and not known[key].row:
                self.edited[uri] = GONE if known[key].gone else known[key].edited_us or FIRST
        standing = {}
        for uri, wordings in self.rows.items():
            edited = self.edited[uri]
            for happened_us, row in wordings.items():
                if (
                    edited == happened_us
                    or (edited == FIRST and row["event"] == Event.CREATE)
                    or (edited == LATEST and happened_us == max(wordings))
                ):
                    standing[uri] = row
        return standing


def _ahead(read: Callable[[Part], pa.Table], parts: Sequence[Part]) -> Iterator[pa.Table]:
    """Yield what is read of parts in their order; the next ones are read meanwhile."""
    waiting: deque[Future[pa.Table]] = deque()
    for part in parts:
        waiting.append(_readers.submit(read, part))
        if len(waiting) > AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _rows(workspace: int, uris: Sequence[str]) -> list[Post]:
    found = Post.objects.filter(workspace_id=workspace, uri__among=frozenset(uris))
    return list(found.only("uri", "edited_at", "marked_at", "deleted_at"))


def _any_within(minutes: NDArray[np.int64], part: Part) -> bool:
    """Say whether one of some minutes, ascending, lies in a part."""
    place = int(np.searchsorted(minutes, part.since_us // MINUTE_US))
    return place < len(minutes) and int(minutes[place]) * MINUTE_US <= part.until_us


def _likeliest(kinds: Sequence[float] | None) -> int:
    return kinds.index(max(kinds)) if kinds else -1


def said_by_second(access: Access, topic: int, minute: datetime, places: Places) -> NDArray[np.int64]:
    """Return how many archived posts each of the sixty seconds of a minute has: of new posts, deleted ones among them.

    Returns
    -------
    array of shape (60,), posts
    """
    access.require(Permission.READ)
    since_us = us_of(minute)
    counts = np.zeros(60, np.int64)
    for part in archive.parts(places.archive, access.workspace, since_us, since_us + MINUTE_US):
        table = part.read(("said_at", "event", "topics"))
        said = table.column("said_at").cast(pa.int64()).to_numpy() - since_us
        wanted = (said >= 0) & (said < MINUTE_US) & (table.column("event").to_numpy() == int(Event.CREATE))
        if topic:
            wanted &= holds(table.column("topics"), topic).to_numpy(zero_copy_only=False)
        counts += np.bincount(said[wanted] // 1_000_000, minlength=60)
    return counts
