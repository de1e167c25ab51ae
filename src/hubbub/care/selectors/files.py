"""Files of cases: which there are, and where each lies."""

import msgspec

from hubbub.accounts.core.access import Access, Permission
from hubbub.care.models import (
    Entry,
)
from hubbub.care.selectors.answering import files_waiting
from hubbub.kernel.details import File, details_of
from hubbub.kernel.errors import NotFound
from hubbub.listening.models import Post


def files_of(entry: Entry) -> tuple[File, ...]:
    """Return the files that left with a reply."""
    return msgspec.convert(entry.data.get("files", []), tuple[File, ...])


def files_in_use() -> set[str]:
    """Return the keys of the files that left with replies, or are to; for the nightly sweep."""
    shown = Entry.objects.filter(kind="reply", data__files__0__isnull=False).values_list("data", flat=True)
    return {file["ref"] for data in shown.iterator() for file in data["files"]} | files_waiting()


def heard_file(access: Access, post: int, place: int) -> tuple[int, File]:
    """Return by which connection a file of a heard post is fetched, and what is known of it."""
    access.require(Permission.READ)
    row = Post.objects.filter(workspace_id=access.workspace, pk=post, deleted_at__isnull=True).first()
    files = details_of(row.details).files if row is not None else ()
    if row is None or row.connection_id is None or not 0 <= place < len(files):
        raise NotFound(what="file", which=place)
    return row.connection_id, files[place]


def sent_file(access: Access, entry: int, place: int) -> File:
    """Return a file that left with a reply."""
    access.require(Permission.READ)
    row = Entry.objects.filter(case__workspace_id=access.workspace, pk=entry).first()
    files = files_of(row) if row is not None else ()
    if not 0 <= place < len(files):
        raise NotFound(what="file", which=place)
    return files[place]
