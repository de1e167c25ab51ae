"""Writes of the accounts domain; each is one transaction and leaves a line in the audit log."""

import json
import secrets
import zoneinfo
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify

from hubbub.accounts import selectors
from hubbub.accounts.core.access import Access, Permission, Role
from hubbub.accounts.core.errors import LastOwner, LinkSpent, NotYours
from hubbub.accounts.models import (
    ApiToken,
    AuditEntry,
    Installation,
    Membership,
    Person,
    SignInLink,
    Team,
    Workspace,
)
from hubbub.infra import memory
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.ids import PersonId, WorkspaceId
from hubbub.kernel.speech import LANGUAGES, mark, say, spoken
from hubbub.kernel.text import naming

LEAST_KEPT_DAYS, MOST_KEPT_DAYS = 7, 3_650
THEMES = ("", "light", "dark")
SEEN_EVERY = timedelta(seconds=10)


def audit(access: Access, action: str, subject: str, *, now: datetime, before: Any = None, after: Any = None) -> int:
    """Note a change; return its line. Call it inside the transaction of the change."""
    memory.forget(access.workspace)
    row = AuditEntry.objects.create(
        workspace_id=access.workspace,
        at=now,
        person_id=access.person,
        name=access.name,
        via=access.via,
        action=action,
        subject=subject[:120],
        before=before,
        after=after,
    )
    return row.pk


def audit_came_to(line: int, after: Any) -> None:
    """Note what something that takes long came to, in the line that was written when it began."""
    AuditEntry.objects.filter(pk=line).update(after=after)


# First run and links ------------------------------------------------------
def offer_first_run() -> str | None:
    """Return a fresh first-run token, or None once somebody has claimed the installation."""
    if selectors.claimed():
        return None
    token = secrets.token_urlsafe(24)
    Installation.objects.update_or_create(pk=1, defaults={"digest": selectors.digest(token)})
    return token


def first_run_open(token: str) -> bool:
    """Say whether a first-run token is the one last offered and still unclaimed."""
    return Installation.objects.filter(digest=selectors.digest(token), claimed_at__isnull=True).exists()


@transaction.atomic
def claim(
    token: str, *, name: str, email: str, password: str, workspace: str, timezone: str, now: datetime
) -> tuple[PersonId, Access]:
    """Make the first person, their workspace and their ownership, or change nothing.

    Raises
    ------
    NotYours
        If the token is not the one printed at start, or was used.
    InvalidInput
        If a field can't be used.
    """
    taken = Installation.objects.filter(digest=selectors.digest(token), claimed_at__isnull=True).update(claimed_at=now)
    if taken != 1:
        raise NotYours
    person = make_person(email=email, name=name, password=password)
    return person, make_workspace(owner=person, name=workspace, timezone=timezone, now=now)


@transaction.atomic
def claim_unattended(*, name: str, email: str, workspace: str, timezone: str, now: datetime) -> Access:
    """Make the first person without a password, as the demo does: they come in by a sign-in link.

    Raises
    ------
    Conflict
        If somebody has claimed the installation.
    """
    Installation.objects.get_or_create(pk=1)
    if Installation.objects.filter(pk=1, claimed_at__isnull=True).update(claimed_at=now) != 1:
        raise Conflict(reason="This installation has an owner already.")
    person = make_person(email=email, name=name)
    return make_workspace(owner=person, name=workspace, timezone=timezone, now=now)


@transaction.atomic
def make_link(person: PersonId, now: datetime, lifetime: timedelta = timedelta(days=2)) -> str:
    """Return the secret part of a link that signs a person in once."""
    secret = secrets.token_urlsafe(24)
    SignInLink.objects.filter(expires_at__lt=now).delete()
    SignInLink.objects.create(person_id=person, digest=selectors.digest(secret), expires_at=now + lifetime)
    return secret


