"""The real Bluesky network on loopback: its own servers from npm, beside a private PostgreSQL and Redis.

Node and the servers are installed once into `$HUBBUB_NETWORKS_CACHE` (default ~/.cache/hubbub/networks,
some 700 MB); everything else lives in a temporary folder and goes when the network stops.
"""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

NODE = "22.23.3"
DEV_ENV = "0.6.7"
HERE = Path(__file__).parent / "network"
POST = "app.bsky.feed.post"


class NetworkMissingError(RuntimeError):
    """The network can't be had on this machine; the sentence says what to do."""


class NetworkRefusedError(RuntimeError):
    """The network refused a call of the harness."""


@dataclass(frozen=True)
class Credentials:
    """An account on the network."""

    server: str
    did: str
    handle: str
    password: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True)
class Posted:
    """A post as the network stores it."""

    uri: str
    cid: str


def cache() -> Path:
    """Return the folder that keeps what was installed."""
    return Path(os.environ.get("HUBBUB_NETWORKS_CACHE") or Path.home() / ".cache" / "hubbub" / "networks").expanduser()


def node_environment() -> dict[str, str]:
    """Install Node if it isn't there, and return the environment in which it comes first."""
    modules = _installed("node", NODE, dict(os.environ), lambda _: None) / "node_modules"
    # The folder with the headers of this Node; its name depends on the machine.
    headers = next(iter(modules.glob("node/node_modules/node-*/include/node/node.h"))).parents[2]
    return {
        **os.environ,
        "PATH": f"{modules / '.bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "npm_config_nodedir": str(headers),  # native modules are built for this Node, not the system's
    }


def dev_env(environment: dict[str, str]) -> Path:
    """Install the network's servers if they aren't there, and return the entry of their package."""

    def try_sqlite(folder: Path) -> None:
        check = ["node", "-e", "new (require('better-sqlite3'))(':memory:')"]
        if subprocess.run(check, cwd=folder, env=environment, capture_output=True).returncode:
            _run(["npm", "rebuild", "better-sqlite3", "--foreground-scripts"], folder, environment)
            _run(check, folder, environment)

    folder = _installed("@atproto/dev-env", DEV_ENV, environment, try_sqlite)
    return folder / "node_modules" / "@atproto" / "dev-env" / "dist" / "index.js"


def _installed(package: str, version: str, environment: dict[str, str], prove: Callable[[Path], None]) -> Path:
    """Return the folder of a package; it gets its name only when all of it is there and works."""
    folder = cache() / f"{package.rpartition('/')[2]}-{version}"
    if folder.exists():
        return folder
    if shutil.which("npm", path=environment.get("PATH")) is None:
        raise NetworkMissingError("npm is missing. On Debian and Ubuntu: apt install npm")
    cache().mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=cache()))
    try:
        # A package.json of its own, or npm would install into a parent folder that has one.
        (making / "package.json").write_text("{}", "utf-8")
        _run(["npm", "install", "--no-audit", "--no-fund", f"{package}@{version}"], making, environment)
        prove(making)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return folder


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace")
    if done.returncode:
        raise NetworkMissingError(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-4000:]}")


