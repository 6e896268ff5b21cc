"""A report as PDF, Word, Excel and JSON: each opens and holds the figures."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from docx import Document as open_word
from docx.shared import Pt
from openpyxl import load_workbook

from qaframework.packs.models import Framework
from qaframework.rules.periods import Month
from reporting.document import (
    Column,
    Document,
    LineChart,
    Paragraph,
    Section,
    StackedChart,
    Table,
    from_json,
    to_json,
)
from reporting.models import Report
from reporting.pages import document_of
from reporting.workflow import build_report
from reporting.writers.drawings import drawing
from reporting.writers.pdf import as_pdf
from reporting.writers.word import as_word
from reporting.writers.workbook import as_workbook
from tests.reporting.conftest import DECEMBER

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(framework: Framework) -> Report:
    return build_report(
        framework=framework, kind="monthly", period=Month.parse("2026-11"), by=None, now=DECEMBER
    )


@pytest.fixture
def document(report: Report) -> Document:
    return document_of(report)


def chart(document: Document, kind: type) -> Any:
    return next(block for section in document.sections for block in section.blocks if isinstance(block, kind))


def test_the_pdf_is_tagged_for_assistive_technology(document: Document) -> None:
    pdf = as_pdf(document)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/StructTreeRoot" in pdf
    assert b"Monthly report, November 2026" in pdf


def test_charts_are_drawn_with_their_numbers(document: Document) -> None:
    stacked = drawing(chart(document, StackedChart))
    assert "Requires improvement" in stacked
    assert ">n = 18</text>" in stacked
    assert ">9</text>" in stacked
    line = drawing(chart(document, LineChart))
    assert "n=18" in line
    assert line.count("<circle") == 2


def test_the_word_document_has_headings_and_tables_with_header_rows(document: Document) -> None:
    word = open_word(BytesIO(as_word(document)))
    headings = [one.text for one in word.paragraphs if one.style.name == "Heading 2"]
    assert headings == [section.heading for section in document.sections]
    roles = next(table for table in word.tables if table.rows[0].cells[0].text == "Role")
    assert [cell.text for cell in roles.rows[1].cells] == [
        "Team manager",
        "18",
        "17",
        "1",
        "0",
        "0",
        "0",
        "94%",
        "74% to 99%",
    ]
    assert all(table.rows[0]._tr.trPr.xpath("w:tblHeader") for table in word.tables)
    pictures = [shape._inline.docPr.get("descr") for shape in word.inline_shapes]
    assert len(pictures) == 3
    assert all("good or better" in described for described in pictures)
    assert word.core_properties.title == document.title
    assert word.core_properties.language == "en-GB"


def test_columns_of_the_word_document_hold_their_longest_word_and_pages_are_numbered(
    document: Document,
) -> None:
    word = open_word(BytesIO(as_word(document)))
    grades = next(table for table in word.tables if table.rows[0].cells[0].text == "Group")
    letter = Pt(9) * 0.6
    for column in grades.columns:
        longest = max(len(part) for cell in column.cells for part in cell.text.split())
        assert column.width > longest * letter, column.cells[0].text
    assert "PAGE" in word.sections[0].footer._element.xml


def test_the_workbook_has_a_sheet_for_each_section(document: Document) -> None:
    book = load_workbook(BytesIO(as_workbook(document)))
    assert book.sheetnames == ["About", *(section.heading for section in document.sections)]
    rows = [tuple(cell.value for cell in row) for row in book["Returns"].iter_rows()]
    assert ("Team manager", 18, 17, 1, 0, 0, 0, "94%", "74% to 99%") in rows
    book.close()


def test_no_cell_of_the_workbook_is_a_formula(document: Document) -> None:
    table = Table("Hostile", (Column("Team"),), (("=1+1",), ("@SUM(A1)",)))
    hostile = replace(document, sections=(Section("x", "Hostile", (Paragraph("=cmd"), table)),))
    book = load_workbook(BytesIO(as_workbook(hostile)))
    cells = [cell for row in book["Hostile"].iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    book.close()


def test_text_with_signs_of_the_typesetter_stays_text(document: Document) -> None:
    words = Paragraph('#import "x" *not bold* $x$ @someone [brackets] \\ "quoted"')
    assert as_pdf(replace(document, sections=(Section("x", "#heading", (words,)),))).startswith(b"%PDF")


def test_a_document_travels_as_json_unchanged(document: Document) -> None:
    assert from_json(json.loads(json.dumps(to_json(document.sections)))) == document.sections


@pytest.mark.parametrize("ending", ["html", "pdf", "docx", "xlsx", "json"])
def test_the_command_writes_any_kind_of_file(
    framework: Framework, tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    output = tmp_path / f"report.{ending}"
    args = ("report", "monthly", "--period", "2026-11", "--at", "2026-12-07", "--json")
    call_command(*args, "--output", str(output))
    assert output.stat().st_size > 1000
    assert json.loads(capsys.readouterr().out)["changed"] == 1
    call_command(*args)
    assert json.loads(capsys.readouterr().out)["changed"] == 0


def test_the_command_writes_what_the_report_says(framework: Framework, tmp_path: Path) -> None:
    output = tmp_path / "report.json"
    args = ("report", "monthly", "--period", "2026-11", "--at", "2026-12-07")
    call_command(*args, "--output", str(output))
    found = json.loads(output.read_text())
    assert found["figures"]["returns"]["total"]["due"] == 18
    page = output.with_suffix(".html")
    call_command(*args, "--output", str(page))
    assert "Explain these figures" in page.read_text()
    assert "94%" in page.read_text()


@pytest.mark.parametrize(
    ("args", "status", "says"),
    [
        (("--period", "November"), 2, "November"),
        (("--period", "2026-Q3"), 2, "2026-Q3"),
        (("--period", "2026-12"), 1, "has not ended"),
        (("--period", "2026-11", "--framework", "nowhere"), 1, "lancashire"),
        (("--period", "2026-11", "--output", "report.odt"), 2, "report.odt"),
        (("--period", "2026-11", "--output", "nowhere/report.pdf"), 2, "nowhere"),
    ],
)
def test_the_command_refuses_what_it_cannot_do(
    framework: Framework, args: tuple[str, ...], status: int, says: str
) -> None:
    with pytest.raises(CommandError, match=says) as refused:
        call_command("report", "monthly", *args, "--at", "2026-12-07")
    assert refused.value.returncode == status
    assert Report.objects.count() == 0


def test_a_dry_run_builds_nothing(framework: Framework, tmp_path: Path) -> None:
    output = tmp_path / "report.pdf"
    call_command(
        "report", "monthly", "--period", "2026-11", "--at", "2026-12-07", "--dry-run", "--output", str(output)
    )
    assert Report.objects.count() == 0
    assert not output.exists()
