"""Two columns of a CSV or TSV file, texts and labels, as `hubbub evaluate` reads them."""

import csv
from dataclasses import dataclass
from pathlib import Path

from hubbub.channels.adapters.file.table import MAX_LINE
from hubbub.kernel.errors import InvalidInput

_SEPARATORS = ",\t;|"


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
    rows = _rows(path)
    header = rows[0] if rows else []
    places = [_place(path, header, name) for name in (text, label)]
    has_header = text in header or label in header
    texts, labels, empty = [], [], 0
    for row in rows[has_header:]:
        if len(row) > max(places) and (said := row[places[0]].strip()) and (told := row[places[1]].strip()):
            texts.append(said)
            labels.append(told)
        else:
            empty += bool(row)
    if not texts:
        raise InvalidInput(reason=f"{path.name} has no row with a text and a label.")
    return LabelledFile(texts, labels, empty)


def _rows(path: Path) -> list[list[str]]:
    csv.field_size_limit(MAX_LINE)
    lines = path.read_text(encoding="utf-8-sig", errors="replace").split("\n")
    separator = max(_SEPARATORS, key=lines[0].count)
    if separator == "\t":  # many such files quote nothing, and a text may well begin with a quotation mark
        plain = [line.rstrip("\r").split("\t") for line in lines if line.strip()]
        if len({len(row) for row in plain}) == 1:
            return [[_unquoted(cell) for cell in row] for row in plain]
    return list(csv.reader((line + "\n" for line in lines), delimiter=separator))


def _unquoted(cell: str) -> str:
    quoted = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if quoted else cell


def _place(path: Path, header: list[str], name: str) -> int:
    if name in header:
        return header.index(name)
    if name.isdigit() and 1 <= int(name) <= len(header):
        return int(name) - 1
    there = ", ".join(each for each in header if each) or "none"
    raise InvalidInput(reason=f"{path.name} has no column '{name}'. Its columns: {there}.")
