"""Judging together: two people on one judgement, their reasons, and advice when they cannot agree."""

import json
from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from audits import workflow
from audits.models import AdviceRequest, AuditResult
from audits.readiness import Standing, problems_before_submission
from qaframework.notices.models import Notice
from qaframework.people.refusal import Refused
from tests.audits.pages import text_of, url
from tests.factories.audits import (
    allocated_audit,
    answer_everything,
    draft_action,
    fresh,
    judge,
    ready_audit,
    submitted_audit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_meeting")]


@pytest.fixture
def audit(where, held):
    """Begun, with all questions answered and one action; the judgement is still to be written."""
    return begun(where, held)


@pytest.fixture
def worker(where):
    client = Client()
    client.force_login(where.worker)
    return client


def begun(where, held, **answers):
    audit = allocated_audit(where)
    workflow.begin_audit(audit=audit, by=where.auditor, now=held)
    answer_everything(audit, where.auditor, held, **answers)
    draft_action(audit, where.auditor, where.authority.post_of[where.worker], held)
    return fresh(audit)


def problems(audit):
    audit = fresh(audit)
    found = problems_before_submission(audit, Standing.read(audit), localdate())
    return [problem.message for problem in found]


def save(client, audit, name, value, version):
    return client.post(f"{url('judge', audit)}?question_key={name}", {"value": value, "version": version})


# Written together


def test_a_judgement_is_saved_by_the_button(auditor, audit):
    data = {"version": audit.version, "impact": "Calmer.\r\nSleeps.", "worker_took_part": "by_call"}
    page = auditor.post(url("judgement", audit), data)
    assert page.url == url("actions", audit)
    audit = fresh(audit)
    assert (audit.impact, audit.worker_took_part, audit.version) == ("Calmer.\nSleeps.", "by_call", 2)


def test_a_field_is_saved_as_it_is_typed(auditor, audit):
    response = save(auditor, audit, "impact", "Calmer.", audit.version)
    assert response.json() == {"version": 2, "saved_at": "2026-11-10T14:00:00+00:00"}
    assert fresh(audit).impact == "Calmer."


@pytest.mark.parametrize(
    ("name", "value"), [("overall_grade", "splendid"), ("final_grade", "good"), ("", "x")]
)
def test_what_is_no_judgement_is_refused(auditor, audit, name, value):
    assert save(auditor, audit, name, value, audit.version).status_code == 422
    assert fresh(audit).overall_grade == fresh(audit).final_grade == ""


def test_two_people_may_write_different_parts_at_once(auditor, worker, audit):
    read = audit.version
    worker.post(
        url("worker_view", audit), {"version": read, "worker_grade": "good", "worker_view": "Proud of it."}
    )
    page = auditor.post(url("judgement", audit), {"version": read, "impact": "Calmer.", "worker_view": ""})
    assert page.status_code == 302
    audit = fresh(audit)
    assert (audit.impact, audit.worker_view, audit.worker_grade) == ("Calmer.", "Proud of it.", "good")


def test_the_same_part_written_twice_shows_both_texts_and_loses_neither(auditor, worker, audit):
    read = audit.version
    worker.post(
        url("worker_view", audit), {"version": read, "worker_grade": "good", "worker_view": "Proud of it."}
    )
    sent = {"version": read, "impact": "Calmer.", "worker_view": "She says it went well."}
    page = auditor.post(url("judgement", audit), sent)
    assert page.status_code == 409
    text = text_of(page)
    assert "Proud of it." in text
    assert "She says it went well." in text
    assert fresh(audit).worker_view == "Proud of it."
    hidden = dict([*page.context["versions"], *page.context["sent"]])
    auditor.post(url("judgement", audit), {**hidden, "keep__worker_view": "theirs"})
    audit = fresh(audit)
    assert (audit.impact, audit.worker_view) == ("Calmer.", "Proud of it.")


def test_one_may_also_keep_ones_own_text(auditor, worker, audit):
    save(auditor, audit, "worker_view", "Written down by the auditor.", audit.version)
    sent = {"version": audit.version, "worker_grade": "good", "worker_view": "My own words."}
    page = worker.post(url("worker_view", audit), sent)
    assert page.status_code == 409
    hidden = dict([*page.context["versions"], *page.context["sent"]])
    assert worker.post(url("worker_view", audit), {**hidden, "keep__worker_view": "mine"}).status_code == 302
    assert fresh(audit).worker_view == "My own words."
    texts = [entry.worker_view for entry in audit.history.all()]
    assert "Written down by the auditor." in texts


def test_a_field_changed_by_somebody_else_meanwhile_is_a_conflict(auditor, worker, audit):
    sent = {"version": audit.version, "worker_grade": "good", "worker_view": "My own words."}
    worker.post(url("worker_view", audit), sent)
    response = save(auditor, audit, "worker_view", "Other words.", audit.version)
    assert response.status_code == 409
    assert response.json() == {
        "mine": "Other words.",
        "theirs": "My own words.",
        "version": 2,
        "by": "Practitioner Example",
    }


def test_saving_the_same_again_changes_nothing(auditor, audit):
    save(auditor, audit, "impact", "Calmer.", audit.version)
    assert save(auditor, audit, "impact", "Calmer.", audit.version).json()["version"] == 2
    assert fresh(audit).version == 2


def test_after_submission_nothing_is_changed_and_what_was_typed_is_shown(auditor, worker, where, held):
    audit = submitted_audit(where, held)
    assert save(auditor, audit, "impact", "Too late.", audit.version).status_code == 423
    page = auditor.post(url("judgement", audit), {"version": audit.version, "impact": "Too late."})
    assert page.status_code == 423
    assert "Too late." in text_of(page)
    sent = {"version": audit.version, "worker_grade": "good", "worker_view": "Too late."}
    page = worker.post(url("worker_view", audit), sent)
    assert page.status_code == 423
    assert "Too late." in text_of(page)
    assert fresh(audit).impact == "Life has become calmer for the child."


# What has to be said


@pytest.mark.clause("LAN-07")
def test_a_learning_space_not_held_in_person_needs_a_reason(auditor, where, audit, held):
    judge(audit, where.auditor, held, worker_took_part="by_call")
    assert problems(audit) == ["This is meant to be held in person. Say why it was held by call."]
    assert "If it was not held in person, why?" in text_of(auditor.get(url("judgement", audit)))
    values = {"not_involved_reason": "The practitioner was at home with a broken leg."}
    workflow.save_judgement(
        audit=audit, version=fresh(audit).version, values=values, by=where.auditor, now=held
    )
    assert problems(audit) == []
    workflow.submit_audit(audit=fresh(audit), by=where.auditor, now=held)
    assert audit.history.filter(worker_took_part="by_call").exists()


def test_where_the_framework_asks_for_no_mode_a_call_needs_no_reason(bracknell_setting, held):
    audit = begun(bracknell_setting, held)
    judge(audit, bracknell_setting.auditor, held, worker_took_part="by_call")
    assert problems(audit) == []


def test_without_the_practitioner_it_is_said_why_and_nobody_has_to_agree(where, audit, held):
    nobody = {"worker_grade": "", "worker_view": "", "agreement": ""}
    judge(audit, where.auditor, held, worker_took_part="no", **nobody)
    assert problems(audit) == ["Say why the social worker did not take part."]
    values = {"not_involved_reason": "Has left the authority."}
    workflow.save_judgement(
        audit=audit, version=fresh(audit).version, values=values, by=where.auditor, now=held
    )
    workflow.submit_audit(audit=fresh(audit), by=where.auditor, now=held)
    assert AuditResult.objects.get(audit=audit).worker_took_part is False
    assert fresh(audit).final_grade_reached_by == "Judged by the auditor"


@pytest.mark.clause("BF-13")
def test_the_grade_is_given_together_on_the_impact_for_the_child(client, worker, bracknell_setting, held):
    where = bracknell_setting
    audit = begun(where, held)
    client.force_login(where.auditor)
    page = text_of(client.get(url("judgement", audit)))
    assert "What difference has the work made for the child?" in page
    assert "How does the key worker grade the work?" in page
    judge(audit, where.auditor, held, impact="", worker_grade="", worker_view="", agreement="")
    assert problems(audit) == [
        "Describe the difference the work has made for the child.",
        "Record how the key worker would grade the work.",
        "Say whether you both agree on the grade.",
    ]
    sent = {"version": fresh(audit).version, "worker_grade": "good", "worker_view": "She trusts me now."}
    assert worker.post(url("worker_view", audit), sent).url == url("audit", audit)
    assert "She trusts me now." in text_of(client.get(url("judgement", audit)))
    values = {"impact": "She goes to school every day.", "agreement": "agreed"}
    workflow.save_judgement(
        audit=audit, version=fresh(audit).version, values=values, by=where.auditor, now=held
    )
    workflow.submit_audit(audit=fresh(audit), by=where.auditor, now=held)
    assert fresh(audit).final_grade_reached_by == "Agreed in the audit"


def test_agreeing_with_two_different_grades_is_questioned(where, audit, held):
    judge(audit, where.auditor, held, worker_grade="outstanding")
    assert problems(audit) == [
        "You say that you agree, but the two grades differ. Change one, or say that you do not agree."
    ]


def test_a_view_without_a_grade_is_refused(worker, audit):
    page = worker.post(url("worker_view", audit), {"version": audit.version, "worker_view": "Fine."})
    assert page.status_code == 422
    assert "Choose the grade that you would give." in text_of(page)
    assert "Fine." in text_of(page)


def test_only_the_practitioner_gives_the_practitioners_view(client, where, authority, audit, held):
    for user in (where.auditor, authority.qa_officer, authority.practitioner_2):
        client.force_login(user)
        assert client.get(url("worker_view", audit)).status_code == 404
    with pytest.raises(Refused, match="Only the practitioner"):
        workflow.add_worker_view(
            audit=audit, version=1, values={"worker_view": "x"}, by=where.auditor, now=held
        )


@pytest.mark.clause("BF-18")
def test_a_good_grade_with_unmet_indicators_needs_a_reason(client, bracknell_setting, held):
    where = bracknell_setting
    audit = begun(where, held, chronology_good="no", plan_smart="partly", permanence_goals="na")
    client.force_login(where.auditor)
    judge(audit, where.auditor, held, "good")
    assert problems(audit) == [
        "2 of the expected indicators are not fully met. Say why the grade is still “Good”."
    ]
    page = text_of(client.get(url("judgement", audit)))
    assert "There is an up-to-date chronology of good quality" in page
    assert "Why is it still good or better?" in page
    asked_if = client.get(url("judgement", audit)).context["form"].asked_if["unmet_indicators_reason"]
    (condition,) = json.loads(asked_if)
    assert (condition["key"], condition["options"]) == ("overall_grade", ["outstanding", "good"])
    save(client, audit, "unmet_indicators_reason", "Both were put right last week.", fresh(audit).version)
    assert problems(audit) == []


@pytest.mark.clause("BF-18")
@pytest.mark.parametrize("grade", ["requires_improvement", "inadequate"])
def test_below_good_unmet_indicators_need_no_reason(bracknell_setting, held, grade):
    audit = begun(bracknell_setting, held, chronology_good="no")
    judge(audit, bracknell_setting.auditor, held, grade)
    assert problems(audit) == []


def test_the_seven_indicators_are_asked_first(client, bracknell_setting):
    audit = allocated_audit(bracknell_setting)
    first = audit.answer_set.tool_version.definition.sections[0]
    client.force_login(bracknell_setting.auditor)
    page = text_of(client.get(reverse("audits:section", args=[audit.pk, first.key])))
    assert len(first.questions) == 7
    assert all(f'name="{question.key}"' in page for question in first.questions)


# Advice


@pytest.mark.clause("BF-14")
def test_a_disagreement_goes_to_the_qa_team_and_the_audit_waits_for_its_advice(
    client, bracknell_setting, authority, held
):
    where = bracknell_setting
    audit = begun(where, held)
    client.force_login(where.auditor)
    judge(audit, where.auditor, held, "requires_improvement", worker_grade="good", agreement="not_agreed")
    sent = {"version": fresh(audit).version, "agreement": "not_agreed"}
    assert client.post(url("judgement", audit), sent).url == url("advice", audit)
    assert client.post(url("submit", audit)).status_code == 422
    assert client.post(url("advice", audit), {"auditor_reason": "No dates."}).status_code == 422
    reasons = {"auditor_reason": "The plan has no dates.", "worker_reason": "The family works to it."}
    client.post(url("advice", audit), reasons)
    request = AdviceRequest.objects.get(audit=audit)
    told = Notice.objects.get(kind="advice_asked", recipient=authority.qa_manager)
    assert told.url == reverse("audits:give_advice", args=[request.pk])
    page = client.get(url("audit", audit))
    assert "was asked for advice on 10 November 2026" in text_of(page)
    assert client.post(url("submit", audit)).status_code == 422
    client.force_login(authority.qa_manager)
    step = client.get(url("audit", audit)).context["page"].next_step
    assert (step.label, step.url) == ("Give advice", told.url)
    assert client.get(told.url).status_code == 200
    client.force_login(where.auditor)
    workflow.give_advice(
        request=request,
        advice="The child's week is better: good.",
        advised_grade="good",
        by=authority.qa_officer,
        now=held,
    )
    told = set(Notice.objects.filter(kind="advice").values_list("recipient", flat=True))
    assert told == {where.auditor.pk, where.worker.pk}
    assert "The child&#x27;s week is better: good." in text_of(client.get(url("advice", audit)))
    assert "Read it before you submit." in text_of(client.get(url("audit", audit)))
    assert "Advised grade" in text_of(client.get(url("submit", audit)))
    client.post(url("submit", audit))
    audit = fresh(audit)
    assert audit.assignment.state == "submitted"
    assert audit.final_grade_reached_by == "After advice from the quality assurance team on 10 November 2026"


def test_advice_is_asked_once(client, where, audit, held):
    client.force_login(where.auditor)
    reasons = {"auditor_reason": "No dates.", "worker_reason": "The family works to it."}
    client.post(url("advice", audit), reasons)
    page = client.post(url("advice", audit), reasons)
    assert page.status_code == 422
    assert "asked already" in text_of(page)


def test_nobody_advises_on_their_own_audit(where, audit, held):
    request = workflow.ask_advice(
        audit=audit, auditor_reason="a", worker_reason="b", by=where.auditor, now=held
    )
    for user in (where.auditor, where.worker):
        with pytest.raises(Refused, match="not part of this audit"):
            workflow.give_advice(request=request, advice="Good.", advised_grade="good", by=user, now=held)


def test_the_suggested_grade_and_its_reason_are_shown(client, where, audit):
    client.force_login(where.auditor)
    page = client.get(url("judgement", audit))
    assert "You judge the overall grade" in text_of(page)
    assert {row["value"] for row in page.context["grading"].sections} == {"Good"}


def test_the_result_in_the_figures_follows_the_submission(where, held):
    audit = ready_audit(where, held, "outstanding")
    workflow.submit_audit(audit=audit, by=where.auditor, now=held)
    result = AuditResult.objects.get(audit=audit)
    assert (result.month, result.original_grade, result.final_grade) == ("2026-11", "outstanding", "")
    assert (result.in_time, result.worker_took_part, result.feedback_obtained) == (True, True, True)


# Handed in later


def test_an_action_whose_day_passed_before_the_audit_is_handed_in_is_asked_for_again(
    auditor, where, audit, held, time_machine
):
    judge(audit, where.auditor, held)
    (action,) = audit.action_plan.actions.all()
    time_machine.move_to(datetime.combine(action.due_on, time(9), UTC) + timedelta(days=1), tick=False)
    auditor.force_login(where.auditor)
    said = f"An action was to be done by {action.due_on:%-d %B %Y}, which has passed."
    assert said in text_of(auditor.get(url("audit", audit)))
    page = auditor.post(url("submit", audit))
    assert page.status_code == 422
    assert said in text_of(page)
    action.refresh_from_db()
    assert action.state == action.State.DRAFT
