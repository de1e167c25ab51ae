"""One's own shifts, wishes and absences."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, render
from hubbub.web.when import today
from hubbub.web.workforce.people import AHEAD, DAYS
from hubbub.workforce.core.plan.people import Cause
from hubbub.workforce.selectors import people as selectors


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """What one works in the next weeks, and what one wishes."""
    mine = selectors.own_member(request.access)
    context: dict[str, Any] = {
        "section": "staffing",
        "tab": "mine",
        "member": mine,
        "days": [(place, say(each)) for place, each in enumerate(DAYS)],
        "causes": list(Cause),
    }
    if mine is not None:
        day = today(request)
        context["absences"] = selectors.absences(request.access, day - timedelta(days=30), day + AHEAD, mine.id)
        context["wishes"] = selectors.wishes(request.access, day, day + AHEAD, mine.id).get(mine.id, ())
    return render(request, "workforce/mine.html", context)
