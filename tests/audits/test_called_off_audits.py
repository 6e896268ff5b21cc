"""What the page of an audit says once nobody owes it any more."""

from audits import workflow
from qaframework.allocation import workflow as allocation
from tests.audits.pages import url
from tests.factories.audits import allocated_audit


def test_the_path_of_an_audit_that_was_called_off_claims_nothing(client, where, held):
    audit = allocated_audit(where)
    workflow.begin_audit(audit=audit, by=where.auditor, now=held)
    officer = where.authority.qa_officer
    allocation.withdraw(assignment=audit.assignment, reason="Moved away", by=officer, now=held)
    client.force_login(where.auditor)
    path = client.get(url("audit", audit)).context["page"].path
    assert [(step.label, step.state) for step in path] == [
        ("Allocated", "done"),
        ("Withdrawn", "current"),
    ]
