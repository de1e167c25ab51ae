"""Foreign text made safe to store, compare and count. Escaping for HTML is the template's work."""

import html
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

import regex

ELLIPSIS = "…"
HANDLE = regex.compile(r"(?<![\w@])@([\w.\-]+)")
"""An account that a text names: @ and a name, which may hold dots and end a sentence."""

_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"}
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DECLARATION = re.compile(r"<(?:!(?=[a-zA-Z\[-])|\?(?=[a-zA-Z]))[^<>]*>?")
_SILENT = re.compile(
    r"<(script|style|template|head|noscript|iframe)(?=[\s/>])[^<>]*(?<!/)>.*?(?:</\1(?=[\s/>])[^<>]*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_BREAK = re.compile(r"</?(?:p|br|div|li|tr|h[1-6]|blockquote|pre|hr|ul|ol)(?=[\s/>])[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_GAP = re.compile(r"\n{3,}")
_CLUSTER = regex.compile(r"\X")


def clean(text: str) -> str:
    """Return text that any store and any encoder accepts, unchanged as far as a reader can see.

    Lone surrogates become U+FFFD, control characters other than tab and newline go; letters,
    joiners and right-to-left marks stay, since they may be part of what was said.
    """
    if text.isascii() and text.isprintable():
        return text  # the common case, and `clean` is called for every post of a network
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def one_line(text: str) -> str:
    """Return text as one line, clean, without blanks around it: a name as people type it."""
    return " ".join(clean(text).split())


def fold(text: str) -> str:
    r"""Return the form in which texts are compared: NFC, case folded, İ as i.

    >>> fold("STRASSE") == fold("straße"), fold("İstanbul"), fold("Cafe\u0301") == fold("café")
    (True, 'istanbul', True)
    """
    folded = unicodedata.normalize("NFC", text).casefold().replace("i̇", "i")
    return unicodedata.normalize("NFC", folded)


def clip(text: str, length: int) -> str:
    """Return at most `length` characters on one line, with an ellipsis where something was cut.

    What a reader sees as one character, as an emoji with its modifiers, stays whole or goes.
    """
    text = text.strip()
    line = " ".join(text[: length * 4].split())
    if len(line) <= length and len(text) <= length * 4:
        return line
    return line[: _boundary(line, length - 1)].rstrip() + ELLIPSIS


def _boundary(line: str, most: int) -> int:
    """Return the last place up to `most` at which a line can be cut without cutting a cluster in two."""
    if line[: most + 1].isascii():
        return most
    kept = most
    while kept and not line[kept - 1].isascii():
        kept -= 1
    kept = max(0, kept - 1)  # plain letters begin a cluster, so counting can start at one
    for cluster in _CLUSTER.finditer(line, kept):
        if cluster.end() > most:
            break
        kept = cluster.end()
    return kept


def graphemes(text: str) -> int:
    """Count characters as people (and Bluesky) do: an emoji with its modifiers is one.

    >>> graphemes("né👩‍👩‍👧")
    3
    """
    return sum(1 for _ in _CLUSTER.finditer(text))


def html_to_text(markup: str) -> str:
    """Return what a person would read of some HTML, without its tags, scripts and styles.

    Each pass goes over the text once, whatever a stranger wrote: a parser of HTML would take a time that grows with
    the square of its length, or seconds for a megabyte of tags.
    """
    markup = _DECLARATION.sub("", _COMMENT.sub("", markup))
    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", _SILENT.sub("", markup))))
    return _GAP.sub("\n\n", "\n".join([" ".join(line.split()) for line in text.split("\n")])).strip()


def language(tag: str | None) -> str | None:
    """Return a language tag in the one form we keep (en, pt-br), None where it is none.

    >>> language("PT_BR"), language("English, please")
    ('pt-br', None)
    """
    plain = (tag or "").strip().lower().replace("_", "-")
    return plain if len(plain) <= 35 and _LANGUAGE.fullmatch(plain) else None


def is_web_address(given: str) -> bool:
    """Say whether something may be posted to: http or https, a host, and no name or password in it."""
    try:
        parts = urlsplit(given)
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return good and "@" not in parts.netloc and len(given) <= 500 and given.isprintable() and " " not in given


def naming(names: Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of some names (at least one) as a word of its own, with or without an @.

    >>> naming(["Jo", "Jo Lee"]).sub("somebody", "@jo and Jo Lee, not Joan")
    'somebody and somebody, not Joan'
    """
    longest = sorted(names, key=len, reverse=True)
    return re.compile(r"(?<!\w)@?(?:" + "|".join(map(re.escape, longest)) + r")(?!\w)", re.IGNORECASE)
