"""The rules of the place: how long an interval is, why fewer answer than are paid, what an hour costs."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from hubbub.accounts.core.access import Permission
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import save, text
from hubbub.workforce.core.plan.rules import MOST_CAUSES, STEPS, Rules, rules_of
from hubbub.workforce.core.plan.written import number_of, number_words, share_of, share_words
from hubbub.workforce.core.shrinkage import on_the_schedule, shrinkage
from hubbub.workforce.selectors import queues as selectors
from hubbub.workforce.services import queues as services

SPARE = 2
"""Empty lines for further causes."""
EXAMPLE = 20
"""People at work, to say how many are planned for that."""


@require_http_methods(["GET", "POST"])
@in_workspace
def page(request: Request) -> HttpResponse:
    """Show or change the rules; asked by a script, say what the causes in the form come to."""
    request.access.require(Permission.PLAN)
    held = selectors.rules(request.access)
    if request.method != "POST":
        return render(request, "workforce/setup/rules.html", _form(_shown(held), held))
    if text(request, "do") == "look":
        return render(request, "workforce/setup/outcome.html", _outcome(request))
    given: dict[str, Any] = {name: text(request, name) for name in request.POST}
    given["causes"] = [
        {"name": text(request, f"cause{at}"), "share": text(request, f"share{at}"), "of": text(request, f"of{at}")}
        for at in range(MOST_CAUSES)
        if f"cause{at}" in request.POST
    ]
    return save(
        request,
        "workforce/setup/rules.html",
        _form(given, held),
        lambda: services.save_rules(request.access, _read(request), now=now()),
        then="staffing-setup",
        said=say("Saved."),
    )


def _shown(rules: Rules) -> dict[str, Any]:
    return {
        "step": str(rules.step_min),
        "rate": number_words(rules.rate),
        "on_costs": share_words(rules.on_costs),
        "overtime": share_words(rules.overtime),
        "currency": rules.currency,
        "country": rules.country,
        "causes": [
            {"name": each.name, "share": share_words(each.share), "of": "rest" if each.of_rest else "all"}
            for each in rules.causes
        ],
    }


def _read(request: Request) -> dict[str, Any]:
    """What the form says, as `rules_of` reads it."""
    step = text(request, "step")
    return {
        "step_min": int(step) if step in map(str, STEPS) else 0,
        "causes": _causes(request),
        "rate": number_of(text(request, "rate"), say("An hour")) or 0.0,
        "on_costs": share_of(text(request, "on_costs"), say("On-costs")) or 0.0,
        "overtime": share_of(text(request, "overtime"), say("Overtime")) or 0.0,
        "currency": text(request, "currency").strip().upper(),
        "country": text(request, "country").strip().upper(),
    }


def _causes(request: Request) -> list[dict[str, Any]]:
    """Causes with a share; a line without one is no cause."""
    found = []
    for at in range(MOST_CAUSES):
        name = text(request, f"cause{at}").strip()
        share = share_of(text(request, f"share{at}"), name or say("Shrinkage"))
        if share:
            found.append({"name": name, "share": share, "of_rest": text(request, f"of{at}") != "all"})
    return found


def _form(given: dict[str, Any], held: Rules) -> dict[str, Any]:
    lines = given["causes"] + [{"name": "", "share": "", "of": "rest"}] * SPARE
    return {
        "section": "staffing",
        "form": given,
        "steps": STEPS,
        "causes": list(enumerate(lines[:MOST_CAUSES])),
        **outcome(held),
    }


def _outcome(request: Request) -> dict[str, Any]:
    try:
        return outcome(rules_of({"causes": _causes(request)}))
    except HubbubError as error:
        return {"wrong": error}


def outcome(rules: Rules) -> dict[str, Any]:
    """What the causes come to, as pages say it."""
    return {
        "shrunk": shrinkage(rules.causes),
        "at_work": round(100 * (1 - rules.share), 1),
        "example": EXAMPLE,
        "planned": int(on_the_schedule(EXAMPLE, rules.share)) if rules.share else EXAMPLE,
    }
