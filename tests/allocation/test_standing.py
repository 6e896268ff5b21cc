"""Where a list or a notice leads whoever sees that work is owed and may not open it: how far it is."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qaframework.allocation import workflow
from qaframework.allocation.models import Assignment
from tests.allocation.seeing import Page, statuses
from tests.factories.allocation import ExtensionRequestFactory, owed
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory

pytestmark = pytest.mark.usefixtures("today_is_10_november")

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)


@pytest.fixture
def work(northmoor: Authority) -> Assignment:
    case = CaseFactory(unit=northmoor.duty_team_2, worker=northmoor.practitioner_2, child_ref="N-77")
    post = northmoor.post_of[northmoor.team_manager]
    began = NOW - timedelta(days=30)
    return owed(
        northmoor, post, due_on=date(2026, 11, 7), case=case, worker=northmoor.practitioner_2, now=began
    )


def facts(response: Any) -> dict[str, str]:
    return {row["label"]: row["value"] for row in response.context["page"]["facts"]}


@pytest.mark.parametrize(
    "who", ["senior_manager", "head_of_service", "director", "qa_officer", "practitioner_2"]
)
def test_the_address_of_late_work_opens_for_everybody_who_sees_that_it_is_late(
    northmoor: Authority, client: Client, work: Assignment, who: str
) -> None:
    client.force_login(getattr(northmoor, who))
    shown = client.get(reverse("open_work", args=[work.pk]), follow=True)
    assert shown.status_code == 200
    said = facts(shown)
    assert said["Case"] == "N-77"
    assert said["Due"] == "7 November 2026 (3 days late)"
    assert said["State"] == "Late"
    assert said["Owed by"].endswith(str(northmoor.team_manager))
    assert b"once it has been handed in" in shown.content


def test_whose_it_is_opens_the_work_itself(northmoor: Authority, client: Client, work: Assignment) -> None:
    client.force_login(northmoor.team_manager)
    assert client.get(reverse("audits:open", args=[work.pk]))["Location"].startswith("/audits/")


def test_nobody_else_learns_of_it(northmoor: Authority, page: Page, client: Client, work: Assignment) -> None:
    found = statuses(northmoor, page, "standing", work.pk)
    assert {who for who, status in found.items() if status == 404} == {"practitioner", "outsider", "admin"}
    client.force_login(northmoor.outsider)
    assert client.get(reverse("audits:open", args=[work.pk])).status_code == 404


def test_the_owner_of_excluded_work_reads_that_it_does_not_have_to_be_done(
    northmoor: Authority, page: Page, client: Client
) -> None:
    work = owed(northmoor, northmoor.post_of[northmoor.team_manager], due_on=date(2026, 12, 8), now=NOW)
    asked = workflow.ask_extension(
        assignment=work, kind="exclusion", reason="Ill", new_due_on=None, by=northmoor.team_manager, now=NOW
    )
    workflow.decide_extension(
        request=asked, grant=True, decision_reason="Agreed", by=northmoor.head_of_service, now=NOW
    )
    client.force_login(northmoor.team_manager)
    shown = client.get(reverse("open_work", args=[work.pk]), follow=True)
    assert b"does not have to be done" in shown.content
    assert facts(shown)["More time"] == f"Not to do it: granted by {northmoor.head_of_service}, 10 Nov 2026"


def test_withdrawn_work_says_so_and_a_moved_deadline_keeps_the_first(
    northmoor: Authority, page: Page, work: Assignment
) -> None:
    ExtensionRequestFactory(assignment=work, asked_by=northmoor.team_manager, new_due_on=date(2026, 12, 1))
    Assignment.objects.filter(pk=work.pk).update(due_on=date(2026, 12, 1))
    said = facts(page(northmoor.senior_manager, "standing", work.pk))
    assert (said["Due"], said["First due"]) == ("1 December 2026 (in 21 days)", "7 November 2026")
    assert said["More time"] == "Until 1 December 2026: waiting for a decision"
    work.refresh_from_db()
    workflow.withdraw(assignment=work, reason="The family moved away", by=northmoor.qa_officer, now=NOW)
    assert b"It was withdrawn" in page(northmoor.senior_manager, "standing", work.pk).content


def test_only_the_quality_assurance_team_is_offered_to_move_it(
    northmoor: Authority, page: Page, work: Assignment
) -> None:
    assert b"Move or withdraw" in page(northmoor.qa_officer, "standing", work.pk).content
    assert b"Move or withdraw" not in page(northmoor.director, "standing", work.pk).content
