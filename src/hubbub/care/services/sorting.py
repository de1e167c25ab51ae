"""Tags, fields, wrap-up codes and links: defined by a workspace, put on cases."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zlib import crc32

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.care.core.deeds import LinkKind
from hubbub.care.core.fields import FieldShape, Kind, choices_of
from hubbub.care.models import CaseLink, CaseRow, CaseRules, CaseTag, Field, FieldValue, Tag, WrapUp
from hubbub.care.services.cases.row import event, lock, store
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import mark, say, speaking
from hubbub.kernel.text import clean

COLOURS = 5
MOST_TAGS = 1_000
_LINKED = {
    LinkKind.RELATED: mark("Related to case {other}, says {name}."),
    LinkKind.DUPLICATE: mark("Duplicate of case {other}, says {name}."),
    LinkKind.CAUSED: mark("Caused by case {other}, says {name}."),
}


# Tags -----------------------------------------------------------------------
def tag_name(name: str) -> str:
    """Return a tag's name as it is kept."""
    name = " ".join(clean(name).replace(",", " ").split()).removeprefix("#")
    if not name or len(name) > 40:
        raise InvalidInput(reason="A tag has 1 to 40 characters, and no comma.")
    return name


def tags_known(workspace: int, names: Iterable[str]) -> dict[str, Tag]:
    """Return those tags that are there, by the names given."""
    wanted = {name: tag_name(name).casefold()[:40] for name in names}
    known = {tag.key: tag for tag in Tag.objects.filter(workspace_id=workspace, key__in=wanted.values())}
    return {name: known[key] for name, key in wanted.items() if key in known}


def tags_named(workspace: int, names: Iterable[str]) -> dict[str, Tag]:
    """Return tags by the names given, made where they are not there yet; in the caller's transaction."""
    wanted = {name: tag_name(name) for name in names}
    keys = {each.casefold()[:40] for each in wanted.values()}
    rows = Tag.objects.filter(workspace_id=workspace)
    known = {tag.key: tag for tag in rows.filter(key__in=keys)}
    fresh = {each.casefold()[:40]: each for each in wanted.values() if each.casefold()[:40] not in known}
    if fresh:
        if rows.count() + len(fresh) > MOST_TAGS:
            raise Conflict(reason=say("There are {most:,} tags already. Merge some under Settings.", most=MOST_TAGS))
        Tag.objects.bulk_create(
            (
                Tag(workspace_id=workspace, name=name, key=key, colour=crc32(key.encode()) % COLOURS + 1)
                for key, name in fresh.items()
            ),
            ignore_conflicts=True,
        )
        known |= {tag.key: tag for tag in rows.filter(key__in=fresh)}
    return {name: known[each.casefold()[:40]] for name, each in wanted.items()}


@transaction.atomic
def change_tag(access: Access, tag: int, *, name: str, colour: int, now: datetime) -> None:
    """Give a tag another name or colour; a name that is there already makes the two one."""
    access.require(Permission.CANNED)
    row = _tag(access, tag)
    name = tag_name(name)
    if not 1 <= colour <= COLOURS:
        raise InvalidInput(reason="Choose one of the colours.")
    same = Tag.objects.filter(workspace_id=access.workspace, key=name.casefold()[:40]).exclude(pk=tag).first()
    if same is not None:
        merge_tags(access, tag, into=same.pk, now=now)
        return
    before = {"name": row.name, "colour": row.colour}
    row.name, row.key, row.colour = name, name.casefold()[:40], colour
    row.save()
    audit(access, "tag changed", name, now=now, before=before, after={"name": name, "colour": colour})
    changes.record(access.workspace, "tags", row.pk, now=now)


@transaction.atomic
def merge_tags(access: Access, tag: int, *, into: int, now: datetime) -> None:
    """Let every case with one tag have another instead."""
    access.require(Permission.CANNED)
    if tag == into:
        raise InvalidInput(reason="Choose another tag to merge it into.")
    row, other = _tag(access, tag), _tag(access, into)
    both = CaseTag.objects.filter(tag=other).values("case")
    CaseTag.objects.filter(tag=row, case__in=both).delete()
    CaseTag.objects.filter(tag=row).update(tag=other)
    audit(access, "tags merged", row.name, now=now, after={"into": other.name})
    row.delete()
    changes.record(access.workspace, "tags", other.pk, now=now)


