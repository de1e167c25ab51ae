"""The public way in for signed calls."""

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hubbub.flows import hooks
from hubbub.infra.places import places
from hubbub.infra.signing import DELIVERY, SIGNATURE
from hubbub.kernel.errors import HubbubError
from hubbub.web.request import now

AGAIN_S = 5


@csrf_exempt  # a program calls, with no session to misuse: its signature is the proof
@require_POST
def call(request: HttpRequest, hook: str) -> HttpResponse:
    """Take the messages of a signed call; answer what became of each."""
    told = request.headers.get("Content-Length", "")
    body = request.read(hooks.MAX_BODY + 1) if not told.isdecimal() or int(told) <= hooks.MAX_BODY else None
    if body is None or len(body) > hooks.MAX_BODY:
        return _problem(413, "too_large", f"A call has at most {hooks.MAX_BODY:,} bytes.")
    signature, delivery = (request.headers.get(name, "") for name in (SIGNATURE, DELIVERY))
    try:
        taken = hooks.take(hook, signature, delivery, body, places=places(), now=now())
    except HubbubError as error:
        return _problem(503 if error.retry else error.status, error.code, str(error))
    except OperationalError:
        return _problem(503, "unavailable", "The database is away or busy. Send it again in some seconds.")
    messages = [{"id": each.id, "became": each.became, "case": each.case, "reason": each.reason} for each in taken]
    return JsonResponse({"messages": messages}, status=202)


def _problem(status: int, code: str, words: str) -> HttpResponse:
    answer = JsonResponse({"code": code, "message": words}, status=status)
    if status == 503:
        answer["Retry-After"] = str(AGAIN_S)
    return answer
