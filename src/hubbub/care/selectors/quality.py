"""Quality reviews, as reviewers and agents see them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.quality import FIRST, Agreement, Form, Week, agreements, points, read_form, weeks
from hubbub.care.models import Review, ReviewForm
from hubbub.kernel.errors import NotFound
from hubbub.kernel.speech import say

LISTED = 200
WEEKS = 13


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A review in a list."""

    id: int
    case: int  # its number
    title: str
    channel: str
    agent: str
    reviewer: str
    done_at: datetime | None
    score: float | None
    calibrates: bool


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A review with its form."""

    line: ReviewLine
    form: Form
    answers: Mapping[str, int | str | None]
    coaching: str
    comment: str
    mine: bool  # it is about who looks


@dataclass(frozen=True, slots=True)
class Mean:
    """How somebody, or a question, does on average."""

    name: str
    count: int
    score: float


def form(access: Access, version: int | None = None) -> Form:
    """Return the form in use, or an earlier version; the first one comes with Hubbub."""
    access.require(Permission.READ)
    rows = ReviewForm.objects.filter(workspace_id=access.workspace).order_by("-version")
    row = (rows.filter(version=version) if version is not None else rows).first()
    return read_form(row.text, row.version) if row is not None else read_form(say(FIRST), 1)


def form_text(access: Access) -> str:
    """Return the form as a manager writes it."""
    access.require(Permission.READ)
    row = ReviewForm.objects.filter(workspace_id=access.workspace).order_by("-version").first()
    return row.text if row is not None else say(FIRST)


def _seen(access: Access) -> QuerySet[Review]:
    """The reviews one may see: all for who leads the team, else those of oneself that are done and count."""
    access.require(Permission.READ)
    rows = Review.objects.filter(workspace_id=access.workspace).select_related("case", "agent", "reviewer")
    if access.may(Permission.TEAM):
        return rows
    return rows.filter(agent_id=access.me, done_at__isnull=False, calibrates=False)


def reviews(access: Access) -> tuple[ReviewLine, ...]:
    """Return reviews: what is to be done first, then the newest."""
    rows = list(_seen(access).order_by("-id")[:LISTED])
    return tuple(_line(row) for row in sorted(rows, key=lambda row: (row.done_at is not None, -row.pk)))


def _line(row: Review) -> ReviewLine:
    return ReviewLine(
        row.pk,
        row.case.number,
        row.case.title,
        row.case.channel,
        row.agent.name,
        row.reviewer.name if row.reviewer else "",
        row.done_at,
        row.score,
        row.calibrates,
    )


def review(access: Access, pk: int) -> ReviewView:
    """Return a review; NotFound where there is none, NotAllowed where it is none of one's own that is done."""
    if not Review.objects.filter(workspace_id=access.workspace, pk=pk).exists():
        raise NotFound(what="review", which=pk)
    row = _seen(access).filter(pk=pk).first()
    if row is None:
        access.require(Permission.TEAM)
        raise NotFound(what="review", which=pk)
    return ReviewView(
        _line(row), form(access, row.version), row.answers, row.coaching, row.comment, row.agent_id == access.me
    )


def by_agent(access: Access) -> tuple[Mean, ...]:
    """Return the mean score of each agent one may see."""
    found: dict[str, list[float]] = defaultdict(list)
    rows = _seen(access).filter(done_at__isnull=False, calibrates=False).order_by("agent__name", "agent")
    for name, score in rows.values_list("agent__name", "score"):
        found[name].append(score or 0.0)
    return tuple(Mean(name, len(scores), fmean(scores)) for name, scores in found.items())


def by_week(access: Access, now: datetime) -> tuple[Week, ...]:
    """Return the mean score of each of the last weeks, of the reviews one may see."""
    since = now - timedelta(weeks=WEEKS)
    rows = _seen(access).filter(done_at__gt=since, calibrates=False)
    told = [(at, score or 0.0) for at, score in rows.values_list("done_at", "score") if at is not None]
    return weeks(told, now, ZoneInfo(access.timezone), WEEKS)


def by_question(access: Access) -> tuple[Mean, ...]:
    """Return how each question of the form in use is answered on average, of 100."""
    used = form(access)
    rows = _seen(access).filter(done_at__isnull=False, calibrates=False, version=used.version)
    told = list(rows.order_by("-id").values_list("answers", flat=True)[:1_000])
    found = []
    for each in used.questions:
        worth = [value for answers in told if (value := points(each, answers.get(each.key))) is not None]
        if worth:
            found.append(Mean(each.text, len(worth), 100 * fmean(worth)))
    return tuple(found)


def agreement(access: Access) -> tuple[Agreement, ...]:
    """Return how reviewers agree on the cases that several looked at, by the form in use."""
    access.require(Permission.TEAM)
    used = form(access)
    rows = Review.objects.filter(workspace_id=access.workspace, done_at__isnull=False, version=used.version)
    several = rows.filter(case__in=rows.filter(calibrates=True).values("case"))
    told: dict[int, list[Mapping[str, int | str | None]]] = defaultdict(list)
    for case, answers in several.order_by("pk").values_list("case", "answers")[:1_000]:
        told[case].append(answers)
    return tuple(agreements(used, list(told.values())))
