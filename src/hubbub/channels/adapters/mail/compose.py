"""A mail of ours, from what an agent wrote. Pure."""

import re
from base64 import encodebytes
from email.charset import QP, Charset
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime
from io import BytesIO
from typing import NamedTuple

import msgspec

from hubbub.channels.adapters.mail.headers import MARK, MAX_REFERENCES, address_of
from hubbub.channels.adapters.mail.parse import Ref
from hubbub.channels.adapters.mail.settings import Settings
from hubbub.channels.core.contract import Attached, NotPossible, Outgoing
from hubbub.infra.http import AGENT
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean

_UTF8 = Charset("utf-8")
_UTF8.body_encoding = QP  # a mail stays readable on its way, and looks less like spam
_RE = re.compile(r"(?:re|aw|sv|antw|odp|vs|res|rif|ynt|ответ)(?:\[\d+\])?\s*[:：]", re.IGNORECASE)
_KEY = re.compile(r"[A-Za-z0-9._-]{1,100}")
_ID = re.compile(r"[!-;=?-~]{1,900}")
_TYPE = re.compile(r"(?!multipart/|message/)[a-z0-9][\w!#$&^.+-]{0,60}/[a-z0-9][\w!#$&^.+-]{0,100}", re.ASCII)


class Letter(NamedTuple):
    """A mail that is ready to leave."""

    to: str
    id: str
    data: bytes


def compose(message: Outgoing, settings: Settings) -> Letter:
    """Write a mail; NotPossible in words where it can't be one."""
    ref = _ref(message)
    to = address_of(ref.reply_to) or address_of(message.to or "")
    if not to:
        raise NotPossible(network=say("E-mail"), deed="be sent to nobody: the mail that is answered names no address")
    if not to.isascii():
        local, _, domain = to.rpartition("@")
        try:
            to = f"{local}@{domain.encode('idna').decode()}"
        except UnicodeError:
            to = ""
        if not to.isascii() or not to:
            raise NotPossible(network=say("E-mail"), deed="reach an address with such letters")
    if not _KEY.fullmatch(message.key):
        raise NotPossible(network=say("E-mail"), deed="send a message with such a key")
    id_ = f"{message.key}@{settings.domain}"
    words = MIMEText(clean(message.text).rstrip() + "\n", "plain", _UTF8)  # type: ignore[arg-type]
    mail: Message = words
    if message.files:
        mail = MIMEMultipart("mixed")
        mail.attach(words)
        for file in message.files:
            mail.attach(_file(file))
    for name, value in _headers(message, settings, ref, to, id_):
        mail[name] = value  # type: ignore[assignment]
    written = BytesIO()
    BytesGenerator(written, mangle_from_=False, policy=compat32.clone(linesep="\r\n")).flatten(mail)
    return Letter(to, id_, written.getvalue())


def _headers(message: Outgoing, settings: Settings, ref: Ref, to: str, id_: str) -> list[tuple[str, str | Header]]:
    answered = ref.id or (message.parent or "").removeprefix("mail:")
    headers: list[tuple[str, str | Header]] = [
        ("Message-ID", f"<{id_}>"),
        ("Date", format_datetime(message.queued_at)),
        ("From", _person(settings.name, settings.address)),
        ("To", to),
        ("Subject", _words(_subject(ref.subject))),
    ]
    if _ID.fullmatch(answered):
        kept = [each for each in ref.references if _ID.fullmatch(each) and each != answered]
        thread = [*kept[-MAX_REFERENCES:], answered]
        headers += [("In-Reply-To", f"<{answered}>"), ("References", " ".join(f"<{each}>" for each in thread))]
    return [*headers, ("User-Agent", AGENT), (MARK.title(), settings.address)]


def _ref(message: Outgoing) -> Ref:
    try:
        return msgspec.json.decode(message.parent_ref or "{}", type=Ref)
    except (ValueError, RecursionError):
        return Ref()


def _subject(answered: str) -> str:
    answered = answered.strip()
    if not answered:
        return say("Re: your message")
    return answered if _RE.match(answered) else f"Re: {answered}"


def _words(text: str) -> str | Header:
    """Return a header's words on one line, encoded where they are not plain."""
    line = " ".join(clean(text).split())
    return line if line.isascii() and "=?" not in line else Header(line, "utf-8")


def _person(name: str, address: str) -> str:
    """Return somebody as headers name them."""
    line = " ".join(clean(name).split())
    if not line:
        return address
    if not line.isascii() or "=?" in line:
        return f"{Header(line, 'utf-8').encode(linesep='', maxlinelen=0)} <{address}>"
    quoted = line.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>'


def _file(file: Attached) -> Message:
    type_ = file.type.strip().lower()
    main, _, sub = (type_ if _TYPE.fullmatch(type_) else "application/octet-stream").partition("/")
    part = MIMENonMultipart(main, sub)
    name = " ".join(clean(file.name).split())[:150] or "file"
    part.add_header("Content-Disposition", "attachment", filename=name if name.isascii() else ("utf-8", "", name))
    part["Content-Transfer-Encoding"] = "base64"
    if file.alt.strip():
        part["Content-Description"] = _words(file.alt[:1_000])  # type: ignore[assignment]
    part.set_payload(encodebytes(file.data).decode("ascii"))
    return part
