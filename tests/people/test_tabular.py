"""Files as people really send them, and files that mean harm."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.people.tabular import (
    Row,
    Table,
    TableUnreadable,
    cell_date,
    cell_text,
    read_table,
)


def csv_table(raw: bytes, **bounds: int) -> Table:
    return read_table(io.BytesIO(raw), "register.csv", **bounds)


def read_all(table: Table) -> list[Row]:
    """Every row of every sheet; reading them may find more that is wrong."""
    return [row for sheet in table.sheets for row in sheet.rows]


def workbook(rows: Iterable[Iterable[Any]], sheet: str = "List 6") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xlsx_table(raw: bytes, **bounds: int) -> Table:
    return read_table(io.BytesIO(raw), "register.xlsx", **bounds)


@pytest.mark.parametrize(
    "raw",
    [
        "Team;Worker\nDuty;Zoë O’Neill\n".encode("cp1252"),
        "Team;Worker\r\nDuty;Zoë O’Neill\r\n".encode("utf-8-sig"),
        "Team,Worker\nDuty,Zoë O’Neill".encode(),
        "Team\tWorker\nDuty\tZoë\u00a0O’Neill\u00a0\n".encode("utf-16"),
        "sep=;\nTeam;Worker\nDuty;Zoë O’Neill\n".encode(),
        '"Team","Worker"\n"Duty"," Zoë  O\u200b’Neill "\n'.encode(),
    ],
)
def test_every_kind_of_csv_gives_the_same_table(raw: bytes) -> None:
    [sheet] = csv_table(raw).sheets
    assert sheet.header == ("Team", "Worker")
    assert [row.cells for row in sheet.rows] == [("Duty", "Zoë O’Neill")]


def test_row_numbers_are_those_a_spreadsheet_shows() -> None:
    [sheet] = csv_table(b"\nTitle\n1\n\n,,\n2\n").sheets
    assert sheet.header_row == 2
    assert list(sheet.rows) == [Row(3, ("1",)), Row(6, ("2",))]
    [sheet] = csv_table(b"sep=;\na;b\n1;2").sheets
    assert list(sheet.rows) == [Row(3, ("1", "2"))]


def test_a_workbook_gives_every_filled_sheet_with_its_values() -> None:
    book = openpyxl.Workbook()
    book.active.append(["\u00a0Child Unique\u00a0ID ", "Start", "Seen"])
    book.active.append([1234, datetime(2026, 11, 3), True])
    book.active["D9"] = "#N/A"
    book.create_sheet("Empty")
    book.create_sheet("List 7").append(["Age"])
    file = io.BytesIO()
    book.save(file)
    first, second = xlsx_table(file.getvalue()).sheets
    assert first.header == ("Child Unique ID", "Start", "Seen")
    assert list(first.rows) == [
        Row(2, (1234, datetime(2026, 11, 3), True)),
        Row(9, (None, None, None, "#N/A")),
    ]
    assert (second.name, second.header, list(second.rows)) == ("List 7", ("Age",), [])


def test_the_kind_of_file_is_taken_from_its_content() -> None:
    [sheet] = read_table(io.BytesIO(workbook([["a"], ["1"]])), "misnamed.csv").sheets
    assert sheet.header == ("a",)


def test_a_formula_gives_its_saved_result_or_its_own_text() -> None:
    raw = workbook([["Age", "Team"], ["=3+4", "=A1"]])
    saved = rewrite(
        raw,
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb"(<f>3\+4</f>)<v ?/>|(<f>3\+4</f>)<v></v>", rb"<f>3+4</f><v>7</v>", xml),
    )
    [sheet] = xlsx_table(saved).sheets
    assert [row.cells for row in sheet.rows] == [(7, "=A1")]
    [sheet] = xlsx_table(workbook([["Age"], ["=A1"], [], [3]])).sheets
    assert list(sheet.rows) == [Row(2, ("=A1",)), Row(4, (3,))]


def rewrite(raw: bytes, part: str, change: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            target.writestr(item.filename, change(content) if item.filename == part else content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "is empty"),
        (b"\n \n,,\n", "has no rows"),
        (b"\xef\xbb\xbf", "has no rows"),
        (b"PK\x03\x04 not really a zip", "is damaged or is not an .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old .xls workbook or is protected by a password"),
        (b"a,b\n\x00\x01,2\n", "is not a text file"),
        (b"a,b\n\x81\x8d,2\n", "characters that cannot be read"),
        (workbook([]), "has no rows"),
    ],
    ids=[
        "nothing",
        "blank lines",
        "mark only",
        "zip",
        "old workbook",
        "binary",
        "encoding",
        "empty workbook",
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(raw: bytes, message: str) -> None:
    with pytest.raises(TableUnreadable, match=message) as refused:
        csv_table(raw)
    assert refused.value.message.startswith("register.csv")


def test_an_open_quotation_mark_names_its_line() -> None:
    with pytest.raises(TableUnreadable, match="line 3: the quotation marks"):
        read_all(csv_table(b'a,b\n1,2\n"3,4\n'))


def test_a_file_above_the_limit_is_refused_before_it_is_read() -> None:
    class Huge(io.BytesIO):
        def seek(self, offset: int, whence: int = 0) -> int:
            return 200 * 1024 * 1024 if whence == io.SEEK_END else super().seek(offset, whence)

        def read(self, size: int | None = -1) -> bytes:
            raise AssertionError("The file was read.")

    with pytest.raises(TableUnreadable, match="is 200 MB. The largest file that can be read is 20 MB"):
        read_table(Huge(), "register.csv")


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(TableUnreadable, match="more than 2 rows"):
        list(csv_table(b"a\n1\n2\n3\n", max_rows=2).sheets[0].rows)
    assert len(list(csv_table(b"a\n1\n2\n", max_rows=2).sheets[0].rows)) == 2


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(401):
                part.write(b"\0" * 1024 * 1024)
    assert len(file.getvalue()) < 20 * 1024 * 1024
    with pytest.raises(TableUnreadable, match="unpacks to more than 400 MB"):
        xlsx_table(file.getvalue())


def test_a_zip_with_something_else_inside_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    with pytest.raises(TableUnreadable, match="is not a workbook"):
        xlsx_table(file.getvalue())


def test_entities_in_a_workbook_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    raw = rewrite(
        workbook([["a"], ["1"]]),
        "xl/worksheets/sheet1.xml",
        lambda xml: bomb + xml.partition(b"?>")[2] if xml.startswith(b"<?xml") else bomb + xml,
    )
    with pytest.raises(TableUnreadable, match="is damaged"):
        read_all(xlsx_table(raw))


def test_a_far_cell_costs_no_more_than_a_row() -> None:
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active["A1048576"] = "far"
    file = io.BytesIO()
    book.save(file)
    [sheet] = xlsx_table(file.getvalue()).sheets
    assert list(sheet.rows) == [Row(1_048_576, ("far",))]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (12345678, "12345678"),
        (6.0, "6"),
        (6.138, "6.138"),
        (True, "Yes"),
        (datetime(2026, 11, 3), "2026-11-03"),
        (date(2026, 11, 3), "2026-11-03"),
        ("  Zoë\u00a0 O’Neill\u200b", "Zoë O’Neill"),
    ],
)
def test_a_cell_as_text(cell: Any, text: str) -> None:
    assert cell_text(cell) == text


@pytest.mark.parametrize(
    "cell",
    [
        datetime(2026, 11, 3, 9),
        date(2026, 11, 3),
        "03/11/2026",
        " 3/11/2026",
        "2026-11-03",
        "2026-11-03 00:00:00",
        "3.11.2026",
    ],
)
def test_a_cell_as_a_date_has_the_day_first(cell: Any) -> None:
    assert cell_date(cell) == date(2026, 11, 3)


@pytest.mark.parametrize("cell", ["ASAP", "31/02/2026", "11/03/26", 46000, True])
def test_what_is_no_date_is_not_guessed(cell: Any) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        cell_date(cell)


@given(st.binary(max_size=300))
def test_no_bytes_whatever_do_anything_but_read_or_refuse(raw: bytes) -> None:
    with suppress(TableUnreadable):
        read_all(csv_table(raw))


@given(st.lists(st.lists(st.text(alphabet="ab,;\"'\n é", max_size=5), min_size=2, max_size=2), max_size=5))
def test_what_a_spreadsheet_writes_as_csv_is_read_back(rows: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([["first", "second"], *rows])
    [sheet] = csv_table(file.getvalue().encode()).sheets
    expected = [tuple(" ".join(cell.split()) for cell in row) for row in rows]
    padded = [(*row.cells, "", "")[:2] for row in sheet.rows]
    assert padded == [row for row in expected if any(row)]
