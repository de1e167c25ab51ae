"""Reads of the care domain."""

import base64
import binascii
import json
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from django.db.models import Count, Max, Q, QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Membership, Person, Workspace
from hubbub.care.core import playbook as playbooks
from hubbub.care.core.calls.views import CallLine
from hubbub.care.core.case import Folder, Status
from hubbub.care.core.playbook import Playbook
from hubbub.care.core.reasons import headline
from hubbub.care.core.views import (
    AccountView,
    Canned,
    CaseLine,
    CaseView,
    Counts,
    CustomerView,
    Due,
    EarlierCase,
    Looker,
    Moment,
    Page,
    PlaybookLine,
    Said,
    Sending,
    Talk,
    Way,
)
from hubbub.care.models import (
    CannedReply,
    CaseRow,
    DecisionRow,
    Entry,
    PlaybookVersion,
    Presence,
    ReadMark,
    SocialAccount,
)
from hubbub.care.selectors.calls import calls_of, task_of
from hubbub.channels import selectors as channels
from hubbub.channels.adapters.phone.channel import uri_of as phone_uri
from hubbub.channels.core.values import ConnectionValue, handle_words
from hubbub.influence.core.weight import Profile, weight
from hubbub.infra import db
from hubbub.infra.models import OutboxMessage
from hubbub.kernel.details import File, details_of
from hubbub.kernel.errors import InvalidInput, NotFound
from hubbub.kernel.ids import CaseId, PersonId
from hubbub.listening.models import ERASED, Post
from hubbub.listening.selectors import topic_names

PAGE = 50
COUNTED = 1000
MOMENTS = 200
CALLS = 50  # of a person, the newest that a timeline may show
CALLS_SHOWN = 5
PRESENT = timedelta(seconds=40)
VIEWS = ("needs", "mine", "held", "watching", "waiting", "resolved", "closed", "imported", "all")
MINE = (Folder.NEEDS, Folder.HELD)
QUEUES = ("safety", "unsure", "praise", "ideas")
TOLD_AGAIN = 1_000
LINE = tuple(each.name for each in fields(CaseLine) if each.name not in ("owner_name", "unread"))
"""The columns of a case that its line in a list shows."""


# For flows ----------------------------------------------------------------
def followed(workspaces: Sequence[int], uris: Iterable[str]) -> set[tuple[int, str]]:
    """Return which of these uris belong to the thread of a case, by workspace."""
    wanted = set(uris)
    if not wanted:
        return set()
    rows = (
        Post.objects.filter(workspace_id__in=workspaces, entry__isnull=False)
        .filter(Q(uri__among=wanted) | Q(root__among=wanted))
        .values_list("workspace_id", "uri", "root")
    )
    return {(workspace, each) for workspace, uri, root in rows for each in (uri, root) if each in wanted}


def threads_since(post: int) -> tuple[int, set[str]]:
    """Return the threads of posts that have or may get a case, stored after one; and the last one's number.

    Some are told again: on PostgreSQL a lower number may be committed after a higher one.
    """
    rows = Post.objects.filter(pk__gt=max(0, post - TOLD_AGAIN))
    if not post:
        rows = rows.filter(entry__isnull=False) | rows.filter(pending=True)
    found = list(rows.values_list("pk", "uri", "root"))
    return max((pk for pk, _, _ in found), default=post), {uri for _, *both in found for uri in both if uri}


def threads_to_read(connections: Sequence[int], channel: str) -> tuple[tuple[CaseId, str], ...]:
    """Return held and watched cases whose conversation nobody fetched yet, with the post to fetch it by."""
    rows = Entry.objects.filter(
        case__channel=channel,  # follows from the connections; it leads to the few unread cases at once
        case__folder__in=(Folder.HELD, Folder.WATCHING, Folder.NEEDS),
        case__thread_read_at__isnull=True,
        case__private=False,
        post__connection_id__in=connections,
        data__why="opened",
    )
    return tuple((CaseId(case), uri) for case, uri in rows.values_list("case_id", "post__uri")[:10])


