"""The two kinds of secret an installation makes for itself, kept in HUBBUB_HOME/secrets (mode 0600)."""

import os
import secrets
from collections.abc import Callable
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
    path = env.home / "secrets" / "keys"
    keys = tuple(_kept(path, lambda: Fernet.generate_key().decode()).split())
    for key in keys:
        try:
            Fernet(key)
        except ValueError:
            raise SettingError(f"{path} holds a line that is no key. `hubbub new-key` prints one.") from None
    return keys


def _kept(path: Path, make: Callable[[], str]) -> str:
    """Read a secret, or make it once: two processes that start together agree on one."""
    try:
        if kept := path.read_text(encoding="ascii").strip():
            return kept
    except FileNotFoundError:
        pass
    except OSError as error:
        raise SettingError(f"{path} can't be read: {error.strerror}.") from None
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(make() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    except OSError as error:
        raise SettingError(
            f"{path} can't be written: {error.strerror}. Set HUBBUB_HOME to a folder of yours."
        ) from None
    return path.read_text(encoding="ascii").strip()
