"""Deeds on many cases, or several on one: in a few statements however many, with an audit line a case.

What can't be done to one case is said, and changes nothing of it; the others go on. It can be undone as one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import AuditEntry, Membership, Team, Workspace
from hubbub.care.core.case import Case, Priority, Status
from hubbub.care.core.deeds import (
    AddTag,
    AnyDeed,
    Assign,
    Close,
    DropTag,
    Insert,
    Note,
    Park,
    Rank,
    Reopen,
    Resolve,
    SetWrapUp,
    Snooze,
    Take,
    ToTeam,
    Wake,
)
from hubbub.care.core.levels import Levels
from hubbub.care.core.notices import Why
from hubbub.care.models import CaseRow, CaseRules, CaseTag, ClockRow, Entry, Field, FieldValue, Tag, WrapUp
from hubbub.care.selectors.levels import levels
from hubbub.care.services import clocks, undo, work
from hubbub.care.services.events import reopened, tags_set
from hubbub.care.services.notices import tell
from hubbub.care.services.sorting import tags_known, tags_named
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotFound
from hubbub.kernel.speech import mark, say, speaking
from hubbub.kernel.text import clean

AT_ONCE = 500
"""Cases that one bulk action takes."""

TOLD_ONE_BY_ONE = 5  # who gets more cases at once hears of them in one line


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a bulk action."""

    done: tuple[int, ...]  # numbers
    errors: tuple[tuple[int, HubbubError], ...]  # numbers, each with why not
    words: str
    undo: int | None  # None where nothing changed
    insert: str = ""  # words for the composer

    @property
    def refused(self) -> tuple[tuple[int, str], ...]:
        """The numbers of the cases it was not done to, each with the reason in words."""
        return tuple((number, str(error)) for number, error in self.errors)


@dataclass(slots=True)
class _Run:
    """What the deeds need to know, and what they add up to."""

    access: Access
    now: datetime
    people: dict[int, str]
    teams: dict[int, str]
    codes: dict[int, str]
    tags: dict[str, Tag]
    asks_code: bool
    levels: Levels
    required: dict[int, str]  # fields
    answered: dict[int, set[int]]  # fields, by case
    tagged: dict[int, set[int]]  # tags, by case
    entries: list[Entry] = field(default_factory=list)
    added: list[CaseTag] = field(default_factory=list)
    dropped: list[tuple[int, int]] = field(default_factory=list)
    given: dict[int, list[CaseRow]] = field(default_factory=lambda: defaultdict(list))


@transaction.atomic
def do(access: Access, numbers: Iterable[int], deeds: Sequence[AnyDeed], *, words: str = "", now: datetime) -> Done:
    """Do some deeds to some cases; to each all of them, or none.

    Raises
    ------
    InvalidInput
        If a deed is none, or there are no cases or too many.
    NotFound
        If it names a colleague, team or code that is not there.
    """
    access.require(Permission.WORK)
    wanted = sorted({each for each in numbers if 0 <= each < 2**63})
    if not wanted:
        raise InvalidInput(reason="Choose a case first.")
    if len(wanted) > AT_ONCE:
        raise InvalidInput(reason=say("At most {most} cases at once.", most=AT_ONCE))
    for each in deeds:
        each.check()
    if len(wanted) > 1:  # several cases are locked while triage may lock the same
        Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)
    found = CaseRow.objects.filter(workspace_id=access.workspace, number__in=wanted).order_by("pk")
    rows = list(found.select_related("account").select_for_update(of=("self",)))
    missing = sorted(set(wanted) - {row.number for row in rows})
    refused: list[tuple[int, HubbubError]] = [(number, NotFound(what="case", which=number)) for number in missing]
    run = _prepare(access, rows, deeds, now)
    keys = [row.pk for row in rows]
    before = _picture(keys)
    done: list[tuple[CaseRow, dict[str, Any]]] = []
    for row in rows:
        was = {"status": row.status, "owner": row.owner_id}
        try:
            _do_all(run, row, deeds)
            done.append((row, was))
        except HubbubError as error:
            refused.append((row.number, error))
    _write(run, done, deeds, now)
    words = words or _words(deeds)
    after = _picture(keys, run.entries)
    kept = None
    if undo.difference(before, after):
        kept = undo.keep(access, words, [row.pk for row, _ in done], before, after, now=now)
    insert = "\n\n".join(clean(each.text).strip() for each in deeds if isinstance(each, Insert))
    return Done(tuple(row.number for row, _ in done), tuple(refused), words, kept, insert)


def do_one(access: Access, number: int, deeds: Sequence[AnyDeed], *, words: str = "", now: datetime) -> Done:
    """Do some deeds to one case, or raise why not and change nothing."""
    access.require(Permission.WORK)
    if not 0 <= number < 2**63:
        raise NotFound(what="case", which=number)
    with transaction.atomic():
        done = do(access, [number], deeds, words=words, now=now)
        for _, error in done.errors:
            raise error
    return done


