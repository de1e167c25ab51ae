"""The rules of the place that all planning shares: the length of an interval, shrinkage, what an hour costs. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import one_line
from hubbub.workforce.core.forecast.calendar import holidays_in
from hubbub.workforce.core.shrinkage import Cause, shrinkage

STEPS: Final = (15, 30, 60)
MOST_CAUSES: Final = 20
USUAL_CAUSES: Final = (
    (mark("Holiday"), 0.108), (mark("Sickness"), 0.042), (mark("Lieu days"), 0.016), (mark("Training"), 0.045),
    (mark("Breaks"), 0.063), (mark("Meetings"), 0.025),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """What all planning of a workspace shares."""

    step_min: int = 30
    causes: tuple[Cause, ...] = ()
    rate: float = 0.0
    """What one paid hour costs, in `currency`."""
    on_costs: float = 0.0
    """What comes on top of it, as a share: .21 for 21 %."""
    overtime: float = 0.25
    """What an hour of overtime costs more, as a share."""
    currency: str = "GBP"
    country: str = ""
    """Whose holidays count: DE, or with a region DE-BY; empty: none."""

    @property
    def share(self) -> float:
        """The share of all paid time in which nobody answers."""
        return shrinkage(self.causes).share if self.causes else 0.0

    @property
    def per_s(self) -> float:
        """Seconds an interval lasts."""
        return self.step_min * 60.0


def usual_rules() -> Rules:
    """Return what holds until a manager says otherwise."""
    return Rules(causes=tuple(Cause(say(name), share) for name, share in USUAL_CAUSES))


def rules_of(data: Mapping[str, Any]) -> Rules:
    """Return rules from what a form, the API or the database says.

    Raises
    ------
    InvalidInput
        If something makes no sense; the sentence says what to mend.
    """
    causes = tuple(
        Cause(one_line(str(each["name"]))[:60], float(each["share"]), bool(each.get("of_rest", True)))
        for each in data.get("causes", ())
    )
    if len(causes) > MOST_CAUSES or not all(each.name for each in causes):
        raise InvalidInput(reason=say("There can be {most} causes, each with a name.", most=MOST_CAUSES))
    rules = Rules(**{**{key: data[key] for key in _PLAIN if data.get(key) is not None}, "causes": causes})
    if rules.step_min not in STEPS:
        raise InvalidInput(reason=say("Intervals last 15, 30 or 60 minutes."))
    for value, words in (
        (rules.rate, say("What an hour costs is 0 or more.")),
        (rules.on_costs, say("On-costs are 0 % or more.")),
        (rules.overtime, say("What overtime costs more is 0 % or more.")),
    ):
        if not 0 <= value < 1e6:
            raise InvalidInput(reason=words)
    if not (len(rules.currency) == 3 and rules.currency.isascii() and rules.currency.isupper()):
        raise InvalidInput(reason=say("A currency is three capital letters, as GBP or EUR."))
    if rules.country:
        holidays_in(rules.country, date.min, date.min)  # says what is wrong with it
    _ = rules.share  # says what is wrong with the causes together
    return rules


_PLAIN: Final = ("step_min", "rate", "on_costs", "overtime", "currency", "country")


def data_of(rules: Rules) -> dict[str, Any]:
    """Return rules as JSON can hold them; `rules_of` reads it."""
    return asdict(rules)
