"""Quality reviews: what is to be reviewed, the case beside its form, and what comes of it."""

import csv
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.dateformat import format as date_format
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.care import selectors as care
from hubbub.care.core.quality import Week
from hubbub.care.selectors import quality as selectors
from hubbub.care.services import quality
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say, say_many
from hubbub.web.charts import Cell, Chart, local_ms, scores_by_time
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import given, number, save, text
from hubbub.web.templatetags.hubbub import exact

MANY = 3


@require_http_methods(["GET", "POST"])
@in_workspace
def index(request: Request) -> HttpResponse:
    """All reviews one may see; drawing new ones."""
    if request.method == "POST":
        seed = number(request, "seed")
        at = now()
        many = quality.draw(
            request.access,
            many=number(request, "many") or 0,
            seed=seed if seed is not None else int(at.timestamp()) % 100_000,
            now=at,
        )
        messages.success(request, say_many("{number} case drawn.", "{number} cases drawn.", many))
        return redirect("quality", slug=request.access.slug)
    leads = request.access.may(Permission.TEAM)
    context: dict[str, Any] = {
        "section": "board",
        "tab": "quality",
        "reviews": selectors.reviews(request.access),
        "agents": selectors.by_agent(request.access),
        "questions": selectors.by_question(request.access),
        "chart": _trend(selectors.by_week(request.access, now())),
        "agreement": selectors.agreement(request.access) if leads else (),
        "many": MANY,
    }
    return render(request, "board/quality.html", context)


def _trend(weeks: Sequence[Week]) -> Chart | None:
    """The mean score week by week; none where fewer than two weeks have one."""
    scores = [each.score for each in weeks if each.score is not None]
    if len(scores) < 2:
        return None
    named = [(each, say("Week to {day}", day=date_format(_sunday(each), say("j M")))) for each in weeks]
    return Chart(
        "scores",
        say("Scores by week"),
        say("From {first} to {last} of 100.", first=f"{scores[0]:.0f}", last=f"{scores[-1]:.0f}"),
        scores_by_time("day", "dates"),
        [
            {
                "at": local_ms(datetime.combine(_sunday(each), datetime.min.time())),
                "when": words,
                "score": each.score,
                "reviews": each.count,
            }
            for each, words in named
        ],
        (say("Week"), say("Reviews"), say("Mean score")),
        [
            [Cell(words), Cell(exact(each.count)), Cell("–" if each.score is None else f"{each.score:.0f}")]
            for each, words in reversed(named)
        ],
    )


def _sunday(week: Week) -> date:
    """Where a chart marks a week: its axis is marked on Sundays."""
    return week.monday + timedelta(days=6)


@require_http_methods(["GET", "POST"])
@in_workspace
def form(request: Request) -> HttpResponse:
    """The form; a change makes a new version."""
    request.access.require(Permission.PEOPLE)
    used, words = selectors.form(request.access), selectors.form_text(request.access)
    context = {"section": "board", "form": used, "words": words}
    if request.method != "POST":
        return render(request, "board/quality_form.html", context)
    return save(
        request,
        "board/quality_form.html",
        {**context, "words": text(request, "text")},
        lambda: quality.save_form(request.access, text=text(request, "text"), now=now()),
        then="quality",
        said=say("A new version is in use. Reviews that were drawn keep theirs."),
    )


@require_http_methods(["GET", "POST"])
@in_workspace
def review(request: Request, review: int) -> HttpResponse:
    """A case beside the form of its review."""
    error = None
    if request.method == "POST":
        try:
            quality.submit(
                request.access, review, answers=given(request), coaching=text(request, "coaching"), now=now()
            )
        except InvalidInput as refused:
            error = refused
        else:
            messages.success(request, say("The review is done."))
            return redirect("quality", slug=request.access.slug)
    found = selectors.review(request.access, review)
    answers = given(request) if error else {key: _shown(value) for key, value in found.answers.items()}
    context = {
        "section": "board",
        "review": found,
        "case": care.case(request.access, found.line.case, now()),
        "questions": [(each, answers.get(each.key, "")) for each in found.form.questions],
        "coaching": text(request, "coaching") if error else found.coaching,
        "error": error,
        "open": found.line.done_at is None and request.access.may(Permission.TEAM),
    }
    return render(request, "board/review.html", context, status=400 if error else 200)


def _shown(value: int | str | None) -> str:
    return "none" if value is None else str(value)


@require_POST
@in_workspace
def calibrate(request: Request, review: int) -> HttpResponse:
    """Ask for another look at the same case."""
    quality.calibrate(request.access, review, now=now())
    messages.success(request, say("A second look waits for a colleague."))
    return redirect("quality", slug=request.access.slug)


@require_POST
@in_workspace
def comment(request: Request, review: int) -> HttpResponse:
    """Say something to a review of oneself."""
    quality.comment(request.access, review, text=text(request, "text"), now=now())
    return redirect("review", slug=request.access.slug, review=review)


@require_safe
@in_workspace
def table(request: Request) -> HttpResponse:
    """All reviews one may see, as CSV."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="reviews.csv"'
    rows = csv.writer(answer)
    rows.writerow(["case", "channel", "agent", "reviewer", "done_at", "score", "second_look"])
    for each in selectors.reviews(request.access):
        done = each.done_at.isoformat() if each.done_at else ""
        shown = "" if each.score is None else f"{each.score:.1f}"
        rows.writerow([each.case, each.channel, _safe(each.agent), _safe(each.reviewer), done, shown, each.calibrates])
    return answer


def _safe(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name[:1] in "=+-@\t\r" else name
