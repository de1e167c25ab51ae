"""Forecasts a week ahead, by rolling origins: how far off, beside the seasonal naive, and whether intervals hold.

wape            sum of absolute errors by the sum of what came, over all intervals, weeks and queues
seasonal_naive  the same for 'as on the last such weekday', on the same intervals
coverage80      the share of counts inside 80 % intervals that were given before the week began
fifty_queues_s  seconds for a week's forecast of fifty queues of two years of half-hours, 24 × 7: models tried on twelve
                past weeks, the best chosen, its spread learnt

Every forecast knows only what was before its week: which model is used, storms, spreads, all are found anew. What a
week had beyond opening hours, or lacks, is not measured. A count of a sparse queue lies partly inside an interval: what
of half a one around it does.

    python bench/forecast.py --data calls.csv [--origins 20] [--country US] [--zone Europe/Berlin] [--per 30]
    python bench/forecast.py --worlds   for series that are made: trend, seasons, shifts, bursts, sparse counts
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from hubbub.kernel.errors import HubbubError
from hubbub.workforce import History, forecast, holidays_of, inside, read_history
from hubbub.workforce.core.forecast.models import SPAN, last_week

WEEK = 7
LEAST = 28
"""Days that are known before the first origin."""
QUEUES, YEARS = 50, 2
HALF_HOURS, DAYS = 48, 420
BRANCHING = 0.8
Row = tuple[float, float, float, float, int, Counter[str]]


def tried(history: History, origins: int, holidays: dict[date, str]) -> Row:
    """Return errors, naive errors, arrivals, counts inside, counts, and which models won."""
    missed = naive = whole = hits = 0.0
    counts, models = 0, Counter[str]()
    last = int(np.flatnonzero((~np.isnan(history.arrivals)).any(1))[-1]) + 1 - WEEK
    for at in range(last, max(LEAST, last - WEEK * origins), -WEEK):
        known = history.until(history.first + timedelta(days=at))
        if np.isnan(known.arrivals[-WEEK * SPAN :]).all():
            continue
        told, came = forecast(known, WEEK, holidays), history.arrivals[at : at + WEEK]
        before = last_week(known.arrivals, WEEK)
        both = ~np.isnan(came) & ~np.isnan(told.median) & ~np.isnan(before)
        missed += float(np.abs(told.median - came)[both].sum())
        naive += float(np.abs(before - came)[both].sum())
        whole += float(came[both].sum())
        hits += float(inside(told.exact(0.1), told.exact(0.9), came, told.spread.whole)[both].sum())
        counts += int(np.count_nonzero(both))
        models[told.backtest.model] += 1
    return missed, naive, whole, hits, counts, models


def shown(name: str, row: Row) -> None:
    """Print one line of the table."""
    missed, naive, whole, hits, counts, models = row
    if not counts or not whole:
        print(f"{name[:24]:24} too little to measure")
        return
    won = ", ".join(f"{model} {many}" for model, many in models.most_common(3))
    print(f"{name[:24]:24} {missed / whole:8.2%} {naive / whole:8.2%} {missed / naive if naive else 1:7.3f} "
          f"{hits / counts:9.1%} {sum(models.values()):6d}  {won}", flush=True)  # fmt: skip


def table(histories: dict[str, History], origins: int, holidays: dict[date, str]) -> dict[str, float | None]:
    """Try each, print a table, and return the whole."""
    print(f"{'queue':24} {'WAPE':>8} {'naive':>8} {'ratio':>7} {'coverage':>9} {'weeks':>6}  models")
    rows = []
    for name, history in histories.items():
        rows.append(tried(history, origins, holidays))
        shown(name or "all", rows[-1])
    missed, naive, whole, hits, counts = (sum(row[place] for row in rows) for place in range(5))  # type: ignore[misc]
    known = bool(counts and whole)
    return {
        "wape": round(missed / whole, 5) if known else None,
        "seasonal_naive": round(naive / whole, 5) if known else None,
        "coverage80": round(hits / counts, 4) if known else None,
    }


def fifty_queues() -> float:
    """Return how long the forecasts of many queues take."""
    made = [world("plain", seed, YEARS * 365) for seed in range(QUEUES)]
    forecast(made[0])
    began = time.perf_counter()
    for history in made:
        told = forecast(history)
        told.interval(), told.median
    return time.perf_counter() - began


def world(kind: str, seed: int, days: int = DAYS) -> History:
    """Make a queue of a kind, with days that scatter and depend on the day before, and Poisson counts."""
    chance = np.random.default_rng(seed)
    day, part = np.arange(days), np.arange(HALF_HOURS) / HALF_HOURS
    course = np.exp(-(((part - 0.45) / 0.16) ** 2)) + 0.5 * np.exp(-(((part - 0.7) / 0.08) ** 2)) + 0.03
    shape = np.stack([course] * 5 + [np.roll(course, 3)] * 2)
    level = np.zeros(days)
    for at in range(1, days):
        level[at] = 0.6 * level[at - 1] + chance.normal() * 0.06
    usual = 100 * np.array([1.2, 1.05, 1, 1, 0.95, 0.5, 0.4])[day % 7, None] * shape[day % 7]
    usual = CHANGES[kind](usual * np.exp(level)[:, None], day, chance)
    counts = np.where(np.isnan(usual), np.nan, chance.poisson(np.nan_to_num(usual)).astype(float))
    if kind == "posts call forth others":
        counts = _called_forth(counts, chance)
    if kind == "bursts":
        for _ in range(days // 12):
            day_of, begins = chance.integers(days), chance.integers(HALF_HOURS - 6)
            size = chance.exponential(250)
            counts[day_of, begins : begins + 5] += chance.poisson(size * np.array([0.5, 1, 0.7, 0.4, 0.2]))
    return History(date(2024, 1, 1), counts)


def _called_forth(counts: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Let each post call forth `BRANCHING` others on average, an hour later on average, and those others in turn."""
    born = counts.astype(int).reshape(-1)
    every = born.copy()
    while born.sum():
        parents = np.repeat(np.arange(len(born)), chance.poisson(BRANCHING * born))
        after = parents + np.floor(chance.random(len(parents)) + chance.exponential(2, len(parents))).astype(int)
        born = np.bincount(after[after < len(born)], minlength=len(born))
        every += born
    return every.astype(float).reshape(counts.shape)


