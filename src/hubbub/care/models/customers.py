"""Tables of what is known of customers: products, permissions, and which accounts may be theirs."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace
from hubbub.care.models.people import Customer, SocialAccount


class Owned(models.Model):
    """A product that a customer owns."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="owned")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    product = models.CharField(max_length=100)
    serial = models.CharField(max_length=100, default="")
    since = models.DateField(null=True)
    warranty_until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "serial"], name="owned_serial", condition=~models.Q(serial=""))
        ]


class Consent(models.Model):
    """What a customer allowed or forbade; the latest word on a way counts, the earlier ones prove it."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="consents")
    way = models.CharField(max_length=10)
    given = models.BooleanField()
    at = models.DateTimeField()
    source = models.CharField(max_length=100)  # where they said so: a form, a call, a case
    words = models.CharField(max_length=1000)  # the words agreed to
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    noted_at = models.DateTimeField()


class Trait(models.Model):
    """Something an account is known by. Accounts that share one may be one person."""

    account = models.ForeignKey(SocialAccount, models.CASCADE, related_name="traits")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=6)
    value = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "kind", "value"], name="trait_once")]
        indexes: ClassVar = [models.Index(fields=["workspace", "kind", "value"], name="trait_found")]


class Match(models.Model):
    """Two accounts that may be one person: asked, confirmed or refused by a person, or sure by proof."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    one = models.ForeignKey(SocialAccount, models.CASCADE, related_name="+")  # the smaller id
    other = models.ForeignKey(SocialAccount, models.CASCADE, related_name="+")
    p = models.FloatField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=10)  # asked, joined, refused
    at = models.DateTimeField()
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["one", "other"], name="match_once")]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-p", "id"], name="match_asked", condition=models.Q(state="asked"))
        ]


class Merge(models.Model):
    """Two customers that became one, with all that is needed to part them again."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="merges")
    gone = models.JSONField()  # the other one's columns, and the keys of what was theirs
    at = models.DateTimeField()
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)


class Erasure(models.Model):
    """The receipt of an erasure: what went, of nobody who can be told any more."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="erasures")
    code = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField()
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    went = models.JSONField()
