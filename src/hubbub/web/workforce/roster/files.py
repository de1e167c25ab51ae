"""A week taken along: CSV, XLSX, and on paper."""

from typing import Final

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from hubbub.care.core.export import defused
from hubbub.infra.sheets import pieces
from hubbub.kernel.errors import NotFound
from hubbub.kernel.speech import mark, say
from hubbub.web.request import Request, in_workspace, render
from hubbub.web.workforce.roster.page import asked_monday, shown
from hubbub.workforce.core.plan.clock import clock, words_of
from hubbub.workforce.selectors import people, rosters

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
COLUMNS: Final = (
    mark("day"), mark("name"), mark("from"), mark("to"), mark("paid hours"), mark("breaks"), mark("unpaid breaks"),
    mark("skills"),
)  # fmt: skip


@require_safe
@in_workspace
def file(request: Request, form: str) -> HttpResponse:
    """The shifts of a week, a line each piece."""
    if form not in TYPES:
        raise NotFound(what="file", which=form)
    monday = asked_monday(request)
    week = rosters.week(request.access, monday)
    names = {each.id: (each.name, each.skills) for each in people.members(request.access)}
    rows = []
    for shift in week.shifts:
        name, able = names.get(shift.member, ("", ()))
        served = list(dict.fromkeys(skill for _, _, skill in shift.skills)) or list(able[:1])
        for place, (start, end) in enumerate(shift.pieces):
            within = [each for each in shift.breaks if start <= each[0] < end]
            rows.append(
                (
                    shift.day.isoformat(), name, clock(start), clock(end), shift.worked_min / 60 if not place else 0.0,
                    words_of(tuple((s, e) for s, e, paid in within if paid)),
                    words_of(tuple((s, e) for s, e, paid in within if not paid)), ", ".join(served),
                )
            )  # fmt: skip
    heads = dict(zip(map(say, COLUMNS), (str, str, str, str, float, str, str, str), strict=True))
    answer = HttpResponse(b"".join(pieces(form, heads, [rows], defused, say("Roster"))), content_type=TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="roster-{monday.isoformat()}.{form}"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@in_workspace
def paper(request: Request) -> HttpResponse:
    """The week for a wall."""
    return render(request, "workforce/roster/print.html", shown(request, asked_monday(request)))
