"""Writes about the past: what the archive took over, digests of it, and roll-ups by the hour."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.db import connection, transaction

from hubbub.accounts.models import Workspace
from hubbub.kernel.ids import StreamId
from hubbub.listening.core.digest import Digest, Key, merged, packed, unpacked
from hubbub.listening.models import EVERY_POST, DigestPart, HourRollup, RolledUp, Rollup, Segment, Topic

DAY, MONTH = 24, 720  # hours
DAYS_AFTER, MONTHS_AFTER = 3 * DAY, 62 * DAY  # hours after which hours become days, and days stretches of thirty
SETTLED = 2  # hours after which an hour gets little more

_Part = tuple[int, int, int, int, int]  # its key, workspace, topic, hour, hours


def archived(stream: StreamId, up_to: int, digests: Iterable[tuple[Key, Digest]], *, now: datetime) -> None:
    """Note that the archive holds a stream's segments up to a number, and what they come to; once."""
    waiting = Segment.objects.filter(stream_id=stream, number__lte=up_to, archived_at__isnull=True)
    if not waiting.exists():
        return
    parts = [  # made before the transaction: on SQLite, who hears waits for it
        DigestPart(workspace_id=workspace, topic=topic, hour=hour, made=packed(digest))
        for (workspace, topic, hour), digest in digests
    ]
    with transaction.atomic():
        if waiting.update(archived_at=now):
            DigestPart.objects.bulk_create(parts, batch_size=1_000)


def merge_digests(*, now: datetime) -> int:
    """Put digests of an hour together, then those of past days and months; return how many stretches changed."""
    hour = int(now.timestamp() // 3600)
    return _merge(1, hour) + _merge(DAY, hour - DAYS_AFTER) + _merge(MONTH, hour - MONTHS_AFTER)


def _merge(hours: int, before: int) -> int:
    """Make one part of what lies in each stretch of so many hours that ended."""
    rows = DigestPart.objects.filter(hours__lte=hours, hour__lt=before // hours * hours)
    found = rows.order_by("workspace_id", "topic", "hour").values_list("pk", "workspace_id", "topic", "hour", "hours")
    done = 0
    for _, group in groupby(list(found), key=lambda part: (part[1], part[2], part[3] // hours)):
        parts: list[_Part] = list(group)
        if len(parts) > 1:
            done += _merge_one(parts, hours)
    return done


def _merge_one(parts: list[_Part], hours: int) -> bool:
    """Put the parts of one stretch together, unless another process just did."""
    rows = DigestPart.objects.filter(pk__in=[part[0] for part in parts])
    found = list(rows.values_list("made", "people"))
    if len(found) != len(parts):
        return False
    made, people = [bytes(each) for each, _ in found], any(people for _, people in found)
    _, workspace, topic, hour, _ = parts[0]
    whole = packed(merged(map(unpacked, made)))
    with transaction.atomic():
        gone, _ = rows.delete()
        if gone != len(parts):
            transaction.set_rollback(True)
            return False
        DigestPart.objects.create(
            workspace_id=workspace, topic=topic, hour=hour // hours * hours, hours=hours, made=whole, people=people
        )
    return True


def roll_up_hours(*, now: datetime) -> int:
    """Add up the minutes of hours that ended, so that long spans are quick; return up to which hour that is done.

    What is counted for such an hour later is added to both, see `services.add_up`. On PostgreSQL the table is locked
    against writers meanwhile: whoever wrote before is seen here, whoever writes after sees how far this went.
    """
    target = int(now.timestamp() // 3600) - SETTLED
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {Rollup._meta.db_table} IN SHARE MODE")
        row = RolledUp.objects.first()
        done = row.hour if row else -1
        if done >= target:
            return done
        for workspace, topic in _topics():
            _add_hours(workspace, topic, done, target)
        if row is None:
            RolledUp.objects.create(hour=target)
        else:
            RolledUp.objects.filter(pk=row.pk).update(hour=target)
    return target


def _topics() -> list[tuple[int, int]]:
    every = [(workspace, EVERY_POST) for workspace in Workspace.objects.values_list("pk", flat=True)]
    return every + list(Topic.objects.values_list("workspace_id", "pk"))


def _add_hours(workspace: int, topic: int, since: int, until: int) -> None:
    minutes, hours = Rollup._meta.db_table, HourRollup._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {hours} (workspace_id, topic, hour, channel, lang, sentiment, posts) "  # noqa: S608
            f"SELECT workspace_id, topic, minute / 60, channel, lang, sentiment, SUM(posts) FROM {minutes} "
            "WHERE workspace_id = %s AND topic = %s AND minute >= %s AND minute < %s "
            "GROUP BY workspace_id, topic, minute / 60, channel, lang, sentiment",
            (workspace, topic, since * 60, until * 60),
        )
