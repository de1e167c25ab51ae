"""What a start makes of the settings: Django's own, and a stop with one line where one is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NAMES = (
    "DEBUG",
    "ALLOWED_HOSTS",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY",
    "SECURE_HSTS_SECONDS",
    "SECURE_PROXY_SSL_HEADER",
    "DATABASES",
)
SHOWS = f"""
import json
from hubbub.config import settings
print(json.dumps({{name: getattr(settings, name) for name in {NAMES}}} | {{
    "CSRF_TRUSTED_ORIGINS": getattr(settings, "CSRF_TRUSTED_ORIGINS", []),
    "CSP": settings.CONTENT_SECURITY_POLICY["DIRECTIVES"],
}}))
"""


def settings_of(home: Path, **environ: str) -> dict[str, Any]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUBBUB_", "DATABASE_"))}
    env = {**kept, "HUBBUB_HOME": str(home), **environ}
    done = subprocess.run([sys.executable, "-c", SHOWS], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_on_this_machine_cookies_go_without_https_and_the_database_is_in_home(tmp_path: Path) -> None:
    made = settings_of(tmp_path)
    assert made["DEBUG"] is False
    assert set(made["ALLOWED_HOSTS"]) == {"localhost", "127.0.0.1", "[::1]"}
    assert (made["SESSION_COOKIE_SECURE"], made["CSRF_COOKIE_SECURE"], made["SECURE_HSTS_SECONDS"]) == (False, False, 0)
    assert made["SECURE_PROXY_SSL_HEADER"] is None
    assert made["DATABASES"]["default"]["NAME"] == str(tmp_path / "hubbub.db")


def test_behind_https_cookies_are_secure_and_only_the_public_name_is_answered(tmp_path: Path) -> None:
    made = settings_of(tmp_path, HUBBUB_URL="https://desk.example.org", HUBBUB_HOST="::")
    assert (made["SESSION_COOKIE_SECURE"], made["CSRF_COOKIE_SECURE"]) == (True, True)
    assert made["SESSION_COOKIE_HTTPONLY"] is True
    assert made["SECURE_HSTS_SECONDS"] > 0
    assert made["CSRF_TRUSTED_ORIGINS"] == ["https://desk.example.org"]
    assert "desk.example.org" in made["ALLOWED_HOSTS"]
    assert "*" not in made["ALLOWED_HOSTS"]


def test_pages_may_run_nothing_that_stands_in_them(tmp_path: Path) -> None:
    policy = settings_of(tmp_path)["CSP"]
    assert policy["default-src"] == ["'none'"]
    assert {source for name, sources in policy.items() if name.endswith("-src") for source in sources} == {
        "'none'",
        "'self'",
    }


@pytest.mark.parametrize(
    ("environ", "file", "line"),
    [
        (
            {"HUBBUB_PORT": "eighty"},
            "",
            "hubbub: HUBBUB_PORT is 'eighty' in the environment: a port is a whole number from 1 to 65535.",
        ),
        ({}, "prot = 1", "hubbub: {home}/hubbub.toml has 'prot', which is no setting. Did you mean port?"),
    ],
)
def test_hubbub_run_stops_at_a_wrong_setting_with_one_line(
    tmp_path: Path, environ: dict[str, str], file: str, line: str
) -> None:
    (tmp_path / "hubbub.toml").write_text(file)
    env = {**os.environ, "HUBBUB_HOME": str(tmp_path), **environ}
    done = subprocess.run([sys.executable, "-m", "hubbub", "run"], env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", line.format(home=tmp_path) + "\n")
    assert [path.name for path in tmp_path.iterdir()] == ["hubbub.toml"]
