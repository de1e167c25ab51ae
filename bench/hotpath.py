"""How fast whole networks are heard: JSON bytes in; segments, roll-ups and the index of identities out.

The product's own listener, without its event loop: lines are sieved, gathered, parsed, matched against 1,000 topics of
ten terms, estimated, marked, counted and committed to SQLite, every post once. Figures are in CPU seconds of all
threads unless they say wall; the parse they are held against is msgspec alone, typed, on the same bytes in turns.

ratio_parse_5, ratio_parse_100   posts a CPU second / those of the parse, at 5 % matching and with every post matching
wall_two_5, wall_two_100         two processes at once, each with a file of its own: posts a second, and `cores_got`
growth_terms                     cost of a post with 100,000 terms / with 10
batch_p99_ms                     a thousand posts, wall, commits that fall due with them included; roll-ups are added up
                                 by the worker, another process: that costs CPU seconds here, but nobody's time
rss_mb                           after `--many` million posts through a process that does nothing else
wrong                            posts whose topics differ from what the plainest rules say, of 100,000
spool_us                         what keeping the lines as they came would cost more, a post: the spool is off here
vs_naive, vs_obsei               / a loop of regular expressions and VADER; / obsei 0.0.15 (null where not installed)

    python bench/hotpath.py [--posts 200000] [--many 10] [--check 100000] [--only figure,figure]
"""

import argparse
import importlib.util
import json
import multiprocessing
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import msgspec

from corpus import Corpus, queries

BATCH = 1_000
FEW, TERMS, MOST = 10, 10_000, 100_000
ARRIVED = datetime(2026, 7, 2, tzinfo=UTC)
BARS = {
    "ratio_parse_5": 0.6,
    "ratio_parse_100": 0.10,
    "wall_two_5": 800_000,
    "wall_two_100": 150_000,
    "vs_naive": 300,
    "vs_obsei": 8,
}
MOSTS = {"growth_terms": 3, "batch_p99_ms": 60, "rss_mb": 600, "wrong": 0}
CORES_NEEDED = 1.8
PATIENCE_S = 1_800


class Author(msgspec.Struct, gc=False):
    """Who wrote a post."""

    id: str
    username: str
    followers_count: int = 0
    following_count: int = 0
    tweet_count: int = 0
    verified: bool = False
    created_at: str = ""
    name: str = ""


class Metrics(msgspec.Struct, gc=False):
    """How others reacted."""

    retweet_count: int = 0
    reply_count: int = 0
    like_count: int = 0
    quote_count: int = 0


class Post(msgspec.Struct, gc=False):
    """What the parse alone reads of a post."""

    id: str
    created_at: str
    text: str
    author: Author
    lang: str = ""
    source: str = ""
    public_metrics: Metrics | None = None


class Home:
    """An installation of its own with some topics, and as many streams as are heard at once."""

    def __init__(self, folder: Path, asked: Sequence[str], streams: int = 1) -> None:
        os.environ.setdefault("HUBBUB_HOME", str(folder))  # keys are read once, and those of the first home are all's
        os.environ["DJANGO_SETTINGS_MODULE"] = "hubbub.config.settings"
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection

        from hubbub.accounts.core.access import Access, Role
        from hubbub.accounts.models import Workspace
        from hubbub.channels import services
        from hubbub.channels.models import Connection
        from hubbub.kernel.ids import StreamId, WorkspaceId
        from hubbub.listening.models import Topic

        connection.close()
        folder.mkdir(parents=True, exist_ok=True)
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = str(folder / "hubbub.sqlite3")
        call_command("migrate", verbosity=0)
        self.folder = folder
        workspace = Workspace.objects.create(name="Acme", slug=f"acme{time.time_ns()}")
        access = Access(WorkspaceId(workspace.pk), workspace.slug, workspace.name, None, "Bench", Role.OWNER)
        classes = ["brand"] * 10 + ["product"] * 90
        Topic.objects.bulk_create(
            Topic(
                workspace=workspace,
                name=f"Topic {number}",
                klass=classes[number] if number < len(classes) else "market",
                query=query,
            )
            for number, query in enumerate(asked)
        )
        now = datetime.now(UTC)
        made = [
            services.connect(access, kind="stream", name=f"S{n}", config={"path": f"/stream/{n}"}, now=now)
            for n in range(streams)
        ]
        self.streams = [StreamId(Connection.objects.values_list("stream_id", flat=True).get(pk=each)) for each in made]

    @property
    def places(self) -> Any:
        """Where its segments, identities and archive lie."""
        from hubbub.infra.places import Places

        segments, identities, archive, spool, files = (
            self.folder / each for each in ("segments", "identities", "archive", "spool", "files")
        )
        return Places(segments, identities, archive, spool, files)


