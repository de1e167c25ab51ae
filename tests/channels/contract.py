"""The suite that every connector passes: what `Channel` promises, asked of each.

A connector's tests subclass `ChannelContract`, name a kind and some lines as the network sends them,
and get every test below. With `live` they also get those that need somebody at the other end.
"""

import asyncio
import copy
import inspect
import json
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.channels.hostile import HOSTILE

from hubbub.channels.core.contract import Channel, NotPossible, Outgoing
from hubbub.channels.registry import KINDS, channel_class, open_channel
from hubbub.kernel.batch import MAX_TEXT, POST_SCHEMA, Batch, Event, RawBatch
from hubbub.kernel.errors import HubbubError

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAGES = Path(__file__).parents[2] / "docs" / "channels"

thorough = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@dataclass(frozen=True, slots=True)
class Live:
    """A network that is there: a way to connect to it, and how many lines a first `hear` gives."""

    connect: Callable[[], Channel]
    lines: int


class ChannelContract:
    """Subclass it as `class TestAcme(ChannelContract)`; see the attributes for what to fill in."""

    kind: ClassVar[str]
    config: ClassVar[Mapping[str, Any]] = {}
    secret: ClassVar[Mapping[str, Any]] = {}

    samples: ClassVar[Sequence[bytes]]
    """Lines that give a post each."""

    left_out: ClassVar[Sequence[bytes]] = ()
    """Lines that are well formed and left out on purpose."""

    leaves_out: ClassVar[bool] = False
    """Whether a line may be neither post nor reject."""

    unusable: ClassVar[Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]] = ()
    """Settings and secrets that opening or `check` refuses in words, without any network there."""

    page: ClassVar[str | None] = None
    """The page in docs/channels that explains each setting."""

    hides_markup: ClassVar[bool] = False
    """Whether texts come as HTML, of which a person sees only what it shows."""

    def line_of(self, text: str) -> bytes | None:
        """Return a line that says this text; None where the connector has no words of strangers."""
        return None

    @asynccontextmanager
    async def live(self, folder: Path) -> AsyncIterator[Live | None]:
        """Run the other end; None where the tests have none."""
        yield None

    # What the suite itself needs.

    def channel(self) -> Channel:
        return open_channel(self.kind, self.config, self.secret)

    def parse(self, lines: Sequence[bytes], rows: Sequence[int] | None = None, at: datetime = NOON) -> Batch:
        return channel_class(self.kind).parse(RawBatch(lines, None, at), rows)

    def look_over(self, lines: Sequence[bytes]) -> Batch:
        """Parse lines and check what must hold whatever they are."""
        before = list(lines)
        batch = self.parse(lines)
        assert list(lines) == before
        again = self.parse(list(lines))
        assert batch.posts.equals(again.posts)
        assert batch.rejects == again.rejects
        self.look_at(batch, len(lines))
        return batch

    def look_at(self, batch: Batch, lines: int) -> None:
        """Check what must hold of what so many lines gave, whatever they were."""
        assert batch.posts.schema.equals(POST_SCHEMA)
        batch.posts.validate(full=True)
        posts = batch.posts.to_pylist()
        posted, rejected = {post["row"] for post in posts}, {reject.row for reject in batch.rejects}
        assert not posted & rejected
        assert posted | rejected <= set(range(lines))
        if not self.leaves_out:
            assert posted | rejected == set(range(lines))
        for reject in batch.rejects:
            assert_in_words(reject.reason, whole=False)
        for post in posts:
            assert post["uri"].strip()
            assert post["event"] in list(Event)
            assert (post["event"] == Event.DELETE) or post["text"] is not None or post["media"] or post["repost_of"]
            assert_storable(post)

    # Parsing.

    def test_each_sample_gives_a_post(self) -> None:
        batch = self.look_over(self.samples)
        assert batch.rejects == ()
        assert set(batch.posts["row"].to_pylist()) == set(range(len(self.samples)))

    def test_what_is_left_out_on_purpose_is_no_reject(self) -> None:
        batch = self.parse(self.left_out)
        assert (len(batch), batch.rejects) == (0, ())

    def test_no_lines_give_an_empty_batch(self) -> None:
        batch = self.look_over([])
        assert (len(batch), batch.rejects) == (0, ())

    def test_only_the_rows_asked_for_are_parsed(self) -> None:
        lines = [*self.samples, b"\xff not a line", *self.samples]
        whole = self.parse(lines)
        for rows in ([], [0], [len(lines) - 1], list(range(0, len(lines), 2)), list(range(len(lines)))):
            some = self.parse(lines, rows)
            kept = whole.posts.filter(pa.array([row in rows for row in whole.posts["row"].to_pylist()], pa.bool_()))
            assert some.posts.equals(kept)
            assert some.rejects == tuple(reject for reject in whole.rejects if reject.row in rows)

    def test_a_post_keeps_its_uri_whenever_and_among_whatever_it_is_heard(self) -> None:
        alone = {
            line: self.parse([line], at=NOON + timedelta(days=3)).posts["uri"].to_pylist() for line in self.samples
        }
        shuffled = random.Random(7).sample(list(self.samples), len(self.samples))
        together = self.parse(shuffled).posts.to_pylist()
        assert {
            line: [post["uri"] for post in together if post["row"] == row] for row, line in enumerate(shuffled)
        } == alone

    def test_events_are_those_the_channel_says_it_has(self) -> None:
        abilities = self.channel().abilities
        seen = set(self.parse(self.samples).posts["event"].to_pylist())
        assert abilities.edits or Event.EDIT not in seen
        assert abilities.deletes or Event.DELETE not in seen

    def test_nothing_happened_after_it_arrived(self) -> None:
        for post in self.parse(self.samples).posts.to_pylist():
            assert post["happened_at"] <= NOON + timedelta(days=1)

    def test_junk_never_raises(self) -> None:
        deep = b"[" * 100_000
        self.look_over([b"", b"\0", b"{", b"[]", b"{}", b"null", b"1e999", b"\xff\xfe", b'"\\ud800"', deep])
        self.look_over([deep + b"]" * 100_000, b'{"a":' * 100_000, b'{"text":"x"' + b" " * 1_000_000])
        self.look_over([bytes(range(256)) * 100])

    @thorough
    @given(data=st.data())
    def test_changed_samples_never_raise(self, data: st.DataObject) -> None:
        self.look_over(data.draw(st.lists(changed(self.samples), min_size=1, max_size=3)))

    @pytest.mark.parametrize("name", HOSTILE)
    def test_hostile_text_goes_through_or_is_turned_away(self, name: str) -> None:
        line = self.line_of(HOSTILE[name])
        if line is None:
            pytest.skip("this connector has no words of strangers")
        batch = self.look_over([line])
        for post in batch.posts.to_pylist():
            shown = HOSTILE[name].encode(errors="replace").decode()
            if not self.hides_markup and post["text"] and "widget" in shown:
                assert "widget" in post["text"]

    def test_a_text_longer_than_any_honest_one_is_turned_away(self) -> None:
        line = self.line_of("widget " * (MAX_TEXT // 6))
        if line is None:
            pytest.skip("this connector has no words of strangers")
        batch = self.look_over([line])
        assert len(batch) == 0

    # What it says of itself.

    def test_it_has_all_that_a_channel_has(self) -> None:
        made = channel_class(self.kind)
        assert made.kind == self.kind
        for name, member in inspect.getmembers(Channel, inspect.isfunction):
            if not name.startswith("_"):
                assert name in dir(made), name
                assert list(inspect.signature(getattr(made, name)).parameters) == _parameters(member, made, name)
        assert made.connector.isidentifier()
        assert made.label.strip()
        assert_in_words(made.about)

    def test_its_settings_are_explained(self) -> None:
        names = [field.name for field in channel_class(self.kind).fields]
        assert len(names) == len(set(names))
        for field in channel_class(self.kind).fields:
            assert field.name.isidentifier()
            assert field.label.strip()
            if not field.required:
                assert field.help or field.default, f"{field.name} may be left out: say what happens then"
            if self.page is not None:
                assert field.label in (PAGES / self.page).read_text(encoding="utf-8")

    def test_a_missing_setting_is_named(self) -> None:
        made = channel_class(self.kind)
        for field in made.fields:
            if field.required and not field.default:
                config = {name: value for name, value in self.config.items() if name != field.name}
                secret = {name: value for name, value in self.secret.items() if name != field.name}
                with pytest.raises(HubbubError, match=field.label):
                    open_channel(self.kind, config, secret)

    async def test_settings_that_can_not_be_used_are_refused_in_words(self) -> None:
        for config, secret in self.unusable:
            with pytest.raises(HubbubError) as caught:
                channel = open_channel(self.kind, config, secret)
                try:
                    await asyncio.wait_for(channel.check(), 30)
                finally:
                    await channel.aclose()
            assert_in_words(str(caught.value))

    def test_settings_of_any_type_are_refused_in_words_or_taken(self) -> None:
        odds: tuple[Any, ...] = (7, True, [], {"a": 1}, "\0", "\ud800", "x" * 100_000, "\u202e", None, 1.5)
        for field in channel_class(self.kind).fields:
            for odd in odds:
                config, secret = dict(self.config), dict(self.secret)
                (secret if field.secret else config)[field.name] = odd
                try:
                    open_channel(self.kind, config, secret)
                except HubbubError as error:
                    assert_in_words(str(error))

    def test_its_abilities_make_sense(self) -> None:
        abilities = self.channel().abilities
        assert abilities.counts in ("characters", "graphemes")
        assert abilities.max_length is None or abilities.max_length > 0
        assert abilities.max_bytes is None or abilities.max_bytes > 0
        assert abilities.poll_s is None or abilities.poll_s > 0
        assert abilities.reply or abilities.private or not (abilities.looks_up or abilities.repeats)

    async def test_it_sends_only_what_it_is_able_to(self) -> None:
        channel = self.channel()
        public = Outgoing("k1", "Thank you", NOON, parent="x:1")
        private = Outgoing("k2", "Thank you", NOON, to="x", private=True)
        for message, able in ((public, channel.abilities.reply), (private, channel.abilities.private)):
            if able:
                continue
            with pytest.raises(NotPossible) as caught:
                await channel.send(message)
            assert_in_words(str(caught.value))
        if not channel.abilities.reply and not channel.abilities.private:
            assert await channel.find(public) is None
            assert channel.expected_uri(public) is None
        await channel.aclose()

    async def test_it_is_searched_only_where_it_says_so(self) -> None:
        channel = self.channel()
        if not channel.abilities.searches:
            assert await channel.search("widget", NOON) is None
        await channel.aclose()

    async def test_who_can_not_be_asked_about_accounts_has_no_timelines(self) -> None:
        channel = self.channel()
        if not channel.abilities.asks:
            assert await channel.timeline("kit") is None
        await channel.aclose()

    def test_its_scope_is_a_name_or_none(self) -> None:
        first, second = self.channel(), self.channel()
        assert first.scope == second.scope
        assert first.scope is None or 0 < len(first.scope) <= 1_000

    async def test_closing_twice_does_no_harm(self) -> None:
        channel = self.channel()
        await channel.aclose()
        await channel.aclose()

    def test_it_is_in_the_registry_and_leaves_its_settings_alone(self) -> None:
        assert self.kind in KINDS
        config, secret = copy.deepcopy(dict(self.config)), copy.deepcopy(dict(self.secret))
        open_channel(self.kind, config, secret)
        assert (config, secret) == (dict(self.config), dict(self.secret))

    # With somebody at the other end.

    async def test_what_is_heard_can_be_parsed_and_resumed_from_any_cursor(self, tmp_path: Path) -> None:
        async with self.live(tmp_path) as live:
            if live is None:
                pytest.skip("nobody is at the other end")
            batches = await hear(live.connect(), None, live.lines)
            lines = [line for batch in batches for line in batch.lines]
            assert len(lines) >= live.lines
            self.look_over(lines)
            heard = 0
            for batch in batches:
                assert batch.lines or batch is batches[0]  # the first may only say from where one hears
                assert batch.arrived_at.tzinfo is not None
                heard += len(batch.lines)
                cursor = json.loads(json.dumps(batch.cursor, allow_nan=False))
                after = lines[heard:]
                again = await hear(live.connect(), cursor, after)
                assert set(after) <= {line for later in again for line in later.lines}

    async def test_a_timeline_is_one_accounts_public_posts_in_the_form_parse_takes(self, tmp_path: Path) -> None:
        async with self.live(tmp_path) as live:
            if live is None or not self.channel().abilities.asks:
                pytest.skip("nobody can be asked")
            channel = live.connect()
            spoke = self.parse([line for batch in await hear(live.connect(), None, live.lines) for line in batch.lines])
            who = [post["author"] for post in spoke.posts.to_pylist() if post["author"] and not post["private"]]
            for author in [*dict.fromkeys(who)][:2]:
                found = await channel.timeline(author)
                if found is not None:
                    posts = self.look_over(list(found.lines)).posts.to_pylist()
                    assert {post["author"] for post in posts} <= {author}
                    assert not any(post["private"] or post["repost_of"] for post in posts)
            await channel.aclose()

    async def test_check_is_content_with_a_network_that_is_there(self, tmp_path: Path) -> None:
        async with self.live(tmp_path) as live:
            if live is None:
                pytest.skip("nobody is at the other end")
            channel = live.connect()
            account = await channel.check()
            await channel.aclose()
            assert account is None or account.id


async def hear(channel: Channel, cursor: Any, wanted: int | Sequence[bytes]) -> list[RawBatch]:
    """Hear until so many lines, or certain ones, came, or the channel ends."""
    batches: list[RawBatch] = []
    missing = set() if isinstance(wanted, int) else set(wanted)
    count = wanted if isinstance(wanted, int) else 0
    async with asyncio.timeout(60):
        stream = channel.hear(cursor)
        while count > 0 or missing:
            try:
                batch = await anext(stream)
            except StopAsyncIteration:
                break
            batches.append(batch)
            count -= len(batch.lines)
            missing -= set(batch.lines)
        await stream.aclose()  # type: ignore[attr-defined]
    await channel.aclose()
    return batches


def assert_in_words(words: str, *, whole: bool = True) -> None:
    """Words somebody can act on, a whole sentence unless asked otherwise: no traceback, no unfilled place."""
    assert 8 <= len(words) <= 2_000, words[:300]
    assert words[0] == words[0].upper(), words
    assert not whole or words.rstrip()[-1] in ".…!?”’)", words
    for ugly in ("Traceback", "Error(", "<class", "object at 0x", "{reason}", "{words}", "None:"):
        assert ugly not in words, words


def assert_storable(value: Any) -> None:
    """Texts that any store and any encoder takes."""
    if isinstance(value, str):
        value.encode("utf-8")
        assert not any(letter < " " and letter not in "\t\n" for letter in value), repr(value[:200])
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            assert_storable(each)


def _parameters(promised: Callable[..., object], made: type[Channel], name: str) -> list[str]:
    names = list(inspect.signature(promised).parameters)
    return names if "self" in inspect.signature(getattr(made, name)).parameters or names[0] != "self" else names[1:]


DEEP = "deep down here"
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(st.characters(), max_size=20),
    st.sampled_from(
        (
            "",
            " ",
            "\0",
            "\ud800",
            "x" * 5_000,
            DEEP,
            "9999-12-31T23:59:59.999999Z",
            "0001-01-01T00:00:00Z",
            "2026-02-30T25:61:61Z",
            "javascript:alert(1)",
            [],
            {},
            [[]],
            {"": None},
            ["x"] * 500,
            1e308,
            -1e308,
            2**63,
            10**400,
        )
    ),
)


@st.composite
def changed(draw: st.DrawFn, samples: Sequence[bytes]) -> bytes:
    """A sample cut, with bytes in the wrong place, or with a part dropped or of another type."""
    line = draw(st.sampled_from(list(samples)))
    how = draw(st.sampled_from(("cut", "bytes", "tree", "tree", "tree", "tree")))
    if how == "cut":
        return line[: draw(st.integers(0, len(line)))]
    if how == "bytes":
        start = draw(st.integers(0, len(line)))
        return line[:start] + draw(st.binary(max_size=8)) + line[start + draw(st.integers(0, 8)) :]
    try:
        tree = json.loads(line)
    except ValueError:
        return line[::-1]
    for _ in range(draw(st.integers(1, 3))):
        tree = _bent(draw, tree)
    return json.dumps(tree).encode().replace(f'"{DEEP}"'.encode(), b"[" * 3_000 + b"]" * 3_000)


def _bent(draw: st.DrawFn, tree: Any) -> Any:
    """A tree with one of its parts changed."""
    steps: list[tuple[Any, Any]] = [(None, None)]

    def walk(node: Any) -> None:
        if isinstance(node, dict | list):
            for key in list(node) if isinstance(node, dict) else range(len(node)):
                steps.append((node, key))
                walk(node[key])

    walk(tree)
    node, key = draw(st.sampled_from(steps))
    if node is None:
        return copy.deepcopy(draw(ODD)) if draw(st.booleans()) else tree
    if draw(st.booleans()):
        del node[key]
    else:
        node[key] = copy.deepcopy(draw(ODD))
    return tree
