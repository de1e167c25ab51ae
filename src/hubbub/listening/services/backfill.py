"""Writes about topics that look back."""

from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.kernel.ids import TopicId
from hubbub.listening import selectors
from hubbub.listening.core.baseline import Baseline
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.models import BackfillRow
from hubbub.listening.services import save_topic


@transaction.atomic
def ask(access: Access, topic: int, *, now: datetime) -> None:
    """Let a topic look back, from the beginning."""
    access.require(Permission.LISTEN)
    selectors.topic(access, topic)  # NotFound where there is none
    fresh = {"asked_at": now, "ended_at": None, "done": 0, "pieces": 0, "found": 0, "words": "", "covers_since": None}
    BackfillRow.objects.update_or_create(topic_id=topic, defaults=fresh)


@transaction.atomic
def save_topic_and_look_back(
    access: Access,
    *,
    topic: int | None = None,
    name: str,
    klass: TopicClass,
    text: str,
    enabled: bool = True,
    now: datetime,
) -> TopicId:
    """Make or change a topic as `save_topic` does, and let it look back."""
    saved = save_topic(access, topic=topic, name=name, klass=klass, text=text, enabled=enabled, now=now)
    ask(access, saved, now=now)
    return saved


def note_pieces(topic: int, pieces: int, covers_since: datetime | None) -> None:
    """Note how much there is to look through."""
    BackfillRow.objects.filter(topic_id=topic).update(pieces=pieces, covers_since=covers_since)


def note_progress(topic: int, done: int, found: int) -> None:
    """Note how far it is."""
    BackfillRow.objects.filter(topic_id=topic).update(done=done, found=found)


def ended(topic: int, found: Baseline | None, words: str, *, now: datetime) -> None:
    """Note that it is through, with the baseline; or what went wrong."""
    row = BackfillRow.objects.filter(topic_id=topic).first()
    if row is not None:
        row.ended_at, row.words = now, words[:500]
        row.baseline = found.as_facts() if found is not None else row.baseline
        row.save()