def use_link(secret: str, now: datetime) -> Person:
    """Spend a sign-in link and return whom it signs in; raise LinkSpent if it can't be used."""
    links = SignInLink.objects.filter(digest=selectors.digest(secret), used_at__isnull=True, expires_at__gt=now)
    # A condition across a join would be asked in a subquery, which PostgreSQL does not ask again when it
    # has waited for somebody who spent the link meanwhile; conditions on the row itself it does.
    if links.filter(person__in=Person.objects.filter(is_active=True)).update(used_at=now) != 1:
        raise LinkSpent
    return SignInLink.objects.select_related("person").get(digest=selectors.digest(secret)).person


# People and workspaces ----------------------------------------------------
def make_person(*, email: str, name: str, password: str | None = None) -> PersonId:
    """Make somebody who can sign in; part of a larger transaction."""
    name, email = " ".join(name.split()), email.strip().lower()
    if not name or len(name) > 100:
        raise InvalidInput(reason="Give a name of at most 100 characters.")
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidInput(reason=say("{text} is no e-mail address.", text=email or say("An empty text"))) from None
    if Person.objects.filter(email=email).exists():
        raise Conflict(reason=say("Somebody with the address {email} is here already.", email=email))
    check_password(password, Person(email=email, name=name))
    return PersonId(Person.objects.create_user(email, password, name=name).pk)


def check_password(password: str | None, person: Person) -> None:
    """Raise InvalidInput with what is wrong with a password, in words."""
    if password is None:
        return
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise InvalidInput(reason=" ".join(error.messages)) from None


@transaction.atomic
def make_workspace(*, owner: PersonId, name: str, timezone: str, now: datetime) -> Access:
    """Make a workspace and its first owner; return the owner's pass. It writes in the language being spoken."""
    name = _workspace_name(name)
    _check_timezone(timezone)
    base = slugify(name)[:34] or "desk"
    taken = set(Workspace.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug = next(each for each in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if each not in taken)
    row = Workspace.objects.create(slug=slug, name=name, timezone=timezone, language=spoken())
    Membership.objects.create(workspace=row, person_id=owner, role=Role.OWNER)
    access = selectors.enter(owner, slug)
    audit(access, "workspace made", name, now=now)
    return access


@transaction.atomic
def change_workspace(
    access: Access, *, name: str, timezone: str, calling_code: str = "", language: str = "", now: datetime
) -> None:
    """Rename a workspace, move its clock, say to which country bare telephone numbers belong, or what it speaks."""
    access.require(Permission.WORKSPACE)
    after = {"name": _workspace_name(name), "timezone": timezone, "calling_code": _calling_code(calling_code)}
    _check_timezone(timezone)
    if language:
        _check_language(language)
        after["language"] = language
    row = Workspace.objects.select_for_update().get(pk=access.workspace)
    before = {field: getattr(row, field) for field in after}
    for field, value in after.items():
        setattr(row, field, value)
    row.save(update_fields=list(after))
    audit(access, "workspace changed", row.name, now=now, before=before, after=after)


def _calling_code(text: str) -> str:
    digits = text.strip().removeprefix("+").removeprefix("00")
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) <= 3 and digits[0] != "0"):
        raise InvalidInput(reason="A country’s calling code has one to three digits, such as 49.")
    return digits


@transaction.atomic
def keep_posts_for(access: Access, days: int | None, *, now: datetime) -> None:
    """Say for how many days heard posts are kept, None for good; the worker removes older ones each night."""
    access.require(Permission.WORKSPACE)
    if days is not None and not LEAST_KEPT_DAYS <= days <= MOST_KEPT_DAYS:
        words = say("Keep posts for {least} to {most:,} days, or for good.", least=LEAST_KEPT_DAYS, most=MOST_KEPT_DAYS)
        raise InvalidInput(reason=words)
    row = Workspace.objects.select_for_update().get(pk=access.workspace)
    if row.keep_days != days:
        audit(access, "retention changed", row.name, now=now, before=row.keep_days, after=days)
        row.keep_days = days
        row.save(update_fields=["keep_days"])


def _workspace_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise InvalidInput(reason="Give the workspace a name of at most 80 characters.")
    return name


def _check_timezone(timezone: str) -> None:
    if timezone not in zoneinfo.available_timezones():
        raise InvalidInput(reason=say("There is no time zone {name!r}; give one like Europe/London.", name=timezone))


