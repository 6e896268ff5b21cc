"""Looking at a supervisor's records: whose, and when it was discussed with them."""

from datetime import date, datetime

import pytest

from qaframework.activities.workflow import hand_in_and_finish
from qaframework.allocation.models import Assignment
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from supervision import workflow
from supervision.models import SupervisionAudit
from tests.activities.conftest import Page
from tests.factories.activities import fill_in, fresh, opened
from tests.factories.authority import Authority


@pytest.fixture
def auditor(authority: Authority) -> User:
    return authority.senior_manager


@pytest.fixture
def audit(authority: Authority, auditor: User) -> SupervisionAudit:
    return opened(SupervisionAudit, authority, auditor, "supervision_audit")


def test_a_supervision_audit_is_done_from_choosing_to_the_discussion(
    authority: Authority, audit: SupervisionAudit, auditor: User, page: Page, send: Page, now: datetime
) -> None:
    supervisor, pk = authority.team_manager, audit.pk
    send(auditor, "supervision:choose", pk, person=supervisor.pk)
    fill_in(audit, auditor, now)
    assert page(supervisor, "supervision:read", pk).status_code == 404
    send(auditor, "supervision:hand_in", pk)
    send(auditor, "supervision:discussed", pk, day="2026-11-10")
    audit = fresh(audit)
    assert audit.assignment.state == Assignment.State.FINAL
    assert (audit.assignment.worker, audit.discussed_on) == (supervisor, date(2026, 11, 10))
    assert "10 November 2026" in page(supervisor, "supervision:read", pk).content.decode()


def test_supervisors_of_ones_own_units_are_offered(
    authority: Authority, audit: SupervisionAudit, auditor: User, page: Page
) -> None:
    form = page(auditor, "supervision:choose", audit.pk).context["form"]
    offered = {value for value, _ in form.fields["person"].choices if value}
    assert offered == {str(authority.team_manager.pk), str(authority.team_manager_2.pk)}


@pytest.mark.parametrize("who", ["team_manager", "practitioner", "outsider", "admin", "qa_officer"])
def test_nobody_else_arranges_it(authority: Authority, audit: SupervisionAudit, page: Page, who: str) -> None:
    for name in ("choose", "discussed", "hand_in"):
        assert page(getattr(authority, who), f"supervision:{name}", audit.pk).status_code == 404


def test_no_one_audits_their_own_records(audit: SupervisionAudit, auditor: User, now: datetime) -> None:
    with pytest.raises(Refused, match="cannot choose yourself"):
        workflow.choose_supervisor(audit=audit, supervisor=auditor, by=auditor, now=now)


def test_it_is_not_submitted_about_nobody(audit: SupervisionAudit, auditor: User, now: datetime) -> None:
    fill_in(audit, auditor, now)
    with pytest.raises(Refused, match="First choose the supervisor"):
        hand_in_and_finish(audit, by=auditor, now=now)


def test_a_discussion_needs_a_supervisor_and_a_day_that_has_come(
    authority: Authority, audit: SupervisionAudit, auditor: User, send: Page, now: datetime
) -> None:
    early = send(auditor, "supervision:discussed", audit.pk, day="2026-11-09")
    assert "First choose the supervisor" in early.content.decode()
    workflow.choose_supervisor(audit=audit, supervisor=authority.team_manager, by=auditor, now=now)
    ahead = send(auditor, "supervision:discussed", audit.pk, day="2026-11-11")
    assert ahead.status_code == 422
    assert "in the future" in ahead.content.decode()
    assert fresh(audit).discussed_on is None
