"""Tables of the infrastructure. It knows no domain, so workspaces and subjects are plain numbers here."""

from typing import ClassVar

from django.db import models


class Change(models.Model):
    """Something changed that a page, the listener or the worker wants to hear of. Written with the change itself."""

    workspace = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=20)
    subject = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["at"], name="change_at"),
            models.Index(fields=["kind", "-id"], name="change_kind"),
        ]


class OutboxPause(models.Model):
    """A connection whose network asked us to wait: until then nothing is sent there."""

    connection = models.BigIntegerField(unique=True)
    until = models.DateTimeField()
    words = models.TextField(default="")  # the network's own


class OutboxMessage(models.Model):
    """A message on its way to a network. See `infra.outbox` for the life of one."""

    workspace = models.BigIntegerField()
    connection = models.BigIntegerField()
    conversation = models.CharField(max_length=1000)  # messages of one conversation leave in order
    subject = models.BigIntegerField()  # the case it belongs to, for the change log
    key = models.CharField(max_length=40, unique=True)
    payload = models.JSONField()
    state = models.CharField(max_length=10)
    words = models.TextField(default="")  # the network's own, or why it waits
    attempts = models.PositiveIntegerField(default=0)
    doubtful = models.BooleanField(default=False)  # an earlier try may have arrived: look before repeating
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=80, default="")
    claimed_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    expected_uri = models.CharField(max_length=1000, default="", db_index=True)
    uri = models.CharField(max_length=1000, default="")
    url = models.CharField(max_length=1000, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="outbox_queued", condition=models.Q(state="queued")),
            models.Index(fields=["claimed_at"], name="outbox_sending", condition=models.Q(state="sending")),
            models.Index(fields=["conversation", "id"], name="outbox_order"),
            models.Index(fields=["workspace", "state"], name="outbox_states"),
        ]
