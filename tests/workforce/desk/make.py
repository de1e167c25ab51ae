"""Builders of rosters: contracts, people, and what stands for all of it in the walk over the pages."""

from datetime import date, datetime

from hubbub.accounts.core.access import Access
from hubbub.workforce.models import AbsenceRow, RosterRow, ShiftRow
from hubbub.workforce.services import people, queues
from tests.make import NOON


def make_contract(access: Access, name: str = "Full time", now: datetime = NOON, **changes: object) -> int:
    """A contract: five days of eight hours unless changed."""
    return people.save_contract(access, {"name": name, **changes}, now=now)


def make_on_roster(
    access: Access, name: str, contract: int, skills: tuple[str, ...] = (), now: datetime = NOON, **more: object
) -> int:
    """Somebody on the roster."""
    return people.save_member(access, {"name": name, "contract": contract, "skills": skills, **more}, now=now)


def make_rostered(access: Access, at: datetime) -> dict[str, int]:
    """Somebody on the roster who asks to be away, and a contract that nobody has."""
    queues.save_queue(access, {"name": "Jabberwocks", "kind": "phone"}, now=at)
    terms = make_contract(access, "Snark time", at)
    rostered = make_on_roster(access, "Bandersnatch Brontë", terms, ("Jabberwocks",), at, rate=12.0)
    away = people.note_absence(access, rostered, date(2026, 12, 24), date(2026, 12, 24), "holiday", now=at)
    AbsenceRow.objects.filter(pk=away.id).update(state="asked")
    jubjub = make_on_roster(access, "Jubjub", terms, ("Jabberwocks",), at)
    monday = date(2040, 1, 2)
    week = RosterRow.objects.create(workspace_id=access.workspace, monday=monday)
    shift = ShiftRow.objects.create(roster=week, member_id=jubjub, day=monday, pieces=[[480, 960]])
    return {
        "rostered": rostered, "contract": terms, "absence": away.id, "shift-to-come": shift.pk,
        "free-contract": make_contract(access, "Snarkless", at),
        "unrostered": make_on_roster(access, "Tribble Free", terms, (), at),
    }  # fmt: skip
