"""Service levels: opening hours, targets, and what is done before one is missed."""

import zoneinfo
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Permission
from hubbub.care import selectors as care
from hubbub.care.core.calendar import DAYS, SHORT_DAYS, Calendar, data_of
from hubbub.care.core.case import Priority
from hubbub.care.core.levels import (
    MOST_STEPS,
    SHIPPED_STEPS,
    CaseFacts,
    ClockKind,
    Do,
    Policy,
    length_words,
    minutes_of,
)
from hubbub.care.core.rating import OnBad
from hubbub.care.services import levels as services
from hubbub.care.services import ratings as rating_services
from hubbub.kernel.errors import NotFound
from hubbub.kernel.speech import mark, say
from hubbub.web.inbox.lists import QUEUES
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import number, save, text
from hubbub.web.templatetags.hubbub import CHANNELS, channel_name, percent, priority_name

PRIVATE = ("mail", "chat", "phone", "letter")
"""Channels on which people write in private."""

SEEN = {"": mark("Private and public"), "private": mark("Private only"), "public": mark("Public only")}
WHO = {"": mark("Anybody"), "known": mark("Known customers"), "listed": mark("Press or VIP")}
TIMES = {
    ClockKind.FIRST: mark("First reply"),
    ClockKind.NEXT: mark("Next reply"),
    ClockKind.RESOLUTION: mark("Resolution"),
}
LISTS = ("channels", "priorities", "queues", "teams")
SHARES = (0.5, 0.75, 0.9, 1.0)


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """What is to be done within which time, by whose hours, and what that means for a message."""
    return render(
        request,
        "settings/levels.html",
        {
            "section": "settings",
            "policies": [
                (line, _whom(line.policy, request), _times(line.policy)) for line in care.policies(request.access)
            ],
            "calendars": [(line, _week(line.calendar)) for line in care.calendars(request.access)],
            "paces": {
                name: length_words(span) for name, span in care.playbook(request.access.workspace).service_level.items()
            },
            "channels": {kind: say(words) for kind, (_, words) in CHANNELS.items()},
            **_preview(request),
        },
    )


def _preview(request: Request) -> dict[str, Any]:
    """When something that arrives then would be due."""
    zone = zoneinfo.ZoneInfo(request.access.timezone)
    local = now().astimezone(zone).replace(second=0, microsecond=0)
    with suppress(KeyError, ValueError):
        given = datetime.fromisoformat(request.GET["at"]).replace(tzinfo=zone)
        local = given if 2000 <= given.year < 2200 else local
    channel = request.GET.get("channel", "mail")
    channel = channel if channel in CHANNELS else "mail"
    levels = care.levels(request.access.workspace)
    facts = CaseFacts(channel, private=channel in PRIVATE)
    target = levels.target(facts, ClockKind.RESOLUTION)
    policy = levels.policy(facts)
    return {
        "arrives": local,
        "channel": channel,
        "fits": policy.name,
        "reply_due": levels.due(facts, local),
        "resolve_by": policy.add(local, target) if target is not None else None,
    }


def _whom(policy: Policy, request: Request) -> str:
    """For whom a policy counts, in words."""
    teams = {team.id: team.name for team in accounts.teams(request.access)}
    parts = [
        ", ".join(sorted(channel_name(each) for each in policy.channels)),
        ", ".join(priority_name(each) for each in sorted(policy.priorities)),
        ", ".join(say(QUEUES.get(each, (each,))[0]) for each in sorted(policy.queues)),
        ", ".join(teams.get(each, say("a team that is gone")) for each in sorted(policy.teams)),
        {None: "", True: say("private"), False: say("public")}[policy.private],
        say("known customers") if policy.known else "",
        say("press or VIP") if policy.listed else "",
    ]
    return " · ".join(filter(None, parts)) or say("Every case")


def _times(policy: Policy) -> list[tuple[str, str]]:
    return [(say(TIMES[kind]), length_words(policy.targets[kind])) for kind in ClockKind if kind in policy.targets]


def _week(calendar: Calendar) -> list[tuple[str, str]]:
    """A week's hours, with days that are alike put together."""
    found: list[list[str]] = []
    for day, hours in zip(SHORT_DAYS, data_of(calendar)["week"], strict=True):
        if found and found[-1][2] == hours:
            found[-1][1] = day
        else:
            found.append([day, day, hours])
    return [
        (say(a) if a == b else say("{first} to {last}", first=say(a), last=say(b)), hours or say("closed"))
        for a, b, hours in found
    ]


