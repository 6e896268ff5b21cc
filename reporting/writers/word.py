"""A Word document with headings, tables whose header rows are marked, and charts with their tables."""

from io import BytesIO
from typing import Any

from docx import Document as new_document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from reporting.document import Block, Document, Explanation, LineChart, Paragraph, StackedChart, Stats, Table
from reporting.writers.drawings import as_png, description_of
from reporting.writers.tables import table_of_line, table_of_stacked, table_of_stats

TYPEFACE = "Arial"
TEXT_WIDTH = Cm(17)
PICTURE_WIDTH = Cm(15)


def as_word(document: Document) -> bytes:
    word = new_document()
    _set_page(word)
    _set_styles(word)
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


def _set_page(word: Any) -> None:
    """A4 with margins of 2 cm."""
    page = word.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2)


def _set_styles(word: Any) -> None:
    """One plain typeface for all, headings in black."""
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = TYPEFACE, Pt(11)
    normal.element.rPr.append(_language())
    for level, size in ((1, 20), (2, 15), (3, 11)):
        style = word.styles[f"Heading {level}"]
        style.font.name, style.font.size = TYPEFACE, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.rPr.rFonts
        for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(name), None)


def _write(word: Any, block: Block) -> None:
    if isinstance(block, Paragraph):
        for text in block.text.splitlines():
            word.add_paragraph(text)
    elif isinstance(block, Explanation):
        word.add_paragraph(f"How this is reckoned. {block.rule}")
        word.add_paragraph(f"Counted: {block.numerator} Out of: {block.denominator}")
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
        cells = drawn.add_row().cells
        for cell, value, column in zip(cells, row, table.columns, strict=True):
            _fill(cell, str(value), numeric=column.numeric, bold=False)
    _give_widths(drawn, len(table.columns))
    word.add_paragraph(table.note)


def _give_widths(drawn: Any, columns: int) -> None:
    """The first column, which says what the row is, gets twice the width of the others."""
    one = int(TEXT_WIDTH / (columns + 1))
    drawn.autofit = False
    for index, column in enumerate(drawn.columns):
        column.width = one if index else 2 * one


def _fill(cell: Any, text: str, *, numeric: bool, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(9), bold
    if numeric:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _mark_as_header(row: Any) -> None:
    """Screen readers announce the row as the header, and it is repeated on every page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _language() -> Any:
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    return language
