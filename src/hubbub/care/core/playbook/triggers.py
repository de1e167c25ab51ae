"""Triggers: what happens to a case → what is done, read as strictly as rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, get_origin, get_type_hints

from hubbub.care.core.case import Folder, Priority
from hubbub.care.core.playbook.rules import Test
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say


class Event(StrEnum):
    """What happens to a case."""

    NO_ANSWER = "no answer"
    DUE_SOON = "due soon"
    OVERDUE = "overdue"
    SOLVED = "solved"
    OPENED = "opened"
    REOPENED = "reopened"
    RATED_BADLY = "rated badly"
    TAG_SET = "tag set"


TIMED: Final[Mapping[Event, tuple[tuple[Folder, ...], int]]] = {
    Event.NO_ANSWER: ((Folder.WAITING,), 1),
    Event.DUE_SOON: ((Folder.NEEDS,), -1),
    Event.OVERDUE: ((Folder.NEEDS,), 1),
    Event.SOLVED: ((Folder.RESOLVED, Folder.CLOSED), 1),
}
"""Events that come with time: so long after (1) or before (-1) what the folders are sorted by."""

EVENT_WORDS: Final[Mapping[Event, str]] = {
    Event.NO_ANSWER: mark("the customer has not answered for"),
    Event.DUE_SOON: mark("a case is due within"),
    Event.OVERDUE: mark("a case is late by"),
    Event.SOLVED: mark("a case was solved before"),
    Event.OPENED: mark("a case is opened"),
    Event.REOPENED: mark("a case is opened again"),
    Event.RATED_BADLY: mark("a customer rates us badly"),
    Event.TAG_SET: mark("a tag is set"),
}


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a trigger may ask about a case."""

    kind: str = ""
    about: str = "none"
    private: bool = False
    channel: str = ""
    language: str = "und"
    priority: str = "normal"
    queue: str = ""
    decision: str = ""
    rule: str = ""
    taken: bool = False  # somebody owns it
    known: bool = False
    listed: bool = False
    tags: frozenset[str] = frozenset()
    set_now: str = ""  # the tag that was set
    exposure: float = 0.0
    voices: float = 1.0
    open_hours: bool = True


CASE_FACTS: Final[Mapping[str, type]] = {
    name: get_origin(kind) or kind for name, kind in get_type_hints(CaseFacts).items()
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """When something happens to a case, do something."""

    id: str
    name: str
    event: Event
    when: tuple[Test, ...] = ()
    after: timedelta = timedelta()
    off: bool = False
    since: datetime | None = None  # what happened before is none of its business
    note: str = ""
    tags: tuple[str, ...] = ()
    priority: Priority | None = None
    queue: str = ""
    team: str = ""
    snooze: timedelta | None = None
    solve: bool = False
    template: str = ""
    automatic: bool = False
    tell: bool = False

    def holds(self, facts: CaseFacts) -> bool:
        """Say whether every test holds."""
        return all(test.holds(facts) for test in self.when)


TRIGGER_KEYS: Final = frozenset(
    {"id", "name", "event", "when", "after", "off", "since", "note", "tags", "priority", "queue", "team", "snooze"}
    | {"solve", "template", "automatic", "tell"}
)
DEEDS: Final = ("note", "tags", "priority", "queue", "team", "snooze", "solve", "template", "tell")
TEXTS: Final = {"note": 500, "queue": 20, "team": 80, "template": 80}


def checked(data: Any, number: int) -> Mapping[str, Any]:
    """Return a trigger's data once its plain keys are right; InvalidInput names the place."""
    place = say("Trigger {trigger}", trigger=data.get("id", number) if isinstance(data, Mapping) else number)
    if not isinstance(data, Mapping):
        raise InvalidInput(reason=say("{place} is no table.", place=place))
    if unknown := set(data) - TRIGGER_KEYS:
        raise InvalidInput(reason=say("{place} has {key!r}, which means nothing.", place=place, key=min(unknown)))
    for key in ("id", "name"):
        if not isinstance(data.get(key), str) or not 0 < len(data[key]) <= 80:
            raise InvalidInput(reason=say("{place} needs a {key!r} of at most 80 characters.", place=place, key=key))
    if data.get("event") not in set(Event):
        raise InvalidInput(
            reason=say(
                "{place} waits for {event!r}; there are {known}.",
                place=place,
                event=data.get("event"),
                known=", ".join(Event),
            )
        )
    if data["event"] in TIMED and "after" not in data:
        raise InvalidInput(reason=say("{place}: say how long, like after = {{ days = 3 }}.", place=place))
    for key, longest in TEXTS.items():
        if not isinstance(data.get(key, ""), str) or len(data.get(key, "")) > longest:
            raise InvalidInput(
                reason=say(
                    "{place}: {key} is a text of at most {longest} characters.", place=place, key=key, longest=longest
                )
            )
    for key in ("off", "solve", "automatic", "tell"):
        if not isinstance(data.get(key, False), bool):
            raise InvalidInput(reason=say("{place}: {key} is true or false.", place=place, key=key))
    if not any(data.get(key) for key in DEEDS):
        raise InvalidInput(
            reason=say("{place} does nothing: give it a note, a tag, a priority or another deed.", place=place)
        )
    if data.get("automatic") and not data.get("template"):
        raise InvalidInput(reason=say("{place} sends by itself, but no template: name a canned reply.", place=place))
    if data.get("template") and not data.get("automatic"):
        raise InvalidInput(
            reason=say("{place} names a template: let it send by itself, or leave the template out.", place=place)
        )
    try:
        datetime.fromisoformat(data.get("since") or "2026-01-01T00:00:00+00:00")
    except (ValueError, TypeError):
        raise InvalidInput(reason=say("{place}: since is no time.", place=place)) from None
    return data
