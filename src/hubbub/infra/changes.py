"""The change log: one row in the transaction of the change, one tailer per process, fan-out to whoever listens.

SQLite is watched through `PRAGMA data_version` on a connection that never writes; PostgreSQL wakes the
tailer with NOTIFY. Ids may become visible out of order (PostgreSQL gives them out before commit), so
the tailer keeps the gaps it has seen and looks into them again until they fill or are old.
When the database goes away, the tailer waits, and goes on where it was.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.db import connection, connections

from hubbub.infra import db
from hubbub.infra.models import Change

log = logging.getLogger(__name__)

KEPT = timedelta(hours=24)
GAP_S = 60.0
POLL_S = 0.1
NOTIFIED_POLL_S = 2.0
PLACE_S = 5.0
LOOKED_BACK = 1000  # ids: who begins here may have older transactions still open


@dataclass(frozen=True, slots=True)
class Changed:
    """One line of the change log."""

    id: int
    workspace: int | None
    kind: str
    subject: int | None
    data: dict[str, Any] = field(hash=False)


def record(workspace: int | None, kind: str, subject: int | None, *, now: datetime, **data: Any) -> None:
    """Write a line to the change log; call it inside the transaction of the change."""
    Change.objects.create(workspace=workspace, kind=kind, subject=subject, data=data, at=now)
    wake()


def record_many(lines: Sequence[tuple[int | None, str, int | None]], *, now: datetime) -> None:
    """Write several lines at once."""
    if lines:
        db.insert(Change, ("workspace", "kind", "subject", "data", "at"), [(*line, {}, now) for line in lines])
        wake()


def wake() -> None:
    """Tell tailers on PostgreSQL that there is news, once the transaction commits."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("NOTIFY hubbub")


def last_id() -> int:
    """Return the newest id in the log, 0 if it is empty."""
    return Change.objects.order_by("-id").values_list("id", flat=True).first() or 0


def last_of(kind: str) -> int:
    """Return the newest id of one kind of change, 0 if there is none."""
    return Change.objects.filter(kind=kind).order_by("-id").values_list("id", flat=True).first() or 0


def since(after: int, workspace: int, limit: int = 500) -> list[Changed] | None:
    """Return what a page missed after `after`; None if the log no longer reaches back that far."""
    first = Change.objects.order_by("id").values_list("id", flat=True).first()
    if first is None or after < first - 1:
        return [] if first is None and after == 0 else None
    rows = Change.objects.filter(id__gt=after, workspace=workspace).order_by("id")[: limit + 1]
    found = [_value(row) for row in rows]
    return None if len(found) > limit else found


def prune(now: datetime) -> int:
    """Drop lines older than a day; return how many."""
    return Change.objects.filter(at__lt=now - KEPT).delete()[0]


def _value(row: Change) -> Changed:
    return Changed(row.pk, row.workspace, row.kind, row.subject, row.data)


@dataclass(slots=True)
class Window:
    """Which ids were seen: everything up to `low`, and single ones above it."""

    low: int
    seen: set[int] = field(default_factory=set)
    gaps: dict[int, float] = field(default_factory=dict)  # id -> when it was first missed

    def take(self, ids: Sequence[int], now_s: float) -> list[int]:
        """Note ids that were read; return those not seen before, in order. Old gaps are given up."""
        fresh = sorted(each for each in set(ids) if each > self.low and each not in self.seen)
        self.seen.update(fresh)
        top = max(self.seen, default=self.low)
        for each in range(self.low + 1, top):
            if each not in self.seen:
                self.gaps.setdefault(each, now_s)
        while self.low < top:
            after = self.low + 1
            if after in self.seen:
                self.seen.discard(after)
            elif now_s - self.gaps.get(after, now_s) < GAP_S:
                break
            self.gaps.pop(after, None)
            self.low = after
        return fresh


