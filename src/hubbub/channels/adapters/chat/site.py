"""A website with our chat on it, as the connection's settings tell."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from hubbub.channels.core.contract import BadConnection
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean, clip

MAX_NAME = 60
MAX_GREETING = 300
MAX_ORIGINS = 20
COLOUR: Final = "#0f658f"
LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
PORTS: Final = {"https": 443, "http": 80}

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\]")


@dataclass(frozen=True, slots=True)
class Site:
    """What visitors are shown, and on which origins."""

    name: str
    greeting: str
    origins: frozenset[str]
    colour: str

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Site":
        """Read settings; BadConnection says what to mend."""
        name = " ".join(_text(config, "site").split())
        if not 1 <= len(name) <= MAX_NAME:
            raise BadConnection(
                reason=say("Name shown to visitors: give one of at most {most} characters.", most=MAX_NAME)
            )
        greeting = _text(config, "greeting").strip()
        if len(greeting) > MAX_GREETING:
            raise BadConnection(reason=say("Greeting: at most {most} characters fit.", most=MAX_GREETING))
        colour = _text(config, "colour").strip() or COLOUR
        if not _COLOUR.fullmatch(colour):
            raise BadConnection(
                reason=say(
                    "Colour: ‘{colour}’ is none; it looks like {example}.", colour=clip(colour, 40), example=COLOUR
                )
            )
        given = re.split(r"[\s,;]+", _text(config, "origins").strip())
        if len(given) > MAX_ORIGINS:
            raise BadConnection(reason=say("Websites: at most {most} addresses fit.", most=MAX_ORIGINS))
        return cls(name, greeting, frozenset(origin(each) for each in given), colour.lower())

    @property
    def ink(self) -> str:
        """The colour of words on the site's colour: the one of black and white that is easier to read there."""
        parts = [int(self.colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return "#ffffff" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.179 else "#000000"


def origin(given: str) -> str:
    """Return a website's origin as browsers name it.

    Raises
    ------
    BadConnection
        If it is none, or one whose pages somebody on the way could change.

    >>> origin("https://Shop.Example.org:443/")
    'https://shop.example.org'
    """
    wrong = BadConnection(
        reason=say(
            "Websites: ‘{given}’ is no address of a website; it looks like https://shop.example.org.",
            given=clip(given, 80),
        )
    )
    try:
        parts = urlsplit(given)
        port = parts.port
        host = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc.removesuffix(":")
        host = host.lower() if host.isascii() else host.encode("idna").decode().lower()
    except ValueError:  # a UnicodeError is one, too
        raise wrong from None
    if parts.scheme not in PORTS or not _HOST.fullmatch(host) or parts.path not in ("", "/"):
        raise wrong
    if parts.query or parts.fragment or port == 0:
        raise wrong
    if parts.scheme == "http" and host not in LOOPBACK:
        raise BadConnection(
            reason=say("Websites: {given} is not encrypted. Only https:// is safe to chat on.", given=clip(given, 80))
        )
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None and port != PORTS[parts.scheme] else "")


def _text(config: Mapping[str, Any], name: str) -> str:
    given = config.get(name)
    return clean(given)[:10_000] if isinstance(given, str) else ""
