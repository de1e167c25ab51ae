"""Who is muted."""

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.views import MuteLine
from hubbub.care.models import Mute
from hubbub.channels.core.values import handle_words

MOST = 500


def mutes(access: Access) -> tuple[MuteLine, ...]:
    """Return who is muted now, the one that ends first on top."""
    access.require(Permission.READ)
    rows = Mute.objects.filter(workspace_id=access.workspace, ended_at__isnull=True).select_related("account", "person")
    return tuple(_line(row) for row in rows.order_by("until", "id")[:MOST])


def mute_of(access: Access, account: int) -> MuteLine | None:
    """Return how an account is muted, None where it is not."""
    access.require(Permission.READ)
    rows = Mute.objects.filter(workspace_id=access.workspace, account=account, ended_at__isnull=True)
    row = rows.select_related("account", "person").first()
    return None if row is None else _line(row)


def _line(row: Mute) -> MuteLine:
    account = row.account
    return MuteLine(
        account=account.pk,
        who=account.name or handle_words(account.channel, account.handle) or account.native,
        handle=account.handle,
        channel=account.channel,
        reason=row.reason,
        by=row.person.name if row.person else "Hubbub",
        at=row.at,
        until=row.until,
        said=account.heard - row.heard,
    )
