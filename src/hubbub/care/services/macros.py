"""Macros: named lists of deeds, run on a case as one, and undone as one."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.care.core.deeds import AnyDeed, read_deeds
from hubbub.care.models import Macro
from hubbub.care.services.cases.many import Done, do
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean

MOST = 200


@transaction.atomic
def save_macro(
    access: Access, *, macro: int | None = None, name: str, deeds: Sequence[AnyDeed], own: bool, now: datetime
) -> int:
    """Make or change a macro: one's own, or everybody's, which takes a lead."""
    access.require(Permission.WORK if own else Permission.CANNED)
    name = " ".join(clean(name).split())
    if not name or len(name) > 60:
        raise InvalidInput(reason="Give the macro a name of at most 60 characters.")
    row = _macro(access, macro) if macro is not None else Macro(workspace_id=access.workspace)
    person = access.person if own else None
    ours = Macro.objects.filter(workspace_id=access.workspace)
    ours = ours.filter(person_id=access.me) if own else ours.filter(person_id__isnull=True)
    if ours.filter(name__iexact=name).exclude(pk=macro or 0).exists():
        raise Conflict(reason=say("There is a macro {name} already.", name=name))
    if macro is None and ours.count() >= MOST:
        raise Conflict(reason=say("There are {most} macros already. Remove one first.", most=MOST))
    data = msgspec.to_builtins(tuple(deeds))
    read_deeds(data)
    row.name, row.person_id, row.deeds = name, person, data
    row.save()
    audit(access, "macro saved", name, now=now, after={"own": own, "deeds": [each["do"] for each in data]})
    changes.record(access.workspace, "macros", row.pk, now=now)
    return row.pk


@transaction.atomic
def remove_macro(access: Access, macro: int, *, now: datetime) -> None:
    """Remove a macro."""
    row = _macro(access, macro)
    audit(access, "macro removed", row.name, now=now)
    row.delete()
    changes.record(access.workspace, "macros", macro, now=now)


def run_macro(access: Access, macro: int, numbers: Sequence[int], *, now: datetime) -> Done:
    """Do what a macro says to some cases."""
    access.require(Permission.WORK)
    row = Macro.objects.filter(workspace_id=access.workspace, pk=macro, person_id__in=_mine(access)).first()
    row = row or Macro.objects.filter(workspace_id=access.workspace, pk=macro, person_id__isnull=True).first()
    if row is None:
        raise NotFound(what="macro", which=macro)
    return do(access, numbers, read_deeds(row.deeds), words=say("treated with {name}", name=row.name), now=now)


def _mine(access: Access) -> list[int]:
    return [access.person] if access.person is not None else []


def _macro(access: Access, macro: int) -> Macro:
    """Return a macro to change: one's own, or everybody's for who may change those."""
    access.require(Permission.WORK)
    row = Macro.objects.select_for_update().filter(workspace_id=access.workspace, pk=macro).first()
    if row is None or row.person_id not in (None, access.person):
        raise NotFound(what="macro", which=macro)
    if row.person_id is None:
        access.require(Permission.CANNED)
    return row
