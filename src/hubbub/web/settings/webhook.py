"""A webhook's page: its address and key, how to sign, a test call, and what came and went of late."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from hubbub.channels import selectors, services
from hubbub.channels.adapters.webhook.channel import Webhook
from hubbub.channels.core.values import ConnectionValue
from hubbub.channels.registry import open_channel
from hubbub.flows import hooks
from hubbub.infra import outbox
from hubbub.kernel.errors import HubbubError, NotAllowed, NotFound
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import text

TEMPLATE = "settings/webhook.html"

CURL = """\
BODY='{"id": "1", "text": "My widget broke", "author": {"id": "jo", "name": "Jo"}}'
TIME=$(date +%s)
HEX=$(printf '%s.%s' "$TIME" "$BODY" | openssl dgst -sha256 -hmac "$HUBBUB_KEY" | sed 's/.*= *//')
curl "$HUBBUB_HOOK" --data-binary "$BODY" -H "Content-Type: application/json" \\
  -H "Hubbub-Signature: t=$TIME,v1=$HEX" -H "Hubbub-Delivery: first-call"
"""

PYTHON = """\
import hashlib, hmac, json, os, time, urllib.request, uuid

def call(message):
    body, at = json.dumps(message).encode(), str(int(time.time()))
    signed = hmac.new(os.environ["HUBBUB_KEY"].encode(), at.encode() + b"." + body, hashlib.sha256)
    request = urllib.request.Request(os.environ["HUBBUB_HOOK"], body, {
        "Content-Type": "application/json",
        "Hubbub-Signature": f"t={at},v1={signed.hexdigest()}",
        "Hubbub-Delivery": str(uuid.uuid4()),
    })
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)

print(call({"id": "1", "text": "My widget broke", "author": {"id": "jo", "name": "Jo"}}))
"""
"""How a call is signed; docs/channels/webhook.md has the same, and a test runs both."""


def about(request: Request, value: ConnectionValue) -> dict[str, Any]:
    """What the page of a webhook shows beside its settings."""
    return {
        "address": f"{settings.ENVIRONMENT.address}/hooks/{value.config.get('hook', '')}",
        "old_until": selectors.old_key_until(request.access, value.id, now()),
        "calls": selectors.calls(request.access, value.id),
        "sent": outbox.latest(request.access.workspace, value.id),
        "curl": CURL,
        "python": PYTHON,
    }


def make(request: Request, context: Mapping[str, Any]) -> HttpResponse:
    """Make a webhook and show its key, this once; or the form again, with what is wrong."""
    config = {field.name: text(request, field.name).strip() for field in Webhook.fields}
    try:
        source = source_of(config)
        name = text(request, "name").strip() or f"{Webhook.label}: {source}"
        config["source"] = source
        connection, key = services.connect_webhook(request.access, name=name[:120], config=config, now=now())
    except (NotAllowed, NotFound):
        raise
    except HubbubError as error:
        return render(request, TEMPLATE, {**context, "error": error, "given": request.POST}, status=error.status)
    return _page(request, connection, key=key)


def source_of(config: Mapping[str, Any]) -> str:
    """Return the source as it is kept; BadConnection if the settings can't be used."""
    channel = open_channel("webhook", config, {})
    assert isinstance(channel, Webhook)
    return channel.source


@require_POST
@in_workspace
def renew(request: Request, connection: int) -> HttpResponse:
    """Make the key anew, and show it this once."""
    key = services.renew_key(request.access, connection, now=now())
    return _page(request, connection, key=key)


@require_POST
@in_workspace
def test(request: Request, connection: int) -> HttpResponse:
    """Make a test call to the address replies go to."""
    tried = hooks.try_out(request.access, connection, allow_private=settings.ENVIRONMENT.allow_private)
    return _page(request, connection, tried=tried)


def _page(request: Request, connection: int, **shown: Any) -> HttpResponse:
    value = selectors.connection(request.access, connection)
    fields = [(field, value.config.get(field.name, field.default)) for field in Webhook.fields]
    channel = {"kind": value.kind, "connector": value.connector, "label": value.label, "about": Webhook.about}
    context = {"section": "settings", "connection": value, "kind": value.kind, "channel": channel, "fields": fields}
    answer = render(request, TEMPLATE, {**context, **about(request, value), **shown})
    answer["Cache-Control"] = "no-store"  # it may hold a key
    return answer
