"""A small language for rules over text, and one look that tells which of many rules can hold at all.

A rule is a list of phrases, one a line: `a|b` is either word, `(a)` may be missing, `..` is up to three
words, `*` any letters, `#` a number, `_` a space inside a word, `<name>` one of the list of that name.
"""

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import hyperscan

from hubbub.kernel.scan import Scanner


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A compiled rule; where it holds, one of its `wider` expressions does."""

    pattern: re.Pattern[str]
    wider: tuple[bytes, ...]  # of UTF-8, as Hyperscan reads them

    def search(self, text: str) -> re.Match[str] | None:
        """Return where one of the phrases first stands."""
        return self.pattern.search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield everywhere that one of the phrases stands."""
        return self.pattern.finditer(text)

    def sub(self, replacement: str, text: str) -> str:
        """Return the text with every phrase replaced."""
        return self.pattern.sub(replacement, text)


def phrases(lines: str, **lists: str) -> Rule:
    """Compile phrases, one a line, into one rule.

    >>> rule = phrases("set (it|them) on fire|flames")
    >>> bool(rule.search("they set it on fire")), bool(rule.search("set them on firewood"))
    (True, False)
    """
    made = tuple(_phrase(line.split(), lists) for line in lines.strip().splitlines())
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(made)})(?!\w)", re.IGNORECASE)
    return Rule(
        pattern,
        tuple(each.replace(_BETWEEN, "(?:[^ ]+ ){0,3}").replace(r"\w", r"[\w\x80-\xff]").encode() for each in made),
    )


def expression(pattern: str) -> Rule:
    """Compile a regular expression into a rule; every letter class of it stands in brackets."""
    return Rule(re.compile(pattern), (pattern.replace(r"\w", r"\w\x80-\xff").encode(),))


_BETWEEN = r"(?:(?:[\w'&£$€%-]|(?<=\d)[.,](?=\d))+ ){0,3}?"
"""Up to three words of one sentence."""


def _phrase(parts: Sequence[str], lists: dict[str, str]) -> str:
    made = []
    for part in parts:
        if part == "..":
            made.append(_BETWEEN)
        elif part.startswith("("):
            made.append(f"(?:{_word(part[1:-1], lists)} )?")
        else:
            made.append(_word(part, lists) + " ")
    return "".join(made).removesuffix(" ")


def _word(choices: str, lists: dict[str, str]) -> str:
    escaped = "|".join(re.escape(form) for form in _forms(choices, lists))
    return f"(?:{escaped})".replace(r"\*", r"\w*").replace(r"\#", r"\d[\d.,]*").replace("_", " ")


def _forms(choices: str, lists: dict[str, str]) -> list[str]:
    """Return the words a place in a phrase may hold."""
    return [
        form
        for choice in choices.split("|")
        for form in (lists[choice[1:-1]].split() if choice.startswith("<") else [choice])
    ]


class _Plain(dict[int, int]):
    """For `str.translate`: ASCII as it is, and for every other character one of ASCII of the same kind."""

    def __missing__(self, code: int) -> int:
        letter = chr(code)
        kept = (code < 128 and letter) or _ALIKE.get(letter)
        if not kept:
            kept = "0" if letter.isdecimal() else "A" if letter.isupper() else "a" if letter.isalnum() else "~"
        self[code] = ord(kept)
        return self[code]


_ALIKE = {"ſ": "s", "K": "k", "İ": "i", "ı": "i"}
"""What letters beyond ASCII are when capitals and small letters are the same."""
_PLAIN = _Plain()


def in_ascii(text: str) -> str:
    """Return a text, or an expression, in ASCII alone. Where an expression holds in a text, so it does here."""
    return text if text.isascii() else text.translate(_PLAIN)


class Suspects:
    """Tells in one pass which of many rules may hold of a text: most texts hold none. Safe from many threads."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._scanner: Scanner | None = None
        self._lock = threading.Lock()

    def of(self, text: str) -> frozenset[Rule]:
        """Return the rules that may hold of a text in lower case; all others surely do not."""
        found: list[int] = []
        scanner = self._scanner or self._compiled()
        scanner.scan(text.encode("utf-8", "replace"), lambda rule, *_: found.append(rule))
        return frozenset(self._rules[number] for number in found)

    def _compiled(self) -> Scanner:
        """Compile at the first use: it takes half a second, and many processes never ask."""
        with self._lock:
            if self._scanner is None:
                wanted = [(wider, number) for number, rule in enumerate(self._rules) for wider in rule.wider]
                expressions, numbers = zip(*wanted, strict=True)
                once = hyperscan.HS_FLAG_SINGLEMATCH | hyperscan.HS_FLAG_PREFILTER
                self._scanner = Scanner(expressions, numbers, flags=once)
        return self._scanner
