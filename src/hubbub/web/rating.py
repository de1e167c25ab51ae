"""The public page of a link after a resolution: one answer, no account, no cookie, no script."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from hubbub.care.core.rating import MAX_COMMENT, SCORES, Question
from hubbub.care.services import ratings
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.speech import say
from hubbub.web.chat.limits import Limit
from hubbub.web.request import now

ASKED = Limit(burst=60, per_s=1)
"""Pages that are asked for from one address."""


@csrf_exempt  # there is no session to misuse: the signed link is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, ticket: str) -> HttpResponse:
    """Ask, or take the answer. Who only looks, such as a program that reads mails, answers nothing."""
    found: Question | None = None
    try:
        ASKED.take(request.META.get("REMOTE_ADDR", ""))
        found = ratings.question(ticket, now())
        if request.method == "POST":
            score, comment = request.POST.get("score", ""), request.POST.get("comment", "").replace("\x00", "")
            ratings.answer(ticket, score=score, comment=comment, now=now())
            return _page(found, done=True)
    except HubbubError as error:
        return _page(found, error=error, status=error.status, comment=request.POST.get("comment", ""))
    return _page(found, done=found.answered)


def _page(
    found: Question | None,
    *,
    done: bool = False,
    error: HubbubError | None = None,
    status: int = 200,
    comment: str = "",
) -> HttpResponse:
    shown = {
        "asked": found,
        "done": done or (found is not None and found.answered),
        "error": error,
        "comment": comment,
        "scores": [(score, say(words)) for score, words in SCORES],
        "max_comment": MAX_COMMENT,
    }
    answer = HttpResponse(render_to_string("rating/page.html", shown), status=status)
    answer["Referrer-Policy"], answer["X-Robots-Tag"], answer["Cache-Control"] = "no-referrer", "noindex", "no-store"
    return answer
