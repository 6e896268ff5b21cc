"""Every case that closes is audited whole, in the Windsor framework (RBWM-24)."""

from datetime import UTC, date, datetime

import pytest

from audits.models import CaseAudit
from audits.unallocated import NO_MANAGER, all_unallocated
from audits.workflow import open_due_work
from audits.workflow.closing import open_closure_audits
from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.caseload.workflow import close_case
from qaframework.people.models import Post, Unit
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.frameworks.conftest import Employ, Grow, Plan

IN_MAY = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
CLOSED_ON = date(2026, 5, 11)


@pytest.fixture
def team(grow: Grow) -> Unit:
    return grow("duty-team", Unit.Kind.TEAM)


@pytest.fixture
def manager(team: Unit, employ: Employ) -> Post:
    return employ(team, "team_manager")[0]


def closed(unit: Unit, on: date = CLOSED_ON, **values: object) -> Case:
    case: Case = CaseFactory(unit=unit, opened_on=date(2025, 9, 1), **values)
    return close_case(case=case, closed_on=on, reason="Child in need plan ended", by=None, now=IN_MAY)


@pytest.mark.clause("RBWM-24")
def test_a_case_that_closes_is_audited_by_the_manager_of_its_team_once(
    team: Unit, manager: Post, plan: Plan
) -> None:
    plan("windsor")
    CaseFactory(unit=team)
    case = closed(team)
    assert open_due_work(now=IN_MAY).closures == 1
    audit = CaseAudit.objects.select_related("assignment").get(assignment__case=case)
    assignment = audit.assignment
    assert (assignment.post, assignment.activity) == (manager, "closure_audit")
    assert (assignment.state, assignment.due_on) == ("allocated", date(2026, 6, 10))
    assert audit.answer_set.tool_version.definition.key == "closure_audit"
    assert open_due_work(now=IN_MAY).closures == 0
    assert CaseAudit.objects.count() == 1


def test_without_a_team_manager_the_service_manager_audits_it(
    root: Unit, grow: Grow, employ: Employ, plan: Plan
) -> None:
    service = grow("help-service", Unit.Kind.SERVICE)
    (senior,) = employ(service, "senior_manager")
    plan("windsor")
    closed(grow("family-team", Unit.Kind.TEAM, service))
    (audit,) = open_closure_audits(now=IN_MAY)
    assert audit.assignment.post == senior


def test_what_closed_before_the_programme_was_made_is_nobodys_work(
    team: Unit, manager: Post, plan: Plan
) -> None:
    plan("windsor")
    closed(team, on=date(2026, 3, 19))
    assert open_closure_audits(now=IN_MAY) == []


def test_a_restricted_case_goes_only_to_somebody_who_is_cleared(
    team: Unit, manager: Post, plan: Plan
) -> None:
    plan("windsor")
    case = closed(team, is_restricted=True, restriction_reason="A relative works here.")
    assert open_closure_audits(now=IN_MAY) == []
    (waiting,) = all_unallocated(IN_MAY.date())
    assert (waiting.what, waiting.why) == ("Audit at closure, a restricted case", NO_MANAGER)
    holder = manager.holdings.get().user
    CaseClearanceFactory(case=case, user=holder, review_on=date(2026, 12, 31))
    assert all_unallocated(IN_MAY.date()) == []
    assert len(open_closure_audits(now=IN_MAY)) == 1


def test_a_case_that_closes_again_is_audited_again(team: Unit, manager: Post, plan: Plan) -> None:
    plan("windsor")
    case = closed(team)
    open_closure_audits(now=IN_MAY)
    later = datetime(2026, 8, 4, 9, 0, tzinfo=UTC)
    Case.objects.filter(pk=case.pk).update(closed_on=date(2026, 8, 3))
    assert len(open_closure_audits(now=later)) == 1
    assert Assignment.objects.filter(case=case).count() == 2
