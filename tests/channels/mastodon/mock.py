"""A stateful server of another's making, in a process of its own; people on it speak through its public interface."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.installation import free_port, until

SHOP, CUST, DORA = "shop", "cust", "dora"
STRANGERS = tuple(f"stranger{number}" for number in range(12))
PEOPLE = (SHOP, CUST, DORA, *STRANGERS)
STARTS_S = 90.0
_CONFIG = """
media_storage_path = "{media}"
[database]
path = "{database}"
[ratelimit]
enabled = false
[streaming]
enabled = {streams}
heartbeat_seconds = 1
"""


class Mock:
    """Use it as a context manager. Where it `keeps`, what was said there outlives a kill and a restart."""

    def __init__(self, folder: Path, *, streams: bool = True, keeps: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._port = folder, free_port()
        accounts = "".join(
            f'[[seed.accounts]]\nusername = "{name}"\naccess_token = "{token_of(name)}"\n' for name in PEOPLE
        )
        database = folder / "db.sqlite" if keeps else ":memory:"
        text = _CONFIG.format(media=folder / "media", database=database, streams=str(streams).lower())
        (folder / "mock.toml").write_text(text + accounts, "utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers; its domain is `localhost` with this port."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def domain(self) -> str:
        """How its accounts and posts are named."""
        return f"localhost:{self._port}"

    def __enter__(self) -> "Mock":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, or start it again, and wait until it answers."""
        command = [sys.executable, "-m", "mastodon_mock", "serve", "--config", str(self._folder / "mock.toml")]
        with (self._folder / "mock.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(self._port)], stdout=log, stderr=subprocess.STDOUT
            )
        until(self._answers, STARTS_S, "the server's first answer")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def ask(self, method: str, path: str, body: Any = None, *, by: str = "") -> Any:
        """Do something there as somebody would."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token_of(by)}"} if by else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def post(self, by: str, text: str, **more: Any) -> dict[str, Any]:
        """Say something."""
        return dict(self.ask("POST", "/api/v1/statuses", {"status": text, **more}, by=by))

    def edit(self, by: str, key: str, text: str) -> None:
        """Change what one said."""
        self.ask("PUT", f"/api/v1/statuses/{key}", {"status": text}, by=by)

    def delete(self, by: str, key: str) -> None:
        """Take back what one said."""
        self.ask("DELETE", f"/api/v1/statuses/{key}", by=by)

    def said_by(self, name: str) -> list[dict[str, Any]]:
        """What somebody said, as they see it themselves, the oldest first."""
        own = self.ask("GET", "/api/v1/accounts/verify_credentials", by=name)["id"]
        return list(self.ask("GET", f"/api/v1/accounts/{own}/statuses?limit=40", by=name))[::-1]

    def fail(self, match: Mapping[str, Any], effect: Mapping[str, Any], count: int | None = None) -> None:
        """Let some calls fail from now on."""
        self.ask("POST", "/api/v1/_mock/faults", {"match": match, "effect": effect, "count": count})

    def heal(self) -> None:
        """Let no call fail any more."""
        self.ask("DELETE", "/api/v1/_mock/faults")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "mock.log").read_text("utf-8", "replace")[-3_000:]
        with suppress(urllib.error.URLError, OSError):
            return bool(self.ask("GET", "/api/v2/instance"))
        return False


def token_of(name: str) -> str:
    """The token of somebody's account."""
    return f"tok_{name}"
