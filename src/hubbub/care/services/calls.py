"""Calls are kept, each once; somebody who called in vain is to be called back, and what came of it is noted."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.selectors import calling_code
from hubbub.accounts.services import audit
from hubbub.care.core.calls.numbers import number_of
from hubbub.care.core.calls.record import Call, Direction, Outcome, words_of
from hubbub.care.models import CallBack, CallReject, CallRow, CaseRow, Entry
from hubbub.care.selectors.calls import call_of
from hubbub.care.selectors.levels import levels
from hubbub.care.services import clocks
from hubbub.care.services.cases import event, lock, resolve, store
from hubbub.infra import changes, db
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean, clip

MAX_SOURCE = 60
CALLED_BACK_WITHIN = timedelta(days=2)
"""Who called in vain longer ago is not called back: the call is only kept."""

AGAIN = timedelta(hours=1)
LATEST = timedelta(days=365)
LEAST_NAME = 3  # characters of a name that is looked for in lines that could not be read
TELLING = 7  # last digits by which a number is looked for there
_COLUMNS = (
    "direction", "caller", "called", "number", "name", "queue", "agent", "started_at", "answered_at", "ended_at",
    "outcome", "notes", "case_id", "waiting",
)  # fmt: skip
_VALUES = attrgetter(*_COLUMNS)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of some call records."""

    new: int = 0
    changed: int = 0
    same: int = 0
    to_call: int = 0  # asked to be called back, or called in vain

    def __add__(self, other: "Kept") -> "Kept":
        """Put both together."""
        return Kept(
            self.new + other.new, self.changed + other.changed, self.same + other.same, self.to_call + other.to_call
        )


def source_name(text: str) -> str:
    """Return the name of a telephone system; InvalidInput if it is none."""
    source = " ".join(clean(text).split())
    if not 1 <= len(source) <= MAX_SOURCE:
        raise InvalidInput(reason=say("Give the source a name of at most {most} characters.", most=MAX_SOURCE))
    return source


@transaction.atomic
def keep(access: Access, calls: Sequence[Call], *, now: datetime) -> Kept:
    """Keep calls, or add what is told of known ones. All of them, or none.

    Raises
    ------
    InvalidInput
        If one makes no sense, by itself or with what is known of it; the sentence names it.
    NotFound
        If one belongs to a case that is not there.
    """
    access.require(Permission.WORK)
    Workspace.objects.select_for_update(no_key=True).get(pk=access.workspace)  # so that none is kept twice
    cases = _cases(access, {call.case for call in calls if call.case is not None})
    found = {
        (row.source, row.native): row
        for source in {call.source for call in calls}
        for row in CallRow.objects.filter(
            workspace_id=access.workspace,
            source=source,
            native__among=frozenset(call.native for call in calls if call.source == source),
        )
    }
    made: list[CallRow] = []
    altered: dict[int, CallRow] = {}
    same = 0
    for call in calls:
        row = found.get((call.source, call.native))
        try:
            told = (call_of(row, cases).told(call) if row else call).checked()
        except InvalidInput as error:
            raise InvalidInput(reason=say("Call {call}: {why}", call=clip(call.native, 60), why=error)) from None
        if row is None:
            row = CallRow(workspace_id=access.workspace, source=call.source, native=call.native)
            found[call.source, call.native] = row
            made.append(row)
            _carry(told, row, cases, now)
        else:
            before = _VALUES(row)
            _carry(told, row, cases, now)
            if _VALUES(row) == before:
                same += 1
            elif row.pk:
                altered[row.pk] = row
    db.insert(
        CallRow,
        ("workspace_id", "source", "native", *_COLUMNS),
        ((access.workspace, row.source, row.native, *_VALUES(row)) for row in made),
    )
    db.update(CallRow, _COLUMNS, ((pk, _VALUES(row)) for pk, row in altered.items()))
    _tell_cases(access, (row.case_id for row in (*made, *altered.values())), now)
    waiting = sum(row.waiting for row in (*made, *altered.values()))
    return Kept(len(made), len(altered), same, waiting)


def _cases(access: Access, numbers: set[int]) -> dict[int, int]:
    """Return the keys of cases by their numbers."""
    rows = CaseRow.objects.filter(workspace_id=access.workspace, number__in=[n for n in numbers if 0 <= n < 2**63])
    found = dict(rows.values_list("number", "pk"))
    if missing := numbers - found.keys():
        raise NotFound(what="case", which=min(missing))
    return found


