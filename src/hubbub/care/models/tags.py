"""Tables by which a workspace sorts its cases: tags, fields, wrap-up codes, and links between cases."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Workspace
from hubbub.care.models.cases import CaseRow


class Tag(models.Model):
    """A word on cases, made when it is first needed; `key` tells two that read alike."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="tags", db_index=False)
    name = models.CharField(max_length=40)
    key = models.CharField(max_length=40)
    colour = models.PositiveSmallIntegerField(default=1)  # one of the palette's five

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "key"], name="tag_once")]


class CaseTag(models.Model):
    """A tag on a case."""

    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="tags", db_index=False)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="cases", db_index=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "tag"], name="case_tag_once")]
        indexes: ClassVar = [models.Index(fields=["tag", "case"], name="case_tag_cases")]


class Field(models.Model):
    """Something a manager wants to know of cases."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="fields", db_index=False)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=8)  # core.fields.Kind
    choices = models.JSONField(default=list)
    required = models.BooleanField(default=False)  # before a case is resolved
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="field_name")]


class FieldValue(models.Model):
    """What is known, in one way of writing it a kind."""

    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="values", db_index=False)
    field = models.ForeignKey(Field, models.CASCADE, related_name="values", db_index=False)
    value = models.CharField(max_length=500)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "field"], name="field_value_once")]
        indexes: ClassVar = [models.Index(fields=["field", "value"], name="field_value_cases")]


class WrapUp(models.Model):
    """A reason why cases came or how they ended: a group, or a code in one."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="wrap_ups", db_index=False)
    group = models.ForeignKey("self", models.CASCADE, null=True, related_name="codes")
    name = models.CharField(max_length=60)
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "group", "name"], name="wrap_up_name"),
            models.UniqueConstraint(
                fields=["workspace", "name"], name="wrap_up_group", condition=models.Q(group__isnull=True)
            ),
        ]


class CaseLink(models.Model):
    """How a case stands to another."""

    case = models.ForeignKey(CaseRow, models.CASCADE, related_name="links", db_index=False)
    other = models.ForeignKey(CaseRow, models.CASCADE, related_name="linked")
    kind = models.CharField(max_length=10)  # core.links.LinkKind

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "other"], name="case_link_once")]
