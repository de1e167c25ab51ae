"""The outbox: how a message leaves exactly once, or says honestly that nobody can tell.

    queued ──claim──▶ sending ──yes──▶ delivered
      ▲                  │──no────▶ failed      (the network's own words; a person may send again;
      │                  │                       so is what was delivered or uncertain, if it bounces)
      └──not acted on────┤
                         └──answer lost──▶ sending, doubtful: looked up before any repeat, or repeated where the
                                           other side takes it for the same; else uncertain: a person decides

    by_hand ──a person took it away──▶ delivered      (a letter: no sender ever claims it)
       └─────taken back──────────────▶ failed

The row is written in the agent's transaction. A claim is a compare-and-set, so two senders never hold
the same message; messages of one conversation leave in the order they were written. Where a network asks
us to wait, nothing leaves by that connection until then; the others go on.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db import models, transaction

from hubbub.infra import changes
from hubbub.infra.models import OutboxMessage, OutboxPause
from hubbub.kernel.errors import Conflict, NotFound
from hubbub.kernel.ids import OutboxId
from hubbub.kernel.speech import mark, say

PATIENCE = timedelta(hours=24)
BACKOFF_S = (5, 15, 60, 300, 900)
LATELY: Final = timedelta(days=1)
LEASE = timedelta(seconds=90)
LONGEST = timedelta(hours=1)
"""No message waits longer before it is tried again: one that is due later was put before the clock was set back."""
MAX_CONVERSATION = 1000


FORGOTTEN = mark("The person it was for was erased.")
TAKEN_BACK = mark("It was taken back before it was posted.")


class State(StrEnum):
    """Where a message is."""

    QUEUED = "queued"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    BY_HAND = "by_hand"  # waits for a person to take it to the post


_STATES = {
    State.QUEUED: mark("queued"),
    State.SENDING: mark("sending"),
    State.DELIVERED: mark("delivered"),
    State.FAILED: mark("failed"),
    State.UNCERTAIN: mark("uncertain"),
    State.BY_HAND: mark("by hand"),
}


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the sender sees it."""

    id: OutboxId
    workspace: int
    connection: int
    subject: int
    key: str
    payload: dict[str, Any]
    state: State
    words: str
    attempts: int
    doubtful: bool
    queued_at: datetime
    url: str


def put(
    *,
    workspace: int,
    connection: int,
    conversation: str,
    subject: int,
    key: str,
    payload: dict[str, Any],
    expected_uri: str | None,
    by_hand: bool = False,
    not_before: datetime | None = None,
    now: datetime,
) -> OutboxId:
    """Queue a message, or lay it out for a person; call it inside the transaction that stores what it says.

    `not_before`: until then no sender takes it, and it can be withdrawn.
    """
    row = OutboxMessage.objects.create(
        workspace=workspace,
        connection=connection,
        conversation=conversation[:MAX_CONVERSATION],
        subject=subject,
        key=key,
        payload=payload,
        state=State.BY_HAND if by_hand else State.QUEUED,
        queued_at=now,
        due_at=not_before or now,
        expected_uri=expected_uri or "",
    )
    changes.record(workspace, "outbox", row.pk, now=now)
    return OutboxId(row.pk)


def claim(sender: str, now: datetime, *, busy: Collection[int] = ()) -> Message | None:
    """Take the next message that is due, so that no other sender does; None if there is none.

    `busy`: connections by which nothing is to leave just now.
    """
    paused = OutboxPause.objects.filter(until__gt=now, until__lte=now + LONGEST).values("connection")
    earlier = OutboxMessage.objects.filter(
        conversation=models.OuterRef("conversation"),
        id__lt=models.OuterRef("id"),
        state__in=(State.QUEUED, State.SENDING),
    )
    due = OutboxMessage.objects.filter(models.Q(due_at__lte=now) | models.Q(due_at__gt=now + LONGEST))
    due = due.filter(state=State.QUEUED).exclude(models.Exists(earlier)).exclude(connection__in=paused)
    due = due.exclude(connection__in=list(busy)) if busy else due
    for pk in due.order_by("due_at", "id").values_list("pk", flat=True)[:20]:
        with transaction.atomic():
            taken = OutboxMessage.objects.filter(pk=pk, state=State.QUEUED).update(
                state=State.SENDING, claimed_by=sender, claimed_at=now, attempts=models.F("attempts") + 1
            )
            if taken:
                row = OutboxMessage.objects.get(pk=pk)
                changes.record(row.workspace, "case", row.subject, now=now)
                return _value(row)
    return None


def abandoned(sender: str, now: datetime, *, fresh_start: bool) -> list[Message]:
    """Return messages whose sender died between claim and record; each may or may not have arrived.

    `fresh_start`: this sender has only just begun, so whatever it is said to hold is from a former life.
    """
    theirs = models.Q(claimed_at__lt=now - LEASE)
    if fresh_start:
        theirs |= models.Q(claimed_by=sender)
    rows = OutboxMessage.objects.filter(theirs, state=State.SENDING)
    rows.update(doubtful=True, claimed_by=sender, claimed_at=now)
    return [_value(row) for row in OutboxMessage.objects.filter(state=State.SENDING, claimed_by=sender, doubtful=True)]


