"""Reads of the channels domain."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.db.models import QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.channels.core.contract import Abilities, Channel
from hubbub.channels.core.values import (
    HANDED_OVER,
    CallValue,
    ConnectionValue,
    HeldLine,
    HookValue,
    QuarantinedLine,
    StreamValue,
    Subscriber,
    TroubleValue,
)
from hubbub.channels.models import Connection, HookCall, Quarantined, Stream, Trouble
from hubbub.channels.registry import channel_class
from hubbub.infra.memory import remembered
from hubbub.infra.signing import keys_of
from hubbub.kernel.errors import NotFound
from hubbub.kernel.ids import ConnectionId, StreamId, WorkspaceId
from hubbub.kernel.speech import say
from hubbub.kernel.text import clean, fold


def _value(row: Connection) -> ConnectionValue:
    made, stream = channel_class(row.kind), row.stream
    return ConnectionValue(
        id=ConnectionId(row.pk),
        workspace=WorkspaceId(row.workspace_id),
        stream=StreamId(row.stream_id) if row.stream_id is not None else None,
        kind=row.kind,
        connector=made.connector,
        label=say(made.label),
        name=row.name,
        config=row.config,
        public=row.public,
        enabled=row.enabled,
        account=row.account,
        handle=row.handle,
        account_name=row.account_name,
        abilities=_abilities(made, row),
        error=stream.error if stream else "",
        error_at=stream.error_at if stream else None,
        ok_at=stream.ok_at if stream else None,
        heard_at=stream.heard_at if stream else None,
        lines=stream.lines if stream else 0,
    )


def _abilities(made: type[Channel], row: Connection) -> Abilities:
    """What a connection can do: a webhook without an address that replies go to only hears."""
    if row.kind == "webhook" and not row.config.get("reply"):
        return replace(made.abilities, reply=False, private=False, repeats=False)
    return made.abilities


def connections(access: Access) -> tuple[ConnectionValue, ...]:
    """Return the workspace's connections, by name."""
    access.require(Permission.READ)
    return _connections(access.workspace)


@remembered
def _connections(workspace: int) -> tuple[ConnectionValue, ...]:
    rows = Connection.objects.filter(workspace_id=workspace).select_related("stream").defer("secret")
    return tuple(_value(row) for row in rows.order_by("name"))


def connection(access: Access, connection_id: int) -> ConnectionValue:
    """Return one connection."""
    access.require(Permission.READ)
    row = (
        Connection.objects.filter(workspace_id=access.workspace, pk=connection_id)
        .select_related("stream")
        .defer("secret")
        .first()
    )
    if row is None:
        raise NotFound(what="connection", which=connection_id)
    return _value(row)


def troubles(access: Access, connection_id: int, limit: int = 20) -> tuple[TroubleValue, ...]:
    """Return the times in which a connection could not hear, the latest first."""
    access.require(Permission.READ)
    streams = Connection.objects.filter(workspace_id=access.workspace, pk=connection_id).values("stream_id")
    rows = Trouble.objects.filter(stream_id__in=streams).order_by("-began_at", "-id")[:limit]
    return tuple(TroubleValue(row.words, row.began_at, row.ended_at) for row in rows)


def held_count(access: Access, connection_id: int) -> int:
    """Return how many lines of a connection's stream could not be read."""
    access.require(Permission.READ)
    streams = Connection.objects.filter(workspace_id=access.workspace, pk=connection_id).values("stream_id")
    return Quarantined.objects.filter(stream_id__in=streams).count()


def own_accounts(workspace: WorkspaceId) -> frozenset[str]:
    """Return the ids and folded handles of a workspace's own accounts."""
    rows = Connection.objects.filter(workspace_id=workspace).exclude(account="").values_list("account", "handle")
    return frozenset(name for account, handle in rows for name in (account, fold(handle)) if name)


def streams() -> tuple[StreamValue, ...]:
    """Return every stream that some enabled connection listens to. For the listener only: it holds secrets."""
    found: dict[int, list[Connection]] = defaultdict(list)
    heard = Connection.objects.filter(enabled=True, stream__isnull=False).exclude(kind__in=HANDED_OVER)
    for row in heard.select_related("stream", "workspace").order_by("pk"):
        assert row.stream_id is not None
        found[row.stream_id].append(row)
    values = []
    for rows in found.values():
        first, stream = rows[0], rows[0].stream
        assert stream is not None
        values.append(
            StreamValue(
                id=StreamId(stream.pk),
                scope=stream.scope,
                kind=stream.kind,
                cursor=stream.cursor,
                next_segment=stream.next_segment,
                config=first.config,
                secret=first.secret,
                language=first.workspace.language,
                connections=tuple(ConnectionId(row.pk) for row in rows),
            )
        )
    return tuple(values)


def stream(stream_id: StreamId) -> StreamValue:
    """Return one stream with its present cursor and fence."""
    row = Connection.objects.filter(stream_id=stream_id).select_related("stream").order_by("-enabled", "pk").first()
    if row is None or row.stream is None:
        raise NotFound(what="stream", which=stream_id)
    return StreamValue(
        id=stream_id,
        scope=row.stream.scope,
        kind=row.stream.kind,
        cursor=row.stream.cursor,
        next_segment=row.stream.next_segment,
        config=row.config,
        secret=row.secret,
        connections=(ConnectionId(row.pk),),
    )


