"""Tables of forecasts: what is expected, how well models did, and the events one marks."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Workspace
from hubbub.workforce.models.queues import QueueRow


class MarkedRow(models.Model):
    """An event that moves what comes: a match, a launch, a storm. Those of one kind are learnt from together."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    queue = models.ForeignKey(QueueRow, models.CASCADE, related_name="events", null=True)  # none: all queues
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    day = models.DateField()
    start_min = models.PositiveSmallIntegerField(default=0)
    end_min = models.PositiveSmallIntegerField(default=1440)
    storm = models.BooleanField(default=False)  # kept out of what is usual
    found = models.BooleanField(default=False)  # by the forecast itself
    confirmed = models.BooleanField(null=True)  # of what was found: what somebody said; None: nobody said anything
    factor = models.FloatField(null=True)  # how many times the usual comes, set by hand; None: as is learnt

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "day"], name="marked_day")]


class ForecastRow(models.Model):
    """What was expected of one day when it was forecast, interval by interval of the workspace's wall clock."""

    queue = models.ForeignKey(QueueRow, models.CASCADE, related_name="forecasts", db_index=False)
    day = models.DateField()
    made_on = models.DateField()
    step_min = models.PositiveSmallIntegerField()
    model = models.CharField(max_length=40)
    mean = models.JSONField()
    low = models.JSONField()  # eight times of ten it is between low and high
    high = models.JSONField()
    storm = models.JSONField()  # what a storm would bring on top
    handling_s = models.JSONField()
    day_low = models.FloatField()  # of all that comes that day; intervals are not off all at once, so no sum of theirs
    day_high = models.FloatField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["queue", "day", "made_on"], name="forecast_once")]


class BacktestRow(models.Model):
    """How well each model would have forecast a queue, week after week."""

    queue = models.OneToOneField(QueueRow, models.CASCADE, related_name="backtest")
    made_on = models.DateField()
    data = models.JSONField()
