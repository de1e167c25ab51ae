"""Tables of words that are often needed."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Workspace


class CannedReply(models.Model):
    """Words that are often needed, with fields like {name} to be filled."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="canned", db_index=False)
    title = models.CharField(max_length=80)
    text = models.TextField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "title"], name="canned_title")]
