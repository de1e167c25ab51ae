"""Tables as files, written some rows at a time: CSV, XLSX and Parquet.

An XLSX is a zip of a few small texts and one long one, which is written row by row: a library that keeps a whole
sheet in memory would not do.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any, Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa
import pyarrow.parquet as pq

Rows = Iterable[Sequence[Sequence[Any]]]
TYPES: Final = {
    int: pa.int64(), float: pa.float64(), bool: pa.bool_(), str: pa.string(), datetime: pa.timestamp("us", "UTC"),
}  # fmt: skip
SHEET_ROWS: Final = 1_048_576
"""Rows of a sheet, with its head: no spreadsheet shows more."""
MAX_CELL: Final = 32_767
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class _Out(io.RawIOBase):
    """A file whose bytes are taken away while it is written."""

    def __init__(self) -> None:
        self._held, self._written = bytearray(), 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        with memoryview(data) as given:
            self._held += given
            self._written += given.nbytes
            return given.nbytes

    def tell(self) -> int:
        return self._written

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        taken = bytes(self._held)
        self._held.clear()
        return taken


def pieces(
    form: str, columns: Mapping[str, type], chunks: Rows, defuse: Callable[[str], str], title: str = "Cases"
) -> Iterator[bytes]:
    """Return rows as a file, a piece a chunk: no more than that is in memory.

    Parameters
    ----------
    form : csv, xlsx or parquet
    columns : their types, by name
    defuse : makes texts of CSV and XLSX safe for spreadsheets
    title : what the sheets of an XLSX are called, with letters only
    """
    out = _Out()
    forms: Mapping[str, _Write] = {"csv": _csv, "xlsx": partial(_xlsx, title=title), "parquet": _parquet}
    for _ in forms[form](columns, chunks, out, defuse):
        if piece := out.taken():
            yield piece
    yield out.taken()


_Write = Callable[[Mapping[str, type], Rows, _Out, Callable[[str], str]], Iterator[None]]


def _csv(columns: Mapping[str, type], chunks: Rows, to: _Out, defuse: Callable[[str], str]) -> Iterator[None]:
    rows = csv.writer(codecs.getwriter("utf-8-sig")(to))  # its mark tells spreadsheets that it is UTF-8
    rows.writerow(columns)
    for chunk in chunks:
        rows.writerows([_text(value, defuse) for value in row] for row in chunk)
        yield


def _text(value: Any, defuse: Callable[[str], str]) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat()
    return defuse(value) if isinstance(value, str) else value


def _parquet(columns: Mapping[str, type], chunks: Rows, to: _Out, defuse: Callable[[str], str]) -> Iterator[None]:
    schema = pa.schema([(name, TYPES[kind]) for name, kind in columns.items()])
    with pq.ParquetWriter(to, schema, compression="zstd") as writer:
        for chunk in chunks:
            across = zip(*chunk, strict=True) if chunk else ([] for _ in columns)
            arrays = [pa.array(list(values), field.type) for values, field in zip(across, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            yield


_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_KIND: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATED: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_CONTENT: Final = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>{{kinds}}</Types>'
)
_KIND_OF: Final = f'<Override PartName="/xl/worksheets/sheet{{each}}.xml" ContentType="{_KIND}.worksheet+xml"/>'
_NAME_OF: Final = '<sheet name="{title}{also}" sheetId="{each}" r:id="rId{each}"/>'
_WORKBOOK: Final = f'<Relationship Id="rId1" Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/>'
_RELATED_TO: Final = (
    f'<Relationship Id="rId{{each}}" Type="{_RELATED}/worksheet" Target="worksheets/sheet{{each}}.xml"/>'
)


def _xlsx(
    columns: Mapping[str, type], chunks: Rows, to: _Out, defuse: Callable[[str], str], title: str
) -> Iterator[None]:
    """Write sheets of `SHEET_ROWS`, as many as it takes, and last what lists them."""
    left = iter(chunks)
    rest: Sequence[Sequence[Any]] = ()
    with ZipFile(to, "w", ZIP_DEFLATED, compresslevel=3) as packed:
        for sheets in count(1):
            with packed.open(f"xl/worksheets/sheet{sheets}.xml", "w", force_zip64=True) as sheet:
                sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                sheet.write(_row(list(columns), defuse))
                room = SHEET_ROWS - 1
                while room and (chunk := rest or next(left, ())):
                    some, rest = chunk[:room], chunk[room:]
                    sheet.write(b"".join(_row(row, defuse) for row in some))
                    room -= len(some)
                    yield
                sheet.write(b"</sheetData></worksheet>")
            rest = rest or next(left, ())
            if not rest:
                break
        for name, part in _parts(range(1, sheets + 1), title):
            packed.writestr(name, _HEAD + part)


def _parts(sheets: Sequence[int], title: str) -> Iterator[tuple[str, str]]:
    """Return the small texts that make a spreadsheet of sheets."""
    kinds, names, related = (
        "".join(each.format(each=number, also=f" {number}" if number > 1 else "", title=title) for number in sheets)
        for each in (_KIND_OF, _NAME_OF, _RELATED_TO)
    )
    yield "[Content_Types].xml", _CONTENT.format(kinds=kinds)
    yield "_rels/.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{_WORKBOOK}</Relationships>'
    yield "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets>{names}</sheets></workbook>'
    yield "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>'


def _row(values: Sequence[Any], defuse: Callable[[str], str]) -> bytes:
    return f"<row>{''.join(_cell(_text(value, defuse)) for value in values)}</row>".encode()


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, str):
        text = escape(_NO_XML.sub("", value)[:MAX_CELL])
        return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    return f"<c><v>{value}</v></c>"
