"""Writes of the channels domain."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.channels.core.contract import Account
from hubbub.channels.models import Connection, HookCall, Quarantined, Stream, Trouble
from hubbub.channels.registry import channel_class, open_channel
from hubbub.infra import changes, signing
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.ids import ConnectionId, StreamId
from hubbub.kernel.speech import mark, say, speaking
from hubbub.kernel.text import clean

SWITCHED_OFF = mark("{name} is switched off. Switch it on under Settings, Channels.")


@transaction.atomic
def connect(
    access: Access,
    *,
    kind: str,
    name: str,
    config: Mapping[str, Any],
    secret: Mapping[str, Any] | None = None,
    account: Account | None = None,
    now: datetime,
) -> ConnectionId:
    """Make a connection; the listener begins to hear it within seconds.

    `account` is our own account there, as `Channel.check` returned it.
    """
    access.require(Permission.LISTEN)
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise InvalidInput(reason="Give the connection a name of at most 120 characters.")
    if Connection.objects.filter(workspace_id=access.workspace, name__iexact=name).exists():
        raise Conflict(reason=say("There is a connection {name} already.", name=name))
    row = Connection(
        workspace_id=access.workspace, kind=kind, name=name, config=dict(config), secret=dict(secret or {})
    )
    _note_account(row, account)
    row.save()
    scope = open_channel(kind, row.config, row.secret).scope or f"connection:{row.pk}"
    row.stream, _ = Stream.objects.get_or_create(scope=scope, defaults={"kind": kind})
    row.save(update_fields=["stream"])
    audit(access, "connection made", name, now=now, after={"kind": kind, "handle": row.handle})
    changes.record(access.workspace, "connections", row.pk, now=now)
    return ConnectionId(row.pk)


@transaction.atomic
def change_connection(
    access: Access,
    connection: int,
    *,
    name: str,
    enabled: bool,
    config: Mapping[str, Any],
    secret: Mapping[str, Any],
    account: Account | None,
    now: datetime,
) -> None:
    """Change a connection. Secrets that are not given stay as they are."""
    access.require(Permission.LISTEN)
    row = _connection(access, connection)
    name = " ".join(name.split()) or row.name
    if Connection.objects.filter(workspace_id=access.workspace, name__iexact=name).exclude(pk=row.pk).exists():
        raise Conflict(reason=say("There is a connection {name} already.", name=name))
    before = {"name": row.name, "enabled": row.enabled, "config": row.config}
    row.name, row.enabled, row.config = name, enabled, dict(config)
    row.secret = {**row.secret, **{key: value for key, value in secret.items() if value}}
    _note_account(row, account)
    scope = open_channel(row.kind, row.config, row.secret).scope
    if scope is not None:
        row.stream, _ = Stream.objects.get_or_create(scope=scope, defaults={"kind": row.kind})
    row.save()
    if row.stream_id is not None:
        Stream.objects.filter(pk=row.stream_id).update(error="", error_at=None)
        Trouble.objects.filter(stream=row.stream_id, ended_at=None).update(ended_at=now)
    after = {"name": name, "enabled": enabled, "config": row.config, "secret changed": any(secret.values())}
    audit(access, "connection changed", name, now=now, before=before, after=after)
    changes.record(access.workspace, "connections", row.pk, now=now)


@transaction.atomic
def disconnect(access: Access, connection: int, *, now: datetime) -> None:
    """End a connection. What it heard stays; what is queued for it fails with a clear word."""
    access.require(Permission.LISTEN)
    row = _connection(access, connection)
    audit(access, "connection removed", row.name, now=now, before={"kind": row.kind, "config": row.config})
    changes.record(access.workspace, "connections", row.pk, now=now)
    row.delete()


def _note_account(row: Connection, account: Account | None) -> None:
    if account is not None:
        row.account, row.handle, row.account_name = account.id[:200], account.handle[:200], account.name[:200]


def _connection(access: Access, connection: int) -> Connection:
    row = (
        Connection.objects.select_for_update(of=("self",)).filter(workspace_id=access.workspace, pk=connection).first()
    )
    if row is None:
        raise NotFound(what="connection", which=connection)
    return row


def stream_for(access: Access, kind: str, source: str, *, config: Mapping[str, Any], now: datetime) -> StreamId:
    """Return the stream of an import or of messages posted in, making its connection if it is new.

    Messages of a source that has a webhook are the webhook's, so that each is there once and can be answered.

    Raises
    ------
    Conflict
        If the source was switched off: what is handed over would be lost.
    """
    access.require(Permission.WORK if kind == "generic" else Permission.LISTEN)
    if kind == "generic" and (hook := _hook_of(access, source)) is not None:
        return hook
    scope = f"{kind}:{access.workspace}:{source}"[:1000]
    rows = Connection.objects.filter(workspace_id=access.workspace, kind=kind, stream__scope=scope)
    row = rows.order_by("-enabled", "pk").first() or _new_source(access, kind, source, scope, config=config, now=now)
    if not row.enabled:
        raise Conflict(reason=say(SWITCHED_OFF, name=row.name))
    if row.config != dict(config):
        Connection.objects.filter(pk=row.pk).update(config=dict(config))
    assert row.stream_id is not None
    return StreamId(row.stream_id)


def _hook_of(access: Access, source: str) -> StreamId | None:
    hooks = Connection.objects.filter(workspace_id=access.workspace, kind="webhook", enabled=True)
    stream = hooks.filter(config__source=source).order_by("pk").values_list("stream_id", flat=True).first()
    return None if stream is None else StreamId(stream)


def _new_source(
    access: Access, kind: str, source: str, scope: str, *, config: Mapping[str, Any], now: datetime
) -> Connection:
    """Make the connection of a source; what an earlier one of it heard stays known."""
    with speaking(access.language):
        name = f"{say(channel_class(kind).label)}: {source}"[:120]
    try:
        with transaction.atomic():
            stream, _ = Stream.objects.get_or_create(scope=scope, defaults={"kind": kind})
            row = Connection.objects.create(
                workspace_id=access.workspace, kind=kind, name=name, config=dict(config), secret={}, stream=stream
            )
            audit(access, "connection made", name, now=now, after={"kind": kind})
            changes.record(access.workspace, "connections", row.pk, now=now)
    except IntegrityError:
        same = Connection.objects.filter(workspace_id=access.workspace, stream__scope=scope).first()
        if same is None:
            raise Conflict(reason=say("There is a connection {name} already.", name=name)) from None
        return same  # made at the same moment
    return row


def note_failure(stream: StreamId, words: str, *, now: datetime) -> None:
    """Note that a stream can't be heard, in words; pages show it."""
    row = Stream.objects.filter(pk=stream).first()
    if row is None or row.error == words:
        return
    with transaction.atomic():
        Stream.objects.filter(pk=stream).update(error=words[:2000], error_at=row.error_at or now)
        Trouble.objects.filter(stream=stream, ended_at=None).update(ended_at=now)
        Trouble.objects.create(stream_id=stream, words=words[:2000], began_at=now)
        _tell(stream, now)


