"""What people said before: learnt once a watch, forgotten after some weeks."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction

from hubbub.care.core.case import Folder
from hubbub.care.core.past import Word, telling
from hubbub.care.models import AuthorPast, CaseRow, SocialAccount
from hubbub.infra import changes

KEPT = timedelta(days=60)
MOST_WORDS = 10


@transaction.atomic
def learn_past(account: int, words: Sequence[Word], *, now: datetime) -> None:
    """Keep what of somebody's earlier posts tells something, and tell the pages of their watches."""
    row = SocialAccount.objects.select_for_update(of=("self",)).filter(pk=account).first()
    if row is None:
        return  # erased meanwhile
    kept = [{**asdict(word), "said_at": word.said_at.isoformat()} for word in telling(words, MOST_WORDS)]
    counts = {"looked": len(words), "complaining": sum(word.complains for word in words)}
    AuthorPast.objects.update_or_create(account=row, defaults={"read_at": now, "words": kept, **counts})
    watches = CaseRow.objects.filter(account=row, folder=Folder.WATCHING).values_list("pk", flat=True)
    changes.record_many([(row.workspace_id, "case", case) for case in watches], now=now)


def forget_old_pasts(now: datetime) -> None:
    """Forget what people said before once it was read long ago."""
    AuthorPast.objects.filter(read_at__lt=now - KEPT).delete()
