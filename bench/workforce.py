"""Erlang's formulas: how quick, and how right.

vs_pyworkforce     how much longer pyworkforce (`pip install pyworkforce==0.5.1`) takes for the agents that 10,000
                   intervals between 1 and 5,000 erlangs need, 80/20; a part of these is timed and counted up. null
                   where it is not installed
differing          intervals of that part where its answer is another; not where its own search begins above ours and
                   ours meets the target
rel_error_bc       largest relative error of Erlang B and C against 50-digit arithmetic, up to 100,000 erlangs
error_a            largest error of who waits and who gives up against the chain of births and deaths, also in deep
                   overload
references_failed  published figures that are not met (`tests/workforce` has them all with their sources)
social_below       posts with a deadline (90 % begun within an hour, four minutes each), twelve cases from none to
                   strong bursts: by how many people, all together, `required_by_deadline` stays below the fewest that
                   meet the target in a simulation of years
social_excess      the largest number of people it is above them, less what is allowed: one, or 5 % of them
vs_simpy           how many times more arrivals a second the simulation takes than simpy (`pip install simpy`): Poisson
                   calls, ten agents; with the drawing of chance. null where it is not installed
sl_against_simulation  served in time, given up and turned away by the formulas, against days played event by event: the
                   worst difference, in units of what is allowed, .002 or three standard errors; 1 is the bar
blended_per_second items a second that are drawn and played where calls, chats and bursty posts share people
search_s           seconds for the cheapest people of four teams over 28 half-hours with these three queues
search_met         whether all targets are met on days that the plan was not found on

    python bench/workforce.py [--intervals 10000] [--timed 300] [--longer 1]
"""

import argparse
import json
import math
import time
from decimal import Decimal, getcontext
from typing import Any

import numpy as np

from hubbub.workforce import (
    Day,
    Kind,
    Queue,
    Routing,
    Targets,
    Team,
    blocking,
    cheapest_staffing,
    on_the_schedule,
    play_days,
    required_agents,
    required_by_deadline,
    served,
    wait_probability,
)
from hubbub.workforce.core import simulated

PER, HANDLING, LEVEL, WITHIN = 1800.0, 180.0, 0.8, 20.0
POSTS = {60: 100_000, 300: 40_000, 1500: 24_000}
"""Posts an hour, and for how many hours they are simulated: large crews forget slowly."""
BURSTS = ((0.0, 4.0), (0.5, 4.0), (0.8, 2.0), (0.9, 4.0))
"""Further posts that each one calls forth, and the speed at which that fades, an hour."""
PARTS, IN_TIME, POST_HOURS = 5, 0.9, 1 / 15
PUBLISHED = (
    ("agents", lambda: required_agents(100, Targets(0.8, 20, occupancy=0.85)), 14, 0),
    ("service level", lambda: served(100, 14).in_time, 0.8883500191794669, 1e-11),
    ("waits", lambda: served(100, 14).waits, 0.1741319335950498, 1e-11),
    ("occupancy", lambda: served(100, 14).occupancy, 0.7142857142857143, 1e-12),
    ("on the schedule", lambda: on_the_schedule(14, 0.3), 20, 0),
    ("A: waits", lambda: served(100, 14, patience=300).waits, 0.14526, 1e-5),
    ("A: gives up", lambda: served(100, 14, patience=300).gives_up, 0.013984, 1e-5),
    ("A: occupancy", lambda: served(100, 14, patience=300).occupancy, 0.704297, 1e-5),
    ("A: wait in minutes", lambda: served(100, 14, patience=300).average_wait / 60, 0.069919, 1e-5),
    ("A: service level", lambda: served(100, 14, patience=300).in_time, 0.916792, 1e-5),
    ("C(1, 1/2)", lambda: wait_probability(0.5, 1), 1 / 2, 1e-13),
    ("C(2, 1)", lambda: wait_probability(1, 2), 1 / 3, 1e-13),
    ("C(3, 2)", lambda: wait_probability(2, 3), 4 / 9, 1e-13),
    ("C(2, 3/2)", lambda: wait_probability(1.5, 2), 9 / 14, 1e-13),
    ("C(132, 123)", lambda: wait_probability(123, 132), 0.3211161792617074, 1e-11),
    ("B(10, 4.46)", lambda: blocking(4.46, 10), 0.01, 2e-5),
    ("B(20, 12.03)", lambda: blocking(12.03, 20), 0.01, 2e-5),
    ("B(50, 37.9)", lambda: blocking(37.9, 50), 0.01, 2e-5),
    ("B(100, 84.06)", lambda: blocking(84.06, 100), 0.01, 2e-5),
    ("Palm: gives up", lambda: served(48, 50, per=60, handling=60, patience=120).gives_up, 0.031, 5e-4),
    ("Palm: wait in s", lambda: served(48, 50, per=60, handling=60, patience=120).average_wait, 3.7, 0.05),
    ("Palm: occupancy", lambda: served(48, 50, per=60, handling=60, patience=120).occupancy, 0.93, 5e-3),
    ("Palm: stays, queue", lambda: served(48, 50, per=60, handling=60).average_wait * 48 / 60, 17, 0.5),
    ("Palm: stays, 90th", lambda: served(48, 50, per=60, handling=60, within=58.1).in_time, 0.9, 5e-4),
    ("Palm: stays, wait in s", lambda: served(48, 50, per=60, handling=60).average_wait, 20.8, 0.05),
)