def _picture(keys: Sequence[int], made: Sequence[Entry] = ()) -> undo.Picture:
    return undo.picture(
        CaseRow.objects.filter(pk__in=keys),
        ClockRow.objects.filter(case__in=keys),
        CaseTag.objects.filter(case__in=keys),
        Entry.objects.filter(pk__in=[each.pk for each in made]),
        columns={Entry: ["case_id"]},
    )


def _prepare(access: Access, rows: Sequence[CaseRow], deeds: Sequence[AnyDeed], now: datetime) -> _Run:
    """Look up everything once that the deeds name."""
    given = [each.to for each in deeds if isinstance(each, Assign) and each.to is not None]
    members = Membership.objects.filter(workspace_id=access.workspace, person_id__in=given).exclude(role="analyst")
    people = dict(members.values_list("person_id", "person__name"))
    _all_there(given, people, "colleague")
    named = [each.to for each in deeds if isinstance(each, ToTeam) and each.to is not None]
    teams = dict(Team.objects.filter(workspace_id=access.workspace, pk__in=named).values_list("pk", "name"))
    _all_there(named, teams, "team")
    coded = [each.code for each in deeds if isinstance(each, SetWrapUp) and each.code is not None]
    wrap_ups = WrapUp.objects.filter(workspace_id=access.workspace, pk__in=coded, group__isnull=False)
    codes = dict(wrap_ups.values_list("pk", "name"))
    _all_there(coded, codes, mark("wrap-up code"))
    tags = tags_known(access.workspace, [each.name for each in deeds if isinstance(each, DropTag)])
    tags |= tags_named(access.workspace, [each.name for each in deeds if isinstance(each, AddTag)])
    keys = [row.pk for row in rows]
    resolves = any(isinstance(each, Resolve) for each in deeds)
    needed = Field.objects.filter(workspace_id=access.workspace, required=True) if resolves else Field.objects.none()
    required = dict(needed.values_list("pk", "name"))
    asks = resolves and CaseRules.objects.filter(workspace_id=access.workspace, wrap_up="required").exists()
    run = _Run(
        access,
        now,
        people,
        teams,
        codes,
        tags,
        asks,
        levels(access.workspace),
        required,
        defaultdict(set),
        defaultdict(set),
    )
    for case, each in FieldValue.objects.filter(case__in=keys, field__in=required).values_list("case_id", "field_id"):
        run.answered[case].add(each)
    on = CaseTag.objects.filter(case__in=keys, tag__in=[tag.pk for tag in tags.values()])
    for case, each in on.values_list("case_id", "tag_id"):
        run.tagged[case].add(each)
    return run


def _all_there(wanted: Sequence[int], found: dict[int, str], what: str) -> None:
    if missing := set(wanted) - found.keys():
        raise NotFound(what=what, which=min(missing))


# One case -------------------------------------------------------------------
def _do_all(run: _Run, row: CaseRow, deeds: Sequence[AnyDeed]) -> None:
    """Do all deeds to one case in memory; one that can't be done leaves the row as it was."""
    case, entries = row.value(), len(run.entries)
    kept = (row.priority, row.team_id, row.wrap_up_id)
    added, dropped = len(run.added), len(run.dropped)
    tagged = set(run.tagged[row.pk])
    try:
        for deed in deeds:
            before, case = case, deed.apply(case, run.now, run.access.person)
            if isinstance(deed, Reopen):
                case = case.due(run.levels.due(clocks.facts_of(row), run.now))
            with speaking(run.access.language):
                for kind, text in _aside(run, row, deed, before, case):
                    run.entries.append(
                        Entry(
                            case=row,
                            at=run.now,
                            kind=kind,
                            person_id=run.access.person,
                            name=run.access.name,
                            text=text,
                        )
                    )
    except HubbubError:
        row.priority, row.team_id, row.wrap_up_id = kept
        del run.entries[entries:], run.added[added:], run.dropped[dropped:]
        run.tagged[row.pk] = tagged
        raise
    if case.owner is not None and case.owner != row.owner_id:
        run.given[case.owner].append(row)
    row.take(case)


def _aside(run: _Run, row: CaseRow, deed: AnyDeed, before: Case, after: Case) -> Iterable[tuple[str, str]]:
    """Do what of a deed is no state, and say what its timeline shows: the kind of line, and its words."""
    name = run.access.name
    match deed:
        case Assign() | Take() if before != after:
            yield "event", _given(run, after)
        case ToTeam(to=to) if row.team_id != to:
            row.team_id = to
            if to is None:
                yield "event", say("{name} gave it to no team.", name=name)
            else:
                yield "event", say("{name} gave it to {other}.", name=name, other=run.teams[to])
        case Rank(to=to) if row.priority != to:
            row.priority = to
            yield "event", say("{name} made it {priority}.", name=name, priority=Priority(to).words)
        case AddTag(name=tag):
            _tag(run, row, run.tags[tag].pk)
        case DropTag(name=tag) if tag in run.tags:
            _untag(run, row, run.tags[tag].pk)
        case SetWrapUp(code=code):
            row.wrap_up_id = code
        case Resolve():
            _may_be_resolved(run, row)
            said = run.codes.get(row.wrap_up_id or 0)
            if said:
                yield "event", say("Resolved by {name}: {code}.", name=name, code=said)
            else:
                yield "event", say("Resolved by {name}.", name=name)
        case Reopen():
            yield "event", say("Reopened by {name}.", name=name)
        case Close():
            yield "event", say("Closed by {name}.", name=name)
        case Park():
            if after.wake_at is None:
                yield "event", say("Parked by {name}: {why}", name=name, why=after.parked_for)
            else:
                time = timezone.localtime(after.wake_at)
                yield (
                    "event",
                    say(
                        "Parked by {name} until {time:%-d %B, %H:%M}: {why}", name=name, time=time, why=after.parked_for
                    ),
                )
        case Snooze():
            assert after.wake_at is not None
            yield (
                "event",
                say("Snoozed by {name} until {time:%-d %B, %H:%M}.", name=name, time=timezone.localtime(after.wake_at)),
            )
        case Wake():
            yield "event", say("Brought back by {name}.", name=name)
        case Note(text=text):
            yield "note", clean(text).strip()


