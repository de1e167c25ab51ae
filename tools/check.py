"""What judges the code without running it: style, types, layers, imports, contrast, words. For `make check`."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BIN = Path(sys.executable).parent
PLACES = ("src", "tests", "bench", "tools")
APPS = ("infra", "accounts", "channels", "workforce", "listening", "care")
CHECKS = {
    "style": (str(BIN / "ruff"), "check", "--quiet", *PLACES),
    "format": (str(BIN / "ruff"), "format", "--quiet", "--check", *PLACES),
    "layers": (str(BIN / "lint-imports"), "--no-logo"),
    "contrast": (sys.executable, "tools/contrast.py"),
    "imports": (sys.executable, "tools/imports.py"),
    "migrations": (str(BIN / "django-admin"), "makemigrations", "--check", "--dry-run", *APPS),
    "messages": (sys.executable, "tools/messages.py", "--check"),
    "types": (str(BIN / "mypy"),),
}


def main() -> None:
    """Run every check, show what failed, exit 1 if any did."""
    with tempfile.TemporaryDirectory(prefix="hubbub-check-") as home:
        known = {"HUBBUB_HOME": home, "DJANGO_SETTINGS_MODULE": "hubbub.config.settings"}
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HUBBUB_", "DATABASE_"))}
        failed = [name for name, command in CHECKS.items() if not passes(name, command, kept | known)]
    if failed:
        sys.exit(f"check: {', '.join(failed)} failed")


def passes(name: str, command: tuple[str, ...], env: dict[str, str]) -> bool:
    """Run one check; print one line, and what it said if it failed."""
    started = time.monotonic()
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    print(f"{name:12} {'ok' if done.returncode == 0 else 'FAILED':8} {time.monotonic() - started:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr)
    return done.returncode == 0


main()
