"""`hubbub staff`: how many people calls need."""

import json
import re
from typing import Any

import click

from hubbub.kernel.speech import say

_UNITS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


class Span(click.ParamType[float]):
    """A time with its unit, in seconds: 180s, 30m, 1.5h."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it."""
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h)", str(value).strip())
        if found is None or float(found[1]) == 0:
            self.fail(f"'{value}': give a time above 0 with its unit, as 180s, 30m or 1h.", param, ctx)
        return float(found[1]) * _UNITS[found[2]]


class Share(click.ParamType[float]):
    """A share: 80%, 80 or 0.8. Up to 1 it is a share of one, above a percentage."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it."""
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%?)", str(value).strip())
        share = -1.0 if found is None else float(found[1])
        if found is not None and (found[2] or share > 1):
            share /= 100
        if not 0 < share <= 1:
            self.fail(f"'{value}': give a share above 0 % and up to 100 %, as 80%.", param, ctx)
        return share


class Target(click.ParamType[tuple[float, float]]):
    """A service level, 80/20s: a share, and within which time."""

    name = "target"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Read it."""
        share, slash, span = str(value).partition("/")
        if not slash:
            self.fail(f"'{value}': give a share and a time, as 80/20s for 80 % within 20 seconds.", param, ctx)
        within = f"{span}s" if span.strip().replace(".", "", 1).isdigit() else span
        return Share().convert(share, param, ctx), 0.0 if within == "0s" else Span().convert(within, param, ctx)


@click.command("staff")
@click.option("--calls", type=click.FloatRange(min=0), required=True, help="How many come in an interval.")
@click.option("--per", type=Span(), default="30m", show_default=True, help="How long the interval is.")
@click.option("--aht", type=Span(), required=True, help="How long one takes, the work after it included.")
@click.option(
    "--target", type=Target(), help="The service level, as 80/20s. Without any target: 80/20s; chats: 80/60s."
)
@click.option("--wait", type=Span(), help="The average wait, at most.")
@click.option("--abandon", type=Share(), help="The share that gives up, at most; needs --patience.")
@click.option("--occupancy", type=Share(), help="The share of their time in which people talk, at most.")
@click.option("--patience", type=Span(), help="After how long callers give up, on average; else nobody does.")
@click.option("--chats", type=click.IntRange(1, 20), help="They are chats: so many at a time for one person.")
@click.option(
    "--slows",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.0,
    help="By which part of its time each further chat lengthens all, as 0.2.",
)
@click.option("--deadline", type=Span(), help="They may wait, as mail and posts do: until when they are to be begun.")
@click.option("--late", type=Share(), help="The share that may be later than that. Without it: 10%.")
@click.option(
    "--bursts", type=click.FloatRange(0, 1, max_open=True), help="How many further ones each calls forth, as 0.8."
)
@click.option("--shrinkage", type=Share(), help="The share of paid time in which people do not answer.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
def staff_command(calls: float, per: float, aht: float, shrinkage: float | None, as_json: bool, **asked: Any) -> None:
    """Say how many people calls, chats, or mail and posts need: the fewest with whom all targets are met.

    \b
    hubbub staff --calls 100 --per 30m --aht 180s --target 80/20s
    hubbub staff --calls 100 --per 30m --aht 10m --chats 3 --slows 0.15
    hubbub staff --calls 300 --per 1h --aht 4m --deadline 1h --late 10% --bursts 0.8
    """  # noqa: D301 - the help wants the character
    from hubbub.workforce import on_the_schedule

    _fit(asked)
    if asked["deadline"] is not None:
        told, lines = _deferred(calls, per, aht, asked)
    elif asked["chats"] is not None:
        told, lines = _chats(calls, per, aht, asked)
    else:
        told, lines = _calls(calls, per, aht, asked)
    need = told["agents"]
    told["scheduled"] = int(on_the_schedule(need, shrinkage)) if shrinkage else need
    if as_json:
        click.echo(json.dumps(told))
        return
    if shrinkage:
        lines.append(say("{people:,} stand on the schedule, so that so many answer.", people=told["scheduled"]))
    for line in (str(need), *lines):
        click.echo(line)


_OF_CALLS = ("target", "wait", "abandon", "occupancy", "patience")
_NOT_OF = {"deadline": (*_OF_CALLS, "chats"), "chats": ("wait", "abandon", "occupancy", "patience")}


def _fit(asked: dict[str, Any]) -> None:
    """Refuse what does not go together."""
    for kind, others in _NOT_OF.items():
        for other in others:
            if asked[kind] is not None and asked[other] is not None:
                raise click.UsageError(f"--{other} does not go with --{kind}.")
    for part, whole in (("late", "deadline"), ("bursts", "deadline"), ("slows", "chats")):
        if asked[part] and asked[whole] is None:
            raise click.UsageError(f"--{part} goes with --{whole}.")


def _calls(calls: float, per: float, aht: float, asked: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    from hubbub.workforce import Targets, required_agents, served

    target, patience = asked["target"], asked["patience"]
    if target is None and asked["wait"] is None and asked["abandon"] is None and asked["occupancy"] is None:
        target = (0.8, 20.0)
    level, within = target or (None, 20.0)
    wanted = Targets(level, within, asked["wait"], asked["abandon"], asked["occupancy"])
    need = int(required_agents(calls, wanted, per=per, handling=aht, patience=patience))
    both = [need, max(need - 1, 0)]
    met = served(calls, both, per=per, handling=aht, within=within, patience=patience)
    told = {
        "agents": need,
        "load": float(met.load[0]),
        "service_level": float(met.in_time[0]),
        "within_s": within,
        "average_wait_s": float(met.average_wait[0]),
        "gives_up": float(met.gives_up[0]),
        "occupancy": float(met.occupancy[0]),
    }
    lines = [
        say(
            "{load:,.1f} calls talk at a time. With {agents:,} people, {level:.1%} are answered within {within:g} s, "
            "after {wait:,.1f} s on average; people talk {busy:.1%} of their time.",
            load=told["load"],
            agents=need,
            level=told["service_level"],
            within=within,
            wait=told["average_wait_s"],
            busy=told["occupancy"],
        )
    ]
    if patience is not None:
        lines.append(say("{share:.1%} give up.", share=told["gives_up"]))
    return told, lines + _one_fewer(need, float(met.in_time[1]))


def _chats(chats: float, per: float, aht: float, asked: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    from hubbub.workforce import chats_served, required_for_chat

    level, within = asked["target"] or (0.8, 60.0)
    how: dict[str, Any] = {"at_once": asked["chats"], "slows": asked["slows"], "per": per, "handling": aht}
    need = int(required_for_chat(chats, level=level, within=within, **how))
    met = chats_served(chats, [need, max(need - 1, 0)], within=within, **how)
    told = {
        "agents": need,
        "load": chats * aht / per,
        "service_level": float(met.in_time[0]),
        "within_s": within,
        "average_wait_s": float(met.average_wait[0]),
        "chats_each": float(met.each[0]),
    }
    lines = [
        say(
            "With {agents:,} people, {level:.1%} of the chats are answered within {within:g} s, after {wait:,.1f} s on "
            "average; each person has {each:.1f} at a time.",
            agents=need,
            level=told["service_level"],
            within=within,
            wait=told["average_wait_s"],
            each=told["chats_each"],
        )
    ]
    return told, lines + _one_fewer(need, float(met.in_time[1]))


def _deferred(items: float, per: float, aht: float, asked: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    from hubbub.workforce import required_by_deadline

    bursts, late = asked["bursts"] or 0.0, 0.1 if asked["late"] is None else asked["late"]
    within, load = asked["deadline"], items * aht / per
    need, alone = required_by_deadline(
        items, within=within, level=1 - late, per=per, handling=aht, branching=[bursts, 0.0]
    ).tolist()
    told = {"agents": need, "load": load, "service_level": 1 - late, "within_s": within, "branching": bursts}
    lines = [
        say(
            "Work for {load:,.1f} people comes in. {agents:,} people begin {level:.1%} of it within {within}.",
            load=load,
            agents=need,
            level=told["service_level"],
            within=_span(within),
        )
    ]
    if need != alone:
        lines.append(say("It comes in bursts: if it did not, {people:,} would do.", people=alone))
    return told, lines


def _span(seconds: float) -> str:
    unit = next(unit for unit in ("h", "min", "s") if unit == "s" or seconds % _UNITS[unit] == 0)
    return f"{seconds / _UNITS[unit]:g} {unit}"


def _one_fewer(need: int, level: float) -> list[str]:
    return [say("With one fewer, {level:.1%} are answered in time.", level=level)] if need > 0 else []
