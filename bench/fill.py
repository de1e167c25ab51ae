"""A contact centre that has worked for two months: 100,000 cases of believable spread, for benchmarks.

Written in bulk, with the tables as the product writes them; texts and people are those of the demo world.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from hubbub.accounts import services as account_services
from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import Membership, Workspace
from hubbub.care.core.case import CLOSES_AFTER, Case, Status
from hubbub.care.core.reading import read_texts
from hubbub.care.core.understanding import LinearModel
from hubbub.care.models import AuthorPast, CaseRow, DecisionRow, Entry, Likeness, ReadMark, SocialAccount
from hubbub.care.services.desk import DECISION_COLUMNS, ENTRY_COLUMNS
from hubbub.care.services.draft import CASE_FIELDS, CaseDraft
from hubbub.channels.models import Connection
from hubbub.infra import db
from hubbub.kernel.ids import PersonId
from hubbub.kernel.text import clip
from hubbub.listening.core.topics import TopicClass
from hubbub.listening.models import Post, Topic
from hubbub.listening.services import POST_COLUMNS, save_topic
from hubbub.simulate.people import people_of
from hubbub.simulate.phrases import Phrases
from hubbub.simulate.world import World

PEOPLE = 20
TEAMS = ("Early", "Late", "Night", "Repairs")
TOPICS = (
    ("Batteries", "battery OR batteries OR charger"),
    ("Deliveries", "delivery OR parcel OR courier OR delivered"),
    ("Repairs", "repair OR repairs OR technician"),
    ("Bills", "invoice OR refund OR charged"),
)
SPAN = timedelta(days=60)
OPEN_END = CLOSES_AFTER - timedelta(days=1)  # what was resolved longer ago is closed
TURNS = (1, 2, 3, 3, 4, 5)  # what is said in a case
CHUNK = 2_000
TEXTS = 500  # of a kind; they come again, as they do

# Where the cases of such a centre stand, in percent: status, in hold?, historical?
STANDS = {
    "needs": (Status.OPEN, 3),
    "new": (Status.NEW, 1),
    "held": (Status.NEW, 1),
    "watching": (Status.WATCHING, 10),
    "waiting": (Status.WAITING, 12),
    "resolved": (Status.RESOLVED, 40),
    "closed": (Status.CLOSED, 23),
    "imported": (Status.WATCHING, 10),
}
# What they are about: kind of the world -> kind, decision, rule, queue, percent
MATTERS = {
    "fault": ("complaint", "answer", "P7", "", 38),
    "service": ("complaint", "answer", "P7", "", 24),
    "question": ("question", "hold", "P7", "", 22),
    "praise": ("praise", "thank", "P10", "praise", 10),
    "suggestion": ("suggestion", "thank", "P11", "ideas", 4),
    "hello": ("talk", "ask", "P14", "unsure", 2),
}
REASONS = [
    {"icon": "person", "strong": "To us", "text": "they name @AcmeCustServ"},
    {"icon": "alert", "strong": "A complaint", "text": "likelihood 0.91"},
    {"icon": "eye", "strong": "Seen by some 140", "text": "by their usual reactions"},
]
FACTS = {"kind": "complaint", "about": "to us", "noise": 0.1, "exposure": 140.0, "channel": "demo", "language": "en"}


def staff(access: Access, now: datetime, people: int = PEOPLE) -> None:
    """Make the teams, and so many agents that this many people work there."""
    teams = [account_services.make_team(access, name, now=now) for name in TEAMS]
    for number in range(people - Membership.objects.filter(workspace_id=access.workspace).count()):
        account_services.invite(
            access,
            email=f"agent{number}@example.org",
            name=f"Agent {number}",
            role=Role.AGENT,
            team=teams[number % len(teams)],
            now=now,
        )


def fill(access: Access, world: World, count: int, *, now: datetime, turns: Sequence[int] = TURNS) -> None:
    """Make the cases, what was said in them, and who said it."""
    for name, query in TOPICS:
        save_topic(access, name=name, klass=TopicClass.PRODUCT, text=query, now=now)
    with transaction.atomic():
        made = _Centre(access, world, count, now, turns)
    for first in range(1, count + 1, CHUNK):
        with transaction.atomic():
            made.chunk(range(first, min(first + CHUNK, count + 1)))
    Workspace.objects.filter(pk=access.workspace).update(cases_made=count)


def _insert(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows; columns that are not named get what they have where nobody says anything."""
    named = {name.removesuffix("_id") for name in names}
    rest = [each for each in model._meta.concrete_fields if not (each.null or each.primary_key or each.name in named)]
    kept = [each.get_default() for each in rest]
    db.insert(model, [*names, *(each.attname for each in rest)], [(*row, *kept) for row in rows])


