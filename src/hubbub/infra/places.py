"""Where an installation keeps what is not in the database."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """Folders in HUBBUB_HOME."""

    segments: Path
    identities: Path
    archive: Path
    spool: Path
    files: Path
    spool_bytes: int = 0  # how much the spool may take; 0: nothing is kept


def places() -> Places:
    """Return the places of this installation, as its settings say."""
    from django.conf import settings

    return Places(
        settings.SEGMENTS,
        settings.IDENTITIES,
        settings.ARCHIVE,
        settings.SPOOL,
        settings.FILES,
        settings.ENVIRONMENT.spool_bytes,
    )
