"""The table of what-ifs that are kept."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace


class ScenarioRow(models.Model):
    """A what-if that somebody keeps: what is changed, and what came of it then."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    data = models.JSONField()
    result = models.JSONField()
    made_at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, related_name="+", null=True)
    shared = models.CharField(max_length=40, null=True, unique=True)  # in the address of a page for anybody

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="scenario_name")]