def multiply(access: Access, count: int, times: int) -> None:
    """Let there be so many times the cases that were made, `count` of them, by copying them inside the database.

    The copies have other numbers, other addresses of posts, and other people; they are found by the same words.
    """
    posts, people = Post.objects.count(), SocialAccount.objects.count()
    shifted = {"case_id": count, "post_id": posts, "number": count, "account_id": people}
    again = "CASE WHEN {0} = '' THEN '' ELSE {0} || '-{1}' END"
    copied: tuple[tuple[type[models.Model], int, tuple[str, ...]], ...] = (
        (SocialAccount, people, ("native", "handle")),
        (Post, posts, ("uri", "root", "parent", "author", "handle")),
        (CaseRow, count, ()),
        (Entry, 0, ()),
        (DecisionRow, 0, ()),
        (Likeness, 0, ()),
        (ReadMark, 0, ()),
    )
    with _without_indexes([model._meta.db_table for model, _, _ in copied]):
        for model, shift, addresses in copied:
            table = model._meta.db_table
            columns = [str(field.column) for field in model._meta.concrete_fields if shift or not field.primary_key]
            last = model._default_manager.aggregate(last=models.Max("id"))["last"]
            for time in range(1, times):
                shifts = {**shifted, "id": shift}
                changed = {name: f"{name} + {shifts[name] * time}" for name in columns if name in shifts}
                changed |= {name: again.format(name, time) for name in addresses}
                if "voice" in columns:
                    changed["voice"] = f"'account ' || (CAST(substr(voice, 9) AS INTEGER) + {people * time})"
                values = ", ".join(changed.get(name, name) for name in columns)
                with transaction.atomic(), connection.cursor() as cursor:
                    names = ", ".join(columns)
                    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE id <= {last}")
    key = "rowid" if connection.vendor == "sqlite" else "id"
    for time in range(1, times):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO search_case ({key}, words) SELECT {key} + {count * time}, words FROM search_case "
                f"WHERE {key} <= {count}"
            )
    Workspace.objects.filter(pk=access.workspace).update(cases_made=count * times)
    with connection.cursor() as cursor:
        cursor.execute(  # the worker has read what they said before
            f"INSERT INTO {AuthorPast._meta.db_table} (account_id, read_at, looked, complaining, words) "
            f"SELECT DISTINCT account_id, %s, 9, 0, '[]'{'' if key == 'rowid' else '::jsonb'} "
            f"FROM {CaseRow._meta.db_table} WHERE folder = 'watching'",
            [datetime.now(UTC)],
        )
        if connection.vendor == "postgresql":
            for model, shift, _ in copied:
                if shift:
                    table = model._meta.db_table
                    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")  # as it is by itself later


@contextmanager
def _without_indexes(tables: Sequence[str]) -> Iterator[None]:
    """Drop the indexes of tables while much is written, and make them anew."""
    marks = ", ".join(["%s"] * len(tables))
    sqlite = connection.vendor == "sqlite"
    found = (
        f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})"
        if sqlite
        else "SELECT indexname, indexdef FROM pg_indexes WHERE indexname NOT IN (SELECT conname FROM pg_constraint) "
        f"AND tablename IN ({marks})"
    )
    with connection.cursor() as cursor:
        cursor.execute(found, list(tables))
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    yield
    with connection.cursor() as cursor:
        for _, made in indexes:
            cursor.execute(made)


