"""Leads: opportunities that somebody follows up. One that the playbook opens a case for becomes a lead by itself."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Membership
from hubbub.accounts.selectors import speaking_there
from hubbub.accounts.services import audit
from hubbub.care.core.amounts import amount_of
from hubbub.care.core.understanding import Kind
from hubbub.care.models import CaseRules, Entry, Lead, LeadEvent, LeadStage
from hubbub.care.services.cases.row import event, lock, store
from hubbub.infra import changes
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import figure, mark, say, speaking
from hubbub.kernel.text import clean

STAGES = ((mark("New"), ""), (mark("Talked"), ""), (mark("Offered"), ""), (mark("Won"), "won"), (mark("Lost"), "lost"))
"""The stages of a workspace that did not decide otherwise, each with how it ends a lead."""


def stages_of(workspace: int) -> list[LeadStage]:
    """Return the stages of a workspace, made when they are first needed; for this domain only."""
    found = list(LeadStage.objects.filter(workspace=workspace).order_by("place", "pk"))
    if found:
        return found
    with speaking_there(workspace):
        stages = [
            LeadStage(workspace_id=workspace, name=say(name), place=place, end=end)
            for place, (name, end) in enumerate(STAGES)
        ]
    LeadStage.objects.bulk_create(stages, ignore_conflicts=True)
    return list(LeadStage.objects.filter(workspace=workspace).order_by("place", "pk"))


def from_cases(workspace: int, cases: Iterable[Any], *, now: datetime) -> int:
    """Make leads of the opportunities among cases that were just opened; in the caller's transaction."""
    found = [each for each in cases if each.kind == Kind.OPPORTUNITY and not each.historical]
    if not found:
        return 0
    stage = stages_of(workspace)[0]
    posts = dict(
        Entry.objects.filter(case__in=[each.id for each in found], data__why="opened").values_list("case_id", "post_id")
    )
    currency = _currency(workspace)
    made = Lead.objects.bulk_create(
        Lead(
            workspace_id=workspace, case_id=each.id, post_id=posts.get(each.id),
            title=each.title or say("An opportunity"), who=each.who, stage=stage, currency=currency, made_at=now,
            changed_at=now,
        )
        for each in found
    )  # fmt: skip
    LeadEvent.objects.bulk_create(
        LeadEvent(lead=lead, at=now, name="Hubbub", text=say("An opportunity was heard.")) for lead in made
    )
    return len(made)


def _currency(workspace: int) -> str:
    found = CaseRules.objects.filter(workspace=workspace).values_list("currency", flat=True).first()
    return found or "EUR"


@transaction.atomic
def make(access: Access, number: int, *, now: datetime) -> int:
    """Make a case a lead, by hand; return the lead."""
    row = lock(access, number)
    if Lead.objects.filter(case=row).exists():
        raise Conflict(reason=say("Case {number} is a lead already.", number=number))
    stage = stages_of(access.workspace)[0]
    post = Entry.objects.filter(case=row, kind="post").order_by("at", "pk").values_list("post_id", flat=True).first()
    lead = Lead.objects.create(
        workspace_id=access.workspace, case=row, post_id=post, title=row.title or say("An opportunity"), who=row.who,
        owner_id=row.owner_id or access.person, stage=stage, currency=_currency(access.workspace),
        made_at=now, changed_at=now,
    )  # fmt: skip
    _note(access, lead, access.say("Made of case {number}.", number=number), now)
    event(access, row, now, access.say("{name} made it a lead.", name=access.name))
    store(access, row, row.value(), "lead made", now, lead=lead.pk)
    return lead.pk


@transaction.atomic
def change(access: Access, lead: int, *, now: datetime, **given: Any) -> None:
    """Change a lead: `stage`, `owner`, `title`, `value`, `currency`, `expected_on`; what is not given stays.

    Raises
    ------
    InvalidInput
        If an amount, a currency or a day is none.
    NotFound
        If the lead, the stage or the colleague is not there.
    """
    row = _lead(access, lead)
    before = _shown(row)
    if "stage" in given:
        stage = LeadStage.objects.filter(workspace_id=access.workspace, pk=given["stage"]).first()
        if stage is None:
            raise NotFound(what="stage", which=given["stage"])
        row.stage = stage
    if "owner" in given:
        row.owner_id = _colleague(access, given["owner"])
    if "title" in given:
        row.title = " ".join(clean(given["title"]).split())[:120]
        if not row.title:
            raise InvalidInput(reason="Give the lead a title.")
    if "value" in given:
        row.value = _amount(given["value"])
    if "currency" in given:
        row.currency = _three_letters(given["currency"])
    if "expected_on" in given:
        row.expected_on = _day(given["expected_on"])
    after = _shown(row)
    changed = {name: value for name, value in after.items() if before[name] != value}
    if not changed:
        return
    row.changed_at = now
    row.save()
    with speaking(access.language):
        told = " ".join(_told(name, before[name], value) for name, value in changed.items())
    _note(access, row, told[:300], now)
    audit(
        access, "lead changed", f"lead {row.pk}", now=now,
        before={name: before[name] for name in changed}, after=changed,
    )  # fmt: skip
    changes.record(access.workspace, "lead", row.pk, now=now)


