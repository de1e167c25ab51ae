"""How much an account weighs: is it a bot, and how many people see what it says. An open formula.

Reach = followers x (1 - share that was bought) x chance that one follower sees one post.

The chance is that of `reach.visibility`: with 1,500 posts received a day, 200 read in a sitting and one sitting a day
it is 11.8 %.

How likely it is a bot is told by `bots/`: every sign adds its points to the log-odds, and says so in words.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hubbub.influence.core.bots.account import Account
from hubbub.influence.core.bots.likelihood import likelihood
from hubbub.influence.core.reach.visibility import SITTINGS, chance
from hubbub.kernel.speech import figure, say

FEW_SITTINGS, MANY_SITTINGS = 0.4, 2.5  # what the interval is made from

REACTIONS_PER_FOLLOWER: Final = 0.0005  # five in ten thousand: real followers react at least so much
BOUGHT_AT_MOST: Final = 0.98
MOSTLY: Final = 0.5
UNKNOWN_FOLLOWERS: Final = 200
UNKNOWN_REACH_HIGH: Final = 5_000


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
    if profile.followers is None:
        found = likelihood(_account(profile, 0.0), now)
        return Weight(
            p_bot=found.p_bot,
            reach=UNKNOWN_FOLLOWERS * p_seen(),
            reach_low=0.0,
            reach_high=UNKNOWN_REACH_HIGH,
            reasons=(say("how many follow is unknown, so the reach is a guess"), *found.reasons),
        )
    bought, bought_reasons = _bought(profile, profile.followers, now)
    found = likelihood(_account(profile, bought), now)
    real = profile.followers * (1 - bought)
    return Weight(
        p_bot=found.p_bot,
        reach=real * p_seen(),
        # Half as many bought as seems, or half of what is left bought too: the share is a guess.
        reach_low=real * (1 - bought / 2) * p_seen(FEW_SITTINGS),
        reach_high=profile.followers * (1 - bought * bought) * p_seen(MANY_SITTINGS),
        reasons=(say("{number:,} followers", number=profile.followers), *bought_reasons, *found.reasons),
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


def _account(profile: Profile, bought: float) -> Account:
    """What the likelihood of a bot is read from. Followers most of whom were bought make nobody a person."""
    return Account(
        handle=profile.handle,
        name=profile.name,
        followers=profile.followers if bought < MOSTLY else None,
        follows=profile.follows,
        posts=profile.posts,
        reactions=profile.reactions,
        bought=bought,
        joined_at=profile.joined_at,
        bio=profile.bio,
        has_avatar=profile.has_avatar,
    )


def _days(joined_at: datetime | None, now: datetime) -> float | None:
    """How old the account is, at least one day; None if unknown or after now."""
    if joined_at is None or joined_at > now:
        return None
    return max((now - joined_at).total_seconds() / 86_400, 1.0)


def _few(number: float) -> str:
    """A number in words, its tenth only where it is small."""
    return figure(number, ",.1f" if number < 10 else ",.0f")
