"""Records of a file, from the JSON they travel in to a batch."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from hubbub.channels.adapters.file.dates import read_date
from hubbub.channels.adapters.file.mapping import truth
from hubbub.kernel.batch import Batch, BatchBuilder, RawBatch, rows_of
from hubbub.kernel.speech import say
from hubbub.kernel.text import clip, language

Record = list[str] | dict[str, Any] | str
"""The cells of a CSV row, a JSON object, or words for what is wrong with a line that is neither."""

MAX_NAME = 400
"""Bytes of an id or source; a longer one is replaced by its hash."""

MAX_MARKS = 50

_MENTION = re.compile(r"(?<![\w@/])@(\w+(?:[.-]\w+)*)")
_LINK = re.compile(r"https?://[^\s<>\"]+")
_AFTER = ".,;:!?…)]’'"  # ends a sentence more often than a link


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """How to read the records of one file; it travels with each, so that a line explains itself."""

    source: str  # as it stands in a uri
    width: int = 0  # cells of a whole row
    cells: dict[str, int] = {}  # part of a post: place of its cell in a row
    names: dict[str, str] = {}  # part of a post: name of its value in a JSON object
    month_first: bool = False


_LINES = msgspec.json.Decoder(tuple[str, int, msgspec.Raw, Record])
_PLAN = msgspec.json.Decoder(Plan)


def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
    """Turn records into posts. Pure; never raises."""
    builder = BatchBuilder()
    plans: dict[bytes, Plan] = {}
    for row, line in rows_of(raw, rows):
        try:
            uri, number, how, record = _LINES.decode(line)
            key = bytes(how)
            plan = plans.get(key)
            if plan is None:
                plan = plans[key] = _PLAN.decode(how)
            parts = parts_of(plan, record)
        except (msgspec.DecodeError, UnicodeError, RecursionError, LookupError, TypeError) as error:
            builder.reject(row, say("This is not a record of a file: {error}.", error=error))
            continue
        if isinstance(parts, str):
            builder.reject(row, say("Line {number:,} {parts}.", number=number, parts=clip(parts, 300)))
        else:
            _add(builder, row, uri, plan, parts, raw.arrived_at)
    return builder.build()


def parts_of(plan: Plan, record: Record) -> dict[str, str] | str:
    """Return the parts that are filled in, or words for why the record is no post."""
    if isinstance(record, str):
        return record.strip() or say("can't be read")
    if isinstance(record, dict):
        parts = {part: found for part, name in plan.names.items() if (found := value(record, name).strip())}
    elif len(record) == plan.width:
        parts = {part: found for part, place in plan.cells.items() if (found := record[place].strip())}
    else:
        return say("has {number} columns, the first line has {width}", number=len(record), width=plan.width)
    return parts if "text" in parts else say("has no text")


def value(record: dict[str, Any], name: str) -> str:
    """Return a value of a JSON object as text, empty for lists and objects; `user.name` is the name inside user."""
    found: Any = record.get(name)
    if found is None and "." in name:
        found = record
        for key in name.split("."):
            found = found.get(key) if isinstance(found, dict) else None
    if isinstance(found, str):
        return found
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, int | float) else ""


def source_name(source: str) -> str:
    """Return a source as it stands in a uri."""
    return _short(source.replace("%", "%25").replace("/", "%2F"))


def source_of(plan: Plan, parts: dict[str, str]) -> str:
    """Return the source under which a record's id counts, as it stands in a uri."""
    return source_name(parts["source"]) if "source" in parts else plan.source


def uri_of(source: str, id_: str) -> str:
    """Return the identity of a post with an id of its own.

    >>> uri_of("export", "3.0")
    'file:export/id:3'
    """
    if id_.endswith(".0") and id_[:-2].isdigit():
        id_ = id_[:-2]  # a spreadsheet took a number with gaps for a fraction
    return f"file:{source}/id:{_short(id_)}"


def _short(name: str) -> str:
    """Return a name that fits into a uri; a longer one is replaced by its hash, so that it stays one name."""
    fits = len(name) * 4 <= MAX_NAME or len(name.encode()) <= MAX_NAME
    return name if fits else hashlib.sha256(name.encode()).hexdigest()


def _add(builder: BatchBuilder, row: int, uri: str, plan: Plan, parts: dict[str, str], arrived_at: datetime) -> None:
    get = parts.get
    text = parts["text"]
    written, author, parent, url = get("created_at"), get("author"), get("parent"), get("url")
    created = read_date(written, month_first=plan.month_first) if written else None
    handle = get("handle") or (author if author and not author.isdigit() and " " not in author else None)
    builder.add(
        row,
        uri,
        min(created, arrived_at) if created else arrived_at,
        created_at=created,
        author=author or handle,
        handle=handle.lstrip("@") if handle else None,
        name=get("name"),
        followers=_count(get("followers")),
        text=text,
        lang=language(get("lang")),
        parent=uri_of(source_of(plan, parts), parent) if parent else None,
        mentions=_MENTION.findall(text)[:MAX_MARKS] if "@" in text else (),
        links=[link.rstrip(_AFTER) for link in _LINK.findall(text)[:MAX_MARKS]] if "://" in text else (),
        private="private" in parts and truth(parts["private"]) is True,
        url=url if url and url.lower().startswith(("https://", "http://")) else None,
        ours="inbound" in parts and truth(parts["inbound"]) is False,
    )


def _count(text: str | None) -> int | None:
    """Return a whole number however a spreadsheet shows it: 1,234 or 1234.0."""
    try:
        return int(float(text.replace(",", ""))) if text else None
    except (ValueError, OverflowError):
        return None
