"""How posts travel: raw lines as a network sent them, then one batch of columns with one schema.

A connector's `hear` yields `RawBatch`es; its pure `parse` turns the lines that may matter into a
`Batch`. A post is identified by its `uri`, the network's own permanent name for it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hubbub.kernel.details import Details
from hubbub.kernel.octets import may_change, newlines
from hubbub.kernel.text import clean, language

MAX_TEXT = 500_000
"""Characters of one post; a longer one is quarantined."""

MAX_URI = 1_000
"""Bytes of a uri in UTF-8; networks stay far below it, and every database can index it."""

MAX_WORD = 200
"""Characters of a name."""

_COUNTS_END = 2**53
UTC_US = pa.timestamp("us", tz="UTC")
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_NO_STRINGS = pa.array([], pa.string())


class Event(IntEnum):
    """What happened to a post."""

    CREATE = 0
    EDIT = 1
    DELETE = 2
    MARK = 3  # no network's: somebody here said what it counts as


POST_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int32(), nullable=False),  # the line of the RawBatch it came from
        pa.field("uri", pa.string(), nullable=False),
        pa.field("event", pa.int8(), nullable=False),
        pa.field("happened_at", UTC_US, nullable=False),  # the network's clock, for this event
        pa.field("created_at", UTC_US),  # the network's clock, for the post itself
        pa.field("author", pa.string()),  # the network's permanent id of the account
        pa.field("handle", pa.string()),  # without @
        pa.field("name", pa.string()),
        pa.field("followers", pa.int64()),
        pa.field("follows", pa.int64()),
        pa.field("posts", pa.int64()),
        pa.field("reactions", pa.float32()),  # reactions of others an own post gets, on average
        pa.field("joined_at", UTC_US),
        pa.field("text", pa.string()),
        pa.field("lang", pa.string()),  # as the network says; BCP 47, lower case
        pa.field("parent", pa.string()),  # uri of the post it answers
        pa.field("root", pa.string()),  # uri of the thread's first post
        pa.field("parent_author", pa.string()),
        pa.field("mentions", pa.list_(pa.string())),  # account ids or handles
        pa.field("links", pa.list_(pa.string())),
        pa.field("media", pa.int16()),  # how many pictures, films, sounds
        pa.field("repost_of", pa.string()),
        pa.field("private", pa.bool_(), nullable=False),
        pa.field("ours", pa.bool_(), nullable=False),  # the organisation itself said it, as far as the source tells
        pa.field("url", pa.string()),  # where a person can look at it
        pa.field("ref", pa.string()),  # what the connector itself needs to answer it; opaque to others
        pa.field("details", pa.string()),  # what few networks tell, see kernel.details
    ]
)


class Lines(Sequence[bytes]):
    """Lines that lie in one run of bytes, a newline after each; a line is cut out only when asked for."""

    def __init__(self, data: bytes, ends: NDArray[np.int64]) -> None:
        """Take what `of`, `split` or `take` made: line k lies before `ends[k]` and after `ends[k - 1]`."""
        self.data, self.ends = data, ends

    @classmethod
    def of(cls, lines: Sequence[bytes]) -> "Lines":
        """Put lines into one run; they may hold newlines themselves."""
        if isinstance(lines, Lines):
            return lines
        sizes = np.fromiter(map(len, lines), np.int64, len(lines))
        return cls(b"\n".join((*lines, b"")), np.cumsum(sizes + 1) - 1)

    @classmethod
    def split(cls, data: bytes) -> "Lines":
        """Take a run of bytes in which a newline ends each line."""
        return cls(data, newlines(data))

    @classmethod
    def together(cls, parts: "Sequence[Lines]") -> "Lines":
        """Put the lines of several into one."""
        before = np.cumsum([0, *(len(part.data) for part in parts)])
        ends = [part.ends + start for part, start in zip(parts, before[:-1], strict=True)]
        return cls(b"".join(part.data for part in parts), np.concatenate([np.empty(0, np.int64), *ends]))

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each line begins."""
        return np.concatenate((np.zeros(min(1, len(self.ends)), np.int64), self.ends[:-1] + 1))

    def take(self, rows: NDArray[np.int64]) -> "Lines":
        """Return some of the lines."""
        starts, ends = self.starts[rows], self.ends[rows] + 1
        begins = np.diff(rows, prepend=-2) != 1  # lines that follow each other are cut out as one
        firsts, lasts = starts[begins], ends[np.roll(begins, -1)]
        runs = [self.data[start:end] for start, end in zip(firsts.tolist(), lasts.tolist(), strict=True)]
        return Lines(b"".join(runs), np.cumsum(ends - starts) - 1)

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, row: int) -> bytes: ...
    @overload
    def __getitem__(self, row: slice) -> "Lines": ...
    def __getitem__(self, row: int | slice) -> "bytes | Lines":
        if isinstance(row, slice):
            return self.take(np.arange(len(self))[row])
        row = range(len(self))[row]
        return self.data[int(self.ends[row - 1]) + 1 if row else 0 : int(self.ends[row])]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Lines as they came over the wire.

    `cursor` says 'everything up to here': a connector that starts again from it repeats nothing that
    a later batch did not carry. It is the connector's own JSON-like value.
    """

    lines: Sequence[bytes]
    cursor: Any
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that could not be parsed; it is quarantined with the reason, never dropped."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Parsed posts as columns of `POST_SCHEMA`, and the lines that could not be parsed."""

    posts: pa.RecordBatch
    rejects: tuple[Reject, ...] = ()

    def take(self, rows: Sequence[int]) -> "Batch":
        """Return some of the posts, ascending, without the lines that could not be parsed."""
        if len(rows) == len(self):
            return Batch(self.posts)
        return Batch(self.posts.take(pa.array(rows, pa.int32())))

    def __len__(self) -> int:
        return int(self.posts.num_rows)


