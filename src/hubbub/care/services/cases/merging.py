"""Merging a case into another, and splitting posts off into a case of their own. Both can be undone exactly.

Either takes the workspace's lock first, as triage does: so that no post is decided about between reading and moving.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import models, transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.services import audit
from hubbub.care.core.case import Folder, Status
from hubbub.care.core.clocks import Outcome
from hubbub.care.core.reading import TextReading
from hubbub.care.core.reasons import Reason
from hubbub.care.models import (
    CallBack,
    CallRow,
    CaseRow,
    CaseTag,
    ClockRow,
    DecisionRow,
    Draft,
    Entry,
    FieldValue,
    Lead,
    Likeness,
    PendingReply,
    Presence,
    SocialAccount,
)
from hubbub.care.selectors.levels import levels
from hubbub.care.services import clocks, undo
from hubbub.care.services.cases.row import lock
from hubbub.channels.core.values import handle_words
from hubbub.infra import changes
from hubbub.infra.models import OutboxMessage
from hubbub.kernel.errors import Conflict, InvalidInput
from hubbub.kernel.speech import say, say_many, speaking
from hubbub.kernel.text import clip
from hubbub.listening.models import Post

MOVED: tuple[tuple[type[models.Model], str], ...] = (
    (Entry, "case_id"),
    (DecisionRow, "case_id"),
    (Likeness, "case_id"),
    (CallBack, "case_id"),
    (CallRow, "case_id"),
    (Lead, "case_id"),
    (PendingReply, "case_id"),
    (OutboxMessage, "subject"),
)
"""What goes along with the posts of a case into another: the table, and its column that names the case."""


@transaction.atomic
def merge(access: Access, number: int, *, into: int, now: datetime) -> int:
    """Make a case a part of another: all that was said stands there, later words arrive there. Returns the doing.

    Raises
    ------
    Conflict
        If the other has ended, either is part of another already, or both ask for a call.
    """
    if number == into:
        raise InvalidInput(reason="Choose another case: this is the one itself.")
    gone, stays = _both(access, number, into)
    _may_be_merged(gone, stays)
    keys = [gone.pk, stays.pk]
    before = _picture(keys)
    for model, column in MOVED:
        model._default_manager.filter(**{column: gone.pk}).update(**{column: stays.pk})
    _copy(CaseTag, "tag_id", gone, stays)
    _copy(FieldValue, "field_id", gone, stays)
    _looking_goes_along(gone, stays)
    _drafts_go_along(gone, stays)
    _join(gone, stays)
    gone.take(gone.value().merge(now, stays.number))
    _save([stays, gone], access, now)
    # Nobody resolved anything: its clocks end without a result, the other case's go on.
    ClockRow.objects.filter(case=gone, stopped_at=now).update(outcome=Outcome.DROPPED, due_at=None)
    words = access.say("{name} merged case {number} into this one.", name=access.name, number=number)
    told = _tell(access, stays, now, words)
    _tell(access, gone, now, access.say("{name} made this a part of case {number}.", name=access.name, number=into))
    was = before[CaseRow._meta.label][str(gone.pk)]["status"]
    audit(access, "merge", f"case {number}", now=now, before={"status": was}, after={"into": into})
    changes.record_many([(access.workspace, "case", key) for key in keys], now=now)
    return _keep(
        access, say("Case {number} merged into case {into}", number=number, into=into), keys, before, told, now
    )


@transaction.atomic
def split(access: Access, number: int, entries: Sequence[int], *, now: datetime) -> tuple[int, int]:
    """Make chosen posts of a case a case of their own; return its number, and the doing.

    Raises
    ------
    InvalidInput
        If nothing is chosen, something that is no post of the case, or all of them.
    """
    workspace = _workspace(access)
    row = lock(access, number)
    if row.merged_into is not None:
        raise Conflict(
            reason=say("Case {number} is a part of case {into} now. Go on there.", number=number, into=row.merged_into)
        )
    posts = Entry.objects.filter(case=row, kind="post", post__isnull=False).select_related("post")
    chosen = list(posts.filter(pk__in=set(entries)).order_by("at", "pk"))
    if not chosen or len(chosen) != len(set(entries)):
        raise InvalidInput(reason="Choose posts of this case.")
    theirs = [each for each in chosen if each.post is not None and not each.post.ours]
    left = posts.exclude(pk__in=[each.pk for each in chosen]).filter(post__ours=False)
    if not theirs or not left.exists():
        raise InvalidInput(reason="Choose some of what people wrote, not all of it: the case keeps the rest.")
    before = _picture([row.pk])
    first = theirs[0].post
    assert first is not None
    made = _new_case(access, row, first, [each.post for each in theirs if each.post is not None], workspace, now)
    ids = [each.post_id for each in chosen]
    Entry.objects.filter(pk__in=[each.pk for each in chosen]).update(case=made)
    DecisionRow.objects.filter(case=row, post__in=ids).update(case=made)
    row.posts -= len(chosen)
    _save([row], access, now)
    with speaking(access.language):
        words = say_many(
            "{name} made case {case} of one post from here.", "{name} made case {case} of {number} posts from here.",
            len(chosen), name=access.name, case=made.number,
        )  # fmt: skip
        told = _tell(access, row, now, words)
        _tell(access, made, now, say("{name} split this off case {number}.", name=access.name, number=number))
    audit(access, "split", f"case {number}", now=now, after={"made": made.number, "posts": len(chosen)})
    keys = [row.pk, made.pk]
    changes.record_many([(access.workspace, "case", key) for key in keys], now=now)
    words = say("Case {number} split off case {other}", number=made.number, other=number)
    return made.number, _keep(access, words, keys, before, told, now)


# Merging --------------------------------------------------------------------
def _workspace(access: Access) -> Workspace:
    access.require(Permission.WORK)
    return Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)


def _both(access: Access, number: int, into: int) -> tuple[CaseRow, CaseRow]:
    _workspace(access)
    found = {each: lock(access, each) for each in sorted((number, into))}
    return found[number], found[into]


def _may_be_merged(gone: CaseRow, stays: CaseRow) -> None:
    for row in (gone, stays):
        if row.merged_into is not None:
            raise Conflict(
                reason=say(
                    "Case {number} is a part of case {into} now. Choose that one.",
                    number=row.number,
                    into=row.merged_into,
                )
            )
    if stays.value().status.ended:
        raise Conflict(
            reason=say(
                "Case {number} is {status}. Reopen it first, then merge.", number=stays.number, status=say(stays.status)
            )
        )
    calls = CallBack.objects.filter(case__in=(gone, stays), done_at__isnull=True)
    if calls.count() > 1:
        raise Conflict(reason="In both cases somebody is to be called. Note how one of the calls went first.")
    if Lead.objects.filter(case__in=(gone, stays)).count() > 1:
        raise Conflict(reason="Both cases are leads. Remove one of the leads first.")


def _copy(model: type[CaseTag] | type[FieldValue], what: str, gone: CaseRow, stays: CaseRow) -> None:
    """Give the case that stays what the other has and it has not."""
    known = set(model._default_manager.filter(case=stays).values_list(what, flat=True))
    fresh = [each for each in model._default_manager.filter(case=gone) if getattr(each, what) not in known]
    for each in fresh:
        each.pk, each.case_id = None, stays.pk
        each._state.adding = True
    model._default_manager.bulk_create(fresh)  # type: ignore[arg-type]


def _looking_goes_along(gone: CaseRow, stays: CaseRow) -> None:
    there = Presence.objects.filter(case=stays).values("person")
    Presence.objects.filter(case=gone).exclude(person__in=there).update(case=stays)


def _drafts_go_along(gone: CaseRow, stays: CaseRow) -> None:
    """What somebody began to write there is written on here; where they began here too, it stands below."""
    there = {(each.person_id, each.mode): each for each in Draft.objects.filter(case=stays)}
    for draft in Draft.objects.filter(case=gone):
        here = there.get((draft.person_id, draft.mode))
        if here is None:
            draft.case_id = stays.pk
            draft.save(update_fields=["case_id"])
        elif draft.text:
            here.text, here.version = f"{here.text}\n\n{draft.text}".strip(), here.version + 1
            here.save(update_fields=["text", "version"])


def _join(gone: CaseRow, stays: CaseRow) -> None:
    """Let the case that stays be what both were: whoever waits, waits there."""
    case, other = stays.value(), gone.value()
    if other.folder in (Folder.NEEDS, Folder.HELD):
        case = case.hear(other.last_inbound_at, other.due_at)
    case = replace(
        case,
        owner=case.owner or other.owner,
        last_inbound_at=max(case.last_inbound_at, other.last_inbound_at),
        first_replied_at=min(filter(None, (case.first_replied_at, other.first_replied_at)), default=None),
        last_outbound_at=max(filter(None, (case.last_outbound_at, other.last_outbound_at)), default=None),
    )
    stays.take(case)
    same = gone.account_id is not None and gone.account_id == stays.account_id
    stays.posts += gone.posts
    stays.voices = max(stays.voices, gone.voices) if same else stays.voices + gone.voices
    stays.exposure = max(stays.exposure, gone.exposure) if same else stays.exposure + gone.exposure
    stays.priority = min(stays.priority, gone.priority)
    stays.alert = stays.alert or gone.alert
    stays.problems = sorted({*stays.problems, *gone.problems})
    stays.wrap_up_id = stays.wrap_up_id or gone.wrap_up_id


# Splitting ------------------------------------------------------------------
def _new_case(
    access: Access, row: CaseRow, lead: Post, posts: Sequence[Post], workspace: Workspace, now: datetime
) -> CaseRow:
    """Make the case of some posts: open, shown under who wrote the first, due as if it had just come in."""
    workspace.cases_made += 1
    workspace.save(update_fields=["cases_made"])
    account = SocialAccount.objects.filter(
        workspace_id=access.workspace, channel=lead.channel, native=lead.author or ""
    ).first()
    reading = TextReading.of_data(lead.reading or ())
    who = (lead.name or handle_words(lead.channel, lead.handle) or say("Somebody"))[:200]
    text = clip(lead.text, 300)
    why = access.say(" case {number} by {name}.", number=row.number, name=access.name)
    reason = Reason("thread", access.say("Split off"), why)
    made = CaseRow(
        workspace_id=access.workspace,
        number=workspace.cases_made,
        status=Status.OPEN,
        opened_at=lead.arrived_at,
        last_inbound_at=max(each.arrived_at for each in posts),
        owner_id=row.owner_id,
        team_id=row.team_id,
        account=account,
        who=who,
        channel=lead.channel,
        lang=lead.lang,
        title=clip(text or say("No words"), 90),
        excerpt=clip(text, 200),
        kind=reading.kind,
        kind_p=max(reading.kinds),
        about=row.about,
        private=lead.private,
        topic=row.topic,
        problems=list(reading.problems),
        exposure=0 if lead.private or account is None else account.reach,
        posts=len(posts),
        decision=row.decision,
        rule=row.rule,
        rule_name=row.rule_name,
        say=row.say,
        playbook=row.playbook,
        queue=row.queue,
        priority=row.priority,
        reasons=[reason.data()],
    )
    due = levels(access.workspace).due(clocks.facts_of(made), now)
    made.take(replace(made.value(), due_at=due))
    planned = clocks.plan({}, (made,), levels(access.workspace), now)
    made.save()
    clocks.write(access.workspace, planned, now, access.person)
    return made


# Both -----------------------------------------------------------------------
def _save(rows: Sequence[CaseRow], access: Access, now: datetime) -> None:
    planned = clocks.plan({row.pk: row for row in rows}, (), levels(access.workspace), now)
    for row in rows:
        row.save()
    clocks.write(access.workspace, planned, now, access.person)


def _tell(access: Access, row: CaseRow, now: datetime, text: str) -> Entry:
    return Entry.objects.create(case=row, at=now, kind="event", person_id=access.person, name=access.name, text=text)


def _picture(keys: Sequence[int]) -> undo.Picture:
    moved = [model._default_manager.filter(**{f"{column}__in": keys}) for model, column in MOVED]
    return undo.picture(
        CaseRow.objects.filter(pk__in=keys),
        ClockRow.objects.filter(case__in=keys),
        CaseTag.objects.filter(case__in=keys),
        FieldValue.objects.filter(case__in=keys),
        Draft.objects.filter(case__in=keys),
        *moved,
        columns={model: [column] for model, column in MOVED},
    )


def _keep(access: Access, words: str, keys: Sequence[int], before: undo.Picture, told: Entry, now: datetime) -> int:
    """Note what was done; the line in the timeline can then undo it."""
    doing = undo.keep(access, words, keys, before, _picture(keys), now=now)
    told.data = {"undo": doing}
    told.save(update_fields=["data"])
    return doing
