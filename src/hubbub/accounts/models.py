"""Tables of people and workspaces."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from hubbub.accounts.core.access import Role


class PersonManager(BaseUserManager["Person"]):
    """Makes people; allauth and Django look them up through it."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """Make a person; without a password they can only come in by a link."""
        person = self.model(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save()
        return person


class Person(AbstractBaseUser):
    """Somebody who can sign in. What they may do stands in their memberships."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    theme = models.CharField(max_length=5, default="", blank=True)
    language = models.CharField(max_length=5, default="", blank=True)  # of pages; empty: as the browser asks
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[PersonManager] = PersonManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Workspace(models.Model):
    """One client's brand: its own topics, channels, cases, people and playbook."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    timezone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=5, default="en")  # of what the desk writes down, and of its mails
    calling_code = models.CharField(max_length=3, default="")  # of telephone numbers that name no country
    keep_days = models.PositiveSmallIntegerField(null=True)  # how long heard posts are kept; None: for good
    cases_made = models.PositiveBigIntegerField(default=0)  # the last case number given out
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A group of people inside a workspace."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="teams")
    name = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "name"], name="team_name")]


class Membership(models.Model):
    """A person's role in a workspace, and their team there."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=[(role.value, role.label) for role in Role])
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="memberships")
    seen_at = models.DateTimeField(null=True)  # when a page of theirs was last open

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "person"], name="membership_once")]


class ApiToken(models.Model):
    """A key to the API for one person in one workspace. Only its hash is kept."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    shown = models.CharField(max_length=12)  # the first letters, to tell tokens apart
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)


class SignInLink(models.Model):
    """A link that signs one person in once. Only its hash is kept."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class AuditEntry(models.Model):
    """Who changed what, when, from what to what. Written in the transaction of the change itself."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="audit")
    at = models.DateTimeField()
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True)
    name = models.CharField(max_length=100)
    via = models.CharField(max_length=10)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "-id"], name="audit_newest")]


class Installation(models.Model):
    """One row: whether somebody has claimed this installation, and the link that lets them."""

    digest = models.CharField(max_length=64, default="")
    claimed_at = models.DateTimeField(null=True, blank=True)
