"""A website with a chat, and somebody who visits it."""

import io
from datetime import datetime
from typing import Any

from PIL import Image
from tests.make import NOON

from hubbub.accounts.core.access import Access
from hubbub.channels import services
from hubbub.channels.adapters.chat import visits
from hubbub.channels.adapters.chat.visits import Place, Visit
from hubbub.channels.models import Connection

SHOP = "https://shop.example.org"
CONFIG = {"site": "Acme Shop", "origins": SHOP, "greeting": "Hello!", "colour": "#0f658f"}
SECRET = "s" * 40


def picture(colour: str = "teal") -> bytes:
    """A small picture."""
    made = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(made, "PNG")
    return made.getvalue()


def make_chat(access: Access, name: str = "Web chat", **config: Any) -> Place:
    """A chat on a website."""
    pk = services.connect(access, kind="chat", name=name, config={**CONFIG, **config}, now=NOON)
    found = visits.place(Connection.objects.get(pk=pk).public)
    assert found is not None
    return found


def make_visit(place: Place, secret: str = SECRET, *, name: str = "", now: datetime = NOON) -> Visit:
    """Somebody who agreed."""
    return visits.begin(place, secret, name=name, page=f"{SHOP}/cart?id=7#top", now=now)
