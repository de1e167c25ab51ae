"""People and teams of a workspace."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts import selectors, services
from hubbub.accounts.core.access import Permission, Role
from hubbub.kernel.errors import HubbubError, InvalidInput, NotFound
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import mark
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, save, text
from hubbub.web.settings.team import profile_of


def _context(request: Request) -> dict[str, Any]:
    return {
        "section": "settings",
        "members": selectors.members(request.access),
        "teams": selectors.teams(request.access),
        "roles": [role for role in Role if role is not Role.OWNER or request.access.may(Permission.OWNERS)],
    }


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """Everybody who works here."""
    request.access.require(Permission.READ)
    return render(request, "settings/people.html", _context(request))


def _role(request: Request) -> Role:
    if text(request, "role") not in set(Role):
        raise InvalidInput(reason="Choose a role.")
    return Role(text(request, "role"))


@require_POST
@in_workspace
def invite(request: Request) -> HttpResponse:
    """Let somebody work here; the link that lets them in is shown once."""
    try:
        secret = services.invite(
            request.access,
            email=text(request, "email"),
            name=text(request, "name"),
            role=_role(request),
            team=number(request, "team"),
            now=now(),
        )
    except HubbubError as error:
        if error.status in (403, 404):
            raise
        shown = {**_context(request), "error": error, "given": request.POST}
        return render(request, "settings/people.html", shown, status=error.status)
    return _with_link(request, text(request, "name"), secret)


def _with_link(request: Request, name: str, secret: str | None) -> HttpResponse:
    link = request.build_absolute_uri(reverse("enter", args=[secret])) if secret else None
    return render(
        request, "settings/people.html", {**_context(request), "link": link, "link_for": name, "linked": True}
    )


@require_POST
@in_workspace
def link(request: Request, person: int) -> HttpResponse:
    """A new sign-in link for somebody who lost their password."""
    secret = services.new_link(request.access, PersonId(person), now=now())
    name = next((each.name for each in selectors.members(request.access) if each.person == person), "")
    return _with_link(request, name, secret)


@require_http_methods(["GET", "POST"])
@in_workspace
def change(request: Request, person: int) -> HttpResponse:
    """Change somebody's role or team."""
    request.access.require(Permission.PEOPLE)
    member = next((each for each in selectors.members(request.access) if each.person == person), None)
    if member is None:
        raise NotFound(what="person", which=person)
    context = {**_context(request), "member": member, **profile_of(request, person)}
    if request.method != "POST":
        return render(request, "settings/person.html", context)
    return save(
        request,
        "settings/person.html",
        context,
        lambda: services.change_member(
            request.access, PersonId(person), role=_role(request), team=number(request, "team"), now=now()
        ),
        then="people",
        said="Saved.",
    )


@require_POST
@in_workspace
def remove(request: Request, person: int) -> HttpResponse:
    """End somebody's work here."""
    services.remove_member(request.access, PersonId(person), now=now())
    return redirect("people", slug=request.access.slug)


@require_POST
@in_workspace
def make_team(request: Request) -> HttpResponse:
    """Make a team."""
    return save(
        request,
        "settings/people.html",
        _context(request),
        lambda: services.make_team(request.access, text(request, "team_name"), now=now()),
        then="people",
        said=mark("The team is made."),
    )


@require_POST
@in_workspace
def remove_team(request: Request, team: int) -> HttpResponse:
    """Dissolve a team."""
    services.remove_team(request.access, team, now=now())
    return redirect("people", slug=request.access.slug)