def opened(folder: Path, streams: list[Any]) -> Home:
    """Return an installation that another process made."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "hubbub.config.settings"
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = str(folder / "hubbub.sqlite3")
    home = Home.__new__(Home)
    home.folder, home.streams = folder, streams
    return home


class Listening:
    """What the listener does with the lines of one stream, one batch after the other."""

    def __init__(self, home: Home, stream: int = 0) -> None:
        from hubbub.care.core.understanding import LinearModel
        from hubbub.flows.apart import long_lived_objects
        from hubbub.flows.ears import Ears
        from hubbub.flows.ingest import recover
        from hubbub.flows.sifting import Sifting

        self.places, self.understanding = home.places, LinearModel.shipped()
        self.ears = Ears.open()
        self.stream = recover(home.streams[stream], self.places)
        self.sifting = Sifting(self.stream)
        self.heard = self.rows = 0
        self.fold_s = 0.0
        self._tidy = long_lived_objects()
        self._tidy.__enter__()

    def take(self, blob: bytes) -> None:
        """Hear a thousand posts."""
        from hubbub.kernel.batch import Lines, RawBatch

        self.sifting.add(RawBatch(Lines.split(blob), None, ARRIVED), self.ears)
        if self.sifting.gathered >= self.enough:
            self.commit()

    @property
    def enough(self) -> int:
        """At how many lines the listener hears."""
        from hubbub.flows.sifting import ENOUGH

        return ENOUGH

    def commit(self) -> None:
        """Hear what was gathered."""
        from hubbub.flows.ingest import ingest
        from hubbub.listening.services import fold

        if not self.sifting:
            return
        raw, named, left_out = self.sifting.taken()
        done = ingest(
            self.stream,
            raw,
            ears=self.ears,
            understanding=self.understanding,
            places=self.places,
            now=ARRIVED,
            passed=left_out,
            named=named,
        )
        self.stream, self.heard, self.rows = done.stream, self.heard + done.heard, self.rows + done.rows
        begun = time.perf_counter()
        fold(tallies=FOLDED)
        self.fold_s += time.perf_counter() - begun

    def end(self) -> None:
        """Hear the rest; what waits to be counted is counted."""
        from hubbub.listening.services import fold

        self.commit()
        fold()
        self._tidy.__exit__(None, None, None)


FOLDED = 25  # tallies at once: the worker does so every two seconds


def blobs_of(lines: Sequence[bytes]) -> list[bytes]:
    """Return lines in batches, as they come over the wire."""
    return [b"\n".join((*lines[first : first + BATCH], b"")) for first in range(0, len(lines), BATCH)]


def again(blobs: Iterable[bytes], turn: int) -> Iterator[bytes]:
    """Yield the same posts under other ids."""
    for blob in blobs:
        yield blob.replace(b'{"id":"1000', f'{{"id":"{1000 + turn}'.encode()) if turn else blob


def peak_mb() -> float:
    """Return how much memory this program had at most; getrusage would tell of the parent that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def cpu() -> float:
    """Return the CPU seconds of this process."""
    return time.process_time()


