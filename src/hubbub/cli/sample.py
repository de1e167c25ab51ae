"""`hubbub sample`: made-up calls and chats up to yesterday, to try planning with."""

import csv
import sys
from datetime import UTC, date, datetime, timedelta

import click

from hubbub.simulate.contacts import CALLS, CHATS, STEP_MIN, came

QUEUES = {"Calls": CALLS, "Chat": CHATS}


@click.command("sample")
@click.option("--weeks", type=click.IntRange(1, 520), default=16, show_default=True, help="How many.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The day after the last; today, if it is not said.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another number, other contacts.")
def sample_command(weeks: int, until: datetime | None, seed: int) -> None:
    """Print made-up calls and chats by half-hours as CSV: time, queue, arrivals, handling_s."""
    before = until.date() if until else datetime.now(UTC).date()
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(("time", "queue", "arrivals", "handling_s"))
    since = before - timedelta(weeks=weeks)
    for number, (name, stream) in enumerate(QUEUES.items()):
        opens, shuts = (hour * 60 // STEP_MIN for hour in stream.hours)
        for each in came(stream, seed + number, since, weeks * 7):
            if not stream.weekdays[each.day.weekday()]:
                continue  # it is shut
            for at in range(opens, shuts):
                takes = each.handling_s[at]
                rows.writerow((_clock(each.day, at), name, each.arrivals[at], "" if takes is None else takes))


def _clock(day: date, at: int) -> str:
    return f"{day} {at * STEP_MIN // 60:02}:{at * STEP_MIN % 60:02}"
