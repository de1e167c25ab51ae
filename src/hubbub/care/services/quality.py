"""Quality reviews: a form in versions, a sample of solved cases, reviews, coaching, and second looks to calibrate."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Membership, Workspace
from hubbub.accounts.services import audit
from hubbub.care.core.case import Folder
from hubbub.care.core.notices import Why
from hubbub.care.core.quality import check, read_form, sample, score
from hubbub.care.models import CaseRow, Review, ReviewForm
from hubbub.care.selectors import quality as selectors
from hubbub.care.services.notices import tell
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean

WEEK = timedelta(days=7)
MOST_WORDS = 4_000


@transaction.atomic
def save_form(access: Access, *, text: str, now: datetime) -> int:
    """Make a new version of the form; reviews that were drawn keep theirs."""
    access.require(Permission.PEOPLE)
    Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)
    version = selectors.form(access).version + 1
    read_form(text, version)
    ReviewForm.objects.create(
        workspace_id=access.workspace, version=version, text=clean(text).strip(), person_id=access.person, at=now
    )
    audit(access, "review form changed", f"version {version}", now=now)
    return version


@transaction.atomic
def draw(access: Access, *, many: int, seed: int, now: datetime) -> int:
    """Draw so many solved cases of the last week for each agent, none that has a review; return how many were drawn."""
    access.require(Permission.TEAM)
    if not 1 <= many <= 20:
        raise InvalidInput(reason="Draw 1 to 20 cases for each agent.")
    Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)
    people = Membership.objects.filter(workspace_id=access.workspace).values("person")
    solved = CaseRow.objects.filter(
        workspace_id=access.workspace,
        folder__in=(Folder.RESOLVED, Folder.CLOSED),
        resolved_at__gt=now - WEEK,
        resolved_at__lte=now,
        owner__in=people,
        first_replied_at__isnull=False,
    ).exclude(pk__in=Review.objects.filter(workspace_id=access.workspace).values("case"))
    drawn = sample(list(solved.values_list("pk", "owner", "channel")), many, seed)
    version = selectors.form(access).version
    Review.objects.bulk_create(
        Review(workspace_id=access.workspace, case_id=case, agent_id=agent, version=version, drawn_at=now)
        for case, agent in drawn
    )
    audit(access, "reviews drawn", f"{len(drawn)} cases", now=now, after={"each": many, "seed": seed})
    return len(drawn)


@transaction.atomic
def calibrate(access: Access, review: int, *, now: datetime) -> int:
    """Ask for another look at the same case, to see how alike reviewers judge; return the new review."""
    access.require(Permission.TEAM)
    row = _row(access, review)
    again = Review.objects.create(
        workspace_id=access.workspace,
        case_id=row.case_id,
        agent_id=row.agent_id,
        version=row.version,
        calibrates=True,
        drawn_at=now,
    )
    audit(access, "review calibrated", f"case {row.case.number}", now=now)
    return again.pk


@transaction.atomic
def submit(access: Access, review: int, *, answers: Mapping[str, Any], coaching: str, now: datetime) -> float:
    """Finish a review; the agent is told, unless it is a second look. Return the score."""
    access.require(Permission.TEAM)
    row = _row(access, review)
    if row.done_at is not None:
        raise Conflict(reason="This review is done already.")
    if row.agent_id == access.me:
        raise Conflict(reason="Nobody reviews their own case.")
    if Review.objects.filter(case=row.case_id, reviewer_id=access.me).exists():
        raise Conflict(reason="You reviewed this case already; a second look is for a colleague.")
    form = selectors.form(access, row.version)
    row.answers = check(form, answers)
    row.score = score(form, row.answers)
    row.coaching, row.reviewer_id, row.done_at = _words(coaching), access.person, now
    row.save()
    audit(access, "case reviewed", f"case {row.case.number}", now=now, after={"score": round(row.score)})
    if not row.calibrates:
        told: dict[str, Any] = {"by": access.person, "place": f"board/quality/{row.pk}/", "now": now}
        who, case = access.name, row.case.number
        words = access.say("{who} reviewed case {case}: {score:.0f} of 100.", who=who, case=case, score=row.score)
        coached = access.say("{who} left you a coaching note on case {case}.", who=who, case=case)
        tell(access.workspace, [row.agent_id], why=Why.REVIEW, text=words, **told)
        if row.coaching:
            tell(access.workspace, [row.agent_id], why=Why.COACHING, text=coached, **told)
    return row.score


@transaction.atomic
def comment(access: Access, review: int, *, text: str, now: datetime) -> None:
    """Say something to a review of oneself."""
    access.require(Permission.READ)
    row = _row(access, review)
    if row.agent_id != access.me or row.done_at is None or row.calibrates:
        raise NotFound(what="review", which=review)
    row.comment = _words(text)
    row.save(update_fields=["comment"])
    audit(access, "review commented", f"case {row.case.number}", now=now)
    if row.reviewer_id is not None:
        words = access.say("{who} commented on your review of case {case}.", who=access.name, case=row.case.number)
        place = f"board/quality/{row.pk}/"
        tell(access.workspace, [row.reviewer_id], why=Why.REVIEW, text=words, by=access.person, place=place, now=now)


def _row(access: Access, review: int) -> Review:
    rows = Review.objects.select_for_update(of=("self",)).select_related("case")
    row = rows.filter(workspace_id=access.workspace, pk=review).first()
    if row is None:
        raise NotFound(what="review", which=review)
    return row


def _words(text: str) -> str:
    text = clean(text).strip()
    if len(text) > MOST_WORDS:
        raise InvalidInput(reason=say("Write at most {most:,} characters.", most=MOST_WORDS))
    return text