@lru_cache(maxsize=1_000)
def scalar(text: str) -> pa.StringScalar:
    """Return a string as Arrow's, made once: at every such change, Arrow looks whether other libraries are there."""
    return pa.scalar(text)


def since_1970_us(at: datetime) -> int:
    """Return microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def columns_of(columns: Mapping[str, Any], count: int) -> pa.RecordBatch:
    """Return posts given as columns, by names of POST_SCHEMA, as `BatchBuilder` makes them: with every string cleaned.

    Columns that are left out tell nothing. Much quicker than `BatchBuilder`, for those who hear whole networks.
    """
    arrays = [_column(each, columns.get(each.name), count) for each in POST_SCHEMA]
    return pa.RecordBatch.from_arrays(arrays, schema=POST_SCHEMA)


def _column(field: pa.Field, values: Any, count: int) -> pa.Array:
    if values is None:
        if pa.types.is_list(field.type):
            return pa.ListArray.from_arrays(np.zeros(count + 1, np.int32), _NO_STRINGS)
        return pa.array(np.zeros(count, np.int16)) if field.name == "media" else pa.nulls(count, field.type)
    if field.name in _CLEANED:
        return _cleaned(values, _CLEANED[field.name])
    if field.name in ("mentions", "links") and isinstance(values, pa.ListArray):
        return pa.ListArray.from_arrays(values.offsets, _cleaned(values.values, _text))
    if isinstance(values, pa.Array) and field.type == values.type:
        return values
    if field.name in ("followers", "follows", "posts"):
        return _counts(values)
    if field.name in ("mentions", "links"):
        values = [[clean(each) for each in value] if value else value for value in values]
    return pa.array(values, field.type)


def _cleaned(
    values: pa.StringArray | Sequence[str | None], change: Callable[[str | None], str | None]
) -> pa.StringArray:
    """Return strings, each changed where its bytes say that it may have to be."""
    try:
        strings = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array(list(map(change, values)), pa.string())
    if change is language:
        told = strings.dictionary_encode()
        tags = pa.array([language(tag) for tag in told.dictionary.to_pylist()], pa.string())
        return pa.DictionaryArray.from_arrays(told.indices, tags).cast(pa.string())
    rows = may_change(strings, lines=change is _text, empty=change is _uri, most=_MOST_BYTES.get(change))
    if not rows.size:
        return strings
    fixed = strings.to_pylist()
    for row in rows.tolist():
        fixed[row] = change(fixed[row])
    return pa.array(fixed, pa.string())


def _counts(values: Sequence[int | None]) -> pa.Int64Array:
    try:
        counts = pa.array(values, pa.int64())
    except (OverflowError, pa.ArrowInvalid):
        return pa.array([_count(value) for value in values], pa.int64())
    if len(counts) == counts.null_count or 0 <= pc.min(counts).as_py() <= pc.max(counts).as_py() < _COUNTS_END:
        return counts
    return pa.array([_count(value) for value in values], pa.int64())


def _text(text: str | None) -> str | None:
    return None if text is None else clean(text)


@dataclass(slots=True)
class BatchBuilder:
    """Collects posts; adapters use it in `parse`."""

    _posts: list[tuple[Any, ...]] = field(default_factory=list)  # in the order of POST_SCHEMA
    _rejects: list[Reject] = field(default_factory=list)

    def add(
        self,
        row: int,
        uri: str,
        happened_at: datetime,
        event: Event = Event.CREATE,
        *,
        created_at: datetime | None = None,
        author: str | None = None,
        handle: str | None = None,
        name: str | None = None,
        followers: int | None = None,
        follows: int | None = None,
        posts: int | None = None,
        reactions: float | None = None,
        joined_at: datetime | None = None,
        text: str | None = None,
        lang: str | None = None,
        parent: str | None = None,
        root: str | None = None,
        parent_author: str | None = None,
        mentions: Sequence[str] = (),
        links: Sequence[str] = (),
        media: int = 0,
        repost_of: str | None = None,
        private: bool = False,
        ours: bool = False,
        url: str | None = None,
        ref: str | None = None,
        details: Details | None = None,
    ) -> None:
        """Add one post, or reject its line if it has no uri or too much text. Strings are cleaned here."""
        uri = clean(uri).strip()
        if not uri or len(uri.encode()) > MAX_URI:
            return self.reject(row, f"The post's id is too long: {uri[:80]}…" if uri else "The post has no id.")
        happened = _moment(happened_at)
        if happened is None:
            return self.reject(row, f"The post’s date lies outside the calendar: {happened_at.isoformat()}.")
        if text is not None and len(text) > MAX_TEXT:
            return self.reject(row, f"The text has {len(text):,} characters; at most {MAX_TEXT:,} are taken.")
        self._posts.append(
            (
                row,
                uri,
                int(event),
                happened,
                _moment(created_at) or (happened if event is Event.CREATE else None),
                _word(author),
                _word(handle),
                _word(name),
                _count(followers),
                _count(follows),
                _count(posts),
                reactions,
                _moment(joined_at),
                None if text is None else clean(text),
                language(lang),
                _uri(parent),
                _uri(root),
                _word(parent_author),
                [clean(each) for each in mentions],
                [clean(each) for each in links],
                max(0, min(media, 32_000)),
                _uri(repost_of),
                private,
                ours,
                _uri(url),
                None if ref is None else clean(ref),
                None if details is None else details.to_json(),
            )
        )
        return None

    def reject(self, row: int, reason: str) -> None:
        """Remember a line that can't be parsed, and why."""
        self._rejects.append(Reject(row, reason))

    def build(self) -> Batch:
        """Return what was collected. The builder is spent after this."""
        columns = zip(*self._posts, strict=True) if self._posts else ((),) * len(POST_SCHEMA)
        arrays = [pa.array(column, type=each.type) for column, each in zip(columns, POST_SCHEMA, strict=True)]
        return Batch(pa.RecordBatch.from_arrays(arrays, schema=POST_SCHEMA), tuple(self._rejects))


