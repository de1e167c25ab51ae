"""Tables of queues that people are planned for, of what came to them, and of the rules of the place."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Workspace


class RulesRow(models.Model):
    """What all planning of a workspace shares, where a manager changed it. See `core.plan.rules`."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="+")
    data = models.JSONField(default=dict)  # empty: as is usual
    swaps_pass = models.BooleanField(default=False)  # swaps of shifts that break no rule need nobody's leave


class QueueRow(models.Model):
    """A queue that people are planned for. See `core.plan.queue`."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    place = models.IntegerField()
    data = models.JSONField()
    branching = models.FloatField(null=True)  # as was measured; None: not yet
    measured_until = models.DateField(null=True)  # up to here, without it, the desk's own figures are in its history
    forecast_due = models.BooleanField(default=False)  # its history or events changed since it was forecast

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="plan_queue_name")]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "place", "id"], name="plan_queue_order"),
            models.Index(fields=["id"], name="plan_queue_due", condition=models.Q(forecast_due=True)),
        ]


class HistoryRow(models.Model):
    """What came to a queue on one day of the workspace's wall clock, interval by interval.

    `arrivals` are counts, None where nobody knows; `handling_s` the mean time of those `handled`, None where none were.
    An interval that the clock skips is None; one that it shows twice holds what came in both.
    """

    queue = models.ForeignKey(QueueRow, models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    step_min = models.PositiveSmallIntegerField()
    arrivals = models.JSONField()
    handled = models.JSONField()
    handling_s = models.JSONField()
    source = models.CharField(max_length=8)  # "import" or "desk"

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["queue", "day"], name="history_day_once")]
