"""What cases are sorted by: tags, fields, wrap-up codes, links; and how a workspace works on its cases."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.case import Status
from hubbub.care.core.deeds import LinkKind
from hubbub.care.core.fields import FieldShape, Kind
from hubbub.care.core.views import Answer, LinkLine, TagLine
from hubbub.care.models import CaseLink, CaseRules, CaseTag, Field, FieldValue, Tag, WrapUp
from hubbub.infra.memory import remembered


@dataclass(frozen=True, slots=True)
class WrapUpGroup:
    """A group of wrap-up codes: (id, name) of each."""

    name: str
    codes: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """How a workspace works on its cases."""

    closes_after_days: int
    wrap_up: str
    currency: str


def case_rules(access: Access) -> Rules:
    """Return how the workspace works on its cases."""
    return _case_rules(access.workspace)


@remembered
def _case_rules(workspace: int) -> Rules:
    row = CaseRules.objects.filter(workspace=workspace).first() or CaseRules()
    return Rules(row.closes_after_days, row.wrap_up, row.currency)


def tags(access: Access, *, counted: bool = False) -> tuple[TagLine, ...]:
    """Return the workspace's tags, by name."""
    access.require(Permission.READ)
    if not counted:
        return _tags(access.workspace)
    rows = Tag.objects.filter(workspace_id=access.workspace).annotate(n=Count("cases")).order_by("key")
    return tuple(TagLine(row.pk, row.name, row.colour, row.n) for row in rows)


@remembered
def _tags(workspace: int) -> tuple[TagLine, ...]:
    rows = Tag.objects.filter(workspace_id=workspace).order_by("key")
    return tuple(TagLine(row.pk, row.name, row.colour) for row in rows)


def tags_of(cases: Iterable[int]) -> Mapping[int, tuple[TagLine, ...]]:
    """Return the tags of cases, by the case's key; for this domain only."""
    found: dict[int, tuple[TagLine, ...]] = {}
    rows = CaseTag.objects.filter(case__in=list(cases)).order_by("tag__key")
    for case, pk, name, colour in rows.values_list("case_id", "tag_id", "tag__name", "tag__colour"):
        found[case] = (*found.get(case, ()), TagLine(pk, name, colour))
    return found


def fields(access: Access) -> tuple[FieldShape, ...]:
    """Return the workspace's fields, in their order."""
    access.require(Permission.READ)
    return _fields(access.workspace)


@remembered
def _fields(workspace: int) -> tuple[FieldShape, ...]:
    rows = Field.objects.filter(workspace_id=workspace).order_by("place", "pk")
    return tuple(FieldShape(row.pk, row.name, Kind(row.kind), tuple(row.choices), row.required) for row in rows)


def answers_of(access: Access, case: int | None) -> tuple[Answer, ...]:
    """Return every field of the workspace with what is known of a case, of None nothing; for this domain only."""
    known = dict(FieldValue.objects.filter(case=case).values_list("field_id", "value")) if case is not None else {}
    return tuple(Answer(each, known.get(each.id, "")) for each in fields(access))


def wrap_ups(access: Access) -> tuple[WrapUpGroup, ...]:
    """Return the wrap-up codes by their groups."""
    access.require(Permission.READ)
    return _wrap_ups(access.workspace)


@remembered
def _wrap_ups(workspace: int) -> tuple[WrapUpGroup, ...]:
    rows = list(WrapUp.objects.filter(workspace_id=workspace).order_by("place", "pk"))
    return tuple(
        WrapUpGroup(group.name, tuple((row.pk, row.name) for row in rows if row.group_id == group.pk))
        for group in rows
        if group.group_id is None
    )


def links_of(case: int) -> tuple[LinkLine, ...]:
    """Return the cases that one is linked to, from its side; for this domain only."""
    forth = CaseLink.objects.filter(case=case).values_list("kind", "other__number", "other__title", "other__status")
    back = CaseLink.objects.filter(other=case).values_list("kind", "case__number", "case__title", "case__status")
    lines = [LinkLine(number, LinkKind(kind).forth, title, Status(status)) for kind, number, title, status in forth]
    lines += [LinkLine(number, LinkKind(kind).back, title, Status(status)) for kind, number, title, status in back]
    return tuple(sorted(lines, key=lambda each: each.number))
