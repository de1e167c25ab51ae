"""Events that move what comes: those one marks, with what their kind brought before; storms found; holidays."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, save, text
from hubbub.web.workforce.foretold import change_words, clock_words, learnt_words, when_words
from hubbub.workforce.core.plan.events import KINDS, Marked
from hubbub.workforce.core.plan.foretelling import holidays_near
from hubbub.workforce.core.plan.queue import DAY_MIN
from hubbub.workforce.selectors import forecasts as selectors
from hubbub.workforce.selectors.forecasts import Tried
from hubbub.workforce.selectors.queues import queues, rules
from hubbub.workforce.services.forecasts import judge_storm, remove_event, save_event

SHOWN = timedelta(days=400)
PAST, STORMS = 40, 20
YEAR = timedelta(days=365)
FIELDS = ("kind", "name", "queue", "day", "from", "until", "change")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
_CHANGE = re.compile(r"([+\-−±]?)\s*(\d{1,4}(?:[.,]\d{1,2})?)")


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """All that is marked and was found, with what it brings."""
    today = timezone.localdate()
    names = {each.id: each.queue.name for each in queues(request.access)}
    found = selectors.events(request.access, since=today - SHOWN)
    tried = selectors.tried(request.access)
    country = rules(request.access).country
    marked = [each for each in found if not each.found]
    coming = holidays_near(country, today, today + YEAR)
    holidays = [(day, name, _holiday(name, tried, names)) for day, name in coming.items()]
    context = {
        "section": "staffing",
        "tab": "forecast",
        "part": "events",
        "any_queue": bool(names),
        "coming": [_line(each, names, tried) for each in marked if each.day >= today],
        "past": [_line(each, names, tried) for each in reversed(marked) if each.day < today][:PAST],
        "kinds": _kinds({each.kind for each in marked if each.factor is None and not each.storm}, names, tried),
        "storms": [
            (each, names.get(each.queue or 0, ""), when_words(each)) for each in reversed(found) if each.found
        ][:STORMS],
        "country": country,
        "holidays": holidays,
        "holidays_learnt": any(brings for *_, brings in holidays),
    }  # fmt: skip
    return render(request, "workforce/events.html", context)


def _line(event: Marked, names: Mapping[int, str], tried: Mapping[int, Tried]) -> dict[str, Any]:
    queue = names.get(event.queue) if event.queue is not None else None
    if event.factor is not None:
        brings = say("{change}, set by hand", change=change_words(event.factor))
    elif event.storm:
        brings = say("kept out of what is usual")
    else:
        which = [event.queue] if event.queue is not None else list(names)
        brings = _brings(event.kind, which, names, tried) or say("not learnt yet")
    return {"event": event, "when": when_words(event), "queue": queue, "brings": brings}


def _brings(kind: str, which: list[int], names: Mapping[int, str], tried: Mapping[int, Tried]) -> str:
    """Say what a kind brings to some queues, as far as one can tell."""
    told = []
    for queue in which:
        for each in tried[queue].learnt if queue in tried else ():
            if each["kind"] == kind:
                words = learnt_words(each)
                told.append(words if len(which) == 1 else f"{names[queue]}: {words}")
    return "; ".join(told)


def _kinds(kinds: set[str], names: Mapping[int, str], tried: Mapping[int, Tried]) -> list[tuple[str, str, str]]:
    """Return what each kind brings to each queue."""
    return [
        (kind, name, learnt_words(each))
        for kind in sorted(kinds)
        for queue, name in names.items()
        for each in (tried[queue].learnt if queue in tried else ())
        if each["kind"] == kind
    ]


def _holiday(name: str, tried: Mapping[int, Tried], names: Mapping[int, str]) -> str:
    """Say what was seen of a holiday before; nothing where none was."""
    seen = {
        queue: replace(each, learnt=tuple(one for one in each.learnt if one["seen"])) for queue, each in tried.items()
    }
    return _brings(name, list(names), names, seen)


# One event -------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, planned: int | None = None) -> HttpResponse:
    """Mark an event, or change one."""
    request.access.require(Permission.PLAN)
    value = selectors.event(request.access, planned) if planned is not None else None
    context: dict[str, Any] = {
        "section": "staffing",
        "event": value,
        "queues": [(each.id, each.queue.name) for each in queues(request.access)],
        "kinds": sorted({*(say(each) for each in KINDS), *_used(request)}),
        "form": _filled(value) if value else {"day": request.GET.get("day", "")[:10]},
    }
    if request.method != "POST":
        return render(request, "workforce/event_form.html", context)
    context["form"] = {name: text(request, name) for name in FIELDS}
    return save(
        request,
        "workforce/event_form.html",
        context,
        lambda: save_event(request.access, _read(request), event=planned, now=now()),
        then="planned-events",
        said=say("Saved. What it moves is forecast anew within seconds."),
    )


def _used(request: Request) -> set[str]:
    return {each.kind for each in selectors.events(request.access) if not each.found}


def _filled(event: Marked) -> dict[str, str]:
    return {
        "kind": event.kind,
        "name": event.name,
        "queue": str(event.queue or ""),
        "day": event.day.isoformat(),
        "from": "" if event.whole_day else clock_words(event.start_min),
        "until": "" if event.whole_day else clock_words(event.end_min) if event.end_min < DAY_MIN else "24:00",
        "change": "" if event.factor is None else change_words(event.factor).removesuffix("\u00a0%"),
    }


def _read(request: Request) -> dict[str, Any]:
    try:
        day = date.fromisoformat(text(request, "day"))
    except ValueError:
        raise InvalidInput(reason=say("An event has a day, as 2026-06-14.")) from None
    return {
        "kind": text(request, "kind"),
        "name": text(request, "name"),
        "queue": number(request, "queue"),
        "day": day,
        "start_min": _minute(text(request, "from"), 0),
        "end_min": _minute(text(request, "until"), DAY_MIN),
        "factor": _factor(text(request, "change")),
    }


def _minute(written: str, other: int) -> int:
    if not written.strip():
        return other
    found = _CLOCK.fullmatch(written.strip())
    minute = int(found[1]) * 60 + int(found[2]) if found else DAY_MIN + 1
    if found is None or minute > DAY_MIN or int(found[2]) > 59:
        raise InvalidInput(reason=say("{text!r} is no time of a day; write it as 20:30.", text=written.strip()[:20]))
    return minute


def _factor(written: str) -> float | None:
    """Read how much more or less comes, as +35 or −20 %; None where nothing is written."""
    bare = written.strip().removesuffix("%").strip()
    if not bare:
        return None
    found = _CHANGE.fullmatch(bare)
    if found is None:
        raise InvalidInput(reason=say("{text!r} is no change; write it as +35 % or −20 %.", text=bare[:20]))
    change = float(found[2].replace(",", ".")) / 100
    return round(1 + (-change if found[1] in ("-", "−") and found[1] else change), 6)


@require_POST
@in_workspace
def remove(request: Request, planned: int) -> HttpResponse:
    """Take an event back."""
    remove_event(request.access, planned, now=now())
    messages.success(request, say("Removed. What it moved is forecast anew within seconds."))
    return redirect("planned-events", slug=request.access.slug)


@require_POST
@in_workspace
def judge(request: Request, storm: int) -> HttpResponse:
    """Say of a storm that was found whether it was one."""
    judge_storm(request.access, storm, storm=text(request, "storm") == "yes", now=now())
    messages.success(request, say("Thank you. It is forecast anew within seconds."))
    return redirect("planned-events", slug=request.access.slug)
