"""Telling people: a row each, and a line in the change log so that their pages show it at once."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Membership
from hubbub.care.core.notices import KEPT, MAILED_AFTER, MOST_WORDS, Ways, Why
from hubbub.care.models import Notice, NoticeWish, Presence
from hubbub.care.selectors.notices import wished
from hubbub.care.selectors.timeline import PRESENT
from hubbub.infra import changes
from hubbub.kernel.errors import NotFound
from hubbub.kernel.text import clean


def tell(
    workspace: int,
    to: Iterable[int],
    *,
    why: Why,
    case: int | None = None,
    text: str,
    now: datetime,
    by: int | None = None,
    place: str = "",
) -> None:
    """Tell people of something, in the caller's transaction; who does not work here is told nothing.

    Parameters
    ----------
    to : ids of persons
    case : the key of a case, not its number; who looks at it just now has the notice as read
    by : whose deed it is; nobody is told of their own
    place : an address inside the workspace, such as "board/quality/", where it is about no case
    """
    members = Membership.objects.filter(workspace_id=workspace, person__in=set(to) - {by})
    people = sorted(members.values_list("person_id", flat=True))
    ways = wished(workspace, people)[why]
    looking: set[int] = set()
    if case is not None:
        present = Presence.objects.filter(case_id=case, person__in=people, seen_at__gt=now - PRESENT)
        looking = set(present.values_list("person_id", flat=True))
    text = " ".join(clean(text).split())
    if len(text) > MOST_WORDS:
        text = text[: MOST_WORDS - 1] + "…"
    wanted = [person for person in people if ways[person].any]
    Notice.objects.bulk_create(
        Notice(
            workspace_id=workspace,
            person_id=person,
            why=why,
            case_id=case,
            place=place,
            text=text,
            at=now,
            read_at=None if ways[person].app and person not in looking else now,
            browser=ways[person].browser and person not in looking,
            mail_at=now + MAILED_AFTER if ways[person].mail and person not in looking else None,
        )
        for person in wanted
    )
    changes.record_many([(workspace, "notice", person) for person in wanted], now=now)


@transaction.atomic
def mark(access: Access, notice: int, *, read: bool, now: datetime) -> None:
    """Note that one has read a notice, or wants to read it again."""
    access.require(Permission.READ)
    mine = Notice.objects.filter(workspace_id=access.workspace, person_id=access.me, pk=notice)
    if not mine.update(read_at=now if read else None, mail_at=None, browser=False):
        raise NotFound(what="notice", which=notice)
    changes.record(access.workspace, "notice", access.me, now=now)


@transaction.atomic
def read_all(access: Access, *, case: int | None = None, now: datetime) -> None:
    """Note that one has read all one's notices, or all about one case."""
    access.require(Permission.READ)
    mine = Notice.objects.filter(workspace_id=access.workspace, person_id=access.me, read_at__isnull=True)
    if case is not None:
        mine = mine.filter(case_id=case)
    if mine.update(read_at=now, mail_at=None, browser=False):
        changes.record(access.workspace, "notice", access.me, now=now)


@transaction.atomic
def choose(access: Access, ways: Mapping[Why, Ways]) -> None:
    """Choose by which ways one is told of what."""
    access.require(Permission.READ)
    for why, each in ways.items():
        NoticeWish.objects.update_or_create(
            workspace_id=access.workspace,
            person_id=access.me,
            why=why,
            defaults={"app": each.app, "browser": each.browser, "mail": each.mail},
        )


def mailed(notices: Iterable[int]) -> None:
    """Note that a mail went, or never will."""
    Notice.objects.filter(pk__in=list(notices)).update(mail_at=None)


def mail_later(notices: Iterable[int], *, now: datetime, after: timedelta = timedelta(minutes=5)) -> None:
    """Note that a mail could not go just now."""
    Notice.objects.filter(pk__in=list(notices)).update(mail_at=now + after)


def forget_old(now: datetime) -> int:
    """Remove old notices; return how many."""
    return Notice.objects.filter(at__lt=now - KEPT).delete()[0]
