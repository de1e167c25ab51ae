"""What accounts do, as signs of a bot: near copies, the clock, step with others, follows taken back. Whole batches.

Each is a share from 0 to 1 of one account, NaN where it did too little to tell. Reposts are no posts here: to hand on
somebody's words is no sign of a machine.

References
----------
A. Z. Broder (1997). On the resemblance and containment of documents. (min-wise hashes)
K.-I. Goh and A.-L. Barabasi (2008). Burstiness and memory in complex systems. EPL 81.
C. M. Zhang and V. Paxson (2011). Detecting and analyzing automated activity on Twitter. (minutes of the hour)
D. Pacheco et al. (2021). Uncovering coordinated networks on social media. ICWSM. (same words at the same time)
"""

import re
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hubbub.influence.core.bots.account import DAY_S, Floats
from hubbub.kernel.errors import InvalidInput

Ints = NDArray[np.int64]
Marks = NDArray[np.uint32]

BANDS: Final = 4
ROWS: Final = 4
"""Texts that share .8 of their pairs of words are found nine times in ten, those that share .3 three times in 100."""
WORDS_AT_LEAST: Final = 4  # 'good morning' is said by everybody
POSTS_AT_LEAST: Final = 10
SAME_MOMENT_S: Final = 60
TAKEN_BACK_S: Final = 7 * DAY_S
HOUR_S: Final = 3_600

