"""Where an installation keeps what is not in the database."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """Three folders in HUBBUB_HOME."""

    segments: Path
    identities: Path
    archive: Path
