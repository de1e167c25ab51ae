"""Somebody's shifts as a calendar that programs read: who knows its secret address, reads it."""

from datetime import UTC, datetime
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from hubbub.kernel.speech import say, speaking
from hubbub.web.request import now
from hubbub.workforce.core.plan.rostering import placed_of
from hubbub.workforce.core.roster.calendar import feed as written
from hubbub.workforce.selectors.rosters import monday_of
from hubbub.workforce.selectors.shifts import calendar


@require_safe
def read(request: HttpRequest, feed: str) -> HttpResponse:
    """The calendar behind a secret address."""
    found = calendar(feed, now().date())
    monday = monday_of(found.shifts[0].day) if found.shifts else now().date()
    names = {each.member: found.name for each in found.shifts}
    with speaking(found.language):
        text = written(
            [placed_of(each, names, monday) for each in found.shifts], monday=monday, zone=found.timezone,
            stamp=found.published_at or datetime(2000, 1, 1, tzinfo=UTC), owner=found.key, host=request.get_host(),
            title=say("Work, {place}", place=found.workspace),
        )  # fmt: skip
    tag = f'"{sha256(text.encode()).hexdigest()[:32]}"'
    answer = HttpResponse(status=304) if request.headers.get("If-None-Match") == tag else HttpResponse(text)
    answer["Content-Type"] = "text/calendar; charset=utf-8"
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    return answer
