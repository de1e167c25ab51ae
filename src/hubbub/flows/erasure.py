"""Erasure: a person's posts go from wherever they lie, in one workspace. They stay as anonymous counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow.compute as pc
from django.db import transaction

from hubbub.accounts import selectors as accounts
from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.services import audit
from hubbub.care import selectors as care
from hubbub.care.core.calls.numbers import number_of
from hubbub.care.selectors import people
from hubbub.care.selectors.calls import has_called
from hubbub.care.services.calls import forget_number
from hubbub.care.services.erasure import forget_account
from hubbub.channels import services as channels
from hubbub.channels.adapters.chat import visits
from hubbub.flows.archive import archive_due
from hubbub.infra import archive, files, spool
from hubbub.infra.failpoints import failpoint
from hubbub.infra.places import Places
from hubbub.kernel.errors import InvalidInput, NotFound
from hubbub.kernel.speech import speaking
from hubbub.listening import selectors
from hubbub.listening.services import alerts, corrections, erasure

MOST_FOUND = 20
LEAST_NAME = 3
"""Raw lines are looked through for names no shorter than this."""


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody who was heard."""

    channel: str
    author: str  # the network's id
    handle: str
    name: str
    posts: int  # in archive and database; one that lies in both counts once


def find(access: Access, asked: str, places: Places) -> tuple[Author, ...]:
    """Return who was heard under a handle or an id, with what would be erased.

    Everything archived is looked through: some seconds for twenty million posts.

    Raises
    ------
    InvalidInput
        If nothing is asked for.
    """
    access.require(Permission.WORKSPACE)
    author = asked.strip()
    name = author.lstrip("@")
    if not name:
        raise InvalidInput(reason="Give a handle, a telephone number, or the network’s id of an account.")
    number = number_of(author, accounts.calling_code(access))
    found = _Found()
    for asked_id in {author, number} - {""}:
        for channel, native, handle, called, uri in selectors.rows_by(access.workspace, asked_id, name):
            found.add(channel, native, handle, called, {uri})
        for channel, native, handle, called in care.accounts_called(access, asked_id, name):
            found.add(channel, native, handle, called, set())
    if number and (caller := has_called(access, number)) is not None:
        found.add("phone", number, "", caller, set())
    for part in archive.parts(places.archive, access.workspace, -(2**62), 2**62):
        table = part.read(("channel", "author", "handle", "name", "uri"))
        handles = pc.utf8_lower(pc.fill_null(table["handle"], ""))
        ids = pc.or_kleene(pc.equal(table["author"], author), pc.equal(table["author"], number or author))
        asked_for = pc.or_kleene(ids, pc.equal(handles, name.lower()))
        for each in table.filter(pc.fill_null(asked_for, False)).to_pylist():
            found.add(each["channel"], each["author"] or "", each["handle"] or "", each["name"] or "", {each["uri"]})
    return found.authors()[:MOST_FOUND]


class _Found:
    """Authors as they turn up, once each."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], tuple[str, str]] = {}
        self._uris: dict[tuple[str, str], set[str]] = {}

    def add(self, channel: str, author: str, handle: str, name: str, uris: set[str]) -> None:
        """Note that somebody was heard."""
        if not author:
            return
        before = self._told.get((channel, author), ("", ""))
        self._told[channel, author] = (before[0] or handle, before[1] or name)
        self._uris.setdefault((channel, author), set()).update(uris)

    def authors(self) -> tuple[Author, ...]:
        """Return them, who said most first."""
        found = [Author(*who, *told, len(self._uris[who])) for who, told in self._told.items()]
        return tuple(sorted(found, key=lambda author: (-author.posts, author.channel, author.author)))


def erase(access: Access, channel: str, author: str, places: Places, *, noted: bool = True, now: datetime) -> int:
    """Erase one account's posts in this workspace; return how many lines of the archive went.

    The telephone numbers and letters that were noted for the same person go with it. What is still in segments is
    archived first. Killed half-way, it can be asked for again. The archive's former files
    are removed with the nightly compaction. Who speaks again is heard again.

    Parameters
    ----------
    noted : False where the caller writes the line of the audit log

    Raises
    ------
    NotFound
        If nobody was heard under this id.
    Conflict
        If an answer to them is being sent just now; nothing was changed.
    """
    access.require(Permission.WORKSPACE)
    archive_due(places, now=now, age=timedelta(0), rows=0)
    if (channel, author) not in {(each.channel, each.author) for each in find(access, author, places)}:
        raise NotFound(what="account", which=author)
    # The numbers and letters first: as long as the account is there, they are found when somebody asks again.
    kin = people.kin(access.workspace, channel, author)
    return sum(_erase(access, *each, places, noted=noted, now=now) for each in (*kin, (channel, author)))


def _erase(access: Access, channel: str, author: str, places: Places, *, noted: bool, now: datetime) -> int:
    """Erase one account."""
    workspace = access.workspace
    found = {(each.channel, each.author): each for each in find(access, author, places)}
    who = found.get((channel, author), Author(channel, author, "", "", 0))
    names = (who.handle, who.name, author if channel == "phone" else "")
    with transaction.atomic():
        posts = selectors.row_ids_by(workspace, channel, author)
        scans = selectors.files_of(posts)
        with speaking(access.language):
            shown = forget_account(workspace, channel, author, names, posts, now=now)
        if channel == "phone":
            forget_number(workspace, author, names)
        erasure.blank_rows(shown, now=now)
        erasure.remove_rows(set(posts) - shown)
        alerts.forget_author(workspace, channel, author)
        corrections.forget_author(workspace, author)
        channels.forget_lines(workspace, [word for word in (author, who.handle) if len(word) >= LEAST_NAME])
        if noted:
            audit(access, "person erased", channel, now=now, after={"posts": who.posts})
    for scan in scans - selectors.files_in_use():
        files.remove(places.files, scan)
    if channel == "chat":
        visits.forget(workspace, places.files, code=author)
    failpoint("erasure.rows")
    erasure.take_from_digests(workspace, channel, author, who.handle)
    failpoint("erasure.digests")
    spool.forget(places.spool, [word.encode() for word in (author, who.handle) if len(word) >= LEAST_NAME])
    # The archive last: as long as it holds them, they are found when somebody asks again.
    return archive.remove(places.archive, workspace, f"channel = {_quoted(channel)} AND author = {_quoted(author)}")


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
