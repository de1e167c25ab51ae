"""Privacy: for how long heard posts are kept, and what is known of a person erased."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Permission
from hubbub.accounts.services import keep_posts_for
from hubbub.flows.erasure import erase, find
from hubbub.infra.places import places
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, save, text


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """The two forms; with a name asked for, who was heard under it."""
    context = _context(request)
    if asked := request.GET.get("who", "").replace("\x00", "").strip():
        context |= {"who": asked, "found": find(request.access, asked, places())}
    return render(request, "settings/privacy.html", context)


def _context(request: Request) -> dict[str, object]:
    request.access.require(Permission.WORKSPACE)
    return {"section": "settings", "days": accounts.kept_days(request.access)}


@require_POST
@in_workspace
def keep(request: Request) -> HttpResponse:
    """Keep posts for so many days, or for good."""
    return save(
        request,
        "settings/privacy.html",
        _context(request),
        lambda: keep_posts_for(request.access, _days(request), now=now()),
        then="privacy",
        said=mark("Saved. What is older goes tonight."),
    )


def _days(request: Request) -> int | None:
    if text(request, "how") == "for-good":
        return None
    days = number(request, "days")
    if days is None:
        raise InvalidInput(reason="Give a number of days.")
    return days


@require_POST
@in_workspace
def erase_one(request: Request) -> HttpResponse:
    """Erase what one account said."""
    channel, author = text(request, "channel"), text(request, "author")
    return save(
        request,
        "settings/privacy.html",
        _context(request),
        lambda: erase(request.access, channel, author, places(), now=now()),
        then="privacy",
        said=mark("Erased. What they said stays in the counts only."),
    )
