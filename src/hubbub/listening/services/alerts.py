"""Writes of alerts: the rules, what they tell of, who was told and who has seen it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, QuerySet, Sum

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Workspace
from hubbub.accounts.services import audit
from hubbub.channels.models import Stream
from hubbub.infra import changes, signing
from hubbub.kernel.errors import Conflict, NotFound
from hubbub.kernel.speech import say
from hubbub.listening import selectors
from hubbub.listening.core.alerts import Finding, Kind, Rule, checked, is_cold, shown_webhook
from hubbub.listening.models import (
    AlertMark,
    AlertMessage,
    AlertRow,
    AlertRule,
    AlertSeen,
    BurstRow,
    Rollup,
    Segment,
)
from hubbub.listening.selectors.alerts import rule_of
from hubbub.listening.selectors.trends import ON

KEPT = timedelta(days=90)
BACKOFF_S = (15, 60, 300, 900, 3600)
MOST_TRIES = 28  # within a day


# Rules -------------------------------------------------------------------------
@transaction.atomic
def save_rule(access: Access, rule: Rule, *, now: datetime) -> int:
    """Make (`id` 0) or change a rule.

    Raises
    ------
    InvalidInput
        If it can't be kept so; the sentence says what to mend.
    """
    access.require(Permission.LISTEN)
    rule = checked(rule)
    row = _rule(access, rule.id) if rule.id else AlertRule(workspace_id=access.workspace)
    if AlertRule.objects.filter(workspace_id=access.workspace, name__iexact=rule.name).exclude(pk=rule.id).exists():
        raise Conflict(reason=say("There is a rule {name} already.", name=rule.name))
    if rule.topic:
        selectors.topic(access, rule.topic)  # NotFound where there is none
    before = _told(rule_of(row)) if rule.id else None
    row.name, row.kind, row.topic = rule.name, rule.kind.value, rule.topic
    row.at_least, row.minutes, row.who = rule.at_least, rule.minutes, list(rule.who)
    row.inbox, row.mails, row.webhook = rule.inbox, list(rule.mails), rule.webhook
    row.quiet_since, row.quiet_until = (rule.quiet.since, rule.quiet.until) if rule.quiet else (None, None)
    row.pause_min, row.enabled = rule.pause // timedelta(minutes=1), rule.enabled
    if rule.webhook and not row.secret:
        row.secret = {"key": signing.new_key()}
    row.save()
    audit(access, "alert rule changed" if before else "alert rule made", row.name, now=now, before=before,
          after=_told(rule_of(row)))  # fmt: skip
    return row.pk


@transaction.atomic
def renew_key(access: Access, rule: int, *, now: datetime) -> str:
    """Make the key of a rule's webhook anew and return it, told this once; the one before signs for a day more."""
    access.require(Permission.LISTEN)
    row = _rule(access, rule)
    row.secret = signing.renewed(row.secret, now)
    row.save(update_fields=["secret"])
    audit(access, "signing key renewed", row.name, now=now)
    return str(row.secret["key"])


def _told(rule: Rule) -> dict[str, object]:
    quiet = f"{rule.quiet.since:%H:%M} to {rule.quiet.until:%H:%M}" if rule.quiet else None
    ways = [*(["inbox"] if rule.inbox else []), *rule.mails, *([shown_webhook(rule.webhook)] if rule.webhook else [])]
    asked = {"kind": rule.kind.value, "topic": rule.topic, "at_least": rule.at_least, "minutes": rule.minutes}
    return asked | {"who": list(rule.who), "ways": ways, "quiet": quiet, "enabled": rule.enabled}


@transaction.atomic
def remove_rule(access: Access, rule: int, *, now: datetime) -> None:
    """Look for this no longer. What it told of stays; what it had still to send is not sent."""
    access.require(Permission.LISTEN)
    row = _rule(access, rule)
    AlertMessage.objects.filter(alert__rule=row, state="queued").delete()
    audit(access, "alert rule removed", row.name, now=now, before=_told(rule_of(row)))
    row.delete()


