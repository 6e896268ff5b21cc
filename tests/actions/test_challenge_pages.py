"""The pages of alerts and disputes: who opens them, what they say, what they let one do."""

from datetime import UTC, datetime
from typing import Any

import pytest

from qaframework.actions import workflow
from qaframework.actions.models import Challenge
from qaframework.caseload import workflow as caseload
from qaframework.people.models import RecordRead
from tests.browsing import Page
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory
from tests.factories.challenges import (
    answer,
    answered_challenge,
    raised_challenge,
    reviewing_officer,
    windsor,
)

pytestmark = pytest.mark.usefixtures("today_is_10_november")

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
RAISED = {
    "kind": "alert",
    "themes": ["drift"],
    "what": "Nothing has begun.",
    "wanted": "A date for each step.",
}
EVERYBODY = (
    "iro",
    "practitioner",
    "practitioner_2",
    "team_manager",
    "team_manager_2",
    "head_of_service",
    "care_head_of_service",
    "qa_officer",
    "admin",
)


def steps(shown: Any) -> list[str]:
    return [step.verb.removeprefix("challenge_") for step in shown.context["steps"]]


def facts(shown: Any) -> dict[str, str]:
    return {fact["label"]: fact["value"] for fact in shown.context["facts"]}


def listed(shown: Any) -> list[str]:
    return [row[0]["text"] for row in shown.context["list"].rows]


def case_of(northmoor: Authority, **values: Any) -> Any:
    return CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.practitioner, **values)


def test_who_opens_an_alert(northmoor: Authority, page: Page) -> None:
    alert = raised_challenge(northmoor, now=NOW)
    answers = {who: page(getattr(northmoor, who), "challenge", alert.pk).status_code for who in EVERYBODY}
    assert {who for who, status in answers.items() if status == 200} == {
        "iro",
        "practitioner",
        "team_manager",
        "head_of_service",
        "qa_officer",
    }
    assert set(answers.values()) == {200, 404}
    assert RecordRead.objects.filter(label=alert.case.child_ref, reader=northmoor.practitioner).exists()


@pytest.mark.clause("RBWM-17", "RBWM-20")
def test_each_reader_is_offered_what_they_can_do(northmoor: Authority, page: Page) -> None:
    dispute = raised_challenge(northmoor, now=NOW, kind="dispute")
    officer = dispute.raised_by
    assert steps(page(officer, "challenge", dispute.pk)) == ["further", "withdraw"]
    assert steps(page(northmoor.team_manager, "challenge", dispute.pk)) == ["answer", "supervision"]
    assert steps(page(northmoor.practitioner, "challenge", dispute.pk)) == ["supervision"]
    assert steps(page(northmoor.qa_officer, "challenge", dispute.pk)) == []
    answer(dispute, by=northmoor.team_manager, at=NOW)
    assert steps(page(officer, "challenge", dispute.pk)) == ["settle", "further", "withdraw"]
    assert steps(page(northmoor.team_manager, "challenge", dispute.pk)) == ["supervision"]
    alert = raised_challenge(northmoor, now=NOW)
    assert steps(page(officer, "challenge", alert.pk)) == ["further", "serious", "withdraw"]


def test_the_path_shows_the_stages_and_where_it_is(northmoor: Authority, page: Page) -> None:
    dispute = raised_challenge(northmoor, now=NOW, kind="dispute")
    answer(dispute, by=northmoor.team_manager, at=NOW)
    workflow.take_further(
        challenge=dispute, seen_clock=dispute.clock_id, reason="No dates.", by=dispute.raised_by, now=NOW
    )
    shown = page(dispute.raised_by, "challenge", dispute.pk)
    assert [(one["state"], one["label"], one["detail"]) for one in shown.context["path"]] == [
        ("done", "Raised", "10 November 2026"),
        ("done", "With the worker and the team manager", "answered on 10 November 2026"),
        ("current", "With the service leader", "answer by 17 November 2026"),
        ("next", "With the head of service", ""),
        ("next", "With the director", ""),
        ("next", "Settled", ""),
    ]
    said = facts(shown)
    assert said["Has to answer"] == "Senior Manager Example (Senior manager, Duty and assessment)"
    assert said["Due"] == "17 November 2026, in 7 days"
    assert said["Followed up in supervision"] == "Not recorded yet"
    assert (
        shown.context["waits_for"] == "Waits for an answer from Senior Manager Example, by 17 November 2026."
    )
    assert shown.context["story"][0][2] == "Dispute. With the service leader: No dates."


