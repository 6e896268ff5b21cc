"""Pausing a deadline, where and for the reasons that the framework allows, and letting it run again."""

from datetime import date, datetime

from django.db import transaction

from qaframework.allocation.models import Assignment, ExtensionRequest
from qaframework.allocation.wording import subject_line
from qaframework.allocation.workflow.assignments import NOT_PAUSED, OPEN, activity_of
from qaframework.allocation.workflow.telling import tell
from qaframework.clocks import workflow as clocks
from qaframework.packs.definition.activities import PauseRule
from qaframework.people import directory, history
from qaframework.people.access import has_capability, posts_of, reach_of
from qaframework.people.calendar import working_calendar
from qaframework.people.models import Post, User
from qaframework.people.refusal import Refused
from qaframework.people.roles import Capability
from qaframework.rules.deadlines import Unit, after_pause
from qaframework.rules.working_days import end_of_day, local_date


@transaction.atomic
def pause(*, assignment: Assignment, reason: str, by: User, now: datetime) -> Assignment:
    """Pause the deadline of open work for one of the framework's reasons; nothing falls due until it ends.

    Raises Refused where ``why_not_paused`` says so, and for any other reason.
    """
    if refusal := why_not_paused(assignment, by, now):
        raise Refused(refusal)
    if reason not in pause_reasons(assignment):
        raise Refused("Choose one of the reasons for which the framework allows a pause.")
    history.change(
        assignment,
        by=by,
        now=now,
        reason=f"Paused: {reason}",
        only_if={**OPEN, "due_on": assignment.due_on, "paused_on__isnull": True},
        paused_on=local_date(now),
        pause_reason=reason,
    )
    if assignment.clock:
        clocks.pause_clock(clock=assignment.clock, reason=reason, by=by, now=now)
    body = f"{by} has paused it, and says why. You get no reminders until it runs again, with a new last day."
    subject = f"The deadline is paused: {subject_line(assignment)}"
    # Why, such as proceedings in court, says something about the child, and so is in no e-mail.
    _tell_owner(assignment, "paused", subject, body, by=by, now=now, quote=reason)
    return assignment


@transaction.atomic
def resume(*, assignment: Assignment, by: User, now: datetime) -> Assignment:
    """End the pause; the last day moves by its days, working days where the deadline is counted in them.

    Raises Refused where ``why_not_resumed`` says so.
    """
    if refusal := why_not_resumed(assignment, by, now):
        raise Refused(refusal)
    due_on = due_after_pause(assignment, local_date(now))
    history.change(
        assignment,
        by=by,
        now=now,
        reason="Resumed",
        only_if={**OPEN, "due_on": assignment.due_on, "paused_on": assignment.paused_on},
        due_on=due_on,
        **NOT_PAUSED,
    )
    if assignment.clock:
        clocks.resume_clock(clock=assignment.clock, due_at=end_of_day(due_on), by=by, now=now)
    body = f"{by} has ended the pause. Please complete it by {due_on:%-d %B %Y}."
    _tell_owner(
        assignment, "resumed", f"The deadline runs again: {subject_line(assignment)}", body, by=by, now=now
    )
    return assignment


def pause_reasons(assignment: Assignment) -> tuple[str, ...]:
    """The reasons for which the framework lets the deadline be paused; none where it allows no pause."""
    rule = activity_of(assignment).pause
    return rule.reasons if rule else ()


def due_after_pause(assignment: Assignment, resumed_on: date) -> date:
    """The last day that the work has when its pause ends on that local day."""
    assert assignment.due_on is not None
    assert assignment.paused_on is not None
    deadline = activity_of(assignment).deadline
    counted_in = deadline.unit if deadline else Unit.DAYS
    return after_pause(
        assignment.due_on, assignment.paused_on, resumed_on, working_calendar(), counted_in=counted_in
    )


def why_not_paused(assignment: Assignment, user: User, now: datetime) -> str:
    """Why the person cannot pause the deadline at an aware moment; empty when they can."""
    if refusal := _why_not_theirs(assignment, user, now):
        return refusal
    if assignment.paused_on is not None:
        return "The deadline is paused already."
    if assignment.is_late(local_date(now)):
        return f"The deadline passed on {assignment.due_on:%-d %B %Y}. It can only be paused before that."
    if assignment.extension_requests.filter(state=ExtensionRequest.State.ASKED).exists():
        return "A request for more time waits for a decision. Decide on it first."
    return ""


def why_not_resumed(assignment: Assignment, user: User, now: datetime) -> str:
    """Why the person cannot end a pause at an aware moment; empty when they can."""
    if refusal := _why_not_theirs(assignment, user, now):
        return refusal
    return "" if assignment.paused_on is not None else "The deadline is not paused."


def may_pause(user: User, rule: PauseRule | None, post: Post, on: date) -> bool:
    """Whether the rule lets the person pause deadlines of that post; nobody pauses those of their own."""
    held = posts_of(user, on)
    if rule is None or any(one.pk == post.pk for one in held):
        return False
    if not rule.decided_by:
        return has_capability(user, Capability.DECIDE_EXTENSIONS, on, unit=post.unit)
    return any(one.role == rule.decided_by and post.unit.path.startswith(reach_of(one)) for one in held)


def _why_not_theirs(assignment: Assignment, user: User, now: datetime) -> str:
    rule = activity_of(assignment).pause
    if rule is None:
        return "The framework does not allow the deadline of this kind of work to be paused."
    if not assignment.is_open:
        return "This work is not open, so there is no deadline to pause."
    if not may_pause(user, rule, assignment.post, local_date(now)):
        return "Only those whom the framework names may pause this deadline, and never for their own work."
    return ""


def _tell_owner(
    assignment: Assignment, kind: str, subject: str, body: str, *, by: User, now: datetime, quote: str = ""
) -> None:
    holder = directory.holder_of(assignment.post, local_date(now))
    if holder != by:
        key = now.isoformat()
        tell(assignment, [holder], kind=kind, key=key, subject=subject, body=body, quote=quote, now=now)
