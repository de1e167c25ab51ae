"""The reference pages that are made from the code. Called by `make docs`; tests fail while a page is out of date.

    tools/docs.py [settings] [openapi] [connector]

Without a name, all of them.
"""

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from hubbub.infra.environment import SPEC, Setting

DOCS = Path(__file__).resolve().parents[1] / "docs"

SETTINGS = """\
# Settings

<!-- Made by `make docs` from SPEC in src/hubbub/infra/environment.py: change it there. -->

Hubbub starts without any setting. What you want otherwise stands in the environment, or in the file `hubbub.toml` in
`HUBBUB_HOME`; where both have it, the environment wins. An empty variable counts as not set.

{table}

A setting with a dash under *in the file* is read from the environment alone.

## The file

Flat, one line a setting, and only those you want otherwise:

```toml
# ~/.hubbub/hubbub.toml
{example}
```

It may hold the database's password: let only the user that Hubbub runs as read it (`chmod 600 hubbub.toml`).

## When something is wrong

Every setting is read strictly, before anything starts. A value that can't be used, or a line of the file that is no
setting, ends the command with one line that says which it is and what to mend:

```
hubbub: HUBBUB_PORT is 'eighty' in the environment: a port is a whole number from 1 to 65535.
```

A name in the environment that begins with `HUBBUB_` and is no setting may be somebody else's: it is told at every
start, with the name it looks like, and stops nothing. `hubbub doctor` checks all of them, and the rest of an
installation with them.

## Keys

Passwords and tokens of your channels are encrypted in the database. The key is made at the first start, in the file
`secrets/keys` in `HUBBUB_HOME`: keep a copy of it apart from your copies of the database, since nobody can read them
without it. `HUBBUB_SECRET_KEYS` gives the keys instead of the file.

`hubbub secrets rotate` changes it, while Hubbub runs: it puts a new key first in the file, writes every secret in the
database anew with it, one by one, and says how many. Killed at any moment it loses nothing; run it again. The old key
stays in the file, so that copies of the database from before can be read; `--drop-old` removes it, once nothing in the
database needs it. Keep a copy of the file after each change.

With `HUBBUB_SECRET_KEYS`, put what `hubbub new-key` prints *before* the others, with a space or a new line between, and
start Hubbub again: new secrets are written with the first key, old ones are read with whichever fits. Then `hubbub
secrets reseal` writes them anew with the first, and says when the others can go. `hubbub doctor` says whether all of
them can be read.
"""

EXAMPLE: dict[str, object] = {
    "HUBBUB_URL": "https://desk.example.org",
    "HUBBUB_PORT": 8080,
    "HUBBUB_WORKERS": 2,
    "DATABASE_URL": "postgresql://hubbub:password@db.example.org/hubbub",
    "HUBBUB_ALLOW_PRIVATE": ["feeds"],
    "HUBBUB_LOG": "warning",
}


def settings() -> str:
    """Return docs/settings.md."""
    lines = ["| in the environment | in the file | default | what it is |", "|---|---|---|---|", *map(_row, SPEC)]
    keys = {setting.name: setting.key for setting in SPEC}
    example = "\n".join(f"{keys[name]} = {json.dumps(value)}" for name, value in EXAMPLE.items())
    return SETTINGS.format(table="\n".join(lines), example=example)


def _row(setting: Setting) -> str:
    in_file = f"`{setting.key}`" if setting.in_file else "–"
    if setting.several:
        in_file += ", a list"
    default = f"`{setting.default}`" if setting.default else "empty"
    return f"| `{setting.name}` | {in_file} | {default} | {setting.help} |"


def openapi() -> str:
    """Return docs/openapi.json, in an order that does not change by itself."""
    _set_django_up()
    from hubbub.api.api import api

    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    return json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _set_django_up() -> None:
    from django.apps import apps

    if apps.ready:
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = "hubbub.config.settings"
    with tempfile.TemporaryDirectory(prefix="hubbub-docs-") as home:
        os.environ["HUBBUB_HOME"] = home
        import django

        django.setup()


def connector() -> str:
    """Return docs/write-a-connector.md with the files it shows as they are now."""

    def shown(match: re.Match[str]) -> str:
        code = (DOCS.parent / match["file"]).read_text(encoding="utf-8")
        return f"<!-- {match['file']} -->\n```python\n{code}```\n"

    page = (DOCS / "write-a-connector.md").read_text(encoding="utf-8")
    return re.sub(r"<!-- (?P<file>\S+\.py) -->\n```python\n.*?```\n", shown, page, flags=re.DOTALL)


PAGES: dict[str, tuple[str, Callable[[], str]]] = {
    "settings": ("settings.md", settings),
    "openapi": ("openapi.json", openapi),
    "connector": ("write-a-connector.md", connector),
}


def main() -> None:
    """Write the pages asked for; print the path of each."""
    asked = sys.argv[1:] or list(PAGES)
    for name in asked:
        if name not in PAGES:
            sys.exit(f"docs: there is no page {name!r}; there are {', '.join(PAGES)}")
    for name in asked:
        file, make = PAGES[name]
        (DOCS / file).write_text(make(), encoding="utf-8")
        print(f"docs/{file}")


if __name__ == "__main__":
    main()
