"""What is said to people, in their language: English stands in the code, the others in `hubbub/locale/`.

The language is the only thing that is not handed over as an argument: like a reader's spectacles it changes how a
sentence looks, never what is found, kept or sent on (decision 0053).
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

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
    return said.format(**facts) if facts else said


def say_many(one: str, many: str, number: int, /, **facts: object) -> str:
    """Return one of two sentences by a number, as the language counts; both may name `{number}`.

    >>> say_many("{number} case", "{number:,} cases", 1_200)
    '1,200 cases'
    """
    return _catalogue(_spoken.get()).ngettext(one, many, number).format(number=number, **facts)


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


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("django", LOCALES, [language])