class _Centre:
    """Makes up cases, so many at a time."""

    def __init__(self, access: Access, world: World, count: int, now: datetime, turns: Sequence[int]) -> None:
        self.turns = turns
        self.rng, self.now, self.workspace, self.world = random.Random(7), now, access.workspace, world
        self.crowd = [each for each in people_of(world).values() if each.role == "customer"]
        self.texts = {kind: self._texts(Phrases(world), kind) for kind in (*MATTERS, "chat")}
        self.agents = list(
            Membership.objects.filter(workspace_id=access.workspace).values_list("person_id", "person__name", "team_id")
        )
        self.connection = Connection.objects.get(workspace_id=access.workspace)
        self.topics = list(access_topics(access))
        self.stands = self.rng.choices(list(STANDS), [share for _, share in STANDS.values()], k=count)
        self.posts = self.entries = 0
        self._accounts()

    def _texts(self, phrases: Phrases, kind: str) -> list[tuple[str, str, Any]]:
        """Texts of a kind, with their language and what is made of them."""
        said = [phrases.say(kind, self.rng.choice(self.crowd), self.rng) for _ in range(TEXTS)]
        readings = read_texts([text for text, _ in said], LinearModel.shipped())
        return [(*each, reading.data()) for each, reading in zip(said, readings, strict=True)]

    def _accounts(self) -> None:
        day = timedelta(days=1)
        told = ("handle", "name", "followers", "follows", "posts", "reactions")
        names = ("id", "workspace_id", "channel", "native", *told, "joined_at", "p_bot", "reach",
                 "known", "employee", "listed", "lists", "heard", "adverts", "seen_at", "matched")  # fmt: skip
        rows = []
        for pk, who in enumerate(self.crowd, 1):
            profile = (getattr(who, name) for name in told)
            joined, reach = self.now - who.joined_days * day, who.followers // 3
            rows.append(
                (
                    pk,
                    self.workspace,
                    "demo",
                    who.handle,
                    *profile,
                    joined,
                    0.05,
                    reach,
                    *[False] * 3,
                    [],
                    9,
                    0,
                    self.now - day,
                    True,
                )
            )
        _insert(SocialAccount, names, rows)

    def chunk(self, numbers: range) -> None:
        """Write some cases with everything that belongs to them."""
        cases, posts, entries, decisions, likenesses, marks = [], [], [], [], [], []
        for number in numbers:
            matter = self.rng.choices(list(MATTERS), [each[-1] for each in MATTERS.values()])[0]
            said = list(self._said(number, matter))
            case = self._case(number, matter, said)
            cases.append((number, self.workspace, *(getattr(case, name) for name in CASE_FIELDS)))
            for row in said:
                posts.append((row["id"], *(row[name] for name in POST_COLUMNS)))
                why = "opened" if row is said[0] else "thread"
                entries.append((number, row["said_at"], "post", row["id"], "", "", False, {"why": why}))
            if case.last_outbound_at:
                words = "Sorry to hear that. Hold the reset for ten seconds, then tell us how it goes."
                entries.append((number, case.last_outbound_at, "reply", None, "Alice Lind", words, False, {}))
            opened, first = case.opened_at, said[0]["id"]
            decisions.append(
                (
                    self.workspace,
                    first,
                    number,
                    case.rule,
                    case.decision,
                    None,
                    "to us",
                    0.1,
                    140,
                    REASONS,
                    FACTS,
                    False,
                    1,
                    opened,
                )
            )
            if case.kind == "complaint":
                voice, spoken = f"account {case.account_id}", sorted(set(case.excerpt.lower().split()))[:8]
                likenesses.append((number, self.workspace, f"{case.topic}/fault", voice, spoken, opened))
            if self.rng.random() < 0.6:
                person = case.owner_id or self.rng.choice(self.agents)[0]
                marks.append((number, person, opened + timedelta(hours=1)))
        _insert(CaseRow, ("id", "workspace_id", *CASE_FIELDS), cases)
        _insert(Post, ("id", *POST_COLUMNS), posts)
        _insert(Entry, ENTRY_COLUMNS, entries)
        _insert(DecisionRow, DECISION_COLUMNS, decisions)
        _insert(Likeness, ("case_id", "workspace_id", "heading", "voice", "words", "said_at"), likenesses)
        _insert(ReadMark, ("case_id", "person_id", "at"), marks)

    def _said(self, number: int, matter: str) -> Iterator[dict[str, Any]]:
        """Yield what was said in a case: the customer's first post, and some two after it."""
        rng, place = self.rng, self.rng.randrange(len(self.crowd))
        span = OPEN_END if self.stands[number - 1] == "resolved" else SPAN
        first = self.now - span * rng.random() - timedelta(hours=1)
        root, after = "", 0.0
        for turn in range(rng.choice(self.turns)):
            who = self.crowd[place if turn % 2 == 0 else rng.randrange(len(self.crowd))]
            text, lang, reading = rng.choice(self.texts[matter if turn == 0 else "chat"])
            self.posts += 1
            at, uri = first + timedelta(minutes=after), f"demo://{self.world.name}/{who.handle}/then-{self.posts}"
            root = root or uri
            yield {
                **dict.fromkeys(POST_COLUMNS, ""),
                "id": self.posts, "workspace_id": self.workspace, "uri": uri, "stream_id": self.connection.stream_id,
                "connection_id": self.connection.pk, "channel": "demo", "said_at": at, "arrived_at": at,
                "author": who.handle, "handle": who.handle, "name": who.name, "followers": who.followers,
                "follows": who.follows, "posts": who.posts, "reactions": who.reactions, "joined_at": None,
                "text": text, "lang": lang, "root": root, "parent": root if turn else "", "mentions": [], "media": 0,
                "private": False, "to_us": turn == 0, "ours": False, "historical": False, "topics": self.topics[:1],
                "url": f"http://127.0.0.1:1/@{who.handle}/then-{self.posts}", "counted": None, "edited_at": None,
                "reading": reading, "pending": False, "place": place,
            }  # fmt: skip
            after += rng.expovariate(1 / 20)

    def _case(self, number: int, matter: str, said: Sequence[dict[str, Any]]) -> CaseDraft:
        rng, stand, first = self.rng, self.stands[number - 1], said[0]
        kind, decision, rule, queue, _ = MATTERS[matter]
        if queue == "" and rng.random() < 0.01:
            rule, queue = "P1", "safety"
        owner, team = (self.agents[rng.randrange(len(self.agents))] for _ in range(2))
        owned = stand in ("waiting", "resolved") or (stand == "needs" and rng.random() < 0.5)
        opened, heard = first["said_at"], said[-1]["said_at"]
        replied = heard + timedelta(minutes=rng.uniform(2, 90)) if owned and stand != "needs" else None
        ahead = timedelta(minutes=rng.uniform(-600, 900))
        case = Case(
            number=number,
            status=STANDS[stand][0],
            opened_at=opened,
            last_inbound_at=heard,
            historical=stand == "imported",
            owner=PersonId(owner[0]) if owned else None,
            not_before=self.now + timedelta(minutes=rng.uniform(300, 900)) if stand == "held" else None,
            due_at=self.now + ahead if stand in ("needs", "new", "held") else None,
            review_at=self.now + timedelta(hours=rng.uniform(1, 24)) if stand == "watching" else None,
            first_replied_at=replied,
            last_outbound_at=replied,
            resolved_at=(replied or heard) + timedelta(hours=3) if stand in ("resolved", "closed") else None,
        )
        draft = CaseDraft(
            opened_at=opened, last_inbound_at=heard, channel="demo", number=number, team_id=team[2], decision=decision,
            thread_read_at=opened, rule=rule, rule_name="Complaint or question to us, in public", queue=queue,
            say="Do nothing in haste: this is a public forum, someone may solve it", alert=queue == "safety",
            reasons=REASONS, account_id=first["place"] + 1, who=first["name"], title=clip(first["text"], 90),
            excerpt=clip(first["text"], 200), kind=kind, kind_p=rng.uniform(0.5, 1.0), about="to us",
            exposure=rng.randrange(5_000), posts=len(said), topic=rng.choice(self.topics),
            problems=["fault"] if kind == "complaint" else [],
        )  # fmt: skip
        draft.take(case)
        return draft


def access_topics(access: Access) -> tuple[int, ...]:
    """Return the keys of a workspace's topics."""
    return tuple(Topic.objects.filter(workspace_id=access.workspace).order_by("pk").values_list("pk", flat=True))
