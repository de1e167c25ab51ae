"""Topics: what is listened for, with a test box."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.flows.preview import preview
from hubbub.infra.places import places
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.listening import selectors, services
from hubbub.listening.core import query
from hubbub.listening.core.query import QueryError
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.selectors import history, trends
from hubbub.listening.services import backfill
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import save, text


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """All topics, with what was heard of them lately."""
    minutes = selectors.heard_by_minute(request.access, now())
    return render(
        request,
        "listening/topics.html",
        {
            "section": "topics",
            "tab": "topics",
            "topics": history.topic_lines(request.access, now()),
            "heard_hour": sum(minutes),
            "bursting": trends.bursting(request.access, now()),
        },
    )


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, topic: int | None = None) -> HttpResponse:
    """Make or change a topic."""
    request.access.require(Permission.LISTEN)
    value = selectors.topic(request.access, topic) if topic is not None else None
    context: dict[str, Any] = {
        "section": "topics",
        "topic": value,
        "classes": list(TopicClass),
        "query_text": value.query if value else "",
    }
    if request.method != "POST":
        return render(request, "listening/topic_form.html", context)
    context["query_text"] = text(request, "query")
    if text(request, "class") not in set(TopicClass):
        raise InvalidInput(reason="Choose what the topic is about.")
    keep = backfill.save_topic_and_look_back if text(request, "back") == "yes" else services.save_topic
    return save(
        request,
        "listening/topic_form.html",
        context,
        lambda: keep(
            request.access,
            topic=topic,
            name=text(request, "name"),
            klass=TopicClass(text(request, "class")),
            text=text(request, "query"),
            enabled=topic is None or text(request, "enabled") == "yes",
            now=now(),
        ),
        then="topics",
        said=say("Saved. It is listened for within seconds."),
    )


@require_POST
@in_workspace
def remove(request: Request, topic: int) -> HttpResponse:
    """Stop listening for a topic."""
    return save(
        request,
        "listening/topic_form.html",
        {"section": "topics"},
        lambda: services.remove_topic(request.access, topic, now=now()),
        then="topics",
        said=say("Removed. What was heard of it stays."),
    )


@require_POST
@in_workspace
def try_query(request: Request) -> HttpResponse:
    """Say in words what a query means, and whether it would match a text; the form asks while one types."""
    request.access.require(Permission.READ)
    source, sample = text(request, "query"), text(request, "sample")
    context = tried(source, sample)
    if "parsed" in context:
        context["preview"] = preview(request.access, context["parsed"], places(), now=now())
    return render(request, "listening/topic_try.html", context)


def tried(source: str, sample: str) -> dict[str, Any]:
    """What a query means and where it matches a text, or what is wrong with it."""
    if not source.strip():
        return {}
    try:
        parsed = query.parse(source)
    except QueryError as error:
        return {"error": error}
    found = query.spans(sample, parsed) if sample else ()
    parts, end = [], 0
    for start, stop in found:
        parts += [(sample[end:start], False), (sample[start:stop], True)]
        end = stop
    parts.append((sample[end:], False))
    return {
        "parsed": parsed,
        "means": query.explain(parsed),
        "sample": sample,
        "parts": parts,
        "matches": bool(sample) and query.brute(parsed, sample),
        "filtered": query.has_filters(parsed),
    }
