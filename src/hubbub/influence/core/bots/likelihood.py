"""How likely one account is a bot, and why, in words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hubbub.influence.core.bots.account import Account, facts_of, says_so
from hubbub.influence.core.bots.model import ONE_IN_TEN, Model, log_odds
from hubbub.kernel.speech import figure, say

WORTH_SAYING: Final = 0.15
"""Points below which a sign is not told: it changes the likelihood by less than one in seventy."""
OLD_DAYS: Final = 5 * 365
YOUNG_DAYS: Final = 30
OFTEN: Final = 20  # posts a day
SOME_POSTS: Final = 50


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely an account is a bot. `reasons`: the weightiest first; `points`: what each sign counts."""

    p_bot: float
    reasons: tuple[str, ...]
    points: Mapping[str, float]


def likelihood(account: Account, now: datetime, model: Model | None = None, share: float = ONE_IN_TEN) -> Likelihood:
    """Return how likely an account is a bot, where `share` of accounts are before anything is known.

    Of an account that is gone nothing more can be seen: what stood there last would be a verdict that nobody can check.
    So it is as likely a bot as any, and says so. An account without posts is judged by its profile alone.
    """
    if account.gone:
        return Likelihood(share, (say("the account is gone, so whether it was a bot is unknown"),), {})
    judge, facts = model or Model.shipped(), facts_of(account, now)
    points = judge.points(facts)
    odds = log_odds(share) + judge.odds(facts, points)
    days = (now - account.joined_at).total_seconds() / 86_400 if account.joined_at else None
    telling = [name for name, each in points.items() if each >= WORTH_SAYING or each <= -WORTH_SAYING]
    telling.sort(key=lambda name: -abs(points[name]))
    reasons = [words for name in telling if (words := _words(name, points[name], account, days))]
    if account.posts == 0:
        reasons.append(say("has never posted, so only its profile can be judged"))
    if all(each is None for each in (account.posts, account.followers, account.follows, account.joined_at)):
        reasons.append(say("whether it is a bot is unknown"))
    return Likelihood(1 / (1 + math.exp(-max(min(odds, 30.0), -30.0))), tuple(dict.fromkeys(reasons)), points)


def _words(name: str, points: float, account: Account, days: float | None) -> str:
    """One sign in words; '' where what it counts is the ordinary case and not worth a sentence."""
    return _against(name, account, days) if points < 0 else _profile(name, account, days) or _behaviour(name, account)


def _profile(name: str, account: Account, days: float | None) -> str:
    posts, followers, follows = account.posts, account.followers, account.follows
    match name:
        case "names_itself" if says_so(account):
            return say("its own words say it is automatic")
        case "names_itself":
            return say("calls itself a bot")
        case "bait":
            return say("its own words offer something for free")
        case "digits":
            return say("{number} digits in the name", number=sum(map(str.isdigit, account.handle)))
        case "posts_a_day" if posts and days is not None and posts / max(days, 1.0) >= OFTEN:
            return say("posts {number:,.0f} times a day", number=posts / max(days, 1.0))
        case "days" if days is not None and days < YOUNG_DAYS:
            return say("joined {number:.0f} days ago", number=days) if days >= 2 else say("joined within two days")
        case "follows_to_followers" if follows is not None and followers is not None:
            return say("follows {follows:,.0f}, followed by {followers:,.0f}", follows=follows, followers=followers)
        case "follows" if follows is not None and follows <= 1 and (posts or 0) >= SOME_POSTS:
            return say("posts, but follows nobody")
        case "follows_a_day" if follows and days is not None and follows / max(days, 1.0) >= OFTEN:
            return say("began to follow {number:,.0f} a day", number=follows / max(days, 1.0))
        case "likes_to_posts" if account.likes is not None and (posts or 0) >= SOME_POSTS:
            return say("{posts:,.0f} posts, but liked only {likes:,.0f} of others", posts=posts, likes=account.likes)
        case "no_avatar":
            return say("has no picture")
        case "no_bio":
            return say("says nothing about itself")
        case "no_place":
            return say("names no place")
        case "plain_look":
            return say("looks as every new account looks")
    return ""


def _behaviour(name: str, account: Account) -> str:
    match name:
        case "reactions":
            return say("nobody reacts")
        case "bought":
            return say("many of its followers look bought")
        case "copies":
            return say("{share:.0%} of its posts are near copies of each other", share=account.copies)
        case "clockwork":
            return say("posts as regularly as a clock")
        case "in_step":
            return say("{share:.0%} of its posts came in the minute of the same words elsewhere", share=account.in_step)
        case "churn":
            return say("takes back {share:.0%} of its follows within a week", share=account.churn)
    return ""


def _against(name: str, account: Account, days: float | None) -> str:
    """What speaks for a person."""
    match name:
        case "days" if days is not None and days > OLD_DAYS:
            return say("an old account")
        case "verified":
            return say("verified by its network")
        case "listed" if account.listed:
            return say("on {number:,.0f} lists of others", number=account.listed)
        case "likes" | "likes_to_posts" if account.likes:
            return say("likes what others post: {number:,.0f} times", number=account.likes)
        case "reactions":
            number = account.reactions or 0.0
            told = figure(number, ",.1f" if number < 10 else ",.0f")
            return say("others react: {number} times to a post", number=told)
    return ""
