"""Tables of quality reviews: forms in versions, and reviews."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace
from hubbub.care.models.cases import CaseRow


class ReviewForm(models.Model):
    """What a review asks, as a manager wrote it; a change is a new version."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    version = models.IntegerField()
    text = models.TextField()
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "version"], name="review_form_version")]


class Review(models.Model):
    """A solved case of an agent that is reviewed, or is to be."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="+", db_index=False)
    agent = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    version = models.IntegerField()  # of the form
    calibrates = models.BooleanField(default=False)  # another look at a case that has its review
    drawn_at = models.DateTimeField()
    reviewer = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    done_at = models.DateTimeField(null=True)
    answers = models.JSONField(default=dict)
    score = models.FloatField(null=True)
    coaching = models.TextField(default="")
    comment = models.TextField(default="")  # of the agent

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], name="review_once", condition=models.Q(calibrates=False)),
            models.UniqueConstraint(
                fields=["case", "reviewer"], name="review_each_once", condition=models.Q(reviewer__isnull=False)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-id"], name="review_newest"),
            models.Index(fields=["agent", "done_at"], name="review_agent"),
        ]
