"""`hubbub import`: posts from a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hubbub.cli.setup import start
from hubbub.infra.places import places

if TYPE_CHECKING:
    from hubbub.flows.apart import Imported


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--workspace", "-w", help="Into which workspace (its slug); not needed while there is only one.")
@click.option(
    "--map", "mapping", default="", help="Which column is what: text=body,author=user,… It is guessed otherwise."
)
@click.option("--source", default="", help="A name for where the posts come from; the file's own otherwise.")
@click.option("--live", is_flag=True, help="Treat the posts as said now: they are due like any other.")
@click.option("--show", is_flag=True, help="Only show how the file would be read.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON line.")
def import_command(
    path: Path, workspace: str | None, mapping: str, source: str, live: bool, show: bool, as_json: bool
) -> None:
    """Hear and triage the posts of a CSV or JSON lines file.

    A file that was imported before adds only what is new in it; an import that was cut off goes on
    where it stopped.
    """
    start()
    from hubbub.accounts.services import workspace_named
    from hubbub.flows.apart import Imported
    from hubbub.flows.hand_in import import_file

    console = Console(stderr=True)
    config: dict[str, Any] = {"path": str(path.absolute())}
    config |= {key: value for key, value in (("mapping", mapping), ("source", source), ("live", live)) if value}
    read_as, records = _look(path, mapping)
    console.print(f"[bold]{path.name}[/bold]: {read_as}", highlight=False, soft_wrap=True)
    if show:
        return
    into = workspace_named(workspace or only_workspace())
    columns = (TextColumn("heard"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("heard", total=records)

        def tell(so_far: Imported) -> None:
            progress.update(task, completed=so_far.read)

        done = import_file(into, config, places=places(), tell=tell)
    if as_json:
        click.echo(f'{{"read": {done.read}, "heard": {done.heard}, "quarantined": {done.rejected}}}')
    else:
        click.echo(_outcome(path.name, done))


def _look(path: Path, mapping: str) -> tuple[str, int | None]:
    """Say how a file is read, and about how many records it has."""
    from hubbub.channels.adapters.file.mapping import Mapping
    from hubbub.channels.adapters.file.table import open_table

    table = open_table(path)
    found = table.mapping(Mapping.parse(mapping) if mapping else None)
    return f"{found} (change it with --map)", None


def only_workspace() -> str:
    """Return the workspace there is; ClickException where there is none or more than one."""
    from hubbub.accounts.models import Workspace

    slugs = list(Workspace.objects.order_by("slug").values_list("slug", flat=True))
    if len(slugs) == 1:
        return str(slugs[0])
    if not slugs:
        raise click.ClickException("There is no workspace yet: start Hubbub and open the link it prints.")
    raise click.ClickException(f"Say into which workspace, with --workspace: {', '.join(slugs)}.")


def _outcome(name: str, done: "Imported") -> str:
    if not done.read:
        return f"Nothing new in {name}: all of it was imported before."
    known = done.read - done.heard - done.rejected
    return (
        f"{done.heard:,} posts heard and triaged"
        + (f", {known:,} known before" if known else "")
        + (f", {done.rejected:,} could not be read (Settings, Quarantine)" if done.rejected else "")
        + "."
    )
