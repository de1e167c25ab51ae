"""Reads of whole cases, one row each, so many at a time that memory stays small."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import F, Sum

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.case import Priority
from hubbub.care.core.export import COLUMNS, Value
from hubbub.care.core.filters import Filter
from hubbub.care.models import CaseRow, CaseTag, ClockRow, Contact, Field, FieldValue, Rating
from hubbub.care.selectors.lists import cases
from hubbub.listening.selectors import topic_names

AT_ONCE = 500
_OWN = (
    "id", "number", "opened_at", "channel", "private", "kind", "priority", "status", "owner__name", "team__name",
    "queue", "wrap_up__group__name", "wrap_up__name", "topic", "lang", "who", "title", "account__customer__name",
    "account__customer__reference", "first_replied_at", "last_outbound_at", "resolved_at", "due_at", "posts",
    "voices", "exposure", "rule", "rule_name", "problems", "incident__title",
)  # fmt: skip


def ids_of(access: Access, asked: Filter, now: datetime) -> Iterator[int]:
    """Return the ids of all cases of a list, in its order."""
    cursor = ""
    while True:
        page = cases(access, asked, now=now, cursor=cursor, limit=200)
        yield from (line.id for line in page.lines)
        cursor = page.next
        if not cursor:
            return


def columns_of(access: Access) -> dict[str, type]:
    """Return the columns of a workspace's files: those of all, and its own fields."""
    access.require(Permission.EXPORT)
    return {**COLUMNS, **{f"field: {name}": str for _, name in _fields(access)}}


def chunks(access: Access, ids: Iterable[int]) -> Iterator[list[list[Value]]]:
    """Return cases as rows of values, some at a time, in the order of their ids given."""
    access.require(Permission.EXPORT)
    fields, topics = _fields(access), topic_names(access.workspace)
    left = iter(ids)
    while some := list(islice(left, AT_ONCE)):
        yield _rows(access, some, fields, topics)


def _fields(access: Access) -> list[tuple[int, str]]:
    return list(Field.objects.filter(workspace_id=access.workspace).order_by("place", "id").values_list("pk", "name"))


def _rows(access: Access, ids: Sequence[int], fields: list[tuple[int, str]], topics: Any) -> list[list[Value]]:
    found = {row["id"]: row for row in CaseRow.objects.filter(workspace_id=access.workspace, pk__in=ids).values(*_OWN)}
    tags: defaultdict[int, list[str]] = defaultdict(list)
    answers: defaultdict[int, dict[int, str]] = defaultdict(dict)
    clocks: defaultdict[int, list[ClockRow]] = defaultdict(list)
    for case, name in CaseTag.objects.filter(case__in=found).order_by("tag__name").values_list("case_id", "tag__name"):
        tags[case].append(name)
    for case, field, value in FieldValue.objects.filter(case__in=found).values_list("case_id", "field_id", "value"):
        answers[case][field] = value
    ended = ClockRow.objects.filter(case__in=found, stopped_at__isnull=False).exclude(outcome="dropped")
    for clock in ended.order_by("id"):
        clocks[clock.case_id].append(clock)
    contacts = Contact.objects.filter(case__in=found, ended_at__isnull=False).values_list("case_id")
    handled = dict(contacts.annotate(s=Sum(F("worked_s") + F("wrap_s"))))
    scores = Rating.objects.filter(case__in=found, score__isnull=False).order_by("answered_at")
    rated = dict(scores.values_list("case_id", "score"))
    made: list[list[Value]] = []
    for case in ids:
        if (row := found.get(case)) is None:
            continue
        told: dict[str, Value] = {
            "number": row["number"], "opened_at": row["opened_at"], "time_zone": "UTC", "channel": row["channel"],
            "private": row["private"], "kind": row["kind"], "priority": Priority(row["priority"]).name.lower(),
            "status": row["status"], "owner": row["owner__name"], "team": row["team__name"], "queue": row["queue"],
            "tags": ", ".join(tags[case]), "wrap_up_group": row["wrap_up__group__name"],
            "wrap_up": row["wrap_up__name"], "topic": topics.get(row["topic"], ""), "language": row["lang"],
            "who": row["who"], "title": row["title"], "customer": row["account__customer__name"],
            "customer_reference": row["account__customer__reference"], "first_replied_at": row["first_replied_at"],
            "last_replied_at": row["last_outbound_at"], "resolved_at": row["resolved_at"], "due_at": row["due_at"],
            "handled_s": handled.get(case), "rating": rated.get(case), "posts": row["posts"],
            "voices": row["voices"], "exposure": row["exposure"], "rule": row["rule"],
            "rule_name": row["rule_name"], "problems": ", ".join(row["problems"]),
            "incident": row["incident__title"], **_waits(clocks[case]),
        }  # fmt: skip
        made.append([*(told.get(name) for name in COLUMNS), *(answers[case].get(pk) for pk, _ in fields)])
    return made


def _waits(clocks: Sequence[ClockRow]) -> dict[str, Value]:
    """Return what the clocks of one case tell: of first replies the first, of next ones the longest, the last end."""
    told: dict[str, Value] = {}
    for clock in clocks:
        assert clock.stopped_at is not None
        lasted = int((clock.stopped_at - clock.started_at).total_seconds())
        match clock.kind:
            case "first" if "first_reply_s" not in told:
                told |= {
                    "first_reply_s": lasted, "first_reply_open_s": clock.spent_s, "first_reply_level": clock.outcome,
                }  # fmt: skip
            case "next":
                longest = told.get("next_reply_longest_s")
                told["next_reply_longest_s"] = max(lasted, longest if isinstance(longest, int) else 0)
                if told.get("next_reply_level") != "breached":
                    told["next_reply_level"] = clock.outcome
            case "resolution":
                told |= {
                    "resolution_s": lasted, "resolution_open_s": clock.spent_s, "resolution_level": clock.outcome,
                    "replies": clock.replies,
                }  # fmt: skip
    return told
