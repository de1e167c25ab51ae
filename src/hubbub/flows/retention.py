"""Retention: what a workspace keeps no longer is removed each night. Counts stay, and cases with their posts.

So is what nobody can use any more, in every workspace.
"""

from datetime import UTC, datetime, timedelta

from hubbub.accounts import selectors as accounts
from hubbub.accounts import services as account_services
from hubbub.care import selectors as care
from hubbub.care.services import calls, cases, forgetting, happenings, undo, work
from hubbub.channels.adapters.chat import visits
from hubbub.infra import archive
from hubbub.infra.places import Places
from hubbub.listening import selectors
from hubbub.listening.services import alerts, erasure

AT_ONCE = 1_000


def remove_old(places: Places, *, now: datetime) -> int:
    """Remove what each workspace said it does not keep; return how many rows of archive and database went."""
    done = 0
    for workspace, days in accounts.retentions():
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        before = midnight - timedelta(days=days)
        done += archive.remove_before(places.archive, workspace, before.date())
        done += _remove_rows(workspace, before)
        done += calls.forget_before(workspace, before)
        done += work.forget_before(workspace, before)
        erasure.strip_digests(workspace, before)
        alerts.forget_posts_before(workspace, before)
        while visits.forget(workspace, places.files, before=before):
            pass
    return done


def remove_useless(now: datetime) -> int:
    """Remove what would only grow: deeds that can't be undone any more, who looked and left, sessions that ended."""
    return (
        undo.forget_old(now)
        + cases.forget_presences(now)
        + happenings.forget_old(now)
        + forgetting.forget_likenesses(now)
        + forgetting.forget_read_marks(now)
        + account_services.forget_sessions(now)
    )


def _remove_rows(workspace: int, before: datetime) -> int:
    """Remove the rows of posts that no case shows."""
    done, after = 0, 0
    while posts := selectors.rows_said_before(workspace, before, after=after, limit=AT_ONCE):
        after = posts[-1]
        done += erasure.remove_rows(set(posts) - care.in_cases(posts))
    return done
