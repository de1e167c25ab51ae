"""How a workspace works on its cases."""

from django.db import models

from hubbub.accounts.models import Workspace
from hubbub.care.core.case import CLOSES_AFTER


class CaseRules(models.Model):
    """What a workspace's manager decided about the life of cases; without a row the defaults hold."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="case_rules")
    closes_after_days = models.PositiveSmallIntegerField(default=CLOSES_AFTER.days)
    wrap_up = models.CharField(max_length=8, default="asked")  # when a case is resolved: off, asked, required
    currency = models.CharField(max_length=3, default="EUR")  # of leads
