"""Reads and writes of visits: who chats, and what was said.

A line is given its number under a lock on its visit, so numbers become visible in their order: a page that has read up
to one has missed nothing before it.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from hubbub.channels.adapters.chat.parse import Said, uri
from hubbub.channels.adapters.chat.parse import Sent as SentFile
from hubbub.channels.adapters.chat.site import Site
from hubbub.channels.core.contract import Attached, BadConnection, Outgoing, Refused
from hubbub.channels.models import ChatLine, ChatVisit, Connection
from hubbub.infra import changes, content, files
from hubbub.kernel import speech
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotFound
from hubbub.kernel.ids import ConnectionId, StreamId, WorkspaceId
from hubbub.kernel.text import clean, clip

MAX_TEXT = 4_000
MAX_ANSWER = 8_000
MAX_FILE = 8_000_000
MAX_FILES = 30  # of a visit
MAX_LINES = 2_000  # of a visit
MAX_PAGE = 1_000
HERE = timedelta(seconds=25)
"""A page says at least this often that it is open."""
TYPING = timedelta(seconds=8)
KEPT = timedelta(days=90)
"""A visit nobody came back to for so long can't be gone on with."""
MAILED_FOR = timedelta(hours=24)
"""So long it is tried to mail an answer."""

SECRET: Final = re.compile(r"[A-Za-z0-9_-]{32,64}")
KEY: Final = re.compile(r"[A-Za-z0-9_-]{8,40}")
FOLDER: Final = "chat"


class UnknownVisit(HubbubError):
    """The secret opens no visit: it was ended, erased, or never begun."""

    status = 401
    message = "This chat is over."