def beside(calls: np.ndarray, ours: np.ndarray, ours_s: float, timed: int) -> tuple[float | None, int | None]:
    """Return how much longer pyworkforce takes, and in how many intervals of those timed it says another number."""
    try:
        from pyworkforce.queuing import ErlangC  # type: ignore[import-not-found]
    except ImportError:
        return None, None
    began, theirs = time.perf_counter(), []
    for each in calls[:timed]:
        queue = ErlangC(transactions=each, aht=HANDLING / 60, asa=WITHIN / 60, interval=PER / 60, shrinkage=0.0)
        theirs.append(queue.required_positions(service_level=LEVEL, max_occupancy=1.0)["raw_positions"])
    theirs_s = (time.perf_counter() - began) * len(calls) / timed
    met = served(calls[:timed], ours[:timed], per=PER, handling=HANDLING, within=WITHIN).in_time >= LEVEL
    trio = zip(theirs, ours[:timed].tolist(), met.tolist(), strict=True)
    differing = sum(int(their) != our and not (our < their and enough) for their, our, enough in trio)
    return round(theirs_s / ours_s, 1), differing


def exact_blocking(load: int, lines: int) -> Decimal:
    """Erlang's recurrence in 50 digits."""
    inverse = Decimal(1)
    for k in range(1, lines + 1):
        inverse = 1 + inverse * k / Decimal(load)
    return 1 / inverse


def error_bc() -> float:
    """Return the largest relative error of both."""
    getcontext().prec, worst = 50, 0.0
    for load in (1, 20, 300, 5_000, 30_000, 100_000):
        for beyond in (-2.0, -0.5, 0.1, 1.0, 3.0):
            lines = max(1, round(load + beyond * math.sqrt(load)))
            exact = exact_blocking(load, lines)
            worst = max(worst, abs(float(blocking(load, lines)) / float(exact) - 1))
            if lines > load:
                waits = lines * exact / (lines - load * (1 - exact))
                worst = max(worst, abs(float(wait_probability(load, lines)) / float(waits) - 1))
    return worst


