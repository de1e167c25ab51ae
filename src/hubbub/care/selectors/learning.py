"""Reads of labels, of the models fitted on them, and of how a workspace learns."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.close import PAIR
from hubbub.care.core.labels import CHOICES, LEARNT, What, as_sentence
from hubbub.care.core.reading import TextReading
from hubbub.care.core.sentences import installed
from hubbub.care.core.trial import Figure, Material, Told
from hubbub.care.core.understanding import LinearModel
from hubbub.care.models import CaseRow, Label, Learning, OwnModel
from hubbub.kernel.speech import say
from hubbub.kernel.text import clip
from hubbub.listening.models import Post

FIRST_LABELS = 50
"""With so many labels a model is fitted for the first time."""

MORE_LABELS = 1.1
"""And again when there are so many times the labels of the last try."""

UNOBJECTED = 1_000
SHOWN = 30


def _said(workspace: int) -> Any:
    """Labels the model learns from: not taken back, and with words left to learn from."""
    rows = Label.objects.filter(workspace_id=workspace, undone_at=None, what__in=LEARNT)
    return rows.filter(Q(source="file") | Q(post__deleted_at=None))


def labels_learnt(workspace: int) -> int:
    """Count the labels that the model learns from."""
    return int(_said(workspace).count())


def learners() -> list[int]:
    """Return the workspaces that learn and have labels enough for another try."""
    found = []
    known = {row.workspace_id: row for row in Learning.objects.all()}
    for workspace in Label.objects.order_by().values_list("workspace_id", flat=True).distinct():
        row = known.get(workspace)
        if row is not None and not row.on:
            continue
        if labels_learnt(workspace) >= needed(row.tried_labels if row else 0):
            found.append(workspace)
    return found


def needed(tried: int) -> int:
    """Return how many labels the next try needs, after one with so many."""
    return max(FIRST_LABELS, int(tried * MORE_LABELS) + 1) if tried else FIRST_LABELS


def material(workspace: int) -> Material:
    """Return what a model is fitted on and judged by."""
    used = Learning.objects.filter(workspace_id=workspace).values_list("in_use__data", flat=True).first()
    return Material(bytes(used or b""), told(workspace), unobjected(workspace), labels_learnt(workspace))


def told(workspace: int) -> tuple[Told, ...]:
    """Return the labelled texts, each once, in an order that stays."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    rows = _said(workspace).order_by("id").values_list("text", "post__text", "what", "value")
    for text, words, what, value in rows.iterator(2_000):
        if (text or words or "").strip():
            said[text or words][what] = value
    return tuple(Told(text, values) for text, values in said.items())


def unobjected(workspace: int) -> tuple[Told, ...]:
    """Return the latest posts that somebody answered and nobody corrected, as they were read where that was sure."""
    answered = CaseRow.objects.filter(workspace_id=workspace, first_replied_at__isnull=False, lead__gt=0)
    leads = answered.order_by("-id").values_list("lead", flat=True)[:UNOBJECTED]
    posts = Post.objects.filter(pk__among=list(leads), deleted_at=None, corrected__isnull=True, reading__isnull=False)
    found = []
    for text, data in posts.exclude(text="").order_by("id").values_list("text", "reading"):
        reading = TextReading.of_data(data or ())
        if not reading.unsure:
            found.append(Told(text, {What.KIND: reading.kind.value, What.SENTIMENT: reading.feeling.value}))
    return tuple(found)


