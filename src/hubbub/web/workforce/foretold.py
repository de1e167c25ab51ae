"""Forecasts in plain words: which model and why, how far off it was, what events bring."""

from collections.abc import Mapping, Sequence
from typing import Any

from hubbub.kernel.speech import figure, mark, say, say_many
from hubbub.workforce.core.forecast.models import WORDS
from hubbub.workforce.core.plan.events import Marked
from hubbub.workforce.core.plan.queue import DAY_MIN
from hubbub.workforce.selectors.forecasts import Off, Tried

ENOUGH = 28
"""Days from which models are tried on the past."""
_WHY: Mapping[str, str] = {
    "last_week": mark("Each day is expected to be as the same weekday was the week before."),
    "four_weeks": mark("Each interval of a weekday is expected to be as it was on average in the last four weeks."),
    "eight_weeks": mark("Each interval of a weekday is expected to be as it was on average in the last eight weeks."),
    "together": mark(
        "Each weekday has its usual course, learnt with a short, a middling and a long memory, and the mean of these "
        "is taken; how far the last days lay above or below it is carried on, and fades."
    ),
}
YEAR = "_year"
_YEAR = mark("Times the season of the year: what these weeks brought a year ago, against the weeks around them.")
_DAYS = mark(
    "Each weekday has its usual course, recent weeks counting more; how far the last days lay above or below it is "
    "carried on, and fades."
)


def off_words(share: float) -> str:
    """Write how far off something is, as 6.8 %."""
    return f"{figure(100 * share, '.1f' if share < 0.995 else ',.0f')}\u00a0%"


def change_words(times: float) -> str:
    """Write how many times the usual comes, as +35 % or −12 %."""
    change = round(100 * (times - 1))
    return f"{'+' if change > 0 else '−' if change < 0 else '±'}{figure(abs(change), ',')}\u00a0%"


def clock_words(minute: int) -> str:
    """Write a minute of a day, as 20:30."""
    return f"{minute // 60:02}:{minute % 60:02}"


def model_words(model: str) -> str:
    """Name a model."""
    return say(WORDS.get(model, model))


def why_words(model: str) -> str:
    """Say what a model does."""
    told = say(_WHY.get(model.removesuffix(YEAR), _DAYS))
    return f"{told} {say(_YEAR)}" if model.endswith(YEAR) else told


def gain_words(tried: Tried) -> str:
    """Say how a model won."""
    if tried.error is None:
        return say("There is too little history to try models on past weeks, so the one that mostly wins is used.")
    if tried.model == "last_week":
        return say(
            "No other model was nearer to the past weeks: it would have been {off} off.", off=off_words(tried.error)
        )
    naive = tried.errors.get("last_week", 0.0)
    return say(
        "In past weeks it would have been {off} off a week ahead; taking the week before would have been {naive} off.",
        off=off_words(tried.error), naive=off_words(naive),
    )  # fmt: skip


def accuracy_words(found: Sequence[Off]) -> str:
    """Say how far off last week's forecast was; nothing where none was made a week ahead."""
    if not found:
        return ""
    last = found[-1]
    told = say("Last week’s forecast was {off} off, interval by interval.", off=off_words(last.error))
    if last.naive is not None:
        told += " " + say("The same week before would have been {off} off.", off=off_words(last.naive))
    return told


def bias_words(off: Off) -> str:
    """Say whether too much or too little was expected in all."""
    if abs(off.bias) < 0.005:
        return say("in all as many as came")
    share = off_words(abs(off.bias))
    return say("in all {share} too many", share=share) if off.bias > 0 else say("in all {share} too few", share=share)


def storm_words(tried: Tried) -> str:
    """Say how often storms come and what they bring; nothing where none were found."""
    many = int(tried.storms.get("many", 0))
    if not many:
        return ""
    return say_many(
        "One storm was found, of {size} on top of the usual. It is kept out of what is usual, and provided for.",
        "{number} storms were found; four of five brought less than {size} on top of the usual. They are kept out of "
        "what is usual, and provided for.",
        many, size=figure(round(tried.storms.get("size", 0.0))),
    )  # fmt: skip


def when_words(event: Marked) -> str:
    """Say at which time of its day an event is."""
    if event.whole_day:
        return say("all day")
    end = clock_words(event.end_min) if event.end_min < DAY_MIN else "24:00"
    return f"{clock_words(event.start_min)}–{end}"


def learnt_words(learnt: Mapping[str, Any]) -> str:
    """Say what a kind of event or holiday brings, and from how many that was learnt."""
    if learnt.get("closed"):
        return say("nobody is there")
    many = int(learnt["seen"])
    if not many:
        return say("{change}, as others do: none was seen yet", change=change_words(learnt["times"]))
    return say_many(
        "{change}, learnt from one", "{change}, learnt from {number}", many, change=change_words(learnt["times"])
    )  # fmt: skip
