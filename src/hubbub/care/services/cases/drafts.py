"""Drafts: what somebody writes is kept as they write it, a draft a case, person and way."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from hubbub.accounts.core.access import Access
from hubbub.care.core.answering import Mode
from hubbub.care.core.errors import NewerDraft
from hubbub.care.models import CaseRow, Draft
from hubbub.care.services.cases.row import lock
from hubbub.infra import changes
from hubbub.kernel.details import File
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.text import clean

MAX_DRAFT = 20_000
EMPTY_FOR = timedelta(days=1)


@transaction.atomic
def keep_draft(access: Access, number: int, *, mode: str, text: str, seen: int, now: datetime) -> int:
    """Keep what somebody has written so far; return the draft's version.

    `seen`: the version the page last knew. An older one changes nothing, so that neither another
    window nor a save that comes after its words were sent undoes what is newer.

    Raises
    ------
    NewerDraft
        If other words were saved since `seen`.
    """
    row = lock(access, number)
    if mode not in set(Mode):
        raise InvalidInput(reason="Say who will see it: public, private or note.")
    text = clean(text)[:MAX_DRAFT]
    draft = _draft(access, row, mode, now)
    if draft.text == text:
        return draft.version
    if draft.version != seen:
        raise NewerDraft
    _write(access, row, draft, text, now)
    return draft.version


def draft_spent(access: Access, row: CaseRow, mode: str, text: str, now: datetime) -> None:
    """The words were taken: their draft is empty again. Words that changed on the way stay."""
    draft = Draft.objects.filter(case=row, person_id=access.me, mode=mode).first()
    if draft is not None and (draft.text or draft.files) and draft.text.strip() == text:
        draft.files = []
        _write(access, row, draft, "", now)


def put_back(access: Access, row: CaseRow, mode: str, text: str, files: Sequence[File], now: datetime) -> None:
    """Bring words back into the composer, before what stands there already.

    Where the same words stand there, as when they were kept once more on their way, they are not said twice.
    """
    draft = _draft(access, row, mode, now)
    kept = [*msgspec.to_builtins(files), *draft.files]
    draft.files = list({each["ref"]: each for each in kept}.values())
    there = "" if draft.text.strip() == text.strip() else draft.text
    _write(access, row, draft, "\n\n".join(filter(None, (text, there))), now)


@transaction.atomic
def drop_draft_file(access: Access, number: int, *, mode: str, ref: str, now: datetime) -> None:
    """Leave a file out of a draft."""
    row = lock(access, number)
    draft = _draft(access, row, mode, now)
    draft.files = [each for each in draft.files if each["ref"] != ref]
    draft.save(update_fields=["files"])


def files_of_draft(access: Access, number: int, mode: str) -> tuple[File, ...]:
    """Return the files that stand in somebody's draft."""
    rows = Draft.objects.filter(case__workspace_id=access.workspace, case__number=number, person_id=access.me)
    data = rows.filter(mode=mode).values_list("files", flat=True).first()
    return msgspec.convert(data or [], tuple[File, ...])


def forget_empty_drafts(now: datetime) -> int:
    """Remove drafts that have long been empty; return how many."""
    return Draft.objects.filter(text="", files=[], saved_at__lt=now - EMPTY_FOR).delete()[0]


def _draft(access: Access, row: CaseRow, mode: str, now: datetime) -> Draft:
    found, _ = Draft.objects.get_or_create(case=row, person_id=access.me, mode=mode, defaults={"saved_at": now})
    return found


def _write(access: Access, row: CaseRow, draft: Draft, text: str, now: datetime) -> None:
    began = bool(draft.text) != bool(text)
    draft.text, draft.saved_at, draft.version = text, now, draft.version + 1
    draft.save()
    if began:  # colleagues see that a draft stands, not what it says
        changes.record(access.workspace, "presence", row.pk, now=now)
