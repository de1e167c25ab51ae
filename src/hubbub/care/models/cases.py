"""Tables of cases, their timelines, and who looks at them."""

from datetime import datetime
from typing import ClassVar, Protocol

from django.db import models

from hubbub.accounts.models import Person, Team, Workspace
from hubbub.care.core.case import MAX_REASON, Case, Priority, Status
from hubbub.care.models.incidents import Incident
from hubbub.care.models.people import SocialAccount
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
    parked_for: str
    wake_at: datetime | None
    waiting_since: datetime | None
    waited_until: datetime | None
    merged_into: int | None
    incident_id: int | None


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
        parked_for=row.parked_for,
        wake_at=row.wake_at,
        waiting_since=row.waiting_since,
        waited_until=row.waited_until,
        merged_into=row.merged_into,
        grouped=row.incident_id is not None,
    )


def carry(case: Case, row: CaseColumns) -> None:
    """Put a value's state into the columns of a case."""
    row.status, row.folder, row.sort_at = case.status, case.folder, case.sort_at
    row.opened_at, row.last_inbound_at, row.historical = case.opened_at, case.last_inbound_at, case.historical
    row.owner_id, row.not_before, row.due_at, row.review_at = case.owner, case.not_before, case.due_at, case.review_at
    row.first_replied_at, row.last_outbound_at = case.first_replied_at, case.last_outbound_at
    row.resolved_at, row.merged_into = case.resolved_at, case.merged_into
    row.parked_for, row.wake_at = case.parked_for, case.wake_at
    row.waiting_since, row.waited_until = case.waiting_since, case.waited_until


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
    due_at = models.DateTimeField(null=True)  # the next reply
    resolve_by = models.DateTimeField(null=True)
    review_at = models.DateTimeField(null=True)
    first_replied_at = models.DateTimeField(null=True)
    last_outbound_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    parked_for = models.CharField(max_length=MAX_REASON, default="")
    wake_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    waited_until = models.DateTimeField(null=True)
    merged_into = models.BigIntegerField(null=True)  # the number of a case
    incident = models.ForeignKey(Incident, models.SET_NULL, null=True, related_name="members", db_index=False)
    wrap_up = models.ForeignKey("care.WrapUp", models.SET_NULL, null=True, related_name="+")
    thread_read_at = models.DateTimeField(null=True)  # when the conversation around it was fetched

    # Why it is here
    decision = models.CharField(max_length=12)
    rule = models.CharField(max_length=12)
    rule_name = models.CharField(max_length=80, default="")
    say = models.CharField(max_length=200, default="")
    playbook = models.IntegerField(default=1)
    queue = models.CharField(max_length=20, default="")
    priority = models.PositiveSmallIntegerField(default=Priority.NORMAL)
    alert = models.BooleanField(default=False)
    template = models.CharField(max_length=80, default="")  # title of the canned reply that the rule suggests
    needs_approval = models.BooleanField(default=False)  # by its rule
    reasons = models.JSONField(default=list)
    advice = models.JSONField(default=list)  # what `also` rules add, in words
    problems = models.JSONField(default=list)  # kinds of problem spoken of, to tell one matter from another

    # What the list shows
    account = models.ForeignKey(SocialAccount, models.SET_NULL, null=True, related_name="cases")
    who = models.CharField(max_length=220, default="")
    channel = models.CharField(max_length=20)
    lang = models.CharField(max_length=35, default="")
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
    lead = models.BigIntegerField(default=0)  # the post it is shown by; no key, so that posts can be removed quickly

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "number"], name="case_number")]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "folder", "sort_at", "priority", "id"], name="case_folder"),
            models.Index(fields=["workspace", "sort_at", "id"], name="case_newest"),
            models.Index(fields=["workspace", "queue", "folder", "sort_at", "id"], name="case_queue"),
            models.Index(fields=["workspace", "topic", "folder", "sort_at", "id"], name="case_topic"),
            models.Index(
                fields=["workspace", "owner", "folder", "sort_at", "id"],
                name="case_owner",
                condition=models.Q(owner__isnull=False),
            ),
            models.Index(fields=["incident", "id"], name="case_incident", condition=models.Q(incident__isnull=False)),
            models.Index(
                fields=["workspace", "priority", "sort_at", "id"],
                name="case_to_take",
                condition=models.Q(folder="needs", owner__isnull=True),
            ),
            models.Index(fields=["not_before"], name="case_hold_ends", condition=models.Q(folder="held")),
            models.Index(fields=["review_at"], name="case_review", condition=models.Q(folder="watching")),
            models.Index(fields=["wake_at"], name="case_wakes", condition=models.Q(wake_at__isnull=False)),
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
