"""The row of a case, for who reads of it."""

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.models import CaseRow
from hubbub.kernel.errors import NotFound


def case_row(access: Access, number: int) -> CaseRow:
    """Return the row of a case with its people, by its number; for this domain only."""
    access.require(Permission.READ)
    rows = CaseRow.objects.filter(workspace_id=access.workspace, number=number)
    row = rows.select_related("owner", "account__customer", "wrap_up").first() if 0 <= number < 2**63 else None
    if row is None:
        raise NotFound(what="case", which=number)
    return row
