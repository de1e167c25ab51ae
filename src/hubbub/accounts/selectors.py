"""Reads of the accounts domain, and the one door: `enter` and `enter_by_token` make the pass."""

import hashlib
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from hubbub.accounts.core.access import Access, Permission, Role
from hubbub.accounts.core.errors import BadToken
from hubbub.accounts.core.values import Audited, Member, TeamValue, Token, WorkspaceChoice
from hubbub.accounts.models import ApiToken, AuditEntry, Installation, Membership, Person, Team, Workspace
from hubbub.kernel.errors import NotFound
from hubbub.kernel.ids import PersonId, WorkspaceId
from hubbub.kernel.speech import speaking


def digest(secret: str) -> str:
    """The form in which links and tokens are stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def enter(person: PersonId, slug: str, via: str = "web") -> Access:
    """Return a person's pass into a workspace; NotFound for strangers and for what does not exist alike."""
    row = (
        Membership.objects.filter(person_id=person, workspace__slug=slug, person__is_active=True)
        .select_related("workspace", "person")
        .first()
    )
    if row is None:
        raise NotFound(what="workspace", which=slug)
    return _pass(row, via)


def enter_by_token(token: str, now: datetime) -> Access:
    """Return the pass that an API token stands for, and note that it was used."""
    row = (
        ApiToken.objects.filter(digest=digest(token), membership__person__is_active=True)
        .select_related("membership__workspace", "membership__person")
        .first()
    )
    if row is None:
        raise BadToken
    if row.used_at is None or now - row.used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=row.pk).update(used_at=now)
    return _pass(row.membership, "api")


def enter_as_hubbub(workspace: WorkspaceId) -> Access:
    """Return the pass of Hubbub itself, for flows that act on a workspace's behalf."""
    row = Workspace.objects.get(pk=workspace)
    return Access(
        workspace, row.slug, row.name, None, "Hubbub", None,
        via="system", timezone=row.timezone, language=row.language,
    )  # fmt: skip


def speaking_there(workspace: int) -> AbstractContextManager[None]:
    """Speak a workspace's language, for what is written down in it."""
    return speaking(Workspace.objects.values_list("language", flat=True).filter(pk=workspace).first() or "")


def _pass(row: Membership, via: str) -> Access:
    return Access(
        workspace=WorkspaceId(row.workspace_id),
        slug=row.workspace.slug,
        workspace_name=row.workspace.name,
        person=PersonId(row.person_id),
        name=row.person.name,
        role=Role(row.role),
        via=via,
        timezone=row.workspace.timezone,
        language=row.workspace.language,
    )


def workspaces_of(person: PersonId) -> tuple[WorkspaceChoice, ...]:
    """Return the workspaces a person may enter, by name."""
    rows = Membership.objects.filter(person_id=person).select_related("workspace").order_by("workspace__name")
    return tuple(WorkspaceChoice(row.workspace.slug, row.workspace.name, Role(row.role)) for row in rows)


def at_work(workspace: int, since: datetime) -> bool:
    """Say whether somebody who can answer had a page open since then."""
    rows = Membership.objects.filter(workspace_id=workspace, seen_at__gte=since)
    return rows.exclude(role=Role.ANALYST).exists()


def retentions() -> list[tuple[int, int]]:
    """Return for how many days workspaces keep what they hear, of those that do not keep it for good."""
    kept = Workspace.objects.values_list("pk", "keep_days")
    return [(workspace, days) for workspace, days in kept if days is not None]


def kept_days(access: Access) -> int | None:
    """Return for how many days a workspace keeps what it hears; None: for good."""
    found: int | None = Workspace.objects.values_list("keep_days", flat=True).get(pk=access.workspace)
    return found


def calling_code(access: Access) -> str:
    """Return to which country telephone numbers belong that name none, as its calling code; "" where none is set."""
    found: str = Workspace.objects.values_list("calling_code", flat=True).get(pk=access.workspace)
    return found


def members(access: Access) -> tuple[Member, ...]:
    """Return everybody who works in the workspace, by name."""
    access.require(Permission.READ)
    rows = Membership.objects.filter(workspace_id=access.workspace).select_related("person", "team")
    return tuple(
        Member(
            PersonId(row.person_id),
            row.person.name,
            row.person.email,
            Role(row.role),
            row.team.name if row.team else None,
            row.team_id,
            row.person.last_login,
        )
        for row in rows.order_by("person__name", "person_id")
    )


def teams(access: Access) -> tuple[TeamValue, ...]:
    """Return the workspace's teams, by name."""
    access.require(Permission.READ)
    rows = Team.objects.filter(workspace_id=access.workspace).prefetch_related("memberships").order_by("name")
    return tuple(TeamValue(row.pk, row.name, len(row.memberships.all())) for row in rows)


def tokens(access: Access) -> tuple[Token, ...]:
    """Return one's own API tokens in this workspace, newest first."""
    rows = ApiToken.objects.filter(membership__workspace_id=access.workspace, membership__person_id=access.me).order_by(
        "-id"
    )
    return tuple(Token(row.pk, row.name, row.shown, row.created_at, row.used_at) for row in rows)


def audit_log(
    access: Access, before: int | None = None, limit: int = 50, *, by_people: bool = False
) -> tuple[Audited, ...]:
    """Return what was changed, newest first, by anybody or by people only.

    `before` is the id of the last line already seen.
    """
    access.require(Permission.AUDIT)
    rows = AuditEntry.objects.filter(workspace_id=access.workspace).order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if by_people:
        rows = rows.exclude(via="system")
    found = list(rows[:limit])
    sides = [side for row in found for side in (row.before, row.after) if isinstance(side, dict)]
    owners = {side["owner"] for side in sides if isinstance(side.get("owner"), int)}
    names = dict(Person.objects.filter(pk__in=owners).values_list("pk", "name")) if owners else {}
    for side in sides:
        if side.get("owner") in names:
            side["owner"] = names[side["owner"]]
    return tuple(
        Audited(row.pk, row.at, row.name, row.via, row.action, row.subject, row.before, row.after) for row in found
    )


def claimed() -> bool:
    """Say whether this installation has a first manager."""
    return Installation.objects.filter(claimed_at__isnull=False).exists()
