"""A small language for rules over text, and one look that tells which of many rules can hold at all.

A rule is a list of phrases, one a line: `a|b` is either word, `(a)` may be missing, `..` is up to three
words, `*` any letters, `#` a number, `_` a space inside a word, `<name>` one of the list of that name.
"""

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import hyperscan


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule. Where it stands in a text, at least one of its triggers does, in lower case."""

    pattern: re.Pattern[str]
    triggers: frozenset[str]

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
    >>> bool(rule.search("they set it on fire")), sorted(rule.triggers)
    (True, ['fire', 'flames'])
    """
    given = [line.split() for line in lines.strip().splitlines()]
    pattern = re.compile(
        r"(?<!\w)(?:" + "|".join(_phrase(parts, lists) for parts in given) + r")(?!\w)",
        re.IGNORECASE,
    )
    return Rule(pattern, frozenset(trigger for parts in given for trigger in _triggers(parts, lists)))


def _phrase(parts: Sequence[str], lists: dict[str, str]) -> str:
    made = []
    for part in parts:
        if part == "..":
            made.append(r"(?:(?:[\w'&£$€%-]|(?<=\d)[.,](?=\d))+ ){0,3}?")
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


def _triggers(parts: Sequence[str], lists: dict[str, str]) -> list[str]:
    """Return the words of a phrase's most telling place: one of them stands wherever the phrase does."""
    places = [_forms(part, lists) for part in parts if part != ".." and not part.startswith("(")]
    # A wildcard or number is known by what stands before or after it.
    literals = [[max(re.split(r"[*#]", form), key=len).replace("_", " ") for form in forms] for forms in places]
    return max(literals, key=lambda forms: (min(map(len, forms)), -len(forms)))


class Suspects:
    """Tells in one pass which of many rules can hold of a text: most texts hold none. Safe from many threads."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        literals = sorted({trigger for rule in rules for trigger in rule.triggers})
        place = {literal: number for number, literal in enumerate(literals)}
        self._rules_of: list[list[int]] = [[] for _ in literals]
        for number, rule in enumerate(rules):
            for trigger in rule.triggers:
                self._rules_of[place[trigger]].append(number)
        self._rules = list(rules)
        encoded = [literal.encode() for literal in literals]
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(expressions=encoded, ids=list(range(len(encoded))), elements=len(encoded), literal=True)
        self._local = threading.local()

    def of(self, text: str) -> frozenset[int]:
        """Return the numbers of the rules that may hold of a text in lower case; all others surely do not."""
        if not hasattr(self._local, "scratch"):
            self._local.scratch = hyperscan.Scratch(self._database)
        found: list[int] = []
        self._database.scan(
            text.encode("utf-8", "replace"),
            match_event_handler=lambda literal, *_: found.append(literal),
            scratch=self._local.scratch,
        )
        return frozenset(rule for literal in set(found) for rule in self._rules_of[literal])
