"""As whom we speak: the brand, or a named person who says for whom they work."""

from dataclasses import dataclass
from enum import StrEnum


class Sign(StrEnum):
    """How a persona signs."""

    NONE = "none"
    INITIALS = "initials"  # ^MJ
    NAME = "name"  # Maria Jensen, Acme


@dataclass(frozen=True, slots=True)
class Persona:
    """A named person to write as."""

    id: int
    name: str
    employer: str
    initials: str
    sign: Sign  # in public
    sign_private: Sign
    connections: tuple[int, ...]  # which accounts they may use; none: all
    default_for: tuple[int, ...]  # on which of them one begins as this persona
    people: tuple[int, ...]  # who may speak as them; none: everybody
    approve: bool  # replies need approval

    @property
    def words(self) -> str:
        """As the timeline shows them: nobody pretends to be somebody without an employer."""
        return f"{self.name}, {self.employer}" if self.employer else self.name

    def may(self, *, person: int, connection: int | None) -> bool:
        """Say whether somebody may speak as this persona through a connection."""
        by = not self.people or person in self.people
        return by and (not self.connections or connection in self.connections)

    def signature(self, *, private: bool) -> str:
        r"""What is added to their words.

        >>> maria = Persona(1, "Maria Jensen", "Acme", "MJ", Sign.INITIALS, Sign.NAME, (), (), (), False)
        >>> maria.signature(private=False), maria.signature(private=True)
        (' ^MJ', '\n\nMaria Jensen, Acme')
        """
        match self.sign_private if private else self.sign:
            case Sign.INITIALS:
                return f" ^{self.initials}"
            case Sign.NAME:
                return f"\n\n{self.words}"
        return ""
