"""How many people so many calls, chats or mails need: reckoned at once, with what one more or fewer would change."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from hubbub.kernel.errors import HubbubError, InvalidInput
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, render
from hubbub.workforce.core.plan.queue import Kind, Queue, Way, queue_of, usual
from hubbub.workforce.core.plan.reckon import Reckoned, reckon
from hubbub.workforce.core.plan.written import length_words, number_of, seconds_of, share_of, share_words
from hubbub.workforce.selectors.queues import rules

KINDS = (Kind.PHONE, Kind.CHAT, Kind.MAIL, Kind.SOCIAL)
MOST = 1_000_000
"""Erlangs; the formulas hold up to there."""


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """The calculator; what stands in the address is reckoned."""
    given = request.GET.get("kind", "")
    kind = Kind(given) if given in map(str, KINDS) else Kind.PHONE
    held = rules(request.access)
    form = _usual(kind, held.share) | {name: request.GET.get(name, "").replace("\x00", "")[:40] for name in request.GET}
    context: dict[str, Any] = {
        "section": "staffing",
        "kind": kind,
        "kinds": KINDS,
        "calls": kind.way is Way.NOW,
        "chat": kind.way is Way.AT_ONCE,
        "later": kind.way is Way.LATER,
        "form": form,
    }
    try:
        queue, told = _reckoned(kind, form)
    except HubbubError as error:
        return render(request, "workforce/reckon.html", {**context, "error": error}, status=error.status)
    return render(request, "workforce/reckon.html", {**context, "queue": queue, "told": told})


def _usual(kind: Kind, shrinkage: float) -> dict[str, str]:
    queue = usual(kind)
    return {
        "calls": "100",
        "per": "1 h" if kind.way is Way.LATER else "30 min",
        "handling": length_words(queue.handling_s),
        "level": share_words(queue.level),
        "within": length_words(queue.within_s),
        "patience": "",
        "occupancy": "",
        "at_once": str(queue.at_once),
        "slows": share_words(queue.slows),
        "branching": "0.5" if kind is Kind.SOCIAL else "0",
        "shrinkage": share_words(round(shrinkage, 3)),
    }


def _reckoned(kind: Kind, form: dict[str, str]) -> tuple[Queue, Reckoned]:
    items, per = number_of(form["calls"], say("How many come")), seconds_of(form["per"], say("In"))
    at_once = number_of(form["at_once"], say("Chats at once"))
    told: dict[str, Any] = {
        "kind": kind,
        "name": kind.label,
        "handling_s": seconds_of(form["handling"], say("Handling time")),
        "level": share_of(form["level"], say("Answer")),
        "within_s": seconds_of(form["within"], say("Within")),
    }
    if kind.way is Way.NOW:
        told |= {
            "patience_s": seconds_of(form["patience"], say("Patience")),
            "occupancy": share_of(form["occupancy"], say("Occupancy")),
        }
    elif kind.way is Way.AT_ONCE:
        told |= {
            "at_once": None if at_once is None else int(at_once),
            "slows": share_of(form["slows"], say("Each further chat slows one down by")),
        }
    else:
        told["branching"] = number_of(form["branching"], say("Each calls forth"))
    queue = queue_of(told)
    if not per:
        raise InvalidInput(reason=say("Say in which time so many come, as 30 min."))
    shrinkage = share_of(form["shrinkage"], say("Shrinkage")) or 0.0
    if shrinkage >= 1:
        raise InvalidInput(reason=say("Shrinkage is below 100 %: else nobody answers."))
    if (items or 0.0) * queue.handling_s / per > MOST:
        raise InvalidInput(reason=say("That is work for more than a million people. Give fewer, or a longer time."))
    return queue, reckon(queue, items or 0.0, per=per, shrinkage=shrinkage)
