"""Every package that the product imports is one that it asks for: `tools/imports.py`. Called by `make check`.

The environment of those who develop holds more than that of those who use it; what comes along by chance is missed
only there.
"""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "hubbub"


def main() -> None:
    """Name what is imported and not asked for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    asked = {plain(each) for group in (project["dependencies"], *extras) for each in group}
    brought_by = packages_distributions()
    missing = [
        f"{file.relative_to(ROOT)}:{line} imports {module}, which no dependency in pyproject.toml brings"
        for file in sorted(SOURCE.rglob("*.py"))
        for line, module in imported(file)
        if module not in sys.stdlib_module_names
        and module != "hubbub"
        and not {plain(each) for each in brought_by.get(module, (module,))} & asked
    ]
    if missing:
        sys.exit("\n".join(missing))


def imported(file: Path) -> list[tuple[int, str]]:
    """Where in a file which module of the top level is imported."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, each.name.partition(".")[0]) for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append((node.lineno, node.module.partition(".")[0]))
    return found


def plain(requirement: str) -> str:
    """The package's name as it is compared, without versions and extras."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


main()