@transaction.atomic
def invite(access: Access, *, email: str, name: str, role: Role, team: int | None = None, now: datetime) -> str | None:
    """Let somebody work here; return the secret of a link that signs them in once.

    Somebody who works in another workspace too keeps their name and password and gets no link: a link
    would let one client's manager into another client's desk. Links still open end for the same reason.
    """
    _may_give(access, role)
    email = email.strip().lower()
    known = Person.objects.filter(email=email).first()
    elsewhere = known is not None and Membership.objects.filter(person=known).exists()
    person = PersonId(known.pk) if known else make_person(email=email, name=name)
    if Membership.objects.filter(workspace_id=access.workspace, person_id=person).exists():
        raise Conflict(reason=say("{email} works here already.", email=email))
    Membership.objects.create(workspace_id=access.workspace, person_id=person, role=role, team_id=_team(access, team))
    audit(access, "person added", email, now=now, after={"role": role.value})
    if elsewhere:
        SignInLink.objects.filter(person_id=person).delete()
        return None
    return make_link(person, now)


@transaction.atomic
def change_member(access: Access, person: PersonId, *, role: Role, team: int | None, now: datetime) -> None:
    """Change somebody's role or team."""
    row = _membership(access, person)
    _may_give(access, role)
    _may_give(access, Role(row.role))
    if Role(row.role) is Role.OWNER and role is not Role.OWNER:
        _keep_an_owner(row)
    before = {"role": row.role, "team": row.team_id}
    row.role, row.team_id = role, _team(access, team)
    row.save(update_fields=["role", "team"])
    audit(
        access,
        "role changed",
        row.person.email,
        now=now,
        before=before,
        after={"role": role.value, "team": row.team_id},
    )


@transaction.atomic
def remove_member(access: Access, person: PersonId, *, now: datetime) -> None:
    """End somebody's work here, with their tokens. What they wrote stays under their name."""
    row = _membership(access, person)
    _may_give(access, Role(row.role))
    if Role(row.role) is Role.OWNER:
        _keep_an_owner(row)
    audit(access, "person removed", row.person.email, now=now, before={"role": row.role})
    row.delete()


@transaction.atomic
def new_link(access: Access, person: PersonId, *, now: datetime) -> str:
    """Return the secret of a new sign-in link for somebody who works here and only here."""
    row = _membership(access, person)
    _may_give(access, Role(row.role))
    if Membership.objects.filter(person_id=person).exclude(workspace_id=access.workspace).exists():
        words = mark("{name} works in other workspaces too; only they can reset their sign-in.")
        raise Conflict(reason=say(words, name=row.person.name))
    audit(access, "sign-in link made", row.person.email, now=now)
    return make_link(person, now)


def _may_give(access: Access, role: Role) -> None:
    access.require(Permission.OWNERS if role is Role.OWNER else Permission.PEOPLE)


def _membership(access: Access, person: PersonId) -> Membership:
    """Return somebody's membership, locked; one change of people at a time, so that an owner is always left."""
    access.require(Permission.PEOPLE)
    Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)
    row = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(workspace_id=access.workspace, person_id=person)
        .first()
    )
    if row is None:
        raise NotFound(what="person", which=person)
    return row


def _keep_an_owner(row: Membership) -> None:
    owners = Membership.objects.filter(workspace_id=row.workspace_id, role=Role.OWNER)
    if not owners.exclude(pk=row.pk).exists():
        raise LastOwner(name=row.person.name)


def _team(access: Access, team: int | None) -> int | None:
    if team is None:
        return None
    if not Team.objects.filter(workspace_id=access.workspace, pk=team).exists():
        raise NotFound(what="team", which=team)
    return team


@transaction.atomic
def make_team(access: Access, name: str, *, now: datetime) -> int:
    """Make a team."""
    access.require(Permission.PEOPLE)
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise InvalidInput(reason="Give the team a name of at most 60 characters.")
    if Team.objects.filter(workspace_id=access.workspace, name__iexact=name).exists():
        raise Conflict(reason=say("There is a team {name} already.", name=name))
    row = Team.objects.create(workspace_id=access.workspace, name=name)
    audit(access, "team made", name, now=now)
    return row.pk


