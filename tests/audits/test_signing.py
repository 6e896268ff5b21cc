"""The practitioner reads an audit that was submitted and signs it; their comment stays what it was."""

from datetime import date

import pytest
from django.urls import reverse

from audits import workflow
from audits.models import Moderation
from qaframework.caseload.workflow import restrict_case
from qaframework.notices.models import Notice
from qaframework.tools.models import Signature
from tests.audits.pages import text_of, url
from tests.factories.audits import fresh, ready_audit, submitted_audit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_meeting")]


def result_of(page):
    return {row["label"]: row["value"] for row in page.context["page"].result}


def test_the_practitioner_is_asked_and_signs_at_the_end_of_the_audit(client, where, held):
    audit = submitted_audit(where, held)
    notice = Notice.objects.get(kind="to_sign", recipient=where.worker)
    assert notice.subject.startswith("Please read and sign: Learning space, November 2026, case ")
    client.force_login(where.worker)
    assert client.get(url("audit", audit)).context["page"].next_step.label == "Read and sign"
    page = text_of(client.get(url("read", audit)))
    assert "I have read this and sign it" in page
    assert "Signature of the practitioner" in page
    assert client.post(url("sign", audit)).status_code == 422
    said = client.post(url("sign", audit), {"signed": "on"}, follow=True)
    assert "If you want to say something, add a comment." in text_of(said)
    assert said.context["page"].next_step.label == "Read the audit"
    client.force_login(where.auditor)
    signed = result_of(client.get(url("audit", audit)))
    assert signed[f"Signature of {where.worker}"] == "Signed on 10 November 2026"
    assert f"Signed by {where.worker} on 10 November 2026" in text_of(client.get(url("read", audit)))


def test_only_the_practitioner_of_the_case_signs(client, where, held):
    audit = submitted_audit(where, held)
    for other in (where.auditor, where.authority.team_manager, where.authority.qa_officer):
        client.force_login(other)
        assert client.post(url("sign", audit), {"signed": "on"}).status_code == 404
        assert "I have read this and sign it" not in text_of(client.get(url("read", audit)))
        assert result_of(client.get(url("audit", audit)))[f"Signature of {where.worker}"] == "Not signed yet"


def test_before_submission_nothing_is_asked(client, where, held):
    audit = ready_audit(where, held)
    client.force_login(where.worker)
    assert client.get(url("sign", audit)).status_code == 404
    assert "I have read this and sign it" not in text_of(client.get(url("read", audit)))


def test_a_new_version_is_signed_again_and_the_old_one_stays_signed(client, where, held):
    audit = submitted_audit(where, held, "inadequate")
    client.force_login(where.worker)
    client.post(url("sign", audit), {"signed": "on"})
    qa = where.authority.qa_officer
    moderation = Moderation.objects.get(audit=audit)
    workflow.begin_moderation(moderation=moderation, by=qa, now=held)
    workflow.send_back_for_evidence(
        moderation=moderation, reason="Say how.", due_on=date(2026, 11, 20), by=qa, now=held
    )
    client.post(url("sign", audit), {"signed": "on"})
    assert Signature.objects.count() == 1
    workflow.submit_audit(audit=fresh(audit), by=where.auditor, now=held)
    assert Notice.objects.filter(kind="to_sign", recipient=where.worker).count() == 2
    page = client.get(url("read", audit))
    assert "I have read this and sign it" in text_of(page)
    old = text_of(client.get(url("read", audit), {"version": "1"}))
    assert f"Signed by {where.worker} on 10 November 2026" in old
    assert "I have read this and sign it" not in old


def test_a_case_that_was_restricted_since_is_not_named_in_my_work(client, where, held):
    audit = submitted_audit(where, held)
    client.force_login(where.worker)
    case = audit.assignment.case
    assert case.child_ref in text_of(client.get(reverse("allocation:my_work")))
    restrict_case(case=case, reason="A member of staff's family.", by=where.authority.qa_manager, now=held)
    assert "To read and sign" not in text_of(client.get(reverse("allocation:my_work")))
