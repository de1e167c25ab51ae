"""Erasure of a person from cases: what was done for them stays, who they were and what they said does not."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from hubbub.accounts.services import hush_audit
from hubbub.care.models import (
    Article,
    CallBack,
    CaseRow,
    Customer,
    DecisionRow,
    Doing,
    Draft,
    Entry,
    FieldValue,
    Incident,
    IncidentEvent,
    IncidentMessage,
    IncidentNote,
    Label,
    Lead,
    LeadEvent,
    Likeness,
    Notice,
    PendingReply,
    Rating,
    Review,
    SocialAccount,
)
from hubbub.care.selectors.lists import CASES
from hubbub.care.services import clocks
from hubbub.care.services.customers.rows import CUSTOMERS
from hubbub.care.services.people_lists import forget_member
from hubbub.infra import changes, outbox
from hubbub.kernel.speech import mark, say
from hubbub.kernel.text import naming

SOMEBODY = mark("somebody")
ERASED = mark("Erased on request")
LEAST_NAME = 3  # characters of a name that is looked for in other words


def forget_account(
    workspace: int, channel: str, native: str, names: Iterable[str], posts: Iterable[int], *, now: datetime
) -> frozenset[int]:
    """Take an account out of a workspace's cases; return which of its posts cases show. Part of a larger transaction.

    Parameters
    ----------
    names : its handle and name, which with the first name are also taken out of replies, notes and events of cases
        it spoke in
    posts : what it said

    Raises
    ------
    Conflict
        If an answer to it is being sent just now.
    """
    posts, names = list(posts), list(names)
    account = SocialAccount.objects.filter(workspace_id=workspace, channel=channel, native=native).first()
    rows = CaseRow.objects.select_for_update(of=("self",)).filter(workspace_id=workspace)
    own = list(rows.filter(account=account)) if account is not None else []
    numbers = set(CallBack.objects.filter(case__in=own).values_list("number", flat=True))
    for case in own:
        outbox.forget(workspace, case.pk, now=now)
        _blank(case, now)
    shown = dict(Entry.objects.filter(post__in=posts).values_list("post_id", "case_id"))
    told = numbers | {part for name in names for part in (name, name.split(" ")[0]) if len(part) >= LEAST_NAME}
    for number in {case.pk for case in own} | set(shown.values()):
        _hush(number, told)
        Notice.objects.filter(case_id=number).delete()
        changes.record(workspace, "case", number, now=now)
        CASES.drop([number])  # at once; what is left of it is put in again
    DecisionRow.objects.filter(Q(post__in=posts) | Q(case__in=own)).update(reasons=[], facts=None)
    _hush_round(workspace, {case.pk for case in own} | set(shown.values()), told)
    hush_audit(workspace, numbers | {name for name in names if len(name) >= LEAST_NAME}, now=now)
    Label.objects.filter(post__in=posts).delete()
    _forget_labels(workspace, {name for name in names if len(name) >= LEAST_NAME})
    forget_member(workspace, channel, (native, account.handle if account is not None else ""))
    if account is not None:
        customer = account.customer
        account.delete()
        if customer is not None and not customer.accounts.exists():
            CUSTOMERS.drop([customer.pk])
            customer.delete()
    return frozenset(shown)


def forget_customer(workspace: int, customer: int) -> None:
    """Take a customer with all that is noted of them: accounts that never spoke, products, permissions, matches.

    Part of a larger transaction.
    """
    row = Customer.objects.filter(workspace_id=workspace, pk=customer).first()
    CUSTOMERS.drop([customer])
    if row is not None:
        row.accounts.all().delete()
        row.delete()


def _blank(case: CaseRow, now: datetime) -> None:
    """Take from a case what it shows of its person; nothing is left to be answered."""
    if not case.value().status.ended:
        case.take(case.value().close(now))
    case.who = case.title = say(ERASED)
    case.excerpt = ""
    case.reasons, case.advice, case.alert, case.parked_for = [], [], False, ""
    clocks.save(case, now)
    CallBack.objects.filter(case=case).delete()
    Rating.objects.filter(case=case).update(comment="", ask_at=None)
    Likeness.objects.filter(case=case).delete()
    Lead.objects.filter(case=case).update(title=say(ERASED), who="")
    FieldValue.objects.filter(case=case).delete()
    Draft.objects.filter(case=case).delete()
    Article.objects.filter(case=case).update(taken=[])
    PendingReply.objects.filter(case=case).delete()
    for entry in Entry.objects.filter(case=case, kind="reply", data__files__0__isnull=False):
        entry.data = {**entry.data, "files": []}
        entry.save(update_fields=["data"])


def _forget_labels(workspace: int, names: Iterable[str]) -> None:
    """Remove the labels from files whose texts name somebody; who wrote them no file tells."""
    for name in names:
        named = naming([name])
        found = Label.objects.filter(workspace_id=workspace, source="file", text__icontains=name)
        gone = [pk for pk, text in found.values_list("pk", "text") if named.search(text)]
        Label.objects.filter(pk__among=gone).delete()


def _hush(case: int, names: Iterable[str]) -> None:
    """Let replies, notes and events of a case name nobody."""
    if names:
        _hush_texts(Entry.objects.filter(case_id=case), ("text",), naming(names))


def _hush_round(workspace: int, cases: set[int], names: Iterable[str]) -> None:
    """Let what was written about some cases name nobody either; what was done to them can't be undone any more."""
    doings = Doing.objects.filter(workspace_id=workspace).values_list("pk", "cases")
    Doing.objects.filter(pk__in=[pk for pk, done_to in doings if not cases.isdisjoint(done_to)]).delete()
    if not names:
        return
    named = naming(names)
    incidents = Incident.objects.filter(workspace_id=workspace, members__in=cases).distinct()
    _hush_texts(incidents, ("title", "holding", "offer", "feedback"), named)
    _hush_texts(IncidentNote.objects.filter(incident__in=incidents), ("text",), named)
    _hush_texts(IncidentEvent.objects.filter(incident__in=incidents), ("text",), named)
    _hush_texts(IncidentMessage.objects.filter(incident__in=incidents), ("text",), named)
    _hush_texts(LeadEvent.objects.filter(lead__case__in=cases), ("text",), named)
    _hush_texts(Review.objects.filter(case__in=cases), ("coaching", "comment"), named)


def _hush_texts(rows: QuerySet[Any], columns: Sequence[str], named: re.Pattern[str]) -> None:
    for row in rows:
        before = [getattr(row, column) for column in columns]
        after = [named.sub(say(SOMEBODY), text) for text in before]
        if after != before:
            for column, text in zip(columns, after, strict=True):
                setattr(row, column, text)
            row.save(update_fields=list(columns))
