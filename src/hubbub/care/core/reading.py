"""All that is made of a text by itself: the model's guesses and what its words say. Pure, hence done anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from hubbub.care.core import words
from hubbub.care.core.guard import is_delicate
from hubbub.care.core.labels import NO_SEVERITY, What
from hubbub.care.core.likeness import content_words
from hubbub.care.core.understanding import KINDS, SENTIMENTS, Kind, Sentiment, Understanding

UNSURE_MARGIN = 0.15
SURE = 0.5
_SPAM, _PROMOTION = KINDS.index(Kind.SPAM), KINDS.index(Kind.PROMOTION)
_OPPORTUNITY = KINDS.index(Kind.OPPORTUNITY)
_IDLE = tuple(KINDS.index(kind) for kind in (Kind.TALK, Kind.SPAM, Kind.PROMOTION))
WORDS_VERSION = "3"


@dataclass(frozen=True, slots=True)
class TextReading:
    """What was made of one wording, and by which version."""

    version: str
    kinds: tuple[float, ...]  # probabilities, in the order of KINDS
    sentiment: tuple[float, ...]  # negative, neutral, positive
    severities: tuple[str, ...]
    problems: tuple[str, ...]  # kinds of problem spoken of
    words: tuple[str, ...]  # that say what it is about
    asks_anyone: bool
    confirms: bool  # that something worked, or thanks
    joins_in: bool  # "so's mine"
    delicate: bool  # personal data, compensation or liability
    abusive: bool = False  # people are insulted, slurred or threatened
    asks_favour: bool = False  # to repost, to vote
    asks_advice: bool = False  # what to buy, where to go

    @property
    def kind(self) -> Kind:
        """The likeliest kind."""
        return KINDS[self.kinds.index(max(self.kinds))]

    @property
    def unsure(self) -> bool:
        """Whether two kinds are within .15 of each other, or none is likelier than .5."""
        second, top = sorted(self.kinds)[-2:]
        return top - second < UNSURE_MARGIN or top < SURE

    @property
    def noise(self) -> float:
        """The likelihood of spam or promotion, by the text alone."""
        return min(1.0, self.kinds[_SPAM] + self.kinds[_PROMOTION])

    @property
    def attention(self) -> float:
        """The likelihood that somebody should look."""
        return max(0.0, 1.0 - sum(self.kinds[place] for place in _IDLE))

    @property
    def opportunity(self) -> float:
        """The likelihood that somebody looks for what we could give."""
        return self.kinds[_OPPORTUNITY]

    @property
    def mood(self) -> int:
        """The likeliest sentiment: -1, 0 or 1."""
        return self.sentiment.index(max(self.sentiment)) - 1

    @property
    def feeling(self) -> Sentiment:
        """The likeliest sentiment, by its name."""
        return SENTIMENTS[self.mood + 1]

    def of_a_customer(self) -> "TextReading":
        """The same words from a known customer: no spam or promotion, whatever they look like."""
        left = [0.0 if place in (_SPAM, _PROMOTION) else p for place, p in enumerate(self.kinds)]
        return replace(self, kinds=tuple(p / (sum(left) or 1.0) for p in left))

    def as_said(self, said: Mapping[str, str] | None) -> "TextReading":
        """The same words as people said they are to be read: see `core.labels`."""
        if not said:
            return self
        kind, mood, severity = (said.get(what) for what in (What.KIND, What.SENTIMENT, What.SEVERITY))
        return replace(
            self,
            kinds=tuple(float(each == kind) for each in KINDS) if kind else self.kinds,
            sentiment=tuple(float(each == mood) for each in SENTIMENTS) if mood else self.sentiment,
            severities=tuple(each for each in (severity,) if each != NO_SEVERITY) if severity else self.severities,
        )

    def data(self) -> list[Any]:
        """As a row keeps it."""
        return [getattr(self, name) for name in _FIELDS]

    @classmethod
    def of_data(cls, data: Sequence[Any]) -> "TextReading":
        """From what a row kept; of a row that keeps nothing any more, as after a delete, nothing can be said."""
        if not data:
            return _NOTHING
        values: list[Any] = [tuple(each) if isinstance(each, list) else each for each in data]
        return cls(*values)


_NOTHING = TextReading(
    "", tuple(float(kind is Kind.TALK) for kind in KINDS), (0.0, 1.0, 0.0), (), (), (), False, False, False, False
)
_FIELDS = tuple(field.name for field in fields(TextReading))


def version_of(understanding: Understanding) -> str:
    """Name the model and the word rules that readings are made with."""
    return f"{understanding.version}/{WORDS_VERSION}"


def read_texts(texts: Sequence[str], understanding: Understanding) -> list[TextReading]:
    """Read texts, all at once."""
    if not texts:
        return []
    read, version = understanding.read(texts), version_of(understanding)
    kinds, sentiment = read.kinds.round(4).tolist(), read.sentiment.round(4).tolist()
    return [
        TextReading(
            version,
            tuple(kinds[place]),
            tuple(sentiment[place]),
            *_said(text),
        )
        for place, text in enumerate(texts)
    ]


def _said(text: str) -> tuple[Any, ...]:
    """Return what the words of a text say, in the order of TextReading."""
    about, delicate = tuple(sorted(content_words(text))), is_delicate(text)
    if words.says_nothing(text):
        return (), (), about, False, False, False, delicate, False, False, False
    severities, problems = tuple(sorted(words.severities(text))), tuple(sorted(words.problem_words(text)))
    asks, confirms, joins = words.asks_anyone(text), words.confirms(text), words.joins_in(text)
    abusive, favour, advice = words.is_abusive(text), words.asks_favour(text), words.asks_advice(text)
    return severities, problems, about, asks, confirms, joins, delicate, abusive, favour, advice
