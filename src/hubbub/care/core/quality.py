"""Quality reviews: a form with weights, the score of its answers, a fair sample, and how well reviewers agree. Pure."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import fmean
from typing import Any, Final
from zoneinfo import ZoneInfo

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say

MOST_QUESTIONS: Final = 40
SCALE: Final = 5
Answers = Mapping[str, int | str | None]
"""By the question's key: 1 to 5, 1 for yes and 0 for no, words; None where it does not apply."""


class Ask(StrEnum):
    """What is answered to a question."""

    SCALE = "scale"  # 1 to 5
    YES = "yes"  # yes or no
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form."""

    key: str
    section: str
    text: str
    ask: Ask
    weight: int = 1
    critical: bool = False  # "no", or 1 of 5, makes the whole review 0


@dataclass(frozen=True, slots=True)
class Form:
    """What a review asks, in one version."""

    version: int
    questions: tuple[Question, ...]


FIRST: Final = mark("""# Understanding
5 | The problem was understood before it was answered | 2
yes | What was asked was answered | 2
# Tone
5 | Friendly and in our voice
yes! | No personal data, no promise of compensation in public
# Learning
text | What went well, what could be better?""")


def read_form(text: str, version: int) -> Form:
    """Read a form as a manager writes it: `# Section`, then a line a question: kind | question | weight.

    The kind is `5` (1 to 5), `yes` or `text`; with a ! a bad answer fails the whole review.

    >>> [(each.text, each.weight, each.critical) for each in read_form("yes! | Polite? | 3", 1).questions]
    [('Polite?', 3, True)]

    Raises
    ------
    InvalidInput
        If a line can't be read, with the line.
    """
    section, questions = "", list[Question]()
    for place, line in enumerate(filter(None, map(str.strip, text.splitlines())), 1):
        if line.startswith("#"):
            section = line.lstrip("# ").strip()[:60]
            continue
        kind, *rest = (part.strip() for part in line.split("|"))
        ask = {"5": Ask.SCALE, "yes": Ask.YES, "text": Ask.TEXT}.get(kind.removesuffix("!").lower())
        weight = rest[1] if len(rest) > 1 else "1"
        if ask is None or not rest or not rest[0] or len(rest[0]) > 200 or len(rest) > 2 or not weight.isdecimal():
            raise InvalidInput(
                reason=say(
                    "Line {place}: {line!r} is no question. Write like: 5 | Was it clear? | 2",
                    place=place,
                    line=line[:60],
                )
            )
        if not 1 <= int(weight[:4]) <= 100:
            raise InvalidInput(reason=say("Line {place}: a weight is 1 to 100.", place=place))
        critical = kind.endswith("!") and ask is not Ask.TEXT
        questions.append(Question(f"q{len(questions) + 1}", section, rest[0], ask, int(weight[:4]), critical))
    if not any(each.ask is not Ask.TEXT for each in questions):
        raise InvalidInput(reason="Ask at least one question that is answered by 1 to 5 or by yes and no.")
    if len(questions) > MOST_QUESTIONS:
        raise InvalidInput(reason=say("A form has at most {most} questions.", most=MOST_QUESTIONS))
    return Form(version, tuple(questions))


def points(question: Question, answer: int | str | None) -> float | None:
    """Return what an answer is worth, 0 to 1; None where it counts for nothing."""
    if question.ask is Ask.TEXT or not isinstance(answer, int):
        return None
    return (answer - 1) / (SCALE - 1) if question.ask is Ask.SCALE else float(answer)


def score(form: Form, answers: Answers) -> float:
    """Return the score of a review, 0 to 100: the weighted mean of its points; 0 where something critical failed."""
    told = [(each, worth) for each in form.questions if (worth := points(each, answers.get(each.key))) is not None]
    if not told or any(each.critical and worth == 0 for each, worth in told):
        return 0.0
    return 100 * sum(each.weight * worth for each, worth in told) / sum(each.weight for each, _ in told)


def check(form: Form, answers: Mapping[str, Any]) -> dict[str, int | str | None]:
    """Return the answers of a form, checked; InvalidInput names the question that is not answered."""
    found: dict[str, int | str | None] = {}
    for each in form.questions:
        given = str(answers.get(each.key, "")).strip()
        if each.ask is Ask.TEXT:
            found[each.key] = given[:2_000]
        elif given == "none":
            found[each.key] = None
        elif given in (("0", "1") if each.ask is Ask.YES else ("1", "2", "3", "4", "5")):
            found[each.key] = int(given)
        else:
            raise InvalidInput(reason=say("Answer “{question}”, or say that it does not apply.", question=each.text))
    return found


# Weeks ---------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Week:
    """How reviews of a week came out."""

    monday: date
    count: int
    score: float | None  # the mean, 0 to 100; None where nothing was reviewed


def weeks(told: Sequence[tuple[datetime, float]], now: datetime, zone: ZoneInfo, many: int) -> tuple[Week, ...]:
    """Return the mean score of each of the last weeks of a zone, Monday to Sunday, oldest first; `told` are reviews.

    >>> utc, at = ZoneInfo("UTC"), datetime(2026, 11, 24, tzinfo=ZoneInfo("UTC"))
    >>> [(f"{each.monday}", each.score) for each in weeks([(at, 80.0), (at, 90.0)], at, utc, 2)]
    [('2026-11-16', None), ('2026-11-23', 85.0)]
    """
    found: defaultdict[date, list[float]] = defaultdict(list)
    for at, score in told:
        found[_monday(at, zone)].append(score)
    last = _monday(now, zone)
    mondays = [last - timedelta(weeks=back) for back in reversed(range(many))]
    return tuple(Week(each, len(found[each]), fmean(found[each]) if found[each] else None) for each in mondays)


def _monday(at: datetime, zone: ZoneInfo) -> date:
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


# The sample ----------------------------------------------------------------
def sample(solved: Sequence[tuple[int, int, str]], many: int, seed: int) -> list[tuple[int, int]]:
    """Return which solved cases are reviewed, `many` an agent, as (case, agent).

    `solved` are (case, agent, channel). Channels take turns, so that none is left out; the same seed draws the same.
    """
    drawn: list[tuple[int, int]] = []
    by_agent: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for case, agent, channel in sorted(solved):
        by_agent[agent][channel].append(case)
    for agent, channels in sorted(by_agent.items()):
        luck = random.Random(f"{seed} {agent}")
        piles = [luck.sample(cases, len(cases)) for _, cases in sorted(channels.items())]
        luck.shuffle(piles)
        mine: list[int] = []
        while len(mine) < many and any(piles):
            mine += [pile.pop() for pile in piles if pile]
        drawn += [(case, agent) for case in mine[:many]]
    return drawn


# Calibration ---------------------------------------------------------------
def kappa(pairs: Sequence[tuple[int, int]], categories: int = SCALE) -> float:
    """Return the quadratically weighted kappa of two reviewers' ratings 1 … categories; 1.0 where all agree.

    References
    ----------
    J. Cohen (1968). Weighted kappa. Psychological Bulletin 70(4).

    >>> kappa([(1, 1), (5, 5), (3, 3)])
    1.0
    """
    if not pairs:
        return 1.0
    n, span = len(pairs), (categories - 1) ** 2
    seen = sum((a - b) ** 2 for a, b in pairs) / span / n
    by_chance = sum((a - b) ** 2 for a, _ in pairs for _, b in pairs) / span / n**2
    return 1.0 if by_chance == 0 else 1 - seen / by_chance


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far reviewers are apart on one question of the same cases."""

    question: str
    ratings: int
    apart: float  # mean absolute difference, in points 0 to 1
    kappa: float | None  # of two reviewers' scales; None where there are too few

    @property
    def words(self) -> str:
        """In words."""
        if self.apart <= 0.1:
            return say("They see it alike.")
        words = mark("They see it much alike.") if self.apart <= 0.25 else mark("Talk about what this question means.")
        return say(words)


def agreements(form: Form, told: Sequence[Sequence[Answers]]) -> list[Agreement]:
    """Return how reviewers agree, question by question; `told` are the reviews of each case that has several."""
    found = []
    for question in form.questions:
        gaps, pairs, count = list[float](), list[tuple[int, int]](), 0
        for reviews in told:
            worth = [value for each in reviews if (value := points(question, each.get(question.key))) is not None]
            count += len(worth)
            gaps += [abs(a - b) for place, a in enumerate(worth) for b in worth[place + 1 :]]
            marks = [round(value * (SCALE - 1)) + 1 for value in worth]
            pairs += [(a, b) for place, a in enumerate(marks) for b in marks[place + 1 :]]
        if gaps:
            found.append(Agreement(question.text, count, fmean(gaps), kappa(pairs) if len(pairs) > 1 else None))
    return found
