"""Tables of connections, the streams they hear, what could not be parsed, and what is said in web chats."""

import secrets
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


def public_name() -> str:
    """Return a name by which strangers' programs may call a connection."""
    return secrets.token_hex(6)


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
    public = models.CharField(max_length=12, default=public_name, unique=True)  # its name in addresses for strangers
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


class ChatVisit(models.Model):
    """Somebody who chats on a website: known by a secret of their browser, of which only the hash is kept."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="visits")
    code = models.CharField(max_length=12, unique=True)  # their account's id
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=60, default="")  # as given
    email = models.CharField(max_length=254, default="")
    page = models.CharField(max_length=1000, default="")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    here_until = models.DateTimeField()  # their page is open, unless it says nothing until then
    typing_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    lines_made = models.IntegerField(default=0)
    lines_seen = models.IntegerField(default=0)  # up to which number they saw what we wrote

    class Meta:
        indexes: ClassVar = [models.Index(fields=["connection", "seen_at"], name="visit_seen")]


class ChatLine(models.Model):
    """One thing said in a chat, by the visitor or by us. Numbers are given in the order of the commits."""

    visit = models.ForeignKey(ChatVisit, models.CASCADE, related_name="lines", db_index=False)
    number = models.IntegerField()
    key = models.CharField(max_length=60)  # the writer's own name for it: the same again is the same line
    ours = models.BooleanField(default=False)
    text = models.TextField(default="")
    file = models.JSONField(null=True)  # key, name, type and size
    at = models.DateTimeField()
    pending = models.BooleanField(default=False)  # the visitor said it, and it was not heard yet
    mailed_at = models.DateTimeField(null=True)  # we said it, they had left, and it went by mail

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["visit", "number"], name="chat_line_number"),
            models.UniqueConstraint(fields=["visit", "key"], name="chat_line_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="chat_line_pending", condition=models.Q(pending=True)),
        ]
