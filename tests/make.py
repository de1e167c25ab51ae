"""Plain builders: a workspace with its cast, and a network in which people say things."""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

from django.db import connection

from hubbub.accounts import selectors as accounts
from hubbub.accounts import services as account_services
from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import Membership, Person
from hubbub.care import selectors as care
from hubbub.care.core.filters import Filter
from hubbub.care.core.understanding import LinearModel, Understanding
from hubbub.care.models import CaseRow, DecisionRow, SocialAccount
from hubbub.care.services import triage
from hubbub.channels import selectors as channels
from hubbub.channels import services as channel_services
from hubbub.channels.core.contract import Account
from hubbub.flows.ears import Ears
from hubbub.flows.ingest import Ingested, ingest
from hubbub.infra.places import Places
from hubbub.kernel.batch import RawBatch
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.ids import PersonId
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.services import save_topic
from hubbub.workforce.core.plan.history import Day
from hubbub.workforce.services import queues as planned

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PASSWORD = "a long enough one"
NO_FILES = Path("/nowhere")


def make_workspace(name: str = "Acme Care", email: str = "mia@acme.example", now: datetime = NOON) -> Access:
    """A workspace with Mia, its owner."""
    person = account_services.make_person(email=email, name=email.split("@")[0].title(), password=PASSWORD)
    return account_services.make_workspace(owner=person, name=name, timezone="Europe/London", now=now)


def make_member(access: Access, name: str, role: Role = Role.AGENT, now: datetime = NOON) -> Access:
    """Somebody who works there, with a password."""
    email = f"{name.lower()}@acme.example"
    account_services.invite(access, email=email, name=name, role=role, now=now)
    person = Person.objects.get(email=email)
    person.set_password(PASSWORD)
    person.save()
    return accounts.enter(PersonId(person.pk), access.slug)


def make_topic(
    access: Access, query: str, klass: TopicClass = TopicClass.BRAND, name: str = "", now: datetime = NOON
) -> int:
    """A topic."""
    return save_topic(access, name=name or query[:40], klass=klass, text=query, now=now)


def make_planned(access: Access, now: datetime = NOON) -> int:
    """Two queues that people are planned for, the second, whose id is returned, with a week of history."""
    planned.save_queue(access, {"name": "Snark shop", "kind": "mail", "channels": ["mail"]}, now=now)
    queue = planned.save_queue(access, {"name": "Snark line", "kind": "phone"}, now=now)
    came = (0.0,) * 16 + (20.0,) * 24 + (0.0,) * 8
    week = [Day(now.date() - timedelta(days=each), 30, came, came, (180.0,) * 48) for each in range(1, 8)]
    planned.take_history(access, queue, week, source="import", now=now)
    return queue


def connect_demo(
    access: Access, handle: str = "AcmeCustServ", server: str = "http://127.0.0.1:1", name: str = ""
) -> int:
    """A connection to a demo network, as our account there."""
    return channel_services.connect(
        access,
        kind="demo",
        name=name or f"Demo, @{handle}",
        config={"server": server, "handle": handle, "network": "acme"},
        secret={"password": "secret"},
        account=Account(id=handle, handle=handle, name=access.workspace_name),
        now=NOON,
    )


