"""Tables of a workspace's own lists of accounts, such as press or employees."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace


class PeopleList(models.Model):
    """A list of accounts with a name that the playbook can ask for."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    note = models.CharField(max_length=200, default="")
    means = models.CharField(max_length=8, default="")  # a mark that its members have: listed, employee

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="people_list_name")]


class ListMember(models.Model):
    """An account on a list, known by channel and handle: also one that nobody has heard yet."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    list = models.ForeignKey(PeopleList, models.CASCADE, related_name="members", db_index=False)
    channel = models.CharField(max_length=20)
    handle = models.CharField(max_length=200)  # case-folded, without the @ before it; or the network's id
    reason = models.CharField(max_length=200, default="")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["list", "channel", "handle"], name="list_member_once")]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "handle"], name="list_member_handle"),
            models.Index(fields=["list", "-id"], name="list_member_newest"),
        ]
