"""Reads of how satisfied customers are."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Avg, Count, Q, Sum

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.board import Score
from hubbub.care.core.rating import GOOD, PersonScore, RatingLine, RatingRules, rules_of
from hubbub.care.models import Rating, RatingSettings
from hubbub.kernel.speech import say


def rating_rules(workspace: int) -> RatingRules:
    """Return how a workspace asks."""
    row = RatingSettings.objects.filter(workspace=workspace).first()
    if row is not None:
        return rules_of(row.data)
    usual = RatingRules()
    return replace(usual, ask=say(usual.ask), question=say(usual.question), thanks=say(usual.thanks))


def score_since(workspace: int, since: datetime) -> Score:
    """Return how satisfied those were who answered since then."""
    rows = Rating.objects.filter(workspace=workspace, answered_at__gte=since)
    found = rows.aggregate(n=Count("id"), total=Sum("score"), good=Count("id", filter=Q(score__gte=GOOD)))
    return Score(found["n"], found["total"] or 0, found["good"])


def ratings(access: Access, now: datetime, *, limit: int = 100) -> tuple[RatingLine, ...]:
    """Return the answers of the last 30 days, newest first."""
    access.require(Permission.READ)
    rows = Rating.objects.filter(workspace_id=access.workspace, answered_at__gte=now - timedelta(days=30))
    return tuple(map(_line, rows.select_related("case", "person").order_by("-answered_at")[:limit]))


def scores_by_person(access: Access, now: datetime) -> tuple[PersonScore, ...]:
    """Return how satisfied those were whom each colleague helped, over 30 days."""
    access.require(Permission.READ)
    rows = Rating.objects.filter(
        workspace_id=access.workspace, answered_at__gte=now - timedelta(days=30), person__isnull=False
    )
    found = rows.values_list("person__name").annotate(n=Count("id"), mean=Avg("score")).order_by("person__name")
    return tuple(PersonScore(name, n, float(mean)) for name, n, mean in found)


def rating_of(access: Access, number: int) -> RatingLine | None:
    """Return the last answer about a case, None where nobody answered."""
    access.require(Permission.READ)
    rows = Rating.objects.filter(
        workspace_id=access.workspace, case__number=number, answered_at__isnull=False
    ).select_related("case", "person")
    row = rows.order_by("-answered_at").first()
    return _line(row) if row is not None else None


def _line(row: Rating) -> RatingLine:
    assert row.answered_at is not None
    return RatingLine(
        row.case.number,
        row.case.who,
        row.case.channel,
        row.score or 0,
        row.comment,
        row.answered_at,
        row.person.name if row.person else "",
    )
