"""Events: followed before, while and after; as a page that moves, as PDF, as data."""

import csv
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, JsonResponse
from django.utils.dateformat import format as date_words
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.infra.places import places
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.listening import selectors as listening
from hubbub.listening.core.events import EventValue
from hubbub.listening.selectors import events as selectors
from hubbub.listening.selectors import history
from hubbub.listening.services.events import remove_event, save_event
from hubbub.web.listening import paper, spans
from hubbub.web.listening.report import Report, as_data, report_of
from hubbub.web.listening.topic import Looks
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import save, text


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """All events, the latest first."""
    at = now()
    lines = []
    for event in selectors.events(request.access):
        during = event.spans(at, ZoneInfo(request.access.timezone)).during
        posts = history.posts_of(request.access, [event.topic], during)[event.topic] if during else (0, 0, 0)
        lines.append({"event": event, "phase": event.phase(at), "posts": sum(posts)})
    return render(request, "listening/events.html", {"section": "topics", "tab": "events", "lines": lines})


@require_safe
@in_workspace
def page(request: Request, event: int) -> HttpResponse:
    """An event as it stands; while it is on, the page asks for its moving part again and again."""
    report = _report(request, event, explain=not request.htmx)
    span = report.spans.whole
    look = Looks(request.access.slug, listening.topic(request.access, report.event.topic), span) if span else None
    peak = report.during.peak if report.during else None
    context: dict[str, Any] = {
        "section": "topics",
        "tab": "events",
        "event": report.event,
        "report": report,
        "phase": report.phase.value,
        "lively": report.event.lively(report.at),
        "when": when(report.event, ZoneInfo(request.access.timezone)),
        "chart": look.volume(report.volume, report.acted, marks(report))
        if look and report.volume.whole.posts
        else None,
        "peak": peak if peak and peak.posts else None,
        "peak_words": spans.when(peak.start, span.step) if peak and span else "",
        "step": span.step if span else "",
        "posts_url": look.posts() if look else "",
        "turns": [
            {"letter": letter, "said": each, "url": look.posts(each.at, _until(report, each.turn.end)) if look else ""}
            for letter, each in zip(LETTERS, report.turns, strict=False)
        ],
    }
    return render(request, "listening/event_now.html" if request.htmx else "listening/event.html", context)


LETTERS = "ABCDEFGH"


def marks(report: Report) -> dict[datetime, str]:
    """Return what is marked on the curve of an event: its begin and end, and the turns by letter."""
    event = report.event
    found = {each.at: letter for letter, each in zip(LETTERS, report.turns, strict=False)}
    return found | {event.since: say("Begins"), event.until: say("Ends")}


def _until(report: Report, end: int) -> datetime:
    return report.volume.steps[end - 1].end


def when(event: EventValue, zone: ZoneInfo) -> str:
    """Say when an event takes place, on the clock of a zone."""
    since, until = event.since.astimezone(zone), event.until.astimezone(zone)
    form = "H:i" if since.date() == until.date() else say("D j M, H:i")
    first = date_words(since, say("D j M Y, H:i"))
    return say("{since} to {until}", since=first, until=date_words(until, form))


def _report(request: Request, event: int, *, explain: bool = True) -> Report:
    return report_of(request.access, selectors.event(request.access, event), places(), now(), explain=explain)


@require_safe
@in_workspace
def numbers(request: Request, event: int) -> HttpResponse:
    """The curve of an event as CSV."""
    value = selectors.event(request.access, event)
    span = value.spans(now(), ZoneInfo(request.access.timezone)).whole
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_file_name(value)}.csv"'
    writer = csv.writer(answer)
    writer.writerow([f"{span.step if span else 'minute'}_begins", "part", "posts", "cold", "neither", "warm"])
    if span is not None:
        for step in history.volume_of(request.access, value.topic, span).steps:
            part = "before" if step.start < value.since else "during" if step.start < value.until else "after"
            writer.writerow((step.start.isoformat(), part, step.posts, *step.moods))
    return answer


@require_safe
@in_workspace
def data(request: Request, event: int) -> HttpResponse:
    """The whole report as JSON."""
    report = _report(request, event)
    answer = JsonResponse(as_data(report), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="{_file_name(report.event)}.json"'
    return answer


@require_safe
@in_workspace
def pdf(request: Request, event: int) -> HttpResponse:
    """The whole report on paper."""
    report = _report(request, event)
    zone = ZoneInfo(request.access.timezone)
    made = paper.event_report(report, request.access.workspace_name, when(report.event, zone), zone)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{_file_name(report.event)}.pdf"'
    return answer


def _file_name(event: EventValue) -> str:
    return f"{slugify(event.name) or 'event'}-{event.since:%Y-%m-%d}"


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, event: int | None = None) -> HttpResponse:
    """Make or change an event."""
    request.access.require(Permission.LISTEN)
    value = selectors.event(request.access, event) if event is not None else None
    zone = ZoneInfo(request.access.timezone)
    context: dict[str, Any] = {
        "section": "topics",
        "tab": "events",
        "event": value,
        "form": _filled(value, zone),
        "zone": request.access.timezone,
    }
    if request.method != "POST":
        return render(request, "listening/event_form.html", context)
    context["form"] = {name: text(request, name) for name in ("name", "query", "since", "until", "accounts")}
    return save(
        request,
        "listening/event_form.html",
        context,
        lambda: save_event(
            request.access,
            event=event,
            name=text(request, "name"),
            text=text(request, "query"),
            since=_moment(text(request, "since"), zone, say("Begins")),
            until=_moment(text(request, "until"), zone, say("Ends")),
            accounts=text(request, "accounts"),
            now=now(),
        ),
        then="events",
        said=say("Saved. It is listened for within seconds."),
    )


def _filled(event: EventValue | None, zone: ZoneInfo) -> dict[str, str]:
    if event is None:
        return {}
    return {
        "name": event.name,
        "query": event.query,
        "since": f"{event.since.astimezone(zone):%Y-%m-%dT%H:%M}",
        "until": f"{event.until.astimezone(zone):%Y-%m-%dT%H:%M}",
        "accounts": "\n".join(f"@{account.handle}" for account in event.accounts),
    }


def _moment(given: str, zone: ZoneInfo, field: str) -> datetime:
    try:
        return spans.moment(given, zone)
    except ValueError:
        reason = say("{field}: give a day and a time, as 2026-11-30T20:45.", field=field)
        raise InvalidInput(reason=reason) from None


@require_POST
@in_workspace
def remove(request: Request, event: int) -> HttpResponse:
    """Follow an event no longer."""
    return save(
        request,
        "listening/event_form.html",
        {"section": "topics", "tab": "events"},
        lambda: remove_event(request.access, event, now=now()),
        then="events",
        said=say("Removed. What was heard of it stays."),
    )