_NOISE = re.compile(r"https?://\S+|@\w+|\b\d+\b")
_WORD = re.compile(r"\w+")
_chance = np.random.default_rng(63)
_TIMES: Final = _chance.integers(1, 2**32, BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
_PLUS: Final = _chance.integers(0, 2**32, BANDS * ROWS, dtype=np.uint64)


def marks_of(texts: Sequence[str]) -> Marks:
    """Return what near copies have in common, shape (n, BANDS): any equal column. A text of few words has only zeros.

    Links, handles and numbers are left out of the comparison: they are what such texts are filled with.
    """
    found = np.zeros((len(texts), BANDS), dtype=np.uint32)
    for row, text in enumerate(texts):
        words = _WORD.findall(_NOISE.sub(" ", text.lower()))
        if len(words) >= WORDS_AT_LEAST:
            pairs = {zlib.crc32(f"{one} {two}".encode()) for one, two in pairwise(words)}
            hashed = np.fromiter(pairs, dtype=np.uint64, count=len(pairs))[:, np.newaxis] * _TIMES + _PLUS
            least = (hashed >> np.uint64(29)).astype(np.uint32).min(axis=0).reshape(BANDS, ROWS)
            found[row] = [zlib.crc32(band.tobytes()) | 1 for band in least]
    return found


def copies(account: Ints, marks: Marks, accounts: int) -> Floats:
    """Return which share of an account's posts are near copies of others of its posts, shape (accounts,)."""
    account = _checked(account, marks, accounts)
    long = marks.any(axis=1)
    again = np.zeros(len(account), dtype=np.bool_)
    for band in marks.T:
        _, place, count = np.unique(
            account * (1 << 32) + band.astype(np.int64), return_inverse=True, return_counts=True
        )
        again |= long & (count[place] > 1)
    return _shares(account[long], again[long], accounts)


def in_step(account: Ints, at: Ints, marks: Marks, accounts: int) -> Floats:
    """Return which share of an account's posts came within a minute of a near copy by another, shape (accounts,).

    `at` is in seconds.
    """
    account = _checked(account, marks, accounts, at)
    long = marks.any(axis=1)
    together = np.zeros(len(account), dtype=np.bool_)
    for band in marks.T:
        order = np.lexsort((account, at, band))
        for apart in (1, 2):  # an own second copy may stand between
            one, two = order[:-apart], order[apart:]
            near = (band[one] == band[two]) & (at[two] - at[one] <= SAME_MOMENT_S) & (account[one] != account[two])
            together[one[near]] = together[two[near]] = True
    return _shares(account[long], together[long], accounts)


def clockwork(account: Ints, at: Ints, accounts: int) -> Floats:
    """Return how regularly each account posts, shape (accounts,): 0 as chance has it or in bursts, 1 like a clock.

    The larger of two: how even the times between posts are (1 minus their spread by their mean), and how much the posts
    come at one place of the hour (the length of the mean direction); each beyond what chance makes of so few.
    """
    account = _checked(account, account[:, np.newaxis], accounts, at)
    order = np.lexsort((at, account))
    account, at = account[order], at[order]
    posts = np.bincount(account, minlength=accounts)
    known = posts >= POSTS_AT_LEAST
    same = account[1:] == account[:-1]
    of, gaps = account[1:][same], np.diff(at)[same].astype(np.float64)
    n = np.maximum(np.bincount(of, minlength=accounts), 1)
    mean = np.bincount(of, gaps, accounts) / n
    spread = np.sqrt(np.maximum(np.bincount(of, (gaps - mean[of]) ** 2, accounts) / n, 0))
    even = 1 - spread / np.where(mean > 0, mean, np.inf)
    even[mean == 0] = 0.0  # all at one moment: an import, no clock
    even = _beyond_chance(even, n)
    angle = at % HOUR_S * (2 * np.pi / HOUR_S)
    length = np.hypot(np.bincount(account, np.cos(angle), accounts), np.bincount(account, np.sin(angle), accounts))
    # Posts within one hour are near each other by any clock: what counts is coming back to the same place of it.
    hours = np.bincount(np.unique(account * (1 << 40) + at // HOUR_S) >> 40, minlength=accounts)
    one_place = _beyond_chance(length / np.maximum(posts, 1), hours)
    found: Floats = np.where(known, np.clip(np.maximum(even, one_place), 0, 1), np.nan)
    return found


def churn(account: Ints, whom: Ints, at: Ints, begins: NDArray[np.bool_], accounts: int) -> Floats:
    """Return which share of its follows each account took back within a week, shape (accounts,).

    One row for each time somebody began (`begins`) or ceased to follow somebody; `at` in seconds. A follow counts once
    for each time it was begun; what was followed before the rows begin is not seen.
    """
    account = _checked(account, whom[:, np.newaxis], accounts, at)
    order = np.lexsort((~begins, at, whom, account))
    account, whom, at, begins = account[order], whom[order], at[order], begins[order]
    back = np.zeros(len(account), dtype=np.bool_)
    same = (account[1:] == account[:-1]) & (whom[1:] == whom[:-1])
    back[:-1] = same & begins[:-1] & ~begins[1:] & (np.diff(at) <= TAKEN_BACK_S)
    return _shares(account[begins], back[begins], accounts)


def earned(followers: Floats) -> Floats:
    """Return the followers of each account without those that came overnight, shape (n,).

    `followers` is a count for each day, shape (n, days), the latest last. A day on which more came than on all the
    other days together, and at least a thousand, is taken out: news can make one famous in a day, but then the days
    around it are loud, too. NaN where nothing is known.
    """
    gained = np.clip(np.diff(np.nan_to_num(followers), axis=1), 0, None)
    most = gained.max(axis=1, initial=0)
    jump = (most >= 1_000) & (most > gained.sum(axis=1) - most)
    found: Floats = followers[:, -1] - np.where(jump, most, 0)
    return found


def _beyond_chance(found: Floats, n: Ints) -> Floats:
    """0 for what chance reaches once in some forty times with n of them, 1 for 1; of four or fewer nothing is said."""
    by_chance = 2 / np.sqrt(np.maximum(n, 5))
    beyond: Floats = np.where(n >= 5, (found - by_chance) / (1 - by_chance), 0.0)
    return beyond


def _shares(account: Ints, hit: NDArray[np.bool_], accounts: int) -> Floats:
    of = np.bincount(account, minlength=accounts)
    hits = np.bincount(account, hit, accounts)
    found: Floats = np.where(of >= POSTS_AT_LEAST, hits / np.maximum(of, 1), np.nan)
    return found


def _checked(account: Ints, beside: NDArray[np.generic], accounts: int, at: Ints | None = None) -> Ints:
    if len(beside) != len(account) or (at is not None and len(at) != len(account)):
        raise InvalidInput(reason="Each act has one account and one time.")
    if len(account) and not 0 <= account.min() <= account.max() < accounts:
        raise InvalidInput(reason="Accounts are numbered from 0 to one less than how many there are, one for each act.")
    return np.asarray(account, dtype=np.int64)