def _carry(call: Call, row: CallRow, cases: Mapping[int, int], now: datetime) -> None:
    """Put a call into the columns of its row; note whether somebody is to be called who was not before."""
    assert call.started_at is not None
    before = Outcome(row.outcome)
    row.direction, row.caller, row.called, row.number = (
        call.direction or Direction.IN,
        call.caller,
        call.called,
        call.number,
    )
    row.name, row.queue, row.agent, row.notes = call.name, call.queue, call.agent, call.notes
    row.started_at, row.answered_at, row.ended_at = call.started_at, call.answered_at, call.ended_at
    row.outcome = call.outcome
    if call.case is not None:
        row.case_id = cases[call.case]
    lately = now - (call.last_at or now) <= CALLED_BACK_WITHIN
    if call.outcome != before:
        row.waiting = call.wants_a_call_back and lately and not before.asks_for_a_call


def _tell_cases(access: Access, cases: Iterable[int | None], now: datetime) -> None:
    known = sorted({case for case in cases if case is not None})
    changes.record_many([(access.workspace, "case", case) for case in known], now=now)


@transaction.atomic
def keep_rejects(access: Access, source: str, lines: Sequence[tuple[int, str, str]], *, now: datetime) -> int:
    """Keep lines (number, reason, as it came) that can't be read, each once; return how many were new."""
    access.require(Permission.WORK)
    rows = [
        CallReject(
            workspace_id=access.workspace,
            source=source,
            digest=hashlib.sha256(raw.encode("utf-8", "replace")).hexdigest()[:32],
            line=line,
            reason=clip(reason, 400),
            raw=clean(raw)[:2_000],
            at=now,
        )
        for line, reason, raw in lines
    ]
    before = CallReject.objects.filter(workspace_id=access.workspace).count()
    CallReject.objects.bulk_create(rows, ignore_conflicts=True)
    return CallReject.objects.filter(workspace_id=access.workspace).count() - before


@transaction.atomic
def drop_rejects(access: Access, *, now: datetime) -> int:
    """Throw away the lines that could not be read; return how many went."""
    access.require(Permission.LISTEN)
    gone, _ = CallReject.objects.filter(workspace_id=access.workspace).delete()
    audit(access, "unread calls discarded", "calls", now=now, after={"lines": gone})
    return gone


# Calling back -------------------------------------------------------------
@transaction.atomic
def settle(workspace: int, calls: Mapping[int, str], *, now: datetime) -> int:
    """Ask for the call-backs of calls that were heard, given each one's post; return how many are open.

    A call without a case needs none: the playbook left it. Part of what Hubbub does by itself.
    """
    asked = 0
    for row in CallRow.objects.select_for_update(of=("self",)).filter(
        workspace_id=workspace, pk__in=calls, waiting=True
    ):
        row.waiting = False
        row.save(update_fields=["waiting"])
        entry = (
            Entry.objects.filter(post__workspace_id=workspace, post__uri=calls[row.pk]).select_related("case").first()
        )
        if entry is None or entry.case.value().status.ended:
            continue
        case = CaseRow.objects.select_for_update(of=("self",)).get(pk=entry.case_id)
        due = levels(workspace).due(clocks.facts_of(case), now)
        _open(case, number=row.number, why=clip(words_of(call_of(row)), 240), due_at=due, now=now)
        case.take(case.value().call_back(due, now))
        clocks.save(case, now)
        changes.record(workspace, "case", case.pk, now=now)
        asked += 1
    return asked


def _open(case: CaseRow, *, number: str, why: str, due_at: datetime, now: datetime) -> None:
    """Ask for a call; one that is asked for already keeps its time if that is earlier."""
    row = CallBack.objects.filter(case=case, done_at__isnull=True).first() or CallBack(case=case, due_at=due_at)
    row.number, row.why, row.asked_at = number, why or row.why, now
    row.due_at = min(row.due_at, due_at)
    row.save()


