"""The pages of one action, plan, concern and loop: who opens them, what they say, what they let one do."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qaframework.actions import workflow
from qaframework.actions.models import Action, Concern, LoopClosure
from qaframework.people.models import PostHolding, RecordRead
from tests.factories.actions import (
    done_action,
    finish_all,
    issued_action,
    loop_with_head,
    open_loop,
    raised_concern,
)
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory

pytestmark = pytest.mark.usefixtures("today_is_10_november")

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
EVERYBODY = (
    "practitioner",
    "practitioner_2",
    "team_manager",
    "team_manager_2",
    "senior_manager",
    "head_of_service",
    "outsider",
    "qa_officer",
    "admin",
)
READERS = {"practitioner", "team_manager", "senior_manager", "head_of_service", "qa_officer"}

Page = Callable[..., Any]


def who_opens(northmoor: Authority, page: Page, name: str, *args: Any) -> set[str]:
    answers = {who: page(getattr(northmoor, who), name, *args).status_code for who in EVERYBODY}
    assert set(answers.values()) <= {200, 404}
    return {who for who, status in answers.items() if status == 200}


def facts(shown: Any) -> dict[str, str]:
    return {fact["label"]: fact["value"] for fact in shown.context["facts"]}


def steps(shown: Any) -> list[str]:
    return [step.verb for step in shown.context["steps"]]


# One action


def test_who_opens_an_action(northmoor: Authority, page: Page) -> None:
    action = issued_action(northmoor)
    assert who_opens(northmoor, page, "action", action.pk) == READERS
    assert page(northmoor.practitioner, "action", action.pk + 1).status_code == 404


@pytest.mark.clause("LAN-28")
def test_an_action_shows_owner_due_date_state_evidence_and_history(northmoor: Authority, page: Page) -> None:
    action = done_action(northmoor, at=NOW)
    shown = page(northmoor.team_manager, "action", action.pk)
    said = facts(shown)
    assert said["Who"] == "Practitioner Example (Practitioner, Duty team 1)"
    assert said["Due"] == "27 November 2026"
    assert said["Evidence"] == "The plan is on the record."
    assert said["Done"] == "10 November 2026, 10am, by Practitioner Example"
    assert shown.context["tag"] == {"text": "To be verified", "status": "done"}
    assert [row[1:] for row in shown.context["story"]] == [
        ["Practitioner Example", "Done"],
        ["Team Manager 2 Example", "Issued"],
        ["The system", "Drafted"],
    ]


def test_each_is_offered_only_their_own_next_steps(northmoor: Authority, page: Page) -> None:
    action = issued_action(northmoor)
    offered = {who: steps(page(getattr(northmoor, who), "action", action.pk)) for who in sorted(READERS)}
    assert offered == {
        "practitioner": ["finish", "begin"],
        "team_manager": ["cancel"],
        "senior_manager": ["cancel"],
        "head_of_service": ["cancel"],
        "qa_officer": [],
    }
    workflow.begin_action(action=action, by=northmoor.practitioner, now=NOW)
    assert steps(page(northmoor.practitioner, "action", action.pk)) == ["finish"]
    workflow.finish_action(action=action, evidence="Done.", by=northmoor.practitioner, now=NOW)
    assert steps(page(northmoor.practitioner, "action", action.pk)) == []
    assert steps(page(northmoor.team_manager, "action", action.pk)) == ["verify", "return"]


@pytest.mark.parametrize(
    ("name", "is_done", "may"),
    [
        ("finish", False, {"practitioner"}),
        ("verify", True, {"team_manager", "senior_manager", "head_of_service"}),
        ("return", True, {"team_manager", "senior_manager", "head_of_service"}),
        ("cancel", False, {"team_manager", "senior_manager", "head_of_service"}),
    ],
)
def test_who_opens_the_form_of_a_step(
    northmoor: Authority, page: Page, name: str, is_done: bool, may: set[str]
) -> None:
    action = done_action(northmoor, at=NOW) if is_done else issued_action(northmoor)
    assert who_opens(northmoor, page, name, action.pk) == may


def test_owner_and_manager_bring_an_action_to_its_end(northmoor: Authority, page: Page, send: Page) -> None:
    action = issued_action(northmoor)
    url = reverse("actions:action", args=[action.pk])
    owner, manager = northmoor.practitioner, northmoor.team_manager
    for by, step, words in [
        (owner, "begin", {}),
        (owner, "finish", {"evidence": "On the record."}),
        (manager, "return", {"reason": "Nan has no copy."}),
        (owner, "finish", {"evidence": "Nan has it."}),
        (manager, "verify", {"difference_made": "She sleeps at night."}),
    ]:
        answer = send(by, step, action.pk, **words)
        assert (answer.status_code, answer["Location"]) == (302, url)
    said = facts(page(owner, "action", action.pk))
    assert said["Difference made"] == "She sleeps at night."
    assert said["Verified"] == "10 November 2026, 10am, by Team Manager Example"


def test_a_form_without_words_says_what_is_missing_and_keeps_the_page(
    northmoor: Authority, send: Page
) -> None:
    action = done_action(northmoor, at=NOW)
    answer = send(northmoor.team_manager, "verify", action.pk, difference_made=" ")
    assert answer.status_code == 422
    assert "Say what difference this made for the child" in answer.content.decode()
    assert "The plan is on the record." in answer.content.decode()


def test_the_second_of_two_who_verify_at_once_keeps_what_they_typed(northmoor: Authority, send: Page) -> None:
    action = done_action(northmoor, at=NOW)
    send(northmoor.team_manager, "verify", action.pk, difference_made="First.")
    answer = send(northmoor.senior_manager, "verify", action.pk, difference_made="She is calmer.")
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "Somebody else has changed this in the meantime" in said
    assert "She is calmer." in said
    assert Action.objects.get(pk=action.pk).difference_made == "First."


def test_the_form_of_a_step_that_is_past_leads_back(northmoor: Authority, page: Page, send: Page) -> None:
    action = issued_action(northmoor)
    answer = page(northmoor.team_manager, "verify", action.pk)
    assert (answer.status_code, answer["Location"]) == (302, reverse("actions:action", args=[action.pk]))
    workflow.begin_action(action=action, by=northmoor.practitioner, now=NOW)
    assert send(northmoor.practitioner, "begin", action.pk).status_code == 302
    assert action.history.filter(history_change_reason="Started").count() == 1


def test_nobody_takes_a_step_on_an_action_that_is_not_theirs(northmoor: Authority, send: Page) -> None:
    action = issued_action(northmoor)
    for who in ("team_manager", "qa_officer", "outsider"):
        assert send(getattr(northmoor, who), "begin", action.pk).status_code == 404
        assert send(getattr(northmoor, who), "finish", action.pk, evidence="Done.").status_code == 404
    assert send(northmoor.practitioner, "cancel", action.pk, reason="No.").status_code == 404
    assert Action.objects.get(pk=action.pk).state == "open"


def test_reading_an_action_of_a_case_is_logged(northmoor: Authority, page: Page) -> None:
    action = issued_action(northmoor)
    page(northmoor.team_manager, "action", action.pk)
    read = RecordRead.objects.get()
    case = action.plan.case
    assert case is not None
    assert (read.reader, read.kind, read.record_id, read.purpose) == (
        northmoor.team_manager,
        "case",
        case.pk,
        f"Action {action.pk}",
    )


# A plan


def test_who_opens_a_plan_and_who_keeps_it(northmoor: Authority, page: Page) -> None:
    plan = issued_action(northmoor, owner=northmoor.team_manager_2).plan
    keepers = READERS
    assert who_opens(northmoor, page, "plan", plan.pk) == keepers | {"team_manager_2"}
    assert who_opens(northmoor, page, "supervision_review", plan.pk) == keepers


@pytest.mark.clause("BF-12")
def test_the_plan_stands_under_its_heading_to_be_copied_and_is_placed_on_file(
    northmoor: Authority, page: Page, send: Page
) -> None:
    plan = issued_action(northmoor).plan
    shown = page(northmoor.practitioner, "plan", plan.pk)
    assert plan.title == "Audit Action Plan – November 2026"
    assert shown.context["text"].startswith("Audit Action Plan – November 2026\n\nCase ")
    assert "1. Agree a safety plan with the family." in shown.context["text"]
    assert "Who: Practitioner Example. By: 27 November 2026." in shown.context["text"]
    assert facts(shown)["Placed on the child's file"] == "Not recorded yet"
    send(northmoor.practitioner, "place_on_file", plan.pk)
    shown = page(northmoor.practitioner, "plan", plan.pk)
    on_file = "10 November 2026, 10am, by Practitioner Example"
    assert facts(shown)["Placed on the child's file"] == on_file
    assert steps(shown) == ["supervision_review"]
    again = send(northmoor.team_manager, "place_on_file", plan.pk)
    assert again.status_code == 302
    assert facts(page(northmoor.team_manager, "plan", plan.pk))["Placed on the child's file"] == on_file


@pytest.mark.clause("BED-13")
def test_a_plan_says_whether_both_were_told_or_until_when_the_48_hours_run(
    northmoor: Authority, page: Page, send: Page
) -> None:
    told = issued_action(northmoor).plan
    assert facts(page(northmoor.practitioner, "plan", told.pk))["Practitioner and manager told"] == (
        "2 November 2026, 9am"
    )
    PostHolding.objects.filter(user=northmoor.team_manager).delete()
    waiting = issued_action(northmoor, now=NOW).plan
    shown = page(northmoor.senior_manager, "plan", waiting.pk)
    assert facts(shown)["Practitioner and manager told"] == "Not yet: due by 12 November 2026, 10am"
    assert "told" in steps(shown)
    assert send(northmoor.senior_manager, "told", waiting.pk, reason="I rang both.").status_code == 302
    shown = page(northmoor.senior_manager, "plan", waiting.pk)
    assert facts(shown)["Practitioner and manager told"] == "10 November 2026, 10am"


@pytest.mark.clause("BF-11")
def test_the_talk_in_supervision_is_recorded_on_a_page(northmoor: Authority, page: Page, send: Page) -> None:
    plan = issued_action(northmoor).plan
    shown = page(northmoor.team_manager, "plan", plan.pk)
    assert facts(shown)["Talked about in supervision"] == "Not recorded yet: due by 2 December 2026"
    words = {"reviewed_on": "2026-11-12", "agreement": "Both dates stand."}
    refused = send(northmoor.team_manager, "supervision_review", plan.pk, **words)
    assert refused.status_code == 422
    assert "The date of the review is in the future" in refused.content.decode()
    assert "Both dates stand." in refused.content.decode()
    words["reviewed_on"] = "2026-11-09"
    assert send(northmoor.team_manager, "supervision_review", plan.pk, **words).status_code == 302
    said = facts(page(northmoor.practitioner, "plan", plan.pk))
    assert (said["Talked about in supervision"], said["Agreed in supervision"]) == (
        "9 November 2026",
        "Both dates stand.",
    )


def test_whoever_has_one_action_of_a_plan_reads_it_all_and_opens_their_own(
    northmoor: Authority, page: Page
) -> None:
    plan = issued_action(northmoor).plan
    theirs = issued_action(northmoor, plan=plan, owner=northmoor.team_manager_2)
    shown = page(northmoor.team_manager_2, "plan", plan.pk)
    assert len(shown.context["lines"]) == 2
    assert shown.context["open_to_reader"] == {theirs.pk}
    assert steps(shown) == []


# Concerns


def test_who_opens_a_concern(northmoor: Authority, page: Page) -> None:
    concern = raised_concern(northmoor, now=NOW)
    assert who_opens(northmoor, page, "concern", concern.pk) == READERS | {"team_manager_2"}


@pytest.mark.clause("SAN-01")
def test_waiting_concerns_come_first_with_the_time_since_they_were_raised(
    northmoor: Authority, page: Page, send: Page
) -> None:
    answered = raised_concern(northmoor, now=NOW - timedelta(days=3))
    late = raised_concern(northmoor, now=NOW - timedelta(hours=5))
    new = raised_concern(northmoor, now=NOW - timedelta(minutes=20))
    assert (
        send(northmoor.team_manager, "concern", answered.pk, response="I have seen her.").status_code == 302
    )
    shown = page(northmoor.team_manager, "concerns").context
    assert [row[0]["text"] for row in shown["waiting"]] == [
        f"Case {late.case.child_ref}",
        f"Case {new.case.child_ref}",
    ]
    assert [row[1] for row in shown["waiting"]] == [
        "10 November 2026, 5am, 5 hours ago",
        "10 November 2026, 9:40am, 20 minutes ago",
    ]
    assert [row[3] for row in shown["waiting"]] == [
        {"text": "Late", "status": "late"},
        "10 November 2026, 1:40pm",
    ]
    assert [row[3] for row in shown["answered"]] == ["10 November 2026, 10am, by Team Manager Example"]
    assert page(northmoor.outsider, "concerns").context["waiting"] == []


@pytest.mark.clause("SAN-01")
def test_a_concern_is_acknowledged_with_what_was_done(northmoor: Authority, page: Page, send: Page) -> None:
    concern = raised_concern(northmoor, now=NOW - timedelta(hours=1))
    shown = page(northmoor.team_manager, "concern", concern.pk)
    assert facts(shown)["Answer due"] == "10 November 2026, 1pm"
    assert facts(shown)["Raised"].endswith("(1 hour ago)")
    empty = send(northmoor.team_manager, "concern", concern.pk, response="")
    assert empty.status_code == 422
    assert "Say what you have done, or who is doing it now." in empty.content.decode()
    send(northmoor.team_manager, "concern", concern.pk, response="I have seen her.")
    second = send(northmoor.practitioner, "concern", concern.pk, response="Me too.")
    assert second.status_code == 302
    said = facts(page(northmoor.practitioner, "concern", concern.pk))
    assert said["What was done"] == "I have seen her."
    assert "Answer due" not in said


def test_who_raised_a_concern_cannot_answer_it(northmoor: Authority, page: Page, send: Page) -> None:
    concern = raised_concern(northmoor, now=NOW)
    assert page(northmoor.team_manager_2, "concern", concern.pk).context["form"] is None
    answer = send(northmoor.team_manager_2, "concern", concern.pk, response="All is well.")
    assert answer.status_code == 422
    assert "Somebody else has to acknowledge" in answer.content.decode()
    assert Concern.objects.get(pk=concern.pk).acknowledged_at is None


# Closing the loop


def test_who_opens_a_loop_and_its_forms(northmoor: Authority, page: Page) -> None:
    loop = open_loop(northmoor)
    assert who_opens(northmoor, page, "loop", loop.pk) == READERS
    assert who_opens(northmoor, page, "loop_meeting", loop.pk) == {"senior_manager"}
    waiting = loop_with_head(northmoor, at=NOW)
    assert who_opens(northmoor, page, "loop_return", waiting.pk) == {"head_of_service"}


@pytest.mark.clause("LAN-24")
def test_the_senior_manager_records_what_was_seen_of_each_action(
    northmoor: Authority, page: Page, send: Page
) -> None:
    loop = open_loop(northmoor)
    action = loop.plan.actions.get()
    finish_all(loop, northmoor, at=NOW)
    form = page(northmoor.senior_manager, "loop_meeting", loop.pk).content.decode()
    assert "Agree a safety plan with the family." in form
    assert "Its owner wrote: The plan is on the record." in form
    words = {
        "met_on": "2026-11-10",
        "present": "Practitioner, team manager",
        "child_is_safe": "I saw her on Monday.",
        "other_children": "Her brother was seen too.",
        "kinds_of_cause": ["capacity", "supervision"],
        "causes": "Two vacancies in the team.",
        "support": "Time with a practice development manager.",
    }
    missing = send(northmoor.senior_manager, "loop_meeting", loop.pk, **words)
    assert missing.status_code == 422
    assert "Say what you saw that shows that this is done" in missing.content.decode()
    words[f"evidence_{action.pk}"] = "I read the plan."
    without_cause = send(northmoor.senior_manager, "loop_meeting", loop.pk, **{**words, "kinds_of_cause": []})
    assert "Choose what led to this." in without_cause.content.decode()
    assert "I saw her on Monday." in missing.content.decode()
    assert send(northmoor.senior_manager, "loop_meeting", loop.pk, **words).status_code == 302
    shown = page(northmoor.head_of_service, "loop", loop.pk)
    assert [row[-1] for row in shown.context["actions"]] == ["I read the plan."]
    assert [step["state"] for step in shown.context["path"]] == ["done", "done", "current", "next"]
    found = {fact["label"]: fact["value"] for fact in shown.context["meeting"]}
    assert found["Is the child safe"] == "I saw her on Monday."
    assert found["What led to it"] == "Time and caseload, Supervision\nTwo vacancies in the team."
    assert found["Support for the practitioner"] == "Time with a practice development manager."


def test_an_unfinished_action_keeps_the_meeting_on_its_page(northmoor: Authority, send: Page) -> None:
    loop = open_loop(northmoor)
    words = {
        "met_on": "2026-11-10",
        "present": "Practitioner",
        "child_is_safe": "Seen.",
        "other_children": "None.",
        "kinds_of_cause": ["capacity", "supervision"],
        "causes": "Two vacancies in the team.",
        "support": "Time with a practice development manager.",
        f"evidence_{loop.plan.actions.get().pk}": "Not yet.",
    }
    answer = send(northmoor.senior_manager, "loop_meeting", loop.pk, **words)
    assert answer.status_code == 422
    assert "1 action is not done yet" in answer.content.decode()


@pytest.mark.clause("LAN-25")
def test_the_head_of_service_returns_and_then_authorises(
    northmoor: Authority, page: Page, send: Page
) -> None:
    loop = loop_with_head(northmoor, at=NOW)
    head, senior = northmoor.head_of_service, northmoor.senior_manager
    assert steps(page(head, "loop", loop.pk)) == ["loop_authorise", "loop_return"]
    assert steps(page(senior, "loop", loop.pk)) == []
    send(head, "loop_return", loop.pk, reason="Was her brother seen?")
    shown = page(senior, "loop", loop.pk)
    assert steps(shown) == ["loop_meeting"]
    assert facts(shown)["Returned because"] == "Was her brother seen?"
    form = page(senior, "loop_meeting", loop.pk).context["form"]
    assert form.initial["child_is_safe"] == "Seen on Monday; she says that she feels safe."
    assert form.initial[next(iter(form.evidence_fields))] == "I read the plan."
    again = {name: form.initial[name] for name in form.fields}
    assert send(senior, "loop_meeting", loop.pk, **again).status_code == 302
    for who in (senior, northmoor.qa_officer):
        assert send(who, "loop_authorise", loop.pk).status_code == 404
    assert send(head, "loop_authorise", loop.pk).status_code == 302
    assert send(head, "loop_authorise", loop.pk).status_code == 302
    shown = page(head, "loop", loop.pk)
    assert [step["detail"] for step in shown.context["path"]][2:] == ["10 November 2026", "10 February 2027"]
    assert LoopClosure.objects.get(pk=loop.pk).history.filter(state="authorised").count() == 1


def test_loops_to_be_closed_come_first_and_late_ones_say_so(northmoor: Authority, page: Page) -> None:
    late = open_loop(northmoor, now=NOW - timedelta(days=90))
    closed = loop_with_head(northmoor, at=NOW)
    workflow.authorise_loop(loop=closed, by=northmoor.head_of_service, now=NOW)
    shown = page(northmoor.head_of_service, "loops").context
    assert [row[0]["text"] for row in shown["open"]] == [f"Case {late.case.child_ref}"]
    assert shown["open"][0][-1] == {"text": "Late", "status": "late"}
    assert [row[2:] for row in shown["authorised"]] == [["10 Nov 2026", "10 Feb 2027"]]
    assert page(northmoor.outsider, "loops").context["open"] == []


def test_a_restricted_case_hides_its_plan_concern_and_loop(northmoor: Authority, page: Page) -> None:
    case = CaseFactory(unit=northmoor.duty_team_1, worker=northmoor.practitioner, restricted=True)
    concern = raised_concern(northmoor, now=NOW, case=case)
    loop = open_loop(northmoor, case=case)
    for name, pk in [("plan", loop.plan_id), ("concern", concern.pk), ("loop", loop.pk)]:
        assert who_opens(northmoor, page, name, pk) == set()
    assert page(northmoor.team_manager, "plan_document", loop.plan_id, "docx").status_code == 404
    assert page(northmoor.team_manager, "concerns").context["waiting"] == []
    assert page(northmoor.head_of_service, "loops").context["open"] == []


# Queries


@pytest.mark.parametrize(
    ("name", "most"), [("action", 8), ("plan", 9), ("concerns", 7), ("concern", 7), ("loops", 7), ("loop", 9)]
)
def test_pages_ask_the_database_little(
    northmoor: Authority, client: Client, django_assert_max_num_queries: Any, name: str, most: int
) -> None:
    loop = open_loop(northmoor)
    keys = {
        "action": loop.plan.actions.get().pk,
        "plan": loop.plan_id,
        "concern": raised_concern(northmoor, now=NOW).pk,
        "loop": loop.pk,
    }
    client.force_login(northmoor.senior_manager)
    url = reverse(f"actions:{name}", args=[keys[name]] if name in keys else [])
    client.get(url)
    with django_assert_max_num_queries(most):
        assert client.get(url).status_code == 200


def test_nobody_sees_anything_without_signing_in(northmoor: Authority, client: Client) -> None:
    loop = open_loop(northmoor)
    for name, args in [("tracker", []), ("plan", [loop.plan_id]), ("loop", [loop.pk]), ("concerns", [])]:
        answer = client.get(reverse(f"actions:{name}", args=args))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/login/")


def test_who_wrote_the_record_is_in_its_history(northmoor: Authority, page: Page) -> None:
    concern = raised_concern(northmoor, now=NOW)
    story = page(northmoor.team_manager, "concern", concern.pk).context["story"]
    assert story[-1][1:] == ["Team Manager 2 Example", "Raised"]
