"""What the composer needs: the workspace's choices, personas, drafts, and replies that do not leave yet."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from django.db.models import QuerySet

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Membership, Team
from hubbub.care.core.answering import LIVE, Asked, Rules, approval_reason
from hubbub.care.core.guard import warnings
from hubbub.care.core.personas import Persona, Sign
from hubbub.care.core.tone import Draft as Words
from hubbub.care.core.tone import Looked, looked
from hubbub.care.core.views import CaseView, DraftView, Pending
from hubbub.care.models import AnswerRules, CaseRow, Draft, Entry, Owned, PendingReply, PersonaRow
from hubbub.care.selectors.rows import case_row
from hubbub.infra.memory import recall, remembered
from hubbub.kernel.details import File
from hubbub.kernel.errors import NotFound
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import say

MOST_DRAFTS = 200


@remembered
def answer_rules(workspace: int) -> Rules:
    """Return how a workspace answers."""
    row = AnswerRules.objects.filter(workspace_id=workspace).first()
    return row.value() if row is not None else Rules()


def personas(access: Access) -> tuple[Persona, ...]:
    """Return the named people the workspace writes as, by name."""
    access.require(Permission.READ)
    return _personas(access.workspace)


@remembered
def _personas(workspace: int) -> tuple[Persona, ...]:
    return tuple(map(_persona, PersonaRow.objects.filter(workspace_id=workspace).order_by("name")))


def persona(access: Access, which: int) -> Persona:
    """Return one of them."""
    row = PersonaRow.objects.filter(workspace_id=access.workspace, pk=which).first()
    if row is None:
        raise NotFound(what="persona", which=which)
    return _persona(row)


def _persona(row: PersonaRow) -> Persona:
    return Persona(
        row.pk,
        row.name,
        row.employer,
        row.initials,
        Sign(row.sign),
        Sign(row.sign_private),
        tuple(row.connections),
        tuple(row.default_for),
        tuple(row.people),
        row.approve,
    )


def first_name(row: CaseRow) -> str:
    """Return how the customer of a case is greeted; empty where no name is known."""
    account = row.account
    customer = account.customer if account is not None else None
    name = (customer.name if customer else "") or (account.name if account else "")
    first = name.strip().split(" ")[0]
    return first if first and first[0].isalpha() else ""


def words_of(rules: Rules, row: CaseRow, text: str, *, private: bool) -> Words:
    """Return a draft as the tone check list looks at it."""
    return Words(text, first_name(row), row.kind, row.lang, private, rules.words)


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What to think of before a draft is sent."""

    cautions: tuple[str, ...]
    tone: tuple[Looked, ...]


def looked_at(access: Access, number: int, text: str, *, private: bool) -> LookedAt:
    """Look at a draft as the guard and the tone check list do."""
    row, rules = case_row(access, number), answer_rules(access.workspace)
    cautions = () if private else tuple(each.advice for each in warnings(text))
    return LookedAt(cautions, looked(rules.checks, words_of(rules, row, text, private=private)))


def greeted(access: Access, number: int) -> str:
    """Return how the customer of a case is greeted; empty where no name is known."""
    return first_name(case_row(access, number))


def fields_about(access: Access, row: CaseRow) -> dict[str, str]:
    """Return what fields of canned words stand for in an answer to a case, whoever writes it, wherever it leaves."""
    return {
        "name": first_name(row),
        "brand": access.workspace_name,
        "case": str(row.number),
        "product": _only_product(row),
    }


def fields_of_case(access: Access, number: int) -> dict[str, str]:
    """Return what fields of canned words stand for in an answer to a case that a page shows."""
    return fields_about(access, case_row(access, number))


def _only_product(row: CaseRow) -> str:
    """Return the product that the customer of a case has, where it is one alone; empty where nobody can tell."""
    customer = row.account.customer_id if row.account is not None else None
    if customer is None:
        return ""
    found = list(Owned.objects.filter(customer=customer).values_list("product", flat=True).distinct()[:2])
    return found[0] if len(found) == 1 else ""


@dataclass(frozen=True, slots=True)
class Composing:
    """What the composer of a case shows beside the ways to answer."""

    rules: Rules
    personas: tuple[Persona, ...]  # as whom one may write here
    begin_as: int | None
    approval: tuple[str, str]  # why a public and a private reply need it
    owner: str  # only they answer; empty: one may
    overrides: bool  # one may all the same
    drafts: tuple[DraftView, ...]
    names: tuple[str, ...]  # whom a note can name


def composing(access: Access, view: CaseView) -> Composing:
    """Return what the composer shows."""
    line, rules = view.line, answer_rules(access.workspace)
    ways = [each.connection for each in (view.public_way, view.private_way) if each.connection is not None]
    usable = tuple(each for each in personas(access) if any(each.may(person=access.me, connection=way) for way in ways))
    begin = next((each.id for each in usable if set(each.default_for) & set(ways)), None)
    asked = Asked(
        line.kind, line.queue, line.channel, private=False, by=access.me, asked_by_playbook=view.needs_approval
    )
    others = rules.owner_only and line.owner not in (None, access.person)
    return Composing(
        rules,
        usable,
        begin,
        (approval_reason(rules, asked), approval_reason(rules, replace(asked, private=True))),
        view.line.owner_name if others else "",
        access.may(Permission.APPROVE),
        drafts_on(access, view.line.number) if "drafts" in view.around else (),
        tuple(names_to_mention(access)),
    )


def undo_of(rules: Rules, channel: str) -> int:
    """Return for how many seconds a reply on a channel can be taken back."""
    return 0 if channel in LIVE else rules.undo_s


