"""`hubbub status`: what an installation has heard, and how its outbox stands."""

import json

import click

from hubbub.cli.setup import start


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def status_command(as_json: bool) -> None:
    """Print counts: heard, cases, delivered, quarantined, uncertain."""
    start()
    import hubbub
    from hubbub.care.selectors import case_counts
    from hubbub.channels.selectors import failing_count, quarantined_count
    from hubbub.infra.outbox import counts
    from hubbub.listening.selectors import heard_count, pending_count

    cases, watching = case_counts()
    found = {
        "version": hubbub.__version__,
        "heard": heard_count(),
        "pending": pending_count(),
        "cases": cases,
        "watching": watching,
        **counts(),
        "quarantined": quarantined_count(),
        "failing": failing_count(),
    }
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, value in found.items():
        click.echo(f"{name:12} {value:,}" if isinstance(value, int) else f"{name:12} {value}")
