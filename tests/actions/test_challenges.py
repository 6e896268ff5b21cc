"""Alerts and disputes: raised, answered at each stage, taken further, settled; nobody lets one lie."""

from datetime import UTC, date, datetime, timedelta

import pytest

from escalation.models import EscalationStep
from escalation.workflow import sweep
from qaframework.actions import workflow
from qaframework.actions.models import Challenge, ChallengeAnswer
from qaframework.caseload.models import Case
from qaframework.clocks.models import Clock
from qaframework.notices.models import Notice
from qaframework.people import workflow as people
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from tests.factories.actions import rules_of
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory
from tests.factories.challenges import (
    answer,
    answered_challenge,
    raised_challenge,
    reviewing_officer,
    windsor,
)

State = Challenge.State
# Five working days after Tuesday 10 November, to the end of the day in London.
FIRST_DUE = datetime(2026, 11, 17, 23, 59, 59, tzinfo=UTC)


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient__full_name", flat=True))


def clock_of(challenge: Challenge) -> Clock:
    assert challenge.clock is not None
    return challenge.clock


def further(challenge: Challenge, *, now: datetime, by: User | None = None) -> Challenge:
    return workflow.take_further(
        challenge=challenge,
        seen_clock=challenge.clock_id,
        reason="The steps have still no dates.",
        by=by or challenge.raised_by,
        now=now,
    )


@pytest.mark.clause("RBWM-17")
def test_an_alert_is_for_the_team_manager_and_the_practitioner_knows(
    northmoor: Authority, now: datetime
) -> None:
    alert = raised_challenge(northmoor, now=now)
    assert told("challenge") == {"Practitioner Example", "Team Manager Example"}
    assert alert.asked_post == northmoor.post_of[northmoor.team_manager]
    assert (alert.state, alert.stage) == (State.OPEN, 1)
    assert (clock_of(alert).due_at, clock_of(alert).owner_post) == (FIRST_DUE, alert.asked_post)
    notice = Notice.objects.get(kind="challenge", recipient=northmoor.team_manager)
    assert notice.subject == f"Please answer: Alert about case {alert.case.child_ref}"
    assert "17 November 2026" in notice.body
    assert "plan of the last review" not in notice.body


@pytest.mark.clause("RBWM-17")
def test_the_answer_says_what_was_found_and_done_and_goes_to_whoever_raised_it(
    northmoor: Authority, now: datetime
) -> None:
    alert = raised_challenge(northmoor, now=now)
    stage_clock, later = clock_of(alert), now + timedelta(days=2)
    answer(alert, by=northmoor.team_manager, at=later)
    stage_clock.refresh_from_db()
    given = ChallengeAnswer.objects.get()
    assert (given.by, given.answered_at, given.due_at) == (northmoor.team_manager, later, FIRST_DUE)
    assert (stage_clock.stopped_at, stage_clock.stop_reason) == (later, "completed")
    assert alert.state == State.ANSWERED
    assert clock_of(alert).owner_post == alert.raised_from
    assert clock_of(alert).due_at == datetime(2026, 11, 19, 23, 59, 59, tzinfo=UTC)
    assert told("challenge_answered") == {"Iro Example"}


@pytest.mark.clause("RBWM-17", "RBWM-20")
def test_whoever_raised_it_settles_it_with_what_changed_for_the_child(
    northmoor: Authority, now: datetime
) -> None:
    alert = answered_challenge(northmoor, at=now)
    running = clock_of(alert)
    workflow.settle_challenge(
        challenge=alert,
        outcome="The plan has dates.",
        difference_made="She has begun to see her brother.",
        by=alert.raised_by,
        now=now,
    )
    running.refresh_from_db()
    assert (alert.state, alert.closed_by, alert.closed_at) == (State.SETTLED, alert.raised_by, now)
    assert alert.difference_made == "She has begun to see her brother."
    assert running.stop_reason == "completed"


@pytest.mark.clause("RBWM-20")
def test_an_answer_that_does_not_settle_a_dispute_takes_it_up_the_line(
    northmoor: Authority, now: datetime
) -> None:
    dispute = raised_challenge(northmoor, now=now, kind="dispute")
    for stage, holder in enumerate(
        (northmoor.team_manager, northmoor.senior_manager, northmoor.head_of_service, northmoor.director), 1
    ):
        assert (dispute.stage, dispute.asked_post) == (stage, northmoor.post_of[holder])
        answer(dispute, by=holder, at=now, agreed="no")
        if stage < 4:
            further(dispute, now=now)
    with pytest.raises(Refused, match="This is the last stage"):
        further(dispute, now=now)
    assert Clock.objects.filter(stopped_at=None).get() == clock_of(dispute)
    assert dispute.answers.count() == 4


