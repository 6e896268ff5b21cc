"""A child may be unsafe now: told at once, answered by somebody else, escalated when nobody does."""

from datetime import datetime, timedelta

import pytest

from escalation.models import EscalationStep
from escalation.workflow import sweep
from qaframework.actions import workflow
from qaframework.actions.models import Concern
from qaframework.notices.models import Notice
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Post
from qaframework.people.refusal import Refused
from tests.factories.actions import raised_concern
from tests.factories.authority import Authority
from tests.factories.packs import lancashire


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient__full_name", flat=True))


@pytest.mark.clause("RBWM-11", "SAN-01")
def test_case_holder_and_manager_are_told_at_once(northmoor: Authority, now: datetime) -> None:
    concern = raised_concern(northmoor, now=now)
    assert told("concern") == {"Practitioner Example", "Team Manager Example"}
    notice = Notice.objects.filter(kind="concern")[0]
    assert notice.created_at == now
    assert notice.subject == f"Act now: a concern about case {concern.case.child_ref}"
    assert "Friday" not in notice.body
    assert concern.clock is not None
    assert concern.clock.due_at == now + timedelta(hours=4)


def test_whoever_raises_it_is_not_told_of_it(northmoor: Authority, now: datetime) -> None:
    raised_concern(northmoor, now=now, by=northmoor.team_manager)
    assert told("concern") == {"Practitioner Example"}


@pytest.mark.clause("RBWM-11", "SAN-01")
def test_a_concern_that_nobody_answers_goes_up_the_line(northmoor: Authority, now: datetime) -> None:
    concern = raised_concern(northmoor, now=now)
    sweep(now=now + timedelta(hours=3, minutes=59))
    assert not EscalationStep.objects.filter(clock=concern.clock).exists()
    sweep(now=now + timedelta(hours=4, minutes=1))
    assert told("escalation") == {"Senior Manager Example"}
    sweep(now=now + timedelta(hours=25))
    assert told("escalation") == {"Senior Manager Example", "Head Of Service Example"}


@pytest.mark.clause("RBWM-11", "SAN-01")
def test_an_answer_by_somebody_else_stops_the_clock(northmoor: Authority, now: datetime) -> None:
    concern = raised_concern(northmoor, now=now)
    later = now + timedelta(hours=1)
    with pytest.raises(Refused, match="Say what you have done"):
        workflow.acknowledge_concern(concern=concern, response=" ", by=northmoor.team_manager, now=later)
    with pytest.raises(Refused, match="Somebody else has to acknowledge"):
        workflow.acknowledge_concern(concern=concern, response="Fine.", by=concern.raised_by, now=later)
    workflow.acknowledge_concern(
        concern=concern, response="I have seen her.", by=northmoor.team_manager, now=later
    )
    assert (concern.acknowledged_by, concern.acknowledged_at) == (northmoor.team_manager, later)
    assert concern.clock is not None
    assert concern.clock.stopped_at == later
    sweep(now=now + timedelta(days=3))
    assert told("escalation") == set()


def test_of_two_answers_at_once_the_first_stays(northmoor: Authority, now: datetime) -> None:
    concern = raised_concern(northmoor, now=now)
    other = Concern.objects.get(pk=concern.pk)
    workflow.acknowledge_concern(concern=concern, response="First.", by=northmoor.team_manager, now=now)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.acknowledge_concern(concern=other, response="Second.", by=northmoor.practitioner, now=now)
    assert Concern.objects.get(pk=concern.pk).response == "First."


def test_a_concern_needs_words(northmoor: Authority, now: datetime) -> None:
    with pytest.raises(Refused, match="Say what you are worried about"):
        raised_concern(northmoor, now=now, what="  ")


@pytest.mark.writes_behind_the_verbs
def test_the_manager_to_whom_the_practitioner_reports_comes_before_the_teams(
    northmoor: Authority, now: datetime
) -> None:
    senior = northmoor.post_of[northmoor.senior_manager]
    Post.objects.filter(pk=northmoor.post_of[northmoor.practitioner].pk).update(reports_to=senior)
    concern = raised_concern(northmoor, now=now)
    assert concern.clock is not None
    assert concern.clock.owner_post == senior
    assert told("concern") == {"Practitioner Example", "Senior Manager Example"}


def test_a_case_without_a_practitioner_goes_to_the_manager_of_its_team(
    northmoor: Authority, now: datetime
) -> None:
    concern = raised_concern(northmoor, now=now, worker=None)
    assert concern.clock is not None
    assert concern.clock.owner_post == northmoor.post_of[northmoor.team_manager]
    assert told("concern") == {"Team Manager Example"}


@pytest.mark.writes_behind_the_verbs
def test_where_no_manager_has_a_post_the_person_is_told_what_to_do_now(
    northmoor: Authority, now: datetime
) -> None:
    lancashire([northmoor.root])
    Post.objects.exclude(role__in=["practitioner", "config_admin"]).update(is_active=False)
    with pytest.raises(Refused, match="Ring the Head of Service now"):
        raised_concern(northmoor, now=now)
    assert not Concern.objects.exists()
