"""Starting Django for a command: settings are read here, and a wrong one ends the command with one line."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hubbub.flows.ingest import Places


def start() -> None:
    """Set Django up; ends the process with one line where a setting can't be used."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub.config.settings")
    import django

    django.setup()


def places() -> "Places":
    """Return where this installation keeps what is not in the database."""
    from django.conf import settings

    from hubbub.flows.ingest import Places

    return Places(settings.SEGMENTS, settings.IDENTITIES, settings.ARCHIVE)
