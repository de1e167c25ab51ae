"""Tables of answering: drafts, replies that do not leave yet, personas, and a workspace's choices."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace
from hubbub.care.core.answering import Rules, rules_of
from hubbub.care.models.cases import CaseRow


class AnswerRules(models.Model):
    """How a workspace answers. Without a row, as `core.answering.Rules` has it."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="+")
    data = models.JSONField(default=dict)

    def value(self) -> Rules:
        """The choices, as a value."""
        return rules_of(self.data)


class PersonaRow(models.Model):
    """A named person to write as."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    employer = models.CharField(max_length=60, default="")
    initials = models.CharField(max_length=4)
    sign = models.CharField(max_length=8)
    sign_private = models.CharField(max_length=8)
    connections = models.JSONField(default=list)
    default_for = models.JSONField(default=list)
    people = models.JSONField(default=list)
    approve = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="persona_name")]


class Draft(models.Model):
    """What somebody has written on a case and not sent. Empty words stay a while, so that a late save finds its end."""

    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="drafts", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    mode = models.CharField(max_length=7)
    text = models.TextField(default="")
    files = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "person", "mode"], name="draft_once")]
        indexes: ClassVar = [models.Index(fields=["person", "saved_at"], name="draft_own")]


class PendingReply(models.Model):
    """A reply that does not leave yet: it waits for approval or for its time, or came back to its author."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="pending", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    text = models.TextField()
    private = models.BooleanField(default=False)
    persona = models.ForeignKey(PersonaRow, models.SET_NULL, null=True, related_name="+", db_index=False)
    files = models.JSONField(default=list)
    canned = models.JSONField(default=list)
    state = models.CharField(max_length=8)  # approval, later, back
    why = models.CharField(max_length=300, default="")  # why it needs approval, or came back
    at = models.DateTimeField()  # when it was written
    send_at = models.DateTimeField(null=True)
    hold = models.BooleanField(default=True)  # hold it back where somebody writes meanwhile
    seen = models.BigIntegerField(default=0)  # the last line of the timeline that was there when it was written
    approved_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    approved_name = models.CharField(max_length=100, default="")
    key = models.CharField(max_length=40, default="")  # the caller's own name for it

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["case"], name="pending_case"),
            models.Index(fields=["workspace", "state", "at"], name="pending_state"),
            models.Index(fields=["send_at"], name="pending_due", condition=models.Q(state="later")),
        ]
