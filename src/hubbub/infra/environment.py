"""Settings from the environment and from hubbub.toml, parsed strictly: a wrong value stops the start.

The environment wins over the file. `SPEC` is the whole list; docs/settings.md is made from it, and
a test fails when the page and the list differ.
"""

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

CONNECTORS = ("bluesky", "demo", "feeds", "file")


class SettingError(Exception):
    """A setting that can't be used: one line that names it and says what to mend."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in the environment, its parser and what a person should know."""

    name: str
    default: str
    parse: Callable[[str], Any]
    help: str
    in_file: bool = True

    @property
    def key(self) -> str:
        """The name in hubbub.toml."""
        return self.name.removeprefix("HUBBUB_").lower()


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        raise ValueError("a port is a whole number from 1 to 65535")
    return int(text)


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise ValueError("give a whole number from 1 to 64")
    return int(text)


def _home(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.replace(",", " ").split() if word)


def _connectors(text: str) -> frozenset[str]:
    names = frozenset(_words(text))
    for name in sorted(names - set(CONNECTORS)):
        raise ValueError(f"there is no connector {name!r}; there are {', '.join(CONNECTORS)}")
    return names


def _url(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("give it like https://desk.example.org")
    return text.rstrip("/")


def _socket_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise ValueError("give it like wss://host/subscribe")
    return text


def _keys(text: str) -> tuple[str, ...]:
    keys = _words(text)
    for key in keys:
        try:
            Fernet(key)
        except ValueError:
            raise ValueError("each key is 32 bytes in URL-safe base64, as `hubbub new-key` prints it") from None
    return keys


def _level(text: str) -> str:
    levels = ("debug", "info", "warning", "error")
    if text.lower() not in levels:
        raise ValueError(f"choose one of {', '.join(levels)}")
    return text.upper()


def _database(text: str) -> dict[str, Any]:
    """Return Django's DATABASES entry; an empty text means SQLite in HUBBUB_HOME."""
    if not text:
        return {}
    scheme = text.partition(":")[0]
    if scheme == "sqlite":
        path = text.removeprefix("sqlite://").removeprefix("/")
        if not path:
            raise ValueError("give the file, like sqlite:////srv/hubbub/hubbub.db")
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": path}
    if scheme in ("postgres", "postgresql"):
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict

        try:
            info: dict[str, Any] = dict(conninfo_to_dict(text))
        except ProgrammingError as error:
            raise ValueError(f"PostgreSQL can't read it: {str(error).strip()}") from None
        known = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        entry: dict[str, Any] = {ours: str(info.pop(theirs, "") or "") for ours, theirs in known.items()}
        if not entry["NAME"]:
            raise ValueError("name the database, like postgresql://user:password@host/hubbub")
        return {"ENGINE": "django.db.backends.postgresql", **entry, "OPTIONS": info}
    raise ValueError("it begins with sqlite:// or postgresql://")


SPEC: tuple[Setting, ...] = (
    Setting(
        "HUBBUB_HOME", "~/.hubbub", _home, "Where the database, segments, archive and secrets live.", in_file=False
    ),
    Setting("HUBBUB_HOST", "127.0.0.1", str, "The address the web server listens on."),
    Setting("HUBBUB_PORT", "8000", _port, "The port the web server listens on."),
    Setting(
        "HUBBUB_URL", "", _url, "The address people use, like https://desk.example.org; with https, cookies are secure."
    ),
    Setting("HUBBUB_WORKERS", "1", _workers, "Web server processes."),
    Setting(
        "DATABASE_URL",
        "",
        _database,
        "postgresql://user:password@host/name, or sqlite:////path; empty means SQLite in HUBBUB_HOME.",
    ),
    Setting(
        "HUBBUB_ALLOW_PRIVATE",
        "",
        _connectors,
        f"Connectors that may reach private and loopback addresses: any of {', '.join(CONNECTORS)}.",
    ),
    Setting(
        "HUBBUB_SECRET_KEYS",
        "",
        _keys,
        "Keys for secrets at rest, newest first; empty means the file secrets/keys in HUBBUB_HOME.",
        in_file=False,
    ),
    Setting("HUBBUB_LOG", "info", _level, "How much is logged: debug, info, warning or error."),
    Setting("HUBBUB_NETWORK_PORT", "8001", _port, "The port of the demo network, with `hubbub demo`."),
    Setting(
        "HUBBUB_JETSTREAM",
        "wss://jetstream2.us-east.bsky.network/subscribe",
        _socket_url,
        "Where Bluesky's public stream is heard when a connection names no other address.",
    ),
    Setting(
        "HUBBUB_FAILPOINT",
        "",
        str,
        "For tests only: the named place where a process kills itself (see infra/failpoints.py).",
        in_file=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Environment:
    """The parsed settings, as every process of one installation sees them."""

    home: Path
    host: str
    port: int
    url: str
    workers: int
    database: Mapping[str, Any]
    allow_private: frozenset[str]
    secret_keys: tuple[str, ...]
    log: str
    network_port: int
    jetstream: str
    unknown: tuple[str, ...]

    @property
    def address(self) -> str:
        """The address a browser on this machine or the public uses."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return self.url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def read(environ: Mapping[str, str] | None = None) -> Environment:
    """Read and check every setting; raise SettingError with one line on the first that can't be used."""
    environ = os.environ if environ is None else environ
    home = _parsed(SPEC[0], environ.get("HUBBUB_HOME") or SPEC[0].default, "the environment")
    path = home / "hubbub.toml"
    from_file = _read_file(path)
    values: dict[str, Any] = {}
    for setting in SPEC:
        if setting.name in environ and environ[setting.name] != "":
            values[setting.name] = _parsed(setting, environ[setting.name], "the environment")
        elif setting.in_file and setting.key in from_file:
            values[setting.name] = _parsed(setting, from_file[setting.key], str(path))
        else:
            values[setting.name] = _parsed(setting, setting.default, "the default")
    names = {setting.name for setting in SPEC}
    return Environment(
        home=home,
        host=values["HUBBUB_HOST"],
        port=values["HUBBUB_PORT"],
        url=values["HUBBUB_URL"],
        workers=values["HUBBUB_WORKERS"],
        database=values["DATABASE_URL"],
        allow_private=values["HUBBUB_ALLOW_PRIVATE"],
        secret_keys=values["HUBBUB_SECRET_KEYS"],
        log=values["HUBBUB_LOG"],
        network_port=values["HUBBUB_NETWORK_PORT"],
        jetstream=values["HUBBUB_JETSTREAM"],
        unknown=tuple(sorted(name for name in environ if name.startswith("HUBBUB_") and name not in names)),
    )


def _parsed(setting: Setting, text: str, source: str) -> Any:
    try:
        return setting.parse(text.strip())
    except ValueError as error:
        shown = "…" if "KEY" in setting.name or setting.name == "DATABASE_URL" else repr(text)
        raise SettingError(f"{setting.name} is {shown} in {source}: {error}.") from None


def _read_file(path: Path) -> dict[str, str]:
    """Read hubbub.toml: flat, known keys only."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{path} can't be read: {error}.") from None
    known = {setting.key: setting for setting in SPEC if setting.in_file}
    read: dict[str, str] = {}
    for key, value in given.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f" Did you mean {near[0]}?" if near else f" Known are {', '.join(sorted(known))}."
            raise SettingError(f"{path} has {key!r}, which is no setting.{hint}")
        if isinstance(value, list):
            value = " ".join(map(str, value))
        if isinstance(value, dict | bool):
            raise SettingError(f"{path} has {key} = {value!r}; give a text or a number.")
        read[key] = str(value)
    return read
