"""Feeds in files, each with an `Expect:` line in a comment: what one reader of feeds makes of it, in Python.

The line is never run. Its parts, joined by `and`, are read as syntax; a part counts if it speaks of something Hubbub
takes from a feed, and then has to agree with what `read` and `parse` of the feeds connector make of the file:

id, guid                        the post's uri
title of an entry               the words before the body; as read, without tags, where either side has markup
summary, description, content   the words after the title, in the same way (a summary only where no content follows)
type of a title, text, content  whether it is taken as HTML
author, author's name and page  the post's author and name; an author of the whole feed where an entry can carry it
published, updated, created     the post's times, whether given as text or as a tuple
link, links, enclosures: href   the post's address, links and count of media
language                        the post's language, where it is one
title of the feed               the document's title, as read
`not …has_key('link')`          the post has no address

What can't count, of the 372 files of feedparser's that this was made with, where it is all that a file expects:

117 files   markup without a word in an entry, such as a picture: it tells how HTML is sanitised, and Hubbub keeps no
            markup. It is looked at apart: no word may be shown (feeds_silent of feeds_wordless).
 22 files   whether the feed was well formed (`bozo`), its encoding, its version
144 files   what Hubbub does not take: of a feed all but its title and, where an entry is there, author and language;
            tags, rights, subtitles, contributors, publishers, sources, sizes and kinds of links, an author's mail

That leaves 89. What does not count for the share must not crash either.

feeds            share of the counting files all of whose counting parts agree; bar: .95
feeds_files      files; feeds_counting of them have a part that counts, and feeds_disagreeing of these do not agree
feeds_crashed    files at which anything was raised but FeedUnusable, or rejected by `parse`; bar: 0

The four that disagree do so on purpose: the title in the head of a page that stands in an entry (2), what stands in an
iframe and the two signs `<>` are read as a browser shows them, and not as the file expects.
"""

import ast
import calendar
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import msgspec

from hubbub.channels.adapters.feeds.document import Document, FeedUnusable, read
from hubbub.channels.adapters.feeds.parse import Entry, parse, web_address
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.text import html_to_text, language

FEED = "https://feed.example.org/feed"
HEARD_AT = datetime(2100, 1, 1, tzinfo=UTC)

