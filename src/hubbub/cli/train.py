"""`hubbub train`: labels from a file, and a model of the workspace's own fitted on all it has."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from hubbub.cli.hand_in import only_workspace
from hubbub.cli.setup import start

if TYPE_CHECKING:
    from hubbub.care.core.trial import Trial


@click.command("train")
@click.option("--task", type=click.Choice(["kind", "sentiment", "complaint"]), required=True, help="What labels say.")
@click.option("--data", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="A CSV file.")
@click.option("--text", default="text", show_default=True, help="The column of the texts.")
@click.option("--label", default="label", show_default=True, help="The column of the labels.")
@click.option("--workspace", "-w", help="Whose model (its slug); not needed while there is only one.")
@click.option("--dry-run", is_flag=True, help="Fit and compare, and keep neither labels nor model.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON line.")
def train_command(
    task: str, data: Path, text: str, label: str, workspace: str | None, dry_run: bool, as_json: bool
) -> None:
    """Teach a workspace's own model with a file of labelled texts.

    The labels become labels of the workspace, beside those of its people. Then a model is fitted on four fifths of all
    of them and compared with the one in use on the fifth that is kept back. It takes over if it is better.
    """
    lines = _lines(task, data, text, label)
    start()
    from hubbub.accounts.services import workspace_named
    from hubbub.flows.learning import learn, rehearse, take_file

    console = Console(stderr=True)
    into = workspace_named(workspace or only_workspace())
    counts = ", ".join(f"{n:,} {value}" for value, n in Counter(value for _, value in lines).most_common())
    console.print(f"[bold]{data.name}[/bold]: {counts}", highlight=False, soft_wrap=True)
    with console.status("Fitting and comparing …"):
        if dry_run:
            trial, took_over = rehearse(into, task, lines), False
        else:
            new = take_file(into, data.name, task, lines)
            trial, took_over = learn(into)
    if as_json:
        told = {name: value for name, value in asdict(trial).items() if name != "data"}
        click.echo(json.dumps({**told, "took_over": took_over}))
        return
    if not dry_run:
        click.echo(f"{new:,} labels are new.")
    _tell(trial)
    if dry_run:
        click.echo("Nothing was kept.")
    elif trial.version == trial.against:
        click.echo("It reads already.")
    else:
        click.echo(
            "It reads from now on." if took_over else "It is not in use. Settings, Understanding can change that."
        )


def _lines(task: str, data: Path, text: str, label: str) -> list[tuple[str, str]]:
    """Return the texts of a file with their labels, as a workspace keeps them."""
    from hubbub.care.core.spellings import complaints, kinds, sentiments
    from hubbub.cli.columns import read_labelled

    read = read_labelled(data, text, label)
    match task:
        case "sentiment":
            labels = [each.value for each in sentiments(read.labels)]
        case "kind":
            labels = [each.value for each in kinds(read.labels)]
        case _:
            labels = ["yes" if each else "no" for each in complaints(read.labels)]
    return list(zip(read.texts, labels, strict=True))


def _tell(trial: "Trial") -> None:
    for figure in trial.figures:
        click.echo(
            f"{figure.task:<18} macro-F1 {figure.before:.3f} -> {figure.after:.3f} "
            f"({figure.low:+.3f} to {figure.high:+.3f}), {figure.words}"
        )
    if trial.changed is not None:
        click.echo(f"It reads {trial.changed:.0%} of the posts otherwise that nobody corrected.")
    click.echo(trial.words)
