"""The life of a case as people lead it: given away, resolved, reopened, taken up; and notes."""

from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access
from hubbub.accounts.models import Membership
from hubbub.care.core.answering import Mode
from hubbub.care.core.deeds import Close, Park, Reopen, Resolve, SetWrapUp, Snooze, Wake
from hubbub.care.core.mentions import mentioned
from hubbub.care.core.notices import Why
from hubbub.care.models import Entry
from hubbub.care.selectors import names_to_mention
from hubbub.care.selectors.levels import levels
from hubbub.care.services import clocks
from hubbub.care.services.cases.drafts import draft_spent
from hubbub.care.services.cases.many import Done, do_one
from hubbub.care.services.cases.row import event, lock, read_by, store
from hubbub.care.services.notices import tell
from hubbub.kernel.errors import InvalidInput, NotFound
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import say, speaking
from hubbub.kernel.text import clean

MAX_NOTE = 20_000


@transaction.atomic
def note(access: Access, number: int, *, text: str, now: datetime) -> None:
    """Leave a note that only colleagues see; whom it names with an @ is told."""
    row = lock(access, number)
    text = clean(text).strip()
    if not text:
        raise InvalidInput(reason="Write something first.")
    if len(text) > MAX_NOTE:
        raise InvalidInput(reason=say("A note has at most {most:,} characters.", most=MAX_NOTE))
    people = names_to_mention(access) if "@" in text else {}
    names = mentioned(text, people)
    Entry.objects.create(
        case=row,
        at=now,
        kind="note",
        person_id=access.person,
        name=access.name,
        text=text,
        data={"mentions": names} if names else {},
    )
    if to := {person for name in names for person in people[name]} - {access.person}:
        words = access.say("{name} mentions you in a note: {text}", name=access.name, text=text)
        tell(access.workspace, to, why=Why.MENTIONED, case=row.pk, text=words, now=now)
    store(access, row, row.value(), "note", now)
    read_by(access, row, now)
    draft_spent(access, row, Mode.NOTE, text, now)


@transaction.atomic
def assign(access: Access, number: int, *, to: PersonId | None, now: datetime) -> None:
    """Give a case to somebody who works here, or to nobody."""
    row = lock(access, number)
    name = ""
    if to is not None:
        member = (
            Membership.objects.filter(workspace_id=access.workspace, person_id=to)
            .exclude(role="analyst")
            .select_related("person")
            .first()
        )
        if member is None:
            raise NotFound(what="colleague", which=to)
        name = member.person.name
    if row.owner_id == to:
        return
    case = row.value().assign(to)
    with speaking(access.language):
        event(access, row, now, _given(access, to, name))
        words = say("{name} gave you case {number}.", name=access.name, number=row.number)
    store(access, row, case, "assign", now)
    if to is not None:
        tell(
            access.workspace,
            [to],
            why=Why.ASSIGNED,
            case=row.pk,
            text=words,
            by=access.person,
            now=now,
        )


def _given(access: Access, to: PersonId | None, name: str) -> str:
    if to is None:
        return say("{name} gave it back.", name=access.name)
    if to == access.person:
        return say("Taken by {name}.", name=name)
    return say("{name} gave it to {other}.", name=access.name, other=name)


def resolve(access: Access, number: int, *, wrap_up: int | None = None, now: datetime) -> Done:
    """The matter is settled; a wrap-up code says why it came or how it ended."""
    code = [SetWrapUp(code=wrap_up)] if wrap_up is not None else []
    return do_one(access, number, [*code, Resolve()], words=say("Resolved"), now=now)


def close(access: Access, number: int, *, now: datetime) -> Done:
    """Nothing more comes of it."""
    return do_one(access, number, [Close()], now=now)


def park(access: Access, number: int, *, why: str, until: datetime | None = None, now: datetime) -> Done:
    """Let a case wait for something of our own; with a date, it needs somebody again by itself."""
    return do_one(access, number, [Park(why=" ".join(clean(why).split()), until=until)], now=now)


def snooze(access: Access, number: int, *, until: datetime, now: datetime) -> Done:
    """Leave a case out of sight until then, or until the customer writes."""
    return do_one(access, number, [Snooze(until=until)], now=now)


def wake(access: Access, number: int, *, now: datetime) -> Done:
    """Take up a parked or snoozed case before its time."""
    return do_one(access, number, [Wake()], now=now)


def reopen(access: Access, number: int, *, now: datetime) -> Done:
    """The matter is not settled after all."""
    return do_one(access, number, [Reopen()], now=now)


@transaction.atomic
def take_up(access: Access, number: int, *, now: datetime) -> None:
    """Make a watched or imported case one that needs an answer, in its service level from now on."""
    row = lock(access, number)
    case = row.value().assign(access.person).due(levels(access.workspace).due(clocks.facts_of(row), now))
    event(access, row, now, access.say("Taken up by {name}.", name=access.name))
    store(access, row, case, "take up", now)
