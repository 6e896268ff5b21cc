"""Observations of practice and practice weeks: whom, when, and the talk about it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from observations import workflow
from observations.models import Observation
from qaframework.activities.workflow import hand_in_and_finish
from qaframework.allocation.models import Assignment
from qaframework.notices.models import Notice
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from tests.activities.conftest import Page
from tests.factories.activities import fill_in, fresh, opened
from tests.factories.authority import Authority
from tests.factories.people import PostFactory, PostHoldingFactory

YESTERDAY = date(2026, 11, 9)


@pytest.fixture
def practice_week(authority: Authority, owner: User) -> Observation:
    return opened(Observation, authority, owner, "practice_week")


def arrange(
    observation: Observation, worker: User | None, by: User, now: datetime, day: date = YESTERDAY
) -> None:
    workflow.arrange(observation=observation, worker=worker, observed_on=day, by=by, now=now)


def people_offered(response: Any) -> list[str]:
    return [label for value, label in response.context["form"].fields["person"].choices if value]


@pytest.mark.clause("BED-31")
def test_an_observation_is_arranged_written_up_talked_about_and_read(
    authority: Authority, observation: Observation, page: Page, send: Page, now: datetime
) -> None:
    owner, worker, pk = authority.team_manager, authority.practitioner, observation.pk
    send(owner, "observations:arrange", pk, person=worker.pk, day="2026-11-09")
    assert page(worker, "observations:read", pk).status_code == 404
    fill_in(observation, owner, now, workers_reflection="I talked too much.")
    send(owner, "observations:talk", pk, day="2026-11-10")
    action = {
        "action-what": "Book the course on direct work.",
        "action-measure": "It is in the training record.",
        "action-finding": "",
        "action-priority": "standard",
        "action-owner_post": authority.post_of[worker].pk,
        "action-due_on": "1/12/2026",
        "action-longer_reason": "",
    }
    send(owner, "observations:actions", pk, **action)
    send(owner, "observations:hand_in", pk)
    observation = fresh(observation)
    assert observation.action_plan.actions.get().state == "open"
    assert worker.pk in Notice.objects.filter(kind="plan_issued").values_list("recipient", flat=True)
    assert observation.assignment.state == Assignment.State.FINAL
    assert observation.assignment.worker == worker
    assert (observation.observed_on, observation.shared_with_worker_on) == (YESTERDAY, date(2026, 11, 10))
    shown = page(worker, "observations:read", pk).content.decode()
    assert "I talked too much." in shown
    assert "10 November 2026" in shown


def test_a_practice_week_note_is_written_about_nobody_by_name(
    authority: Authority, practice_week: Observation, page: Page, send: Page, now: datetime
) -> None:
    owner, pk = authority.team_manager, practice_week.pk
    form = page(owner, "observations:arrange", pk).context["form"]
    assert list(form.fields) == ["day"]
    send(owner, "observations:arrange", pk, day="2026-11-09")
    fill_in(practice_week, owner, now)
    send(owner, "observations:hand_in", pk)
    practice_week = fresh(practice_week)
    assert practice_week.assignment.state == Assignment.State.FINAL
    assert practice_week.assignment.worker is None
    assert page(authority.senior_manager, "observations:read", pk).status_code == 200
    assert page(owner, "observations:talk", pk).status_code == 404


def test_the_line_manager_of_the_practitioner_reads_what_somebody_above_observed(
    authority: Authority, page: Page, now: datetime
) -> None:
    observer = authority.senior_manager
    observation = opened(Observation, authority, observer, "observation")
    arrange(observation, authority.practitioner_2, observer, now)
    assert page(authority.team_manager_2, "observations:read", observation.pk).status_code == 404
    fill_in(observation, observer, now)
    hand_in_and_finish(observation, by=observer, now=now)
    assert page(authority.team_manager_2, "observations:read", observation.pk).status_code == 200
    assert page(authority.team_manager, "observations:read", observation.pk).status_code == 404


def test_people_of_ones_own_units_are_offered_once_each_and_not_oneself(
    authority: Authority, observation: Observation, page: Page, owner: User
) -> None:
    second_post = PostFactory(unit=authority.duty_team_1, role="practitioner", title="Duty desk")
    PostHoldingFactory(post=second_post, user=authority.practitioner)
    PostHoldingFactory(post=second_post, user=owner, is_acting=True)
    offered = people_offered(page(owner, "observations:arrange", observation.pk))
    assert offered == ["Practitioner Example (Practitioner, Duty team 1)"]


def test_somebody_of_another_unit_cannot_be_chosen(
    authority: Authority, observation: Observation, send: Page, owner: User
) -> None:
    data = {"person": authority.care_practitioner.pk, "day": "2026-11-09"}
    assert send(owner, "observations:arrange", observation.pk, **data).status_code == 422
    assert fresh(observation).assignment.worker is None


def test_an_empty_team_is_told_whom_to_ask(
    authority: Authority, observation: Observation, page: Page, owner: User
) -> None:
    authority.post_of[authority.practitioner].holdings.all().delete()
    shown = page(owner, "observations:arrange", observation.pk).content.decode()
    assert "There is nobody for you to choose." in shown


def test_a_refused_form_keeps_what_was_typed(
    authority: Authority, observation: Observation, send: Page, owner: User
) -> None:
    response = send(owner, "observations:arrange", observation.pk, person=authority.practitioner.pk, day="")
    assert response.status_code == 422
    assert "Give the day." in response.content.decode()
    assert response.context["form"]["person"].value() == str(authority.practitioner.pk)


def test_a_talk_before_the_observation_or_tomorrow_is_refused(
    authority: Authority, observation: Observation, send: Page, owner: User, now: datetime
) -> None:
    with pytest.raises(Refused, match="on which day you observed"):
        workflow.record_talk(observation=observation, shared_on=YESTERDAY, by=owner, now=now)
    arrange(observation, authority.practitioner, owner, now)
    for day, said in (("2026-11-08", "cannot come before"), ("2026-11-11", "in the future")):
        response = send(owner, "observations:talk", observation.pk, day=day)
        assert response.status_code == 422
        assert said in response.content.decode()
    assert fresh(observation).shared_with_worker_on is None


def test_the_talk_may_be_recorded_after_submission_but_nothing_else(
    authority: Authority, observation: Observation, send: Page, page: Page, owner: User, now: datetime
) -> None:
    arrange(observation, authority.practitioner, owner, now)
    fill_in(observation, owner, now)
    hand_in_and_finish(observation, by=owner, now=now)
    pk = observation.pk
    shown = page(owner, "observations:read", pk).content.decode()
    assert reverse("observations:talk", args=[pk]) in shown
    assert reverse("observations:arrange", args=[pk]) not in shown
    assert (
        reverse("observations:talk", args=[pk])
        not in page(authority.practitioner, "observations:read", pk).content.decode()
    )
    assert send(owner, "observations:talk", pk, day="2026-11-10").status_code == 302
    assert fresh(observation).shared_with_worker_on == date(2026, 11, 10)
    response = send(owner, "observations:arrange", pk, person=authority.practitioner.pk, day="2026-11-10")
    assert response.status_code == 422
    assert "can no longer be changed" in response.content.decode()
    assert fresh(observation).observed_on == YESTERDAY


def test_an_observation_to_come_is_not_submitted(
    authority: Authority, observation: Observation, owner: User, now: datetime
) -> None:
    arrange(observation, authority.practitioner, owner, now, day=date(2026, 11, 12))
    fill_in(observation, owner, now)
    with pytest.raises(Refused, match="takes place on 12 November 2026"):
        hand_in_and_finish(observation, by=owner, now=now)
    hand_in_and_finish(observation, by=owner, now=now + timedelta(days=2))
    assert fresh(observation).assignment.state == Assignment.State.FINAL


def test_somebody_has_to_be_observed(observation: Observation, owner: User, now: datetime) -> None:
    with pytest.raises(Refused, match="First say whose practice you observe"):
        arrange(observation, None, owner, now)


def test_each_change_leaves_who_when_and_why(
    authority: Authority, observation: Observation, owner: User, now: datetime
) -> None:
    arrange(observation, authority.practitioner, owner, now)
    workflow.record_talk(observation=observation, shared_on=date(2026, 11, 10), by=owner, now=now)
    entries = observation.history.order_by("history_id")
    assert [entry.history_change_reason for entry in entries] == ["Opened", "Arranged", "Talked about"]
    assert {entry.history_user for entry in entries} == {owner}
