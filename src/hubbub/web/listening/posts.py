"""The posts behind a figure: of a topic, a span, a mood, a channel, somebody, some words; the latest first."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.flows import corrections as corrections_flow
from hubbub.infra.places import places
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say, say_many, speaking
from hubbub.listening import selectors
from hubbub.listening.core.corrections import MOST, Correction
from hubbub.listening.core.heard import Mark, Sought
from hubbub.listening.core.topics import TopicValue
from hubbub.listening.models import EVERY_POST
from hubbub.listening.selectors import corrections
from hubbub.listening.selectors.posts import posts
from hubbub.web.listening.lines import KIND_PLACES, MOODS, SENTIMENTS, alike, lines_of
from hubbub.web.listening.spans import moment
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import text

PAGE = 30
CHOOSE = {
    "sentiment": mark("Choose one of the sentiments in the list."),
    "kind": mark("Choose one of the kinds in the list."),
}
CORRECTED = {"-1": mark("Mood: cold"), "0": mark("Mood: neither"), "1": mark("Mood: warm")}
ASKED = ("since", "until", "channel", "language", "sentiment", "kind", "author", "words")


@require_safe
@in_workspace
def page(request: Request, topic: int) -> HttpResponse:
    """The posts of a topic, or of all (0)."""
    value, asked = _topic(request, topic), _asked(request)
    sought = _sought(request, topic, asked)
    after = Mark.of(request.GET["after"]) if request.GET.get("after") else None
    found = posts(request.access, sought, places(), limit=PAGE, after=after)
    line = corrections.latest(request.access, now()) if request.access.may(Permission.WORK) else None
    narrowed = [name for name in ASKED[2:] if name in asked]
    context: dict[str, Any] = {
        "section": "topics",
        "topic": value,
        "topics": selectors.topics(request.access),
        "number": topic,
        "asked": asked,
        "sought": sought,
        "lines": lines_of(request.access, alike(found.posts)),
        "after": urlencode({**asked, "after": str(found.after)}) if found.after else "",
        "looked_back_to": found.looked_back_to,
        "moods": MOODS,
        "kinds": list(KIND_PLACES),
        "narrowed": narrowed,
        "wide": urlencode([(name, asked[name]) for name in ASKED[:2] if name in asked]),
        "further": after is not None,
        "query": urlencode(asked),
        "correction": line,
    }
    return render(request, "listening/post_lines.html" if request.htmx else "listening/posts.html", context)


def _topic(request: Request, topic: int) -> TopicValue | None:
    """Return the topic an address names; None for all that was heard."""
    return selectors.topic(request.access, topic) if topic != EVERY_POST else None


def _sought(request: Request, topic: int, asked: dict[str, str]) -> Sought:
    zone, until = ZoneInfo(request.access.timezone), now() + timedelta(minutes=1)
    return Sought(
        since=_moment(asked["since"], zone) if "since" in asked else until - timedelta(days=1),
        until=_moment(asked["until"], zone) if "until" in asked else until,
        topic=topic,
        channel=asked.get("channel", ""),
        language=asked.get("language", ""),
        sentiment=_choice(asked, "sentiment", SENTIMENTS),
        kind=_choice(asked, "kind", KIND_PLACES),
        author=asked.get("author", ""),
        words=asked.get("words", ""),
    )


def _choice(asked: dict[str, str], name: str, known: dict[str, int]) -> int | None:
    if name not in asked:
        return None
    if asked[name] not in known:
        raise InvalidInput(reason=CHOOSE[name])
    return known[asked[name]]


def _moment(given: str, zone: ZoneInfo) -> datetime:
    try:
        return moment(given, zone)
    except ValueError:
        reason = say("{time!r} is no time; write it as 2026-11-30T14:00.", time=given[:40])
        raise InvalidInput(reason=reason) from None


@require_POST
@in_workspace
def correct(request: Request, topic: int) -> HttpResponse:
    """Let chosen posts, or all that are found, count as something else."""
    value, asked = _topic(request, topic), _asked(request)
    sought = _sought(request, topic, asked)
    if text(request, "all") != "yes":
        uris = tuple(uri for same in request.POST.getlist("uri") for uri in same.split())[:MOST]
        if not uris:
            raise InvalidInput(reason="Choose posts first, or all that are found.")
        sought = replace(sought, uris=uris)
    correction, words, facts = _correction(request, value)
    with speaking(request.access.language):
        kept = say(words, **facts)
    done, _ = corrections_flow.correct(request.access, sought, correction, kept, places(), now=now())
    told = say("They count so already.")
    if done:
        told = say_many("{words}: {number:,} post.", "{words}: {number:,} posts.", done, words=say(words, **facts))
    messages.success(request, told)
    return redirect(_back(request, topic, asked))


def _correction(request: Request, topic: TopicValue | None) -> tuple[Correction, str, dict[str, str]]:
    """Read what is to be done, with its words and their facts."""
    what, _, which = text(request, "what").partition(":")
    names: dict[str, str] = {str(each.id): each.name for each in selectors.topics(request.access)}
    if what == "drop" and topic is not None:
        return Correction(drop=frozenset({topic.id})), mark("Taken out of {name}"), {"name": topic.name}
    if what == "add" and which in names:
        return Correction(add=frozenset({int(which)})), mark("Put into {name}"), {"name": names[which]}
    if what == "mood" and which in SENTIMENTS:
        return Correction(sentiment=SENTIMENTS[which]), CORRECTED[which], {}
    raise InvalidInput(reason="Choose what these posts are to count as.")


@require_POST
@in_workspace
def undo(request: Request, topic: int, correction: int) -> HttpResponse:
    """Take a correction back."""
    words, done = corrections_flow.undo(request.access, correction, places(), now=now())
    told = say_many(
        "Taken back for {number:,} post: {words}.", "Taken back for {number:,} posts: {words}.", done, words=words
    )
    messages.success(request, told)
    return redirect(_back(request, topic, _asked(request)))


def _asked(request: Request) -> dict[str, str]:
    return {name: request.GET[name].strip() for name in ASKED if request.GET.get(name, "").strip()}


def _back(request: Request, topic: int, asked: dict[str, str]) -> str:
    return f"{reverse('topic-posts', args=(request.access.slug, topic))}?{urlencode(asked)}"
