"""The page about the API shows a call of every operation there is."""

import re
from pathlib import Path

from tests.web.walk import operations

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def test_the_page_shows_every_operation() -> None:
    shown = {
        ("GET" if call.startswith("ask ") and "-X POST" not in call else "POST", path)
        for call in re.split(r"^(?=ask |tell |curl )", PAGE, flags=re.MULTILINE)
        for path in re.findall(r"\$HUBBUB(/[^\s\"?#]*)", call)
    }
    shown |= {("GET", path) for path in re.findall(r"^curl .*\$HUBBUB(/\S+)", PAGE, re.MULTILINE)}
    missing = [
        f"{method} {path}"
        for path, method in sorted(operations())
        if not any(
            method == how and re.fullmatch(re.sub(r"\{\w+\}", r"[^/]+", path.removeprefix("/api/v1")), where)
            for how, where in shown
        )
    ]
    assert missing == []
