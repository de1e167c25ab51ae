"""Tables as files, written some rows at a time: CSV, XLSX and Parquet.

An XLSX is a zip of a few small texts and one long one, which is written row by row: a library that keeps a whole
sheet in memory would not do.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Final
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


def write(form: str, columns: Mapping[str, type], chunks: Rows, to: BinaryIO, defuse: Callable[[str], str]) -> int:
    """Write rows into a file; return how many.

    Parameters
    ----------
    form : csv, xlsx or parquet
    columns : their types, by name
    defuse : makes texts of CSV and XLSX safe for spreadsheets
    """
    writer = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet}[form]
    return writer(columns, chunks, to, defuse)


def _csv(columns: Mapping[str, type], chunks: Rows, to: BinaryIO, defuse: Callable[[str], str]) -> int:
    text = io.TextIOWrapper(to, encoding="utf-8-sig", newline="")  # the mark tells spreadsheets that it is UTF-8
    rows, many = csv.writer(text), 0
    rows.writerow(columns)
    for chunk in chunks:
        rows.writerows([_text(value, defuse) for value in row] for row in chunk)
        many += len(chunk)
    text.flush()
    text.detach()
    return many


def _text(value: Any, defuse: Callable[[str], str]) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat()
    return defuse(value) if isinstance(value, str) else value


def _parquet(columns: Mapping[str, type], chunks: Rows, to: BinaryIO, defuse: Callable[[str], str]) -> int:
    schema, many = pa.schema([(name, TYPES[kind]) for name, kind in columns.items()]), 0
    with pq.ParquetWriter(to, schema, compression="zstd") as writer:
        for chunk in chunks:
            across = zip(*chunk, strict=True) if chunk else ([] for _ in columns)
            arrays = [pa.array(list(values), field.type) for values, field in zip(across, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            many += len(chunk)
    return many


_TYPES_PART = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PARTS: Final = {
    "[Content_Types].xml": _TYPES_PART,
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets>'
    '<sheet name="Cases" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATED}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def _xlsx(columns: Mapping[str, type], chunks: Rows, to: BinaryIO, defuse: Callable[[str], str]) -> int:
    many = 0
    with ZipFile(to, "w", ZIP_DEFLATED, compresslevel=3) as packed:
        for name, part in _PARTS.items():
            packed.writestr(name, part)
        with packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            sheet.write(_row(list(columns), defuse))
            for chunk in chunks:
                some = chunk[: SHEET_ROWS - 1 - many]
                sheet.write(b"".join(_row(row, defuse) for row in some))
                many += len(some)
            sheet.write(b"</sheetData></worksheet>")
    return many


def _row(values: Sequence[Any], defuse: Callable[[str], str]) -> bytes:
    return f"<row>{''.join(_cell(_text(value, defuse)) for value in values)}</row>".encode()


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, str):
        text = escape(_NO_XML.sub("", value)[:MAX_CELL])
        return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    return f"<c><v>{value}</v></c>"
