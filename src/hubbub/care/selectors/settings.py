"""What settings and lists of people show."""

from django.db.models import Case, Q, When

from hubbub.accounts.core.access import Access, Permission
from hubbub.accounts.models import Membership
from hubbub.care.core.case import Status
from hubbub.care.core.views import (
    Canned,
)
from hubbub.care.models import (
    CannedReply,
    CaseRow,
)
from hubbub.infra.memory import remembered
from hubbub.kernel.errors import NotFound
from hubbub.kernel.ids import PersonId


def canned(
    access: Access, *, words: str = "", folder: str = "", lang: str = "", limit: int = 200, offset: int = 0
) -> tuple[Canned, ...]:
    """Return canned replies with these words, the most used first; of teams, those of one's own.

    `lang`: only those in this language or in any. A shortcut that is typed whole comes first.
    """
    access.require(Permission.READ)
    rows = CannedReply.objects.filter(workspace_id=access.workspace)
    if not access.may(Permission.CANNED):
        own = Membership.objects.filter(workspace_id=access.workspace, person_id=access.me).values("team")
        rows = rows.filter(Q(team__isnull=True) | Q(team__in=own))
    if lang:
        rows = rows.filter(lang__in=("", lang.casefold().split("-")[0]))
    if folder:
        rows = rows.filter(folder=folder)
    for word in words.split()[:8]:
        rows = rows.filter(Q(title__icontains=word) | Q(shortcut__startswith=word.casefold()) | Q(text__icontains=word))
    exact = Case(When(shortcut=words.strip().casefold() or "-", then=0), default=1)
    found = rows.order_by(exact, "-uses", "title")[offset : offset + limit]
    return tuple(map(_canned, found))


def canned_reply(access: Access, which: int) -> Canned:
    """Return one of them."""
    access.require(Permission.READ)
    row = CannedReply.objects.filter(workspace_id=access.workspace, pk=which).first()
    if row is None:
        raise NotFound(what="canned reply", which=which)
    return _canned(row)


def canned_count(access: Access) -> int:
    """Return how many there are."""
    return CannedReply.objects.filter(workspace_id=access.workspace).count()


def canned_folders(access: Access) -> tuple[str, ...]:
    """Return in which folders they lie."""
    rows = CannedReply.objects.filter(workspace_id=access.workspace).exclude(folder="")
    return tuple(rows.order_by("folder").values_list("folder", flat=True).distinct())


def _canned(row: CannedReply) -> Canned:
    return Canned(row.pk, row.title, row.text, row.shortcut, row.folder, row.lang, row.team_id, row.uses)


def colleagues(access: Access) -> tuple[tuple[PersonId, str], ...]:
    """Return whom a case can be given to."""
    access.require(Permission.READ)
    return _colleagues(access.workspace)


@remembered
def _colleagues(workspace: int) -> tuple[tuple[PersonId, str], ...]:
    rows = Membership.objects.filter(workspace_id=workspace).exclude(role="analyst").order_by("person__name")
    return tuple((PersonId(person), name) for person, name in rows.values_list("person_id", "person__name"))


def case_counts() -> tuple[int, int]:
    """Return (cases, watches) over all workspaces; for the status command."""
    watching = CaseRow.objects.filter(status=Status.WATCHING).count()
    return CaseRow.objects.count() - watching, watching
