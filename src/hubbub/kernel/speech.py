"""What is said to people, in their language: English stands in the code, the others in `hubbub/locale/`.

The language is the only thing that is not handed over as an argument: like a reader's spectacles it changes how a
sentence looks, never what is found, kept or sent on (decision 0053).
"""

import gettext
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from numbers import Number
from pathlib import Path
from string import Formatter

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""The languages Hubbub speaks: their codes, and their names in themselves."""

LOCALES = Path(__file__).resolve().parent.parent / "locale"

_spoken: ContextVar[str] = ContextVar("language", default="en")


def say(words: str, /, **facts: object) -> str:
    """Return a sentence in the language being spoken, with the facts put in where it names them.

    >>> say("{who} has it.", who="Alice")
    'Alice has it.'
    >>> with speaking("de"):
    ...     say("Save")
    'Speichern'
    """
    said = _catalogue(_spoken.get()).gettext(words) if words else ""
    return _filled(said, facts) if facts else said


def say_many(one: str, many: str, number: int, /, **facts: object) -> str:
    """Return one of two sentences by a number, as the language counts; both may name `{number}`.

    >>> say_many("{number} case", "{number:,} cases", 1_200)
    '1,200 cases'
    """
    said = _catalogue(_spoken.get()).ngettext(one, many, number)
    return _filled(said, {"number": number, **facts})


def figure(value: object, spec: str = ",") -> str:
    """Return a number or a time as the language being spoken writes it.

    >>> with speaking("de"):
    ...     figure(1_234.5, ",.2f"), figure(date(2026, 3, 2), "%A, %-d. %B")
    ('1.234,50', 'Montag, 2. März')
    """
    return _FORMATTER.format_field(value, spec)


def mark(words: str) -> str:
    """Return the words as they are: they are said later, by `say`."""
    return words


def spoken() -> str:
    """Return the code of the language being spoken."""
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language for a while; English where it is not one of ours."""
    before = _spoken.set(language if language in LANGUAGES else "en")
    try:
        yield
    finally:
        _spoken.reset(before)


def _filled(said: str, facts: Mapping[str, object]) -> str:
    return said.format_map(facts) if _spoken.get() == "en" else _FORMATTER.vformat(said, (), facts)


class _Formatter(Formatter):
    """Puts numbers and the names of days and months in as the language being spoken writes them."""

    def format_field(self, value: object, spec: str) -> str:
        if _spoken.get() == "en":
            return format(value, spec)
        if isinstance(value, Number):
            return format(value, spec).translate(_marks(_spoken.get()))
        if isinstance(value, date):
            return format(value, _NAMED.sub(lambda found: _name(value, *found.groups()), spec))
        return format(value, spec)


_FORMATTER = _Formatter()
_FIGURES = mark("1,234.5")
_NAMED = re.compile("%([aAbB])")
_NAMES = {
    "a": mark("Mon Tue Wed Thu Fri Sat Sun"),
    "A": mark("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "b": mark("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
    "B": mark("January February March April May June July August September October November December"),
}


def _name(day: date, of: str) -> str:
    return say(_NAMES[of]).split()[day.weekday() if of in "aA" else day.month - 1]


@cache
def _marks(language: str) -> dict[int, int]:
    """Return what stands for the marks of English in a number."""
    written = _catalogue(language).gettext(_FIGURES)
    return str.maketrans(",.", written[1] + written[5])


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("django", LOCALES, [language])