@dataclass(frozen=True, slots=True)
class Place:
    """A connection with its website."""

    connection: ConnectionId
    workspace: WorkspaceId
    stream: StreamId
    site: Site
    ok_at: datetime | None


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody's visit."""

    id: int
    connection: int
    workspace: WorkspaceId
    code: str
    called: str  # as given, else by the visit
    email: str
    page: str
    seen_at: datetime
    here: bool
    typing: bool
    ended: bool
    lines: int
    seen: int

    @property
    def root(self) -> str:
        """What the first thing they say is called."""
        return uri(self.connection, self.code, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said, as its visitor may see it."""

    number: int
    ours: bool
    text: str
    at: datetime
    key: str
    file: SentFile | None


def place(public: str) -> Place | None:
    """Return the website that is called so; None where there is none, or it was switched off."""
    row = Connection.objects.filter(public=public, kind="chat", enabled=True).select_related("stream").first()
    if row is None or row.stream is None:
        return None
    try:
        site = Site.of(row.config)
    except BadConnection:  # as an older version took it
        return None
    return Place(ConnectionId(row.pk), WorkspaceId(row.workspace_id), StreamId(row.stream.pk), site, row.stream.ok_at)


def digest(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def enter(place: Place, secret: str, *, now: datetime) -> Visit:
    """Return the visit that a secret opens; UnknownVisit where it opens none."""
    row = ChatVisit.objects.select_related("connection").filter(digest=digest(secret)).first()
    if row is None or row.connection_id != place.connection or row.ended_at or now - row.seen_at > KEPT:
        raise UnknownVisit
    return _visit(row, now)


def begin(place: Place, secret: str, *, name: str, page: str, now: datetime) -> Visit:
    """Begin a visit, or go on with it: the same secret is the same visit.

    Raises
    ------
    UnknownVisit
        If it was ended, or belongs to another website.
    """
    if not SECRET.fullmatch(secret):
        raise InvalidInput(reason="A visit's secret is 32 to 64 letters and digits.")
    given = {
        "connection_id": place.connection,
        "code": secrets.token_hex(6),
        "name": " ".join(clean(name).split())[:60],
        "page": _page(page),
        "created_at": now,
        "seen_at": now,
        "here_until": now + HERE,
    }
    try:
        with transaction.atomic():
            ChatVisit.objects.get_or_create(digest=digest(secret), defaults=given)
    except IntegrityError:
        raise Conflict(reason="Try again.") from None
    return enter(place, secret, now=now)


def visit_of(workspace: int, code: str, now: datetime) -> Visit | None:
    """Return a visit of a workspace by its account's id."""
    row = ChatVisit.objects.select_related("connection").filter(connection__workspace_id=workspace, code=code).first()
    return None if row is None else _visit(row, now)


def _visit(row: ChatVisit, now: datetime) -> Visit:
    return Visit(
        id=row.pk,
        connection=row.connection_id,
        workspace=WorkspaceId(row.connection.workspace_id),
        code=row.code,
        called=row.name or speech.say("Visitor {code}", code=row.code[:4].upper()),
        email=row.email,
        page=row.page,
        seen_at=row.seen_at,
        here=row.ended_at is None and row.here_until > now,
        typing=row.ended_at is None and row.typing_until is not None and row.typing_until > now,
        ended=row.ended_at is not None,
        lines=row.lines_made,
        seen=row.lines_seen,
    )


# What is said ---------------------------------------------------------------
def say(
    visit: Visit,
    key: str,
    *,
    text: str = "",
    file: Attached | None = None,
    email: str = "",
    root: Path | None = None,
    now: datetime,
) -> tuple[Line, Said | None]:
    """Store what a visitor says, once however often it comes; return it, and what is to be heard if that is open.

    Raises
    ------
    InvalidInput
        If it is nothing, too much, or the address is none.
    UnknownVisit
        If the visit was ended meanwhile.
    """
    if not KEY.fullmatch(key):
        raise InvalidInput(reason="A message's key is 8 to 40 letters and digits.")
    text = clean(text).strip()
    if not text and file is None:
        raise InvalidInput(reason="Write something first.")
    if len(text) > MAX_TEXT:
        raise InvalidInput(reason=speech.say("A message has at most {most:,} characters.", most=MAX_TEXT))
    email = _email(email)
    kept = None if file is None else _keep(file, root)
    with transaction.atomic():
        row = ChatVisit.objects.select_for_update().filter(pk=visit.id, ended_at__isnull=True).first()
        if row is None:
            raise UnknownVisit
        found = ChatLine.objects.filter(visit=row, key=key).first()
        if found is None:
            if row.lines_made >= MAX_LINES:
                raise InvalidInput(reason="This chat has grown too long. End it, and begin another.")
            if kept and ChatLine.objects.filter(visit=row, ours=False, file__isnull=False).count() >= MAX_FILES:
                raise InvalidInput(reason=speech.say("At most {most} files can be sent in a chat.", most=MAX_FILES))
            row.email = email or row.email
            row.typing_until = None
            found = _write(row, key, now, text=text, file=kept, ours=False, pending=True)
    line = _line(found)
    said = Said(visit.connection, visit.code, line.number, visit.called, line.text, line.at, line.file)
    return line, said if found.pending else None


def answer(message: Outgoing, root: Path, *, now: datetime) -> str:
    """Store our reply, and each of its files as a line; return what it is called.

    Raises
    ------
    Refused
        If the visitor ended the chat and left no address: nobody would ever read it.
    """
    kept = [_keep(each, root) for each in message.files]
    with transaction.atomic():
        row = ChatVisit.objects.select_for_update().filter(code=message.to).first()
        if row is None:
            raise Refused(network=speech.say("The web chat"), words=speech.say("This visitor is not known any more."))
        found = _answered(row, message)
        if found is not None:
            return found
        if row.ended_at is not None and not row.email:
            raise Refused(
                network=speech.say("The web chat"), words=speech.say("The visitor ended this chat and left no address.")
            )
        parts: list[tuple[str, SentFile | None]] = [(message.text, None)] if message.text.strip() else []
        parts += [("", each) for each in kept]
        for place, (text, file) in enumerate(parts):
            _write(row, f"{message.key}{f'-{place}' if place else ''}", now, text=text, file=file, ours=True)
        return _answered(row, message) or uri(row.connection_id, row.code, row.lines_made)


def find(message: Outgoing) -> str | None:
    """Return what a reply is called, None where it does not stand in the chat."""
    row = ChatVisit.objects.filter(code=message.to or "").first()
    return None if row is None else _answered(row, message)


def _answered(row: ChatVisit, message: Outgoing) -> str | None:
    number = ChatLine.objects.filter(visit=row, key=message.key, ours=True).values_list("number", flat=True).first()
    return None if number is None else uri(row.connection_id, row.code, number)


def _write(row: ChatVisit, key: str, now: datetime, *, file: SentFile | None, **given: Any) -> ChatLine:
    """Write the next line of a locked visit, and tell its pages."""
    row.lines_made += 1
    row.save(update_fields=["lines_made", "email", "typing_until"])
    made = ChatLine.objects.create(
        visit=row, number=row.lines_made, key=key, at=now, file=msgspec.to_builtins(file) if file else None, **given
    )
    changes.record(row.connection.workspace_id, "chat", row.pk, now=now)
    return made


def lines(visit: int, after: int, limit: int = 200) -> tuple[Line, ...]:
    """Return what was said after a number, in order."""
    rows = ChatLine.objects.filter(visit_id=visit, number__gt=after).order_by("number")
    return tuple(_line(row) for row in rows[:limit])


def _line(row: ChatLine) -> Line:
    return Line(
        row.number,
        row.ours,
        row.text,
        row.at,
        "" if row.ours else row.key,
        msgspec.convert(row.file, SentFile) if row.file else None,
    )


def pending(before: datetime, limit: int = 100) -> list[tuple[StreamId, WorkspaceId, Said]]:
    """Return what visitors said that was not heard yet, oldest first, each with its stream."""
    rows = ChatLine.objects.filter(pending=True, at__lt=before, visit__connection__stream__isnull=False)
    found = []
    for row in rows.select_related("visit__connection").order_by("id")[:limit]:
        visit, line = _visit(row.visit, before), _line(row)
        said = Said(visit.connection, visit.code, line.number, visit.called, line.text, line.at, line.file)
        assert row.visit.connection.stream_id is not None
        found.append((StreamId(row.visit.connection.stream_id), visit.workspace, said))
    return found


def heard(said: Said) -> None:
    """Note that a line was heard."""
    ChatLine.objects.filter(visit__code=said.visit, number=said.number).update(pending=False)


# Who is here ------------------------------------------------------------------
def note(
    visit: Visit,
    *,
    typing: bool | None = None,
    seen: int = 0,
    page: str | None = None,
    now: datetime,
) -> bool:
    """Note what a visitor's page tells of them; say whether anything shows differently to those who answer."""
    with transaction.atomic():
        row = ChatVisit.objects.select_related("connection").select_for_update(of=("self",)).get(pk=visit.id)
        before = _visit(row, now)
        row.seen_at = now
        row.here_until = now + HERE
        if typing is not None:
            row.typing_until = now + TYPING if typing else None
        if page is not None:
            row.page = _page(page)
        row.lines_seen = max(row.lines_seen, min(seen, row.lines_made))
        row.save(update_fields=["seen_at", "here_until", "typing_until", "page", "lines_seen"])
        after = _visit(row, now)
    shown = ("here", "typing", "seen", "page")
    return any(getattr(before, name) != getattr(after, name) for name in shown)


def fell_silent(now: datetime) -> list[Visit]:
    """Return the visits in which somebody was said to type, and is not any more; each is told once."""
    rows = list(ChatVisit.objects.select_related("connection").filter(typing_until__lte=now)[:100])
    ChatVisit.objects.filter(pk__in=[row.pk for row in rows], typing_until__lte=now).update(typing_until=None)
    return [_visit(row, now) for row in rows]


def end(visit: Visit, *, now: datetime) -> None:
    """End a visit: its secret opens nothing any more."""
    with transaction.atomic():
        ChatVisit.objects.filter(pk=visit.id).update(ended_at=now, here_until=now, typing_until=None, seen_at=now)
        changes.record(visit.workspace, "chat", visit.id, now=now)


def read_until(visit: Visit, read_at: datetime | None) -> int:
    """Return the last line of the visitor that was said before somebody read; 0 if there is none."""
    if read_at is None:
        return 0
    rows = ChatLine.objects.filter(visit_id=visit.id, ours=False, at__lte=read_at).order_by("-number")
    return rows.values_list("number", flat=True).first() or 0


# Files ------------------------------------------------------------------------
def _keep(file: Attached, root: Path | None) -> SentFile:
    """Keep a file's content."""
    assert root is not None
    if not file.data:
        raise InvalidInput(reason="This file is empty.")
    if len(file.data) > MAX_FILE:
        raise InvalidInput(reason=speech.say("A file has at most {megabytes} MB.", megabytes=MAX_FILE // 1_000_000))
    name = clip(clean(file.name).replace("/", "_").replace("\\", "_"), 120) or "file"
    return SentFile(files.put(root / FOLDER, file.data), name, content.type_of(file.data), len(file.data))


def attached(ref: str, root: Path) -> Attached | None:
    """Return a file by what a post's details name it."""
    code, _, number = ref.partition("/")
    if not (number.isdecimal() and number.isascii() and len(number) < 10):
        return None
    return _attached(ChatLine.objects.filter(visit__code=code, number=int(number)).first(), root)


def file_of(visit: Visit, number: int, root: Path) -> Attached:
    """Return a file of a visit; NotFound where there is none."""
    found = _attached(ChatLine.objects.filter(visit_id=visit.id, number=number).first(), root)
    if found is None:
        raise NotFound(what="file", which=number)
    return found


def _attached(row: ChatLine | None, root: Path) -> Attached | None:
    sent = _line(row).file if row is not None else None
    data = files.read(root / FOLDER, sent.key) if sent else None
    return None if sent is None or data is None else Attached(sent.name, sent.type, data)


# By mail ------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Unread:
    """Answers that a visitor who left has not seen."""

    visit: Visit
    site: str
    lines: tuple[Line, ...]
    ids: tuple[int, ...]
    given_up: bool  # it was tried for long enough


def unread(before: datetime, now: datetime) -> list[Unread]:
    """Return what was answered before a moment and not seen, of those who left an address, one a visit."""
    rows = ChatLine.objects.filter(ours=True, mailed_at__isnull=True, at__lt=before).exclude(visit__email="")
    found: dict[int, list[ChatLine]] = {}
    for row in rows.select_related("visit__connection").order_by("visit_id", "number")[:500]:
        if row.number > row.visit.lines_seen:
            found.setdefault(row.visit_id, []).append(row)
    told = []
    for some in found.values():
        visit, config = some[0].visit, some[0].visit.connection.config
        ids, given_up = tuple(row.pk for row in some), now - some[0].at > MAILED_FOR
        shown = tuple(_line(row) for row in some)
        told.append(Unread(_visit(visit, now), str(config.get("site", "")), shown, ids, given_up))
    return told


def mailed(ids: Sequence[int], *, now: datetime) -> None:
    """Note that answers need not be mailed any more."""
    ChatLine.objects.filter(pk__in=ids).update(mailed_at=now)


# Forgetting -----------------------------------------------------------------------
def forget(workspace: int, root: Path, *, code: str | None = None, before: datetime | None = None) -> int:
    """Remove a visitor, or all who were last there before a moment, with what was said and sent; return how many."""
    rows = ChatVisit.objects.filter(connection__workspace_id=workspace)
    rows = rows.filter(code=code) if code is not None else rows.filter(seen_at__lt=before)
    visits = list(rows.values_list("pk", flat=True)[:1_000])
    sent = (_line(row).file for row in ChatLine.objects.filter(visit_id__in=visits, file__isnull=False))
    keys = {file.key for file in sent if file}
    ChatVisit.objects.filter(pk__in=visits).delete()
    for key in keys:
        if not ChatLine.objects.filter(file__key=key).exists():
            files.remove(root / FOLDER, key)
    return len(visits)


def _page(page: str) -> str:
    """Return a page's address without what may be nobody's business: what it asks for, and where it stands."""
    page = clean(page).strip().partition("#")[0].partition("?")[0]
    return page[:MAX_PAGE] if page.startswith(("https://", "http://")) else ""


def _email(email: str) -> str:
    email = clean(email).strip()
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidInput(reason=speech.say("‘{given}’ is no e-mail address.", given=clip(email, 80))) from None
    return email[:254]
