"""Fields of cases: what a manager wants to know, and what counts as an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from hubbub.care.core.amounts import amount_of
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

LONGEST, PLACES = 500, 40
YES_NO = {"yes": "yes", "true": "yes", "1": "yes", "no": "no", "false": "no", "0": "no"}


class Kind(StrEnum):
    """What a field takes."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    DATE = "date"
    YESNO = "yesno"


@dataclass(frozen=True, slots=True)
class FieldShape:
    """A field as its manager defined it."""

    id: int
    name: str
    kind: Kind
    choices: tuple[str, ...] = ()
    required: bool = False

    def read(self, given: str) -> str:
        """Return an answer in the one way it is kept; empty where there is none.

        >>> FieldShape(1, "Weight", Kind.NUMBER).read(" 1,250.50 ")
        '1250.5'
        """
        given = " ".join(given.split())
        if not given:
            return ""
        match self.kind:
            case Kind.NUMBER:
                return self._number(given)
            case Kind.DATE:
                return self._date(given)
            case Kind.CHOICE:
                return self._choice(given)
            case Kind.YESNO:
                return self._yes_no(given)
        if len(given) > LONGEST:
            raise InvalidInput(reason=say("{name} has at most {most} characters.", name=self.name, most=LONGEST))
        return given

    def _number(self, given: str) -> str:
        number = amount_of(given, places=PLACES)
        if number is None or abs(number) >= Decimal("1e15"):
            raise InvalidInput(reason=say("{name} is a number, such as 12.5.", name=self.name))
        text = f"{number:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    def _date(self, given: str) -> str:
        try:
            return date.fromisoformat(given).isoformat()
        except ValueError:
            raise InvalidInput(reason=say("{name} is a date, such as 2026-11-30.", name=self.name)) from None

    def _choice(self, given: str) -> str:
        found = next((each for each in self.choices if each.casefold() == given.casefold()), None)
        if found is None:
            raise InvalidInput(
                reason=say("{name} is one of {choices}.", name=self.name, choices=", ".join(self.choices))
            )
        return found

    def _yes_no(self, given: str) -> str:
        if (found := YES_NO.get(given.casefold())) is None:
            raise InvalidInput(reason=say("{name} is yes or no.", name=self.name))
        return found


def choices_of(lines: Sequence[str]) -> list[str]:
    """Return the choices of a field from lines, each once."""
    found = list(dict.fromkeys(" ".join(line.split())[:80] for line in lines if line.strip()))
    if len(found) < 2 or len(found) > 100:
        raise InvalidInput(reason="A choice has 2 to 100 answers, each on a line of its own.")
    return found
