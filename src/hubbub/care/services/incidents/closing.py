"""The end of an incident: the word to everybody is drafted, and what nobody answered is dealt with."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from hubbub.accounts.core.access import Access
from hubbub.care.core.incidents import Members, feedback_draft
from hubbub.care.models import CaseRow, Incident
from hubbub.care.selectors.levels import levels
from hubbub.care.services import cases
from hubbub.care.services.cases.answer import look_first
from hubbub.care.services.counting import recount
from hubbub.care.services.incidents.row import due_from, lock, put_all, store
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.text import clean
from hubbub.listening.selectors import topic_names

AT_ONCE = 500
"""Cases that are answered or resolved by one call."""


@dataclass(frozen=True, slots=True)
class Closing:
    """How many cases were answered or resolved, which were not and why, and how many still wait: then it stays open."""

    done: int
    refused: tuple[tuple[int, str], ...]
    waiting: int


def close(
    access: Access, incident: int, *, members: Members = Members.DUE, feedback: str = "", wrap_up: int | None = None,
    confirmed: bool = False, now: datetime,
) -> Closing:  # fmt: skip
    """It is over: the word to the community is drafted, and what nobody answered is dealt with.

    Each case is answered or resolved by itself, so that others can write meanwhile. Where one can't be, the rest goes
    on and the incident stays open: closing it again takes up what is left, and tells nobody twice.

    Parameters
    ----------
    feedback : what is said to those who are answered, and the draft of the public word; empty: drafted
    wrap_up : the code that resolved cases get
    confirmed : the person was shown what to look at in these words

    Raises
    ------
    LookBeforeSending
        If the words to who is answered are to be looked at first; nothing was sent.
    """
    words = _drafted(access, incident, feedback)
    if members is Members.DUE:
        return _make_due(access, incident, now)
    if members is Members.ANSWER and not confirmed:
        look_first(words, private=False)
    done, refused = 0, []
    for number in _waiting(incident).values_list("number", flat=True)[:AT_ONCE]:
        try:
            done += _settle(access, incident, number, words if members is Members.ANSWER else "", wrap_up, now)
        except HubbubError as error:
            refused.append((number, str(error)))
    return _end(access, incident, members, done, refused, now)


@transaction.atomic
def _drafted(access: Access, incident: int, feedback: str) -> str:
    row = lock(access, incident)
    last = row.notes.order_by("-version").first()
    topic = topic_names(access.workspace).get(row.topic, "")
    row.feedback = clean(feedback).strip() or row.feedback or feedback_draft(topic, last.text if last else "")
    row.save(update_fields=["feedback"])
    return row.feedback


def _waiting(incident: int) -> QuerySet[CaseRow]:
    return CaseRow.objects.filter(incident=incident, folder="incident").order_by("id")


@transaction.atomic
def _make_due(access: Access, incident: int, now: datetime) -> Closing:
    row, used = lock(access, incident), levels(access.workspace)
    left = list(_waiting(row.pk).select_for_update(of=("self",)).select_related("account"))
    for case in left:
        due_from(case, now, used)
    put_all(access.workspace, left, row, now)
    _over(access, row, Members.DUE, len(left), now)
    return Closing(0, (), 0)


@transaction.atomic
def _settle(access: Access, incident: int, number: int, words: str, wrap_up: int | None, now: datetime) -> bool:
    """Answer a case, where there are words, and resolve it: both, or neither; False where somebody did meanwhile."""
    case = cases.lock(access, number)
    if case.incident_id != incident or case.folder != "incident":
        return False
    if words:
        key = f"incident-{incident}-over"
        cases.reply(access, number, text=words, private=case.private, confirmed=True, key=key, now=now)
    cases.resolve(access, number, wrap_up=wrap_up, now=now)
    return True


@transaction.atomic
def _end(
    access: Access, incident: int, members: Members, done: int, refused: list[tuple[int, str]], now: datetime
) -> Closing:
    row = lock(access, incident)
    waiting = _waiting(row.pk).count()
    if not waiting:
        _over(access, row, members, done, now)
    elif done:
        said = access.say(
            "Cases dealt with by {name}: {number}. Still waiting: {left}.",
            name=access.name,
            number=done,
            left=waiting,
        )
        store(access, row, "incident cases", said, now, members=members, done=done, waiting=waiting)
    return Closing(done, tuple(refused), waiting)


def _over(access: Access, row: Incident, members: Members, dealt_with: int, now: datetime) -> None:
    row.open, row.closed_at = False, now
    recount(row)
    said = access.say("Closed by {name}.", name=access.name)
    store(access, row, "incident closed", said, now, members=members, waiting=dealt_with)