class Tailer:
    """Follows the change log in one process and hands every line to each subscriber."""

    def __init__(self) -> None:
        self._queues: dict[asyncio.Queue[Changed], Callable[[Changed], bool]] = {}
        self._task: asyncio.Task[None] | None = None
        self._window: Window | None = None
        self._placed = asyncio.Event()

    @contextlib.asynccontextmanager
    async def subscribe(self, wants: Callable[[Changed], bool]) -> AsyncIterator[asyncio.Queue[Changed]]:
        """Hear every line that `wants` accepts from now on. A reader that falls 1,000 behind loses the oldest.

        It begins once the log's end is known; while the database can't be reached, after some seconds.
        """
        if self._task is None or self._task.done():
            self._window, self._placed = None, asyncio.Event()
            self._task = asyncio.get_running_loop().create_task(self._run())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PLACE_S):
                await self._placed.wait()
        queue: asyncio.Queue[Changed] = asyncio.Queue(maxsize=1000)
        self._queues[queue] = wants
        try:
            yield queue
        finally:
            del self._queues[queue]

    @property
    def listeners(self) -> int:
        """How many hear at the moment."""
        return len(self._queues)

    def _fan_out(self, lines: Sequence[Changed]) -> None:
        for line in lines:
            for queue, wants in tuple(self._queues.items()):
                if wants(line):
                    if queue.full():
                        queue.get_nowait()
                    queue.put_nowait(line)

    async def _run(self) -> None:
        while True:
            try:
                if connection.vendor == "sqlite":
                    await self._follow_sqlite()
                else:
                    await self._follow_postgresql()
            except Exception:
                log.exception("The change log can't be followed; trying again")
                await asyncio.sleep(1.0)

    async def _follow_sqlite(self) -> None:
        import sqlite3

        name = quote(str(connections["default"].settings_dict["NAME"]))
        reader = sqlite3.connect(f"file:{name}?mode=ro", uri=True, isolation_level=None, timeout=5.0)
        try:
            window = self._window or self._begin(reader.execute(_NEWEST).fetchall())
            version = None
            while True:
                now_version = reader.execute("PRAGMA data_version").fetchone()[0]
                if now_version != version:
                    version = now_version
                    rows = reader.execute(_READ.format("?"), (window.low,)).fetchall()
                    self._fan_out(_read(rows, window))
                await asyncio.sleep(POLL_S)
        finally:
            reader.close()

    async def _follow_postgresql(self) -> None:
        import psycopg

        settings = connections["default"].get_connection_params()
        known = {k: v for k, v in settings.items() if k not in ("cursor_factory", "context", "prepare_threshold")}
        async with await psycopg.AsyncConnection.connect(**known, autocommit=True) as reader:
            await reader.execute("LISTEN hubbub")
            window = self._window or self._begin(await (await reader.execute(_NEWEST)).fetchall())
            while True:
                rows = await (await reader.execute(_READ.format("%s"), (window.low,))).fetchall()
                self._fan_out(_read(rows, window))
                await asyncio.sleep(POLL_S)  # what many tell in a row is read at once
                async for _ in reader.notifies(timeout=NOTIFIED_POLL_S, stop_after=1):
                    pass

    def _begin(self, newest: Sequence[tuple[int]]) -> Window:
        """Take the end of the log as the place to go on from."""
        ids = [row[0] for row in newest]
        self._window = Window(min(ids, default=1) - 1)
        self._window.take(ids, asyncio.get_running_loop().time())
        self._placed.set()
        return self._window


_NEWEST = f"SELECT id FROM infra_change ORDER BY id DESC LIMIT {LOOKED_BACK}"  # noqa: S608
_READ = "SELECT id, workspace, kind, subject, data FROM infra_change WHERE id > {} ORDER BY id"


def _read(rows: Sequence[Any], window: Window) -> list[Changed]:
    fresh = set(window.take([row[0] for row in rows], asyncio.get_running_loop().time()))
    return [
        Changed(row[0], row[1], row[2], row[3], row[4] if isinstance(row[4], dict) else json.loads(row[4]))
        for row in rows
        if row[0] in fresh
    ]
