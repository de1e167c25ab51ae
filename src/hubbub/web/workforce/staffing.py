"""Staffing: what is expected, who is needed for it and who is there, by day and week."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from typing import Any

import numpy as np
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from hubbub.care.core.export import defused
from hubbub.kernel.errors import NotFound
from hubbub.kernel.speech import figure, mark, say
from hubbub.web.charts import Cell, Chart, contacts_by_time, people_by_time
from hubbub.web.request import Request, in_workspace, render
from hubbub.web.workforce.setup.rules import outcome
from hubbub.web.workforce.span import day_asked
from hubbub.web.workforce.standing import (
    Shown,
    advice,
    detail,
    figures,
    headline,
    heat,
    local_points,
    shown,
    week_of,
)
from hubbub.workforce.core.plan.shrinking import parts
from hubbub.workforce.selectors.staffing import Line, Standing, standing

DRAWN = 6
"""So many queues are drawn at most; the others are in the table, and drawn alone."""
COLUMNS = (
    mark("day"), mark("from"), mark("queue"), mark("expected"), mark("low"), mark("high"), mark("handling, s"),
    mark("required"), mark("paid"), mark("scheduled"), mark("service level"), mark("occupancy"),
)  # fmt: skip


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """The plan of a day or a week; of one queue, interval by interval."""
    day = day_asked(request.GET) or timezone.localdate()
    whole_week = request.GET.get("view") == "week"
    found = standing(request.access, day)
    line = _line(request, found)
    part = shown(found, week_of(day) if whole_week else [day], line)
    step = timedelta(days=7 if whole_week else 1)
    context: dict[str, Any] = {
        "section": "staffing",
        "tab": "staffing",
        "standing": found,
        "day": day,
        "days": part.days,
        "week": whole_week,
        "before": day - step,
        "after": day + step,
        "line": line,
        "state": _state(found, part),
        "query": _query(day, whole_week, line),
    }
    if context["state"] not in ("empty", "no forecast"):
        context |= _told(part, line)
    return render(request, "workforce/staffing.html", context)


def _line(request: Request, found: Standing) -> Line | None:
    given = request.GET.get("queue", "")
    if not given:
        return None
    line = next((each for each in found.lines if str(each.expected.id) == given), None)
    if line is None:
        raise NotFound(what="queue", which=given[:20])
    return line


def _state(found: Standing, part: Shown) -> str:
    """What is missing yet: queues, a forecast, or a roster."""
    if not found.lines:
        return "empty"
    if not any(each.expected.known[part.places].any() for each in part.lines):
        return "no forecast"
    return "" if part.rostered else "no roster"


def _query(day: date, whole_week: bool, line: Line | None) -> str:
    return f"day={day}" + ("&view=week" if whole_week else "") + (f"&queue={line.expected.id}" if line else "")


def _told(part: Shown, line: Line | None) -> dict[str, Any]:
    rules = part.standing.plan.rules
    causes = parts(rules.causes)
    most = max((each.share for each in causes), default=0.0) or 1.0
    unknown = [] if line else [each for each in part.standing.lines if each not in part.lines]
    return {
        "headline": headline(part),
        "advice": advice(part),
        "figures": figures(part),
        "charts": _charts(part),
        "table": _table(part),
        "heat": heat(part),
        "detail": detail(part, line) if line and len(part.days) == 1 else [],
        "unknown": [(each.expected.queue.name, each.expected.id in part.standing.asked) for each in unknown],
        "rules": rules,
        "causes": [(each.name, each.share, each.share / most) for each in causes],
        **outcome(rules),
    }


# Charts ----------------------------------------------------------------------
def _charts(part: Shown) -> list[Chart]:
    ticks = "days" if len(part.days) > 1 else "clock"
    drawn = [_contacts(part, ticks)]
    if len(part.lines) > 1 and len(part.days) > 1:
        return [*drawn, _people(part, ticks)]
    return [*drawn, *(_people(replace(part, lines=(each,)), ticks) for each in part.lines[:DRAWN])]


def _contacts(part: Shown, ticks: str) -> Chart:
    told = [line.expected for line in part.lines]
    mean = np.sum([each.mean for each in told], axis=0)
    down, up = (
        np.sqrt(np.sum([(getattr(each, end) - each.mean) ** 2 for each in told], axis=0)) for end in ("low", "high")
    )
    points: list[dict[str, Any]] = []
    for place, start, end in local_points(part):
        some = part.opens[place]
        facts = {
            name: round(float(each), 1) if some else None
            for name, each in (("mean", mean[place]), ("low", max(0.0, mean[place] - down[place])),
                               ("high", mean[place] + up[place]))
        }  # fmt: skip
        points.append({"mid": (start + end) // 2, "when": _when(part, place), **facts})
    says = say("{number:,} contacts are expected.", number=round(float(mean[part.places].sum())))
    edges = ({"mid": each, "when": "", **dict.fromkeys(("mean", "low", "high"))} for each in _edges(part))
    points = sorted([*points, *edges], key=lambda each: each["mid"])
    return Chart("contacts", say("Contacts"), says, contacts_by_time(ticks), points, (), ())


def _people(part: Shown, ticks: str) -> Chart:
    alone = part.lines[0] if len(part.lines) == 1 else None
    required, there, opens = part.required, part.there, part.opens
    points: list[dict[str, Any]] = []
    for place, start, end in local_points(part):
        point = {
            "at": start,
            "end": end,
            "when": _when(part, place),
            "there": round(float(there[place]), 2),
            "required": int(required[place]) if opens[place] else None,
            "short": bool(part.rostered and opens[place] and there[place] + 0.5 < required[place]),
            "href": _opens(part, place, alone),
        }
        points.append(point)
        ends = place % part.standing.per_day == part.last - 1 or not opens[place + 1]
        if opens[place] and ends:  # the last step is drawn to its end, and no line through the night
            points += (
                {**point, "at": end, "there": 0, "short": False, "required": each} for each in (point["required"], None)
            )
    says = say("{many} are needed at the most, {there} are there at the most.",
               many=int(required[part.places].max()), there=round(float(there[part.places].max()), 1))  # fmt: skip
    name = alone.expected.queue.name if alone else say("Together")
    number = alone.expected.id if alone else "all"
    until = _edges(part)[-1]
    points.append({"at": until, "end": until, "there": 0, "required": None, "short": False})
    return Chart(f"people-{number}", name, says, people_by_time(ticks), points, (), ())


def _edges(part: Shown) -> list[int]:
    """When each day that is drawn begins and ends: so all charts share their time, and nothing is drawn at night."""
    points = local_points(part)
    many = len(part.columns)
    return [edge for at in range(0, len(points), many) for edge in (points[at][1], points[at + many - 1][2])]


def _opens(part: Shown, place: int, line: Line | None) -> str:
    day = part.standing.plan.since + timedelta(days=place // part.standing.per_day)
    return f"?day={day}" + (f"&queue={line.expected.id}" if line else "")


def _when(part: Shown, place: int) -> str:
    day, column = divmod(place, part.standing.per_day)
    clocked = f"{part.clock(column)}–{part.clock(column + 1)}"
    if len(part.days) == 1:
        return clocked
    return say("{day:%a} {day.day} {day:%b}, {time}", day=part.standing.plan.since + timedelta(days=day), time=clocked)


def _table(part: Shown) -> dict[str, Any]:
    """The numbers of the charts."""
    lines = part.lines[:DRAWN]
    head = [say("From"), *(say("{queue}: {what}", queue=each.expected.queue.name, what=say(what))
                             for each in lines for what in ("expected", "required", "scheduled"))]  # fmt: skip
    rows = [
        [Cell(_when(part, place)), *(cell for each in lines for cell in _numbers(each, place))]
        for place, _, _ in local_points(part)
    ]
    return {"head": head, "rows": rows}


def _numbers(line: Line, place: int) -> tuple[Cell, ...]:
    if not line.expected.opens[place] and not line.work.people[place]:
        return Cell("–"), Cell("–"), Cell("–")
    return (
        Cell(figure(float(line.expected.mean[place]), ",.1f")),
        Cell(figure(int(line.expected.required[place]))),
        Cell(figure(float(line.work.people[place]), ",.1f")),
    )


# As a file -------------------------------------------------------------------
@require_safe
@in_workspace
def numbers(request: Request) -> HttpResponse:
    """The plan of a day or week as CSV, a line for each queue and interval in which it is open."""
    day = day_asked(request.GET) or timezone.localdate()
    found = standing(request.access, day)
    line = _line(request, found)
    part = shown(found, week_of(day) if request.GET.get("view") == "week" else [day])
    out = StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write([say(each) for each in COLUMNS])
    for each in [line] if line else found.lines:
        for place in part.places.tolist():
            if each.expected.opens[place] or each.work.people[place]:
                write(_row(part, each, place))
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="staffing-{day}.csv"'
    return answer


def _row(part: Shown, line: Line, place: int) -> list[Any]:
    told = line.expected
    day, column = divmod(place, part.standing.per_day)
    met, busy = (
        "" if np.isnan(each[place]) else round(float(each[place]), 4)
        for each in (line.meets.in_time, line.meets.occupancy)
    )
    return [
        (part.standing.plan.since + timedelta(days=day)).isoformat(), part.clock(column), defused(told.queue.name),
        *(round(float(each[place]), 2) for each in (told.mean, told.low, told.high, told.handling_s)),
        int(told.required[place]), int(told.scheduled[place]), round(float(line.work.people[place]), 2), met, busy,
    ]  # fmt: skip
