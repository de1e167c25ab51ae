"""What an address gave: a feed with its entries, or words for why it is none."""

import base64
import calendar
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
from feedparser.encodings import convert_to_utf8
from feedparser.mixin import _FeedParserMixin

from hubbub.channels.adapters.feeds.parse import Enclosure, Entry, shortened, web_address
from hubbub.channels.core.contract import Refused
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean, clip, html_to_text

MAX_ENTRIES = 1_000
"""Entries of one document that are looked at, newest first."""

MAX_GUID = 400
"""Bytes of an entry's own name; a longer one is replaced by its hash."""

MAX_BEFORE = 32_000
"""Bytes before the first element: declarations and comments; where there are more, all of them are left out."""

MAX_AUTHOR = 500
MAX_LINKS = 50
LATEST = datetime.max.replace(tzinfo=UTC)

_ELEMENT = re.compile(rb"<\w")
_BLANK = re.compile(rb"\s+")
_ENTITY = re.compile(rb"<!ENTITY[^<>]*>")
_REFERENCE = re.compile(rb"&[A-Za-z_:]")
_CHARACTER = re.compile(rb"&#(x[0-9a-fA-F]+|[0-9]+);")
_PAGE = re.compile(r"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_LINK = re.compile(r"<link\b[^<>]*>", re.IGNORECASE)
_READABLE = frozenset(("text/html", "application/xhtml+xml", "text/plain"))
_FEED_TYPES = frozenset(("application/rss+xml", "application/atom+xml", "application/rdf+xml"))


_find_address = _FeedParserMixin._sync_author_detail


def _find_address_briefly(parser: Any, key: str = "author") -> None:
    """Let feedparser look for a mail address in the beginning of an author alone: its time grows with the square."""
    context = parser._get_context()
    if isinstance(context.get(key), str):
        context[key] = context[key][:MAX_AUTHOR]
    _find_address(parser, key)


_FeedParserMixin._sync_author_detail = _find_address_briefly


class FeedUnusable(Refused):
    """The address answered, but with nothing that can be heard. It may be mended there."""

    retry = True
    message = "{words}"


@dataclass(frozen=True, slots=True)
class Document:
    """A feed as it stood at one moment: entries newest first."""

    title: str
    entries: tuple[Entry, ...]


def read(body: bytes, *, feed: str, url: str, content_type: str) -> Document:
    """Read a feed; `feed` is the address connected, `url` the one that answered in the end.

    Raises
    ------
    FeedUnusable
        If it is no feed; the words say what it is instead.
    """
    site = urlsplit(feed).netloc
    if not body.strip(b"\0\t\r\n "):
        raise FeedUnusable(network=site, words=say("This address gives an empty answer."))
    headers = {"content-type": content_type or "application/xml", "content-location": url}
    try:
        told: dict[str, Any] = {}
        body_utf8 = convert_to_utf8(headers, body, told)
        if told.get("encoding"):
            headers["content-type"] = "application/xml; charset=utf-8"
        found = feedparser.parse(
            io.BytesIO(_tame(body_utf8)),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # feedparser raises all sorts on hostile input
        raise FeedUnusable(
            network=site, words=say("This feed is too broken to be read ({error}).", error=type(error).__name__)
        ) from error
    if not found.get("version") and not found["entries"]:
        raise FeedUnusable(network=site, words=_instead(body, url, content_type))
    entries = sorted(_entries(found, feed), key=lambda entry: entry.at() or LATEST, reverse=True)
    return Document(_title(found["feed"]), tuple(entries[:MAX_ENTRIES]))


def _tame(body: bytes) -> bytes:
    """Take out of UTF-8 what spoils a whole feed, or makes feedparser take hours.

    That are entities that multiply, references to characters there are not, and what stands before the first element:
    feedparser goes over it anew from each of its lines.
    """
    root = _ELEMENT.search(body)
    if root is not None:
        before = _BLANK.sub(lambda match: b"\n" if b"\n" in match[0] else b" ", body[: root.start()])
        body = (before if len(before) <= MAX_BEFORE else b"") + body[root.start() :]
    body = _ENTITY.sub(lambda match: b"" if _REFERENCE.search(match[0]) else match[0], body)
    return _CHARACTER.sub(_possible, body)


def _possible(match: re.Match[bytes]) -> bytes:
    """Leave a character reference as it is, or replace one that names no character XML allows."""
    digits = match[1]
    code = -1 if len(digits) > 8 else int(digits[1:], 16) if digits[:1] == b"x" else int(digits)
    allowed = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return match[0] if allowed else b"&#xFFFD;"


def _entries(found: Mapping[str, Any], feed: str) -> Iterator[Entry]:
    """Make entries, each under a name of its own."""
    channel = found["feed"]
    feed_title = _title(channel)
    items = [item for item in found["entries"] if isinstance(item, dict)]
    guids = Counter(_line(item.get("id")) for item in items)
    links = Counter(_line(item.get("link")) for item in items)
    named: set[str] = set()
    for item in items:
        guid, link = _line(item.get("id")), _line(item.get("link"))
        title, body = _part(item, "title"), _body(item)
        said = _author(item)
        published, updated = _date(item, "published") or _date(item, "created"), _date(item, "updated")
        # Some feeds give all their entries one guid; such a guid names nothing.
        names = (each for each, count in ((guid, guids[guid]), (link, links[link])) if each and count == 1)
        name = next(names, None) or _hash(title[0] or body[0], published)
        uri = f"feed:{feed}#{shortened(name, MAX_GUID)}"
        if uri in named:
            continue
        named.add(uri)
        author, author_url = said if any(said) else _author(channel)
        yield Entry(
            uri=uri,
            feed=feed,
            feed_title=feed_title,
            title=title[0],
            title_is_html=title[1],
            body=body[0],
            body_is_html=body[1],
            author=author,
            author_url=author_url,
            lang=_language(item, channel),
            published=published,
            updated=updated,
            link=link,
            links=tuple(_links(item)),
            enclosures=tuple(_enclosures(item)),
        )


def _part(item: Mapping[str, Any], name: str) -> tuple[str, bool]:
    """Return a text of an entry and whether it is HTML."""
    detail = item.get(f"{name}_detail")
    kind = detail.get("type") if isinstance(detail, dict) else None
    return _text(item.get(name)), kind != "text/plain"


def _title(channel: Mapping[str, Any]) -> str:
    """Return the name of a feed as people read it."""
    title, html = _part(channel, "title")
    return _line(html_to_text(title) if html else title)


def _body(item: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the whole text where the feed gives it, else its summary, else what is no HTML but words all the same."""
    contents = [content for content in item.get("content") or () if content.get("value")]
    for content in contents:
        if content.get("type", "text/html") in _READABLE:
            return _text(content["value"]), content.get("type") != "text/plain"
    summary = _part(item, "summary")
    words = "" if summary[0] else next(filter(None, map(_words, contents)), "")
    return (words, False) if words else summary


def _words(content: Mapping[str, Any]) -> str:
    """Return a text of another kind, as Markdown, or bytes of no stated kind where they turned out to be a text."""
    kind, value = str(content.get("type")), _text(content["value"])
    if kind == "application/octet-stream":
        try:
            base64.b64decode("".join(value.split()), validate=True)
        except ValueError:
            return value
        return ""  # still in Base64: feedparser leaves what is no text as it is
    return value if kind.startswith("text/") else ""


def _author(item: Mapping[str, Any]) -> tuple[str, str]:
    """Return the name and the page of who wrote it, of several the first."""
    authors = [*(item.get("authors") or ()), item.get("author_detail")]  # the latter mixes several into one
    detail = next((each for each in authors if isinstance(each, dict) and each), None)
    if detail is not None:
        return _line(detail.get("name") or detail.get("email")), _line(detail.get("href"))
    return _line(item.get("author")), ""


def _language(item: Mapping[str, Any], channel: Mapping[str, Any]) -> str:
    for detail in (*(item.get("content") or ()), item.get("summary_detail"), item.get("title_detail"), channel):
        if isinstance(detail, dict) and detail.get("language"):
            return _line(detail["language"])
    return ""


def _links(item: Mapping[str, Any]) -> Iterator[str]:
    for link in (item.get("links") or ())[:MAX_LINKS]:
        if link.get("rel") not in ("enclosure", "self") and web_address(_line(link.get("href"))):
            yield _line(link["href"])


def _enclosures(item: Mapping[str, Any]) -> Iterator[Enclosure]:
    for link in (item.get("links") or ())[:MAX_LINKS]:
        if link.get("rel") == "enclosure" and web_address(_line(link.get("href"))):
            yield Enclosure(_line(link["href"]), _line(link.get("type")).lower())


def _date(item: dict[str, Any], name: str) -> datetime | None:
    """Return a date of an entry, None where there is none or none that can be true."""
    parsed = dict.get(item, f"{name}_parsed")  # its own `get` takes one date for another
    try:
        seconds = calendar.timegm(parsed) if parsed else 0
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _hash(title: str, published: datetime | None) -> str:
    return hashlib.sha256(f"{title}\n{published}".encode()).hexdigest()[:32]


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _line(value: object) -> str:
    return " ".join(_text(value).split())[:2_000]


class _Links(HTMLParser):
    """Finds the feeds that a web page names in its head."""

    def __init__(self) -> None:
        super().__init__()
        self.feeds: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "").lower() for name, value in attrs}
        if "alternate" in given.get("rel", "") and given.get("type") in _FEED_TYPES:
            self.feeds.append(dict(attrs).get("href") or "")


def _instead(body: bytes, url: str, content_type: str) -> str:
    """Say what an address gives that is not a feed."""
    start = body[:100_000].decode("utf-8", "replace")
    if "html" not in content_type.lower() and not _PAGE.search(start[:5_000]):
        return say("This address gives neither a feed nor a web page.")
    links = _Links()
    for tag in _LINK.findall(start):
        links.feed(tag)
    for href in links.feeds:
        try:
            found = web_address(urljoin(url, href))
        except ValueError:
            continue
        if found:
            words = mark("This address gives a web page, not a feed. It mentions a feed at {url}.")
            return say(words, url=clip(clean(found), 300))
    return say("This address gives a web page, not a feed. It mentions no feed.")
