"""Tables of incidents: many people with one problem, answered as one."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace


class Incident(models.Model):
    """Many cases of one problem. What it holds is counted anew whenever a case joins or leaves."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="incidents", db_index=False)
    title = models.CharField(max_length=120)
    open = models.BooleanField(default=True)
    began_at = models.DateTimeField()  # when the first of it was said
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    lead = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    topic = models.BigIntegerField(default=0)
    problem = models.CharField(max_length=40, default="")

    # Why it is one
    rule = models.CharField(max_length=12, default="")  # empty: a person began it
    playbook = models.IntegerField(default=0)
    reasons = models.JSONField(default=list)
    usual = models.JSONField(null=True)  # see care.core.storm.Usual

    # What it holds
    voices = models.IntegerField(default=0)
    posts = models.IntegerField(default=0)
    cases = models.IntegerField(default=0)
    exposure = models.BigIntegerField(default=0)
    severities = models.JSONField(default=list)
    miscounted = models.BooleanField(default=False, db_index=True)  # the worker counts it anew

    # What we say
    holding = models.TextField(default="")  # drafts, until they are sent
    offer = models.TextField(default="")
    feedback = models.TextField(default="")
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", db_index=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "open", "-opened_at"], name="incident_list")]


class IncidentNote(models.Model):
    """A version of what is known of an incident; only colleagues see it."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="notes", db_index=False)
    version = models.IntegerField()
    text = models.TextField()
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["incident", "version"], name="incident_note_once")]


class IncidentEvent(models.Model):
    """What happened with an incident, in words."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="events", db_index=False)
    at = models.DateTimeField()
    name = models.CharField(max_length=100)
    text = models.CharField(max_length=300)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["incident", "at", "id"], name="incident_events")]


class IncidentMessage(models.Model):
    """Something said for an incident: once on each network, or once to each post. The network's answer: the outbox."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="messages", db_index=False)
    kind = models.CharField(max_length=8)  # holding, offer, feedback
    where = models.CharField(max_length=40)  # "connection 3", "post 17"
    case = models.ForeignKey("care.CaseRow", models.SET_NULL, null=True, related_name="+", db_index=False)
    outbox = models.BigIntegerField()
    text = models.TextField()
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "kind", "where"], name="incident_said_once")
        ]
