"""Observing practice: who is observed, when, and when the two have talked about it (LAN-18)."""

from datetime import date, datetime

from django.db import transaction

from observations.models import Observation
from qaframework.activities.workflow import choose_worker, refuse_if_handed_in
from qaframework.people import history
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date


@transaction.atomic
def arrange(
    *, observation: Observation, worker: User | None, observed_on: date, by: User, now: datetime
) -> Observation:
    """Say whose practice is observed and on which local day; a practice week looks at no one person.

    Raises Refused for oneself, for nobody where somebody is observed, and once it was submitted.
    """
    refuse_if_handed_in(observation)
    if worker is None and observation.is_of_a_person:
        raise Refused("Choose the practitioner whose practice you observe.")
    choose_worker(observation, worker=worker, by=by, now=now)
    return history.change(observation, by=by, now=now, reason="Arranged", observed_on=observed_on)


@transaction.atomic
def record_talk(*, observation: Observation, shared_on: date, by: User, now: datetime) -> Observation:
    """Record the local day on which observer and practitioner went through it together.

    Raises Refused for a day to come, and for one before the observation.
    """
    if shared_on > local_date(now):
        raise Refused("That day is in the future. Record the talk once it has taken place.")
    if observation.observed_on is None:
        raise Refused("First say on which day you observed.")
    if shared_on < observation.observed_on:
        raise Refused("The talk cannot come before the observation. Check the two dates.")
    return history.change(observation, by=by, now=now, reason="Talked about", shared_with_worker_on=shared_on)
