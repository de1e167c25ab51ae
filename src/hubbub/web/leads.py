"""Leads: a board by stage, a list, one with its history, and all as a file."""

import csv
from io import StringIO

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.care import selectors as care
from hubbub.care.services import leads
from hubbub.kernel.errors import HubbubError, InvalidInput, NotAllowed, NotFound
from hubbub.kernel.speech import mark, say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, text

COLUMNS = (
    mark("lead"), mark("title"), mark("who"), mark("stage"), mark("owned by"), mark("value"), mark("currency"),
    mark("expected"), mark("case"), mark("made"), mark("changed"),
)  # fmt: skip
LISTED = 500


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """All leads, by stage or as a list."""
    as_list = request.GET.get("as") == "list"
    shown = {
        "section": "inbox",
        "as_list": as_list,
        "stages": care.lead_board(request.access),
        "lines": care.all_leads(request.access, LISTED) if as_list else (),
    }
    return render(request, "leads/index.html", shown)


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, lead: int) -> HttpResponse:
    """One lead: what is known, and what happened."""
    if request.method == "POST":
        try:
            leads.change(
                request.access,
                lead,
                title=text(request, "title"),
                stage=number(request, "stage") or 0,
                owner=number(request, "owner"),
                value=text(request, "value"),
                currency=text(request, "currency"),
                expected_on=text(request, "expected_on"),
                now=now(),
            )
        except (NotAllowed, NotFound):
            raise
        except HubbubError as error:
            shown = {**_one(request, lead), "error": error, "given": request.POST}
            return render(request, "leads/lead.html", shown, status=error.status)
        messages.success(request, say("Saved."))
        return redirect("leads", slug=request.access.slug)
    return render(request, "leads/lead.html", _one(request, lead))


def _one(request: Request, lead: int) -> dict[str, object]:
    return {
        "section": "inbox",
        "lead": care.lead(request.access, lead),
        "stages": care.lead_board(request.access),
        "colleagues": care.colleagues(request.access),
    }


@require_POST
@in_workspace
def move(request: Request, lead: int) -> HttpResponse:
    """Put a lead into another stage."""
    stage = number(request, "stage")
    if stage is None:
        raise InvalidInput(reason="Choose a stage.")
    leads.change(request.access, lead, stage=stage, now=now())
    return redirect("leads", slug=request.access.slug)


@require_POST
@in_workspace
def remove(request: Request, lead: int) -> HttpResponse:
    """It was no lead after all."""
    leads.remove(request.access, lead, now=now())
    return redirect("leads", slug=request.access.slug)


@require_safe
@in_workspace
def table(request: Request) -> HttpResponse:
    """All leads as CSV; what begins like a formula is no formula."""
    out = StringIO()
    write = csv.writer(out).writerow
    write([say(each) for each in COLUMNS])
    for each in care.all_leads(request.access):
        amount = "" if each.value is None else f"{each.value:.2f}"
        write(
            [
                each.id, _plain(each.title), _plain(each.who), _plain(each.stage_name), _plain(each.owner_name), amount,
                each.currency, each.expected_on or "", each.case or "", each.made_at.isoformat(),
                each.changed_at.isoformat(),
            ]
        )  # fmt: skip
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="leads.csv"'
    return answer


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
