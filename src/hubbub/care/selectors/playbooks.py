"""Reads of the playbook and its versions."""

import json
import zoneinfo
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.selectors import speaking_there
from hubbub.care.core import playbook as playbooks
from hubbub.care.core.playbook import Playbook
from hubbub.care.core.playbook.changes import changes
from hubbub.care.core.views import Draft, DryRunValue, PlaybookLine, Tried
from hubbub.care.models import DecisionRow, DryRun, PlaybookDraft, PlaybookVersion
from hubbub.infra.memory import remembered
from hubbub.kernel.errors import NotFound
from hubbub.kernel.speech import say, speaking, spoken


@remembered
def playbook(workspace: int) -> Playbook:
    """Return the playbook a workspace uses now."""
    row = PlaybookVersion.objects.filter(workspace_id=workspace).order_by("-version").first()
    if row is None:
        return _shipped(workspace)
    return _read(json.dumps(row.data, sort_keys=True), row.version)


def shipped(workspace: int) -> dict[str, Any]:
    """Return the data of the default playbook in a workspace's language; for this domain only."""
    with speaking_there(workspace):
        return playbooks.shipped()


def _shipped(workspace: int) -> Playbook:
    with speaking_there(workspace):
        return _shipped_in(spoken())


@lru_cache(maxsize=8)
def _shipped_in(language: str) -> Playbook:
    with speaking(language):
        return playbooks.read(playbooks.shipped(), 1)


@lru_cache(maxsize=64)
def _read(data: str, version: int) -> Playbook:
    return playbooks.read(json.loads(data), version)


def at_version(workspace: int, version: int) -> Playbook:
    """Return the playbook that decided something, as it was."""
    row = PlaybookVersion.objects.filter(workspace_id=workspace, version=version).first()
    return _shipped(workspace) if row is None else _read(json.dumps(row.data, sort_keys=True), row.version)


def day_end(timezone: str, now: datetime) -> datetime:
    """Return the end of the day in a workspace's own time zone."""
    local = now.astimezone(zoneinfo.ZoneInfo(timezone))
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(now.tzinfo)


def playbook_versions(access: Access) -> tuple[PlaybookLine, ...]:
    """Return the versions of the playbook, newest first."""
    access.require(Permission.READ)
    rows = PlaybookVersion.objects.filter(workspace_id=access.workspace).select_related("person").order_by("-version")
    found = tuple(
        PlaybookLine(row.version, row.note, row.person.name if row.person else "Hubbub", row.at) for row in rows
    )
    if found:
        return found
    made = Workspace.objects.values_list("created_at", flat=True).get(pk=access.workspace)
    return (PlaybookLine(1, say("The default playbook"), "Hubbub", made),)


def data_of(access: Access, version: int | None = None) -> tuple[int, dict[str, Any]]:
    """Return a version of the playbook, else the one in use: its number, and its data."""
    access.require(Permission.READ)
    rows = PlaybookVersion.objects.filter(workspace_id=access.workspace)
    row = (rows if version is None else rows.filter(version=version)).order_by("-version").first()
    if row is None and version not in (None, 1):
        raise NotFound(what="version", which=version)
    data = dict(row.data) if row else shipped(access.workspace)
    data["service_level_minutes"] = {**playbooks.LATER_PACES, **data["service_level_minutes"]}
    return (row.version if row else 1), data


def playbook_draft(access: Access) -> Draft | None:
    """Return one's own draft, if there is one."""
    access.require(Permission.READ)
    row = PlaybookDraft.objects.filter(workspace_id=access.workspace, person_id=access.me).first()
    if row is None:
        return None
    last, _ = data_of(access)
    return Draft(row.base, last, row.data, changes(data_of(access, row.base)[1], row.data), row.at)


PAGE = 50


def dry_run(access: Access, page: int = 1) -> DryRunValue | None:
    """Return one's last dry run, with a page of the posts that would be treated differently."""
    access.require(Permission.PLAYBOOK)
    run = DryRun.objects.filter(workspace_id=access.workspace, person_id=access.me).first()
    if run is None:
        return None
    some = run.posts[(page - 1) * PAGE : page * PAGE]
    rules = {rule["id"]: rule for rule in run.data["rules"]}
    rows = DecisionRow.objects.filter(workspace_id=access.workspace, pk__in=[key for key, _ in some])
    found = {row.pk: row for row in rows.select_related("post", "case")}
    return DryRunValue(
        name=run.name,
        since=run.since,
        until=run.until,
        total=run.total,
        done=run.done,
        tried=run.tried,
        changed=run.changed,
        counts=tuple(
            (*pair.split(">"), number) for pair, number in sorted(run.counts.items(), key=lambda each: -each[1])
        ),
        listed=len(run.posts),
        posts=tuple(_tried(access, found[key], rules.get(rule)) for key, rule in some if key in found),
        page=page,
        pages=max(1, -(-len(run.posts) // PAGE)),
        finished=run.finished,
    )


def _tried(access: Access, row: DecisionRow, rule: Mapping[str, Any] | None) -> Tried:
    was = next((each for each in at_version(access.workspace, row.playbook).rules if each.id == row.rule), None)
    return Tried(
        who=row.post.name or row.post.handle or say("Somebody"),
        text=row.post.text,
        said_at=row.post.said_at,
        channel=row.post.channel,
        case=row.case.number if row.case else None,
        again=row.again,
        reasons=tuple(f"{each['strong']}{each['text']}" for each in row.reasons),
        old=(row.rule, was.name if was else say("Muted"), row.decision, was.say if was else ""),
        new=(rule["id"], rule["name"], rule["decide"], rule["say"]) if rule else ("mute", say("Muted"), "leave", ""),
    )
