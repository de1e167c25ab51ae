"""The posts behind a figure: of a topic, a span, a mood, a channel, somebody, some words; the latest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from hubbub.care import selectors as care
from hubbub.care.core.understanding import KINDS, Kind
from hubbub.infra.places import places
from hubbub.kernel.errors import InvalidInput
from hubbub.listening import selectors
from hubbub.listening.core.heard import HeardLine, Mark, Sought
from hubbub.listening.models import EVERY_POST
from hubbub.listening.selectors.posts import posts
from hubbub.web.request import Request, in_workspace, now, render

PAGE = 30
MOODS = (("", "Any mood"), ("-1", "Cold"), ("0", "Neither"), ("1", "Warm"))
ASKED = ("since", "until", "channel", "language", "sentiment", "kind", "author", "words")


@dataclass(frozen=True, slots=True)
class PostLine:
    """A heard post with what the desk knows of it."""

    post: HeardLine
    kind: Kind | None
    case: int | None
    others: tuple[HeardLine, ...] = ()  # who said the same, a little earlier


@require_safe
@in_workspace
def page(request: Request, topic: int) -> HttpResponse:
    """The posts of a topic, or of all (0)."""
    value = selectors.topic(request.access, topic) if topic != EVERY_POST else None
    asked: dict[str, str] = {name: request.GET[name].strip() for name in ASKED if request.GET.get(name, "").strip()}
    sought = _sought(request, topic, asked)
    after = Mark.of(request.GET["after"]) if request.GET.get("after") else None
    found = posts(request.access, sought, places(), limit=PAGE, after=after)
    numbers = care.cases_of(request.access, [each.uri for each in found.posts])
    lines = [PostLine(same[0], _kind(same[0]), _case(same, numbers), tuple(same[1:])) for same in _alike(found.posts)]
    narrowed = [name for name in ASKED[2:] if name in asked]
    context: dict[str, Any] = {
        "section": "topics",
        "topic": value,
        "topics": selectors.topics(request.access),
        "number": topic,
        "asked": asked,
        "sought": sought,
        "lines": lines,
        "after": urlencode({**asked, "after": str(found.after)}) if found.after else "",
        "looked_back_to": found.looked_back_to,
        "moods": MOODS,
        "kinds": [kind.value for kind in KINDS],
        "narrowed": narrowed,
        "wide": urlencode([(name, asked[name]) for name in ASKED[:2] if name in asked]),
        "further": after is not None,
    }
    return render(request, "listening/post_lines.html" if request.htmx else "listening/posts.html", context)


def _sought(request: Request, topic: int, asked: dict[str, str]) -> Sought:
    zone, until = ZoneInfo(request.access.timezone), now() + timedelta(minutes=1)
    return Sought(
        since=_moment(asked["since"], zone) if "since" in asked else until - timedelta(days=1),
        until=_moment(asked["until"], zone) if "until" in asked else until,
        topic=topic,
        channel=asked.get("channel", ""),
        language=asked.get("language", ""),
        sentiment=_choice(asked, "sentiment", {"-1": -1, "0": 0, "1": 1}),
        kind=_choice(asked, "kind", {kind.value: place for place, kind in enumerate(KINDS)}),
        author=asked.get("author", ""),
        words=asked.get("words", ""),
    )


def _choice(asked: dict[str, str], name: str, known: dict[str, int]) -> int | None:
    if name not in asked:
        return None
    if asked[name] not in known:
        raise InvalidInput(reason=f"Choose one of the {name}s in the list.")
    return known[asked[name]]


def _moment(given: str, zone: ZoneInfo) -> datetime:
    try:
        at = datetime.fromisoformat(given.replace(" ", "+"))
    except ValueError:
        raise InvalidInput(reason=f"{given[:40]!r} is no time; write it as 2026-11-30T14:00.") from None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _alike(posts: Sequence[HeardLine]) -> list[list[HeardLine]]:
    """Put copies of what was said together: reposts and what is copied and pasted."""
    groups: dict[int | str, list[HeardLine]] = {}
    for post in posts:
        groups.setdefault(post.likeness or post.uri, []).append(post)
    return list(groups.values())


def _case(same: Sequence[HeardLine], numbers: Mapping[str, int]) -> int | None:
    return next((numbers[each.uri] for each in same if each.uri in numbers), None)


def _kind(post: HeardLine) -> Kind | None:
    return KINDS[post.kinds.index(max(post.kinds))] if len(post.kinds) == len(KINDS) else None
