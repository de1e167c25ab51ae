"""Drafts: what somebody writes is kept as they write it, a draft a case, person and way."""

from collections.abc import Collection, Sequence
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
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean

MAX_DRAFT = 20_000
EMPTY_FOR = timedelta(days=1)
MOST_FILES = 10


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
    if draft.version not in (0, seen):  # 0: none is kept, also where an empty one was cleared away since
        raise NewerDraft
    _write(access, row, draft, text, now)
    return draft.version


@transaction.atomic
def keep_draft_files(
    access: Access, number: int, *, mode: str, files: Sequence[File], come: Collection[str] = (), now: datetime
) -> list[File]:
    """Keep files beside what somebody writes, until it leaves with them; return all that are kept.

    `come`: those of one's other draft, public or private, that come along.

    Raises
    ------
    InvalidInput
        If there are too many, or it is a note, which takes none.
    """
    row = lock(access, number)
    if mode not in (Mode.PUBLIC, Mode.PRIVATE):
        raise InvalidInput(reason="Files leave with a reply, public or private.")
    draft = _draft(access, row, mode, now)
    moved = []
    for other in Draft.objects.filter(case=row, person_id=access.me).exclude(pk=draft.pk) if come else ():
        moved += [each for each in other.files if each["ref"] in come]
        other.files = [each for each in other.files if each["ref"] not in come]
        other.save(update_fields=["files"])
    kept = {each["ref"]: each for each in (*draft.files, *moved, *msgspec.to_builtins(files))}
    if len(kept) > MOST_FILES:
        raise InvalidInput(reason=say("At most {most} files leave with a reply.", most=MOST_FILES))
    draft.files, draft.saved_at = list(kept.values()), now
    draft.save(update_fields=["files", "saved_at"])
    return msgspec.convert(draft.files, list[File])


def draft_spent(access: Access, row: CaseRow, mode: str, text: str, now: datetime, files: Sequence[File] = ()) -> None:
    """The words were taken, with some files: their draft is empty again. Words that changed on the way stay."""
    sent = {each.ref for each in files}
    others = Draft.objects.filter(case=row, person_id=access.me).exclude(mode=mode).exclude(files=[])
    for other in others if sent else ():
        other.files = [each for each in other.files if each["ref"] not in sent]
        other.save(update_fields=["files"])
    draft = Draft.objects.filter(case=row, person_id=access.me, mode=mode).first()
    if draft is None or not (draft.text or draft.files):
        return
    words = draft.text.strip() == text
    left = [each for each in draft.files if each["ref"] not in sent and not words]
    if words or left != draft.files:
        draft.files = left
        _write(access, row, draft, "" if words else draft.text, now)


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


def files_of_drafts(access: Access, number: int) -> tuple[File, ...]:
    """Return the files that stand in what somebody writes on a case, in public or in private.

    Whichever: a file that is on its way from one to the other is in the reply that leaves meanwhile.
    """
    rows = Draft.objects.filter(case__workspace_id=access.workspace, case__number=number, person_id=access.me)
    found = [each for files in rows.order_by("pk").values_list("files", flat=True) for each in files]
    return msgspec.convert(found, tuple[File, ...])


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
