"""The workspace's own model: kept when it was tried, used when it is better or somebody says so, and given up again."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.selectors import enter_as_hubbub
from hubbub.accounts.services import audit
from hubbub.care.core.labels import checked, digest_of
from hubbub.care.core.trial import SHIPPED, Trial
from hubbub.care.core.understanding import LinearModel
from hubbub.care.models import Label, Learning, OwnModel
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.ids import WorkspaceId
from hubbub.kernel.text import clean

KEPT = 5
"""So many of the latest models can still be used; of older ones the figures stay."""

MOST_TEXT = 10_000
AT_ONCE = 1_000


@transaction.atomic
def keep(workspace: int, trial: Trial, *, now: datetime, take_over: bool = True) -> bool:
    """Keep a model that was tried, with its figures; return whether it took over.

    It does if it is better than the model in use, that one is still the one it was compared with, and the workspace
    wants it so.
    """
    row = _locked(workspace)
    model, _ = OwnModel.objects.update_or_create(
        workspace_id=workspace,
        version=trial.version,
        defaults={
            "data": trial.data,
            "at": now,
            "labels": trial.labels,
            "against": trial.against,
            "figures": [asdict(each) for each in trial.figures],
            "changed": trial.changed,
            "better": trial.better,
            "words": trial.words,
        },
    )
    row.tried_at, row.tried_labels, row.trouble = now, trial.labels, ""
    used = row.in_use.version if row.in_use else LinearModel.shipped().version
    takes = take_over and row.takes_over and trial.better and used == trial.against and model.pk != row.in_use_id
    if takes:
        _put_into_use(enter_as_hubbub(WorkspaceId(workspace)), row, model, now)
    row.save()
    _forget_old(row)
    changes.record(workspace, "model", model.pk, now=now)
    return takes


@transaction.atomic
def failed(workspace: int, words: str, labels: int, *, now: datetime) -> None:
    """Note that a try came to nothing; the next one waits for more labels."""
    row = _locked(workspace)
    row.tried_at, row.tried_labels, row.trouble = now, labels, words[:300]
    row.save()


@transaction.atomic
def use(access: Access, model: int | None, *, now: datetime) -> None:
    """Let a model that was tried read from now on, or the shipped one (None).

    Raises
    ------
    Conflict
        If it is in use already, or is kept no longer.
    """
    access.require(Permission.WORKSPACE)
    row = _locked(access.workspace)
    chosen = None
    if model is not None:
        chosen = OwnModel.objects.filter(workspace_id=access.workspace, pk=model).first()
        if chosen is None:
            raise NotFound(what="model", which=model)
        if chosen.data is None:
            raise Conflict(reason="This model is kept no longer. Use a later one.")
    if (chosen.pk if chosen else None) == row.in_use_id:
        raise Conflict(reason="This model is in use already.")
    _put_into_use(access, row, chosen, now)
    row.save()
    changes.record(access.workspace, "model", chosen.pk if chosen else None, now=now)


def go_back(access: Access, *, now: datetime) -> None:
    """Use the model that was in use before this one."""
    row = Learning.objects.filter(workspace_id=access.workspace).first()
    if row is None or row.since is None:
        access.require(Permission.WORKSPACE)
        raise Conflict(reason="No other model was in use before.")
    use(access, row.before_id, now=now)


@transaction.atomic
def switch(access: Access, *, on: bool, takes_over: bool, now: datetime) -> None:
    """Say whether the workspace learns, and whether a better model is used without asking."""
    access.require(Permission.WORKSPACE)
    row = _locked(access.workspace)
    before = {"learns": row.on, "takes over": row.takes_over}
    after = {"learns": on, "takes over": takes_over}
    row.on, row.takes_over = on, takes_over
    row.save()
    audit(access, "learning changed", "", now=now, before=before, after=after)


@transaction.atomic
def add_file(access: Access, name: str, what: str, lines: Iterable[tuple[str, str]], *, now: datetime) -> int:
    """Make labels of a file's texts; return how many are new or say something else now.

    What people here said of posts is not touched. A text that a file labelled before has its last label.

    Raises
    ------
    InvalidInput
        If a label is none.
    """
    access.require(Permission.WORKSPACE)
    Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)
    name = clean(name).strip()[:100]
    if not name:
        raise InvalidInput(reason="Name the file.")
    told: dict[str, tuple[str, str]] = {}
    for text, value in lines:
        checked(what, value)
        words = clean(text).strip()[:MOST_TEXT]
        if words:
            told[digest_of(words)] = words, value
    known = Label.objects.filter(workspace_id=access.workspace, what=what, source="file", digest__among=list(told))
    before = {row.digest: row for row in known}
    changed = [row for digest, row in before.items() if told[digest][1] != row.value]
    for row in changed:
        row.value, row.name, row.at, row.person_id = told[row.digest][1], name, now, access.person
    Label.objects.bulk_update(changed, ["value", "name", "at", "person"], batch_size=AT_ONCE)
    fresh = [
        Label(
            workspace_id=access.workspace, what=what, value=value, source="file", text=words, digest=digest,
            person_id=access.person, name=name, at=now,
        )
        for digest, (words, value) in told.items()
        if digest not in before
    ]  # fmt: skip
    Label.objects.bulk_create(fresh, batch_size=AT_ONCE)
    audit(access, "labels added", name, now=now, after={"labels": len(fresh), "changed": len(changed)})
    return len(fresh) + len(changed)


@transaction.atomic
def remove_file(access: Access, name: str, *, now: datetime) -> int:
    """Remove the labels that came with a file; return how many."""
    access.require(Permission.WORKSPACE)
    gone, _ = Label.objects.filter(workspace_id=access.workspace, source="file", name=name).delete()
    if not gone:
        raise NotFound(what="file of labels", which=name)
    audit(access, "labels removed", name, now=now, before={"labels": gone})
    return gone


def _locked(workspace: int) -> Learning:
    """Return how a workspace learns, locked."""
    Learning.objects.get_or_create(workspace_id=workspace)
    return Learning.objects.select_for_update(of=("self",)).select_related("in_use").get(workspace_id=workspace)


def _put_into_use(access: Access, row: Learning, model: OwnModel | None, now: datetime) -> None:
    before, after = (each.version if each else SHIPPED for each in (row.in_use, model))
    row.before, row.in_use, row.since, row.name = row.in_use, model, now, access.name
    audit(access, "model changed", after, now=now, before={"model": before}, after={"model": after})


def _forget_old(row: Learning) -> None:
    """Keep what is in use, what was before, and the latest ones."""
    models = OwnModel.objects.filter(workspace_id=row.workspace_id)
    kept = list(models.order_by("-at", "-id").values_list("pk", flat=True)[:KEPT])
    kept += [each for each in (row.in_use_id, row.before_id) if each is not None]
    models.exclude(pk__in=kept).update(data=None)
