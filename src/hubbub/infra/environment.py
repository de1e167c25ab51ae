"""Settings from the environment and from hubbub.toml, parsed strictly: a wrong value stops the start.

The environment wins over the file. `SPEC` is the whole list; docs/settings.md is made from it, and
a test fails when the page and the list differ.
"""

import contextlib
import difflib
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from cryptography.fernet import Fernet

from hubbub.infra.failpoints import FAILPOINTS

CONNECTORS = ("bluesky", "demo", "feeds", "file", "mastodon", "webhook")

PARENT = "HUBBUB_PARENT"
"""Not a setting: how `hubbub run` tells the processes it starts that it did."""


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
    several: bool = False  # the file may give a list
    secret: bool = False  # never shown

    @property
    def key(self) -> str:
        """The name in hubbub.toml."""
        return self.name.removeprefix("HUBBUB_").lower()


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that takes mails to send."""

    host: str
    port: int
    encrypted: bool  # from the first byte on; else as soon as the server offers it
    user: str = ""
    password: str = field(default="", repr=False)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        raise ValueError("a port is a whole number from 1 to 65535")
    return int(text)


def _workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise ValueError("give a whole number from 1 to 64")
    return int(text)


def _home(text: str) -> Path:
    if not text:
        raise ValueError("name a folder")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:
        raise ValueError("there is nobody of that name here") from None


def _host(text: str) -> str:
    try:
        text.encode("idna")  # as the socket will
    except UnicodeError:
        text = ""
    if not text or any(each in "/@[]" or each.isspace() for each in text):
        raise ValueError("give an address like 127.0.0.1, or 0.0.0.0 for every one this machine has")
    return text


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
    parts = _split(text, ("https", "http"), "https://desk.example.org")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("give it without a path, like https://desk.example.org")
    return text.rstrip("/")


def _socket_url(text: str) -> str:
    _split(text, ("wss", "ws"), "wss://host/subscribe")
    return text


def _split(text: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    """Take an address apart; ValueError where it has another scheme, no host, a port that can't be, or a password."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(text)
        blank = any(map(str.isspace, text))
        if parts.scheme in schemes and parts.hostname and parts.port != 0 and "@" not in parts.netloc and not blank:
            return parts
    raise ValueError(f"give it like {example}")


