"""A Word document with headings, tables whose header rows are marked, and charts with their tables."""

from io import BytesIO
from itertools import zip_longest
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from qaframework.people.documents import new_word, word_bytes
from reporting.document import (
    Block,
    Column,
    Document,
    Explanation,
    LineChart,
    Paragraph,
    StackedChart,
    Stats,
    Table,
)
from reporting.writers.drawings import as_png, description_of
from reporting.writers.tables import table_of_line, table_of_stacked, table_of_stats

TEXT_WIDTH = Cm(17)
PICTURE_WIDTH = Cm(15)
LINE, PADDING = 28, 4  # letters
LONGEST_UNBROKEN = 16  # rows


def as_word(document: Document) -> bytes:
    word = new_word(document.title)
    for label, value in document.facts:
        word.add_paragraph(f"{label}: {value}").paragraph_format.space_after = Pt(2)
    for section in document.sections:
        word.add_heading(section.heading, level=2)
        for block, following in zip_longest(section.blocks, section.blocks[1:]):
            _write(word, block)
            if isinstance(block, Paragraph) and not isinstance(following, Paragraph | None):
                word.paragraphs[-1].paragraph_format.keep_with_next = True
    return word_bytes(word)


def _write(word: Any, block: Block) -> None:
    if isinstance(block, Paragraph):
        if block.heading:
            word.add_heading(block.heading, level=3)
        for text in block.lines:
            word.add_paragraph(text)
    elif isinstance(block, Explanation):
        _aside(word, f"How this is reckoned. {block.rule}")
        _aside(word, f"Counted: {block.numerator} Out of: {block.denominator}")
    elif isinstance(block, Stats):
        _table(word, table_of_stats(block))
    elif isinstance(block, StackedChart):
        _picture(word, block)
        _table(word, table_of_stacked(block))
    elif isinstance(block, LineChart):
        _picture(word, block)
        _table(word, table_of_line(block))
    else:
        _table(word, block)


def _aside(word: Any, text: str) -> None:
    """Small and set in, so that the figures stand out."""
    paragraph = word.add_paragraph()
    paragraph.paragraph_format.left_indent = Cm(0.5)
    paragraph.paragraph_format.space_after = Pt(3)
    paragraph.add_run(text).font.size = Pt(9)


def _picture(word: Any, chart: StackedChart | LineChart) -> None:
    """The chart with its description for those who do not see it; its table follows."""
    word.add_heading(f"Chart: {chart.title}", level=3)
    shape = word.add_picture(BytesIO(as_png(chart)), width=PICTURE_WIDTH)
    shape._inline.docPr.set("descr", description_of(chart))


def _table(word: Any, table: Table) -> None:
    word.add_heading(table.caption, level=3)
    if not table.rows:
        word.add_paragraph(table.empty)
        return
    drawn = word.add_table(rows=0, cols=len(table.columns), style="Table Grid")
    head = drawn.add_row()
    _mark_as_header(head)
    for cell, column in zip(head.cells, table.columns, strict=True):
        _fill(cell, column.label, numeric=column.numeric, bold=True)
    for row in table.rows:
        line = drawn.add_row()
        for cell, value, column in zip(line.cells, row, table.columns, strict=True):
            _fill(cell, str(value), numeric=column.numeric, bold=False)
    for line in drawn.rows:
        _mark(line, "w:cantSplit")
    _keep_together(drawn.rows[: -1 if len(table.rows) <= LONGEST_UNBROKEN else 1])
    _give_widths(drawn, table)
    _space_after(word.add_paragraph(table.note))


def _keep_together(rows: Any) -> None:
    """No page ends between these rows and what follows them."""
    for row in rows:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _space_after(paragraph: Any) -> None:
    """What stands under a table is as low as its text, and without one a thin gap."""
    paragraph.paragraph_format.space_after = Pt(2)
    if not paragraph.text:
        paragraph.paragraph_format.line_spacing = Pt(4)


def _give_widths(drawn: Any, table: Table) -> None:
    """Each column as wide as what it has to say, so that no word is broken."""
    needs = [
        _need(column, [str(row[place]) for row in table.rows]) for place, column in enumerate(table.columns)
    ]
    drawn.autofit = False
    for column, need in zip(drawn.columns, needs, strict=True):
        column.width = int(TEXT_WIDTH * need / sum(needs))


def _need(column: Column, texts: list[str]) -> int:
    """Letters that the column needs: its longest word, and a line of reasonable length of what it says. Above
    numbers the label may take several lines."""
    words = max(len(word) for text in [column.label, *texts] for word in text.split() or [""])
    lines = texts if column.numeric else [column.label, *texts]
    return max(words, min(max(map(len, lines)), LINE)) + PADDING


def _fill(cell: Any, text: str, *, numeric: bool, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(9), bold
    if numeric:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _mark_as_header(row: Any) -> None:
    """Screen readers announce the row as the header, and it is repeated on every page."""
    _mark(row, "w:tblHeader")


def _mark(row: Any, name: str) -> None:
    mark = OxmlElement(name)
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
