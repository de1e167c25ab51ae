"""Tables of what happens to cases and of what was done about it by itself."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace
from hubbub.care.models.cases import CaseRow
from hubbub.care.models.people import SocialAccount


class Happening(models.Model):
    """Something happened to a case that a rule or trigger waits for; gone once it was seen to."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="+")
    what = models.CharField(max_length=12)  # an Event of core.playbook.triggers, or "automatic"
    detail = models.CharField(max_length=80, default="")  # the rule, the tag
    at = models.DateTimeField()


class Fired(models.Model):
    """A trigger that waits for time has seen to a case at this moment of its life, whether it fitted or not."""

    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="+", db_index=False)
    trigger = models.CharField(max_length=12)
    moment = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "trigger", "moment"], name="fired_once")]


class Mute(models.Model):
    """Somebody here muted an account: what it says makes no case, until a date."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(SocialAccount, models.CASCADE, related_name="mutes")
    reason = models.CharField(max_length=200)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()
    heard = models.IntegerField(default=0)  # posts of the account until then
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account"], name="mute_open", condition=models.Q(ended_at__isnull=True))
        ]
        indexes: ClassVar = [
            models.Index(fields=["until"], name="mute_ends", condition=models.Q(ended_at__isnull=True)),
            models.Index(fields=["workspace", "at"], name="mute_newest"),
        ]
