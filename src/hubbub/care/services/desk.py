"""The working set of triage: all that some pending posts touch, loaded at once and written back at once."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from hubbub.accounts.models import AuditEntry, Workspace
from hubbub.care.core.case import REOPENS_FOR, Status
from hubbub.care.core.likeness import Complaint, headings
from hubbub.care.core.playbook import Playbook
from hubbub.care.models import CaseRow, DecisionRow, Entry, Likeness, SocialAccount
from hubbub.influence.core.weight import Profile, Weight, weight
from hubbub.infra import changes, db, outbox
from hubbub.listening.models import Post

LIKE_ONES = 50  # of one heading, the newest that are compared
PROFILE = ("handle", "name", "followers", "follows", "posts", "reactions", "joined_at")
CASE_ATTRIBUTES = tuple(
    field.attname for field in CaseRow._meta.concrete_fields if field.name not in ("id", "workspace", "number")
)
CASE_COLUMNS = tuple(name.removesuffix("_id") for name in CASE_ATTRIBUTES)
ENTRY_COLUMNS = ("case_id", "at", "kind", "post_id", "name", "text", "private", "data")
DECISION_COLUMNS = (
    "workspace_id", "post_id", "case_id", "rule", "decision", "due_at", "about", "noise", "exposure", "reasons",
    "playbook", "at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A line of a timeline that is not written yet."""

    case: CaseRow
    at: datetime
    post: Post | None
    text: str
    private: bool
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision that is not written yet."""

    case: CaseRow | None
    post: int
    rule: str
    decision: str
    about: str
    noise: float
    exposure: int
    reasons: list[dict[str, Any]]


class Desk:
    """Cases, accounts and like complaints around some posts of one workspace; inside one transaction."""

    def __init__(self, workspace: Workspace, playbook: Playbook, posts: Sequence[Post], now: datetime) -> None:
        self.workspace, self.playbook, self.now = workspace, playbook, now
        self._weights: dict[tuple[str, str], Weight] = {}
        self._changed: dict[int, CaseRow] = {}
        self._made: list[CaseRow] = []
        self._entries: list[NewEntry] = []
        self._decisions: list[NewDecision] = []
        self._likenesses: list[tuple[CaseRow, Likeness]] = []
        self._audited: list[AuditEntry] = []
        self._alike: dict[str, deque[tuple[CaseRow, Complaint]]] = {}
        self._cases: dict[int, CaseRow] = {}
        self._accounts = self._load_accounts(posts)
        self._threads = self._load_threads(posts)
        self._by_voice = self._load_open_cases()
        self._entered = set(Entry.objects.filter(post__in=posts).values_list("post_id", flat=True))

    # Accounts ------------------------------------------------------------
    def _load_accounts(self, posts: Sequence[Post]) -> dict[tuple[str, str], SocialAccount]:
        wanted = {(post.channel, post.author): post for post in posts if post.author}
        found = self._known_accounts(native for _, native in wanted)
        fresh, known = [], []
        for key, post in wanted.items():
            row = found.get(key)
            if row is None:
                row = SocialAccount(workspace=self.workspace, channel=key[0], native=key[1])
                fresh.append(row)
            elif all(getattr(post, name) in (None, "", getattr(row, name)) for name in PROFILE):
                continue
            else:
                known.append(row)
            for name in PROFILE:
                if (value := getattr(post, name)) not in (None, ""):
                    setattr(row, name, value)
            row.seen_at = post.arrived_at
            weighed = self.weigh(row)
            row.p_bot, row.reach = weighed.p_bot, int(weighed.reach)
            found[key] = row
        SocialAccount.objects.bulk_create(fresh)
        columns = (*PROFILE, "seen_at", "p_bot", "reach")
        db.update(SocialAccount, columns, ((row.pk, [getattr(row, name) for name in columns]) for row in known))
        return found

    def _known_accounts(self, natives: Iterable[str]) -> dict[tuple[str, str], SocialAccount]:
        rows = SocialAccount.objects.filter(workspace=self.workspace, native__in=list(natives))
        return {(row.channel, row.native): row for row in rows}

    def weigh(self, account: SocialAccount) -> Weight:
        """Return how likely an account is a bot, and how many it reaches."""
        key = account.channel, account.native
        if key not in self._weights:
            self._weights[key] = weight(Profile(**{name: getattr(account, name) for name in PROFILE}), self.now)
        return self._weights[key]

    def account(self, post: Post) -> SocialAccount | None:
        """Return who said a post, where the network tells."""
        return self._accounts.get((post.channel, post.author)) if post.author else None

    # Cases ---------------------------------------------------------------
    def _one(self, row: CaseRow) -> CaseRow:
        """Keep one object a case, however it was found."""
        return self._cases.setdefault(row.pk, row)

    def _load_threads(self, posts: Sequence[Post]) -> dict[str, CaseRow]:
        """Cases by the uris of their posts and threads; of several, the newest."""
        answered = {uri for post in posts for uri in (post.parent, post.repost_of) if uri}
        roots = {post.root for post in posts if post.root != post.uri}
        began = {post.uri for post in posts if not post.historical}  # a reply may have come before what it answers
        uris = answered | roots | began
        if not uris:
            return {}
        rows = (
            Entry.objects.filter(post__workspace=self.workspace, post__isnull=False)
            .filter(Q(post__uri__in=uris) | Q(post__root__in=uris))
            .select_related("case__account")
            .order_by("case_id")
            .values_list("case_id", "post__uri", "post__root")
        )
        links = list(rows)
        self._cases.update(CaseRow.objects.select_related("account").in_bulk({case for case, _, _ in links}))
        return {uri: self._cases[case] for case, *both in links for uri in both}

    def _load_open_cases(self) -> dict[str, list[CaseRow]]:
        accounts = [row.pk for row in self._accounts.values()]
        customers = [row.customer_id for row in self._accounts.values() if row.customer_id]
        if not accounts:
            return {}
        same_person = Q(account_id__in=accounts)
        if customers:
            same_person |= Q(account__customer_id__in=customers)
        rows = (
            CaseRow.objects.filter(same_person, workspace=self.workspace)
            .exclude(status__in=(Status.RESOLVED, Status.CLOSED))
            .select_related("account")
            .order_by("-id")
        )
        found: dict[str, list[CaseRow]] = defaultdict(list)
        for row in rows:
            found[voice_of(row.account)].append(self._one(row))
        return found

    def thread_case(self, post: Post) -> CaseRow | None:
        """Return the case of a post's thread: open, or ended so lately that a word reopens it."""
        for uri in (post.parent, post.root, post.uri, post.repost_of):
            case = self._threads.get(uri) if uri else None
            if case is not None:
                past = case.resolved_at is not None and post.arrived_at - case.resolved_at > REOPENS_FOR
                return None if past and post.private and Status(case.status).ended else case
        return None

    def voice_cases(self, voice: str) -> list[CaseRow]:
        """Return the open cases of a person, newest first."""
        return [case for case in self._by_voice.get(voice, ()) if voice and not Status(case.status).ended]

    @property
    def next_number(self) -> int:
        """The number the next case will have."""
        return self.workspace.cases_made + 1

    def posts_of(self, case: CaseRow) -> list[Post]:
        """Return every post of a case, written or about to be, with its author known to the desk."""
        known = {each.post.pk: each.post for each in self._entries if each.case is case and each.post is not None}
        if case.pk:
            rows = Post.objects.filter(entry__case_id=case.pk).exclude(pk__in=known)
            known |= {row.pk: row for row in rows}
        unknown = {post.author for post in known.values() if post.author and self.account(post) is None}
        if unknown:
            self._accounts |= self._known_accounts(unknown)
        return list(known.values())

    def public_replies(self, case: CaseRow) -> int:
        """Count how often we have answered a case in public."""
        return Entry.objects.filter(case_id=case.pk, kind="reply", private=False).count() if case.pk else 0

    def is_from_here(self, post: Post) -> bool:
        """Say whether a post of ours left through the outbox, so that the timeline has it already."""
        return outbox.is_ours(post.uri)

    # Changes, kept until `store` -------------------------------------------
    def open_case(self, case: CaseRow, post: Post, voice: str) -> None:
        """Add a case that does not exist yet."""
        case.number = self.next_number
        self.workspace.cases_made += 1
        self._made.append(case)
        if voice:
            self._by_voice.setdefault(voice, []).insert(0, case)

    def add_post(self, case: CaseRow, post: Post, *, why: str) -> bool:
        """Put a post into a case's timeline; return False if it stands in one already."""
        self._threads[post.uri] = self._threads[post.root] = case
        if post.pk in self._entered:
            return False
        self._entered.add(post.pk)
        self._entries.append(NewEntry(case, post.said_at, post, "", post.private, {"why": why}))
        return True

    def note(self, case: CaseRow, at: datetime, text: str) -> None:
        """Put into the timeline that something happened."""
        self._entries.append(NewEntry(case, at, None, text, False, {}))

    def touch(self, case: CaseRow) -> None:
        """Note that a case changed, so that it is written back."""
        if case.pk:
            self._changed[case.pk] = case

    def decide(self, decision: NewDecision) -> None:
        """Add what the playbook said."""
        self._decisions.append(decision)

    def audit(self, action: str, case: CaseRow, **after: Any) -> None:
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
    def like_ones(self, complaint: Complaint, window: timedelta) -> Iterable[tuple[CaseRow, Complaint]]:
        """Return complaints under the same headings within a window, before or after."""
        seen: set[tuple[int, datetime]] = set()
        for heading in headings(complaint.topics, complaint.problems):
            if heading not in self._alike:
                found = self._load_alike(heading, complaint, window)
                self._alike[heading] = deque(found, LIKE_ONES * 2)
            for case, other in self._alike[heading]:
                key = (case.number, other.said_at)
                if key not in seen and abs(other.said_at - complaint.said_at) <= window:
                    seen.add(key)
                    yield case, other

    def _load_alike(self, heading: str, complaint: Complaint, window: timedelta) -> Iterable[tuple[CaseRow, Complaint]]:
        span = (complaint.said_at - 2 * window, complaint.said_at + 2 * window)
        rows = Likeness.objects.filter(workspace=self.workspace, heading=heading, said_at__range=span)
        topic, _, problem = heading.partition("/")
        for row in rows.select_related("case__account").order_by("-said_at")[:LIKE_ONES]:
            other = Complaint(
                row.voice, frozenset({int(topic)}), frozenset({problem}), frozenset(row.words), row.said_at
            )
            yield self._one(row.case), other

    def remember(self, case: CaseRow, complaint: Complaint) -> None:
        """Let later complaints find this one."""
        for heading in headings(complaint.topics, complaint.problems):
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

    # Writing back --------------------------------------------------------
    def store(self) -> None:
        """Write everything, and tell the pages."""
        self._store_cases()
        db.insert(
            Entry,
            ENTRY_COLUMNS,
            (
                (
                    each.case.pk, each.at, "post" if each.post else "event", each.post.pk if each.post else None,
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
                    self.workspace.pk, each.post, each.case.pk if each.case else None, each.rule, each.decision,
                    each.case.due_at if each.case else None, each.about, each.noise, each.exposure, each.reasons,
                    self.playbook.version, self.now,
                )
                for each in self._decisions
            ),
        )  # fmt: skip
        for case, likeness in self._likenesses:
            likeness.case = case
        Likeness.objects.bulk_create(likeness for _, likeness in self._likenesses)
        AuditEntry.objects.bulk_create(self._audited)
        self._tell()

    def _store_cases(self) -> None:
        if self._made:
            rows = ([self.workspace.pk, row.number, *_values(row)] for row in self._made)
            db.insert(CaseRow, ("workspace_id", "number", *CASE_ATTRIBUTES), rows)
            numbers = [row.number for row in self._made]
            found = CaseRow.objects.filter(workspace=self.workspace, number__range=(numbers[0], numbers[-1]))
            keys = dict(found.values_list("number", "pk"))
            for row in self._made:
                row.pk = keys[row.number]
            Workspace.objects.filter(pk=self.workspace.pk).update(cases_made=F("cases_made") + len(self._made))
        db.update(CaseRow, CASE_COLUMNS, ((row.pk, _values(row)) for row in self._changed.values()))

    def _tell(self) -> None:
        all_rows = (*self._made, *self._changed.values())
        touched = sorted({row.pk for row in all_rows if not row.historical})
        lines: list[tuple[int | None, str, int | None]] = [(self.workspace.pk, "case", case) for case in touched]
        if any(row.historical for row in all_rows):
            lines.append((self.workspace.pk, "imported", None))
        changes.record_many(lines, now=self.now)


def _values(row: CaseRow) -> list[Any]:
    return [getattr(row, name) for name in CASE_ATTRIBUTES]


def voice_of(account: SocialAccount | None) -> str:
    """Return the person behind an account: linked accounts are one voice, no account is none."""
    if account is None:
        return ""
    return f"customer {account.customer_id}" if account.customer_id else f"account {account.pk}"


def name_of(post: Post) -> str:
    """Return how to call the author of a post."""
    return (post.name or (f"@{post.handle}" if post.handle else "Somebody"))[:200]
