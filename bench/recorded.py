"""How much Hubbub understands of what real services sent, replayed from files through the connectors' own code.

A folder a source, each read by the module of its name in `replay/`, which says what is compared and what can't be:

feeds/      RSS and Atom feeds, each with an `Expect:` line; key `feeds`, bar .95, and `feeds_crashed`, bar 0
mastodon/   HTTP recorded as cassettes (YAML); key `mastodon`, bar .99
mail/       answers to mails, whose quoted part is to be told apart; keys `mail_text` and `mail_html`, bar .80

The data is nobody's to ship, so the folder has to be named. What has no folder in it is left out. The last line is
one JSON object; what was not understood is told before, on standard error.

    python bench/recorded.py --data DIR
"""

import argparse
import json
import pkgutil
import sys
from importlib import import_module
from pathlib import Path

import replay

MISSING = """\
recorded: {why}
Recorded answers of real services do not come with Hubbub. --data names a folder that has one folder a source
({names}) with files as these services sent them; the top of bench/recorded.py says which kind of file each has."""


def main() -> None:
    """Measure every source that has a folder."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", type=Path, help="the folder with recorded answers, a folder a source")
    data: Path | None = asked.parse_args().data
    names = sources()
    if data is None or not data.is_dir():
        why = "--data is missing." if data is None else f"there is no folder {data}."
        sys.exit(MISSING.format(why=why, names=", ".join(names)))
    found = [name for name in names if (data / name).is_dir()]
    if not found:
        sys.exit(MISSING.format(why=f"{data} has none of these folders.", names=", ".join(names)))
    figures: dict[str, object] = {"bench": "recorded"}
    for name in found:
        figures |= import_module(f"replay.{name}").measured(data)
    print(json.dumps(figures))


def sources() -> list[str]:
    """Return the sources that can be replayed."""
    return sorted(module.name for module in pkgutil.iter_modules(replay.__path__))


if __name__ == "__main__":
    main()
