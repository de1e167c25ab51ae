"""Reports: a page that comes by mail."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from hubbub.accounts.core.access import Permission
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.listening import selectors as listening
from hubbub.listening.core.alerts import checked_mails
from hubbub.listening.core.reports import WEEKDAYS, Report
from hubbub.listening.selectors import reports as selectors
from hubbub.listening.services import reports as services
from hubbub.web.letters import page_of
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import given, number, save, text

PAGES = {"topics": mark("Topics"), "channel-map": mark("Channels"), "trends": mark("Trends"), "events": mark("Events")}


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, report: int | None = None) -> HttpResponse:
    """Make or change a report."""
    request.access.require(Permission.LISTEN)
    value = selectors.report(request.access, report) if report is not None else None
    path = value.path if value else _path(request, request.POST.get("page") or request.GET.get("page", ""))
    context: dict[str, Any] = {
        "section": "topics",
        "report": value,
        "page": path,
        "page_words": _words(request, path),
        "days": _days(),
        "hours": [(str(hour), f"{hour:02}:00") for hour in range(24)],
        "zone": request.access.timezone,
        "form": given(request) if request.method == "POST" else _shown(value),
    }
    if request.method != "POST":
        context["form"].setdefault("name", context["page_words"])
        return render(request, "listening/report_form.html", context)
    return save(
        request,
        "listening/report_form.html",
        context,
        lambda: services.save_report(request.access, _report(request, report, path), now=now()),
        then="alerts",
        said=say("Saved. It comes by mail."),
    )


def _days() -> list[tuple[str, str]]:
    weekdays = [(str(place), say("Every {weekday}", weekday=say(name))) for place, name in enumerate(WEEKDAYS)]
    return [("", say("Every day")), *weekdays]


def _shown(report: Report | None) -> dict[str, str]:
    if report is None:
        return {"weekday": "0", "hour": "8"}
    return {
        "name": report.name,
        "weekday": "" if report.weekday is None else str(report.weekday),
        "hour": str(report.hour),
        "mails": "\n".join(report.mails),
    }


def _report(request: Request, report: int | None, path: str) -> Report:
    hour = number(request, "hour")
    return Report(
        id=report or 0,
        name=text(request, "name"),
        path=path,
        weekday=number(request, "weekday"),
        hour=24 if hour is None else hour,
        mails=checked_mails(text(request, "mails")),
    )


def _path(request: Request, given: str) -> str:
    """Return the page of this workspace that is to be sent."""
    path = given.removeprefix(f"/w/{request.access.slug}/").replace("\x00", "")
    if not path or len(path) > 500:
        raise InvalidInput(reason="Open the page that is to come by mail, and choose it there.")
    page_of(request.access.slug, path)
    return path


def _words(request: Request, path: str) -> str:
    """Name a page."""
    name = page_of(request.access.slug, path)
    if name == "topic":
        known = {str(topic.id): topic.name for topic in listening.topics(request.access)}
        return known.get(path.split("/")[1], say("A topic"))
    return say(PAGES.get(name, mark("An event")))


@require_POST
@in_workspace
def remove(request: Request, report: int) -> HttpResponse:
    """Send it no longer."""
    return save(
        request,
        "listening/alerts.html",
        {"section": "topics", "tab": "alerts"},
        lambda: services.remove_report(request.access, report, now=now()),
        then="alerts",
        said=say("Removed. It comes no more."),
    )
