"""How many people see a post, by the hour in which it is said, and the best hours for it.

Effective reach = Σ over followers of (1 - likelihood of a bot) · chance of being still there · chance of seeing it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from hubbub.influence.core.reach.activity import HOURS, Activity, usual, weeks, zones_of
from hubbub.influence.core.reach.given import Floats, Ints, amounts, chances, rows
from hubbub.influence.core.reach.hours import all_seen, own_week, scratch, seen_by_hour
from hubbub.influence.core.reach.visibility import OFF, POSTS_READ, POSTS_RECEIVED, SITTINGS
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark

TENTH: Final = 1.2816
"""Standard deviations beyond which a tenth lies: 80 % are between, on both sides."""
GROUPS: Final = 20
_ZONES = mark("A time zone is from 14 hours behind to 14 hours ahead of UTC.")


@dataclass(frozen=True, slots=True)
class Reading:
    """What is taken of readers of whom nothing is known, and how wrong it may be."""

    read: float = POSTS_READ
    """Posts read in a sitting, on average."""
    sittings: float = SITTINGS
    """A day."""
    off: float = OFF
    """How many times too high or low all of it together may be in four of five audiences."""
    strength: float = 20.0
    """Hours of activity from which somebody's own week weighs more than that of all."""
    flow: Floats | None = None
    """What comes into feeds by hour of the week, as multiples of the average hour (`feed.flow`); None: not known,
    taken to lie halfway between the same at all hours and as all act, and gains are as unsure as that."""


