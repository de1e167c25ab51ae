"""Alerts and reports: what one is told of at once, and which pages come by mail."""

from datetime import time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hubbub.accounts.core.access import Permission
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.listening import selectors as listening
from hubbub.listening.core.alerts import (
    MINUTES,
    PAUSES,
    Alert,
    Kind,
    Quiet,
    Rule,
    checked_mails,
    checked_webhook,
)
from hubbub.listening.core.events import checked_accounts
from hubbub.listening.selectors import alerts as selectors
from hubbub.listening.selectors import reports
from hubbub.listening.services import alerts as services
from hubbub.web.request import Request, in_workspace, now, render
from hubbub.web.settings.forms import given, number, save, text

AROUND = timedelta(minutes=10)


def address_of(slug: str, alert: Alert) -> str:
    """Return where the posts behind an alert stand."""
    before = timedelta(minutes=alert.finding.minutes) if alert.finding.minutes else AROUND
    asked: dict[str, object] = {
        "since": (alert.at - before).isoformat(timespec="minutes"),
        "until": (alert.last_at + timedelta(minutes=1)).isoformat(timespec="minutes"),
    }
    if alert.kind is Kind.MOOD:
        asked["sentiment"] = -1
    if alert.kind.of_posts and alert.finding.first and alert.finding.posts == 1:
        asked["author"] = alert.finding.first.author
        asked["since"] = (alert.finding.first.said_at - AROUND).isoformat(timespec="minutes")
    return f"{reverse('topic-posts', args=(slug, alert.topic))}?{urlencode(asked)}"


@require_safe
@in_workspace
def index(request: Request) -> HttpResponse:
    """What was told of lately, the rules, and the pages that come by mail."""
    found = selectors.alerts(request.access, now())
    context = {
        "section": "topics",
        "tab": "alerts",
        "alerts": [(alert, address_of(request.access.slug, alert)) for alert in found],
        "on": sum(alert.on for alert in found),
        "rules": selectors.rules(request.access, now()),
        "reports": reports.reports(request.access),
    }
    return render(request, "listening/alerts.html", context)


@require_safe
@in_workspace
def strip(request: Request) -> HttpResponse:
    """The alerts somebody has not looked at, as the inbox shows them."""
    return render(request, "listening/alert_strip.html", {"fresh": True})


@require_POST
@in_workspace
def seen(request: Request) -> HttpResponse:
    """Somebody has looked at what there is."""
    services.saw(request.access, now=now())
    return render(request, "listening/alert_strip.html", {"fresh": True})


@require_http_methods(["GET", "POST"])
@in_workspace
def edit(request: Request, rule: int | None = None) -> HttpResponse:
    """Make or change a rule."""
    value = selectors.rule(request.access, rule) if rule is not None else None
    request.access.require(Permission.LISTEN)
    context = _context(request, value)
    if request.method != "POST":
        return render(request, "listening/alert_form.html", context)
    return save(
        request,
        "listening/alert_form.html",
        {**context, "form": given(request)},
        lambda: services.save_rule(request.access, _rule(request, rule), now=now()),
        then="alerts",
        said=say("Saved. It is looked for within a minute."),
    )


@require_POST
@in_workspace
def renew_key(request: Request, rule: int) -> HttpResponse:
    """Make the key of a rule's webhook anew, and show it this once."""
    key = services.renew_key(request.access, rule, now=now())
    context = _context(request, selectors.rule(request.access, rule))
    answer = render(request, "listening/alert_form.html", {**context, "key": key})
    answer["Cache-Control"] = "no-store"
    return answer


def _context(request: Request, value: Rule | None) -> dict[str, Any]:
    """What the form of a rule shows."""
    return {
        "section": "topics",
        "rule": value,
        "kinds": list(Kind),
        "minutes": MINUTES,
        "pauses": PAUSES,
        "topics": listening.topics(request.access),
        "form": _shown(request, value),
        "zone": request.access.timezone,
    }


def _shown(request: Request, rule: Rule | None) -> dict[str, Any]:
    """Return what the form shows before somebody changed it."""
    if rule is None:
        topic = request.GET.get("topic", "0")
        return {"kind": Kind.BURST.value, "topic": topic, "minutes": "60", "pause": "60", "inbox": "yes",
                "enabled": "yes", "quiet_since": "22:00", "quiet_until": "07:00"}  # fmt: skip
    return {
        "name": rule.name,
        "kind": rule.kind.value,
        "topic": str(rule.topic),
        "at_least": str(rule.at_least or ""),
        "minutes": str(rule.minutes),
        "who": "\n".join(f"@{each}" for each in rule.who),
        "inbox": "yes" if rule.inbox else "",
        "mails": "\n".join(rule.mails),
        "webhook": rule.webhook,
        "quiet": "yes" if rule.quiet else "",
        "quiet_since": f"{rule.quiet.since:%H:%M}" if rule.quiet else "22:00",
        "quiet_until": f"{rule.quiet.until:%H:%M}" if rule.quiet else "07:00",
        "pause": str(rule.pause // timedelta(minutes=1)),
        "enabled": "yes" if rule.enabled else "",
    }


def _rule(request: Request, rule: int | None) -> Rule:
    """Read the form; InvalidInput says what to mend."""
    if text(request, "kind") not in set(Kind):
        raise InvalidInput(reason="Choose what is looked for.")
    kind = Kind(text(request, "kind"))
    counted = kind in (Kind.VOLUME, Kind.MOOD)
    return Rule(
        id=rule or 0,
        workspace=request.access.workspace,
        name=text(request, "name"),
        kind=kind,
        topic=number(request, "topic") or 0,
        at_least=(number(request, "at_least") or 0) if counted or kind is Kind.REACH else 0,
        minutes=(number(request, "minutes") or 0) if counted else 30,
        who=checked_accounts(text(request, "who")) if kind is Kind.PERSON else (),
        inbox=text(request, "inbox") == "yes",
        mails=checked_mails(text(request, "mails")),
        webhook=checked_webhook(text(request, "webhook")),
        quiet=_quiet(request),
        pause=timedelta(minutes=number(request, "pause") or 0),
        enabled=rule is None or text(request, "enabled") == "yes",
    )


def _quiet(request: Request) -> Quiet | None:
    if text(request, "quiet") != "yes":
        return None
    try:
        return Quiet(time.fromisoformat(text(request, "quiet_since")), time.fromisoformat(text(request, "quiet_until")))
    except ValueError:
        raise InvalidInput(reason="Give the quiet hours as 22:00 and 07:00.") from None


@require_POST
@in_workspace
def remove(request: Request, rule: int) -> HttpResponse:
    """Look for this no longer."""
    return save(
        request,
        "listening/alerts.html",
        {"section": "topics", "tab": "alerts"},
        lambda: services.remove_rule(request.access, rule, now=now()),
        then="alerts",
        said=say("Removed."),
    )
