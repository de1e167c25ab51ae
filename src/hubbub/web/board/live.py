"""The live board: what is due, who waits, who is here, and today's service level; and the cases behind each number."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from hubbub.care import selectors as care
from hubbub.care.core.board import GOAL, What
from hubbub.kernel.errors import NotFound
from hubbub.kernel.speech import mark, say
from hubbub.web.inbox.lists import QUEUES
from hubbub.web.request import Request, in_workspace, now, render

WORDS = {
    What.LATE: mark("Late"),
    What.SOON: mark("Due within 15 minutes"),
    What.HOUR: mark("Due within the hour"),
    What.NEEDS: mark("Needs an answer"),
    What.MET: mark("Answered in time today"),
    What.MISSED: mark("Answered late today, or late and waiting"),
    What.CAME: mark("Came in today"),
    What.ANSWERED: mark("Answered today"),
    What.RESOLVED: mark("Resolved today"),
    What.FIRST_CONTACT: mark("Resolved today at first contact"),
}


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """The board. In part: the numbers alone; `wall` is for a screen on the wall."""
    context = {
        "section": "board",
        "tab": "live",
        "board": care.board(request.access, now()),
        "goal": GOAL,
        "queue_names": {name: say(words) for name, (words, _) in QUEUES.items()},
        "wall": bool(request.GET.get("wall")),
    }
    return render(request, "board/numbers.html" if request.htmx else "board/live.html", context)


@require_safe
@in_workspace
def cases(request: Request, what: str) -> HttpResponse:
    """The cases behind a number."""
    if what not in set(What):
        raise NotFound(what="number of the board", which=what[:20])
    channel, queue = request.GET.get("channel", "")[:20], request.GET.get("queue", "")[:20]
    shown = care.board_cases(request.access, What(what), now(), channel=channel, queue=queue)
    context = {
        "section": "board",
        "words": say(WORDS[What(what)]),
        "lines": shown,
        "channel": channel,
        "queue": say(QUEUES.get(queue, (queue,))[0]),
    }
    return render(request, "board/cases.html", context)


@require_safe
@in_workspace
def ratings(request: Request) -> HttpResponse:
    """What customers answered, and how each colleague's feel, over 30 days."""
    context = {
        "section": "board",
        "lines": care.ratings(request.access, now()),
        "people": care.scores_by_person(request.access, now()),
    }
    return render(request, "board/ratings.html", context)
