"""By what one tells kinds of people, read from data strictly: what means nothing is refused, with the place."""

import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from hubbub.influence.core.audience.words import pattern
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

TEXTS: Final = ("handle", "name", "bio", "said")
LIMITS: Final = ("is", "at_least", "at_most", "below")
QUALITY: Final = ("real", "active", "near", "welcome", "acted")
_TABLES = {"numbers", "names", "near", "engageable", "quality", "kinds", "languages"}
_KIND_KEYS = {"id", "name", "needs", "signs", "replace", "off"}


@dataclass(frozen=True, slots=True)
class Words:
    """Whether one of these texts has one of these words."""

    texts: tuple[str, ...]
    found: str
    """What to look for, as a pattern; empty if nothing was filled in, which is found nowhere."""
    unless: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Whether a column is true, or a number between limits. What is not known is not."""

    fact: str
    is_: bool | None
    at_least: float | None
    at_most: float | None
    below: float | None


@dataclass(frozen=True, slots=True)
class Sign:
    """What speaks for a kind, if all tests do."""

    when: tuple[Words | Fact, ...]
    points: float
    say: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of people, told by signs."""

    id: str
    name: str
    needs: float
    signs: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """By what an audience is sorted."""

    active_days: float
    near_countries: frozenset[str]
    near_languages: frozenset[str]
    unwelcome: tuple[str, ...]
    quality: Mapping[str, float]
    kinds: tuple[Kind, ...]
    languages: Mapping[str, str]
    """Patterns of the words by which a language is told."""
    small_words: frozenset[str]
    """All of these words: they name no cluster."""


@cache
def _default() -> str:
    return files("hubbub.influence").joinpath("data/segments.toml").read_text(encoding="utf-8")


def shipped() -> dict[str, Any]:
    """Return the data of the rules that come with Hubbub, the caller's to change."""
    return tomllib.loads(_default())


