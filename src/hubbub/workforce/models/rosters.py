"""Tables of rosters: weeks, shifts, and shifts that are to change hands."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Workspace
from hubbub.workforce.models.people import MemberRow


class RosterRow(models.Model):
    """One week's roster. A published one is what people see and are measured by."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    monday = models.DateField()
    version = models.PositiveIntegerField(default=1)  # of its shifts: who edits an older one is told
    solving = models.CharField(max_length=8, default="")  # "", "asked" or "running"
    solve_at = models.DateTimeField(null=True)  # since when
    tries = models.PositiveSmallIntegerField(default=0)  # how often it was begun since it was asked for
    trouble = models.CharField(max_length=500, default="")  # why the last making came to nothing
    demand = models.JSONField(default=dict)  # by skill: agents required, interval by interval, when it was made
    result = models.JSONField(default=dict)  # how good it is: gap, seconds, sentences
    made_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    published = models.JSONField(null=True)  # the shifts as they were when it was published, to see what changed

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "monday"], name="roster_week_once")]
        indexes: ClassVar = [
            models.Index(fields=["solve_at"], name="roster_to_solve", condition=~models.Q(solving="")),
        ]


class ShiftRow(models.Model):
    """What one person works on one day, in minutes of its wall clock; past 1440 it is the next day.

    `pieces` are [from, to], one or two; `breaks` are [from, to, paid]; `skills` are [from, to, skill] where
    somebody who can do several is to do one.
    """

    roster = models.ForeignKey(RosterRow, models.CASCADE, related_name="shifts", db_index=False)
    member = models.ForeignKey(MemberRow, models.CASCADE, related_name="shifts", db_index=False)
    day = models.DateField()
    pieces = models.JSONField()
    breaks = models.JSONField(default=list)
    skills = models.JSONField(default=list)
    locked = models.BooleanField(default=False)  # placed by hand: stays when the rest is made anew

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["roster", "member", "day"], name="shift_once")]
        indexes: ClassVar = [models.Index(fields=["member", "day"], name="shift_member_day")]


class SwapRow(models.Model):
    """Somebody wants to give a published shift away, to one colleague or to whoever takes it, perhaps for another."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    shift = models.ForeignKey(ShiftRow, models.CASCADE, related_name="swaps")
    giver = models.ForeignKey(MemberRow, models.CASCADE, related_name="+")
    taker = models.ForeignKey(MemberRow, models.CASCADE, related_name="+", null=True)
    for_shift = models.ForeignKey(ShiftRow, models.CASCADE, related_name="+", null=True)
    state = models.CharField(max_length=10)
    note = models.CharField(max_length=200, default="")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "state", "-id"], name="swap_state")]
