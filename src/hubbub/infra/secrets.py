"""Secrets at rest: a field that keeps JSON encrypted, refuses to hand back what it can't read, and changes its key."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction
from django.db.models.functions import Cast

from hubbub.infra.failpoints import failpoint
from hubbub.kernel.errors import HubbubError


class SecretUnreadable(HubbubError):
    """A stored secret was encrypted with a key this installation does not have."""

    message = (
        "A stored secret can't be decrypted. Put the key it was written with back into the key list "
        "(HUBBUB_SECRET_KEYS or secrets/keys in HUBBUB_HOME), newest key first."
    )


def keys() -> tuple[str, ...]:
    """Return the keys there are now, newest first: a process that runs for long follows a change."""
    given = settings.SECRET_KEYS_AT_REST
    found: tuple[str, ...] = given() if callable(given) else given
    if not found:
        raise ImproperlyConfigured("There is no key for secrets at rest.")
    return found


def _cipher() -> MultiFernet:
    return _cipher_of(keys())


@lru_cache(maxsize=4)
def _cipher_of(given: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in given])


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


# Another key ---------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Sealed:
    """How many stored secrets are written with the newest key, with an older one, and with none that is here."""

    newest: int = 0
    older: int = 0
    unreadable: int = 0

    @property
    def all(self) -> int:
        """All there are."""
        return self.newest + self.older + self.unreadable


def look() -> Sealed:
    """Count the stored secrets of every model there is, by the key they are written with."""
    newest, counts = _cipher_of(keys()[:1]), {"newest": 0, "older": 0, "unreadable": 0}
    for model, name in secret_fields():
        for _, sealed in _stored(model, name):
            counts["newest" if _opens(newest, sealed) else "older" if _opens(_cipher(), sealed) else "unreadable"] += 1
    return Sealed(**counts)


def reseal() -> int:
    """Write every stored secret anew that is not written with the newest key, a transaction each; return how many.

    What can't be read stays as it is. Whoever is killed and does it again has done it once.
    """
    newest, done = _cipher_of(keys()[:1]), 0
    for model, name in secret_fields():
        old = [pk for pk, sealed in _stored(model, name) if not _opens(newest, sealed)]
        for pk in old:
            with transaction.atomic():
                row = model._base_manager.filter(pk=pk)
                found = [sealed for _, sealed in _stored(model, name, row.select_for_update())]
                if found and not _opens(newest, found[0]) and _opens(_cipher(), found[0]):
                    done += row.update(**{name: unseal(found[0])})
            failpoint("keys.resealed")
    return done


def secret_fields() -> list[tuple[type[models.Model], str]]:
    """Return every field of every model that keeps a secret, so that none can be forgotten."""
    return [
        (model, each.name)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for each in model._meta.local_concrete_fields
        if isinstance(each, SecretJSONField)
    ]


def _stored(
    model: type[models.Model], name: str, rows: "models.QuerySet[Any] | None" = None
) -> Iterator[tuple[Any, str]]:
    """Yield (key of the row, secret as it is stored)."""
    found = model._base_manager.all() if rows is None else rows
    sealed = found.exclude(**{f"{name}__isnull": True}).annotate(as_stored=Cast(name, models.TextField()))
    yield from sealed.order_by("pk").values_list("pk", "as_stored").iterator()


def _opens(cipher: MultiFernet, sealed: str) -> bool:
    try:
        cipher.decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True
