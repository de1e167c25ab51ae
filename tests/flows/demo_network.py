"""A real demo network of a test's own, and what people and our account say there."""

import json
import re
import urllib.request
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from hubbub.care.services.cases import reply
from hubbub.channels.models import Connection
from hubbub.infra.models import OutboxMessage, OutboxPause
from hubbub.infra.places import Places
from tests.installation import STARTS_S, Installation, free_port, until
from tests.make import Town, connect_demo, make_topic, make_workspace

WORLD = """
name = "acme"
faults = true
[brand]
name = "Acme"
handle = "AcmeCustServ"
password = "long enough"
tag = "#Acme"
products = ["widget"]
rival = "Bigger"
[[person]]
handle = "Bigger"
name = "Bigger"
role = "competitor"
"""
_numbers = count(1)


class DemoNetwork:
    """`hubbub network` as a process, in which nothing happens by itself and requests can be made to fail."""

    def __init__(self, folder: Path) -> None:
        self._world = folder / "world.toml"
        self._world.write_text(WORLD)
        self._home = Installation(folder / "home")

    def __enter__(self) -> "DemoNetwork":
        port = free_port()
        self._home.__enter__().start("network", "--world", str(self._world), "--port", str(port))
        self.address = f"http://127.0.0.1:{port}"
        until(self._answers, STARTS_S, "the demo network")
        return self

    def __exit__(self, *trouble: object) -> None:
        self._home.__exit__(*trouble)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the network something, as our account."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token()}"}
        return self._request(method, path, body, headers)

    def say(self, handle: str, text: str, **more: str) -> str:
        """Somebody says something; return its uri."""
        said = {"as": handle, "text": text, **more}
        uri = self._request("POST", "/posts", said, {"Content-Type": "application/json"})["uri"]
        return str(uri)

    def tell(self, handle: str, text: str) -> str:
        """Somebody writes to our account in private."""
        said = {"as": handle, "to": "AcmeCustServ", "text": text}
        return str(self._request("POST", "/messages", said, {"Content-Type": "application/json"})["uri"])

    def take_back(self, uri: str) -> None:
        """Whoever said it deletes it."""
        self._request("DELETE", "/posts/" + uri.removeprefix("demo://acme/"), None, {})

    def fail(self, how: str, times: int = 1) -> None:
        """Let the next things that somebody says fail."""
        self.call("POST", "/_faults", {"next_posts": how, "count": times})

    def lines(self, uri: str) -> list[bytes]:
        """The events that tell of something said, as the network tells them."""
        return [json.dumps(event).encode() for event in self._events() if _said(event)["uri"] == uri]

    def answers(self, to: str) -> list[str]:
        """What our account answered somebody, in public and in private, oldest first."""
        said = [_said(event) for event in self._events()]
        ours = [each for each in said if each["author"]["handle"] == "AcmeCustServ"]
        return [each["text"] for each in ours if to in (each.get("parent_author"), each.get("to"))]

    def _events(self) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        after = 0
        while page := self.call("GET", f"/events?limit=1000&after={after}"):
            events += page["events"]
            after = page["last"]
            if not page["events"]:
                break
        return events

    def _answers(self) -> bool:
        try:
            return bool(self._request("GET", "/", None, {}))
        except OSError:
            return False

    def _token(self) -> str:
        who = {"handle": "AcmeCustServ", "password": "long enough"}
        return str(self._request("POST", "/sessions", who, {"Content-Type": "application/json"})["token"])

    def _request(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")


def _said(event: dict[str, Any]) -> dict[str, Any]:
    return event["post"] or event["message"]


class Desk:
    """A workspace connected to that network, in which somebody asks and we answer."""

    def __init__(self, network: DemoNetwork, places: Places) -> None:
        self.network, self.access = network, make_workspace()
        make_topic(self.access, "acme", name="Acme")
        self.town = Town(self.access, places, connect_demo(self.access, server=network.address))
        Connection.objects.update(secret={"password": "long enough"})
        self.town.at = datetime.now(UTC)
        self.mark = f"desk{next(_numbers):04}"  # in no other's posts: the network keeps what earlier tests said

    def asked(self, *, private: bool = False) -> tuple[str, int]:
        """Somebody new asks for help; return their handle and the case."""
        handle = f"customer{next(_numbers)}"
        if private:
            uri = self.network.tell(handle, "where is my acme order 4711?")
        else:
            uri = self.network.say(handle, "@AcmeCustServ my acme widget broke, where is my refund?")
        self.town.hear(self.network.lines(uri), now=datetime.now(UTC))
        return handle, self.town.cases()[-1].number

    def answer(self, case: int, text: str, **how: Any) -> int:
        """Write an answer, which waits in the outbox."""
        return int(reply(self.access, case, text=text, confirmed=True, now=datetime.now(UTC), **how))


def states() -> list[str]:
    """Where the messages of the outbox are, oldest first."""
    return list(OutboxMessage.objects.order_by("id").values_list("state", flat=True))


def time_passes() -> None:
    """What waits in the outbox is due now."""
    OutboxPause.objects.all().delete()
    OutboxMessage.objects.update(due_at=datetime.now(UTC) - timedelta(seconds=1))


def words_of(message: int) -> str:
    """What the outbox says about a message."""
    return str(re.sub(r"\s+", " ", OutboxMessage.objects.get(pk=message).words))
