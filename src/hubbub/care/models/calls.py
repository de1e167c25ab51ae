"""Tables of telephone calls and of people to call back."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Workspace
from hubbub.care.models.cases import CaseRow


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
