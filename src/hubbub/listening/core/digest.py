"""What a span of a topic comes to, beside its counts: people, tops, words. Made of columns, and merged over any span.

Counts of posts are the roll-ups' (exact, by the minute). A digest tells what can't be added up from numbers: which
posts and voices stand out, which words. It holds the most only: what falls below in every part of a span is not
found in the whole, as with any summary of this kind; what is shown was counted exactly where it was kept.
"""

import heapq
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import regex
from numpy.typing import NDArray

from hubbub.kernel.batch import Event
from hubbub.kernel.hashing import hashes
from hubbub.kernel.text import clip, fold
from hubbub.listening.core import sketch
from hubbub.listening.core.heard import at_us

KEPT_TOPS, KEPT_VOICES, KEPT_WORDS, KEPT_TAGS, KEPT_SITES, KEPT_NAMED = 30, 120, 400, 150, 60, 120
SAMPLE = 500  # posts of a part whose words are counted
EXCERPT = 320
_HOUR_US = 3_600_000_000
_WORD = regex.compile(r"[\p{L}\p{M}][\p{L}\p{M}\p{N}'’\-]*[\p{L}\p{M}\p{N}]")
_NOT_WORDS = regex.compile(r"https?://\S+|[@#][\w.\-]+")
_LONGEST_WORD = 40

Numbers = NDArray[np.int64]
Key = tuple[int, int, int]
"""Workspace, topic, hours since 1970."""


class Voice(msgspec.Struct, array_like=True):
    """Somebody who spoke of a topic."""

    channel: str
    handle: str
    name: str
    followers: int
    posts: int
    warm: int
    cold: int


class Top(msgspec.Struct, array_like=True):
    """A post that stands out, with what says the same."""

    uri: str
    said_us: int
    happened_us: int
    channel: str
    author: str
    handle: str
    name: str
    followers: int
    text: str
    lang: str
    sentiment: int
    url: str
    likeness: int
    copies: int  # posts with the same words, itself among them
    reach: int  # the followers of all their authors

    @property
    def said_at(self) -> datetime:
        """When it was said."""
        return at_us(self.said_us)


class Digest(msgspec.Struct, array_like=True):
    """A part of a topic's past."""

    posts: int = 0
    sampled: int = 0  # posts whose words were counted
    views: int = 0  # at most: every post counted with its author's followers
    authors: bytes = b""  # a sketch
    kinds: dict[str, list[float]] = {}  # by channel: likelihoods of kinds, added up
    words: dict[str, int] = {}  # sampled posts that hold them
    tags: dict[str, int] = {}
    sites: dict[str, int] = {}
    voices: dict[str, Voice] = {}  # by the network's id of the account
    tops: list[Top] = []
    named: dict[str, int] = {}  # posts that name an account, by its handle in small letters


@dataclass(frozen=True, slots=True)
class Distinct:
    """A word that a topic has more often than the rest of what was heard."""

    word: str
    posts: int
    times: float | None  # as often as elsewhere; None: nowhere else


def digests(table: pa.Table) -> Iterator[tuple[Key, Digest]]:
    """Yield the digest of every topic and hour of heard posts, and of all posts together as topic 0.

    Parameters
    ----------
    table : columns of a segment (flows.segment); private posts, deletes and posts without words tell nothing here, nor
        do marks, which bring their own digest (flows.corrections)
    """
    event, private = table.column("event"), table.column("private")
    wording = pc.is_in(event, pa.array([int(Event.CREATE), int(Event.EDIT)], event.type))
    told = pc.and_(wording, pc.and_(pc.invert(private), pc.is_valid(table["text"])))
    table = table.filter(told).combine_chunks()
    if not table.num_rows:
        return
    columns = _Columns(table)
    topics = table.column("topics").combine_chunks()
    sizes = pc.list_value_length(topics).to_numpy().astype(np.int64)
    each = np.arange(table.num_rows)
    rows = np.concatenate((np.repeat(each, sizes), each))
    of = np.concatenate((topics.flatten().to_numpy().astype(np.int64), np.zeros(table.num_rows, np.int64)))
    hours = columns.said_us // _HOUR_US
    workspaces = table.column("workspace").to_numpy()
    keys = np.stack((workspaces[rows], of, hours[rows]))
    order = np.lexsort(keys[::-1])
    ends = np.append(np.flatnonzero((np.diff(keys[:, order]) != 0).any(axis=0)) + 1, len(order))
    keys = keys[:, order[ends - 1]]
    sampled = columns.sample(rows[order], ends)
    start = 0
    for place, end in enumerate(ends.tolist()):
        key: Key = tuple(keys[:, place].tolist())
        yield key, columns.digest(rows[order[start:end]], sampled[place])
        start = end


