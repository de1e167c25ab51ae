"""How a plan stands, as pages say it: the headline, key figures, the table of too few and too many, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.speech import figure, say, say_many
from hubbub.web.charts import day_ms
from hubbub.web.templatetags.hubbub import minutes, percent
from hubbub.web.workforce.amounts import hours_words
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.queue import Queue, Way
from hubbub.workforce.core.plan.standing import gaps, runs
from hubbub.workforce.core.plan.work import met
from hubbub.workforce.core.plan.written import clock, length_words, share_words
from hubbub.workforce.selectors.staffing import Line, Standing

MOST_SAID = 2
"""Queues that the headline names."""
MOST_FIGURES = 3
WARM = 2
"""From so many people on, too few or too many stand out."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The part of a week that is shown: one day, from the first open interval to the last, or the whole week."""

    standing: Standing
    lines: tuple[Line, ...]
    """Of which queues: one that was chosen, else all that are forecast."""
    days: tuple[date, ...]
    first: int
    """The interval of a day with which the rows begin."""
    last: int
    """The one before which they end."""

    @property
    def step(self) -> int:
        """Minutes an interval lasts."""
        return self.standing.plan.rules.step_min

    @property
    def rostered(self) -> bool:
        """Whether anybody stands on a roster then."""
        return bool(self.standing.there[self.places].any())

    @property
    def required(self) -> NDArray[np.int64]:
        """Who are needed for these queues together, in each interval of the week."""
        return _sum([line.expected.required for line in self.lines], self.standing).astype(np.int64)

    @property
    def there(self) -> Floats:
        """Who are there for them."""
        return _sum([line.work.people for line in self.lines], self.standing)

    @property
    def opens(self) -> NDArray[np.bool_]:
        """When any of them is open, or somebody is there for it."""
        return _sum([open_or_there(line).astype(np.float64) for line in self.lines], self.standing) > 0

    @property
    def columns(self) -> range:
        """The intervals of a day that are shown."""
        return range(self.first, self.last)

    def at(self, day: date) -> slice:
        """Where a day's shown intervals stand in the week."""
        begins = (day - self.standing.plan.since).days * self.standing.per_day
        return slice(begins + self.first, begins + self.last)

    @property
    def places(self) -> NDArray[np.int64]:
        """Where all shown intervals stand in the week."""
        return np.concatenate([np.arange(self.at(day).start, self.at(day).stop) for day in self.days])

    def clock(self, column: int) -> str:
        """When an interval of a day begins."""
        return clock(column * self.step)


def _sum(figures: Sequence[NDArray[Any]], standing: Standing) -> Floats:
    return np.asarray(np.sum(figures, axis=0), np.float64) if figures else np.zeros(standing.plan.intervals)


def open_or_there(line: Line) -> NDArray[np.bool_]:
    """Return when a queue is open, or somebody is there for it."""
    return np.asarray(line.expected.opens | (line.work.people > 0))


def shown(standing: Standing, days: Sequence[date], chosen: Line | None = None) -> Shown:
    """Return what is shown of some days: closed hours before the first and after the last open one are not."""
    per_day, since = standing.per_day, standing.plan.since
    opened = np.zeros(per_day, np.bool_)
    for line in standing.lines:
        for day in days:
            at = (day - since).days * per_day
            span = slice(at, at + per_day)
            opened |= open_or_there(line)[span]
    found = np.flatnonzero(opened)
    first, last = (int(found[0]), int(found[-1]) + 1) if len(found) else (0, per_day)
    whole = Shown(standing, (chosen,) if chosen else (), tuple(days), first, last)
    if chosen:
        return whole
    return replace(whole, lines=tuple(each for each in standing.lines if each.expected.known[whole.places].any()))


def whole_days(part: Shown) -> NDArray[np.int64]:
    """Return where all intervals of the shown days stand, those of the night too: mail comes then as well."""
    per_day = part.standing.per_day
    begins = [(day - part.standing.plan.since).days * per_day for day in part.days]
    return np.concatenate([np.arange(at, at + per_day) for at in begins])