@pytest.mark.clause("RBWM-20")
def test_a_dispute_about_safety_begins_with_the_head_of_service(northmoor: Authority, now: datetime) -> None:
    dispute = raised_challenge(northmoor, now=now, kind="dispute", is_urgent=True)
    assert (dispute.first_stage, dispute.stage) == (3, 3)
    assert dispute.asked_post == northmoor.post_of[northmoor.head_of_service]
    assert told("challenge") == {"Head Of Service Example", "Practitioner Example", "Team Manager Example"}
    assert Notice.objects.filter(kind="challenge", is_urgent=True).count() == 3


def test_a_kind_without_a_later_stage_for_safety_is_not_raised_as_urgent(
    northmoor: Authority, now: datetime
) -> None:
    with pytest.raises(Refused, match="no later stage to begin with"):
        raised_challenge(northmoor, now=now, is_urgent=True)


@pytest.mark.clause("RBWM-17")
def test_a_serious_alert_becomes_a_management_alert_to_the_head_of_service(
    northmoor: Authority, now: datetime
) -> None:
    alert = answered_challenge(northmoor, at=now)
    workflow.make_serious(
        challenge=alert, seen_clock=alert.clock_id, reason="Third time.", by=alert.raised_by, now=now
    )
    assert (alert.kind, alert.stage, alert.state) == ("management_alert", 1, State.OPEN)
    assert alert.asked_post == northmoor.post_of[northmoor.head_of_service]
    assert clock_of(alert).due_at == datetime(2026, 11, 12, 23, 59, 59, tzinfo=UTC)
    answer(alert, by=northmoor.head_of_service, at=now)
    assert alert.answers.count() == 2
    with pytest.raises(Refused, match="no more serious kind"):
        workflow.make_serious(
            challenge=alert, seen_clock=alert.clock_id, reason="Again.", by=alert.raised_by, now=now
        )


@pytest.mark.clause("RBWM-17")
def test_an_alert_that_nobody_answers_goes_up_the_line(northmoor: Authority, now: datetime) -> None:
    alert = raised_challenge(northmoor, now=now)
    sweep(now=FIRST_DUE)
    assert told("reminder") == {"Team Manager Example"}
    assert told("escalation") == set()
    sweep(now=FIRST_DUE + timedelta(days=1))
    assert told("escalation") == {"Team Manager Example", "Senior Manager Example"}
    sweep(now=FIRST_DUE + timedelta(days=8))
    assert told("escalation") == {
        "Team Manager Example",
        "Senior Manager Example",
        "Head Of Service Example",
    }
    assert EscalationStep.objects.filter(clock=alert.clock, is_reminder=False).count() == 2


@pytest.mark.clause("RBWM-17")
def test_an_answer_in_the_second_in_which_a_step_falls_due_reaches_nobody(
    northmoor: Authority, now: datetime
) -> None:
    alert = raised_challenge(northmoor, now=now)
    moment = clock_of(alert).moments.get(name="A working day late").falls_at
    answer(alert, by=northmoor.team_manager, at=moment)
    sweep(now=moment)
    assert told("escalation") == set()
    assert not EscalationStep.objects.filter(is_reminder=False).exists()


def test_an_answer_that_nobody_decides_on_reminds_whoever_raised_it(
    northmoor: Authority, now: datetime
) -> None:
    answered_challenge(northmoor, at=now)
    sweep(now=FIRST_DUE)
    assert told("reminder") == {"Iro Example"}


def test_only_whoever_is_asked_or_manages_above_them_answers(northmoor: Authority, now: datetime) -> None:
    alert = raised_challenge(northmoor, now=now)
    for nobody in (
        northmoor.practitioner,
        northmoor.team_manager_2,
        northmoor.outsider,
        northmoor.qa_officer,
    ):
        with pytest.raises(Refused, match="The answer is for Team manager, Duty team 1"):
            answer(alert, by=nobody, at=now)
    with pytest.raises(Refused, match="The answer is for"):
        answer(alert, by=alert.raised_by, at=now)
    answer(alert, by=northmoor.head_of_service, at=now)
    assert alert.state == State.ANSWERED


