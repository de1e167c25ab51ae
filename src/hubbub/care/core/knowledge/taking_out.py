"""Taking out who is who: names, handles, addresses and numbers leave a text before others read it.

What is taken out is told, so that a person can look it over. It takes rather too much than too little: what a reviewer
sees missing is put back by hand; what nobody saw stays.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import regex

from hubbub.care.core.guard import given, is_for_everybody, is_ours
from hubbub.kernel.speech import mark

NAME: Final = "[name]"
LEAST: Final = 2  # letters of a name that is looked for in other words
_PLACES: Final = {
    mark("mail address"): "[address]", mark("postal address"): "[address]", mark("day of birth"): "[date]",
    mark("handle"): "[name]", mark("card number"): "[number]", mark("bank account"): "[number]",
    mark("telephone number"): "[number]",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """Something that was taken out."""

    what: str
    words: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text that names nobody any more, and what stood in it."""

    text: str
    taken: tuple[Taken, ...]


Find = Callable[[str], Iterable[tuple[int, int, str, str]]]
"""Says what stands where in a text: begin, end, what it is, what stands there instead."""

_LINK = regex.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+")
_PERSONAL_LINK = regex.compile(r"[?#@]|(?:\d[^/]*){5}")
_LED = regex.compile(r"\A(?:\s*@[\w.\-]*\w(?:@[\w.\-]*\w)?)+[\s,:]*")
_MAIL = regex.compile(r"(?<![\w.+\-])([\w.+\-]{1,64})@(?:[\w\-]{1,63}\.)+[\w\-]{1,63}")
_DESK = regex.compile(
    r"(?i)customer-?(?:service|care)?|help|support|info|care|service|contact|hello|complaints?|sales|team|office|feedback"
    r"|kontakt|kundendienst|hilfe|aide|ayuda|privacy"
)
_HANDLE = regex.compile(r"(?<![\w@/.])@\w(?:[\w.\-]*\w)?(?:@\w[\w.\-]*\w)?")
_LABELLED = regex.compile(
    r"(?i)\b(?:order|account|customer|booking|reservation|policy|invoice|contract|member(?:ship)?|passport|case"
    r"|reference|ref|ticket|serial|tracking|parcel|bestellung|bestell|kunden|konto|rechnung(?:s)?|vertrag(?:s)?|serien"
    r"|commande|pedido)"
    r"(?:[- ]?(?:number|numbers|num|no\.?|nr\.?|nummer|id|ref(?:erence)?|code))?"
    r"[ ]?(?:is|was|ist|lautet|:|#|=|№)?[ ]?#?(?=[\w\-/]*\d)([A-Za-z0-9][\w\-/]+)"
)
_MANY_DIGITS = regex.compile(
    r"(?<![\w\-])#?(?=(?:[A-Za-z_\-/]*\d){5})[A-Za-z0-9][\w\-/]*|\+?\(?\d[\d ()/.\-]{5,}\d(?!\w)"
)
_DATE = regex.compile(
    r"\d{1,2}[./\-]\d{1,2}[./\-](?:19|20)?\d\d|(?:19|20)\d\d[./\-]\d{1,2}[./\-]\d{1,2}|(?:19|20)\d\d[ /\-](?:19|20)\d\d"
)
_MONEY = regex.compile(r"[£$€¥]\s?\Z")
_PERSON = r"\p{Lu}[\p{L}\p{M}'’\-]+"
_TITLED = regex.compile(
    rf"(?:\b(?i:hi|hello|hey|dear|hallo|liebe[rs]?|guten tag|bonjour|bonsoir|salut|hola|ciao|thanks|thank you|danke"
    rf"|merci|gracias|cheers|sorry),? (?:(?i:mr|mrs|ms|miss|dr|herr|frau|monsieur|madame|señora?)\.? )?"
    rf"|\b(?i:mr|mrs|ms|miss|dr|herr|frau|monsieur|madame|señora?)\.? "
    rf"|\b(?i:my name is|i am called|this is|ich heiße|mein name ist|je m[’']appelle|me llamo) )"
    rf"((?:{_PERSON})(?: {_PERSON}){{0,2}})"
)
_NO_NAME = frozenset(
    """a all again and everyone everybody for i it so team that the there this to very we you your acme alle an
    support customer folks guys madam sir""".split()  # noqa: SIM905 (a list of words reads better so)
)
_CLOSING = regex.compile(
    r"(?im)^[ \t]*(?:(?:kind|best|warm) regards|regards|best wishes|yours \w+|sincerely|cheers|many thanks|thanks"
    r"|thank you|best|mit freundlichen grüßen|viele grüße|liebe grüße|cordialement|saludos)[ \t]*[,.!]?[ \t]*\n"
    r"(?:[^\n]{0,60}(?:\n|\Z)){1,4}\s*\Z"
)
_INITIALS = regex.compile(r"\s*(?:\^|\s[–—-])\s?\p{Lu}[\p{L}.]{0,3}\s*\Z")


