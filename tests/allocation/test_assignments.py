"""The verbs of an assignment: what each changes, whom it tells, and when it refuses."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from qaframework.allocation import workflow
from qaframework.allocation.models import Assignment, Reallocation
from qaframework.clocks.models import Clock
from qaframework.notices.models import Notice
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import PostHolding
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import end_of_day
from tests.factories.allocation import AssignmentFactory, empty_year, owed
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.people import UserFactory

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
DUE = date(2026, 12, 8)


@pytest.fixture
def case(northmoor: Authority) -> Any:
    return CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.practitioner)


@pytest.fixture
def work(northmoor: Authority, case: Any) -> Assignment:
    """A learning space of the team manager of duty team 2, allocated today."""
    return owed(
        northmoor,
        northmoor.post_of[northmoor.team_manager_2],
        due_on=DUE,
        now=NOW,
        case=case,
        worker=northmoor.practitioner,
    )


def told() -> list[tuple[str, str]]:
    return sorted((notice.recipient.email.split("@")[0], notice.kind) for notice in Notice.objects.all())


def stale(work: Assignment) -> Assignment:
    """The same row as somebody else read it a moment ago."""
    return Assignment.objects.get(pk=work.pk)


def planned(northmoor: Authority, **changes: Any) -> Assignment:
    programme = empty_year(northmoor)
    return AssignmentFactory(
        programme=programme,
        framework_version=programme.framework.versions.get(),
        post=northmoor.post_of[northmoor.team_manager],
        **changes,
    )


# Allocating


@pytest.mark.clause("LAN-09")
def test_a_learning_space_is_due_four_weeks_after_its_allocation(northmoor: Authority, case: Any) -> None:
    assignment = planned(northmoor)
    workflow.allocate(
        assignment=assignment,
        case=case,
        worker=northmoor.practitioner,
        unit=northmoor.duty_team_1,
        selection="random",
        allocated_on=date(2026, 11, 10),
        by=northmoor.qa_officer,
        now=NOW,
    )
    assignment.refresh_from_db()
    assert (assignment.state, assignment.due_on, assignment.original_due_on) == ("allocated", DUE, DUE)
    assert assignment.clock is not None
    assert assignment.clock.due_at == end_of_day(DUE)
    assert assignment.clock.case == case


@pytest.mark.clause("LAN-06")
@pytest.mark.writes_behind_the_verbs
def test_work_is_allocated_to_a_post_and_seen_by_whoever_holds_it_on_the_day(northmoor: Authority) -> None:
    post = northmoor.post_of[northmoor.team_manager]
    successor = UserFactory(email="successor@northmoor.example")
    PostHolding.objects.filter(post=post).update(ends_on=date(2026, 11, 30))
    PostHolding.objects.create(post=post, user=successor, starts_on=date(2026, 12, 1))
    owed(northmoor, post, due_on=DUE, now=NOW)
    later = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
    owed(northmoor, post, due_on=date(2026, 12, 31), now=later, period="2026-12")
    assert told() == [("successor", "allocated"), ("team_manager", "allocated")]


def test_auditor_and_practitioner_are_told_once_and_the_child_is_not_named(work: Assignment) -> None:
    assert told() == [("practitioner", "allocated_worker"), ("team_manager_2", "allocated")]
    notice = Notice.objects.get(kind="allocated")
    assert notice.subject == f"New work for you: Learning space, November 2026, case {work.case.child_ref}"


def test_only_one_of_two_people_allocates(northmoor: Authority, case: Any) -> None:
    first = planned(northmoor)
    second = stale(first)
    values = {
        "case": case,
        "worker": None,
        "unit": northmoor.duty_team_1,
        "selection": "random",
        "allocated_on": date(2026, 11, 10),
        "by": None,
        "now": NOW,
    }
    workflow.allocate(assignment=first, **values)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.allocate(assignment=second, **values)
    assert Clock.objects.count() == 1


def test_another_case_takes_the_place_of_the_first_and_the_clock_follows(
    northmoor: Authority, work: Assignment
) -> None:
    other = CaseFactory(unit=northmoor.duty_team_1, child_ref="N-2")
    workflow.change_subject(
        assignment=work,
        case=other,
        worker=northmoor.practitioner,
        unit=northmoor.duty_team_1,
        reason="The first child has moved away",
        by=northmoor.qa_officer,
        now=NOW,
    )
    clock = Clock.objects.get()
    assert (work.case, work.due_on, clock.case) == (other, DUE, other)
    assert clock.label == "Learning space, November 2026, case N-2"


# Doing it


def test_from_start_to_final_each_step_has_one_history_entry(northmoor: Authority, work: Assignment) -> None:
    by = northmoor.team_manager_2
    workflow.begin(assignment=work, by=by, now=NOW)
    workflow.begin(assignment=work, by=by, now=NOW)
    workflow.mark_submitted(assignment=work, by=by, now=NOW + timedelta(days=1))
    workflow.start_moderation(assignment=work, by=None, now=NOW + timedelta(days=2))
    workflow.finish(assignment=work, by=None, now=NOW + timedelta(days=3))
    work.refresh_from_db()
    assert (work.state, work.submitted_at, work.finished_at) == (
        "final",
        NOW + timedelta(days=1),
        NOW + timedelta(days=3),
    )
    entries = work.history.order_by("history_id").values_list("history_change_reason", "history_user")
    assert list(entries)[-5:] == [
        ("Allocated", None),
        ("Started", by.pk),
        ("Submitted", by.pk),
        ("Chosen for moderation", None),
        ("Final", None),
    ]


def test_handing_in_stops_the_clock_and_happens_once(northmoor: Authority, work: Assignment) -> None:
    second = stale(work)
    workflow.mark_submitted(assignment=work, by=northmoor.team_manager_2, now=NOW)
    clock = Clock.objects.get()
    assert (clock.stopped_at, clock.stop_reason) == (NOW, "completed")
    with pytest.raises(SomebodyElseWasFirst):
        workflow.mark_submitted(assignment=second, by=northmoor.team_manager_2, now=NOW)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.begin(assignment=second, by=northmoor.team_manager_2, now=NOW)


def test_sending_back_sets_a_day_and_the_same_clock_runs_again(
    northmoor: Authority, work: Assignment
) -> None:
    workflow.mark_submitted(assignment=work, by=northmoor.team_manager_2, now=NOW)
    back = {"assignment": work, "by": northmoor.qa_officer, "now": NOW}
    with pytest.raises(Refused, match="day after today"):
        workflow.send_back(**back, due_on=date(2026, 11, 10), reason="Add the child's view")
    with pytest.raises(Refused, match="what is to be added"):
        workflow.send_back(**back, due_on=date(2026, 11, 17), reason="  ")
    workflow.send_back(**back, due_on=date(2026, 11, 17), reason="Add the child's view")
    clock = Clock.objects.get()
    assert (work.state, work.due_on, work.original_due_on) == ("sent_back", date(2026, 11, 17), DUE)
    assert (clock.stopped_at, clock.round, clock.due_at) == (None, 2, end_of_day(date(2026, 11, 17)))
    assert ("team_manager_2", "sent_back") in told()
    workflow.mark_submitted(assignment=work, by=northmoor.team_manager_2, now=NOW)
    workflow.send_back(**back, due_on=date(2026, 11, 18), reason="And the plan")
    assert told().count(("team_manager_2", "sent_back")) == 2


# Taking it off and moving it


@pytest.mark.parametrize("state", ["planned", "allocated"])
def test_work_can_be_withdrawn_with_a_reason_until_it_is_handed_in(
    northmoor: Authority, work: Assignment, state: str
) -> None:
    assignment = planned(northmoor) if state == "planned" else work
    withdrawal = {"assignment": assignment, "by": northmoor.qa_officer, "now": NOW}
    with pytest.raises(Refused, match="Say why"):
        workflow.withdraw(**withdrawal, reason=" ")
    workflow.withdraw(**withdrawal, reason="Closed since")
    assert assignment.state == "withdrawn"
    assert not Clock.objects.filter(stopped_at=None, pk=assignment.clock_id).exists()
    with pytest.raises(SomebodyElseWasFirst):
        workflow.withdraw(**withdrawal, reason="Again")


def test_handed_in_work_is_not_withdrawn(northmoor: Authority, work: Assignment) -> None:
    workflow.mark_submitted(assignment=work, by=northmoor.team_manager_2, now=NOW)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.withdraw(assignment=work, reason="Late", by=northmoor.qa_officer, now=NOW)


@pytest.mark.clause("LAN-06")
def test_work_moves_to_a_post_of_another_function_with_the_reason(
    northmoor: Authority, work: Assignment
) -> None:
    taker = northmoor.post_of[northmoor.outsider]
    old = work.post
    workflow.reallocate(assignment=work, to_post=taker, reason="Long leave", by=northmoor.qa_officer, now=NOW)
    work.refresh_from_db()
    clock = Clock.objects.get()
    assert (work.post, work.due_on, clock.owner_post, clock.unit) == (taker, DUE, taker, taker.unit)
    move = Reallocation.objects.get()
    assert (move.from_post, move.to_post, move.reason, move.moved_by) == (
        old,
        taker,
        "Long leave",
        northmoor.qa_officer,
    )
    assert ("outsider", "allocated") in told()
    assert work.history.latest("history_id").history_change_reason.endswith("Long leave")


def test_moving_is_refused_without_reason_to_the_same_post_and_to_the_childs_own_worker(
    northmoor: Authority, work: Assignment
) -> None:
    move = {"assignment": work, "by": northmoor.qa_officer, "now": NOW}
    with pytest.raises(Refused, match="Say why"):
        workflow.reallocate(**move, to_post=northmoor.post_of[northmoor.outsider], reason="")
    with pytest.raises(Refused, match="already owes"):
        workflow.reallocate(**move, to_post=work.post, reason="Balance")
    with pytest.raises(Refused, match="works with this child"):
        workflow.reallocate(**move, to_post=northmoor.post_of[northmoor.practitioner], reason="Balance")


def test_a_restricted_case_moves_only_to_somebody_who_is_cleared(
    northmoor: Authority, work: Assignment
) -> None:
    work.case.is_restricted, work.case.restriction_reason = True, "Related to a member of staff"
    work.case.save()
    taker = northmoor.post_of[northmoor.outsider]
    move = {"assignment": work, "to_post": taker, "reason": "Leave", "by": northmoor.qa_officer, "now": NOW}
    with pytest.raises(Refused, match="restricted"):
        workflow.reallocate(**move)
    CaseClearanceFactory(case=work.case, user=northmoor.outsider)
    workflow.reallocate(**move)
    assert work.post == taker


def test_only_one_of_two_people_moves_it(northmoor: Authority, work: Assignment) -> None:
    second = stale(work)
    move = {"reason": "Balance", "by": northmoor.qa_officer, "now": NOW}
    workflow.reallocate(assignment=work, to_post=northmoor.post_of[northmoor.outsider], **move)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.reallocate(assignment=second, to_post=northmoor.post_of[northmoor.senior_manager], **move)
    assert Reallocation.objects.count() == 1
