"""Tables of the people who write to us: customers and their accounts."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Workspace


class Customer(models.Model):
    """A person behind one or more accounts. Linked accounts are one voice."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="customers", db_index=False)
    name = models.CharField(max_length=200, default="")
    reference = models.CharField(max_length=60, default="")  # the number under which other systems know them
    address = models.TextField(default="")  # postal
    note = models.TextField(default="")
    heard_of = models.CharField(max_length=30, default="")  # how they heard of us
    heard_of_note = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "reference"], name="customer_reference", condition=~models.Q(reference="")
            )
        ]
        indexes: ClassVar = [models.Index(fields=["workspace", "-id"], name="customer_newest")]


class SocialAccount(models.Model):
    """Somebody's account on a network, as this workspace knows it."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="social_accounts", db_index=False)
    channel = models.CharField(max_length=20)
    native = models.CharField(max_length=200)  # the network's permanent id
    handle = models.CharField(max_length=200, default="")
    name = models.CharField(max_length=200, default="")
    followers = models.BigIntegerField(null=True)
    follows = models.BigIntegerField(null=True)
    posts = models.BigIntegerField(null=True)
    reactions = models.FloatField(null=True)
    joined_at = models.DateTimeField(null=True)
    p_bot = models.FloatField(default=0.1)
    reach = models.BigIntegerField(default=0)
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, related_name="accounts")
    known = models.BooleanField(default=False)  # a customer, confirmed by a person
    employee = models.BooleanField(default=False)  # works for us: no voice
    listed = models.BooleanField(default=False)  # press, VIP: answered at once
    lists = models.JSONField(default=list)  # own lists they are on, by name
    muted_until = models.DateTimeField(null=True)  # what they say makes no case; see Mute
    heard = models.IntegerField(default=0)  # posts decided about
    adverts = models.IntegerField(default=0)  # of those, likely promotion
    seen_at = models.DateTimeField()
    matched = models.BooleanField(default=False)  # looked through for other accounts of the same person

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "channel", "native"], name="social_account_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "id"], name="account_unmatched", condition=models.Q(matched=False))
        ]


class SecondAccount(models.Model):
    """Two accounts that are likely one person's, until somebody says that they are two people's."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(SocialAccount, models.CASCADE, related_name="second_of")
    of = models.ForeignKey(SocialAccount, models.CASCADE, related_name="seconds")
    p = models.FloatField()
    reasons = models.JSONField(default=list)
    two_people = models.BooleanField(default=False)  # a person said so

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "of"], name="second_account_once")]


class AuthorPast(models.Model):
    """What somebody said before a watch of theirs began, as far as it tells something: read once a watch."""

    account = models.OneToOneField(SocialAccount, models.CASCADE, related_name="past")
    read_at = models.DateTimeField(db_index=True)
    looked = models.IntegerField(default=0)  # posts that were looked through
    complaining = models.IntegerField(default=0)  # of those
    words = models.JSONField(default=list)  # what is worth keeping, see care.core.past.Word
