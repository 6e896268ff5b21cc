"""Audits land in the QA team's inbox when they are handed in."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from audits.models import CaseAudit, Moderation
from qaframework.allocation.models import Assignment
from tests.audits.test_moderation import HANDED_IN, handed_in_as
from tests.factories.audits import Setting, allocated_audit, submitted_audit
from tests.factories.caseload import CaseClearanceFactory

NOW = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)
FRAME = 4  # session, person, posts, unread notices


@pytest.fixture(autouse=True)
def today_is_3_december():
    with time_machine.travel(NOW, tick=False):
        yield


def shown(client, person, **query):
    client.force_login(person)
    page = client.get(reverse("audits:inbox"), query)
    assert page.status_code == 200
    return [int(row[0]["url"].rstrip("/").rsplit("/")[-1]) for row in page.context["inbox"].rows]


@pytest.mark.clause("BED-12")
def test_an_audit_is_in_the_inbox_as_soon_as_it_is_handed_in(client, where: Setting):
    officer = where.authority.qa_officer
    assert shown(client, officer) == []
    audit = submitted_audit(where, HANDED_IN)
    assert shown(client, officer) == [audit.pk]
    text = client.get(reverse("audits:inbox")).content.decode()
    for words in ("Yes", "Waits for the month’s draw", "Good", str(where.auditor)):
        assert words in text


def test_the_newest_come_first_and_unfinished_ones_never(client, where):
    first = handed_in_as(where, "good")
    second = handed_in_as(where, "good", at=HANDED_IN + timedelta(days=1))
    allocated_audit(where)
    assert shown(client, where.authority.qa_officer) == [second.pk, first.pk]


def test_the_qa_team_sees_those_of_their_authority(client, where, outside_officer):
    handed_in_as(where, "good")
    authority = where.authority
    for name in ("practitioner", "admin"):
        client.force_login(getattr(authority, name))
        assert client.get(reverse("audits:inbox")).status_code == 403
    assert len(shown(client, authority.qa_manager)) == 1
    assert shown(client, outside_officer) == []


def test_leaders_see_those_of_their_units_but_open_no_moderation(client, where):
    """It is where the grades on their dashboard lead."""
    audit = handed_in_as(where, "inadequate")
    authority = where.authority
    assert shown(client, authority.qa_manager, grade="inadequate") == [audit.pk]
    moderated = reverse("audits:moderation", args=[Moderation.objects.get().pk])
    assert moderated in client.get(reverse("audits:inbox")).content.decode()
    for leader in (authority.head_of_service, authority.director):
        assert shown(client, leader, grade="inadequate") == [audit.pk]
        assert shown(client, leader, grade="good") == []
        assert moderated not in client.get(reverse("audits:inbox")).content.decode()
    assert shown(client, authority.care_head_of_service) == []
    case = audit.assignment.case
    case.is_restricted, case.restriction_reason = True, "Related to a member of staff"
    case.save()
    assert shown(client, authority.director) == []


def test_a_restricted_case_needs_a_clearance(client, where):
    audit = handed_in_as(where, "good")
    case = audit.assignment.case
    case.is_restricted, case.restriction_reason = True, "Related to a member of staff"
    case.save()
    officer = where.authority.qa_officer
    assert shown(client, officer) == []
    CaseClearanceFactory(case=case, user=officer)
    assert shown(client, officer) == [audit.pk]


def test_filters_narrow_it(client, where):
    good, late, inadequate = (handed_in_as(where, grade) for grade in ("good", "good", "inadequate"))
    late.result.in_time = False
    late.result.save()
    Assignment.objects.filter(pk=late.assignment_id).update(state="final", finished_at=NOW)
    CaseAudit.objects.filter(pk=late.pk).update(final_grade="outstanding")
    officer = where.authority.qa_officer
    assert shown(client, officer, grade="good") == [good.pk]
    assert shown(client, officer, grade="outstanding") == [late.pk]
    assert shown(client, officer, in_time="no") == [late.pk]
    assert shown(client, officer, moderation="open") == [inadequate.pk]
    assert shown(client, officer, moderation="undecided") == [good.pk]
    assert shown(client, officer, moderation="none") == [late.pk]
    assert shown(client, officer, moderation="done") == []
    assert shown(client, officer, month="2026-10") == []
    assert len(shown(client, officer, month="2026-11", activity="learning_space")) == 3
    assert len(shown(client, officer, month="nonsense")) == 3
    Moderation.objects.update(state="completed", result="upheld", completed_at=NOW)
    Assignment.objects.filter(pk=inadequate.assignment_id).update(state="final", finished_at=NOW)
    assert shown(client, officer, moderation="done") == [inadequate.pk]


@pytest.mark.parametrize("count", [1, 6])
def test_it_takes_four_queries_however_many_audits(client, where, count, django_assert_num_queries):
    for grade in ["good", "inadequate"] * count:
        handed_in_as(where, grade)
    client.force_login(where.authority.qa_officer)
    client.get(reverse("audits:inbox"))  # the first page of a session stamps it
    with django_assert_num_queries(FRAME + 4):
        client.get(reverse("audits:inbox"))


def test_long_lists_have_pages(client, where):
    audits = [handed_in_as(where, "good", at=HANDED_IN + timedelta(hours=n)) for n in range(27)]
    officer = where.authority.qa_officer
    assert len(shown(client, officer)) == 25
    following = client.get(reverse("audits:inbox")).context["inbox"].page.next_url
    page = client.get(reverse("audits:inbox") + following)
    assert [row.pk for row in page.context["inbox"].page.rows] == [audits[1].pk, audits[0].pk]
