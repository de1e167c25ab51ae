"""Tables of leads: opportunities that somebody follows up."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace
from hubbub.care.models.cases import CaseRow
from hubbub.listening.models import Post


class LeadStage(models.Model):
    """A step on the way of a lead; the workspace's manager decides which there are."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="lead_stages", db_index=False)
    name = models.CharField(max_length=40)
    place = models.PositiveSmallIntegerField()
    end = models.CharField(max_length=4, default="")  # won, lost; empty: it goes on

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="lead_stage_name")]


class Lead(models.Model):
    """Somebody who may buy: whose, how far, worth how much, by when."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="leads", db_index=False)
    case = models.OneToOneField(CaseRow, models.SET_NULL, null=True, related_name="opportunity")
    post = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=120)
    who = models.CharField(max_length=220, default="")
    owner = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    stage = models.ForeignKey(LeadStage, models.PROTECT, related_name="leads", db_index=False)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="EUR")
    expected_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "stage", "changed_at", "id"], name="lead_stage"),
            models.Index(fields=["workspace", "changed_at", "id"], name="lead_newest"),
        ]


class LeadEvent(models.Model):
    """What happened to a lead."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="events", db_index=False)
    at = models.DateTimeField()
    name = models.CharField(max_length=100)
    text = models.CharField(max_length=300)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["lead", "id"], name="lead_history")]
