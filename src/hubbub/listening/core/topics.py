"""What a topic is: a class and a query."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hubbub.kernel.ids import TopicId, WorkspaceId
from hubbub.kernel.speech import mark, say


class TopicClass(StrEnum):
    """How much a topic is about us. Mentions of us and our products come before all."""

    BRAND = "brand"
    PRODUCT = "product"
    PERSON = "person"
    COMPETITOR = "competitor"
    MARKET = "market"
    EVENT = "event"

    @property
    def ours(self) -> bool:
        """Whether a post on such a topic is about us."""
        return self in (TopicClass.BRAND, TopicClass.PRODUCT)

    @property
    def others(self) -> bool:
        """Whether a post on such a topic is about others in our field."""
        return self in (TopicClass.COMPETITOR, TopicClass.MARKET)

    @property
    def words(self) -> str:
        """As a form offers it."""
        return say(_WORDS[self])


_WORDS = {
    TopicClass.BRAND: mark("Our name: answered first"),
    TopicClass.PRODUCT: mark("A product of ours: answered first"),
    TopicClass.PERSON: mark("A person"),
    TopicClass.COMPETITOR: mark("A competitor"),
    TopicClass.MARKET: mark("The market"),
    TopicClass.EVENT: mark("An event"),
}


@dataclass(frozen=True, slots=True)
class TopicValue:
    """A topic as pages and flows see it."""

    id: TopicId
    workspace: WorkspaceId
    name: str
    klass: TopicClass
    query: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A topic with what was heard of it lately."""

    topic: TopicValue
    posts_hour: int
    posts_day: int
    last_at: datetime | None
