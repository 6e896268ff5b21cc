"""The audits of a case, as its own page brings them in."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qaframework.allocation import workflow
from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.people.models import RecordRead, User
from tests.factories.allocation import handed_in, owed
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory

pytestmark = pytest.mark.usefixtures("today_is_10_november")

Fragment = Callable[[User, Case], Any]


@pytest.fixture
def case(northmoor: Authority) -> Case:
    return CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.practitioner, child_ref="N-77")


@pytest.fixture
def fragment(client: Client) -> Fragment:
    def get(user: User, case: Case) -> Any:
        client.force_login(user)
        return client.get(reverse("allocation:case_work", args=[case.pk]), headers={"HX-Request": "true"})

    return get


def audit_of(northmoor: Authority, case: Case, now: datetime, **values: Any) -> Assignment:
    """Work of a manager of another team, about the practitioner's case."""
    about = {"case": case, "worker": northmoor.practitioner, "due_on": date(2026, 12, 8), "now": now}
    post = northmoor.post_of[northmoor.team_manager_2]
    work = owed(northmoor, post, **{**about, **values})
    Assignment.objects.filter(pk=work.pk).update(unit=case.unit)
    return work


def shown(response: Any) -> list[tuple[str, bool]]:
    """The state of each line, and whether it leads on."""
    return [(row[3]["text"], bool(row[0]["url"])) for row in response.context["rows"]]


@pytest.mark.writes_behind_the_verbs
def test_open_work_is_seen_by_those_it_concerns(
    northmoor: Authority, case: Case, fragment: Fragment, now: datetime
) -> None:
    audit_of(northmoor, case, now - timedelta(days=9))
    assert shown(fragment(northmoor.practitioner, case)) == [("Not started", True)]
    assert shown(fragment(northmoor.qa_officer, case)) == [("Not started", True)]
    assert shown(fragment(northmoor.senior_manager, case)) == [("Not started", False)]
    assert shown(fragment(northmoor.team_manager, case)) == []


def test_handed_in_work_is_seen_by_the_manager_of_the_team(
    northmoor: Authority, case: Case, fragment: Fragment, now: datetime
) -> None:
    work = audit_of(northmoor, case, now - timedelta(days=9))
    work.refresh_from_db()
    workflow.mark_submitted(assignment=work, by=northmoor.team_manager_2, now=now)
    assert shown(fragment(northmoor.team_manager, case)) == [("Submitted", True)]


@pytest.mark.writes_behind_the_verbs
def test_only_this_case_and_nothing_called_off(
    northmoor: Authority, case: Case, fragment: Fragment, now: datetime
) -> None:
    audit_of(northmoor, CaseFactory(unit=northmoor.duty_team_1), now)
    called_off = audit_of(northmoor, case, now)
    workflow.withdraw(assignment=called_off, reason="Closed.", by=northmoor.qa_officer, now=now)
    response = fragment(northmoor.qa_officer, case)
    assert shown(response) == []
    assert "has not been audited here" in response.content.decode()


@pytest.mark.writes_behind_the_verbs
def test_a_case_that_is_not_theirs_or_restricted_shows_nothing(
    northmoor: Authority, case: Case, fragment: Fragment, now: datetime
) -> None:
    assert fragment(northmoor.outsider, case).status_code == 404
    assert fragment(northmoor.admin, case).status_code == 404
    Case.objects.filter(pk=case.pk).update(is_restricted=True, restriction_reason="Related to a colleague")
    assert fragment(northmoor.qa_officer, case).status_code == 404


def test_the_page_of_the_case_brings_it_in_and_logs_one_reading(
    client: Client, northmoor: Authority, case: Case, fragment: Fragment
) -> None:
    client.force_login(northmoor.practitioner)
    address = reverse("allocation:case_work", args=[case.pk])
    assert f'hx-get="{address}"' in client.get(reverse("caseload:case", args=[case.pk])).content.decode()
    assert "<html" not in fragment(northmoor.practitioner, case).content.decode()
    assert RecordRead.objects.filter(kind="case").count() == 1


def test_without_scripts_it_is_a_page_that_logs_its_reading(
    client: Client, northmoor: Authority, case: Case
) -> None:
    client.force_login(northmoor.practitioner)
    response = client.get(reverse("allocation:case_work", args=[case.pk]))
    assert "<h1" in response.content.decode()
    assert RecordRead.objects.filter(kind="case", label="N-77").count() == 1


@pytest.mark.writes_behind_the_verbs
def test_it_asks_few_questions_however_much_work_there_is(
    client: Client,
    northmoor: Authority,
    case: Case,
    fragment: Fragment,
    now: datetime,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(1, 6):
        audit_of(northmoor, case, now, ordinal=900 + number)
    handed_in(
        northmoor,
        northmoor.post_of[northmoor.team_manager_2],
        by=northmoor.team_manager_2,
        at=now,
        now=now,
        case=case,
        due_on=date(2026, 12, 1),
    )
    assert len(shown(fragment(northmoor.qa_officer, case))) == 6
    address = reverse("allocation:case_work", args=[case.pk])
    with django_assert_max_num_queries(7):
        client.get(address, headers={"HX-Request": "true"})
