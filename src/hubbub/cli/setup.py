"""Starting Django for a command: settings are read here, and a wrong one ends the command with one line."""

import os

import click

from hubbub.infra.environment import PARENT


def start(*, pool: bool = False) -> None:
    """Set Django up; ends the process with one line where a setting can't be used.

    Only what stays and serves many takes its connections from a pool: without one, a command says at
    once, and in the database's words, why it can't be reached.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub.config.settings")
    import django
    from django.conf import settings

    django.setup()
    if not pool:
        settings.DATABASES["default"]["OPTIONS"].pop("pool", None)
    if PARENT not in os.environ:  # the first process of an installation says it for all
        for line in settings.ENVIRONMENT.unknown:
            click.echo(f"hubbub: {line}", err=True)
