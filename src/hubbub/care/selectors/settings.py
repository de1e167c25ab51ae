"""What settings and lists of people show."""

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Membership
from hubbub.care.core.case import Status
from hubbub.care.core.views import (
    Canned,
)
from hubbub.care.models import (
    CannedReply,
    CaseRow,
)
from hubbub.kernel.ids import PersonId


def canned(access: Access) -> tuple[Canned, ...]:
    """Return the canned replies, by title."""
    access.require(Permission.READ)
    rows = CannedReply.objects.filter(workspace_id=access.workspace).order_by("title")
    return tuple(Canned(row.pk, row.title, row.text) for row in rows)


def colleagues(access: Access) -> tuple[tuple[PersonId, str], ...]:
    """Return whom a case can be given to."""
    access.require(Permission.READ)
    rows = Membership.objects.filter(workspace_id=access.workspace).exclude(role="analyst").select_related("person")
    return tuple((PersonId(row.person_id), row.person.name) for row in rows.order_by("person__name"))


def case_counts() -> tuple[int, int]:
    """Return (cases, watches) over all workspaces; for the status command."""
    watching = CaseRow.objects.filter(status=Status.WATCHING).count()
    return CaseRow.objects.count() - watching, watching
