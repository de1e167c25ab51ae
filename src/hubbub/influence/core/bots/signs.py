"""The signs of a bot: what each is read from, in which direction it points, and from where to where it grows.

A sign never turns round: the more digits, the likelier a bot, whatever one set of accounts says. That, flat ends and
the least points are what carries over from one set to the next (Yang et al., 2020, find that it hardly does without).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from typing import Any, Final

from hubbub.influence.core.bots.account import Facts

Read = Callable[[Facts[Any], Callable[[Any], Any]], Any]
"""From facts and a logarithm, that of numbers or that of arrays."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign. Its points change only between its knots; `least` is what each step between them counts at least."""

    name: str
    read: Read
    knots: tuple[float, ...]
    points_up: bool  # whether more of it makes a bot likelier
    least: tuple[float, ...] = ()
    from_zero: bool = False  # 0 points at its first knot; otherwise 0 points for the average account


def _log1p(*numbers: float) -> tuple[float, ...]:
    return tuple(log(1 + number) for number in numbers)


def _logs(*numbers: float) -> tuple[float, ...]:
    return tuple(map(log, numbers))


SIGNS: Final = (
    Sign(
        "followers",
        lambda f, ln: ln(f.followers + 1),
        _log1p(5, 30, 150, 1_000, 10_000, 200_000),
        False,
    ),
    Sign("listed", lambda f, ln: ln(f.listed + 1), _log1p(0, 2, 10, 50, 500), False),
    Sign("likes", lambda f, ln: ln(f.likes + 1), _log1p(0, 5, 50, 500, 3_000), False),
    Sign(
        "likes_to_posts",
        lambda f, ln: ln((f.likes + 1) / (f.posts + 1)),
        _logs(0.0003, 0.006, 0.05, 0.2, 1),
        False,
    ),
    Sign(
        "follows_to_followers",
        lambda f, ln: ln((f.follows + 1) / (f.followers + 1)),
        _logs(1, 2.7, 7.4, 55),
        True,
    ),
    Sign("follows", lambda f, ln: ln(f.follows + 1), _log1p(0, 2, 10, 50, 150), False),
    Sign("posts_a_day", lambda f, ln: ln((f.posts + 1) / f.days), _logs(5, 15, 50, 150), True),
    Sign("posts", lambda f, ln: ln(f.posts + 1), _log1p(0, 3, 20, 100, 500), False),
    # Older than some five years says nothing more: the people of such sets are often among the first who joined.
    Sign("days", lambda f, ln: ln(f.days), _logs(10, 60, 365, 1_000, 2_000), False, least=(0.2, 0.2, 0.2, 0)),
    Sign("follows_a_day", lambda f, ln: ln((f.follows + 1) / f.days), _logs(0.5, 2, 10, 50), True),
    Sign("verified", lambda f, _: f.verified, (0, 1), False),
    Sign("no_avatar", lambda f, _: f.no_avatar, (0, 1), True, least=(0.5,)),
    Sign("plain_look", lambda f, _: f.plain_look, (0, 1), True),
    Sign("digits", lambda f, _: f.digits, (3, 4, 6, 8), True, least=(0.2, 0.4, 0.4), from_zero=True),
    Sign("names_itself", lambda f, _: f.names_itself, (0, 1), True, from_zero=True),
    Sign("bait", lambda f, _: f.bait, (0, 1), True, least=(0.5,)),
    Sign("no_bio", lambda f, _: f.no_bio, (0, 1), True, least=(0.3,)),
    Sign("no_place", lambda f, _: f.no_place, (0, 1), True),
    Sign("no_link", lambda f, _: f.no_link, (0, 1), True),
)
"""What points are learnt for."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The points of a sign: straight lines between (x, y), level beyond the first and the last."""

    x: tuple[float, ...]
    y: tuple[float, ...]


BY_HAND: Final = (
    (Sign("reactions", lambda f, _: f.reactions, (), False), Curve((0.0, 0.05, 0.5), (0.7, 0.7, -1.0))),
    (Sign("bought", lambda f, _: f.bought, (), True), Curve((0.3, 0.9), (0.0, 1.0))),
    (Sign("copies", lambda f, _: f.copies, (), True), Curve((0.4, 0.7, 0.9), (0.0, 1.0, 2.0))),
    (Sign("clockwork", lambda f, _: f.clockwork, (), True), Curve((0.3, 0.6, 0.9), (0.0, 1.0, 2.0))),
    (Sign("in_step", lambda f, _: f.in_step, (), True), Curve((0.05, 0.2, 0.6), (0.0, 1.0, 2.5))),
    (Sign("churn", lambda f, _: f.churn, (), True), Curve((0.1, 0.4, 0.8), (0.0, 0.8, 1.6))),
)
"""Points nobody has labels for yet: set by hand, as what the papers named in `behaviour.py` lead one to expect.

They begin where nine of ten people of the demo world end, who say a few things again and again, as customers do.
"""
