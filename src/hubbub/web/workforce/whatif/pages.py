"""The pages of what-ifs: the form with its figures, one that is kept, several side by side, and one that is shared."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from hubbub.accounts.core.access import Permission
from hubbub.kernel.errors import HubbubError, InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.web.chat.limits import Limit
from hubbub.web.request import Request, in_workspace, render
from hubbub.web.workforce.span import Span, span_of
from hubbub.web.workforce.whatif import figures, form
from hubbub.workforce.core.plan.whatif import MOST_BLENDS, Answer, data_of
from hubbub.workforce.core.plan.written import length_words, share_words
from hubbub.workforce.selectors import scenarios as selectors
from hubbub.workforce.selectors.money import Base, base
from hubbub.workforce.selectors.scenarios import Scenario

SPANS = (("week", mark("Week")), ("day", mark("Day")))
SIDE_BY_SIDE = 4
ASKED = Limit(burst=60, per_s=1)
"""Shared pages that are asked for from one address."""


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """The form, and what comes of it."""
    request.access.require(Permission.PLAN)
    return page(request, request.GET.dict())


def page(request: Request, given: Mapping[str, str], error: HubbubError | None = None) -> HttpResponse:
    """Show the form as it was filled in, with its figures or what is wrong with it."""
    span = span_of([name for name, _ in SPANS], given)
    begun, answer, asked = base(request.access, span.since, span.days), None, None
    queues = [(each.id, each.queue) for each in begun.works]
    try:
        data = form.read(given, queues, span.since)
        reckoned = selectors.what_if(request.access, span.since, span.days, data)
        answer, asked = reckoned.answer, reckoned.asked
    except InvalidInput as found:
        error = error or found
    kept = {name: value for name, value in given.items() if value and name not in ("name", "csrfmiddlewaretoken")}
    context = {
        "section": "staffing",
        "tab": "what-if",
        "span": span,
        "spans": [(name, say(words)) for name, words in SPANS],
        "given": given,
        "kept": kept,
        "fields": _fields(begun, given, span),
        "error": error,
        "asked": asked is not None and not asked.empty,
        "scenarios": selectors.scenarios(request.access),
        "nothing": bool(queues) and not any(each.comes.any() for each in begun.works),
        "most": SIDE_BY_SIDE,
        "rostered": bool(begun.by_roster.any()),
        **(told(answer) if answer else {}),
    }
    return render(request, "workforce/whatif/index.html", context, status=error.status if error else 200)


def told(answer: Answer) -> dict[str, Any]:
    """What a template needs to show an answer."""
    return {
        "answer": answer,
        "lede": figures.lede(answer),
        "says": figures.says(answer),
        "rows": figures.rows(answer),
        "queue_rows": figures.queue_rows(answer),
        "left": any(each.left for each in figures.queue_rows(answer)),
        "played": any(each.met.played for each in answer.same.lines),
    }


def _fields(begun: Base, given: Mapping[str, str], span: Span) -> dict[str, Any]:
    """The form: its rows of queues, and what can be chosen."""
    queues = [(each.id, each.queue) for each in begun.works]
    firsts = {key for key, _ in form.skills_of(queues)}
    asked = [at for at in range(MOST_BLENDS) if given.get(f"helpers-{at}")]
    return {
        "queues": [
            {
                "id": key, "name": queue.name, "skill": queue.needs, "first": key in firsts,
                "level": share_words(queue.level), "within": length_words(queue.within_s),
                **{name: given.get(f"{name}-{key}", "") for name in ("arrivals", "handling", "people")},
                "level_as": given.get(f"level-{key}", ""), "within_as": given.get(f"within-{key}", ""),
            }
            for key, queue in queues
        ],
        "skills": [skill for _, skill in form.skills_of(queues)],
        "shrinkage": share_words(round(begun.rules.share, 3)),
        "days": begun.dates,
        "blends": [
            {"at": at, **{name: given.get(f"{name}-{at}", "") for name in ("blend", "also", "helpers")}}
            for at in range(max([form.BLENDS, *(at + 1 for at in asked)]))
        ],
        "storm": {name: given.get(f"storm-{name}", "") for name in ("queue", "items", "day", "at", "lasts")},
        "reserve": given.get("reserve", ""),
        "shrinkage_as": given.get("shrinkage", ""),
    }  # fmt: skip


@require_safe
@in_workspace
def kept(request: Request, scenario: int) -> HttpResponse:
    """One that is kept: what came of it then, and what is other since."""
    found = selectors.scenario(request.access, scenario)
    gone, now = "", found.answer
    try:
        now = selectors.what_if(request.access, found.since, found.days, data_of(found.asked)).answer
    except InvalidInput as error:
        gone = str(error)
    context = {
        "section": "staffing",
        "tab": "what-if",
        "scenario": found,
        "span": span_words(found),
        "changes": form.changes_in_words(found.asked, names(found.answer), found.since),
        "since": figures.changed_since(found.answer, now),
        "gone": gone,
        "query": urlencode(_address(found, base(request.access, found.since, found.days))),
        "address": request.build_absolute_uri(reverse("shared-scenario", args=[found.shared])) if found.shared else "",
        **told(found.answer),
    }
    return render(request, "workforce/whatif/scenario.html", context)


def _address(found: Scenario, begun: Base) -> dict[str, str]:
    """Return the fields of a kept what-if, to go on from it."""
    queues = [(each.id, each.queue) for each in begun.works]
    return {
        "span": "day" if found.days == 1 else "week", "from": found.since.isoformat(),
        **form.written(found.asked, found.since), **form.people_fields(found.asked, queues),
    }  # fmt: skip


def names(answer: Answer) -> dict[int, str]:
    """Return the names of its queues."""
    return {each.id: each.name for each in answer.now.lines}


def span_words(found: Scenario) -> str:
    """Say which days it is about."""
    return Span("day" if found.days == 1 else "week", found.since, found.days).words


@require_safe
@in_workspace
def compare(request: Request) -> HttpResponse:
    """Up to four that are kept, side by side."""
    chosen = list(dict.fromkeys(each for each in request.GET.getlist("of") if each.isdecimal() and len(each) < 19))
    if not 1 <= len(chosen) <= SIDE_BY_SIDE:
        request.access.require(Permission.PLAN)
        raise InvalidInput(reason=say("Choose one to {most} scenarios to compare.", most=SIDE_BY_SIDE))
    shown = [selectors.scenario(request.access, int(each)) for each in chosen]
    takes = request.GET.get("with") == "needed"
    head, rows = figures.compared(shown, takes)
    context = {
        "section": "staffing",
        "tab": "what-if",
        "head": head,
        "rows": rows,
        "takes": takes,
        "shown": [
            (each, span_words(each), form.changes_in_words(each.asked, names(each.answer), each.since))
            for each in shown
        ],
        "plans": len({(each.since, each.days, each.answer.now.all.money) for each in shown}) > 1,
        "query": urlencode([("of", each.id) for each in shown]),
    }
    return render(request, "workforce/whatif/compare.html", context)


@require_safe
def shared(request: HttpRequest, key: str) -> HttpResponse:
    """One that is shared, for anybody who has its address: its figures and nothing else."""
    found, status, error = None, 200, None
    try:
        ASKED.take(request.META.get("REMOTE_ADDR", ""))
        found = selectors.shared(key)
    except HubbubError as refused:
        error, status = refused, refused.status
    context: dict[str, Any] = {"scenario": found, "error": error}
    if found:
        context |= {
            "span": span_words(found),
            "changes": form.changes_in_words(found.asked, names(found.answer), found.since),
            **told(found.answer),
        }
    answer = HttpResponse(render_to_string("workforce/whatif/shared.html", context), status=status)
    answer["Referrer-Policy"], answer["X-Robots-Tag"], answer["Cache-Control"] = "no-referrer", "noindex", "no-store"
    return answer
