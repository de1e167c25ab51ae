"""How a workspace answers: its choices, its personas, and its canned replies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Membership, Team
from hubbub.accounts.services import audit
from hubbub.care.core.answering import Rules
from hubbub.care.core.canned import FIELDS, unknown
from hubbub.care.core.personas import Sign
from hubbub.care.models import AnswerRules, CannedReply, PersonaRow
from hubbub.care.selectors import answer_rules
from hubbub.channels import selectors as channels
from hubbub.kernel.errors import Conflict, InvalidInput, NotFound
from hubbub.kernel.speech import say


# The choices ----------------------------------------------------------------
@transaction.atomic
def change_answering(access: Access, rules: Rules, *, now: datetime) -> None:
    """Choose how the workspace answers."""
    access.require(Permission.WORKSPACE)
    rules.checked()
    before, after = msgspec.to_builtins(answer_rules(access.workspace)), msgspec.to_builtins(rules)
    if before == after:
        return
    AnswerRules.objects.update_or_create(workspace_id=access.workspace, defaults={"data": after})
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    audit(
        access, "answering changed", "answering", now=now,
        before={name: before.get(name) for name in changed}, after={name: after.get(name) for name in changed},
    )  # fmt: skip


# Personas -------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PersonaForm:
    """A persona as somebody fills it in."""

    name: str
    employer: str
    initials: str = ""
    sign: str = "initials"
    sign_private: str = "name"
    connections: tuple[int, ...] = ()
    default_for: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    approve: bool = False


@transaction.atomic
def save_persona(access: Access, form: PersonaForm, *, persona: int | None = None, now: datetime) -> int:
    """Make or change a persona."""
    access.require(Permission.WORKSPACE)
    name, employer = " ".join(form.name.split()), " ".join(form.employer.split())
    if not name or len(name) > 60:
        raise InvalidInput(reason="Give the persona a name of at most 60 characters.")
    if not employer or len(employer) > 60:
        raise InvalidInput(reason="Say for whom they work: a persona does not hide its employer.")
    initials = form.initials.strip() or "".join(part[0] for part in name.split())[:3].upper()
    if not initials.isalnum() or len(initials) > 4:
        raise InvalidInput(reason="Initials are at most four letters.")
    if form.sign not in set(Sign) or form.sign_private not in set(Sign):
        raise InvalidInput(reason="Choose how they sign: none, initials or name.")
    known = {int(each.id) for each in channels.connections(access)}
    members = set(Membership.objects.filter(workspace_id=access.workspace).values_list("person_id", flat=True))
    if {*form.connections, *form.default_for} - known or set(form.people) - members:
        raise InvalidInput(reason="Choose from the lists.")
    rows = PersonaRow.objects.select_for_update().filter(workspace_id=access.workspace)
    others = list(rows.exclude(pk=persona or 0))
    if any(each.name.casefold() == name.casefold() for each in others):
        raise Conflict(reason=say("There is a persona {name} already.", name=name))
    row = _persona(access, persona) if persona is not None else PersonaRow(workspace_id=access.workspace)
    before = {"name": row.name, "employer": row.employer, "people": row.people} if persona is not None else None
    row.name, row.employer, row.initials = name, employer, initials
    row.sign, row.sign_private, row.approve = form.sign, form.sign_private, form.approve
    row.connections, row.default_for, row.people = list(form.connections), list(form.default_for), list(form.people)
    row.save()
    _only_default(others, form.default_for)
    after = {"name": name, "employer": employer, "people": row.people}
    audit(access, "persona changed" if before else "persona made", name, now=now, before=before, after=after)
    return row.pk


def _only_default(others: Iterable[PersonaRow], taken: tuple[int, ...]) -> None:
    """A connection has one persona to begin with: it is no longer another's."""
    for other in others:
        left = [each for each in other.default_for if each not in taken]
        if left != other.default_for:
            other.default_for = left
            other.save(update_fields=["default_for"])


@transaction.atomic
def remove_persona(access: Access, persona: int, *, now: datetime) -> None:
    """Remove a persona; what was written as it keeps its name."""
    access.require(Permission.WORKSPACE)
    row = _persona(access, persona)
    audit(access, "persona removed", row.name, now=now, before={"employer": row.employer})
    row.delete()


def _persona(access: Access, persona: int) -> PersonaRow:
    row = PersonaRow.objects.select_for_update().filter(workspace_id=access.workspace, pk=persona).first()
    if row is None:
        raise NotFound(what="persona", which=persona)
    return row


# Canned replies -------------------------------------------------------------
@transaction.atomic
def save_canned(
    access: Access, *, canned: int | None = None, title: str, text: str, shortcut: str = "", folder: str = "",
    lang: str = "", team: int | None = None, now: datetime,
) -> int:  # fmt: skip
    """Make or change a canned reply."""
    access.require(Permission.CANNED)
    title, text, folder = " ".join(title.split()), text.strip(), " ".join(folder.split())
    shortcut, lang = shortcut.strip().removeprefix("/").casefold(), lang.strip().casefold()
    if not title or len(title) > 80:
        raise InvalidInput(reason="Give the reply a title of at most 80 characters.")
    if not text or len(text) > 5_000:
        raise InvalidInput(reason="Give the reply words, at most 5,000 characters.")
    if strange := unknown(text):
        fields = ", ".join(f"{{{each}}}" for each in FIELDS)
        raise InvalidInput(
            reason=say("Nobody can fill in {field}. There are {fields}.", field=f"{{{strange[0]}}}", fields=fields)
        )
    if len(shortcut) > 20 or len(folder) > 40 or len(lang) > 8 or any(map(str.isspace, shortcut)):
        raise InvalidInput(reason="A shortcut is one word of at most 20 characters, a folder’s name has at most 40.")
    if team is not None and not Team.objects.filter(workspace_id=access.workspace, pk=team).exists():
        raise NotFound(what="team", which=team)
    others = CannedReply.objects.filter(workspace_id=access.workspace).exclude(pk=canned or 0)
    if others.filter(title__iexact=title).exists():
        raise Conflict(reason=say("There is a reply {title} already.", title=title))
    if shortcut and (other := others.filter(shortcut=shortcut).first()):
        raise Conflict(
            reason=say("/{shortcut} is the shortcut of “{title}” already.", shortcut=shortcut, title=other.title)
        )
    row = _canned(access, canned) if canned is not None else CannedReply(workspace_id=access.workspace)
    before = {"title": row.title, "text": row.text} if canned is not None else None
    row.title, row.text, row.shortcut, row.folder, row.lang, row.team_id = title, text, shortcut, folder, lang, team
    row.save()
    after = {"title": title, "text": text}
    audit(access, "canned reply changed" if before else "canned reply made", title, now=now, before=before, after=after)
    return row.pk


@transaction.atomic
def remove_canned(access: Access, canned: int, *, now: datetime) -> None:
    """Remove a canned reply."""
    access.require(Permission.CANNED)
    row = _canned(access, canned)
    audit(access, "canned reply removed", row.title, now=now, before={"text": row.text})
    row.delete()


def _canned(access: Access, canned: int) -> CannedReply:
    row = CannedReply.objects.select_for_update().filter(workspace_id=access.workspace, pk=canned).first()
    if row is None:
        raise NotFound(what="canned reply", which=canned)
    return row
