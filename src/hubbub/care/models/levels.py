"""Tables of opening hours, service-level policies, and the clocks of cases."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Team, Workspace
from hubbub.care.models.cases import CaseRow
from hubbub.care.models.people import SocialAccount


class CalendarRow(models.Model):
    """Opening hours. The one that is `main` are those of the workspace."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="calendars")
    name = models.CharField(max_length=60)
    main = models.BooleanField(default=False)
    data = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="calendar_name"),
            models.UniqueConstraint(fields=["workspace"], name="calendar_main", condition=models.Q(main=True)),
        ]


class PolicyRow(models.Model):
    """Targets for the cases that fit; read by `place`, the first that fits counts."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="policies", db_index=False)
    place = models.IntegerField()
    name = models.CharField(max_length=60)
    calendar = models.ForeignKey(CalendarRow, models.PROTECT, null=True, related_name="policies")
    data = models.JSONField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="policy_name")]
        indexes: ClassVar = [models.Index(fields=["workspace", "place", "id"], name="policy_order")]


class LevelsChanged(models.Model):
    """Targets or hours changed: clocks that run are aimed anew, from the case after `done_to` on."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="+")
    done_to = models.BigIntegerField(default=0)


class ClockRow(models.Model):
    """What was waited for in a case, and how it went; written once it stopped, it never changes.

    The columns of the case stand here as they were when it stopped, so that figures need no other table.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="clocks", db_index=False)
    kind = models.CharField(max_length=10)  # first, next, resolution
    channel = models.CharField(max_length=20)
    queue = models.CharField(max_length=20, default="")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)  # who ended it
    account = models.ForeignKey(SocialAccount, models.SET_NULL, null=True, related_name="+", db_index=False)
    policy = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    since = models.DateTimeField(null=True)
    target_s = models.PositiveIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    spent_s = models.PositiveIntegerField(default=0)
    pauses = models.JSONField(default=list)  # pairs of instants
    stopped_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8)
    done = models.JSONField(default=list)
    step_at = models.DateTimeField(null=True)
    # Of a resolution: what first-contact resolution is counted by
    replies = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)  # reopened, or the person came again with the matter, within the week

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "kind"], name="clock_running", condition=models.Q(stopped_at__isnull=True)
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["case", "id"], name="clock_case"),
            models.Index(fields=["workspace", "started_at"], name="clock_started"),
            models.Index(fields=["workspace", "stopped_at"], name="clock_stopped"),
            models.Index(
                fields=["workspace", "kind", "started_at"],
                name="clock_waiting",
                condition=models.Q(stopped_at__isnull=True),
            ),
            models.Index(fields=["workspace", "due_at"], name="clock_due", condition=models.Q(stopped_at__isnull=True)),
            models.Index(fields=["step_at"], name="clock_step", condition=models.Q(step_at__isnull=False)),
            models.Index(fields=["account", "stopped_at"], name="clock_person", condition=models.Q(kind="resolution")),
        ]
