"""What people are told, and how they want to be told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.notices import USUAL, NoticeLine, Ways, Why
from hubbub.care.models import Notice, NoticeWish

PAGE = 50
COUNTED = 100
NEWS = timedelta(minutes=2)
"""A browser shows what is not older."""
STALE = timedelta(hours=1)
"""What waited longer for a mail server is not mailed any more."""


@dataclass(frozen=True, slots=True)
class Bell:
    """How many notices are unread, none counted past a hundred, and which the browser is to show."""

    unread: int
    news: tuple[NoticeLine, ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """The notices that go to somebody in one mail."""

    workspace: int
    slug: str
    person: int
    email: str
    lines: tuple[NoticeLine, ...]


def notices(
    access: Access, *, unread: bool = False, before: int | None = None, limit: int = PAGE
) -> tuple[NoticeLine, ...]:
    """Return one's own notices, newest first; `before` is the id of the last one already seen."""
    access.require(Permission.READ)
    rows = Notice.objects.filter(workspace_id=access.workspace, person_id=access.me)
    if unread:
        rows = rows.filter(read_at__isnull=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return _lines(rows.select_related("case").order_by("-id")[:limit])


def bell(access: Access, now: datetime) -> Bell:
    """Return how many of one's notices are unread, and what the browser is to show."""
    access.require(Permission.READ)
    mine = Notice.objects.filter(workspace_id=access.workspace, person_id=access.me)
    unread = mine.filter(read_at__isnull=True).order_by("-id").values_list("pk", flat=True)[:COUNTED].count()
    fresh = mine.filter(browser=True, at__gt=now - NEWS).select_related("case").order_by("-id")[:5] if unread else []
    return Bell(unread, _lines(fresh))


def wishes(access: Access) -> Mapping[Why, Ways]:
    """Return by which ways one wants to be told of what."""
    access.require(Permission.READ)
    return {why: wish for why, by in wished(access.workspace, [access.me]).items() for wish in by.values()}


def wished(workspace: int, people: Iterable[int]) -> dict[Why, dict[int, Ways]]:
    """Return by which ways some people want to be told of what. For this domain only."""
    people = list(people)
    found = {why: dict.fromkeys(people, ways) for why, ways in USUAL.items()}
    for row in NoticeWish.objects.filter(workspace_id=workspace, person__in=people):
        if row.why in found:
            found[Why(row.why)][row.person_id] = Ways(row.app, row.browser, row.mail)
    return found


def to_mail(now: datetime) -> list[Pending]:
    """Return what is to be mailed now: all that waits for somebody, once the first of it waited long enough."""
    waiting = Notice.objects.filter(mail_at__gt=now - STALE)
    due = waiting.filter(mail_at__lte=now).values_list("workspace", "workspace__slug", "person", "person__email")
    found = []
    for workspace, slug, person, email in due.distinct().order_by("workspace", "person"):
        rows = waiting.filter(workspace=workspace, person=person).select_related("case").order_by("id")[:100]
        found.append(Pending(workspace, slug, person, email, _lines(rows)))
    return found


def _lines(rows: Iterable[Notice]) -> tuple[NoticeLine, ...]:
    return tuple(
        NoticeLine(
            row.pk,
            Why(row.why),
            row.text,
            row.at,
            row.read_at is not None,
            row.case.number if row.case else None,
            row.case.title if row.case else "",
            row.place,
        )
        for row in rows
    )
