"""Tables of the people who write to us: customers and their accounts."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Workspace


class Customer(models.Model):
    """A person behind one or more accounts. Linked accounts are one voice."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="customers")
    name = models.CharField(max_length=200, default="")


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
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "channel", "native"], name="social_account_once")
        ]
