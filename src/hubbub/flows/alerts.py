"""Alerts: looks at what was heard, and tells whom the rules name by mail and webhook."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access
from hubbub.care.core.notices import NoticeLine
from hubbub.infra import mail, segments, signing
from hubbub.infra.db import with_database
from hubbub.infra.environment import MailServer
from hubbub.infra.http import AddressRefused, Http
from hubbub.infra.mail import Letter, Mail, MailRefused, NoMailServer
from hubbub.infra.places import Places
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.ids import PersonId, StreamId, WorkspaceId
from hubbub.kernel.speech import say, speaking
from hubbub.listening.core.alerts import COLUMNS, Alert, Finding, Rule, spoken
from hubbub.listening.selectors import alerts as selectors
from hubbub.listening.selectors.alerts import Message
from hubbub.listening.services import alerts as services

OLD = timedelta(hours=6)
"""Posts said longer ago are history that came late: nobody is told at once."""
MAILED_EVERY = timedelta(minutes=5)
"""Nobody gets more than one mail about alerts in this time: what comes meanwhile goes in the next."""
WEBHOOK_S = 10.0


class Letters(Protocol):
    """Who writes letters as the pages look."""

    def rating_link(self, ticket: str) -> str:
        """Return the address at which somebody says how satisfied they are."""

    def of_alerts(self, access: Access, to: str, alerts: Sequence[Alert]) -> Letter:
        """Write about alerts, to an address."""

    def of_notices(self, access: Access, lines: Sequence[NoticeLine]) -> Letter:
        """Write to somebody what they are told."""

    def of_page(self, person: PersonId, slug: str, path: str) -> Letter:
        """Write what a page shows to somebody."""


@dataclass(frozen=True, slots=True)
class Post:
    """The ways out to people: by mail and by webhook."""

    letters: Letters
    server: MailServer | None = None
    sender: str = ""
    allow_private: bool = False  # webhooks on this machine and its network

    def mail(self, to: str, letter: Letter, key: str, now: datetime) -> None:
        """Send a letter; raises as `infra.mail.send`."""
        mail.send(self.server, self.sender, Mail(to, letter, key, now))


def look(places: Places, *, now: datetime) -> int:
    """Look whether any rule finds something; return how many segments were looked at."""
    rules = selectors.standing()
    services.look_at_counts(rules, now)
    services.mark_streams()
    of_posts = [rule for rule in rules if rule.kind.of_posts]
    if not of_posts:
        services.skip_to_latest()
        return 0
    done = 0
    for stream, number in selectors.unlooked():
        services.looked(stream, number, _found(places, StreamId(stream), number, of_posts, now), now)
        done += 1
    return done


def _found(
    places: Places, stream: StreamId, number: int, rules: Sequence[Rule], now: datetime
) -> list[tuple[Rule, Finding]]:
    try:
        table = segments.read(places.segments, stream, number, COLUMNS)
    except FileNotFoundError:
        return []  # archived long ago: nobody looked meanwhile
    return [(rule, found) for rule in rules if (found := spoken(table, rule, now - OLD)) is not None]


def tell(post: Post, *, now: datetime) -> int:
    """Send what is due; return how many messages went."""
    due = selectors.due_messages(now)
    mails = sorted((each for each in due if each.way == "mail"), key=lambda each: (each.workspace, each.to))
    done = 0
    for (workspace, to), group in groupby(mails, key=lambda each: (each.workspace, each.to)):
        done += _mail(post, workspace, to, list(group), now)
    hooks = [each for each in due if each.way == "webhook"]
    return done + (asyncio.run(_call_all(post, hooks, now)) if hooks else 0)


def _mail(post: Post, workspace: int, to: str, messages: Sequence[Message], now: datetime) -> int:
    """Send one mail about all that somebody is to be told of."""
    ids = [each.id for each in messages]
    last = selectors.last_mailed(workspace, to)
    if last is not None and now - last < MAILED_EVERY:
        services.wait(ids, last + MAILED_EVERY)
        return 0
    access = accounts.enter_as_hubbub(WorkspaceId(workspace))
    told = list({each.alert.id: each.alert for each in messages}.values())
    try:
        with speaking(access.language):
            post.mail(to, post.letters.of_alerts(access, to, told), f"alerts-{'-'.join(map(str, ids[:10]))}", now)
    except (NoMailServer, MailRefused) as error:
        services.not_sent(ids, str(error), for_good=True, now=now)
    except HubbubError as error:
        services.not_sent(ids, str(error), for_good=False, now=now)
    else:
        services.sent(ids, now)
        return len(ids)
    return 0


async def _call_all(post: Post, messages: Sequence[Message], now: datetime) -> int:
    async with Http("webhook", allow_private=post.allow_private, timeout_s=WEBHOOK_S) as http:
        return sum(await asyncio.gather(*(_call(http, each, now) for each in messages)))


async def _call(http: Http, message: Message, now: datetime) -> int:
    """Post one alert to a webhook: again and again until it says yes, each time as the same delivery."""
    with speaking(message.language):
        return await _post(http, message, now)


async def _post(http: Http, message: Message, now: datetime) -> int:
    body = json.dumps(as_data(message), ensure_ascii=False, separators=(",", ":")).encode()
    headers = signing.headers(message.keys, f"alert-{message.id}", body, now)
    words, for_good = "", False
    try:
        answer = await http.request("POST", message.to, data=body, headers=headers, max_body=100_000)
        if answer.status >= 300:
            words = say("it said {status}", status=answer.status)
            for_good = answer.status < 500 and answer.status not in (408, 425, 429)
    except AddressRefused as error:
        words, for_good = str(error), True
    except HubbubError as error:
        words = str(error)
    if words:
        await asyncio.to_thread(with_database, services.not_sent, [message.id], words, for_good=for_good, now=now)
        return 0
    await asyncio.to_thread(with_database, services.sent, [message.id], now)
    return 1


def as_data(message: Message) -> dict[str, object]:
    """Return what a webhook is told."""
    alert = message.alert
    return {
        "alert": alert.id,
        "rule": alert.rule,
        "kind": alert.kind.value,
        "topic": alert.topic_name or None,
        "headline": alert.headline,
        "at": alert.at.isoformat(),
        "last_at": alert.last_at.isoformat(),
        "more": message.more,
        "found": alert.finding.as_facts(),
    }
