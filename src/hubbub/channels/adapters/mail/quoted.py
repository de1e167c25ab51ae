"""Telling what somebody wrote apart from what they repeat of earlier mails. Pure, and within limits.

One set of rules for plain text and HTML: HTML is turned into text in which marks say where elements lie
that mail programs quote in. Lines are then

* quoted, where they begin with `>` or lie in such an element, with the line above that introduces them;
* quoted to the end, from a line that introduces an earlier mail without marking its lines: a separator
  ("Original Message"), a block of headers, or "On … wrote:";
* folded with what is quoted, where they are a signature (`-- `) or what a telephone writes by itself;
* the sender's own otherwise, above, between and below.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from hubbub.channels.adapters.mail.quoted_words import ABOVE, BEGIN, HEADERS, INTRO, SEPARATOR, TAGLINE, VERB
from hubbub.kernel.text import html_to_text

MAX_LINES = 1_500
"""Lines that are looked at; what follows belongs to whatever the last one did."""

MAX_MARKS = 300
"""Elements of HTML in which something may be quoted."""

MAX_INTRO = 400
"""Characters of what introduces a quote."""

_INTRO_LINES = 5
_OPEN, _CLOSE, _REST, _MAYBE = "\ue000", "\ue001", "\ue002", "\ue003"
_MARKS = re.compile("[\ue000-\ue003]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_QUOTE = re.compile(r"[ \t]{0,3}>")
_RULE = re.compile(r"\s*[-_=*—–]{2,}\s*")
_RULED = "-_=*—– \t"
_HEADER = re.compile(r"[\s*_>•|]{0,6}([^\W\d_][^:：*]{0,24}?)[\s*_]{0,4}[:：][\s*_]{0,4}(.*)")
_SIGNATURE = re.compile(r"--[ \t]?")
_COLON = re.compile(r"[:：][\s\"'”»*_)>\]]{0,4}$")
_SENTENCE = re.compile(r"[.!?:：…][\s\"'”»*_)]{0,4}$")
_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_ADDRESSED = re.compile(r"[<\[(](?:mailto:)?[^\s<>@]+@[^\s<>@]+[>\])]\W{0,12}[:：]\W*")
_BY = re.compile(r"(?:by|von|od|de|от|van|av|af|par|por|da)\s+[^\s<>@]+@[^\s<>@]+[:：]\W*")
_DATED = re.compile(r"(?<!\d)(?:(?:19|20)\d\d(?!\d)|\d{1,2}[:.h]\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})")
_DIGIT_FIRST = re.compile(r"\W{0,3}(?:\w{2,14}[.,]{1,2}\s+)?(?:\w{3,10}\.?\s+)?\d")


class Split(NamedTuple):
    """What was written, and what is only repeated."""

    own: str
    quoted: str


class _Line(NamedTuple):
    text: str
    marked: bool = False  # lies where programs put quotes
    rest: bool = False  # from here on nothing is new


def split_text(text: str) -> Split:
    r"""Tell a plain text apart.

    >>> split_text("Hello\n\nOn 3 Apr 2012, at 16:19, Bob wrote:\n\n> Hi")
    Split(own='Hello', quoted='On 3 Apr 2012, at 16:19, Bob wrote:\n\n> Hi')
    """
    return _split([_Line(line) for line in text.split("\n", MAX_LINES)])


def split_html(markup: str) -> Split:
    r"""Tell HTML apart; both parts come as text.

    >>> split_html("<p>Hello</p><div class=gmail_quote>On Monday Bob wrote:<blockquote>Hi</blockquote></div>")
    Split(own='Hello', quoted='On Monday Bob wrote:\n\nHi')
    """
    return _split(_lines(html_to_text(_with_marks(_MARKS.sub("", markup)))))


# HTML ------------------------------------------------------------------------
_ELEMENT = re.compile(r"<(/?)(div|blockquote|hr|span|a|table|p)\b([^<>]*)>", re.IGNORECASE)
_QUOTING = re.compile(
    r"""gmail_(?:quote|attr)|moz-cite-prefix|yahoo_?quoted|protonmail_quote|tutanota_quote|zmail_extra|front-blockquote|
    quoted-?(?:text|reply|mail|message)|reply-?quote|ms-outlook-mobile-reference-message|history_container|
    gmail_signature|moz-signature""",
    re.IGNORECASE | re.VERBOSE,
)
"""Classes and ids of elements that hold what is quoted, or a signature."""

_ENDING = re.compile(
    r"""\b(?:zwchr|stopSpelling|appendonsend|divRplyFwdMsg|OLK_SRC_BODY_SECTION|reply-intro|isForwardContent|origbody|
    mail-editor-reference-message-container|_MailOriginal|__DIVIDER__|__QUOTED_TEXT__)\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""Ids and names of elements from which on nothing is new."""

_CITED = re.compile(r"\bcite\b|border-left|quote", re.IGNORECASE)


def _with_marks(markup: str) -> str:
    """Put marks around elements that programs quote in."""
    made: list[str] = []
    open_: list[tuple[str, bool]] = []  # the elements within which we are, and whether a mark is to be closed
    at, marks = 0, 0
    for found in _ELEMENT.finditer(markup):
        if marks >= MAX_MARKS:
            break
        closes, name, attributes = found[1], found[2].lower(), found[3]
        made.append(markup[at : found.start()])
        at = found.end()
        if closes:
            made.append(found[0])
            if name in ("div", "blockquote", "span", "table") and any(each == name for each, _ in open_[-50:]):
                while open_:
                    each, marked = open_.pop()
                    if marked:
                        made.append(_mark(_CLOSE))
                    if each == name:
                        break
            continue
        if _ENDING.search(attributes):
            made.append(_mark(_REST))
        marked = bool(_QUOTING.search(attributes)) and name not in ("hr", "a", "p")
        if name == "blockquote":
            made.append(_mark(_OPEN if marked or _CITED.search(attributes) else _MAYBE))
            marked = True
        elif marked:
            made.append(_mark(_OPEN))
        made.append("<br>------<br>" if name == "hr" else found[0])
        if name in ("div", "blockquote", "span", "table") and not attributes.endswith("/"):
            open_.append((name, marked))
        marks += marked
    made.append(markup[at:])
    return "".join(made)


def _mark(mark: str) -> str:
    return f"<br>{mark}<br>"


def _lines(text: str) -> list[_Line]:
    """Return lines with what the marks say of them."""
    lines: list[_Line] = []
    depth, maybe = 0, []
    for line in text.split("\n", MAX_LINES):
        if not _MARKS.search(line):
            lines.append(_Line(line, depth > 0))
        elif _REST in line:
            lines.append(_Line("", depth > 0, True))
        elif _OPEN in line:
            depth += 1
            maybe.append(True)
        elif _MAYBE in line:  # an indented paragraph, unless something introduces it
            counts = depth > 0 or _introduces([each.text for each in lines[-12:]])
            depth += counts
            maybe.append(counts)
        elif maybe and maybe.pop():
            depth -= 1
    return lines


def _introduces(lines: Sequence[str]) -> bool:
    said = [line for line in lines if line.strip()][-_INTRO_LINES:]
    return bool(said) and _intro(said, len(said) - 1, before_quote=True) is not None


# Lines -----------------------------------------------------------------------
def _split(lines: list[_Line]) -> Split:
    looked, beyond = lines[:MAX_LINES], lines[MAX_LINES:]
    plain = [_INVISIBLE.sub("", line.text.replace("\xa0", " ")).rstrip()[:500] for line in looked]
    quoted = [line.marked or bool(_QUOTE.match(text)) for line, text in zip(looked, plain, strict=True)]
    end = _rest(looked, plain, quoted)
    for at in range(end, len(looked)):
        quoted[at] = True
    _take_intros(plain, quoted)
    _take_signature(plain, quoted)
    _take_taglines(plain, quoted)
    all_quoted = bool(quoted) and quoted[-1]
    own = [line.text for line, is_quoted in zip(looked, quoted, strict=True) if not is_quoted]
    rest = [line.text for line, is_quoted in zip(looked, quoted, strict=True) if is_quoted]
    (rest if all_quoted else own).extend(line.text for line in beyond)
    return Split(_joined(own), _joined(rest))


def _joined(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")


def _rest(lines: Sequence[_Line], plain: Sequence[str], quoted: Sequence[bool]) -> int:
    """Return from which line on nothing is new, since an earlier mail follows whose lines are not marked."""
    for at, text in enumerate(plain):
        if lines[at].rest:
            return _with_rule(plain, at)
        if quoted[at] or not text.strip():
            continue
        if _begins_mail(plain, at):
            return _with_rule(plain, at)
        found = _intro(plain, at, before_quote=False)
        if found is not None and not _quote_follows(plain, quoted, at):
            return _with_rule(plain, found)
    return len(plain)


def _begins_mail(plain: Sequence[str], at: int) -> bool:
    """Say whether an earlier mail begins at a line: a separator, or its headers."""
    text = plain[at]
    if ABOVE.search(text) and len(text) < 150:
        return True
    bare = text.strip(_RULED + ":：")
    if 2 < len(bare) < 80 and len(text) < 200:
        following = _next(plain, at + 1)
        if _RULE.match(text) and text.rstrip()[-2:] == text.rstrip()[-1:] * 2:  # words between dashes
            return bool(SEPARATOR.search(bare)) or _headers(plain, following)
        if BEGIN.fullmatch(bare) or (SEPARATOR.fullmatch(bare) and _headers(plain, following, sure=True)):
            return True
    ruled = any(_RULE.fullmatch(each) for each in plain[max(0, at - 3) : at] if each.strip())
    return _headers(plain, at, sure=ruled)


def _next(plain: Sequence[str], at: int) -> int:
    """Return the next line that is not blank."""
    while at < len(plain) and not plain[at].strip():
        at += 1
    return at


def _headers(plain: Sequence[str], at: int, *, sure: bool = False) -> bool:
    """Say whether a line begins the headers of a mail; `sure`: what stands above says already that one follows."""
    kinds: list[str] = []
    addressed, between = False, 0
    for text in plain[at : at + 16]:
        if not text.strip():
            between += 1
            if between > 1 + (len(kinds) < 2):
                break
            continue
        found = _HEADER.fullmatch(text)
        kind = HEADERS.get(" ".join(found[1].lower().split())) if found else None
        if kind is None:
            between += 1
            if not kinds or between > 2:
                break
            continue
        between = 0
        kinds.append(kind)
        addressed = addressed or bool(_ADDRESS.search(text)) or kind in ("subject", "sent")
    told = set(kinds)
    if not kinds or kinds[0] in ("cc", "subject") or "from" not in told:
        return False
    return (len(told) >= 3 and (sure or addressed)) or (len(told) == 2 and sure and addressed)


def _with_rule(plain: Sequence[str], at: int) -> int:
    """Return where blank lines and a ruled line above a line begin; they only part it from what was written."""
    above = at
    while above and not plain[above - 1].strip():
        above -= 1
    if above and _RULE.fullmatch(plain[above - 1]):
        return above - 1
    return at


def _quote_follows(plain: Sequence[str], quoted: Sequence[bool], at: int) -> bool:
    following = _next(plain, at + 1)
    return following < len(plain) and quoted[following]


def _intro(plain: Sequence[str], at: int, *, before_quote: bool) -> int | None:
    """Return the line at which an introduction ("On … wrote:") begins that ends at a line; None where none does."""
    if not _COLON.search(plain[at]):
        return None
    joined, short_of_date = "", None
    for first in range(at, max(-1, at - _INTRO_LINES), -1):
        text = plain[first].strip()
        if not text or len(joined) + len(text) > MAX_INTRO or (first < at and _SENTENCE.search(text)):
            break
        joined = f"{text} {joined}".rstrip()
        dated, named = bool(_DATED.search(joined)), bool(VERB.search(joined))
        if before_quote:
            if dated and (named or _ADDRESS.search(joined) or len(joined) < 120):
                return _from_its_first_word(plain, first)
            if short_of_date is None and (named or _ADDRESSED.search(joined)):
                short_of_date = first
        elif _is_intro(joined, dated=dated, named=named):
            return _from_its_first_word(plain, first)
    return short_of_date


def _is_intro(text: str, *, dated: bool, named: bool) -> bool:
    """Say whether a text introduces what nothing else marks as quoted; `named`: it has a word for writing."""
    addressed = bool(_ADDRESSED.search(text))
    if not named:
        return dated and (addressed or bool(_BY.search(text)))
    begins = bool(INTRO.match(text) or _DIGIT_FIRST.match(text))
    return (dated and (begins or bool(_ADDRESS.search(text)))) or addressed


def _from_its_first_word(plain: Sequence[str], first: int) -> int:
    """Return where an introduction begins whose first line was wrapped before its date was whole."""
    if INTRO.match(plain[first].strip()) or not first:
        return first
    above = plain[first - 1].strip()
    if above and len(above) < 100 and INTRO.match(above) and ("," in above or any(c.isdigit() for c in above)):
        return first - 1
    return first


def _take_intros(plain: Sequence[str], quoted: list[bool]) -> None:
    """Fold what introduces a run of quoted lines with them."""
    for at in range(1, len(plain)):
        if not quoted[at] or quoted[at - 1]:
            continue
        last = at - 1
        while last > 0 and not plain[last].strip() and not quoted[last]:
            last -= 1
        if quoted[last] or not plain[last].strip():
            continue
        found = _intro(plain, last, before_quote=True)
        if found is not None:
            for each in range(found, at):
                quoted[each] = True


def _take_signature(plain: Sequence[str], quoted: list[bool]) -> None:
    """Fold a signature: from `-- ` to what is quoted, or the end."""
    written = False
    for at, text in enumerate(plain):
        if quoted[at]:
            continue
        if written and _SIGNATURE.fullmatch(text):
            for each in range(at, len(plain)):
                if quoted[each]:
                    break
                quoted[each] = True
            continue
        written = written or bool(text.strip())


def _take_taglines(plain: Sequence[str], quoted: list[bool]) -> None:
    """Fold what a telephone wrote at the end of somebody's words, if there are others."""
    own = [at for at, text in enumerate(plain) if not quoted[at] and text.strip()]
    for place in range(len(own) - 1, 0, -1):
        at = own[place]
        last = place == len(own) - 1 or any(quoted[own[place] + 1 : own[place + 1]])
        apart = not plain[at - 1].strip() or quoted[at - 1]
        if last and apart and len(plain[at]) <= 100 and TAGLINE.match(plain[at].strip(" *_")):
            quoted[at] = True
