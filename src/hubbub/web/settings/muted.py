"""Who is muted, why, and until when."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from hubbub.care.selectors.mutes import mutes
from hubbub.care.services import mutes as services
from hubbub.web.inbox.deeds import changed
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number as number_given
from hubbub.web.settings.forms import text


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """All who are muted now."""
    return render(request, "settings/muted.html", {"section": "settings", "lines": mutes(request.access)})


@require_POST
@in_workspace
def end(request: Request, account: int) -> HttpResponse:
    """Hear somebody again."""
    services.unmute(request.access, account, now=now())
    return redirect("muted", slug=request.access.slug)


@require_POST
@in_workspace
def mute(request: Request, number: int, account: int) -> HttpResponse:
    """Mute the person of a case, or hear them again."""
    if request.POST.get("off"):
        services.unmute(request.access, account, now=now())
    else:
        services.mute(
            request.access,
            account,
            days=number_given(request, "days") or 0,
            reason=text(request, "reason"),
            now=now(),
        )
    return changed(request, number)
