"""What happens to cases, and what the playbook's triggers and automatic rules do about it: once for each event.

An event is a row, written in the transaction of the deed. The worker takes it, acts and removes it in one
transaction; what time brings is noted in `Fired` the same way. So a kill in between repeats nothing and loses nothing.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import Membership, Team, Workspace
from hubbub.accounts.selectors import enter_as_hubbub
from hubbub.care.core.case import Priority
from hubbub.care.core.notices import Why
from hubbub.care.core.playbook.triggers import TIMED, CaseFacts, Event, Trigger
from hubbub.care.models import CaseRow, CaseTag, Entry, Fired, Happening
from hubbub.care.selectors.levels import open_hours
from hubbub.care.selectors.playbooks import playbook
from hubbub.care.services import notices
from hubbub.care.services.cases.automatic import send_by_itself
from hubbub.care.services.cases.row import event, store
from hubbub.care.services.events import happened
from hubbub.care.services.sorting import tags_named
from hubbub.care.services.undo import KEPT
from hubbub.infra.failpoints import failpoint
from hubbub.kernel.errors import Conflict
from hubbub.kernel.ids import WorkspaceId
from hubbub.kernel.speech import say, speaking

AUTOMATIC = "automatic"
"""What happened where a rule is to send its canned reply by itself."""

AT_A_TIME = 100
LATE = timedelta(days=2)
"""What a trigger should have seen to earlier than this ago, as after a long stop, is left alone."""


def act(now: datetime) -> int:
    """See to what happened and to what time brought; return how many cases."""
    done = 0
    for key in Happening.objects.order_by("id").values_list("pk", flat=True)[:AT_A_TIME]:
        done += _see_to(key, now)
    for workspace in Workspace.objects.values_list("pk", flat=True):
        for trigger in playbook(workspace).triggers:
            if trigger.event in TIMED and not trigger.off:
                done += sum(_time_came(case, trigger, now) for case in _come(workspace, trigger, now))
    return done


@transaction.atomic
def _see_to(key: int, now: datetime) -> bool:
    found = Happening.objects.filter(pk=key).values_list("case", flat=True)
    row = _locked(found[0]) if found else None
    happened = Happening.objects.filter(pk=key).first()
    if row is None or happened is None:
        return False
    used = playbook(row.workspace_id)
    if happened.what == AUTOMATIC:
        rule = next((each for each in used.rules if each.id == happened.detail), None)
        if rule is not None and rule.automatic and not rule.off:
            access = _hubbub(row)
            with speaking(access.language):
                why = say("rule {rule} {name}", rule=rule.id, name=say(rule.name))
                send_by_itself(access, row, rule.template, why=why, now=now)
    else:
        for trigger in used.triggers:
            if trigger.event == happened.what and not trigger.off:
                _fire(row, trigger, now, set_now=happened.detail)
    happened.delete()
    failpoint("happenings.in_transaction")
    return True


def _come(workspace: int, trigger: Trigger, now: datetime) -> list[int]:
    """Return the cases for which a trigger's time has come and that it has not seen to."""
    folders, sign = TIMED[trigger.event]
    span = sign * trigger.after
    since = max(now - LATE, trigger.since) if trigger.since else now - LATE
    seen = Fired.objects.filter(case=OuterRef("pk"), trigger=trigger.id, moment=OuterRef("sort_at"))
    rows = CaseRow.objects.filter(
        ~Exists(seen), workspace=workspace, folder__in=folders, sort_at__gt=since - span, sort_at__lte=now - span
    )
    return list(rows.order_by("sort_at").values_list("pk", flat=True)[:AT_A_TIME])


@transaction.atomic
def _time_came(case: int, trigger: Trigger, now: datetime) -> bool:
    row = _locked(case)
    folders, sign = TIMED[trigger.event]
    if row is None or row.folder not in folders or row.sort_at > now - sign * trigger.after:
        return False  # it moved on meanwhile
    _, made = Fired.objects.get_or_create(case=row, trigger=trigger.id, moment=row.sort_at)
    if made:
        _fire(row, trigger, now)
    failpoint("happenings.in_transaction")
    return made


def forget_old(now: datetime) -> int:
    """Forget which triggers saw to moments that cases left behind, so long ago that no undoing brings them back."""
    return Fired.objects.filter(moment__lt=now - KEPT).exclude(moment=F("case__sort_at")).delete()[0]


