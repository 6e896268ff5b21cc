"""Deadlines that follow from the day of an event, and unannounced visits, in the Sandwell framework."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from audits.models import CaseAudit
from audits.workflow import accept_meeting, cancel_meeting, draw_month, propose_meeting
from escalation.workflow import sweep
from observations import workflow as observing
from observations.models import Observation
from qaframework.activities.workflow import open_activity
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow import allocate_period_work, ask_extension, decide_extension
from qaframework.clocks.models import Clock
from qaframework.notices.models import Notice
from qaframework.people.models import Post, Unit, User
from qaframework.rules.periods import Month, ProgrammeYear
from qaframework.rules.working_days import end_of_day, local_date, start_of_day
from tests.factories.activities import fill_in
from tests.factories.caseload import CaseFactory
from tests.frameworks.conftest import Employ, Grow, Plan

APRIL = Month(2026, 4)
SECOND_OF_APRIL = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
TENTH_OF_APRIL = datetime(2026, 4, 10, 9, 0, tzinfo=UTC)


def holder(post: Post) -> User:
    return post.holdings.get().user


def begun(programme: Programme, post: Post, activity: str, now: datetime = SECOND_OF_APRIL) -> Observation:
    """The first work of one post that has begun, opened by its holder."""
    allocate_period_work(now=now)
    assignment = programme.assignments.get(post=post, activity=activity, state="allocated")
    return open_activity(Observation, assignment=assignment, by=holder(post), now=now)


def due(assignment: Assignment) -> tuple[date | None, datetime]:
    """The last day in time, and the moment at which its clock strikes, as stored."""
    stored = Assignment.objects.select_related("clock").get(pk=assignment.pk)
    assert stored.clock is not None
    return stored.due_on, stored.clock.due_at


def by_day(day: date) -> tuple[date, datetime]:
    return day, end_of_day(day)


@pytest.fixture
def watched(root: Unit, grow: Grow, employ: Employ) -> tuple[Post, User]:
    """A team manager, and the practitioner whom they observe."""
    team = grow("duty-team", Unit.Kind.TEAM)
    (manager,) = employ(team, "team_manager")
    (worker,) = employ(team, "practitioner", reports_to=manager)
    return manager, holder(worker)


@pytest.mark.clause("SAN-34")
def test_an_observation_is_recorded_within_five_days_of_its_day(
    watched: tuple[Post, User], plan: Plan
) -> None:
    manager, worker = watched
    observation = begun(plan("sandwell"), manager, "practice_observation")
    assignment, by = observation.assignment, holder(manager)
    assert due(assignment) == by_day(date(2026, 4, 30))

    def arrange(day: date) -> None:
        observing.arrange(observation=observation, worker=worker, observed_on=day, by=by, now=SECOND_OF_APRIL)

    arrange(date(2026, 4, 8))
    assert due(assignment) == by_day(date(2026, 4, 13))
    arrange(date(2026, 4, 29))
    assert due(assignment) == by_day(date(2026, 5, 4))
    arrange(date(2026, 5, 6))
    assert due(assignment) == by_day(date(2026, 4, 30))
    arrange(date(2026, 4, 8))
    sweep(now=TENTH_OF_APRIL + timedelta(days=10))
    late = Clock.objects.get(pk=assignment.clock_id).steps.filter(is_reminder=False)
    assert late.exists()


def test_more_time_that_was_granted_stands(
    root: Unit, watched: tuple[Post, User], plan: Plan, employ: Employ
) -> None:
    manager, worker = watched
    (head,) = employ(root, "head_of_service")
    observation = begun(plan("sandwell"), manager, "practice_observation")
    assignment, by = observation.assignment, holder(manager)
    request = ask_extension(
        assignment=assignment,
        kind="extension",
        reason="Annual leave of the worker.",
        new_due_on=date(2026, 5, 20),
        by=by,
        now=SECOND_OF_APRIL,
    )
    decide_extension(request=request, grant=True, decision_reason="", by=holder(head), now=SECOND_OF_APRIL)
    assignment.refresh_from_db()
    observing.arrange(
        observation=observation, worker=worker, observed_on=date(2026, 4, 8), by=by, now=SECOND_OF_APRIL
    )
    assert due(assignment) == by_day(date(2026, 5, 20))


@pytest.mark.clause("SAN-18")
def test_an_audit_is_handed_in_five_days_after_the_meeting_or_when_due_whichever_is_sooner(
    root: Unit, grow: Grow, employ: Employ, plan: Plan
) -> None:
    (auditor,) = employ(grow("duty-team", Unit.Kind.TEAM), "team_manager")
    other = grow("other-team", Unit.Kind.TEAM)
    (practitioner,) = employ(other, "practitioner")
    CaseFactory.create_batch(4, unit=other, worker=holder(practitioner), opened_on=date(2025, 5, 1))
    programme = plan("sandwell")
    first = programme.assignments.filter(post=auditor, activity="learning_audit").earliest("period")
    month = Month.parse(first.period)
    draw_month(framework=programme.framework, month=month, seed="fixed", by=None, now=SECOND_OF_APRIL)
    audit = CaseAudit.objects.get(assignment=first)
    period_end = by_day(month.end)
    assert due(first) == period_end

    def meet(day: date) -> Any:
        return propose_meeting(
            audit=audit,
            starts_at=datetime(day.year, day.month, day.day, 9, 0, tzinfo=UTC),
            minutes=90,
            place="Room 2",
            by=holder(auditor),
            now=SECOND_OF_APRIL,
        )

    early, late = date(month.year, month.month, 12), month.end - timedelta(days=2)
    accepted = accept_meeting(meeting=meet(early), by=holder(practitioner), now=SECOND_OF_APRIL)
    assert due(first) == by_day(early + timedelta(days=5))
    audit.refresh_from_db()
    cancel_meeting(meeting=accepted, reason="The worker is ill.", by=holder(auditor), now=SECOND_OF_APRIL)
    assert due(first) == period_end
    audit = CaseAudit.objects.get(assignment=first)
    accept_meeting(meeting=meet(late), by=holder(practitioner), now=SECOND_OF_APRIL)
    assert due(first) == period_end


@pytest.mark.clause("SAN-35")
def test_nobody_at_the_service_learns_of_an_unannounced_visit_before_its_note_is_there(
    root: Unit, grow: Grow, employ: Employ, plan: Plan, client: Client
) -> None:
    services = [grow("leaving-care", Unit.Kind.SERVICE), grow("family-help", Unit.Kind.SERVICE)]
    heads = [employ(service, "head_of_service")[0] for service in services]
    (qa_manager,) = employ(root, "qa_manager")
    programme = plan("sandwell")
    first = programme.assignments.filter(activity="qa_visit").earliest("period")
    visitor, visited_head = first.post, next(post for post in heads if post != first.post)
    now = start_of_day(Month.parse(first.period).start) + timedelta(days=9, hours=9)
    visit = begun(programme, visitor, "qa_visit", now)
    read = reverse("observations:read", args=[visit.pk])
    with time_machine.travel(now, tick=False):
        arrange(client, holder(visitor), visit, visited_head.unit, local_date(now))
        client.force_login(holder(visited_head))
        pages = [reverse("allocation:my_work"), reverse("allocation:return_board"), reverse("notices:inbox")]
        seen = [client.get(address).content.decode() for address in pages]
        assert not any(str(name) in text for text in seen for name in (holder(visitor), visitor))
        assert client.get(read).status_code == 404
        assert client.get(reverse("observations:activity", args=[visit.pk])).status_code == 404
        assert not Notice.objects.filter(recipient=holder(visited_head), kind="visit").exists()
        visit = Observation.objects.get(pk=visit.pk)
        fill_in(visit, holder(visitor), now)
        client.force_login(holder(visitor))
        client.post(reverse("observations:hand_in", args=[visit.pk]))
        told = Notice.objects.filter(kind="written_up").values_list("recipient", "url")
        assert set(told) == {(holder(one).pk, read) for one in (visited_head, qa_manager)}
        client.force_login(holder(visited_head))
        assert client.get(read).status_code == 200


def arrange(client: Client, by: User, visit: Observation, service: Unit, day: date) -> None:
    client.force_login(by)
    address = reverse("observations:arrange", args=[visit.pk])
    response = client.post(address, {"unit": service.pk, "day": day.isoformat()})
    assert response.status_code == 302


@pytest.mark.clause("SAN-14")
def test_the_chief_executive_visits_every_month_and_the_note_reaches_the_service(
    root: Unit, grow: Grow, employ: Employ, plan: Plan, client: Client
) -> None:
    homes = grow("childrens-homes", Unit.Kind.SERVICE)
    (manager,) = employ(homes, "senior_manager")
    (chief,) = employ(root, "executive_director")
    programme = plan("sandwell")
    planned = programme.assignments.filter(post=chief, activity="service_visit")
    assert sorted(planned.values_list("period", flat=True)) == [one.key for one in ProgrammeYear(2026).months]
    visit = begun(programme, chief, "service_visit")
    with time_machine.travel(TENTH_OF_APRIL, tick=False):
        arrange(client, holder(chief), visit, homes, date(2026, 4, 9))
        fill_in(Observation.objects.get(pk=visit.pk), holder(chief), TENTH_OF_APRIL)
        client.force_login(holder(chief))
        client.post(reverse("observations:hand_in", args=[visit.pk]))
        assert Assignment.objects.get(pk=visit.assignment_id).state == Assignment.State.FINAL
        assert Notice.objects.filter(kind="written_up", recipient=holder(manager)).exists()
        client.force_login(holder(manager))
        assert client.get(reverse("observations:read", args=[visit.pk])).status_code == 200


def test_the_manager_of_a_service_is_told_of_an_announced_visit(
    root: Unit, grow: Grow, employ: Employ, plan: Plan, client: Client
) -> None:
    service = grow("leaving-care", Unit.Kind.SERVICE)
    (visited_head,) = employ(service, "head_of_service")
    (visitor,) = employ(root, "executive_director")
    visit = begun(plan("sandwell"), visitor, "service_visit")
    with time_machine.travel(SECOND_OF_APRIL, tick=False):
        arrange(client, holder(visitor), visit, service, date(2026, 4, 21))
        arrange(client, holder(visitor), visit, service, date(2026, 4, 21))
    notice = Notice.objects.get(recipient=holder(visited_head), kind="visit")
    assert "Leaving care on 21 April 2026" in notice.subject
