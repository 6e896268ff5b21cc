"""Observing practice: who or what is observed, when, and who is told of it (LAN-18, SAN-35)."""

from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from observations.models import Observation
from observations.wording import WORDS
from qaframework.activities.workflow import (
    choose_unit,
    choose_worker,
    hand_in_and_finish,
    refuse_if_handed_in,
)
from qaframework.allocation import workflow as allocation
from qaframework.allocation.wording import subject_line
from qaframework.notices.workflow import Message, write_notices
from qaframework.people import directory, history
from qaframework.people.models import Unit, User
from qaframework.people.refusal import Refused
from qaframework.people.templatetags.page import uk_date
from qaframework.rules.working_days import local_date


@transaction.atomic
def arrange(
    *, observation: Observation, worker: User | None, observed_on: date, by: User, now: datetime
) -> Observation:
    """Say whose practice is observed and on which local day, or whose report is reviewed before which day of
    issue (RBWM-07); a practice week looks at no one person.

    Raises Refused for oneself, for nobody where somebody is observed, and once it was submitted.
    """
    refuse_if_handed_in(observation)
    if worker is None and observation.is_of_a_person:
        raise Refused(WORDS[observation.assignment.kind].no_person)
    choose_worker(observation, worker=worker, by=by, now=now)
    allocation.date_event(assignment=observation.assignment, on=observed_on, by=by, now=now)
    return history.change(observation, by=by, now=now, reason="Arranged", observed_on=observed_on)


@transaction.atomic
def arrange_visit(
    *, observation: Observation, unit: Unit, visited_on: date, by: User, now: datetime
) -> Observation:
    """Say which service is visited on which local day. Its manager is told, unless the framework wants the
    visit unannounced (SAN-35). Raises Refused once it was submitted."""
    choose_unit(observation, unit=unit, by=by, now=now)
    allocation.date_event(assignment=observation.assignment, on=visited_on, by=by, now=now)
    history.change(observation, by=by, now=now, reason="Arranged", observed_on=visited_on)
    if allocation.activity_of(observation.assignment).is_announced:
        _announce(observation, by=by, now=now)
    return observation


@transaction.atomic
def hand_in(*, observation: Observation, by: User, now: datetime) -> None:
    """Hand it in, which makes it final. A visit's note goes to the service and to the QA managers (SAN-35).

    Raises as ``activities.workflow.hand_in_and_finish`` does.
    """
    hand_in_and_finish(observation, by=by, now=now)
    if observation.is_visit:
        _tell_of_the_note(observation, by=by, now=now)


@transaction.atomic
def record_talk(*, observation: Observation, shared_on: date, by: User, now: datetime) -> Observation:
    """Record the local day on which observer and practitioner went through it together.

    Raises Refused for a day to come, and for one before the observation.
    """
    if shared_on > local_date(now):
        raise Refused("That day is in the future. Record the talk once it has taken place.")
    if observation.observed_on is None:
        raise Refused("First say on which day you observed.")
    if shared_on < observation.observed_on and not observation.is_review:
        raise Refused("The talk cannot come before the observation. Check the two dates.")
    return history.change(observation, by=by, now=now, reason="Talked about", shared_with_worker_on=shared_on)


def _announce(observation: Observation, *, by: User, now: datetime) -> None:
    assignment, today = observation.assignment, local_date(now)
    manager = directory.leader_of(assignment.unit, today, besides=by)
    if manager is None or observation.observed_on is None or observation.observed_on < today:
        return
    day = uk_date(observation.observed_on)
    message = Message(
        "visit",
        f"{assignment.pk}:{assignment.unit_id}:{observation.observed_on}",
        subject=f"Visit to {assignment.unit} on {day}",
        body=f"{by} visits {assignment.unit} on {day}: {subject_line(assignment)}.",
        case_ids=[assignment.case_id],
    )
    write_notices(message.to([manager]), now=now)


def _tell_of_the_note(observation: Observation, *, by: User, now: datetime) -> None:
    assignment, today = observation.assignment, local_date(now)
    qa_posts = directory.nearest_posts(assignment.unit, "qa_manager", today)
    readers = [directory.leader_of(assignment.unit, today, besides=by)]
    readers += [directory.holder_of(post, today) for post in qa_posts]
    message = Message(
        "written_up",
        assignment.pk,
        subject=f"You can now read: {subject_line(assignment)}",
        body=f"{by} visited {assignment.unit} and has written down what they saw.",
        url=reverse("observations:read", args=[observation.pk]),
        case_ids=[assignment.case_id],
    )
    write_notices(message.to(readers), now=now)
