"""Playbook versions."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.services import audit
from hubbub.care.core.playbook import LATER_PACES, read
from hubbub.care.models import PlaybookVersion
from hubbub.care.selectors.playbooks import shipped
from hubbub.care.services.leads import stages_of
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput
from hubbub.kernel.speech import say


def first_playbook(access: Access, *, now: datetime) -> None:
    """Give a new workspace version 1; part of the transaction that makes it."""
    stages_of(access.workspace)
    note = access.say("The default playbook")
    data = shipped(access.workspace)
    PlaybookVersion.objects.create(workspace_id=access.workspace, version=1, data=data, note=note, at=now)


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
    data: dict[str, Any] = deepcopy(last.data) if last else shipped(access.workspace)
    data["service_level_minutes"] = {**LATER_PACES, **data["service_level_minutes"]}
    before = {**data["numbers"], **data["service_level_minutes"]}
    for table, given in (("numbers", numbers), ("service_level_minutes", service_level)):
        if unknown := set(given) - set(data[table]):
            raise InvalidInput(reason=say("The playbook has no number {name!r}.", name=min(unknown)))
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
        access,
        "playbook changed",
        say("version {version}", version=version),
        now=now,
        before={k: before[k] for k in changed},
        after=changed,
    )
    changes.record(access.workspace, "playbook", version, now=now)
    return version