def test_a_dispute_that_began_later_and_was_withdrawn_has_a_short_path(
    northmoor: Authority, page: Page
) -> None:
    dispute = raised_challenge(northmoor, now=NOW, kind="dispute", is_urgent=True)
    workflow.withdraw_challenge(challenge=dispute, reason="Mistaken.", by=dispute.raised_by, now=NOW)
    shown = page(dispute.raised_by, "challenge", dispute.pk)
    assert [(one["state"], one["label"], one["detail"]) for one in shown.context["path"]] == [
        ("done", "Raised", "10 November 2026"),
        ("done", "With the head of service", "not answered"),
        ("current", "Withdrawn", "10 November 2026"),
    ]
    assert facts(shown)["Why at this stage"] == "The child may not be safe"
    assert [fact["value"] for fact in shown.context["outcome"]][1] == "Mistaken."
    assert steps(shown) == []


def test_the_whole_way_through_the_pages(northmoor: Authority, page: Page, send: Page) -> None:
    officer, case = reviewing_officer(northmoor), case_of(northmoor)
    windsor(northmoor)
    found = send(officer, "challenge_about", reference=f" {case.child_ref.lower()} ")
    assert found.status_code == 302
    sent = send(officer, "challenge_raise", case.pk, **RAISED)
    alert = Challenge.objects.get()
    assert sent.url == f"/challenges/{alert.pk}/"
    manager = northmoor.team_manager
    given = {"found": "True.", "done": "Begun today.", "agreed": "yes"}
    assert send(manager, "challenge_answer", alert.pk, **given).url == sent.url
    why = {"reason": "Not enough.", "seen_clock": Challenge.objects.get().clock_id}
    assert send(officer, "challenge_further", alert.pk, **why).url == sent.url
    assert send(officer, "challenge_further", alert.pk, **why).status_code == 409
    why["seen_clock"] = Challenge.objects.get().clock_id
    assert send(officer, "challenge_serious", alert.pk, **why).url == sent.url
    assert send(northmoor.head_of_service, "challenge_answer", alert.pk, **given).url == sent.url
    came_out = {"outcome": "It has begun.", "difference_made": "She sees her brother."}
    assert send(officer, "challenge_settle", alert.pk, **came_out).url == sent.url
    alert.refresh_from_db()
    assert (alert.state, alert.kind, alert.answers.count()) == (
        Challenge.State.SETTLED,
        "management_alert",
        2,
    )
    assert send(northmoor.head_of_service, "challenge_answer", alert.pk, **given).status_code == 409
    closed = page(officer, "challenge_settle", alert.pk)
    assert closed.url == sent.url


def test_sending_the_form_twice_leads_to_the_one_that_is_there(northmoor: Authority, send: Page) -> None:
    officer, case = reviewing_officer(northmoor), case_of(northmoor)
    windsor(northmoor)
    first = send(officer, "challenge_raise", case.pk, **RAISED)
    assert send(officer, "challenge_raise", case.pk, **RAISED).url == first.url
    assert Challenge.objects.count() == 1


def test_a_dispute_is_recorded_as_followed_up(northmoor: Authority, page: Page, send: Page) -> None:
    dispute = raised_challenge(northmoor, now=NOW, kind="dispute")
    assert send(northmoor.practitioner, "challenge_supervision", dispute.pk).status_code == 422
    day = {"followed_up_on": "2026-11-10"}
    assert send(northmoor.practitioner, "challenge_supervision", dispute.pk, **day).status_code == 302
    assert facts(page(dispute.raised_by, "challenge", dispute.pk))["Followed up in supervision"] == (
        "10 November 2026"
    )
    alert = raised_challenge(northmoor, now=NOW)
    assert page(northmoor.practitioner, "challenge_supervision", alert.pk).status_code == 404


def test_what_may_name_somebody_is_sent_once_its_writer_has_looked_again(
    northmoor: Authority, send: Page
) -> None:
    officer, case = reviewing_officer(northmoor), case_of(northmoor)
    windsor(northmoor)
    named = {**RAISED, "what": "Mrs Alice Smith on 07700 900123 says that nothing has begun."}
    shown = send(officer, "challenge_raise", case.pk, **named)
    assert shown.status_code == 422
    (told,) = shown.context["form"].errors["nobody_named"]
    assert "a phone number (“07700 900123”)" in told
    assert not Challenge.objects.exists()
    assert send(officer, "challenge_raise", case.pk, **named, nobody_named="on").status_code == 302


def test_a_kind_that_begins_with_its_first_stage_says_so_at_the_box(northmoor: Authority, send: Page) -> None:
    officer, case = reviewing_officer(northmoor), case_of(northmoor)
    windsor(northmoor)
    shown = send(officer, "challenge_raise", case.pk, **RAISED, is_urgent="on")
    assert shown.status_code == 422
    assert shown.context["form"].errors["is_urgent"] == [
        "Alert always begins with its first stage. Choose another kind above."
    ]
    urgent = {**RAISED, "kind": "dispute", "is_urgent": "on"}
    assert send(officer, "challenge_raise", case.pk, **urgent).status_code == 302
    assert Challenge.objects.get().stage == 3