def drafts_on(access: Access, number: int) -> tuple[DraftView, ...]:
    """Return what somebody has written on a case and not sent."""
    rows = Draft.objects.filter(
        case__workspace_id=access.workspace, case__number=number, person_id=access.me
    ).select_related("case")
    return tuple(map(_draft, rows))


def drafts(access: Access) -> tuple[DraftView, ...]:
    """Return all that somebody has written and not sent, the newest first."""
    access.require(Permission.READ)
    rows = _own_drafts(access).select_related("case").order_by("-saved_at")[:MOST_DRAFTS]
    return tuple(map(_draft, rows))


def _own_drafts(access: Access) -> QuerySet[Draft]:
    return Draft.objects.filter(person_id=access.me, case__workspace_id=access.workspace).exclude(text="")


def _draft(row: Draft) -> DraftView:
    return DraftView(row.case.number, row.case.title, row.mode, row.text, row.version, row.saved_at, _files(row.files))


def drafting(access: Access, case_id: int) -> tuple[str, ...]:
    """Return which colleagues have a draft on a case, without what it says."""
    rows = Draft.objects.filter(case_id=case_id).exclude(person_id=access.me).exclude(text="").exclude(mode="note")
    return tuple(rows.order_by("person__name").values_list("person__name", flat=True).distinct())


def pending_on(access: Access, case_id: int) -> tuple[Pending, ...]:
    """Return the replies of a case that do not leave yet."""
    rows = PendingReply.objects.filter(case_id=case_id, workspace_id=access.workspace)
    return _pending(access, rows.select_related("case", "persona").order_by("at"))


def pending(access: Access, state: str) -> tuple[Pending, ...]:
    """Return the replies that wait for approval, or for their time; what came back only to its author."""
    access.require(Permission.READ)
    rows = PendingReply.objects.filter(workspace_id=access.workspace, state=state)
    if state == "back":
        rows = rows.filter(person_id=access.me)
    order = "send_at" if state == "later" else "at"
    return _pending(access, rows.select_related("case", "persona").order_by(order, "pk")[:MOST_DRAFTS])


def pending_reply(access: Access, which: int) -> Pending:
    """Return one of them."""
    rows = PendingReply.objects.filter(workspace_id=access.workspace, pk=which).select_related("case", "persona")
    found = _pending(access, rows)
    if not found:
        raise NotFound(what="reply", which=which)
    return found[0]


def _pending(access: Access, rows: Iterable[PendingReply]) -> tuple[Pending, ...]:
    return tuple(
        Pending(
            id=row.pk,
            number=row.case.number,
            title=row.case.title,
            channel=row.case.channel,
            author=PersonId(row.person_id),
            name=row.name,
            mine=row.person_id == access.me,
            text=row.text,
            private=row.private,
            persona=_persona(row.persona).words if row.persona else "",
            state=row.state,
            why=row.why,
            at=row.at,
            send_at=row.send_at,
            hold=row.hold,
            approved_by=row.approved_name,
            files=_files(row.files),
        )
        for row in rows
    )


def waiting_counts(access: Access) -> tuple[int, int, int]:
    """Return how many replies wait for approval, how many for their time, and how many drafts one has."""
    rows = PendingReply.objects.filter(workspace_id=access.workspace)
    return (
        recall(access.workspace, "approval", lambda: rows.filter(state="approval")[:1000].count()),
        recall(access.workspace, "later", lambda: rows.filter(state="later")[:1000].count()),
        _own_drafts(access)[:1000].count() + rows.filter(state="back", person_id=access.me)[:1000].count(),
    )


def news_since(row: PendingReply) -> str:
    """Say who wrote in a case since a reply was written: the customer or a colleague; empty where nobody did."""
    newer = Entry.objects.filter(case_id=row.case_id, pk__gt=row.seen, kind__in=("post", "reply"))
    entry = newer.exclude(kind="reply", person_id=row.person_id).order_by("pk").first()
    if entry is None:
        return ""
    return say("{name} answered", name=entry.name) if entry.kind == "reply" else say("They wrote again")


def last_line(case_id: int) -> int:
    """Return the last line of a case's timeline."""
    return Entry.objects.filter(case_id=case_id).order_by("-pk").values_list("pk", flat=True).first() or 0


def names_to_mention(access: Access) -> dict[str, tuple[int, ...]]:
    """Return whom a note can name, with the people who are meant: a colleague, or a team's members."""
    access.require(Permission.READ)
    return _names_to_mention(access.workspace)


@remembered
def _names_to_mention(workspace: int) -> dict[str, tuple[int, ...]]:
    members = list(
        Membership.objects.filter(workspace_id=workspace)
        .order_by("person__name")
        .values_list("person_id", "person__name", "team_id")
    )
    teams = Team.objects.filter(workspace_id=workspace).order_by("name").values_list("pk", "name")
    found = {name: tuple(person for person, _, team in members if team == pk) for pk, name in teams}
    for person, name, _ in members:
        found[name] = (*found.get(name, ()), person)
    return found


def due_replies(now: datetime) -> list[int]:
    """Return the replies whose time has come, over all workspaces."""
    rows = PendingReply.objects.filter(state="later", send_at__lte=now).order_by("send_at")
    return list(rows.values_list("pk", flat=True)[:200])


def files_waiting() -> set[str]:
    """Return the keys of files that drafts and replies that do not leave yet carry."""
    carried = [*Draft.objects.exclude(files=[]).values_list("files", flat=True)]
    carried += PendingReply.objects.exclude(files=[]).values_list("files", flat=True)
    return {file["ref"] for files in carried for file in files}


def _files(data: object) -> tuple[File, ...]:
    return msgspec.convert(data, tuple[File, ...])
