"""The charts of a day: what came against the forecast, people, and the service level, by interval."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from math import ceil

import numpy as np
from django.urls import reverse

from hubbub.flows.today.values import QueueToday, SkillToday, Today
from hubbub.kernel.speech import figure, say
from hubbub.web.charts import Cell, Chart, contacts_by_interval, level_by_interval, local_ms, people_by_interval
from hubbub.web.templatetags.hubbub import percent
from hubbub.web.workforce.today.words import FEW, intervals
from hubbub.workforce.core.given import Floats
from hubbub.workforce.core.plan.clock import clock
from hubbub.workforce.core.plan.queue import DAY_MIN
from hubbub.workforce.core.today.rest import runs

Points = list[dict[str, object]]
MOST = 6
"""People of so many skills are drawn below each other."""


def charts(found: Today, slug: str, chosen: int | None) -> tuple[Chart, ...]:
    """Return the charts of one queue, or of all together."""
    queues = [each for each in found.queues if each.id == chosen] or list(found.queues)
    needs = {each.queue.needs for each in queues}
    skills = [each for each in found.skills if each.skill in needs]
    if not queues:
        return ()
    places = intervals(found)
    only = queues[0] if len(queues) == 1 else None
    people = [_people(found, each, places, place) for place, each in enumerate(skills[:MOST])]
    levels = [_levels(found, only, places, slug)] if only is not None else []
    return (_contacts(found, queues, places, slug, only), *people, *levels)


def _frame(found: Today, places: Sequence[int]) -> Points:
    """Return a point for each interval: where it begins, ends and has its middle; the first says when now is."""
    midnight, step = datetime.combine(found.day, time()), found.rules.step_min

    def at(minute: float) -> int:
        return local_ms(midnight + timedelta(minutes=minute))

    frame: Points = [
        {
            "at": at(each * step),
            "end": at((each + 1) * step),
            "mid": at((each + 0.5) * step),
            "when": clock(each * step),
        }
        for each in places
    ]  # fmt: skip
    if frame and not found.over and places[0] * step <= found.now_min <= (places[-1] + 1) * step:
        frame[0] |= {"now": at(found.now_min), "says": say("now {time}", time=clock(int(found.now_min)))}
    return frame


def _sum(arrays: Sequence[Floats]) -> Floats:
    return np.asarray(np.sum(arrays, axis=0), np.float64)


def _contacts(
    found: Today, queues: Sequence[QueueToday], places: Sequence[int], slug: str, only: QueueToday | None
) -> Chart:
    over = (np.arange(DAY_MIN // found.rules.step_min) + 1) * found.rules.step_min <= found.now_min
    forecast, came = _sum([each.forecast for each in queues]), _sum([each.came.offered for each in queues])
    now, low, high = (_sum([getattr(each.now, name) for each in queues]) for name in ("mean", "low", "high"))
    points = _frame(found, places)
    rows = []
    for point, at in zip(points, places, strict=True):
        point |= {"forecast": round(float(forecast[at]), 1), "came": int(came[at]) if over[at] else None}
        if not over[at]:
            point |= {
                "now_mean": round(float(now[at]), 1),
                "low": round(float(low[at]), 1),
                "high": round(float(high[at]), 1),
            }
        href = ""
        if only is not None and over[at]:
            href = f"{reverse('staffing-today-behind', args=[slug, only.id])}?day={found.day.isoformat()}&at={at}"
            point["href"] = href
        cells = [
            Cell(str(point["when"]), href), Cell(figure(forecast[at], ",.0f")),
            Cell(str(int(came[at])) if over[at] else "–"), Cell("–" if over[at] else figure(now[at], ",.0f")),
        ]  # fmt: skip
        rows.append(cells)
    total, expected = int(came.sum()), sum(each.expected_so_far for each in queues if each.queue.fed)
    band = () if found.over else (("fband", say("Expected now, 8 times in 10")),)
    return Chart(
        name="today-contacts",
        title=only.queue.name if only else say("All queues"),
        says=say("{came} came, {expected} were expected so far.", came=total, expected=round(expected)),
        spec=contacts_by_interval(),
        points=points,
        head=(say("From"), say("Forecast"), say("Came"), say("Expected now")),
        rows=rows,
        legend=(*band, ("f1", say("Forecast")), ("ftext", say("Came"))),
    )


def _people(found: Today, skill: SkillToday, places: Sequence[int], place: int) -> Chart:
    required, planned, worked = skill.required, skill.there, skill.worked
    short = np.maximum(required - planned, 0.0)
    points = _frame(found, places)
    rows = []
    for point, at in zip(points, places, strict=True):
        here = None if np.isnan(worked[at]) else round(float(worked[at]), 2)
        point |= {
            "required": float(required[at]), "planned": round(float(planned[at]), 2), "worked": here,
            "top": round(float(planned[at] + short[at]), 2) if short[at] >= 0.05 else None,
        }  # fmt: skip
        shown = "–" if here is None else figure(here, ".3g")
        rows.append(
            [Cell(str(point["when"])), Cell(figure(required[at], ".0f")), Cell(figure(planned[at], ".3g")), Cell(shown),
             Cell(figure(short[at], ".3g"))]
        )  # fmt: skip
    return Chart(
        name=f"today-people-{place}",
        title=say("People for {skill}", skill=skill.skill),
        says=_short_words(short, found.rules.step_min),
        spec=people_by_interval(),
        points=points,
        head=(say("From"), say("Needed"), say("Planned"), say("At work"), say("Short")),
        rows=rows,
        legend=_people_legend() if place == 0 else (),
    )


def _people_legend() -> Sequence[tuple[str, str]]:
    return (
        ("f1", say("Needed")), ("fpressed", say("Planned")), ("ftext", say("At work")), ("fbad", say("Short")),
    )  # fmt: skip


def _short_words(short: Floats, step: int) -> str:
    """Return when people are missing by the roster, and how many."""
    found = runs(short >= FEW)
    if not found:
        return say("Nobody is missing by the plan.")
    spans = ", ".join(f"{clock(first * step)}–{clock(last * step)}" for first, last in found)
    return say("Short by up to {many}: {spans}.", many=ceil(float(short.max()) - 1e-6), spans=spans)


def _levels(found: Today, queue: QueueToday, places: Sequence[int], slug: str) -> Chart:
    points = _frame(found, places)
    share, rows = queue.came.share, []
    for point, at in zip(points, places, strict=True):
        known = not np.isnan(share[at])
        point |= {"level": round(float(share[at]) * 100, 1) if known else None, "target": queue.queue.level * 100}
        href = ""
        if known:
            href = f"{reverse('staffing-today-behind', args=[slug, queue.id])}?day={found.day.isoformat()}&at={at}"
            point["href"] = href
        rows.append(
            [Cell(str(point["when"]), href), Cell(percent(share[at]) if known else "–"),
             Cell(str(int(queue.came.in_time[at]))), Cell(str(int(queue.came.counted[at])))]
        )  # fmt: skip
    return Chart(
        name="today-level",
        title=say("Answered in time"),
        says=say("Service level by interval; {target} is the target.", target=percent(queue.queue.level)),
        spec=level_by_interval(),
        points=points,
        head=(say("From"), say("Service level"), say("In time"), say("Of")),
        rows=rows,
        legend=(("fgood", say("At or above the target")), ("fbad", say("Below it"))),
    )
