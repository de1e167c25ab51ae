"""Changing the key that encrypts channels' passwords and webhooks' keys in the database."""

import time
from typing import TYPE_CHECKING

import click

from hubbub.cli.setup import start

if TYPE_CHECKING:
    from hubbub.infra.secrets import Sealed

TRIES = 10
SETTLES_S = 2.0
"""So long a save may take that began with the key before; an old key is dropped no sooner."""

FROM_OUTSIDE = (
    "The keys come from HUBBUB_SECRET_KEYS, which only you can change. Put what `hubbub new-key` prints before the "
    "others there, start Hubbub again, then run `hubbub secrets reseal`: it says when the others can go."
)


@click.group("secrets")
def secrets_command() -> None:
    """Change the key that encrypts secrets in the database."""


@secrets_command.command("rotate")
@click.option("--drop-old", is_flag=True, help="Afterwards remove the old keys, unless something still needs them.")
def rotate(drop_old: bool) -> None:
    """Make a new key and write every secret anew with it. Hubbub may run meanwhile."""
    start()
    from cryptography.fernet import Fernet
    from django.conf import settings

    from hubbub.infra import keyfile, secrets

    env = settings.ENVIRONMENT
    if env.secret_keys:
        raise click.ClickException(FROM_OUTSIDE)
    secrets.look()  # where the database can't be read, no key is made
    keys = keyfile.change(env.key_file, lambda before: (Fernet.generate_key().decode(), *before))
    newest = keys[0]
    click.echo(f"A new key is first in {env.key_file}.")
    found = _reseal()
    if not drop_old:
        click.echo(f"{len(keys) - 1} older {'key stays' if len(keys) == 2 else 'keys stay'} in the file.")
        return
    for _ in range(TRIES):
        time.sleep(SETTLES_S)
        rewritten, found = secrets.reseal(), secrets.look()
        if not rewritten and not found.older:
            break
    if found.older or found.unreadable:
        raise click.ClickException(f"The old keys stay: {found.older + found.unreadable} secrets are not rewritten.")
    keys = keyfile.change(env.key_file, lambda before: before[: before.index(newest) + 1])
    click.echo("The old keys are gone. A copy of the database from before can't be read without a copy of them.")


@secrets_command.command("reseal")
def reseal() -> None:
    """Write every secret anew with the first key there is."""
    start()
    found = _reseal()
    if not found.unreadable:
        click.echo("Nothing needs the other keys any more; keep them with copies of the database from before.")


def _reseal() -> "Sealed":
    """Write secrets anew, and say how it stands."""
    from hubbub.infra import secrets

    done = secrets.reseal()
    found = secrets.look()
    click.echo(
        f"{done} {'secret' if done == 1 else 'secrets'} rewritten; {found.newest} of {found.all} by the new key."
    )
    if found.unreadable:
        click.echo(f"{found.unreadable} can't be read with any key that is here, and stay as they are.", err=True)
    return found
