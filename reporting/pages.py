"""A report as a document: its frozen figures, and the words people added to them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from qaframework.people.templatetags.page import uk_date, uk_datetime
from reporting.document import Block, Document, Explanation, Paragraph, Section, from_json
from reporting.links import Links
from reporting.models import Report

NOT_WRITTEN = "Nobody has written this yet."


def document_of(report: Report) -> Document:
    """The words come first: what it means and what will be done, then the figures."""
    so_what = Section("so_what", "So what", (Paragraph(report.so_what or NOT_WRITTEN),))
    now_what = Section("now_what", "Now what", (Paragraph(report.now_what or NOT_WRITTEN),))
    about = (("Part of the organisation", report.unit.name),) if report.unit else ()
    facts = (
        ("Framework", report.framework.name),
        *about,
        ("Period", report.figures["period"]),
        ("Figures as at", uk_date(report.built_at)),
        ("State", state_in_words(report)),
        ("Left out", "Restricted cases are not in any figure, so that nobody can be recognised."),
    )
    return Document(report.title, facts, (so_what, now_what, *from_json(report.figures["sections"])))


def with_links(document: Document, links: Links) -> Document:
    """The document as a page of one reader: its explanations lead to the lists that the reader may open."""
    urls = {
        "returns": links.board,
        "grades": links.audits,
        "moderation": links.moderation,
        "loops": links.loops,
        "actions": links.actions,
        "concerns": links.concerns,
        "escalations": links.escalations,
    }
    sections = (
        replace(section, blocks=tuple(_led_to(block, urls.get(section.key, "")) for block in section.blocks))
        for section in document.sections
    )
    return replace(document, sections=tuple(sections))


def _led_to(block: Block, url: str) -> Block:
    return replace(block, url=url) if isinstance(block, Explanation) else block


def state_in_words(report: Report) -> str:
    if report.state == Report.State.DRAFT:
        return "Draft, not released"
    return f"Released by {report.released_by} on {uk_datetime(report.released_at)}"


def sentences_of(report: Report) -> list[str]:
    """The sentences with numbers that were drafted from the figures."""
    sections = from_json(report.figures["sections"])
    return [block.text for one in sections for block in one.blocks if isinstance(block, Paragraph)]


def as_data(report: Report) -> dict[str, Any]:
    """The report for other programs: every figure, and the words."""
    released: datetime | None = report.released_at
    return {
        "framework": report.framework.key,
        "unit": report.unit.code if report.unit else None,
        "kind": report.kind,
        "period": report.period,
        "version": report.version,
        "state": report.state,
        "built_at": report.built_at.isoformat(),
        "released_at": released.isoformat() if released else None,
        "so_what": report.so_what,
        "now_what": report.now_what,
        "figures": report.figures["data"],
    }
