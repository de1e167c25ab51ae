"""How satisfied customers are: whom to ask after a resolution, what the question is, and what an answer may be."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from hubbub.care.core.understanding import Kind
from hubbub.kernel.errors import HubbubError, InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean

OPEN_FOR: Final = timedelta(days=30)
"""So long a link can be answered; and nobody is asked again sooner."""
MAX_COMMENT = 2_000
MAX_WORDS = 400
BAD = 2
"""From this score down somebody is not satisfied."""
GOOD = 4
LINK: Final = "{link}"
SCORES: Final = (
    (5, mark("Very good")), (4, mark("Good")), (3, mark("So so")), (2, mark("Bad")), (1, mark("Very bad")),
)  # fmt: skip

_WORDS: Final = (("ask", mark("The message")), ("question", mark("The question")), ("thanks", mark("The thanks")))


class NoSuchQuestion(HubbubError):
    """A link that was never given out, or is too old; strangers are not told which."""

    status = 404
    message = "This link is not valid, or too old."


class Answered(HubbubError):
    """Somebody answers a second time."""

    status = 409
    message = "This was answered already. Thank you!"


class OnBad(StrEnum):
    """What a bad answer brings about."""

    NOTHING = "nothing"
    TELL = "tell"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class RatingRules:
    """How a workspace asks."""

    on: bool = False
    delay_minutes: int = 60
    channels: frozenset[str] = frozenset()  # none: every one that carries private replies
    ask: str = mark("Did we help? One click tells us, without an account: {link}")
    question: str = mark("How did we do?")
    thanks: str = mark("Thank you. We read every answer.")
    on_bad: OnBad = OnBad.TELL


def rules_of(data: dict[str, Any]) -> RatingRules:
    """Make rules from their data.

    Raises
    ------
    InvalidInput
        If the words have no place for the link, or are too long, or the delay can't be.
    """
    delay = data.get("delay_minutes")
    if isinstance(delay, bool) or not isinstance(delay, int) or not 0 <= delay <= 14 * 1440:
        raise InvalidInput(reason="Ask at once, or up to 14 days later.")
    words = {name: " ".join(clean(str(data.get(name, ""))).split()) for name in ("ask", "question", "thanks")}
    for name, label in _WORDS:
        if not 0 < len(words[name]) <= MAX_WORDS:
            raise InvalidInput(reason=say("{what} has 1 to {most} characters.", what=say(label), most=MAX_WORDS))
    if LINK not in words["ask"]:
        raise InvalidInput(reason=say("The message needs {link}, where the link is to stand.", link=LINK))
    on_bad = data.get("on_bad")
    if on_bad not in set(OnBad):
        raise InvalidInput(reason=say("A bad answer brings about one of {known}.", known=", ".join(OnBad)))
    channels = frozenset(map(str, data.get("channels", ())))
    return RatingRules(bool(data.get("on")), delay, channels, **words, on_bad=OnBad(on_bad))


def answer_of(score: str, comment: str) -> tuple[int, str]:
    """Read an answer."""
    if score not in {str(each) for each, _ in SCORES}:
        raise InvalidInput(reason="Choose one of the five first.")
    return int(score), clean(comment).strip()[:MAX_COMMENT]


def is_asked(rules: RatingRules, *, channel: str, kind: str, answered: bool, grave: bool) -> bool:
    """Say whether the person of a resolved case is asked.

    `grave`: it belongs to an incident, was alerted about, or its author was abusive.
    """
    noise = kind in (Kind.SPAM, Kind.PROMOTION)
    wanted = not rules.channels or channel in rules.channels
    return rules.on and answered and wanted and not noise and not grave


@dataclass(frozen=True, slots=True)
class RatingLine:
    """An answer, as pages show it."""

    number: int
    who: str
    channel: str
    score: int
    comment: str
    at: datetime
    person: str


@dataclass(frozen=True, slots=True)
class PersonScore:
    """What the people somebody helped say."""

    name: str
    answers: int
    mean: float


@dataclass(frozen=True, slots=True)
class Question:
    """What a public page asks; it says nothing of the case or the person."""

    brand: str
    question: str
    thanks: str
    answered: bool
