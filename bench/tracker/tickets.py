"""What is in the desk: tickets and their follow-ups, said by our demo world."""

import json
import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from hubbub.kernel.text import clip
from hubbub.simulate.people import people_of
from hubbub.simulate.phrases import Phrases
from hubbub.simulate.world import read_world
from tracker.stores import CHANGE, FOLLOW_UP, TICKET, Store

SPAN = timedelta(days=365)
PARTS = 10  # one is made up, the others are copies of it in other weeks
TEXTS = 2_000  # of a kind
KINDS = {"fault": 40, "service": 26, "question": 22, "praise": 8, "suggestion": 4}
PRIORITIES = {1: 2, 2: 13, 3: 65, 4: 15, 5: 5}
OPENED, REOPENED, RESOLVED, CLOSED, DUPLICATE = range(1, 6)
OPEN_STATUSES, PAST = {OPENED: 80, REOPENED: 20}, {RESOLVED: 35, CLOSED: 63, DUPLICATE: 2}
STATUS_NAMES = {RESOLVED: "Resolved", CLOSED: "Closed", DUPLICATE: "Duplicate"}
ANSWERS = (
    "Sorry to hear that. Hold the reset for ten seconds, then tell us how it goes.",
    "Thank you for telling us. Could you send us the serial number? It stands on the bottom.",
    "We have sent you a new one, it should be with you on Thursday. Keep the old one.",
    "That is not how it should be. I have asked the workshop, and come back to you today.",
)


class Centre:
    """Makes up tickets and their follow-ups: a tenth of a year."""

    def __init__(self, store: Store, tickets: int, follow_ups: int, open_share: float, now: datetime) -> None:
        self.rng, self.store, self.open_share = random.Random(7), store, open_share
        self.tickets, self.each, self.first = tickets, follow_ups, now - SPAN - timedelta(days=2)
        self.made = -(-tickets // PARTS)
        self.world = read_world()
        self.crowd = [each for each in people_of(self.world).values() if each.role == "customer"]
        phrases = Phrases(self.world)
        self.texts = {
            kind: [phrases.say(kind, self.rng.choice(self.crowd), self.rng)[0] for _ in range(TEXTS)]
            for kind in (*KINDS, "chat")
        }
        self.users = [pk for (pk,) in store.ask("SELECT id FROM auth_user ORDER BY id")]
        self.queues = [pk for (pk,) in store.ask("SELECT id FROM helpdesk_queue ORDER BY id")]
        self.follow_ups: list[tuple[Any, ...]] = []

    def base(self) -> Iterator[tuple[Any, ...]]:
        """Yield the tickets made up, oldest first; their follow-ups gather meanwhile."""
        step = SPAN / PARTS / self.made
        for number in range(1, self.made + 1):
            yield self._ticket(number, self.first + step * number)

    def _pick(self, shares: dict[Any, int]) -> Any:
        return self.rng.choices(list(shares), list(shares.values()))[0]

    def _ticket(self, number: int, created: datetime) -> tuple[Any, ...]:
        rng, is_open = self.rng, self.rng.random() < self.open_share
        status = self._pick(OPEN_STATUSES if is_open else PAST)
        owner = rng.choice(self.users) if not is_open or rng.random() < 0.6 else None
        mail = f"{rng.choice(self.crowd).handle}@example.com"
        text = rng.choice(self.texts[self._pick(KINDS)])
        last = self._talk(number, created, mail, owner or rng.choice(self.users), status)
        due = created + timedelta(hours=rng.uniform(4, 72)) if rng.random() < 0.5 else None
        settled = ANSWERS[number % len(ANSWERS)] if status in (RESOLVED, CLOSED) else None
        return (
            number, clip(text, 90), str(created), str(last), mail, owner, status, rng.random() < 0.02, text, settled,
            self._pick(PRIORITIES), due and str(due), None, str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            rng.choice(self.queues), None, None,
        )  # fmt: skip

    def _talk(self, ticket: int, created: datetime, mail: str, owner: int, status: int) -> datetime:
        """Note what was said in a ticket after its description; return when it ended."""
        rng, at, turns = self.rng, created, self.rng.randint(1, 2 * self.each - 1)
        for turn in range(turns):
            at += timedelta(minutes=rng.expovariate(1 / 90))
            ours, ends = turn % 2 == 0, turn == turns - 1 and status not in OPEN_STATUSES
            private = ours and not ends and rng.random() < 0.15
            comment = rng.choice(ANSWERS) if ours or ends else rng.choice(self.texts["chat"])
            title = STATUS_NAMES[status] if ends else "Comment" if ours else f"E-Mail Received from {mail}"
            self.follow_ups.append((
                len(self.follow_ups) + 1, ticket, str(at), title, comment, not private,
                owner if ours or ends else None, status if ends else None,
                None if ours or ends else f"<{ticket}.{turn}@example.com>", None,
                None if private or not (ours or ends) else json.dumps([mail]),
            ))  # fmt: skip
        return at

    def copies(self) -> Iterator[str]:
        """Yield the statements that make the other nine tenths, and what changed in which follow-up."""
        said = len(self.follow_ups)
        for part in range(1, PARTS):
            shift, seconds = part * self.made, int(part * (SPAN / PARTS).total_seconds())
            till = min(self.made, self.tickets - shift)
            times = {name: self.store.later(name, seconds) for name in ("created", "modified", "due_date", "date")}
            for table, columns, ids, key in (
                ("ticket", TICKET, {"id": shift}, "id"),
                ("followup", FOLLOW_UP, {"id": part * said, "ticket_id": shift}, "ticket_id"),
            ):
                changed = times | {name: f"{name} + {by}" for name, by in ids.items()}
                values = ", ".join(changed.get(name, name) for name in columns)
                yield (
                    f"INSERT INTO helpdesk_{table} ({', '.join(columns)}) "
                    f"SELECT {values} FROM helpdesk_{table} WHERE {key} <= {till} ORDER BY id"
                )
        names = " ".join(f"WHEN {status} THEN '{name}'" for status, name in STATUS_NAMES.items())
        yield (
            f"INSERT INTO helpdesk_ticketchange ({', '.join(CHANGE)}) SELECT id, 'Status', 'Open', "
            f"CASE new_status {names} END FROM helpdesk_followup WHERE new_status IS NOT NULL ORDER BY id"
        )