_EXPECT = re.compile(r"Expect:[ \t]*(\S.*?)\s*(?:-->|$)", re.MULTILINE)
_HEADER = re.compile(r"^[ \t]*Header:[ \t]*([\w-]+):[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
_ADDRESS = re.compile(r"\s*\([^()]*\)$")
_TAG = re.compile(r"<[a-zA-Z/!]")
_EARLIER = 50_000  # bytes of a file in which the comment stands

Way = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """An entry as the connector hands it on, and the post it becomes."""

    entry: Entry
    post: dict[str, Any]


Check = Callable[[Heard], bool]


@dataclass(frozen=True, slots=True)
class Expected:
    """What counts of an `Expect:` line: of each entry by its place, and of the feed; and where no word is expected."""

    entries: dict[int, list[Check]]
    feed: list[Callable[[Document], bool]]
    wordless: dict[int, list[Check]]

    def __bool__(self) -> bool:
        return bool(self.entries or self.feed)


def measured(data: Path) -> dict[str, float]:
    """Read every file of data/feeds; return the figures above."""
    counting = agreeing = crashed = wordless = silent = 0
    files = sorted(path for path in (data / "feeds").iterdir() if path.is_file())
    for path in files:
        body = path.read_bytes()
        comment = comment_of(body)
        try:
            document, heard = understood(body, comment)
        except Exception as error:
            print(f"feeds: {path.name} crashed: {error!r}", file=sys.stderr)
            document, heard, crashed = None, [], crashed + 1
        expected = expected_of(comment, heard)
        if expected:
            counting += 1
            agrees = document is not None and agree(expected, document, heard)
            agreeing += agrees
            if not agrees:
                print(f"feeds: {path.name} disagrees: {_expression(comment)}", file=sys.stderr)
        elif expected.wordless:
            wordless += 1
            silent += _all_said(expected.wordless, heard)
    return {
        "feeds": round(agreeing / counting, 4) if counting else 0.0,
        "feeds_files": len(files),
        "feeds_counting": counting,
        "feeds_disagreeing": counting - agreeing,
        "feeds_wordless": wordless,
        "feeds_silent": silent,
        "feeds_crashed": crashed,
    }


def lines(data: Path) -> dict[str, list[bytes]]:
    """Return the lines that the connector hears of these files, by its kind."""
    found: list[bytes] = []
    for path in sorted((data / "feeds").iterdir()):
        body = path.read_bytes()
        document, _ = understood(body, comment_of(body))
        found += [msgspec.json.encode(entry) for entry in document.entries] if document else []
    return {"feed": found}


def understood(body: bytes, comment: str) -> tuple[Document | None, list[Heard]]:
    """Read a file as if a site had sent it with the headers that the comment names; None where it is no feed."""
    headers = {name.lower(): value for name, value in _HEADER.findall(comment)}
    try:
        document = read(
            body,
            feed=FEED,
            url=headers.get("content-location", FEED),
            content_type=headers.get("content-type", "application/xml"),
        )
    except FeedUnusable:
        return None, []
    sent = [msgspec.json.encode(entry) for entry in document.entries]
    batch = parse(RawBatch(sent, None, HEARD_AT))
    if batch.rejects:
        raise ValueError(batch.rejects[0].reason)
    return document, [Heard(document.entries[post["row"]], post) for post in batch.posts.to_pylist()]


def comment_of(body: bytes) -> str:
    """Return the beginning of a file as text: the comment is in ASCII, whatever the encoding around it."""
    start = body[:_EARLIER].replace(b"\0", b"")
    text = start.decode("utf-8", "replace")
    return text if "Expect:" in text else start.decode("cp037", "replace")


def expected_of(comment: str, heard: Sequence[Heard]) -> Expected:
    """Return what counts of the `Expect:` line of a comment."""
    expected = Expected({}, [], {})
    try:
        tree = ast.parse(_expression(comment), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return expected
    for part in _parts(tree):
        match _sides(part):
            case ("entries", int(place), *path), value:
                if check := _of_entry(tuple(path), value):
                    counts = expected.wordless if _wordless(value) else expected.entries
                    counts.setdefault(place, []).append(check)
            case ("feed" | "channel", *path), value:
                if of_feed := _of_feed(tuple(path), value):
                    expected.feed.append(of_feed)
                elif heard and (check := _of_feeds_author(tuple(path), value)):
                    expected.entries.setdefault(0, []).append(check)
    return expected


def agree(expected: Expected, document: Document, heard: Sequence[Heard]) -> bool:
    """Say whether some entry has all that is expected of one, for each; the connector puts them in its own order."""
    return all(check(document) for check in expected.feed) and _all_said(expected.entries, heard)


def _all_said(expected: Mapping[int, Sequence[Check]], heard: Sequence[Heard]) -> bool:
    return all(any(all(check(each) for check in checks) for each in heard) for checks in expected.values())


def _expression(comment: str) -> str:
    found = _EXPECT.search(comment)
    return found[1] if found else ""


def _parts(tree: ast.expr) -> Iterator[ast.expr]:
    if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And):
        for value in tree.values:
            yield from _parts(value)
    else:
        yield tree


def _sides(part: ast.expr) -> tuple[Way, Any]:
    """Return the path and the value it is expected to have; an empty path where the part says something else."""
    match part:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            try:
                return _path(left), _value(right)
            except ValueError:
                return (), None
        case ast.UnaryOp(
            op=ast.Not(),
            operand=ast.Call(func=ast.Attribute(value=owner, attr="has_key"), args=[ast.Constant(value=str(key))]),
        ):
            return (*_path(owner), key), None
    return (), None


def _path(node: ast.expr) -> Way:
    match node:
        case ast.Name(id=name):
            return (name,)
        case ast.Attribute(value=owner, attr=name):
            return (*_path(owner), name)
        case ast.Subscript(value=owner, slice=ast.Constant(value=str() | int() as key)):
            return (*_path(owner), key)
    return ()


def _value(node: ast.expr) -> Any:
    """Return a literal, also one put together of strings; ValueError where it is none."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _value(node.left), _value(node.right)
        if isinstance(left, str) and isinstance(right, str):
            return left + right
    return ast.literal_eval(node)


def _of_entry(path: Way, value: Any) -> Check | None:
    """Return how a part about an entry is checked; None where it does not count."""
    match path:
        case ("id" | "guid",):
            return lambda heard: heard.post["uri"] == f"feed:{FEED}#{value}"
        case ("title",) | ("title_detail", "value"):
            return _words(value, lambda entry: (entry.title, entry.title_is_html))
        case ("summary" | "description",) | ("summary_detail", "value") | ("content", 0, "value"):
            return _words(value, lambda entry: (entry.body, entry.body_is_html))
        case ("title_detail", "type"):
            return lambda heard: heard.entry.title_is_html == (value != "text/plain")
        case ("summary_detail", "type") | ("content", 0, "type"):
            return lambda heard: heard.entry.body_is_html == (value != "text/plain")
        case ("published" | "published_parsed" | "created" | "created_parsed",):
            return _time(value, lambda heard: heard.entry.published)
        case ("updated" | "updated_parsed" | "modified" | "modified_parsed",):
            return _time(value, lambda heard: heard.entry.at())
        case ("link",):
            return lambda heard: heard.post["url"] == (web_address(value) if value else None)
        case ("links" | "enclosures", int(), "href" | "url") if isinstance(value, str) and web_address(value):
            return lambda heard: value in heard.post["links"] or value in [each.href for each in heard.entry.enclosures]
        case ("title_detail" | "summary_detail", "language") | ("content", 0, "language") | ("language",):
            return _spoken(value)
    return _of_feeds_author(path, value)


def _of_feeds_author(path: Way, value: Any) -> Check | None:
    """Return how a part about an author, or the language of all entries, is checked."""
    match path:
        case ("author",) if isinstance(value, str):
            return lambda heard: heard.post["name"] in (value, _ADDRESS.sub("", value), _in_brackets(value))
        case ("author_detail" | "authors", "name") | ("authors", 0, "name"):
            return lambda heard: heard.post["name"] == value
        case ("author_detail", "href" | "url") | ("authors", 0, "href" | "url"):
            return lambda heard: heard.post["author"] == value
        case ("language",):
            return _spoken(value)
    return None


def _of_feed(path: Way, value: Any) -> Callable[[Document], bool] | None:
    """Return how a part about the feed itself is checked; None where it does not count."""
    match path:
        case ("title",) | ("title_detail", "value") if isinstance(value, str) and (said := _read_as(value, html=True)):
            return lambda document: _read_as(document.title, html=False) in (said, " ".join(value.split()))
    return None


def _words(value: Any, of: Callable[[Entry], tuple[str, bool]]) -> Check | None:
    """Compare words as a person reads them, in the entry and in the post; None where the value has none."""
    if not isinstance(value, str):
        return None

    def check(heard: Heard) -> bool:
        text, html = of(heard.entry)
        wanted = _read_as(value, html=html)
        return _read_as(text, html=html) == wanted and wanted in " ".join((heard.post["text"] or "").split())

    return check


def _wordless(value: Any) -> bool:
    return isinstance(value, str) and bool(_TAG.search(value)) and not _read_as(value, html=True)


def _read_as(text: str, *, html: bool) -> str:
    return " ".join((html_to_text(text) if html else text).split())


def _time(value: Any, of: Callable[[Heard], datetime | None]) -> Check | None:
    """Compare moments; None where the value names none."""
    moment = _moment(value)
    if moment is None:
        return None
    return lambda heard: of(heard) == moment and heard.post["created_at"] <= moment


def _moment(value: Any) -> datetime | None:
    try:
        if isinstance(value, tuple):
            return datetime.fromtimestamp(calendar.timegm(value), UTC)
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = parsedate_to_datetime(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _spoken(value: Any) -> Check | None:
    spoken = language(value) if isinstance(value, str) else None
    return (lambda heard: heard.post["lang"] == spoken) if spoken else None


def _in_brackets(value: str) -> str:
    """Return the name of an author written as «address (name)»."""
    found = re.fullmatch(r"\S+@\S+\s*\((.*)\)", value)
    return found[1] if found else value
