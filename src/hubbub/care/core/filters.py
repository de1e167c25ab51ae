"""What a list of cases shows and in which order: one value for pages, saved views, the API and exports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hubbub.care.core.case import Folder, Priority
from hubbub.care.core.understanding import Kind
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say

VIEWS: Final = (
    "needs", "mine", "held", "watching", "waiting", "parked", "incident", "resolved", "closed", "imported", "all",
)  # fmt: skip
QUEUES: Final = ("safety", "unsure", "praise", "ideas")
ME, NOBODY = "me", "nobody"
ORDERS: Final = ("", "first", "last")
MAX_WORDS = 200
_KNOWN: Final[Mapping[str, Sequence[str]]] = {
    "in": tuple(Folder),
    "kind": tuple(Kind),
    "priority": tuple(each.name.lower() for each in Priority),
    "order": ORDERS,
    "late": ("", "yes"),
    "queue": ("", *QUEUES),
}
"""What an address may name, where that is known beforehand."""
_MANY: Final = ("in", "channel", "kind", "priority", "lang")
_NUMBERS: Final = ("topic", "tag", "team")
NAMES: Final = (*_MANY, *_NUMBERS, "owner", "queue", "late", "q", "order")


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that all hold, of which an empty one asks nothing; of several values, any will do."""

    view: str = "needs"
    folders: tuple[str, ...] = ()  # only with the view `all`
    channels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()  # by name
    langs: tuple[str, ...] = ()
    topic: int = 0
    tag: int = 0
    team: int = 0
    owner: str = ""  # me, nobody, or somebody's id
    queue: str = ""
    late: bool = False
    words: str = ""
    order: str = ""  # "": as the view stands; first: due or oldest first; last: due last or newest first

    @property
    def newest_first(self) -> bool:
        """Whether the list is read from its end: the newest, or what is due last."""
        if self.order:
            return self.order == "last"
        return self.view == "all" or (self.view != "mine" and Folder(self.view).newest_first)

    @property
    def filtered(self) -> bool:
        """Whether it asks for less than its view holds."""
        return any(name != "order" for name, _ in self.pairs())

    @property
    def narrow(self) -> bool:
        """Whether it asks for what no index leads to."""
        owner = self.owner if self.view == "mine" or self.owner == NOBODY else ""
        if self.tag:
            return False  # its own index leads to few, and of many most are near
        several = sum(map(bool, (self.topic, self.queue, self.owner not in ("", NOBODY)))) > 1
        return bool(self.channels or self.kinds or self.priorities or self.langs or self.team or owner or several)

    def pairs(self) -> list[tuple[str, str]]:
        """Return it as an address says it; the view stands elsewhere."""
        many = zip(_MANY, (self.folders, self.channels, self.kinds, self.priorities, self.langs), strict=True)
        pairs = [(name, value) for name, values in many for value in values]
        numbers = zip(_NUMBERS, (self.topic, self.tag, self.team), strict=True)
        pairs += [(name, str(value)) for name, value in numbers if value]
        rest = (("owner", self.owner), ("queue", self.queue), ("late", "yes" if self.late else ""))
        return pairs + [pair for pair in (*rest, ("q", self.words), ("order", self.order)) if pair[1]]


def read(view: str, given: Mapping[str, Sequence[str]]) -> Filter:
    """Make a filter of what an address, a form or a saved view says.

    Raises
    ------
    InvalidInput
        If something is asked for that there is none of.
    """
    if view not in VIEWS:
        raise InvalidInput(
            reason=say("There is no view {view!r}; there are {known}.", view=view, known=", ".join(VIEWS))
        )
    values = {name: tuple(dict.fromkeys(_clean(name, each) for each in given.get(name, ()))) for name in NAMES}
    values = {name: tuple(filter(None, each)) for name, each in values.items()}
    one = {name: each[-1] if each else "" for name, each in values.items()}
    numbers = {name: _number(name, one[name]) for name in _NUMBERS}
    if one["owner"] not in ("", ME, NOBODY):
        _number("owner", one["owner"])
    return Filter(
        view,
        values["in"] if view == "all" else (),
        values["channel"],
        values["kind"],
        values["priority"],
        values["lang"],
        **numbers,
        owner=one["owner"],
        queue=one["queue"],
        late=bool(one["late"]),
        words=one["q"],
        order=one["order"],
    )


def _clean(name: str, value: str) -> str:
    value = " ".join(value.replace("\x00", "").split())[: MAX_WORDS if name == "q" else 40]
    if name in _KNOWN and value and value not in _KNOWN[name]:
        known = ", ".join(filter(None, _KNOWN[name]))
        raise InvalidInput(
            reason=say("There is no {name} {value!r}; there are {known}.", name=name, value=value, known=known)
        )
    return value


def _number(name: str, value: str) -> int:
    if value and not (value.isdecimal() and value.isascii() and len(value) < 19):
        words = mark("An {name} is a number.") if name[0] in "aeiou" else mark("A {name} is a number.")
        raise InvalidInput(reason=say(words, name=name))
    return int(value or 0)


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter with a name; everybody's, or one's own."""

    id: int
    name: str
    own: bool
    asked: Filter