@transaction.atomic
def remove_tag(access: Access, tag: int, *, now: datetime) -> None:
    """Take a tag off all cases, and forget it."""
    access.require(Permission.CANNED)
    row = _tag(access, tag)
    audit(access, "tag removed", row.name, now=now)
    row.delete()
    changes.record(access.workspace, "tags", tag, now=now)


def _tag(access: Access, tag: int) -> Tag:
    row = Tag.objects.select_for_update().filter(workspace_id=access.workspace, pk=tag).first()
    if row is None:
        raise NotFound(what="tag", which=tag)
    return row


# Fields ---------------------------------------------------------------------
def shape_of(row: Field) -> FieldShape:
    """Return a field as a value."""
    return FieldShape(row.pk, row.name, Kind(row.kind), tuple(row.choices), row.required)


@transaction.atomic
def save_field(
    access: Access,
    *,
    field: int | None = None,
    name: str,
    kind: str,
    choices: Sequence[str] = (),
    required: bool = False,
    now: datetime,
) -> int:
    """Make or change a field. Its kind stays what it is: answers of another kind could not be read."""
    access.require(Permission.WORKSPACE)
    name = _name(name, mark("Give the field a name of at most 60 characters."))
    rows = Field.objects.filter(workspace_id=access.workspace)
    if rows.filter(name__iexact=name).exclude(pk=field or 0).exists():
        raise Conflict(reason=say("There is a field {name} already.", name=name))
    if kind not in list(Kind):
        raise InvalidInput(reason=say("A field is one of {kinds}.", kinds=", ".join(Kind)))
    row = _field(access, field) if field is not None else Field(workspace_id=access.workspace, kind=kind)
    if row.kind != kind:
        raise InvalidInput(reason="The kind of a field stays. Make another field instead.")
    row.name, row.required = name, required
    row.choices = choices_of(choices) if kind == Kind.CHOICE else []
    row.place = row.place or rows.count() + 1
    row.save()
    after = {"kind": kind, "choices": row.choices, "required": required}
    audit(access, "field saved", name, now=now, after=after)
    changes.record(access.workspace, "fields", row.pk, now=now)
    return row.pk


@transaction.atomic
def remove_field(access: Access, field: int, *, now: datetime) -> None:
    """Remove a field and every answer to it."""
    access.require(Permission.WORKSPACE)
    row = _field(access, field)
    audit(access, "field removed", row.name, now=now, before={"answers": row.values.count()})
    row.delete()
    changes.record(access.workspace, "fields", field, now=now)


def _field(access: Access, field: int) -> Field:
    row = Field.objects.select_for_update().filter(workspace_id=access.workspace, pk=field).first()
    if row is None:
        raise NotFound(what="field", which=field)
    return row


@transaction.atomic
def answer_fields(access: Access, number: int, answers: Mapping[int, str], *, now: datetime) -> None:
    """Note what is known of a case; an empty answer takes one away. All are kept, or none."""
    row = lock(access, number)
    shapes = {each.pk: shape_of(each) for each in Field.objects.filter(workspace_id=access.workspace, pk__in=answers)}
    known = dict(FieldValue.objects.filter(case=row, field__in=answers).values_list("field_id", "value"))
    before, after = {}, {}
    for field, given in answers.items():
        if field not in shapes:
            raise NotFound(what="field", which=field)
        value = shapes[field].read(clean(given))
        if value == known.get(field, ""):
            continue
        before[shapes[field].name], after[shapes[field].name] = known.get(field, ""), value
        if value:
            FieldValue.objects.update_or_create(case=row, field_id=field, defaults={"value": value})
        else:
            FieldValue.objects.filter(case=row, field_id=field).delete()
    if after:
        audit(access, "fields answered", f"case {number}", now=now, before=before, after=after)
        changes.record(access.workspace, "case", row.pk, now=now)


