"""What an installation listens for, of all its workspaces at once."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hubbub.care import selectors as care
from hubbub.care.core.understanding import Understanding
from hubbub.channels import selectors as channels
from hubbub.channels.core.values import Subscriber
from hubbub.channels.registry import channel_class
from hubbub.kernel.ids import StreamId, TopicId, WorkspaceId
from hubbub.kernel.text import fold
from hubbub.listening import selectors
from hubbub.listening.core.matcher import Matcher
from hubbub.listening.core.policy import Budget, Wanted
from hubbub.listening.core.query import Query, QueryError, parse
from hubbub.listening.core.sieve import Sieve
from hubbub.listening.core.topics import TopicValue

EARS_FOLLOW = ("topics", "connections", "playbook", "model")
"""Kinds of changes after which `Ears` are to be opened anew."""


NEVER_WANTED = 2.0
"""No estimate is so high: for playbooks from before posts about others could become rows."""


@lru_cache(maxsize=100_000)
def _query(text: str) -> Query:
    """Read a query once, however often the others around it change."""
    return parse(text)


@dataclass(slots=True)
class Ears:
    """What all workspaces listen for, compiled into one matcher, and the budgets of rows."""

    topics: dict[TopicId, TopicValue]
    queries: dict[tuple[WorkspaceId, TopicId], Query]
    matcher: Matcher[tuple[WorkspaceId, TopicId]]
    handles: dict[int, frozenset[str]]  # workspace -> folded handles that its topics about us name
    owners: NDArray[np.int64]  # the workspace of each topic of the matcher
    topic_ids: NDArray[np.int64]  # its id
    ours: NDArray[np.bool_]  # whether it is about us
    others: NDArray[np.bool_]  # whether it is about our competitors or market
    own_models: dict[int, int]  # workspaces that use a model of their own, and which
    _wanted: dict[int, tuple[Wanted, Budget]] = field(default_factory=dict)
    _subscribers: dict[StreamId, tuple[Subscriber, ...]] = field(default_factory=dict)
    _sieves: dict[str, Sieve] = field(default_factory=dict)

    @classmethod
    def open(cls, before: "Ears | None" = None) -> "Ears":
        """Compile the topics of every workspace as they are now; nothing anew that `before` has.

        100,000 new terms take some six seconds, of which reading their queries takes four.
        """
        queries: dict[tuple[WorkspaceId, TopicId], Query] = {}
        topics = {topic.id: topic for topic in selectors.all_topics()}
        handles: dict[int, set[str]] = {}
        for topic in topics.values():
            try:
                queries[topic.workspace, topic.id] = _query(topic.query)
            except QueryError:  # written by an older version; the topic page shows it
                continue
            if topic.klass.ours:
                named = {
                    fold(term.text).lstrip("@")
                    for term in queries[topic.workspace, topic.id].terms
                    if term.kind == "handle"
                }
                handles.setdefault(topic.workspace, set()).update(named)
        same = before is not None and before.queries == queries
        matcher = before.matcher if before is not None and same else Matcher(list(queries.items()))
        made = cls(
            topics,
            queries,
            matcher,
            {key: frozenset(value) for key, value in handles.items()},
            np.array([workspace for workspace, _ in queries], np.int64),
            np.array([topic for _, topic in queries], np.int64),
            np.array([topics[topic].klass.ours for _, topic in queries], np.bool_),
            np.array([topics[topic].klass.others for _, topic in queries], np.bool_),
            care.own_models(),
        )
        if before is not None and same:
            made._sieves = before._sieves
        else:
            for kind in {stream.kind for stream in channels.streams()}:
                if channel_class(kind).abilities.keys is not None:
                    made.sieve(kind)
        return made

    def sieve(self, kind: str) -> Sieve:
        """Return the sieve for the lines of a kind of channel, as its topics ask; without names."""
        if kind not in self._sieves:
            keys = channel_class(kind).abilities.keys
            assert keys is not None, f"{kind} has no keys"
            self._sieves[kind] = Sieve(keys, self.queries.values())
        return self._sieves[kind]

    def subscribers(self, stream: StreamId) -> tuple[Subscriber, ...]:
        """Return who hears a stream, with the handles their topics name among their own."""
        if stream not in self._subscribers:
            self._subscribers[stream] = tuple(
                replace(each, own=each.own | self.handles.get(each.workspace, frozenset()))
                for each in channels.subscribers(stream)
            )
        return self._subscribers[stream]

    def understanding(self, workspace: int, otherwise: Understanding) -> Understanding:
        """Return what reads a workspace's posts as they are heard: its own model where it uses one, never closely."""
        own = self.own_models.get(workspace)
        return otherwise if own is None else care.quick_model(own)

    def wanted(self, workspace: int) -> tuple[Wanted, Budget]:
        """Return from which estimates a post becomes a row, and the workspace's budget for such rows."""
        if workspace not in self._wanted:
            numbers = care.playbook(workspace).numbers
            wanted = Wanted(numbers["attention"], numbers.get("opportunity", NEVER_WANTED))
            self._wanted[workspace] = wanted, Budget(int(numbers["rows_a_minute"]))
        return self._wanted[workspace]