@transaction.atomic
def delivered(message: Message, *, uri: str, url: str | None, now: datetime) -> None:
    """Record the network's yes."""
    _record(message, now, state=State.DELIVERED, words="", uri=uri, url=url or "", delivered_at=now, doubtful=False)


@transaction.atomic
def failed(message: Message, words: str, *, now: datetime) -> None:
    """Record the network's no, in its own words."""
    _record(message, now, state=State.FAILED, words=words)


@transaction.atomic
def uncertain(message: Message, words: str, *, now: datetime) -> None:
    """Record that nobody can tell whether it arrived."""
    _record(message, now, state=State.UNCERTAIN, words=words)


@transaction.atomic
def again_later(
    message: Message, words: str, *, now: datetime, wait_s: float | None = None, doubtful: bool | None = None
) -> State:
    """Put a message back: nothing was acted on, or (doubtful) it is to be looked up first.

    After a day it is given up: it failed, or nobody can tell. Returns what became of it.
    """
    doubtful = message.doubtful if doubtful is None else doubtful
    if now - message.queued_at > PATIENCE:
        end = State.UNCERTAIN if doubtful else State.FAILED
        _record(
            message,
            now,
            state=end,
            words=say("{words} Tried for {hours} hours.", words=words, hours=PATIENCE.days * 24),
        )
        return end
    step = BACKOFF_S[min(message.attempts, len(BACKOFF_S)) - 1] if message.attempts else BACKOFF_S[0]
    due_at = now + min(LONGEST, timedelta(seconds=step if wait_s is None else wait_s))
    _record(message, now, state=State.QUEUED, words=words, due_at=due_at, doubtful=doubtful)
    return State.QUEUED


@dataclass(frozen=True, slots=True)
class Pause:
    """A network that asked us to wait."""

    until: datetime
    words: str


def pause(connection: int, words: str, *, wait_s: float, now: datetime) -> None:
    """Send nothing by a connection for so many seconds: its network asked for it."""
    until = now + min(LONGEST, timedelta(seconds=wait_s))
    OutboxPause.objects.update_or_create(connection=connection, defaults={"until": until, "words": words})


def pauses(connections: Collection[int], now: datetime) -> dict[int, Pause]:
    """Return which of these connections wait just now, and until when."""
    rows = OutboxPause.objects.filter(connection__in=connections, until__gt=now, until__lte=now + LONGEST)
    return {row.connection: Pause(row.until, row.words) for row in rows}


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """What a connection's messages have come to."""

    queued: int = 0
    failed: int = 0  # in the last day
    uncertain: int = 0
    delivered_at: datetime | None = None  # the last one


def on_the_way(workspace: int, now: datetime) -> dict[int, OnTheWay]:
    """Return what waits, failed or is uncertain, by connection."""
    waiting = models.Q(state__in=(State.QUEUED, State.SENDING))
    failed = models.Q(state=State.FAILED, queued_at__gt=now - LATELY)
    found = OutboxMessage.objects.filter(workspace=workspace).values("connection")
    found = found.annotate(
        waiting=models.Count("pk", filter=waiting),
        failed=models.Count("pk", filter=failed),
        uncertain=models.Count("pk", filter=models.Q(state=State.UNCERTAIN)),
        last=models.Max("delivered_at"),
    )
    return {
        each["connection"]: OnTheWay(each["waiting"], each["failed"], each["uncertain"], each["last"]) for each in found
    }


def _record(message: Message, now: datetime, *, state: State, **fields: Any) -> None:
    rows = OutboxMessage.objects.filter(pk=message.id)
    if state is not State.DELIVERED:  # a yes that another sender heard meanwhile stands
        rows = rows.filter(state=State.SENDING)
    if rows.update(claimed_by="", claimed_at=None, state=state, **fields):
        changes.record(message.workspace, "case", message.subject, now=now)


def forget(workspace: int, subject: int, *, now: datetime) -> None:
    """Take from a case's messages to whom they went and what they said; what was not sent yet never is.

    Part of a larger transaction.

    Raises
    ------
    Conflict
        If one is being sent just now.
    """
    rows = OutboxMessage.objects.filter(workspace=workspace, subject=subject)
    rows.filter(state__in=(State.QUEUED, State.BY_HAND)).update(state=State.FAILED, words=say(FORGOTTEN))
    if rows.filter(state=State.SENDING).exists():
        raise Conflict(reason="An answer to them is being sent just now. Try again in a minute.")
    rows.update(payload={}, conversation="")


