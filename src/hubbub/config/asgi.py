"""The ASGI application: the event stream beside Django."""

import os
import threading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub.config.settings")

import django

django.setup()

from hubbub.infra.sqlite.base import DatabaseWrapper  # noqa: E402
from hubbub.web import charts, live  # noqa: E402
from hubbub.web.chat.stream import is_chat, limited  # noqa: E402
from hubbub.web.pages import Pages  # noqa: E402
from hubbub.web.timing import timed  # noqa: E402

DatabaseWrapper.for_people = True
_pages = timed(Pages())
_chat = limited(_pages)
import numpy  # noqa: E402, F401  # before another thread imports it, too

threading.Thread(target=charts.warm_up, daemon=True, name="charts").start()


async def application(scope: live.Scope, receive: live.Receive, send: live.Send) -> None:
    """Serve one connection."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    elif live.is_live(scope):
        await live.app(scope, receive, send)
    elif is_chat(scope):
        await _chat(scope, receive, send)
    else:
        await _pages(scope, receive, send)
