"""Posts and profiles as a server shows them, and the lines we make of them. Pure."""

import html
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from hubbub.channels.adapters.mastodon.names import post_uri, whole_acct
from hubbub.channels.core.answers import UNREADABLE, moment
from hubbub.channels.core.contract import Account
from hubbub.kernel.batch import Batch, BatchBuilder, Event, RawBatch, rows_of
from hubbub.kernel.details import MAX_CHOICES, MAX_FILES, Choice, Details, File
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean, clip, html_to_text

MAX_HTML = 100_000
"""Characters of a post's markup: servers let people write 500 to some ten thousand."""

MAX_NAMED = 100
"""Accounts and links of one post; more are left out."""

MAX_LINK = 2_000
_MAX_WORDS = 2_000  # of a warning, a description, what is quoted
_MAX_CHOICE = 500
_UNSEEN = frozenset(("direct", "private"))  # who may see these is chosen by their author
_ANCHOR = re.compile(r"<a\s([^<>]*)>", re.IGNORECASE)
_HREF = re.compile(r"(?:^|\s)href\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_NAMING = re.compile(r"(?:^|\s)(?:class|rel)\s*=\s*[\"'][^\"']*\b(?:mention|hashtag|tag)\b", re.IGNORECASE)
_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "heic": "image/heic",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "webm": "video/webm",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "m4a": "audio/mp4",
}

Id = str | int


class Profile(msgspec.Struct):
    """A profile, as far as we read it."""

    id: Id
    acct: str
    username: str | None = None
    display_name: str | None = None
    note: str | None = None
    url: str | None = None
    followers_count: int | None = None
    following_count: int | None = None
    statuses_count: int | None = None
    created_at: str | None = None


class Mention(msgspec.Struct):
    """Somebody whom a post names."""

    id: Id
    acct: str


class Media(msgspec.Struct):
    """A picture, film or sound of a post."""

    type: str | None = None
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class Option(msgspec.Struct):
    """One answer of a poll."""

    title: str
    votes_count: int | None = None


class Poll(msgspec.Struct):
    """A poll."""

    options: list[Option] = []


class Card(msgspec.Struct):
    """A page that a post links to."""

    url: str | None = None


class Quoted(msgspec.Struct):
    """A post shown inside another one: wrapped since Mastodon 4.4, as it is elsewhere."""

    content: str | None = None
    quoted_status: "Quoted | None" = None


class Shared(msgspec.Struct):
    """Of a post that somebody shared, its id."""

    id: Id


class Status(msgspec.Struct):
    """A post, as far as we read it. What a server does not know is missing or null."""

    id: Id
    account: Profile
    created_at: str
    uri: str | None = None
    url: str | None = None
    content: str | None = None
    edited_at: str | None = None
    in_reply_to_id: Id | None = None
    in_reply_to_account_id: Id | None = None
    visibility: str | None = None
    spoiler_text: str | None = None
    language: str | None = None
    mentions: list[Mention] | None = None
    media_attachments: list[Media] | None = None
    poll: Poll | None = None
    card: Card | None = None
    quote: Quoted | None = None
    reblog: Shared | None = None


class Kept(msgspec.Struct, omit_defaults=True):
    """What `parse` keeps for answering a post."""

    id: str = ""  # its name on all servers
    by: str = ""
    to: tuple[str, ...] = ()  # who else is named
    visibility: str = ""
    warning: str = ""
    lang: str = ""


class Head(msgspec.Struct):
    """Of a post, what is needed before parsing."""

    id: Id
    created_at: str | None = None
    edited_at: str | None = None
    visibility: str | None = None


class _Line(msgspec.Struct):
    """A post as a server told it, or a post that is gone from it."""

    on: str
    status: Status | None = None
    gone: Id | None = None
    at: str | None = None


_LINE = msgspec.json.Decoder(_Line)


def line_of(domain: str, status: msgspec.Raw) -> bytes:
    """Return the line of a post: as the server showed it."""
    return msgspec.json.encode({"on": domain, "status": status})


def line_of_gone(domain: str, key: str, at: datetime) -> bytes:
    """Return the line that says that a post is gone."""
    return msgspec.json.encode({"on": domain, "gone": key, "at": at.isoformat()})


def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
    """Turn lines into a batch."""
    builder = BatchBuilder()
    for row, line in rows_of(raw, rows):
        try:
            _add(builder, row, _LINE.decode(line))
        except UNREADABLE as error:
            builder.reject(row, say("Not a post we can read: {error}.", error=clip(clean(str(error)), 300)))
    return builder.build()


