"""The plan for the child's file, as Word and as PDF."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from docx import Document

from tests.factories.actions import add_action, draft_plan, issued_action
from tests.factories.authority import Authority

pytestmark = pytest.mark.usefixtures("today_is_10_november")

Page = Callable[..., Any]


@pytest.mark.clause("BF-12")
def test_the_word_file_has_the_heading_and_every_action(northmoor: Authority, page: Page) -> None:
    plan = draft_plan(northmoor)
    add_action(plan, northmoor.post_of[northmoor.practitioner], what="Visit <b>twice</b> & write it up.")
    issued_action(northmoor, plan=plan)
    response = page(northmoor.practitioner, "plan_document", plan.pk, "docx")
    assert response["Content-Disposition"] == f'attachment; filename="action-plan-{plan.pk}.docx"'
    document = Document(BytesIO(response.content))
    headings = [line.text for line in document.paragraphs if line.style and line.style.name[:4] == "Head"]
    assert headings == ["Audit Action Plan – November 2026", "Action 1", "Action 2"]
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert ["What needs to happen", "Visit <b>twice</b> & write it up."] in rows
    assert ["Who", "Practitioner Example"] in rows
    assert document.core_properties.title == plan.title


@pytest.mark.clause("BF-12")
def test_the_pdf_is_tagged_and_takes_any_text_as_it_is(northmoor: Authority, page: Page) -> None:
    plan = draft_plan(northmoor)
    issued_action(northmoor, plan=plan, what='#panic("no") $x$ *not bold* — “Zoë”')
    response = page(northmoor.practitioner, "plan_document", plan.pk, "pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in response.content
    assert b"/Lang" in response.content


def test_documents_are_for_those_who_may_read_the_plan(northmoor: Authority, page: Page) -> None:
    plan = issued_action(northmoor).plan
    for kind in ("docx", "pdf"):
        assert page(northmoor.outsider, "plan_document", plan.pk, kind).status_code == 404
