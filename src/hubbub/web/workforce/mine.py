"""One's own shifts, wishes, absences and swaps."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, render
from hubbub.web.when import today
from hubbub.web.workforce.people import AHEAD, DAYS
from hubbub.workforce.core.plan.people import Cause
from hubbub.workforce.selectors import people as selectors
from hubbub.workforce.selectors import shifts as own
from hubbub.workforce.selectors.rosters import WEEK, monday_of

WEEKS = 5


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """What one works in the next weeks, what one wishes, and whose shift one could take."""
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
        monday = monday_of(day)
        shifts = own.own_shifts(request.access, monday, monday + WEEKS * WEEK)
        context |= {
            "today": day,
            "weeks": [
                (monday + place * WEEK, [each for each in shifts if monday_of(each.shift.day) == monday + place * WEEK])
                for place in range(WEEKS)
            ],
            "colleagues": [each for each in selectors.members(request.access, day) if each.id != mine.id],
            "offers": [each for each in own.swaps(request.access) if each.giver != mine.id and each.state == "offered"],
            "feed": _address(request),
            "absences": selectors.absences(request.access, day - timedelta(days=30), day + AHEAD, mine.id),
            "wishes": selectors.wishes(request.access, day, day + AHEAD, mine.id).get(mine.id, ()),
        }
    return render(request, "workforce/mine.html", context)


def _address(request: Request) -> str:
    key = own.feed_key(request.access)
    return request.build_absolute_uri(reverse("calendar-feed", kwargs={"feed": key})) if key else ""
