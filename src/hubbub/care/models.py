"""Tables of care: what was made of each post, the cases, their timeline, and the people who said it."""

from datetime import datetime
from typing import ClassVar, Protocol

from django.db import models

from hubbub.accounts.models import Person, Team, Workspace
from hubbub.care.core.case import Case, Status
from hubbub.kernel.ids import PersonId
from hubbub.listening.models import Post


class CaseColumns(Protocol):
    """Anything with the columns of a case that its state is kept in."""

    number: int
    status: str
    folder: str
    sort_at: datetime
    opened_at: datetime
    last_inbound_at: datetime
    historical: bool
    owner_id: int | None
    not_before: datetime | None
    due_at: datetime | None
    review_at: datetime | None
    first_replied_at: datetime | None
    last_outbound_at: datetime | None
    resolved_at: datetime | None


def state_of(row: CaseColumns) -> Case:
    """Return a case's state as a value."""
    return Case(
        number=row.number,
        status=Status(row.status),
        opened_at=row.opened_at,
        last_inbound_at=row.last_inbound_at,
        historical=row.historical,
        owner=PersonId(row.owner_id) if row.owner_id is not None else None,
        not_before=row.not_before,
        due_at=row.due_at,
        review_at=row.review_at,
        first_replied_at=row.first_replied_at,
        last_outbound_at=row.last_outbound_at,
        resolved_at=row.resolved_at,
    )


def carry(case: Case, row: CaseColumns) -> None:
    """Put a value's state into the columns of a case."""
    row.status, row.folder, row.sort_at = case.status, case.folder, case.sort_at
    row.opened_at, row.last_inbound_at, row.historical = case.opened_at, case.last_inbound_at, case.historical
    row.owner_id, row.not_before, row.due_at, row.review_at = case.owner, case.not_before, case.due_at, case.review_at
    row.first_replied_at, row.last_outbound_at = case.first_replied_at, case.last_outbound_at
    row.resolved_at = case.resolved_at


class Customer(models.Model):
    """A person behind one or more accounts. Linked accounts are one voice."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="customers")
    name = models.CharField(max_length=200, default="")


class SocialAccount(models.Model):
    """Somebody's account on a network, as this workspace knows it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="social_accounts", db_index=False)
    channel = models.CharField(max_length=20)
    native = models.CharField(max_length=200)  # the network's permanent id
    handle = models.CharField(max_length=200, default="")
    name = models.CharField(max_length=200, default="")
    followers = models.BigIntegerField(null=True)
    follows = models.BigIntegerField(null=True)
    posts = models.BigIntegerField(null=True)
    reactions = models.FloatField(null=True)
    joined_at = models.DateTimeField(null=True)
    p_bot = models.FloatField(default=0.1)
    reach = models.BigIntegerField(default=0)
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, related_name="accounts")
    known = models.BooleanField(default=False)  # a customer, confirmed by a person
    employee = models.BooleanField(default=False)  # works for us: no voice
    listed = models.BooleanField(default=False)  # press, VIP: answered at once
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "channel", "native"], name="social_account_once")
        ]


class CaseRow(models.Model):
    """A case, or a watch that may become one. `value` and `store` carry its state to and from `core.case`."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="cases", db_index=False)
    number = models.BigIntegerField()
    status = models.CharField(max_length=10)
    folder = models.CharField(max_length=10)
    sort_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    last_inbound_at = models.DateTimeField()
    historical = models.BooleanField(default=False)
    owner = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+", db_index=False)
    not_before = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    review_at = models.DateTimeField(null=True)
    first_replied_at = models.DateTimeField(null=True)
    last_outbound_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    thread_read_at = models.DateTimeField(null=True)  # when the conversation around it was fetched

    # Why it is here
    decision = models.CharField(max_length=12)
    rule = models.CharField(max_length=12)
    rule_name = models.CharField(max_length=80, default="")
    say = models.CharField(max_length=200, default="")
    playbook = models.IntegerField(default=1)
    queue = models.CharField(max_length=20, default="")
    alert = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)
    advice = models.JSONField(default=list)  # what `also` rules add, in words
    problems = models.JSONField(default=list)  # kinds of problem spoken of, to tell one matter from another

    # What the list shows
    account = models.ForeignKey(SocialAccount, models.SET_NULL, null=True, related_name="cases")
    who = models.CharField(max_length=220, default="")
    channel = models.CharField(max_length=20)
    title = models.CharField(max_length=120, default="")
    excerpt = models.CharField(max_length=240, default="")
    kind = models.CharField(max_length=12)
    kind_p = models.FloatField(default=1.0)
    about = models.CharField(max_length=12, default="none")
    private = models.BooleanField(default=False)
    exposure = models.BigIntegerField(default=0)
    voices = models.IntegerField(default=1)
    posts = models.IntegerField(default=1)
    topic = models.BigIntegerField(default=0)
    search = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "number"], name="case_number")]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "folder", "sort_at", "id"], name="case_folder"),
            # A search reads this index alone, newest first.
            models.Index(fields=["workspace", "sort_at", "id", "number", "search"], name="case_newest"),
            models.Index(fields=["workspace", "queue", "folder", "sort_at", "id"], name="case_queue"),
            models.Index(fields=["workspace", "topic", "folder", "sort_at", "id"], name="case_topic"),
            models.Index(
                fields=["workspace", "owner", "sort_at", "id"],
                name="case_owner",
                condition=models.Q(owner__isnull=False),
            ),
            models.Index(fields=["not_before"], name="case_hold_ends", condition=models.Q(folder="held")),
            models.Index(fields=["review_at"], name="case_review", condition=models.Q(folder="watching")),
            models.Index(
                fields=["channel", "folder", "id"],
                name="case_thread_unread",
                condition=models.Q(thread_read_at__isnull=True),
            ),
        ]

    def value(self) -> Case:
        """The state, as a value."""
        return state_of(self)

    def take(self, case: Case) -> None:
        """Carry a value's state over; the caller saves."""
        carry(case, self)


