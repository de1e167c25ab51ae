"""People who work at the desk, each at a browser, as far as the server sees it."""

import html
import http.client
import json
import random
import re
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from inbox import Browser
from tracker.project import PASSWORD, STAFF
from tracker.tickets import ANSWERS

ROWS = 25  # of the list at once
LOST_S = 120.0  # who waits for so long has gone


class Deed(NamedTuple):
    """Something done: how long it took, in parts, and whether it went well."""

    parts_ms: dict[str, float]
    went_well: bool


class Agent:
    """Somebody at a browser, signed in."""

    def __init__(self, address: str, number: int, rows: int = ROWS) -> None:
        self.browser = Browser(urlsplit(address).port or 80)
        self.browser.line.timeout = LOST_S
        self.page, self.rows = "", rows_asked_for(rows)
        self._enter(f"agent{number % STAFF}")

    def _enter(self, name: str) -> None:
        self.browser.ask("/login/", part=False)
        self.browser.token = self.browser.cookies["csrftoken"]
        answer = self.browser.ask("/login/", {"username": name, "password": PASSWORD}, part=False)
        assert answer.status == 302, f"signing in: {answer.status} {answer.text[:300]}"
        self.browser.token = self.browser.cookies["csrftoken"]

    def _ask(self, path: str, fields: dict[str, str] | None = None) -> tuple[float, bool, str]:
        """Ask as `Browser` does; who gets no answer hangs up."""
        begun = time.perf_counter()
        try:
            answer = self.browser.ask(path, fields, part=False)
        except (OSError, http.client.HTTPException):
            self.browser.line.close()
            return (time.perf_counter() - begun) * 1000, False, ""
        assert answer.status in (200, 302) or answer.status >= 500, f"{path}: {answer.status} {answer.text[:300]}"
        assert "/login/?next=" not in answer.text, f"{path}: signed out"
        return answer.round_trip_ms, answer.status < 500, answer.text

    def list_tickets(self) -> Deed:
        """Look at the list of open tickets."""
        page_ms, went_well, text = self._ask("/tickets/")
        if not went_well:
            return Deed({"list": page_ms, "list_page": page_ms}, went_well=False)
        found = re.search(r'"url": "(/datatables_ticket_list/[^"]+)"', text)
        assert found, "no address of the rows in the page of tickets"
        rows_ms, went_well, text = self._ask(f"{found[1]}?{self.rows}")
        assert not went_well or json.loads(text)["data"], "no open tickets"
        return Deed({"list": page_ms + rows_ms, "list_page": page_ms, "list_rows": rows_ms}, went_well)

    def open_ticket(self, number: int) -> Deed:
        """Open a ticket."""
        taken_ms, went_well, self.page = self._ask(f"/tickets/{number}/")
        assert not went_well or 'id="ticket-respond-form"' in self.page, f"ticket {number} is not to be answered"
        return Deed({"open": taken_ms}, went_well)

    def reply(self, number: int) -> Deed:
        """Answer the ticket just opened, and see it as it is then."""
        post_ms, went_well, _ = self._ask(f"/tickets/{number}/update/", self._form())
        parts_ms = {"reply": post_ms}
        if went_well:
            parts_ms["reply_page"], went_well, self.page = self._ask(f"/tickets/{number}/")
        return Deed(parts_ms, went_well)

    def _form(self) -> dict[str, str]:
        """The fields of the page's form as it came, with a comment."""
        form = self.page[self.page.index('id="ticket-respond-form"') :]
        fields = {"comment": random.choice(ANSWERS), "public": "1", "time_spent": "", "due_date": ""}
        for name in ("owner", "priority", "queue"):
            choices = re.search(rf'<select[^>]* name="{name}">(.*?)</select>', form, re.DOTALL)
            assert choices, f"no field {name} in the form"
            chosen = re.search(r'value="(\d+)"\s+selected', choices[1]) or re.search(r'value="(\d+)"', choices[1])
            assert chosen, f"nothing to choose for {name}"
            fields[name] = chosen[1]
        title = re.search(r'name="title" value="([^"]*)"', form)
        status = re.search(r'name="new_status"\s+value="(\d+)"[^>]*checked', form)
        assert title, "no title in the form"
        assert status, "no status in the form"
        return fields | {"title": html.unescape(title[1]), "new_status": status[1]}


def rows_asked_for(most: int) -> str:
    """The parameters that the list's script sends when it begins: nothing sought, nothing sorted otherwise."""
    names = ("id", "ticket", "priority", "queue", "status", "created", "due_date", "assigned_to", "submitter",
             "last_followup", "time_spent", "kbitem")  # fmt: skip
    fields = {"draw": "1"}
    for place, name in enumerate(names):
        column = {"data": name, "name": "", "searchable": "true", "orderable": str(name != "id").lower()}
        fields |= {f"columns[{place}][{key}]": value for key, value in column.items()}
        fields |= {f"columns[{place}][search][value]": "", f"columns[{place}][search][regex]": "false"}
    return urlencode(fields | {"start": "0", "length": str(most), "search[value]": "", "search[regex]": "false"})


def thinking(seconds: float) -> Callable[[random.Random], float]:
    """How long somebody thinks between two deeds: so long on average, now shorter, now longer."""
    return lambda rng: rng.uniform(0.5, 1.5) * seconds


THINK = thinking(10)


@dataclass(slots=True)
class Work:
    """People at work: each looks at the list, opens a ticket, answers it or not, and begins again."""

    tickets: Sequence[int]
    think: Callable[[random.Random], float]
    replies: float  # what part of the opened tickets is answered
    until_s: float  # time.monotonic()
    most: int  # deeds
    taken_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    numbers: "count[int]" = field(default_factory=count)

    def of(self, agent: Agent, number: int) -> None:
        """Work as somebody until it is time."""
        rng = random.Random(number)
        time.sleep(min(self.think(rng) * rng.random(), max(0.0, self.until_s - time.monotonic())))
        for deed in self._deeds(agent, rng):
            for name, ms in deed.parts_ms.items():
                self.taken_ms[name].append(ms)
            if not deed.went_well:
                self.taken_ms["failed"].append(max(deed.parts_ms.values()))
            time.sleep(max(0.0, min(self.think(rng), self.until_s - time.monotonic())))

    def _deeds(self, agent: Agent, rng: random.Random) -> Iterator[Deed]:
        """Yield what is done, as long as there is time for it."""
        while self._goes_on():
            yield agent.list_tickets()
            if not self._goes_on():
                return
            ticket = rng.choice(self.tickets)
            deed = agent.open_ticket(ticket)
            yield deed
            if deed.went_well and rng.random() < self.replies and self._goes_on():
                yield agent.reply(ticket)

    def _goes_on(self) -> bool:
        return next(self.numbers) < self.most and time.monotonic() < self.until_s


def measure(
    address: str,
    tickets: Sequence[int],
    *,
    agents: int = STAFF,
    seconds: float = 60,
    requests: int | None = None,
    think: Callable[[random.Random], float] = THINK,
    replies: float = 0.5,
    rows: int = ROWS,
) -> dict[str, list[float]]:
    """Let so many people work for a while (or so many deeds), and return how many ms each deed took."""
    people = [Agent(address, number, rows) for number in range(agents)]
    people[0].list_tickets()  # what is read and compiled once
    people[0].open_ticket(tickets[0])
    most = sys.maxsize if requests is None else requests
    work = Work(tickets, think, replies, time.monotonic() + seconds, most)
    threads = [
        threading.Thread(target=work.of, args=(agent, number), daemon=True) for number, agent in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for agent in people:
        agent.browser.line.close()
    return dict(work.taken_ms)