def note_well(stream: StreamId, *, now: datetime) -> None:
    """Note that the network answers."""
    row = Stream.objects.filter(pk=stream).only("error", "ok_at").first()
    if row is None:
        return
    with transaction.atomic():
        Stream.objects.filter(pk=stream).update(error="", error_at=None, ok_at=now)
        if row.error:
            Trouble.objects.filter(stream=stream, ended_at=None).update(ended_at=now)
        if row.error or row.ok_at is None:
            _tell(stream, now)


def forget_troubles(before: datetime) -> None:
    """Let go of troubles that were over before a moment."""
    Trouble.objects.filter(ended_at__lt=before).delete()


def note_opened(stream: StreamId, *, now: datetime) -> None:
    """Note when a stream was last opened."""
    Stream.objects.filter(pk=stream).update(opened_at=now)


def _tell(stream: StreamId, now: datetime) -> None:
    workspaces = Connection.objects.filter(stream_id=stream).values_list("workspace_id", flat=True).distinct()
    changes.record_many([(each, "health", None) for each in workspaces], now=now)


# Webhooks -----------------------------------------------------------------
CALLS_KEPT = timedelta(days=7)
"""Longer than a signature is good for, so that no call comes in twice."""


def connect_webhook(access: Access, *, name: str, config: Mapping[str, Any], now: datetime) -> tuple[ConnectionId, str]:
    """Make a webhook; return it and its signing key, which is told this once."""
    key = signing.new_key()
    config = {**config, "hook": secrets.token_urlsafe(16)}
    return connect(access, kind="webhook", name=name, config=config, secret={"key": key}, now=now), key