def _word(text: str | None) -> str | None:
    """A name on one line, at most so many characters."""
    return None if text is None else " ".join(clean(text).split())[:MAX_WORD]


def _uri(text: str | None) -> str | None:
    uri = clean(text).strip() if text else ""
    return uri if uri and len(uri.encode()) <= MAX_URI else None


def _moment(at: datetime | None) -> datetime | None:
    """A moment in UTC, which is meant where no zone is said; none where it lies outside the calendar there."""
    if at is None or at.tzinfo is UTC:
        return at
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        return None


def _count(number: int | None) -> int | None:
    """A count as networks tell them: none where it makes no sense."""
    return number if number is not None and 0 <= number < _COUNTS_END else None


_CLEANED: Final[Mapping[str, Callable[[str | None], str | None]]] = {
    **dict.fromkeys(("author", "handle", "name", "parent_author"), _word),
    **dict.fromkeys(("parent", "root", "repost_of", "url"), _uri),
    **dict.fromkeys(("text", "uri", "ref"), _text),
    "lang": language,
}
_MOST_BYTES: Final[Mapping[Callable[[str | None], str | None], int]] = {_word: MAX_WORD, _uri: MAX_URI}


def rows_of(raw: RawBatch, rows: Sequence[int] | None) -> Iterator[tuple[int, bytes]]:
    """Yield (row, line) for the rows asked for, all of them where none are named."""
    wanted = range(len(raw.lines)) if rows is None else rows
    return ((row, raw.lines[row]) for row in wanted)
