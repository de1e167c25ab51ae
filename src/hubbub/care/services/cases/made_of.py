"""The articles that a reply was made of."""

from datetime import datetime

from hubbub.care.core.knowledge.article import is_as_it_was, is_in
from hubbub.care.models import ArticleUse, CaseRow, Entry
from hubbub.care.selectors.knowledge import live_words


def articles_used(row: CaseRow, entry: Entry, text: str, now: datetime) -> None:
    """Count the articles that a reply was made of, in its transaction. For this domain only."""
    for use in ArticleUse.objects.filter(case=row, inserted_at__isnull=False, entry=None).select_related("article"):
        if use.article.live is not None and is_in(answer := live_words(use.article).answer, text):
            use.entry, use.sent_at, use.edited = entry, now, not is_as_it_was(answer, text)
            use.save()
