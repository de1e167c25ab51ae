"""Follow-ups after a good end: proposed at most once a person, asked by a person, never sent by themselves."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.services import audit
from hubbub.care.core.advocates import MOST_DAYS, Ending, State, why_not
from hubbub.care.core.answering import Written
from hubbub.care.core.case import Folder
from hubbub.care.core.errors import NeedsApproval
from hubbub.care.core.reading import TextReading
from hubbub.care.models import (
    AdvocateRules,
    CaseRow,
    ClockRow,
    Entry,
    FollowUp,
    FollowUpVoice,
    PendingReply,
    Rating,
    SocialAccount,
    Thanks,
)
from hubbub.care.selectors.advocates import allowed, case_of_thanks, kin_of
from hubbub.care.services.asking import ABUSIVE
from hubbub.care.services.cases.pending import answer
from hubbub.care.services.cases.row import event, lock
from hubbub.care.services.customers.rows import one_at_a_time
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import say

AT_ONCE = 200
LATE = 500  # lines of the log that may have come late are looked at again
FIRST = 10_000  # lines that a workspace begins with
BEGIN = timedelta(days=14)
PUT_OFF = timedelta(days=7)


# By the worker ----------------------------------------------------------------
def look_all(now: datetime) -> int:
    """Link new thanks and propose follow-ups in every workspace; return how many were proposed."""
    found = 0
    for workspace in Workspace.objects.values_list("pk", flat=True):
        while link_thanks(workspace, now=now) >= AT_ONCE:
            pass
        found += propose(workspace, now=now)
    return found


def link_thanks(workspace: int, *, now: datetime) -> int:
    """Link posts that thank to the cases they thank for; return how many new lines of cases were looked at.

    One worker does so at a time; what it reads is read before it writes, so that nobody waits for that.
    """
    rules, _ = AdvocateRules.objects.get_or_create(workspace_id=workspace)
    before = rules.read_to or max(0, (Entry.objects.aggregate(top=Max("pk"))["top"] or 0) - FIRST)
    rows = Entry.objects.filter(pk__gt=max(0, before - LATE), case__workspace=workspace, kind="post")
    rows = rows.filter(post__ours=False, post__deleted_at__isnull=True).select_related("case__account", "post")
    entries = list(rows.order_by("pk")[: AT_ONCE + LATE])
    known = set(Thanks.objects.filter(post__in=[each.post_id for each in entries]).values_list("post", flat=True))
    made = [found for each in entries if each.post_id not in known and (found := _thanks(workspace, each)) is not None]
    read_to = max(before, entries[-1].pk) if entries else before
    if made or read_to != rules.read_to:
        with transaction.atomic():
            Thanks.objects.bulk_create(made, ignore_conflicts=True)
            AdvocateRules.objects.filter(pk=rules.pk).update(read_to=read_to)
            if made:
                changes.record(workspace, "thanks", None, now=now)
    return sum(each.pk > before for each in entries)


def _thanks(workspace: int, entry: Entry) -> Thanks | None:
    post = entry.post
    reading = TextReading.of_data(post.reading or ()) if post is not None else None
    if post is None or reading is None or not (reading.confirms or reading.kind == "praise"):
        return None
    account = SocialAccount.objects.filter(workspace_id=workspace, channel=post.channel, native=post.author).first()
    case: CaseRow | None = entry.case
    if entry.case.first_replied_at is None or entry.case.first_replied_at >= post.said_at:
        case = case_of_thanks(account, entry.case_id, post.said_at) if account is not None else None
    if case is None:
        return None
    return Thanks(
        workspace_id=workspace, case=case, post=post, account=account, at=post.said_at, public=not post.private
    )


def propose(workspace: int, *, now: datetime) -> int:
    """Propose follow-ups of cases that ended well some days ago; return how many."""
    rules, _ = AdvocateRules.objects.get_or_create(workspace_id=workspace)
    if not rules.on:
        return 0
    until = now - timedelta(days=rules.days)
    since = rules.looked_to or until - BEGIN
    rows = CaseRow.objects.filter(
        workspace_id=workspace, folder__in=(Folder.RESOLVED, Folder.CLOSED), sort_at__gt=since, sort_at__lte=until,
        merged_into__isnull=True, historical=False,
    )  # fmt: skip
    rows = rows.select_related("account").order_by("sort_at", "pk")
    cases = list(rows[:AT_ONCE])
    if len(cases) == AT_ONCE:  # many may have ended at the same moment, as by one bulk action: none is left behind
        until = cases[-1].sort_at
        cases += rows.filter(sort_at=until).exclude(pk__in=[each.pk for each in cases])
    made = sum(_propose(each, now) for each in cases)
    AdvocateRules.objects.filter(pk=rules.pk).update(looked_to=until)
    return made


def _propose(case: CaseRow, now: datetime) -> bool:
    if case.account is None or case.account.employee or case.first_replied_at is None:
        return False
    kin = kin_of(case.account)
    ending = Ending(
        thanked=Thanks.objects.filter(case=case, account__in=kin).exists(),
        scores=tuple(each.score for each in Rating.objects.filter(case=case) if each.score is not None),
        reopened=ClockRow.objects.filter(case=case, undone_at__isnull=False).exists(),
        grave=case.alert or case.incident_id is not None or any(each.get("rule") == ABUSIVE for each in case.advice),
        allowed=allowed(kin),
        asked_before=FollowUpVoice.objects.filter(account__in=kin).exists(),
    )
    if why_not(ending):
        return False
    try:
        with transaction.atomic():
            row = FollowUp.objects.create(
                workspace_id=case.workspace_id, case=case, account=case.account, state=State.PROPOSED, show_at=now
            )
            FollowUpVoice.objects.bulk_create(FollowUpVoice(follow_up=row, account_id=each) for each in kin)
            changes.record(case.workspace_id, "thanks", None, now=now)
    except IntegrityError:  # somebody else proposed the same person at the same moment
        return False
    return True


# By people ----------------------------------------------------------------------
@transaction.atomic
def ask(access: Access, follow_up: int, *, text: str, private: bool, confirmed: bool = False, now: datetime) -> None:
    """Ask somebody, as a reply in their case; it stays settled. Once only, and only with permission.

    Where no word of theirs is noted, only the case's owner asks, in that conversation. A noted no is a no.

    Raises
    ------
    Conflict
        If they were asked before, do not want to be, or somebody else owns the case.
    """
    one_at_a_time(access)  # two proposals may be of one person
    row = _lock(access, follow_up)
    case = lock(access, row.case.number)
    kin = kin_of(row.account)
    word = allowed(kin)
    if word is False:
        raise Conflict(reason="They said they do not want to be asked.")
    if FollowUp.objects.filter(voices__account__in=kin, state=State.ASKED).exists():
        raise Conflict(reason="They were asked before. Once is enough.")
    if word is None and case.owner_id not in (None, access.person):
        owner = case.owner.name if case.owner else say("Its owner")
        raise Conflict(reason=say("No permission is noted, so only {owner} asks: they know each other.", owner=owner))
    if not case.value().status.ended:
        raise Conflict(reason=say("Case {number} is open again. Settle it first.", number=case.number))
    written = Written(text, private=private, confirmed=confirmed, aside=True)
    done = answer(access, case.number, written, now=now)
    if done.pending is not None:
        raise NeedsApproval(reason=PendingReply.objects.get(pk=done.pending).why)
    row.entry = Entry.objects.filter(outbox=done.outbox).first()
    row.state, row.asked_at, row.person_id = State.ASKED, now, access.person
    row.save()
    event(access, case, now, access.say("{name} asked whether they would tell others.", name=access.name))
    changes.record(access.workspace, "thanks", None, now=now)


@transaction.atomic
def put_off(access: Access, follow_up: int, *, now: datetime) -> None:
    """Propose them again in a week."""
    row = _lock(access, follow_up)
    row.show_at = now + PUT_OFF
    row.save()
    _noted(access, row, "follow-up put off", now)


@transaction.atomic
def never(access: Access, follow_up: int, *, now: datetime) -> None:
    """Do not ask them, now or later."""
    row = _lock(access, follow_up)
    row.state, row.person_id = State.NEVER, access.person
    row.save()
    _noted(access, row, "follow-up declined", now)


@transaction.atomic
def save_rules(access: Access, *, on: bool, days: int, now: datetime) -> None:
    """Set whether, and how long after a good end, follow-ups are proposed."""
    access.require(Permission.PLAYBOOK)
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(reason=say("Follow-ups are proposed 1 to {days} days after a case ended.", days=MOST_DAYS))
    AdvocateRules.objects.update_or_create(workspace_id=access.workspace, defaults={"on": on, "days": days})
    audit(access, "follow-ups changed", access.workspace_name, now=now, after={"on": on, "days": days})


def _lock(access: Access, follow_up: int) -> FollowUp:
    access.require(Permission.WORK)
    rows = FollowUp.objects.select_for_update(of=("self",)).select_related("case", "account")
    row = rows.filter(workspace_id=access.workspace, pk=follow_up).first()
    if row is None:
        raise NotFound(what="proposal", which=follow_up)
    if row.state != State.PROPOSED:
        raise Conflict(reason="Somebody decided about this already.")
    return row


def _noted(access: Access, row: FollowUp, deed: str, now: datetime) -> None:
    audit(access, deed, f"case {row.case.number}", now=now, after={"state": row.state})
    changes.record(access.workspace, "thanks", None, now=now)
