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
@click.option("--target", type=Target(), help="The service level, as 80/20s. Without any target: 80/20s.")
@click.option("--wait", type=Span(), help="The average wait, at most.")
@click.option("--abandon", type=Share(), help="The share that gives up, at most; needs --patience.")
@click.option("--occupancy", type=Share(), help="The share of their time in which people talk, at most.")
@click.option("--patience", type=Span(), help="After how long callers give up, on average; else nobody does.")
@click.option("--shrinkage", type=Share(), help="The share of paid time in which people do not answer.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
def staff_command(
    calls: float,
    per: float,
    aht: float,
    target: tuple[float, float] | None,
    wait: float | None,
    abandon: float | None,
    occupancy: float | None,
    patience: float | None,
    shrinkage: float | None,
    as_json: bool,
) -> None:
    r"""Say how many people calls need, by Erlang's formulas: the fewest with whom all targets are met.

    \b
    hubbub staff --calls 100 --per 30m --aht 180s --target 80/20s
    """
    from hubbub.workforce import Targets, on_the_schedule, required_agents, served

    if target is None and wait is None and abandon is None and occupancy is None:
        target = (0.8, 20.0)
    level, within = target or (None, 20.0)
    wanted = Targets(level, within, wait, abandon, occupancy)
    need = int(required_agents(calls, wanted, per=per, handling=aht, patience=patience))
    both = [need, max(need - 1, 0)]
    met = served(calls, both, per=per, handling=aht, within=within, patience=patience)
    scheduled = int(on_the_schedule(need, shrinkage)) if shrinkage else need
    told = {
        "agents": need,
        "scheduled": scheduled,
        "load": float(met.load[0]),
        "service_level": float(met.in_time[0]),
        "within_s": within,
        "average_wait_s": float(met.average_wait[0]),
        "gives_up": float(met.gives_up[0]),
        "occupancy": float(met.occupancy[0]),
    }
    if as_json:
        click.echo(json.dumps(told))
        return
    click.echo(str(need))
    for line in _words(told, float(met.in_time[1]), patience is not None, bool(shrinkage)):
        click.echo(line)


def _words(told: dict[str, Any], fewer: float, patient: bool, shrunk: bool) -> list[str]:
    lines = [
        say(
            "{load:,.1f} calls talk at a time. With {agents:,} people, {level:.1%} are answered within {within:g} s, "
            "after {wait:,.1f} s on average; people talk {busy:.1%} of their time.",
            load=told["load"],
            agents=told["agents"],
            level=told["service_level"],
            within=told["within_s"],
            wait=told["average_wait_s"],
            busy=told["occupancy"],
        )
    ]
    if patient:
        lines.append(say("{share:.1%} give up.", share=told["gives_up"]))
    if told["agents"] > 0:
        lines.append(say("With one fewer, {level:.1%} are answered in time.", level=fewer))
    if shrunk:
        lines.append(say("{people:,} stand on the schedule, so that so many answer.", people=told["scheduled"]))
    return lines