# In words --------------------------------------------------------------------
def headline(part: Shown) -> str:
    """Say where too few are there; or how many are needed, where nobody stands on a roster yet."""
    day, at = part.days[0], part.at(part.days[0])
    if len(part.days) > 1:
        return _week_words(part)
    if not part.required[at].any():
        return say("Nobody is needed: nothing is expected to come.")
    if not part.there[at].any():
        most = int(part.required[at].max())
        peak = np.flatnonzero(part.required[at] == most)
        since, until = (part.clock(part.first + int(each)) for each in (peak[0], peak[-1] + 1))
        return say("{many} people are needed at the most, from {since} to {until}.", many=most, since=since,
                   until=until)  # fmt: skip
    told = _short_words(part, day)
    return " ".join(told) or say("Enough people are there all day.")


def _short_words(part: Shown, day: date) -> list[str]:
    found = []
    for line in part.lines:
        short = runs(line.gap[part.at(day)])
        if short:
            found.append((sum(each.missing for each in short), line, short))
    found.sort(key=lambda each: -each[0])
    told = []
    for _, line, short in found[:MOST_SAID]:
        worst = short[0]
        since, until = part.clock(part.first + worst.start), part.clock(part.first + worst.end)
        facts = {"queue": line.expected.queue.name, "since": since, "until": until, "many": worst.most}
        if worst.most == 1:
            told.append(say("Short by 1 on {queue} from {since} to {until}.", **facts))
        else:
            told.append(say("Short by up to {many} on {queue} from {since} to {until}.", **facts))
    if len(found) > MOST_SAID:
        more = len(found) - MOST_SAID
        told.append(
            say_many("{number} more queue is short at times.", "{number} more queues are short at times.", more)
        )
    return told


def _week_words(part: Shown) -> str:
    missing = {day: _hours(part, day, -1) for day in part.days}
    worst = max(missing, key=lambda day: missing[day])
    if not part.rostered:
        needed = float(part.required[part.places].sum()) * part.step / 60
        return say("{hours} of work are needed this week.", hours=hours_words(needed))
    if missing[worst] < part.step / 60:
        return say("Enough people are there all week.")
    total = hours_words(sum(missing.values()))
    return say("{hours} of work are missing this week, most on {day:%A}.", hours=total, day=worst)


def _hours(part: Shown, day: date, sign: int) -> float:
    """Hours of people that are missing (-1) or too many (+1) on a day, queue by queue."""
    return sum(_queue_hours(part, line, day, sign) for line in part.lines)


def _queue_hours(part: Shown, line: Line, day: date, sign: int) -> float:
    return float(np.clip(sign * line.gap[part.at(day)], 0, None).sum()) * part.step / 60


def advice(part: Shown) -> str:
    """Say what would help: who is there too many at one time of a day may be missing at another."""
    if not part.rostered:
        return ""
    missing, over, moved = 0.0, 0.0, 0.0
    for line in part.lines:
        for day in part.days:
            short, spare = (_queue_hours(part, line, day, sign) for sign in (-1, 1))
            missing, over, moved = missing + short, over + spare, moved + min(short, spare)
    if not missing:
        return say("{over} of work are more than is needed.", over=hours_words(over)) if over else ""
    facts = {"missing": hours_words(missing), "over": hours_words(over), "moved": hours_words(moved)}
    if moved >= missing:
        return say("{missing} of work are missing and {over} are too many: moving breaks and shifts helps.", **facts)
    if not moved:
        return say("{missing} of work are missing: it takes more people, or overtime.", **facts)
    return say(
        "{missing} of work are missing and {over} are too many. Moving breaks and shifts mends {moved} at the most; "
        "the rest takes more people, or overtime.",
        **facts,
    )


