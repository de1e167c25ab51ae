"""Files of cases: one row each, the same in all three forms, with nothing in them that a spreadsheet would run."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.care.test_care_selectors import make_case
from tests.make import NOON, make_member, make_workspace

from hubbub.accounts.core.access import Access, Role
from hubbub.accounts.models import AuditEntry
from hubbub.care.core.case import Case, Status
from hubbub.care.core.deeds import AddTag
from hubbub.care.core.export import COLUMNS, Form
from hubbub.care.core.filters import Filter
from hubbub.care.models import CaseRow
from hubbub.care.selectors import export as reads
from hubbub.care.services import cases, sorting
from hubbub.care.services.export import export
from hubbub.infra import sheets
from hubbub.kernel.errors import NotAllowed

EVIL = ('=HYPERLINK("http://x.example")', "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1")


@pytest.fixture
def mia(db: None) -> Access:
    access = make_workspace()
    for number, who in enumerate((*EVIL, 'Zoë, "quoted"\nand <more>', "O'Neil & sons"), 1):
        make_case(access, number, Case(number, Status.NEW, NOON, NOON, due_at=NOON + timedelta(hours=1)), who=who)
    sorting.save_field(access, name="=Serial", kind="text", now=NOON)
    cases.do(access, [7], [AddTag(name="Recall"), AddTag(name="Acid")], now=NOON)
    return access


def written(access: Access, form: Form, asked: Filter = Filter("all")) -> bytes:  # noqa: B008
    return b"".join(export(access, reads.ids_of(access, asked, NOON), form, "all", now=NOON))


def of_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def of_xlsx(data: bytes) -> list[list[str]]:
    sheet = ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    plain = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
    rows = []
    cell = r'<c/>|<c><v>(.*?)</v></c>|<c t="inlineStr"><is><t xml:space="preserve">(.*?)</t></is></c>'
    for row in re.findall(r"<row>(.*?)</row>", sheet, re.DOTALL):
        cells = [number or text for number, text in re.findall(cell, row, re.DOTALL)]
        rows.append([re.sub("&lt;|&gt;|&amp;", lambda found: plain[found[0]], each) for each in cells])
    return rows


def test_the_three_forms_hold_the_same_rows(mia: Access) -> None:
    table = pq.read_table(io.BytesIO(written(mia, Form.PARQUET)))
    rows = table.to_pylist()
    assert list(table.schema.names) == [*COLUMNS, "'=Serial"] or table.schema.names[-1].endswith("Serial")
    assert [row["number"] for row in rows] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert (rows[1]["tags"], rows[1]["who"]) == ("Acid, Recall", 'Zoë, "quoted"\nand <more>')
    assert rows[0]["opened_at"] == NOON and rows[0]["time_zone"] == "UTC"
    in_csv, in_xlsx = of_csv(written(mia, Form.CSV)), of_xlsx(written(mia, Form.XLSX))
    assert len(in_csv) == len(in_xlsx) - 1 == 8
    for row, line, cells in zip(rows, in_csv, in_xlsx[1:], strict=True):
        for name, value, cell in zip(in_xlsx[0], row.values(), cells, strict=True):
            shown = line[name]
            assert shown == cell or shown.replace("\r", "") == cell.replace("\r", ""), name
            if isinstance(value, datetime):
                assert datetime.fromisoformat(shown) == value.astimezone(UTC)
            elif isinstance(value, str):
                assert shown.removeprefix("'") == value
            elif isinstance(value, bool):
                assert shown == ("yes" if value else "no")
            else:
                assert shown == ("" if value is None else str(value))


def test_no_cell_and_no_head_is_a_formula(mia: Access) -> None:
    for row in of_csv(written(mia, Form.CSV)):
        assert [cell for cell in (*row, *row.values()) if cell[:1] in "=+-@\t\r" and cell[:1]] == []
    for cells in of_xlsx(written(mia, Form.XLSX)):
        assert [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell[:1]] == []


def test_a_list_is_exported_as_it_is_filtered_and_that_is_noted(mia: Access) -> None:
    CaseRow.objects.filter(number__lte=3).update(kind="praise")
    found = of_csv(written(mia, Form.CSV, Filter("needs", kinds=("praise",))))
    assert [row["number"] for row in found] == ["1", "2", "3"]
    line = AuditEntry.objects.latest("pk")
    assert (line.action, line.after) == ("cases exported", {"form": "csv", "cases": 3})


def test_who_turns_away_in_the_midst_leaves_how_much_left(mia: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "AT_ONCE", 3)
    pieces = export(mia, reads.ids_of(mia, Filter("all"), NOON), Form.CSV, "all", now=NOON)
    assert AuditEntry.objects.latest("pk").after == {"form": "csv"}
    assert [len(of_csv(next(pieces))), next(pieces).count(b"UTC")] == [3, 3]
    pieces.close()
    assert AuditEntry.objects.latest("pk").after == {"form": "csv", "cases": 6}


def test_what_one_sheet_does_not_hold_goes_on_in_the_next(mia: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "SHEET_ROWS", 4)
    monkeypatch.setattr(reads, "AT_ONCE", 2)
    packed = ZipFile(io.BytesIO(written(mia, Form.XLSX)))
    rows = [len(re.findall("<row>", packed.read(f"xl/worksheets/sheet{each}.xml").decode())) for each in (1, 2, 3)]
    assert rows == [4, 4, 3]
    for listed in ("xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        assert packed.testzip() is None and packed.read(listed).count(b"3.xml") + packed.read(listed).count(b" 3") >= 1
    assert "xl/worksheets/sheet4.xml" not in packed.namelist()


def test_agents_and_strangers_take_nothing_out(mia: Access) -> None:
    with pytest.raises(NotAllowed):
        written(make_member(mia, "Bob"), Form.CSV)
    charlie = make_workspace("Globex", "charlie@globex.example")
    ids = list(CaseRow.objects.values_list("pk", flat=True))
    assert of_csv(b"".join(export(charlie, ids, Form.CSV, "theirs", now=NOON))) == []
    assert written(make_member(mia, "Ana", Role.ANALYST), Form.CSV)


def test_many_rows_are_read_a_chunk_at_a_time_with_few_questions(mia: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "AT_ONCE", 3)
    ids = list(CaseRow.objects.order_by("id").values_list("pk", flat=True))

    def questions(many: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert sum(map(len, reads.chunks(mia, ids[:many]))) == many
        return len(asked)

    assert questions(3) == questions(2) <= 10
    assert [len(chunk) for chunk in reads.chunks(mia, ids[:7])] == [3, 3, 1]
