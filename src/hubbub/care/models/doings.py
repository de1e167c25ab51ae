"""Tables of what people do to many things at once: what was done with what it takes to undo it, and macros."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace


class Doing(models.Model):
    """Something that was done, with every row as it was before and after. See `services.undo`."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    words = models.CharField(max_length=200)
    cases = models.JSONField(default=list)  # keys of the cases it was done to
    data = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "at"], name="doing_newest")]


class Macro(models.Model):
    """A named list of deeds; of one person, or of everybody in the workspace."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="macros", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    deeds = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "name"], name="macro_name")]