def _add(builder: BatchBuilder, row: int, line: _Line) -> None:
    """Add one line; ValueError where it makes no sense."""
    status = line.status
    if status is None:
        if line.gone is None or (at := moment(line.at)) is None:
            raise ValueError(say("it is neither a post nor one that is gone"))
        return builder.add(row, post_uri(line.on, line.gone), at, Event.DELETE)
    created, edited = moment(status.created_at), moment(status.edited_at)
    if created is None:
        raise ValueError(say("it has no time"))
    if status.content is not None and len(status.content) > MAX_HTML:
        raise ValueError(
            say(
                "the text has {number:,} characters; at most {most:,} are taken",
                number=len(status.content),
                most=MAX_HTML,
            )
        )
    author = account_of(status.account, line.on, bio=False)
    media = status.media_attachments or ()
    return builder.add(
        row,
        post_uri(line.on, status.id),
        edited or created,
        Event.EDIT if edited else Event.CREATE,
        created_at=created,
        author=author.id,
        handle=author.handle,
        name=author.name,
        followers=author.followers,
        follows=author.follows,
        posts=author.posts,
        joined_at=author.joined_at,
        text=html_to_text(status.content or ""),
        lang=status.language,
        parent=None if status.in_reply_to_id is None else post_uri(line.on, status.in_reply_to_id),
        parent_author=_parent_author(status, author.id, line.on),
        mentions=_named(status, line.on),
        links=_links(status),
        media=len(media),
        repost_of=None if status.reblog is None else post_uri(line.on, status.reblog.id),
        private=status.visibility in _UNSEEN,
        url=_web(status.url) or _web(status.uri),
        ref=msgspec.json.encode(kept_of(status, line.on)).decode(),
        details=Details(
            warning=_short(status.spoiler_text),
            quoted=_quoted(status.quote),
            visibility=_short(status.visibility, 40),
            poll=_choices(status.poll),
            files=tuple(filter(None, map(_file, media[:MAX_FILES]))),
        ),
    )


def account_of(profile: Profile, domain: str, *, bio: bool = True) -> Account:
    """Return a profile in the form that all networks share; ValueError where it names nobody."""
    acct = whole_acct(clean(profile.acct), domain)
    return Account(
        id=acct,
        handle=acct,
        name=clean(profile.display_name or profile.username or ""),
        followers=profile.followers_count,
        follows=profile.following_count,
        posts=profile.statuses_count,
        joined_at=moment(profile.created_at),
        bio=html_to_text((profile.note or "")[:MAX_HTML]) if bio else "",
        url=_web(profile.url),
    )


def kept_of(status: Status, domain: str) -> Kept:
    """Return what is needed to answer a post."""
    return Kept(
        id=clean(status.uri or "")[:MAX_LINK],
        by=whole_acct(clean(status.account.acct), domain),
        to=tuple(_named(status, domain)),
        visibility=_short(status.visibility, 40),
        warning=_short(status.spoiler_text),
        lang=_short(status.language, 40),
    )


def _parent_author(status: Status, author: str, domain: str) -> str | None:
    """Say whom a post answers, where the post itself tells: its author, or somebody it names."""
    answered = status.in_reply_to_account_id
    if answered is None:
        return None
    if answered == status.account.id:
        return author
    return next((whole_acct(clean(each.acct), domain) for each in status.mentions or () if each.id == answered), None)


def _named(status: Status, domain: str) -> list[str]:
    named = (whole_acct(clean(each.acct), domain) for each in (status.mentions or ())[:MAX_NAMED])
    return list(dict.fromkeys(named))


def _links(status: Status) -> list[str]:
    """Return the pages a post links to; accounts and hashtags are none."""
    found = dict.fromkeys(_hrefs(status.content or ""))
    if status.card is not None and (page := _web(status.card.url)):
        found[page] = None
    return list(found)[:MAX_NAMED]


def _hrefs(markup: str) -> Iterator[str]:
    for anchor in _ANCHOR.finditer(markup):
        inner = anchor.group(1)
        href = _HREF.search(inner)
        if href and not _NAMING.search(inner) and (page := _web(html.unescape(href.group(1) or href.group(2) or ""))):
            yield page


def _web(address: str | None) -> str | None:
    """Return an address a browser may open, None for any other one, or one that is too long."""
    plain = clean(address or "").strip()
    return plain if plain.lower().startswith(("https://", "http://")) and len(plain) <= MAX_LINK else None


def _short(text: str | None, most: int = _MAX_WORDS) -> str:
    return clean(text or "").strip()[:most]


def _quoted(quote: Quoted | None) -> str:
    shown = quote.quoted_status or quote if quote else None
    return html_to_text((shown.content or "")[:MAX_HTML])[:_MAX_WORDS] if shown else ""


def _choices(poll: Poll | None) -> tuple[Choice, ...]:
    options = poll.options[:MAX_CHOICES] if poll else ()
    return tuple(Choice(_short(each.title, _MAX_CHOICE), each.votes_count) for each in options)


def _file(media: Media) -> File | None:
    """Return a file of a post; None while its server is still working on it."""
    url = _web(media.url) or _web(media.remote_url)
    if url is None:
        return None
    name = file_name(url)
    mime = _TYPES.get(name.rpartition(".")[2].lower(), "")
    return File(ref=file_ref(url, mime), name=name, type=mime, alt=_short(media.description))


def file_name(url: str) -> str:
    """Return what a file is called at its address."""
    return re.split(r"[?#]", url, maxsplit=1)[0].rpartition("/")[2][:200]


def file_ref(url: str, mime: str) -> str:
    """Return what a file is fetched by."""
    return f"{mime} {url}"


def split_ref(ref: str) -> tuple[str, str]:
    """Return address and type of a file."""
    mime, _, url = ref.partition(" ")
    return url, mime
