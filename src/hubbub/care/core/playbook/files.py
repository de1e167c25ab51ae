"""A playbook as a file: TOML that people read and write, or JSON."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

LARGEST = 1_000_000
"""No file of rules is longer than a million characters."""


def to_toml(data: Mapping[str, Any]) -> str:
    """Write a playbook; `of_text` reads the same again."""
    return "\n".join(_lines(data)) + "\n"


def to_json(data: Mapping[str, Any]) -> str:
    """Write a playbook; `of_text` reads the same again."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def of_text(text: str) -> dict[str, Any]:
    """Read what was written as TOML or JSON; InvalidInput says in which line it is neither."""
    if len(text) > LARGEST:
        raise InvalidInput(reason="The file is too long for a playbook.")
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text.replace("\r\n", "\n"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(
            reason=say("The file is neither TOML nor JSON: {trouble}", trouble=str(error)[:200])
        ) from None
    return dict(found)


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    for key, value in data.items():
        if not isinstance(value, Mapping | list):
            yield f"{key} = {_value(value)}"
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield f"\n[{key}]"
            yield from (f"{_key(name)} = {_value(each)}" for name, each in value.items())
    for key, value in data.items():
        if isinstance(value, list):
            for row in value:
                yield f"\n[[{key}]]"
                yield from (f"{_key(name)} = {_value(each)}" for name, each in row.items())


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        if any(isinstance(each, Mapping) for each in value):
            return "[\n" + "".join(f"    {_value(each)},\n" for each in value) + "]"
        return "[" + ", ".join(_value(each) for each in value) + "]"
    return repr(value)
