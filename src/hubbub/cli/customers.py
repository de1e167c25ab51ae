"""`hubbub customers`: customers from a file."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from hubbub.cli.hand_in import only_workspace
from hubbub.cli.setup import start


@click.command("customers")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--workspace", "-w", help="Into which workspace (its slug); not needed while there is only one.")
@click.option("--map", "mapping", default="", help="Which column is what: name=Client,mail=E-Mail. It is guessed else.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON line.")
def customers_command(path: Path, workspace: str | None, mapping: str, as_json: bool) -> None:
    """Keep the customers of a CSV or JSON lines file, with the products they own.

    Customers are known again by reference, e-mail address or telephone number; the same file again changes nothing.
    """
    start()
    from hubbub.accounts.selectors import enter_as_hubbub
    from hubbub.accounts.services import workspace_named
    from hubbub.flows.calls import read_line
    from hubbub.flows.customers import import_customers

    access = enter_as_hubbub(workspace_named(workspace or only_workspace()))
    done = import_customers(access, path, mapping=mapping)
    if as_json:
        click.echo(json.dumps(asdict(done)))
        return
    left = f", {done.rejected:,} could not be kept" if done.rejected else ""
    click.echo(f"{done.read:,} lines: {done.new:,} new customers, {done.changed:,} about known ones{left}.")
    for line in read_line(done.reasons):
        click.echo(f"  {line}")
