"""Tables of what is listened for and what was heard."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace
from hubbub.channels.models import Connection, Stream
from hubbub.infra.secrets import SecretJSONField


class Topic(models.Model):
    """What a workspace listens for: a query, and the class that says how much it is about us."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="topics")
    name = models.CharField(max_length=80)
    klass = models.CharField(max_length=12)
    query = models.TextField()
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="topic_name")]


class EventRow(models.Model):
    """Something that takes place: a time in which a topic is looked at closely."""

    topic = models.OneToOneField(Topic, models.CASCADE, related_name="event")
    since = models.DateTimeField()
    until = models.DateTimeField()


class EventAccountRow(models.Model):
    """An account whose part in an event is looked at, with what its network said of it."""

    event = models.ForeignKey(EventRow, models.CASCADE, related_name="accounts")
    topic = models.OneToOneField(Topic, models.CASCADE, related_name="event_account")  # what it says of the event
    handle = models.CharField(max_length=200)  # folded, without @
    name = models.CharField(max_length=200, default="")
    followers = models.BigIntegerField(null=True)
    posts = models.BigIntegerField(null=True)
    last_post_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    found = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["event", "handle"], name="event_account_once")]


class BurstRow(models.Model):
    """A time in which more was said of a topic, or a word or tag came more often, than its past let one expect."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    topic = models.BigIntegerField()
    term = models.CharField(max_length=100, default="")  # a word, or a tag with its #; "": the topic as a whole
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # when it was last on
    posts = models.BigIntegerField()  # at its most, in so many minutes
    minutes = models.SmallIntegerField()
    expected = models.FloatField()  # in these minutes

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "-seen_at"], name="burst_newest")]


class AlertRule(models.Model):
    """What a workspace wants to be told of at once, and how: see listening.core.alerts."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="alert_rules")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    topic = models.BigIntegerField(default=0)  # or EVERY_POST
    at_least = models.BigIntegerField(default=0)
    minutes = models.SmallIntegerField(default=30)
    who = models.JSONField(default=list)
    inbox = models.BooleanField(default=True)
    mails = models.JSONField(default=list)
    webhook = models.CharField(max_length=500, default="")
    secret = SecretJSONField(default=dict)  # {"key": what the webhook's messages are signed with}
    quiet_since = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    pause_min = models.SmallIntegerField(default=60)
    enabled = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="alert_rule_name")]


class AlertRow(models.Model):
    """Something a rule told of."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    rule = models.ForeignKey(AlertRule, models.SET_NULL, null=True, related_name="alerts")
    name = models.CharField(max_length=80)  # of the rule, which may be gone
    kind = models.CharField(max_length=10)
    topic = models.BigIntegerField()
    inbox = models.BooleanField()
    at = models.DateTimeField()
    last_at = models.DateTimeField()  # when it was last so
    found = models.JSONField()  # what was found at its worst

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "-id"], name="alert_newest")]


class AlertMessage(models.Model):
    """A mail or a call that tells somebody of an alert."""

    alert = models.ForeignKey(AlertRow, models.CASCADE, related_name="messages")
    way = models.CharField(max_length=8)  # mail, webhook
    to = models.CharField(max_length=500)
    more = models.BooleanField(default=False)  # what came after the first message
    state = models.CharField(max_length=8, default="queued")  # queued, sent, failed
    due_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    words = models.TextField(default="")  # why it is not there yet
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["alert", "way", "to", "more"], name="alert_told_once")]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="alert_due", condition=models.Q(state="queued")),
        ]


class AlertMark(models.Model):
    """Up to which segment of a stream rules of posts have looked."""

    stream = models.OneToOneField(Stream, models.CASCADE, related_name="+")
    number = models.BigIntegerField()


class AlertSeen(models.Model):
    """Up to which alert somebody has looked at them."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    up_to = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "person"], name="alerts_seen_once")]


