"""`hubbub calls`: call records from a file."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from hubbub.cli.hand_in import only_workspace
from hubbub.cli.setup import start
from hubbub.infra.places import places


@click.command("calls")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--workspace", "-w", help="Into which workspace (its slug); not needed while there is only one.")
@click.option(
    "--map", "mapping", default="", help="Which column is what: start=Begin,caller=ANI,… It is guessed otherwise."
)
@click.option("--source", default="", help="A name for the telephone system; the file's own otherwise.")
@click.option("--show", is_flag=True, help="Only show how the file would be read.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON line.")
def calls_command(path: Path, workspace: str | None, mapping: str, source: str, show: bool, as_json: bool) -> None:
    """Keep the calls of a CSV or JSON lines file, for the customers' timelines and for staffing.

    A file that was read before adds only what is new in it. Times that name no zone are the workspace's. Who called in
    vain within the last two days becomes a case with a call-back.
    """
    start()
    from hubbub.accounts.selectors import enter_as_hubbub
    from hubbub.accounts.services import workspace_named
    from hubbub.flows.calls import import_calls, look, read_line

    console = Console(stderr=True)
    access = enter_as_hubbub(workspace_named(workspace or only_workspace()))
    _, columns = look(access, path, mapping)
    console.print(f"[bold]{path.name}[/bold]: {columns} (change it with --map)", highlight=False, soft_wrap=True)
    if show:
        return
    shown = (TextColumn("read"), TextColumn("{task.completed:,}"), TimeElapsedColumn())
    with Progress(*shown, console=console, transient=True) as progress:
        task = progress.add_task("read", total=None)
        done = import_calls(
            access,
            path,
            source=source or path.stem,
            mapping=mapping,
            places=places(),
            tell=lambda read: progress.update(task, completed=read),
        )
    if as_json:
        click.echo(json.dumps({"read": done.read, **asdict(done.kept), "rejected": done.rejected}))
        return
    kept = done.kept
    click.echo(
        f"{kept.new:,} calls kept"
        + (f", {kept.changed:,} changed" if kept.changed else "")
        + (f", {kept.same:,} known before" if kept.same else "")
        + (f", {kept.to_call:,} to be called back" if kept.to_call else "")
        + (f", {done.rejected:,} lines could not be read (they are kept under Calls)" if done.rejected else "")
        + "."
    )
    for line in read_line(done.reasons):
        click.echo(f"  {line}")
