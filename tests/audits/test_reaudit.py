"""Three months after a loop was closed: another case of the same worker, once."""

from datetime import UTC, date, datetime

import pytest

from audits.models import CaseAudit
from audits.reaudits import NO_AUDITOR, NO_CASE, due_reaudits, find_reaudit, without_reaudit
from audits.tasks import open_due_work
from audits.workflow import open_due_reaudits
from qaframework.actions.models import LoopClosure
from qaframework.allocation.models import Assignment
from qaframework.people.directory import Organisation
from tests.factories.allocation import ProgrammeFactory
from tests.factories.audits import Setting
from tests.factories.caseload import CaseFactory

CLOSED = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
DUE = date(2027, 3, 7)
BEGINS = datetime(2027, 2, 7, 6, 0, tzinfo=UTC)  # the lead time of a month before


@pytest.fixture
def other_case(where: Setting, first_audit: CaseAudit):
    return CaseFactory(unit=where.authority.duty_team_1, worker=where.worker)


def why_not() -> list[str]:
    """What stands in the way of the re-audits that are due."""
    on = BEGINS.date()
    return [find_reaudit(due, Organisation.load(on)).why_not for due in due_reaudits(without_reaudit(), on)]


@pytest.mark.clause("LAN-26")
def test_another_case_of_the_same_worker_is_audited_by_somebody_else(where, first_audit, other_case):
    assert open_due_reaudits(now=datetime(2027, 2, 6, 23, 0, tzinfo=UTC)) == []
    (follow_up,) = open_due_reaudits(now=BEGINS)
    work = follow_up.assignment
    assert follow_up.follow_up_of == first_audit
    assert (work.case, work.worker) == (other_case, where.worker)
    assert work.case != first_audit.assignment.case
    assert work.post == where.authority.post_of[where.authority.senior_manager]
    assert work.selection == Assignment.Selection.TARGETED
    assert (work.allocated_on, work.due_on) == (DUE, date(2027, 4, 4))


def test_whoever_held_the_first_audit_does_not_hold_the_second_in_another_post(
    where, first_audit, other_case
):
    CaseAudit.objects.filter(pk=first_audit.pk).update(auditor=where.authority.senior_manager)
    assert open_due_reaudits(now=BEGINS) == []
    assert why_not() == [NO_AUDITOR]


@pytest.mark.clause("LAN-26")
def test_each_loop_gives_one_reaudit_however_often_it_is_looked_for(first_audit, other_case, time_machine):
    time_machine.move_to(BEGINS)
    open_due_work()
    open_due_work()
    assert open_due_reaudits(now=datetime(2027, 6, 1, tzinfo=UTC)) == []
    assert CaseAudit.objects.filter(follow_up_of=first_audit).count() == 1


@pytest.mark.clause("LAN-26")
def test_the_follow_up_can_be_compared_with_the_first(first_audit, other_case):
    (follow_up,) = open_due_reaudits(now=BEGINS)
    CaseAudit.objects.filter(pk=follow_up.pk).update(final_grade="good")
    pairs = CaseAudit.objects.filter(follow_up_of__isnull=False).values_list(
        "follow_up_of__final_grade", "final_grade"
    )
    assert list(pairs) == [("inadequate", "good")]


def test_a_reaudit_of_the_next_year_belongs_to_its_programme(first_audit, other_case):
    framework = first_audit.assignment.programme.framework
    LoopClosure.objects.update(reaudit_due_on=date(2027, 4, 20))
    later = ProgrammeFactory(
        framework=framework, year=2027, starts_on=date(2027, 4, 1), ends_on=date(2028, 3, 31)
    )
    (follow_up,) = open_due_reaudits(now=datetime(2027, 4, 1, 6, 0, tzinfo=UTC))
    assert follow_up.assignment.programme == later


def test_without_another_case_or_a_worker_it_waits(where, first_audit):
    assert open_due_reaudits(now=BEGINS) == []
    assert why_not() == [NO_CASE]
    CaseFactory(unit=where.authority.duty_team_1, worker=None)
    LoopClosure.objects.update(worker=None)
    assert open_due_reaudits(now=BEGINS) == []


def test_without_a_manager_who_may_audit_it_it_waits(where, first_audit, other_case):
    Assignment.objects.filter(post=where.authority.post_of[where.authority.senior_manager]).update(
        post=where.authority.post_of[where.authority.team_manager]
    )
    assert open_due_reaudits(now=BEGINS) == []
    assert why_not() == [NO_AUDITOR]
