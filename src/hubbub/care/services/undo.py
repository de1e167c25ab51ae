"""Undoing: rows as they were before and after a deed, so that it can be taken back exactly, or said why not.

A deed takes a picture before and after. What differs is kept: rows that changed (each column with both values), rows
that were made, rows that went. Undoing checks that every row still is as the deed left it, then puts it back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.apps import apps
from django.db import models, transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import AuditEntry, Workspace
from hubbub.care.models import CaseRow, Doing, Entry
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, NotFound
from hubbub.kernel.speech import say

Rows = dict[str, dict[str, Any]]  # of one table: by key, then column
Picture = dict[str, Rows]  # by table

KEPT: Final = timedelta(days=30)
"""So long a deed can be undone."""

_ADDED = ("Entry", "Doing")  # lines that a deed added may have been read and joined by others; they go all the same


def picture(*found: models.QuerySet[Any], columns: Mapping[type[models.Model], Sequence[str]] | None = None) -> Picture:
    """Return rows of several tables as plain data; of some tables, some columns are enough."""
    taken: Picture = {}
    for query in found:
        names = (columns or {}).get(query.model) or [each.attname for each in query.model._meta.concrete_fields]
        rows = taken.setdefault(query.model._meta.label, {})
        for values in query.values("pk", *names):
            key = str(values.pop("pk"))
            rows[key] = {name: _plain(value) for name, value in values.items()}
    return taken


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def difference(before: Picture, after: Picture) -> dict[str, Any]:
    """Return what to keep of two pictures: per table, what changed, was made, and went."""
    kept = {}
    for table in sorted(after.keys() | before.keys()):
        old, new = before.get(table, {}), after.get(table, {})
        changed = {
            key: {name: [old[key][name], value] for name, value in row.items() if old[key][name] != value}
            for key, row in new.items()
            if key in old and old[key] != row
        }
        made = {key: row for key, row in new.items() if key not in old}
        went = {key: row for key, row in old.items() if key not in new}
        if changed or made or went:
            kept[table] = {"changed": changed, "made": made, "went": went}
    return kept


def keep(access: Access, words: str, cases: Iterable[int], before: Picture, after: Picture, *, now: datetime) -> int:
    """Note what was done, so that it can be undone; in the transaction of the deed. Returns its id."""
    data = difference(before, after)
    row = Doing.objects.create(
        workspace_id=access.workspace, person_id=access.person, at=now, words=words[:200], cases=list(cases), data=data
    )
    return row.pk


@transaction.atomic
def undo(access: Access, doing: int, *, now: datetime) -> str:
    """Take back what was done, exactly as it was before; return what, in words.

    Raises
    ------
    Conflict
        If it was undone already, or something has happened since that would be lost.
    """
    access.require(Permission.WORK)
    Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)
    row = Doing.objects.select_for_update().filter(workspace_id=access.workspace, pk=doing).first()
    if row is None:
        raise NotFound(what="deed", which=doing)
    if row.undone_at is not None:
        raise Conflict(reason="This was undone already.")
    if now - row.at > KEPT:
        raise Conflict(
            reason=say("This was done more than {days} days ago; it can't be undone any more.", days=KEPT.days)
        )
    cases = {each.pk: each for each in CaseRow.objects.filter(pk__in=row.cases).order_by("pk").select_for_update()}
    numbers = {pk: each.number for pk, each in cases.items()}
    _must_be_as_left(row.data, row.cases, numbers)
    _must_have_all(row.data)
    for table, kept in row.data.items():
        _back(apps.get_model(table), kept)
    made = {int(key) for key in row.data.get("care.CaseRow", {}).get("made", {})}
    CaseRow.objects.filter(pk__in=made).delete()
    row.undone_at = now
    row.save(update_fields=["undone_at"])
    AuditEntry.objects.bulk_create(
        AuditEntry(
            workspace_id=access.workspace, at=now, person_id=access.person, name=access.name, via=access.via,
            action="undo", subject=f"case {number}", before={"done": row.words},
        )
        for number in numbers.values()
    )  # fmt: skip
    changes.record_many([(access.workspace, "case", pk) for pk in cases], now=now)
    return row.words


def forget_old(now: datetime) -> int:
    """Forget deeds that can't be undone any more, with the rows that they kept; return how many."""
    return Doing.objects.filter(at__lt=now - KEPT).delete()[0]


