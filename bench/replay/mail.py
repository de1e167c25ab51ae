"""How much of recorded mails is told right: what somebody wrote, and what they only repeat."""

from pathlib import Path

from hubbub.channels.adapters.mail.mime import read
from hubbub.channels.adapters.mail.quoted import split_html, split_text

TEXT, HTML = "Hello", "Hi.Iamfine.Thanks,Alex"
"""What stands in each mail of the two kinds, without white space."""


def measured(data: Path) -> dict[str, float]:
    """Return the share of mails whose own words are told right, of plain text and of HTML."""
    folder = data / "mail"
    texts = [said_in(path) == TEXT for path in sorted(folder.glob("*standard_replies*.eml"))]
    pages = [said_on(path) == HTML for path in sorted(folder.glob("*html_replies*.html"))]
    shares = {"mail_text": texts, "mail_html": pages}
    return {name: sum(right) / len(right) for name, right in shares.items() if right}


def lines(data: Path) -> dict[str, list[bytes]]:
    """Return the mails, by the connector's kind."""
    return {"mail": [path.read_bytes() for path in sorted((data / "mail").glob("*.eml"))]}


def said_in(path: Path) -> str:
    """Return the own words of a mail's plain text, without white space."""
    plain = next(part for part in read(path.read_bytes()).walk() if part.type == "text/plain")
    return "".join(split_text(plain.text()).own.split())


def said_on(path: Path) -> str:
    """Return the own words of a page of HTML, without white space."""
    return "".join(split_html(path.read_text(encoding="utf-8", errors="replace")).own.split())
