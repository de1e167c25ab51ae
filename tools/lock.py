"""Write requirements/*.lock anew from pyproject.toml: every package with its version and hashes. `make lock`."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).with_name("uv")
OLDEST = "3.11"
LOCKS = {
    "bootstrap": ("requirements/bootstrap.in",),
    "runtime": ("pyproject.toml", "requirements/build.in"),
    "semantic": ("pyproject.toml", "requirements/build.in", "--extra", "semantic"),
    "dev": ("pyproject.toml", "requirements/build.in", "--group", "dev"),
}


OPTIONS = ("--universal", "--generate-hashes", "--upgrade", "--quiet", "--no-header", "--no-emit-index-url")


def main() -> None:
    """Resolve for the oldest Python that is supported; the locks serve every platform."""
    for name, sources in LOCKS.items():
        target = ("--python-version", OLDEST, "--output-file", f"requirements/{name}.lock")
        if subprocess.run([UV, "pip", "compile", *sources, *OPTIONS, *target], cwd=ROOT).returncode:
            sys.exit(f"lock: {name} could not be resolved")
        print(f"requirements/{name}.lock")


main()
