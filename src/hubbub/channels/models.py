"""Tables of connections, the streams they hear, and what could not be parsed."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Workspace
from hubbub.infra.secrets import SecretJSONField


class Stream(models.Model):
    """One thing that is heard: a public stream that workspaces share, or one connection's own.

    `next_segment` is the fence: a commit names the number it expects and moves it on, so that of two
    listeners on one stream only one can commit.
    """

    scope = models.CharField(max_length=1000, unique=True)
    kind = models.CharField(max_length=20)
    cursor = models.JSONField(null=True)
    next_segment = models.BigIntegerField(default=0)
    lines = models.BigIntegerField(default=0)  # heard in all, matched or not
    opened_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)  # the last line
    ok_at = models.DateTimeField(null=True)  # the last time the network answered
    error = models.TextField(default="")  # in words; empty while all is well
    error_at = models.DateTimeField(null=True)


class Trouble(models.Model):
    """A time in which a stream could not be heard, with the reason in words."""

    stream = models.ForeignKey(Stream, models.CASCADE, related_name="troubles")
    words = models.TextField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["stream", "-began_at"], name="trouble_newest")]


class Connection(models.Model):
    """A workspace's way to one network: what it hears there and as whom it answers."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="connections")
    stream = models.ForeignKey(Stream, models.PROTECT, related_name="connections", null=True)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    config = models.JSONField(default=dict)
    secret = SecretJSONField(default=dict)
    enabled = models.BooleanField(default=True)
    account = models.CharField(max_length=200, default="")  # our own account's id there
    handle = models.CharField(max_length=200, default="")
    account_name = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="connection_name")]


class Quarantined(models.Model):
    """A line that could not be parsed: kept raw, with the reason."""

    stream = models.ForeignKey(Stream, models.CASCADE, related_name="quarantine")
    reason = models.TextField()
    raw = models.BinaryField()
    size = models.BigIntegerField()  # of the whole line; `raw` is cut at 200,000 bytes
    at = models.DateTimeField()
    again_at = models.DateTimeField(null=True)  # when it was last read again, in vain

    class Meta:
        indexes: ClassVar = [models.Index(fields=["stream", "-id"], name="quarantine_newest")]


class HookCall(models.Model):
    """A signed call that came in, kept for some days: for people to look at, and so that none is taken twice."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="calls")
    name = models.CharField(max_length=64)  # what the signature signed; see infra.signing
    delivery = models.CharField(max_length=100, default="")  # as the caller names it
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(default=0)  # 0: being taken
    words = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["connection", "name"], name="hook_call_once")]
        indexes: ClassVar = [
            models.Index(fields=["connection", "-id"], name="hook_call_newest"),
            models.Index(fields=["at"], name="hook_call_at"),
        ]
