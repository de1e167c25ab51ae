"""An audience sorted into kinds of people, each with its evidence in words; who of them can be engaged."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hubbub.influence.core.audience.places import countries, languages
from hubbub.influence.core.audience.rules import Fact, Rules, Sign, Words
from hubbub.influence.core.audience.words import bare, word_in
from hubbub.influence.core.reach.given import Floats, Ints
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say, say_many

Bools = np.ndarray
DAY_S: Final = 86_400
_NO_ACCOUNT = mark("People have a column `account` of whole numbers, each once.")
_NO_FACT = mark("The column {name!r} holds neither numbers nor yes and no.")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why somebody is of a kind."""

    kind: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Audience:
    """People, a row each, with what is told of them. Deleted accounts are counted, and have no row."""

    rules: Rules
    people: pa.Table
    account: Ints
    days_silent: Floats
    """Since the last post; nan: never posted, or not known."""
    country: np.ndarray
    """Codes; empty: not told."""
    language: np.ndarray
    signs: Bools
    """Which sign fits whom, of shape (n_signs, n_people), kind after kind."""
    kinds: Mapping[str, Bools]
    active: Bools
    near: Bools
    welcome: Bools
    """Of none of the kinds that are not engageable."""
    deleted: int

    def __len__(self) -> int:
        return len(self.account)

    @property
    def engageable(self) -> Bools:
        """Who is active, near enough, and welcome."""
        return np.asarray(self.active & self.near & self.welcome)

    def counts(self) -> dict[str, int]:
        """Return how many there are of each kind; somebody may be of several."""
        return {kind: int(np.count_nonzero(who)) for kind, who in self.kinds.items()}

    def countries(self) -> dict[str, int]:
        """Return how many are in each country, most first; '' those of whom it is not told."""
        return dict(Counter(self.country.tolist()).most_common())

    def languages(self) -> dict[str, int]:
        """Return how many speak each language, most first."""
        return dict(Counter(self.language.tolist()).most_common())

    def of(self, kind: str) -> Ints:
        """Return the rows of a kind."""
        return np.flatnonzero(self.kinds[kind])

    def evidence(self, row: int) -> tuple[Evidence, ...]:
        """Return of which kinds somebody is, each with its reasons in words."""
        person = self.people.slice(row, 1).to_pylist()[0]
        found, at = [], 0
        for kind in self.rules.kinds:
            fits = self.signs[at : at + len(kind.signs), row]
            at += len(kind.signs)
            if self.kinds[kind.id][row]:
                told = (_said(sign, person) for sign, fit in zip(kind.signs, fits, strict=True) if fit)
                found.append(Evidence(kind.id, tuple(dict.fromkeys(told))))
        return tuple(found)

    def why(self, row: int) -> tuple[str, ...]:
        """Return what makes somebody engageable or not: when they last posted, where they are, what they are."""
        silent, country, language = self.days_silent[row], self.country[row], self.language[row]
        posts = self.people["posts"][row].as_py() if "posts" in self.people.column_names else None
        if silent < 1:
            when = say("last posted within a day")
        elif not np.isnan(silent):
            when = say_many("last posted {number} day ago", "last posted {number:,} days ago", int(silent))
        else:
            when = say("has never posted") if posts == 0 else say("when they last posted is not known")
        if country:
            where = say("is in {country}", country=country)
        else:
            where = say("where they are is not told")
            if language:
                where = say("where they are is not told, and they speak {language}", language=language)
        names = {kind.id: kind.name for kind in self.rules.kinds}
        what = [say(names[kind]) for kind in self.rules.unwelcome if self.kinds[kind][row]]
        return (when, where, *what)


def segment(people: pa.Table, rules: Rules, now: float) -> Audience:
    """Sort people into kinds.

    Parameters
    ----------
    people : `account` (whole numbers, each once), and what is known of: handle, name, bio, place, language, said
        (recent posts, joined), posts, followers, follows, last_posted (seconds since 1970), p_bot, score, deleted (yes
        or no), and any other column that the rules name as a fact. Null is not known, nor is a column that is missing.
        `balance`, how many one follows for each follower, is worked out
    now : seconds since 1970

    Raises
    ------
    InvalidInput
        If accounts are missing or twice there, or a fact is text.
    """
    if "account" not in people.column_names or not pa.types.is_integer(people["account"].type):
        raise InvalidInput(reason=_NO_ACCOUNT)
    if people["account"].null_count or pc.count_distinct(people["account"]).as_py() != len(people):
        raise InvalidInput(reason=_NO_ACCOUNT)
    deleted = 0
    if "deleted" in people.column_names:
        here = pc.invert(pc.fill_null(people["deleted"], False))
        deleted = len(people) - int(pc.sum(here).as_py() or 0)
        people = people.filter(here)
    people = _with_balance(people.combine_chunks())
    columns = _Columns(people)
    silent = np.maximum((now - columns.number("last_posted")) / DAY_S, 0.0)
    country = countries(columns.text("place"), columns.text("bio"))
    spoken = pc.binary_join_element_wise(columns.bare("bio"), columns.bare("said"), " ")
    language = languages(columns.text("language"), spoken, rules.languages)
    signs, kinds = [], {}
    for kind in rules.kinds:
        fits = [columns.fits(sign) for sign in kind.signs]
        points = sum(sign.points * fit for sign, fit in zip(kind.signs, fits, strict=True))
        kinds[kind.id] = np.asarray(points >= kind.needs) & np.logical_or.reduce(fits)
        signs += fits
    unwelcome = [kinds[kind] for kind in rules.unwelcome]
    return Audience(
        rules=rules,
        people=people,
        account=np.asarray(people["account"], np.int64),
        days_silent=silent,
        country=country,
        language=language,
        signs=np.array(signs, bool).reshape(len(signs), len(people)),
        kinds=kinds,
        active=silent <= rules.active_days,
        near=_near(country, language, rules),
        welcome=~np.logical_or.reduce(unwelcome) if unwelcome else np.ones(len(people), bool),
        deleted=deleted,
    )


