"""Coming in and going out: the front door, passwords, one-time links, oneself."""

from typing import Any

from allauth.account.views import LoginView
from allauth.decorators import rate_limit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe
from django.views.generic import FormView

import hubbub
from hubbub.accounts import selectors, services
from hubbub.care.selectors import notices
from hubbub.care.services import work
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import LANGUAGES, say
from hubbub.web.request import Request, now, render
from hubbub.web.settings.forms import text


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether this installation answers; no secret in it, so anybody may ask."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        status, code = "ok", 200
    except DatabaseError:
        status, code = "the database does not answer", 503
    return JsonResponse({"status": status, "version": hubbub.__version__}, status=code)


@require_safe
def front(request: Request) -> HttpResponse:
    """Lead everybody where they belong."""
    if not request.user.is_authenticated:
        if not selectors.claimed():
            return render(request, "signin/unclaimed.html")
        return redirect("account_login")
    places = selectors.workspaces_of(PersonId(request.user.pk))
    if not places:
        return render(request, "signin/nowhere.html")
    return redirect("inbox", slug=places[0].slug, view="needs")


class SignIn(LoginView):  # type: ignore[misc]
    """Sign in by address and password; allauth limits how often one may try."""

    template_name = "signin/signin.html"
    http_method_names = ("get", "head", "post")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page shows: the form, and where to go after it."""
        context = FormView.get_context_data(self, **kwargs)
        context["next"] = self.request.GET.get("next") or self.request.POST.get("next", "")
        return context


@require_GET
@never_cache
@rate_limit(action="login", limit_get=True)
def enter(request: Request, secret: str) -> HttpResponse:
    """Sign somebody in by a link that works once."""
    person = services.use_link(secret, now())
    is_new = person.last_login is None  # signing in notes when it was
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    if is_new and not person.has_usable_password():
        messages.info(request, say("Welcome. Choose a password under You, for the next time."))
    return redirect("front")


@require_POST
def sign_out(request: Request) -> HttpResponse:
    """Go."""
    if request.user.is_authenticated:
        work.sign_out(PersonId(request.user.pk), now=now())
    logout(request)
    return redirect("account_login")


@require_http_methods(["GET", "POST"])
@login_required
def me(request: Request) -> HttpResponse:
    """Oneself: name and colours."""
    context = _me(request)
    if request.method == "POST":
        try:
            services.change_self(
                PersonId(request.user.pk),
                name=text(request, "name"),
                theme=text(request, "theme"),
                language=text(request, "language"),
            )
        except HubbubError as error:
            return render(request, "signin/me.html", {**context, "error": error}, status=error.status)
        messages.success(request, say("Saved."))
        return redirect(f"{request.path}?from={context['back']}" if context["back"] else request.path)
    return render(request, "signin/me.html", context)


def _me(request: Request) -> dict[str, Any]:
    """The page about oneself, inside the workspace one came from."""
    places = selectors.workspaces_of(PersonId(request.user.pk))
    back = next(
        (each.slug for each in places if each.slug == request.GET.get("from")), places[0].slug if places else ""
    )
    if back:
        request.access = selectors.enter(PersonId(request.user.pk), back)
        told = {"wishes": notices.wishes(request.access), "can_mail": settings.ENVIRONMENT.mail_server is not None}
    else:
        told = {}
    return {
        "section": "me",
        "back": back,
        "has_password": request.user.has_usable_password(),
        "languages": LANGUAGES,
        **told,
    }


@require_http_methods(["POST"])
@login_required
@rate_limit(action="change_password")
def password(request: Request) -> HttpResponse:
    """Choose a password, with the old one where there is one."""
    try:
        services.change_password(
            PersonId(request.user.pk), old=request.POST.get("old", ""), new=request.POST.get("new", "")
        )
    except HubbubError as error:
        return render(request, "signin/me.html", {**_me(request), "password_error": error}, status=error.status)
    request.user.refresh_from_db()
    update_session_auth_hash(request, request.user)
    messages.success(request, say("The password is changed."))
    return redirect("me")
