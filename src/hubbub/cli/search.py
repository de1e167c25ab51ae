"""`hubbub search-anew`: the search index, from the beginning."""

import click

from hubbub.cli.setup import start


@click.command("search-anew")
def search_anew_command() -> None:
    """Let the worker put every case into the search index again, the youngest first."""
    start()
    from hubbub.care.services.searching import make_anew

    click.echo(f"{make_anew():,} cases are put into the search index again while Hubbub runs.")