def error_a() -> float:
    """Return the largest error of who waits and who gives up."""
    worst = 0.0
    for load, agents, patience in ((10, 14, 1.7), (10, 3, 5.0), (48, 50, 2.0), (600, 580, 0.5), (5_000, 5_050, 2.0),
                                   (900, 300, 4.0), (40_000, 2_000, 1.5)):  # fmt: skip
        logs, k, rate = [0.0], 0, 0.0
        while k < agents or load > rate or logs[-1] > max(logs) - 45:
            k += 1
            rate = min(k, agents) + max(0, k - agents) / patience
            logs.append(logs[-1] + math.log(load / rate))
        weights = np.exp(np.array(logs) - max(logs))
        weights /= weights.sum()
        beyond = np.arange(len(weights) - agents)
        met = served(load, agents, per=1, handling=1, patience=patience)
        worst = max(worst, abs(float(met.waits) - weights[agents:].sum()))
        worst = max(worst, abs(float(met.gives_up) - float((weights[agents:] * beyond).sum()) / patience / load))
    return worst


def social(scale: float) -> tuple[int, float]:
    """Return how far below and above the simulated fewest the formula is."""
    below, excess = 0, -math.inf
    for posts, hours in POSTS.items():
        for branching, fading in BURSTS:
            need = int(required_by_deadline(posts, within=3600, level=IN_TIME, per=3600, branching=branching))
            fewest = need
            while in_time(posts, branching, fading, hours * scale, fewest) < IN_TIME:
                fewest += 1
            while fewest > 1 and in_time(posts, branching, fading, hours * scale, fewest - 1) >= IN_TIME:
                fewest -= 1
            below += max(0, fewest - need)
            excess = max(excess, need - fewest - max(1.0, 0.05 * fewest))
    return below, round(excess, 3)


def in_time(posts: int, branching: float, fading: float, hours: float, agents: int) -> float:
    """Return the share of simulated posts begun within the hour."""
    begun = many = 0
    for part in range(PARTS):
        chance = np.random.default_rng(part)
        came = simulated.posts(posts, branching, fading, hours / PARTS, chance)
        waited = simulated.waits(came, chance.exponential(POST_HOURS, len(came)), None, agents)
        begun, many = begun + int((waited <= 1).sum()), many + len(came)
    return begun / many


def against_simulation(scale: float) -> float:
    """Return how far formulas and days that are played differ at most, in units of what is allowed."""
    worst = 0.0
    for calls, people, patience in ((20, 3, None), (100, 12, None), (100, 14, None), (900, 95, None), (100, 8, 120.0),
                                    (100, 14, 300.0), (500, 52, 240.0), (100, 12, 1e-9), (1000, 90, 1e-9)):  # fmt: skip
        queue = Queue("phone", Kind.CALL, [calls] * 48, handling=HANDLING, within=WITHIN, patience=patience)
        found = play_days(
            Day((queue,), (Team("all", ("phone",), people),), again=True), days=round(40_000 * scale / calls)
        ).whole["phone"]
        met = served(calls, people, handling=HANDLING, within=WITHIN, patience=patience)
        lost = patience is not None and patience < 1
        gone = blocking(calls * HANDLING / PER, people) if lost else met.gives_up
        pairs = [(found.gives_up, gone)] if lost else [(found.gives_up, gone), (found.in_time, met.in_time)]
        for ours, right in pairs:
            worst = max(worst, abs(float(ours.mean - right)) / max(0.002, 3 * float(ours.error)))
    return worst


def searched() -> tuple[float, bool]:
    """Return how long the cheapest people are searched for, and whether they meet all targets."""
    hours = np.arange(28) / 2 + 7.25
    course = np.exp(-(((hours - 11) / 3.5) ** 2)) + 0.6 * np.exp(-(((hours - 16) / 3) ** 2))
    queues = (
        Queue("phone", Kind.CALL, 150 * course + 10, handling=300, patience=180),
        Queue("chat", Kind.CHAT, 40 * course + 4, handling=600, within=60, slows=0.15),
        Queue("social", Kind.DEFERRED, 80 * course + 20, 240, within=3600, level=0.9, branching=0.7, lasts=1800),
    )
    skills = {"p": ("phone",), "c": ("chat",), "s": ("social",), "ps": ("phone", "social")}
    teams = tuple(Team(name, able, cost=20 + len(able)) for name, able in skills.items())
    began = time.perf_counter()
    found = cheapest_staffing(Day(queues, teams, routing=Routing(reserve=1)))
    return round(time.perf_counter() - began, 2), found.met


