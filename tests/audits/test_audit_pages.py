"""One audit through its pages: opened, started, answered, checked, submitted, read."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape

from audits import workflow
from audits.models import AuditResult, CaseAudit, Moderation
from qaframework.actions.models import Action, Concern
from qaframework.notices.models import Notice
from qaframework.rules.periods import Month
from qaframework.tools.definition import QuestionType
from qaframework.tools.models import Answer, Submission
from qaframework.tools.reading import missing_answers, values_of
from tests.audits.pages import text_of, url
from tests.factories.audits import (
    allocated_audit,
    answer_everything,
    draft_action,
    example,
    fresh,
    judge,
    ready_audit,
    setting,
    submitted_audit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_meeting")]


def steps(page):
    return {step.label: (step.state, step.detail) for step in page.context["page"].path}


def section_data(audit, section):
    """What a browser sends for a section that was filled in by hand."""
    definition = audit.answer_set.tool_version.definition
    data = {}
    for key in definition.answer_keys(section):
        question = definition.question(key)
        if question.type is QuestionType.ACTIONS:
            continue
        value = example(question)
        data[f"version__{key}"] = "0"
        if isinstance(value, dict):
            data |= {f"{key}.{box}": text for box, text in value.items()}
        else:
            data[key] = value
    return data


JUDGEMENT = {
    "worker_took_part": "in_person",
    "not_involved_reason": "",
    "impact": "She sleeps through the night now.",
    "overall_grade": "requires_improvement",
    "grade_reason": "The plan has no dates.",
    "worker_grade": "requires_improvement",
    "worker_view": "I agree, the plan slipped.",
    "agreement": "agreed",
}


def walk_to_submission(client, audit, worker_post):
    """Everything by ordinary forms, as a browser without scripts does it."""
    client.post(url("begin", audit))
    for section in audit.answer_set.tool_version.definition.sections:
        client.post(url("section", audit, section.key), section_data(audit, section))
    client.post(url("judgement", audit), {**JUDGEMENT, "version": fresh(audit).version})
    client.post(
        url("actions", audit),
        {
            "action-what": "Write dates into the plan with the family.",
            "action-measure": "The plan on the record has a date for each step.",
            "action-finding": "",
            "action-priority": "standard",
            "action-owner_post": worker_post.pk,
            "action-due_on": "1/12/2026",
            "action-longer_reason": "",
        },
    )
    return client.post(url("submit", audit), follow=True)


@pytest.mark.clause("BED-12")
@pytest.mark.parametrize("framework", ["lancashire", "bracknell"])
def test_an_audit_is_done_from_start_to_submission_without_scripts(client, authority, framework):
    where = setting(authority, framework)
    audit = allocated_audit(where)
    client.force_login(where.auditor)
    page = walk_to_submission(client, audit, authority.post_of[where.worker])
    assert "Submitted." in text_of(page)
    audit = fresh(audit)
    assert audit.assignment.state == "submitted"
    assert (audit.auditor, audit.overall_grade) == (where.auditor, "requires_improvement")
    assert Submission.objects.get(answer_set=audit.answer_set).submitted_by == where.auditor
    action = Action.objects.get(plan=audit.action_plan)
    assert (action.state, action.due_on) == ("open", date(2026, 12, 1))
    told = set(Notice.objects.filter(kind="plan_issued").values_list("recipient", flat=True))
    assert told == {where.worker.pk, authority.team_manager.pk}
    # It has landed with the quality assurance team, whose pages read submitted audits.
    client.force_login(authority.qa_officer)
    assert "How it stands" in text_of(client.get(url("audit", audit)))
    assert AuditResult.objects.get(audit=audit).original_grade == "requires_improvement"


def test_an_assignment_leads_to_its_audit(auditor, where):
    audit = allocated_audit(where)
    response = auditor.get(reverse("audits:open", args=[audit.assignment_id]))
    assert response.url == url("audit", audit)


def test_the_first_opening_makes_the_audit_ready(auditor, where, held):
    audit = allocated_audit(where)
    assignment = audit.assignment
    audit.history.all().delete()
    CaseAudit.objects.all().delete()
    response = auditor.get(reverse("audits:open", args=[assignment.pk]))
    assert response.url == url("audit", CaseAudit.objects.get(assignment=assignment))


def test_nobody_else_makes_an_audit_ready(client, where, authority):
    audit = allocated_audit(where)
    assignment = audit.assignment
    CaseAudit.objects.all().delete()
    answers = {authority.team_manager: 404, authority.outsider: 404, where.worker: 302}
    for user, answer in answers.items():
        client.force_login(user)
        assert client.get(reverse("audits:open", args=[assignment.pk])).status_code == answer
    assert not CaseAudit.objects.exists()


@pytest.mark.clause("BF-16")
def test_the_path_says_where_it_is_what_is_next_and_who_holds_it(auditor, where, held):
    audit = allocated_audit(where)
    page = auditor.get(url("audit", audit))
    assert steps(page)["Meeting agreed"] == ("current", "with Team Manager 2 Example")
    assert page.context["page"].next_step.label == "Propose a meeting"
    workflow.begin_audit(audit=audit, by=where.auditor, now=held)
    page = auditor.get(url("audit", audit))
    assert steps(page)["Audited together"] == ("current", "0 of 7 sections, with Team Manager 2 Example")
    assert page.context["page"].next_step.text == "Next: The child and their family."
    answer_everything(audit, where.auditor, held)
    assert auditor.get(url("audit", audit)).context["page"].next_step.label == "Judge together"
    judge(fresh(audit), where.auditor, held, "inadequate")
    assert auditor.get(url("audit", audit)).context["page"].next_step.label == "Agree the actions"
    draft_action(audit, where.auditor, where.authority.post_of[where.worker], held)
    assert auditor.get(url("audit", audit)).context["page"].next_step.label == "Check and submit"
    workflow.submit_audit(audit=fresh(audit), by=where.auditor, now=held)
    page = auditor.get(url("audit", audit))
    assert steps(page)["Submitted"] == ("done", "10 Nov 2026")
    assert steps(page)["Moderated"] == ("current", "with the quality assurance team")
    assert "a second person looks at the grade" in text_of(page)


def test_a_final_audit_has_the_whole_path_behind_it(auditor, where, held):
    audit = submitted_audit(where, held)
    workflow.draw_moderations(
        programme=audit.assignment.programme,
        activity="learning_space",
        month=Month.parse("2026-11"),
        seed="1",
        by=None,
        now=held + timedelta(days=30),
    )
    moderation = Moderation.objects.get(audit=audit)
    qa = where.authority.qa_officer
    later = held + timedelta(days=31)
    workflow.begin_moderation(moderation=moderation, by=qa, now=later)
    workflow.complete_moderation(
        moderation=moderation, grade="good", grade_reason="", quality={}, feedback="Warm.", by=qa, now=later
    )
    page = auditor.get(url("audit", audit))
    assert {state for state, _ in steps(page).values()} == {"done"}
    assert "The grade is final." in text_of(page)


def test_a_vacant_post_is_said_to_be_vacant(client, where, authority):
    audit = allocated_audit(where)
    authority.post_of[where.auditor].holdings.all().delete()
    client.force_login(authority.qa_officer)
    page = client.get(url("audit", audit))
    assert "the post is vacant" in steps(page)["Meeting agreed"][1]


@pytest.mark.clause("BF-04", "BF-05", "BF-17")
def test_a_section_has_its_guidance_prompts_and_grade(client, bracknell_setting):
    where = bracknell_setting
    audit = allocated_audit(where)
    client.force_login(where.auditor)
    definition = audit.answer_set.tool_version.definition
    graded = [section for section in definition.sections if section.graded]
    assert len(graded) == 6
    for section in graded:
        page = text_of(client.get(url("section", audit, section.key)))
        assert "What good looks like" in page
        assert 'name="grade__' in page
        prompts = [prompt for question in section.questions for prompt in question.prompts]
        assert len(prompts) > 3
        assert all(escape(prompt) in page for prompt in prompts)
        assert "Is there good practice here that others should hear about?" in page
    assert url("paper", audit, "pdf") in text_of(client.get(url("audit", audit)))
    address = reverse("tools:preview", args=[audit.answer_set.tool_version_id])
    printed = text_of(client.get(address))
    assert printed.count("What good looks like") >= 6
    assert all(escape(prompt) in printed for prompt in prompts)


@pytest.mark.clause("BF-06", "BF-07")
def test_the_record_the_comments_and_the_feedback_are_asked_for(client, bracknell_setting, held):
    where = bracknell_setting
    audit = allocated_audit(where)
    client.force_login(where.auditor)
    page = text_of(client.get(url("section", audit, "preparation")))
    assert "up to date, current and to the standard required" in page
    for name in ("record_wishes", "record_professionals", "record_decisions", "feedback_given"):
        assert f'name="{name}"' in page
    workflow.begin_audit(audit=audit, by=where.auditor, now=held)
    answer_everything(audit, where.auditor, held)
    judge(fresh(audit), where.auditor, held)
    workflow.submit_audit(audit=fresh(audit), by=where.auditor, now=held)
    assert AuditResult.objects.get(audit=audit).feedback_obtained is True


@pytest.mark.clause("BF-15", "BF-19")
def test_the_grades_and_what_they_mean_are_on_the_page_where_one_grades(client, bracknell_setting):
    audit = allocated_audit(bracknell_setting)
    client.force_login(bracknell_setting.auditor)
    for page in (client.get(url("judgement", audit)), client.get(url("section", audit, "engagement"))):
        text = text_of(page)
        for label in ("Outstanding", "Good", "Requires improvement", "Inadequate"):
            assert label in text
        assert "What the grades mean" in text
        assert "There are serious failures" in text
        assert "has made a lasting and exceptional difference" in text


def test_one_answer_is_saved_as_it_is_typed_and_starts_the_audit(auditor, where):
    audit = allocated_audit(where)
    save = url("answer", audit) + "?question_key=child_and_family_story"
    response = auditor.post(save, {"value": "She likes football.", "version": "0"})
    assert (response.status_code, response.json()["version"]) == (200, 1)
    audit = fresh(audit)
    assert (audit.assignment.state, audit.auditor) == ("in_progress", where.auditor)
    assert Answer.objects.get().value == "She likes football."


def test_two_browsers_on_one_answer_see_both_texts(auditor, where, held):
    audit = allocated_audit(where)
    answer_everything(audit, where.authority.qa_officer, held, child_and_family_story="Theirs")
    save = url("answer", audit) + "?question_key=child_and_family_story"
    response = auditor.post(save, {"value": "Mine", "version": "0"})
    assert response.status_code == 409
    assert (response.json()["mine"], response.json()["theirs"]) == ("Mine", "Theirs")
    definition = audit.answer_set.tool_version.definition
    data = section_data(audit, definition.sections[0]) | {"child_and_family_story": "Mine"}
    page = auditor.post(url("section", audit, definition.sections[0].key), data)
    assert page.status_code == 409
    assert "Mine" in text_of(page)
    assert "Theirs" in text_of(page)


def test_what_is_typed_after_submission_is_refused_but_shown(auditor, where, held):
    audit = submitted_audit(where, held)
    save = url("answer", audit) + "?question_key=child_and_family_story"
    assert auditor.post(save, {"value": "Late words", "version": "1"}).status_code == 423
    section = audit.answer_set.tool_version.definition.sections[0]
    data = section_data(audit, section) | {
        "child_and_family_story": "Late words",
        "version__child_and_family_story": "1",
    }
    page = auditor.post(url("section", audit, section.key), data)
    assert page.status_code == 423
    assert "Late words" in text_of(page)
    assert fresh(audit).assignment.state == "submitted"


def test_the_pages_of_a_submitted_audit_lead_to_reading_it(auditor, where, held):
    audit = submitted_audit(where, held)
    section = audit.answer_set.tool_version.definition.sections[0]
    for address in (
        url("section", audit, section.key),
        *(url(n, audit) for n in ("judgement", "submit", "actions")),
    ):
        assert auditor.get(address).url == url("read", audit)


def test_an_expired_session_loses_nothing(client, where):
    audit = allocated_audit(where)
    save = url("answer", audit) + "?question_key=child_and_family_story"
    json = client.post(save, {"value": "She likes football.", "version": "0"}, HTTP_ACCEPT="application/json")
    assert json.status_code == 401
    page = client.post(url("judgement", audit), {"impact": "She sleeps through the night."})
    assert page.status_code == 401
    assert "She sleeps through the night." in text_of(page)


def test_an_unknown_section_is_not_found(auditor, where):
    assert auditor.get(url("section", allocated_audit(where), "nothing")).status_code == 404


def test_everything_missing_is_listed_at_once_with_the_way_there(auditor, where, held):
    audit = allocated_audit(where)
    workflow.begin_audit(audit=audit, by=where.auditor, now=held)
    page = auditor.get(url("submit", audit))
    missing = missing_answers(audit.answer_set.tool_version.definition, values_of(audit.answer_set))
    text = text_of(page)
    fields = [
        "worker_took_part_0",
        "impact",
        "overall_grade_0",
        "grade_reason",
        "worker_grade_0",
        "agreement_0",
    ]
    for field in fields:
        assert f"{url('judgement', audit)}#id_{field}" in text
    assert page.context["count"] == len(missing) + len(fields)
    assert f"{url('section', audit, 'daily_life')}#id_daily_life_now.well" in text
    assert "Submit the audit" not in text
    refused = auditor.post(url("submit", audit))
    assert refused.status_code == 422
    assert "It cannot be submitted yet" in text_of(refused)
    assert fresh(audit).assignment.state == "in_progress"


def test_what_is_about_to_be_submitted_is_shown_to_check(auditor, where, held):
    rows = auditor.get(url("submit", ready_audit(where, held))).context["summary"]
    shown = {row["label"]: row["value"] for row in rows}
    assert shown["Overall grade"] == shown["The social worker’s grade"] == "Good"
    assert shown["Actions"] == "1"


def test_every_link_to_a_problem_leads_to_a_field_that_is_there(auditor, where):
    audit = allocated_audit(where)
    topics = auditor.get(url("submit", audit)).context["topics"]
    pages = {}
    for _, address in (problem for problems in topics.values() for problem in problems):
        path, _, anchor = address.partition("#")
        pages.setdefault(path, text_of(auditor.get(path)))
        assert f'id="{anchor}"' in pages[path], address


def test_likely_identifiers_warn_and_do_not_block(auditor, where, held):
    audit = ready_audit(where, held)
    values = {"impact": "Morgan Testname, born 3 May 2014, sleeps. Ring 01632 960123."}
    workflow.save_judgement(audit=audit, version=audit.version, values=values, by=where.auditor, now=held)
    text = text_of(auditor.get(url("submit", audit)))
    for excerpt in ("Morgan Testname", "3 May 2014", "01632 960123"):
        assert excerpt in text
    auditor.post(url("submit", audit))
    assert fresh(audit).assignment.state == "submitted"


def test_submitting_twice_does_it_once(auditor, where, held):
    audit = ready_audit(where, held)
    auditor.post(url("submit", audit))
    second = auditor.post(url("submit", audit), follow=True)
    assert "Somebody changed or submitted this audit meanwhile" in text_of(second)
    assert Submission.objects.filter(answer_set=audit.answer_set).count() == 1
    assert Notice.objects.filter(kind="plan_issued", recipient=where.worker).count() == 1


def test_a_judgement_that_changes_during_submission_stops_it(where, held):
    audit = ready_audit(where, held)
    stale = fresh(audit)
    workflow.save_judgement(
        audit=audit, version=audit.version, values={"impact": "Other words."}, by=where.auditor, now=held
    )
    with pytest.raises(Exception, match="changed in the meantime"):
        workflow.submit_audit(audit=stale, by=where.auditor, now=held)
    assert fresh(audit).submitted_at is None
    assert not Submission.objects.filter(answer_set=audit.answer_set).exists()


def test_a_sent_back_audit_is_changed_and_submitted_as_a_new_version(auditor, where, held):
    audit = submitted_audit(where, held, "inadequate")
    qa = where.authority.qa_officer
    moderation = Moderation.objects.get(audit=audit)
    workflow.begin_moderation(moderation=moderation, by=qa, now=held)
    workflow.send_back_for_evidence(
        moderation=moderation,
        reason="Say how the child was seen.",
        due_on=date(2026, 11, 20),
        by=qa,
        now=held,
    )
    page = auditor.get(url("audit", audit))
    assert "Say how the child was seen." in text_of(page)
    shown = page.context["page"]
    assert shown.next_step.text == "Change what the note asks for, then submit it again."
    assert {step.label: step.detail for step in shown.path}["Submitted"] == "sent back, due 20 Nov 2026"
    assert shown.sent_back.heading == f"Sent back by {qa} on 10 November 2026"
    assert "Say how the child was seen." in text_of(auditor.get(url("submit", audit)))
    save = url("answer", audit) + "?question_key=child_and_family_story"
    assert auditor.post(save, {"value": "Seen on Monday.", "version": "1"}).status_code == 200
    note = Notice.objects.get(kind="sent_back")
    assert "Say how the child" not in f"{note.subject} {note.body}"
    still = auditor.get(url("audit", audit)).context["page"]
    assert (still.sent_back, still.next_step) == (shown.sent_back, shown.next_step)
    (row,) = auditor.get(reverse("allocation:my_work")).context["work"].owed
    assert row[3]["text"] == "Sent back"
    auditor.post(url("submit", audit))
    newest = text_of(auditor.get(url("read", audit)))
    assert "Seen on Monday." in newest
    assert "version 2 of 2" in newest
    first = text_of(auditor.get(url("read", audit), {"version": "1"}))
    assert "Seen on Monday." not in first
    assert "version 1 of 2" in first
    assert auditor.get(url("read", audit), {"version": "3"}).status_code == 404


def test_reading_shows_answers_judgement_and_actions(client, where, held):
    audit = submitted_audit(where, held)
    client.force_login(where.worker)
    text = text_of(client.get(url("read", audit)))
    for words in ("sees her nan on Sundays", "Life has become calmer", "Agree a safety plan", "I agree."):
        assert words in text


def test_a_moderators_feedback_is_for_the_auditor_not_the_practitioner(client, where, held):
    audit = submitted_audit(where, held, "inadequate")
    qa = where.authority.qa_officer
    moderation = Moderation.objects.get(audit=audit)
    workflow.begin_moderation(moderation=moderation, by=qa, now=held)
    workflow.complete_moderation(
        moderation=moderation,
        grade="inadequate",
        grade_reason="",
        quality={},
        feedback="Next time ask the family first.",
        by=qa,
        now=held,
    )
    client.force_login(where.auditor)
    assert "Next time ask the family first." in text_of(client.get(url("read", audit)))
    client.force_login(where.worker)
    page = text_of(client.get(url("read", audit)))
    assert "Grade upheld" in page
    assert "Next time ask the family first." not in page


@pytest.mark.clause("RBWM-11")
def test_a_concern_is_raised_at_any_moment_and_the_audit_goes_on(auditor, where, held):
    audit = allocated_audit(where)
    workflow.begin_audit(audit=audit, by=where.auditor, now=held)
    section = audit.answer_set.tool_version.definition.sections[0]
    for page in (url("audit", audit), url("section", audit, section.key), url("judgement", audit)):
        assert f'href="{url("concern", audit)}"' in text_of(auditor.get(page))
    assert auditor.post(url("concern", audit), {"what": " "}).status_code == 422
    auditor.post(url("concern", audit), {"what": "Left alone at night, says the child."})
    concern = Concern.objects.get()
    assert (concern.case, concern.raised_by) == (audit.assignment.case, where.auditor)
    told = set(Notice.objects.filter(kind="concern").values_list("recipient", flat=True))
    assert told == {where.worker.pk, where.authority.team_manager.pk}
    assert fresh(audit).assignment.state == "in_progress"


# How many queries


def test_the_audit_page_takes_few_queries(auditor, where, held, django_assert_num_queries):
    audit, handed_in = ready_audit(where, held), submitted_audit(where, held)
    auditor.get(url("audit", audit))
    with django_assert_num_queries(7):
        auditor.get(url("audit", audit))
    with django_assert_num_queries(9):  # one of them for the practitioner's signature
        auditor.get(url("audit", handed_in))


def test_the_section_and_judgement_pages_take_few_queries(auditor, where, held, django_assert_num_queries):
    audit = ready_audit(where, held)
    section = audit.answer_set.tool_version.definition.sections[0]
    auditor.get(url("audit", audit))
    with django_assert_num_queries(7):
        auditor.get(url("section", audit, section.key))
    with django_assert_num_queries(7):
        auditor.get(url("judgement", audit))
    with django_assert_num_queries(8):
        auditor.get(url("submit", audit))


def test_saving_an_answer_takes_few_queries(auditor, where, held, django_assert_max_num_queries):
    audit = ready_audit(where, held)
    auditor.get(url("audit", audit))
    with django_assert_max_num_queries(11):
        auditor.post(
            url("answer", audit) + "?question_key=child_and_family_story", {"value": "New.", "version": "1"}
        )