@transaction.atomic
def renew_key(access: Access, connection: int, *, now: datetime) -> str:
    """Make a webhook's signing key anew and return it, told this once; the one before is accepted for a day."""
    access.require(Permission.LISTEN)
    row = _connection(access, connection)
    if row.kind != "webhook":
        raise NotFound(what="webhook", which=connection)
    row.secret = signing.renewed(row.secret, now)
    row.save(update_fields=["secret"])
    audit(access, "signing key renewed", row.name, now=now)
    changes.record(access.workspace, "connections", row.pk, now=now)
    return str(row.secret["key"])


def note_call(connection: int, call: str, delivery: str, *, now: datetime) -> int:
    """Note that a signed call came, before anything is done about it; return its number.

    Raises
    ------
    NotSigned
        If the very same call came before.
    """
    try:
        with transaction.atomic():
            return HookCall.objects.create(
                connection_id=connection, name=call, delivery=clean(delivery)[:100], at=now
            ).pk
    except IntegrityError as error:
        raise signing.NotSigned from error


def note_outcome(call: int, status: int, words: str) -> None:
    """Note what became of a call."""
    HookCall.objects.filter(pk=call).update(status=status, words=clean(words)[:500])


def forget_call(call: int) -> None:
    """Let the same call come again: nothing came of it, and that was no fault of its own."""
    HookCall.objects.filter(pk=call).delete()


def forget_old_calls(*, now: datetime) -> None:
    """Remove what nobody looks at any more."""
    HookCall.objects.filter(at__lt=now - CALLS_KEPT).delete()


# Quarantine ---------------------------------------------------------------
def release(lines: Sequence[int]) -> None:
    """Let go of lines that were heard after all."""
    Quarantined.objects.filter(pk__in=lines).delete()


def note_held(reasons: Mapping[int, str], *, now: datetime) -> None:
    """Note why lines still can't be read."""
    by_reason: dict[str, list[int]] = {}
    for line, reason in reasons.items():
        by_reason.setdefault(reason, []).append(line)
    for reason, lines in by_reason.items():
        Quarantined.objects.filter(pk__in=lines).update(reason=reason, again_at=now)


def forget_lines(workspace: int, words: Iterable[str]) -> None:
    """Throw away what is held of a workspace's own streams and holds one of these words."""
    own = Connection.objects.filter(workspace_id=workspace, stream__isnull=False).values("stream_id")
    theirs = Connection.objects.exclude(workspace_id=workspace).filter(stream__isnull=False).values("stream_id")
    held = Quarantined.objects.filter(stream_id__in=own).exclude(stream_id__in=theirs)
    sought = [word.lower().encode() for word in words]
    for pk, raw in held.values_list("pk", "raw").iterator():
        if any(word in bytes(raw).lower() for word in sought):
            Quarantined.objects.filter(pk=pk).delete()


@transaction.atomic
def discard(access: Access, line: int | None, *, now: datetime) -> int:
    """Throw a quarantined line away (None: all of them); return how many went. What it said is gone for good.

    Raises
    ------
    Conflict
        If other workspaces hear its stream, too: what is held is theirs as well.
    """
    access.require(Permission.LISTEN)
    own = Connection.objects.filter(workspace_id=access.workspace, stream__isnull=False).values("stream_id")
    theirs = Connection.objects.exclude(workspace_id=access.workspace).filter(stream__isnull=False).values("stream_id")
    held = Quarantined.objects.filter(stream_id__in=own)
    if line is not None:
        held = held.filter(pk=line)
        if not held.exists():
            raise NotFound(what="quarantined line", which=line)
    mine = held.exclude(stream_id__in=theirs)
    if line is not None and not mine.exists():
        raise Conflict(reason="Others hear this stream, too: what is held of it stays.")
    gone, _ = mine.delete()
    audit(access, "quarantine discarded", str(line or "all"), now=now, after={"lines": gone})
    return gone
