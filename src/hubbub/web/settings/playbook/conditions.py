"""Conditions in a form: rows of fact, comparison and value; rows of a group are alternatives, groups all hold."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from hubbub.care.core.playbook.reading import read_test
from hubbub.care.core.playbook.rules import HOWS
from hubbub.care.core.playbook.sentences import HOW_WORDS, KIND_OF, FactWords, choice_words, flat
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say

MOST_ROWS = 40
_MEANT = {"is": "is_in"}  # one value is a list of one
_MISSING = {"flag": mark("Choose one."), "number": mark("Give a number."), "boxes": mark("Tick at least one.")}
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?")


@dataclass(slots=True)
class Row:
    """One test as the form shows it."""

    number: int
    fact: str
    how: str
    values: list[str]
    words: FactWords
    choices: Sequence[str] = ()
    error: str = ""

    @property
    def kind(self) -> str:
        """How its value is given: yes or no, a number, boxes to tick, or words."""
        kind = KIND_OF[self.fact]
        return "flag" if kind is bool else "number" if kind is float else "boxes" if self.choices else "words"

    @property
    def hows(self) -> list[tuple[str, str]]:
        """The comparisons there are for it."""
        return [(how, say(HOW_WORDS[how])) for how in HOWS[KIND_OF[self.fact]] if how != "is"]

    @property
    def boxes(self) -> list[tuple[str, str, bool]]:
        """All values to tick, with what is ticked."""
        known = [*self.choices, *(each for each in self.values if each not in self.choices)]
        return [(each, choice_words(self.fact, each), each in self.values) for each in known]

    @property
    def text(self) -> str:
        """The values as they are typed."""
        return ", ".join(self.values)

    def data(self) -> dict[str, Any]:
        """As the playbook has it."""
        kind = KIND_OF[self.fact]
        if kind is bool:
            return {"fact": self.fact, "is": self.values == ["yes"]}
        if kind is float:
            return {"fact": self.fact, self.how: _number(self.values[0] if self.values else "")}
        if self.how == "is_in" and len(self.values) == 1:
            return {"fact": self.fact, "is": self.values[0]}
        return {"fact": self.fact, self.how: self.values}


@dataclass(slots=True)
class Conditions:
    """All tests of a rule as the form shows them."""

    facts: Mapping[str, FactWords]
    choices: Mapping[str, Sequence[str]]  # values that are this workspace's own
    groups: list[list[Row]] = field(default_factory=list)

    def read(self, when: Sequence[Mapping[str, Any]]) -> "Conditions":
        """Show the tests of a rule."""
        for test in when:
            self.groups.append([self._of_test(each) for each in flat([test])])
        self._count()
        return self

    def _of_test(self, test: Mapping[str, Any]) -> Row:
        how, value = next((key, value) for key, value in test.items() if key != "fact")
        if isinstance(value, bool):
            values = ["yes" if value else "no"]
        else:
            values = [str(each) for each in value] if isinstance(value, list | tuple) else [f"{value}"]
        return self._row(test["fact"], how if KIND_OF[test["fact"]] is bool else _MEANT.get(how, how), values)

    def _row(self, fact: str, how: str, values: list[str]) -> Row:
        words = self.facts[fact]
        choices = words.choices or self.choices.get(fact, ())
        hows = [each for each in HOWS[KIND_OF[fact]] if each != "is"] or ["is"]
        return Row(0, fact, how if how in hows else hows[0], values, words, choices)

    def posted(self, post: QueryDict) -> "Conditions":
        """Take what a form sent, with its wish for more or fewer rows."""
        drop = post.get("do", "").removeprefix("drop-") if post.get("do", "").startswith("drop-") else ""
        groups: dict[str, list[Row]] = {}
        for number in post.getlist("row")[:MOST_ROWS]:
            fact = post.get(f"fact-{number}", "")
            if number == drop or fact not in self.facts:
                continue
            was = post.get(f"was-{number}", fact)
            values = self._values(post, number, fact) if was == fact else []
            groups.setdefault(post.get(f"group-{number}", number), []).append(
                self._row(fact, post.get(f"how-{number}", ""), values)
            )
        self._more(post.get("do", ""), groups)
        self.groups = list(groups.values())
        self._count()
        return self

    def _values(self, post: QueryDict, number: str, fact: str) -> list[str]:
        given = [each.strip().replace("\x00", "") for each in post.getlist(f"value-{number}")]
        if KIND_OF[fact] in (str, frozenset) and not (self.facts[fact].choices or self.choices.get(fact)):
            given = [each.strip() for each in ",".join(given).split(",")]
        return [each[:200] for each in given if each]

    def _more(self, do: str, groups: dict[str, list[Row]]) -> None:
        first = next(iter(self.facts))
        if do == "and":
            groups["new"] = [self._row(first, "", [])]
        elif do.startswith("or-") and do.removeprefix("or-") in groups:
            groups[do.removeprefix("or-")].append(self._row(first, "", []))

    def _count(self) -> None:
        for number, row in enumerate(row for group in self.groups for row in group):
            row.number = number

    def data(self, place: str, numbers: Mapping[str, float], kinds: Mapping[str, type]) -> list[dict[str, Any]]:
        """Return the tests as the playbook has them; what is wrong with a row stands beside it."""
        for row in (row for group in self.groups for row in group):
            row.error = _wrong(row, place, numbers, kinds)
        return list(self._tests())

    @property
    def wrong(self) -> bool:
        """Whether a row can't be used."""
        return any(row.error for group in self.groups for row in group)

    def _tests(self) -> Iterator[dict[str, Any]]:
        for group in self.groups:
            tests = [row.data() for row in group]
            yield tests[0] if len(tests) == 1 else {"any": tests}


def _wrong(row: Row, place: str, numbers: Mapping[str, float], kinds: Mapping[str, type]) -> str:
    if not row.values:
        return say(_MISSING.get(row.kind, mark("Give at least one, with commas between.")))
    try:
        read_test(row.data(), place, numbers, kinds)
    except InvalidInput as error:
        return str(error).removeprefix(f"{place}: ").removeprefix(f"{place} ")
    return ""


def read_figure(given: str) -> float:
    """Read a figure, its decimals after a point or a comma; ValueError where it is none.

    >>> read_figure("50,000"), read_figure("0.9"), read_figure("0,9")
    (50000.0, 0.9, 0.9)
    """
    bare = given.replace("\u2009", "").strip()
    return float(bare.replace(",", "" if _THOUSANDS.fullmatch(bare) else "."))


def _number(given: str) -> float | str:
    """A figure, or the name of one of the playbook's numbers."""
    try:
        found = read_figure(given)
    except ValueError:
        return given
    return int(found) if found.is_integer() and abs(found) < 2**53 else found
