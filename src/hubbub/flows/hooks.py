"""Webhooks: signed calls that bring messages, each once; and a call that tries the way out."""

import asyncio
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access, Permission
from hubbub.care import selectors as care
from hubbub.channels import selectors as channels
from hubbub.channels import services
from hubbub.channels.adapters.generic.message import id_of, uri_of
from hubbub.channels.adapters.webhook.channel import Webhook, said
from hubbub.channels.core.values import HookValue
from hubbub.channels.registry import open_channel
from hubbub.flows.beside import ingest_beside
from hubbub.flows.decide import decide
from hubbub.infra import outbox, signing
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.errors import Conflict, HubbubError, InvalidInput, NotFound
from hubbub.kernel.speech import mark, say

MAX_BODY = 1_000_000
MOST_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one message of a call."""

    id: str | None
    became: str  # "stored", "known" (it was here already), "changed" (edited or taken back), "refused"
    case: int | None = None
    reason: str = ""  # why it was refused


@dataclass(frozen=True, slots=True)
class Tried:
    """How a test call went."""

    words: str  # what came back, or why nothing did
    took_ms: int
    status: int | None = None


def take(public: str, signature: str, delivery: str, body: bytes, *, places: Places, now: datetime) -> list[Taken]:
    """Take what a signed call brings, once however often it is brought, and decide about it.

    Raises
    ------
    NotSigned
        If the call is for nobody, not signed, old, or the very same came before: the same words for all.
    Conflict
        If the webhook is switched off.
    InvalidInput
        If nothing in it can be read; nothing was stored.
    """
    hook = channels.hook(public, now)
    call = signing.verify(hook.keys if hook else (), signature, body, now)
    assert hook is not None  # a call for nobody is never signed
    number = services.note_call(hook.connection, call, delivery, now=now)
    try:
        if not hook.enabled:
            raise Conflict(reason=say(services.SWITCHED_OFF, name=hook.name))
        taken = _store(hook, _messages(body), places, now)
    except (Conflict, InvalidInput) as error:
        services.note_outcome(number, error.status, str(error))
        raise
    except BaseException:
        services.forget_call(number)
        raise
    services.note_outcome(number, 202, _in_words(taken))
    return taken


def _messages(body: bytes) -> list[Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(reason=say("The body can't be read as JSON: {error}.", error=error)) from None
    found = told if isinstance(told, list) else [told]
    if not 1 <= len(found) <= MOST_MESSAGES:
        words = say("A call brings 1 to {most} messages; this one has {number}.", most=MOST_MESSAGES, number=len(found))
        raise InvalidInput(reason=words)
    return found


def _store(hook: HookValue, messages: Sequence[Any], places: Places, now: datetime) -> list[Taken]:
    channel = open_channel("webhook", {"source": hook.source}, {})
    assert isinstance(channel, Webhook)
    lines = channel.lines(_answering(hook, each) for each in messages)
    batch = channel.parse(RawBatch(lines, None, now))
    refused = {reject.row: reject.reason for reject in batch.rejects}
    if len(refused) == len(messages):
        raise InvalidInput(reason=refused[0])
    good = [line for row, line in enumerate(lines) if row not in refused]
    new = set(ingest_beside(hook.stream, good, places, now=now, idle=False).new)
    decide(hook.workspace, now)
    uris = dict(zip(batch.posts["row"].to_pylist(), batch.posts["uri"].to_pylist(), strict=True))
    found = care.cases_of(accounts.enter_as_hubbub(hook.workspace), uris.values())
    taken = []
    for row, message in enumerate(messages):
        if row in refused:
            taken.append(Taken(_own_id(message), "refused", reason=refused[row]))
            continue
        uri = uris[row]
        became = "stored" if uri in new else "known" if message.get("event", "create") == "create" else "changed"
        new.discard(uri)  # a second one of the same call was there already
        taken.append(Taken(id_of(hook.source, uri), became, found.get(uri)))
    return taken


def _answering(hook: HookValue, message: Any) -> Any:
    """Return a message that answers one of ours as an answer to what ours answered, so that it finds its thread."""
    ours = message.get("in_reply_to") if isinstance(message, Mapping) else None
    if not isinstance(ours, str | int) or message.get("parent") is not None:
        return message
    above = id_of(hook.source, outbox.answered_by(hook.connection, str(ours), uri_of(hook.source, str(ours))))
    return message if above is None else {**message, "parent": above}


def _own_id(message: Any) -> str | None:
    given = message.get("id") if isinstance(message, Mapping) else None
    return str(given)[:400] if isinstance(given, str | int) else None


def _in_words(taken: Sequence[Taken]) -> str:
    counts = {became: sum(each.became == became for each in taken) for became in (*_SAID,)}
    words = ", ".join(say(_SAID[became], number=count) for became, count in counts.items() if count)
    reason = next((f" ({each.reason})" for each in taken if each.reason), "")
    return f"{words}{reason}"


_SAID = {
    "stored": mark("{number} stored"),
    "known": mark("{number} known already"),
    "changed": mark("{number} changed"),
    "refused": mark("{number} refused"),
}


def try_out(access: Access, connection: int, *, allow_private: frozenset[str]) -> Tried:
    """Make a signed test call to the address that replies go to, and say how it went."""
    access.require(Permission.LISTEN)
    value = channels.connection(access, connection)
    if value.kind != "webhook":
        raise NotFound(what="webhook", which=connection)
    kind, config, secret = channels.for_sending(connection)
    began = time.monotonic()

    async def call() -> Tried:
        channel = open_channel(kind, config, secret, allow_private=allow_private)
        assert isinstance(channel, Webhook)
        try:
            answer = await channel.call(f"test-{secrets.token_hex(8)}", {"test": True})
            return Tried(said(answer), _since(began), answer.status)
        except HubbubError as error:
            return Tried(str(error), _since(began))
        finally:
            await channel.aclose()

    return asyncio.run(call())


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1_000)
