"""Two columns of a CSV or TSV file, texts and labels, as `hubbub evaluate` reads them."""

import csv
import sys
from dataclasses import dataclass
from pathlib import Path

from hubbub.kernel.errors import InvalidInput

_SEPARATORS = "\t,;|"


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """The rows that have both a text and a label, in the order of the file."""

    texts: list[str]
    labels: list[str]
    empty: int  # rows without a text or without a label


def read_labelled(path: Path, text: str, label: str) -> LabelledFile:
    """Read two columns of a file. Columns go by name, or by number from 1 where there is no header.

    Raises InvalidInput where a column is missing or nothing is left.
    """
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        first = file.readline()
        file.seek(0)
        separator = max(_SEPARATORS, key=first.count) if path.suffix != ".tsv" else "\t"
        rows = csv.reader(file, delimiter=separator)
        header = next(rows, [])
        places = [_place(path, header, name) for name in (text, label)]
        if text not in header and label not in header:  # by number: the first row is a row
            file.seek(0)
            rows = csv.reader(file, delimiter=separator)
        texts, labels, empty = [], [], 0
        for row in rows:
            if len(row) > max(places) and (said := row[places[0]].strip()) and (told := row[places[1]].strip()):
                texts.append(said)
                labels.append(told)
            else:
                empty += bool(row)
    if not texts:
        raise InvalidInput(reason=f"{path.name} has no row with a text and a label.")
    return LabelledFile(texts, labels, empty)


def _place(path: Path, header: list[str], name: str) -> int:
    if name in header:
        return header.index(name)
    if name.isdigit() and 1 <= int(name) <= len(header):
        return int(name) - 1
    there = ", ".join(each for each in header if each) or "none"
    raise InvalidInput(reason=f"{path.name} has no column '{name}'. Its columns: {there}.")