# Wrap-up codes --------------------------------------------------------------
@transaction.atomic
def save_wrap_ups(access: Access, *, asked: str, tree: Mapping[str, Sequence[str]], now: datetime) -> None:
    """Set the groups of wrap-up codes with their codes, and whether one is asked for when a case is resolved.

    A code that stays keeps its cases; one that goes leaves them without.
    """
    access.require(Permission.WORKSPACE)
    if asked not in ("off", "asked", "required"):
        raise InvalidInput(reason="Say whether a code is asked for, required, or neither.")
    if asked == "required" and not any(tree.values()):
        raise InvalidInput(reason="Give at least one code before one is required.")
    if sum(len(codes) + 1 for codes in tree.values()) > 300:
        raise InvalidInput(reason="There are at most 300 groups and codes.")
    CaseRules.objects.update_or_create(workspace_id=access.workspace, defaults={"wrap_up": asked})
    rows = WrapUp.objects.select_for_update().filter(workspace_id=access.workspace)
    groups = {each.name: each for each in rows if each.group_id is None}
    codes = {(each.group_id, each.name): each for each in rows if each.group_id is not None}
    kept: set[int] = set()
    for place, (name, below) in enumerate(tree.items()):
        named = _name(name, mark("Give the group a name of at most 60 characters."))
        group = groups.get(name) or WrapUp(workspace_id=access.workspace, name=named)
        group.place = place
        group.save()
        kept.add(group.pk)
        for number, code in enumerate(dict.fromkeys(below)):
            named = _name(code, mark("Give the code a name of at most 60 characters."))
            row = codes.get((group.pk, code)) or WrapUp(workspace_id=access.workspace, group=group, name=named)
            row.place = number
            row.save()
            kept.add(row.pk)
    rows.exclude(pk__in=kept).delete()
    audit(access, "wrap-up codes changed", access.workspace_name, now=now, after={"asked": asked, "codes": dict(tree)})
    changes.record(access.workspace, "wrap-ups", None, now=now)


def _name(name: str, told: str) -> str:
    name = " ".join(clean(name).split())
    if not name or len(name) > 60:
        raise InvalidInput(reason=say(told))
    return name


# When cases close -----------------------------------------------------------
@transaction.atomic
def save_closing(access: Access, *, days: int, now: datetime) -> None:
    """Say how long after it was resolved a case closes by itself."""
    access.require(Permission.WORKSPACE)
    if not 1 <= days <= 365:
        raise InvalidInput(reason="Give 1 to 365 days.")
    CaseRules.objects.update_or_create(workspace_id=access.workspace, defaults={"closes_after_days": days})
    audit(access, "closing changed", access.workspace_name, now=now, after={"days": days})


# Links ----------------------------------------------------------------------
@transaction.atomic
def link(access: Access, number: int, *, other: int, kind: str, now: datetime) -> None:
    """Say how a case stands to another; both show it."""
    if kind not in list(LinkKind):
        raise InvalidInput(reason=say("A case is {kinds} to another.", kinds=", ".join(LinkKind)))
    if number == other:
        raise InvalidInput(reason="Choose another case: this is the one itself.")
    row, far = _both(access, number, other)
    CaseLink.objects.filter(case=far, other=row).delete()
    CaseLink.objects.update_or_create(case=row, other=far, defaults={"kind": kind})
    with speaking(access.language):
        event(access, row, now, say(_LINKED[LinkKind(kind)], other=other, name=access.name))
    store(access, row, row.value(), "link", now, other=other, kind=kind)
    changes.record(access.workspace, "case", far.pk, now=now)


@transaction.atomic
def unlink(access: Access, number: int, *, other: int, now: datetime) -> None:
    """Two cases have nothing to do with each other."""
    row, far = _both(access, number, other)
    gone = (
        CaseLink.objects.filter(case=row, other=far).delete()[0]
        + CaseLink.objects.filter(case=far, other=row).delete()[0]
    )
    if not gone:
        raise Conflict(reason=say("Case {number} is not linked to case {other}.", number=number, other=other))
    store(access, row, row.value(), "unlink", now, other=other)
    changes.record(access.workspace, "case", far.pk, now=now)


def _both(access: Access, number: int, other: int) -> tuple[CaseRow, CaseRow]:
    """Lock two cases, always in the same order."""
    found = {each: lock(access, each) for each in sorted((number, other))}
    return found[number], found[other]
