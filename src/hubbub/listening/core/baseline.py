"""The baseline of a topic: what is already out there before somebody sets an objective."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from hubbub.kernel.speech import say
from hubbub.listening.core.comparison import Interval, interval
from hubbub.listening.core.digest import Digest
from hubbub.listening.core.volume import Share

FEW: Final = 20
"""Posts with which nothing can be told yet."""
REGULARS, REGULAR_POSTS, NAMED_SHARE = 5, 3, 0.25
"""A community: so many who said so much each, of whom others name so many."""
ONLY_COLD, ONLY_WARM = 0.75, 0.75


@dataclass(frozen=True, slots=True)
class Baseline:
    """How big, how warm, already a community, only negative; and what was looked at."""

    since: datetime
    until: datetime
    posts: int
    authors: int
    views: int  # at most
    moods: tuple[int, int, int]
    regulars: int  # of the top voices, who spoke three times or more
    named: int  # of these, who are named by others
    words: tuple[str, ...]
    channels: tuple[str, ...]

    @property
    def days(self) -> float:
        """How many days it covers."""
        return max((self.until - self.since) / timedelta(days=1), 1 / 24)

    @property
    def a_day(self) -> float:
        """Posts a day."""
        return self.posts / self.days

    @property
    def cold(self) -> Interval:
        """The share of cold posts."""
        return interval(self.moods[0], sum(self.moods))

    @property
    def warm(self) -> Interval:
        """The share of warm posts."""
        return interval(self.moods[2], sum(self.moods))

    @property
    def is_community(self) -> bool:
        """Whether people talk with each other, not only to a name."""
        return self.regulars >= REGULARS and self.named >= NAMED_SHARE * self.regulars

    @property
    def only_negative(self) -> bool:
        """Whether nearly all who feel something feel bad: surely more than three of four."""
        felt = self.moods[0] + self.moods[2]
        return felt >= FEW and interval(self.moods[0], felt).low > ONLY_COLD

    @property
    def verdict(self) -> str:
        """Return what it comes to, in a sentence."""
        if self.posts < FEW:
            return say("Hardly anything is said of it yet.")
        if self.a_day >= 1:
            size = say("{posts:,.0f} posts a day", posts=self.a_day)
        else:
            size = say("{posts:,} posts in {days:,.0f} days", posts=self.posts, days=self.days)
        felt = self.moods[0] + self.moods[2]
        mood = say("of no clear mood")
        if self.only_negative:
            mood = say("nearly all who feel something are angry")
        elif felt >= FEW and interval(self.moods[2], felt).low > ONLY_WARM:
            mood = say("nearly all who feel something are glad")
        elif felt >= FEW and interval(self.moods[0], felt).low > 0.5:
            mood = say("more cold than warm")
        elif felt >= FEW and interval(self.moods[2], felt).low > 0.5:
            mood = say("more warm than cold")
        people = say("a community that talks with each other") if self.is_community else say("no community yet")
        return say("{size}, {mood}; {people}.", size=size, mood=mood, people=people)

    def as_facts(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        told = {name: getattr(self, name) for name in ("posts", "authors", "views", "regulars", "named")}
        lists = {name: list(getattr(self, name)) for name in ("moods", "words", "channels")}
        return told | lists | {"since": self.since.isoformat(), "until": self.until.isoformat()}

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "Baseline":
        """Read what `as_facts` made."""
        since, until = (datetime.fromisoformat(facts[name]) for name in ("since", "until"))
        cold, neither, warm = facts["moods"]
        lists = {name: tuple(facts[name]) for name in ("words", "channels")}
        return cls(**{**facts, **lists, "since": since, "until": until, "moods": (cold, neither, warm)})


def baseline(
    since: datetime,
    until: datetime,
    whole: Share,
    channels: tuple[str, ...],
    digest: Digest,
    authors: int,
    words: tuple[str, ...],
) -> Baseline:
    """Return the baseline of what was said of a topic in some time."""
    regular = {author: voice for author, voice in digest.voices.items() if voice.posts >= REGULAR_POSTS}
    named = [
        author
        for author, voice in regular.items()
        if any(name.lower() in digest.named for name in (author, voice.handle) if name)
    ]
    return Baseline(
        since, until, whole.posts, authors, digest.views, whole.moods, len(regular), len(named), words, channels
    )
