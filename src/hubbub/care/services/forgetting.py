"""What of cases nobody can use any more is forgotten: by what they were found as alike, and who read them."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from hubbub.care.core.case import Status
from hubbub.care.models import Likeness, ReadMark

KEPT: Final = timedelta(days=366)
"""Longer than a second voice or the usual of a storm is looked for, or anybody asks who read a closed case."""
AT_ONCE: Final = 1_000


def forget_likenesses(now: datetime) -> int:
    """Forget by what old complaints are found; what an open incident counts its voices by stays. Return how many."""
    old = Likeness.objects.filter(said_at__lt=now - KEPT)
    return _some_at_a_time(old.exclude(case__incident__open=True))


def forget_read_marks(now: datetime) -> int:
    """Forget who read cases that were closed long ago; return how many marks went."""
    return _some_at_a_time(ReadMark.objects.filter(at__lt=now - KEPT, case__status=Status.CLOSED))


def _some_at_a_time(rows: "QuerySet[Likeness] | QuerySet[ReadMark]") -> int:
    """Delete rows in many short transactions, so that others can write between."""
    done, after = 0, 0
    while keys := list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        after = keys[-1]
        done += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return done
