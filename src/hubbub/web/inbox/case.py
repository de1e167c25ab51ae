"""One case with its person and reasons, beside the list it was opened from."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from hubbub.care import selectors as care
from hubbub.care.core.canned import fill
from hubbub.care.core.views import CaseView
from hubbub.care.selectors import incidents, knowledge, routing
from hubbub.care.selectors.mutes import mute_of
from hubbub.care.selectors.pasts import past_of
from hubbub.care.services import knowledge as articles
from hubbub.flows import chat
from hubbub.infra.memory import remembering
from hubbub.kernel.speech import say, speaking
from hubbub.web.inbox.lists import list_of, sorting_of, where_of
from hubbub.web.request import Request, in_workspace, now, render


def _case(request: Request, number: int) -> dict[str, Any]:
    """What the case and customer panes show."""
    shown = care.case(request.access, number, now())
    there = shown.around
    person = shown.customer
    if person and len(person.accounts) > 1:
        there |= {"past", "mute"}  # which were looked for of the case's own account
    composing = care.composing(request.access, shown)
    suggested = knowledge.suggestions(request.access, shown)
    articles.shown(request.access, shown.line.id, [each.id for each in suggested], now=now())
    return {
        "case": shown,
        "rating": care.rating_of(request.access, number) if "rating" in there else None,
        "past": past_of(request.access, number) if "past" in there else (),
        "suggested": suggested,
        "articles": knowledge.articles_of(shown.line.id) if "articles" in there else (),
        "incident": incidents.incident_of(request.access, number) if "incident" in there else None,
        "open_incidents": cache(lambda: incidents.incidents(request.access, open_only=True, limit=20)),
        "composing": composing,
        "kept": {
            each.mode: {
                "text": each.text,
                "version": each.version,
                "files": [{"ref": file.ref, "name": file.name, "alt": file.alt} for file in each.files],
            }
            for each in composing.drafts
        },
        "both_ways": len({each.private for each in shown.moments if each.kind in ("post", "reply")}) > 1,
        "openers": _openers(request, shown, composing),
        **sorting_of(request),
        "lead": care.lead_of(shown.line.id) if "lead" in there else None,
        "last_reply": max((each.id for each in shown.moments if each.kind == "reply"), default=0),
        "route": routing.why(request.access, shown.line, now()),
        "mode": _mode(shown),
        "muted": mute_of(request.access, person.accounts[0].id) if person and "mute" in there else None,
        "visitor": chat.visitor(request.access, number, now()) if shown.line.channel == "chat" else None,
    }


def _mode(case: CaseView) -> str:
    """How one would answer first: in private where they wrote in private."""
    if case.public_way.possible:
        return "public"
    return "private" if case.private_way.possible else "note"


def _openers(request: Request, case: CaseView, composing: care.Composing) -> dict[str, str]:
    """The workspace's words for going private and back, filled for this case."""
    with speaking(request.access.language):
        name = case.first_name or say("you")
        taken_up, outcome = say(composing.rules.taken_up), say(composing.rules.outcome)
    values = {"name": name, "brand": request.access.workspace_name, "case": str(case.line.number)}
    return {"taken_up": fill(taken_up, values), "outcome": fill(outcome, values)}


@require_GET
@in_workspace
def case(request: Request, view: str, number: int) -> HttpResponse:
    """A case beside the list it was opened from. In part: the case alone. The page then tells that one looks at it."""
    with remembering():
        shown = _case(request, number)
        if request.htmx:
            return render(request, "inbox/case.html", {**shown, **where_of(request, view)})
        return render(request, "inbox/inbox.html", {**list_of(request, view), **shown, "pane": "thread"})
