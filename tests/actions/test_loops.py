"""Closing the loop: the meeting with evidence for each action, then the Head of Service."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from qaframework.actions import workflow
from qaframework.actions.models import LoopClosure
from qaframework.notices.access import get_notice
from qaframework.notices.models import Notice
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import PostHolding
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date
from tests.factories.actions import add_action, finish_all, hold_meeting, loop_with_head, open_loop
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory

State = LoopClosure.State


@pytest.mark.clause("LAN-24")
def test_the_nearest_senior_manager_is_asked_to_meet_by_a_day(northmoor: Authority, now: datetime) -> None:
    loop = open_loop(northmoor, now=now)
    assert loop.senior_post == northmoor.post_of[northmoor.senior_manager]
    assert (loop.worker, loop.state) == (northmoor.practitioner, State.DUE)
    assert loop.due_on > now.date()
    assert loop.clock is not None
    assert (loop.clock.owner_post, loop.clock.stopped_at) == (loop.senior_post, None)
    assert Notice.objects.get(kind="loop_opened").recipient == northmoor.senior_manager


@pytest.mark.clause("LAN-24")
def test_the_meeting_waits_until_every_action_is_done(northmoor: Authority, now: datetime) -> None:
    loop = open_loop(northmoor, now=now)
    with pytest.raises(Refused, match="1 action is not done yet"):
        hold_meeting(loop, northmoor.senior_manager, at=now)
    finish_all(loop, northmoor, at=now)
    hold_meeting(loop, northmoor.senior_manager, at=now)
    assert (loop.state, loop.sent_to_hos_at, loop.met_on) == (State.WITH_HEAD_OF_SERVICE, now, now.date())
    assert Notice.objects.get(kind="loop_to_authorise").recipient == northmoor.head_of_service


@pytest.mark.clause("LAN-24")
def test_while_a_loop_waits_to_be_authorised_it_is_late_with_whoever_authorises(
    northmoor: Authority, now: datetime
) -> None:
    loop = loop_with_head(northmoor, at=now)
    assert loop.clock is not None
    due_at = loop.clock.due_at
    assert loop.clock.owner_post == northmoor.post_of[northmoor.head_of_service]
    assert (loop.clock.unit, loop.clock.due_at) == (loop.senior_post.unit, due_at)
    assert loop.clock.history.first().history_change_reason == "Waits to be authorised"


def test_while_there_is_no_head_of_service_the_director_is_asked_to_authorise(
    northmoor: Authority, now: datetime
) -> None:
    loop = open_loop(northmoor, now=now)
    PostHolding.objects.filter(post=northmoor.post_of[northmoor.head_of_service]).delete()
    finish_all(loop, northmoor, at=now)
    hold_meeting(loop, northmoor.senior_manager, at=now)
    assert Notice.objects.get(kind="loop_to_authorise").recipient == northmoor.director


def test_a_notice_names_a_restricted_case_only_to_people_who_are_cleared(
    northmoor: Authority, now: datetime
) -> None:
    loop = open_loop(northmoor, now=now)
    loop.case.is_restricted, loop.case.restriction_reason = True, "Related to a member of staff"
    loop.case.save()
    finish_all(loop, northmoor, at=now)
    hold_meeting(loop, northmoor.senior_manager, at=now)
    head, on = northmoor.head_of_service, local_date(now)
    notice = Notice.objects.get(kind="loop_to_authorise")
    assert get_notice(head, notice.pk, on).subject == "About a restricted case"
    CaseClearanceFactory(case=loop.case, user=head)
    assert loop.case.child_ref in get_notice(head, notice.pk, on).subject


@pytest.mark.clause("LAN-24")
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"met_on": date(2026, 11, 11)}, "The meeting is in the future"),
        ({"child_is_safe": " "}, "Say whether the child is safe"),
        ({"evidence_seen": {}}, "shows that this action is done: Agree a safety plan with the family."),
    ],
)
def test_a_record_without_evidence_is_refused(
    northmoor: Authority, now: datetime, changes: dict[str, Any], says: str
) -> None:
    loop = open_loop(northmoor)
    finish_all(loop, northmoor, at=now)
    with pytest.raises(Refused, match=says):
        hold_meeting(loop, northmoor.senior_manager, at=now, **changes)


@pytest.mark.clause("LAN-24")
def test_a_cancelled_action_needs_no_evidence(northmoor: Authority, now: datetime) -> None:
    loop = open_loop(northmoor)
    kept = loop.plan.actions.get()
    cancelled = add_action(loop.plan, northmoor.post_of[northmoor.practitioner], now=now)
    workflow.issue_plan(plan=loop.plan, copy_to=[], by=northmoor.team_manager_2, now=now)
    cancelled.refresh_from_db()
    workflow.cancel_action(action=cancelled, reason="Moved.", by=northmoor.team_manager, now=now)
    workflow.finish_action(action=kept, evidence="Done.", by=northmoor.practitioner, now=now)
    hold_meeting(loop, northmoor.senior_manager, at=now, evidence_seen={kept.pk: "I read the plan."})
    assert loop.evidence_seen == {str(kept.pk): "I read the plan."}


@pytest.mark.parametrize("who", ["team_manager", "head_of_service", "practitioner", "qa_manager"])
def test_only_the_post_that_was_asked_records_the_meeting(
    northmoor: Authority, now: datetime, who: str
) -> None:
    loop = open_loop(northmoor)
    finish_all(loop, northmoor, at=now)
    with pytest.raises(Refused, match="Only whoever holds the post that was asked"):
        hold_meeting(loop, getattr(northmoor, who), at=now)


@pytest.mark.clause("LAN-25")
def test_the_head_of_service_closes_the_loop_and_the_reaudit_falls_due_three_months_later(
    northmoor: Authority, now: datetime
) -> None:
    loop = loop_with_head(northmoor, at=now)
    workflow.authorise_loop(loop=loop, by=northmoor.head_of_service, now=now)
    assert (loop.state, loop.authorised_by, loop.authorised_at) == (
        State.AUTHORISED,
        northmoor.head_of_service,
        now,
    )
    assert loop.reaudit_due_on == date(2027, 2, 10)
    assert loop.clock is not None
    assert loop.clock.stopped_at == now


@pytest.mark.clause("LAN-25")
@pytest.mark.parametrize(
    "who", ["senior_manager", "care_head_of_service", "team_manager", "qa_manager", "practitioner", "admin"]
)
def test_nobody_but_the_relevant_head_of_service_authorises_or_returns(
    northmoor: Authority, now: datetime, who: str
) -> None:
    loop = loop_with_head(northmoor, at=now)
    by = getattr(northmoor, who)
    with pytest.raises(Refused, match="Only the Head of Service"):
        workflow.authorise_loop(loop=loop, by=by, now=now)
    with pytest.raises(Refused, match="Only the Head of Service"):
        workflow.return_loop(loop=loop, reason="No.", by=by, now=now)
    assert LoopClosure.objects.get(pk=loop.pk).state == State.WITH_HEAD_OF_SERVICE


@pytest.mark.clause("LAN-25")
def test_whoever_held_the_meeting_does_not_authorise_it_as_well(northmoor: Authority, now: datetime) -> None:
    loop = open_loop(northmoor)
    loop.senior_post = northmoor.post_of[northmoor.head_of_service]
    loop.save()
    finish_all(loop, northmoor, at=now)
    hold_meeting(loop, northmoor.head_of_service, at=now)
    with pytest.raises(Refused, match="Only the Head of Service, or a director above"):
        workflow.authorise_loop(loop=loop, by=northmoor.head_of_service, now=now)
    with pytest.raises(Refused, match="Only the Head of Service, or a director above"):
        workflow.return_loop(loop=loop, reason="More.", by=northmoor.head_of_service, now=now)
    workflow.authorise_loop(loop=loop, by=northmoor.director, now=now)
    assert loop.authorised_by == northmoor.director


@pytest.mark.clause("LAN-25")
def test_a_refusal_gives_its_reason_and_the_form_comes_back(northmoor: Authority, now: datetime) -> None:
    loop = loop_with_head(northmoor, at=now)
    with pytest.raises(Refused, match="Say what is missing"):
        workflow.return_loop(loop=loop, reason=" ", by=northmoor.head_of_service, now=now)
    workflow.return_loop(loop=loop, reason="Was her brother seen?", by=northmoor.head_of_service, now=now)
    assert (loop.state, loop.return_reason) == (State.RETURNED, "Was her brother seen?")
    assert loop.clock is not None
    assert (loop.clock.stopped_at, loop.clock.owner_post) == (None, loop.senior_post)
    assert Notice.objects.get(kind="loop_returned").recipient == northmoor.senior_manager
    later = now + timedelta(days=1)
    hold_meeting(loop, northmoor.senior_manager, at=later, other_children="He was seen on Monday.")
    workflow.authorise_loop(loop=loop, by=northmoor.head_of_service, now=later)
    assert loop.state == State.AUTHORISED


@pytest.mark.clause("LAN-25")
@pytest.mark.parametrize("state", ["due", "returned", "authorised"])
def test_a_loop_is_only_decided_while_it_waits(northmoor: Authority, now: datetime, state: str) -> None:
    head = northmoor.head_of_service
    loop = open_loop(northmoor) if state == "due" else loop_with_head(northmoor, at=now)
    if state == "returned":
        workflow.return_loop(loop=loop, reason="More.", by=head, now=now)
    if state == "authorised":
        workflow.authorise_loop(loop=loop, by=head, now=now)
        with pytest.raises(SomebodyElseWasFirst):
            hold_meeting(loop, northmoor.senior_manager, at=now)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.authorise_loop(loop=loop, by=head, now=now)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.return_loop(loop=loop, reason="More.", by=head, now=now)
