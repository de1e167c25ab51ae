"""How many posts a CPU second are triaged: text → reading → facts → decision, with the reasons in words.

Texts are those of the demo world in several languages, each made different from every other, so that no result is
remembered. Without a database: `posts_per_cpu_s`, in batches of 1,000. With one (SQLite, a hundred posts a
transaction, cases and timelines written): `with_database_per_cpu_s`, for information.

    python bench/triage.py [--posts 50000] [--stored 3000] [--no-database]
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hubbub.care.core.facts import About, Author, Moment, facts_of, kept
from hubbub.care.core.playbook import Playbook, read, shipped
from hubbub.care.core.reading import TextReading, read_texts
from hubbub.care.core.reasons import reasons
from hubbub.care.core.understanding import LinearModel
from hubbub.simulate.people import people_of
from hubbub.simulate.phrases import Phrases
from hubbub.simulate.world import read_world

BAR = 5_000
BATCH = 1_000
KINDS = ("fault", "service", "question", "praise", "suggestion", "hello", "chat")
ABOUT = (About.TO_US, About.TO_US, About.ABOUT_US, About.ABOUT_US, About.ABOUT_OTHERS)
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def texts(count: int, rng: random.Random) -> list[str]:
    """So many texts, no two alike."""
    world = read_world()
    phrases, crowd = Phrases(world), [each for each in people_of(world).values() if each.role == "customer"]
    said = [phrases.say(kind, rng.choice(crowd), rng)[0] for kind in KINDS for _ in range(500)]
    return [f"{rng.choice(said)} {rng.choice(said)} order {rng.randrange(10**9)}" for _ in range(count)]


def decide(playbook: Playbook, reading: TextReading, number: int, rng: random.Random) -> int:
    """Gather the facts of one post, decide, and say why; return something of each, so that nothing is left out."""
    seldom = rng.random()
    author = Author(known=seldom < 0.1, listed=seldom > 0.99, heard=number % 7, adverts=number % 3)
    at = START + timedelta(seconds=37 * number)
    moment = Moment(at, "bluesky", ("en", "de", "fr")[number % 3], frozenset({"Acme"}), frozenset({"brand"}))
    facts = facts_of(
        reading,
        about=ABOUT[number % len(ABOUT)],
        private=number % 4 == 0,
        noise=max(reading.noise, seldom / 2),
        reach=10 ** (5 * seldom),
        author=author,
        moment=moment,
    )
    rule, added = playbook.treat(facts), playbook.also(facts)
    why = reasons(
        facts,
        rule,
        kind_p=facts.kind_p,
        names_us=True,
        reach_words=("by their usual reactions",),
        noise_words=(),
        voices=1,
        helper="",
    )
    return len(kept(facts)) + len(added) + sum(len(each.strong) for each in why)


def without_database(count: int) -> float:
    """Posts a CPU second."""
    rng = random.Random(7)
    model, playbook, said = LinearModel.shipped(), read(shipped()), texts(count, rng)
    for number, reading in enumerate(read_texts(said[:BATCH], model)):
        decide(playbook, reading, number, rng)  # what is compiled at the first use
    began, done = time.process_time(), 0
    for first in range(0, count, BATCH):
        for number, reading in enumerate(read_texts(said[first : first + BATCH], model), first):
            done += decide(playbook, reading, number, rng) > 0
    assert done == count
    return count / (time.process_time() - began)


def with_database(count: int) -> float:
    """Posts a CPU second, from rows that wait to cases that are written."""
    import django
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HUBBUB_HOME": home, "DJANGO_SETTINGS_MODULE": "hubbub.config.settings"}
        os.environ.pop("DATABASE_URL", None)
        django.setup()
        call_command("migrate", verbosity=0)
        from hubbub.accounts import services as accounts
        from hubbub.care.services import triage
        from hubbub.channels import services as channels
        from hubbub.channels.core.contract import Account
        from hubbub.channels.models import Connection
        from hubbub.listening.core.topics import TopicClass
        from hubbub.listening.models import Post
        from hubbub.listening.services import save_topic

        owner = accounts.make_person(email="mia@example.org", name="Mia", password="a long enough one")
        access = accounts.make_workspace(owner=owner, name="Acme", timezone="Europe/London", now=START)
        topic = save_topic(access, name="Acme", klass=TopicClass.BRAND, text="acme", now=START)
        connection = channels.connect(
            access,
            kind="demo",
            name="Demo",
            config={"server": "http://127.0.0.1:1", "handle": "acme", "network": "acme"},
            secret={"password": "x"},
            account=Account(id="acme", handle="acme", name="Acme"),
            now=START,
        )
        stream, rng = Connection.objects.get(pk=connection).stream, random.Random(8)
        Post.objects.bulk_create(
            Post(
                workspace_id=access.workspace,
                uri=f"demo://acme/{number}",
                root=f"demo://acme/{number}",
                stream=stream,
                connection_id=connection,
                channel="demo",
                said_at=START + timedelta(seconds=number),
                arrived_at=START + timedelta(seconds=number),
                author=f"person {rng.randrange(count)}",
                handle="somebody",
                text=text,
                to_us=number % 2 == 0,
                topics=[topic],
            )
            for number, text in enumerate(texts(count, rng))
        )
        triage.triage(access.workspace, understanding=LinearModel.shipped(), now=START)
        began, done = time.process_time(), 0
        while some := triage.triage(access.workspace, understanding=LinearModel.shipped(), now=START):
            done += some
        return done / (time.process_time() - began)


def main() -> int:
    """Measure, print, and say whether it is quick enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=50_000)
    parser.add_argument("--stored", type=int, default=3_000)
    parser.add_argument("--no-database", action="store_true")
    given = parser.parse_args()
    figure = without_database(given.posts)
    told: dict[str, float | int | str | None] = {"bench": Path(__file__).stem, "posts_per_cpu_s": round(figure)}
    told["with_database_per_cpu_s"] = None if given.no_database else round(with_database(given.stored))
    told["posts"] = given.posts
    print(json.dumps(told))
    return 0 if figure >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
