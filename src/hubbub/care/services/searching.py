"""The search index follows the cases: what changed is found under its new words a moment later.

It reads the change log, so that nothing else has to think of it, and notes in the same transaction how far it came.
A transaction may show its lines after younger ones did; lines of the last seconds are therefore looked for again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from hubbub.care.models import CaseRow, SearchState
from hubbub.care.selectors.words import words_of
from hubbub.infra.models import Change
from hubbub.infra.search import Index

CASES = Index("case")
LATE = timedelta(seconds=20)
"""No transaction that changes cases is open for longer."""
LINES = 2_000  # of the log that are read at once
AT_ONCE = 25  # nobody else can write on SQLite meanwhile


@dataclass(slots=True)
class Follower:
    """Keeps the index of cases up to date. One works at a time."""

    _seen: set[int] = field(default_factory=set)

    def round(self, now: datetime) -> int:
        """Put some cases that changed into the index, or some that are to be put in anew; return how many."""
        with transaction.atomic():
            state, _ = SearchState.objects.select_for_update().get_or_create(pk=1)
            self._notice_what_was_pruned(state)
            lines = list(
                Change.objects.filter(kind__in=("case", "imported"), id__gt=state.read_to)
                .order_by("id")
                .values_list("id", "subject", "data", "at")[: len(self._seen) + LINES]
            )
            fresh = [line for line in lines if line[0] not in self._seen]
            taken, cases = _some(fresh)
            if not cases and state.anew_below:
                rows = CaseRow.objects.filter(pk__lt=state.anew_below).order_by("-pk")
                cases = list(rows.values_list("pk", flat=True)[:AT_ONCE])
                state.anew_below = cases[-1] if cases else 0
            put(cases)
            self._seen.update(taken)
            left = min({line[0] for line in fresh} - set(taken), default=math.inf)
            state.read_to = max(
                (id_ for id_, _, _, at in lines if at < now - LATE and id_ < left), default=state.read_to
            )
            state.save()
            self._seen = {each for each in self._seen if each > state.read_to}
        return len(cases)

    @staticmethod
    def _notice_what_was_pruned(state: SearchState) -> None:
        """Begin anew where the log does not reach back to where the index stood."""
        first = Change.objects.order_by("id").values_list("id", flat=True).first()
        if first is not None and state.read_to < first - 1:
            state.read_to = first - 1
            state.anew_below = _above_all()


def _some(lines: Sequence[tuple[int, int | None, dict[str, list[int]], datetime]]) -> tuple[list[int], list[int]]:
    """Return the first lines that together name not too many cases, and these cases."""
    taken: list[int] = []
    cases: dict[int, None] = {}
    for id_, subject, data, _ in lines:
        if len(cases) >= AT_ONCE:
            break
        taken.append(id_)
        cases.update(dict.fromkeys([subject] if subject is not None else data.get("cases", ())))
    return taken, list(cases)


def put(cases: Sequence[int]) -> None:
    """Let cases be found by what is in them now. Part of the caller's transaction."""
    CASES.drop(cases)
    for owner, things in words_of(cases).items():
        CASES.put(owner, things)


def catch_up(now: datetime) -> int:
    """Put everything into the index that it has not seen; return how many cases that were."""
    follower, done = Follower(), 0
    while some := follower.round(now):
        done += some
    return done


@transaction.atomic
def make_anew() -> int:
    """Let the worker put every case into the index again; return how many there are."""
    state, _ = SearchState.objects.select_for_update().get_or_create(pk=1)
    state.anew_below = _above_all()
    state.save()
    return CaseRow.objects.count()


def _above_all() -> int:
    return (CaseRow.objects.aggregate(top=Max("pk"))["top"] or 0) + 1
