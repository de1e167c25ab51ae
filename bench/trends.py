"""Bursts: how many false alarms in quiet weeks, and how many planted bursts are found, how soon.

Simulated topics of all sizes, from two posts a day to thousands an hour, each with its own week: hours, weekdays, slow
growth, days that are livelier or duller than others, hours that are, and posts that answer each other. Eight weeks are
the past; then four quiet weeks are looked at every five minutes, and bursts of thirty minutes are planted into others.
A planted burst has four to twelve times the usual of its hour, and at least twelve posts in its first ten minutes.

false_a_topic   alarms a topic in four quiet weeks; bar: at most 1
found           share of planted bursts found within ten minutes; bar: at least 0.9
found_small     the same of those with four to six times the usual
look_ms         one look at a topic

    python bench/trends.py [--topics 60] [--bursts 400]
"""

import argparse
import json
import time

import numpy as np

from hubbub.listening.core.bursts import DAY_H, EVERY_MIN, GOES_ON_MIN, WEEK_H, WEEKS, burst

QUIET_WEEKS = 4


def main() -> None:
    """Simulate, look, count."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--topics", type=int, default=60)
    asked.add_argument("--bursts", type=int, default=400)
    given = asked.parse_args()
    rng = np.random.default_rng(2012)
    false, looks, took = 0, 0, 0.0
    for number in range(given.topics):
        minutes = _minutes(_expected(rng, number), rng)
        began = time.perf_counter()
        found, looked = _alarms(minutes)
        took += time.perf_counter() - began
        false, looks = false + found, looks + looked
    hits = {True: 0, False: 0}
    tried = {True: 0, False: 0}
    for number in range(given.bursts):
        small = number % 2 == 0
        hit = _planted(rng, number, small)
        tried[small] += 1
        hits[small] += hit
    figures = {
        "false_a_topic": round(false / given.topics, 3),
        "found": round(sum(hits.values()) / given.bursts, 3),
        "found_small": round(hits[True] / tried[True], 3),
        "look_ms": round(1000 * took / looks, 3),
        "topics": given.topics,
        "bursts": given.bursts,
    }
    figures["met"] = figures["false_a_topic"] <= 1 and figures["found"] >= 0.9
    print(json.dumps(figures))


def _expected(rng: np.random.Generator, number: int) -> np.ndarray:
    """Return what each hour of twelve weeks is expected to have."""
    hours = (WEEKS + QUIET_WEEKS) * WEEK_H
    rate = 10 ** rng.uniform(-1, 3.3)
    day = 0.15 + np.exp(-0.5 * ((np.arange(DAY_H) - rng.uniform(10, 20)) / rng.uniform(2.5, 5)) ** 2)
    week = rng.lognormal(0, 0.25, 7)
    shape = (week[:, None] * (day / day.mean())).ravel()
    growth = np.exp(rng.normal(0, 0.15) * np.arange(hours) / (4 * WEEK_H))
    lively = np.repeat(rng.lognormal(0, 0.15, hours // DAY_H), DAY_H)
    return rate * np.tile(shape, hours // WEEK_H) * growth * lively


def _minutes(expected: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return what is said each minute: hours have their moods, and some posts bring answers."""
    moods = rng.gamma(8, 1 / 8, len(expected))
    minutes = rng.poisson(np.repeat(expected * moods / 60 * 0.85, 60))
    answers = rng.binomial(minutes, 0.15)
    late = np.zeros_like(minutes)
    late[2:] = answers[:-2]
    return minutes + late


def _alarms(minutes: np.ndarray) -> tuple[int, int]:
    """Look every five minutes of the last four weeks; return how many times an alarm began, and the looks."""
    hours = minutes.reshape(-1, 60).sum(1).astype(float)
    first, found, looks = WEEKS * WEEK_H * 60, 0, 0
    seen = -GOES_ON_MIN
    for at in range(first, len(minutes), EVERY_MIN):
        if burst(hours[: at // 60], minutes[at - 60 : at], at % 60) is not None:
            found += at - seen > GOES_ON_MIN
            seen = at
        looks += 1
    return found, looks


def _planted(rng: np.random.Generator, number: int, small: bool) -> bool:
    """Plant a burst at some moment of a topic's last weeks; say whether it is found within ten minutes."""
    while True:
        expected = _expected(rng, number)
        minutes = _minutes(expected, rng)
        at = int(rng.integers(WEEKS * WEEK_H * 60, len(minutes) - 60)) // EVERY_MIN * EVERY_MIN
        times = rng.uniform(4, 6) if small else rng.uniform(6, 12)
        more = expected[at // 60] / 60 * (times - 1)
        planted = rng.poisson(max(more, 1.2), 30)
        if planted[:10].sum() >= 12:
            break
    minutes[at : at + 30] += planted
    hours = minutes.reshape(-1, 60).sum(1).astype(float)
    looks = [at + EVERY_MIN, at + 2 * EVERY_MIN]
    return any(burst(hours[: look // 60], minutes[look - 60 : look], look % 60) is not None for look in looks)


if __name__ == "__main__":
    main()
