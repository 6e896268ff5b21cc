"""What a person's calendar program reads: their own due dates and meetings, and nothing about a child."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar
from time_machine import TimeMachineFixture

from audits import workflow as audits
from observations import workflow as observations
from observations.models import Observation
from qaframework.activities.workflow import open_activity
from qaframework.caseload.workflow import grant_clearance, restrict_case
from qaframework.people.models import User
from qaframework.people.workflow import make_calendar_address
from reporting.own_dates import calendar_of
from tests.factories.allocation import owed
from tests.factories.audits import Setting, allocated_audit, setting, submitted_audit
from tests.factories.authority import small_authority

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
MEETING = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)


@pytest.fixture
def where() -> Setting:
    return setting(small_authority())


def entries(user: User, now: datetime = NOW) -> list[tuple[str, Any]]:
    """Summary and start of each entry, in order."""
    calendar = Calendar.from_ical(calendar_of(user, now=now))
    found = [(str(one["summary"]), one.decoded("dtstart")) for one in calendar.walk("VEVENT")]
    return sorted(found, key=str)


def propose(audit: Any, by: User) -> Any:
    return audits.propose_meeting(audit=audit, starts_at=MEETING, minutes=90, place="Room 4", by=by, now=NOW)


def test_owed_work_and_meetings_are_in_it_and_follow_every_change(where: Setting) -> None:
    audit = allocated_audit(where)
    due = f"Due: Learning space, November 2026, case {audit.assignment.case}", date(2026, 11, 30)
    assert entries(where.auditor) == [due]
    meeting = propose(audit, where.auditor)
    seen = ("Learning space, November 2026", MEETING)
    assert entries(where.auditor) == [due, seen]
    assert entries(where.worker) == [seen]
    audits.cancel_meeting(meeting=meeting, reason="Ill.", by=where.worker, now=NOW)
    assert entries(where.auditor) == [due]
    assert entries(where.worker) == []


def test_what_comes_out_of_an_audit_is_due_too_and_leaves_when_done(where: Setting) -> None:
    audit = submitted_audit(where, NOW)
    (action,) = audit.action_plan.actions.all()
    ((summary, day),) = entries(where.worker)
    assert summary.startswith("Due: ")
    assert str(audit.assignment.case) in summary
    assert day == action.due_on


def test_the_day_of_an_observation_is_in_it_for_both(where: Setting) -> None:
    post = where.authority.post_of[where.auditor]
    values = {"activity": "observation", "kind": "observation"}
    work = owed(where.authority, post, due_on=date(2026, 12, 1), now=NOW, **values)
    observation = open_activity(Observation, assignment=work, by=where.auditor, now=NOW)
    day = date(2026, 11, 24)
    observations.arrange(
        observation=observation, worker=where.worker, observed_on=day, by=where.auditor, now=NOW
    )
    (seen,) = entries(where.worker)
    assert seen[1] == day
    assert seen in entries(where.auditor)
    assert entries(where.worker, NOW + timedelta(days=60)) == []


def test_others_dates_are_not_in_it(where: Setting) -> None:
    propose(allocated_audit(where), where.auditor)
    for name in ("team_manager", "practitioner_2", "qa_officer", "head_of_service"):
        assert entries(getattr(where.authority, name)) == [], name


def test_a_restricted_case_is_in_it_while_the_person_is_cleared(where: Setting) -> None:
    audit = allocated_audit(where)
    propose(audit, where.auditor)
    case, officer = audit.assignment.case, where.authority.qa_officer
    assert case is not None
    restrict_case(case=case, reason="Related to a colleague.", by=officer, now=NOW)
    assert entries(where.auditor) == []
    assert entries(where.worker) == []
    grant_clearance(
        case=case, user=where.auditor, reason="Audits it.", review_on=date(2026, 11, 20), by=officer, now=NOW
    )
    assert len(entries(where.auditor)) == 2
    assert entries(where.auditor, NOW + timedelta(days=11)) == []


def test_it_names_no_person_and_says_nothing_of_the_case_but_its_reference(where: Setting) -> None:
    audit = allocated_audit(where, initials="QZ")
    propose(audit, where.auditor)
    text = calendar_of(where.auditor, now=NOW).decode()
    case = audit.assignment.case
    assert case is not None
    assert case.child_ref in text
    for said in ("QZ", where.worker.full_name, where.worker.email, case.get_plan_type_display()):
        assert said not in text


def test_its_queries_do_not_grow_with_what_is_in_it(
    where: Setting, client: Client, time_machine: TimeMachineFixture, django_assert_num_queries: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    for _ in range(3):
        propose(allocated_audit(where), where.auditor)
    token = make_calendar_address(user=where.auditor, by=where.auditor, now=NOW)
    address = reverse("reporting:own_dates", args=[token])
    # Whose address, how often read, the line of the log, their posts; work and its rules, clocks, meetings
    # and their rules, observations.
    with django_assert_num_queries(10):
        response = client.get(address)
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT2H" in response.content
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert len(Calendar.from_ical(response.content).walk("VEVENT")) == 6
