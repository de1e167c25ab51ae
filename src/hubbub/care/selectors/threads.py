"""Which threads belong to cases; for flows."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from hubbub.care.core.case import Folder
from hubbub.care.models import (
    Entry,
)
from hubbub.kernel.ids import CaseId
from hubbub.listening.models import Post

TOLD_AGAIN = 1_000


def followed(workspaces: Sequence[int], uris: Iterable[str]) -> set[tuple[int, str]]:
    """Return which of these uris belong to the thread of a case, by workspace."""
    wanted = set(uris)
    if not wanted:
        return set()
    rows = (
        Post.objects.filter(workspace_id__in=workspaces, entry__isnull=False)
        .filter(Q(uri__among=wanted) | Q(root__among=wanted))
        .values_list("workspace_id", "uri", "root")
    )
    return {(workspace, each) for workspace, uri, root in rows for each in (uri, root) if each in wanted}


def threads_since(post: int) -> tuple[int, set[str]]:
    """Return the threads of posts that have or may get a case, stored after one; and the last one's number.

    Some are told again: on PostgreSQL a lower number may be committed after a higher one.
    """
    rows = Post.objects.filter(pk__gt=max(0, post - TOLD_AGAIN))
    if not post:
        rows = rows.filter(entry__isnull=False) | rows.filter(pending=True)
    found = list(rows.values_list("pk", "uri", "root"))
    return max((pk for pk, _, _ in found), default=post), {uri for _, *both in found for uri in both if uri}


def threads_to_read(connections: Sequence[int], channel: str) -> tuple[tuple[CaseId, str], ...]:
    """Return held and watched cases whose conversation nobody fetched yet, with the post to fetch it by."""
    rows = Entry.objects.filter(
        case__channel=channel,  # follows from the connections; it leads to the few unread cases at once
        case__folder__in=(Folder.HELD, Folder.WATCHING, Folder.NEEDS),
        case__thread_read_at__isnull=True,
        case__private=False,
        post__connection_id__in=connections,
        data__why="opened",
    )
    return tuple((CaseId(case), uri) for case, uri in rows.values_list("case_id", "post__uri")[:10])
