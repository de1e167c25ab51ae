"""Every kind of connection there is. A new network is one line here and one folder in `adapters/`."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from hubbub.channels.core.contract import BadConnection, Channel
from hubbub.infra.http import Http
from hubbub.kernel.speech import say

KINDS: dict[str, str] = {
    "bluesky": "hubbub.channels.adapters.bluesky.channel:Bluesky",
    "jetstream": "hubbub.channels.adapters.bluesky.jetstream:Jetstream",
    "feed": "hubbub.channels.adapters.feeds.channel:Feed",
    "file": "hubbub.channels.adapters.file.channel:File",
    "mail": "hubbub.channels.adapters.mail.channel:Mail",
    "generic": "hubbub.channels.adapters.generic.channel:Generic",
    "webhook": "hubbub.channels.adapters.webhook.channel:Webhook",
    "letter": "hubbub.channels.adapters.letter.channel:Letters",
    "phone": "hubbub.channels.adapters.phone.channel:Phone",
    "chat": "hubbub.channels.adapters.chat.channel:Chat",
    "stream": "hubbub.channels.adapters.stream.channel:Stream",
    "mastodon": "hubbub.channels.adapters.mastodon.channel:Mastodon",
    "mastodon_tags": "hubbub.channels.adapters.mastodon.tags:Tags",
    "demo": "hubbub.channels.adapters.demo.channel:Demo",
}


def channel_class(kind: str) -> type[Channel]:
    """Return the class of a kind; BadConnection if there is none."""
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise BadConnection(reason=say("There is no channel {kind!r}; there are {kinds}.", kind=kind, kinds=known))
    module, _, name = KINDS[kind].partition(":")
    found: type[Channel] = getattr(import_module(module), name)
    return found


def open_channel(
    kind: str, config: Mapping[str, Any], secret: Mapping[str, Any], *, allow_private: frozenset[str] = frozenset()
) -> Channel:
    """Make a channel from its settings; BadConnection in words if they can't be used."""
    made = channel_class(kind)
    for field in made.fields:
        given = (secret if field.secret else config).get(field.name, field.default)
        if field.required and not str(given or "").strip():
            words = say("{channel}: {field} is missing.", channel=say(made.label), field=say(field.label))
            raise BadConnection(reason=words)
    return made(config, secret, Http(made.connector, allow_private=made.connector in allow_private))
