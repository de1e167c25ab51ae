"""What a message tells beside its words: what its network has and others don't. Travels as JSON in one column."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from hubbub.kernel.text import clean

MAX_FILES: Final = 50
MAX_CHOICES: Final = 50


class File(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that comes with a message. `ref` is what the connector fetches it by; opaque to others."""

    ref: str
    name: str = ""
    type: str = ""  # as the sender says, such as image/png; nobody relies on it
    size: int | None = None  # bytes
    alt: str = ""  # the picture in words


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer of a poll."""

    text: str
    votes: int | None = None


class Details(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a message tells beside its words. Everything is foreign text."""

    subject: str = ""
    warning: str = ""  # what the author warns of, before the words show
    quoted: str = ""  # what they repeat of earlier messages
    visibility: str = ""  # the network's own word for who sees it
    poll: tuple[Choice, ...] = ()
    files: tuple[File, ...] = ()
    checks: Mapping[str, str] = {}  # what the receiving server found out of the sender, such as {"dkim": "pass"}
    copies: tuple[str, ...] = ()  # who else got it
    machine: str = ""  # why no person wrote it: "auto-reply", "bounce", "bulk", "loop"; "": a person did
    bounced: str = ""  # uri of our own message that could not be delivered

    def to_json(self) -> str | None:
        """Return it as it travels, with every string cleaned; None where it tells nothing."""
        told = _cleaned(msgspec.to_builtins(self))
        return msgspec.json.encode(told).decode() if told else None


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(name): _cleaned(each) for name, each in value.items()}
    return [_cleaned(each) for each in value] if isinstance(value, list | tuple) else value


_DECODER = msgspec.json.Decoder(Details)
NONE: Final = Details()


def details_of(text: str | None) -> Details:
    """Return what `to_json` made; what can't be read tells nothing."""
    if not text:
        return NONE
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return NONE