def _with_balance(people: pa.Table) -> pa.Table:
    if "balance" in people.column_names or not {"followers", "follows"} <= set(people.column_names):
        return people
    followers = pc.max_element_wise(people["followers"].cast(pa.float64()), 1.0, skip_nulls=False)
    return people.append_column("balance", pc.divide(people["follows"].cast(pa.float64()), followers))


def _near(country: np.ndarray, language: np.ndarray, rules: Rules) -> Bools:
    """Who is in one of the countries; whose country is not told, by language. With neither set, everybody is near."""
    if not rules.near_countries and not rules.near_languages:
        return np.ones(len(country), bool)
    by_language = np.isin(language, list(rules.near_languages))
    if not rules.near_countries:
        return np.asarray(by_language)
    return np.asarray(np.isin(country, list(rules.near_countries)) | ((country == "") & by_language))


class _Columns:
    """What is known of people, as texts and numbers; each is made once."""

    def __init__(self, people: pa.Table) -> None:
        self._people = people
        self._texts: dict[tuple[str, str], pa.StringArray] = {}
        self._numbers: dict[str, Floats] = {}

    def text(self, name: str) -> pa.StringArray:
        """Return a text column as it was written."""
        if name not in self._people.column_names:
            return pa.repeat("", len(self._people))
        return pc.fill_null(self._people[name].combine_chunks().cast(pa.string()), "")

    def bare(self, name: str, unless: str = "") -> pa.StringArray:
        """Return a text column as patterns want it, without what is to be struck out."""
        if (name, unless) not in self._texts:
            self._texts[name, unless] = (
                pc.replace_substring_regex(self.bare(name), unless, " ") if unless else bare(self.text(name))
            )
        return self._texts[name, unless]

    def number(self, name: str) -> Floats:
        """Return a column of numbers, yes being 1; nan where it is not known."""
        if name not in self._numbers:
            if name not in self._people.column_names:
                found = np.full(len(self._people), np.nan)
            else:
                column = self._people[name].combine_chunks()
                if not (pa.types.is_boolean(column.type) or _is_number(column.type)):
                    raise InvalidInput(reason=say(_NO_FACT, name=name))
                found = np.asarray(pc.fill_null(column.cast(pa.float64()), float("nan")))
            self._numbers[name] = found
        return self._numbers[name]

    def fits(self, sign: Sign) -> Bools:
        """Return whom a sign fits."""
        found = np.ones(len(self._people), bool)
        for test in sign.when:
            found &= self._has(test) if isinstance(test, Words) else _between(self.number(test.fact), test)
        return found

    def _has(self, test: Words) -> Bools:
        found = np.zeros(len(self._people), bool)
        for name in test.texts if test.found else ():
            found |= np.asarray(pc.match_substring_regex(self.bare(name, test.unless), test.found))
        return found


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind))


def _between(values: Floats, test: Fact) -> Bools:
    if test.is_ is not None:
        return np.asarray(values == float(test.is_))
    found = ~np.isnan(values)
    for limit, fits in ((test.at_least, np.greater_equal), (test.at_most, np.less_equal), (test.below, np.less)):
        if limit is not None:
            found &= fits(values, limit)
    return np.asarray(found)


def _said(sign: Sign, person: Mapping[str, Any]) -> str:
    """A sign in words, with the word and the number by which it fits this person."""
    word, value = "", 0.0
    for test in reversed(sign.when):  # the first of a kind of test is the one that is told
        if isinstance(test, Words):
            found = (word_in(str(person.get(text) or ""), test.found, test.unless) for text in test.texts)
            word = next(filter(None, found), "")
        elif test.is_ is None:
            value = float(person.get(test.fact) or 0.0)
    return say(sign.say, word=word, value=value)
