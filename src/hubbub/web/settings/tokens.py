"""One's own API tokens."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from hubbub.accounts import selectors, services
from hubbub.kernel.errors import InvalidInput
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import text


@require_http_methods(["GET", "POST"])
@in_workspace
def index(request: Request) -> HttpResponse:
    """One's tokens; a new one is shown this once."""
    context: dict[str, object] = {"section": "settings"}
    status = 200
    if request.method == "POST":
        try:
            context["made"] = services.make_token(request.access, text(request, "name"), now=now())
        except InvalidInput as error:
            context |= {"error": error}
            status = error.status
    context["tokens"] = selectors.tokens(request.access)
    return render(request, "settings/tokens.html", context, status=status)


@require_POST
@in_workspace
def revoke(request: Request, token: int) -> HttpResponse:
    """End one."""
    services.revoke_token(request.access, token, now=now())
    return redirect("tokens", slug=request.access.slug)
