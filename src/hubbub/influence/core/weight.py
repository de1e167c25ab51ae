"""How much an account weighs: is it a bot, and how many people see what it says. An open formula.

Reach = followers x (1 - share that was bought) x chance that one follower sees one post.

The chance is that of `reach.visibility`: with 1,500 posts received a day, 200 read in a sitting and one sitting a day
it is 11.8 %.

The likelihood of a bot is a logistic sum: every sign adds its points to the log-odds, and says so in words.
"""

import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hubbub.influence.core.reach.visibility import SITTINGS, chance
from hubbub.kernel.speech import figure, say

FEW_SITTINGS, MANY_SITTINGS = 0.4, 2.5  # what the interval is made from

REACTIONS_PER_FOLLOWER: Final = 0.0005  # five in ten thousand: real followers react at least so much
BOUGHT_AT_MOST: Final = 0.98
UNKNOWN_FOLLOWERS: Final = 200
UNKNOWN_REACH_HIGH: Final = 5_000
LOG_ODDS_AT_REST: Final = math.log(0.1 / 0.9)  # one account in ten, before anything is known


@dataclass(frozen=True, slots=True)
class Profile:
    """What a network tells about an account. None is unknown."""

    handle: str
    name: str = ""
    followers: int | None = None
    follows: int | None = None
    posts: int | None = None
    reactions: float | None = None  # of others, on average, to an own post
    joined_at: datetime | None = None
    bio: str | None = None
    has_avatar: bool | None = None


PROFILE: Final = ("handle", "name", "followers", "follows", "posts", "reactions", "joined_at")
"""What posts carry of it: the rest only a network's own profile tells."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What an account weighs. `reach` counts the people likely to see one post; low and high are a guess around it."""

    p_bot: float
    reach: float
    reach_low: float
    reach_high: float
    reasons: tuple[str, ...]


def p_seen(sittings: float = SITTINGS) -> float:
    """Chance that one follower sees one post.

    >>> round(p_seen(), 3), round(p_seen(1.25), 3)
    (0.118, 0.143)
    """
    return chance(sittings=sittings)


def weight(profile: Profile, now: datetime) -> Weight:
    """Return how likely the account is a bot and how many people see what it says, with reasons in words."""
    p_bot, bot_reasons = _p_bot(profile, now)
    if profile.followers is None:
        return Weight(
            p_bot=p_bot,
            reach=UNKNOWN_FOLLOWERS * p_seen(),
            reach_low=0.0,
            reach_high=UNKNOWN_REACH_HIGH,
            reasons=(say("how many follow is unknown, so the reach is a guess"), *bot_reasons),
        )
    bought, bought_reasons = _bought(profile, profile.followers, now)
    real = profile.followers * (1 - bought)
    return Weight(
        p_bot=p_bot,
        reach=real * p_seen(),
        # Half as many bought as seems, or half of what is left bought too: the share is a guess.
        reach_low=real * (1 - bought / 2) * p_seen(FEW_SITTINGS),
        reach_high=profile.followers * (1 - bought * bought) * p_seen(MANY_SITTINGS),
        reasons=(say("{number:,} followers", number=profile.followers), *bought_reasons, *bot_reasons),
    )


def _bought(profile: Profile, followers: int, now: datetime) -> tuple[float, list[str]]:
    """The share of followers that is likely bought or was gained by following back, and why."""
    if followers < 1_000:
        return 0.0, []
    real, reasons = 1.0, []
    if profile.reactions is not None:
        # One reaction more than counted: a small account's average is a small number.
        heard_by = (max(profile.reactions, 0.0) + 1) / REACTIONS_PER_FOLLOWER
        if heard_by < followers:
            real *= heard_by / followers
            reasons.append(
                say(
                    "{number:,} followers, but {reactions} reactions to a post",
                    number=followers,
                    reactions=_few(profile.reactions),
                )
            )
    days = _days(profile.joined_at, now)
    if profile.reactions is None and days is not None and profile.posts is not None:
        # Nobody can be seen reacting: hundreds of new followers a day need a reason.
        gained = followers / days
        earned = 100 + 200 * profile.posts / days + days
        if gained > earned:
            real *= max(earned / gained, 0.3)
            reasons.append(
                say("{number:,.0f} new followers a day with {posts:,} posts in all", number=gained, posts=profile.posts)
            )
    if profile.follows is not None and followers >= 5_000 and 0.7 < profile.follows / followers < 1.4:
        real *= 0.6
        reasons.append(say("follows {number:,}: many follow only to be followed", number=profile.follows))
    return min(1 - real, BOUGHT_AT_MOST), reasons


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


def _p_bot(profile: Profile, now: datetime) -> tuple[float, list[str]]:
    signs: list[tuple[float, str]] = []
    posts, followers, follows = profile.posts, profile.followers, profile.follows
    handle = profile.handle.lstrip("@").partition("@")[0].partition(".")[0]
    days = _days(profile.joined_at, now)

    if _BOT_NAME.search(handle) or _BOT_NAME.search(profile.name):
        signs.append((3.0, say("calls itself a bot")))
    elif profile.bio and _BOT_BIO.search(profile.bio):
        signs.append((3.0, say("its own words say it is automatic")))
    if profile.bio and _BAIT.search(profile.bio):
        signs.append((0.8, say("its own words offer something for free")))
    digits = sum(letter.isdigit() for letter in handle)
    if digits >= 6:
        signs.append((1.6, say("{number} digits in the name", number=digits)))
    elif digits >= 4:
        signs.append((0.6, say("{number} digits in the name", number=digits)))
    if posts is not None and days is not None:
        rate = posts / days
        if rate >= 20:
            points = 0.6 if rate < 50 else 1.4 if rate < 150 else 2.6
            signs.append((points, say("posts {number:,.0f} times a day", number=rate)))
    if days is not None:
        if days < 30:
            signs.append(
                (0.7, say("joined {number:.0f} days ago", number=days) if days >= 2 else say("joined within two days"))
            )
        elif days > 5 * 365:
            signs.append((-0.4, say("an old account")))
    if followers is not None and follows is not None:
        if follows >= 500 and followers < follows / 10:
            signs.append(
                (1.2, say("follows {follows:,}, followed by {followers:,}", follows=follows, followers=followers))
            )
        elif follows <= 1 and followers < 5_000 and posts is not None and posts >= 50:
            signs.append((1.0, say("posts, but follows nobody")))
    if profile.reactions is not None and posts is not None and posts >= 50:
        if profile.reactions >= 0.5:
            signs.append((-1.0, say("others react: {number} times to a post", number=_few(profile.reactions))))
        elif profile.reactions < 0.05:
            signs.append((0.7, say("nobody reacts")))
    if profile.has_avatar is False:
        signs.append((0.8, say("has no picture")))
    if profile.bio == "":
        signs.append((0.3, say("says nothing about itself")))

    known = any(each is not None for each in (posts, followers, follows, profile.joined_at))
    reasons = [words for _, words in sorted(signs, key=lambda sign: -abs(sign[0]))]
    if not known:
        reasons.append(say("whether it is a bot is unknown"))
    return 1 / (1 + math.exp(-(LOG_ODDS_AT_REST + sum(points for points, _ in signs)))), reasons


def _days(joined_at: datetime | None, now: datetime) -> float | None:
    """How old the account is, at least one day; None if unknown or after now."""
    if joined_at is None or joined_at > now:
        return None
    return max((now - joined_at).total_seconds() / 86_400, 1.0)


def _few(number: float) -> str:
    """A number in words, its tenth only where it is small."""
    return figure(number, ",.1f" if number < 10 else ",.0f")
