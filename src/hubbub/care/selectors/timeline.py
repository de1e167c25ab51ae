"""One case, with its timeline, its person and its reasons."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Max, Q, prefetch_related_objects

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.calls.views import CallLine
from hubbub.care.core.case import Folder, Status
from hubbub.care.core.reasons import headline
from hubbub.care.core.views import (
    CaseView,
    Looker,
    Moment,
    Said,
    Sending,
    Talk,
    Voice,
)
from hubbub.care.models import (
    CaseRow,
    DecisionRow,
    Entry,
    Presence,
    ReadMark,
    SocialAccount,
)
from hubbub.care.selectors.answering import drafting, first_name, pending_on
from hubbub.care.selectors.around import around
from hubbub.care.selectors.assessment import assessment
from hubbub.care.selectors.calls import calls_of, task_of
from hubbub.care.selectors.customers import customer_of
from hubbub.care.selectors.files import files_of
from hubbub.care.selectors.lists import line_of
from hubbub.care.selectors.rows import case_row
from hubbub.care.selectors.sorting import answers_of, links_of, tags_of
from hubbub.care.selectors.voices import accounts_of, voices, voices_of
from hubbub.care.selectors.ways import ways
from hubbub.channels.adapters.phone.channel import uri_of as phone_uri
from hubbub.infra.models import OutboxMessage
from hubbub.kernel.details import details_of
from hubbub.kernel.errors import NotFound
from hubbub.kernel.ids import CaseId, PersonId
from hubbub.listening.models import ERASED
from hubbub.listening.selectors import topic_names

MOMENTS = 200


CALLS = 50  # of a person, the newest that a timeline may show


CALLS_SHOWN = 5


PRESENT = timedelta(seconds=40)


def number_of(access: Access, case: CaseId) -> int | None:
    """Return the number of a case by its key, None where it is another workspace's."""
    return CaseRow.objects.filter(workspace_id=access.workspace, pk=case).values_list("number", flat=True).first()


def case(access: Access, number: int, now: datetime, *, moments: int = MOMENTS) -> CaseView:
    """Return a case with everything a page shows of it."""
    access.require(Permission.READ)
    row = case_row(access, number)
    there = around(row)
    read_at = ReadMark.objects.filter(case=row, person_id=access.me).values_list("at", flat=True).first()
    entries = list(Entry.objects.filter(case=row).select_related("post").order_by("-at", "-id")[:moments])
    total = Entry.objects.filter(case=row).count() if len(entries) == moments else len(entries)
    entries.reverse()
    posts = {each.post.pk: each.post for each in entries if each.post}
    prefetch_related_objects([post for post in posts.values() if post.edited_at], "revisions")
    accounts = accounts_of(access, posts.values())
    sendings = {
        each.pk: _sending(each, now)
        for each in OutboxMessage.objects.filter(pk__in=[each.outbox for each in entries if each.outbox])
    }
    reach = {key: account.reach for key, account in accounts.items()}
    customer = customer_of(access, row, entries, now)
    public, private = ways(access, row)
    names = topic_names(access.workspace)
    numbers = [each.number for each in customer.accounts] if customer else []
    calls, calls_in_all = calls_of(access, numbers, row.pk, CALLS)
    topics = dict.fromkeys(topic for post in posts.values() for topic in post.topics if topic in names)
    return CaseView(
        line=line_of(
            {**vars(row), "owner": row.owner_id},
            row.owner.name if row.owner else "",
            read_at,
            tags_of([row.pk]).get(row.pk, ()) if "tags" in there else (),
        ),
        opened_at=row.opened_at,
        rule_name=row.rule_name,
        template=row.template,
        say=row.say,
        playbook=row.playbook,
        headline=headline(row.decision, private=row.private),
        reasons=tuple(row.reasons),
        advice=tuple(row.advice),
        assessment=assessment(row, posts.get(row.lead)),
        moments=_with_calls([_moment(each, row, sendings, reach, access) for each in entries], calls, row.opened_at),
        hidden=total - len(entries),
        customer=customer,
        voices=_voices(access, row, entries, accounts, whole=total == len(entries)) if moments == MOMENTS else (),
        lookers=lookers(access, row.pk, now),
        drafting=drafting(access, row.pk) if "drafts" in there else (),
        pending=pending_on(access, row.pk) if "pending" in there else (),
        public_way=public,
        private_way=private,
        topics=tuple(names[topic] for topic in topics),
        calls=calls[:CALLS_SHOWN],
        calls_in_all=calls_in_all,
        task=task_of(access, row.pk) if "task" in there and not Status(row.status).ended else None,
        answers=answers_of(access, row.pk if "fields" in there else None),
        links=links_of(row.pk) if there & {"links", "linked"} else (),
        wrap_up=row.wrap_up.name if row.wrap_up else "",
        needs_approval=row.needs_approval,
        first_name=first_name(row),
        around=there,
    )


