"""Files of labelled texts, for the commands that fit and judge models."""

from collections import Counter
from pathlib import Path
from typing import Final

from hubbub.channels.adapters.file.table import Table, open_table
from hubbub.kernel.errors import InvalidInput

TASKS: Final = ("kind", "sentiment", "complaint")

_SAME: Final = {
    "sentiment": {
        "neg": "negative", "-1": "negative", "neu": "neutral", "0": "neutral", "pos": "positive", "1": "positive",
        "negative": "negative", "neutral": "neutral", "positive": "positive",
    },
    "complaint": {
        **dict.fromkeys(("1", "1.0", "yes", "true", "complaint"), "yes"),
        **dict.fromkeys(("0", "0.0", "no", "false", "no complaint", "not a complaint", "non-complaint"), "no"),
    },
    "kind": {
        each: each
        for each in ("complaint", "question", "praise", "suggestion", "opportunity", "promotion", "spam", "talk")
    },
}  # fmt: skip
"""How files write labels, in small letters."""

NAMED = 5


def read_labelled(path: Path, task: str, text: str, label: str) -> list[tuple[str, str]]:
    """Return text and label of each line of a CSV or JSON lines file that has both, labels as Hubbub writes them.

    Raises
    ------
    BadConnection
        If the file can't be read, in words.
    InvalidInput
        If a column is not there, or labels are none of the task's.
    """
    table = open_table(path)
    places = [_place(table, name) for name in (text, label)]
    found: list[tuple[str, str]] = []
    unknown: Counter[str] = Counter()
    for _, record in table.records():
        values = table.values(record)
        if len(values) <= max(places):
            continue
        words, said = (values[place].strip() for place in places)
        if not words or not said:
            continue
        known = _SAME[task].get(said.lower())
        if known is None:
            unknown[said] += 1
        else:
            found.append((words, known))
    if unknown:
        named = ", ".join(
            f"‘{name[:40]}’ ({f'{count:,} times' if count > 1 else 'once'})"
            for name, count in unknown.most_common(NAMED)
        )
        few = "" if len(unknown) <= NAMED else f" and {len(unknown) - NAMED} others"
        known_words = ", ".join(dict.fromkeys(_SAME[task].values()))
        raise InvalidInput(reason=f"These labels are no {task}: {named}{few}. Hubbub knows: {known_words}.")
    if not found:
        raise InvalidInput(reason="No line of this file has both a text and a label.")
    return found


def _place(table: Table, name: str) -> int:
    if name not in table.header:
        raise InvalidInput(reason=f"There is no column ‘{name}’. The columns: {', '.join(table.header)}.")
    return table.header.index(name)