def _hours(usual: np.ndarray, day: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    usual[:, :16] = usual[:, 40:] = np.nan
    usual[day % 7 >= 5] = np.nan
    return usual


def _outages(usual: np.ndarray, day: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    usual[chance.random(len(day)) < 0.03] *= 0.3
    usual[chance.random(len(day)) < 0.02] = np.nan
    return usual


CHANGES: dict[str, Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]] = {
    "plain": lambda usual, day, chance: usual,
    "trend": lambda usual, day, chance: usual * np.exp(0.003 * day)[:, None],
    "yearly season": lambda usual, day, chance: usual * np.exp(0.35 * np.sin(2 * np.pi * day / 365.25))[:, None],
    "weekdays change": lambda usual, day, chance: (
        usual * np.exp(0.4 * np.sin(2 * np.pi * (day % 7) / 7) * day / len(day))[:, None]
    ),
    "level shift": lambda usual, day, chance: usual * np.where(day > len(day) - 80, 1.5, 1)[:, None],
    "random walk": lambda usual, day, chance: usual * np.exp(np.cumsum(chance.normal(size=len(day)) * 0.03))[:, None],
    "overdispersed": lambda usual, day, chance: usual * chance.gamma(20, 1 / 20, usual.shape),
    "bursts": lambda usual, day, chance: usual,
    "posts call forth others": lambda usual, day, chance: usual * 0.1,
    "outages, odd days": _outages,
    "week days 8 to 20": _hours,
    "few (a twentieth)": lambda usual, day, chance: usual * 0.05,
    "sparse (0 to 2)": lambda usual, day, chance: usual * 0.008,
}


def main() -> None:
    """Measure, and print one JSON line last."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--data", type=Path)
    asked.add_argument("--origins", type=int, default=20)
    asked.add_argument("--country")
    asked.add_argument("--zone", type=ZoneInfo)
    asked.add_argument("--per", type=int)
    asked.add_argument("--worlds", action="store_true")
    given = asked.parse_args()
    found: dict[str, float | None] = {"wape": None, "seasonal_naive": None, "coverage80": None}
    if given.worlds:
        found = table({kind: world(kind, 1) for kind in CHANGES}, given.origins, {})
    if given.data:
        try:
            histories = read_history(given.data.read_text("utf-8"), per=given.per, zone=given.zone)
        except HubbubError as error:
            raise SystemExit(str(error)) from None
        spans = [(history.first, history.end) for history in histories.values()]
        first, end = min(span[0] for span in spans), max(span[1] for span in spans)
        holidays = holidays_of(given.country, first, end) if given.country else {}
        found = table(histories, given.origins, holidays)
    print(json.dumps(found | {"fifty_queues_s": round(fifty_queues(), 2)}))


main()