@transaction.atomic
def ask(access: Access, number: int, *, to: str, at: datetime, why: str = "", now: datetime) -> None:
    """Ask for a call-back in a case: whom, at which number, when.

    Raises
    ------
    InvalidInput
        If the number is none, or the time is past or more than a year ahead.
    Conflict
        If the case has ended.
    """
    row = lock(access, number)
    called = number_of(to, calling_code(access))
    if not called:
        raise InvalidInput(
            reason=say("‘{given}’ is no telephone number; it looks like +49 30 1234567.", given=clip(to, 40))
        )
    _ahead(at, now)
    case = row.value().call_back(at, now)
    why = clip(clean(why), 240)
    CallBack.objects.filter(case=row, done_at__isnull=True).update(due_at=at)  # a person's word counts
    _open(row, number=called, why=why, due_at=at, now=now)
    said = access.say("{name} asked for a call to {number}.", name=access.name, number=called)
    if why:
        said = access.say("{name} asked for a call to {number}: {why}.", name=access.name, number=called, why=why)
    event(access, row, now, said)
    store(access, row, case, "call asked for", now, at=at.isoformat())


def _ahead(at: datetime, now: datetime) -> None:
    if at < now - timedelta(minutes=1):
        raise InvalidInput(reason="This time is past. Give one that is still to come.")
    if at - now > LATEST:
        raise InvalidInput(reason="Give a time within a year.")


@transaction.atomic
def called(
    access: Access,
    number: int,
    *,
    reached: bool,
    settled: bool = True,
    wrap_up: int | None = None,
    again_at: datetime | None = None,
    notes: str = "",
    now: datetime,
) -> None:
    """Note how a call-back went.

    Reached, the case is resolved as any other, with a code where one is asked for; or it waits for the customer where
    something is left to do. Not reached, the call is due again later.

    Raises
    ------
    Conflict
        If the case has no open call-back, as when a colleague was quicker, or can't be resolved yet.
    InvalidInput
        If the time to try again is past.
    """
    row = lock(access, number)
    task = CallBack.objects.filter(case=row, done_at__isnull=True).first()
    if task is None:
        raise Conflict(reason="No call is asked for here. A colleague may have been quicker.")
    task.tries += 1
    notes = clean(notes).strip()
    if len(notes) > 5_000:
        raise InvalidInput(reason="Notes have at most 5,000 characters.")
    if reached:
        case = row.value().answer(now, access.person)
        task.done_at = now
        said = mark("{name} called {number} and reached them.")
    else:
        again = again_at or now + AGAIN
        _ahead(again, now)
        case = row.value().call_again(again, now)
        task.due_at = again
        said = mark("{name} called {number}: nobody was reached.")
    task.save()
    event(access, row, now, access.say(said, name=access.name, number=task.number))
    if notes:
        Entry.objects.create(case=row, at=now, kind="note", person_id=access.person, name=access.name, text=notes)
    store(access, row, case, "called back", now, reached=reached, tries=task.tries)
    if reached and settled:
        resolve(access, number, wrap_up=wrap_up, now=now)


# Erasure ------------------------------------------------------------------
_NOBODY = {"caller": "", "called": "", "number": "", "name": "", "notes": "", "waiting": False}


def forget_number(workspace: int, number: str, names: Iterable[str]) -> None:
    """Take from a person's calls who called; when and how long stays. Part of a larger transaction."""
    rows = CallRow.objects.filter(workspace_id=workspace, number=number)
    told = {name.lower() for name in (*names, *rows.values_list("name", flat=True)) if len(name) >= LEAST_NAME}
    rows.update(**_NOBODY, case=None)
    CallBack.objects.filter(case__workspace_id=workspace, number=number).delete()
    ending = number[-TELLING:]  # however the line writes the country
    for pk, raw in CallReject.objects.filter(workspace_id=workspace).values_list("pk", "raw"):
        digits = "".join(letter for letter in raw if letter.isdigit())
        if ending in digits or any(name in raw.lower() for name in told):
            CallReject.objects.filter(pk=pk).delete()


def forget_before(workspace: int, before: datetime) -> int:
    """Take from calls that began before a moment, and belong to no case, who called; return how many had somebody."""
    CallReject.objects.filter(workspace_id=workspace, at__lt=before).delete()
    rows = CallRow.objects.filter(workspace_id=workspace, started_at__lt=before, case=None)
    return rows.exclude(number="", name="", notes="").update(**_NOBODY)
