"""A Word document with headings, tables whose header rows are marked, and charts as their tables."""

from io import BytesIO
from typing import Any

from docx import Document as new_document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from reporting.document import Block, Document, Explanation, LineChart, Paragraph, StackedChart, Stats, Table
from reporting.writers.tables import table_of_line, table_of_stacked, table_of_stats


def as_word(document: Document) -> bytes:
    word = new_document()
    word.styles["Normal"].font.name = "Arial"
    word.styles["Normal"].font.size = Pt(11)
    word.styles["Normal"].element.rPr.append(_language())
    word.core_properties.title = document.title
    word.core_properties.author = ""
    word.core_properties.language = "en-GB"
    word.add_heading(document.title, level=1)
    for label, value in document.facts:
        word.add_paragraph(f"{label}: {value}")
    for section in document.sections:
        word.add_heading(section.heading, level=2)
        for block in section.blocks:
            _write(word, block)
    file = BytesIO()
    word.save(file)
    return file.getvalue()


def _write(word: Any, block: Block) -> None:
    if isinstance(block, Paragraph):
        for text in block.text.splitlines():
            word.add_paragraph(text)
    elif isinstance(block, Explanation):
        word.add_paragraph(f"How this is reckoned. {block.rule}").runs[0].italic = True
        word.add_paragraph(f"Counted: {block.numerator} Out of: {block.denominator}").runs[0].italic = True
    elif isinstance(block, Stats):
        _table(word, table_of_stats(block))
    elif isinstance(block, StackedChart):
        _table(word, table_of_stacked(block))
    elif isinstance(block, LineChart):
        _table(word, table_of_line(block))
    else:
        _table(word, block)


def _table(word: Any, table: Table) -> None:
    word.add_heading(table.caption, level=3)
    if not table.rows:
        word.add_paragraph(table.empty)
        return
    drawn = word.add_table(rows=0, cols=len(table.columns), style="Light Grid")
    head = drawn.add_row()
    _mark_as_header(head)
    for cell, column in zip(head.cells, table.columns, strict=True):
        cell.text = column.label
        _align(cell, column.numeric)
    for row in table.rows:
        cells = drawn.add_row().cells
        for cell, value, column in zip(cells, row, table.columns, strict=True):
            cell.text = str(value)
            _align(cell, column.numeric)
    word.add_paragraph(table.note)


def _align(cell: Any, numeric: bool) -> None:
    if numeric:
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _mark_as_header(row: Any) -> None:
    """Screen readers announce the row as the header, and it is repeated on every page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _language() -> Any:
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    return language
