"""Which topics match which texts: every topic of every workspace at once, a batch at a time.

All terms are searched for together; what is found is checked for where it begins and ends, first by
vector operations, exactly where these can't tell; and only topics that have a term in a text, or a filter that
leads to it, are asked. Which terms a text has answers most queries; for NEAR, ATLEAST and filters the text and
what else the post tells are looked at, post by post.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hubbub.kernel.text import fold
from hubbub.listening.core.buffer import Buffer, joined
from hubbub.listening.core.letters import encodable
from hubbub.listening.core.query.meaning import Facts, Reading, tells
from hubbub.listening.core.query.nodes import (
    AtLeast,
    Filter,
    Leaf,
    Near,
    Query,
    Term,
    anchors,
    holds,
    leaves,
    terms_of,
)
from hubbub.listening.core.rules import Rules
from hubbub.listening.core.tags import divided
from hubbub.listening.core.terms import Terms

TopicKey = TypeVar("TopicKey", bound=Hashable)
_NONE = np.empty(0, np.int64)


class Matches(Generic[TopicKey]):
    """Which rows of a batch match, and which topics each of them matches.

    `rows` are the rows that match, ascending. `pairs` is a row and the place of a topic among those that the
    matcher was given, for each topic of each row; ascending by both.
    """

    def __init__(self, keys: Sequence[TopicKey], pairs: tuple[NDArray[np.int64], NDArray[np.int64]]) -> None:
        self._keys, self.pairs = keys, pairs
        self._firsts = np.flatnonzero(np.diff(pairs[0], prepend=-1))
        self.rows: NDArray[np.int64] = pairs[0][self._firsts]

    def topics(self, row: int) -> tuple[TopicKey, ...]:
        """Return the topics a row matches, in the order the matcher was given them; none if it matches none."""
        first, end = np.searchsorted(self.pairs[0], (row, row + 1)).tolist()
        return tuple(self._keys[topic] for topic in self.pairs[1][first:end].tolist())

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[int, tuple[TopicKey, ...]]]:
        topics = [self._keys[topic] for topic in self.pairs[1].tolist()]
        bounds = pairwise([*self._firsts.tolist(), len(topics)])
        return ((row, tuple(topics[first:end])) for row, (first, end) in zip(self.rows.tolist(), bounds, strict=True))


class Matcher(Generic[TopicKey]):
    """Topics compiled for matching. One thread at a time may use it."""

    def __init__(self, topics: Sequence[tuple[TopicKey, Query]]) -> None:
        numbers: dict[Term, int] = {}
        for _, query in topics:
            for term in query.terms:
                numbers.setdefault(term, len(numbers))
        self._keys = [key for key, _ in topics]
        self._numbers = numbers
        self._roots = [query.root for _, query in topics]
        plain = [all(isinstance(leaf, Term) for leaf, _ in leaves(root)) for root in self._roots]
        topics_of: list[list[int]] = [[] for _ in numbers]
        self._topics_at: dict[tuple[str, str], list[int]] = {}  # by filter and value
        for topic, root in enumerate(self._roots):
            for anchor in anchors(root) or ():
                if isinstance(anchor, Term):
                    topics_of[numbers[anchor]].append(topic)
                else:
                    for value in anchor.values:
                        self._topics_at.setdefault((anchor.name, value), []).append(topic)
        self._rules = Rules.of(self._roots, plain, topics_of, numbers)
        self._terms = Terms(list(numbers))

    def match(
        self,
        texts: pa.StringArray | Sequence[str],
        facts: Callable[[int], Facts] | None = None,
        *,
        buffer: Buffer | None = None,
        authors: Sequence[pa.Array] = (),
    ) -> Matches[TopicKey]:
        """Return which rows match which topics; a null says nothing.

        `facts` returns what the post of a row tells beside its words; without it every filter counts as passed.
        `buffer` is what `joined` makes of the texts, where it was made already. `authors` are the columns from which
        the facts take who wrote (ids, handles), where these are at hand: then not every row's facts are asked for.
        """
        if not self._keys or not len(texts):
            return Matches(self._keys, (_NONE, _NONE))
        array = texts if isinstance(texts, pa.Array) else _array(texts)
        return self._decided(_Batch(array, facts, authors), *self._present(array, buffer or joined(array)))

    def _present(self, texts: pa.StringArray, buffer: Buffer) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return rows and the numbers of terms that they have, in their text or as parts of their tags."""
        if not self._numbers:
            return _NONE, _NONE
        rows, terms = self._terms.standing(buffer)
        own, parts = divided(texts)
        if len(own):
            coded = parts.dictionary_encode()  # many posts have the same tag
            places, more = self._terms.standing(joined(coded.dictionary))
            codes = coded.indices.to_numpy()
            order, times = np.argsort(codes, kind="stable"), np.bincount(codes, minlength=len(coded.dictionary))
            sizes = times[places]
            firsts = np.repeat(np.cumsum(times)[places] - sizes - (np.cumsum(sizes) - sizes), sizes)
            rows = np.concatenate((rows, own[order[firsts + np.arange(len(firsts))]]))
            terms = np.concatenate((terms, np.repeat(more, sizes)))
        return rows, terms

    def _decided(self, batch: "_Batch", rows: NDArray[np.int64], terms: NDArray[np.int64]) -> Matches[TopicKey]:
        """Return which topics hold, given the terms present in each row."""
        count = max(1, len(self._numbers))
        rows, terms = np.divmod(np.unique(rows * count + terms), count)
        found, topics, sure = self._rules.holding(rows, terms)
        led = batch.led(self._topics_at)
        if led or not sure.all():
            unsure = np.flatnonzero(~sure)
            asked: dict[int, list[int]] = {row: list(more) for row, more in led.items()}
            for row, topic in zip(found[unsure].tolist(), topics[unsure].tolist(), strict=True):
                asked.setdefault(row, []).append(topic)
            more = [
                (row, topic)
                for row, candidates in asked.items()
                for topic in self._exactly(sorted(set(candidates)), _of_row(rows, terms, row), batch, row)
            ]
            more_rows, more_topics = zip(*more, strict=True) if more else ((), ())
            found = np.concatenate((found[sure], np.array(more_rows, np.int64)))
            topics = np.concatenate((topics[sure], np.array(more_topics, np.int64)))
            order = np.lexsort((topics, found))
            found, topics = found[order], topics[order]
        return Matches(self._keys, (found, topics))

    def _exactly(self, topics: Sequence[int], terms: AbstractSet[int], batch: "_Batch", row: int) -> Iterator[int]:
        """Yield the topics that hold for a post."""
        reading = Reading(batch.text(row))

        def has(term: Term) -> bool:
            return self._numbers[term] in terms

        def leaf(node: Leaf, wanted: bool) -> bool:
            match node:
                case Term():
                    return has(node)
                case Near(left, right):
                    return any(map(has, left)) and any(map(has, right)) and reading.near(node)
                case AtLeast(_, times):
                    return any(map(has, terms_of(node))) and reading.times(node) >= times
                case Filter():
                    facts = batch.told(row)
                    return wanted if facts is None else tells(node, facts, reading.text)

        for topic in topics:
            if holds(self._roots[topic], leaf):
                yield topic


