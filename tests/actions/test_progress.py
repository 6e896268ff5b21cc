"""An action on its way: which step is allowed in which state, for whom, and what it does to its clock."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from escalation.models import EscalationStep
from escalation.workflow import sweep
from qaframework.actions import workflow
from qaframework.actions.models import Action
from qaframework.notices.models import Notice
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from tests.factories.actions import done_action, issued_action, verified_action
from tests.factories.authority import Authority

Verb = Callable[[Action, Authority, datetime], Action]

VERBS: dict[str, Verb] = {
    "begin": lambda action, people, now: workflow.begin_action(
        action=action, by=people.practitioner, now=now
    ),
    "finish": lambda action, people, now: workflow.finish_action(
        action=action, evidence="It is on the record.", by=people.practitioner, now=now
    ),
    "verify": lambda action, people, now: workflow.verify_action(
        action=action, difference_made="She sleeps at night.", by=people.team_manager, now=now
    ),
    "return": lambda action, people, now: workflow.return_action(
        action=action, reason="Nan has no copy.", by=people.team_manager, now=now
    ),
    "cancel": lambda action, people, now: workflow.cancel_action(
        action=action, reason="The family has moved.", by=people.team_manager, now=now
    ),
}
ALLOWED = {
    "open": {"begin", "finish", "cancel"},
    "in_progress": {"finish", "cancel"},
    "done": {"verify", "return"},
    "verified": set(),
    "cancelled": set(),
}
AFTER = {
    "begin": "in_progress",
    "finish": "done",
    "verify": "verified",
    "return": "in_progress",
    "cancel": "cancelled",
}


def action_in(state: str, northmoor: Authority, now: datetime) -> Action:
    if state == "done":
        return done_action(northmoor, at=now)
    if state == "verified":
        return verified_action(northmoor, at=now)
    action = issued_action(northmoor)
    if state == "in_progress":
        return VERBS["begin"](action, northmoor, now)
    return VERBS["cancel"](action, northmoor, now) if state == "cancelled" else action


@pytest.mark.parametrize("state", ALLOWED)
@pytest.mark.parametrize("verb", VERBS)
def test_each_step_is_allowed_in_its_states_only(
    northmoor: Authority, now: datetime, state: str, verb: str
) -> None:
    action = action_in(state, northmoor, now)
    entries = action.history.count()
    if verb in ALLOWED[state]:
        VERBS[verb](action, northmoor, now)
        assert Action.objects.get(pk=action.pk).state == AFTER[verb]
        assert action.history.count() == entries + 1
    else:
        with pytest.raises(SomebodyElseWasFirst):
            VERBS[verb](action, northmoor, now)
        assert Action.objects.get(pk=action.pk).state == state
        assert action.history.count() == entries


@pytest.mark.clause("LAN-28")
def test_the_history_says_who_did_what_and_when(northmoor: Authority, now: datetime) -> None:
    action = verified_action(northmoor, at=now)
    told = action.history.order_by("history_id").values_list(
        "history_change_reason", "history_user__full_name", "history_date"
    )
    assert list(told)[-2:] == [
        ("Done", "Practitioner Example", now),
        ("Verified", "Team Manager Example", now),
    ]
    assert (action.done_by, action.verified_by) == (northmoor.practitioner, northmoor.team_manager)


@pytest.mark.parametrize(
    ("verb", "missing", "who", "says"),
    [
        ("finish_action", {"evidence": " "}, "practitioner", "Say what shows that this is done"),
        ("verify_action", {"difference_made": " "}, "team_manager", "Say what difference this made"),
        ("return_action", {"reason": " "}, "team_manager", "Say what is still missing"),
        ("cancel_action", {"reason": " "}, "team_manager", "Say why the action is no longer needed"),
    ],
)
def test_every_step_has_its_words(
    northmoor: Authority, now: datetime, verb: str, missing: dict[str, str], who: str, says: str
) -> None:
    is_done = verb in ("verify_action", "return_action")
    action = done_action(northmoor, at=now) if is_done else issued_action(northmoor)
    with pytest.raises(Refused, match=says):
        getattr(workflow, verb)(action=action, by=getattr(northmoor, who), now=now, **missing)


@pytest.mark.clause("SAN-17")
def test_the_owner_does_it_and_managers_above_watch_over_it(northmoor: Authority, now: datetime) -> None:
    action = issued_action(northmoor)
    for stranger in (northmoor.team_manager, northmoor.practitioner_2, northmoor.qa_officer):
        with pytest.raises(Refused, match="Only whoever holds the post that owes this action"):
            workflow.finish_action(action=action, evidence="Done.", by=stranger, now=now)
    for owner in (northmoor.practitioner, northmoor.team_manager):
        owned = issued_action(northmoor, owner=owner)
        workflow.finish_action(action=owned, evidence="Done.", by=owner, now=now)
        assert owned.state == "done"
    may = {
        name
        for name in ("team_manager", "senior_manager", "head_of_service", "outsider", "practitioner_2")
        if workflow.may_verify(getattr(northmoor, name), action, now.date())
    }
    assert may == {"team_manager", "senior_manager", "head_of_service"}


def test_nobody_verifies_what_they_did_or_owe_themselves(northmoor: Authority, now: datetime) -> None:
    action = issued_action(northmoor, owner=northmoor.team_manager)
    workflow.finish_action(action=action, evidence="Done.", by=northmoor.team_manager, now=now)
    with pytest.raises(Refused, match="never one they completed themselves"):
        VERBS["verify"](action, northmoor, now)
    workflow.verify_action(action=action, difference_made="Yes.", by=northmoor.senior_manager, now=now)
    assert action.state == "verified"


@pytest.mark.parametrize("verb", ["verify", "return", "cancel"])
@pytest.mark.parametrize("who", ["outsider", "practitioner_2", "admin"])
def test_people_elsewhere_take_no_step(northmoor: Authority, now: datetime, verb: str, who: str) -> None:
    action = issued_action(northmoor) if verb == "cancel" else done_action(northmoor, at=now)
    words: dict[str, Any] = {"difference_made": "Yes."} if verb == "verify" else {"reason": "No."}
    stranger: User = getattr(northmoor, who)
    with pytest.raises(Refused, match="A manager of the team"):
        getattr(workflow, f"{verb}_action")(action=action, by=stranger, now=now, **words)


def test_of_two_people_who_verify_at_once_the_second_is_told(northmoor: Authority, now: datetime) -> None:
    action = done_action(northmoor, at=now)
    one, other = Action.objects.get(pk=action.pk), Action.objects.get(pk=action.pk)
    workflow.verify_action(action=one, difference_made="First.", by=northmoor.team_manager, now=now)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.verify_action(action=other, difference_made="Second.", by=northmoor.senior_manager, now=now)
    stored = Action.objects.get(pk=action.pk)
    assert (stored.difference_made, stored.verified_by) == ("First.", northmoor.team_manager)


def test_done_and_cancelled_stop_the_clock_and_the_manager_is_asked(
    northmoor: Authority, now: datetime
) -> None:
    done = done_action(northmoor, at=now)
    assert done.clock is not None
    assert (done.clock.stop_reason, done.clock.stopped_at) == ("completed", now)
    assert Notice.objects.get(kind="action_done").recipient == northmoor.team_manager
    cancelled = VERBS["cancel"](issued_action(northmoor), northmoor, now)
    assert cancelled.clock is not None
    assert cancelled.clock.stop_reason == "withdrawn"


def test_a_returned_action_runs_on_the_same_clock_and_is_not_escalated_twice(
    northmoor: Authority, now: datetime
) -> None:
    action = issued_action(northmoor, due_on=date(2026, 11, 13))
    clock = action.clock
    late = datetime.fromisoformat("2026-12-15T10:00:00+00:00")
    sweep(now=late)
    workflow.finish_action(action=action, evidence="Done.", by=northmoor.practitioner, now=late)
    workflow.return_action(action=action, reason="Nan has no copy.", by=northmoor.team_manager, now=late)
    assert (action.clock, action.due_on) == (clock, date(2026, 11, 13))
    assert clock is not None
    sweep(now=late + timedelta(hours=1))
    steps = EscalationStep.objects.filter(clock=clock, is_reminder=False)
    assert list(steps.values_list("name", flat=True)) == ["Four weeks late"]
    sweep(now=late + timedelta(weeks=2))
    assert set(steps.values_list("name", flat=True)) == {"Four weeks late", "Six weeks late"}
    assert steps.count() == 2
    assert Notice.objects.get(kind="action_returned").recipient == northmoor.practitioner
    assert (action.done_at, action.done_by, action.closing_note) == (None, None, "Nan has no copy.")
