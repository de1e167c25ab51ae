"""Writes of events: what they are, and what networks say of the accounts in them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.channels.core.contract import Account
from hubbub.infra import changes
from hubbub.kernel.errors import NotFound
from hubbub.listening.core.events import checked_accounts, checked_window
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.models import EventAccountRow, EventRow, Topic
from hubbub.listening.services import remove_topic, save_topic


@transaction.atomic
def save_event(
    access: Access,
    *,
    event: int | None = None,
    name: str,
    text: str,
    since: datetime,
    until: datetime,
    accounts: str = "",
    now: datetime,
) -> int:
    """Make or change an event: its topic is listened for from now on, and every account's part in it is counted.

    Parameters
    ----------
    text : the query that says what belongs to it
    accounts : names as people write them, one a line or with commas between

    Raises
    ------
    QueryError
        If the query can't be read.
    InvalidInput
        If its times or accounts can't be; the sentence says what to mend.
    """
    access.require(Permission.LISTEN)
    checked_window(since, until)
    handles = checked_accounts(accounts)
    row = _event(access, event) if event is not None else EventRow()
    known = row.topic_id if event is not None else None
    row.topic_id = save_topic(access, topic=known, name=name, klass=TopicClass.EVENT, text=text, now=now)
    row.since, row.until = since, until
    row.save()
    _keep_accounts(access, row, handles, text, now)
    return row.pk


def _keep_accounts(access: Access, row: EventRow, handles: Sequence[str], text: str, now: datetime) -> None:
    """Listen for what each account says of the event. These topics are the event's own and change with it."""
    for account in row.accounts.exclude(handle__in=handles).select_related("topic"):
        account.topic.delete()
    standing = {account.handle: account for account in row.accounts.select_related("topic")}
    for handle in handles:
        query = f"author:{handle} ({text})"
        if (known := standing.get(handle)) is not None:
            known.topic.query = query
            known.topic.save(update_fields=["query"])
            continue
        topic = Topic.objects.create(
            workspace_id=access.workspace, name=f"{row.pk}@{handle}"[:80], klass=TopicClass.EVENT, query=query
        )
        EventAccountRow.objects.create(event=row, topic=topic, handle=handle)
    changes.record(access.workspace, "topics", row.topic_id, now=now)


@transaction.atomic
def remove_event(access: Access, event: int, *, now: datetime) -> None:
    """Follow an event no longer, and listen for its topic no longer. What was heard of it stays."""
    access.require(Permission.LISTEN)
    row = _event(access, event)
    Topic.objects.filter(event_account__event=row).delete()
    remove_topic(access, row.topic_id, now=now)  # and the event with it


def learn_account(account: int, told: Account | None, last_post_at: datetime | None, *, now: datetime) -> None:
    """Keep what a network said of an account; None: it knows of none with that name. For the events flow."""
    facts = {"asked_at": now, "found": told is not None}
    if told is not None:
        facts |= {
            "name": told.name[:200],
            "followers": told.followers,
            "posts": told.posts,
            "last_post_at": last_post_at,
        }
    EventAccountRow.objects.filter(pk=account).update(**facts)


def _event(access: Access, event: int) -> EventRow:
    row = EventRow.objects.select_for_update().filter(topic__workspace_id=access.workspace, pk=event).first()
    if row is None:
        raise NotFound(what="event", which=event)
    return row
