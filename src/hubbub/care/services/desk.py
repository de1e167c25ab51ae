"""The working set of triage: all that some pending posts touch, loaded at once and written back at once."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, Q

from hubbub.accounts.models import AuditEntry, Workspace
from hubbub.care.core.case import Status
from hubbub.care.core.facts import Earlier
from hubbub.care.core.likeness import Complaint, headings, prints
from hubbub.care.core.playbook import Playbook
from hubbub.care.core.playbook.triggers import Event
from hubbub.care.models import (
    CaseRow,
    CaseTag,
    DecisionRow,
    Entry,
    Happening,
    Incident,
    Likeness,
    Owned,
    SocialAccount,
)
from hubbub.care.selectors.levels import levels
from hubbub.care.selectors.rules import closes_after
from hubbub.care.services import clocks, leads
from hubbub.care.services.counting import count_soon
from hubbub.care.services.draft import ACCOUNT_FIELDS, CASE_FIELDS, AccountDraft, CaseDraft
from hubbub.care.services.events import tags_set
from hubbub.care.services.people_lists import put_heard_on_lists
from hubbub.care.services.sorting import tags_named
from hubbub.channels.core.values import handle_words
from hubbub.influence.core.weight import PROFILE, Profile, Weight, weight
from hubbub.infra import changes, db, outbox
from hubbub.kernel.errors import Conflict
from hubbub.kernel.speech import say
from hubbub.listening.core.post import HeardPost
from hubbub.listening.selectors import heard_posts

OPEN = tuple(status for status in Status if not status.ended)
UNDECIDED = (Status.NEW, Status.WATCHING)
MOST_EARLIER = 5_000
"""So many earlier cases of the people at hand are looked at, the newest."""

LIKE_ONES = 50  # of one heading, the newest that are compared
SAID = 2_000  # complaints that are enough to say what is usual
ENTRY_COLUMNS = ("case_id", "at", "kind", "post_id", "name", "text", "private", "data")
DECISION_COLUMNS = (
    "workspace_id", "post_id", "case_id", "rule", "decision", "due_at", "about", "noise", "exposure", "reasons",
    "facts", "again", "playbook", "at",
)  # fmt: skip


class NewEntry(NamedTuple):
    """A line of a timeline that is not written yet."""

    case: CaseDraft
    at: datetime
    post: HeardPost | None
    text: str
    private: bool
    data: dict[str, Any]


class Glance(NamedTuple):
    """As much of a case as says whether more of it is needed."""

    id: int
    number: int
    status: str
    rule: str
    incident_id: int | None


Alike = Sequence[tuple[CaseDraft | Glance, Complaint]]
"""Like complaints, each with its case."""


class NewDecision(NamedTuple):
    """A decision that is not written yet."""

    case: CaseDraft | None
    post: int
    rule: str
    decision: str
    about: str
    noise: float
    exposure: int
    reasons: list[dict[str, Any]]
    facts: dict[str, Any] | None = None
    again: bool = False


NEAR = 20
"""Cases whose posts are loaded together with those of one."""


class Desk:
    """Cases, accounts and like complaints around some posts of one workspace; inside one transaction."""

    def __init__(self, workspace: Workspace, playbook: Playbook, posts: Sequence[HeardPost], now: datetime) -> None:
        self.workspace, self.playbook, self.now = workspace, playbook, now
        self.levels = levels(workspace.pk, playbook)
        self.reopens_for = closes_after(workspace.pk)
        self._changed: dict[int, CaseDraft] = {}
        self._made: list[CaseDraft] = []
        self._entries: list[NewEntry] = []
        self._decisions: list[NewDecision] = []
        self._likenesses: list[tuple[CaseDraft, Likeness]] = []
        self._audited: list[AuditEntry] = []
        self._written: dict[int, list[HeardPost]] = {}  # what stands in a case, by its key
        self._alike: dict[str, deque[tuple[CaseDraft | int, Complaint]]] = {}  # with the case, or its key
        self._cases: dict[int, CaseDraft] = {}
        self._in_warranty: dict[int, bool] = {}  # by customer
        self._earlier: dict[str, list[Earlier]] = {}  # by voice
        self._sends: list[tuple[CaseDraft, str]] = []  # with the rule
        self._tags: list[tuple[CaseDraft, str]] = []
        self._counted: dict[int, AccountDraft] = {}
        self._incidents: dict[int, Incident] = {}
        self._accounts = self._load_accounts(posts)
        self._standing: dict[str, CaseDraft] = {}  # the case a post stands in, by its uri
        self._threads: dict[str, list[CaseDraft]] = defaultdict(list)  # by root, the last one first
        self._load_threads(posts)
        self._by_voice = self._load_open_cases() if any(not post.historical for post in posts) else {}
        again = [post.id for post in posts if post.edited_at or post.deleted_at]
        self._entered = set(Entry.objects.filter(post_id__in=again).values_list("post_id", flat=True))

    # Accounts ------------------------------------------------------------
    def _load_accounts(self, posts: Sequence[HeardPost]) -> dict[tuple[str, str], AccountDraft]:
        """Return who said these posts, made or brought up to date where the network told more."""
        wanted = {(post.channel, post.author): post for post in posts if post.author}
        found = self._known_accounts(wanted)
        fresh = [(key, post) for key, post in wanted.items() if key not in found]
        changed = []
        for key, post in wanted.items():
            account = found.setdefault(key, AccountDraft(0, *key))
            told = [(name, value) for name in PROFILE if (value := getattr(post, name)) not in (None, "")]
            news = [(name, value) for name, value in told if getattr(account, name) != value]
            for name, value in news:
                setattr(account, name, value)
            weighed = self.weigh(account)
            account.p_bot, account.reach = weighed.p_bot, int(weighed.reach)
            if account.id and news:
                changed.append(account)
        put_heard_on_lists(self.workspace.pk, [found[key] for key, _ in fresh])
        columns = (*PROFILE, "p_bot", "reach")
        values, on = attrgetter(*columns), attrgetter("employee", "listed", "lists")
        db.insert(
            SocialAccount,
            (
                "workspace_id",
                "channel",
                "native",
                *columns,
                "employee",
                "listed",
                "lists",
                "known",
                "matched",
                "heard",
                "adverts",
                "seen_at",
            ),
            (
                (self.workspace.pk, *key, *values(found[key]), *on(found[key]), False, False, 0, 0, post.arrived_at)
                for key, post in fresh
            ),
        )
        natives = {native for (_, native), _ in fresh}
        made = SocialAccount.objects.filter(workspace=self.workspace, native__among=natives)
        for channel, native, pk in made.values_list("channel", "native", "pk"):
            if (channel, native) in found:
                found[channel, native].id = pk
        db.update(SocialAccount, columns, ((each.id, values(each)) for each in changed))
        return found

    def _known_accounts(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], AccountDraft]:
        natives = {native for _, native in keys}
        if not natives:
            return {}
        found = SocialAccount.objects.filter(workspace=self.workspace, native__among=natives)
        drafts = (AccountDraft(*each) for each in db.rows(found, ACCOUNT_FIELDS))
        return {(each.channel, each.native): each for each in drafts}

    def weigh(self, account: AccountDraft) -> Weight:
        """Return how likely an account is a bot, and how many it reaches."""
        if account.weighed is None:
            account.weighed = weight(Profile(**{name: getattr(account, name) for name in PROFILE}), self.now)
        return account.weighed

    def in_warranty(self, account: AccountDraft) -> bool:
        """Say whether the person behind an account owns a product in warranty today."""
        key = account.customer_id
        if key is None:
            return False
        if key not in self._in_warranty:
            owned = Owned.objects.filter(customer=key, warranty_until__gte=self.now.date())
            self._in_warranty[key] = owned.exists()
        return self._in_warranty[key]

    def account(self, post: HeardPost) -> AccountDraft | None:
        """Return who said a post, where the network tells."""
        return self._accounts.get((post.channel, post.author)) if post.author else None

    def count(self, account: AccountDraft, *, advert: bool) -> None:
        """Add one post to those of an account."""
        account.heard += 1
        account.adverts += advert
        self._counted[account.id] = account

    def earlier(self, account: AccountDraft, but: CaseDraft | None = None) -> tuple[Earlier, ...]:
        """Return the cases a person had, but for one; of everybody at hand at once."""
        if account.voice not in self._earlier:
            self._load_earlier([each for each in self._accounts.values() if each.voice not in self._earlier])
        case = but.id if but and but.id else 0
        return tuple(each for each in self._earlier[account.voice] if not case or each.case != case)

    def _load_earlier(self, accounts: Sequence[AccountDraft]) -> None:
        self._earlier |= {each.voice: [] for each in accounts}
        found = CaseRow.objects.filter(
            Q(account__in=[each.id for each in accounts])
            | Q(account__customer__in={each.customer_id for each in accounts if each.customer_id}),
            workspace=self.workspace,
        ).exclude(status=Status.WATCHING)
        columns = ("pk", "account_id", "account__customer_id", "opened_at", "status", "last_outbound_at")
        for pk, account, customer, opened_at, status, answered_at in found.order_by("-id").values_list(*columns)[
            :MOST_EARLIER
        ]:
            voice = f"customer {customer}" if customer else f"account {account}"
            self._earlier[voice].append(Earlier(opened_at, Status(status).ended, answered_at, pk))

    # Cases ---------------------------------------------------------------
    def _load_cases(self, **which: Any) -> list[CaseDraft]:
        """Return cases, newest first; one object a case, however it was found.

        They are locked before they are read, so that what an agent does at the same moment is not undone.
        On SQLite the transaction is alone from its beginning.
        """
        rows = CaseRow.objects.filter(workspace=self.workspace, **which).order_by("-id")
        if connection.features.has_select_for_update:
            keys = sorted(set(rows.values_list("pk", flat=True)) - self._cases.keys())
            list(CaseRow.objects.filter(pk__in=keys).order_by("id").select_for_update(no_key=True).values_list("pk"))
        found = []
        of_account = ("account__customer_id", "account__known", "account__listed")
        for pk, customer, known, listed, *values in rows.values_list("pk", *of_account, *CASE_FIELDS):
            told = dict(zip(CASE_FIELDS, values, strict=True))
            draft = CaseDraft(**told, id=pk, known=bool(known), listed=bool(listed))
            draft.was = draft.status
            if draft.account_id is not None:
                draft.voice = f"customer {customer}" if customer else f"account {draft.account_id}"
            found.append(self._cases.setdefault(pk, draft))
        return found

    def _load_threads(self, posts: Sequence[HeardPost]) -> None:
        """Find the cases by the uris of their posts and threads."""
        answered = {uri for post in posts for uri in (post.parent, post.repost_of) if uri}
        roots = {post.root for post in posts if post.root != post.uri}
        again = {  # an edit, or what a reply came before
            post.uri for post in posts if not post.historical or post.edited_at or post.deleted_at
        }
        uris = answered | roots | again
        if not uris:
            return
        rows = Entry.objects.filter(post__workspace=self.workspace).filter(
            Q(post__uri__among=uris) | Q(post__root__among=uris)
        )
        links = list(rows.order_by("case_id").values_list("case_id", "post__uri", "post__root"))
        self._load_cases(pk__in={case for case, _, _ in links})
        for case, uri, root in links:
            self._place(self._cases[case], uri, root)

    def _place(self, case: CaseDraft, uri: str, root: str) -> None:
        self._standing[uri] = case
        thread = self._threads[root]
        if not thread or thread[0] is not case:
            thread[:] = [case, *(each for each in thread if each is not case)]

    def _load_open_cases(self) -> dict[str, list[CaseDraft]]:
        """Return the open cases of the people who wrote. What they said in the past is none of them."""
        accounts = [each.id for each in self._accounts.values()]
        customers = [each.customer_id for each in self._accounts.values() if each.customer_id]
        found: dict[str, list[CaseDraft]] = defaultdict(list)
        for which in ({"account_id__in": accounts}, {"account__customer_id__in": customers}):
            if not next(iter(which.values())):
                continue
            for case in self._load_cases(**which, historical=False, status__in=OPEN):
                if case not in found[case.voice]:
                    found[case.voice].append(case)
        return found

    def cases(self, ids: Sequence[int]) -> list[CaseDraft]:
        """Return cases by their keys."""
        return self._load_cases(pk__in=ids)

    def own_case(self, post: HeardPost) -> CaseDraft | None:
        """Return the case in whose timeline a post that was edited or taken back stands."""
        return self._standing.get(post.uri) if post.id in self._entered else None

    def thread_case(self, post: HeardPost) -> CaseDraft | None:
        """Return the case of a post's thread: of several its author's own, else that of what it answers.

        A private talk has no end of its own: what is said there long after its case ended is another matter.
        """
        near = (post.parent, post.root, post.uri, post.repost_of)
        found = [case for uri in near if uri for case in self._cases_at(uri)]
        account = self.account(post)
        own = (case for case in found if account is not None and case.voice == account.voice)
        case = next(own, None) or next(iter(found), None)
        if case is None:
            return None
        past = case.resolved_at is not None and post.arrived_at - case.resolved_at > self.reopens_for
        return None if past and post.private and case.ended else case

    def _cases_at(self, uri: str) -> list[CaseDraft]:
        standing = self._standing.get(uri)
        return [*([standing] if standing else ()), *self._threads.get(uri, ())]

    def voice_cases(self, voice: str) -> list[CaseDraft]:
        """Return the open cases of a person, newest first."""
        return [case for case in self._by_voice.get(voice, ()) if voice and not case.ended]

    @property
    def next_number(self) -> int:
        """The number the next case will have."""
        return self.workspace.cases_made + 1

    def posts_of(self, case: CaseDraft) -> list[HeardPost]:
        """Return every post of a case, written or about to be, with its author known to the desk."""
        if case.id and case.id not in self._written:
            self._load_posts(case)
        known = {post.id: post for post in self._written.get(case.id, ())}
        known |= {each.post.id: each.post for each in self._entries if each.case is case and each.post is not None}
        return list(known.values())

    def _load_posts(self, case: CaseDraft) -> None:
        """Load what stands in a case, and at once in some others at hand that are likely asked for next."""
        near = (each for some in (*self._by_voice.values(), *self._threads.values()) for each in some)
        likely = {each.id for each in near if each.id and each.status in UNDECIDED} - self._written.keys()
        wanted = {case.id, *sorted(likely, reverse=True)[:NEAR]}
        self._written |= {each: [] for each in wanted}
        entries = Entry.objects.filter(case__in=wanted, post__isnull=False)
        place = dict(entries.values_list("post_id", "case_id"))  # a post stands in one case
        found = heard_posts(pk__among=place.keys())
        for post in found:
            self._written[place[post.id]].append(post)
        unknown = {(post.channel, post.author) for post in found if post.author} - self._accounts.keys()
        self._accounts |= self._known_accounts(unknown)

    def public_replies(self, case: CaseDraft) -> int:
        """Count how often we have answered a case in public."""
        return Entry.objects.filter(case_id=case.id, kind="reply", private=False).count() if case.id else 0

    def is_from_here(self, post: HeardPost) -> bool:
        """Say whether a post of ours left through the outbox, so that the timeline has it already."""
        return outbox.is_ours(post.uri)

    # Changes, kept until `store` -------------------------------------------
    def open_case(self, case: CaseDraft) -> None:
        """Add a case that does not exist yet. What a person said in the past is no case they have open."""
        case.number = self.next_number
        self.workspace.cases_made += 1
        self._made.append(case)
        if case.voice in self._earlier and case.status != Status.WATCHING:
            self._earlier[case.voice].append(Earlier(case.opened_at, case.ended, None))
        if case.voice and not case.historical:
            self._by_voice.setdefault(case.voice, []).insert(0, case)

    def add_post(self, case: CaseDraft, post: HeardPost, *, why: str) -> bool:
        """Put a post into a case's timeline; return False if it stands in one already."""
        if post.id in self._entered:
            return False
        self._place(case, post.uri, post.root)
        self._entered.add(post.id)
        self._entries.append(NewEntry(case, post.said_at, post, "", post.private, {"why": why}))
        return True

    def note(self, case: CaseDraft, at: datetime, text: str) -> None:
        """Put into the timeline that something happened."""
        self._entries.append(NewEntry(case, at, None, text, False, {}))

    def touch(self, case: CaseDraft) -> None:
        """Note that a case changed, so that it is written back."""
        if case.id:
            self._changed[case.id] = case

    def decide(self, decision: NewDecision) -> None:
        """Add what the playbook said."""
        self._decisions.append(decision)

    def audit(self, action: str, case: CaseDraft, **after: Any) -> None:
        """Add a line to the audit log in Hubbub's own name."""
        self._audited.append(
            AuditEntry(
                workspace=self.workspace,
                at=self.now,
                name="Hubbub",
                via="system",
                action=action,
                subject=f"case {case.number}",
                after=after,
            )
        )

    # Like complaints -----------------------------------------------------
    def like_ones(self, complaint: Complaint, window: timedelta, alike: Callable[[Complaint], bool]) -> Alike:
        """Return the alike of the complaints under the same headings within a window, before or after."""
        found: dict[tuple[int, datetime], tuple[CaseDraft | int, Complaint]] = {}
        for heading in _headings(complaint):
            if heading not in self._alike:
                self._alike[heading] = deque(self._load_alike(heading, complaint, window), LIKE_ONES * 2)
            for case, other in self._alike[heading]:
                key = (case if isinstance(case, int) else id(case), other.said_at)
                if key not in found and abs(other.said_at - complaint.said_at) <= window and alike(other):
                    found[key] = case, other
        unknown = {case for case, _ in found.values() if isinstance(case, int)} - self._cases.keys()
        rows = CaseRow.objects.filter(workspace=self.workspace, pk__in=unknown).values_list("pk", *Glance._fields[1:])
        known: dict[int, CaseDraft | Glance] = {row[0]: Glance(*row) for row in rows} if unknown else {}
        known |= self._cases
        return [(known[case] if isinstance(case, int) else case, other) for case, other in found.values()]

    def whole(self, cases: Sequence[CaseDraft | Glance]) -> list[CaseDraft]:
        """Return all of cases that were glanced at."""
        if unknown := {case.id for case in cases if isinstance(case, Glance)} - self._cases.keys():
            self._load_cases(pk__in=unknown)
        return [self._cases[case.id] if isinstance(case, Glance) else case for case in cases]

    def _load_alike(self, heading: str, complaint: Complaint, window: timedelta) -> Iterator[tuple[int, Complaint]]:
        span = (complaint.said_at - 2 * window, complaint.said_at + 2 * window)
        rows = Likeness.objects.filter(workspace=self.workspace, heading=heading, said_at__range=span)
        newest = rows.order_by("-said_at").values_list("case_id", "voice", "words", "said_at")[:LIKE_ONES]
        for case, voice, words, said_at in newest:
            yield case, _complaint(heading, voice, words, said_at)

    def remember(self, case: CaseDraft, complaint: Complaint) -> None:
        """Let later complaints find this one."""
        for heading in _headings(complaint):
            row = Likeness(
                workspace=self.workspace,
                heading=heading,
                voice=complaint.voice,
                words=sorted(complaint.words),
                said_at=complaint.said_at,
            )
            self._likenesses.append((case, row))
            if heading in self._alike:
                self._alike[heading].append((case, complaint))

    def forget_likenesses(self, case: CaseDraft) -> None:
        """Let later complaints no longer find what stands in a case."""
        Likeness.objects.filter(case_id=case.id).delete()

    def first_case_at(self) -> datetime | None:
        """Return when the first case of the workspace came; None where there is none yet."""
        cases = CaseRow.objects.filter(workspace=self.workspace)
        return cases.order_by("number").values_list("opened_at", flat=True).first()

    def said_under(
        self, heading: str, spans: Sequence[tuple[datetime, datetime]], limit: int = SAID
    ) -> list[tuple[datetime, str]]:
        """Return when who complained under a heading within some spans of time, as far as it is written."""
        within = Q()
        for since, until in spans:
            within |= Q(said_at__range=(since, until))
        rows = Likeness.objects.filter(within, workspace=self.workspace, heading=heading).exclude(voice="")
        return list(rows.values_list("said_at", "voice")[:limit])

    # Incidents -----------------------------------------------------------
    def incident(self, pk: int | None) -> Incident | None:
        """Return an open incident by its key."""
        if pk is None:
            return None
        if pk not in self._incidents:
            self._incidents[pk] = Incident.objects.get(pk=pk)
        found = self._incidents[pk]
        return found if found.open else None

    def open_incident(self, incident: Incident) -> None:
        """Write an incident that begins now."""
        incident.save()
        self._incidents[incident.pk] = incident
        self._audited.append(
            AuditEntry(
                workspace=self.workspace,
                at=self.now,
                name="Hubbub",
                via="system",
                action="incident opened",
                subject=f"incident {incident.pk}",
                after={"title": incident.title, "rule": incident.rule},
            )
        )

    # Writing back --------------------------------------------------------
    def store(self) -> None:
        """Write everything, and tell the pages."""
        self._store_cases()
        self._store_tags()
        self._store_happenings()
        self._look_who_is_who()
        db.update(SocialAccount, ("heard", "adverts"), ((k, (a.heard, a.adverts)) for k, a in self._counted.items()))
        db.insert(
            Entry,
            ENTRY_COLUMNS,
            (
                (
                    each.case.id, each.at, "post" if each.post else "event", each.post.id if each.post else None,
                    "" if each.post else "Hubbub", each.text, each.private, each.data,
                )
                for each in self._entries
            ),
        )  # fmt: skip
        db.insert(
            DecisionRow,
            DECISION_COLUMNS,
            (
                (
                    self.workspace.pk, each.post, each.case.id if each.case else None, each.rule, each.decision,
                    each.case.due_at if each.case else None, each.about, each.noise, each.exposure, each.reasons,
                    each.facts, each.again, self.playbook.version, self.now,
                )
                for each in self._decisions
            ),
        )  # fmt: skip
        for case, likeness in self._likenesses:
            likeness.case_id = case.id
        Likeness.objects.bulk_create(likeness for _, likeness in self._likenesses)
        self._count_incidents()
        AuditEntry.objects.bulk_create(self._audited)
        leads.from_cases(self.workspace.pk, self._made, now=self.now)
        self._tell()

    def _look_who_is_who(self) -> None:
        """Somebody said something in private: it may tell which other accounts are theirs."""
        private = (self.account(each.post) for each in self._entries if each.post is not None and each.post.private)
        if some := {account.id for account in private if account is not None}:
            SocialAccount.objects.filter(pk__in=some, matched=True).update(matched=False)

    def let_send(self, case: CaseDraft, rule: str) -> None:
        """Note that an automatic rule is to send its canned reply."""
        self._sends.append((case, rule))

    def tag(self, case: CaseDraft, names: Iterable[str]) -> None:
        """Note that a rule puts tags on a case."""
        self._tags.extend((case, name) for name in names)

    def _store_tags(self) -> None:
        """Put tags on cases. Where the workspace has too many already, new ones are left out."""
        if not self._tags:
            return
        with suppress(Conflict):
            tags = tags_named(self.workspace.pk, {name for _, name in self._tags})
            wanted = {(case.id, tags[name].pk) for case, name in self._tags}
            there = CaseTag.objects.filter(case_id__in={case for case, _ in wanted}).values_list("case_id", "tag_id")
            added = [CaseTag(case_id=case, tag_id=tag) for case, tag in sorted(wanted - set(there))]
            CaseTag.objects.bulk_create(added, ignore_conflicts=True)
            tags_set(self.workspace.pk, added, now=self.now)

    def _store_happenings(self) -> None:
        """Note what triggers and automatic rules wait for; the worker sees to it."""
        waited = {trigger.event for trigger in self.playbook.triggers if not trigger.off}
        found = [(case, "automatic", rule) for case, rule in self._sends]
        if Event.OPENED in waited:
            found += [(case, Event.OPENED.value, "") for case in self._made if not case.historical and not case.ended]
        if Event.REOPENED in waited:
            changed = (case for case in self._changed.values() if case.was and Status(case.was).ended)
            found += [(case, Event.REOPENED.value, "") for case in changed if not case.ended]
        Happening.objects.bulk_create(
            Happening(workspace_id=self.workspace.pk, case_id=case.id, what=what, detail=detail, at=self.now)
            for case, what, detail in found
        )

    def _store_cases(self) -> None:
        planned = clocks.plan(self._changed, self._made, self.levels, self.now)
        values = attrgetter(*CASE_FIELDS)
        if self._made:
            db.insert(
                CaseRow,
                ("workspace_id", *CASE_FIELDS),
                ((self.workspace.pk, *values(each)) for each in self._made),
            )
            numbers = [each.number for each in self._made]
            stored = CaseRow.objects.filter(workspace=self.workspace, number__range=(numbers[0], numbers[-1]))
            keys = dict(stored.values_list("number", "pk"))
            for each in self._made:
                each.id = keys[each.number]
            Workspace.objects.filter(pk=self.workspace.pk).update(cases_made=F("cases_made") + len(self._made))
        db.update(CaseRow, CASE_FIELDS, ((each.id, values(each)) for each in self._changed.values()))
        clocks.write(self.workspace.pk, planned, self.now)

    def _count_incidents(self) -> None:
        touched = {each.incident_id for each in (*self._made, *self._changed.values()) if each.incident_id}
        for incident in touched & self._incidents.keys():
            count_soon(self._incidents[incident])
            changes.record(self.workspace.pk, "incident", incident, now=self.now)

    def _tell(self) -> None:
        all_rows = (*self._made, *self._changed.values())
        touched = sorted({row.id for row in all_rows if not row.historical})
        changes.record_many([(self.workspace.pk, "case", case) for case in touched], now=self.now)
        if imported := sorted(row.id for row in all_rows if row.historical):
            changes.record(self.workspace.pk, "imported", None, now=self.now, cases=imported)


def _headings(complaint: Complaint) -> tuple[str, ...]:
    """Return where a complaint is found by like ones: by its topics and problems, and by its wording."""
    return (*headings(complaint.topics, complaint.problems), *prints(complaint.words))


def _complaint(heading: str, voice: str, words: Sequence[str], said_at: datetime) -> Complaint:
    topic, _, problem = heading.partition("/")
    topics, problems = (frozenset({int(topic)}), frozenset({problem})) if problem else (frozenset(), frozenset())
    return Complaint(voice, topics, problems, frozenset(words), said_at)


def name_of(post: HeardPost) -> str:
    """Return how to call the author of a post."""
    return (post.name or handle_words(post.channel, post.handle) or say("Somebody"))[:200]