@dataclass(frozen=True, slots=True)
class Followers:
    """Who follows, a row each."""

    p_bot: Floats
    """Likelihood of being automated or spam."""
    p_there: Floats
    """Chance of being still active."""
    received: Floats
    """Posts a day that come into their feed: the median where it is not known exactly."""
    spread: Floats
    """How exactly that is known, as a standard deviation of its logarithm; 0: exactly."""
    sittings: Floats
    """A day; nan: not known."""
    zone: Floats
    """Hours ahead of UTC; nan: not known, then told from their hours if they tell."""
    activity: Activity

    def __len__(self) -> int:
        return len(self.p_bot)

    @classmethod
    def unknown(cls, n: int) -> "Followers":
        """Return so many followers of whom nothing is known, in the worked example's feeds."""
        none = Activity(np.zeros(n + 1, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(n, np.int64))
        full = np.full(n, np.nan)
        return cls(np.zeros(n), np.ones(n), np.full(n, POSTS_RECEIVED), np.zeros(n), full, full, none)


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people see a post, by the hour of the week (UTC) in which it is said; arrays of 168."""

    followers: int
    by_hour: Floats
    low: Floats
    """With four of five posts between this and `high`."""
    high: Floats
    gain: Floats
    """By what share an hour is better than the average one."""
    gain_low: Floats
    gain_high: Floats
    seen: Floats
    """For each follower, the chance of seeing a post said at any time, if real and there."""

    @property
    def people(self) -> float:
        """How many see a post said at any time."""
        return float(self.by_hour.mean())

    @property
    def between(self) -> tuple[float, float]:
        """Between what it lies, with 80 %."""
        return float(self.low.mean()), float(self.high.mean())


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the week to post in."""

    hour: int
    """Of the week in the zone asked for: 0 is Monday from midnight on."""
    people: float
    gain: float
    """By what share it is better than the average hour, and between what that lies with 80 %."""
    low: float
    high: float

    @property
    def weekday(self) -> int:
        """Return the day, 0 being Monday."""
        return self.hour // 24

    @property
    def clock(self) -> int:
        """Return the hour of the day."""
        return self.hour % 24

    @property
    def sure(self) -> bool:
        """Whether it is better than the average, with nine in ten."""
        return self.low > 0


def sittings(activity: Activity, days: float, usual: float = SITTINGS) -> Floats:
    """Return sittings a day of each account watched for so many days, from those in which it acted.

    Who acts in more sittings than usual has more; who acts in fewer may still read, so the usual is the least.
    Shrunk as if each had been watched for a week more, with the usual.
    """
    return np.asarray(np.maximum(usual, (activity.sittings + 7 * usual) / (days + 7)))


def effective(followers: Followers, reading: Reading | None = None) -> Reach:
    """Return how many of them see a post, by the hour in which it is said, with 80 % intervals.

    The interval holds what readers have in common and nobody knows (`reading.off`), and chance. That of the gain
    is a jackknife over twenty groups of followers, by turns, so that it shows how well their hours are known; and what
    an hour more or less between reading and acting would change, and feeds whose hours are not known.

    Raises
    ------
    InvalidInput
        If rows do not fit together, or something is no number that can be.
    """
    reading, n = reading or Reading(), len(followers)
    bot, there = chances(followers.p_bot), chances(followers.p_there)
    received, spread = amounts(followers.received), amounts(followers.spread)
    sits = amounts(followers.sittings, unknown=True)
    rows(bot, there, received, spread, sits, followers.zone, followers.activity.sittings)
    here = (1 - bot) * there
    if (np.abs(followers.zone) > 14).any():
        raise InvalidInput(reason=_ZONES)
    if not n:
        nobody = np.zeros(HOURS)
        return Reach(0, nobody, nobody, nobody, nobody, nobody, nobody, np.zeros(0))
    acts, group = followers.activity, np.arange(n) % GROUPS
    zone = _zones(acts, followers.zone, group, reading.strength)
    sits = np.where(np.isnan(sits), reading.sittings, sits)
    by_group = weeks(acts, zone, group, GROUPS, reading.strength)
    week = usual(by_group.sum(0))
    flows = _flows(acts) if reading.flow is None else (reading.flow,)
    like, first = _alike(acts, zone, sits, received, spread, group)
    people = np.bincount(like, here)
    seen, low, high, varies = np.zeros((GROUPS, HOURS)), *np.zeros((3, HOURS))
    each = np.zeros(len(first))
    all_seen(
        acts.starts[first], acts.starts[first + 1], acts.hours, acts.counts, zone[first], sits[first],
        received[first], spread[first], people, np.bincount(like, here * here), group[first], week, flows[0],
        reading.read, reading.strength, reading.off, seen, low, high, varies, each, scratch(),
    )  # fmt: skip
    borrowed = np.average(reading.strength / (acts.acts() + reading.strength), weights=here) if here.any() else 1.0
    typical = (float(np.median(zone)), float(np.median(sits)), float(np.median(received)))
    without = _without(by_group, typical, flows[0], reading) ** borrowed
    told = [_gain(_typical(week, typical, other, reading)) for other in flows]
    unsure = np.abs(np.array(told) - told[0]).max(0)
    return _reach(n, seen, without, unsure, low, high, varies, each[like])


def best_hours(reach: Reach, *, zone: int = 0) -> tuple[Hour, ...]:
    """Return all hours of the week, the best first; empty where nobody would see anything.

    Parameters
    ----------
    zone : whole hours ahead of UTC in which to tell them
    """
    if not reach.people:
        return ()
    return tuple(
        Hour(
            int((hour + zone) % HOURS),
            float(reach.by_hour[hour]),
            float(reach.gain[hour]),
            float(reach.gain_low[hour]),
            float(reach.gain_high[hour]),
        )
        for hour in np.argsort(-reach.by_hour, kind="stable")
    )


def _zones(acts: Activity, given: Floats, group: Ints, strength: float) -> Floats:
    """Time zones: those known, else told from hours, else the middle one of the audience, else UTC."""
    told = zones_of(acts, usual(weeks(acts, given, group, GROUPS, strength).sum(0)))
    zone = np.where(np.isnan(given), told, given)
    known = zone[~np.isnan(zone)]
    return np.where(np.isnan(zone), np.median(known) if len(known) else 0.0, zone)


def _alike(
    acts: Activity, zone: Floats, sits: Floats, received: Floats, spread: Floats, group: Ints
) -> tuple[Ints, Ints]:
    """Return which row stands for each follower, and the followers who stand for all: most never act, and are alike.

    Amounts are alike within two percent.
    """
    key = np.rint((zone + 14) * 2).astype(np.int64) * GROUPS + group
    for amount, most in ((received, 4_096), (sits, 4_096), (spread, 512)):
        key = key * most + np.rint(np.minimum(np.log1p(amount) / 0.02, most - 1)).astype(np.int64)
    key = np.where(np.diff(acts.starts) > 0, -1 - np.arange(len(zone)), key)
    _, first, like = np.unique(key, return_index=True, return_inverse=True)
    return like, first


def _flows(acts: Activity) -> tuple[Floats, ...]:
    """What may come into feeds by hour of the week: most likely; alike at all, and half more at any time of day."""
    as_all_act = usual(np.bincount(acts.hours, acts.counts, minlength=HOURS).astype(np.float64))
    most_at = (1 + 0.5 * np.cos(2 * np.pi * (np.arange(HOURS) - hour) / 24) for hour in (0, 6, 12, 18))
    return (1 + as_all_act) / 2, np.ones(HOURS), as_all_act, *most_at


def _without(by_group: Floats, typical: tuple[float, float, float], flow: Floats, reading: Reading) -> Floats:
    """Return by what factor somebody's hours would differ who is taken to be as all are, had a group not been seen."""
    whole = by_group.sum(0)
    all_ = _typical(usual(whole), typical, flow, reading)
    found = np.array([_typical(usual(whole - left), typical, flow, reading) for left in by_group])
    return np.asarray(np.divide(found, all_, out=np.ones_like(found), where=all_ > 0))


def _typical(week: Floats, typical: tuple[float, float, float], flow: Floats, reading: Reading) -> Floats:
    """Return the chance by hour of somebody who never acts, in a time zone, with sittings and posts received a day."""
    zone, sits, received = typical
    found, room = np.zeros(HOURS), scratch()
    own_week(np.zeros(0, np.int64), np.zeros(0), 0, 0, week, zone, reading.strength, room[0], room[1])
    seen_by_hour(room[1], sits, received, reading.read, flow, room[2], found)
    return found


def _reach(
    n: int, seen: Floats, without: Floats, unsure: Floats, low: Floats, high: Floats, varies: Floats, each: Floats
) -> Reach:
    whole, chance = seen.sum(0), TENTH**2 * np.maximum(varies, 0)
    groups = np.flatnonzero(seen.any(1))
    gain = _gain(whole)
    lowest, highest = np.minimum(gain, _gain(low)), np.maximum(gain, _gain(high))
    if len(groups) > 1:
        others = _gain((whole - seen[groups]) * without[groups])
        varied = (len(groups) - 1) / len(groups) * ((others - others.mean(0)) ** 2).sum(0)
        # Who is seen acting may well read an hour before or after.
        shifts = np.maximum(np.abs(np.roll(gain, 1) - gain), np.abs(np.roll(gain, -1) - gain))
        wide = np.sqrt(TENTH**2 * varied + unsure**2 + shifts**2)
    else:
        wide = np.full(HOURS, np.inf)  # one follower does not tell how much followers differ
    return Reach(
        n,
        whole,
        np.maximum(whole - np.sqrt((whole - low) ** 2 + chance), 0),
        whole + np.sqrt((high - whole) ** 2 + chance),
        gain,
        np.maximum(gain - np.hypot(gain - lowest, wide), -1),
        gain + np.hypot(highest - gain, wide),
        each,
    )


def _gain(by_hour: Floats) -> Floats:
    """By what share hours are better than the average one; 0 where nobody sees anything."""
    mean = by_hour.mean(-1, keepdims=True)
    return np.asarray(np.divide(by_hour, mean, out=np.ones_like(by_hour), where=mean > 0) - 1)
