"""Backtest: which model was nearest to the past weeks of each queue, and by how much over taking the week before."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from hubbub.kernel.speech import say
from hubbub.web.request import Request, in_workspace, render
from hubbub.web.workforce.forecast import chosen
from hubbub.web.workforce.foretold import gain_words, model_words, off_words, why_words
from hubbub.workforce.core.forecast.models import WORDS
from hubbub.workforce.selectors import forecasts as selectors
from hubbub.workforce.selectors.forecasts import Tried
from hubbub.workforce.selectors.queues import QueueLine


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """All queues with the model that won, and one of them model by model and week by week."""
    picked = chosen(request)
    tried = selectors.tried(request.access)
    context: dict[str, Any] = {
        "section": "staffing",
        "tab": "forecast",
        "part": "backtest",
        "picked": picked,
        "lines": [_line(each, tried.get(each.id)) for each in picked.lines],
    }
    found = tried.get(picked.line.id) if picked.line else None
    if found is not None and found.errors:
        context |= {
            "line": picked.line,
            "tried": found,
            "gain": gain_words(found),
            "why": why_words(found.model),
            "weeks": [date.fromisoformat(each) for each in found.weeks],
            "models": _models(found),
        }
    return render(request, "workforce/backtest.html", context)


def _line(line: QueueLine, tried: Tried | None) -> dict[str, Any]:
    if tried is None or tried.trouble:
        return {"line": line, "model": "", "says": say(tried.trouble) if tried else say("not forecast yet")}
    if tried.error is None:
        return {"line": line, "model": model_words(tried.model), "says": say("too little history to try")}
    naive = tried.errors.get("last_week", 0.0)
    return {
        "line": line,
        "model": model_words(tried.model),
        "off": off_words(tried.error),
        "naive": off_words(naive),
        "better": off_words(tried.gain) if tried.gain and tried.gain > 0.0005 else "",
        "coverage": "" if tried.coverage is None else off_words(tried.coverage),
        "weeks": tried.origins,
    }


def _models(tried: Tried) -> list[dict[str, Any]]:
    """Return the models, the nearest first, each with what it missed in all and in each week."""
    best = min(tried.errors.values())
    return [
        {
            "name": model_words(name),
            "used": name == tried.model,
            "off": off_words(error),
            "times": error / best if best else 1.0,
            "weeks": [_week(name, week) for week in tried.weeks.values()],
        }
        for name, error in sorted(tried.errors.items(), key=lambda each: (each[1], list(WORDS).index(each[0])))
    ]


def _week(model: str, week: Mapping[str, float]) -> tuple[str, bool]:
    """Return what a model missed in a week, and whether it was the nearest."""
    missed = week.get(model)
    return ("", False) if missed is None else (off_words(missed), missed <= min(week.values()))