class _Columns:
    """The columns of heard posts as arrays that are cut into groups."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.event = table.column("event").to_numpy()
        self.said_us = table.column("said_at").cast(pa.int64()).to_numpy()
        self.happened_us = table.column("happened_at").cast(pa.int64()).to_numpy()
        self.followers = pc.fill_null(table.column("followers"), 0).to_numpy()
        self.sentiment = table.column("sentiment").to_numpy()
        self.likeness = pc.fill_null(table.column("likeness"), 0).to_numpy()
        self.entries = sketch.entries(hashes(table.column("author").combine_chunks()))
        authors = pc.fill_null(table.column("author"), "").combine_chunks().dictionary_encode()
        self.author, self.authors = authors.indices.to_numpy(), authors.dictionary
        channels = table.column("channel").combine_chunks().dictionary_encode()
        self.channel, self.channels = channels.indices.to_numpy(), channels.dictionary.to_pylist()
        self.kinds = _kinds(table)
        self.tags = _Listed(pc.utf8_lower(_values(table, "tags")), _sizes(table, "tags"))
        self.named = _Listed(pc.utf8_lower(_values(table, "mentions")), _sizes(table, "mentions"))
        self.sites = _Listed(_hosts(_values(table, "links")), _sizes(table, "links"))
        self.words = _Listed(pa.array([], pa.string()), np.zeros(table.num_rows, np.int64))

    def sample(self, rows: Numbers, ends: Numbers) -> list[Numbers]:
        """Choose the posts of each group whose words are counted, and find their words."""
        picked, start = [], 0
        for end in ends.tolist():
            group = rows[start:end]
            picked.append(group if len(group) <= SAMPLE else group[np.argsort(_mixed(group))[:SAMPLE]])
            start = end
        wanted = np.unique(np.concatenate(picked))
        texts = self.table.column("text").take(pa.array(wanted)).to_pylist()
        found = [words_of(text) for text in texts]
        sizes = np.zeros(self.table.num_rows, np.int64)
        sizes[wanted] = [len(each) for each in found]
        self.words = _Listed(pa.array([word for each in found for word in each], pa.string()), sizes)
        return picked

    def digest(self, rows: Numbers, sampled: Numbers) -> Digest:
        """Return what some posts come to. An edit tells its wording only: the post itself was counted before."""
        made = rows[self.event[rows] == Event.CREATE]
        channels = self.channel[made]
        return Digest(
            posts=len(made),
            sampled=len(sampled),
            views=int(self.followers[made].sum()),
            authors=np.unique(self.entries[made]).astype("<u4").tobytes(),
            kinds={
                self.channels[channel]: self.kinds[made[channels == channel]].sum(0).round(3).tolist()
                for channel in np.unique(channels).tolist()
            },
            words=self.words.counts(sampled, KEPT_WORDS),
            tags=self.tags.counts(made, KEPT_TAGS),
            sites=self.sites.counts(made, KEPT_SITES),
            voices=self._voices(made),
            tops=self._tops(rows),
            named=self.named.counts(made, KEPT_NAMED),
        )

    def _voices(self, rows: Numbers) -> dict[str, Voice]:
        codes, last, of, posts = np.unique(
            self.author[rows][::-1], return_index=True, return_inverse=True, return_counts=True
        )
        if not codes.size:
            return {}
        of, last = of[::-1], rows[len(rows) - 1 - last]
        warm = np.bincount(of, self.sentiment[rows] > 0, len(codes)).astype(np.int64)
        cold = np.bincount(of, self.sentiment[rows] < 0, len(codes)).astype(np.int64)
        kept = _most(posts, self.followers[last], KEPT_VOICES)
        told = self.table.select(("handle", "name", "channel")).take(pa.array(last[kept])).to_pylist()
        names = self.authors.take(pa.array(codes[kept])).to_pylist()
        numbers = zip(*(each[kept].tolist() for each in (self.followers[last], posts, warm, cold)), strict=True)
        return {
            author: Voice(of["channel"], of["handle"] or "", of["name"] or "", *four)
            for author, of, four in zip(names, told, numbers, strict=True)
            if author
        }

    def _tops(self, rows: Numbers) -> list[Top]:
        alike = self.likeness[rows]
        alike = np.where(alike == 0, -1 - rows, alike)  # too short to tell: like itself only
        _, group = np.unique(alike, return_inverse=True)
        counted = self.event[rows] == Event.CREATE
        reach = np.bincount(group, self.followers[rows] * counted).astype(np.int64)
        copies = np.bincount(group, counted).astype(np.int64)
        order = np.lexsort((-self.happened_us[rows], self.said_us[rows]))  # the first that said it, as it reads now
        _, first = np.unique(group[order], return_index=True)
        first = order[first]
        kept = np.lexsort((copies, reach))[::-1][:KEPT_TOPS]
        names = ("uri", "channel", "author", "handle", "name", "text", "language", "url")
        picked = rows[first[kept]]
        told = self.table.select(names).take(pa.array(picked)).to_pylist()
        return [
            Top(
                uri=of["uri"],
                said_us=int(self.said_us[row]),
                happened_us=int(self.happened_us[row]),
                channel=of["channel"],
                author=of["author"] or "",
                handle=of["handle"] or "",
                name=of["name"] or "",
                followers=int(self.followers[row]),
                text=clip(of["text"], EXCERPT),
                lang=of["language"],
                sentiment=int(self.sentiment[row]),
                url=of["url"] or "",
                likeness=int(self.likeness[row]),
                copies=int(copies[place]),
                reach=int(reach[place]),
            )
            for of, row, place in zip(told, picked.tolist(), kept.tolist(), strict=True)
        ]


class _Listed:
    """A column of lists of words, to be counted for any choice of rows."""

    def __init__(self, values: pa.StringArray, sizes: Numbers) -> None:
        coded = values.dictionary_encode()
        self.codes, self.names = coded.indices.to_numpy(zero_copy_only=False), coded.dictionary
        self.ends = np.cumsum(sizes)
        self.sizes = sizes

    def counts(self, rows: Numbers, most: int) -> dict[str, int]:
        """Return how many of these rows hold each word, for the most frequent ones."""
        sizes = self.sizes[rows]
        if not sizes.sum():
            return {}
        before = np.repeat(self.ends[rows] - np.cumsum(sizes), sizes)
        codes, counts = np.unique(self.codes[before + np.arange(sizes.sum())], return_counts=True)
        kept = np.argsort(-counts, kind="stable")[:most]
        return dict(zip(self.names.take(pa.array(codes[kept])).to_pylist(), counts[kept].tolist(), strict=True))


def words_of(text: str) -> list[str]:
    """Return the words of a text, each once, as they are compared; names, tags and addresses aside.

    >>> words_of("The HINGE is broken, the hinge! @acme #fail https://a.example/x")
    ['the', 'hinge', 'is', 'broken']
    """
    found = _WORD.findall(_NOT_WORDS.sub(" ", fold(text)))
    return [word for word in dict.fromkeys(found) if len(word) <= _LONGEST_WORD]


def merged(parts: Iterable[Digest]) -> Digest:
    """Return digests as one; the same whatever their order."""
    whole = Digest(kinds={}, words={}, tags={}, sites={}, voices={}, tops=[], named={})
    words, tags, sites, named = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    tops: list[Top] = []
    authors: list[bytes] = []
    for part in parts:
        whole.posts, whole.sampled, whole.views = (
            whole.posts + part.posts,
            whole.sampled + part.sampled,
            whole.views + part.views,
        )
        authors.append(part.authors)
        for channel, kinds in part.kinds.items():
            before = whole.kinds.get(channel)
            whole.kinds[channel] = kinds if before is None else [a + b for a, b in zip(before, kinds, strict=True)]
        for counter, counts in ((words, part.words), (tags, part.tags), (sites, part.sites), (named, part.named)):
            for word, count in counts.items():
                counter[word] += count
        for author, voice in part.voices.items():
            known = whole.voices.get(author)
            whole.voices[author] = voice if known is None else _one_voice(known, voice)
        tops += part.tops
    whole.authors = sketch.merged(authors)
    whole.words, whole.tags, whole.sites = _top(words, KEPT_WORDS), _top(tags, KEPT_TAGS), _top(sites, KEPT_SITES)
    whole.named = _top(named, KEPT_NAMED)
    whole.voices = _heard_most(whole.voices)
    whole.tops = heapq.nlargest(KEPT_TOPS, _one_each(tops), key=lambda top: (top.reach, top.copies, top.uri))
    return whole


def distinct(topic: Digest, everything: Digest, most: int = 12) -> list[Distinct]:
    """Return the words that set a topic apart from all else that was heard, the most telling first.

    By log-odds with a prior of all that was heard, divided by their standard error, after B. Monroe, M. Colaresi and
    K. Quinn, "Fightin' Words" (2008): a word counts by how sure it is that it is more frequent here.
    """
    inside, outside = topic.sampled, max(0, everything.sampled - topic.sampled)
    scored = []
    for word, here in topic.words.items():
        there = max(0, everything.words.get(word, 0) - here)
        if here < 2 or (len(word) < 3 and word.isascii()):
            continue
        prior = (here + there + 1) / (inside + outside + 2)
        a, b = here + 5 * prior, there + 5 * prior
        odds = np.log(a / max(0.5, inside + 5 - a)) - np.log(b / max(0.5, outside + 5 - b))
        score = float(odds / np.sqrt(1 / a + 1 / b))
        if score > 2:
            times = (here / inside) / (there / outside) if there else None
            scored.append((score, Distinct(word, here, times)))
    return [found for _, found in heapq.nlargest(most, scored, key=lambda each: each[0])]


def without_people(digest: Digest) -> Digest:
    """Return what a digest tells of no one person: counts, words, tags, sites and the sketch of who spoke."""
    return msgspec.structs.replace(digest, voices={}, tops=[], named={})


def without(digest: Digest, channel: str, author: str, handle: str) -> Digest:
    """Return a digest in which somebody is not told of; the same one if it did not."""
    gone = {name.lower() for name in (author, handle) if name}
    voices = {name: voice for name, voice in digest.voices.items() if (name, voice.channel) != (author, channel)}
    tops = [top for top in digest.tops if (top.author, top.channel) != (author, channel)]
    named = {name: count for name, count in digest.named.items() if name not in gone}
    if (len(voices), len(tops), len(named)) == (len(digest.voices), len(digest.tops), len(digest.named)):
        return digest
    return msgspec.structs.replace(digest, voices=voices, tops=tops, named=named)


def packed(digest: Digest) -> bytes:
    """Return a digest as it is kept."""
    return zlib.compress(_ENCODER.encode(digest), 1)


def unpacked(kept: bytes | memoryview) -> Digest:
    """Return a digest that was kept."""
    return _DECODER.decode(zlib.decompress(kept))


_ENCODER, _DECODER = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Digest)


def _one_voice(known: Voice, other: Voice) -> Voice:
    last = max(known, other, key=lambda voice: (voice.followers, voice.handle, voice.name))
    return Voice(
        last.channel,
        last.handle,
        last.name,
        last.followers,
        known.posts + other.posts,
        known.warm + other.warm,
        known.cold + other.cold,
    )


def _one_each(tops: list[Top]) -> list[Top]:
    """Return posts that say the same as one: the first of them, in its latest wording."""
    latest: dict[str, Top] = {}
    for top in tops:
        known = latest.get(top.uri)
        if known is None:
            latest[top.uri] = top
        else:
            newer, older = (top, known) if top.happened_us >= known.happened_us else (known, top)
            # An edit counts as no post of its own, so that nothing is added twice.
            latest[top.uri] = msgspec.structs.replace(
                newer, copies=newer.copies + older.copies, reach=newer.reach + older.reach
            )
    groups: dict[int | str, Top] = {}
    for top in latest.values():
        name = top.likeness or top.uri
        known = groups.get(name)
        if known is None:
            groups[name] = top
            continue
        first = min(known, top, key=lambda each: (each.said_us, each.uri))
        groups[name] = msgspec.structs.replace(first, copies=known.copies + top.copies, reach=known.reach + top.reach)
    return list(groups.values())


def _top(counts: Counter[str], most: int) -> dict[str, int]:
    return dict(heapq.nsmallest(most, counts.items(), key=lambda each: (-each[1], each[0])))


def _heard_most(voices: Mapping[str, Voice]) -> dict[str, Voice]:
    """Keep those who say most and those whom most follow."""
    if len(voices) <= KEPT_VOICES:
        return dict(voices)
    names = sorted(voices)
    posts = np.array([voices[name].posts for name in names])
    followers = np.array([voices[name].followers for name in names])
    return {names[place]: voices[names[place]] for place in _most(posts, followers, KEPT_VOICES).tolist()}


def _most(posts: Numbers, followers: Numbers, most: int) -> Numbers:
    """Return the places of those with most posts, and of those with most followers."""
    half = most // 2
    found: Numbers = np.unique(
        np.concatenate((np.lexsort((followers, posts))[::-1][:half], np.lexsort((posts, followers))[::-1][:half]))
    )
    return found


def _kinds(table: pa.Table) -> NDArray[np.float32]:
    lists = table.column("kinds").combine_chunks()
    sizes = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    width = int(sizes.max(initial=0))
    found = np.zeros((table.num_rows, width), np.float32)
    if width:
        found[sizes == width] = lists.flatten().to_numpy().reshape(-1, width)
    return found


def _values(table: pa.Table, name: str) -> pa.StringArray:
    return table.column(name).combine_chunks().flatten()


def _sizes(table: pa.Table, name: str) -> Numbers:
    found: Numbers = pc.fill_null(pc.list_value_length(table.column(name)), 0).to_numpy().astype(np.int64)
    return found


def _hosts(links: pa.StringArray) -> pa.StringArray:
    coded = links.dictionary_encode()
    hosts = pa.array([_host(link) for link in coded.dictionary.to_pylist()], pa.string())
    return hosts.take(coded.indices) if len(hosts) else links


def _host(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _mixed(rows: Numbers) -> NDArray[np.uint64]:
    """Shuffle, always the same way."""
    found: NDArray[np.uint64] = (rows.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    return found
