"""One turn of triage: what waits is decided in one transaction, under a lock on the workspace.

So two processes never decide about one post, and the second voice never misses the first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from time import perf_counter
from typing import NamedTuple

from django.db import models, transaction

from hubbub.accounts.models import Workspace
from hubbub.care.core.close import CloseModel
from hubbub.care.core.reading import TextReading, read_texts, version_of
from hubbub.care.core.understanding import Understanding
from hubbub.care.models import CaseRow, SocialAccount
from hubbub.care.selectors import playbook
from hubbub.care.services.desk import UNDECIDED, Desk
from hubbub.care.services.triage.arrivals import Arrivals
from hubbub.care.services.triage.corrected import Corrected
from hubbub.care.services.triage.echoes import Echoes
from hubbub.care.services.triage.posts import Posts, Readings
from hubbub.care.services.triage.rulings import Rulings
from hubbub.care.services.triage.second_looks import SecondLooks
from hubbub.infra.failpoints import failpoint
from hubbub.kernel.speech import speaking
from hubbub.listening.core.post import HeardPost
from hubbub.listening.selectors import heard_posts, waiting
from hubbub.listening.services import read_otherwise, triaged


class Turn(NamedTuple):
    """What one turn of triage did."""

    posts: int
    held_s: float  # so long nobody else could write on SQLite


def triage(workspace: int, *, understanding: Understanding, now: datetime, limit: int = 100) -> int:
    """Assess and decide up to `limit` waiting posts of a workspace; return how many were done."""
    return turn(workspace, understanding=understanding, now=now, limit=limit).posts


def turn(workspace: int, *, understanding: Understanding, now: datetime, limit: int) -> Turn:
    """The same, for who cares how long others waited."""
    ids = waiting(workspace, limit)
    if not ids:
        return Turn(0, 0.0)
    closely = _read_closely(ids, understanding)
    with transaction.atomic():
        began = perf_counter()
        row = Workspace.objects.select_for_update(no_key=True).get(pk=workspace)
        posts = heard_posts(pk__among=frozenset(ids), pending=True)
        if posts:
            with speaking(row.language):  # what accounts weigh is said as they are loaded
                readings = _read(posts, understanding, closely)
                _decide(Desk(row, playbook(workspace), posts, now), readings, posts)
        failpoint("triage.in_transaction")
    failpoint("triage.committed")
    return Turn(len(posts), perf_counter() - began)


def _read_closely(ids: Sequence[int], understanding: Understanding) -> dict[str, TextReading]:
    """Return what is made of each wording where that takes a while: it is read before anything is locked."""
    if not isinstance(understanding, CloseModel):
        return {}
    unread = _unread(heard_posts(pk__among=frozenset(ids), pending=True), understanding)
    texts = list(dict.fromkeys(map(_their_words, unread)))
    return dict(zip(texts, read_texts(texts, understanding), strict=True))


def _read(posts: Sequence[HeardPost], understanding: Understanding, closely: Mapping[str, TextReading]) -> Readings:
    """Return what is made of each wording: as it was read when it was heard, else read now, and kept so."""
    unread = _unread(posts, understanding)
    left = [text for text in map(_their_words, unread) if text not in closely]
    known = dict(closely) | dict(zip(left, read_texts(left, understanding), strict=True))
    found = {post.id: known[_their_words(post)] for post in unread}
    read_otherwise({post.id: found[post.id].data() for post in unread if _differs(post, found[post.id])})
    return found | {post.id: TextReading.of_data(post.reading or ()) for post in posts if post.id not in found}


def _differs(post: HeardPost, reading: TextReading) -> bool:
    """Whether a post is read otherwise than when it was heard; what is kept of a call was read with our words."""
    before = TextReading.of_data(post.reading or ())
    return post.channel != "phone" and replace(before, version=reading.version) != reading


def _unread(posts: Sequence[HeardPost], understanding: Understanding) -> list[HeardPost]:
    version = version_of(understanding)
    return [post for post in posts if post.channel == "phone" or not post.reading or post.reading[0] != version]


def _their_words(post: HeardPost) -> str:
    """Return what the person said: of a call, what it is called stands first and is ours."""
    return post.text.partition("\n\n")[2] if post.channel == "phone" else post.text


def review(workspace: int, *, now: datetime) -> int:
    """End holds and review watches whose time has come; return how many."""
    with transaction.atomic():
        row = Workspace.objects.select_for_update(no_key=True).get(pk=workspace)
        ids = list(_due(now).filter(workspace_id=workspace).values_list("pk", flat=True)[:100])
        if ids:
            _look(Desk(row, playbook(workspace), [], now), ids)
    return len(ids)


def _look(desk: Desk, ids: Sequence[int]) -> None:
    looks = SecondLooks(Rulings(Posts(desk, {})))
    with speaking(desk.workspace.language):
        for case in desk.cases(ids):
            looks.time_has_come(case)
        desk.store()


def read_anew(workspace: Workspace, case: int, because: str, *, now: datetime) -> None:
    """Read a case again after somebody said what a post of it is; part of a transaction that locks the workspace."""
    desk = Desk(workspace, playbook(workspace.pk), [], now)
    corrected = Corrected(Arrivals(SecondLooks(Rulings(Posts(desk, {})))))
    with speaking(workspace.language):
        for each in desk.cases([case]):
            corrected.read_anew(each, because)
        desk.store()


def look_again(workspace: int, accounts: Sequence[int], *, now: datetime) -> None:
    """Decide anew about the unanswered cases in which some accounts spoke: what is known of them has changed."""
    row = Workspace.objects.select_for_update(no_key=True).get(pk=workspace)
    natives = SocialAccount.objects.filter(workspace_id=workspace, pk__in=accounts).values("native")
    held = CaseRow.objects.filter(workspace_id=workspace, status__in=UNDECIDED)
    ids = held.filter(entries__post__author__in=natives).distinct().values_list("pk", flat=True)[:100]
    desk = Desk(row, playbook(workspace), [], now)
    looks = SecondLooks(Rulings(Posts(desk, {})))
    with speaking(row.language):
        for case in desk.cases(list(ids)):
            if looks.undecided(case):
                looks.decide_again(case)
                desk.touch(case)
        desk.store()


def due_for_review(now: datetime) -> list[int]:
    """Return the workspaces in which a hold ends or a watch is to be reviewed."""
    return sorted(set(_due(now).values_list("workspace_id", flat=True)))


def _due(now: datetime) -> models.QuerySet[CaseRow]:
    held = models.Q(folder="held", not_before__lte=now)
    return CaseRow.objects.filter(held | models.Q(folder="watching", review_at__lte=now))


def _decide(desk: Desk, readings: Readings, posts: Sequence[HeardPost]) -> None:
    """Decide about each, in the order in which they were said, and write everything back."""
    looks = SecondLooks(Rulings(Posts(desk, readings)))
    arrivals, echoes = Arrivals(looks), Echoes(looks)
    for post in posts:
        if post.deleted_at is not None:
            echoes.deleted(post)
        elif post.ours:
            echoes.ours(post)
        else:
            arrivals.decide(post)
    desk.store()
    triaged([post.id for post in posts])
