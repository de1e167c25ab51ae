"""Macros that one may run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.models import Macro
from hubbub.infra.memory import remembered


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
    return tuple(line for person, line in _macros(access.workspace) if person in (None, access.person))


@remembered
def _macros(workspace: int) -> tuple[tuple[int | None, MacroLine], ...]:
    rows = Macro.objects.filter(workspace_id=workspace).order_by("name", "pk")
    return tuple((row.person_id, MacroLine(row.pk, row.name, row.person_id is not None, row.deeds)) for row in rows)
