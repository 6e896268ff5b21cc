"""Work that is a meeting, an observation or a visit: its day, and the deadline that may follow from it."""

from datetime import date, datetime

from django.db import transaction

from qaframework.allocation.models import Assignment, ExtensionRequest
from qaframework.allocation.workflow.assignments import activity_of
from qaframework.clocks import workflow as clocks
from qaframework.people import history
from qaframework.people.calendar import working_calendar
from qaframework.people.models import User
from qaframework.rules.working_days import end_of_day

FOLLOWS_ITS_EVENT = (Assignment.State.ALLOCATED, Assignment.State.IN_PROGRESS)


@transaction.atomic
def date_event(*, assignment: Assignment, on: date | None, by: User | None, now: datetime) -> Assignment:
    """Say on which local day it takes place, None when that is open again; the deadline of its record follows
    where the framework counts it from that day (SAN-18, SAN-34).

    More time that was granted or came of a pause stands, and so does the date that came with sending work
    back. Work that is not owed any more has no deadline to move.
    Raises SomebodyElseWasFirst when the deadline was changed in the meantime.
    """
    rule = activity_of(assignment).record
    if rule is None or assignment.original_due_on is None or assignment.state not in FOLLOWS_ITS_EVENT:
        return assignment
    if _has_more_time(assignment):
        return assignment
    due_on = rule.due_on(assignment.original_due_on, on, working_calendar())
    if due_on == assignment.due_on:
        return assignment
    reason = f"Takes place on {on:%-d %B %Y}" if on else "Its day is open again"
    history.change(
        assignment,
        by=by,
        now=now,
        reason=reason,
        only_if={"state__in": FOLLOWS_ITS_EVENT, "due_on": assignment.due_on},
        due_on=due_on,
    )
    if assignment.clock:
        clocks.move_clock(clock=assignment.clock, due_at=end_of_day(due_on), reason=reason, by=by, now=now)
    return assignment


def _has_more_time(assignment: Assignment) -> bool:
    granted = ExtensionRequest.State.GRANTED
    if assignment.extension_requests.filter(state=granted, kind="extension").exists():
        return True
    return bool(assignment.history.filter(paused_on__isnull=False).exists())