class ReportRow(models.Model):
    """A page that is sent by mail, every week or every day, as its maker would see it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="reports")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    path = models.CharField(max_length=500)  # of the page, without the workspace's part, with what it asks for
    weekday = models.SmallIntegerField(null=True)  # 0 is Monday; None: every day
    hour = models.SmallIntegerField()  # on the workspace's clock
    mails = models.JSONField(default=list)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    words = models.TextField(default="")  # why the last one did not go

    class Meta:
        indexes: ClassVar = [models.Index(fields=["due_at"], name="report_due")]


class StreamColumn(models.Model):
    """A column of what is heard, as one person arranged it, and up to where they have read it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    place = models.SmallIntegerField()
    name = models.CharField(max_length=60)
    topic = models.BigIntegerField(default=0)  # or EVERY_POST
    channel = models.CharField(max_length=20, default="")
    language = models.CharField(max_length=35, default="")
    sentiment = models.SmallIntegerField(null=True)
    kind = models.CharField(max_length=20, default="")
    who = models.JSONField(default=list)
    words = models.CharField(max_length=200, default="")
    read_to = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "person", "place"], name="columns_in_order")]


class Segment(models.Model):
    """A committed segment of a stream: the record that makes the file count."""

    stream = models.ForeignKey(Stream, models.CASCADE, related_name="segments", db_index=False)
    number = models.BigIntegerField()
    posts = models.IntegerField()  # new posts in it, per workspace that heard them
    rows = models.IntegerField()  # of these, how many became rows
    shed = models.IntegerField(default=0)  # would have become rows, but the workspace's budget was spent
    size = models.BigIntegerField()
    committed_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["stream", "number"], name="segment_once")]
        indexes: ClassVar = [
            models.Index(
                fields=["stream", "number"], name="segment_waiting", condition=models.Q(archived_at__isnull=True)
            )
        ]


class Post(models.Model):
    """A heard post that somebody may have to look at, in one workspace."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="posts", db_index=False)
    uri = models.CharField(max_length=1000)
    stream = models.ForeignKey(Stream, models.PROTECT, related_name="posts", db_index=False)
    connection = models.ForeignKey(  # answers go out here
        Connection, models.SET_NULL, null=True, related_name="posts", db_index=False
    )
    channel = models.CharField(max_length=20)
    said_at = models.DateTimeField()  # the network's clock, never later than arrival
    arrived_at = models.DateTimeField()
    author = models.CharField(max_length=200, default="")
    handle = models.CharField(max_length=200, default="")
    name = models.CharField(max_length=200, default="")
    followers = models.BigIntegerField(null=True)
    follows = models.BigIntegerField(null=True)
    posts = models.BigIntegerField(null=True)
    reactions = models.FloatField(null=True)
    joined_at = models.DateTimeField(null=True)
    text = models.TextField(default="")
    lang = models.CharField(max_length=35, default="und")
    parent = models.CharField(max_length=1000, default="")
    root = models.CharField(max_length=1000, default="")  # its own uri where it begins a thread
    parent_author = models.CharField(max_length=200, default="")
    mentions = models.JSONField(default=list)
    media = models.SmallIntegerField(default=0)
    repost_of = models.CharField(max_length=1000, default="")
    private = models.BooleanField(default=False)
    to_us = models.BooleanField(default=False)  # names or answers one of our accounts, or is private
    ours = models.BooleanField(default=False)  # one of our own accounts said it
    historical = models.BooleanField(default=False)
    url = models.CharField(max_length=1000, default="")
    ref = models.TextField(default="")
    details = models.TextField(default="")  # JSON, see kernel.details
    topics = models.JSONField(default=list)  # ids of the topics it matched
    counted = models.JSONField(null=True)  # the roll-up cell, for a later edit or delete
    edited_at = models.DateTimeField(null=True)
    marked_at = models.DateTimeField(null=True)  # when somebody here last said what it counts as
    deleted_at = models.DateTimeField(null=True)
    reading = models.JSONField(null=True)  # what was made of this wording, see care.core.reading
    corrected = models.JSONField(null=True)  # what people here said it is, over its reading: see care.core.labels
    pending = models.BooleanField(default=True)  # triage has not seen it yet (or not since it changed)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "uri"], name="post_once")]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "id"], name="post_pending", condition=models.Q(pending=True)),
            models.Index(fields=["workspace", "root"], name="post_thread"),
            models.Index(fields=["workspace", "channel", "author"], name="post_author"),
        ]


ERASED = "erased:"
"""How the uri of a row begins whose post was erased; a case still shows its place."""


class BackfillRow(models.Model):
    """A new topic that looks back: how far it is, and what it found; then its baseline."""

    topic = models.OneToOneField(Topic, models.CASCADE, related_name="backfill")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    done = models.IntegerField(default=0)  # pieces looked through
    pieces = models.IntegerField(default=0)
    found = models.IntegerField(default=0)  # posts
    covers_since = models.DateTimeField(null=True)  # the earliest that was looked through
    words = models.TextField(default="")  # what went wrong
    baseline = models.JSONField(null=True)  # see listening.core.baseline


class CorrectionRow(models.Model):
    """What somebody said some posts count as, with what they counted as before: so that it can be taken back."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    words = models.CharField(max_length=200)  # "Taken out of Acme"
    before = models.JSONField()  # [uri, said_us, topics, sentiment] of each post
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "-id"], name="correction_newest")]


