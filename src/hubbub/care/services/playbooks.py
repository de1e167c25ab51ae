"""A playbook changed by people: a draft of one's own, then a version; and back to an older one."""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.services import audit
from hubbub.care.core.playbook import LATER_PACES, read
from hubbub.care.core.playbook.changes import changes, together
from hubbub.care.models import PlaybookDraft, PlaybookVersion
from hubbub.care.selectors.playbooks import shipped
from hubbub.infra import changes as change_log
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import say, speaking

TABLES = ("rules", "triggers")
MOST_RULES = 200
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,11}", re.ASCII)
Data = dict[str, Any]


def newest(workspace: int) -> tuple[int, Data]:
    """Return the version in use, and a copy of its data. For this domain only."""
    row = PlaybookVersion.objects.filter(workspace_id=workspace).order_by("-version").first()
    data: Data = deepcopy(row.data if row else shipped(workspace))
    data["service_level_minutes"] = {**LATER_PACES, **data["service_level_minutes"]}
    return (row.version if row else 1), data


def _draft(access: Access, now: datetime) -> PlaybookDraft:
    """Return one's draft, made from the version in use where there is none."""
    access.require(Permission.PLAYBOOK)
    Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)
    row = PlaybookDraft.objects.filter(workspace_id=access.workspace, person_id=access.me).first()
    if row is None:
        base, data = newest(access.workspace)
        row = PlaybookDraft(workspace_id=access.workspace, person_id=access.me, base=base, data=data)
    row.at = now
    return row


def _edit(access: Access, work: Callable[[Data], object], now: datetime) -> None:
    row = _draft(access, now)
    work(row.data)
    read(row.data)
    row.save()


@transaction.atomic
def put(
    access: Access, table: str, each: Mapping[str, Any], *, instead_of: str = "", before: str = "", now: datetime
) -> None:
    """Put a rule or trigger into one's draft, in the place of another or, as a new one, at its place.

    A new rule stands before the last one, which matches everything; a new trigger stands last.

    Parameters
    ----------
    before : the rule that it is read before, new or not; empty: at its place
    """
    if not _ID.fullmatch(str(each.get("id", ""))):
        raise InvalidInput(
            reason="A short name has at most 12 letters, digits, dots or dashes, like P7 or late-1.", field="id"
        )

    def work(data: Data) -> None:
        rows = data.setdefault(table, [])
        if any(row["id"] == each["id"] and row["id"] != instead_of for row in rows):
            raise InvalidInput(
                reason=say("There is a rule {rule} already; give this one another short name.", rule=each["id"]),
                field="id",
            )
        if instead_of:
            rows[_place(rows, instead_of)] = dict(each)
            for row in rows:
                if row.get("again") == instead_of:
                    row["again"] = each["id"]
        else:
            if len(rows) >= MOST_RULES:
                raise InvalidInput(reason=say("A playbook has at most {most} rules.", most=MOST_RULES))
            rows.insert(_place_of_new(rows, each, table), dict(each))
        if before and before != each["id"] and not each.get("again") and not each.get("also"):
            row = rows.pop(_place(rows, each["id"]))
            rows.insert(_place(rows, before), row)

    _edit(access, work, now)


def _place(rows: list[Data], key: str) -> int:
    place = next((place for place, row in enumerate(rows) if row["id"] == key), None)
    if place is None:
        raise NotFound(what="rule", which=key)
    return place


def _place_of_new(rows: list[Data], each: Mapping[str, Any], table: str) -> int:
    """After its parent and what re-decides that too; a rule for everybody before the last that decides."""
    if again := each.get("again"):
        return max((place for place, row in enumerate(rows) if again in (row["id"], row.get("again"))), default=0) + 1
    if table == "triggers" or each.get("also"):
        return len(rows)
    plain = [place for place, row in enumerate(rows) if not row.get("again") and not row.get("also")]
    return plain[-1] if plain else len(rows)


@transaction.atomic
def move(access: Access, table: str, key: str, *, up: bool, now: datetime) -> None:
    """Let a rule be read before or after its neighbour of the same parent."""

    def work(data: Data) -> None:
        rows = data.get(table, [])
        here = _place(rows, key)
        family = [
            place
            for place, row in enumerate(rows)
            if row.get("again") == rows[here].get("again") and bool(row.get("also")) == bool(rows[here].get("also"))
        ]
        there = family.index(here) + (-1 if up else 1)
        if 0 <= there < len(family):
            other = family[there]
            rows[here], rows[other] = rows[other], rows[here]

    _edit(access, work, now)


@transaction.atomic
def switch(access: Access, table: str, key: str, *, on: bool, now: datetime) -> None:
    """Switch a rule on or off; what is off is kept."""

    def work(data: Data) -> None:
        rows = data.get(table, [])
        row = rows[_place(rows, key)]
        row.pop("off", None)
        if not on:
            row["off"] = True

    _edit(access, work, now)


@transaction.atomic
def copy(access: Access, table: str, key: str, *, now: datetime) -> str:
    """Put a copy behind a rule, switched off; return its short name."""
    made = ""

    def work(data: Data) -> None:
        nonlocal made
        rows = data.get(table, [])
        place = _place(rows, key)
        known = {row["id"] for row in rows}
        made = next(name for n in range(2, MOST_RULES + 3) if (name := f"{key[:8]}-{n}") not in known)
        rows.insert(place + 1, {**deepcopy(rows[place]), "id": made, "off": True})

    _edit(access, work, now)
    return made


