"""`hubbub`: every command, each loading only what it needs."""

import sys
from importlib import import_module

import click

import hubbub
from hubbub.kernel.errors import HubbubError

COMMANDS = {
    "demo": "run",
    "run": "run",
    "web": "processes",
    "listener": "processes",
    "worker": "processes",
    "network": "processes",
    "listen": "listen",
    "import": "hand_in",
    "calls": "calls",
    "history": "history",
    "customers": "customers",
    "staff": "staff",
    "sample": "sample",
    "forecast": "forecast",
    "train": "train",
    "evaluate": "evaluate",
    "index": "index",
    "status": "status",
    "doctor": "doctor",
    "prepare": "prepare",
    "link": "prepare",
    "new-key": "prepare",
    "secrets": "secrets",
    "search-anew": "search",
}


class Lazy(click.Group):
    """Imports a command's module when it is called, so that `hubbub --help` and `status` are quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order above."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"hubbub.cli.{COMMANDS[cmd_name]}")
        found: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return found


@click.group(cls=Lazy)
@click.version_option(hubbub.__version__, prog_name="hubbub")
def cli() -> None:
    """Hubbub, the social contact centre: hears what is said, triages it with reasons, answers in one inbox."""


def main() -> None:
    """Run a command; an error of ours or of the database is one line and an exit status, not a traceback."""
    try:
        cli(prog_name="hubbub", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except HubbubError as error:
        sys.exit(f"hubbub: {error}")
    except Exception as error:
        if not _is_database_trouble(error):
            raise
        sys.exit(f"hubbub: The database can't be used: {_first_line(error)} `hubbub doctor` says more.")


def _is_database_trouble(error: Exception) -> bool:
    """Say whether the database is out of reach or not prepared, as Django tells it."""
    from django.db import InterfaceError, OperationalError, ProgrammingError

    return isinstance(error, OperationalError | InterfaceError | ProgrammingError)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".") + "."


if __name__ == "__main__":
    main()
