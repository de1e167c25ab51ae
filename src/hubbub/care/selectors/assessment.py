"""How the post a case is shown by is read, and who said otherwise."""

from collections.abc import Mapping
from typing import Final

from hubbub.care.core.labels import BY_PEOPLE, CHOICES, NO_SEVERITY, What, verb_of
from hubbub.care.core.reading import TextReading
from hubbub.care.core.views import Choice, Read
from hubbub.care.models import CaseRow, Label
from hubbub.kernel.speech import mark, say
from hubbub.listening.models import Post

LABELS: Final = {
    What.KIND: mark("Kind"),
    What.SENTIMENT: mark("Sentiment"),
    What.SEVERITY: mark("Severity"),
    What.NEEDS: mark("Needs an answer"),
    What.ABOUT: mark("Addressed"),
}


def assessment(case: CaseRow, post: Post | None) -> tuple[Read, ...]:
    """Return how the post a case is shown by is read, where its row is not at hand, too; for this domain only.

    Nothing where its words are gone.
    """
    if post is None and case.lead:
        post = Post.objects.filter(pk=case.lead).only("reading", "corrected", "deleted_at").first()
    if post is None or post.deleted_at or not (post.reading or post.corrected):
        return ()
    said = {each.what: each for each in Label.objects.filter(post=post, undone_at=None)}
    values = _values(TextReading.of_data(post.reading or ()), post.corrected or {}, case)
    return tuple(_read(what, *values[what], said.get(what)) for what in BY_PEOPLE)


def _values(
    reading: TextReading, corrected: Mapping[str, str], case: CaseRow
) -> Mapping[What, tuple[str, float | None]]:
    now, asks = reading.as_said(corrected), reading.attention
    needs = corrected.get(What.NEEDS) or ("yes" if asks >= 0.5 else "no")
    return {
        What.KIND: (case.kind, case.kind_p),
        What.SENTIMENT: (now.feeling.value, max(now.sentiment)),
        What.SEVERITY: (next(iter(now.severities), NO_SEVERITY), None),
        What.NEEDS: (needs, asks if needs == "yes" else 1 - asks),
        What.ABOUT: (case.about, None),
    }


def _read(what: What, value: str, likely: float | None, label: Label | None) -> Read:
    return Read(
        what=what.value,
        label=say(LABELS[what]),
        verb=verb_of(what),
        value=value,
        words=say(value if what in (What.KIND, What.NEEDS) else CHOICES[what][value]),
        likely=None if label else likely,
        by=label.name if label else "",
        said=label.pk if label else None,
        choices=tuple(Choice(each, say(words), each == value) for each, words in CHOICES[what].items()),
    )
