"""What incidents hold: of small ones counted at once, of large ones by the worker, every few seconds."""

from datetime import datetime

from django.db.models import Count, Sum

from hubbub.care.models import Incident, Likeness, SecondAccount
from hubbub.infra import changes

SMALL = 200
"""Cases of an incident that are counted within the transaction that changes them: nobody waits for that."""


def count_soon(incident: Incident) -> None:
    """Write an incident, with what it holds or, if that is much, with a note that it is to be counted."""
    if incident.cases <= SMALL:
        recount(incident)
    else:
        incident.miscounted = True
        incident.save()


def recount(incident: Incident) -> None:
    """Count anew what an incident holds, and write it."""
    for name, number in _held(incident).items():
        setattr(incident, name, number)
    incident.save()


def count_anew(now: datetime) -> int:
    """Count the large incidents that changed; return how many. Nothing is locked while it counts."""
    rows = list(Incident.objects.filter(miscounted=True))
    for row in rows:
        Incident.objects.filter(pk=row.pk).update(miscounted=False)  # what changes from here on is counted next time
        Incident.objects.filter(pk=row.pk).update(**_held(row))
        changes.record(row.workspace_id, "incident", row.pk, now=now)
    return len(rows)


def _held(incident: Incident) -> dict[str, int]:
    held = incident.members.aggregate(cases=Count("pk"), posts=Sum("posts"), exposure=Sum("exposure"))
    said = Likeness.objects.filter(case__incident=incident).exclude(voice="")
    people = incident.members.values("account")  # not joined: it would be every pair of cases
    doubles = SecondAccount.objects.filter(
        workspace=incident.workspace_id, two_people=False, account__in=people, of__in=people
    )
    voices = said.aggregate(n=Count("voice", distinct=True))["n"] - doubles.values("account").distinct().count()
    return {"cases": held["cases"], "posts": held["posts"] or 0, "exposure": held["exposure"] or 0, "voices": voices}
