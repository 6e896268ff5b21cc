"""Observations of practice in an invented authority, and what the page on coverage shows of them."""

from datetime import UTC, date, datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from observations import workflow as observing
from observations.models import Observation
from qaframework.activities.workflow import open_activity
from qaframework.allocation.models import Programme
from qaframework.allocation.workflow import allocate
from qaframework.people.models import Post, User
from tests.factories.activities import fill_in
from tests.factories.allocation import AssignmentFactory


def holder(post: Post) -> User:
    return post.holdings.get().user


def observe(programme: Programme, by: Post, worker: User, on: date, **answers: Any) -> Observation:
    """An observation of practice on that day, written up and handed in on it."""
    at = datetime(on.year, on.month, on.day, 15, 0, tzinfo=UTC)
    version = programme.framework.version_on(date(2026, 4, 1))
    planned = AssignmentFactory(
        programme=programme,
        framework_version=version,
        post=by,
        activity="practice_observation",
        kind="observation",
        period=f"{on:%Y-%m}",
    )
    assignment = allocate(
        assignment=planned,
        case=None,
        worker=worker,
        unit=by.unit,
        selection="none",
        allocated_on=on,
        by=None,
        now=at,
    )
    observation = open_activity(Observation, assignment=assignment, by=holder(by), now=at)
    observing.arrange(observation=observation, worker=worker, observed_on=on, by=holder(by), now=at)
    fill_in(observation, holder(by), at, **answers)
    observing.hand_in(observation=observation, by=holder(by), now=at)
    return observation


def shown(client: Client, reader: Post, **query: Any) -> Any:
    client.force_login(holder(reader))
    response = client.get(reverse("reporting:coverage"), query)
    assert response.status_code == 200
    return response.context["coverage"]