def test_only_whoever_raised_it_decides(northmoor: Authority, now: datetime) -> None:
    alert = answered_challenge(northmoor, at=now)
    other_officer = reviewing_officer(northmoor, "other_officer")
    for nobody in (northmoor.team_manager, northmoor.practitioner, northmoor.qa_manager, other_officer):
        with pytest.raises(Refused, match="Whoever raised it"):
            further(alert, now=now, by=nobody)
        with pytest.raises(Refused, match="Whoever raised it"):
            workflow.withdraw_challenge(challenge=alert, reason="No.", by=nobody, now=now)
        with pytest.raises(Refused, match="Whoever raised it"):
            workflow.settle_challenge(
                challenge=alert, outcome="Yes.", difference_made="None.", by=nobody, now=now
            )


def test_whoever_follows_in_the_post_speaks_for_it(northmoor: Authority, now: datetime) -> None:
    alert = answered_challenge(northmoor, at=now)
    successor, post = northmoor.practitioner_2, alert.raised_from
    people.appoint(
        user=successor, post=post, starts_on=date(2026, 11, 1), is_acting=True, by=northmoor.admin, now=now
    )
    assert further(alert, now=now, by=successor).stage == 2


def test_only_roles_of_the_framework_raise_it(northmoor: Authority, now: datetime) -> None:
    for nobody in (northmoor.practitioner, northmoor.team_manager, northmoor.qa_manager, northmoor.admin):
        with pytest.raises(Refused, match="does not let your post raise this"):
            raised_challenge(northmoor, now=now, by=nobody)


def test_it_needs_words_a_theme_and_an_open_case_with_a_team(northmoor: Authority, now: datetime) -> None:
    with pytest.raises(Refused, match="Say what is wrong"):
        raised_challenge(northmoor, now=now, what=" ")
    with pytest.raises(Refused, match="Say what is wrong, and what should happen"):
        raised_challenge(northmoor, now=now, wanted=" ")
    with pytest.raises(Refused, match="Choose what it is about"):
        raised_challenge(northmoor, now=now, themes=["weather"])
    with pytest.raises(Refused, match="has no team yet"):
        raised_challenge(northmoor, now=now, case=CaseFactory(unit=None))
    with pytest.raises(Refused, match="is closed"):
        raised_challenge(northmoor, now=now, case=CaseFactory(unit=northmoor.duty_team_1, status="closed"))
    alert = raised_challenge(northmoor, now=now)
    with pytest.raises(Refused, match="Say what you found"):
        workflow.answer_challenge(
            challenge=alert, found=" ", done="All.", agreed="yes", by=northmoor.team_manager, now=now
        )
    with pytest.raises(Refused, match="Say why it goes further"):
        workflow.take_further(
            challenge=alert, seen_clock=alert.clock_id, reason=" ", by=alert.raised_by, now=now
        )
    with pytest.raises(Refused, match="Say why it is withdrawn"):
        workflow.withdraw_challenge(challenge=alert, reason=" ", by=alert.raised_by, now=now)
    answer(alert, by=northmoor.team_manager, at=now)
    with pytest.raises(Refused, match="what changed for the child"):
        workflow.settle_challenge(
            challenge=alert, outcome="Done.", difference_made=" ", by=alert.raised_by, now=now
        )
    assert Challenge.objects.count() == 1


def test_the_same_words_sent_twice_are_one_alert(northmoor: Authority, now: datetime) -> None:
    first = raised_challenge(northmoor, now=now)
    again = raised_challenge(northmoor, now=now + timedelta(seconds=1), case=first.case)
    assert again == first
    assert Notice.objects.filter(kind="challenge").count() == 2
    assert raised_challenge(northmoor, now=now, case=first.case, what="Something else.") != first


def test_of_two_answers_at_once_the_first_stays(northmoor: Authority, now: datetime) -> None:
    alert = raised_challenge(northmoor, now=now)
    other = Challenge.objects.get(pk=alert.pk)
    answer(alert, by=northmoor.team_manager, at=now)
    with pytest.raises(SomebodyElseWasFirst):
        answer(other, by=northmoor.senior_manager, at=now)
    with pytest.raises(SomebodyElseWasFirst):
        answer(Challenge.objects.get(pk=alert.pk), by=northmoor.team_manager, at=now)
    assert ChallengeAnswer.objects.get().by == northmoor.team_manager
    assert clock_of(Challenge.objects.get()).stopped_at is None


