"""Tables of how satisfied customers say they are."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace
from hubbub.care.models.cases import CaseRow
from hubbub.care.models.people import SocialAccount


class RatingSettings(models.Model):
    """How a workspace asks; none: it does not."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="+")
    data = models.JSONField()


class Rating(models.Model):
    """One question to one person after a resolution, and the one answer to it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="ratings")
    account = models.ForeignKey(SocialAccount, models.SET_NULL, null=True, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)  # who resolved it
    made_at = models.DateTimeField()
    ask_at = models.DateTimeField(null=True)  # None: it was asked, or will not be
    asked_at = models.DateTimeField(null=True)
    why_not = models.CharField(max_length=120, default="")
    answered_at = models.DateTimeField(null=True)
    score = models.PositiveSmallIntegerField(null=True)
    comment = models.TextField(default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["ask_at"], name="rating_to_ask", condition=models.Q(ask_at__isnull=False)),
            models.Index(fields=["account", "made_at"], name="rating_person"),
            models.Index(
                fields=["workspace", "answered_at"],
                name="rating_answered",
                condition=models.Q(answered_at__isnull=False),
            ),
        ]
