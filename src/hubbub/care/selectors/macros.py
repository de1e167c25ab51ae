"""Macros that one may run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.models import Macro


@dataclass(frozen=True, slots=True)
class MacroLine:
    """A macro."""

    id: int
    name: str
    own: bool
    deeds: Sequence[Mapping[str, object]]


def macros(access: Access) -> tuple[MacroLine, ...]:
    """Return the macros that one may run: everybody's and one's own, by name."""
    access.require(Permission.READ)
    rows = Macro.objects.filter(workspace_id=access.workspace).order_by("name", "pk")
    mine = [row for row in rows if row.person_id in (None, access.person)]
    return tuple(MacroLine(row.pk, row.name, row.person_id is not None, row.deeds) for row in mine)
