"""A canned reply that a rule sends by itself, where a manager switched that rule to automatic."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from hubbub.accounts.core.access import Access
from hubbub.care.core.canned import fill, unfilled
from hubbub.care.core.views import Way
from hubbub.care.models import CannedReply, CaseRow, Entry
from hubbub.care.selectors import last_from_customer, ways
from hubbub.care.selectors.answering import fields_about
from hubbub.care.services.cases.answer import outgoing_payload
from hubbub.care.services.cases.row import event, store
from hubbub.channels.core.contract import Outgoing, too_long
from hubbub.infra import outbox
from hubbub.kernel.speech import mark, say

ONCE_IN: Final = timedelta(days=1)
SAYS_SO: Final = mark("(This is an automatic answer.)")


def send_by_itself(access: Access, row: CaseRow, template: str, *, why: str, now: datetime) -> str:
    """Queue a canned reply on a locked case; return what was done in words, empty where nothing was.

    At most once a case and day, and never where somebody has the case or it is history. Nobody has answered by it:
    the case stays due. For this domain only.
    """
    if row.owner_id is not None or row.historical or row.value().status.ended or _sent_lately(row, now):
        return ""
    canned = CannedReply.objects.filter(workspace_id=row.workspace_id, title=template).first()
    way = ways(access, row)[row.private]
    target = last_from_customer(row, private=row.private)
    text = _words(access, row, way, canned.text) if canned else ""
    trouble = (
        say("there is no canned reply {title}", title=template)
        if canned is None
        else way.reason or say("it can't be sent by itself")
        if not way.possible or way.connection is None or way.abilities.by_hand or target is None
        else say("{fields} can't be filled", fields=", ".join(unfilled(text)))
        if unfilled(text)
        else too_long(text, way.abilities)
    )
    if trouble or target is None or way.connection is None:
        event(access, row, now, say("Nothing was sent by itself ({why}): {trouble}.", why=why, trouble=trouble))
        store(access, row, row.value(), "automatic reply not sent", now, why=trouble)
        return ""
    message = Outgoing(
        key=secrets.token_hex(12),
        text=text,
        queued_at=now,
        parent=target.uri,
        parent_ref=target.ref or None,
        to=target.author if row.private else None,
        private=row.private,
    )
    payload, expected_uri = outgoing_payload(way.connection, message)
    queued = outbox.put(
        workspace=access.workspace,
        connection=way.connection,
        conversation=f"{access.workspace}:{target.root}",
        subject=row.pk,
        key=message.key,
        payload=payload,
        expected_uri=expected_uri,
        by_hand=False,
        now=now,
    )
    Entry.objects.create(
        case=row,
        at=now,
        kind="reply",
        outbox=queued,
        name="Hubbub",
        text=text,
        private=row.private,
        data={"as": way.as_handle, "network": way.network, "automatic": True},
    )
    event(access, row, now, say("Sent by itself: {why}. Nobody has answered yet.", why=why))
    store(access, row, row.value(), "automatic reply", now, template=template, why=why)
    return say("‘{title}’ sent by itself", title=template)


def _sent_lately(row: CaseRow, now: datetime) -> bool:
    sent = Entry.objects.filter(case=row, kind="reply", at__gt=now - ONCE_IN, data__automatic=True)
    return sent.exists()


def _words(access: Access, row: CaseRow, way: Way, text: str) -> str:
    """Fill the fields as a person's answer would, in the name of the workspace, and say that it is a machine."""
    us = access.workspace_name
    known = fields_about(access, row)
    who = known["name"] or row.who.split(" ")[0]
    return fill(text, {**known, "name": who, "me": us, "persona": us, "channel": way.network}) + "\n\n" + say(SAYS_SO)