def test_taking_it_further_twice_takes_it_one_stage_further(northmoor: Authority, now: datetime) -> None:
    dispute = raised_challenge(northmoor, now=now, kind="dispute")
    seen = dispute.clock_id
    further(dispute, now=now)
    fresh = Challenge.objects.get(pk=dispute.pk)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.take_further(challenge=fresh, seen_clock=seen, reason="Again.", by=fresh.raised_by, now=now)
    assert Challenge.objects.get().stage == 2
    assert Clock.objects.filter(stopped_at=None).count() == 1


def test_a_vacant_post_and_one_that_answered_already_are_passed_over(
    northmoor: Authority, now: datetime
) -> None:
    holding = northmoor.post_of[northmoor.team_manager].holdings.get()
    people.end_holding(holding=holding, ends_on=now.date() - timedelta(days=1), by=northmoor.admin, now=now)
    dispute = raised_challenge(northmoor, now=now, kind="dispute")
    assert dispute.asked_post == northmoor.post_of[northmoor.senior_manager]
    answer(dispute, by=northmoor.senior_manager, at=now)
    further(dispute, now=now)
    assert (dispute.stage, dispute.asked_post) == (2, northmoor.post_of[northmoor.head_of_service])


@pytest.mark.writes_behind_the_verbs
def test_the_next_stage_is_with_those_who_work_with_the_child_by_then(
    northmoor: Authority, now: datetime
) -> None:
    dispute = raised_challenge(northmoor, now=now, kind="dispute")
    Case.objects.filter(pk=dispute.case_id).update(
        unit=northmoor.care_team_1, worker=northmoor.care_practitioner
    )
    moved = Challenge.objects.get(pk=dispute.pk)
    further(moved, now=now)
    assert (moved.unit, moved.worker) == (northmoor.care_team_1, northmoor.care_practitioner)
    assert moved.asked_post == northmoor.post_of[northmoor.care_head_of_service]
    assert "Care Practitioner Example" in told("challenge")


def test_withdrawing_stops_the_clock_and_tells_who_was_asked(northmoor: Authority, now: datetime) -> None:
    alert = raised_challenge(northmoor, now=now)
    workflow.withdraw_challenge(challenge=alert, reason="It was another child.", by=alert.raised_by, now=now)
    assert (alert.state, alert.closing_note) == (State.WITHDRAWN, "It was another child.")
    assert clock_of(alert).stop_reason == "withdrawn"
    assert told("challenge_withdrawn") == {"Practitioner Example", "Team Manager Example"}
    with pytest.raises(SomebodyElseWasFirst):
        further(alert, now=now)


@pytest.mark.clause("RBWM-20")
def test_a_dispute_is_followed_up_in_supervision(northmoor: Authority, now: datetime) -> None:
    dispute = raised_challenge(northmoor, now=now, kind="dispute")

    def record(by: User, on: date) -> Challenge:
        return workflow.follow_up_in_supervision(
            challenge=dispute, followed_up_on=on, by=by, now=now + timedelta(days=3)
        )

    with pytest.raises(Refused, match="in the future"):
        record(northmoor.team_manager, date(2026, 11, 14))
    with pytest.raises(Refused, match="before it was raised"):
        record(northmoor.team_manager, date(2026, 11, 9))
    for nobody in (northmoor.practitioner_2, northmoor.outsider, dispute.raised_by):
        with pytest.raises(Refused, match="The practitioner or their manager"):
            record(nobody, date(2026, 11, 12))
    record(northmoor.practitioner, date(2026, 11, 12))
    assert dispute.supervision_on == date(2026, 11, 12)
    with pytest.raises(SomebodyElseWasFirst):
        record(northmoor.team_manager, date(2026, 11, 13))


def test_the_framework_of_the_cases_unit_says_what_can_be_raised(northmoor: Authority, now: datetime) -> None:
    assert workflow.challenge_rules(northmoor.duty_team_1, now.date()) is None
    rules_of(northmoor)
    assert workflow.challenge_rules(northmoor.duty_team_1, now.date()) is None
    version = windsor(northmoor)
    assert workflow.challenge_rules(northmoor.duty_team_1, now.date()) == version
    assert workflow.challenge_rules(northmoor.duty_team_1, date(2026, 3, 31)) is None
    officer = reviewing_officer(northmoor)
    raised = [kind.key for kind in workflow.kinds_to_raise(officer, version, now.date())]
    assert raised == ["alert", "management_alert", "dispute"]
    assert workflow.kinds_to_raise(northmoor.team_manager, version, now.date()) == []
