"""Channels: the ways to networks, what they hear, and how they are."""

import asyncio
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts.core.access import Access, Permission
from hubbub.channels import selectors, services
from hubbub.channels.core.contract import Account, BadConnection, Channel
from hubbub.channels.core.values import ConnectionValue, handle_words
from hubbub.channels.registry import KINDS, channel_class, open_channel
from hubbub.kernel.errors import NotFound
from hubbub.kernel.speech import mark, say, speaking
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings import webhook
from hubbub.web.settings.forms import save, text

OFFERED = ("jetstream", "bluesky", "mastodon", "mastodon_tags", "mail", "chat", "feed", "webhook", "demo")
NAMED_BY = {"feed": "url", "mastodon_tags": "tags", "chat": "site"}
CHECK_S = 15.0
CONNECTED = mark("Connected. Posts arrive within seconds.")


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """All connections and their health, and what can be added."""
    return render(
        request,
        "settings/channels.html",
        {
            "section": "settings",
            "connections": selectors.connections(request.access),
            "offered": [_words(channel_class(kind)) for kind in OFFERED],
            "quarantined": len(selectors.quarantine(request.access)) if request.access.may(Permission.LISTEN) else 0,
        },
    )


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, kind: str = "", connection: int | None = None) -> HttpResponse:
    """Make or change a connection; it is tried before it is kept."""
    request.access.require(Permission.LISTEN)
    value = selectors.connection(request.access, connection) if connection is not None else None
    kind = value.kind if value else kind
    if kind not in KINDS or (value is None and kind not in OFFERED):
        raise NotFound(what="channel", which=kind)
    made = channel_class(kind)
    given = request.POST if request.method == "POST" else None
    context: dict[str, Any] = {
        "section": "settings",
        "connection": value,
        "kind": kind,
        "channel": _words(made),
        "snippet": _snippet(value),
        "fields": [(field, _shown(field.name, field.default, field.secret, value, given)) for field in made.fields],
    }
    template = "settings/channel.html"
    if kind == "webhook":
        template = webhook.TEMPLATE
        if value is None and request.method == "POST":
            return webhook.make(request, context)
        context |= webhook.about(request, value) if value else {}
    if request.method != "POST":
        return render(request, template, context)
    answer = save(
        request,
        template,
        context,
        lambda: _keep(request, kind, value),
        then="channels",
        said="Saved." if value else mark("Ready. Paste the line below.") if kind == "chat" else CONNECTED,
    )
    if kind == "chat" and value is None and answer.status_code == 302:
        newest = max(each.id for each in selectors.connections(request.access))
        return redirect("channel", slug=request.access.slug, connection=newest)
    return answer


def _snippet(value: ConnectionValue | None) -> str:
    """The line that a website pastes for its chat; "" where there is none."""
    if value is None or value.kind != "chat":
        return ""
    address = settings.ENVIRONMENT.address + reverse("chat-widget", args=(value.public,))
    return f'<script src="{address}" async></script>'


def _words(made: type[Channel]) -> dict[str, str]:
    """What a page says of a kind of channel, as a template would call a class."""
    return {"kind": made.kind, "connector": made.connector, "label": say(made.label), "about": say(made.about)}


def _shown(name: str, default: str, secret: bool, value: ConnectionValue | None, given: Any) -> str:
    """What a field shows: never a secret."""
    if secret:
        return ""
    if given is not None:
        return str(given.get(name, ""))
    return str(value.config.get(name, default)) if value else say(default)


def _keep(request: Request, kind: str, value: ConnectionValue | None) -> None:
    made, access = channel_class(kind), request.access
    config = {
        **(value.config if value else {}),
        **{f.name: text(request, f.name).strip() for f in made.fields if not f.secret},
    }
    if kind == "webhook":
        config["source"] = webhook.source_of(config)
    secret = {field.name: text(request, field.name) for field in made.fields if field.secret}
    enabled = value is None or text(request, "enabled") == "yes"
    account = try_out(kind, config, _whole_secret(value, secret)) if enabled else None
    with speaking(access.language):
        name = text(request, "name").strip() or _name(made, config, account)
    if value is None:
        services.connect(access, kind=kind, name=name, config=config, secret=secret, account=account, now=now())
        return
    services.change_connection(
        access, value.id, name=name, enabled=enabled, config=config, secret=secret, account=account, now=now()
    )


def _whole_secret(value: ConnectionValue | None, given: dict[str, str]) -> dict[str, Any]:
    """The secret with the fields that were left empty as they are."""
    kept = selectors.for_sending(value.id)[2] if value else {}
    return {**kept, **{name: words for name, words in given.items() if words}}


def _name(made: type[Channel], config: dict[str, Any], account: Account | None) -> str:
    if account is not None:
        return f"{say(made.label)}, {handle_words(made.kind, account.handle)}"
    return f"{say(made.label)}: {config[NAMED_BY[made.kind]]}" if made.kind in NAMED_BY else say(made.label)


def try_out(kind: str, config: dict[str, Any], secret: dict[str, Any]) -> Account | None:
    """Open a connection and ask who we are there; BadConnection in words if the network lets us wait."""

    async def ask() -> Account | None:
        channel = open_channel(kind, config, secret, allow_private=settings.ENVIRONMENT.allow_private)
        try:
            async with asyncio.timeout(CHECK_S):
                return await channel.check()
        except TimeoutError:
            words = say("{channel} did not answer within {s:.0f} seconds.", channel=say(channel.label), s=CHECK_S)
            raise BadConnection(reason=words) from None
        finally:
            await channel.aclose()

    return asyncio.run(ask())


@require_POST
@in_workspace
def remove(request: Request, connection: int) -> HttpResponse:
    """End a connection."""
    services.disconnect(request.access, connection, now=now())
    return redirect("channels", slug=request.access.slug)


def listen_publicly(access: Access) -> None:
    """Listen to all of Bluesky, with no account; the first run asks for it."""
    if not any(each.kind == "jetstream" for each in selectors.connections(access)):
        config = {"url": settings.ENVIRONMENT.jetstream}
        name = access.say("Bluesky, everything public")
        services.connect(access, kind="jetstream", name=name, config=config, now=now())
