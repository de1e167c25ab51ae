"""Words and phrases as patterns that Arrow understands as Python does: millions of texts are searched at once."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from unicodedata import normalize

import pyarrow as pa
import pyarrow.compute as pc
import regex

# Patterns know letters as cheaply as can be: once texts are bare, whatever is not ASCII is one. A class of all letters
# of all scripts at every star makes patterns of megabytes.
LETTER = "[0-9a-z\x80-\U0010ffff]"
BREAK = r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]"
_OTHER = r"[^\p{L}\p{M}\p{N}\x00-\x7f]"
_PLACE = re.compile(r"\{(\w+)\}")


def pattern(words: Sequence[str], names: Mapping[str, Sequence[str]]) -> str:
    """Return a pattern that finds one of the words, whole, in bare texts; empty where there are none.

    `*` at an end of a word stands for more letters, alone for any word; {name} for one of the names, which may also
    be written without their spaces. A word whose names are not filled in is left out.

    >>> word_in("Wirtschaftsjournalistin in Köln", pattern(["*journalist*"], {}))
    'Wirtschaftsjournalistin'
    >>> pattern(["my {ours}"], {"ours": []})
    ''
    """
    filled = []
    for word in words:
        parts, kept = _PLACE.split(word), True
        for at in range(1, len(parts), 2):
            named = names.get(parts[at], ())
            kept = kept and bool(named)
            forms = {form for name in named for form in (name, name.replace(" ", ""))}
            parts[at] = (
                "(?:" + "|".join(_escaped(form) for form in sorted(forms, key=lambda form: (-len(form), form))) + ")"
            )
        if kept:
            filled.append("".join(part if at % 2 else _escaped(part) for at, part in enumerate(parts)))
    return f"(?:^|{BREAK})({'|'.join(filled)})(?:$|{BREAK})" if filled else ""


def bare(texts: pa.StringArray) -> pa.StringArray:
    """Return texts as patterns want them: in lower case, and whatever is neither ASCII nor a letter as a space."""
    composed = pc.utf8_normalize(pc.fill_null(texts, ""), "NFC")
    return pc.replace_substring_regex(pc.utf8_lower(composed), _OTHER, " ")


def word_in(text: str, looked_for: str, unless: str = "") -> str:
    """Return the word that is found in a text, as it stands there; empty if none is."""
    text = regex.sub(_OTHER, " ", normalize("NFC", text))
    if unless:
        text = _compiled(unless).sub(" ", text)
    found = _compiled(looked_for).search(text) if looked_for else None
    return found[1] if found else ""


def _escaped(part: str) -> str:
    """A phrase as a pattern: what begins or ends with a star goes on, and a lone star is any word."""
    lead, tail = part[:1].isspace(), part[-1:].isspace()
    found = r"\s+".join(_word(word) for word in part.split())
    return (r"\s+" if lead and part.strip() else "") + found + (r"\s+" if tail else "")


def _word(word: str) -> str:
    if word == "*":
        return r"\S+"
    found = re.escape(normalize("NFC", word.strip("*")).lower())
    return (f"{LETTER}*" if word.startswith("*") else "") + found + (f"{LETTER}*" if word.endswith("*") else "")


@cache
def _compiled(looked_for: str) -> Any:
    return regex.compile(looked_for, regex.IGNORECASE)
