"""Tables of follow-ups after a good end, and of thanks that were said in public."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace
from hubbub.care.core.advocates import DELAY_DAYS
from hubbub.care.models.cases import CaseRow, Entry
from hubbub.care.models.people import SocialAccount
from hubbub.listening.models import Post


class AdvocateRules(models.Model):
    """When a workspace proposes follow-ups, and how far its ended cases were looked through."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="+")
    on = models.BooleanField(default=True)
    days = models.PositiveSmallIntegerField(default=DELAY_DAYS)
    looked_to = models.DateTimeField(null=True)  # cases that ended until then
    read_to = models.BigIntegerField(default=0)  # lines of cases that were looked through for thanks


class FollowUp(models.Model):
    """Somebody who may be asked whether they would tell others; proposed once, asked at most once."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="follow_ups")
    account = models.ForeignKey(SocialAccount, models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=8)
    show_at = models.DateTimeField()  # proposed from then on; somebody may put it off
    asked_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.SET_NULL, null=True, related_name="+")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)  # who decided

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "state", "show_at"], name="follow_up_open")]


class FollowUpVoice(models.Model):
    """Every account of somebody who was proposed: no person stands here twice."""

    follow_up = models.ForeignKey(FollowUp, models.CASCADE, related_name="voices")
    account = models.OneToOneField(SocialAccount, models.CASCADE, related_name="+")


class Thanks(models.Model):
    """A post that thanks, and the case it thanks for."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="thanks")
    post = models.OneToOneField(Post, models.CASCADE, related_name="+")
    account = models.ForeignKey(SocialAccount, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    public = models.BooleanField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "at"], name="thanks_public", condition=models.Q(public=True))
        ]
