"""Secrets at rest: a field that keeps JSON encrypted, and refuses to hand back what it can't read."""

import json
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from hubbub.kernel.errors import HubbubError


class SecretUnreadable(HubbubError):
    """A stored secret was encrypted with a key this installation does not have."""

    message = (
        "A stored secret can't be decrypted. Put the key it was written with back into the key list "
        "(HUBBUB_SECRET_KEYS or secrets/keys in HUBBUB_HOME), newest key first."
    )


def _cipher() -> MultiFernet:
    keys: tuple[str, ...] = settings.SECRET_KEYS_AT_REST
    if not keys:
        raise ImproperlyConfigured("There is no key for secrets at rest.")
    return MultiFernet([Fernet(key) for key in keys])


def seal(value: Any) -> str:
    """Encrypt a JSON-like value with the newest key."""
    return _cipher().encrypt(json.dumps(value, separators=(",", ":")).encode()).decode()


def unseal(token: str) -> Any:
    """Decrypt what `seal` made with any key of the list; raise SecretUnreadable if none fits."""
    try:
        return json.loads(_cipher().decrypt(token.encode()))
    except InvalidToken as error:
        raise SecretUnreadable from error


if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
else:  # the stubs take type arguments, Django does not
    _TextField = models.TextField


class SecretJSONField(_TextField):
    """A JSON-like value, encrypted in the database. Never searched, never shown, never logged."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any
    description = "Encrypted JSON"

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in."""
        return None if value is None else seal(value)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        """Decrypt on the way out; raise SecretUnreadable with a wrong key."""
        return None if value is None else unseal(value)

    def to_python(self, value: Any) -> Any:
        """Leave values as they are."""
        return value
