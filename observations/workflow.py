"""Observing practice: who is observed, when, and when the two have talked about it (LAN-18)."""

from datetime import date, datetime

from django.db import transaction

from observations.models import Observation
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.people import history
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date


@transaction.atomic
def arrange(
    *, observation: Observation, worker: User | None, observed_on: date, by: User, now: datetime
) -> Observation:
    """Say whose practice is observed and on which day; a practice-week visit observes nobody by name."""
    assignment = observation.assignment
    if assignment.state not in Assignment.OPEN_STATES:
        raise Refused("This observation has been submitted and can no longer be changed.")
    if worker is not None and worker.pk == by.pk:
        raise Refused("You cannot observe yourself. Choose somebody else.")
    if worker is None and assignment.kind == "observation":
        raise Refused("Choose the practitioner whose practice you observe.")
    allocation.set_worker(assignment=assignment, worker=worker, by=by, now=now)
    return history.change(observation, by=by, now=now, reason="Arranged", observed_on=observed_on)


@transaction.atomic
def record_talk(*, observation: Observation, shared_on: date, by: User, now: datetime) -> Observation:
    """Record the day on which observer and practitioner went through it together."""
    if shared_on > local_date(now):
        raise Refused("That day is in the future. Record the talk once it has taken place.")
    if observation.observed_on and shared_on < observation.observed_on:
        raise Refused("The talk cannot come before the observation. Check the two dates.")
    return history.change(observation, by=by, now=now, reason="Talked about", shared_with_worker_on=shared_on)