def _locked(case: int) -> CaseRow | None:
    rows = CaseRow.objects.select_for_update(of=("self",)).select_related("account")
    return rows.filter(pk=case).first()


def _hubbub(row: CaseRow) -> Access:
    return enter_as_hubbub(WorkspaceId(row.workspace_id))


def _fire(row: CaseRow, trigger: Trigger, now: datetime, *, set_now: str = "") -> None:
    """Do what a trigger says about a case that fits; what can't be done is said in the timeline."""
    if not trigger.holds(facts_of(row, now, set_now)):
        return
    access = _hubbub(row)
    with speaking(access.language):
        done = list(_deeds(access, row, trigger, now))
        if done:
            event(access, row, now, f"{say(trigger.name)}: {', '.join(done)}.")
            store(access, row, row.value(), "trigger", now, trigger=trigger.id, done=done)


def _deeds(access: Access, row: CaseRow, trigger: Trigger, now: datetime) -> Iterator[str]:
    """Do one thing after the other, and say what was done."""
    if trigger.note:
        Entry.objects.create(case=row, at=now, kind="note", name=access.name, text=trigger.note)
        yield say("a note")
    try:
        if trigger.tags and (new := _tag(access, row, trigger, now)):
            yield say("tags {tags}", tags=", ".join(new))
    except Conflict as error:  # there are too many already: what else is to be done goes on
        yield say("could not go on ({error})", error=error)
    if trigger.priority and row.priority != trigger.priority:
        row.priority = trigger.priority
        yield say("priority {priority}", priority=Priority(trigger.priority).words)
    if trigger.queue and row.queue != trigger.queue:
        row.queue = trigger.queue
        yield say("queue {queue}", queue=trigger.queue)
    team = Team.objects.filter(workspace_id=row.workspace_id, name=trigger.team).first() if trigger.team else None
    if team is not None and row.team_id != team.pk:
        row.team = team
        yield say("given to the team {team}", team=team.name)
    if trigger.template and (said := send_by_itself(access, row, trigger.template, why=say(trigger.name), now=now)):
        yield said
    try:
        if trigger.snooze is not None:
            row.take(row.value().snooze(now, now + trigger.snooze))
            yield say("snoozed")
        if trigger.solve:
            row.take(row.value().resolve(now))
            yield say("resolved")
    except Conflict as error:
        yield say("could not go on ({error})", error=error)
    if trigger.tell:
        notices.tell(
            row.workspace_id,
            leads(row.workspace_id),
            why=Why.RULE,
            case=row.pk,
            text=say("{rule}: {who}, case {number}", rule=say(trigger.name), who=row.who, number=row.number),
            now=now,
        )
        yield say("the leads are told")


def leads(workspace: int) -> list[int]:
    """Return who leads here: team leads, else the managers and owners."""
    members = Membership.objects.filter(workspace_id=workspace)
    found = list(members.filter(role=Role.LEAD).values_list("person_id", flat=True))
    return found or list(members.filter(role__in=(Role.MANAGER, Role.OWNER)).values_list("person_id", flat=True))


def _tag(access: Access, row: CaseRow, trigger: Trigger, now: datetime) -> list[str]:
    """Set the tags that are not set yet; return them. Each is an event of its own."""
    new = []
    for tag in tags_named(access.workspace, trigger.tags).values():
        _, made = CaseTag.objects.get_or_create(case=row, tag=tag)
        if made:
            new.append(tag.name)
            happened(row, Event.TAG_SET, tag.name, now=now)
    return new


def facts_of(row: CaseRow, now: datetime, set_now: str = "") -> CaseFacts:
    """Return what a trigger may ask about a case."""
    account = row.account
    return CaseFacts(
        kind=row.kind,
        about=row.about,
        private=row.private,
        channel=row.channel,
        language=row.lang or "und",
        priority=Priority(row.priority).name.lower(),
        queue=row.queue,
        decision=row.decision,
        rule=row.rule,
        taken=row.owner_id is not None,
        known=bool(account and account.known),
        listed=bool(account and account.listed),
        tags=frozenset(CaseTag.objects.filter(case=row).values_list("tag__name", flat=True)),
        set_now=set_now,
        exposure=float(row.exposure),
        voices=float(row.voices),
        open_hours=open_hours(row.workspace_id, now),
    )
