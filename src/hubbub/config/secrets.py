"""The two kinds of secret an installation makes for itself, kept in HUBBUB_HOME/secrets (mode 0600)."""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet

from hubbub.infra.environment import Environment, SettingError


def django_key(env: Environment) -> str:
    """The key that signs sessions and links."""
    return _kept(env.home / "secrets" / "django", lambda: secrets.token_urlsafe(48))


def keys_at_rest(env: Environment) -> tuple[str, ...]:
    """The keys for connector secrets, newest first."""
    if env.secret_keys:
        return env.secret_keys
    path = env.key_file
    return _checked(path, _kept(path, lambda: Fernet.generate_key().decode()))


@lru_cache(maxsize=4)
def _checked(path: Path, text: str) -> tuple[str, ...]:
    keys = tuple(text.split())
    for key in keys:
        try:
            Fernet(key)
        except ValueError:
            raise SettingError(f"{path} holds a line that is no key. `hubbub new-key` prints one.") from None
    return keys


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Read a secret, or make it once: two processes that start together agree on one."""
    try:
        if not path.exists():
            _put(path, make())
    except OSError as error:
        raise SettingError(
            f"{path} can't be written: {error.strerror}. Set HUBBUB_HOME to a folder of yours."
        ) from None
    try:
        kept = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingError(f"{path} can't be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingError(f"{path} can't be read: it is no text. Put back what was in it.") from None
    if not kept:
        raise SettingError(f"{path} is empty. Put back what was in it; only if that was never used, remove the file.")
    return kept


def _put(path: Path, text: str) -> None:
    """Make a file with a text that survives a power cut, unless somebody else made it meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
