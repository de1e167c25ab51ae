"""What came of articles: suggested, put into an answer, sent with it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.core.knowledge.article import Words
from hubbub.care.core.reading import TextReading
from hubbub.care.models import Article, ArticleUse, CaseRow, Entry
from hubbub.care.selectors.knowledge import SETTLED, live_words
from hubbub.care.services.cases.row import lock
from hubbub.kernel.errors import NotFound

AT_ONCE = 500


def shown(access: Access, case: int, articles: Iterable[int], *, now: datetime) -> None:
    """Count that articles were suggested in a case, each once, to somebody who could use them."""
    if not access.may(Permission.WORK):
        return
    wanted = set(articles)
    known = ArticleUse.objects.filter(case=case, article__in=wanted) if wanted else ()
    new = wanted - {each.article_id for each in known if each.shown_at}
    if new:
        ArticleUse.objects.bulk_create(
            [ArticleUse(article_id=each, case_id=case, shown_at=now) for each in sorted(new)], ignore_conflicts=True
        )
        ArticleUse.objects.filter(case=case, article__in=new, shown_at__isnull=True).update(shown_at=now)


@transaction.atomic
def insert(access: Access, number: int, article: int, *, now: datetime) -> Words:
    """Return the published words of an article for an answer in a case, and count it."""
    row = lock(access, number)
    found = Article.objects.filter(workspace_id=access.workspace, pk=article, live__isnull=False).first()
    if found is None:
        raise NotFound(what="article", which=article)
    use, _ = ArticleUse.objects.get_or_create(article=found, case=row)
    use.inserted_at = use.inserted_at or now
    use.save()
    return live_words(found)


def settle(now: datetime) -> int:
    """Say of articles that were sent a week ago whether they helped; return of how many.

    It helped where the case is settled, and the customer did not ask anything more within the week.
    """
    due = ArticleUse.objects.filter(outcome="", entry__isnull=False, sent_at__lte=now - SETTLED).order_by("sent_at")
    uses = list(due.select_related("entry__case__account")[:AT_ONCE])
    for use in uses:
        assert use.entry is not None
        case = use.entry.case  # where the reply stands now, should its case be part of another
        helped = case.value().status.ended and not _asked_more(use, case)
        ArticleUse.objects.filter(pk=use.pk).update(outcome="helped" if helped else "not")
    return len(uses)


def _asked_more(use: ArticleUse, case: CaseRow) -> bool:
    if use.sent_at is None:
        return False
    later = Entry.objects.filter(case=case, kind="post", at__gt=use.sent_at, at__lte=use.sent_at + SETTLED)
    said = later.filter(post__ours=False, post__author=case.account.native if case.account else "")
    readings = [TextReading.of_data(each or ()) for each in said.values_list("post__reading", flat=True)]
    return any(not each.confirms and each.kind != "praise" for each in readings)
