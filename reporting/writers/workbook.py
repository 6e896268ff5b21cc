"""A workbook with one sheet for each section, in which no cell can act as a formula."""

from io import BytesIO
from typing import Any

from openpyxl import Workbook

from qaframework.people.exports import text_cell
from reporting.document import Block, Document, Explanation, LineChart, Paragraph, StackedChart, Stats, Table
from reporting.writers.tables import table_of_line, table_of_stacked, table_of_stats

LONGEST_NAME = 31  # of a sheet, says the format


def as_workbook(document: Document) -> bytes:
    workbook = Workbook(write_only=True)
    about = workbook.create_sheet("About")
    _append(about, [document.title])
    for fact in document.facts:
        _append(about, list(fact))
    for section in document.sections:
        sheet = workbook.create_sheet(section.heading[:LONGEST_NAME])
        for block in section.blocks:
            for row in _rows(block):
                _append(sheet, row)
            _append(sheet, [])
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()


def _rows(block: Block) -> list[list[Any]]:
    if isinstance(block, Paragraph):
        return [[text] for text in [block.heading, *block.lines] if text]
    if isinstance(block, Explanation):
        return [["Rule", block.rule], ["Counted", block.numerator], ["Out of", block.denominator]]
    return _table(_as_table(block))


def _as_table(block: Stats | StackedChart | LineChart | Table) -> Table:
    if isinstance(block, Stats):
        return table_of_stats(block)
    if isinstance(block, StackedChart):
        return table_of_stacked(block)
    return table_of_line(block) if isinstance(block, LineChart) else block


def _table(table: Table) -> list[list[Any]]:
    head = [column.label for column in table.columns]
    rows = [list(row) for row in table.rows] or [[table.empty]]
    return [[table.caption], head, *rows]


def _append(sheet: Any, row: list[Any]) -> None:
    sheet.append([text_cell(sheet, value) for value in row])
