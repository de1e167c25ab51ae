"""Reads of alerts: the rules, what they told of, and who has seen it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce

from hubbub.accounts.core.access import Access, Permission
from hubbub.infra.signing import keys_of
from hubbub.kernel.errors import NotFound
from hubbub.listening.core.alerts import Alert, Finding, Kind, Quiet, Rule, shown_webhook
from hubbub.listening.models import AlertMark, AlertMessage, AlertRow, AlertRule, AlertSeen, Segment
from hubbub.listening.selectors import topic_names


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule as a page lists it."""

    rule: Rule
    topic_name: str
    alerts: int  # in the last week
    trouble: str  # why the last message did not go; "" where it did


def rule_of(row: AlertRule) -> Rule:
    """Return a rule as a value."""
    quiet = Quiet(row.quiet_since, row.quiet_until) if row.quiet_since and row.quiet_until else None
    return Rule(
        id=row.pk,
        workspace=row.workspace_id,
        name=row.name,
        kind=Kind(row.kind),
        topic=row.topic,
        at_least=row.at_least,
        minutes=row.minutes,
        who=tuple(row.who),
        inbox=row.inbox,
        mails=tuple(row.mails),
        webhook=row.webhook,
        quiet=quiet,
        pause=timedelta(minutes=row.pause_min),
        enabled=row.enabled,
    )


def rules(access: Access, now: datetime) -> tuple[RuleLine, ...]:
    """Return the workspace's rules, by name."""
    access.require(Permission.READ)
    names, lines = topic_names(access.workspace), []
    for row in AlertRule.objects.filter(workspace_id=access.workspace).order_by("name"):
        last = AlertMessage.objects.filter(alert__rule=row).exclude(words="", state="queued").order_by("-pk").first()
        told = row.alerts.filter(at__gt=now - timedelta(days=7)).count()
        where = (shown_webhook(last.to) if last.way == "webhook" else last.to) if last else ""
        trouble = f"{where}: {last.words}" if last and last.words else ""
        lines.append(RuleLine(rule_of(row), names.get(row.topic, ""), told, trouble))
    return tuple(lines)


def rule(access: Access, rule_id: int) -> Rule:
    """Return one rule."""
    access.require(Permission.LISTEN)
    row = AlertRule.objects.filter(workspace_id=access.workspace, pk=rule_id).first()
    if row is None:
        raise NotFound(what="alert rule", which=rule_id)
    return rule_of(row)


def standing() -> tuple[Rule, ...]:
    """Return every rule that is switched on, of all workspaces. For the worker."""
    return tuple(rule_of(row) for row in AlertRule.objects.filter(enabled=True).order_by("pk"))


def alerts(access: Access, now: datetime, *, limit: int = 60) -> tuple[Alert, ...]:
    """Return what was told of lately, the latest first."""
    access.require(Permission.READ)
    rows = AlertRow.objects.filter(workspace_id=access.workspace).select_related("rule").order_by("-pk")[:limit]
    return _values(access.workspace, rows, now)


def unseen(access: Access) -> int:
    """Return how many alerts for the inbox somebody has not looked at."""
    access.require(Permission.READ)
    return _unseen(access).count()


def for_inbox(access: Access, now: datetime, *, limit: int = 2) -> tuple[Alert, ...]:
    """Return the latest alerts somebody has not looked at."""
    access.require(Permission.READ)
    return _values(access.workspace, _unseen(access).select_related("rule").order_by("-pk")[:limit], now)


def _unseen(access: Access) -> QuerySet[AlertRow]:
    seen = AlertSeen.objects.filter(workspace_id=access.workspace, person_id=access.me)
    rows = AlertRow.objects.filter(workspace_id=access.workspace, inbox=True)
    return rows.filter(pk__gt=Coalesce(Subquery(seen.values("up_to")[:1]), 0))


def _values(workspace: int, rows: Iterable[AlertRow], now: datetime) -> tuple[Alert, ...]:
    names = topic_names(workspace)
    return tuple(_alert(row, names.get(row.topic, ""), now) for row in rows)


def _alert(row: AlertRow, topic_name: str, now: datetime) -> Alert:
    kind = Kind(row.kind)
    pause = timedelta(minutes=row.rule.pause_min) if row.rule else timedelta()
    on = not kind.of_posts and row.last_at > now - min(pause, timedelta(minutes=15))
    return Alert(row.pk, row.name, kind, row.topic, topic_name, row.at, row.last_at, Finding.of(row.found), on)


# For the worker ----------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Message:
    """A message that is due, with what it tells of."""

    id: int
    workspace: int
    way: str
    to: str
    more: bool
    alert: Alert
    language: str  # of its workspace
    keys: tuple[str, ...] = field(repr=False)  # that a webhook's message is signed with


def due_messages(now: datetime, limit: int = 200) -> tuple[Message, ...]:
    """Return messages that are due, the oldest first."""
    rows = AlertMessage.objects.filter(state="queued", due_at__lte=now).select_related(
        "alert__rule", "alert__workspace"
    )
    names, found = cache(topic_names), []
    for row in rows.order_by("due_at", "pk")[:limit]:
        alert = row.alert
        value = _alert(alert, names(alert.workspace_id).get(alert.topic, ""), now)
        keys = keys_of(alert.rule.secret, now) if alert.rule else ()
        language = alert.workspace.language
        found.append(Message(row.pk, alert.workspace_id, row.way, row.to, row.more, value, language, keys))
    return tuple(found)


def last_mailed(workspace: int, to: str) -> datetime | None:
    """Return when somebody was last sent a mail about alerts."""
    rows = AlertMessage.objects.filter(alert__workspace_id=workspace, way="mail", to=to, state="sent")
    found: datetime | None = rows.order_by("-sent_at").values_list("sent_at", flat=True).first()
    return found


def unlooked(limit: int = 200) -> list[tuple[int, int]]:
    """Return (stream, number) of committed segments that rules of posts have not looked at, in order."""
    marks = dict(AlertMark.objects.values_list("stream_id", "number"))
    found = []
    for stream, mark in marks.items():
        rows = Segment.objects.filter(stream_id=stream, number__gt=mark).order_by("number")
        found += [(stream, number) for number in rows.values_list("number", flat=True)[:limit]]
    return found