class Revision(models.Model):
    """What a post said before it was edited."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="revisions")
    text = models.TextField()
    until = models.DateTimeField()


class Tombstone(models.Model):
    """A delete that came before its create, on a channel that promises no order, as one workspace heard it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    uri = models.CharField(max_length=1000)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "uri"], name="tombstone_once")]


EVERY_POST = 0
"""The roll-up 'topic' in which each heard post is counted once, whatever topics it matched."""


class Rollup(models.Model):
    """How many posts a minute had: exact, signed for edits and deletes."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    topic = models.BigIntegerField()  # or EVERY_POST
    minute = models.BigIntegerField()  # minutes since 1970
    channel = models.CharField(max_length=20)
    lang = models.CharField(max_length=35)
    sentiment = models.SmallIntegerField()  # -1, 0, 1
    posts = models.BigIntegerField()
    authors = models.BinaryField(default=b"")  # a sketch of who said it; never gets less, see listening.core.sketch

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "topic", "minute", "channel", "lang", "sentiment"], name="rollup_cell"
            )
        ]


class Tally(models.Model):
    """The roll-ups of a large piece of a stream, to be added to the others soon: true, but not yet in its cells."""

    cells = models.BinaryField()  # a table of listening.core.rollup, as Arrow IPC
    done = models.IntegerField(default=0)  # so many of its cells are added already


class HourRollup(models.Model):
    """How many posts an hour had, for hours before `RolledUp`: the roll-ups again, so that long spans are quick."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    topic = models.BigIntegerField()  # or EVERY_POST
    hour = models.BigIntegerField()  # hours since 1970
    channel = models.CharField(max_length=20)
    lang = models.CharField(max_length=35)
    sentiment = models.SmallIntegerField()
    posts = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "topic", "hour", "channel", "lang", "sentiment"], name="hour_cell"
            )
        ]


class RolledUp(models.Model):
    """Up to which hour the roll-ups stand in hours, too. One row."""

    hour = models.BigIntegerField()


class DigestPart(models.Model):
    """What a topic came to in some hours, as far as one piece of the archive tells: see listening.core.digest."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    topic = models.BigIntegerField()  # or EVERY_POST
    hour = models.BigIntegerField()  # hours since 1970 in which it begins
    hours = models.SmallIntegerField(default=1)
    people = models.BooleanField(default=True)  # whether it still tells who spoke, and what
    made = models.BinaryField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "topic", "hour"], name="digest_span")]