def blended_per_second(days: int) -> float:
    """Return how many items a second are drawn and played."""
    queues = (
        Queue("phone", Kind.CALL, [150.0] * 48, handling=300, patience=180),
        Queue("chat", Kind.CHAT, 44.0, handling=600, within=60, slows=0.15),
        Queue("social", Kind.DEFERRED, 90.0, handling=240, within=3600, branching=0.7, lasts=1800),
    )
    day = Day(queues, (Team("both", ("phone", "social"), 39), Team("chat", ("chat",), 8)), routing=Routing(reserve=2))
    play_days(day, days=2)  # compiled
    began = time.perf_counter()
    found = play_days(day, days=days)
    items = days * sum(float(each.items.mean) for each in found.whole.values())
    return items / (time.perf_counter() - began)


def beside_simpy(many: int = 1_000_000, theirs: int = 20_000) -> float | None:
    """Return how many times more arrivals a second are simulated than by simpy."""
    try:
        import simpy  # type: ignore[import-not-found]
    except ImportError:
        return None

    def call(world: Any, crew: Any, takes: float) -> Any:
        with crew.request() as turn:
            yield turn
            yield world.timeout(takes)

    def calls(world: Any, crew: Any, chance: np.random.Generator) -> Any:
        for gap, takes in zip(chance.exponential(1 / 8, theirs).tolist(), chance.exponential(1, theirs), strict=True):
            yield world.timeout(gap)
            world.process(call(world, crew, takes))

    world = simpy.Environment()
    world.process(calls(world, simpy.Resource(world, 10), np.random.default_rng(1)))
    began = time.perf_counter()
    world.run()
    theirs_s = (time.perf_counter() - began) / theirs
    chance = np.random.default_rng(1)
    began = time.perf_counter()
    came = np.cumsum(chance.exponential(1 / 8, many))
    simulated.waits(came, chance.exponential(1, many), None, 10)
    return round(theirs_s / ((time.perf_counter() - began) / many), 1)


def main() -> None:
    """Measure, and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--intervals", type=int, default=10_000)
    options.add_argument("--timed", type=int, default=300, help="intervals that pyworkforce is timed with")
    options.add_argument("--longer", type=float, default=1, help="how many times as long posts are simulated")
    given = options.parse_args()
    loads = np.random.default_rng(7).uniform(1, 5_000, given.intervals)
    calls = loads * PER / HANDLING
    required_agents(calls[:5], Targets(LEVEL, WITHIN), per=PER, handling=HANDLING)  # compiled
    took = []
    for _ in range(7):
        began = time.perf_counter()
        ours = required_agents(calls, Targets(LEVEL, WITHIN), per=PER, handling=HANDLING)
        took.append(time.perf_counter() - began)
    ours_s = float(np.median(took))
    ratio, differing = beside(calls, ours, ours_s, min(given.timed, given.intervals))
    failed = [name for name, ask, value, most in PUBLISHED if abs(float(ask()) - value) > most]
    below, excess = social(given.longer)
    found = {
        "bench": "workforce",
        "required_ms": round(ours_s * 1000, 1),
        "vs_pyworkforce": ratio,
        "differing": differing,
        "rel_error_bc": error_bc(),
        "error_a": error_a(),
        "references_failed": len(failed),
        "social_below": below,
        "social_excess": excess,
        "vs_simpy": beside_simpy(),
        "sl_against_simulation": round(against_simulation(given.longer), 3),
        "blended_per_second": round(blended_per_second(200)),
        **dict(zip(("search_s", "search_met"), searched(), strict=True)),
    }
    for name in failed:
        print(f"not met: {name}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
