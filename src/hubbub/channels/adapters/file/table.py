"""Files as records: which encoding, which dialect, which columns. All reading of the disk is here."""

import codecs
import csv
import io
import json
import re
import stat
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from hubbub.channels.adapters.file.dates import date_order
from hubbub.channels.adapters.file.mapping import Mapping, guess
from hubbub.channels.adapters.file.parse import Record, value
from hubbub.channels.core.contract import BadConnection
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean, clip

MAX_LINE = 1_000_000
"""Characters of a line or a cell that are read as one; twice the longest text taken."""

SAMPLE = 1_000
"""Records that are looked at to guess; what JSON lines name only later can't be mapped."""

_DEPTH = 3
_LOOK = 65_536
_DELIMITERS = ",;\t|"
_NO_DELIMITER = "\x1f"
_BINARY = {
    b"PK\x03\x04": mark("a spreadsheet or ZIP file"),
    b"\xd0\xcf\x11\xe0": mark("an old spreadsheet"),
    b"%PDF": mark("a PDF"),
    b"\x1f\x8b": mark("a compressed file"),
    b"PAR1": mark("a Parquet file"),
    b"SQLite format 3": mark("a database"),
}
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\x0b\x0c\r\x1b")

# The limit is one for the whole process; Python's own is too short for the texts we take.
csv.field_size_limit(MAX_LINE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file separates and quotes."""

    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None  # None where a quote in quotes is doubled

    def rows(self, lines: Iterator[str]) -> Iterator[tuple[int, list[str] | str]]:
        """Yield each row that is not blank with the number of its last line, or words where a line can't be read.

        After a line that can't be read (a quote that never closes), reading goes on with the very next.
        """
        taken: list[str] = []  # the lines of the row being read
        again: deque[str] = deque()
        number = 0

        def source() -> Iterator[str]:
            while (line := again.popleft() if again else next(lines, None)) is not None:
                taken.append(line)
                yield line

        while True:
            doubled = self.escape is None
            reader = csv.reader(
                source(), delimiter=self.delimiter, quotechar=self.quote, escapechar=self.escape, doublequote=doubled
            )
            try:
                for row in reader:
                    number += len(taken)
                    taken.clear()
                    if row:
                        yield number, row
                return
            except csv.Error as error:
                number += 1
                yield number, say("can't be read ({error}): {line}", error=error, line=taken[0].strip())
                again.extendleft(reversed(taken[1:]))
                taken.clear()


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be imported: how to read it, its columns and some of its records.

    `dialect` is None for JSON lines.
    """

    path: Path
    encoding: str
    dialect: Dialect | None
    header: tuple[str, ...]
    sample: tuple[Record, ...]

    def records(self) -> Iterator[tuple[int, Record]]:
        """Yield every record after the header, with the number of the line where it ends."""
        return islice(_rows(self.path, self.encoding, self.dialect), 1 if self.dialect else 0, None)

    def values(self, record: Record) -> list[str]:
        """Return a record's values in the order of the header."""
        if isinstance(record, str):
            return []
        return record if isinstance(record, list) else [value(record, name) for name in self.header]

    def mapping(self, given: Mapping | None = None) -> Mapping:
        """Return a mapping that fits this file: the one given, or a guess where none is.

        Which of day and month comes first is decided once for the whole file, unless it is given.

        Raises
        ------
        InvalidInput
            If it names a column that is not there, or nothing looks like text.
        """
        whole = (row for row in map(self.values, self.sample) if len(row) == len(self.header))
        made = given or guess(self.header, list(whole))
        place = made.columns(self.header).get("created_at")
        if place is None or (given and given.dates):
            return made
        rows = (self.values(record) for _, record in self.records())
        return replace(made, dates=date_order(row[place] for row in rows if place < len(row)))


def open_table(path: Path) -> Table:
    """Look at a file and return how to read it.

    Raises
    ------
    BadConnection
        If it is missing, empty, not to be read, or no file of posts; in words.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise BadConnection(reason=say("{path} is a folder, not a file.", path=path))
        if not stat.S_ISREG(mode):
            raise BadConnection(reason=say("{path} is not an ordinary file.", path=path))
        encoding = _encoding(path)
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            start = file.read(_LOOK)
            cut = bool(file.read(1))
        dialect = None if _is_json(path, start) else _dialect(start, cut)
        rows = _rows(path, encoding, dialect)
        names = next(rows)[1] if dialect else []
        sample = tuple(record for _, record in islice(rows, SAMPLE))
    except FileNotFoundError as error:
        raise BadConnection(reason=say("There is no file {path}.", path=path)) from error
    except OSError as error:
        raise BadConnection(
            reason=say("{path} can't be read: {reason}.", path=path, reason=error.strerror or error)
        ) from error
    except ValueError as error:  # a path that holds a NUL
        raise BadConnection(reason=say("This is no path of a file: {error}.", error=error)) from error
    if isinstance(names, str):
        raise BadConnection(reason=say("The first line of {path} {names}.", path=path, names=names))
    header = tuple(clip(name, 200) for name in names) if dialect else _names(sample)
    return Table(path, encoding, dialect, header, sample)


def _rows(path: Path, encoding: str, dialect: Dialect | None) -> Iterator[tuple[int, Record]]:
    """Yield everything that is not blank, the header too."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        lines = iter(partial(file.readline, MAX_LINE), "")
        if dialect is not None:
            yield from dialect.rows(lines)
        else:
            for number, line in enumerate(lines, 1):
                if not line.isspace():
                    yield number, _json(line)


def _encoding(path: Path) -> str:
    """Find how the letters are stored: by mark, by pattern of NULs, as UTF-8 where all of it is, else Western."""
    with path.open("rb") as file:
        start = file.read(_LOOK)
        if not start.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
            raise BadConnection(reason=say("{path} is empty.", path=path))
        for head, what in _BINARY.items():
            if start.startswith(head):
                raise BadConnection(
                    reason=say("{path} is {what}. Save it as CSV or JSON lines first.", path=path, what=say(what))
                )
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        even, odd = start[::2].count(0), start[1::2].count(0)
        if max(even, odd) > len(start) // 5:
            if min(even, odd) > len(start) // 50:
                raise BadConnection(reason=say("{path} holds no text. Save it as CSV or JSON lines first.", path=path))
            return "utf-16-le" if odd > even else "utf-16-be"
        if len(start) - len(start.translate(None, _CONTROLS)) > len(start) // 50:
            raise BadConnection(reason=say("{path} holds no text. Save it as CSV or JSON lines first.", path=path))
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(start)
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _is_json(path: Path, start: str) -> bool:
    """Say whether a file is JSON lines; BadConnection if it is JSON of another shape."""
    named = path.suffix.lower() in (".jsonl", ".ndjson", ".json")
    if named and start.lstrip().startswith("["):
        raise BadConnection(
            reason=say("{path} is one JSON array. Save it as JSON lines: one object a line.", path=path)
        )
    return named or start.lstrip().startswith("{")


def _dialect(start: str, cut: bool) -> Dialect:
    """Find the dialect that gives most rows as many cells as the header has, and the header more than one."""
    lines = list(io.StringIO(start, newline=""))
    lines = lines[:-1] if cut and len(lines) > 1 else lines
    first = next((line.strip() for line in lines if line.strip()), "")
    quote = "'" if first.startswith("'") and first.endswith("'") and len(first) > 1 else '"'
    best, best_score = Dialect(_NO_DELIMITER, quote), (0.0, 1, False)
    for delimiter in _DELIMITERS:
        # A quote after a backslash is part of the text if the cell goes on after it.
        escaped = re.search(rf"\\{quote}[^{quote}{re.escape(delimiter)}\r\n]", start)
        for escape in (None, "\\") if escaped else (None,):
            dialect = Dialect(delimiter, quote, escape)
            widths = [len(row) if isinstance(row, list) else 0 for _, row in dialect.rows(iter(lines))]
            if widths and widths[0] > 1:
                score = (widths.count(widths[0]) / len(widths), widths[0], escape is not None)
                if score > best_score:
                    best, best_score = dialect, score
    return best


def _json(line: str) -> Record:
    """Return the object of a line; lone surrogates, which JSON allows and texts do not, become U+FFFD."""
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        try:
            found = msgspec.json.decode(clean(json.dumps(json.loads(line), ensure_ascii=False)))
        except (ValueError, RecursionError):
            return say("is not JSON: {line}", line=line.strip())
    return found if isinstance(found, dict) else say("is not a JSON object: {line}", line=line.strip())


def _names(records: Iterable[Record]) -> tuple[str, ...]:
    """Return the names of all values in order of appearance; `user.name` is the name inside user."""
    names: dict[str, None] = {}

    def note(record: dict[str, Any], before: str, depth: int) -> None:
        for key, inner in record.items():
            if isinstance(inner, dict) and depth < _DEPTH:
                note(inner, f"{before}{key}.", depth + 1)
            else:
                names[f"{before}{key}"] = None

    for record in records:
        if isinstance(record, dict):
            note(record, "", 1)
    return tuple(names)
