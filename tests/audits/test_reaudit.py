"""Three months after a loop was closed: another case of the same worker, once."""

from datetime import UTC, date, datetime

import pytest

from audits.models import CaseAudit
from audits.tasks import open_due_work
from audits.workflow import open_due_reaudits
from qaframework.actions.models import LoopClosure
from qaframework.actions.workflow import open_loop
from qaframework.allocation.models import Assignment
from tests.factories.allocation import ProgrammeFactory
from tests.factories.audits import Setting, allocated_audit
from tests.factories.caseload import CaseFactory

CLOSED = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
DUE = date(2027, 3, 7)
BEGINS = datetime(2027, 2, 7, 6, 0, tzinfo=UTC)  # the lead time of a month before


@pytest.fixture
def first(where: Setting) -> CaseAudit:
    """An inadequate audit whose loop the Head of Service authorised in December."""
    audit = allocated_audit(where)
    CaseAudit.objects.filter(pk=audit.pk).update(overall_grade="inadequate", final_grade="inadequate")
    Assignment.objects.filter(pk=audit.assignment_id).update(
        state="final", submitted_at=CLOSED, finished_at=CLOSED
    )
    loop = open_loop(plan=audit.action_plan, grade="inadequate", by=None, now=CLOSED)
    LoopClosure.objects.filter(pk=loop.pk).update(
        state="authorised",
        authorised_at=CLOSED,
        authorised_by=where.authority.head_of_service,
        reaudit_due_on=DUE,
    )
    # Somebody else must owe this kind of work, so that another manager can follow up.
    allocated_audit(where, auditor=where.authority.senior_manager)
    return audit


@pytest.fixture
def other_case(where: Setting, first: CaseAudit):
    return CaseFactory(unit=where.authority.duty_team_1, worker=where.worker)


@pytest.mark.clause("LAN-26")
def test_another_case_of_the_same_worker_is_audited_by_somebody_else(where, first, other_case):
    assert open_due_reaudits(now=datetime(2027, 2, 6, 23, 0, tzinfo=UTC)).opened == []
    (follow_up,) = open_due_reaudits(now=BEGINS).opened
    work = follow_up.assignment
    assert follow_up.follow_up_of == first
    assert (work.case, work.worker) == (other_case, where.worker)
    assert work.case != first.assignment.case
    assert work.post == where.authority.post_of[where.authority.senior_manager]
    assert work.selection == Assignment.Selection.TARGETED
    assert (work.allocated_on, work.due_on) == (DUE, date(2027, 4, 4))


def test_whoever_held_the_first_audit_does_not_hold_the_second_in_another_post(where, first, other_case):
    CaseAudit.objects.filter(pk=first.pk).update(auditor=where.authority.senior_manager)
    warned = open_due_reaudits(now=BEGINS)
    assert warned.opened == []
    assert "No manager is free" in warned.warnings[0]


@pytest.mark.clause("LAN-26")
def test_each_loop_gives_one_reaudit_however_often_it_is_looked_for(first, other_case, time_machine):
    time_machine.move_to(BEGINS)
    open_due_work()
    open_due_work()
    assert open_due_reaudits(now=datetime(2027, 6, 1, tzinfo=UTC)).opened == []
    assert CaseAudit.objects.filter(follow_up_of=first).count() == 1


@pytest.mark.clause("LAN-26")
def test_the_follow_up_can_be_compared_with_the_first(first, other_case):
    (follow_up,) = open_due_reaudits(now=BEGINS).opened
    CaseAudit.objects.filter(pk=follow_up.pk).update(final_grade="good")
    pairs = CaseAudit.objects.filter(follow_up_of__isnull=False).values_list(
        "follow_up_of__final_grade", "final_grade"
    )
    assert list(pairs) == [("inadequate", "good")]


def test_a_reaudit_of_the_next_year_belongs_to_its_programme(first, other_case):
    framework = first.assignment.programme.framework
    LoopClosure.objects.update(reaudit_due_on=date(2027, 4, 20))
    later = ProgrammeFactory(
        framework=framework, year=2027, starts_on=date(2027, 4, 1), ends_on=date(2028, 3, 31)
    )
    (follow_up,) = open_due_reaudits(now=datetime(2027, 4, 1, 6, 0, tzinfo=UTC)).opened
    assert follow_up.assignment.programme == later


def test_without_another_case_or_a_worker_the_qa_team_is_warned(where, first):
    warned = open_due_reaudits(now=BEGINS)
    assert warned.opened == []
    assert "no other open case" in warned.warnings[0]
    CaseFactory(unit=where.authority.duty_team_1, worker=None)
    LoopClosure.objects.update(worker=None)
    assert open_due_reaudits(now=BEGINS).opened == []


def test_the_task_says_so_in_the_worker_s_log(where, first, time_machine, caplog):
    time_machine.move_to(BEGINS)
    open_due_work()
    assert "no other open case" in caplog.text


def test_without_a_manager_who_may_audit_it_the_qa_team_is_warned(where, first, other_case):
    Assignment.objects.filter(post=where.authority.post_of[where.authority.senior_manager]).update(
        post=where.authority.post_of[where.authority.team_manager]
    )
    warned = open_due_reaudits(now=BEGINS)
    assert warned.opened == []
    assert "No manager is free" in warned.warnings[0]
