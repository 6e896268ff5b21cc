"""After submission: the practitioner's comment, and the discussion with one who did not take part."""

from datetime import date

import pytest

from audits import workflow
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.refusal import Refused
from tests.audits.pages import text_of, url
from tests.factories.audits import allocated_audit, fresh, judge, ready_audit, submitted_audit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_meeting")]


def audit_without_worker(where, held):
    audit = ready_audit(where, held)
    nobody = {"worker_grade": "", "worker_view": "", "agreement": ""}
    reason = "Off sick since October."
    judge(audit, where.auditor, held, worker_took_part="no", not_involved_reason=reason, **nobody)
    return fresh(workflow.submit_audit(audit=fresh(audit), by=where.auditor, now=held))


@pytest.mark.clause("BED-14")
def test_a_practitioner_who_was_not_there_is_offered_a_discussion(client, where, held):
    audit = audit_without_worker(where, held)
    client.force_login(where.auditor)
    assert client.get(url("audit", audit)).context["page"].next_step.label == "Record the discussion"
    assert client.post(url("reflection", audit), {"offered_on": "2026-11-10"}).status_code == 422
    sent = {"offered_on": "2026-11-10", "outcome": "We met for an hour and agreed what to try."}
    assert client.post(url("reflection", audit), sent).url == url("audit", audit)
    assert fresh(audit).reflection_offered_on == date(2026, 11, 10)
    page = client.get(url("audit", audit)).context["page"]
    assert page.next_step.label == "Read the audit"
    client.force_login(where.worker)
    assert "We met for an hour" in text_of(client.get(url("read", audit)))


def test_an_offer_is_not_dated_ahead(client, where, held):
    audit = audit_without_worker(where, held)
    client.force_login(where.auditor)
    page = client.post(url("reflection", audit), {"offered_on": "2026-11-11", "outcome": "Tomorrow."})
    assert page.status_code == 422
    assert "That day is in the future" in text_of(page)
    assert "Tomorrow." in text_of(page)


@pytest.mark.clause("BED-20")
def test_what_the_register_knows_of_the_case_stands_on_the_audit_already(client, where):
    audit = allocated_audit(where, plan_type="child_protection", age_band="under_1")
    client.force_login(where.auditor)
    facts = {row["label"]: row["value"] for row in client.get(url("audit", audit)).context["page"].facts}
    case = audit.assignment.case
    assert facts["Child’s reference"] == case.child_ref
    assert (facts["Plan"], facts["Age"]) == (case.get_plan_type_display(), case.get_age_band_display())
    assert (facts["Team"], facts["Social worker"]) == (str(case.unit), str(where.worker))
    assert facts["Plan"] == "Child protection"


def test_who_took_part_needs_no_separate_discussion(client, where, held):
    audit = submitted_audit(where, held)
    client.force_login(where.auditor)
    assert client.get(url("reflection", audit)).status_code == 404
    with pytest.raises(Refused, match="took part"):
        workflow.record_reflection(
            audit=audit, offered_on=date(2026, 11, 10), outcome="x", by=where.auditor, now=held
        )


def test_the_practitioner_comments_on_what_was_handed_in(client, where, held):
    audit = submitted_audit(where, held)
    client.force_login(where.worker)
    assert "Add a comment" in text_of(client.get(url("audit", audit)))
    assert client.post(url("comment", audit), {"comment": " "}).status_code == 422
    client.post(url("comment", audit), {"comment": "The plan was changed on Friday."})
    client.force_login(where.auditor)
    assert "The plan was changed on Friday." in text_of(client.get(url("read", audit)))
    assert client.get(url("comment", audit)).status_code == 404


def test_before_submission_there_is_nothing_to_comment_on(client, where, held):
    audit = ready_audit(where, held)
    client.force_login(where.worker)
    assert client.get(url("comment", audit)).status_code == 404
    with pytest.raises(SomebodyElseWasFirst):
        workflow.comment_as_worker(audit=audit, comment="x", by=where.worker, now=held)
    with pytest.raises(Refused, match="Only the practitioner"):
        workflow.comment_as_worker(audit=audit, comment="x", by=where.auditor, now=held)
