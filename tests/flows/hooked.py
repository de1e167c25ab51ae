"""A workspace with a webhook, calls to it as a program signs them, and a program that takes our answers."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any

from hubbub.accounts.core.access import Access
from hubbub.channels.models import Connection
from hubbub.channels.services import connect_webhook
from hubbub.flows.hooks import Taken, take
from hubbub.infra.places import Places
from hubbub.infra.signing import sign
from tests.make import make_topic, make_workspace

SOURCE = "shop"
_seconds = cycle(range(200))
BROKEN = "my acme widget broke after a day, nobody answers"


@dataclass(slots=True)
class Hooked:
    """A webhook of Acme."""

    access: Access
    places: Places
    connection: int
    key: str
    public: str

    def call(self, *messages: Any, at: datetime | None = None, key: str = "", **more: Any) -> list[Taken]:
        """Bring messages, one as it is and several as a list, in a call that is signed at a moment."""
        body = json.dumps(messages[0] if len(messages) == 1 else messages).encode()
        now = at or datetime.now(UTC)
        at = at or now + timedelta(seconds=next(_seconds))  # so that what is said twice is two calls
        return self.bring(body, sign([key or self.key], body, at), now=more.pop("now", now), **more)

    def bring(self, body: bytes, signature: str, *, delivery: str = "d1", now: datetime | None = None) -> list[Taken]:
        """Bring any body with any signature."""
        return take(self.public, signature, delivery, body, places=self.places, now=now or datetime.now(UTC))


def make_hooked(places: Places, reply: str = "", access: Access | None = None) -> Hooked:
    if access is None:
        access = make_workspace()
        make_topic(access, "acme", name="Acme")
    config = {"source": SOURCE, "reply": reply}
    connection, key = connect_webhook(access, name="Shop", config=config, now=datetime.now(UTC))
    return Hooked(access, places, connection, key, Connection.objects.get(pk=connection).config["hook"])


def message(number: int, text: str = BROKEN, **more: Any) -> dict[str, Any]:
    return {"id": number, "text": text, "author": {"id": f"a{number}", "name": f"Ann {number}"}, **more}


@dataclass(slots=True)
class Program:
    """A program that takes answers, each delivery once, and notes all that comes."""

    url: str = ""
    answers: list[tuple[int, bytes, dict[str, str]]] = field(default_factory=list)  # the next ones; then 200
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)  # by delivery
    silent: int = 0  # so many calls are taken and never answered

    @property
    def texts(self) -> list[str]:
        """What it was told, each once."""
        return [told["reply"]["text"] for told in self.taken.values()]


@contextmanager
def program() -> Iterator[Program]:
    """Such a program, on a port of this machine."""
    told = Program()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            told.calls.append((headers, body))
            status, words, more = told.answers.pop(0) if told.answers else (200, b"", {})
            if status < 300 or status >= 500:  # a server that fails may have acted
                told.taken.setdefault(headers["hubbub-delivery"], json.loads(body))
            if told.silent:
                told.silent -= 1
                self.connection.close()
                return
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError, ValueError):
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_port}/hubbub"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
