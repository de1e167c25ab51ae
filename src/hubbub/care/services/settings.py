"""Playbook versions and canned replies."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.services import audit
from hubbub.care.core.playbook import LATER_PACES, read, shipped
from hubbub.care.models import CannedReply, PlaybookVersion
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound


def first_playbook(access: Access, *, now: datetime) -> None:
    """Give a new workspace version 1; part of the transaction that makes it."""
    PlaybookVersion.objects.create(
        workspace_id=access.workspace, version=1, data=dict(shipped()), note="The default playbook", at=now
    )


@transaction.atomic
def change_playbook(
    access: Access, *, numbers: Mapping[str, float], service_level: Mapping[str, float], note: str, now: datetime
) -> int:
    """Make a new version with other numbers; return its number. What was decided keeps the old one.

    Raises
    ------
    InvalidInput
        If a number is none, or names nothing in the playbook.
    """
    access.require(Permission.PLAYBOOK)
    Workspace.objects.select_for_update().get(pk=access.workspace)
    last = PlaybookVersion.objects.filter(workspace_id=access.workspace).order_by("-version").first()
    data: dict[str, Any] = deepcopy(last.data) if last else deepcopy(dict(shipped()))
    data["service_level_minutes"] = {**LATER_PACES, **data["service_level_minutes"]}
    before = {**data["numbers"], **data["service_level_minutes"]}
    for table, given in (("numbers", numbers), ("service_level_minutes", service_level)):
        if unknown := set(given) - set(data[table]):
            raise InvalidInput(reason=f"The playbook has no number {min(unknown)!r}.")
        data[table].update(given)
    read(data)
    after = {**data["numbers"], **data["service_level_minutes"]}
    changed = {key: value for key, value in after.items() if before[key] != value}
    if not changed:
        raise Conflict(reason="Nothing was changed.")
    version = (last.version if last else 1) + 1
    note = " ".join(note.split())[:200]
    PlaybookVersion.objects.create(
        workspace_id=access.workspace, version=version, data=data, note=note, person_id=access.person, at=now
    )
    audit(
        access, "playbook changed", f"version {version}", now=now, before={k: before[k] for k in changed}, after=changed
    )
    changes.record(access.workspace, "playbook", version, now=now)
    return version


@transaction.atomic
def save_canned(access: Access, *, canned: int | None = None, title: str, text: str, now: datetime) -> int:
    """Make or change a canned reply."""
    access.require(Permission.CANNED)
    title, text = " ".join(title.split()), text.strip()
    if not title or len(title) > 80:
        raise InvalidInput(reason="Give the reply a title of at most 80 characters.")
    if not text or len(text) > 5_000:
        raise InvalidInput(reason="Give the reply words, at most 5,000 characters.")
    if CannedReply.objects.filter(workspace_id=access.workspace, title__iexact=title).exclude(pk=canned or 0).exists():
        raise Conflict(reason=f"There is a reply {title} already.")
    row = _canned(access, canned) if canned is not None else CannedReply(workspace_id=access.workspace)
    before = {"title": row.title, "text": row.text} if canned is not None else None
    row.title, row.text = title, text
    row.save()
    after = {"title": title, "text": text}
    audit(access, "canned reply changed" if before else "canned reply made", title, now=now, before=before, after=after)
    return row.pk


@transaction.atomic
def remove_canned(access: Access, canned: int, *, now: datetime) -> None:
    """Remove a canned reply."""
    access.require(Permission.CANNED)
    row = _canned(access, canned)
    audit(access, "canned reply removed", row.title, now=now, before={"text": row.text})
    row.delete()


def _canned(access: Access, canned: int) -> CannedReply:
    row = CannedReply.objects.select_for_update().filter(workspace_id=access.workspace, pk=canned).first()
    if row is None:
        raise NotFound(what="canned reply", which=canned)
    return row
