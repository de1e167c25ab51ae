"""Understanding: which model reads what is said, what it learns from, and what came of each try."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from hubbub.care.selectors.learning import learning
from hubbub.care.services import labels
from hubbub.care.services import learning as services
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, save, text


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """The model in use, the labels, and the last tries."""
    return render(request, TEMPLATE, _context(request))


TEMPLATE = "settings/understanding.html"


def _context(request: Request) -> dict[str, object]:
    return {"section": "settings", "learning": learning(request.access)}


@require_POST
@in_workspace
def switch(request: Request) -> HttpResponse:
    """Learn or not; let a better model take over or not."""
    return save(
        request,
        TEMPLATE,
        _context(request),
        lambda: services.switch(
            request.access,
            on=text(request, "on") == "yes",
            takes_over=text(request, "takes_over") == "yes",
            now=now(),
        ),
        then="understanding",
        said=say("Saved."),
    )


@require_POST
@in_workspace
def use(request: Request) -> HttpResponse:
    """Let a model that was tried, the shipped one, or the one before read from now on."""

    def work() -> None:
        match text(request, "model"):
            case "before":
                services.go_back(request.access, now=now())
            case "shipped":
                services.use(request.access, None, now=now())
            case _:
                if (model := number(request, "model")) is None:
                    raise InvalidInput(reason="Choose a model.")
                services.use(request.access, model, now=now())

    said = say("It reads what is said from now on. What was read keeps its reading.")
    return save(request, TEMPLATE, _context(request), work, then="understanding", said=said)


@require_POST
@in_workspace
def remove_file(request: Request) -> HttpResponse:
    """Remove the labels that came with a file."""
    return save(
        request,
        TEMPLATE,
        _context(request),
        lambda: services.remove_file(request.access, text(request, "name"), now=now()),
        then="understanding",
        said=say("These labels are gone. A model that learnt from them stays until another takes over."),
    )


@require_POST
@in_workspace
def undo(request: Request, label: int) -> HttpResponse:
    """Take back what somebody said a post is."""
    labels.undo(request.access, label, now=now())
    return HttpResponse(status=204) if request.htmx else redirect("understanding", slug=request.access.slug)
