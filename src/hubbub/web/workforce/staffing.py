"""Staffing: what is expected, who is needed for it and who is there, by day and week."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from hubbub.web.request import Request, in_workspace, render
from hubbub.workforce.selectors.queues import queues


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """The plan."""
    return render(
        request, "workforce/staffing.html", {"section": "staffing", "tab": "staffing", "queues": queues(request.access)}
    )
