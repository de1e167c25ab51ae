"""Mails as posts. Pure; a line is a mail as it travels, and any mail will do."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import unescape
from typing import NamedTuple

import msgspec

from hubbub.channels.adapters.mail.charset import words_of
from hubbub.channels.adapters.mail.checks import bounced_of, checks_of, heard_in, is_report, machine_of
from hubbub.channels.adapters.mail.headers import (
    HEARD,
    MAX_REFERENCES,
    SIZE,
    Person,
    ids_of,
    moment_of,
    people_of,
)
from hubbub.channels.adapters.mail.mime import Part, read
from hubbub.channels.adapters.mail.quoted import Split, split_html, split_text
from hubbub.kernel.batch import MAX_TEXT, MAX_URI, Batch, BatchBuilder, RawBatch, rows_of
from hubbub.kernel.details import MAX_FILES, Details, File
from hubbub.kernel.speech import say

MAX_READ = 2_000_000
"""Bytes of a line that are read; a connector sends shorter ones."""

MAX_HTML = 300_000
"""Characters of HTML whose elements are looked at."""

MAX_TAGS = 10_000
MAX_COPIES = 50
_KNOWN_BY = ("from", "message-id", "date", "subject", "received", "to")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_TAG = re.compile(r"<[^<>]*>")
_BLOCK = re.compile(r"</?(?:p|div|br|tr|li|h[1-6]|table|blockquote)\b[^<>]*>", re.IGNORECASE)
_SILENT = re.compile(r"</?(?:style|script|head)\b[^<>]*>", re.IGNORECASE)
_FLOWED = re.compile(r"(?m)(?<=\S) \n(?!-- $|[ >\n])")
_WHERE = re.compile(r"\b(uid|validity)=(\d{1,12})\b")


class Ref(msgspec.Struct, frozen=True, omit_defaults=True):
    """What answering a mail needs."""

    id: str = ""  # its message id, without angle brackets
    references: tuple[str, ...] = ()  # the last ones
    subject: str = ""
    reply_to: str = ""
    cc: tuple[str, ...] = ()


class FileRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a file lies: the mail it came with, and the number of the part as IMAP counts."""

    part: str
    id: str = ""
    uid: int = 0
    validity: int = 0


class _Piece(NamedTuple):
    """A run of words, as it may be given more than once."""

    plain: str
    html: str


def parse(raw: RawBatch, rows: Sequence[int] | None = None) -> Batch:
    """Turn mails into posts; a line that is none is rejected alone, with the reason."""
    built = BatchBuilder()
    for row, line in rows_of(raw, rows):
        mail = read(line[:MAX_READ])
        if any(mail.first(name) for name in _KNOWN_BY):
            _add(built, row, mail, raw.arrived_at)
        else:
            built.reject(row, say("This is no mail: no header says who wrote it, when, or of what."))
    return built.build()


def _add(built: BatchBuilder, row: int, mail: Part, arrived_at: datetime) -> None:
    subject = words_of(mail.first("subject"))[:2_000]
    ids, answered = ids_of(mail.first("message-id")), ids_of(mail.first("in-reply-to"))
    references = ids_of(mail.first("references"))
    parent = (answered or references[-1:] or [""])[0]
    created = min(moment_of(mail.first("date")) or arrived_at, arrived_at)
    machine = machine_of(mail)
    own, quoted = _words(mail)
    if not own.strip() and not parent:
        own, quoted = quoted, ""  # handed on without a word: what is handed on is what they say
    bounced, diagnosis = bounced_of(mail) if machine == "bounce" else ("", "")
    head = diagnosis or subject if machine == "bounce" else subject if not parent else ""
    files = _files(mail, ids)
    copies = [each.address for name in ("to", "cc") for value in mail.all(name)[:10] for each in people_of(value)]
    mailbox, checks = heard_in(mail), checks_of(mail)
    answer_to = next(iter(people_of(mail.first("reply-to"))), Person(""))
    author = _author(mail, mailbox, answer_to, checks)
    built.add(
        row,
        _uri(ids[0]) if ids else f"mail:{_hash(mail, own, quoted)}",
        created,
        created_at=created,
        author=author.address or None,
        handle=author.address or None,
        name=author.name or author.address or None,
        text="\n\n".join(each for each in (head, own) if each),
        lang=mail.first("content-language").partition(",")[0],
        parent=_uri(parent) if parent else None,
        root=_uri(references[0]) if references else _uri(parent) if parent else None,
        media=sum(each.type.startswith(("image/", "audio/", "video/")) for each in files),
        private=True,
        ref=msgspec.json.encode(
            Ref(
                id=ids[0] if ids else "",
                references=tuple(references[-MAX_REFERENCES:]),
                subject=subject[:500],
                reply_to="" if answer_to.address == author.address else answer_to.address,
                cc=tuple(dict.fromkeys(each.address for each in people_of(mail.first("cc")))),
            )
        ).decode("utf-8", "replace"),
        details=Details(
            subject=subject,
            quoted=quoted[:MAX_TEXT],
            files=files,
            checks=checks,
            copies=tuple(each for each in dict.fromkeys(copies) if each != mailbox)[:MAX_COPIES],
            machine=machine,
            bounced=_uri(bounced) if bounced else "",
        ),
    )