@transaction.atomic
def remove_team(access: Access, team: int, *, now: datetime) -> None:
    """Dissolve a team; its people stay."""
    access.require(Permission.PEOPLE)
    row = Team.objects.filter(workspace_id=access.workspace, pk=team).first()
    if row is None:
        raise NotFound(what="team", which=team)
    audit(access, "team removed", row.name, now=now)
    row.delete()


# Oneself ------------------------------------------------------------------
@transaction.atomic
def make_token(access: Access, name: str, *, now: datetime) -> str:
    """Make an API token for oneself in this workspace; it is shown this once."""
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise InvalidInput(reason="Give the token a name of at most 60 characters, so that you know it again.")
    token = f"hb_{secrets.token_urlsafe(32)}"
    membership = Membership.objects.get(workspace_id=access.workspace, person_id=access.me)
    ApiToken.objects.create(membership=membership, name=name, digest=selectors.digest(token), shown=token[:9])
    audit(access, "token made", name, now=now)
    return token


@transaction.atomic
def revoke_token(access: Access, token: int, *, now: datetime) -> None:
    """End one of one's own tokens."""
    row = ApiToken.objects.filter(
        pk=token, membership__workspace_id=access.workspace, membership__person_id=access.me
    ).first()
    if row is None:
        raise NotFound(what="token", which=token)
    audit(access, "token revoked", row.name, now=now)
    row.delete()


@transaction.atomic
def change_self(person: PersonId, *, name: str, theme: str, language: str = "") -> None:
    """Change one's own name, colours and language; an empty language is the browser's."""
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise InvalidInput(reason="Give a name of at most 100 characters.")
    if theme not in THEMES:
        raise InvalidInput(reason="A theme is light, dark or the system's own.")
    if language:
        _check_language(language)
    Person.objects.filter(pk=person).update(name=name, theme=theme, language=language)


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise InvalidInput(reason=say("Hubbub speaks {languages}.", languages=", ".join(LANGUAGES.values())))


def note_seen(access: Access, *, now: datetime) -> None:
    """Note that a page of somebody is open; once in some seconds is enough."""
    rows = Membership.objects.filter(workspace_id=access.workspace, person_id=access.me)
    rows.filter(Q(seen_at__isnull=True) | Q(seen_at__lt=now - SEEN_EVERY)).update(seen_at=now)


def forget_sessions(now: datetime) -> int:
    """Forget who was signed in and has not been here for so long that they must do it again; return how many."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def workspace_named(slug: str) -> WorkspaceId:
    """Return the id of a workspace for the command line, which runs as the installation's operator."""
    row = Workspace.objects.filter(slug=slug).first()
    if row is None:
        known = ", ".join(Workspace.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise InvalidInput(reason=f"There is no workspace {slug!r}; there are: {known}.")
    return WorkspaceId(row.pk)


@transaction.atomic
def change_password(person: PersonId, *, old: str, new: str) -> None:
    """Choose a password; the old one is asked for where there is one."""
    row = Person.objects.select_for_update().get(pk=person)
    if row.has_usable_password() and not row.check_password(old):
        raise InvalidInput(reason="The old password is not right.")
    check_password(new, row)
    row.set_password(new)
    row.save(update_fields=["password"])


def hush_audit(workspace: int, names: Iterable[str], *, now: datetime) -> None:
    """Let the audit log of a workspace name somebody no more: what was done, by whom and when stays. On erasure."""
    some = {name for name in names if name}
    if not some:
        return
    named = naming(some)
    with selectors.speaking_there(workspace):
        somebody = say("somebody")
    for row in AuditEntry.objects.filter(workspace_id=workspace, at__lte=now).iterator(1_000):
        told = (row.subject, json.dumps(row.before, ensure_ascii=False), json.dumps(row.after, ensure_ascii=False))
        hushed = [named.sub(somebody, text) for text in told]
        if list(told) != hushed:
            AuditEntry.objects.filter(pk=row.pk).update(
                subject=hushed[0], before=json.loads(hushed[1]), after=json.loads(hushed[2])
            )
