"""Settings: what is taken, what the defaults are, and the one line that says what to mend."""

import re
from pathlib import Path
from typing import Any

import pytest

from hubbub.infra.environment import PARENT, SPEC, Environment, SettingError, read

KEY = "kWb3pQmZ8Jr5Tn1Vx6Yc0Ls2Hd7Gf4Ae9Bu_Ri-Ok3M="
NAMES = [setting.name for setting in SPEC]


def read_in(home: Path, file: str | bytes = "", **environ: str) -> Environment:
    """The settings of a home with a hubbub.toml, in an environment with nothing else."""
    if file:
        (home / "hubbub.toml").write_bytes(file if isinstance(file, bytes) else file.encode())
    return read({"HUBBUB_HOME": str(home), **environ})


def refusal(home: Path, file: str | bytes = "", **environ: str) -> str:
    with pytest.raises(SettingError) as refused:
        read_in(home, file, **environ)
    said = str(refused.value)
    assert "\n" not in said
    assert said.endswith((".", "?"))
    return said


def test_nothing_needs_to_be_set() -> None:
    env = read({})
    assert env.home == Path("~/.hubbub").expanduser()
    assert (env.host, env.port, env.workers, env.url, env.database) == ("127.0.0.1", 8000, 1, "", {})
    assert env.allow_private == frozenset()
    assert env.address == "http://127.0.0.1:8000"


GOOD: list[tuple[str, str, str, Any]] = [
    ("HUBBUB_PORT", " 65535 ", "port", 65_535),
    ("HUBBUB_HOST", "desk.internal", "host", "desk.internal"),
    ("HUBBUB_HOST", "::", "host", "::"),
    ("HUBBUB_URL", "https://desk.example.org/", "url", "https://desk.example.org"),
    ("HUBBUB_WORKERS", "64", "workers", 64),
    ("HUBBUB_ALLOW_PRIVATE", "feeds, demo", "allow_private", {"feeds", "demo"}),
    ("HUBBUB_LOG", "Debug", "log", "DEBUG"),
    ("HUBBUB_JETSTREAM", "ws://127.0.0.1:6008/subscribe?x=1", "jetstream", "ws://127.0.0.1:6008/subscribe?x=1"),
    ("HUBBUB_SECRET_KEYS", f"{KEY}\n{KEY}", "secret_keys", (KEY, KEY)),
    ("HUBBUB_PORT", "", "port", 8000),
]


@pytest.mark.parametrize(("name", "given", "field", "taken"), GOOD)
def test_a_setting_is_taken(tmp_path: Path, name: str, given: str, field: str, taken: Any) -> None:
    assert getattr(read_in(tmp_path, **{name: given}), field) == taken


WRONG = [
    ("HUBBUB_HOME", "~nobody-of-this-name/hubbub", "there is nobody of that name here"),
    *[("HUBBUB_PORT", each, "a port is a whole number from 1 to 65535") for each in ("0", "65536", "-1", "8e3", "web")],
    *[("HUBBUB_WORKERS", each, "a whole number from 1 to 64") for each in ("0", "65", "1.5", "two")],
    *[("HUBBUB_HOST", each, "give an address like") for each in ("http://x", "a b", "[::1]", "a..b", "me@here")],
    *[
        ("HUBBUB_URL", each, "give it like https://desk.example.org")
        for each in ("desk.example.org", "ftp://x", "https://", "https://u:p@x", "https://x:99999", "https://a b")
    ],
    *[("HUBBUB_URL", f"https://x{each}", "without a path") for each in ("/desk", "?a=1", "#top")],
    *[("HUBBUB_JETSTREAM", each, "give it like wss://host/subscribe") for each in ("https://x/", "wss:///x")],
    ("HUBBUB_ALLOW_PRIVATE", "demo pigeons", "there is no connector 'pigeons'; there are bluesky, demo, feeds, file"),
    ("HUBBUB_LOG", "loud", "choose one of debug, info, warning, error"),
    *[("HUBBUB_SECRET_KEYS", each, "as `hubbub new-key` prints it") for each in ("short", f"{KEY} short", KEY[:-1])],
    *[("HUBBUB_FAILPOINT", each, "there are listen.before_segment") for each in ("nowhere", "send.claimed:often")],
    *[("DATABASE_URL", each, "begins with sqlite:// or postgresql://") for each in ("mysql://x/y", "hubbub.db")],
    *[("DATABASE_URL", each, "give the whole path") for each in ("sqlite:///here.db", "sqlite://x", "sqlite:////srv/")],
    ("DATABASE_URL", "postgresql://u:p@host", "name the database"),
    ("DATABASE_URL", "postgresql://u:p@ss@host:x/y?bogus=1", "%40 for @"),
]


@pytest.mark.parametrize(("name", "given", "words"), WRONG)
def test_a_wrong_value_is_refused_in_one_line_that_names_it(tmp_path: Path, name: str, given: str, words: str) -> None:
    said = refusal(tmp_path, **{name: given})
    assert said.startswith(f"{name} is ")
    assert "in the environment" in said
    assert words in said


