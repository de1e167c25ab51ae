"""Tables of saved views of the inbox."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace


class SavedViewRow(models.Model):
    """A filter with a name; of a person, or without one of everybody."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    place = models.PositiveSmallIntegerField(default=0)
    view = models.CharField(max_length=10)
    conditions = models.JSONField(default=list)  # pairs of name and value, as in an address

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "person", "place", "id"], name="saved_view_order")]
