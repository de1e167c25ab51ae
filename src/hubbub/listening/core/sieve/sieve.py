"""The sieve: lets through what may matter, and says which of it names something we know."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hubbub.channels.core.contract import Keys
from hubbub.kernel.batch import Lines
from hubbub.kernel.hashing import MASK, MIX
from hubbub.kernel.octets import Quoted, eights_of, octets_of
from hubbub.listening.core.characters import table
from hubbub.listening.core.query.nodes import Query
from hubbub.listening.core.sieve.needles import Needle, needle_of_name, needles_of, number_of_pair, number_of_word
from hubbub.listening.core.sieve.scan import FIRST, NAME, TOPIC, scan

_BITS_A_WORD = 16
_SMALLEST_LOG2 = 15


@dataclass(frozen=True, slots=True)
class Picked:
    """The lines that may matter: their places, ascending, and which of them name something we know."""

    rows: NDArray[np.int64]
    named: NDArray[np.bool_]


class Sieve:
    """The words that lead to the posts of some queries, and those of names. One thread at a time may use it.

    Parameters
    ----------
    keys : what stands where in a line
    queries : what topics ask for
    names : ids, handles and uris; a line that holds one is let through as one that names something we know
    """

    def __init__(self, keys: Keys, queries: Iterable[Query], names: Iterable[str] = ()) -> None:
        self._all_keys = keys
        self._known: dict[int, int] = {}  # by number of the word: what it says
        self._prefixes = 0
        self._signs = self._everything = False
        self._where: set[str] = set(keys.words)
        for where, needle in set(needles_of(queries, keys.site)):
            self._add(needle, TOPIC)
            self._where.update({"words": keys.words, "author": keys.names, "site": (*keys.words, *keys.sites)}[where])
        for name in {*names, *keys.always}:
            self._add(needle_of_name(name), NAME)
            self._where.update(keys.names)
        self._lay_out()

    def following(self, names: Iterable[str]) -> "Sieve":
        """Return a sieve that lets through what holds these names, too."""
        made = copy(self)
        made._known, made._where = dict(self._known), set(self._where)
        for name in names:
            made._add(needle_of_name(name), NAME)
            made._where.update(self._all_keys.names)
        made._lay_out()
        return made

    def follow(self, names: Iterable[str]) -> None:
        """Let through what holds these names, too."""
        before = len(self._known)
        fresh = {needle for name in names if (needle := needle_of_name(name)) is not None}
        numbers = [number_of_word(needle.words[0]) for needle in fresh]
        if fresh and not self._where.issuperset(self._all_keys.names):
            self._where.update(self._all_keys.names)
            self._compile_keys()
        for needle in fresh:
            self._add(needle, NAME)
        if len(self._known) * _BITS_A_WORD > self._bits.size * 8 * 2:
            self._lay_out()
        elif len(self._known) > before or numbers:
            for number in numbers:
                self._put(number, self._known.get(number, 0))

    def pick(self, lines: Lines) -> Picked:
        """Return which lines may matter. All that `parse` could make a match of are among them."""
        if self._everything:
            return Picked(np.arange(len(lines)), np.zeros(len(lines), np.bool_))
        found = np.empty(len(lines), np.uint8)
        form, traits = table()
        scan(
            octets_of(lines.data),
            *eights_of(lines.data),
            self._keys.ends(lines.data),
            lines.starts,
            lines.ends,
            form,
            traits,
            self._bits,
            np.uint64(self._shift),
            self._table,
            self._flags,
            np.uint64(self._prefixes),
            self._signs,
            found,
        )
        rows = np.flatnonzero(found)
        return Picked(rows, (found[rows] & NAME) != 0)

    def _compile_keys(self) -> None:
        self._keys = Quoted(sorted(self._where))

    def _add(self, needle: Needle | None, says: int) -> None:
        if needle is None:
            self._everything = True
        elif needle.signs:
            self._signs = True
            signs = [ord(sign) for sign in needle.signs]
            self._say(signs[0] if len(signs) == 1 else number_of_pair(*signs), says)
        elif needle.prefix:
            self._prefixes |= 1 << len(needle.words[0].encode())
            self._say(number_of_word(needle.words[0]) ^ MASK, says)
        else:
            numbers = [number_of_word(word) for word in needle.words]
            if len(numbers) == 2:
                self._say(numbers[0], FIRST)
            self._say(numbers[0] if len(numbers) == 1 else number_of_pair(*numbers), says)

    def _say(self, number: int, says: int) -> None:
        if number:
            self._known[number] = self._known.get(number, 0) | says
        else:  # the one number that stands for no word
            self._everything = True

    def _lay_out(self) -> None:
        """Put all words into tables four times as large as they need to be."""
        self._compile_keys()
        wanted = max(1, len(self._known))
        log2 = max(_SMALLEST_LOG2, (wanted * _BITS_A_WORD - 1).bit_length())
        self._shift = 64 - log2
        self._bits = np.zeros(1 << log2 - 3, np.uint8)
        self._table = np.zeros(1 << log2 - 2, np.uint64)
        self._flags = np.zeros(1 << log2 - 2, np.uint8)
        for number, says in self._known.items():
            self._put(number, says)

    def _put(self, number: int, says: int) -> None:
        mixed = number * MIX & MASK
        place = mixed >> self._shift
        self._bits[place >> 3] |= 1 << (place & 7)
        mask = len(self._table) - 1
        slot = mixed >> 20 & mask
        while self._flags[slot] and int(self._table[slot]) != number:
            slot = slot + 1 & mask
        self._table[slot], self._flags[slot] = number, says
