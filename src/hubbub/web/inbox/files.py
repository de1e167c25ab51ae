"""Files of cases: pictures to look at, everything else to keep; nothing that could act in our place."""

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from hubbub.flows import files
from hubbub.flows.files import Shown
from hubbub.infra.places import places
from hubbub.web.request import Request, in_workspace

POLICY = "sandbox; default-src 'none'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


@require_safe
@in_workspace
def heard(request: Request, post: int, place: int) -> HttpResponse:
    """A file that came with a message, fetched from where it lies."""
    allowed = settings.ENVIRONMENT.allow_private
    return _answer(files.heard(request.access, post, place, small="small" in request.GET, allow_private=allowed))


@require_safe
@in_workspace
def sent(request: Request, entry: int, place: int) -> HttpResponse:
    """A file that left with a reply."""
    return _answer(files.sent(request.access, entry, place, places().files, small="small" in request.GET))


def _answer(file: Shown) -> HttpResponse:
    answer = HttpResponse(file.data, content_type=file.type if file.is_picture else "application/octet-stream")
    answer["Content-Disposition"] = content_disposition_header(not file.is_picture, file.name) or "attachment"
    answer["Content-Security-Policy"] = POLICY
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
