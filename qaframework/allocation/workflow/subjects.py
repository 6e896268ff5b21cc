"""Whom, and which part of the organisation, work is about that was given out already."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from qaframework.allocation.models import Assignment
from qaframework.allocation.rotation import Rotation, partner_period, reason_for, rule_of
from qaframework.allocation.workflow.assignments import OPEN, activity_of
from qaframework.people import directory, history
from qaframework.people.history import Change
from qaframework.people.models import Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date

BEFORE_HANDING_IN = (Assignment.State.PLANNED, *Assignment.OPEN_STATES)


@transaction.atomic
def set_worker(*, assignment: Assignment, worker: User | None, by: User, now: datetime) -> Assignment:
    """Say who takes part in, or is the subject of, work that the framework leaves to its owner to arrange.

    The work is then about the unit of that person's main post; about nobody, it is about the owner's unit.
    Where the framework says whom the post looks at, only those can be chosen, nobody twice running while
    there is another, and other work of the month about the same person follows (BED-22, SAN-31).
    Raises Refused, and SomebodyElseWasFirst when the work is not open any more.
    """
    if assignment.worker_id == (worker.pk if worker else None):
        return assignment
    on, reason = local_date(now), ""
    if worker is not None and rule_of(assignment) is not None:
        rotation = Rotation(on, besides=assignment)
        if why_not := rotation.why_not(assignment, worker):
            raise Refused(why_not)
        reason = reason_for(rotation.next_for(assignment), worker, by)
    post = directory.post_of(worker, on) if worker else None
    history.change(
        assignment,
        by=by,
        now=now,
        reason=f"With {worker or 'nobody'}",
        only_if=OPEN,
        worker=worker,
        worker_reason=reason,
        unit=(post or assignment.post).unit,
    )
    if reason:
        _let_others_follow(assignment, by=by, now=now)
    return assignment


def _let_others_follow(assignment: Assignment, *, by: User, now: datetime) -> None:
    """Other work of the post that goes with this, is about the same person and has not begun."""
    rows = Assignment.objects.filter(
        programme=assignment.programme_id,
        post=assignment.post_id,
        period__gte=assignment.period,
        state=Assignment.State.ALLOCATED,
    ).exclude(activity=assignment.activity)
    for row in rows.select_related("framework_version", "post__unit"):
        goes_with = activity_of(row).same_person_as == assignment.activity
        if goes_with and partner_period(activity_of(row), row) == assignment.period:
            set_worker(assignment=row, worker=assignment.worker, by=by, now=now)


@transaction.atomic
def set_unit(*, assignment: Assignment, unit: Unit, by: User, now: datetime) -> Assignment:
    """Say which part of the organisation the work is about, where its owner chooses it, as for a visit.

    Its clock goes on telling the owner's own line, so that an unannounced visit stays so (SAN-35).
    Raises SomebodyElseWasFirst when the work is not open any more.
    """
    if assignment.unit_id == unit.pk:
        return assignment
    return history.change(assignment, by=by, now=now, reason=f"At {unit}", only_if=OPEN, unit=unit)


@transaction.atomic
def set_theme_of(*, assignments: QuerySet[Assignment], theme: str, by: User | None, now: datetime) -> int:
    """Say what those of the assignments that are planned or open look at; returns how many now say it."""
    waiting = list(assignments.filter(state__in=BEFORE_HANDING_IN).exclude(theme=theme))
    changes = [Change(one, "Theme chosen", {"theme": theme}) for one in waiting]
    history.change_all(changes, by=by, now=now, only_if={"state__in": BEFORE_HANDING_IN})
    return len(changes)
