"""The pages that are made from the code say what the code does."""

import re
from pathlib import Path

import pytest
from tools.docs import DOCS, EXAMPLE, PAGES, SPEC

from hubbub.infra import environment


@pytest.mark.parametrize("name", PAGES)
def test_a_made_page_is_up_to_date(name: str) -> None:
    file, make = PAGES[name]
    assert (DOCS / file).read_text("utf-8") == make(), f"docs/{file} is out of date: run `make docs`"


@pytest.mark.parametrize("setting", SPEC, ids=lambda setting: setting.name)
def test_every_setting_is_described(setting: environment.Setting) -> None:
    (line,) = re.findall(rf"^\| `{setting.name}` .*$", (DOCS / "settings.md").read_text("utf-8"), re.MULTILINE)
    assert setting.help in line
    assert (f"`{setting.key}`" in line) == setting.in_file


def test_the_file_shown_as_an_example_is_taken(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", (DOCS / "settings.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "hubbub.toml").write_text(shown, "utf-8")
    env = environment.read({"HUBBUB_HOME": str(tmp_path)})
    assert env.url == EXAMPLE["HUBBUB_URL"]
    assert env.port == EXAMPLE["HUBBUB_PORT"]
    assert env.database["NAME"] == "hubbub"
    assert env.allow_private == {"feeds"}


def test_the_line_shown_for_a_wrong_value_is_what_hubbub_says(tmp_path: Path) -> None:
    with pytest.raises(environment.SettingError) as refused:
        environment.read({"HUBBUB_HOME": str(tmp_path), "HUBBUB_PORT": "eighty"})
    assert f"\nhubbub: {refused.value}\n" in (DOCS / "settings.md").read_text("utf-8")