def playbook(workspace: int) -> Playbook:
    """Return the playbook a workspace uses now."""
    row = PlaybookVersion.objects.filter(workspace_id=workspace).order_by("-version").first()
    if row is None:
        return _shipped()
    return _read(json.dumps(row.data, sort_keys=True), row.version)


@lru_cache(maxsize=1)
def _shipped() -> Playbook:
    return playbooks.read(playbooks.shipped(), 1)


@lru_cache(maxsize=64)
def _read(data: str, version: int) -> Playbook:
    return playbooks.read(json.loads(data), version)


def day_end(timezone: str, now: datetime) -> datetime:
    """Return the end of the day in a workspace's own time zone."""
    local = now.astimezone(zoneinfo.ZoneInfo(timezone))
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(now.tzinfo)


# Lists --------------------------------------------------------------------
def _lines(rows: Sequence[Mapping[str, Any]], access: Access) -> tuple[CaseLine, ...]:
    marks = ReadMark.objects.filter(case__in=[row["id"] for row in rows], person_id=access.me)
    read = dict(marks.values_list("case_id", "at"))
    owners = Person.objects.filter(pk__in={row["owner"] for row in rows if row["owner"] is not None})
    names = dict(owners.values_list("pk", "name"))
    return tuple(_line(row, names.get(row["owner"], ""), read.get(row["id"])) for row in rows)


def _line(row: Mapping[str, Any], owner_name: str, read_at: datetime | None) -> CaseLine:
    """Return a line, given its `LINE` columns."""
    shown = {name: row[name] for name in LINE} | {"status": Status(row["status"]), "folder": Folder(row["folder"])}
    unread = read_at is None or read_at < row["last_inbound_at"]
    return CaseLine(**shown, owner_name=owner_name, unread=unread)


def cases(
    access: Access,
    *,
    view: str = "needs",
    queue: str = "",
    topic: int = 0,
    search: str = "",
    cursor: str = "",
    limit: int = PAGE,
) -> Page:
    """Return a page of cases: what is due first, or the newest first where nothing is due.

    Raises
    ------
    InvalidInput
        If the view does not exist, or the cursor is none of ours.
    """
    access.require(Permission.READ)
    if view not in VIEWS:
        raise InvalidInput(reason=f"There is no view {view!r}; there are {', '.join(VIEWS)}.")
    rows, newest_first = _view(access, view, search)
    if queue:
        rows = rows.filter(queue=queue)
    if topic:
        rows = rows.filter(topic=topic)
    if cursor:
        at, pk = _place(cursor)
        if newest_first:
            rows = rows.filter(Q(sort_at__lt=at) | Q(sort_at=at, pk__lt=pk), sort_at__lte=at)
        else:
            rows = rows.filter(Q(sort_at__gt=at) | Q(sort_at=at, pk__gt=pk), sort_at__gte=at)
    order = ("-sort_at", "-id") if newest_first else ("sort_at", "id")
    limit = max(1, min(limit, 200))
    if view == "all" and (queue or topic) and not search:
        rows = rows.filter(pk__in=_first_of_each_folder(rows.order_by(*order), limit + 1))
    columns = (*LINE, "sort_at")
    found = [dict(zip(columns, each, strict=True)) for each in db.rows(rows.order_by(*order)[: limit + 1], columns)]
    more = found[limit - 1] if len(found) > limit else None
    return Page(_lines(found[:limit], access), _cursor(more) if more else "")


def _first_of_each_folder(rows: QuerySet[CaseRow], limit: int) -> list[int]:
    """Return the keys of the first rows of each folder; the indexes of topics and queues lead through these."""
    return [pk for folder in Folder for pk in rows.filter(folder=folder).values_list("pk", flat=True)[:limit]]


def _view(access: Access, view: str, search: str) -> tuple[QuerySet[CaseRow], bool]:
    rows = CaseRow.objects.filter(workspace_id=access.workspace)
    for word in search.lower().split()[:8]:
        found = Q(search__contains=word)
        if word.removeprefix("#").isdecimal() and len(word) < 12:
            found |= Q(number=int(word.removeprefix("#")))
        rows = rows.filter(found)
    if view == "all":
        return rows, True
    if view == "mine":
        return rows.filter(owner_id=access.person, folder__in=MINE), False
    return rows.filter(folder=view), Folder(view).newest_first