# Key figures -----------------------------------------------------------------
def figures(part: Shown) -> list[dict[str, str]]:
    """Key figures: what each queue reaches with the people there are, and what is needed in all."""
    at = whole_days(part)
    told: list[dict[str, str]] = []
    if part.there[at].any():
        told += [_reached(part, line, at) for line in part.lines[:MOST_FIGURES] if line.work.comes[at].any()]
        busy, people = _busy(part, at)
        if people:
            told.append({"name": say("Occupancy"), "value": percent(busy), "more": say("of the time with customers"),
                         "href": _first_detail(part)})  # fmt: skip
    contacts = sum(float(line.work.comes[at].sum()) for line in part.lines)
    hours = float(part.required[at].sum()) * part.step / 60
    scheduled = float(sum(line.expected.scheduled[at].sum() for line in part.lines)) * part.step / 60
    told.append({"name": say("Contacts expected"), "value": figure(round(contacts)), "more": say("by the forecast"),
                 "opens": "forecast"})  # fmt: skip
    told.append({"name": say("Hours needed"), "value": figure(hours, ",.0f"),
                 "more": say("{hours:,.0f} paid, with shrinkage", hours=scheduled), "href": "#heat"})  # fmt: skip
    told.append({"name": say("People at the most"), "value": figure(int(part.required[at].max(initial=0))),
                 "more": say("needed at once"), "href": "#heat"})  # fmt: skip
    return told[:6]


def _first_detail(part: Shown) -> str:
    return f"?day={part.days[0].isoformat()}&queue={part.lines[0].work.id}#detail" if len(part.days) == 1 else "#heat"


def _reached(part: Shown, line: Line, at: NDArray[np.int64]) -> dict[str, str]:
    work = line.work
    cut = type(work)(
        work.id, work.queue, work.items[at], work.handling_s[at], work.opens[at], work.people[at], work.bursts
    )  # fmt: skip
    found = met(cut, part.standing.plan.rules.per_s)
    return {
        "name": say("{queue}: within {time}", queue=work.queue.name, time=length_words(work.queue.within_s)),
        "value": percent(found.in_time),
        "more": say("target {share} %", share=share_words(work.queue.level)),
        "bad": "yes" if found.in_time < work.queue.level - 0.005 else "",
        "href": f"?day={part.days[0].isoformat()}&queue={work.id}#detail" if len(part.days) == 1 else "#heat",
    }


def _busy(part: Shown, at: NDArray[np.int64]) -> tuple[float, float]:
    busy = people = 0.0
    for line in part.lines:
        there, share = line.work.people[at], line.meets.occupancy[at]
        some = ~np.isnan(share)
        busy += float((there * share)[some].sum())
        people += float(there[some].sum())
    return (busy / people if people else 0.0), people


# Too few, too many -----------------------------------------------------------
def heat(part: Shown) -> dict[str, Any]:
    """The table of who is too few or too many: queues by intervals of a day, or days of a week by intervals.

    Without a roster it tells how many are needed.
    """
    head = [(part.clock(each), each * part.step % 60 == 0) for each in part.columns]
    if len(part.days) > 1:
        rows = [
            {"name": say("{day:%a} {day.day} {day:%b}", day=day), "href": f"?day={day}",
             "cells": _cells(part, part.required, part.there, part.opens, part.at(day))}
            for day in part.days
        ]  # fmt: skip
        return {"head": head, "rows": rows, "contacts": []}
    at = part.at(part.days[0])
    known = [each for each in part.standing.lines if each.expected.known[at].any()]
    rows = [
        {"name": line.expected.queue.name, "href": f"?day={part.days[0]}&queue={line.expected.id}",
         "cells": _cells(part, line.expected.required, line.work.people, open_or_there(line), at)}
        for line in known
    ]  # fmt: skip
    if len(rows) > 1:
        whole = replace(part, lines=tuple(known))
        cells = _cells(part, whole.required, whole.there, whole.opens, at)
        rows.append({"name": say("Together"), "href": "", "cells": cells})
    comes = np.sum([line.work.comes[at] for line in known], axis=0) if known else np.zeros(0)
    return {"head": head, "rows": rows, "contacts": [figure(round(float(each))) for each in comes]}


