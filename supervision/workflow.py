"""Auditing supervision records: whose, and when it was discussed with them."""

from datetime import date, datetime

from django.db import transaction

from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.people import history
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date
from supervision.models import SupervisionAudit


@transaction.atomic
def choose_supervisor(
    *, audit: SupervisionAudit, supervisor: User, by: User, now: datetime
) -> SupervisionAudit:
    """Say whose supervision records are looked at."""
    if audit.assignment.state not in Assignment.OPEN_STATES:
        raise Refused("This audit has been submitted and can no longer be changed.")
    if supervisor.pk == by.pk:
        raise Refused("You cannot audit your own supervision records. Choose somebody else.")
    allocation.set_worker(assignment=audit.assignment, worker=supervisor, by=by, now=now)
    return audit


@transaction.atomic
def record_discussion(
    *, audit: SupervisionAudit, discussed_on: date, by: User, now: datetime
) -> SupervisionAudit:
    """Record when the audited supervisor talked about it in their own supervision."""
    if discussed_on > local_date(now):
        raise Refused("That day is in the future. Record the talk once it has taken place.")
    return history.change(audit, by=by, now=now, reason="Discussed", discussed_on=discussed_on)