def compare(home: Home, blobs: Sequence[bytes], rounds: int = 3) -> dict[str, Any]:
    """Return how fast posts are heard, and parsed, in turns; medians."""
    decoder = msgspec.json.Decoder(Post)
    listening = Listening(home)
    posts = len(blobs) * BATCH
    warm = list(again(blobs[: max(8, len(blobs) // 20)], 8_000))
    for blob in warm:
        listening.take(blob)
    listening.commit()
    listening.fold_s = 0.0
    heard, parsed, waits = [], [], []
    for turn in range(rounds):
        fresh = list(again(blobs, turn))
        start = cpu()
        for blob in fresh:
            begun, folded = time.perf_counter(), listening.fold_s
            listening.take(blob)
            waits.append(time.perf_counter() - begun - (listening.fold_s - folded))
        if turn == rounds - 1:
            listening.end()
        heard.append(cpu() - start)
        start = cpu()
        for blob in fresh:
            decoder.decode_lines(blob)
        parsed.append(cpu() - start)
    return {
        "posts_per_cpu_s": posts / statistics.median(heard),
        "parse_per_cpu_s": posts / statistics.median(parsed),
        "ratio": sum(parsed) / sum(heard),
        "p99_ms": statistics.quantiles(waits, n=100)[98] * 1e3,
        "heard": listening.heard,
        "rows": listening.rows,
        "posts": posts * rounds,
        "heard_s": [round(each, 2) for each in heard],
        "parsed_s": [round(each, 2) for each in parsed],
    }


def spool_us(folder: Path, blobs: Sequence[bytes]) -> float:
    """Return the CPU microseconds that keeping a post as it came costs."""
    from hubbub.infra.spool import Spool
    from hubbub.kernel.batch import Lines

    kept = Spool(folder, 1, 10_000_000_000)
    start = cpu()
    for blob in blobs:
        kept.keep(Lines.split(blob), ARRIVED)
    kept.flush(ARRIVED)
    return (cpu() - start) / len(blobs) / BATCH * 1e6


def one_of_two(home: Path, streams: list[Any], number: int, path: str, seconds: float, barrier: Any, told: Any) -> None:
    """Hear one of two streams for some time."""
    blobs = blobs_of(Path(path).read_bytes().splitlines())[number::2]
    listening = Listening(opened(home, streams), number)
    for blob in again(blobs[:8], 8_000 + number):
        listening.take(blob)
    listening.commit()
    fresh = [list(again(blobs, turn)) for turn in range(3)]
    barrier.wait()
    start, used, posts = time.perf_counter(), cpu(), 0
    for turn in fresh:
        for blob in turn:
            listening.take(blob)
            posts += BATCH
        if time.perf_counter() - start > seconds:
            break
    listening.end()
    told.put((posts, time.perf_counter() - start, cpu() - used))


def one_for_long(home: Path, streams: list[Any], path: str, posts: float, told: Any) -> None:
    """Hear one stream for long, and tell how much memory the process has had at most, after each turn."""
    listening = Listening(opened(home, streams))
    blobs, steps = blobs_of(Path(path).read_bytes().splitlines()), []
    for turn in range(max(1, round(posts / len(blobs) / BATCH))):
        for blob in again(blobs, turn):
            listening.take(blob)
        steps.append(peak_mb())
    listening.end()
    told.put(steps)


def alone(work: Any, folder: Path, asked: Sequence[str], lines: Sequence[bytes], *args: Any) -> Any:
    """Return what some work tells, done in a process that did nothing before."""
    home = Home(folder, asked)
    path = folder / "posts.ndjson"
    path.write_bytes(b"\n".join(lines))
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    process = context.Process(target=work, args=(folder, home.streams, str(path), *args, told))
    process.start()
    found = told.get(timeout=PATIENCE_S)
    process.join()
    return found


def wall_two(folder: Path, asked: Sequence[str], lines: Sequence[bytes], seconds: float = 60) -> dict[str, Any]:
    """Return how many posts a second two processes hear, and how much of two cores they had."""
    home = Home(folder, asked, streams=2)
    path = folder / "posts.ndjson"
    path.write_bytes(b"\n".join(lines))
    context = multiprocessing.get_context("spawn")
    barrier, told = context.Barrier(2), context.Queue()
    pair = [
        context.Process(target=one_of_two, args=(folder, home.streams, n, str(path), seconds, barrier, told))
        for n in range(2)
    ]
    for process in pair:
        process.start()
    found = [told.get(timeout=PATIENCE_S) for _ in pair]
    for process in pair:
        process.join()
    wall = max(each[1] for each in found)
    return {"posts_per_s": sum(each[0] for each in found) / wall, "cores_got": sum(each[2] for each in found) / wall}


def count_wrong(asked: Sequence[str], lines: Sequence[bytes]) -> int:
    """Return for how many posts sieve and matcher find other topics than the plainest rules do."""
    from hubbub.channels.registry import channel_class
    from hubbub.kernel.batch import Lines
    from hubbub.listening.core.letters import normal, tag_parts
    from hubbub.listening.core.matcher import Matcher
    from hubbub.listening.core.query import brute, parse
    from hubbub.listening.core.sieve import Sieve

    parsed = [parse(query) for query in asked]
    keys = channel_class("stream").abilities.keys
    assert keys is not None
    sieve, matcher = Sieve(keys, parsed), Matcher(list(enumerate(parsed)))
    by_term: dict[str, list[int]] = {}
    for number, query in enumerate(parsed):
        for term in query.terms:
            by_term.setdefault(term.literal, []).append(number)
    literals, wrong = list(by_term), 0
    for first in range(0, len(lines), BATCH):
        part = Lines.of(lines[first : first + BATCH])
        texts = [str(json.loads(line)["text"]) for line in part]
        picked = sieve.pick(part).rows.tolist()
        found = dict(matcher.match([texts[row] for row in picked]))
        said = {row: found.get(place, ()) for place, row in enumerate(picked)}
        for row, text in enumerate(texts):
            # A topic of these needs one of its terms, and a term the very letters, in the text or a tag's parts.
            body = "\n".join((normal(text), *(normal(part) for _, _, part in tag_parts(text))))
            may = sorted({topic for literal in literals if literal in body for topic in by_term[literal]})
            wrong += said.get(row, ()) != tuple(topic for topic in may if brute(parsed[topic], text))
    return wrong


def naive(terms: Sequence[str], lines: Sequence[bytes]) -> float | None:
    """Return the posts a CPU second of the loop a user would write."""
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return None
    feeling = SentimentIntensityAnalyzer()
    patterns = [re.compile(rf"(?<!\w){re.escape(term)}(?!\w)", re.IGNORECASE) for term in terms]
    start = cpu()
    for line in lines:
        text = json.loads(line)["text"]
        any(pattern.search(text) for pattern in patterns)
        feeling.polarity_scores(text)
    return len(lines) / (cpu() - start)


NOT_USED = (
    "torch", "transformers", "transformers.pipelines", "transformers.pipelines.base", "spacy", "spacy.cli",
    "spacy.language", "nltk", "nltk.tokenize", "nltk.corpus", "nltk.stem",
)  # fmt: skip


def obsei(lines: Sequence[bytes]) -> float | None:
    """Return the posts a CPU second of obsei's text cleaner and VADER."""
    # obsei imports these all at once; neither VADER nor the cleaner asks them for anything.
    missing = {name for name in {each.partition(".")[0] for each in NOT_USED} if importlib.util.find_spec(name) is None}
    sys.modules |= {name: MagicMock(Tensor=MagicMock) for name in NOT_USED if name.partition(".")[0] in missing}
    try:
        from obsei.analyzer.sentiment_analyzer import VaderSentimentAnalyzer
        from obsei.payload import TextPayload
        from obsei.preprocessor import text_cleaning_function as clean
        from obsei.preprocessor.text_cleaner import TextCleaner, TextCleanerConfig
        from obsei.preprocessor.text_tokenizer import BaseTextTokenizer
    except ImportError:
        return None

    class Spaces(BaseTextTokenizer):  # type: ignore[misc]
        def tokenize_text(self, text: str) -> list[str]:
            return text.split()

    posts = [json.loads(line) for line in lines]
    payloads = [TextPayload(processed_text=post["text"], meta=post, source_name="x") for post in posts]
    wanted = [
        clean.ToLowerCase(),
        clean.RemoveWhiteSpaceAndEmptyToken(),
        clean.RemovePunctuation(),
        clean.RemoveSpecialChars(),
    ]
    cleaner, feeling = TextCleaner(text_tokenizer=Spaces()), VaderSentimentAnalyzer()
    start = cpu()
    feeling.analyze_input(cleaner.preprocess_input(payloads, TextCleanerConfig(cleaning_functions=wanted)))
    return len(lines) / (cpu() - start)


def main() -> None:
    """Measure what is asked for, and print."""
    parser = argparse.ArgumentParser(description="How fast whole networks are heard.")
    parser.add_argument("--posts", type=int, default=200_000)
    parser.add_argument("--many", type=float, default=10, help="million posts for rss_mb")
    parser.add_argument("--check", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default="", help="figures, with commas between")
    options = parser.parse_args()
    only = set(filter(None, options.only.split(",")))

    def wanted(*names: str) -> bool:
        return not only or not only.isdisjoint(names)

    figures: dict[str, Any] = {"bench": "hotpath"}
    corpus = Corpus(options.seed)
    few, terms, most = corpus.terms[:FEW], corpus.terms[:TERMS], corpus.terms[:MOST]
    some = list(corpus.lines(options.posts, 0.05, terms))
    every = list(corpus.lines(max(BATCH * 10, options.posts // 4), 1.0, terms))
    figures["bytes_per_post"] = sum(map(len, some)) // len(some)
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        if wanted("ratio_parse_5", "batch_p99_ms", "vs_naive", "vs_obsei"):
            found = compare(Home(folder / "five", queries(terms)), blobs_of(some))
            figures |= {"ratio_parse_5": round(found["ratio"], 3), "posts_5": found} | {
                "batch_p99_ms": round(found["p99_ms"], 1),
                "spool_us": round(spool_us(folder / "spool", blobs_of(some)), 2),
            }
        if wanted("ratio_parse_100", "batch_p99_ms", "vs_obsei"):
            found = compare(Home(folder / "all", queries(terms)), blobs_of(every))
            figures |= {"ratio_parse_100": round(found["ratio"], 3), "posts_100": found}
            figures["batch_p99_ms"] = round(max(found["p99_ms"], figures.get("batch_p99_ms", 0)), 1)
        if wanted("growth_terms"):
            cost = {}
            for count, listened in ((FEW, few), (MOST, most)):
                said = list(corpus.lines(options.posts, 0.05, listened))  # as many match, however many are asked for
                found = compare(Home(folder / f"terms{count}", queries(listened)), blobs_of(said), rounds=2)
                cost[count] = found["parse_per_cpu_s"] / found["posts_per_cpu_s"]
            figures["growth_terms"] = round(cost[MOST] / cost[FEW], 2)
        for name, lines in (("wall_two_5", some), ("wall_two_100", every)):
            if wanted(name):
                pair = wall_two(folder / name, queries(terms), lines)
                figures[f"{name}_cores_got"] = round(pair["cores_got"], 2)
                measured = pair["cores_got"] >= CORES_NEEDED
                figures[name] = round(pair["posts_per_s"]) if measured else "not measured"
                figures[f"{name}_seen"] = round(pair["posts_per_s"])
        if wanted("rss_mb"):
            steps = alone(one_for_long, folder / "many", queries(terms), some[: 50 * BATCH], options.many * 1e6)
            figures |= {"rss_mb": round(steps[-1]), "rss_mb_half_way": round(steps[len(steps) // 2])}
        if wanted("wrong") and options.check:
            half = options.check // 2
            checked = [*corpus.lines(half, 0.05, terms), *corpus.lines(options.check - half, 1.0, terms)]
            figures |= {"wrong": count_wrong(queries(terms), checked), "checked": len(checked)}
        if wanted("vs_naive") and (slow := naive(terms, some[:40])):
            figures["vs_naive"] = round(figures["posts_5"]["posts_per_cpu_s"] / slow)
        if wanted("vs_obsei") and (slow := obsei(every[:2_000])):
            figures["vs_obsei"] = round(figures["posts_100"]["posts_per_cpu_s"] / slow, 1)
    missed = [name for name, bar in BARS.items() if isinstance(figures.get(name), float | int) and figures[name] < bar]
    missed += [name for name, bar in MOSTS.items() if name in figures and figures[name] > bar]
    print(json.dumps(figures | {"missed": missed}))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
