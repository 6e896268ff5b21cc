"""Plans: drafted with SMART actions, issued, told within 48 hours, placed on file, reviewed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from escalation.models import EscalationStep
from escalation.workflow import sweep
from qaframework.actions import workflow
from qaframework.actions.models import Action, ActionPlan
from qaframework.notices.models import Notice
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import PostHolding
from qaframework.people.refusal import Refused
from tests.factories.actions import add_action, draft_plan, issued_action
from tests.factories.authority import Authority
from tests.factories.packs import bracknell

TODAY = date(2026, 11, 10)


@pytest.fixture
def plan(northmoor: Authority, now: datetime) -> ActionPlan:
    return draft_plan(northmoor, now=now)


def reasons(record: Any) -> list[str]:
    return list(record.history.order_by("history_id").values_list("history_change_reason", flat=True))


# Drafting


@pytest.mark.clause("BF-09")
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"what": " "}, "Say what needs to happen."),
        ({"measure": ""}, "Say how you will know that it is done and has helped the child."),
        (
            {"due_on": None, "timescale": "ASAP"},
            "Give a date instead of “ASAP”, for example 24 November 2026. If it cannot wait, choose "
            "“Immediate” and a day up to 17 November 2026.",
        ),
        ({"due_on": None}, "Give the date by which this needs to be done, for example 24 November 2026."),
        ({"due_on": date(2026, 11, 9)}, "9 November 2026 has passed. Give a date from 10 November 2026 on."),
        ({"what": "Visit the child ASAP."}, "The text says “ASAP”. Take it out: the date says by when."),
    ],
)
def test_an_action_that_nobody_could_follow_up_is_refused_with_what_would_be_right(
    northmoor: Authority, plan: ActionPlan, now: datetime, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(workflow.ActionNotSmart) as refusal:
        add_action(plan, northmoor.post_of[northmoor.practitioner], now=now, **changes)
    assert str(refusal.value) == says
    assert not plan.actions.exists()


@pytest.mark.clause("BF-09")
def test_an_action_without_an_owner_is_refused(plan: ActionPlan, now: datetime) -> None:
    with pytest.raises(workflow.ActionNotSmart, match="Choose who will do this"):
        add_action(plan, None, now=now)  # type: ignore[arg-type]


@pytest.mark.clause("BF-10")
@pytest.mark.parametrize(("due_on", "is_allowed"), [(date(2026, 11, 17), True), (date(2026, 11, 18), False)])
def test_an_immediate_action_has_five_working_days(
    northmoor: Authority, plan: ActionPlan, now: datetime, due_on: date, is_allowed: bool
) -> None:
    owner = northmoor.post_of[northmoor.team_manager]
    if is_allowed:
        assert add_action(plan, owner, now=now, priority="immediate", due_on=due_on).due_on == due_on
        return
    with pytest.raises(workflow.ActionNotSmart, match="within 5 working days: give a date up to 17 November"):
        add_action(plan, owner, now=now, priority="immediate", due_on=due_on)


@pytest.mark.clause("BF-11")
def test_a_standard_action_has_a_month_unless_somebody_says_why_it_takes_longer(
    northmoor: Authority, plan: ActionPlan, now: datetime
) -> None:
    owner = northmoor.post_of[northmoor.practitioner]
    assert add_action(plan, owner, now=now, due_on=date(2026, 12, 10)).longer_reason == ""
    with pytest.raises(workflow.ActionNotSmart, match="Give a date up to 10 December 2026, or say why"):
        add_action(plan, owner, now=now, due_on=date(2026, 12, 11))
    longer = add_action(
        plan, owner, now=now, due_on=date(2027, 1, 29), longer_reason="The course starts then."
    )
    assert longer.state == Action.State.DRAFT


def test_a_draft_can_be_taken_back_and_an_issued_action_cannot(
    northmoor: Authority, plan: ActionPlan, now: datetime
) -> None:
    draft = add_action(plan, northmoor.post_of[northmoor.practitioner], now=now)
    workflow.remove_draft(action=draft, by=northmoor.team_manager_2, now=now)
    assert not plan.actions.exists()
    issued = issued_action(northmoor, plan=plan, now=now)
    with pytest.raises(Refused, match="can be cancelled with a reason"):
        workflow.remove_draft(action=issued, by=northmoor.team_manager_2, now=now)


def change(action: Action, northmoor: Authority, *, now: datetime, **changes: Any) -> Action:
    """Drafted in other words by somebody who read what ``action`` says."""
    words = {
        "what": action.what,
        "measure": action.measure,
        "finding": action.finding,
        "priority": action.priority,
        "owner_post": action.owner_post,
        "due_on": action.due_on,
        "longer_reason": action.longer_reason,
        "read": workflow.mark_of_draft(action),
        "by": northmoor.team_manager_2,
        **changes,
    }
    return workflow.change_draft(action=action, now=now, **words)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("what", "Agree a safety plan with the family and the school."),
        ("measure", "The school has a copy."),
        ("finding", "The plan is old."),
        ("priority", "learning"),
        ("due_on", date(2026, 11, 30)),
        ("longer_reason", "The family is away."),
    ],
)
def test_a_draft_can_be_written_in_other_words(
    northmoor: Authority, plan: ActionPlan, now: datetime, name: str, value: Any
) -> None:
    draft = add_action(plan, northmoor.post_of[northmoor.practitioner], now=now)
    changed = change(draft, northmoor, now=now + timedelta(minutes=5), **{name: value})
    stands = plan.actions.get()
    assert (changed, getattr(stands, name), stands.state) == (draft, value, Action.State.DRAFT)
    assert reasons(stands) == ["Drafted", "Draft changed"]
    newest = stands.history.first()
    assert (newest.history_user, newest.history_date) == (
        northmoor.team_manager_2,
        now + timedelta(minutes=5),
    )
    assert getattr(newest, name) == value


def test_a_draft_can_be_given_to_somebody_else(northmoor: Authority, plan: ActionPlan, now: datetime) -> None:
    draft = add_action(plan, northmoor.post_of[northmoor.practitioner], now=now)
    change(draft, northmoor, now=now, owner_post=northmoor.post_of[northmoor.team_manager])
    assert plan.actions.get().owner_post == northmoor.post_of[northmoor.team_manager]


def test_what_stands_already_is_not_written_again(
    northmoor: Authority, plan: ActionPlan, now: datetime
) -> None:
    draft = add_action(plan, northmoor.post_of[northmoor.practitioner], now=now)
    read = workflow.mark_of_draft(draft)
    for _ in range(2):
        change(draft, northmoor, now=now, what="Agree who visits.", read=read)
    assert reasons(plan.actions.get()) == ["Drafted", "Draft changed"]


@pytest.mark.clause("BF-09", "BF-10", "BF-11")
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"what": " "}, "Say what needs to happen."),
        ({"measure": ""}, "Say how you will know"),
        ({"due_on": date(2026, 11, 9)}, "has passed"),
        ({"due_on": date(2026, 12, 11)}, "or say why"),
        ({"priority": "immediate"}, "within 5 working days"),
    ],
)
def test_a_change_is_held_to_what_a_new_action_is_held_to(
    northmoor: Authority, plan: ActionPlan, now: datetime, changes: dict[str, Any], says: str
) -> None:
    draft = add_action(plan, northmoor.post_of[northmoor.practitioner], now=now)
    with pytest.raises(workflow.ActionNotSmart, match=says):
        change(draft, northmoor, now=now, **changes)
    assert reasons(plan.actions.get()) == ["Drafted"]


def test_of_two_who_change_one_draft_the_second_overwrites_nothing(
    northmoor: Authority, plan: ActionPlan, now: datetime
) -> None:
    draft = add_action(plan, northmoor.post_of[northmoor.practitioner], now=now)
    read = workflow.mark_of_draft(draft)
    first = change(draft, northmoor, now=now, what="Agree who visits.")
    with pytest.raises(SomebodyElseWasFirst):
        change(draft, northmoor, now=now, measure="Visits are on the record.", read=read)
    assert plan.actions.get().what == "Agree who visits."
    change(
        draft,
        northmoor,
        now=now,
        measure="Visits are on the record.",
        read=workflow.mark_of_draft(first),
    )
    assert plan.actions.get().measure == "Visits are on the record."


def test_an_action_that_was_issued_or_removed_meanwhile_cannot_be_changed(
    northmoor: Authority, plan: ActionPlan, now: datetime
) -> None:
    draft = add_action(plan, northmoor.post_of[northmoor.practitioner], now=now)
    other = add_action(plan, northmoor.post_of[northmoor.practitioner], now=now)
    workflow.remove_draft(action=plan.actions.get(pk=other.pk), by=northmoor.team_manager_2, now=now)
    with pytest.raises(Refused, match="was removed"):
        change(other, northmoor, now=now, what="Agree who visits.")
    workflow.issue_plan(plan=plan, copy_to=[], by=northmoor.team_manager_2, now=now)
    with pytest.raises(Refused, match="has been issued"):
        change(draft, northmoor, now=now, what="Agree who visits.")
    assert plan.actions.get().what == draft.what


# Issuing


@pytest.mark.clause("BED-13")
def test_issuing_tells_worker_manager_and_owners_at_once_and_once_each(
    northmoor: Authority, plan: ActionPlan, now: datetime
) -> None:
    add_action(plan, northmoor.post_of[northmoor.practitioner], now=now)
    add_action(plan, northmoor.post_of[northmoor.senior_manager], now=now)
    workflow.issue_plan(plan=plan, copy_to=[northmoor.qa_officer], by=northmoor.team_manager_2, now=now)
    told = Notice.objects.filter(kind="plan_issued").values_list("recipient__full_name", flat=True)
    assert sorted(told) == [
        "Practitioner Example",
        "Qa Officer Example",
        "Senior Manager Example",
        "Team Manager Example",
    ]
    assert plan.notified_at == now
    assert plan.notify_clock is None
    assert {action.state for action in plan.actions.all()} == {"open"}
    assert all(action.clock and action.clock.stopped_at is None for action in plan.actions.all())


@pytest.mark.clause("BED-13")
def test_when_there_is_no_manager_to_tell_48_hours_run_and_then_escalate(
    northmoor: Authority, plan: ActionPlan, now: datetime
) -> None:
    PostHolding.objects.filter(user=northmoor.team_manager).delete()
    add_action(plan, northmoor.post_of[northmoor.practitioner], now=now)
    workflow.issue_plan(plan=plan, copy_to=[], by=northmoor.team_manager_2, now=now)
    assert plan.notified_at is None
    assert plan.notify_clock is not None
    assert plan.notify_clock.due_at == now + timedelta(hours=48)
    steps = EscalationStep.objects.filter(clock=plan.notify_clock, is_reminder=False)
    sweep(now=now + timedelta(hours=47))
    assert not steps.exists()
    sweep(now=now + timedelta(hours=49))
    assert steps.get().name == "Not sent on in time"
    told = Notice.objects.filter(kind="escalation").values_list("recipient__full_name", flat=True)
    assert "Head Of Service Example" in told


@pytest.mark.clause("BED-13")
def test_telling_them_another_way_stops_the_48_hours(
    northmoor: Authority, plan: ActionPlan, now: datetime
) -> None:
    PostHolding.objects.filter(user=northmoor.team_manager).delete()
    workflow.issue_plan(plan=plan, copy_to=[], by=northmoor.team_manager_2, now=now)
    later = now + timedelta(hours=30)
    with pytest.raises(Refused, match="Say who was told"):
        workflow.confirm_told(plan=plan, note=" ", by=northmoor.senior_manager, now=later)
    workflow.confirm_told(plan=plan, note="I rang both.", by=northmoor.senior_manager, now=later)
    assert (plan.notified_at, plan.notify_clock and plan.notify_clock.stopped_at) == (later, later)
    assert reasons(plan)[-1] == "I rang both."
    with pytest.raises(SomebodyElseWasFirst):
        workflow.confirm_told(plan=plan, note="Me too.", by=northmoor.senior_manager, now=later)


def test_issuing_again_issues_only_what_is_new_and_has_to_be_filed_again(
    northmoor: Authority, plan: ActionPlan, now: datetime
) -> None:
    owner = northmoor.post_of[northmoor.practitioner]
    first = issued_action(northmoor, plan=plan, now=now)
    workflow.place_on_file(plan=plan, by=northmoor.practitioner, now=now)
    later = now + timedelta(days=3)
    workflow.issue_plan(plan=plan, copy_to=[], by=northmoor.team_manager_2, now=later)
    assert plan.placed_on_file_at == now
    add_action(plan, owner, now=later)
    workflow.issue_plan(plan=plan, copy_to=[], by=northmoor.team_manager_2, now=later)
    assert plan.issued_at == now
    assert (plan.placed_on_file_at, plan.placed_on_file_by) == (None, None)
    assert reasons(first) == ["Drafted", "Issued"]


# On file, and in supervision


@pytest.mark.clause("BF-12")
def test_placing_on_file_is_recorded_once_with_who_and_when(
    northmoor: Authority, plan: ActionPlan, now: datetime
) -> None:
    with pytest.raises(Refused, match="still being drafted"):
        workflow.place_on_file(plan=plan, by=northmoor.practitioner, now=now)
    issued_action(northmoor, plan=plan, now=now)
    workflow.place_on_file(plan=plan, by=northmoor.practitioner, now=now)
    assert (plan.placed_on_file_by, plan.placed_on_file_at) == (northmoor.practitioner, now)
    same = ActionPlan.objects.get(pk=plan.pk)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.place_on_file(plan=same, by=northmoor.team_manager, now=now)


@pytest.mark.clause("BF-11")
def test_the_plan_is_to_be_reviewed_in_supervision_within_a_month_with_what_was_agreed(
    northmoor: Authority, now: datetime
) -> None:
    plan = draft_plan(northmoor, version=bracknell([northmoor.root]), now=now)
    issued_action(northmoor, plan=plan, now=now)
    plan.refresh_from_db()
    assert plan.supervision_review_on == date(2026, 12, 10)
    later = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    review = {"plan": plan, "by": northmoor.team_manager, "now": later}
    for reviewed_on, agreement, says in [
        (date(2026, 11, 21), "Both dates stand.", "in the future"),
        (date(2026, 11, 9), "Both dates stand.", "issued on 10 November 2026"),
        (date(2026, 11, 19), " ", "Say what you agreed"),
    ]:
        with pytest.raises(Refused, match=says):
            workflow.record_supervision_review(reviewed_on=reviewed_on, agreement=agreement, **review)
    workflow.record_supervision_review(
        reviewed_on=date(2026, 11, 19), agreement="Both dates stand.", **review
    )
    assert (plan.supervision_reviewed_on, plan.supervision_agreement) == (
        date(2026, 11, 19),
        "Both dates stand.",
    )


@pytest.mark.clause("BF-09")
def test_a_draft_whose_day_has_passed_is_not_issued(
    northmoor: Authority, plan: ActionPlan, now: datetime
) -> None:
    add_action(plan, northmoor.post_of[northmoor.practitioner], now=now, due_on=TODAY)
    with pytest.raises(Refused, match="by 10 November 2026, which has passed"):
        workflow.issue_plan(plan=plan, copy_to=[], by=northmoor.team_manager_2, now=now + timedelta(days=1))
    plan.refresh_from_db()
    assert plan.issued_at is None
    workflow.issue_plan(plan=plan, copy_to=[], by=northmoor.team_manager_2, now=now)