def take_out(
    text: str, names: Mapping[str, str] | None = None, keep: Iterable[str] = (), addressed: str = NAME
) -> Cleaned:
    """Take out of a text whatever says who somebody is.

    Parameters
    ----------
    names : names and handles that are known, each with what stands there instead
    keep : words that are no names here, such as the brand's
    addressed : what stands instead of a name nobody knew that is greeted or told

    >>> take_out("@acme Hi Jo, order 4711 is here. Ask jo@example.org ^AL", {"Jo": "{name}"}).text
    'Hi {name}, order [number] is here. Ask [address]'
    """
    taken: list[Taken] = []
    kept = {word.casefold() for word in keep}
    for pattern, what in ((_LED, "handle"), (_CLOSING, mark("signature")), (_INITIALS, "signature")):
        text = pattern.sub(lambda hit, what=what: _gone(hit[0], what, taken), text)
    finders: tuple[Find, ...] = (
        _handles, _labelled, _guarded, _mails, _numbers, lambda some: _named(some, names or {}, kept),
        lambda some: _addressed(some, kept, addressed),
    )  # fmt: skip
    pieces: list[str] = []
    place = 0
    for link in _LINK.finditer(text):
        pieces += [_without(text[place : link.start()], finders, taken), _plain_link(link[0], taken)]
        place = link.end()
    pieces.append(_without(text[place:], finders, taken))
    return Cleaned("".join(pieces).strip(), tuple(dict.fromkeys(taken)))


def _gone(words: str, what: str, taken: list[Taken]) -> str:
    taken.append(Taken(what, " ".join(words.split())))
    return ""


def _plain_link(link: str, taken: list[Taken]) -> str:
    """A link without what may tell whose it is."""
    hit = _PERSONAL_LINK.search(link)
    if hit is None:
        return link
    taken.append(Taken(mark("link"), link))
    return link[: hit.start()] if hit[0] in "?#" else "[link]"


def _without(text: str, finders: Sequence[Find], taken: list[Taken]) -> str:
    for find in finders:
        parts, place = [], 0
        for begin, end, what, instead in sorted(find(text), key=lambda each: (each[0], -each[1])):
            if begin >= place:
                parts += [text[place:begin], instead]
                taken.append(Taken(what, text[begin:end]))
                place = end
        text = "".join(parts) + text[place:]
    return text


def _labelled(text: str) -> Iterable[tuple[int, int, str, str]]:
    return ((*hit.span(1), mark("number"), "[number]") for hit in _LABELLED.finditer(text))


def _guarded(text: str) -> Iterable[tuple[int, int, str, str]]:
    plain = text.replace("’", "'").replace("\n", " ").replace("\t", " ")  # of the same length
    for what, words in given(plain):
        place = plain.find(words)
        while place >= 0:
            yield place, place + len(words), what, _PLACES.get(what, "[number]")
            place = plain.find(words, place + len(words))


def _mails(text: str) -> Iterable[tuple[int, int, str, str]]:
    return ((*hit.span(), "mail address", "[address]") for hit in _MAIL.finditer(text) if not _DESK.fullmatch(hit[1]))


def _handles(text: str) -> Iterable[tuple[int, int, str, str]]:
    return ((*hit.span(), "handle", NAME) for hit in _HANDLE.finditer(text))


def _numbers(text: str) -> Iterable[tuple[int, int, str, str]]:
    for hit in _MANY_DIGITS.finditer(text):
        ours = _is_free(hit[0]) or is_ours(text, hit.start()) or _DATE.fullmatch(hit[0]) is not None
        if sum(letter.isdigit() for letter in hit[0]) >= 5 and not ours and not _MONEY.search(text[: hit.start()]):
            yield *hit.span(), "number", "[number]"


def _is_free(number: str) -> bool:
    """Whether it is a service number, as people write it."""
    written = number[0] in "0+" or any(sign in number for sign in " -")
    return written and not any(map(str.isalpha, number)) and is_for_everybody(number)


def _named(text: str, names: Mapping[str, str], keep: set[str]) -> Iterable[tuple[int, int, str, str]]:
    for name, instead in sorted(names.items(), key=lambda each: -len(each[0])):
        whole = " ".join(name.split()).lstrip("@")
        if len(whole) < LEAST or whole.casefold() in keep:
            continue
        # Will and will are two words; of a name with several parts, or a handle, any case is the name.
        plain = whole.isalpha() and whole[:1].isupper()
        spelled = regex.escape(whole).replace(r"\ ", r"\s+").replace(" ", r"\s+")
        if plain:
            spelled = f"(?:{spelled}|{regex.escape(whole.upper())})"
        pattern = rf"(?<!\w)@?{spelled}(?!\w)"
        for hit in regex.finditer(pattern, text, 0 if plain else regex.IGNORECASE):
            yield *hit.span(), mark("name"), instead


def _addressed(text: str, keep: set[str], instead: str) -> Iterable[tuple[int, int, str, str]]:
    for hit in _TITLED.finditer(text):
        if hit[1].split()[0].casefold() not in _NO_NAME | keep:
            yield *hit.span(1), "name", instead


def parts_of(name: str) -> tuple[str, ...]:
    """Return a name and its parts, each of which may be said alone.

    >>> parts_of("Jo Lee (she)")
    ('Jo Lee (she)', 'Jo', 'Lee')
    """
    whole = " ".join(name.split())
    found = [
        each for each in regex.findall(r"\p{L}[\p{L}\p{M}'’\-]*", whole) if each[:1].isupper() or not each.isascii()
    ]
    return tuple(dict.fromkeys(each for each in (whole, *found) if len(each) >= LEAST))
