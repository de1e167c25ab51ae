"""An index as it is published: its inputs and what follows from them, as texts of files. Nothing is read or written.

Inputs: `index.json` (name, industry, base, cap), `values.csv` (week, brand, value) and `revisions.csv` (week, change,
brand, reason). What follows: `levels.csv` and `weights.csv`, byte for byte.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from hubbub.influence.core.index.rules import Level, Revision, Weight, reckon
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say

INPUTS = ("index.json", "values.csv", "revisions.csv")
OUTPUTS = ("levels.csv", "weights.csv")


@dataclass(frozen=True)
class Index:
    """An index with all its weeks."""

    name: str
    industry: str
    base: date
    cap: Fraction
    revisions: tuple[Revision, ...]
    levels: tuple[Level, ...]
    weights: tuple[Weight, ...]


def index_of(files: Mapping[str, str]) -> Index:
    """Reckon an index from the texts of its inputs, by file name."""
    missing = [name for name in INPUTS if name not in files]
    if missing:
        raise InvalidInput(reason=say("{file} is missing. Put it beside the others.", file=missing[0]))
    try:
        about = json.loads(files["index.json"])
        name, industry = str(about["name"]), str(about["industry"])
        base, cap = date.fromisoformat(about["base"]), _decimal(about["cap"])
    except (ValueError, KeyError, TypeError, ZeroDivisionError) as error:
        raise InvalidInput(
            reason="index.json names the index, its industry, its base date and its cap, such as "
            '{"name": "Banks", "industry": "banks", "base": "2026-01-05", "cap": "0.10"}.'
        ) from error
    if not 0 < cap <= 1:
        raise InvalidInput(reason="The cap is a share above 0 and at most 1.")
    values: dict[date, dict[str, Fraction]] = {}
    for line, row in _rows(files, "values.csv", ("week", "brand", "value")):
        try:
            week, value = date.fromisoformat(row["week"]), _decimal(row["value"])
        except (ValueError, ZeroDivisionError) as error:
            raise _wrong("values.csv", line) from error
        if row["brand"] in values.setdefault(week, {}):
            raise _wrong("values.csv", line)
        values[week][row["brand"]] = value
    revisions = []
    for line, row in _rows(files, "revisions.csv", ("week", "change", "brand", "reason")):
        try:
            revisions.append(Revision(date.fromisoformat(row["week"]), row["change"], row["brand"], row["reason"]))
        except ValueError as error:
            raise _wrong("revisions.csv", line) from error
    levels, weights = reckon(values, tuple(revisions), base, cap)
    return Index(name, industry, base, cap, tuple(revisions), levels, weights)


def outputs(index: Index) -> dict[str, str]:
    """Return the texts of what is published beside the inputs, by file name."""
    return {
        "levels.csv": _csv(
            ("week", "level", "divisor", "constituents", "carried"),
            (
                (each.week, f"{each.level:f}", f"{each.divisor:f}", each.constituents, ";".join(each.carried))
                for each in index.levels
            ),
        ),
        "weights.csv": _csv(
            ("week", "brand", "factor", "weight"),
            ((each.week, each.brand, f"{each.factor:f}", f"{each.weight:f}") for each in index.weights),
        ),
    }


def differences(files: Mapping[str, str]) -> tuple[str, ...]:
    """Reckon again from the inputs and return, in words, what differs from the published outputs; nothing if equal."""
    found = []
    for name, again in outputs(index_of(files)).items():
        if name not in files:
            found.append(say("{file} is missing.", file=name))
        elif files[name] != again:
            ours, theirs = again.split("\n"), files[name].split("\n")
            longest = max(len(ours), len(theirs))
            ours, theirs = [ours + [""] * (longest - len(ours)), theirs + [""] * (longest - len(theirs))]
            line = next(at for at in range(longest) if ours[at] != theirs[at])
            found.append(
                say(
                    "{file}, line {line}: published is “{published}”, reckoned is “{reckoned}”.",
                    file=name,
                    line=line + 1,
                    published=theirs[line],
                    reckoned=ours[line],
                )
            )
    return tuple(found)


def _rows(files: Mapping[str, str], name: str, columns: tuple[str, ...]) -> Iterable[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(files[name]))
    if tuple(reader.fieldnames or ()) != columns:
        raise InvalidInput(reason=say("The first line of {file} is: {columns}.", file=name, columns=",".join(columns)))
    for row in reader:
        if None in row or None in row.values() or not row["brand"]:
            raise _wrong(name, reader.line_num)
        yield reader.line_num, row


def _decimal(text: str) -> Fraction:
    """Read a plain decimal; powers of ten could be of any size, and are refused."""
    if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", text):
        raise ValueError(text)
    return Fraction(text)


def _wrong(name: str, line: int) -> InvalidInput:
    return InvalidInput(
        reason=say("Line {line} of {file} can't be read, or is there twice. Mend it.", line=line, file=name)
    )


def _csv(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
