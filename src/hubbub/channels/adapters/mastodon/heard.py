"""What was heard already. Pure; it is what the channels' cursors hold."""

from datetime import UTC, datetime, timedelta

import msgspec

KEEP = 100
KEEP_FOR = timedelta(days=7)
BEGINNING = "0"
"""Before the first id of any server."""


class Mark(msgspec.Struct, omit_defaults=True):
    """Up to where a list was read: everything after `after` is asked for again.

    It follows one page, or one look without news, behind what was `reached`: a server gives out ids before it
    shows what they stand for, so that something may still turn up among the newest.
    """

    after: str = ""
    reached: str = ""

    def begin(self, newest: str) -> None:
        """Begin with the newest there is; with nothing, from the beginning."""
        self.after = self.reached = newest or BEGINNING

    def read(self, newest: str) -> None:
        """Note the newest of a page that was read."""
        if newest != self.reached:
            self.after, self.reached = self.reached, newest

    def settle(self) -> None:
        """Note that a look brought no news."""
        self.after = self.reached


class Kept(msgspec.Struct, array_like=True):
    """How a post was when it was heard: its last edit, as its server tells it, and when it was heard."""

    edited: str
    at: datetime


class Heard(msgspec.Struct, omit_defaults=True):
    """Up to where an account's notifications were heard, and the last posts that were."""

    mark: Mark = msgspec.field(default_factory=Mark)
    posts: dict[str, Kept] = {}

    @classmethod
    def since(cls, cursor: object) -> "Heard":
        """Go on from a cursor; from nothing where there is none, or none that we made."""
        try:
            return msgspec.convert(cursor, cls) if cursor is not None else cls()
        except msgspec.ValidationError:
            return cls()

    def cursor(self) -> object:
        """Return what `since` goes on from, as JSON."""
        return msgspec.to_builtins(self)

    def is_news(self, key: str, edited: str) -> bool:
        """Say whether a post, or this wording of it, was not heard yet."""
        known = self.posts.get(key)
        return known is None or known.edited != edited

    def add(self, key: str, edited: str, now: datetime) -> None:
        """Remember a post; only the newest, and not for ever."""
        known = self.posts.pop(key, None)
        self.posts[key] = Kept(edited, known.at if known else now)
        old = now - KEEP_FOR
        self.posts = {key: kept for key, kept in self.posts.items() if kept.at.astimezone(UTC) > old}
        while len(self.posts) > KEEP:
            self.posts.pop(next(iter(self.posts)))

    def forget(self, key: str) -> None:
        """Forget a post that is gone."""
        self.posts.pop(key, None)
