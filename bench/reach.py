"""Reach and audiences: whether intervals hold in a made world, and how long a million followers take.

coverage80        the share of posts whose number of people who saw it lies inside the 80 % interval told before
coverage80_told   the same after the network told impressions of thirty earlier posts
error_told        how far off reach is then, in the middle
hours_rank        Spearman of hours by gain with how many really see posts said in them
hours_rank_unseen the same if nothing tells when posts come into feeds
coverage80_gain   the share of hours whose true gain lies inside its interval, and `_unseen` again
sure, sure_right  the share of hours that are called surely better than average, and how many of these are
there             how many are told to be still there, by how many are
million_s         CPU seconds for a million followers of whom half act: activity, then effective reach by hour
lurkers_s         CPU seconds for a million of whom nothing but a guess of their feeds is known
segments_s        CPU seconds to sort a million people into kinds
peak_gb           most memory at a time

The world is not the model's: people sit down in bouts, read an hour after they act, feeds come by day more than by
night, some read far more than others, and how much is read differs by audience within a factor that the model does
not see.

    python bench/reach.py [--audiences 40] [--seed 1] [--small]
"""

import argparse
import json
import resource
import time
from dataclasses import replace

import numpy as np
import pyarrow as pa

from hubbub.influence.core.audience.rules import extended, read, shipped
from hubbub.influence.core.audience.segments import segment
from hubbub.influence.core.reach.activity import HOURS, activity
from hubbub.influence.core.reach.calibration import calibration
from hubbub.influence.core.reach.effective import Followers, Reach, Reading, effective
from hubbub.influence.core.reach.feed import flow
from hubbub.influence.core.reach.given import Floats, Ints
from hubbub.influence.core.reach.true import p_there

DAYS, DAY_S, PEOPLE = 56, 86_400, 400
POSTS, TELLING = 1_500, 60  # said in all, which tells what hours are really like; of which so many are looked at
BEGIN = 4 * DAY_S  # a Monday


def world(rng: np.random.Generator) -> tuple[Reach, Reach, Ints, Floats]:
    """Return what is told of an audience, with and without hours of feeds, the hours of posts, and who saw each."""
    home = rng.choice([0, 0, 0, -5, 1, 8], PEOPLE)
    peak = (rng.choice([8.0, 13.0, 20.0], PEOPLE, p=[0.25, 0.2, 0.55]) - home) % 24
    often = rng.lognormal(0.1, 0.6, PEOPLE)  # bouts a day
    deep = 200 * rng.lognormal(0, 0.5, PEOPLE) * rng.lognormal(0, 0.7)  # what all of an audience share is not seen
    comes = rng.lognormal(np.log(1_200), 0.8, PEOPLE)
    acts, whose, sittings = [], [], []
    for who in range(PEOPLE):
        days = np.repeat(np.arange(DAYS), rng.poisson(often[who], DAYS))
        at = days + (peak[who] + rng.normal(0, 2.5, len(days))) / 24
        again = at + rng.exponential(0.05, len(at))  # they look again soon
        sat = np.sort(np.r_[at, again[rng.random(len(at)) < 0.5]])
        sittings.append(sat + 1 / 24)
        seen = sat[rng.random(len(sat)) < rng.beta(0.3, 2)]  # who acts at all in a sitting
        acts.append(BEGIN + seen.clip(0) * DAY_S)
        whose.append(np.full(len(seen), who))
    minutes = np.arange(DAYS * 1_440) / 1_440
    busy = 1 + 0.6 * np.sin(2 * np.pi * (minutes - 0.4))
    feed = np.r_[0, np.cumsum(busy)] / 1_440  # of a day's posts
    heard = BEGIN + rng.choice(minutes, 5_000, p=busy / busy.sum()) * DAY_S  # a sample of what comes
    found = activity(np.concatenate(whose), np.concatenate(acts), PEOPLE)
    known = np.where(rng.random(PEOPLE) < 0.5, home.astype(float), np.nan)
    rough = np.full(PEOPLE, 0.8)
    people = replace(
        Followers.unknown(PEOPLE), activity=found, zone=known, received=np.full(PEOPLE, 1_200.0), spread=rough
    )
    said = rng.uniform(0, DAYS - 7, POSTS)
    saw = np.zeros(POSTS)
    for who in range(PEOPLE):
        sat = sittings[who]
        at = np.searchsorted(sat, said)
        reads = at < len(sat)
        until = sat[np.minimum(at, len(sat) - 1)] if len(sat) else said
        above = comes[who] * (_at(feed, until) - _at(feed, said))
        saw += reads & (rng.exponential(deep[who], POSTS) >= above)
    hours = (said * 24).astype(np.int64) % HOURS
    return effective(people, Reading(flow=flow(heard))), effective(people), hours, saw


def _at(feed: Floats, day: Floats) -> Floats:
    return np.asarray(feed[np.clip((day * 1_440).astype(int), 0, len(feed) - 1)])


