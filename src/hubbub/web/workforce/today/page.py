"""The page of the running day, what is behind its figures, and what can be done about it."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.flows.today import changing
from hubbub.flows.today import day as flow
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.workforce.today.drawn import charts
from hubbub.web.workforce.today.words import Told
from hubbub.workforce.core.plan.clock import clock
from hubbub.workforce.core.plan.queue import DAY_MIN
from hubbub.workforce.selectors.queues import queue as one_queue


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """The day; in part: what changes by itself."""
    found = flow.today(request.access, now(), day_of(request.GET.get("day", "")))
    chosen = _number(request.GET.get("queue", ""))
    told = Told(found, request.access.slug, plans=request.access.may(Permission.PLAN))
    context: dict[str, Any] = {
        "section": "staffing",
        "tab": "today",
        "today": found,
        "told": told,
        "sees_people": request.access.may(Permission.PLAN) or request.access.may(Permission.TEAM),
        "chosen": chosen,
        "charts": charts(found, request.access.slug, chosen),
        "query": request.GET.urlencode(),
    }
    return render(request, "workforce/today/day.html" if request.htmx else "workforce/today.html", context)


@require_safe
@in_workspace
def behind(request: Request, queue: int) -> HttpResponse:
    """Who wanted a queue on a day, or in one interval of it, and whether they were in time."""
    at = now()
    found = flow.today(request.access, at, day_of(request.GET.get("day", "")))
    line = one_queue(request.access, queue)
    interval = _number(request.GET.get("at", ""))
    step = found.rules.step_min
    if interval is not None and interval * step >= DAY_MIN:
        interval = None
    lost = bool(request.GET.get("lost"))
    rows = flow.behind(request.access, queue, at, found.day, interval, lost=lost)
    context = {
        "section": "staffing", "tab": "today", "queue": line.queue, "day": found.day, "rows": rows,
        "span": "" if interval is None else f"{clock(interval * step)}–{clock((interval + 1) * step)}",
        "lost": lost, "in_time": sum(kept is True for _, kept in rows),
        "counted": sum(kept is not None for _, kept in rows),
    }  # fmt: skip
    return render(request, "workforce/today/behind.html", context)


@require_POST
@in_workspace
def do(request: Request) -> HttpResponse:
    """Move a break, or lend somebody to another queue."""
    given = {name: _number(request.POST.get(name, "")) for name in ("shift", "which", "start", "end", "version")}
    shift, start, version = given["shift"], given["start"], given["version"]
    if shift is None or start is None or version is None:
        raise InvalidInput(reason=say("Say which shift, from when, and of which roster."))
    if request.POST.get("what") == "lend":
        skill = request.POST.get("skill", "")[:100]
        changing.lend(request.access, shift, skill, start, given["end"] or 0, version=version, now=now())
    else:
        changing.move_break(request.access, shift, given["which"] or 0, start, version=version, now=now())
    return redirect(reverse("staffing-today", args=[request.access.slug]))


def day_of(given: str) -> date | None:
    """Return the day that an address names; None: today.

    Raises
    ------
    InvalidInput
        If it is none.
    """
    if not given:
        return None
    try:
        return date.fromisoformat(given[:10])
    except ValueError:
        raise InvalidInput(reason=say("A day is written as 2026-11-30.")) from None


def _number(given: str) -> int | None:
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None
