"""How much was said of a topic in a span: exact, by step, channel, language and sentiment."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hubbub.listening.core.span import Span

Mood = tuple[int, int, int]
"""Posts that are cold, neither, warm."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one channel or language has of a topic."""

    name: str
    moods: Mood

    @property
    def posts(self) -> int:
        """How many posts."""
        return sum(self.moods)

    @property
    def cold(self) -> float:
        """The share of cold posts, in [0, 1]."""
        return self.moods[0] / self.posts if self.posts else 0.0

    @property
    def warm(self) -> float:
        """The share of warm posts, in [0, 1]."""
        return self.moods[2] / self.posts if self.posts else 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """One point of a curve."""

    start: datetime
    end: datetime
    moods: Mood

    @property
    def posts(self) -> int:
        """How many posts."""
        return sum(self.moods)


@dataclass(frozen=True, slots=True)
class Volume:
    """The counts of a topic in a span."""

    steps: tuple[Step, ...]
    channels: tuple[Share, ...]  # the largest first
    languages: tuple[Share, ...]

    @property
    def whole(self) -> Share:
        """All of it."""
        cold, neither, warm = (sum(step.moods[place] for step in self.steps) for place in range(3))
        return Share("", (cold, neither, warm))

    @property
    def peak(self) -> Step | None:
        """The step with most posts."""
        return max(self.steps, key=lambda step: step.posts, default=None)


def volume(span: Span, cells: Iterable[tuple[datetime, str, str, int, int]]) -> Volume:
    """Return counts of (when, channel, language, sentiment, posts) as a curve and as shares."""
    steps: Counter[tuple[datetime, int]] = Counter()
    channels: Counter[tuple[str, int]] = Counter()
    languages: Counter[tuple[str, int]] = Counter()
    floors: dict[datetime, datetime] = {}
    for at, channel, language, sentiment, posts in cells:
        start = floors.get(at)
        if start is None:
            start = floors[at] = span.floor(at)
        steps[start, sentiment] += posts
        channels[channel, sentiment] += posts
        languages[language, sentiment] += posts
    return Volume(
        tuple(Step(start, span.end_of(start), _moods(steps, start)) for start in span.starts()),
        _shares(channels),
        _shares(languages),
    )


def _shares(counts: Counter[tuple[str, int]]) -> tuple[Share, ...]:
    shares = [Share(name, _moods(counts, name)) for name in {name for name, _ in counts}]
    return tuple(sorted((share for share in shares if share.posts), key=lambda share: (-share.posts, share.name)))


def _moods(counts: Counter[tuple[str, int]] | Counter[tuple[datetime, int]], name: object) -> Mood:
    return (counts[name, -1], counts[name, 0], counts[name, 1])  # type: ignore[index]
