"""Commands that set an installation up."""

from datetime import UTC, datetime, timedelta

import click

from hubbub.cli.setup import start


def prepare(*, quiet: bool = False) -> None:
    """Bring the database and the static files up to this version. Running it again changes nothing."""
    from django.conf import settings
    from django.core.management import call_command

    from hubbub.infra.statistics import tell_the_planner

    settings.HOME.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    tell_the_planner()
    call_command("collectstatic", verbosity=0, interactive=False, clear=False)
    if not quiet:
        click.echo(f"Prepared: database and pages are at version {_version()}.")


def _version() -> str:
    import hubbub

    return hubbub.__version__


@click.command("prepare")
def prepare_command() -> None:
    """Bring the database and pages up to this version."""
    start()
    prepare()


@click.command("link")
@click.argument("email")
def link_command(email: str) -> None:
    """Print a link that signs somebody in once."""
    start()
    from django.conf import settings

    from hubbub.accounts.models import Person
    from hubbub.accounts.services import make_link
    from hubbub.kernel.ids import PersonId

    person = Person.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise click.ClickException(f"Nobody with the address {email} is here.")
    secret = make_link(PersonId(person.pk), datetime.now(UTC), timedelta(hours=1))
    click.echo(f"{settings.ENVIRONMENT.address}/enter/{secret}/")


@click.command("new-key")
def new_key_command() -> None:
    """Print a new key for secrets at rest; put it first in the key list."""
    from cryptography.fernet import Fernet

    click.echo(Fernet.generate_key().decode())
