"""Tables of the people that rosters are made of: contracts, skills, wishes, absences."""

import secrets
from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace


def feed_key() -> str:
    """Return a name by which somebody's calendar finds their shifts: who knows it, reads them."""
    return secrets.token_urlsafe(24)


class ContractRow(models.Model):
    """What somebody may be asked to work. See `core.plan.contracts`."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    data = models.JSONField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="contract_name")]


class MemberRow(models.Model):
    """Somebody who stands on rosters; `person` where they sign in here."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    person = models.ForeignKey(Person, models.SET_NULL, related_name="+", null=True)
    contract = models.ForeignKey(ContractRow, models.PROTECT, related_name="members")
    skills = models.JSONField(default=list)
    rate = models.FloatField(null=True)  # of an hour; None: as the rules say
    days_off = models.JSONField(default=list)  # weekdays they wish to be off, Monday 0
    balance = models.JSONField(default=dict)  # by Monday of a published week: unpopular shifts beyond a fair share
    feed = models.CharField(max_length=40, default=feed_key, unique=True)
    left_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "name"], name="roster_member_name"),
            models.UniqueConstraint(
                fields=["workspace", "person"], name="roster_member_person", condition=models.Q(person__isnull=False)
            ),
        ]


class AbsenceRow(models.Model):
    """Days on which somebody is not there, asked for or granted."""

    member = models.ForeignKey(MemberRow, models.CASCADE, related_name="absences", db_index=False)
    first = models.DateField()
    last = models.DateField()
    cause = models.CharField(max_length=12)
    state = models.CharField(max_length=8)
    note = models.CharField(max_length=200, default="")
    asked_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["member", "first"], name="absence_first")]


class WishRow(models.Model):
    """A day that somebody wishes to be off."""

    member = models.ForeignKey(MemberRow, models.CASCADE, related_name="wishes", db_index=False)
    day = models.DateField()
    weight = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["member", "day"], name="wish_once")]
