"""Tables of what people are told, and how they want to be told."""

from typing import ClassVar

from django.db import models

from hubbub.accounts.models import Person, Workspace
from hubbub.care.models.cases import CaseRow


class Notice(models.Model):
    """Something one person is told."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="notices", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="notices")
    why = models.CharField(max_length=12)
    case = models.ForeignKey(CaseRow, models.CASCADE, null=True, related_name="+")
    place = models.CharField(max_length=120, default="")
    text = models.CharField(max_length=240)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    browser = models.BooleanField(default=False)
    mail_at = models.DateTimeField(null=True)  # when it is to be mailed; None: not, or no more

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "person", "-id"], name="notice_newest"),
            models.Index(
                fields=["workspace", "person", "-id"], name="notice_unread", condition=models.Q(read_at__isnull=True)
            ),
            models.Index(fields=["mail_at"], name="notice_mail", condition=models.Q(mail_at__isnull=False)),
            models.Index(fields=["at"], name="notice_old"),
        ]


class NoticeWish(models.Model):
    """By which ways somebody wants to be told of one kind of thing, where they chose."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    why = models.CharField(max_length=12)
    app = models.BooleanField()
    browser = models.BooleanField()
    mail = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "person", "why"], name="notice_wish_once")
        ]
