"""`hubbub listen`: the main job in a terminal, with no account and no database."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from hubbub.care.core.facts import About, Moment, facts_of
from hubbub.care.core.playbook import Playbook, Rule, read, shipped
from hubbub.care.core.reading import TextReading, read_texts
from hubbub.care.core.reasons import Reason, headline, reasons
from hubbub.care.core.understanding import LinearModel
from hubbub.channels.core.contract import Channel
from hubbub.channels.registry import open_channel
from hubbub.influence.core.weight import PROFILE, Profile, weight
from hubbub.infra import environment
from hubbub.kernel.batch import Event, RawBatch
from hubbub.kernel.errors import HubbubError
from hubbub.kernel.text import HANDLE, fold
from hubbub.listening.core.matcher import Matcher
from hubbub.listening.core.query import Facts, Query, QueryError, parse, spans

AGAIN_S = 5.0
STYLES = {"complaint": "red", "question": "cyan", "praise": "green", "suggestion": "magenta", "opportunity": "yellow"}


@dataclass(frozen=True, slots=True)
class Found:
    """A post that matched, with what the default playbook says to do."""

    uri: str
    url: str
    said_at: datetime
    who: str
    text: str
    lang: str
    kind: str
    kind_p: float
    sentiment: float
    about: str
    rule: Rule
    reasons: tuple[Reason, ...]


@click.command("listen", epilog="""Example: hubbub listen '"acme widget" OR #acme' --jetstream""")
@click.argument("query")
@click.option("--jetstream", is_flag=False, flag_value="default", metavar="[URL]", help="Bluesky's public stream.")
@click.option("--feed", metavar="URL", help="An RSS or Atom feed.")
@click.option("--file", "path", type=click.Path(path_type=Path), help="A CSV or JSON lines file.")
@click.option(
    "--us", "own", multiple=True, metavar="@HANDLE", help="An account of yours: posts that name it are to you."
)
@click.option("--count", type=click.IntRange(1), help="Stop after so many posts.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def listen_command(
    query: str,
    jetstream: str | None,
    feed: str | None,
    path: Path | None,
    own: tuple[str, ...],
    count: int | None,
    as_json: bool,
) -> None:
    """Hear QUERY, triage what matches, print it with reasons. Ctrl-C stops."""
    try:
        env = environment.read()
    except environment.SettingError as error:
        raise click.ClickException(str(error)) from None
    try:
        parsed = parse(query)
    except QueryError as error:
        raise click.ClickException(f"{error}\n  {query}\n  {' ' * error.position}^") from None
    channel = _channel(jetstream, feed, path, env)
    triage = Triage(parsed, frozenset(fold(name).lstrip("@") for name in own))
    console = Console(soft_wrap=False)
    try:
        asyncio.run(_listen(channel, triage, console, count, as_json))
    except KeyboardInterrupt:
        click.echo("", err=True)


def _channel(jetstream: str | None, feed: str | None, path: Path | None, env: environment.Environment) -> Channel:
    asked = [name for name, given in (("jetstream", jetstream), ("feed", feed), ("file", path)) if given]
    if len(asked) != 1:
        raise click.UsageError("Say where to listen: --jetstream, --feed URL or --file PATH.")
    if jetstream:
        config = {"url": env.jetstream if jetstream == "default" else jetstream}
        return open_channel("jetstream", config, {}, allow_private=env.allow_private)
    config = {"url": feed} if feed else {"path": str(path)}
    return open_channel(asked[0], config, {}, allow_private=env.allow_private)


async def _listen(channel: Channel, triage: "Triage", console: Console, count: int | None, as_json: bool) -> None:
    """Hear until the source ends, the count is reached or somebody stops it; trouble is told and tried again."""
    told, cursor = 0, None
    try:
        while True:
            try:
                async for raw in channel.hear(cursor):
                    cursor = raw.cursor
                    for found in triage.of(channel, raw):
                        _tell(console, triage, found, as_json)
                        told += 1
                        if count is not None and told >= count:
                            return
                if channel.kind == "file":
                    return
                raise HubbubError
            except HubbubError as error:
                if channel.kind == "file":
                    raise
                click.echo(f"hubbub: {error} Again in {AGAIN_S:.0f} s.", err=True)
                await asyncio.sleep(AGAIN_S)
    finally:
        await channel.aclose()


class Triage:
    """Matches, assesses and decides by the default playbook, post by post, without memory."""

    def __init__(self, query: Query, own: frozenset[str]) -> None:
        self.query = query
        self.own = own | {fold(term.text).lstrip("@") for term in query.terms if term.kind == "handle"}
        self.matcher: Matcher[int] = Matcher([(0, query)])
        self.model = LinearModel.shipped()
        self.playbook: Playbook = read(shipped())

    def of(self, channel: Channel, raw: RawBatch) -> list[Found]:
        """Return what matched in a batch, with decisions."""
        posts = channel.parse(raw).posts
        found = self.matcher.match(
            posts.column("text"), lambda row: Facts.of(posts.slice(row, 1).to_pylist()[0], channel.connector)
        )
        rows = found.rows.tolist()
        lines = [each for each in posts.take(rows).to_pylist() if each["event"] != Event.DELETE] if rows else []
        if not lines:
            return []
        readings = read_texts([line["text"] for line in lines], self.model)
        return [self._found(line, reading) for line, reading in zip(lines, readings, strict=True)]

    def _found(self, line: dict[str, Any], reading: TextReading) -> Found:
        text = line["text"]
        named = {fold(name).lstrip("@") for name in line["mentions"]}
        named |= {fold(name).rstrip(".-") for name in HANDLE.findall(text)}
        to_us = line["private"] or not named.isdisjoint(self.own)
        known = {name: line[name] for name in PROFILE if line[name] is not None}
        weighed = weight(Profile(**({"handle": ""} | known)), datetime.now(UTC))
        facts = facts_of(
            reading,
            about=About.TO_US if to_us else About.ABOUT_US,
            private=line["private"],
            noise=max(reading.noise, weighed.p_bot),
            reach=weighed.reach,
            moment=Moment(datetime.now(UTC), language=line["lang"] or "und", to_others=bool(line["parent"])),
        )
        rule = self.playbook.decide(facts)
        why = reasons(
            facts,
            rule,
            kind_p=max(reading.kinds),
            names_us=to_us,
            reach_words=weighed.reasons,
            noise_words=weighed.reasons,
            voices=1,
            helper="",
        )
        return Found(
            uri=line["uri"],
            url=line["url"] or "",
            said_at=line["created_at"] or line["happened_at"],
            who=line["name"] or line["handle"] or line["author"] or "somebody",
            text=text,
            lang=line["lang"] or "und",
            kind=reading.kind,
            kind_p=max(reading.kinds),
            sentiment=reading.sentiment[2] - reading.sentiment[0],
            about=facts.about,
            rule=rule,
            reasons=why,
        )

    def marked(self, text: str) -> Text:
        """Return a text with what matched marked."""
        shown = Text(text)
        for start, end in spans(text, self.query):
            shown.stylize("bold yellow", start, end)
        return shown


def _when(said_at: datetime) -> str:
    """The time of day here; with the date where it was not today."""
    here = said_at.astimezone()
    return f"{here:%H:%M:%S} " if here.date() == datetime.now().astimezone().date() else f"{here:%Y-%m-%d %H:%M} "


def _tell(console: Console, triage: Triage, found: Found, as_json: bool) -> None:
    if as_json:
        click.echo(
            json.dumps(
                {
                    "uri": found.uri,
                    "url": found.url,
                    "said_at": found.said_at.isoformat(),
                    "who": found.who,
                    "text": found.text,
                    "lang": found.lang,
                    "kind": found.kind,
                    "kind_probability": round(found.kind_p, 3),
                    "sentiment": round(found.sentiment, 3),
                    "about": found.about,
                    "rule": found.rule.id,
                    "decision": found.rule.decide.value,
                    "reasons": [each.strong + each.text for each in found.reasons],
                },
                ensure_ascii=False,
            )
        )
        return
    head = Text.assemble(
        (_when(found.said_at), "dim"),
        (found.kind, f"bold {STYLES.get(found.kind, 'white')}"),
        (f" {found.kind_p:.0%}" if found.kind_p < 0.6 else "", "dim"),
        "  ",
        (found.who, "bold"),
    )
    console.print(head)
    console.print(triage.marked(found.text), soft_wrap=True)
    said = headline(found.rule.decide, private=False)
    why = "; ".join(each.strong + each.text.rstrip(".") for each in found.reasons)
    console.print(Text.assemble((f"  {said}", "bold"), (f"  {found.rule.id}: {found.rule.say}. {why}.", "dim")))
    console.print()
