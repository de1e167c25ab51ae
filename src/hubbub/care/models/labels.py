"""Tables of labels, and of the models that were fitted on them."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace
from hubbub.listening.models import Post


class Label(models.Model):
    """What somebody said a text is.

    The words of a heard post stand with the post alone, so a label has none of them, and goes when the post's row does.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="labels")
    what = models.CharField(max_length=10)
    value = models.CharField(max_length=12)
    before = models.CharField(max_length=12, default="")  # what it was read as
    source = models.CharField(max_length=5)  # agent, file
    text = models.TextField(default="")  # of a file's line
    digest = models.CharField(max_length=32, default="")  # of that text, so that it is kept once
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=100)  # of the person, or the file
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["post", "what"], name="label_of_post", condition=models.Q(undone_at=None, post__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["workspace", "what", "digest"], name="label_of_text", condition=models.Q(source="file")
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["workspace", "source", "-id"], name="label_newest")]


class OwnModel(models.Model):
    """A model that was fitted on a workspace's labels, and how it compared with the one in use."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    version = models.CharField(max_length=60)
    data = models.BinaryField(null=True)  # as `LinearModel` is written; None: it is kept no longer
    at = models.DateTimeField()
    labels = models.IntegerField()  # it was fitted on
    against = models.CharField(max_length=60)  # the version it was compared with
    figures = models.JSONField(default=list)  # see core.learning
    changed = models.FloatField(null=True)  # the part of the latest posts it reads otherwise
    better = models.BooleanField(default=False)
    words = models.CharField(max_length=300, default="")  # why it is better, or not

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "version"], name="own_model_once")]


class Learning(models.Model):
    """How a workspace learns: whether it does, which model it uses, and the one before. No row: the shipped one."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="learning")
    on = models.BooleanField(default=True)  # a model is fitted when there are enough labels
    takes_over = models.BooleanField(default=True)  # and used when it is better
    in_use = models.ForeignKey(OwnModel, models.SET_NULL, null=True, related_name="+")  # None: the shipped one
    before = models.ForeignKey(OwnModel, models.SET_NULL, null=True, related_name="+")
    since = models.DateTimeField(null=True)  # when it was last changed
    name = models.CharField(max_length=100, default="")  # by whom
    tried_at = models.DateTimeField(null=True)
    tried_labels = models.IntegerField(default=0)
    trouble = models.CharField(max_length=300, default="")  # why the last try came to nothing