def _rule(access: Access, rule: int) -> AlertRule:
    row = AlertRule.objects.select_for_update().filter(workspace_id=access.workspace, pk=rule).first()
    if row is None:
        raise NotFound(what="alert rule", which=rule)
    return row


@transaction.atomic
def saw(access: Access, *, now: datetime) -> None:
    """Note that somebody has looked at all alerts there are."""
    access.require(Permission.READ)
    newest = AlertRow.objects.filter(workspace_id=access.workspace).aggregate(n=Max("pk"))["n"] or 0
    AlertSeen.objects.update_or_create(workspace_id=access.workspace, person_id=access.me, defaults={"up_to": newest})


# What rules find -----------------------------------------------------------------
def look_at_counts(rules: Iterable[Rule], now: datetime) -> list[int]:
    """Look whether rules of counts find something; return the alerts that began."""
    began = []
    for rule in rules:
        for topic, found in () if rule.kind.of_posts else _counted(rule, now):
            if alert := keep(replace(rule, topic=topic), found, now):
                began.append(alert)
    return began


def _counted(rule: Rule, now: datetime) -> Iterator[tuple[int, Finding]]:
    """Yield what a rule of counts finds, and on which topic: a burst of any topic is that topic's."""
    if rule.kind is Kind.BURST:
        rows = BurstRow.objects.filter(workspace_id=rule.workspace, term="", seen_at__gt=now - ON)
        named = selectors.topic_names(rule.workspace)
        rows = rows.filter(topic__in={rule.topic} & named.keys() if rule.topic else named)
        latest = {row.topic: row for row in rows.order_by("seen_at", "pk")}
        yield from ((topic, Finding(row.posts, row.minutes, row.expected)) for topic, row in latest.items())
        return
    last = int(now.timestamp() // 60)
    cells = Rollup.objects.filter(
        workspace_id=rule.workspace, topic=rule.topic, minute__gt=last - rule.minutes, minute__lte=last
    )
    moods = dict(cells.values_list("sentiment").annotate(n=Sum("posts")))
    posts, cold = sum(moods.values()), moods.get(-1, 0)
    if rule.kind is Kind.VOLUME and posts >= rule.at_least:
        yield rule.topic, Finding(posts, rule.minutes)
    if rule.kind is Kind.MOOD and is_cold(cold, posts, rule.at_least):
        yield rule.topic, Finding(posts, rule.minutes, cold=cold)


@transaction.atomic
def keep(rule: Rule, found: Finding, now: datetime) -> int | None:
    """Raise an alert, or note that one goes on; return it if it is new.

    While a rule of counts goes on, nobody is told twice; of what a rule of posts finds after its first, who is told
    by mail or webhook is told once more, when its pause is over.
    """
    row = AlertRow.objects.filter(rule_id=rule.id, topic=rule.topic).order_by("-pk").first()
    since = row.at if row and rule.kind.of_posts else row.last_at if row else None
    if row is None or since is None or since <= now - rule.pause:
        row = AlertRow.objects.create(
            workspace_id=rule.workspace, rule_id=rule.id, name=rule.name, kind=rule.kind.value, topic=rule.topic,
            inbox=rule.inbox, at=now, last_at=now, found=found.as_facts(),
        )  # fmt: skip
        _send(row, rule, now, more=False)
        changes.record(rule.workspace, "alert", row.pk, now=now)
        return row.pk
    before = Finding.of(row.found)
    row.last_at = now
    if rule.kind.of_posts:
        row.found = replace(_louder(before, found), posts=before.posts + found.posts).as_facts()
        _send(row, rule, row.at + rule.pause, more=True)
        changes.record(rule.workspace, "alert", row.pk, now=now)
    elif found.worse_than(before):
        row.found = found.as_facts()
    row.save(update_fields=["last_at", "found"])
    return None


def _louder(one: Finding, other: Finding) -> Finding:
    """Return the one whose post is read by more."""
    read_by = [each.first.followers or 0 if each.first else 0 for each in (one, other)]
    return one if read_by[0] >= read_by[1] else other


def _send(row: AlertRow, rule: Rule, at: datetime, *, more: bool) -> None:
    """Queue the messages that tell of an alert, for when one may be told; those that are queued stay."""
    due = at
    if rule.quiet is not None:
        zone = Workspace.objects.values_list("timezone", flat=True).get(pk=rule.workspace)
        due = rule.quiet.ends(at, ZoneInfo(zone))
    ways = [*(("mail", to) for to in rule.mails), *((("webhook", rule.webhook),) if rule.webhook else ())]
    AlertMessage.objects.bulk_create(
        (AlertMessage(alert=row, way=way, to=to, more=more, due_at=due) for way, to in ways), ignore_conflicts=True
    )


@transaction.atomic
def looked(stream: int, number: int, found: Sequence[tuple[Rule, Finding]], now: datetime) -> None:
    """Keep what a segment told, and that it was looked at: both or neither."""
    if AlertMark.objects.filter(stream_id=stream, number__lt=number).update(number=number):
        for rule, finding in found:
            keep(rule, finding, now)


def mark_streams() -> None:
    """Begin to look at streams that are new, from what is committed next."""
    for stream in Stream.objects.exclude(pk__in=AlertMark.objects.values("stream_id")).values_list("pk", flat=True):
        newest = Segment.objects.filter(stream_id=stream).aggregate(n=Max("number"))["n"]
        AlertMark.objects.get_or_create(stream_id=stream, defaults={"number": -1 if newest is None else newest})


def skip_to_latest() -> None:
    """Where no rule looks at posts, what is committed counts as looked at."""
    newest = dict(Segment.objects.filter(archived_at=None).values_list("stream_id").annotate(n=Max("number")))
    for stream, number in newest.items():
        AlertMark.objects.filter(stream_id=stream, number__lt=number).update(number=number)


# Messages ------------------------------------------------------------------------
def sent(messages: Iterable[int], now: datetime) -> None:
    """Note that messages went."""
    AlertMessage.objects.filter(pk__in=list(messages)).update(state="sent", sent_at=now, words="")


def wait(messages: Iterable[int], until: datetime) -> None:
    """Send messages later, together with what comes meanwhile."""
    AlertMessage.objects.filter(pk__in=list(messages)).update(due_at=until)


def not_sent(messages: Iterable[int], words: str, *, for_good: bool, now: datetime) -> None:
    """Note why messages did not go; they are tried again for a day, unless it is no use."""
    for row in AlertMessage.objects.filter(pk__in=list(messages), state="queued"):
        row.attempts += 1
        given_up = for_good or row.attempts >= MOST_TRIES
        row.state, row.words = "failed" if given_up else "queued", words[:500]
        row.due_at = now + timedelta(seconds=BACKOFF_S[min(row.attempts, len(BACKOFF_S)) - 1])
        row.save()


def forget_old(now: datetime) -> None:
    """Remove what was told of long ago."""
    AlertRow.objects.filter(last_at__lt=now - KEPT).delete()


def forget_author(workspace: int, channel: str, author: str) -> None:
    """Take what one account said out of alerts, which then tell how many posts there were; part of a transaction."""
    rows = AlertRow.objects.filter(workspace_id=workspace, found__first__author=author, found__first__channel=channel)
    AlertMessage.objects.filter(alert__in=_quote_no_more(rows), state="queued").delete()


def forget_posts_before(workspace: int, before: datetime) -> None:
    """Take posts out of alerts that are kept no longer."""
    _quote_no_more(AlertRow.objects.filter(workspace_id=workspace, last_at__lt=before).exclude(found__first=None))


def _quote_no_more(rows: QuerySet[AlertRow]) -> list[AlertRow]:
    """Take the post out of alerts; return them."""
    changed = list(rows)
    for row in changed:
        row.found = {**row.found, "first": None}
        row.save(update_fields=["found"])
    return changed
