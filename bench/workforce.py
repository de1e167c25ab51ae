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

    python bench/workforce.py [--intervals 10000] [--timed 300]
"""

import argparse
import json
import math
import time
from decimal import Decimal, getcontext

import numpy as np

from hubbub.workforce import Targets, blocking, on_the_schedule, required_agents, served, wait_probability

PER, HANDLING, LEVEL, WITHIN = 1800.0, 180.0, 0.8, 20.0
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
    ("B(100, 84.06)", lambda: blocking(84.06, 100), 0.01, 2e-5),
    ("Palm: gives up", lambda: served(48, 50, per=60, handling=60, patience=120).gives_up, 0.031, 5e-4),
    ("Palm: wait in s", lambda: served(48, 50, per=60, handling=60, patience=120).average_wait, 3.7, 0.05),
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


def main() -> None:
    """Measure, and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--intervals", type=int, default=10_000)
    options.add_argument("--timed", type=int, default=300, help="intervals that pyworkforce is timed with")
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
    found = {
        "bench": "workforce",
        "required_ms": round(ours_s * 1000, 1),
        "vs_pyworkforce": ratio,
        "differing": differing,
        "rel_error_bc": error_bc(),
        "error_a": error_a(),
        "references_failed": len(failed),
    }
    for name in failed:
        print(f"not met: {name}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
