"""Who hears that work is called off, moved or about another child: those who knew that it was theirs."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from qaframework.allocation import workflow
from qaframework.allocation.models import Assignment
from qaframework.notices.models import Notice
from qaframework.notices.workflow import deliver
from qaframework.people.models import PostHolding
from tests.factories.allocation import AssignmentFactory, ExtensionRequestFactory, empty_year, owed
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.people import PostHoldingFactory, UserFactory

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
DUE = date(2026, 12, 8)
REASON = "The auditor is unwell"


@pytest.fixture
def work(northmoor: Authority) -> Assignment:
    """An audit of the team manager of duty team 2, allocated today."""
    case = CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.practitioner, child_ref="N-77")
    post = northmoor.post_of[northmoor.team_manager_2]
    return owed(northmoor, post, due_on=DUE, now=NOW, case=case, worker=northmoor.practitioner)


def told(at: datetime = LATER) -> list[tuple[str, str]]:
    """Who was told at that moment, and of what."""
    written = Notice.objects.filter(created_at=at)
    return sorted((one.recipient.email.split("@")[0], one.kind) for one in written)


def notice(kind: str) -> Notice:
    return Notice.objects.get(kind=kind)


def withdraw(work: Assignment, **changes: Any) -> Assignment:
    return workflow.withdraw(**({"assignment": work, "reason": REASON, "now": LATER} | changes))


def move(work: Assignment, northmoor: Authority, to: Any, at: datetime = LATER, by: Any = None) -> Assignment:
    values = {"to_post": northmoor.post_of[to], "reason": REASON, "by": by or northmoor.qa_officer, "now": at}
    return workflow.reallocate(assignment=work, **values)


# Withdrawn


@pytest.mark.parametrize("state", ["allocated", "in_progress", "sent_back"])
def test_owner_and_practitioner_hear_that_it_is_withdrawn(
    northmoor: Authority, work: Assignment, state: str
) -> None:
    Assignment.objects.filter(pk=work.pk).update(state=state)
    withdraw(work, by=northmoor.qa_officer)
    assert told() == [("practitioner", "called_off_worker"), ("team_manager_2", "called_off")]
    to_owner, to_worker = notice("called_off"), notice("called_off_worker")
    assert to_owner.subject.startswith("No longer needed: Learning space")
    assert f"{northmoor.qa_officer} has withdrawn it, and says why." in to_owner.body
    assert to_owner.quote == REASON
    # What it says about the auditor is not for the practitioner to read.
    assert to_worker.quote == ""
    assert "do not have to prepare" in to_worker.body


def test_of_planned_work_nobody_had_heard(northmoor: Authority) -> None:
    programme = empty_year(northmoor)
    post, version = northmoor.post_of[northmoor.team_manager], programme.framework.versions.get()
    planned = AssignmentFactory(programme=programme, framework_version=version, post=post)
    withdraw(planned, by=northmoor.qa_officer)
    assert told() == []


def test_whoever_withdraws_their_own_work_is_not_told_of_it(northmoor: Authority, work: Assignment) -> None:
    withdraw(work, by=northmoor.team_manager_2)
    assert told() == [("practitioner", "called_off_worker")]


def test_a_post_that_nobody_holds_and_work_of_another_kind(northmoor: Authority, work: Assignment) -> None:
    PostHolding.objects.filter(post=work.post).delete()
    Assignment.objects.filter(pk=work.pk).update(kind="observation")
    work.refresh_from_db()
    withdraw(work, by=northmoor.qa_officer)
    assert told() == []


def test_whoever_acts_in_the_post_is_told_for_its_holder(northmoor: Authority, work: Assignment) -> None:
    PostHolding.objects.filter(post=work.post).delete()
    deputy = UserFactory(email="deputy@northmoor.test")
    PostHoldingFactory(post=work.post, user=deputy, is_acting=True)
    withdraw(work, by=northmoor.qa_officer)
    assert ("deputy", "called_off") in told()


def test_the_sentence_of_the_product_stands_for_the_reason(northmoor: Authority, work: Assignment) -> None:
    withdraw(work, reason="Closed", by=None, because="The case is no longer open.")
    assert notice("called_off").body.startswith("The case is no longer open. There is nothing left")
    assert notice("called_off").quote == ""


def test_no_reason_leaves_by_e_mail(northmoor: Authority, work: Assignment) -> None:
    withdraw(work, by=northmoor.qa_officer)
    deliver(now=LATER)
    carried = [one for one in mail.outbox if one.subject.startswith("No longer needed")]
    assert {one.to[0].split("@")[0] for one in carried} == {"team_manager_2", "practitioner"}
    assert not any(REASON in str(one.message()) for one in mail.outbox)


def test_of_a_restricted_case_only_whoever_is_cleared_reads_which(
    northmoor: Authority, client: Client, work: Assignment
) -> None:
    work.case.is_restricted, work.case.restriction_reason = True, "Related to a member of staff"
    work.case.save()
    CaseClearanceFactory(case=work.case, user=northmoor.team_manager_2)
    withdraw(work, by=northmoor.qa_officer)
    shown = {}
    with time_machine.travel(LATER, tick=False):
        for who in ("team_manager_2", "practitioner"):
            client.force_login(getattr(northmoor, who))
            shown[who] = client.get(reverse("notices:inbox")).content.decode()
    assert "No longer needed: Learning space, November 2026, case N-77" in shown["team_manager_2"]
    assert "N-77" not in shown["practitioner"]


@pytest.mark.parametrize(
    ("who", "kind"), [("team_manager_2", "called_off"), ("practitioner", "called_off_worker")]
)
def test_the_notice_leads_to_what_became_of_it(
    northmoor: Authority, client: Client, work: Assignment, who: str, kind: str
) -> None:
    withdraw(work, by=northmoor.qa_officer)
    client.force_login(getattr(northmoor, who))
    shown = client.get(notice(kind).url)
    assert shown.status_code == 200
    assert b"It was withdrawn, so nobody owes it any more." in shown.content


# Excluded


@pytest.mark.clause("LAN-32")
def test_the_practitioner_hears_that_an_excluded_audit_does_not_go_ahead(
    northmoor: Authority, work: Assignment
) -> None:
    exclude(work, northmoor, asked_by=northmoor.team_manager_2)
    assert told() == [("practitioner", "called_off_worker"), ("team_manager_2", "extension_decided")]


def test_who_holds_the_post_by_then_hears_of_what_another_had_asked(
    northmoor: Authority, work: Assignment
) -> None:
    exclude(work, northmoor, asked_by=northmoor.senior_manager)
    assert told() == [
        ("practitioner", "called_off_worker"),
        ("senior_manager", "extension_decided"),
        ("team_manager_2", "called_off"),
    ]


def test_more_time_is_no_news_for_the_practitioner(northmoor: Authority, work: Assignment) -> None:
    exclude(
        work, northmoor, asked_by=northmoor.team_manager_2, kind="extension", new_due_on=date(2026, 12, 20)
    )
    assert told() == [("team_manager_2", "extension_decided")]


def exclude(work: Assignment, northmoor: Authority, **values: Any) -> None:
    asked = ExtensionRequestFactory(assignment=work, **({"kind": "exclusion", "new_due_on": None} | values))
    workflow.decide_extension(
        request=asked, grant=True, decision_reason="", by=northmoor.head_of_service, now=LATER
    )


# Moved


@pytest.mark.clause("LAN-06")
def test_whoever_had_it_whoever_has_it_and_the_practitioner_hear_of_a_move(
    northmoor: Authority, work: Assignment
) -> None:
    move(work, northmoor, northmoor.outsider)
    assert told() == [
        ("outsider", "allocated"),
        ("practitioner", "allocated_worker"),
        ("team_manager_2", "moved_away"),
    ]
    before = notice("moved_away")
    assert before.subject.startswith("No longer with you: Learning space")
    assert str(northmoor.post_of[northmoor.outsider]) in before.body
    assert (before.quote, before.url) == (REASON, reverse("allocation:my_work"))
    to_worker = Notice.objects.get(kind="allocated_worker", created_at=LATER)
    assert to_worker.subject.startswith("Somebody else audits with you")
    assert str(northmoor.outsider) in to_worker.body


def test_every_move_is_told_of_also_when_it_comes_back(northmoor: Authority, work: Assignment) -> None:
    people = [northmoor.outsider, northmoor.team_manager_2, northmoor.outsider, northmoor.team_manager_2]
    for hours, to in enumerate(people, start=1):
        at = NOW + timedelta(hours=hours)
        move(work, northmoor, to, at)
        heard = {who for who, _ in told(at)}
        assert heard == {"outsider", "team_manager_2", "practitioner"}, hours


def test_whoever_takes_work_over_or_gives_it_away_knows(northmoor: Authority, work: Assignment) -> None:
    move(work, northmoor, northmoor.outsider, by=northmoor.team_manager_2)
    assert told() == [("outsider", "allocated"), ("practitioner", "allocated_worker")]
    move(work, northmoor, northmoor.team_manager, NOW + timedelta(hours=1), by=northmoor.team_manager)
    assert told(NOW + timedelta(hours=1)) == [
        ("outsider", "moved_away"),
        ("practitioner", "allocated_worker"),
    ]


def test_between_two_posts_of_one_person_nothing_changes_for_anybody(
    northmoor: Authority, work: Assignment
) -> None:
    other = northmoor.post_of[northmoor.outsider]
    PostHolding.objects.filter(post=other).delete()
    PostHoldingFactory(post=other, user=northmoor.team_manager_2)
    move(work, northmoor, northmoor.outsider)
    assert told() == []


def test_of_planned_work_that_moves_nobody_hears(northmoor: Authority) -> None:
    programme = empty_year(northmoor)
    post, version = northmoor.post_of[northmoor.team_manager], programme.framework.versions.get()
    planned = AssignmentFactory(programme=programme, framework_version=version, post=post)
    move(planned, northmoor, northmoor.outsider)
    assert told() == []


# Another child in its place


def test_who_was_to_take_part_for_the_case_before_is_told(northmoor: Authority, work: Assignment) -> None:
    other = CaseFactory(unit=northmoor.duty_team_2, worker=northmoor.practitioner_2, child_ref="N-88")
    workflow.change_subject(
        assignment=work,
        case=other,
        worker=northmoor.practitioner_2,
        unit=northmoor.duty_team_2,
        reason=REASON,
        by=northmoor.qa_officer,
        now=LATER,
    )
    assert told() == [
        ("practitioner", "called_off_worker"),
        ("practitioner_2", "allocated_worker"),
        ("team_manager_2", "allocated"),
    ]
    subject = notice("called_off_worker").subject
    assert "N-77" in subject
    assert "N-88" not in subject


# What the forms say


@pytest.mark.parametrize("name", ["reallocate", "withdraw"])
def test_whoever_writes_the_reason_knows_who_reads_it(
    northmoor: Authority, client: Client, work: Assignment, name: str
) -> None:
    client.force_login(northmoor.qa_officer)
    shown = client.get(reverse(f"allocation:{name}", args=[work.pk]))
    assert b"is told, and reads your reason" in shown.content
