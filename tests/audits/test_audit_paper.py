"""An audit on paper: for those who may read it, about one case, and without a child's name."""

from io import BytesIO

import pytest
from docx import Document

from audits.paper import paper_of_audit
from qaframework.people.models import RecordRead
from tests.audits.pages import text_of, url
from tests.factories.audits import allocated_audit, setting, submitted_audit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_meeting")]


@pytest.fixture
def audit(where):
    return allocated_audit(where)


def paper(client, audit, kind="docx"):
    return client.get(url("paper", audit, kind))


@pytest.mark.clause("BF-04")
def test_the_auditor_takes_questions_guidance_and_room_to_write_along(client, where, audit):
    client.force_login(where.auditor)
    assert url("paper", audit, "pdf") in text_of(client.get(url("audit", audit)))
    assert paper(client, audit, "pdf").content.startswith(b"%PDF-")
    document = Document(BytesIO(paper(client, audit).content))
    lines = [line.text for line in document.paragraphs]
    assert lines[:2] == ["Learning space", f"Case: {audit.assignment.case.child_ref}"]
    assert f"Auditor: {where.auditor}" in lines
    assert f"Social worker: {where.worker}" in lines
    definition = audit.answer_set.tool_version.definition
    for section in definition.sections:
        assert section.title in lines
        assert all(any(line.startswith(one.text) for line in lines) for one in section.questions)
    assert "Judge together" in lines
    assert [table for table in document.tables if table.cell(0, 0).text == "What needs to happen"]
    assert "What difference has the work made for the child?" in lines


def test_actions_have_a_part_of_their_own_where_no_question_asks_for_them(authority):
    titles = [one.title for one in paper_of_audit(allocated_audit(setting(authority, "bracknell"))).sections]
    assert titles[-2:] == ["Judge together", "Agree the actions"]


def test_expected_indicators_ask_for_a_reason(authority):
    audit = allocated_audit(setting(authority, "bracknell"))
    judgement = next(one for one in paper_of_audit(audit).sections if one.title == "Judge together")
    (reason,) = [one for one in judgement.questions if one.text == "Why is it still good or better?"]
    assert reason.notes == ("Only if one of the essentials is not fully met.",)
    assert "Key worker" in [name for name, _ in paper_of_audit(audit).facts]


def test_taking_it_along_is_reading_it(client, where, audit):
    client.force_login(where.worker)
    paper(client, audit)
    read = RecordRead.objects.get(reader=where.worker)
    assert (read.kind, read.record_id) == ("audit", audit.pk)


def test_it_is_for_those_who_may_read_the_audit(client, where, audit):
    client.force_login(where.authority.outsider)
    assert paper(client, audit).status_code == 404


def test_what_was_answered_is_not_on_it(where, now):
    sheet = str(paper_of_audit(submitted_audit(where, now=now)))
    assert "She is settled at school" not in sheet