def worlds(count: int, seed: int) -> dict[str, float]:
    """Return how well reach, its intervals and hours do."""
    rng = np.random.default_rng(seed)
    inside, told_inside, missed = [], [], []
    ranks: dict[str, list[float]] = {"": [], "_unseen": []}
    fits: dict[str, list[float]] = {"": [], "_unseen": []}
    sure: dict[str, list[bool]] = {"": [], "_unseen": []}
    for _ in range(count):
        reach, unseen, hours, saw = world(rng)
        truth = np.array([saw[hours % 24 == hour].mean() for hour in range(24)])
        truth = truth / truth.mean() - 1
        for name, each in (("", reach), ("_unseen", unseen)):
            gain, low, high = (of.reshape(7, 24).mean(0) for of in (each.gain, each.gain_low, each.gain_high))
            ranks[name].append(_spearman(gain, truth))
            sure[name] += [bool(good > 0) for good, least in zip(truth, low, strict=True) if least > 0]
            fits[name].append(float(np.mean((low <= truth) & (truth <= high))))
        hour, came = hours[:TELLING], saw[:TELLING]
        inside.append(np.mean((reach.low[hour] <= came) & (came <= reach.high[hour])))
        half = TELLING // 2
        learnt = calibration(reach.by_hour[hour[:half]], came[:half])
        told, later = reach.by_hour[hour[half:]], came[half:]
        least, most = learnt.between(told)
        told_inside.append(np.mean((least <= later) & (later <= most)))
        missed.append(np.abs(np.log(learnt(told) / np.maximum(later, 1))))
    return {
        "coverage80": float(np.mean(inside)),
        "coverage80_told": float(np.mean(told_inside)),
        "error_told": float(np.expm1(np.median(np.concatenate(missed)))),
        **{f"hours_rank{name}": float(np.mean(each)) for name, each in ranks.items()},
        **{f"sure{name}": len(each) / 24 / count for name, each in sure.items()},
        **{f"sure_right{name}": float(np.mean(each)) if each else 1.0 for name, each in sure.items()},
        **{f"coverage80_gain{name}": float(np.mean(each)) for name, each in fits.items()},
    }


def _spearman(one: Floats, two: Floats) -> float:
    ranks = [np.argsort(np.argsort(each)) for each in (one, two)]
    return float(np.asarray(np.corrcoef(ranks))[0, 1])


def there(seed: int) -> float:
    """Return how many are told to be still there by how many are, where rates differ and people leave as they like."""
    rng = np.random.default_rng(seed)
    n, watched = 20_000, 180
    rate, stays = rng.gamma(0.7, 0.3, n), rng.exponential(365, n)
    counts, last = np.zeros(n), np.full(n, np.nan)
    for who in range(n):
        at = rng.uniform(0, watched, rng.poisson(rate[who] * watched))
        at = at[at < stays[who]]
        counts[who] = len(at)
        last[who] = watched - at.max() if len(at) else np.nan
    return float(p_there(counts, last, np.full(n, watched)).sum() / (stays > watched).sum())


def timed(n: int, seed: int) -> dict[str, float]:
    """Return CPU seconds for so many followers, by the million."""
    rng = np.random.default_rng(seed)
    who, at = rng.integers(0, n // 2, 10 * n), BEGIN + rng.integers(0, 90 * DAY_S, 10 * n)
    effective(Followers.unknown(3))  # compiled before
    begun = time.process_time()
    acts = activity(who, at, n)
    zone = np.where(rng.random(n) < 0.5, np.nan, rng.integers(-8, 9, n))
    feeds = rng.lognormal(7, 1, n)
    effective(replace(Followers.unknown(n), activity=acts, zone=zone, received=feeds, p_bot=rng.beta(1, 8, n)))
    busy = time.process_time() - begun
    begun = time.process_time()
    effective(replace(Followers.unknown(n), received=feeds, spread=np.full(n, 0.8)))
    lurking = time.process_time() - begun
    words = np.array(
        ["coffee", "father", "of", "contact", "centre", "consultant", "journalist", "the", "I", "love", "und"]
    )
    bios = [" ".join(row) for row in words[rng.integers(0, len(words), (n, 9))]]
    people = pa.table(
        {"account": np.arange(n), "bio": bios, "place": rng.choice(["London", "Leeds, UK", "", "Paris"], n)}
    )
    rules = read(extended(shipped(), {"names": {"ours": ["Acme"], "market": ["contact cent*"]}}))
    begun = time.process_time()
    segment(people, rules, BEGIN)
    sorting = time.process_time() - begun
    scale = 1e6 / n
    return {"million_s": busy * scale, "lurkers_s": lurking * scale, "segments_s": sorting * scale}


def main() -> None:
    """Measure, and print one line of JSON last."""
    given = argparse.ArgumentParser()
    given.add_argument("--audiences", type=int, default=40)
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--small", action="store_true", help="a tenth of a million, scaled up")
    options = given.parse_args()
    found = worlds(options.audiences, options.seed) | {"there": there(options.seed)}
    found |= timed(100_000 if options.small else 1_000_000, options.seed)
    found["peak_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    for name, value in found.items():
        print(f"{name:18} {value:8.3f}")
    print(json.dumps({name: round(value, 4) for name, value in found.items()}))


if __name__ == "__main__":
    main()