@pytest.mark.parametrize(
    ("name", "given"),
    [("DATABASE_URL", "postgresql://mia:hunter2@host"), ("HUBBUB_SECRET_KEYS", "hunter2"), ("DATABASE_URL", "hunter2")],
)
def test_a_refusal_does_not_show_a_secret(tmp_path: Path, name: str, given: str) -> None:
    assert "hunter2" not in refusal(tmp_path, **{name: given})


def test_what_is_printed_of_an_environment_holds_no_secret(tmp_path: Path) -> None:
    env = read_in(tmp_path, HUBBUB_SECRET_KEYS=KEY, DATABASE_URL="postgresql://mia:hunter2@db.example/hubbub")
    assert KEY not in repr(env)
    assert "hunter2" not in repr(env)


def test_database_addresses_become_what_django_takes(tmp_path: Path) -> None:
    url = "postgresql://mia:p%40ss@db.example:6432/hub%20bub?sslmode=require"
    assert read_in(tmp_path, DATABASE_URL=url).database == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "hub bub",
        "USER": "mia",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }
    by_socket = read_in(tmp_path, DATABASE_URL="postgresql://postgres:@/postgres?host=/run/postgresql").database
    assert (by_socket["HOST"], by_socket["NAME"]) == ("/run/postgresql", "postgres")
    assert read_in(tmp_path, DATABASE_URL="sqlite:////srv/hubbub.db").database["NAME"] == "/srv/hubbub.db"


@pytest.mark.parametrize(
    ("host", "url", "address"),
    [
        ("0.0.0.0", "", "http://127.0.0.1:8000"),
        ("::", "", "http://127.0.0.1:8000"),
        ("::1", "", "http://[::1]:8000"),
        ("desk.internal", "", "http://desk.internal:8000"),
        ("0.0.0.0", "https://desk.example.org", "https://desk.example.org"),
    ],
)
def test_the_address_printed_is_one_a_browser_opens(tmp_path: Path, host: str, url: str, address: str) -> None:
    assert read_in(tmp_path, HUBBUB_HOST=host, HUBBUB_URL=url).address == address


# Names that are no setting ---------------------------------------------------
def test_a_name_that_is_no_setting_is_told_with_the_one_it_looks_like(tmp_path: Path) -> None:
    env = read_in(tmp_path, HUBBUB_PROT="1", HUBBUB_COLOUR_OF_THE_SKY="blue", OTHER="x", **{PARENT: "pipe"})
    assert env.unknown == (
        "HUBBUB_COLOUR_OF_THE_SKY is no setting. docs/settings.md lists them.",
        "HUBBUB_PROT is no setting. Did you mean HUBBUB_PORT?",
    )


# hubbub.toml -----------------------------------------------------------------
def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    file = 'port = 9000\nworkers = "3"\nallow_private = ["demo", "feeds"]\ndatabase_url = "sqlite:////srv/x.db"\n'
    env = read_in(tmp_path, file, HUBBUB_PORT="9001", HUBBUB_WORKERS="")
    assert (env.port, env.workers, env.allow_private) == (9001, 3, {"demo", "feeds"})
    assert env.database["NAME"] == "/srv/x.db"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("prot = 1", "has 'prot', which is no setting. Did you mean port?"),
        ("HUBBUB_PORT = 1", "has 'HUBBUB_PORT', which is no setting. Did you mean port?"),
        ("sky = 1", "has 'sky', which is no setting. Known are allow_private, "),
        ('home = "/srv"', "has 'home', which is no setting"),
        (f'secret_keys = "{KEY}"', "has 'secret_keys', which is no setting"),
        ("[web]\nport = 1", "has 'web', which is no setting"),
        ("port = true", "has port = True; give a text or a whole number."),
        ("port = 1.5", "has port = 1.5; give a text or a whole number."),
        ("port = [1]", "has port = [1]; give a text or a whole number."),
        ("allow_private = [1]", "has allow_private = [1]; give a text or a list of texts."),
        ('database_url = ["hunter2"]', "has database_url = …; give a text"),
        ("port = 70000", "a port is a whole number from 1 to 65535"),
        ("port = ", "can't be read: Invalid value (at end of document)."),
        ("port = 1\nport = 2", "can't be read: Cannot overwrite a value"),
        (b"log = '\xff'", "can't be read: 'utf-8' codec"),
    ],
)
def test_a_wrong_line_in_the_file_is_refused_by_its_name(tmp_path: Path, file: str | bytes, words: str) -> None:
    said = refusal(tmp_path, file)
    assert str(tmp_path / "hubbub.toml") in said
    assert words in said


def test_a_file_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hubbub.toml").mkdir()
    assert re.fullmatch(r".*hubbub\.toml can't be read: .*\.", refusal(tmp_path))


@pytest.mark.parametrize("setting", SPEC, ids=NAMES)
def test_every_default_can_be_used(setting: Any) -> None:
    setting.parse(setting.default)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "HUBBUB_FAILPOINT"])
def test_no_value_of_any_setting_is_a_traceback(tmp_path: Path, name: str) -> None:
    for value in ("\udcff", "x" * 5000, "a" * 70, "١", "²", "://", "https://[", "postgresql://[", "sqlite:", "~"):
        try:
            read({"HUBBUB_HOME": str(tmp_path), name: value})
        except SettingError as refused:
            said = str(refused)
            assert name in said or "hubbub.toml can't be read" in said
            assert "\n" not in said