# Pages ----------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ModelLine:
    """A model that was tried."""

    id: int
    version: str
    at: datetime
    labels: int
    figures: tuple[Figure, ...]
    changed: float | None
    better: bool
    words: str
    kept: bool  # it can still be used
    in_use: bool


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A correction that somebody made."""

    id: int
    at: datetime
    name: str
    sentence: str
    before: str
    excerpt: str
    case: int | None  # the number of the case it stands in


@dataclass(frozen=True, slots=True)
class FileLine:
    """Labels that came with a file."""

    name: str
    labels: int


@dataclass(frozen=True, slots=True)
class LearningView:
    """How a workspace learns, as its page shows it."""

    on: bool
    takes_over: bool
    version: str  # of the model in use
    own: bool
    closely: bool  # it also reads closely
    alone: bool  # only its linear part reads: the sentence model is not installed any more
    since: datetime | None
    name: str  # who put it into use
    before: str  # the version to go back to; empty where there is nothing to go back to
    before_own: bool
    labels: int  # that the model learns from
    next_at: int  # labels at which the next try is made
    tried_at: datetime | None
    trouble: str
    kinds: tuple[tuple[str, int], ...]  # what was said, how often
    people: tuple[tuple[str, int], ...]
    files: tuple[FileLine, ...]
    models: tuple[ModelLine, ...]
    latest: tuple[LabelLine, ...]


def learning(access: Access) -> LearningView:
    """Return how a workspace learns, and what from."""
    access.require(Permission.READ)
    row = Learning.objects.filter(workspace_id=access.workspace).select_related("in_use", "before").first()
    row = row or Learning(workspace_id=access.workspace)
    shipped = LinearModel.shipped().version
    count = labels_learnt(access.workspace)
    return LearningView(
        on=row.on,
        takes_over=row.takes_over,
        version=row.in_use.version if row.in_use else shipped,
        own=row.in_use is not None,
        closely=(closely := row.in_use is not None and PAIR in row.in_use.version),
        alone=closely and not installed(),
        since=row.since,
        name=row.name,
        before=(row.before.version if row.before else shipped) if row.since else "",
        before_own=row.before is not None,
        labels=count,
        next_at=needed(row.tried_labels),
        tried_at=row.tried_at,
        trouble=row.trouble,
        kinds=_counts(access.workspace, "what", "value"),
        people=_counts(access.workspace, "name", source="agent"),
        files=tuple(FileLine(name, n) for name, n in _counts(access.workspace, "name", source="file")),
        models=_models(access.workspace, row),
        latest=_latest(access.workspace),
    )


def _counts(workspace: int, *by: str, **which: Any) -> tuple[tuple[str, int], ...]:
    rows = Label.objects.filter(workspace_id=workspace, undone_at=None, **which).order_by()
    found = rows.values_list(*by).annotate(n=Count("id")).order_by("-n", *by)[:SHOWN]
    return tuple((_words(names), n) for *names, n in found)


def _words(names: Sequence[str]) -> str:
    """Say what is counted: a name as it is, a label as a heading."""
    if len(names) == 1:
        return names[0]
    what, value = names
    words = say(CHOICES[What(what)][value])
    if what == What.NEEDS:
        words = say("needs {what}", what=words)
    return words[:1].upper() + words[1:]


def _models(workspace: int, row: Learning) -> tuple[ModelLine, ...]:
    rows = OwnModel.objects.filter(workspace_id=workspace).annotate(kept=Q(data__isnull=False)).defer("data")
    return tuple(
        ModelLine(
            id=each.pk,
            version=each.version,
            at=each.at,
            labels=each.labels,
            figures=tuple(Figure(**figure) for figure in each.figures),
            changed=each.changed,
            better=each.better,
            words=each.words,
            kept=each.kept,
            in_use=each.pk == row.in_use_id,
        )
        for each in rows.order_by("-at", "-id")[:10]
    )


def _latest(workspace: int) -> tuple[LabelLine, ...]:
    rows = Label.objects.filter(workspace_id=workspace, source="agent", undone_at=None).order_by("-id")
    told = rows.annotate(case=F("post__entry__case__number"), words=F("post__text"))
    return tuple(
        LabelLine(
            id=each.pk,
            at=each.at,
            name=each.name,
            sentence=as_sentence(each.what, each.value),
            before=each.before,
            excerpt=clip(each.words or "", 140),
            case=each.case,
        )
        for each in told[:SHOWN]
    )
