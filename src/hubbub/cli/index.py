"""`hubbub index`: reckon a published brand index again."""

import sys
from pathlib import Path

import click

from hubbub.influence.core.index.published import INPUTS, OUTPUTS, differences, index_of, outputs
from hubbub.kernel.errors import InvalidInput


@click.group("index")
def index_command() -> None:
    """The index of brands."""


@index_command.command("recompute")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--write", is_flag=True, help="Write levels.csv and weights.csv instead of comparing them.")
def recompute(folder: Path, write: bool) -> None:
    """Reckon the index in FOLDER from its inputs: say that it is equal, or what differs (exit status 1)."""
    files = {name: _text(folder / name) for name in INPUTS + OUTPUTS if (folder / name).is_file()}
    if write:
        for name, text in outputs(index_of(files)).items():
            (folder / name).write_bytes(text.encode())
        click.echo(f"Wrote {' and '.join(OUTPUTS)}.")
        return
    found = differences(files)
    for difference in found:
        click.echo(difference)
    if found:
        sys.exit(1)
    click.echo("Equal: every published figure follows from the inputs, bit for bit.")


def _text(path: Path) -> str:
    """Read a file as it is, line ends too."""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(reason="The files of an index are UTF-8. Save them so.") from error
