"""What one is told: the bell of the rail, the list, and by which ways."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST, require_safe

from hubbub.care.core.notices import Ways, Why
from hubbub.care.selectors import notices as selectors
from hubbub.care.services import notices as services
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, now, render


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """One's own notices, newest first. In part: the list alone."""
    unread = request.GET.get("show") == "unread"
    before = request.GET.get("before", "")
    lines = selectors.notices(
        request.access, unread=unread, before=int(before) if before.isdecimal() and len(before) < 19 else None
    )
    context = {
        "section": "notices",
        "lines": lines,
        "unread": unread,
        "before": before,
        "more": len(lines) == selectors.PAGE,
    }
    return render(request, "notices/list.html" if request.htmx else "notices/index.html", context)


@require_GET
@in_workspace
def bell(request: Request) -> HttpResponse:
    """The bell of the rail alone, with what the browser is to show."""
    return render(request, "notices/bell.html")


@require_POST
@in_workspace
def read(request: Request, notice: int | None = None) -> HttpResponse:
    """One has read one, or all of them; or wants to read one again."""
    if notice is None:
        services.read_all(request.access, now=now())
    else:
        services.mark(request.access, notice, read=request.POST.get("read") != "no", now=now())
    if request.htmx:
        return HttpResponse(status=204)
    go = request.POST.get("then", "")
    if not url_has_allowed_host_and_scheme(go, allowed_hosts=None):
        go = reverse("notices", args=(request.access.slug,))
    return redirect(go)


@require_POST
@in_workspace
def choose(request: Request) -> HttpResponse:
    """By which ways one wants to be told."""
    on = set(request.POST)
    services.choose(
        request.access,
        {why: Ways(*(f"{why}-{way}" in on for way in ("app", "browser", "mail"))) for why in Why},
    )
    messages.success(request, say("Saved."))
    return redirect(f"{reverse('me')}?from={request.access.slug}")
