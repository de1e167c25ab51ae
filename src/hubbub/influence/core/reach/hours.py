"""The chance by hour of the week, compiled: each follower's own hours, and what comes into their feed meanwhile.

Within an hour a follower sits down at the rate λ and the feed moves on by ρ = (posts an hour) / D. A post said at its
beginning is seen with the chance v = λ/κ (1 - e^-κ) + e^-κ v', κ = λ + ρ, where v' is that of the next hour; at a
random moment in it, with λ/κ (1 - a) + a v', a = (1 - e^-κ) / κ. With all hours alike both are 1 / (1 + I / (D s)).
"""

import math

import numpy as np

from hubbub.kernel.compiled import compiled

Row = np.ndarray
WEEK, DAY = 168, 24
ROOT3 = math.sqrt(3.0)


@compiled
def own_week(
    hours: Row, counts: Row, begin: int, end: int, usual: Row, zone: float, strength: float, spread: Row, found: Row
) -> None:
    """Fill in one account's week as multiples of its average hour: what it did, shrunk to the usual of its zone.

    An act counts half for its hour of that weekday, half for that hour of all days, and a quarter of it for the hours
    before and after: who was there on Tuesday at 8:55 may be so on Thursday at 9:05.
    """
    whole = 0.0
    for h in range(WEEK):
        spread[h] = 0.0
    for h in range(DAY):
        spread[WEEK + h] = 0.0
    for row in range(begin, end):
        spread[hours[row]] += counts[row]
        spread[WEEK + hours[row] % DAY] += counts[row]
        whole += counts[row]
    floor = math.floor(zone)
    part = zone - floor
    shift = int(floor)
    for h in range(WEEK):
        before, after = (h - 1) % WEEK, (h + 1) % WEEK
        own = 0.25 * spread[before] + 0.5 * spread[h] + 0.25 * spread[after]
        daily = 0.25 * spread[WEEK + before % DAY] + 0.5 * spread[WEEK + h % DAY] + 0.25 * spread[WEEK + after % DAY]
        expected = (1.0 - part) * usual[(h + shift) % WEEK] + part * usual[(h + shift + 1) % WEEK]
        found[h] = (WEEK * (0.5 * own + 0.5 * daily / 7.0) + strength * expected) / (whole + strength)


@compiled
def seen_by_hour(week: Row, sittings: float, received: float, read: float, flow: Row, decay: Row, mean: Row) -> None:
    """Fill in the chance that a post is seen, by the hour in which it is said."""
    if sittings <= 0.0 or read <= 0.0:
        for h in range(WEEK):
            mean[h] = 0.0
        return
    # Where v begins: from the last hour back, v = fixed + kept · v of the same hour a week later.
    fixed, kept = 0.0, 1.0
    for back in range(WEEK):
        h = WEEK - 1 - back
        looks = sittings / DAY * week[h]
        pace = looks + received / DAY * flow[h] / read
        decay[h] = math.exp(-pace)
        if pace > 0.0:
            fixed = looks / pace * (1.0 - decay[h]) + decay[h] * fixed
        kept *= decay[h]
    after = fixed / (1.0 - kept)
    for back in range(WEEK):
        h = WEEK - 1 - back
        looks = sittings / DAY * week[h]
        pace = looks + received / DAY * flow[h] / read
        if pace > 1e-9:
            share, gone = looks / pace, (1.0 - decay[h]) / pace
            mean[h] = share * (1.0 - gone) + gone * after
            after = share * (1.0 - decay[h]) + decay[h] * after
        else:
            mean[h] = after


@compiled
def all_seen(
    begins: Row, ends: Row, hours: Row, counts: Row, zones: Row, sittings: Row, received: Row, spreads: Row,
    people: Row, squares: Row, groups: Row, usual: Row, flow: Row, read: float, strength: float, off: float,
    by_group: Row, low: Row, high: Row, varies: Row, each: Row, scratch: Row,
) -> None:  # fmt: skip
    """Add up over followers who sees a post, by the hour in which it is said.

    `people` and `squares`: how many a row stands for, each with the likelihood that they are there, and the sum of the
    squares of these. `by_group` (groups, 168), `low`, `high` and `varies` (168) are added to; `each` gets a row's mean
    chance over the week. `scratch` has four rows of 192.
    """
    week, seen, total, decay = scratch[0], scratch[1], scratch[2], scratch[3]
    for i in range(len(zones)):
        own_week(hours, counts, begins[i], ends[i], usual, zones[i], strength, decay, week)
        if spreads[i] > 0.05:
            # How much they receive is known only within a factor: three points weigh as a log-normal does.
            seen_by_hour(week, sittings[i], received[i], read, flow, decay, total)
            for h in range(WEEK):
                total[h] *= 2.0 / 3.0
            for sign in (-1.0, 1.0):
                coming = received[i] * math.exp(sign * ROOT3 * spreads[i])
                seen_by_hour(week, sittings[i], coming, read, flow, decay, seen)
                for h in range(WEEK):
                    total[h] += seen[h] / 6.0
        else:
            seen_by_hour(week, sittings[i], received[i], read, flow, decay, total)
        mean = 0.0
        for h in range(WEEK):
            p = total[h]
            mean += p
            by_group[groups[i], h] += people[i] * p
            low[h] += people[i] * p / (p + (1.0 - p) * off)
            high[h] += people[i] * p * off / (p * off + 1.0 - p)
            varies[h] += people[i] * p - squares[i] * p * p
        each[i] = mean / WEEK


def scratch() -> Row:
    """Return the place in which one follower at a time is worked out."""
    return np.zeros((4, WEEK + DAY))
