"""Customers: the list with its search and the questions who is who, one customer, and their data."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.care.core.customers.views import SOURCES, Way
from hubbub.care.selectors import customer_pages as selectors
from hubbub.flows import customer_data
from hubbub.flows.calls import read_line
from hubbub.flows.customers import import_customers
from hubbub.infra.places import places
from hubbub.kernel.errors import HubbubError, InvalidInput, NotAllowed
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import text
from hubbub.web.uploads import read_uploaded


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """The customers, the newest first, or those a search finds."""
    return render(request, "customers/index.html", _index(request))


def _index(request: Request) -> dict[str, Any]:
    search = request.GET.get("q", "").replace("\x00", "")[:200]
    before = request.GET.get("before", "")
    below = int(before) if before.isdecimal() and len(before) < 19 else None
    lines, following = selectors.customers(request.access, search=search, before=below)
    return {
        "section": "customers",
        "lines": lines,
        "next": following,
        "search": search,
        "matches": selectors.matches(request.access, now(), limit=10) if not search and below is None else (),
        "asked": selectors.matches_asked(request.access),
    }


@require_safe
@in_workspace
def page(request: Request, customer: int) -> HttpResponse:
    """All that is known of one customer."""
    return render(request, "customers/customer.html", shown(request, customer))


def shown(request: Request, customer: int) -> dict[str, Any]:
    """What the page of a customer shows."""
    cursor = request.GET.get("before", "")
    known = selectors.customer_page(request.access, customer, cursor=cursor, now=now())
    allowed = {each.way: each for each in known.allowed}
    return {
        "section": "customers",
        "customer": known,
        "ways": [(way, allowed.get(way)) for way in Way],
        "sources": SOURCES[1:],
        "later": bool(cursor),
    }


@require_POST
@in_workspace
def upload(request: Request) -> HttpResponse:
    """Keep the customers of a file; what can't be read is said."""
    request.access.require(Permission.LISTEN)
    try:
        done = read_uploaded(
            request,
            "customers.csv",
            "customers",
            lambda path, _: import_customers(request.access, path, mapping=text(request, "mapping")),
        )
    except NotAllowed:
        raise
    except HubbubError as error:
        context = {**_index(request), "error": error, "given": request.POST}
        return render(request, "customers/index.html", context, status=error.status)
    messages.success(
        request, say("{new:,} new customers, {changed:,} lines about known ones.", new=done.new, changed=done.changed)
    )
    if done.rejected:
        context = {**_index(request), "unread": read_line(done.reasons), "unread_in_all": done.rejected}
        return render(request, "customers/index.html", context)
    return redirect("customers", slug=request.access.slug)


# Their data -----------------------------------------------------------------
@require_safe
@in_workspace
def export(request: Request, customer: int) -> HttpResponse:
    """All that is kept of a customer, as a file to hand over."""
    answer = HttpResponse(customer_data.export(request.access, customer, now=now()), "application/zip")
    answer["Content-Disposition"] = f'attachment; filename="customer-{customer}.zip"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@in_workspace
def erase_look(request: Request, customer: int) -> HttpResponse:
    """What an erasure would take."""
    preview = customer_data.preview(request.access, customer, places(), now=now())
    return render(request, "customers/erase.html", {"section": "customers", "preview": preview, "customer": customer})


@require_POST
@in_workspace
def erase(request: Request, customer: int) -> HttpResponse:
    """Erase a customer everywhere, and show the receipt."""
    try:
        done = customer_data.erase(request.access, customer, places(), now=now())
    except InvalidInput as error:
        preview = customer_data.preview(request.access, customer, places(), now=now())
        context = {"section": "customers", "preview": preview, "customer": customer, "error": error}
        return render(request, "customers/erase.html", context, status=error.status)
    return redirect("customer-receipt", slug=request.access.slug, code=done.code)


@require_safe
@in_workspace
def receipt(request: Request, code: str) -> HttpResponse:
    """The receipt of an erasure."""
    found = customer_data.receipt(request.access, code)
    return render(request, "customers/receipt.html", {"section": "customers", "receipt": found})
