"""Who may see an audit and who may work on it; every reading is logged."""

import pytest

from audits import workflow
from qaframework.allocation import workflow as allocation
from qaframework.people.models import RecordRead
from tests.audits.pages import text_of, url
from tests.factories.audits import allocated_audit, fresh, ready_audit, submitted_audit
from tests.factories.caseload import CaseClearanceFactory
from tests.factories.people import PostHoldingFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_meeting")]


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("team_manager_2", 200, 200),  # holds the post that owes it
        ("practitioner", 200, 200),
        ("team_manager", 404, 200),  # manages the practitioner
        ("head_of_service", 404, 200),
        ("director", 404, 200),
        ("qa_officer", 200, 200),
        ("practitioner_2", 404, 404),
        ("outsider", 404, 404),
        ("care_head_of_service", 404, 404),
        ("admin", 404, 404),
    ],
)
def test_who_may_read_an_audit(client, where, authority, held, name, before, after):
    client.force_login(getattr(authority, name))
    open_one, handed_in = allocated_audit(where), submitted_audit(where, held)
    for page in ("audit", "read"):
        assert client.get(url(page, open_one)).status_code == before
        assert client.get(url(page, handed_in)).status_code == after


@pytest.mark.parametrize("name", ["practitioner", "team_manager", "qa_officer", "outsider", "director"])
def test_only_the_holder_of_the_post_works_on_it(client, where, authority, held, name):
    audit = ready_audit(where, held)
    client.force_login(getattr(authority, name))
    section = audit.answer_set.tool_version.definition.sections[0]
    for page in (
        url("section", audit, section.key),
        *(url(n, audit) for n in ("judgement", "actions", "submit", "advice")),
    ):
        assert client.get(page).status_code == 404
        assert client.post(page, {}).status_code == 404
    for page in ("answer", "begin", "judge"):
        assert client.post(url(page, audit), {}).status_code == 404
    assert fresh(audit).submitted_at is None


def test_whoever_acts_in_the_post_takes_the_audit_over(client, where, authority, held):
    audit = allocated_audit(where)
    workflow.begin_audit(audit=audit, by=where.auditor, now=held)
    acting = authority.outsider
    PostHoldingFactory(post=authority.post_of[where.auditor], user=acting, is_acting=True)
    client.force_login(acting)
    save = url("answer", audit) + "?question_key=child_and_family_story"
    assert client.post(save, {"value": "I go on.", "version": "0"}).status_code == 200
    assert fresh(audit).auditor == acting


def test_a_restricted_case_needs_a_clearance(client, where, authority, held):
    audit = submitted_audit(where, held)
    case = audit.assignment.case
    type(case).objects.filter(pk=case.pk).update(is_restricted=True, restriction_reason="Member of staff")
    for user in (where.auditor, authority.qa_officer, authority.director, where.worker):
        client.force_login(user)
        assert client.get(url("audit", audit)).status_code == 404
        assert client.get(url("read", audit)).status_code == 404
    CaseClearanceFactory(case=case, user=authority.qa_officer, granted_by=authority.director)
    client.force_login(authority.qa_officer)
    assert client.get(url("audit", audit)).status_code == 200


def test_work_that_was_withdrawn_can_be_looked_at_but_not_worked_on(auditor, where, held):
    audit = allocated_audit(where)
    allocation.withdraw(assignment=audit.assignment, reason="Case closed", by=None, now=held)
    assert "Nothing is owed" in text_of(auditor.get(url("audit", audit)))
    save = url("answer", audit) + "?question_key=child_and_family_story"
    assert auditor.post(save, {"value": "x", "version": "0"}).status_code == 404


def test_every_reading_is_logged_but_not_every_save(auditor, where):
    audit = allocated_audit(where)
    auditor.get(url("audit", audit))
    auditor.post(
        url("answer", audit) + "?question_key=child_and_family_story", {"value": "x", "version": "0"}
    )
    read = RecordRead.objects.get(kind=RecordRead.Kind.AUDIT)
    assert (read.reader, read.record_id, read.label) == (
        where.auditor,
        audit.pk,
        audit.assignment.case.child_ref,
    )