# Policies -------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@in_workspace
def policy(request: Request, policy: int | None = None) -> HttpResponse:
    """Make or change a policy."""
    request.access.require(Permission.PLAYBOOK)
    line = next((each for each in care.policies(request.access) if each.id == policy), None)
    if policy is not None and line is None:
        raise NotFound(what="policy", which=policy)
    teams = accounts.teams(request.access)
    moves = [
        (f"{Do.QUEUE.value}|{key}", say("move to the queue {queue}", queue=say(words[0])))
        for key, words in QUEUES.items()
    ]
    moves += [(f"{Do.TEAM.value}|{team.id}", say("give to the team {team}", team=team.name)) for team in teams]
    form = _given_policy(request) if request.method == "POST" else _policy_form(line.policy if line else None)
    context: dict[str, Any] = {
        "section": "settings",
        "policy": line,
        "form": form,
        "calendar": number(request, "calendar") if request.method == "POST" else line.calendar if line else None,
        "calendars": care.calendars(request.access),
        "channels": {kind: say(words) for kind, (_, words) in CHANNELS.items()},
        "priorities": [(str(each.value), priority_name(each)) for each in Priority],
        "queues": {key: say(words[0]) for key, words in QUEUES.items()},
        "teams": [(str(team.id), team.name) for team in teams],
        "seen": {value: say(words) for value, words in SEEN.items()},
        "who": {value: say(words) for value, words in WHO.items()},
        "times": [(kind.value, say(label)) for kind, label in TIMES.items()],
        "deeds": [*((do.value, say(do.value)) for do in (Do.OWNER, Do.LEADS, Do.RAISE)), *moves],
        "shares": [(f"{share:g}", _when(share)) for share in SHARES],
        "most_steps": MOST_STEPS,
    }
    if request.method != "POST" or text(request, "more"):  # one more row: nothing is kept yet
        return render(request, "settings/policy.html", context)
    return save(
        request,
        "settings/policy.html",
        context,
        lambda: services.save_policy(
            request.access,
            _policy_data(request, form),
            calendar=number(request, "calendar"),
            policy=policy,
            now=now(),
        ),
        then="levels",
        said=say("Saved. Clocks that run are aimed anew; what is measured already stays."),
    )


def _when(share: float) -> str:
    if share == 1:
        return say("When it is late")
    return say("When {share} of the time has passed", share=percent(share))


def _given_policy(request: Request) -> dict[str, Any]:
    """The form as it was sent."""
    return {
        "name": text(request, "name"),
        **{name: list(filter(None, request.POST.getlist(name))) for name in LISTS},
        "seen": text(request, "seen"),
        "who": text(request, "who"),
        **{kind.value: text(request, kind.value) for kind in ClockKind},
        "steps": _steps(
            list(zip(request.POST.getlist("share"), request.POST.getlist("do"), strict=False)), text(request, "more")
        ),
    }


def _policy_form(policy: Policy | None) -> dict[str, Any]:
    """A policy as its form shows it."""
    shown = policy or Policy("", steps=SHIPPED_STEPS)
    steps = [(f"{step.share:g}", f"{step.do.value}{f'|{step.to}' if step.to else ''}") for step in shown.steps]
    return {
        "name": shown.name,
        "channels": sorted(shown.channels),
        "priorities": [str(each) for each in sorted(shown.priorities)],
        "queues": sorted(shown.queues),
        "teams": [str(each) for each in sorted(shown.teams)],
        "seen": {None: "", True: "private", False: "public"}[shown.private],
        "who": "known" if shown.known else "listed" if shown.listed else "",
        **{kind.value: length_words(shown.targets.get(kind)) for kind in ClockKind},
        "steps": _steps(steps),
    }


def _steps(steps: list[tuple[str, str]], more: str = "") -> list[tuple[str, str]]:
    """The rows of an escalation: those that do something and an empty one; one more than there were where asked."""
    rows = steps if more else [step for step in steps if step[1]]
    return [*rows, ("0.75", "")][:MOST_STEPS]


def _policy_data(request: Request, form: dict[str, Any]) -> dict[str, Any]:
    """A policy's data from its form."""
    known = {f"{share:g}": share for share in SHARES}
    steps = [(known.get(share, 0.0), *deed.partition("|")) for share, deed in form["steps"] if deed]
    return {
        "name": form["name"],
        "channels": [each for each in form["channels"] if each in CHANNELS],
        "priorities": [int(each) for each in form["priorities"] if each in set("1234")],
        "queues": [each for each in form["queues"] if each in QUEUES],
        "teams": [int(each) for each in form["teams"] if each.isdecimal() and len(each) < 19],
        "private": {"private": True, "public": False}.get(form["seen"]),
        "known": True if form["who"] == "known" else None,
        "listed": True if form["who"] == "listed" else None,
        **{kind.value: minutes_of(form[kind.value], say(label)) for kind, label in TIMES.items()},
        "steps": [{"share": share, "do": do, "to": to} for share, do, _, to in steps],
    }


