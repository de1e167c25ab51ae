"""Articles: a question in customers' words and its answer; made from a case, looked at, published."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import regex

from hubbub.care.core.likeness import content_words
from hubbub.kernel.errors import Conflict, InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import clean

MAX_TITLE: Final = 120
MAX_TEXT: Final = 10_000
TELLING: Final = 4
"""So many words that say what it is about make a question one that can be understood."""
LEAST_WORDS: Final = 6


class State(StrEnum):
    """Where an article's newest words are in their life."""

    DRAFT = "draft"
    REVIEW = "review"  # somebody else is asked to look at it
    PUBLISHED = "published"
    RETIRED = "retired"

    @property
    def label(self) -> str:
        """As a page says it."""
        return say(_LABELS[self])


_LABELS: Final = {
    State.DRAFT: mark("Draft"),
    State.REVIEW: mark("In review"),
    State.PUBLISHED: mark("Published"),
    State.RETIRED: mark("Retired"),
}
_BY_NOW: Final = {
    State.DRAFT: mark("It is draft by now. Look at it again."),
    State.REVIEW: mark("It is in review by now. Look at it again."),
    State.PUBLISHED: mark("It is published by now. Look at it again."),
    State.RETIRED: mark("It is retired by now. Look at it again."),
}
MOVES: Final = {
    "submit": ((State.DRAFT,), State.REVIEW),
    "send back": ((State.REVIEW,), State.DRAFT),
    "publish": ((State.REVIEW,), State.PUBLISHED),
    "retire": ((State.DRAFT, State.REVIEW, State.PUBLISHED), State.RETIRED),
    "bring back": ((State.RETIRED,), State.DRAFT),
}


def moved(state: State, move: str) -> State:
    """Return where a move leads; Conflict where it can't be made.

    >>> moved(State.DRAFT, "submit")
    <State.REVIEW: 'review'>
    """
    begins, ends = MOVES[move]
    if state not in begins:
        raise Conflict(reason=_BY_NOW[state])
    return ends


@dataclass(frozen=True, slots=True)
class Words:
    """What an article says."""

    title: str
    question: str
    answer: str
    lang: str = ""  # "": any
    topic: int = 0
    products: tuple[str, ...] = ()
    public: bool = False  # may be shown to everybody, once there is a place for that

    def checked(self) -> "Words":
        """Return it tidied, or say what to mend."""
        title = " ".join(clean(self.title).split())
        question, answer = clean(self.question).strip(), clean(self.answer).strip()
        products = tuple(dict.fromkeys(" ".join(clean(each).split()) for each in self.products if each.strip()))
        lang = self.lang.strip().lower()
        if not title or len(title) > MAX_TITLE:
            raise InvalidInput(reason=say("Give it a title of at most {most} characters.", most=MAX_TITLE))
        if not answer:
            raise InvalidInput(reason="Write the answer.")
        if len(question) > MAX_TEXT or len(answer) > MAX_TEXT:
            raise InvalidInput(reason=say("Question and answer have at most {most:,} characters each.", most=MAX_TEXT))
        if lang and not regex.fullmatch(r"[a-z]{2,3}", lang):
            raise InvalidInput(reason="The language is a short code, such as en or de; leave it empty for any.")
        if len(products) > 10 or any(len(each) > 100 for each in products):
            raise InvalidInput(reason="Name at most 10 products, each in at most 100 characters.")
        return Words(title, question, answer, lang, self.topic, products, self.public)


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said in a case."""

    ours: bool
    text: str
    thanks: bool = False  # the customer thanks or confirms


def problem_of(lines: Sequence[Line]) -> str:
    """Return what the customer asked: their first words, with what they added until it can be understood."""
    said: list[str] = []
    words: frozenset[str] = frozenset()
    for line in lines:
        if line.ours or line.thanks or not line.text.strip():
            continue
        said.append(line.text.strip())
        words |= content_words(line.text)
        if len(words) >= TELLING:
            break
    return "\n\n".join(said)


def resolution_of(lines: Sequence[Line]) -> str:
    """Return the reply that settled it: our last before their thanks that tells something and asks nothing back."""
    until = next((place for place in reversed(range(len(lines))) if lines[place].thanks), len(lines))
    for some in (lines[:until], lines):
        replies = [line.text.strip() for line in some if line.ours and line.text.strip()]
        telling = [each for each in replies if len(each.split()) >= LEAST_WORDS and not _asks(each)]
        if telling:
            return telling[-1]
    replies = [line.text.strip() for line in lines if line.ours and line.text.strip()]
    return max(replies, key=len, default="")


def _asks(text: str) -> bool:
    """Whether a reply ends in a question; a sign of its writer may stand behind it."""
    return regex.search(r"[?？][\s\")’]*(?:\^\w{1,4})?\s*\Z", text) is not None


def title_of(question: str) -> str:
    """Return the first sentence of a question, short.

    >>> title_of("My widget jams in the cold. What can I do?")
    'My widget jams in the cold'
    """
    first: str = regex.split(r"(?<=[.!?])\s|\n", question.strip(), maxsplit=1)[0].strip(" .!,")
    first = first[:1].upper() + first[1:]
    if len(first) <= 90:
        return first
    return first[:90].rsplit(" ", 1)[0].rstrip(" ,") + "…"


def is_as_it_was(answer: str, reply: str) -> bool:
    """Say whether a reply has all of an answer's words in their order; only its fields were filled.

    >>> is_as_it_was("Hi {name}, hold it for 10 s.", "Hi Jo, hold it for  10 s. Bye!")
    True
    """
    place, said = 0, " ".join(reply.split())
    for part in regex.split(r"\{[^{}\n]{1,40}\}", answer):
        words = " ".join(part.split())
        found = said.find(words, place)
        if found < 0:
            return False
        place = found + len(words)
    return True


SHARED: Final = 0.5


def is_in(answer: str, reply: str) -> bool:
    """Say whether a reply was made of an answer: at least half of what it says stands there."""
    if is_as_it_was(answer, reply):
        return True
    known, said = content_words(answer), content_words(reply)
    return bool(known) and len(known & said) / len(known) >= SHARED
