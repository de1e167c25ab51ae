"""A dry run: what another playbook would have decided about what was heard, from the facts as they were then.

It goes in steps, each short, the newest decisions first: whoever looks at it asks for the next step. Nothing is
left running when they leave.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.facts import facts_kept
from hubbub.care.core.playbook import Playbook, Rule, read
from hubbub.care.core.playbook.rules import MUTED
from hubbub.care.models import DecisionRow, DryRun
from hubbub.care.selectors.playbooks import at_version
from hubbub.infra import db
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say

SPANS: Mapping[int, str] = {1: mark("the last day"), 7: mark("the last week"), 30: mark("the last 30 days")}
STEP = 5_000
"""Decisions a step: about half a second."""
MOST = 300_000
"""So many decisions are tried, the newest; a page says where there were more."""
SHOWN = 1_000
"""So many posts are listed that would be treated differently."""


@transaction.atomic
def start(access: Access, data: Mapping[str, Any], *, name: str, days: int, now: datetime) -> None:
    """Begin to try a playbook on the last days; one's last dry run makes room."""
    access.require(Permission.PLAYBOOK)
    if days not in SPANS:
        raise InvalidInput(reason=say("Try {spans}.", spans=", ".join(map(say, SPANS.values()))))
    read(data)
    since = now - timedelta(days=days)
    found = DecisionRow.objects.filter(workspace_id=access.workspace, at__range=(since, now))
    DryRun.objects.update_or_create(
        workspace_id=access.workspace,
        person_id=access.me,
        defaults={
            "name": name, "data": dict(data), "since": since, "until": now, "reached_at": now, "reached_id": 2**62,
            "total": found.count(), "done": 0, "tried": 0, "changed": 0, "counts": {}, "posts": [], "finished": False,
        },
    )  # fmt: skip
    go_on(access)


@transaction.atomic
def go_on(access: Access) -> None:
    """Try the next few thousand decisions."""
    access.require(Permission.PLAYBOOK)
    run = DryRun.objects.select_for_update().filter(workspace_id=access.workspace, person_id=access.me).first()
    if run is None or run.finished:
        return
    playbook, others = read(run.data), {}
    rows = list(db.rows(_left(access, run)[:STEP], ("id", "at", "rule", "facts", "playbook")))
    for key, at, rule, facts, version in rows:
        run.reached_at, run.reached_id, run.done = at, key, run.done + 1
        if facts is None:
            continue
        if version not in others:
            others[version] = at_version(access.workspace, version)
        run.tried += 1
        _compare(run, key, others[version], rule, playbook, facts)
    run.finished = len(rows) < STEP or run.done >= MOST
    run.save()


def _left(access: Access, run: DryRun) -> QuerySet[DecisionRow]:
    older = Q(at__lt=run.reached_at) | Q(at=run.reached_at, id__lt=run.reached_id)
    found = DecisionRow.objects.filter(older, workspace_id=access.workspace, at__gte=run.since, at__lte=run.reached_at)
    return found.order_by("-at", "-id")


def _compare(run: DryRun, key: int, was: Playbook, rule: str, playbook: Playbook, kept: Mapping[str, Any]) -> None:
    """Count one decision, and list it where it would be another."""
    facts = facts_kept(kept)
    old, new = rule_of(was, rule), playbook.treat(facts)
    if old is None or (_treated(old, was, facts) == _treated(new, playbook, facts)):
        return
    run.changed += 1
    pair = f"{old.decide}>{new.decide}"
    run.counts[pair] = run.counts.get(pair, 0) + 1
    if len(run.posts) < SHOWN:
        run.posts.append([key, new.id])


def _treated(rule: Rule, playbook: Playbook, facts: Any) -> tuple[object, ...]:
    return (rule.treatment, *(also.treatment for also in playbook.also(facts)))


def rule_of(playbook: Playbook, rule: str) -> Rule | None:
    """Return the rule that decided, None where it was none."""
    return MUTED if rule == MUTED.id else next((each for each in playbook.rules if each.id == rule), None)