@require_POST
@in_workspace
def remove_policy(request: Request, policy: int) -> HttpResponse:
    """Remove a policy."""
    services.remove_policy(request.access, policy, now=now())
    return redirect("levels", slug=request.access.slug)


@require_POST
@in_workspace
def move_policy(request: Request, policy: int) -> HttpResponse:
    """Have it read earlier or later."""
    services.move_policy(request.access, policy, earlier=text(request, "to") == "earlier", now=now())
    return redirect("levels", slug=request.access.slug)


# Calendars ------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@in_workspace
def calendar(request: Request, calendar: int | None = None) -> HttpResponse:
    """Make or change opening hours."""
    request.access.require(Permission.PLAYBOOK)
    lines = care.calendars(request.access)
    line = next((each for each in lines if each.id == calendar), None)
    if calendar is not None and line is None:
        raise NotFound(what="calendar", which=calendar)
    if request.method == "POST":
        week = [text(request, f"day{day}") for day in range(7)]
        form = {**{name: text(request, name) for name in ("name", "zone", "special")}, "week": week}
        main = text(request, "main") == "yes"
    else:
        usual = {"name": "", "zone": request.access.timezone, "week": ["09:00–17:00"] * 5 + ["", ""], "special": ""}
        form, main = (data_of(line.calendar), line.main) if line else (usual, not lines)
    context = {
        "section": "settings",
        "calendar": line,
        "form": form,
        "main": main,
        "days": [(f"day{day}", say(DAYS[day]), hours) for day, hours in enumerate(form["week"])],
        "timezones": sorted(zoneinfo.available_timezones()),
    }
    if request.method != "POST":
        return render(request, "settings/calendar.html", context)
    return save(
        request,
        "settings/calendar.html",
        context,
        lambda: services.save_calendar(request.access, form, main=main, calendar=calendar, now=now()),
        then="levels",
        said=say("Saved."),
    )


@require_POST
@in_workspace
def remove_calendar(request: Request, calendar: int) -> HttpResponse:
    """Remove opening hours that nothing counts by."""
    services.remove_calendar(request.access, calendar, now=now())
    return redirect("levels", slug=request.access.slug)


# How satisfied people are ---------------------------------------------------
ON_BAD = {
    OnBad.NOTHING: mark("nothing more"),
    OnBad.TELL: mark("whoever resolved it is told"),
    OnBad.REOPEN: mark("the case is reopened, and whoever resolved it is told"),
}


@require_http_methods(["GET", "POST"])
@in_workspace
def rating(request: Request) -> HttpResponse:
    """Whether people are asked how satisfied they are, when, and in which words."""
    request.access.require(Permission.PLAYBOOK)
    if request.method == "POST":
        form: dict[str, Any] = {name: text(request, name) for name in ("delay", "ask", "question", "thanks", "on_bad")}
        form |= {"on": text(request, "on") == "yes", "channels": list(filter(None, request.POST.getlist("channels")))}
    else:
        rules = care.rating_rules(request.access.workspace)
        form = {
            "on": rules.on,
            "delay": length_words(timedelta(minutes=rules.delay_minutes)),
            "channels": sorted(rules.channels),
            "ask": rules.ask,
            "question": rules.question,
            "thanks": rules.thanks,
            "on_bad": rules.on_bad,
        }
    context = {
        "section": "settings",
        "form": form,
        "channels": {kind: say(words) for kind, (_, words) in CHANNELS.items()},
        "on_bad": {value: say(words) for value, words in ON_BAD.items()},
    }
    if request.method != "POST":
        return render(request, "settings/rating.html", context)
    return save(
        request,
        "settings/rating.html",
        context,
        lambda: rating_services.save_rules(
            request.access,
            {
                **{name: form[name] for name in ("on", "ask", "question", "thanks", "on_bad")},
                "channels": [each for each in form["channels"] if each in CHANNELS],
                "delay_minutes": minutes_of(form["delay"], say("Ask after")) or 0,
            },
            now=now(),
        ),
        then="levels",
        said=say("Saved."),
    )
