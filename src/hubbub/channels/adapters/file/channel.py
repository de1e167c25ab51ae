"""The file connector: reads a file of posts from first to last, and ends."""

import asyncio
import hashlib
from collections import abc
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from hubbub.channels.adapters.file.dates import MONTH_FIRST
from hubbub.channels.adapters.file.mapping import Mapping
from hubbub.channels.adapters.file.parse import Plan, Record, parse, parts_of, source_name, source_of, uri_of
from hubbub.channels.adapters.file.table import Table, open_table
from hubbub.channels.core.bare import Bare
from hubbub.channels.core.contract import (
    Abilities,
    Account,
    BadConnection,
    Field,
    NotPossible,
    Outgoing,
    Sent,
)
from hubbub.infra.http import Http
from hubbub.kernel.batch import Batch, RawBatch
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean

MAX_SOURCE = 100
LINES = 2_000  # read at a time


class Place(msgspec.Struct, frozen=True):
    """The cursor of a file: records read, a hash of them all, and the mapping they were read with."""

    record: int
    digest: str
    mapping: str


class File(Bare):
    """One file, read once; satisfies the `Channel` protocol, and is the only channel whose `hear` ends."""

    kind: ClassVar[str] = "file"
    connector: ClassVar[str] = "file"
    label: ClassVar[str] = mark("File")
    about: ClassVar[str] = mark("Imports posts from a CSV or JSON lines file that you have.")
    abilities: ClassVar[Abilities] = Abilities(historical=True, narrow=True)
    fields: ClassVar[Sequence[Field]] = (
        Field("path", mark("File"), help=mark("A CSV file with a header, or JSON lines: one object a line.")),
        Field(
            "mapping",
            mark("Columns"),
            help=mark("Which column is what, as in text=body,author=user. Left empty, it is guessed."),
            required=False,
        ),
        Field(
            "source",
            mark("Source"),
            help=mark(
                "Where the posts are from. Posts with the same source and id are the same post. "
                "Left empty, it is the file's name."
            ),
            required=False,
        ),
    )

    def __init__(self, config: abc.Mapping[str, Any], secret: abc.Mapping[str, Any], http: Http) -> None:
        self.path = Path(_text(config, "path"))
        self.source = _text(config, "source") or self.path.stem
        if len(self.source) > MAX_SOURCE:
            raise BadConnection(reason=say("Source: give at most {most} characters.", most=MAX_SOURCE))
        given = _text(config, "mapping")
        try:
            self.given = Mapping.parse(given) if given else None
        except InvalidInput as error:
            raise BadConnection(reason=str(error)) from error
        self._http = http

    async def check(self) -> Account | None:
        """Look at the file; raises in words if it can't be imported. There is no account of ours in a file."""
        await asyncio.to_thread(_Reading, self, None)
        return None

    async def hear(self, cursor: Any) -> AsyncIterator[RawBatch]:
        """Yield the file's records from the cursor on, and end.

        Raises
        ------
        BadConnection
            If the file can't be read, its columns don't fit, or it is not the file the cursor is from.
        """
        reading = await asyncio.to_thread(_Reading, self, cursor)
        while lines := await asyncio.to_thread(reading.lines, LINES):
            yield RawBatch(lines, reading.cursor(), datetime.now(UTC))

    @staticmethod
    def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
        """Turn records into posts. Pure; never raises."""
        return parse(raw, rows)

    async def send(self, message: Outgoing) -> Sent:
        """Raise: nobody reads a file."""
        raise NotPossible(network=say("A file"), deed="take replies: what it holds was said elsewhere")


class _Reading:
    """A file being read: gives every record its line and its identity."""

    def __init__(self, file: File, cursor: Any) -> None:
        """Open the file and go to the cursor, reading again what was read, so that repeats are counted as before."""
        try:
            place = None if cursor is None else msgspec.convert(cursor, Place)
            table = open_table(file.path)
            self._mapping = _mapping(file.given, table, place)
        except (InvalidInput, msgspec.ValidationError) as error:
            raise BadConnection(reason=str(error)) from error
        self._plan = _plan(self._mapping, table, source_name(file.source))
        self._plan_json = msgspec.Raw(msgspec.json.encode(self._plan))
        self._records = table.records()
        self._repeats: dict[bytes, int] = {}
        self._count = 0
        self._digest = hashlib.sha256(msgspec.json.encode(table.header if table.dialect else ()))
        if place is not None:
            self._resume(place, file.path)

    def lines(self, most: int) -> list[bytes]:
        """Return the next records as lines, none at the end."""
        try:
            return [self._line(number, record) for number, record in islice(self._records, most)]
        except OSError as error:
            raise BadConnection(
                reason=say("The file can't be read any further: {reason}.", reason=error.strerror or error)
            ) from error

    def cursor(self) -> Any:
        """Return what to store."""
        return msgspec.to_builtins(Place(self._count, self._digest.hexdigest(), str(self._mapping)))

    def _resume(self, place: Place, path: Path) -> None:
        while self._count < place.record and self.lines(min(LINES, place.record - self._count)):
            pass
        anew = say("Import it anew under another source.")
        if self._count < place.record:
            before = say(
                "{number:,} of its records were imported, it now has {count:,}", number=place.record, count=self._count
            )
            raise BadConnection(
                reason=say("{path} has become shorter: {before}. {anew}", path=path, before=before, anew=anew)
            )
        if self._digest.hexdigest() != place.digest:
            raise BadConnection(
                reason=say(
                    "{path} was changed after {number:,} records were imported. {anew}",
                    path=path,
                    number=place.record,
                    anew=anew,
                )
            )

    def _line(self, number: int, record: Record) -> bytes:
        """Return a record's line: its identity, where it stands, how to read it, and the record itself."""
        if isinstance(record, list):
            record = [cell.strip() for cell in record]
        body = msgspec.json.encode(record, order="sorted").replace(b"\\r\\n", b"\\n")
        digest = hashlib.sha256(body).digest()[:16]
        self._count += 1
        self._digest.update(digest)
        found = parts_of(self._plan, record)
        parts = found if isinstance(found, dict) else {}
        source = source_of(self._plan, parts)
        if id_ := parts.get("id"):
            uri = uri_of(source, id_)
        else:
            self._repeats[digest] = occurrence = self._repeats.get(digest, 0) + 1
            uri = f"file:{source}/{digest.hex()}/{occurrence}"
        return msgspec.json.encode((uri, number, self._plan_json, msgspec.Raw(body)))


def _mapping(given: Mapping | None, table: Table, place: Place | None) -> Mapping:
    """Return the mapping to read with: what was decided at the beginning of an import stands until its end."""
    if place is None:
        return table.mapping(given)
    decided = Mapping.parse(place.mapping)
    if given is None:
        return table.mapping(decided)
    return table.mapping(given if given.dates else replace(given, dates=decided.dates))


def _plan(mapping: Mapping, table: Table, source: str) -> Plan:
    places, month_first = mapping.columns(table.header), mapping.dates == MONTH_FIRST
    if table.dialect is None:
        names = {part: table.header[place] for part, place in places.items()}
        return Plan(source, names=names, month_first=month_first)
    return Plan(source, width=len(table.header), cells=places, month_first=month_first)


def _text(config: abc.Mapping[str, Any], name: str) -> str:
    given = config.get(name)
    return clean(given).strip() if isinstance(given, str) else ""
