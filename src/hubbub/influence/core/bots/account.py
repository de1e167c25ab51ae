"""What is known of accounts before their likelihood of being a bot is found: one account, or columns of many."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

Floats = NDArray[np.float64]
Number = TypeVar("Number", float, Floats)
UNKNOWN: Final = math.nan
DAY_S: Final = 86_400
POSTS_TO_REACT_TO: Final = 50
"""Of fewer posts, how many react on average is chance."""


@dataclass(frozen=True, slots=True)
class Account:
    """What a network and one's own archive tell about an account. None is unknown."""

    handle: str = ""
    name: str = ""
    followers: float | None = None
    follows: float | None = None
    posts: float | None = None
    likes: float | None = None  # that it gave
    listed: float | None = None  # on how many lists of others
    joined_at: datetime | None = None
    bio: str | None = None
    place: str | None = None
    link: str | None = None
    verified: bool | None = None
    has_avatar: bool | None = None
    own_look: bool | None = None  # changed colours or header since it joined
    reactions: float | None = None  # of others, on average, to an own post
    bought: float | None = None  # share of the followers
    copies: float | None = None  # shares, see `behaviour.py`
    clockwork: float | None = None
    in_step: float | None = None
    churn: float | None = None
    gone: bool = False  # deleted or suspended


class Facts(NamedTuple, Generic[Number]):
    """The same in numbers: one account in floats, or many in arrays. NaN is unknown; flags are 0 or 1."""

    followers: Number
    follows: Number
    posts: Number
    likes: Number
    listed: Number
    days: Number  # since it joined, at least one
    verified: Number
    no_avatar: Number
    plain_look: Number
    digits: Number  # in the handle
    names_itself: Number  # a bot, in its name or bio
    bait: Number
    no_bio: Number
    no_place: Number
    no_link: Number
    reactions: Number  # where there are posts enough
    bought: Number
    copies: Number
    clockwork: Number
    in_step: Number
    churn: Number


FACTS: Final = Facts._fields

_BOT_NAME = re.compile(
    r"(?:^|[^A-Za-z])(?:[Bb]ots?|[Aa]utopost\w*)(?:$|[^A-Za-z])|[a-z]Bot(?:$|[^a-z])"
    r"|[a-z](?<!tal)(?<!ab)(?<!ca)(?<!tur)bot$",  # Talbot, Abbot and Cabot are people, a turbot is a fish
)
_BOT_BIO = re.compile(
    r"\b(?:a|am|i'm|is|this|twitter|friendly|unofficial) (?:\w+ )?bot\b|\bbot (?:by|that|which|made)\b|\bautomated\b"
    r"|\b(?:posts?|tweets?|toots?) (?:\w+ ){0,4}every (?:\w+ )?(?:minutes?|hours?|day)\b",
    re.IGNORECASE,
)
_BAIT = re.compile(r"\b(?:free|claim|win|followers|crypto|airdrop|giveaway|voucher|18\+|cash prizes?)\b", re.IGNORECASE)


def facts_of(account: Account, now: datetime) -> Facts[float]:
    """Return one account in numbers. Counts that can't be (below 0, a joining date to come) are unknown."""
    bio, posts = account.bio, _count(account.posts)
    return Facts(  # in their order: this is on the way of every case
        _count(account.followers),
        _count(account.follows),
        posts,
        _count(account.likes),
        _count(account.listed),
        _days(account.joined_at, now),
        _flag(account.verified),
        1 - _flag(account.has_avatar),
        1 - _flag(account.own_look),
        float(sum(map(str.isdigit, _local(account.handle)))),
        float(names_itself(account) or says_so(account)),
        UNKNOWN if bio is None else float(_BAIT.search(bio) is not None),
        _missing(bio),
        _missing(account.place),
        _missing(account.link),
        _count(account.reactions) if posts >= POSTS_TO_REACT_TO else UNKNOWN,
        _count(account.bought),
        _count(account.copies),
        _count(account.clockwork),
        _count(account.in_step),
        _count(account.churn),
    )


def facts_of_many(accounts: Sequence[Account], now: datetime) -> Facts[Floats]:
    """Return many accounts in numbers, a column each."""
    rows = np.array([facts_of(account, now) for account in accounts], dtype=np.float64).reshape(-1, len(FACTS))
    return Facts(*rows.T)


def columns(**known: Any) -> Facts[Floats]:
    """Return columns of many accounts from arrays of one length; what is not given is unknown of all.

    Raises InvalidInput where a column is not one of `FACTS` or lengths differ.
    """
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in known.items()}
    if strange := sorted(arrays.keys() - set(FACTS)):
        raise InvalidInput(
            reason=say(
                "Accounts have no column '{name}'. Their columns: {columns}.",
                name=strange[0],
                columns=", ".join(FACTS),
            )
        )
    shapes = {array.shape for array in arrays.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1:
        raise InvalidInput(reason="Columns of accounts are of one length, and there is at least one.")
    unknown = np.full(shapes.pop(), UNKNOWN)
    return Facts(
        **{name: np.where(arrays[name] >= 0, arrays[name], UNKNOWN) if name in arrays else unknown for name in FACTS}
    )


def names_itself(account: Account) -> bool:
    """Return whether the handle or name says it is a bot."""
    return bool(_BOT_NAME.search(_local(account.handle)) or _BOT_NAME.search(account.name))


def says_so(account: Account) -> bool:
    """Return whether the bio says it is automatic."""
    return bool(account.bio and _BOT_BIO.search(account.bio))


def _local(handle: str) -> str:
    """A handle without its server: 'mia' of '@mia@social.example' or 'mia.bsky.social'."""
    return handle.lstrip("@").partition("@")[0].partition(".")[0]


def _count(number: float | None) -> float:
    return float(number) if number is not None and number >= 0 else UNKNOWN


def _flag(known: bool | None) -> float:
    return UNKNOWN if known is None else float(known)


def _missing(text: str | None) -> float:
    return UNKNOWN if text is None else float(not text.strip())


def _days(joined_at: datetime | None, now: datetime) -> float:
    if joined_at is None or joined_at > now:
        return UNKNOWN
    return max((now - joined_at).total_seconds() / DAY_S, 1.0)
