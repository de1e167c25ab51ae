"""A span held against the one before: how much more, how much colder, and whether that is more than chance."""

from dataclasses import dataclass
from math import sqrt

from hubbub.listening.core.volume import Share

Z = 1.96  # 95 of 100
MORE, LESS = 1.25, 0.8  # as many times the posts are worth telling


@dataclass(frozen=True, slots=True)
class Interval:
    """A share in [0, 1], and between what it lies with a likelihood of 95 %."""

    share: float
    low: float
    high: float

    def overlaps(self, other: "Interval") -> bool:
        """Whether both may be the same."""
        return self.low <= other.high and other.low <= self.high


def interval(part: int, whole: int) -> Interval:
    """Return a share with its interval after E. B. Wilson (1927), which holds for few posts, too."""
    if whole <= 0:
        return Interval(0.0, 0.0, 1.0)
    share = part / whole
    middle = (share + Z * Z / (2 * whole)) / (1 + Z * Z / whole)
    half = Z / (1 + Z * Z / whole) * sqrt(share * (1 - share) / whole + Z * Z / (4 * whole * whole))
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed."""

    now: Share
    before: Share

    @property
    def times(self) -> float | None:
        """As many times the posts; None where nothing was said before."""
        return self.now.posts / self.before.posts if self.before.posts else None

    @property
    def more(self) -> int:
        """1: clearly more posts, -1: clearly fewer, 0: about as many."""
        if self.times is None or self.now.posts + self.before.posts < 20:
            return 0
        # Beyond both a share worth telling and chance: the difference of two counts has their sum for a variance.
        sure = abs(self.now.posts - self.before.posts) > Z * sqrt(self.now.posts + self.before.posts)
        return (self.times >= MORE) - (self.times <= LESS) if sure else 0

    @property
    def cold(self) -> Interval:
        """The share of cold posts now."""
        return interval(self.now.moods[0], self.now.posts)

    @property
    def warm(self) -> Interval:
        """The share of warm posts now."""
        return interval(self.now.moods[2], self.now.posts)

    @property
    def colder(self) -> int:
        """1: colder than before, -1: less cold, 0: that can't be told."""
        before = interval(self.before.moods[0], self.before.posts)
        if not self.before.posts or self.cold.overlaps(before):
            return 0
        return 1 if self.cold.share > before.share else -1