def _given(run: _Run, case: Case) -> str:
    if case.owner is None:
        return say("{name} gave it back.", name=run.access.name)
    if case.owner == run.access.person:
        return say("Taken by {name}.", name=run.access.name)
    return say("{name} gave it to {other}.", name=run.access.name, other=run.people[case.owner])


def _tag(run: _Run, row: CaseRow, tag: int) -> None:
    if tag not in run.tagged[row.pk]:
        run.tagged[row.pk].add(tag)
        run.added.append(CaseTag(case=row, tag_id=tag))


def _untag(run: _Run, row: CaseRow, tag: int) -> None:
    if tag in run.tagged[row.pk]:
        run.tagged[row.pk].discard(tag)
        run.dropped.append((row.pk, tag))


def _may_be_resolved(run: _Run, row: CaseRow) -> None:
    if run.asks_code and row.wrap_up_id is None:
        raise Conflict(reason=say("Case {number} needs a wrap-up code before it is resolved.", number=row.number))
    missing = [name for pk, name in run.required.items() if pk not in run.answered[row.pk]]
    if missing:
        raise Conflict(
            reason=say(
                "Case {number} needs {fields} before it is resolved.", number=row.number, fields=", ".join(missing)
            )
        )


# All of them ----------------------------------------------------------------
def _write(run: _Run, done: Sequence[tuple[CaseRow, dict[str, Any]]], deeds: Sequence[AnyDeed], now: datetime) -> None:
    access, rows = run.access, [row for row, _ in done]
    if not rows:
        return
    planned = clocks.plan({row.pk: row for row in rows}, (), run.levels, now)
    CaseRow.objects.bulk_update(rows, WRITTEN, batch_size=100)
    clocks.write(access.workspace, planned, now, access.person)
    CaseTag.objects.bulk_create(run.added, ignore_conflicts=True)
    tags_set(access.workspace, run.added, now=now)
    again = [row for row, was in done if Status(was["status"]).ended and not Status(row.status).ended]
    reopened(access.workspace, again, now=now)
    for tag in {tag for _, tag in run.dropped}:
        CaseTag.objects.filter(tag=tag, case__in=[case for case, each in run.dropped if each == tag]).delete()
    Entry.objects.bulk_create(run.entries)
    action = ", ".join(str(each.__struct_config__.tag) for each in deeds)[:60]
    AuditEntry.objects.bulk_create(
        AuditEntry(
            workspace_id=access.workspace, at=now, person_id=access.person, name=access.name, via=access.via,
            action=action, subject=f"case {row.number}", before=was,
            after={"status": row.status, "owner": row.owner_id},
        )
        for row, was in done
    )  # fmt: skip
    changes.record_many([(access.workspace, "case", row.pk) for row in rows], now=now)
    if any(isinstance(each, Resolve) for each in deeds):
        work.resolved(access, rows, now=now)
    with speaking(access.language):
        for person, theirs in run.given.items():
            _tell(run, person, theirs)


def _tell(run: _Run, person: int, rows: Sequence[CaseRow]) -> None:
    who = run.access.name
    how: dict[str, Any] = {"why": Why.ASSIGNED, "by": run.access.person, "now": run.now}
    if len(rows) > TOLD_ONE_BY_ONE:
        tell(
            run.access.workspace,
            [person],
            text=say("{name} gave you {number} cases.", name=who, number=len(rows)),
            place="inbox/mine/",
            **how,
        )
        return
    for row in rows:
        words = say("{name} gave you case {number}.", name=who, number=row.number)
        tell(run.access.workspace, [person], case=row.pk, text=words, **how)


WRITTEN = [
    "status", "folder", "sort_at", "historical", "owner", "team", "not_before", "due_at", "resolve_by", "review_at",
    "first_replied_at", "last_outbound_at", "resolved_at", "parked_for", "wake_at", "waiting_since", "waited_until",
    "merged_into", "priority", "wrap_up",
]  # fmt: skip
"""The columns that a deed may change."""


def _words(deeds: Sequence[AnyDeed]) -> str:
    """Say what deeds did, to finish '3 cases …'."""
    return say(" and ").join(dict.fromkeys(say(each.past) for each in deeds))