def _must_be_as_left(data: Mapping[str, Any], cases: Sequence[int], numbers: Mapping[int, int]) -> None:
    """Raise Conflict where something happened since that undoing would lose."""
    for table, kept in sorted(data.items(), key=lambda each: each[0] != CaseRow._meta.label):  # cases name themselves
        model = apps.get_model(table)
        left = {key: {name: pair[1] for name, pair in row.items()} for key, row in kept["changed"].items()}
        if model._meta.object_name not in _ADDED:
            left |= kept["made"]
        columns = sorted({name for row in left.values() for name in row})
        if not columns:
            continue
        now_there = picture(model._default_manager.filter(pk__in=left), columns={model: columns})[table]
        for key, row in left.items():
            found = now_there.get(key)
            if found is None and key in kept["made"]:
                continue  # somebody took it away: nothing is left to take back
            if found is None or any(found[name] != value for name, value in row.items()):
                raise Conflict(reason=_moved_on(model, int(key), row, cases, numbers))
    made = {int(key) for key in data.get("care.CaseRow", {}).get("made", {})}
    known = {int(key) for part in ("made", "changed") for key in data.get("care.Entry", {}).get(part, {})}
    said = Entry.objects.filter(case__in=made, kind__in=("reply", "note", "post")).exclude(pk__in=known).first()
    if said is not None:
        raise Conflict(
            reason=say("Something was said in case {number} since; it would be lost.", number=numbers.get(said.case_id))
        )


def _must_have_all(data: Mapping[str, Any]) -> None:
    """Raise Conflict where a row would name something again that was removed since, such as a tag or a team."""
    for table, kept in data.items():
        rows = [{name: pair[0] for name, pair in row.items()} for row in kept["changed"].values()]
        rows += kept["went"].values()
        for each in apps.get_model(table)._meta.concrete_fields:
            if not isinstance(each, models.ForeignKey):
                continue
            named = {row[each.attname] for row in rows if row.get(each.attname) is not None}
            if each.related_model._default_manager.filter(pk__in=named).count() < len(named):
                raise Conflict(reason="Something that this would bring back was removed since, so it can't be undone.")


def _moved_on(
    model: type[models.Model], key: int, row: Mapping[str, Any], cases: Sequence[int], numbers: Mapping[int, int]
) -> str:
    case = key if model is CaseRow else row.get("case_id")
    number = numbers.get(case or 0) or next((numbers[each] for each in cases if each in numbers), None)
    if number is None:
        return say("The case is gone, so this can't be undone.")
    return say("Case {number} has moved on since, so this can't be undone any more.", number=number)


def _back(model: type[models.Model], kept: Mapping[str, Any]) -> None:
    """Put the rows of a table back as they were; made cases are left to the caller, which empties them first."""
    read = _reader(model)
    if kept["changed"]:
        rows = model._default_manager.in_bulk([int(key) for key in kept["changed"]])
        columns: set[str] = set()
        for key, changed in kept["changed"].items():
            row = rows[int(key)]
            for name, (old, _) in changed.items():
                setattr(row, name, read(name, old))
                columns.add(name)
        fields = [each.name for each in model._meta.concrete_fields if each.attname in columns]
        model._default_manager.bulk_update(rows.values(), fields, batch_size=100)
    if kept["made"] and model is not CaseRow:
        model._default_manager.filter(pk__in=[int(key) for key in kept["made"]]).delete()
    if kept["went"]:
        model._default_manager.bulk_create(
            [model(**{name: read(name, value) for name, value in row.items()}) for row in kept["went"].values()],
            ignore_conflicts=True,
        )


def _reader(model: type[models.Model]) -> Callable[[str, Any], Any]:
    fields = {each.attname: each for each in model._meta.concrete_fields}
    times = (models.DateTimeField, models.DateField, models.DecimalField)
    return lambda name, value: fields[name].to_python(value) if isinstance(fields[name], times) else value