def test_a_case_that_cannot_be_challenged_gives_one_answer_whatever_the_reason(
    northmoor: Authority, page: Page, send: Page
) -> None:
    officer, restricted = reviewing_officer(northmoor), case_of(northmoor)
    windsor(northmoor)
    closed, elsewhere = case_of(northmoor, status="closed"), CaseFactory(unit=None)
    caseload.restrict_case(case=restricted, reason="Related.", by=northmoor.qa_manager, now=NOW)
    for case in (restricted, closed, elsewhere):
        shown = send(officer, "challenge_about", reference=case.child_ref)
        assert shown.status_code == 422
        assert "There is no open case with this reference" in shown.content.decode()
        assert page(officer, "challenge_raise", case.pk).status_code == 404
    for nobody in (northmoor.practitioner, northmoor.team_manager, northmoor.qa_manager):
        assert page(nobody, "challenge_about").status_code == 404
        assert page(nobody, "challenge_raise", case_of(northmoor).pk).status_code == 404
    caseload.grant_clearance(
        case=restricted,
        user=officer,
        reason="Reviews it.",
        review_on=NOW.date(),
        by=northmoor.qa_manager,
        now=NOW,
    )
    assert page(officer, "challenge_raise", restricted.pk).status_code == 200


def test_what_became_restricted_disappears_for_those_who_are_not_cleared(
    northmoor: Authority, page: Page
) -> None:
    alert = raised_challenge(northmoor, now=NOW)
    caseload.restrict_case(case=alert.case, reason="Related.", by=northmoor.qa_manager, now=NOW)
    for somebody in (alert.raised_by, northmoor.practitioner, northmoor.team_manager):
        assert page(somebody, "challenge", alert.pk).status_code == 404
        assert listed(page(somebody, "challenges")) == []


@pytest.mark.clause("SAN-27")
def test_the_list_is_narrowed_by_kind_state_theme_and_unit(northmoor: Authority, page: Page) -> None:
    alert = raised_challenge(northmoor, now=NOW, themes=["drift", "voice"])
    settled = answered_challenge(northmoor, at=NOW, kind="dispute", themes=["visits"])
    workflow.settle_challenge(
        challenge=settled, outcome="Done.", difference_made="Seen.", by=settled.raised_by, now=NOW
    )
    care = CaseFactory(unit=northmoor.care_team_1, worker=northmoor.care_practitioner)
    dispute = raised_challenge(northmoor, now=NOW, kind="dispute", case=care)
    reader = northmoor.qa_manager
    assert listed(page(reader, "challenges")) == [str(dispute), str(alert)]
    assert listed(page(reader, "challenges", state="all")) == [str(dispute), str(settled), str(alert)]
    assert listed(page(reader, "challenges", state="settled")) == [str(settled)]
    assert listed(page(reader, "challenges", kind="dispute")) == [str(dispute)]
    assert listed(page(reader, "challenges", theme="voice")) == [str(alert)]
    assert listed(page(reader, "challenges", unit=str(northmoor.care_team_1.pk))) == [str(dispute)]
    assert listed(page(reader, "challenges", unit="nowhere", theme="weather")) == [str(dispute), str(alert)]
    assert listed(page(northmoor.practitioner, "challenges", state="all")) == [str(settled), str(alert)]
    assert listed(page(northmoor.practitioner_2, "challenges", state="all")) == []


def test_the_tab_is_there_where_a_framework_has_alerts_and_disputes(northmoor: Authority, page: Page) -> None:
    def tabs() -> list[str]:
        return [tab["label"] for tab in page(northmoor.team_manager, "concerns").context["tabs"]]

    assert "Alerts and disputes" not in tabs()
    windsor(northmoor)
    assert "Alerts and disputes" in tabs()


def test_the_cases_page_lists_them_and_leads_to_raising_one(northmoor: Authority, page: Page) -> None:
    alert = raised_challenge(northmoor, now=NOW)
    shown = page(northmoor.team_manager, "case_actions", alert.case.pk)
    assert [row[0]["text"] for row in shown.context["challenges"]] == [str(alert)]
    assert "Raise an alert or dispute" not in shown.content.decode()


@pytest.mark.usefixtures("northmoor")
def test_what_waits_for_somebody_is_in_their_work(northmoor: Authority, client: Any) -> None:
    alert = raised_challenge(northmoor, now=NOW)

    def waiting(user: Any) -> list[str]:
        client.force_login(user)
        return [row[0]["text"] for row in client.get("/my-work/").context["work"].waiting]

    assert waiting(northmoor.team_manager) == [str(alert)]
    assert waiting(alert.raised_by) == []
    answer(alert, by=northmoor.team_manager, at=NOW)
    assert waiting(northmoor.team_manager) == []
    assert waiting(alert.raised_by) == [f"{alert}: does the answer settle it?"]