def extended(base: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return rules' data with a workspace's own: numbers and lists of who is near replace, names and signs are added.

    Of a kind, `replace = true` takes only the new signs, and `off = true` leaves it out.
    """
    found: dict[str, Any] = deepcopy(dict(base))
    for key in ("numbers", "near", "engageable", "quality", "languages"):
        found[key] = {**_table(found, key), **_table(more, key)}
    names = _table(found, "names")
    found["names"] = {
        key: [*names.get(key, []), *_table(more, "names").get(key, [])] for key in {**names, **_table(more, "names")}
    }
    kinds = {kind["id"]: kind for kind in _kinds(found)}
    for kind in _kinds(more):
        known = kinds.get(kind["id"], {})
        kept = [] if kind.get("replace") else known.get("signs", [])
        kinds[kind["id"]] = {**known, **kind, "signs": [*kept, *kind.get("signs", [])]}
    found["kinds"] = [kind for kind in kinds.values() if not kind.get("off")]
    found.update({key: value for key, value in more.items() if key not in _TABLES})
    left_out = set(kinds) - {kind["id"] for kind in found["kinds"]}
    unwelcome = found["engageable"].get("not", [])
    if isinstance(unwelcome, list):
        found["engageable"]["not"] = [each for each in unwelcome if each not in left_out]
    return found


def read(data: Mapping[str, Any]) -> Rules:
    """Make rules from their data; InvalidInput names the place and what to mend."""
    if unknown := set(data) - _TABLES:
        raise InvalidInput(reason=say("{key!r} means nothing in the rules of segments.", key=min(unknown)))
    names = {key: _strings(value, f"names.{key}") for key, value in _table(data, "names").items()}
    kinds = tuple(_kind(each, names) for each in _kinds(data))
    ids = [kind.id for kind in kinds]
    if twice := {each for each in ids if ids.count(each) > 1}:
        raise InvalidInput(reason=say("There are two kinds {kind!r}.", kind=min(twice)))
    unwelcome = _strings(_table(data, "engageable").get("not", []), "engageable.not")
    if missing := set(unwelcome) - set(ids):
        raise InvalidInput(reason=say("engageable.not names {kind!r}, which is no kind.", kind=min(missing)))
    quality = {key: _number(value, f"quality.{key}") for key, value in _table(data, "quality").items()}
    if set(quality) != set(QUALITY) or abs(sum(quality.values()) - 100) > 1e-6 or min(quality.values()) < 0:
        raise InvalidInput(
            reason=say("quality gives points to {parts}, and they add up to 100.", parts=", ".join(QUALITY))
        )
    near = _table(data, "near")
    small = {code: _strings(words, f"languages.{code}") for code, words in _table(data, "languages").items()}
    numbers = _table(data, "numbers")
    if unknown := set(numbers) - {"active_days"}:
        raise InvalidInput(reason=say("{key!r} means nothing in the rules of segments.", key=min(unknown)))
    return Rules(
        active_days=_number(numbers.get("active_days", 30), "numbers.active_days"),
        near_countries=frozenset(each.upper() for each in _strings(near.get("countries", []), "near.countries")),
        near_languages=frozenset(each.lower() for each in _strings(near.get("languages", []), "near.languages")),
        unwelcome=unwelcome,
        quality=quality,
        kinds=kinds,
        languages={code: pattern(words, {}) for code, words in small.items()},
        small_words=frozenset(word for words in small.values() for word in words),
    )


def _kind(data: Mapping[str, Any], names: Mapping[str, Sequence[str]]) -> Kind:
    place = say("Kind {kind!r}", kind=data["id"])
    if unknown := set(data) - _KIND_KEYS:
        raise _wrong(place, say("{key!r} means nothing", key=min(unknown)))
    signs = data.get("signs", [])
    if not isinstance(signs, list) or not signs:
        raise _wrong(place, say("it needs at least one sign"))
    return Kind(
        id=data["id"],
        name=str(data.get("name", data["id"])),
        needs=_number(data.get("needs", 2), f"{data['id']}.needs"),
        signs=tuple(_sign(each, place, names) for each in signs),
    )


def _sign(data: Any, place: str, names: Mapping[str, Sequence[str]]) -> Sign:
    if not isinstance(data, Mapping) or set(data) != {"when", "points", "say"}:
        raise _wrong(place, say("a sign has `when`, `points` and `say`"))
    when, told = data["when"], data["say"]
    if not isinstance(when, list) or not when or not isinstance(told, str):
        raise _wrong(place, say("a sign has `when`, `points` and `say`"))
    try:
        told.format(word="", value=0.0)
    except (LookupError, ValueError):
        raise _wrong(place, say("`say` may only name {{word}} and {{value}}")) from None
    return Sign(tuple(_test(each, place, names) for each in when), _number(data["points"], place), told)


def _test(data: Any, place: str, names: Mapping[str, Sequence[str]]) -> Words | Fact:
    if isinstance(data, Mapping) and "words" in data and not set(data) - {"in", "words", "unless"}:
        texts = _strings(data.get("in", ["bio"]), place)
        if set(texts) <= set(TEXTS):
            looked = pattern(_strings(data["words"], place), names)
            return Words(texts, looked, pattern(_strings(data.get("unless", []), place), names))
        raise _wrong(place, say("words stand in {texts}", texts=", ".join(TEXTS)))
    if isinstance(data, Mapping) and isinstance(data.get("fact"), str) and not set(data) - {"fact", *LIMITS}:
        limits = [None if data.get(key) is None else _number(data[key], place) for key in LIMITS[1:]]
        is_ = data.get("is")
        if (isinstance(is_, bool) and limits == [None] * 3) or (is_ is None and limits != [None] * 3):
            return Fact(data["fact"], is_, *limits)
    raise _wrong(place, say("a test has `words`, or a `fact` with `is`, `at_least`, `at_most` or `below`"))


def _wrong(place: str, reason: str) -> InvalidInput:
    return InvalidInput(reason=f"{place}: {reason}.")


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key, {})
    if not isinstance(found, Mapping):
        raise InvalidInput(reason=say("[{key}] is a table of the rules of segments.", key=key))
    return found


def _kinds(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = data.get("kinds", [])
    if not isinstance(found, list) or not all(
        isinstance(each, Mapping) and isinstance(each.get("id"), str) and each["id"] for each in found
    ):
        raise InvalidInput(reason=say("Each of [[kinds]] has an `id`."))
    return found


def _strings(value: Any, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise InvalidInput(reason=say("{place} is a list of words.", place=place))
    return tuple(value)


def _number(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e12 < value < 1e12:
        raise InvalidInput(reason=say("{place} is not a number.", place=place))
    return float(value)
