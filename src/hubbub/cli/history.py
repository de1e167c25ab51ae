"""`hubbub history`: what came to planned queues, from a file."""

import json
from pathlib import Path
from typing import Any

import click

from hubbub.cli.hand_in import only_workspace
from hubbub.cli.setup import start


@click.command("history")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--workspace", "-w", help="Into which workspace (its slug); not needed while there is only one.")
@click.option("--queue", default="", help="Which queue it came to, where the file names none.")
@click.option("--show", is_flag=True, help="Only show how the file would be read.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON line.")
def history_command(path: Path, workspace: str | None, queue: str, show: bool, as_json: bool) -> None:
    """Keep what came to planned queues: a CSV of counts by interval, or of calls.

    A queue that is not planned yet is made, with what the file tells of it. Days that are known already are replaced.
    Times that name no zone are the workspace's.
    """
    start()
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from hubbub.accounts.selectors import enter_as_hubbub
    from hubbub.accounts.services import workspace_named
    from hubbub.workforce.core.plan.imported import decoded, kind_of, new_queue, read_days
    from hubbub.workforce.selectors.queues import queues, rules
    from hubbub.workforce.services.queues import take_several

    access = enter_as_hubbub(workspace_named(workspace or only_workspace()))
    read = read_days(decoded(path.read_bytes()), step_min=rules(access).step_min, zone=ZoneInfo(access.timezone))
    known = {each.queue.name.casefold(): each.id for each in queues(access)}
    parts: list[tuple[Any, Any]] = []
    told: list[dict[str, Any]] = []
    for came in read.queues:
        name = came.name or queue
        if not name:
            raise click.ClickException("The file names no queue. Say which it came to, with --queue.")
        planned = known.get(name.casefold())
        parts.append((planned or new_queue(came, name, kind_of(name)), came.days))
        told.append(
            {
                "queue": name, "new": planned is None, "days": len(came.days), "first": str(came.first),
                "last": str(came.last), "came": round(came.total), "missing": len(came.missing),
            }
        )  # fmt: skip
    kept = 0 if show else take_several(access, parts, now=datetime.now(UTC))
    if as_json:
        click.echo(json.dumps({"kept": kept, "doubled": read.doubled, "queues": told}))
        return
    for each in told:
        name, odd = each["queue"], f", days without any: {each['missing']}" if each["missing"] else ""
        span = f"{each['days']:,} days, {each['first']} to {each['last']}, {each['came']:,} came"
        click.echo(f"{name}{' (new)' if each['new'] else ''}: {span}{odd}")
    if read.doubled:
        click.echo(f"{read.doubled:,} lines stand there again, word for word, and are counted again.", err=True)
    if not show:
        click.echo(f"{kept:,} days kept.")