def _cursor(row: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(f"{row['sort_at'].isoformat()} {row['id']}".encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, int]:
    try:
        at, _, pk = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().rpartition(" ")
        found = datetime.fromisoformat(at), int(pk)
        if found[0].tzinfo is None or not 0 <= found[1] < 2**63:
            raise ValueError
    except (ValueError, UnicodeDecodeError, binascii.Error):
        raise InvalidInput(reason="The cursor is none of ours; begin the list anew.") from None
    return found


def due(access: Access, view: str, now: datetime) -> Due:
    """Return how much a view that is a folder holds, and how soon what needs an answer is due."""
    access.require(Permission.READ)
    found = _count(
        access,
        {
            **{folder: {"folder": folder} for folder in Folder if folder == view},
            "late": _late(now),
            "soon": {"folder": Folder.NEEDS, "sort_at >=": now, "sort_at <": now + timedelta(minutes=15)},
        },
    )
    return Due(here=found.get(view), late=found["late"], soon=found["soon"])


def counts(access: Access, now: datetime) -> Counts:
    """Return how much every view and queue holds."""
    access.require(Permission.READ)
    midnight = day_end(access.timezone, now)
    topics = tuple(topic_names(access.workspace).items())
    rows = CaseRow.objects.filter(workspace_id=access.workspace, folder=Folder.HELD).order_by("sort_at")
    held = rows.values_list("not_before", flat=True).first()
    found = _count(
        access,
        {
            "late": _late(now),
            **{("mine", folder): {"owner_id": access.me, "folder": folder} for folder in MINE},
            **{("folder", folder): {"folder": folder} for folder in Folder},
            **{("queue", queue): {"queue": queue, "folder": Folder.NEEDS} for queue in QUEUES},
            **{("topic", pk): {"topic": pk, "folder": Folder.NEEDS} for pk, _ in topics},
        },
    )
    return Counts(
        folders={folder.value: found["folder", folder] for folder in Folder},
        mine=sum(found["mine", folder] for folder in MINE),
        queues={queue: found["queue", queue] for queue in QUEUES},
        topics=tuple((pk, name, found["topic", pk]) for pk, name in topics),
        late=found["late"],
        next_held=held,
        answered_today=Entry.objects.filter(
            person_id=access.me,
            kind="reply",
            at__gte=midnight - timedelta(days=1),
            case__workspace_id=access.workspace,
        ).count(),
    )


def _late(now: datetime) -> dict[str, Any]:
    return {"folder": Folder.NEEDS, "sort_at <": now}


def _count(access: Access, wanted: Mapping[Any, Mapping[str, Any]]) -> dict[Any, int]:
    ours = {key: {"workspace_id": access.workspace, **each} for key, each in wanted.items()}
    return db.counts(CaseRow, ours, COUNTED)


# One case -----------------------------------------------------------------
def case_row(access: Access, number: int) -> CaseRow:
    """Return the row of a case by its number; for this domain only."""
    row = (
        CaseRow.objects.filter(workspace_id=access.workspace, number=number)
        .select_related("owner", "account__customer")
        .first()
        if 0 <= number < 2**63
        else None
    )
    if row is None:
        raise NotFound(what="case", which=number)
    return row


def number_of(access: Access, case: CaseId) -> int | None:
    """Return the number of a case by its key, None where it is another workspace's."""
    return CaseRow.objects.filter(workspace_id=access.workspace, pk=case).values_list("number", flat=True).first()


def case(access: Access, number: int, now: datetime, *, moments: int = MOMENTS) -> CaseView:
    """Return a case with everything a page shows of it."""
    access.require(Permission.READ)
    row = case_row(access, number)
    read_at = ReadMark.objects.filter(case=row, person_id=access.me).values_list("at", flat=True).first()
    entries = list(
        Entry.objects.filter(case=row)
        .select_related("post")
        .prefetch_related("post__revisions")
        .order_by("-at", "-id")[:moments]
    )
    total = Entry.objects.filter(case=row).count() if len(entries) == moments else len(entries)
    entries.reverse()
    sendings = {
        each.pk: Sending(each.pk, each.state, each.words, each.uri, each.url)
        for each in OutboxMessage.objects.filter(pk__in=[each.outbox for each in entries if each.outbox])
    }
    reach = _reach(access, entries)
    customer = _customer(access, row, entries, now)
    public, private = ways(access, row)
    names = topic_names(access.workspace)
    numbers = [each.number for each in customer.accounts] if customer else []
    calls, calls_in_all = calls_of(access, numbers, row.pk, CALLS)
    topics = dict.fromkeys(topic for each in entries if each.post for topic in each.post.topics if topic in names)
    return CaseView(
        line=_line({**vars(row), "owner": row.owner_id}, row.owner.name if row.owner else "", read_at),
        opened_at=row.opened_at,
        rule_name=row.rule_name,
        say=row.say,
        playbook=row.playbook,
        headline=headline(row.decision, private=row.private),
        reasons=tuple(row.reasons),
        advice=tuple(row.advice),
        moments=_with_calls([_moment(each, row, sendings, reach) for each in entries], calls, row.opened_at),
        hidden=total - len(entries),
        customer=customer,
        lookers=lookers(access, row.pk, now),
        public_way=public,
        private_way=private,
        topics=tuple(names[topic] for topic in topics),
        calls=calls[:CALLS_SHOWN],
        calls_in_all=calls_in_all,
        task=None if Status(row.status).ended else task_of(access, row.pk),
    )


def _with_calls(moments: list[Moment], calls: Sequence[CallLine], since: datetime) -> tuple[Moment, ...]:
    """Put the calls that came while the case was there into its timeline, but for those that stand in it as posts."""
    heard = {each.said.uri for each in moments if each.said is not None}
    more = (
        Moment(-call.id, call.started_at, "call", call.agent, call.notes, private=True, call=call)
        for call in calls
        if call.started_at >= since and phone_uri(call.source, call.native) not in heard
    )
    return tuple(sorted((*moments, *more), key=lambda each: each.at))


def _reach(access: Access, entries: Sequence[Entry]) -> Mapping[tuple[str, str], int]:
    natives = {each.post.author for each in entries if each.post and each.post.author}
    rows = SocialAccount.objects.filter(workspace_id=access.workspace, native__in=natives)
    return {(channel, native): reach for channel, native, reach in rows.values_list("channel", "native", "reach")}


def _moment(
    entry: Entry, row: CaseRow, sendings: Mapping[int, Sending], reach: Mapping[tuple[str, str], int]
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
    )


def files_of(entry: Entry) -> tuple[File, ...]:
    """Return the files that left with a reply."""
    return msgspec.convert(entry.data.get("files", []), tuple[File, ...])


def files_in_use() -> set[str]:
    """Return the keys of the files that left with replies; for the nightly sweep."""
    shown = Entry.objects.filter(kind="reply", data__files__0__isnull=False).values_list("data", flat=True)
    return {file["ref"] for data in shown.iterator() for file in data["files"]}


def heard_file(access: Access, post: int, place: int) -> tuple[int, File]:
    """Return by which connection a file of a heard post is fetched, and what is known of it."""
    access.require(Permission.READ)
    row = Post.objects.filter(workspace_id=access.workspace, pk=post, deleted_at__isnull=True).first()
    files = details_of(row.details).files if row is not None else ()
    if row is None or row.connection_id is None or not 0 <= place < len(files):
        raise NotFound(what="file", which=place)
    return row.connection_id, files[place]


def sent_file(access: Access, entry: int, place: int) -> File:
    """Return a file that left with a reply."""
    access.require(Permission.READ)
    row = Entry.objects.filter(case__workspace_id=access.workspace, pk=entry).first()
    files = files_of(row) if row is not None else ()
    if not 0 <= place < len(files):
        raise NotFound(what="file", which=place)
    return files[place]


def _customer(access: Access, row: CaseRow, entries: Sequence[Entry], now: datetime) -> CustomerView | None:
    account = row.account
    if account is None:
        return None
    linked = list(account.customer.accounts.all()) if account.customer else [account]
    urls = {(each.post.channel, each.post.author): each.post.url for each in entries if each.post and each.post.url}
    others = CaseRow.objects.filter(workspace_id=access.workspace, account__in=linked).exclude(pk=row.pk)
    return CustomerView(
        name=account.customer.name
        if account.customer and account.customer.name
        else account.name or handle_words(account.channel, account.handle),
        accounts=tuple(_account(each, urls.get((each.channel, each.native), ""), now) for each in linked),
        cases=others.count(),
        earlier=tuple(
            EarlierCase(each.number, each.title, Status(each.status), each.opened_at)
            for each in others.order_by("-id")[:5]
        ),
    )


def _account(row: SocialAccount, url: str, now: datetime) -> AccountView:
    weighed = weight(
        Profile(
            handle=row.handle,
            name=row.name,
            followers=row.followers,
            follows=row.follows,
            posts=row.posts,
            reactions=row.reactions,
            joined_at=row.joined_at,
        ),
        now,
    )
    return AccountView(
        id=row.pk,
        channel=row.channel,
        handle=row.handle,
        name=row.name,
        followers=row.followers,
        follows=row.follows,
        posts=row.posts,
        joined_at=row.joined_at,
        p_bot=weighed.p_bot,
        reach=int(weighed.reach),
        reach_low=int(weighed.reach_low),
        reach_high=int(weighed.reach_high),
        reasons=weighed.reasons,
        known=row.known,
        employee=row.employee,
        listed=row.listed,
        url=url,
        number=row.native if row.channel == "phone" else "",
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


def ways(access: Access, row: CaseRow) -> tuple[Way, Way]:
    """Return how a public and a private reply to a case may leave."""
    newest = last_from_customer(row, private=True)
    in_public = last_from_customer(row, private=False) if newest and newest.private and not row.private else newest
    connections = channels.connections(access)
    return _way(connections, row, in_public, private=False), _way(connections, row, newest, private=True)


def _way(connections: Sequence[ConnectionValue], row: CaseRow, target: Post | None, *, private: bool) -> Way:
    if target is None:
        return Way(False, "There is no post left to answer.")
    found = _connection_for(connections, target)
    if isinstance(found, str):
        return Way(False, found)
    reason = ""
    if private and not found.abilities.private:
        reason = f"{found.label} carries no private messages here."
    elif private and not target.author:
        reason = "Their account is not known."
    elif not private and row.private:
        reason = "They wrote in private; a public reply would tell others."
    elif not private and not found.abilities.reply:
        reason = f"{found.label} can only be heard."
    return Way(
        not reason,
        reason,
        connection=found.id,
        network=found.label,
        as_handle=found.handle,
        as_name=found.account_name,
        to=target.name or handle_words(target.channel, target.handle),
        abilities=found.abilities,
    )


def last_from_customer(row: CaseRow, *, private: bool) -> Post | None:
    """Return the post that a reply answers: the newest of the person the case is about.

    What they added in private is no post that a public reply could stand under.
    """
    posts = Post.objects.filter(entry__case=row, ours=False, deleted_at__isnull=True)
    if not private and not row.private:
        posts = posts.filter(private=False)
    if row.account is not None:
        own = posts.filter(channel=row.account.channel, author=row.account.native).order_by("-said_at", "-id").first()
        if own is not None:
            return own
    return posts.order_by("-said_at", "-id").first()


def _connection_for(connections: Sequence[ConnectionValue], post: Post) -> ConnectionValue | str:
    """Return the connection a reply to a post leaves by, or why there is none."""
    found = [each for each in connections if each.connector == post.channel]
    can = [each for each in found if each.abilities.reply or each.abilities.private]
    able = [each for each in can if each.enabled]
    chosen = next((each for each in able if each.id == post.connection_id), able[0] if able else None)
    if chosen is not None:
        return chosen
    if can:
        return "The connection that could answer is switched off."
    if post.channel == "phone":
        return "A call is answered by calling back."
    if post.channel in ("bluesky", "mastodon"):
        return f"To answer, connect your {post.channel.title()} account under Settings, Channels."
    return "This was heard where nobody can answer through Hubbub. Open it at its source."


def case_of(access: Access, uri: str) -> int | None:
    """Return the number of the case a post belongs to."""
    access.require(Permission.READ)
    rows = Entry.objects.filter(post__workspace_id=access.workspace, post__uri=uri)
    return rows.values_list("case__number", flat=True).first()


def cases_of(access: Access, uris: Iterable[str]) -> dict[str, int]:
    """Return the numbers of the cases that some posts belong to."""
    access.require(Permission.READ)
    rows = Post.objects.filter(workspace_id=access.workspace, uri__among=frozenset(uris), entry__isnull=False)
    return dict(rows.values_list("uri", "entry__case__number"))


def in_cases(posts: Iterable[int]) -> set[int]:
    """Return which of these posts some case shows."""
    return set(Entry.objects.filter(post__in=list(posts)).values_list("post_id", flat=True))


def accounts_called(access: Access, native: str, handle: str) -> list[tuple[str, str, str, str]]:
    """Return channel, id, handle and name of the accounts that have this id or handle; of letters, this name."""
    writers = Q(channel="letter", name__iexact=handle)
    theirs = Q(native=native) | Q(handle__iexact=handle) | writers
    rows = SocialAccount.objects.filter(theirs, workspace_id=access.workspace)
    return list(rows.values_list("channel", "native", "handle", "name"))


def replies(access: Access, topic: int, since: datetime, until: datetime) -> list[datetime]:
    """Return when we answered publicly in cases of a topic, or of any (0)."""
    access.require(Permission.READ)
    found = _public_replies(access).filter(at__gte=since, at__lt=until)
    if topic:
        found = found.filter(case__topic=topic)
    return list(found.order_by("at").values_list("at", flat=True)[:TOLD_AGAIN])


def replied_on(access: Access, since: datetime) -> dict[str, datetime]:
    """Return when we last answered publicly on each channel."""
    access.require(Permission.READ)
    found = _public_replies(access).filter(at__gte=since).values_list("case__channel")
    return dict(found.annotate(last=Max("at")))


def answers_on(access: Access, since: datetime, until: datetime) -> dict[str, int]:
    """Return how often we answered publicly on each channel."""
    access.require(Permission.READ)
    found = _public_replies(access).filter(at__gte=since, at__lt=until).values_list("case__channel")
    return dict(found.annotate(n=Count("id")))


def _public_replies(access: Access) -> QuerySet[Entry]:
    return Entry.objects.filter(kind="reply", private=False, case__workspace_id=access.workspace)


def decisions(access: Access, number: int) -> tuple[tuple[str, str, int], ...]:
    """Return (rule, decision, playbook version) of every decision about a case, oldest first."""
    access.require(Permission.READ)
    rows = DecisionRow.objects.filter(case=case_row(access, number)).order_by("id")
    return tuple(rows.values_list("rule", "decision", "playbook"))


# Settings -----------------------------------------------------------------
def canned(access: Access) -> tuple[Canned, ...]:
    """Return the canned replies, by title."""
    access.require(Permission.READ)
    rows = CannedReply.objects.filter(workspace_id=access.workspace).order_by("title")
    return tuple(Canned(row.pk, row.title, row.text) for row in rows)


def playbook_versions(access: Access) -> tuple[PlaybookLine, ...]:
    """Return the versions of the playbook, newest first."""
    access.require(Permission.READ)
    rows = PlaybookVersion.objects.filter(workspace_id=access.workspace).select_related("person").order_by("-version")
    found = tuple(
        PlaybookLine(row.version, row.note, row.person.name if row.person else "Hubbub", row.at) for row in rows
    )
    if found:
        return found
    made = Workspace.objects.values_list("created_at", flat=True).get(pk=access.workspace)
    return (PlaybookLine(1, "The default playbook", "Hubbub", made),)


def colleagues(access: Access) -> tuple[tuple[PersonId, str], ...]:
    """Return whom a case can be given to."""
    access.require(Permission.READ)
    rows = Membership.objects.filter(workspace_id=access.workspace).exclude(role="analyst").select_related("person")
    return tuple((PersonId(row.person_id), row.person.name) for row in rows.order_by("person__name"))


def case_counts() -> tuple[int, int]:
    """Return (cases, watches) over all workspaces; for the status command."""
    watching = CaseRow.objects.filter(status=Status.WATCHING).count()
    return CaseRow.objects.count() - watching, watching
