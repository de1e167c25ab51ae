"""The network itself: who is there, what was said, in which order. No clock, no HTTP, no disk.

Every change is one `Event`, and what the network holds follows from its events alone; replaying
them rebuilds it. Times are arguments.
"""

import hmac
import re
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import msgspec

from hubbub.kernel.errors import Conflict, InvalidInput
from hubbub.kernel.text import clean
from hubbub.simulate.errors import Denied, Gone, Missing, Unfit
from hubbub.simulate.values import Account, Attachment, Author, Event, Message, Post, Profile, Record

MAX_LENGTH = 500
"""Characters of a post or message."""

MAX_MEDIA = 4
MAX_COUNT = 2_000_000_000
HANDLE = re.compile(r"(?!messages\Z)[A-Za-z0-9_]{1,30}")  # …/messages/… are private messages
KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MENTION = re.compile(r"(?<![\w@/])@([A-Za-z0-9_]{1,30})(?!\w)")
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")


class Network:
    """A small social network in memory."""

    def __init__(
        self, name: str, address: str, accounts: Iterable[Account] = (), passwords: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.address = address
        self.events: list[Event] = []
        self.listeners: list[Callable[[Event], None]] = []
        self.keep: Callable[[Record], None] = lambda _record: None
        self._accounts: dict[str, Account] = {}
        self._canonical: dict[str, str] = {}
        self._posts: dict[str, Post] = {}
        self._first: dict[str, Post] = {}  # as it was said, before any edit
        self._deleted: set[str] = set()
        self._threads: defaultdict[str, list[str]] = defaultdict(list)
        self._by_author: defaultdict[str, list[str]] = defaultdict(list)
        self._messages: dict[str, Message] = {}
        self._conversations: defaultdict[str, list[str]] = defaultdict(list)
        for account in accounts:
            self._meet(account)
        self._passwords = {self.spelled(handle): word for handle, word in (passwords or {}).items()}

    # What is there

    def account(self, handle: str) -> Account:
        """Return a profile; Missing if nobody has this handle. Capitals make no difference."""
        if (found := self._accounts.get(self.spelled(handle))) is None:
            raise Missing(what=f"account @{clean(handle)[:40]}")
        return found

    def spelled(self, handle: str) -> str:
        """Return a handle as the network writes it, or as it is given if nobody has it."""
        return self._canonical.get(handle.lower(), handle)

    def post(self, post_id: str) -> Post:
        """Return a post as it stands now; Gone if it was deleted."""
        if post_id in self._deleted:
            raise Gone(id=post_id)
        if (post := self._posts.get(post_id)) is None:
            raise Missing(what=f"post {clean(post_id)[:100]}")
        return post

    def thread(self, post_id: str, limit: int = 200) -> list[Post]:
        """Return the first post of a post's thread and the newest of what was answered, in order of time."""
        post = self.post(post_id)
        first, *others = [each for each in self._threads[post.root or post.uri] if each not in self._deleted]
        return [self._posts[each] for each in (first, *others[max(0, len(others) + 1 - limit) :])]

    def posts_of(self, handle: str, limit: int = 50) -> list[Post]:
        """Return somebody's newest posts, newest first."""
        ids = self._by_author[self.account(handle).handle]
        live = [self._posts[each] for each in reversed(ids) if each not in self._deleted]
        return sorted(live, key=lambda post: post.created_at, reverse=True)[:limit]

    def search(self, words: str, since: datetime | None, limit: int) -> list[Post]:
        """Return the newest public posts that hold these words, newest first."""
        said = words.casefold()
        found = [
            post
            for post_id, post in self._posts.items()
            if post_id not in self._deleted and said in post.text.casefold()
            if since is None or post.created_at >= since
        ]
        return sorted(found, key=lambda post: post.created_at, reverse=True)[:limit]

    def message(self, message_id: str, viewer: str) -> Message:
        """Return a private message to one of its two people; Missing for anybody else."""
        message = self._messages.get(message_id)
        if message is None or viewer not in (message.author.handle, message.to):
            raise Missing(what=f"message {clean(message_id)[:100]}")
        return message

    def conversation(self, one: str, other: str) -> str:
        """Return the uri of everything two accounts say to each other in private."""
        return f"demo://{self.name}/messages/{'+'.join(sorted((one, other)))}"

    def messages_with(self, viewer: str, other: str, limit: int = 200) -> list[Message]:
        """Return the newest private messages between two accounts, in order of time."""
        ids = self._conversations[self.conversation(viewer, self.account(other).handle)]
        return [self._messages[each] for each in ids[-limit:]]

    def events_after(self, after: int, limit: int, viewer: str | None, upto: int) -> tuple[list[Event], int]:
        """Return events with after < seq <= upto that the viewer may see, and the seq looked at last."""
        found: list[Event] = []
        last = min(after, upto)
        for event in self.events[last:upto]:
            message = event.message
            if message is None or viewer in (message.author.handle, message.to):
                if len(found) == limit:
                    break
                found.append(event)
            last = event.seq
        return found, last

    def has_password(self, handle: str) -> bool:
        """Say whether a handle can only be used with its token."""
        return self.spelled(handle) in self._passwords

    def sign_in(self, handle: str, password: str) -> str:
        """Return the handle as the network writes it, or Denied in the same words for every reason."""
        handle = self.spelled(handle)
        known = self._passwords.get(handle)
        right = hmac.compare_digest((known or "").encode(), clean(password).encode())
        if known is None or not right:
            raise Denied(reason="There is no such handle with this password.")
        return handle

    # What can be done

    def say(
        self,
        handle: str,
        text: str,
        now: datetime,
        *,
        key: str | None = None,
        reply_to: str | None = None,
        repost_of: str | None = None,
        media: int = 0,
        files: tuple[Attachment, ...] = (),
        lang: str | None = None,
        said_at: datetime | None = None,
        profile: Profile | None = None,
    ) -> tuple[Post, bool]:
        """Publish a post; return it and whether it is new. The same key and author again is the same post.

        Raises
        ------
        InvalidInput
            The handle or key has letters it may not have, or a number makes no sense.
        Unfit
            The text is empty or too long.
        Conflict
            The key already names another text of this author.
        Missing, Gone
            The post it answers or repeats is not here (any more).
        """
        handle, key = self._name(handle), self._key(key)
        text = self._text(text, may_be_empty=repost_of is not None or bool(files))
        if not 0 <= media <= MAX_MEDIA:
            raise InvalidInput(reason=f"A post has 0 to {MAX_MEDIA} pictures, not {media}.")
        post_id = f"{handle}/{key}"
        parent = None if reply_to is None else self.post(self._id(reply_to))
        repeated = None if repost_of is None else self.post(self._id(repost_of))
        if post_id in self._deleted:
            raise Gone(id=post_id)
        if (first := self._first.get(post_id)) is not None:
            same = (text, parent and parent.uri, repeated and repeated.uri)
            if (first.text, first.parent, first.repost_of) != same:
                raise Conflict(reason=f"The key {key} already names another post of @{handle}.")
            return self._posts[post_id], False
        author = self._speaker(handle, profile, now)
        post = Post(
            id=post_id,
            uri=self._uri(post_id),
            url=f"{self.address}/@{handle}/{key}",
            author=author,
            created_at=said_at or now,
            edited_at=None,
            text=text,
            lang=None if lang is None else clean(lang)[:35],
            parent=parent.uri if parent else None,
            root=(parent.root or parent.uri) if parent else None,
            parent_author=parent.author.handle if parent else None,
            mentions=self._mentions(text),
            links=tuple(_LINK.findall(text)),
            media=media or len(files),
            repost_of=repeated.uri if repeated else None,
            files=files,
        )
        self._happen(Event(self._next(), "post", now, post=post))
        return post, True

    def edit(self, post_id: str, text: str, now: datetime) -> Post:
        """Change a post's text; the same text again changes nothing."""
        post = self.post(post_id)
        text = self._text(text)
        if text == post.text:
            return post
        edited = msgspec.structs.replace(
            post,
            author=self._accounts[post.author.handle].author(),
            edited_at=now,
            text=text,
            mentions=self._mentions(text),
            links=tuple(_LINK.findall(text)),
        )
        self._happen(Event(self._next(), "edit", now, post=edited))
        return edited

    def delete(self, post_id: str, now: datetime) -> None:
        """Take a post away; taking it away again changes nothing."""
        if post_id in self._deleted:
            return
        post = self.post(post_id)
        self._happen(
            Event(
                self._next(),
                "delete",
                now,
                post=msgspec.structs.replace(post, text="", mentions=(), links=(), files=()),
            )
        )

    def tell(
        self,
        handle: str,
        to: str,
        text: str,
        now: datetime,
        *,
        key: str | None = None,
        files: tuple[Attachment, ...] = (),
        lang: str | None = None,
        profile: Profile | None = None,
    ) -> tuple[Message, bool]:
        """Send a private message; return it and whether it is new. Raises like `say`."""
        handle, key = self._name(handle), self._key(key)
        text = self._text(text, may_be_empty=bool(files))
        other = self.account(to).handle
        if other == handle:
            raise InvalidInput(reason="A message goes to somebody else.")
        message_id = f"{handle}/{key}"
        if (known := self._messages.get(message_id)) is not None:
            if (known.text, known.to) != (text, other):
                raise Conflict(reason=f"The key {key} already names another message of @{handle}.")
            return known, False
        author = self._speaker(handle, profile, now)
        message = Message(
            id=message_id,
            uri=f"demo://{self.name}/messages/{message_id}",
            conversation=self.conversation(handle, other),
            author=author,
            to=other,
            created_at=now,
            text=text,
            lang=None if lang is None else clean(lang)[:35],
            files=files,
        )
        self._happen(Event(self._next(), "message", now, message=message))
        return message, True

    def replay(self, records: Iterable[Record]) -> None:
        """Rebuild what a log remembers."""
        for record in records:
            if record.account is not None:
                self._meet(record.account)
            elif record.event is not None:
                self._hold(record.event)

    # How it is held

    def _happen(self, event: Event) -> None:
        self.keep(Record(event=event))
        self._hold(event)
        for listener in self.listeners:
            listener(event)

    def _hold(self, event: Event) -> None:
        """Hold one event, new or replayed."""
        self.events.append(event)
        if (message := event.message) is not None:
            self._known(message.author)
            self._messages[message.id] = message
            self._conversations[message.conversation].append(message.id)
        elif (post := event.post) is not None and event.type == "delete":
            self._deleted.add(post.id)
            self._posts[post.id] = post
        elif post is not None:
            if event.type == "post":
                account = self._known(post.author)
                self._accounts[account.handle] = msgspec.structs.replace(account, posts=account.posts + 1)
                self._first[post.id] = post
                self._threads[post.root or post.uri].append(post.id)
                self._by_author[account.handle].append(post.id)
            self._posts[post.id] = post

    def _known(self, author: Author) -> Account:
        """Return the account of somebody who spoke, made from the snapshot if it left the world file."""
        if author.handle not in self._accounts:
            self._meet(Account(bio="", url=f"{self.address}/@{author.handle}", **msgspec.structs.asdict(author)))
        return self._accounts[author.handle]

    def _meet(self, account: Account) -> None:
        self._accounts[account.handle] = account
        self._canonical[account.handle.lower()] = account.handle

    def _speaker(self, handle: str, profile: Profile | None, now: datetime) -> Author:
        """Return who speaks, as it stands with this post; an unknown handle becomes a new account."""
        if handle not in self._accounts:
            account = plain_account(handle, self.address, now, profile or Profile())
            self.keep(Record(account=account))
            self._meet(account)
        return self._accounts[handle].author()

    def _next(self) -> int:
        return len(self.events) + 1

    def _uri(self, post_id: str) -> str:
        return f"demo://{self.name}/{post_id}"

    def _id(self, given: str) -> str:
        handle, _, key = given.removeprefix(f"demo://{self.name}/").partition("/")
        return f"{self.spelled(handle)}/{key}"

    def _name(self, handle: str) -> str:
        handle = handle.removeprefix("@")
        if not HANDLE.fullmatch(handle):
            raise InvalidInput(reason="A handle has 1 to 30 letters a–z, digits or _, and is not 'messages'.")
        return self.spelled(handle)

    @staticmethod
    def _key(key: str | None) -> str:
        if key is None:
            return secrets.token_hex(6)
        if not KEY.fullmatch(key):
            raise InvalidInput(reason="A key has 1 to 64 letters a–z, digits, - or _.")
        return key

    @staticmethod
    def _text(text: str, *, may_be_empty: bool = False) -> str:
        text = clean(text).strip()
        if not text and not may_be_empty:
            raise Unfit(reason="The text is empty.")
        if len(text) > MAX_LENGTH:
            raise Unfit(reason=f"The text has {len(text):,} characters; at most {MAX_LENGTH} fit.")
        return text

    def _mentions(self, text: str) -> tuple[str, ...]:
        """Handles named in a text, once each, as the network writes them."""
        return tuple({self.spelled(name): None for name in _MENTION.findall(text)})


def plain_account(handle: str, address: str, now: datetime, profile: Profile) -> Account:
    """Return a new account from what its maker says about it; InvalidInput if a number makes no sense."""
    for name, count in (("followers", profile.followers), ("follows", profile.follows), ("posts", profile.posts)):
        if not 0 <= count <= MAX_COUNT:
            raise InvalidInput(reason=f"{name} is a number from 0 to {MAX_COUNT:,}.")
    if not 0 <= profile.reactions <= MAX_COUNT:
        raise InvalidInput(reason=f"reactions is a number from 0 to {MAX_COUNT:,}.")
    if profile.joined_at is not None and profile.joined_at.tzinfo is None:
        raise InvalidInput(reason="joined_at needs a time zone, like 2020-05-17T09:30:00Z.")
    return Account(
        handle=handle,
        name=" ".join(clean(profile.name).split())[:80] or handle,
        bio=clean(profile.bio)[:300],
        followers=profile.followers,
        follows=profile.follows,
        posts=profile.posts,
        reactions=profile.reactions,
        joined_at=profile.joined_at or now,
        url=f"{address}/@{handle}",
    )
