"""Opening, arranging and handing in, whatever kind of activity it is."""

from datetime import date, datetime

import pytest

from observations.models import Observation
from qaframework.actions import workflow as actions
from qaframework.activities.workflow import choose_worker, hand_in_and_finish, open_activity
from qaframework.allocation.models import Assignment
from qaframework.clocks.models import Clock
from qaframework.notices.models import Notice
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.tools.models import Submission
from qaframework.tools.workflow import AnswersIncomplete
from tests.factories.activities import fill_in, fresh, opened
from tests.factories.authority import Authority


@pytest.fixture
def note(authority: Authority, owner: User) -> Observation:
    """A practice week: all but the answers is settled."""
    note = opened(Observation, authority, owner, "practice_week")
    note.observed_on = date(2026, 11, 9)
    note.save()
    return fresh(note)


def notices(kind: str) -> set[int]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient", flat=True))


def test_opening_again_finds_what_was_made(observation: Observation, owner: User, now: datetime) -> None:
    again = open_activity(Observation, assignment=observation.assignment, by=owner, now=now)
    assert again == observation
    assert again.history.count() == 1


def test_handing_in_freezes_stops_the_ladder_and_is_final(
    note: Observation, owner: User, now: datetime
) -> None:
    fill_in(note, owner, now)
    hand_in_and_finish(note, by=owner, now=now)
    note = fresh(note)
    assert note.assignment.state == Assignment.State.FINAL
    assert note.assignment.submitted_at == note.assignment.finished_at == now
    assert Submission.objects.get(answer_set=note.answer_set).submitted_by == owner
    assert note.assignment.clock is not None
    assert note.assignment.clock.stop_reason == Clock.StopReason.COMPLETED


def test_nothing_is_written_while_answers_are_missing(note: Observation, owner: User, now: datetime) -> None:
    with pytest.raises(AnswersIncomplete):
        hand_in_and_finish(note, by=owner, now=now)
    note = fresh(note)
    assert note.assignment.state == Assignment.State.ALLOCATED
    assert not Submission.objects.exists()


def test_nothing_is_written_while_something_is_not_arranged(
    observation: Observation, owner: User, now: datetime
) -> None:
    fill_in(observation, owner, now)
    with pytest.raises(Refused, match="First say whose practice"):
        hand_in_and_finish(observation, by=owner, now=now)
    assert not Submission.objects.exists()


def test_actions_become_binding_and_without_any_no_plan_is_sent(
    authority: Authority, owner: User, note: Observation, now: datetime
) -> None:
    without = opened(Observation, authority, owner, "practice_week", ordinal=950)
    without.observed_on = date(2026, 11, 9)
    without.save()
    fill_in(without, owner, now)
    hand_in_and_finish(fresh(without), by=owner, now=now)
    assert notices("plan_issued") == set()
    fill_in(note, owner, now)
    action = actions.add_action(
        plan=note.action_plan,
        what="Give the duty desk a second screen.",
        measure="Two screens are on the desk.",
        finding="",
        priority="standard",
        owner_post=authority.post_of[authority.senior_manager],
        due_on=date(2026, 12, 1),
        longer_reason="",
        by=owner,
        now=now,
    )
    hand_in_and_finish(note, by=owner, now=now)
    action.refresh_from_db()
    assert action.state == "open"
    assert notices("plan_issued") == {authority.senior_manager.pk}


def test_the_person_it_is_about_is_told_once_it_is_written_up(
    authority: Authority, owner: User, observation: Observation, now: datetime
) -> None:
    choose_worker(observation, worker=authority.practitioner, by=owner, now=now)
    observation.observed_on = date(2026, 11, 9)
    observation.save()
    observation = fresh(observation)
    fill_in(observation, owner, now)
    assert notices("written_up") == set()
    hand_in_and_finish(observation, by=owner, now=now)
    assert notices("written_up") == {authority.practitioner.pk}


def test_assignment_and_plan_follow_the_person_it_is_about(authority: Authority, now: datetime) -> None:
    observation = opened(Observation, authority, authority.senior_manager, "observation")
    choose_worker(observation, worker=authority.practitioner_2, by=authority.senior_manager, now=now)
    observation = fresh(observation)
    assert observation.assignment.worker == authority.practitioner_2
    assert observation.assignment.unit == authority.duty_team_2
    assert observation.action_plan.worker == authority.practitioner_2
    assert observation.action_plan.unit == authority.duty_team_2
    entry = observation.assignment.history.latest()
    assert (entry.history_user, entry.worker) == (authority.senior_manager, authority.practitioner_2)


def test_nobody_looks_at_their_own_practice(observation: Observation, owner: User, now: datetime) -> None:
    with pytest.raises(Refused, match="cannot choose yourself"):
        choose_worker(observation, worker=owner, by=owner, now=now)


def test_the_person_stays_once_it_is_handed_in(
    authority: Authority, note: Observation, owner: User, now: datetime
) -> None:
    fill_in(note, owner, now)
    hand_in_and_finish(note, by=owner, now=now)
    with pytest.raises(Refused, match="can no longer be changed"):
        choose_worker(fresh(note), worker=authority.practitioner, by=owner, now=now)