@dataclass(slots=True)
class Town:
    """People talking on a demo network that one workspace hears. Nothing here knows how it is decided."""

    access: Access
    places: Places
    connection: int
    understanding: Understanding = field(default_factory=LinearModel.shipped)
    at: datetime = NOON
    people: dict[str, dict[str, object]] = field(default_factory=dict)
    said: int = 0
    waiting: list[bytes] = field(default_factory=list)
    born: dict[str, str] = field(default_factory=dict)  # when a post was first said, by uri

    def person(self, handle: str, **profile: object) -> None:
        """Give somebody another profile than the usual one."""
        self.people[handle] = profile

    def _author(self, handle: str) -> dict[str, object]:
        usual: dict[str, object] = {
            "handle": handle,
            "name": handle.replace("_", " ").title(),
            "followers": 210,
            "follows": 190,
            "posts": 2400,
            "reactions": 3.0,
            "joined_at": "2016-03-01T00:00:00Z",
        }
        return usual | self.people.get(handle, {})

    def line(
        self,
        handle: str,
        text: str,
        *,
        reply_to: str | None = None,
        to: str | None = None,
        repost_of: str | None = None,
        after: timedelta = timedelta(seconds=30),
        kind: str = "post",
        uri: str | None = None,
        files: Sequence[Mapping[str, object]] = (),
        lang: str = "",
    ) -> tuple[str, bytes]:
        """Return the uri of a post and the line that tells of it, said some time after the last one."""
        self.at += after
        self.said += 1
        at = self.at.isoformat()
        author = self._author(handle)
        if to is not None:
            uri = uri or f"demo://acme/messages/{self.said}"
            conversation = "demo://acme/conversations/" + "+".join(sorted((handle, to)))
            message = {
                "uri": uri, "conversation": conversation, "author": author, "to": to, "created_at": at, "text": text,
            }  # fmt: skip
            return uri, json.dumps({"type": "message", "at": at, "message": message}).encode()
        uri = uri or f"demo://acme/{handle}/{self.said}"
        born = self.born.setdefault(uri, at)
        post = {
            "id": uri.removeprefix("demo://acme/"),
            "uri": uri,
            "author": author,
            "created_at": born,
            "text": text,
            "url": f"http://127.0.0.1:1/@{handle}/{self.said}",
            "parent": reply_to,
            "root": self._root(reply_to) if reply_to else None,
            "parent_author": reply_to.split("/")[3] if reply_to else None,
            "mentions": [word.strip("@.,!?:;") for word in text.split() if word.startswith("@")],
            "repost_of": repost_of,
            "files": files,
            "lang": lang or None,
        }
        return uri, json.dumps({"type": kind, "at": at, "post": post}).encode()

    def _root(self, uri: str) -> str:
        roots = getattr(self, "_roots", None)
        return uri if roots is None else roots.get(uri, uri)

    def says(self, handle: str, text: str, **how: object) -> str:
        """Somebody says something, and it is heard and decided about at once; return its uri."""
        uri, line = self.line(handle, text, **how)  # type: ignore[arg-type]
        self.hear([line])
        return uri

    def hear(self, lines: list[bytes], *, now: datetime | None = None) -> Ingested:
        """Hear lines as one batch, then decide."""
        row = channels.connection(self.access, self.connection)
        assert row.stream is not None
        stream = channels.stream(row.stream)
        raw = RawBatch(lines, {"after": self.said}, now or self.at)
        done = ingest(
            stream, raw, ears=Ears.open(), understanding=self.understanding, places=self.places, now=now or self.at
        )
        while triage.triage(self.access.workspace, understanding=self.understanding, now=now or self.at):
            pass
        return done

    def later(self, **span: float) -> None:
        """Time passes: holds end, watches are reviewed."""
        self.at += timedelta(**span)
        while triage.review(self.access.workspace, now=self.at):
            pass

    def cases(self, view: str = "all") -> list[CaseRow]:
        """The cases of a view, oldest first."""
        numbers = [line.number for line in care.cases(self.access, Filter(view)).lines]
        return list(CaseRow.objects.filter(workspace_id=self.access.workspace, number__in=numbers).order_by("number"))

    def case(self) -> CaseRow:
        """The only case there is."""
        (only,) = self.cases()
        return only

    def rules(self) -> list[str]:
        """The rules that decided, in the order of the decisions."""
        rows = DecisionRow.objects.filter(workspace_id=self.access.workspace, again=False).order_by("id")
        return list(rows.values_list("rule", flat=True))

    def account(self, handle: str) -> SocialAccount:
        """What is known of somebody."""
        return SocialAccount.objects.get(workspace_id=self.access.workspace, native=handle)


def make_town(access: Access, places: Places, **fields: object) -> Town:
    """A town that talks about Acme."""
    connection = connect_demo(access)
    make_topic(access, "acme OR #acme OR @AcmeCustServ", TopicClass.BRAND, "Acme")
    make_topic(access, "(acme OR #acme) (widget OR widgets)", TopicClass.PRODUCT, "Acme widgets")
    return Town(access, places, connection, **fields)  # type: ignore[arg-type]


def roles(access: Access) -> dict[Role, Access]:
    """One member of each role."""
    found = {Role.OWNER: access}
    for role in Role:
        if role is not Role.OWNER:
            found[role] = make_member(access, f"{role.value}-one", role)
    return found


def member_count(access: Access) -> int:
    """How many work there."""
    return Membership.objects.filter(workspace_id=access.workspace).count()


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do several things at the same moment, each in a thread with its own connection.

    Returns what each gave back, or the error of ours that it raised.
    """
    gate = Barrier(len(deeds))

    def does(deed: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            gate.wait(20)
            return deed()
        except HubbubError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(does, deeds))