@transaction.atomic
def remove(access: Access, table: str, key: str, *, now: datetime) -> None:
    """Take a rule out of one's draft."""

    def work(data: Data) -> None:
        rows = data.get(table, [])
        place = _place(rows, key)
        children = [row["id"] for row in rows if row.get("again") == key]
        if children:
            raise Conflict(
                reason=say(
                    "{rules} decide {rule} again. Remove them first, or switch {rule} off.",
                    rules=", ".join(children),
                    rule=key,
                )
            )
        del rows[place]

    _edit(access, work, now)


@transaction.atomic
def set_numbers(
    access: Access, *, numbers: Mapping[str, float], service_level: Mapping[str, float], now: datetime
) -> None:
    """Change numbers in one's draft."""

    def work(data: Data) -> None:
        for table, given in (("numbers", numbers), ("service_level_minutes", service_level)):
            if unknown := set(given) - set(data[table]):
                raise InvalidInput(reason=say("The playbook has no number {number!r}.", number=min(unknown)))
            data[table].update(given)

    _edit(access, work, now)


@transaction.atomic
def take_in(access: Access, data: Mapping[str, Any], *, now: datetime) -> None:
    """Make a whole playbook, as a file has it, one's draft."""
    read(data)
    row = _draft(access, now)
    row.data = dict(data)
    row.save()


@transaction.atomic
def discard(access: Access, *, now: datetime) -> None:
    """Throw one's draft away."""
    access.require(Permission.PLAYBOOK)
    PlaybookDraft.objects.filter(workspace_id=access.workspace, person_id=access.me).delete()


@transaction.atomic
def put_together(access: Access, *, now: datetime) -> tuple[str, ...]:
    """Bring a colleague's newer version into one's draft; return what both changed, where one's own stands."""
    row = _draft(access, now)
    version, theirs = newest(access.workspace)
    merged, torn = together(_of(access.workspace, row.base), row.data, theirs)
    read(merged)
    row.base, row.data = version, merged
    row.save()
    return torn


@transaction.atomic
def save(access: Access, *, note: str, over: int, now: datetime) -> int:
    """Make one's draft the version in use; return its number.

    Parameters
    ----------
    over : the newest version that the person has seen

    Raises
    ------
    Conflict
        If a colleague made a version meanwhile, or nothing was changed. The draft stays.
    """
    access.require(Permission.PLAYBOOK)
    Workspace.objects.select_for_update().get(pk=access.workspace)
    row = PlaybookDraft.objects.filter(workspace_id=access.workspace, person_id=access.me).first()
    if row is None:
        raise Conflict(reason="Nothing was changed.")
    last, used = newest(access.workspace)
    if last not in (row.base, over):
        raise Conflict(
            reason=say(
                "A colleague made version {version} meanwhile. Your draft is kept: look at both first.", version=last
            )
        )
    version = _make(access, row.data, last, used, note, now)
    row.delete()
    return version


@transaction.atomic
def go_back(access: Access, version: int, *, now: datetime) -> int:
    """Use an old version again: it becomes a new one; return its number."""
    access.require(Permission.PLAYBOOK)
    Workspace.objects.select_for_update().get(pk=access.workspace)
    last, used = newest(access.workspace)
    note = access.say("Back to version {version}", version=version)
    return _make(access, _of(access.workspace, version), last, used, note, now)


def _of(workspace: int, version: int) -> Data:
    row = PlaybookVersion.objects.filter(workspace_id=workspace, version=version).first()
    if row is None and version != 1:
        raise NotFound(what="version", which=version)
    data: Data = deepcopy(row.data if row else shipped(workspace))
    data["service_level_minutes"] = {**LATER_PACES, **data["service_level_minutes"]}
    return data


def _make(access: Access, data: Data, last: int, used: Data, note: str, now: datetime) -> int:
    """Write a version; part of the transaction that decided to."""
    with speaking(access.language):
        found = changes(used, data)
    if not found:
        raise Conflict(reason="Nothing was changed.")
    read(data)
    _date(data, used, now)
    version = last + 1
    PlaybookVersion.objects.create(
        workspace_id=access.workspace,
        version=version,
        data=data,
        note=" ".join(note.split())[:200],
        person_id=access.person,
        at=now,
    )
    audit(
        access,
        "playbook changed",
        f"version {version}",
        now=now,
        before={each.what: each.before for each in found},
        after={each.what: each.after for each in found},
    )
    change_log.record(access.workspace, "playbook", version, now=now)
    return version


def _date(data: Data, used: Data, now: datetime) -> None:
    """Note since when each trigger is on: what happened before is none of its business."""
    before = {each["id"]: each for each in used.get("triggers", []) if not each.get("off")}
    for each in data.get("triggers", []):
        was = before.get(each["id"])
        same = was is not None and (was["event"], was.get("after")) == (each["event"], each.get("after"))
        each["since"] = was.get("since", now.isoformat()) if same and was else now.isoformat()
