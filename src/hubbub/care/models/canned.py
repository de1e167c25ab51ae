"""Tables of words that are often needed."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Team, Workspace


class CannedReply(models.Model):
    """Words that are often needed, with fields like {name} to be filled."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="canned", db_index=False)
    title = models.CharField(max_length=80)
    text = models.TextField()
    shortcut = models.CharField(max_length=20, default="")
    folder = models.CharField(max_length=40, default="")
    lang = models.CharField(max_length=8, default="")  # "": any
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+", db_index=False)  # None: everybody's
    uses = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "title"], name="canned_title")]
        indexes: ClassVar = [models.Index(fields=["workspace", "-uses", "title"], name="canned_used")]