def _author(mail: Part, mailbox: str, answer_to: Person, checks: Mapping[str, str]) -> Person:
    """Return who wrote a mail. One in our own name is ours, unless it is a form's, or was found out to be forged.

    A form on a website sends what somebody typed in from the site's own address, and names them where to answer.
    """
    said = next(iter(people_of(mail.first("from"))), Person(""))
    if not mailbox or said.address != mailbox:
        return said
    if answer_to.address and answer_to.address != mailbox:
        return answer_to
    forged = checks.get("dmarc") == "fail" or ("pass" not in checks.values() and "fail" in checks.values())
    return Person("", said.name or "Somebody in our name") if forged else said


def _uri(id_: str) -> str:
    """Return the uri of a mail; one with an id beyond all measure is known by its hash."""
    uri = f"mail:{id_}"
    whole = uri.encode("utf-8", "replace")
    return uri if len(whole) <= MAX_URI else f"mail:{hashlib.sha256(whole).hexdigest()}"


def _hash(mail: Part, own: str, quoted: str) -> str:
    said = (mail.first("date"), mail.first("from"), mail.first("subject"), own, quoted)
    return hashlib.sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()


# Words -----------------------------------------------------------------------
def _words(mail: Part) -> Split:
    """Return what was written, and what is only repeated."""
    splits = []
    html, said = MAX_HTML, 0
    for piece in _pieces(mail):
        if said > MAX_TEXT:
            break  # more than any honest mail says: it will be turned away
        said += len(piece.plain or piece.html)
        if piece.plain.strip():
            splits.append(split_text(piece.plain))
        elif len(piece.html) > html or piece.html.count("<") > MAX_TAGS:
            splits.append(split_text(_without_tags(piece.html)))
        elif piece.html:
            html -= len(piece.html)
            splits.append(split_html(piece.html))
    return (
        Split(*("\n\n".join(filter(None, parts)) for parts in zip(*splits, strict=True))) if splits else Split("", "")
    )


def _pieces(part: Part) -> Iterator[_Piece]:
    """Yield the words of a mail in their order, each as plain text and HTML where both are there."""
    if part.type == "multipart/alternative":
        found = [piece for each in part.parts for piece in _pieces(each)]
        yield _Piece("\n\n".join(filter(None, (each.plain for each in found))), "".join(each.html for each in found))
    elif part.type in ("multipart/related", "multipart/report"):
        for each in part.parts[:1]:
            yield from _pieces(each)
    elif part.parts:
        for each in part.parts:
            yield from _pieces(each)
    elif _is_words(part):
        text = part.text()
        if part.type == "text/html":
            yield _Piece("", text)
        else:
            flowed = part.parameters.get("format", "").lower() == "flowed"
            yield _Piece(_FLOWED.sub(" ", text) if flowed else text, "")


def _is_words(part: Part) -> bool:
    """Say whether a part is something to read, rather than a file."""
    return part.type in ("text/plain", "text/html") and part.disposition != "attachment" and not part.filename


def _without_tags(markup: str) -> str:
    """Return the text of HTML that is too long, or too full of tags, to be looked at."""
    seen = "".join(_SILENT.split(markup)[::2])
    return unescape(_TAG.sub("", _BLOCK.sub("\n", seen)))


# Files -----------------------------------------------------------------------
def _files(mail: Part, ids: Sequence[str]) -> tuple[File, ...]:
    """Return the files that came along, inline pictures too."""
    where = {name: int(number) for name, number in _WHERE.findall(mail.first(HEARD))} if heard_in(mail) else {}
    found: list[File] = []
    for part in _leaves(mail):
        if len(found) == MAX_FILES:
            break
        ref = FileRef(part=part.number or "1", id=ids[0] if ids else "", **where)
        found.append(
            File(
                ref=msgspec.json.encode(ref).decode("utf-8", "replace"),
                name=part.filename or _name_of(part),
                type=part.type,
                size=_size(part),
                alt=words_of(part.first("content-description"))[:1_000],
            )
        )
    return tuple(found)


def _leaves(part: Part) -> Iterator[Part]:
    if part.parts:
        for each in part.parts[: 1 if is_report(part) else None]:
            yield from _leaves(each)
    elif not _is_words(part) and part.type not in _SIGNATURES and not part.type.startswith("multipart/"):
        yield part


def _name_of(part: Part) -> str:
    """A name for what has none: of a mail that was handed on, its subject."""
    if part.type != "message/rfc822":
        return ""
    inside = read(part.data[part.start : min(part.end, part.start + 20_000)])
    return words_of(inside.first("subject"))[:150]


def _size(part: Part) -> int | None:
    told = part.first(SIZE)
    if told:
        return int(told) if told.isascii() and told.isdigit() and len(told) < 13 else None
    if part.end == MAX_READ:
        return None  # cut off
    return len(part.content())