@transaction.atomic
def send_again(workspace: int, outbox: int, *, by_hand: bool = False, now: datetime) -> None:
    """A person wants it sent once more. Where the network can look, it is looked up first."""
    if OutboxMessage.objects.filter(pk=outbox, workspace=workspace, payload={}).exists():
        raise Conflict(reason=FORGOTTEN)
    taken = OutboxMessage.objects.filter(
        pk=outbox, workspace=workspace, state__in=(State.FAILED, State.UNCERTAIN)
    ).update(
        state=State.BY_HAND if by_hand else State.QUEUED,
        due_at=now,
        queued_at=now,
        doubtful=not by_hand,
        words="",
        attempts=0,
    )
    _moved(workspace, outbox, taken, now)


@transaction.atomic
def has_arrived(workspace: int, outbox: int, *, now: datetime) -> None:
    """A person looked, and an uncertain message is there; or they took it to the post."""
    rows = OutboxMessage.objects.filter(pk=outbox, workspace=workspace, state__in=(State.UNCERTAIN, State.BY_HAND))
    taken = rows.update(state=State.DELIVERED, delivered_at=now, words="", doubtful=False)
    _moved(workspace, outbox, taken, now)


@transaction.atomic
def take_back(workspace: int, outbox: int, *, now: datetime) -> None:
    """A person does not want a message taken to the post after all."""
    rows = OutboxMessage.objects.filter(pk=outbox, workspace=workspace, state=State.BY_HAND)
    taken = rows.update(state=State.FAILED, words=say(TAKEN_BACK))
    _moved(workspace, outbox, taken, now)


def withdraw(workspace: int, outbox: int, *, now: datetime) -> bool:
    """Take back a message that no sender has ever taken; say whether that was still possible.

    Either this or a claim wins: both change the row only as long as it is queued.
    """
    rows = OutboxMessage.objects.filter(pk=outbox, workspace=workspace, state=State.QUEUED, attempts=0)
    subject = rows.values_list("subject", flat=True).first()
    if subject is None or not rows.delete()[0]:  # one statement, with its condition
        return False
    changes.record(workspace, "case", subject, now=now)
    return True


def is_by_hand(workspace: int, outbox: int) -> bool:
    """Say whether a message waits for a person to take it to the post."""
    return OutboxMessage.objects.filter(pk=outbox, workspace=workspace, state=State.BY_HAND).exists()


def _moved(workspace: int, outbox: int, taken: int, now: datetime) -> None:
    row = OutboxMessage.objects.filter(pk=outbox, workspace=workspace).first()
    if row is None:
        raise NotFound(what="message", which=outbox)
    if not taken:
        raise Conflict(reason=say("This message is {state} meanwhile.", state=say(_STATES[State(row.state)])))
    changes.record(workspace, "case", row.subject, now=now)
    changes.record(workspace, "outbox", row.pk, now=now)


def files_in_use() -> set[str]:
    """Return the keys of the files that messages carry."""
    carried = OutboxMessage.objects.filter(payload__files__0__isnull=False).values_list("payload", flat=True)
    return {file["ref"] for payload in carried.iterator() for file in payload["files"]}


@transaction.atomic
def bounced(workspace: int, uri: str, words: str, *, now: datetime) -> int | None:
    """Record that a message came back after all; return what it belongs to, None if it is none of ours."""
    row = OutboxMessage.objects.filter(models.Q(expected_uri=uri) | models.Q(uri=uri), workspace=workspace).first()
    if row is None or row.state == State.QUEUED:
        return None
    OutboxMessage.objects.filter(pk=row.pk).update(
        state=State.FAILED, words=words, delivered_at=None, claimed_by="", claimed_at=None
    )
    changes.record(workspace, "case", row.subject, now=now)
    return row.subject


def is_ours(uri: str) -> bool:
    """Say whether a post with this uri is one of ours, sent or on its way."""
    return bool(uri) and OutboxMessage.objects.filter(models.Q(expected_uri=uri) | models.Q(uri=uri)).exists()


def answered_by(connection: int, name: str, uri: str) -> str | None:
    """Return the uri of what a message of ours answered, by its key or uri; None where there is no such message."""
    named = models.Q(key=name) | models.Q(uri=uri)
    row = OutboxMessage.objects.filter(named, connection=connection).order_by("-pk").first()
    return row.payload.get("parent") if row else None


def latest(workspace: int, connection: int, limit: int = 20) -> list[Message]:
    """Return the messages that were last written to leave by a connection, newest first."""
    rows = OutboxMessage.objects.filter(workspace=workspace, connection=connection).order_by("-pk")[:limit]
    return [_value(row) for row in rows]


def _value(row: OutboxMessage) -> Message:
    return Message(
        OutboxId(row.pk),
        row.workspace,
        row.connection,
        row.subject,
        row.key,
        row.payload,
        State(row.state),
        row.words,
        row.attempts,
        row.doubtful,
        row.queued_at,
        row.url,
    )


def counts() -> dict[str, int]:
    """Return how many messages are in each state."""
    found = dict(OutboxMessage.objects.values_list("state").annotate(n=models.Count("id")))
    return {state.value: found.get(state.value, 0) for state in State}