def subscribers(stream_id: StreamId) -> tuple[Subscriber, ...]:
    """Return the workspaces that hear a stream, each once (by its oldest connection)."""
    rows = Connection.objects.filter(stream_id=stream_id, enabled=True).order_by("pk")
    first: dict[int, Subscriber] = {}
    for row in rows.only("pk", "workspace_id"):
        if row.workspace_id not in first:
            workspace = WorkspaceId(row.workspace_id)
            first[row.workspace_id] = Subscriber(workspace, ConnectionId(row.pk), own_accounts(workspace))
    return tuple(first.values())


def for_sending(connection_id: int) -> tuple[str, dict[str, object], dict[str, object]]:
    """Return kind, settings (with our own account) and secret of a connection. For the sender only."""
    row = Connection.objects.filter(pk=connection_id).first()
    if row is None:
        raise NotFound(what="connection", which=connection_id)
    return row.kind, {**row.config, "account": row.account}, row.secret


def for_asking(workspace: int) -> list[tuple[str, dict[str, object], dict[str, object]]]:
    """Return kind, settings and secret of a workspace's connections that can be asked about accounts, one a network."""
    rows = Connection.objects.filter(workspace_id=workspace, enabled=True).order_by("pk")
    found = {
        (row.kind, repr(sorted(row.config.items()))): row for row in rows if channel_class(row.kind).abilities.asks
    }
    return [(row.kind, {**row.config, "account": row.account}, row.secret) for row in found.values()]


def for_searching(access: Access) -> list[StreamValue]:
    """Return the streams of a workspace whose network can be searched, one a network."""
    rows = Connection.objects.filter(workspace_id=access.workspace, enabled=True, stream__isnull=False).order_by("pk")
    first = {row.kind: row for row in rows if channel_class(row.kind).abilities.searches}
    return [stream(StreamId(row.stream_id)) for row in first.values() if row.stream_id is not None]


def hook(public: str, now: datetime) -> HookValue | None:
    """Return the webhook of a public id, with its keys; None where there is none. For who checks signatures only."""
    row = Connection.objects.filter(kind="webhook", config__hook=public).first()
    if row is None or row.stream_id is None:
        return None
    return HookValue(
        ConnectionId(row.pk),
        WorkspaceId(row.workspace_id),
        StreamId(row.stream_id),
        str(row.config.get("source", "")),
        row.name,
        row.enabled,
        keys_of(row.secret, now),
    )


def old_key_until(access: Access, connection_id: int, now: datetime) -> datetime | None:
    """Return until when the key before the present one is accepted; None where it is not any more."""
    access.require(Permission.LISTEN)
    row = Connection.objects.filter(workspace_id=access.workspace, pk=connection_id).first()
    if row is None or len(keys_of(row.secret, now)) < 2:
        return None
    return datetime.fromisoformat(row.secret["old_until"])


def calls(access: Access, connection_id: int, limit: int = 20) -> tuple[CallValue, ...]:
    """Return the last signed calls to a connection, newest first."""
    access.require(Permission.LISTEN)
    rows = HookCall.objects.filter(connection__workspace_id=access.workspace, connection_id=connection_id)
    return tuple(CallValue(row.at, row.delivery, row.status, row.words) for row in rows.order_by("-pk")[:limit])


def quarantine(access: Access, before: int | None = None, limit: int = 50) -> tuple[QuarantinedLine, ...]:
    """Return what could not be parsed on the workspace's streams, newest first."""
    access.require(Permission.LISTEN)
    rows = _held(access).order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    shared = _shared(access)
    return tuple(
        QuarantinedLine(
            row.pk,
            row.stream.scope,
            row.reason,
            clean(bytes(row.raw)[:2000].decode("utf-8", "replace")),
            row.size,
            row.at,
            row.again_at,
            len(row.raw) == row.size,
            row.stream_id not in shared,
        )
        for row in rows[:limit]
    )


def held_lines(access: Access, which: int | None, at_once: int) -> Iterator[list[HeldLine]]:
    """Yield quarantined lines of the workspace's streams (all, or one), oldest first, some at a time. For a flow."""
    access.require(Permission.LISTEN)
    rows, last, shared = _held(access), 0, _shared(access)
    if which is not None:
        rows = rows.filter(pk=which)
    newest = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    while some := list(rows.filter(pk__gt=last, pk__lte=newest).order_by("pk")[:at_once]):
        last = some[-1].pk
        yield [
            HeldLine(
                row.pk,
                StreamId(row.stream_id),
                row.stream.scope,
                row.stream.kind,
                bytes(row.raw),
                len(row.raw) == row.size,
                row.stream_id not in shared,
            )
            for row in some
        ]


def _held(access: Access) -> QuerySet[Quarantined]:
    streams = Connection.objects.filter(workspace_id=access.workspace, stream__isnull=False).values("stream_id")
    return Quarantined.objects.filter(stream_id__in=streams).select_related("stream")


def _shared(access: Access) -> frozenset[int]:
    """Return the streams that other workspaces hear, too."""
    others = Connection.objects.exclude(workspace_id=access.workspace).filter(stream__isnull=False)
    return frozenset(stream for stream in others.values_list("stream_id", flat=True) if stream is not None)


def quarantined_count() -> int:
    """Return how many lines wait in quarantine, over all workspaces."""
    return Quarantined.objects.count()


def failing_count() -> int:
    """Return how many streams are failing now."""
    return Stream.objects.exclude(error="").filter(connections__enabled=True).distinct().count()
