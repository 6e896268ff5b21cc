"""An issued action on its way: started, done with evidence, verified by a manager, or returned."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from qaframework.actions.models import Action
from qaframework.clocks import workflow as clocks
from qaframework.clocks.models import Clock
from qaframework.notices.workflow import Message, write_notices
from qaframework.people import directory, history
from qaframework.people.access import has_capability, posts_of
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability
from qaframework.rules.working_days import end_of_day, local_date

State = Action.State
OWED = {"state__in": Action.OWED_STATES}


@transaction.atomic
def begin_action(*, action: Action, by: User, now: datetime) -> Action:
    """The owner has started on it."""
    _refuse_unless_owner(by, action, now)
    return history.change(
        action, by=by, now=now, reason="Started", only_if={"state": State.OPEN}, state=State.IN_PROGRESS
    )


@transaction.atomic
def finish_action(*, action: Action, evidence: str, by: User, now: datetime) -> Action:
    """The owner says it is done and what shows it; the manager is asked to verify."""
    _refuse_unless_owner(by, action, now)
    if not evidence.strip():
        raise Refused("Say what shows that this is done, for example where it can be seen on the record.")
    history.change(
        action,
        by=by,
        now=now,
        reason="Done",
        only_if=OWED,
        state=State.DONE,
        evidence=evidence,
        done_at=now,
        done_by=by,
    )
    _stop(action, Clock.StopReason.COMPLETED, by=by, now=now)
    manager = _verifier(action, local_date(now))
    _tell(action, manager, "action_done", f"Please verify: action {action.pk}", now=now)
    return action


@transaction.atomic
def verify_action(*, action: Action, difference_made: str, by: User, now: datetime) -> Action:
    """A manager has seen the evidence and says what it changed for the child."""
    if not may_verify(by, action, local_date(now)):
        raise Refused("A manager of the team verifies an action, and never one they completed themselves.")
    if not difference_made.strip():
        raise Refused("Say what difference this made for the child, or that it made none yet.")
    return history.change(
        action,
        by=by,
        now=now,
        reason="Verified",
        only_if={"state": State.DONE},
        state=State.VERIFIED,
        verified_at=now,
        verified_by=by,
        difference_made=difference_made,
    )


@transaction.atomic
def return_action(*, action: Action, reason: str, by: User, now: datetime) -> Action:
    """The evidence does not show it yet: back to the owner. The deadline stays, and its clock runs again."""
    if not may_verify(by, action, local_date(now)):
        raise Refused("A manager of the team returns an action, and never one they completed themselves.")
    if not reason.strip():
        raise Refused("Say what is still missing.")
    history.change(
        action,
        by=by,
        now=now,
        reason=f"Returned: {reason}",
        only_if={"state": State.DONE},
        state=State.IN_PROGRESS,
        done_at=None,
        done_by=None,
        closing_note=reason,
    )
    if action.clock:
        due_at = end_of_day(action.due_on)
        clocks.restart_clock(clock=action.clock, due_at=due_at, reason="Returned", by=by, now=now)
    owner = directory.holder_of(action.owner_post, local_date(now))
    _tell(action, owner, "action_returned", f"More is needed: action {action.pk}", now=now)
    return action


@transaction.atomic
def cancel_action(*, action: Action, reason: str, by: User, now: datetime) -> Action:
    """No longer needed; a manager says why. It stays visible."""
    if not may_verify(by, action, local_date(now)):
        raise Refused("A manager of the team may cancel an action.")
    if not reason.strip():
        raise Refused("Say why the action is no longer needed.")
    history.change(
        action,
        by=by,
        now=now,
        reason=f"Cancelled: {reason}",
        only_if=OWED,
        state=State.CANCELLED,
        closing_note=reason,
    )
    _stop(action, Clock.StopReason.WITHDRAWN, by=by, now=now)
    return action


def owns(user: User, action: Action, on: date) -> bool:
    """Whether the person holds, or acts in, the post that owes the action on that local date."""
    return any(post.pk == action.owner_post_id for post in posts_of(user, on))


def may_verify(user: User, action: Action, on: date) -> bool:
    """A manager above the owner's post, or of its unit, or the QA manager; never who did it or owns it."""
    if action.done_by_id == user.pk or owns(user, action, on):
        return False
    return has_capability(user, Capability.VERIFY_ACTIONS, on, unit=action.owner_post.unit)


def _refuse_unless_owner(user: User, action: Action, now: datetime) -> None:
    if not owns(user, action, local_date(now)):
        raise Refused(f"Only whoever holds the post that owes this action can say so: {action.owner_post}.")


def _verifier(action: Action, on: date) -> User | None:
    above = directory.line_manager_post(action.owner_post)
    return directory.holder_of(above, on) if above else None


def _stop(action: Action, reason: str, *, by: User, now: datetime) -> None:
    if action.clock:
        clocks.stop_clock(clock=action.clock, reason=reason, by=by, now=now)


def _tell(action: Action, person: User | None, kind: str, subject: str, *, now: datetime) -> None:
    message = Message(
        kind,
        f"{action.pk}:{now.isoformat()}",
        subject=subject,
        body="Open the action to read what was written.",
        url=reverse("actions:action", args=[action.pk]),
        case_ids=[action.plan.case_id],
    )
    write_notices(message.to([person]), now=now)
