"""Contracts: what somebody may be asked to work."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from hubbub.accounts.core.access import Permission
from hubbub.kernel.errors import Conflict, InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import save, text
from hubbub.workforce.core.plan.clock import spans_of, words_of
from hubbub.workforce.core.plan.contracts import Contract
from hubbub.workforce.selectors import people as selectors
from hubbub.workforce.services import people

SPLITS = (("", mark("never")), ("may", mark("where it helps")), ("must", mark("always")))


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, contract: int | None = None) -> HttpResponse:
    """Make or change one."""
    request.access.require(Permission.PLAN)
    terms = selectors.contract(request.access, contract) if contract is not None else None
    context: dict[str, Any] = {
        "section": "staffing",
        "tab": "people",
        "terms": terms,
        "splits": SPLITS,
        "given": request.POST if request.method == "POST" else _words(terms.contract if terms else Contract("")),
    }
    if request.method != "POST":
        return render(request, "workforce/contract.html", context)
    return save(
        request, "workforce/contract.html", context,
        lambda: people.save_contract(request.access, _given(request), contract=contract, now=now()),
        then="roster-people", said=mark("Saved."),
    )  # fmt: skip


def _words(held: Contract) -> dict[str, str]:
    """Return a contract as its form shows it."""
    return {
        "name": held.name,
        "days_from": str(held.days[0]), "days_to": str(held.days[1]),
        "hours_from": f"{held.hours[0]:g}", "hours_to": f"{held.hours[1]:g}",
        "lengths": ", ".join(f"{each / 60:g}" for each in held.lengths),
        "starts": words_of(held.starts),
        "lunch": str(held.lunch_min), "lunch_from": f"{held.lunch_from_min / 60:g}",
        "break": str(held.break_min), "break_every": f"{held.break_every_min / 60:g}",
        "split": held.split, "pause": f"{held.pause_min / 60:g}", "rest": f"{held.rest_min / 60:g}",
        "running": str(held.running), "together": str(held.together),
    }  # fmt: skip


def _given(request: Request) -> Mapping[str, Any]:
    return {
        "name": text(request, "name"),
        "days": (_whole(request, "days_from"), _whole(request, "days_to")),
        "hours": (_number(text(request, "hours_from")), _number(text(request, "hours_to"))),
        "lengths": [_minutes(each) for each in text(request, "lengths").replace(";", ",").split(",") if each.strip()],
        "starts": spans_of(text(request, "starts")),
        "lunch_min": _whole(request, "lunch"), "lunch_from_min": _minutes(text(request, "lunch_from")),
        "break_min": _whole(request, "break"), "break_every_min": _minutes(text(request, "break_every")),
        "split": text(request, "split"), "pause_min": _minutes(text(request, "pause")),
        "rest_min": _minutes(text(request, "rest")), "running": _whole(request, "running"),
        "together": _whole(request, "together"),
    }  # fmt: skip


def _number(given: str) -> float:
    try:
        found = float(given.strip().replace(",", "."))
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1000:
        raise InvalidInput(reason=say("{text} is no number from 0 on.", text=given.strip()[:40] or "–"))
    return found


def _whole(request: Request, name: str) -> int:
    return round(_number(text(request, name)))


def _minutes(hours: str) -> int:
    """Read hours, and return minutes; lengths of shifts are separated by commas, so that a point is the decimal one."""
    return round(_number(hours) * 60)


@require_POST
@in_workspace
def ready_made(request: Request) -> HttpResponse:
    """Make those that one may begin with."""
    people.add_ready_made(request.access, now=now())
    return redirect("roster-people", slug=request.access.slug)


@require_POST
@in_workspace
def remove(request: Request, contract: int) -> HttpResponse:
    """Remove one that nobody has."""
    try:
        people.remove_contract(request.access, contract, now=now())
    except Conflict as error:
        messages.error(request, str(error))
        return redirect("contract", slug=request.access.slug, contract=contract)
    return redirect("roster-people", slug=request.access.slug)