class Entry(models.Model):
    """One line of a case's timeline: a heard post, a reply, a note, or something that happened."""

    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="entries", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=6)  # post, reply, note, event
    post = models.OneToOneField(Post, models.CASCADE, null=True, related_name="entry")
    outbox = models.BigIntegerField(null=True, unique=True)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=100, default="")
    text = models.TextField(default="")
    private = models.BooleanField(default=False)
    data = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["case", "at", "id"], name="entry_timeline"),
            models.Index(fields=["person", "at"], name="entry_replies", condition=models.Q(kind="reply")),
        ]


class CallRow(models.Model):
    """A telephone call, as a telephone system told of it. See `core.calls.record`."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="calls", db_index=False)
    source = models.CharField(max_length=60)
    native = models.CharField(max_length=200)  # the source's own id of it
    direction = models.CharField(max_length=3)
    caller = models.CharField(max_length=20, default="")
    called = models.CharField(max_length=20, default="")
    number = models.CharField(max_length=20, default="")  # of the person outside; an account on "phone" has it as id
    name = models.CharField(max_length=100, default="")
    queue = models.CharField(max_length=100, default="")
    agent = models.CharField(max_length=100, default="")
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, default="")
    notes = models.TextField(default="")
    case = models.ForeignKey(CaseRow, models.SET_NULL, null=True, related_name="calls")
    waiting = models.BooleanField(default=False)  # somebody is to call back, and nobody was told yet

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "source", "native"], name="call_once")]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "started_at", "id"], name="call_newest"),
            models.Index(fields=["workspace", "number", "started_at"], name="call_number"),
            models.Index(fields=["workspace", "id"], name="call_waiting", condition=models.Q(waiting=True)),
        ]


class CallReject(models.Model):
    """A line of a file of calls that could not be read, kept until somebody has seen to it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="call_rejects", db_index=False)
    source = models.CharField(max_length=60)
    digest = models.CharField(max_length=32)  # of the line, so that it is kept once
    line = models.BigIntegerField()
    reason = models.CharField(max_length=400)
    raw = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "source", "digest"], name="call_reject_once")
        ]


class CallBack(models.Model):
    """Somebody is to be called. A case has at most one that is open."""

    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="call_backs", db_index=False)
    number = models.CharField(max_length=20)
    why = models.CharField(max_length=240, default="")
    due_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], name="call_back_open", condition=models.Q(done_at__isnull=True))
        ]


class DecisionRow(models.Model):
    """An assessment of a post in its surroundings and what the playbook said about it, with the version that said it.

    What the text alone says (kind, sentiment, problems) stands with the post, in `reading`.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    post = models.ForeignKey(Post, models.CASCADE, related_name="decisions")
    case = models.ForeignKey(CaseRow, models.SET_NULL, null=True, related_name="decisions")
    rule = models.CharField(max_length=12)
    decision = models.CharField(max_length=12)
    due_at = models.DateTimeField(null=True)
    about = models.CharField(max_length=12)
    noise = models.FloatField()  # likelihood of spam, promotion or bot
    exposure = models.BigIntegerField()
    reasons = models.JSONField(default=list)
    playbook = models.IntegerField()
    at = models.DateTimeField()


class Likeness(models.Model):
    """Under which heading (topic and problem) a complaint can be found by like ones."""

    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="likenesses")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    heading = models.CharField(max_length=60)
    voice = models.CharField(max_length=40)
    words = models.JSONField(default=list)
    said_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "heading", "said_at"], name="likeness_found")]


class PlaybookVersion(models.Model):
    """A version of a workspace's playbook; the newest is in use, the others explain old decisions."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="playbooks", db_index=False)
    version = models.IntegerField()
    data = models.JSONField()
    note = models.CharField(max_length=200, default="")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "version"], name="playbook_version")]


class CannedReply(models.Model):
    """Words that are often needed, with fields like {name} to be filled."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="canned", db_index=False)
    title = models.CharField(max_length=80)
    text = models.TextField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "title"], name="canned_title")]


class Presence(models.Model):
    """Who looks at a case just now."""

    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="presences", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    typing = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "person"], name="presence_once")]


class ReadMark(models.Model):
    """Up to when somebody has read a case."""

    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "person"], name="read_once")]
