"""Trends: what bursts, what people come to talk about, and whose voice rises."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from hubbub.kernel.errors import NotFound
from hubbub.listening import selectors as listening
from hubbub.listening.core.span import Span
from hubbub.listening.models import EVERY_POST
from hubbub.listening.selectors import trends as selectors
from hubbub.listening.selectors.trends import BurstLine, Theme
from hubbub.web.listening import spans
from hubbub.web.request import Request, in_workspace, now, render


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """Bursts of all topics; themes and voices of one, or of all that was heard."""
    span = spans.span_of(request, "month")
    topics = listening.topics(request.access)
    topic = _topic(request, {each.id for each in topics})
    steps, themes = selectors.themes(request.access, topic, span)
    look = _Look(request.access.slug, topic, span)
    found = selectors.bursts(request.access, now())
    context: dict[str, Any] = {
        "section": "topics",
        "tab": "trends",
        "span": span,
        "choices": spans.choices(span),
        "span_words": spans.words_of(span),
        "topics": topics,
        "topic": topic,
        "bursts": [(line, look.burst(line)) for line in found],
        "on": sum(line.on for line in found),
        "steps": steps,
        "themes": [(theme, look.theme(theme), look.curve(theme)) for theme in themes],
        "rising": [(each, look.author(each.author)) for each in selectors.rising_voices(request.access, topic, span)],
    }
    return render(request, "listening/trends.html", context)


def _topic(request: Request, known: set[int]) -> int:
    given = request.GET.get("topic", "")
    if not given or given == "0":
        return EVERY_POST
    if not given.isdecimal() or int(given[:18]) not in known:
        raise NotFound(what="topic", which=given[:18])
    return int(given)


class _Look:
    """How trends are drawn, and where their posts stand."""

    def __init__(self, slug: str, topic: int, span: Span) -> None:
        self.slug, self.topic, self.span = slug, topic, span

    def _posts(self, topic: int, **asked: object) -> str:
        return f"{reverse('topic-posts', args=(self.slug, topic))}?{urlencode(asked)}"

    def burst(self, line: BurstLine) -> str:
        """Return the address of a burst's posts."""
        asked = {"since": line.began_at.isoformat(timespec="minutes"), "until": line.seen_at.isoformat()}
        return self._posts(line.topic, **asked, **({"words": line.term} if line.term else {}))

    def theme(self, theme: Theme) -> str:
        """Return the address of a theme's posts."""
        return self._posts(self.topic, **self._spanned(), words=theme.term)

    def author(self, author: str) -> str:
        """Return the address of what somebody said."""
        return self._posts(self.topic, **self._spanned(), author=author)

    def _spanned(self) -> dict[str, str]:
        return {
            "since": self.span.since.isoformat(timespec="minutes"),
            "until": self.span.until.isoformat(timespec="minutes"),
        }

    @staticmethod
    def curve(theme: Theme) -> list[tuple[str, str, str, str]]:
        """Return bars: x, y, width, height in a box of 100 by 24."""
        wide, most = 100 / max(1, len(theme.shares)), theme.most or 1.0
        return [
            (f"{place * wide:.2f}", f"{24 - 24 * share / most:.2f}", f"{wide * 0.86:.2f}", f"{24 * share / most:.2f}")
            for place, share in enumerate(theme.shares)
        ]
