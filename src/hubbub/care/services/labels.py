"""What people say a post is: one post is read so at once, and the workspace's own model learns from it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.services import audit
from hubbub.care.core.labels import What, as_sentence, checked
from hubbub.care.core.reading import TextReading
from hubbub.care.models import CaseRow, Entry, Label
from hubbub.care.services.cases.row import event
from hubbub.care.services.triage import read_anew
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, NotFound
from hubbub.kernel.speech import say, speaking
from hubbub.listening.models import Post


@transaction.atomic
def correct(access: Access, number: int, *, what: str, value: str, post: int | None = None, now: datetime) -> int:
    """Say what a post of a case is (the one the case is shown by, if none is named); return the label's number.

    Said again of the same post, it takes the place of what was said before. Where nobody has acted yet, the playbook
    decides again.

    Raises
    ------
    InvalidInput
        If there is no such kind, sentiment and so on.
    Conflict
        If the post was deleted.
    """
    about, value = checked(what, value)
    workspace, case = _lock(access, number)
    row = _post(case, case.lead if post is None else post)
    before = _read_as(row, about, case)
    Label.objects.filter(post=row, what=about, undone_at=None).update(undone_at=now)
    label = Label.objects.create(
        workspace=workspace, post=row, what=about, value=value, before=before, source="agent",
        person_id=access.person, name=access.name, at=now,
    )  # fmt: skip
    _say(row, {about: value})
    with speaking(access.language):
        event(access, case, now, f"{access.name}: {as_sentence(about, value)}")
        read_anew(workspace, case.pk, say("{who} said what it is.", who=access.name), now=now)
    audit(
        access, "reading corrected", f"case {number}", now=now, before={about.value: before}, after={about.value: value}
    )
    changes.record(access.workspace, "label", label.pk, now=now)
    return label.pk


@transaction.atomic
def undo(access: Access, label: int, *, now: datetime) -> None:
    """Take back what somebody said a post is: it is read by the model again.

    Raises
    ------
    Conflict
        If it was taken back already, or something else was said since.
    """
    access.require(Permission.WORK)
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)
    row = Label.objects.filter(workspace=workspace, pk=label, source="agent").select_related("post").first()
    if row is None or row.post is None:
        raise NotFound(what="correction", which=label)
    if row.undone_at is not None:
        raise Conflict(reason="This was taken back already, or something else was said since.")
    row.undone_at = now
    row.save(update_fields=["undone_at"])
    _say(row.post, {row.what: None})
    case = CaseRow.objects.select_for_update(of=("self",)).filter(entries__post=row.post).first()
    if case is not None:
        with speaking(access.language):
            sentence = as_sentence(row.what, row.value)
            event(access, case, now, say("{who} took back: {sentence}", who=access.name, sentence=sentence))
            read_anew(workspace, case.pk, say("{who} took back what was said of it.", who=access.name), now=now)
    subject = f"case {case.number}" if case else "post"
    audit(access, "correction of a reading taken back", subject, now=now, before={row.what: row.value})
    changes.record(access.workspace, "label", row.pk, now=now)


@transaction.atomic
def note_moods(access: Access, moods: Mapping[str, str | None], *, now: datetime) -> int:
    """Note what posts were said to feel like, by uri (None: it was taken back); return how many have a row.

    Posts without a row are only counted: no label can keep their words. For the flow that corrects many at once, which
    leaves the line in the audit log.
    """
    access.require(Permission.WORK)
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)
    rows = list(Post.objects.filter(workspace=workspace, uri__among=list(moods), deleted_at=None))
    about = What.SENTIMENT
    Label.objects.filter(post__in=rows, what=about, undone_at=None).update(undone_at=now)
    Label.objects.bulk_create(
        Label(
            workspace=workspace, post=row, what=about, value=mood, before=_read_as(row, about), source="agent",
            person_id=access.person, name=access.name, at=now,
        )
        for row in rows
        if (mood := moods[row.uri]) is not None
    )  # fmt: skip
    for row in rows:
        _say(row, {about: moods[row.uri]})
    if rows:
        changes.record(access.workspace, "label", None, now=now)
    return len(rows)


def _lock(access: Access, number: int) -> tuple[Workspace, CaseRow]:
    """Return workspace and case, locked in the order in which triage locks them."""
    access.require(Permission.WORK)
    workspace = Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)
    rows = CaseRow.objects.select_for_update(of=("self",)).filter(workspace=workspace)
    case = rows.filter(number=number).first() if 0 <= number < 2**63 else None
    if case is None:
        raise NotFound(what="case", which=number)
    return workspace, case


def _post(case: CaseRow, post: int) -> Post:
    """Return a post of a case that still says something, and is not ours."""
    entry = Entry.objects.filter(case=case, post=post).select_related("post").first()
    if entry is None or entry.post is None or entry.post.ours:
        raise NotFound(what="post", which=post)
    if entry.post.deleted_at is not None:
        raise Conflict(reason="This post was deleted. There is nothing left to be read.")
    return entry.post


def _read_as(row: Post, what: What, case: CaseRow | None = None) -> str:
    """Return what a post is read as now."""
    reading = TextReading.of_data(row.reading or ()).as_said(row.corrected)
    match what:
        case What.KIND:
            return reading.kind.value
        case What.SENTIMENT:
            return reading.feeling.value
        case What.SEVERITY:
            return next(iter(reading.severities), "none")
        case What.ABOUT:
            return case.about if case else ""
    return str((row.corrected or {}).get(what, ""))


def _say(row: Post, said: Mapping[str, str | None]) -> None:
    """Let a post be read as somebody said; None: as the model says."""
    kept = {**(row.corrected or {}), **said}
    row.corrected = {str(what): value for what, value in kept.items() if value is not None} or None
    row.save(update_fields=["corrected"])
