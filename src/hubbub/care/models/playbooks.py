"""Tables of playbooks, what they decided, and of complaints that are alike."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace
from hubbub.care.models.cases import CaseRow
from hubbub.listening.models import Post


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
    facts = models.JSONField(null=True)  # that decided, see core.facts.kept; null where no rule was asked
    again = models.BooleanField(default=False)  # a hold or watch was decided anew
    playbook = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "at", "id"], name="decision_at")]


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


class PlaybookDraft(models.Model):
    """What somebody changes in the playbook, until they make it a version or throw it away."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    base = models.IntegerField()  # the version it began from
    data = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "person"], name="playbook_draft_own")]


class DryRun(models.Model):
    """What another playbook would have decided about what was heard: how far that is, and what came out."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)  # "Your draft", "Version 3"
    data = models.JSONField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    reached_at = models.DateTimeField()  # from the newest down: what is older is still to be done
    reached_id = models.BigIntegerField()
    total = models.IntegerField()
    done = models.IntegerField(default=0)
    tried = models.IntegerField(default=0)  # of those, decided by a rule
    changed = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)  # "hold>answer": how many
    posts = models.JSONField(default=list)  # [decision, rule that would decide], the first of them
    finished = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "person"], name="dry_run_own")]
