"""What an answer says and to whom, and how to know it again. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from hubbub.channels.adapters.mastodon.names import short_acct
from hubbub.channels.adapters.mastodon.status import Kept
from hubbub.kernel.text import clean, fold

MAX_LENGTH = 500
_AT_A_SERVER = re.compile(r"(?<![\w@/])(@[\w.\-]+)@[\w.\-]+(?::\d+)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def addressed(text: str, kept: Kept, us: str, domain: str, *, private: bool) -> str:
    """Return a text that begins with those it answers, as far as it does not name them yet.

    In private only who wrote to us: on Mastodon, naming somebody shows them the message.
    """
    text = clean(text)
    others = () if private else kept.to
    names: list[str] = []
    for place, acct in enumerate(dict.fromkeys((kept.by, *others))):
        if not acct or acct == us or _names(text, acct, domain):
            continue
        short = "@" + short_acct(acct, domain)
        if place == 0 or len(" ".join((*names, short, text))) <= MAX_LENGTH:
            names.append(short)
    return " ".join((*names, text))


def body_of(text: str, kept: Kept, parent: str | None, media: list[str], *, private: bool) -> dict[str, Any]:
    """Return what a server is asked to publish."""
    quiet = kept.visibility == "unlisted"
    body: Mapping[str, Any] = {
        "status": text,
        "in_reply_to_id": parent,
        "visibility": "direct" if private else "unlisted" if quiet else "public",
        "spoiler_text": kept.warning or None,
        "language": kept.lang if _LANGUAGE.fullmatch(kept.lang) else None,
        "media_ids": media or None,
    }
    return {name: value for name, value in body.items() if value is not None}


def likeness(text: str) -> str:
    """Return the form in which a text sent and one that stands are the same.

    Servers show accounts without their domains, and white space as they like.
    """
    return "".join(_AT_A_SERVER.sub(r"\1", fold(clean(text))).split())


def _names(text: str, acct: str, domain: str) -> bool:
    """Say whether a text names an account so that its server tells it."""
    names = {acct, short_acct(acct, domain)}
    pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.search(rf"(?<![\w@/])@(?:{pattern})(?![\w@]|[.\-]\w)", text, re.IGNORECASE) is not None
