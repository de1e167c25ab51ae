"""The queues that people are planned for: their list, the form of one, and those that the desk has already."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.calendar import DAYS
from hubbub.care.selectors import calls
from hubbub.channels import selectors as channels
from hubbub.kernel.errors import HubbubError, InvalidInput, NotAllowed, NotFound
from hubbub.kernel.speech import say, say_many
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import text
from hubbub.web.templatetags.hubbub import channel_name
from hubbub.web.workforce.standing import target
from hubbub.workforce.core.plan.queue import Kind, Queue, Way, usual
from hubbub.workforce.core.plan.written import (
    hours_of,
    hours_words,
    length_words,
    number_of,
    number_words,
    seconds_of,
    share_of,
    share_words,
)
from hubbub.workforce.selectors import queues as selectors
from hubbub.workforce.services import queues as services

HEARD = timedelta(days=60)
ALL_CALLS = "*"
OWN_KIND = {"mail": Kind.MAIL, "chat": Kind.CHAT, "letter": Kind.LETTERS}
"""What comes by a channel; by all others it is social."""
NOT_FED = ("phone", "file", "generic")
"""Channels without cases of their own to be planned for: calls are counted as calls, files came once."""


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """All queues, how much is known of each, and the rules of the place."""
    return render(request, "workforce/setup/index.html", _index(request))


def _index(request: Request) -> dict[str, Any]:
    lines = selectors.queues(request.access)
    known = [each.queue for each in lines]
    new = [each for each in found(request.access) if not _planned(each, known)]
    return {
        "section": "staffing",
        "lines": [(each, target(each.queue), feeds_words(each.queue)) for each in lines],
        "rules": selectors.rules(request.access),
        "found": [(each, feeds_words(each)) for each in new],
    }


def feeds_words(queue: Queue) -> str:
    """What feeds a queue, in words."""
    if queue.calls == ALL_CALLS:
        return say("all calls")
    if queue.calls:
        return say("calls of {queue}", queue=queue.calls)
    return ", ".join(map(channel_name, queue.channels)) or say("what is imported")


# What the desk has already ---------------------------------------------------
def found(access: Access) -> list[Queue]:
    """Return queues as the desk would have them: of call records, and of the channels that are connected."""
    heard = calls.call_queues(access, now() - HEARD)
    made = [_of_calls(name, name) for name in heard]
    if not heard and calls.call_counts(access, now() - HEARD, now()).offered:
        made.append(_of_calls(Kind.PHONE.label, ALL_CALLS))
    by_kind: dict[Kind, set[str]] = {}
    for each in _connected(access):
        by_kind.setdefault(OWN_KIND.get(each, Kind.SOCIAL), set()).add(each)
    made += [
        Queue(**{**_fields(usual(kind)), "channels": tuple(sorted(by_kind[kind]))}) for kind in Kind if kind in by_kind
    ]
    return made


def _of_calls(name: str, fed_by: str) -> Queue:
    return Queue(**{**_fields(usual(Kind.PHONE, name[:60])), "calls": fed_by})


def _connected(access: Access) -> set[str]:
    return {each.connector for each in channels.connections(access)} - set(NOT_FED)


def _planned(one: Queue, known: list[Queue]) -> bool:
    """Say whether a queue has the name already, or what feeds it feeds another."""
    fed = {each.calls for each in known if each.calls}, {way for each in known for way in each.channels}
    same = any(each.name.casefold() == one.name.casefold() for each in known)
    return same or bool(one.calls and fed[0] & {one.calls, ALL_CALLS}) or bool(set(one.channels) & fed[1])


@require_POST
@in_workspace
def make_found(request: Request) -> HttpResponse:
    """Make queues of what the desk has."""
    wanted = set(request.POST.getlist("name"))
    chosen = [_fields(each) for each in found(request.access) if each.name in wanted]
    if not chosen:
        request.access.require(Permission.PLAN)
        raise InvalidInput(reason=say("Choose at least one of them."))
    made = services.make_queues(request.access, chosen, now=now())
    messages.success(request, say_many("{number} queue made.", "{number} queues made.", len(made)))
    return redirect("staffing-setup", slug=request.access.slug)


def _fields(queue: Queue) -> dict[str, Any]:
    return {name: getattr(queue, name) for name in Queue.__slots__}


# One queue -------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, queue: int | None = None) -> HttpResponse:
    """Make or change a queue."""
    request.access.require(Permission.PLAN)
    line = selectors.queue(request.access, queue) if queue is not None else None
    kind = _kind(request, line.queue.kind if line else Kind.PHONE)
    if request.method != "POST":
        value = line.queue if line and line.queue.kind is kind else usual(kind)
        name = line.queue.name if line else ""
        return render(
            request, "workforce/setup/queue.html", _form(request, line, kind, {**_shown(value), "name": name})
        )
    try:
        services.save_queue(request.access, _read(request, kind), queue=queue, now=now())
    except (NotAllowed, NotFound):
        raise
    except HubbubError as error:
        given = {**_shown(usual(kind)), **{name: text(request, name) for name in request.POST}}
        given["channels"] = request.POST.getlist("channels")
        given["week"] = [text(request, f"day{day}") for day in range(7)]
        shown = {**_form(request, line, kind, given), "error": error}
        return render(request, "workforce/setup/queue.html", shown, status=error.status)
    messages.success(request, say("Saved."))
    return redirect("staffing-setup", slug=request.access.slug)


def _kind(request: Request, otherwise: Kind) -> Kind:
    given = request.POST.get("kind") or request.GET.get("kind", "")
    return Kind(given) if given in set(Kind) else otherwise


def _shown(queue: Queue) -> dict[str, Any]:
    """A queue as the form writes it."""
    return {
        "name": queue.name,
        "skill": queue.skill,
        "calls": queue.calls,
        "channels": list(queue.channels),
        "level": share_words(queue.level),
        "within": length_words(queue.within_s),
        "wait": length_words(queue.average_wait_s),
        "gives_up": share_words(queue.gives_up),
        "occupancy": share_words(queue.occupancy),
        "handling": length_words(queue.handling_s),
        "patience": length_words(queue.patience_s),
        "at_once": str(queue.at_once),
        "slows": share_words(queue.slows),
        "branching": number_words(queue.branching) if queue.branching is not None else "",
        "week": [hours_words(each) for each in queue.week] or [""] * 7,
        "client": queue.client,
        "conversion": share_words(queue.conversion) if queue.conversion else "",
        "sale_value": number_words(queue.sale_value),
        "margin": share_words(queue.margin) if queue.margin else "",
    }


def _read(request: Request, kind: Kind) -> dict[str, Any]:
    """What the form says, as `queue_of` reads it."""
    week = [hours_of(text(request, f"day{day}"), say(DAYS[day])) for day in range(7)]
    at_once = number_of(text(request, "at_once"), say("Chats at once"))
    read: dict[str, Any] = {
        "kind": kind.value,
        "name": text(request, "name"),
        "skill": text(request, "skill"),
        "level": share_of(text(request, "level"), say("Answer")),
        "within_s": seconds_of(text(request, "within"), say("Within")),
        "handling_s": seconds_of(text(request, "handling"), say("Handling time")),
        "week": week if any(week) else (),
        "client": text(request, "client"),
        "conversion": share_of(text(request, "conversion"), say("Conversion")),
        "sale_value": number_of(text(request, "sale_value"), say("Value of a sale")),
        "margin": share_of(text(request, "margin"), say("Margin")),
    }
    if kind is Kind.PHONE:
        read |= {
            "calls": text(request, "calls"),
            "average_wait_s": seconds_of(text(request, "wait"), say("Average wait")),
            "gives_up": share_of(text(request, "gives_up"), say("Give up")),
            "occupancy": share_of(text(request, "occupancy"), say("Occupancy")),
            "patience_s": seconds_of(text(request, "patience"), say("Patience")),
        }
        return read
    read["channels"] = [each for each in request.POST.getlist("channels") if each in _offered(request, ())]
    if kind is Kind.CHAT:
        read |= {
            "at_once": None if at_once is None else int(at_once),
            "slows": share_of(text(request, "slows"), say("Each further chat slows one down by")),
        }
    else:
        read["branching"] = number_of(text(request, "branching"), say("Each calls forth"))
    return read


def _offered(request: Request, chosen: Any) -> list[str]:
    return sorted((_connected(request.access) | {"letter"} | set(chosen)) - set(NOT_FED), key=channel_name)


def _form(request: Request, line: Any, kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    heard = calls.call_queues(request.access, now() - HEARD)
    fed_by = [("", say("nothing: what came is imported")), (ALL_CALLS, say("all calls"))]
    fed_by += [(name, say("calls of {queue}", queue=name)) for name in dict.fromkeys((*heard, given["calls"]))
               if name not in ("", ALL_CALLS)]  # fmt: skip
    return {
        "section": "staffing",
        "line": line,
        "kind": kind,
        "kinds": list(Kind),
        "now_way": kind.way is Way.NOW,
        "chat": kind.way is Way.AT_ONCE,
        "later": kind.way is Way.LATER,
        "form": given,
        "fed_by": fed_by,
        "channels": [(each, channel_name(each)) for each in _offered(request, given["channels"])],
        "days": [(f"day{day}", say(DAYS[day]), hours) for day, hours in enumerate(given["week"])],
        "rules": selectors.rules(request.access),
        "skills": list(dict.fromkeys(each.queue.needs for each in selectors.queues(request.access))),
    }


@require_POST
@in_workspace
def remove(request: Request, queue: int) -> HttpResponse:
    """Remove a queue with all that came to it."""
    services.remove_queue(request.access, queue, now=now())
    messages.success(request, say("The queue is removed."))
    return redirect("staffing-setup", slug=request.access.slug)


@require_POST
@in_workspace
def move(request: Request, queue: int) -> HttpResponse:
    """Have it stand one place earlier or later."""
    services.move_queue(request.access, queue, earlier=text(request, "to") == "earlier", now=now())
    return redirect("staffing-setup", slug=request.access.slug)


@require_POST
@in_workspace
def forget(request: Request, queue: int) -> HttpResponse:
    """Remove what came to a queue."""
    gone = services.forget_history(request.access, queue, now=now())
    messages.success(request, say_many("{number} day is removed.", "{number:,} days are removed.", gone))
    return redirect("planned-queue", slug=request.access.slug, queue=queue)
