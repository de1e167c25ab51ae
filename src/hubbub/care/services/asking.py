"""Who is to be asked how satisfied they are: planned in the transaction that resolves a case."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hubbub.care.core.rating import OPEN_FOR, is_asked
from hubbub.care.models import CaseRow, Rating
from hubbub.care.selectors.ratings import rating_rules

ABUSIVE = "A1"
"""The playbook's rule about abusive authors; nobody like that is asked."""


def plan(workspace: int, resolved: Iterable[tuple[int, int | None]], now: datetime) -> None:
    """Ask about cases that were just resolved, each given with who did, some time from now."""
    people = dict(resolved)
    rules = rating_rules(workspace) if people else None
    if rules is None or not rules.on:
        return
    rows = list(CaseRow.objects.filter(pk__in=people))
    accounts = {row.account_id for row in rows if row.account_id is not None}
    lately = Rating.objects.filter(account__in=accounts, made_at__gt=now - OPEN_FOR, why_not="")
    asked = set(lately.values_list("account_id", flat=True))
    for row in rows:
        grave = row.alert or row.incident_id is not None or any(each.get("rule") == ABUSIVE for each in row.advice)
        answered = row.first_replied_at is not None
        if row.account_id is None or row.account_id in asked:
            continue
        if is_asked(rules, channel=row.channel, kind=row.kind, answered=answered, grave=grave):
            Rating.objects.create(
                workspace_id=workspace,
                case=row,
                account_id=row.account_id,
                person_id=people[row.pk],
                made_at=now,
                ask_at=now + timedelta(minutes=rules.delay_minutes),
            )
            asked.add(row.account_id)