def _postgres() -> Path:
    """Return the folder of PostgreSQL's programs, the newest version's."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    anywhere = shutil.which("postgres")
    if not found and anywhere is None:
        raise NetworkMissingError("PostgreSQL is missing. On Debian and Ubuntu: apt install postgresql redis-server")
    return found[-1].parent if found else Path(str(anywhere)).parent


def _redis() -> str:
    found = shutil.which("redis-server")
    if found is None:
        raise NetworkMissingError("redis-server is missing. On Debian and Ubuntu: apt install postgresql redis-server")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, limit_s: float) -> None:
    """Wait until something is ready; say what its log says if it ends or takes too long."""
    deadline = time.monotonic() + limit_s
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            what = "ended" if process.poll() is not None else f"was not ready after {limit_s:.0f} s"
            raise NetworkMissingError(f"{log.stem} {what}. Its log ends:\n{log.read_text('utf-8', 'replace')[-4000:]}")
        time.sleep(0.1)


class BlueskyNetwork:
    """Starts the network on free loopback ports, and stops all of it again.

    >>> with BlueskyNetwork() as network:  # doctest: +SKIP
    ...     mia = network.create_account("mia")
    """

    def __init__(self) -> None:
        self.pds = ""
        self.appview = ""
        self.jetstream = ""
        self.took_s = 0.0
        self._folder = Path()
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "BlueskyNetwork":
        postgres, redis = _postgres(), _redis()
        environment = node_environment()
        entry = dev_env(environment)
        began = time.monotonic()
        self._folder = Path(tempfile.mkdtemp(prefix="hubbub-network-"))
        self._folder.chmod(0o711)  # PostgreSQL's user has to get through
        try:
            redis_port, postgres_port = self._start_redis(redis), self._start_postgres(postgres)
            self._start_network(entry, environment, redis_port, postgres_port)
        except BaseException:
            self.stop()
            raise
        self.took_s = time.monotonic() - began
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop every process, the last started first, and remove the folder."""
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start_redis(self, program: str) -> int:
        port = _free_port()
        command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(self._folder)]
        process, log = self._start("redis", command)
        _until(lambda: "Ready to accept connections" in log.read_text("utf-8", "replace"), process, log, 20)
        return port

    def _start_postgres(self, programs: Path) -> int:
        port, data = _free_port(), self._folder / "postgres"
        data.mkdir(0o700)
        user: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            account = next(pwd.getpwnam(each) for each in ("postgres", "nobody") if _is_user(each))
            os.chown(data, account.pw_uid, account.pw_gid)
            user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        make = [str(programs / "initdb"), "--auth=trust", "--username=postgres", "--no-sync", f"--pgdata={data}"]
        made = subprocess.run(make, cwd=data, capture_output=True, text=True, **user)
        if made.returncode:
            raise NetworkMissingError(f"initdb failed:\n{made.stdout}{made.stderr}")
        settings = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=200")
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port)]
        process, log = self._start("postgresql", [*command, *(f"--{each}" for each in settings)], cwd=data, **user)
        ready = [str(programs / "pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={port}"]
        _until(lambda: subprocess.run(ready).returncode == 0, process, log, 30)
        return port

    def _start_network(self, entry: Path, environment: Mapping[str, str], redis_port: int, postgres_port: int) -> None:
        process, log = self._start(
            "bluesky",
            ["node", "--require", str(HERE / "loopback.cjs"), str(HERE / "network.mjs")],
            stdin=subprocess.PIPE,
            env={
                **environment,
                "DEV_ENV": str(entry),
                "DB_POSTGRES_URL": f"postgresql://postgres@127.0.0.1:{postgres_port}/postgres",
                "DB_POSTGRES_SCHEMA": "network",
                "REDIS_HOST": f"127.0.0.1:{redis_port}",
                "LOG_ENABLED": "false",
                "TMPDIR": str(self._folder),
            },
        )
        _until(lambda: '{"pds":' in log.read_text("utf-8", "replace"), process, log, 180)
        line = next(each for each in log.read_text("utf-8", "replace").splitlines() if each.startswith('{"pds":'))
        where = json.loads(line)
        self.pds, self.appview, self.jetstream = where["pds"], where["appview"], where["jetstream"]
        self._network = process

    def _start(self, name: str, command: list[str], **options: Any) -> tuple[subprocess.Popen[bytes], Path]:
        log = self._folder / f"{name}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, **options)
        self._processes.append(process)
        return process, log

    def cut(self) -> None:
        """Break every connection to the public stream off, without a good-bye."""
        self._network.send_signal(signal.SIGUSR2)

    # What people do on the network.

    def create_account(self, name: str) -> Credentials:
        """Sign somebody up, and wait until the network's index knows them."""
        handle, password = f"{name}.test", f"pass-word-of-{name}"
        made = self._post(
            "com.atproto.server.createAccount", handle=handle, email=f"{name}@example.test", password=password
        )
        account = Credentials(self.pds, made["did"], handle, password, made["accessJwt"])
        for _ in range(300):
            try:
                self._get("app.bsky.actor.getProfile", actor=account.did)
                return account
            except NetworkRefusedError:
                time.sleep(0.1)
        raise NetworkMissingError(f"{handle} was signed up, but the index does not know them after 30 s.")

    def app_password(self, account: Credentials, name: str) -> str:
        """Make an app password, the kind that people give to Hubbub."""
        made = self._post("com.atproto.server.createAppPassword", account.token, name=name)
        return str(made["password"])

    def post(
        self,
        by: Credentials,
        text: str,
        *,
        reply_to: str | None = None,
        mention: Credentials | None = None,
        quote: Posted | None = None,
        created_at: datetime | None = None,
    ) -> Posted:
        """Post as somebody; `mention` marks the first @handle of that account in the text."""
        now = created_at or datetime.now(UTC)
        record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": now.isoformat().replace("+00:00", "Z")}
        if mention is not None:
            at = f"@{mention.handle}"
            start = len(text[: text.index(at)].encode())
            record["facets"] = [
                {
                    "index": {"byteStart": start, "byteEnd": start + len(at.encode())},
                    "features": [{"$type": "app.bsky.richtext.facet#mention", "did": mention.did}],
                }
            ]
        if quote is not None:
            record["embed"] = {"$type": "app.bsky.embed.record", "record": {"uri": quote.uri, "cid": quote.cid}}
        if reply_to is not None:
            parent = self.record(reply_to)
            ref = {"uri": parent["uri"], "cid": parent["cid"]}
            record["reply"] = {"parent": ref, "root": parent["value"].get("reply", {}).get("root", ref)}
        made = self._post("com.atproto.repo.createRecord", by.token, repo=by.did, collection=POST, record=record)
        return Posted(made["uri"], made["cid"])

    def edit(self, by: Credentials, uri: str, text: str) -> None:
        """Give somebody's own post other words."""
        record = {**self.record(uri)["value"], "text": text}
        key = uri.rpartition("/")[2]
        self._post("com.atproto.repo.putRecord", by.token, repo=by.did, collection=POST, rkey=key, record=record)

    def delete(self, by: Credentials, uri: str) -> None:
        """Delete somebody's own post."""
        self._post("com.atproto.repo.deleteRecord", by.token, repo=by.did, collection=POST, rkey=uri.rpartition("/")[2])

    def follow(self, by: Credentials, whom: Credentials) -> None:
        """Follow somebody."""
        follow = "app.bsky.graph.follow"
        record = {"$type": follow, "subject": whom.did, "createdAt": datetime.now(UTC).isoformat()}
        self._post("com.atproto.repo.createRecord", by.token, repo=by.did, collection=follow, record=record)

    def mute(self, by: Credentials, whom: Credentials) -> None:
        """Mute somebody: their posts stay, but are not shown any more."""
        self._post("app.bsky.graph.muteActor", by.token, actor=whom.did)

    def record(self, uri: str) -> dict[str, Any]:
        """Read a record from the server that holds it: uri, cid and value."""
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        return self._get("com.atproto.repo.getRecord", server=self.pds, repo=repo, collection=collection, rkey=rkey)

    def records(self, of: Credentials) -> list[dict[str, Any]]:
        """Read every post that somebody's repository holds."""
        listed = self._get("com.atproto.repo.listRecords", server=self.pds, repo=of.did, collection=POST, limit=100)
        return list(listed["records"])

    def thread(self, uri: str) -> dict[str, Any]:
        """Read a thread as a stranger without an account sees it."""
        return dict(self._get("app.bsky.feed.getPostThread", uri=uri, depth=50)["thread"])

    def replies(self, uri: str) -> list[dict[str, Any]]:
        """Read the replies to a post as anybody sees them; none as long as the index does not know the post."""
        try:
            return [reply["post"] for reply in self.thread(uri)["replies"]]
        except NetworkRefusedError:
            return []

    def _get(self, method: str, *, server: str = "", **params: str | int) -> dict[str, Any]:
        query = urllib.parse.urlencode(params)
        return _call(urllib.request.Request(f"{server or self.appview}/xrpc/{method}?{query}"))

    def _post(self, method: str, token: str = "", /, **body: Any) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        return _call(urllib.request.Request(f"{self.pds}/xrpc/{method}", json.dumps(body).encode(), headers))


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _call(request: urllib.request.Request) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
    except urllib.error.HTTPError as error:
        raise NetworkRefusedError(f"{request.full_url}: {error.code} {error.read()[:500]!r}") from error
    return dict(json.loads(body or b"{}"))
