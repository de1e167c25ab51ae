"""Muting an account: what it says makes no case until a date. What puts people in danger is heard all the same."""

from datetime import datetime, timedelta

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import AuditEntry
from hubbub.accounts.services import audit
from hubbub.care.models import CaseRow, Mute, SocialAccount
from hubbub.channels.core.values import handle_words
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import mark, say

DAYS = {1: mark("a day"), 7: mark("a week"), 30: mark("30 days"), 365: mark("a year")}


@transaction.atomic
def mute(access: Access, account: int, *, days: int, reason: str, now: datetime) -> None:
    """Mute an account, with a reason that colleagues read, and an end."""
    access.require(Permission.WORK)
    row = _account(access, account)
    reason = " ".join(reason.split())
    if not reason or len(reason) > 200:
        raise InvalidInput(reason="Say why, in at most 200 characters.")
    if days not in DAYS:
        raise InvalidInput(reason=say("Mute it for {times}.", times=", ".join(map(say, DAYS.values()))))
    until = now + timedelta(days=days)
    Mute.objects.filter(account=row, ended_at__isnull=True).update(ended_at=now)
    Mute.objects.create(
        workspace_id=access.workspace,
        account=row,
        reason=reason,
        person_id=access.person,
        at=now,
        until=until,
        heard=row.heard,
    )
    row.muted_until = until
    row.save(update_fields=["muted_until"])
    after = {"reason": reason, "until": until.isoformat()}
    audit(access, "account muted", _called(row), now=now, after=after)
    _tell(row, now)


@transaction.atomic
def unmute(access: Access, account: int, *, now: datetime) -> None:
    """Hear an account again before the date."""
    access.require(Permission.WORK)
    row = _account(access, account)
    if not Mute.objects.filter(account=row, ended_at__isnull=True).update(ended_at=now):
        raise Conflict(reason="This account is not muted.")
    row.muted_until = None
    row.save(update_fields=["muted_until"])
    audit(access, "account unmuted", _called(row), now=now)
    _tell(row, now)


def end_due(*, now: datetime) -> int:
    """End the mutes whose date has come; return how many."""
    due = list(Mute.objects.filter(ended_at__isnull=True, until__lte=now).values_list("account", flat=True)[:100])
    return sum(_end(account, now) for account in due)


@transaction.atomic
def _end(account: int, now: datetime) -> bool:
    row = SocialAccount.objects.select_for_update(of=("self",)).get(pk=account)
    if not Mute.objects.filter(account=row, ended_at__isnull=True, until__lte=now).update(ended_at=now):
        return False
    row.muted_until = None
    row.save(update_fields=["muted_until"])
    AuditEntry.objects.create(
        workspace_id=row.workspace_id, at=now, name="Hubbub", via="system", action="mute ended", subject=_called(row)
    )
    _tell(row, now)
    return True


def _account(access: Access, account: int) -> SocialAccount:
    rows = SocialAccount.objects.select_for_update(of=("self",)).filter(workspace_id=access.workspace, pk=account)
    row = rows.first()
    if row is None:
        raise NotFound(what="account", which=account)
    return row


def _called(row: SocialAccount) -> str:
    return handle_words(row.channel, row.handle) or row.name or row.native


def _tell(row: SocialAccount, now: datetime) -> None:
    cases = CaseRow.objects.filter(workspace_id=row.workspace_id, account=row).order_by("-id")[:20]
    changes.record_many([(row.workspace_id, "case", case.pk) for case in cases], now=now)
