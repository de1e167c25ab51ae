"""Letters on paper: a person types one in and adds its scans; then it is heard like any other private message."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access, Permission
from hubbub.care import selectors as care
from hubbub.care.selectors import people
from hubbub.care.services import people as services
from hubbub.channels import services as channels
from hubbub.channels.adapters.letter.channel import MAX_FILES, Letter, Letters, type_of, uri_of
from hubbub.flows.beside import ingest_beside
from hubbub.flows.decide import decide
from hubbub.infra import files
from hubbub.infra.places import Places
from hubbub.kernel.details import File
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean, clip, fold

SOURCE = "white mail"
MAX_NAME, MAX_ADDRESS, MAX_SUBJECT, MAX_TEXT = 100, 500, 200, 50_000
MAX_SCAN, MAX_SCANS = 10_000_000, 25_000_000  # bytes of one, and of all


@dataclass(frozen=True, slots=True)
class Scan:
    """A scanned page or several in one file."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Added:
    """A letter as a person types it in."""

    id: str  # made for the form, so that the same form sent twice is one letter
    name: str
    address: str
    received: date
    subject: str
    text: str
    scans: Sequence[Scan] = ()
    case: int | None = None  # number of the case it continues


def add(access: Access, letter: Added, *, places: Places, now: datetime) -> int | None:
    """Hear a letter, once however often it is handed in; return the number of its case, None if it has none.

    Raises
    ------
    InvalidInput
        If a part of it is missing or can't be taken; the sentence says what to mend, and nothing was stored.
    NotFound
        If the case it is to continue is not there.
    Conflict
        If its writer is noted for another person than the case's.
    """
    access.require(Permission.WORK)
    name, address = clip(clean(letter.name), MAX_NAME), _lines(letter.address)
    text = _words(letter)
    _check(access, letter, name, address, now)
    joined = people.joined(access, letter.case) if letter.case is not None else None
    types = [_type(scan) for scan in letter.scans]
    if (known := care.case_of(access, uri_of(letter.id))) is not None:
        return known
    native = writer_of(name, address)
    services.note_writer(access, native, name, joins=joined.account if joined else None, now=now)
    scans = tuple(
        File(ref=files.put(places.files, scan.data), name=clip(clean(scan.name), 120), type=kind, size=len(scan.data))
        for scan, kind in zip(letter.scans, types, strict=True)
    )
    line = Letter(
        id=letter.id,
        author=native,
        name=name,
        received_at=datetime.combine(letter.received, time(12), ZoneInfo(access.timezone)).astimezone(UTC),
        text=text,
        address="\n".join((name, *address)),
        files=scans,
        parent=joined.post if joined else None,
    )
    hubbub = accounts.enter_as_hubbub(access.workspace)
    stream = channels.stream_for(hubbub, "letter", SOURCE, config={}, now=now)
    ingest_beside(stream, Letters.lines([line]), places, now=now)
    decide(access.workspace, now)
    return care.case_of(access, uri_of(letter.id))


def writer_of(name: str, address: Sequence[str]) -> str:
    """Return what the writer of a letter is known by: the same name at the same address is the same person."""
    told = " ".join(fold("\n".join((name, *address))).split())
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _lines(address: str) -> tuple[str, ...]:
    return tuple(line for line in (" ".join(line.split()) for line in clean(address).splitlines()) if line)


def _words(letter: Added) -> str:
    subject, text = " ".join(clean(letter.subject).split()), clean(letter.text).strip()
    return "\n\n".join(part for part in (subject, text) if part)


def _check(access: Access, letter: Added, name: str, address: Sequence[str], now: datetime) -> None:
    today = now.astimezone(ZoneInfo(access.timezone)).date()
    if not name:
        raise InvalidInput(reason="Say who wrote it.")
    if sum(map(len, address)) > MAX_ADDRESS or len(address) > 10:
        raise InvalidInput(reason=say("The address has at most 10 lines and {most} characters.", most=MAX_ADDRESS))
    if not letter.subject.strip() and not letter.text.strip():
        raise InvalidInput(reason="Say what it is about: a subject, or what it says.")
    if len(letter.subject) > MAX_SUBJECT or len(letter.text) > MAX_TEXT:
        told = {"subject": MAX_SUBJECT, "words": MAX_TEXT}
        raise InvalidInput(reason=say("The subject has at most {subject} characters, the words {words:,}.", **told))
    if letter.received > today:
        raise InvalidInput(reason="It can’t have been received after today.")
    if (today - letter.received).days > 3_650:
        raise InvalidInput(reason="It was received more than ten years ago. Look at the year.")
    if len(letter.scans) > MAX_FILES:
        raise InvalidInput(reason=say("Add at most {most} scans.", most=MAX_FILES))
    if sum(len(scan.data) for scan in letter.scans) > MAX_SCANS:
        raise InvalidInput(reason=say("All scans together have at most {most} MB.", most=MAX_SCANS // 10**6))


def _type(scan: Scan) -> str:
    found = type_of(scan.data)
    name = clip(clean(scan.name), 60) or say("The scan")
    if len(scan.data) > MAX_SCAN:
        most = MAX_SCAN // 10**6
        raise InvalidInput(
            reason=say("{name} has more than {most} MB. Scan it in grey, or in fewer dots.", name=name, most=most)
        )
    if found is None:
        raise InvalidInput(
            reason=say("{name} is no PDF, PNG or JPEG by its content. Save the scan as one of these.", name=name)
        )
    return found
