"""django-helpdesk on this machine: a filled desk whose list, open and reply stand beside ours.

django-helpdesk is the ticket tracker that is most like the inbox: Django too, server-rendered, on the same two
databases. It gets a venv and a Django project of its own, N tickets with M follow-ups each on average, and people who
sign in and work. `desk` imports this module; alone it fills, serves, measures, and prints one JSON line last:

    python bench/helpdesk.py [--tickets 1000000] [--follow-ups 7] [--database sqlite|postgres] [--open 0.05]
                             [--agents 50] [--think 10] [--seconds 60] [--server granian|gunicorn|uvicorn]
                             [--workers 1] [--threads 8] [--rows 25] [--keep FOLDER] [--only-fill]

list        what a browser asks for to show the view of open tickets that the product opens with: the page, and the
            rows that its script then fetches (25, oldest first, in the order and with the parameters it sends);
            `list_page` and `list_rows` are its two halves
open        the page of an open ticket
reply       sending a public comment with the form of that page, every field as the page has it: the POST, until its
            redirect came; `reply_page` is the page it redirects to, which a person waits for as well (our reply
            answers with the case's part at once, so `reply` + `reply_page` is what compares with it)

Times are round trips over a kept connection, in milliseconds. What fails (a 5xx, no answer within LOST_S) counts with
the time it took, and in `failed` too. With `--keep FOLDER` the venv and the filled databases stay there, and are
measured where they are: a run leaves its few replies behind.

Alike on both sides: the texts (said by our demo world), SQLite's pragmas, write transactions that begin as such,
connections that stay with their thread, cached templates, DEBUG off, sessions in the database, PostgreSQL as it is
given, and the web server: granian, one process, 8 threads (its WSGI side here, as django-helpdesk awaits nothing).
Tried with `--server`: gunicorn takes as much of a processor, uvicorn a little more.

What the lists show. Both: title or text, who wrote, owner, state, when it came or is due, priority. Only here: number,
last follow-up's time, knowledge base item and, fetched for columns that are hidden at first, queue and time spent; no
setting spares these queries. Only ours: unread, channel, kind and how likely, tags, exposure, other voices, and the
counts of the views. Ours shows 50 rows, theirs 25 unless a person chooses otherwise (`--rows 50`).

In its favour: mails of a reply are written but go nowhere; the form is sent without its empty file field; nothing else
runs, neither mail fetching nor escalation; SQLite has no statistics, as nothing there runs ANALYZE and its list is
slower after it; only 5 % of the tickets are open (`--open`), as much as waits for an answer with us, though a ticket
that waits for its customer stays open there, and its list reads every open one.
Against it: the open ones are spread over the year, and replies do not close them, so that their pages grow a little.
Nine tenths of the tickets are copies of the others in other weeks, on which nothing of it depends.
"""

import argparse
import json
import statistics
import tempfile
from pathlib import Path

from inbox import p95
from tracker.desk import DEFAULT_FOLLOW_UPS, DEFAULT_OPEN, DEFAULT_TICKETS, furnished, serving
from tracker.people import ROWS, measure, thinking
from tracker.project import STAFF


def main() -> None:
    """Fill, serve, measure, and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--tickets", type=int, default=DEFAULT_TICKETS)
    options.add_argument("--follow-ups", type=int, default=DEFAULT_FOLLOW_UPS, help="of a ticket, on average")
    options.add_argument("--open", type=float, default=DEFAULT_OPEN, help="what part of the tickets is open")
    options.add_argument("--database", default="sqlite", help="sqlite, postgres, or the address of an empty one")
    options.add_argument("--server", choices=("granian", "gunicorn", "uvicorn"), default="granian")
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--threads", type=int, default=8)
    options.add_argument("--agents", type=int, default=STAFF)
    options.add_argument("--think", type=float, default=10.0, help="seconds between two deeds of a person, on average")
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--rows", type=int, default=ROWS, help="of the list at once")
    options.add_argument("--keep", type=Path, help="a folder in which the venv and the filled database are kept")
    options.add_argument("--only-fill", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        keep = (given.keep or Path(folder)).resolve()
        with furnished(
            keep, given.database, tickets=given.tickets, follow_ups=given.follow_ups, open_share=given.open
        ) as desk:
            if given.only_fill:
                print(json.dumps({"bench": "helpdesk", **desk.counts()}))
                return
            with serving(desk, server=given.server, workers=given.workers, threads=given.threads) as address:
                think, numbers = thinking(given.think), desk.open_tickets()
                taken = measure(
                    address, numbers, agents=given.agents, seconds=given.seconds, think=think, rows=given.rows
                )
            told = told_of(taken) | desk.counts()
    print(json.dumps({"bench": "helpdesk", "database": given.database, "server": given.server, **told}))


def told_of(taken: dict[str, list[float]]) -> dict[str, object]:
    """What the numbers say."""
    told: dict[str, object] = {"failed": len(taken.get("failed", ()))}
    for name in ("list", "list_page", "list_rows", "open", "reply", "reply_page"):
        if values := taken.get(name):
            told |= {
                f"{name}_p50_ms": round(statistics.median(values), 1),
                f"{name}_p95_ms": round(p95(values), 1),
                f"{name}_times": len(values),
            }
    return told


if __name__ == "__main__":
    main()
