"""Forecast: what is expected of a queue in the next weeks and in each interval of a day, and how sure that is."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from hubbub.flows.measuring import SoFar, today_so_far
from hubbub.kernel.speech import figure, mark, say
from hubbub.web.charts import Cell, Chart, expected_by_time, local_ms
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.workforce.amounts import time_words
from hubbub.web.workforce.foretold import (
    ENOUGH,
    accuracy_words,
    bias_words,
    clock_words,
    gain_words,
    model_words,
    off_words,
    storm_words,
    when_words,
    why_words,
)
from hubbub.web.workforce.span import day_asked
from hubbub.workforce.core.plan.events import Marked
from hubbub.workforce.core.plan.foretelling import AHEAD, WEEK, DayAhead, holidays_near
from hubbub.workforce.core.plan.history import Day, Figures
from hubbub.workforce.core.plan.queue import DAY_MIN
from hubbub.workforce.selectors import forecasts as selectors
from hubbub.workforce.selectors.queues import QueueLine, history, queues, rules
from hubbub.workforce.services.measuring import measure_again

BACK = 28
TABLE = 14


@dataclass(frozen=True, slots=True)
class Chosen:
    """The queue that a page is about, and all there are."""

    lines: tuple[QueueLine, ...]
    line: QueueLine | None


def chosen(request: Request) -> Chosen:
    """Return the queue that an address asks for; the first, where it asks for none or for one that is gone."""
    lines = queues(request.access)
    given = request.GET.get("queue", "")
    line = next((each for each in lines if str(each.id) == given), lines[0] if lines else None)
    return Chosen(lines, line)


def total(figures: Figures) -> float:
    """Add up what is known."""
    return sum(filter(None, figures))


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """The next weeks of a queue, or one day of it by intervals."""
    picked = chosen(request)
    context: dict[str, Any] = {"section": "staffing", "tab": "forecast", "part": "forecast", "picked": picked}
    if picked.line is None:
        return render(request, "workforce/forecast.html", context)
    today = timezone.localdate()
    day = day_asked(request.GET)
    tried = selectors.tried(request.access).get(picked.line.id)
    context |= {
        "line": picked.line,
        "fed": _fed(picked.line),
        "tried": tried,
        "pending": picked.line.id in selectors.pending(request.access),
        "trouble": say(tried.trouble) if tried and picked.line.days else "",
        "missing": max(0, ENOUGH - picked.line.days),
        "query": urlencode({"queue": picked.line.id}),
        "day": day,
    }
    if tried is not None and not tried.trouble:
        context |= {
            "model": model_words(tried.model),
            "why": why_words(tried.model),
            "gain": gain_words(tried),
            "storms": storm_words(tried),
            "notes": [say(each) for each in tried.notes],
            "coverage": None if tried.coverage is None else round(100 * tried.coverage),
        }
        context |= _of_day(request, picked.line, day, today) if day else _of_weeks(request, picked.line, today)
    return render(request, "workforce/forecast.html", context)


# The next weeks ---------------------------------------------------------------
def _of_weeks(request: Request, line: QueueLine, today: date) -> dict[str, Any]:
    past = {each.day: each for each in history(request.access, line.id, today - timedelta(days=BACK), today)}
    ahead = {each.day: each for each, _ in selectors.expected(request.access, line.id, today, today + timedelta(AHEAD))}
    accuracy = selectors.accuracy(request.access, line.id, today)
    week = [ahead[day] for day in sorted(ahead)[:WEEK]]
    marked = _marks(request, line, today - timedelta(days=BACK), today + timedelta(AHEAD))
    return {
        "lede": _lede(week, past, today),
        "accuracy": accuracy_words(accuracy),
        "figures": _figures(week, accuracy),
        "chart": _weeks_chart(request, line, past, ahead),
        "rows": [_row(line, ahead[day], past, marked.get(day, ())) for day in sorted(ahead)[:TABLE]],
        "weeks": [
            (each.since, off_words(each.error), off_words(each.naive) if each.naive is not None else "",
             bias_words(each), f"{each.inside * 100:.0f} %", each.days)
            for each in reversed(accuracy)
        ],
    }  # fmt: skip


def _lede(week: Sequence[DayAhead], past: Mapping[date, Day], today: date) -> str:
    expected = sum(total(each.mean) for each in week)
    before = [past[day] for back in range(1, WEEK + 1) if (day := today - timedelta(days=back)) in past]
    came = sum(each.total for each in before)
    number = figure(round(expected))
    if len(before) < WEEK or not came:
        return say("{number} are expected in the next seven days.", number=number)
    change = round(100 * (expected / came - 1))
    if change == 0:
        return say("{number} are expected in the next seven days, as many as came in the last.", number=number)
    more = mark("{number} are expected in the next seven days, {share} % more than came in the last.")
    fewer = mark("{number} are expected in the next seven days, {share} % fewer than came in the last.")
    return say(more if change > 0 else fewer, number=number, share=abs(change))


def _figures(week: Sequence[DayAhead], accuracy: Sequence[selectors.Off]) -> list[tuple[str, str, str]]:
    most = max(
        ((value, each, at) for each in week for at, value in enumerate(each.mean) if value is not None),
        key=lambda found: found[0], default=None,
    )  # fmt: skip
    busiest = max(week, key=lambda each: total(each.mean), default=None)
    handled = sum(total(each.mean) for each in week) or 1.0
    seconds = sum(
        (many or 0.0) * (takes or 0.0) for each in week for many, takes in zip(each.mean, each.handling_s, strict=True)
    )
    found = []
    if busiest is not None:
        found.append((
            say("Busiest day"), figure(round(total(busiest.mean))),
            say("{day}, from {low} to {high}", day=date_words(busiest.day, say("D j M")),
                low=figure(round(busiest.day_low)), high=figure(round(busiest.day_high))),
        ))  # fmt: skip
    if most is not None:
        value, each, at = most
        when = f"{date_words(each.day, say('D'))} {clock_words(at * DAY_MIN // len(each.mean))}"
        found.append((say("Busiest interval"), figure(round(value)), when))
    found.append((say("Handling time"), time_words(seconds / handled), say("expected on average")))
    if accuracy:
        last = accuracy[-1]
        naive = say("the week before: {off}", off=off_words(last.naive)) if last.naive is not None else ""
        found.append((say("Off last week"), off_words(last.error), naive))
    return found


def _weeks_chart(request: Request, line: QueueLine, past: Mapping[date, Day], ahead: Mapping[date, DayAhead]) -> Chart:
    points, rows = [], []
    for day in sorted({*past, *ahead}):
        came, told = past.get(day), ahead.get(day)
        href = _address(request, line, day)
        when = date_words(day, say("D j M"))
        points.append(
            _point(day, 0, when, href)
            | {"came": came.total if came else None}
            | ({"mean": round(total(told.mean), 1), "low": told.day_low, "high": told.day_high} if told else _NOTHING)
        )
        rows.append([
            Cell(when, href),
            Cell(figure(round(came.total)) if came else ""),
            Cell(figure(round(total(told.mean))) if told else ""),
            Cell(figure(round(told.day_low)) if told else ""),
            Cell(figure(round(told.day_high)) if told else ""),
        ])  # fmt: skip
    return Chart(
        name="weeks",
        title=say("The last four weeks and the next six"),
        says=say("What came each day, and what is expected with the band in which it lies eight times of ten."),
        spec=expected_by_time("day", "dates"),
        points=points,
        head=[say("Day"), say("Came"), say("Expected"), say("From"), say("To")],
        rows=rows,
        legend=_legend(),
    )


_NOTHING: dict[str, Any] = {"mean": None, "low": None, "high": None}


def _legend() -> tuple[tuple[str, str], ...]:
    return (("ftext", say("Came")), ("f1", say("Expected")), ("fband", say("Eight times of ten within")))


def _point(day: date, minute: int, when: str, href: str) -> dict[str, Any]:
    at = datetime.combine(day, time(), UTC) + timedelta(minutes=minute)
    return {"at": local_ms(at), "when": when, "href": href}


def _address(request: Request, line: QueueLine, day: date) -> str:
    return reverse("forecast", args=[request.access.slug]) + f"?{urlencode({'queue': line.id, 'day': day.isoformat()})}"


def _row(line: QueueLine, told: DayAhead, past: Mapping[date, Day], marked: Sequence[str]) -> dict[str, Any]:
    before = past.get(told.day - timedelta(days=WEEK))
    return {
        "day": told.day,
        "mean": figure(round(total(told.mean))),
        "low": figure(round(told.day_low)),
        "high": figure(round(told.day_high)),
        "before": figure(round(before.total)) if before else "",
        "storm": figure(round(total(told.storm))) if round(total(told.storm)) else "",
        "marks": marked,
        "shut": not any(each is not None for each in told.mean),
    }


def _marks(request: Request, line: QueueLine, since: date, until: date) -> dict[date, list[str]]:
    """Return what each day is: holidays, and events with their times."""
    found: dict[date, list[str]] = {}
    for day, name in holidays_near(rules(request.access).country, since, until).items():
        found.setdefault(day, []).append(name)
    for each in selectors.events(request.access, since=since):
        if each.day < until and each.queue in (None, line.id) and not each.found:
            found.setdefault(each.day, []).append(_event_words(each))
    return found


def _event_words(event: Marked) -> str:
    return event.name if event.whole_day else f"{event.name}, {when_words(event)}"


# One day ----------------------------------------------------------------------
def _of_day(request: Request, line: QueueLine, day: date, today: date) -> dict[str, Any]:
    so_far = today_so_far(request.access, line.id, now()) if day == today and _fed(line) else None
    came = so_far.day if so_far else next(iter(history(request.access, line.id, day, day + timedelta(days=1))), None)
    found = next(iter(selectors.expected(request.access, line.id, day, day + timedelta(days=1))), None)
    told, made_on = found or (None, None)
    words = date_words(day, say("l j F"))
    return {
        "lede": _today_lede(so_far, told) if so_far else _day_lede(words, came, told),
        "made_on": made_on,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "day_words": words,
        "marks": _marks(request, line, day, day + timedelta(days=1)).get(day, []),
        "chart": _day_chart(day, came, told) if came or told else None,
    }


def _fed(line: QueueLine) -> bool:
    return bool(line.queue.calls or line.queue.channels)


def _today_lede(so_far: SoFar, told: DayAhead | None) -> str:
    number = figure(round(so_far.day.total + so_far.running))
    if told is None:
        return say("{number} came today so far.", number=number)
    over = total(told.mean[: so_far.over])
    return say(
        "{number} came today so far; {until} were expected until now, and {expected} in all.", number=number,
        until=figure(round(over)), expected=figure(round(total(told.mean))),
    )  # fmt: skip


def _day_lede(words: str, came: Day | None, told: DayAhead | None) -> str:
    if told is None and came is None:
        return say("Nothing is known of {day}, and nothing is expected.", day=words)
    if told is None and came is not None:
        return say("{number} came on {day}.", number=figure(round(came.total)), day=words)
    assert told is not None
    expected = figure(round(total(told.mean)))
    if came is not None:
        number = figure(round(came.total))
        return say("{number} came on {day}; {expected} were expected.", number=number, day=words, expected=expected)
    if not any(each is not None for each in told.mean):
        return say("Nobody is there on {day}.", day=words)
    return say(
        "{expected} are expected on {day}, eight times of ten from {low} to {high}.", expected=expected, day=words,
        low=figure(round(told.day_low)), high=figure(round(told.day_high)),
    )  # fmt: skip


def _day_chart(day: date, came: Day | None, told: DayAhead | None) -> Chart:
    many = len(told.mean if told else came.arrivals if came else ())
    step = DAY_MIN // many
    points, rows = [], []
    for at in range(many):
        when = clock_words(at * step)
        seen = came.arrivals[at] if came and at < len(came.arrivals) else None
        mean, low, high, storm, takes = (
            (getattr(told, name)[at] if told else None) for name in ("mean", "low", "high", "storm", "handling_s")
        )
        points.append(_point(day, at * step, when, "") | {"came": seen, "mean": mean, "low": low, "high": high})
        if seen is not None or mean is not None:
            rows.append([
                Cell(when), Cell(_number(seen)), Cell(_number(mean, ",.1f")), Cell(_number(low)), Cell(_number(high)),
                Cell(_number(storm, ",.1f") if storm and storm >= 0.05 else ""),
                Cell(time_words(takes) if takes and mean is not None else ""),
            ])  # fmt: skip
    return Chart(
        name="day",
        title=say("By intervals"),
        says=say("What is expected in each interval of the day, with the band in which it lies eight times of ten."),
        spec=expected_by_time("minute", "minutes"),
        points=points,
        head=[
            say("Time"),
            say("Came"),
            say("Expected"),
            say("From"),
            say("To"),
            say("For storms"),
            say("Handling time"),
        ],
        rows=rows,
        legend=_legend(),
    )


def _number(value: float | None, spec: str = ",.0f") -> str:
    return "" if value is None else figure(value, spec)


# The file, and measuring again ------------------------------------------------
@require_safe
@in_workspace
def numbers(request: Request) -> HttpResponse:
    """What is expected of a queue in each interval of the next six weeks, as CSV."""
    line = chosen(request).line
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    name = slugify(line.queue.name) if line else ""
    answer["Content-Disposition"] = f'attachment; filename="forecast-{name or "queue"}.csv"'
    writer = csv.writer(answer)
    writer.writerow(["interval_begins", "expected", "low", "high", "storms", "handling_s", "model", "made_on"])
    today = timezone.localdate()
    found = selectors.expected(request.access, line.id, today, today + timedelta(AHEAD)) if line else ()
    for told, made_on in found:
        step = DAY_MIN // len(told.mean)
        for at in range(len(told.mean)):
            values = (getattr(told, each)[at] for each in ("mean", "low", "high", "storm", "handling_s"))
            begins = f"{told.day.isoformat()} {clock_words(at * step)}"
            writer.writerow([begins, *("" if each is None else each for each in values), told.model, made_on])
    return answer


@require_POST
@in_workspace
def measure(request: Request, queue: int) -> HttpResponse:
    """Count what the desk knows of a queue anew."""
    measure_again(request.access, queue, now=now())
    messages.success(request, say("It is counted anew within a minute."))
    address = reverse("forecast", args=[request.access.slug])
    return redirect(f"{address}?{urlencode({'queue': queue})}")