def _mail_server(text: str) -> MailServer | None:
    if not text:
        return None
    example = "give it like smtp://user:password@mail.example.org:587, or smtps://… on port 465"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(example) from None
    blank = any(map(str.isspace, text)) or parts.path not in ("", "/") or parts.query or parts.fragment
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == 0 or blank:
        raise ValueError(example)
    return MailServer(
        host=parts.hostname,
        port=port or (465 if parts.scheme == "smtps" else 587),
        encrypted=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _gigabytes(text: str) -> int:
    try:
        size = float(text)
    except ValueError:
        size = -1.0
    if not 0 <= size <= 100_000:
        raise ValueError("give a number of gigabytes, like 1 or 0.5")
    return int(size * 1e9)


def _sender(text: str) -> str:
    if text and not (parseaddr(text)[1].count("@") == 1 and text.isprintable()):
        raise ValueError("give it like desk@example.org, or Acme Care <desk@example.org>")
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


def _failpoint(text: str) -> str:
    place, _, times = text.partition(":")
    if text and (place not in FAILPOINTS or not (times or "1").isdecimal()):
        raise ValueError(f"there are {', '.join(FAILPOINTS)}, each with :3 for the third time")
    return text


def _database(text: str) -> dict[str, Any]:
    """Return Django's DATABASES entry; an empty text means SQLite in HUBBUB_HOME."""
    if not text:
        return {}
    scheme = text.partition(":")[0]
    if scheme == "sqlite":
        path = text.removeprefix("sqlite:///")
        if not path.startswith("/") or path.endswith("/"):  # else it would depend on the folder one starts in
            raise ValueError("give the whole path, like sqlite:////srv/hubbub/hubbub.db")
        return {"ENGINE": "hubbub.infra.sqlite", "NAME": path}
    if scheme in ("postgres", "postgresql"):
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict

        try:
            info: dict[str, Any] = dict(conninfo_to_dict(text))
        except ProgrammingError:  # it would say the address, with the password in it
            raise ValueError(
                "give it like postgresql://user:password@host:5432/name, with %40 for @, %2F for / "
                "and so on for signs in the password"
            ) from None
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
    Setting("HUBBUB_HOST", "127.0.0.1", _host, "The address the web server listens on."),
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
        secret=True,
    ),
    Setting(
        "HUBBUB_ALLOW_PRIVATE",
        "",
        _connectors,
        f"Connectors that may reach private and loopback addresses: any of {', '.join(CONNECTORS)}.",
        several=True,
    ),
    Setting(
        "HUBBUB_SECRET_KEYS",
        "",
        _keys,
        "Keys for secrets at rest, newest first; empty means the file secrets/keys in HUBBUB_HOME.",
        in_file=False,
        secret=True,
    ),
    Setting(
        "HUBBUB_MAIL_SERVER",
        "",
        _mail_server,
        "The server that alerts and reports are mailed by, like smtp://user:password@mail.example.org:587; "
        "empty means none is mailed.",
        secret=True,
    ),
    Setting("HUBBUB_MAIL_FROM", "", _sender, "Who these mails are from, like Acme Care <desk@example.org>."),
    Setting(
        "HUBBUB_SPOOL_GB",
        "1",
        _gigabytes,
        "How much of what public streams told last is kept as it came, for new topics to look back; 0 keeps nothing.",
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
        _failpoint,
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
    database: Mapping[str, Any] = field(repr=False)  # with a password in it
    allow_private: frozenset[str]
    secret_keys: tuple[str, ...] = field(repr=False)
    mail_server: MailServer | None
    mail_from: str
    spool_bytes: int
    log: str
    network_port: int
    jetstream: str
    unknown: tuple[str, ...]  # a sentence for each name that is no setting

    @property
    def key_file(self) -> Path:
        """Where the keys for secrets at rest lie, unless the environment gives them."""
        return self.home / "secrets" / "keys"

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
            values[setting.name] = _parsed(setting, from_file[setting.key], str(path), setting.key)
        else:
            values[setting.name] = _parsed(setting, setting.default, "the default")
    return Environment(
        home=home,
        host=values["HUBBUB_HOST"],
        port=values["HUBBUB_PORT"],
        url=values["HUBBUB_URL"],
        workers=values["HUBBUB_WORKERS"],
        database=values["DATABASE_URL"],
        allow_private=values["HUBBUB_ALLOW_PRIVATE"],
        secret_keys=values["HUBBUB_SECRET_KEYS"],
        mail_server=values["HUBBUB_MAIL_SERVER"],
        mail_from=values["HUBBUB_MAIL_FROM"],
        spool_bytes=values["HUBBUB_SPOOL_GB"],
        log=values["HUBBUB_LOG"],
        network_port=values["HUBBUB_NETWORK_PORT"],
        jetstream=values["HUBBUB_JETSTREAM"],
        unknown=tuple(_unknown(environ)),
    )


def _unknown(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each name of ours that means nothing; it may be somebody else's, so it stops nobody."""
    known = {setting.name for setting in SPEC}
    for name in sorted(environ):
        if name.startswith("HUBBUB_") and name not in known | {PARENT}:
            near = difflib.get_close_matches(name, known, 1)
            yield f"{name} is no setting." + (f" Did you mean {near[0]}?" if near else " docs/settings.md lists them.")


def _parsed(setting: Setting, text: str, source: str, name: str = "") -> Any:
    try:
        return setting.parse(text.strip())
    except ValueError as error:
        raise SettingError(f"{name or setting.name} is {_shown(setting, text)} in {source}: {error}.") from None


def _shown(setting: Setting, value: object) -> str:
    """A value as a line may show it."""
    return "…" if setting.secret else repr(value)


def _read_file(path: Path) -> dict[str, str]:
    """Read hubbub.toml: flat, known keys only."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingError(f"{path} can't be read: {error.strerror}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{path} can't be read: {str(error).rstrip('.')}.") from None
    known = {setting.key: setting for setting in SPEC if setting.in_file}
    read: dict[str, str] = {}
    for key, value in given.items():
        if key not in known:
            near = difflib.get_close_matches(key.lower().removeprefix("hubbub_"), known, 1)
            hint = f" Did you mean {near[0]}?" if near else f" Known are {', '.join(sorted(known))}."
            raise SettingError(f"{path} has {key!r}, which is no setting.{hint}")
        several = known[key].several
        if several and isinstance(value, list) and all(isinstance(each, str) for each in value):
            value = " ".join(value)
        if isinstance(value, bool) or not isinstance(value, str | int):
            wanted = "a text or a list of texts" if several else "a text or a whole number"
            raise SettingError(f"{path} has {key} = {_shown(known[key], value)}; give {wanted}.")
        read[key] = str(value)
    return read
