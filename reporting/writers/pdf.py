"""A tagged PDF (PDF/UA-1): text and tables by typst, charts as our own drawings."""

from dataclasses import asdict
from typing import Any

from qaframework.people.documents import tagged_pdf
from reporting.document import Block, Document, LineChart, Paragraph, StackedChart, Stats, Table
from reporting.writers.drawings import description_of, drawing
from reporting.writers.tables import table_of_line, table_of_stacked


def as_pdf(document: Document) -> bytes:
    content = {
        "title": document.title,
        "facts": document.facts,
        "sections": [
            {"heading": section.heading, "blocks": [_block(block) for block in section.blocks]}
            for section in document.sections
        ],
    }
    return tagged_pdf("reporting/report.typ", content)


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, StackedChart):
        return _chart(block, table_of_stacked(block))
    if isinstance(block, LineChart):
        return _chart(block, table_of_line(block))
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Stats):
        return {"kind": block.kind, "stats": [asdict(stat) for stat in block.stats]}
    if isinstance(block, Paragraph):
        return {"kind": block.kind, "heading": block.heading, "lines": block.lines}
    return {"kind": block.kind, **asdict(block)}


def _chart(chart: StackedChart | LineChart, table: Table) -> dict[str, Any]:
    return {
        "kind": "chart",
        "title": chart.title,
        "description": description_of(chart),
        "svg": drawing(chart),
        "table": _table(table),
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "kind": table.kind,
        "caption": table.caption,
        "columns": [asdict(column) for column in table.columns],
        "rows": [[str(cell) for cell in row] for row in table.rows],
        "empty": table.empty,
        "note": table.note,
    }
