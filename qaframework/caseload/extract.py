"""Reading an extract of the case system, whichever of the layouts it has."""

from collections.abc import Iterator
from datetime import date
from itertools import chain, islice
from typing import IO

from qaframework.caseload import annex_a, register_layout
from qaframework.caseload.cells import RowReader
from qaframework.caseload.findings import Findings
from qaframework.caseload.rows import Extract
from qaframework.people.tabular import Row, Sheet, TableUnreadable, cell_text, read_table

ROWS_ABOVE_HEADER = 10


def read_extract(file: IO[bytes], name: str, extract_date: date, *, max_bytes: int, max_rows: int) -> Extract:
    """The children in a CSV or XLSX file in our own layout or an Annex A one, with all that is wrong in it.

    Raises TableUnreadable when nothing in the file can be understood.
    """
    table = read_table(file, name, max_bytes=max_bytes, max_rows=max_rows)
    reader = RowReader(Findings(), extract_date)
    sheets = [_with_its_header(sheet) for sheet in table.sheets]
    best = max(sheets, key=lambda sheet: len(register_layout.columns_of(sheet.header)))
    if register_layout.missing_columns(best.header):
        recognised = [(sheet, annex_a.recognise(sheet.header)) for sheet in sheets]
        if any(layout for _, layout in recognised):
            return annex_a.read(recognised, reader)
    extract = register_layout.read(best, reader)
    if not extract.row_count:
        raise TableUnreadable(f"{name} has a header and no rows under it. Export it again.")
    return extract


def _with_its_header(sheet: Sheet) -> Sheet:
    """The sheet from the row that looks most like a header on: exports often begin with a title."""
    top = list(islice(sheet.rows, ROWS_ABOVE_HEADER))
    candidates = [(sheet.header, sheet.header_row)]
    candidates += [(tuple(cell_text(cell) for cell in row.cells), row.number) for row in top]
    header, number = max(candidates, key=lambda candidate: _likeness(candidate[0]))
    return Sheet(sheet.name, header, number, _after(number, chain(top, sheet.rows)))


def _likeness(header: tuple[str, ...]) -> int:
    """How many columns we would know; annex_a.recognise is asked first because it knows more of them."""
    layout = annex_a.recognise(header)
    known = len(layout.titles & {annex_a.canonical(title) for title in header}) if layout else 0
    return max(known, len(register_layout.columns_of(header)))


def _after(number: int, rows: Iterator[Row]) -> Iterator[Row]:
    return (row for row in rows if row.number > number)
