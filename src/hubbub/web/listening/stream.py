"""The stream: columns somebody arranges, with what is new since they were last here, by time or by worth."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.care.core.worth import ranked
from hubbub.infra.places import places
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.listening import selectors as listening
from hubbub.listening.core.columns import Column
from hubbub.listening.core.events import checked_accounts
from hubbub.listening.core.heard import Mark
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.selectors import columns as selectors
from hubbub.listening.selectors.posts import posts
from hubbub.listening.services import columns as services
from hubbub.web.listening.lines import KIND_PLACES, MOODS, SENTIMENTS, alike, lines_of
from hubbub.web.listening.spans import moment
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import given, number, save, text
from hubbub.web.templatetags.hubbub import CHANNELS, LANGUAGES, channel_name, language_name

PAGE = 30
MISSED = 400  # posts that are ranked
COUNTED = 50  # new posts; more are "50+"


@require_safe
@in_workspace
def page(request: Request) -> HttpResponse:
    """The columns; each asks for its posts itself."""
    context = {"section": "topics", "tab": "stream", "columns": selectors.columns(request.access)}
    return render(request, "listening/stream.html", context)


@require_safe
@in_workspace
def lines(request: Request, column: int) -> HttpResponse:
    """The posts of a column: the latest first, or what is new by its worth."""
    return _lines(request, selectors.column(request.access, column))


def _lines(request: Request, column: Column) -> HttpResponse:
    kind, at = KIND_PLACES.get(column.kind), now()
    by_worth = request.GET.get("by") == "worth"
    after = Mark.of(request.GET["after"]) if request.GET.get("after") else None
    if by_worth:
        found = posts(request.access, column.missed(kind, at), places(), limit=MISSED)
        groups = ranked(alike(found.posts))[:PAGE]
    else:
        found = posts(request.access, column.sought(kind, at), places(), limit=PAGE, after=after)
        groups = alike(found.posts)
    shown = lines_of(request.access, groups)
    context: dict[str, Any] = {
        "column": column,
        "lines": [(line, bool(column.read_to and line.post.said_at > column.read_to)) for line in shown],
        "missed": len(found.posts) if by_worth else None,
        "more_missed": by_worth and found.after is not None,
        "newest": max((post.said_at for post in found.posts), default=None) if after is None else None,
        "after": found.after if not by_worth else None,
        "by_worth": by_worth,
        "further": after is not None,
    }
    return render(request, "listening/stream_lines.html", context)


@require_safe
@in_workspace
def news(request: Request, column: int) -> HttpResponse:
    """How many posts came since the newest that is shown: the text itself stays where it is."""
    value = selectors.column(request.access, column)
    shown = _moment(request.GET.get("since", ""))
    sought = replace(value, read_to=shown).missed(KIND_PLACES.get(value.kind), now())
    found = posts(request.access, sought, places(), limit=COUNTED)
    context = {"column": value, "new": len(found.posts), "more": found.after is not None, "since": shown}
    return render(request, "listening/stream_news.html", context)


@require_POST
@in_workspace
def read(request: Request, column: int) -> HttpResponse:
    """Somebody has read a column up to a post."""
    services.read_up_to(request.access, column, min(_moment(text(request, "at")), now()))
    return _lines(request, selectors.column(request.access, column))


def _moment(said: str) -> datetime:
    with suppress(ValueError):
        return moment(said)
    raise InvalidInput(reason="This place in the column is not known; load the page anew.")


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, column: int | None = None) -> HttpResponse:
    """Make or change a column."""
    value = selectors.column(request.access, column) if column is not None else None
    context: dict[str, Any] = {
        "section": "topics",
        "column": value,
        "topics": listening.topics(request.access),
        "moods": MOODS,
        "kinds": list(KIND_PLACES),
        "channels": sorted((channel_name(name), name) for name in CHANNELS),
        "languages": sorted((language_name(code), code) for code in LANGUAGES),
        "form": given(request) if request.method == "POST" else _shown(value),
    }
    if request.method != "POST":
        return render(request, "listening/column_form.html", context)
    return save(
        request,
        "listening/column_form.html",
        context,
        lambda: services.save_column(request.access, _column(request, column), now=now()),
        then="stream",
        said=say("Saved."),
    )


def _shown(column: Column | None) -> dict[str, str]:
    if column is None:
        return {"topic": "0"}
    return {
        "name": column.name,
        "topic": str(column.topic),
        "channel": column.channel,
        "language": column.language,
        "sentiment": "" if column.sentiment is None else str(column.sentiment),
        "kind": column.kind,
        "who": "\n".join(f"@{each}" for each in column.who),
        "words": column.words,
    }


def _column(request: Request, column: int | None) -> Column:
    """Read the form; InvalidInput says what to mend."""
    mood, kind = text(request, "sentiment"), text(request, "kind")
    if (mood and mood not in SENTIMENTS) or (kind and kind not in KIND_PLACES):
        raise InvalidInput(reason="Choose one of the moods and kinds in the lists.")
    return Column(
        id=column or 0,
        name=text(request, "name"),
        topic=number(request, "topic") or 0,
        channel=text(request, "channel")[:20],
        language=text(request, "language")[:35],
        sentiment=SENTIMENTS.get(mood),
        kind=kind,
        who=checked_accounts(text(request, "who")),
        words=text(request, "words"),
    )


@require_POST
@in_workspace
def begin(request: Request) -> HttpResponse:
    """Make a first set of columns: what is said of us, what is asked, the others."""
    if not selectors.columns(request.access):
        topics = [topic for topic in listening.topics(request.access) if topic.klass is not TopicClass.EVENT]
        ours = next((topic for topic in topics if topic.klass.ours), None)
        first = [Column(0, topic.name[:60], topic.id) for topic in topics[:3]]
        if ours is not None:
            first.append(Column(0, say("{name}: questions", name=ours.name[:45]), ours.id, kind="question"))
        for column in first or [Column(0, say("All that is heard"))]:
            services.save_column(request.access, column, now=now())
    return redirect(reverse("stream", args=(request.access.slug,)))


@require_POST
@in_workspace
def move(request: Request, column: int) -> HttpResponse:
    """Move a column to the left or to the right."""
    services.move_column(request.access, column, -1 if text(request, "to") == "left" else 1)
    return redirect(reverse("stream", args=(request.access.slug,)))


@require_POST
@in_workspace
def remove(request: Request, column: int) -> HttpResponse:
    """Take a column away."""
    services.remove_column(request.access, column)
    return redirect(reverse("stream", args=(request.access.slug,)))