def _voices(
    access: Access,
    row: CaseRow,
    entries: Sequence[Entry],
    accounts: Mapping[tuple[str, str], SocialAccount],
    *,
    whole: bool,
) -> tuple[Voice, ...]:
    """Return who spoke in a case, by the lines that are read anyway where these are all there are."""
    if row.channel in ("phone", "letter"):
        return ()
    return voices(access, entries, accounts) if whole else voices_of(access, row.number)


def _with_calls(moments: list[Moment], calls: Sequence[CallLine], since: datetime) -> tuple[Moment, ...]:
    """Put the calls that came while the case was there into its timeline, but for those that stand in it as posts."""
    heard = {each.said.uri for each in moments if each.said is not None}
    more = (
        Moment(-call.id, call.started_at, "call", call.agent, call.notes, private=True, call=call)
        for call in calls
        if call.started_at >= since and phone_uri(call.source, call.native) not in heard
    )
    return tuple(sorted((*moments, *more), key=lambda each: each.at))


def _sending(row: OutboxMessage, now: datetime) -> Sending:
    waits = row.state == "queued" and row.attempts == 0 and row.due_at > now
    return Sending(row.pk, row.state, row.words, row.uri, row.url, row.due_at if waits else None)


def _moment(
    entry: Entry, row: CaseRow, sendings: Mapping[int, Sending], reach: Mapping[tuple[str, str], int], access: Access
) -> Moment:
    post = entry.post
    said = None
    if post is not None:
        said = Said(
            post=post.pk,
            uri=post.uri,
            name=post.name,
            handle=post.handle,
            text=post.text,
            url=post.url,
            channel=post.channel,
            lang=post.lang,
            reach=reach.get((post.channel, post.author), 0),
            is_customer=bool(row.account and (post.channel, post.author) == (row.account.channel, row.account.native)),
            ours=post.ours,
            why=str(entry.data.get("why", "")),
            media=post.media,
            details=details_of(post.details),
            edited=post.edited_at is not None,
            deleted=post.deleted_at is not None,
            erased=post.uri.startswith(ERASED),
            before=tuple(each.text for each in post.revisions.all()) if post.edited_at and not post.deleted_at else (),
        )
    return Moment(
        id=entry.pk,
        at=entry.at,
        kind=entry.kind,
        name=entry.name,
        text=entry.text,
        private=entry.private,
        said=said,
        sending=sendings.get(entry.outbox) if entry.outbox else None,
        files=files_of(entry),
        persona=entry.data.get("persona", ""),
        approved_by=entry.data.get("approved", ""),
        mentions=tuple(entry.data.get("mentions", ())),
        mine=entry.person_id is not None and entry.person_id == access.person,
        undo=entry.data.get("undo") if entry.kind == "event" else None,
    )


def lookers(access: Access, case_id: int, now: datetime) -> tuple[Looker, ...]:
    """Return which colleagues have a case open just now, oneself left out."""
    rows = (
        Presence.objects.filter(case_id=case_id, case__workspace_id=access.workspace, seen_at__gt=now - PRESENT)
        .exclude(person_id=access.me)
        .select_related("person")
        .order_by("person__name")
    )
    return tuple(Looker(PersonId(row.person_id), row.person.name, row.typing) for row in rows)


def talk(workspace: int, channel: str, root: str, now: datetime) -> Talk | None:
    """Return how the newest case of a thread stands, None before there is one. For its other side: no access is asked.

    Who waits longer is before: by when the case was opened.
    """
    rows = CaseRow.objects.filter(workspace_id=workspace, entries__post__root=root, entries__post__workspace=workspace)
    row = rows.order_by("-pk").first()
    if row is None:
        return None
    waiting = CaseRow.objects.filter(workspace_id=workspace, folder=Folder.NEEDS, first_replied_at__isnull=True)
    before = None
    if row.folder == Folder.NEEDS and row.first_replied_at is None:
        earlier = Q(opened_at__lt=row.opened_at) | Q(opened_at=row.opened_at, pk__lt=row.pk)
        before = waiting.filter(earlier, channel=channel).count()
    present = Presence.objects.filter(case=row, seen_at__gt=now - PRESENT).select_related("person").order_by("pk")
    read_at = ReadMark.objects.filter(case=row).aggregate(last=Max("at"))["last"]
    return Talk(
        CaseId(row.pk),
        before,
        tuple(each.person.name for each in present if each.typing),
        bool(present),
        read_at,
    )


def post_of(access: Access, number: int, uri: str) -> int:
    """Return the post of a case that has a uri."""
    access.require(Permission.READ)
    found = Entry.objects.filter(case=case_row(access, number), post__uri=uri).values_list("post_id", flat=True).first()
    if found is None:
        raise NotFound(what="post", which=uri[:80])
    return found


def decisions(access: Access, number: int) -> tuple[tuple[str, str, int], ...]:
    """Return (rule, decision, playbook version) of every decision about a case, oldest first."""
    access.require(Permission.READ)
    rows = DecisionRow.objects.filter(case=case_row(access, number)).order_by("id")
    return tuple(rows.values_list("rule", "decision", "playbook"))