@transaction.atomic
def remove(access: Access, lead: int, *, now: datetime) -> None:
    """It was no lead after all; its case stays."""
    row = _lead(access, lead)
    audit(access, "lead removed", f"lead {row.pk}", now=now, before=_shown(row))
    row.delete()
    changes.record(access.workspace, "lead", lead, now=now)


@transaction.atomic
def save_stages(access: Access, stages: Sequence[tuple[str, str]], *, currency: str, now: datetime) -> None:
    """Set the stages of leads in their order, each with how it ends a lead: won, lost or not.

    Raises
    ------
    Conflict
        If a stage that is left out still has leads.
    """
    access.require(Permission.WORKSPACE)
    names = [" ".join(clean(name).split()) for name, _ in stages]
    if not 2 <= len(names) <= 12 or len({name.casefold() for name in names}) < len(names):
        raise InvalidInput(reason="Give 2 to 12 stages, each with a name of its own.")
    if any(not name or len(name) > 40 for name in names):
        raise InvalidInput(reason="A stage has a name of at most 40 characters.")
    CaseRules.objects.update_or_create(workspace_id=access.workspace, defaults={"currency": _three_letters(currency)})
    known = {each.name: each for each in stages_of(access.workspace)}
    for place, (name, (_, end)) in enumerate(zip(names, stages, strict=True)):
        row = known.pop(name, None) or LeadStage(workspace_id=access.workspace, name=name)
        row.place, row.end = place, end if end in ("won", "lost") else ""
        row.save()
    for row in known.values():
        if row.leads.exists():
            raise Conflict(reason=say("{stage} still has leads. Move them to another stage first.", stage=row.name))
        row.delete()
    audit(access, "lead stages changed", access.workspace_name, now=now, after={"stages": names})
    changes.record(access.workspace, "lead", None, now=now)


_CHANGES = {  # what was set, changed, taken away
    "stage": ("", mark("Moved it from {before} to {after}."), ""),
    "owner": (
        mark("Gave it to {after}."),
        mark("Gave it to {after}; {before} had it."),
        mark("{before} has it no more."),
    ),
    "title": ("", mark("Called it “{after}”; it was “{before}”."), ""),
    "value": (
        mark("Set the value to {after}."),
        mark("Changed the value from {before} to {after}."),
        mark("Took the value of {before} away."),
    ),
    "currency": ("", mark("Changed the currency from {before} to {after}."), ""),
    "expected": (
        mark("Expects it on {after:%-d %B %Y}."),
        mark("Expects it on {after:%-d %B %Y}, no longer on {before:%-d %B %Y}."),
        mark("No longer expects it on {before:%-d %B %Y}."),
    ),
}


def _told(name: str, before: str, after: str) -> str:
    """Say what changed in a sentence, in the language spoken."""
    which = 2 if not after else 1 if before else 0
    facts: dict[str, object] = {"before": before, "after": after}
    if name == "expected":
        facts = {key: date.fromisoformat(str(day)) for key, day in facts.items() if day}
    elif name == "value":
        facts = {key: figure(Decimal(str(value)), ",.2f") for key, value in facts.items() if value}
    return say(_CHANGES[name][which], **facts)


def _lead(access: Access, lead: int) -> Lead:
    access.require(Permission.WORK)
    row = (
        Lead.objects.select_for_update(of=("self",))
        .select_related("stage", "owner")
        .filter(workspace_id=access.workspace, pk=lead)
        .first()
    )
    if row is None:
        raise NotFound(what="lead", which=lead)
    return row


def _shown(row: Lead) -> dict[str, str]:
    """Return what of a lead may change, in words."""
    return {
        "stage": row.stage.name,
        "owner": _name_of(row.owner_id),
        "title": row.title,
        "value": "" if row.value is None else f"{row.value:.2f}",
        "currency": row.currency,
        "expected": row.expected_on.isoformat() if row.expected_on else "",
    }


def _name_of(person: int | None) -> str:
    if person is None:
        return ""
    return Membership.objects.filter(person=person).values_list("person__name", flat=True).first() or ""


def _colleague(access: Access, person: int | None) -> int | None:
    if person is None:
        return None
    members = Membership.objects.filter(workspace_id=access.workspace, person_id=person).exclude(role="analyst")
    if not members.exists():
        raise NotFound(what="colleague", which=person)
    return person


def _amount(given: str | Decimal | None) -> Decimal | None:
    if given is None or not str(given).strip():
        return None
    amount = given if isinstance(given, Decimal) else amount_of(given, places=2)
    if amount is None or not amount.is_finite() or not 0 <= amount < Decimal("1e12"):
        raise InvalidInput(reason="The value is an amount, such as 1250.00.")
    return amount.quantize(Decimal("0.01"))


def _three_letters(given: str) -> str:
    code = given.strip().upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise InvalidInput(reason="A currency has three letters, such as EUR.")
    return code


def _day(given: str | date | None) -> date | None:
    if given is None or isinstance(given, date):
        return given
    if not given.strip():
        return None
    try:
        return date.fromisoformat(given.strip())
    except ValueError:
        raise InvalidInput(reason="The expected day is a date, such as 2026-11-30.") from None


def _note(access: Access, lead: Lead, text: str, now: datetime) -> None:
    LeadEvent.objects.create(lead=lead, at=now, name=access.name, text=text)
    changes.record(access.workspace, "lead", lead.pk, now=now)