class _Batch:
    """The posts of a batch, one at a time."""

    def __init__(
        self, texts: pa.StringArray, facts: Callable[[int], Facts] | None, authors: Sequence[pa.Array]
    ) -> None:
        self._texts, self._facts, self._authors = texts, facts, authors
        self._told: dict[int, Facts] = {}

    def text(self, row: int) -> str:
        return self._texts[row].as_py() or ""

    def told(self, row: int) -> Facts | None:
        if self._facts is None:
            return None
        if row not in self._told:
            self._told[row] = self._facts(row)
        return self._told[row]

    def led(self, topics_at: Mapping[tuple[str, str], Sequence[int]]) -> dict[int, list[int]]:
        """Return the topics that an indexed filter leads each row to."""
        if not topics_at:
            return {}
        if self._authors and self._facts is not None and all(name == "author" for name, _ in topics_at):
            return self._led_by_authors(topics_at)
        everything = sorted({topic for topics in topics_at.values() for topic in topics})
        led: dict[int, list[int]] = {}
        for row in range(len(self._texts)):
            facts = self.told(row)
            if facts is None:
                led[row] = everything
                continue
            keys = [("author", fold(facts.author)), ("author", fold(facts.account))]
            keys += [("site", part) for host in (facts.site, *facts.links) for part in _domains(host)]
            if found := sorted({topic for key in keys for topic in topics_at.get(key, ())}):
                led[row] = found
        return led

    def _led_by_authors(self, topics_at: Mapping[tuple[str, str], Sequence[int]]) -> dict[int, list[int]]:
        led: dict[int, set[int]] = {}
        for column in self._authors:
            coded = column.dictionary_encode()
            names = coded.dictionary.to_pylist()
            found = {
                place: topics
                for place, name in enumerate(names)
                if name is not None and (topics := topics_at.get(("author", fold(name))))
            }
            if not found:
                continue
            places = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
            rows = np.flatnonzero(np.isin(places, list(found)))
            for row, place in zip(rows.tolist(), places[rows].tolist(), strict=True):
                led.setdefault(row, set()).update(found[place])
        return {row: sorted(led[row]) for row in sorted(led)}


def _domains(host: str) -> Iterator[str]:
    """Yield a host and the domains it belongs to: a.example.com, example.com, com."""
    while host:
        yield host
        host = host.partition(".")[2]


def _of_row(rows: NDArray[np.int64], terms: NDArray[np.int64], row: int) -> frozenset[int]:
    first, end = np.searchsorted(rows, (row, row + 1)).tolist()
    return frozenset(terms[first:end].tolist())


def _array(texts: Sequence[str]) -> pa.StringArray:
    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        return pa.array([encodable(text) for text in texts], pa.string())
