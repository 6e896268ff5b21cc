"""Auditing supervision records: whose, and when it was discussed with them."""

from datetime import date, datetime

from django.db import transaction

from qaframework.activities.workflow import choose_worker
from qaframework.people import history
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date
from supervision.models import SupervisionAudit


@transaction.atomic
def choose_supervisor(
    *, audit: SupervisionAudit, supervisor: User, by: User, now: datetime
) -> SupervisionAudit:
    """Say whose supervision records are looked at. Raises Refused for oneself and once it was submitted."""
    choose_worker(audit, worker=supervisor, by=by, now=now)
    return audit


@transaction.atomic
def record_discussion(
    *, audit: SupervisionAudit, discussed_on: date, by: User, now: datetime
) -> SupervisionAudit:
    """Record the local day on which the supervisor talked about it in their own supervision.

    Raises Refused for a day to come, and while no supervisor is chosen.
    """
    if audit.assignment.worker_id is None:
        raise Refused("First choose the supervisor whose records you look at.")
    if discussed_on > local_date(now):
        raise Refused("That day is in the future. Record the talk once it has taken place.")
    return history.change(audit, by=by, now=now, reason="Discussed", discussed_on=discussed_on)