def _cells(
    part: Shown, required: NDArray[np.int64], there: Floats, opens: NDArray[np.bool_], at: slice
) -> list[tuple[str, str]]:
    if not part.rostered:
        return [
            (figure(int(each)), "") if some else ("", "none")
            for each, some in zip(required[at], opens[at], strict=True)
        ]
    return [
        (signed(int(each)), _warmth(int(each))) if some else ("", "none")
        for each, some in zip(gaps(there, required)[at], opens[at], strict=True)
    ]


def _warmth(gap: int) -> str:
    if gap <= -WARM:
        return "short-2"
    return "short-1" if gap < 0 else "over-1" if gap >= WARM else ""


def signed(gap: int) -> str:
    """A difference with its sign."""
    return f"{gap:+d}".replace("-", "−") if gap else "0"


# One queue, interval by interval ---------------------------------------------
def detail(part: Shown, line: Line) -> list[dict[str, str]]:
    """What stands behind each figure of a queue's day, and why."""
    at, told = part.at(part.days[0]), line.expected
    rows = []
    for column, place in zip(part.columns, range(at.start, at.stop), strict=True):
        if not told.opens[place] and not line.work.people[place]:
            continue
        rows.append(
            {
                "from": part.clock(column),
                "comes": figure(float(told.mean[place]), ",.1f"),
                "range": f"{figure(float(told.low[place]), ',.0f')}–{figure(float(told.high[place]), ',.0f')}",
                "handling": minutes(float(told.handling_s[place])),
                "required": figure(int(told.required[place])),
                "there": _people(float(line.work.people[place])),
                "gap": signed(int(line.gap[place])),
                "warmth": _warmth(int(line.gap[place])),
                "in_time": _share(line.meets.in_time, place) if part.rostered else "–",
                "busy": _share(line.meets.occupancy, place) if part.rostered else "–",
                "why": why(part, line, place),
            }
        )
    return rows


def _people(number: float) -> str:
    return figure(number, ",.0f" if number == round(number) else ",.1f")


def _share(shares: Floats, place: int) -> str:
    return "–" if np.isnan(shares[place]) else percent(float(shares[place]))


def why(part: Shown, line: Line, place: int) -> str:
    """Say in one line why so many are needed."""
    told = line.expected
    queue, per = told.queue, part.standing.plan.rules.per_s
    load = float(told.mean[place] * told.handling_s[place] / per)
    facts: dict[str, Any] = {"load": load, "people": int(told.required[place]), "target": target(queue)}
    if not told.required[place]:
        return say("Nothing is expected.") if not load else say("What comes now may wait.")
    if queue.kind.way is Way.NOW:
        return say("A load of {load:,.1f} erlangs needs {people:,} to answer {target}.", **facts)
    if queue.kind.way is Way.AT_ONCE:
        facts["each"] = queue.at_once
        return say("A load of {load:,.1f} chats, up to {each} at once, needs {people:,} to answer {target}.", **facts)
    return say("A load of {load:,.1f} and what is left over need {people:,} for {target}, bursts included.", **facts)


def target(queue: Queue) -> str:
    """What is to be met, in words."""
    return say("{share} % within {time}", share=share_words(queue.level), time=length_words(queue.within_s))


def local_points(part: Shown) -> list[tuple[int, int, int]]:
    """Of each shown interval: where it stands, and from when to when, in milliseconds of the wall clock as if UTC."""
    found = []
    for day in part.days:
        begins = day_ms(day)
        for column, place in zip(part.columns, range(part.at(day).start, part.at(day).stop), strict=True):
            start = begins + column * part.step * 60_000
            found.append((place, start, start + part.step * 60_000))
    return found


def week_of(day: date) -> list[date]:
    """The days of a day's week, Monday first."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=each) for each in range(7)]
