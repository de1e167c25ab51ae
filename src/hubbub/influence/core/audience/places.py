"""Where people are and what they speak, from what they write on their profiles."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import regex

NAME, PART, CODE, CITY = 3.0, 2.0, 1.5, 1.0
LONGEST: Final = 4
"""Words of the longest name that is looked for."""
_PIECES = regex.compile(r"\s*(?:[,/|;•·()]|\.(?=\p{Lu}\p{Ll})|\s[-–—]\s|\s(?:and|und|et|y|&|\+)\s)\s*")
_NAMED = r"((?:the\s+)?\p{Lu}[\p{L}.]*(?:[ -]\p{Lu}[\p{L}.]*){0,3})(?!\p{L}|['’])"
_HERE = regex.compile(
    r"\b(?i:based in|living in|lives in|live in|located in|residing in|resides in|wohnt in|lebt in|vivo en|vit à)\s+"
    + _NAMED
)
_FROM = regex.compile(r"\b(?:in|from|aus|à|desde|en)\s+" + _NAMED)
_FLAG = regex.compile("[\U0001f1e6-\U0001f1ff]{2}")
_EDGES = " .!?:'\"“”#📍🌍🌎🌏"


@cache
def _gazetteer() -> dict[str, dict[str, float]]:
    """What names mean: how much each weighs for which country."""
    data = tomllib.loads(files("hubbub.influence").joinpath("data/places.toml").read_text(encoding="utf-8"))
    found: dict[str, dict[str, float]] = {}
    for country, known in data.items():
        for key, weight in (("names", NAME), ("parts", PART), ("cities", CITY), ("codes", CODE)):
            for name in known.get(key, []):
                found.setdefault(name.strip(_EDGES) if key != "codes" else name.upper(), {})[country] = weight
        found.setdefault(country, {}).setdefault(country, CODE)
    return found


def country_of(place: str) -> str:
    """Return the country a place lies in, as a code; empty if it can't be told.

    >>> country_of("Leeds, UK"), country_of("Paris, Texas"), country_of("Berlin, DE"), country_of("the moon")
    ('GB', 'US', 'DE', '')
    """
    votes: defaultdict[str, float] = defaultdict(float)
    for flag in _FLAG.findall(place):
        votes[_code(flag)] += NAME
    for piece in _PIECES.split(_FLAG.sub(" ", place)):
        for country, weight in _meant(piece.strip(_EDGES)).items():
            votes[country] += weight
    return max(votes, key=lambda country: votes[country]) if votes else ""


def country_in(bio: str) -> str:
    """Return the country that a text about oneself tells: its only flag, or where one lives or is from.

    >>> country_in("Love cooking. Living in Leeds"), country_in("Reading is in my blood"), country_in("🇬🇧 🇫🇷 expat")
    ('GB', '', '')
    """
    flags = {_code(flag) for flag in _FLAG.findall(bio)}
    if len(flags) == 1:
        return flags.pop()
    for named in _HERE.findall(bio) + _FROM.findall(bio):
        words = named.removeprefix("the ").split()
        for many in range(len(words), 0, -1):
            meant = _gazetteer().get(" ".join(words[:many]).lower().strip(_EDGES))
            if meant:
                return max(meant, key=lambda country: meant[country])
    return ""


def countries(places: pa.StringArray, bios: pa.StringArray) -> np.ndarray:
    """Return a country for each row, from the place on the profile, else from the bio; empty where neither tells."""
    found = _each(places, country_of)
    rest = np.flatnonzero(found == "")
    if len(rest):
        found[rest] = _each(bios.take(pa.array(rest)), country_in)
    return found


def languages(given: pa.StringArray, texts: pa.StringArray, words: Mapping[str, str]) -> np.ndarray:
    """Return a language for each row: the one given, else the one whose small words a text has by far most of.

    Parameters
    ----------
    given : codes, of which only the part before a hyphen counts; null or empty: not known
    texts : bare
    words : for each language, a pattern of its small words
    """
    found = np.array([code.split("-")[0].lower() for code in pc.fill_null(given, "").to_pylist()], object)
    rest = np.flatnonzero(found == "")
    if not len(rest) or not words:
        return found
    asked = pc.replace_substring_regex(pc.fill_null(texts, "").take(pa.array(rest)), r"\s+", "  ")
    counts = np.stack([np.asarray(pc.count_substring_regex(asked, each)) for each in words.values()])
    order = np.sort(counts, axis=0)
    clear = (order[-1] >= 2) & ((order[-1] >= 2 * order[-2]) if len(words) > 1 else True)
    found[rest[clear]] = np.array(list(words), object)[counts.argmax(0)[clear]]
    return found


def _each(texts: pa.StringArray, tell: Any) -> np.ndarray:
    """What is told of each text, each different one looked at once."""
    coded = pc.fill_null(texts, "").dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    if not len(coded):
        return np.zeros(0, object)
    told = np.array([tell(text) for text in coded.dictionary.to_pylist()], object)
    return np.asarray(told[np.asarray(coded.indices)])


def _meant(piece: str) -> Mapping[str, float]:
    """What a piece of a place means: as a whole, else the longest name among its words."""
    known, low = _gazetteer(), piece.lower()
    if whole := known.get(low) or known.get(piece):
        return whole
    words = low.split()
    for many in range(min(LONGEST, len(words)), 0, -1):
        for at in range(len(words) - many + 1):
            if found := known.get(" ".join(words[at : at + many]).strip(_EDGES)):
                return found
    last = piece.split()[-1:]
    return known.get(last[0], {}) if last else {}  # a code behind a name that is not known


def _code(flag: str) -> str:
    return "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in flag)
