"""The secrets an installation makes for itself: once, for its eyes only, and never anew by accident."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from hubbub.config import secrets
from hubbub.infra.environment import Environment, SettingError, read

ONE, TWO = "kWb3pQmZ8Jr5Tn1Vx6Yc0Ls2Hd7Gf4Ae9Bu_Ri-Ok3M=", "Zs8Uq2Lr7Vd4Xn1Tb6Wk9Pf3Mh5Jc0Gy_Ae-Ro2Ni1E="


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    return read({"HUBBUB_HOME": str(tmp_path / "home")})


def file_of(env: Environment, name: str, text: str | bytes | None = None) -> Path:
    path = env.home / "secrets" / name
    if text is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_secrets_are_made_at_the_first_start_and_kept(env: Environment) -> None:
    key, keys = secrets.django_key(env), secrets.keys_at_rest(env)
    assert len(key) >= 50
    Fernet(keys[0])
    assert (secrets.django_key(env), secrets.keys_at_rest(env)) == (key, keys)


def test_only_who_runs_hubbub_can_read_them(env: Environment) -> None:
    secrets.django_key(env)
    secrets.keys_at_rest(env)
    folder = env.home / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "django": 0o600,
        "keys": 0o600,
    }


def test_processes_that_start_together_agree_on_one(env: Environment) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: secrets.django_key(env), range(64)))
    assert len(found) == 1


def test_keys_of_the_environment_come_before_the_file_and_make_none(tmp_path: Path) -> None:
    env = read({"HUBBUB_HOME": str(tmp_path), "HUBBUB_SECRET_KEYS": f"{ONE},{TWO}"})
    assert secrets.keys_at_rest(env) == (ONE, TWO)
    assert not file_of(env, "keys").exists()


def test_a_file_may_hold_several_keys_newest_first(env: Environment) -> None:
    file_of(env, "keys", f"{TWO}\n{ONE}\n")
    assert secrets.keys_at_rest(env) == (TWO, ONE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{ONE}\nhunter2\n", "holds a line that is no key. `hubbub new-key` prints one."),
        ("\n", "is empty. Put back what was in it; only if that was never used, remove the file."),
        (b"\xff\xfe\x00", "can't be read: it is no text. Put back what was in it."),
    ],
)
def test_a_damaged_file_is_told_and_left_alone(env: Environment, text: str | bytes, words: str) -> None:
    path = file_of(env, "keys", text)
    before = path.read_bytes()
    with pytest.raises(SettingError) as refused:
        secrets.keys_at_rest(env)
    assert str(refused.value) == f"{path} {words}"
    assert path.read_bytes() == before


def test_a_home_that_is_no_folder_is_told(env: Environment) -> None:
    env.home.write_text("a file")
    with pytest.raises(SettingError, match=r"can't be written: .*\. Set HUBBUB_HOME to a folder of yours\."):
        secrets.django_key(env)
