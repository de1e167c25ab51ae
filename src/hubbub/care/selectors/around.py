"""What stands around a case, found by one question: a page then asks for nothing that is not there."""

from typing import Final

from django.db import models

from hubbub.care.models import (
    Article,
    AuthorPast,
    CallBack,
    CaseLink,
    CaseRow,
    CaseTag,
    Draft,
    FieldValue,
    Lead,
    Mute,
    PendingReply,
    Rating,
)
from hubbub.infra.db import having

_OF_CASE: Final[tuple[tuple[str, type[models.Model], str], ...]] = (
    ("tags", CaseTag, "case_id = %s"),
    ("drafts", Draft, "case_id = %s"),
    ("pending", PendingReply, "case_id = %s"),
    ("fields", FieldValue, "case_id = %s"),
    ("task", CallBack, "case_id = %s AND done_at IS NULL"),
    ("links", CaseLink, "case_id = %s"),
    ("linked", CaseLink, "other_id = %s"),
    ("articles", Article, "case_id = %s"),
    ("rating", Rating, "case_id = %s"),
    ("lead", Lead, "case_id = %s"),
)
_OF_ACCOUNT: Final[tuple[tuple[str, type[models.Model], str], ...]] = (
    ("past", AuthorPast, "account_id = %s"),
    ("mute", Mute, "account_id = %s AND ended_at IS NULL"),
)


def around(row: CaseRow) -> frozenset[str]:
    """Return what there is of a case and of its account, by the names above, and 'incident'; for this domain only."""
    asked = [(name, model, where, row.pk) for name, model, where in _OF_CASE]
    asked += [(name, model, where, row.account_id) for name, model, where in _OF_ACCOUNT if row.account_id]
    found = having(asked)
    return found | {"incident"} if row.incident_id else found
