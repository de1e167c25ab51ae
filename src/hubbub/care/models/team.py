"""Tables of agents at work: what they are at, what they can do, how long they worked, and who is given what."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Team, Workspace
from hubbub.care.models.cases import CaseRow


class TeamRules(models.Model):
    """How a workspace's people work together, where a manager changed it."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="+")
    wrap_up_s = models.PositiveIntegerField(default=30)
    away_min = models.PositiveIntegerField(default=5)
    off_min = models.PositiveIntegerField(default=120)
    give_back_min = models.PositiveIntegerField(default=15)  # away for so long, what waits goes to others


class OwnState(models.Model):
    """A state that a manager added."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=30)
    takes = models.BooleanField(default=False)
    works = models.BooleanField(default=True)
    gone = models.BooleanField(default=False)  # not offered any more; its spans keep their name

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="own_state_name")]


class AgentRow(models.Model):
    """Somebody at work. Whoever changes what they are at, or gives them a case, locks this row first."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="agents", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    takes = models.BooleanField(null=True)  # is given cases; None: as their role says
    limits = models.JSONField(default=dict)  # how many at once, by channel
    week = models.JSONField(default=list)  # seven texts of hours; none: at all times
    beat_at = models.DateTimeField(null=True)  # of the last heartbeat of a page of theirs with a case
    given_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "person"], name="agent_once")]


class Contact(models.Model):
    """What one agent does with a case until they answer or resolve it, and how long they work on it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="contacts", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)
    began_at = models.DateTimeField()
    last_at = models.DateTimeField()
    worked_s = models.FloatField(default=0.0)
    wrap_s = models.FloatField(default=0.0)
    at_once = models.PositiveSmallIntegerField(default=1)  # the most cases of theirs that were open at the same time
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, default="")  # reply, resolve, or left

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "person"], name="contact_open", condition=models.Q(ended_at__isnull=True)
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "ended_at"], name="contact_ended"),
            models.Index(fields=["case", "person", "ended_at"], name="contact_case"),
            models.Index(fields=["person", "ended_at"], name="contact_person"),
            models.Index(fields=["last_at"], name="contact_left", condition=models.Q(ended_at__isnull=True)),
        ]


class StateSpan(models.Model):
    """In which state somebody was from when to when. The spans of one visit join without a gap."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    state = models.CharField(max_length=20)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    by_hand = models.BooleanField(default=False)
    ends_at = models.DateTimeField(null=True)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+", db_index=False)  # wrapped up

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "person", "since"], name="state_begins_once"),
            models.UniqueConstraint(
                fields=["workspace", "person"], name="state_open_once", condition=models.Q(until__isnull=True)
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gt=models.F("since")), name="state_lasts"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["workspace", "until"], name="state_newest")]


class Skill(models.Model):
    """Something that cases need and people can do."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=8)  # language, channel, topic, other

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="skill_name")]


class AgentSkill(models.Model):
    """What somebody can do, and how well: 1 some, 2 well, 3 expert."""

    agent = models.ForeignKey(AgentRow, models.CASCADE, related_name="skills", db_index=False)
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField(default=2)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agent", "skill"], name="agent_skill_once")]


class SkillNeed(models.Model):
    """Cases of which a column has a value need a skill: `lang` fr needs French."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    column = models.CharField(max_length=8)  # lang, channel, queue, kind, topic
    value = models.CharField(max_length=35)
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "column", "value", "skill"], name="need_once")
        ]


class Route(models.Model):
    """How the cases of a queue find somebody, and in which team; the queue "" is all others."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    queue = models.CharField(max_length=20, default="")
    mode = models.CharField(max_length=6)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "queue"], name="route_queue")]


class Routed(models.Model):
    """A case was given to somebody by its route, and why."""

    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="routed", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    words = models.CharField(max_length=240)
    pushed = models.BooleanField()  # not taken by themselves

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "-id"], name="routed_newest")]
