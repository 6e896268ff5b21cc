"""The moderation queue, the second judgement, the months' draws, and advice."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from audits.models import AdviceRequest, CaseAudit, Moderation, ModerationDraw
from audits.workflow import (
    ask_advice,
    begin_audit,
    begin_moderation,
    complete_moderation,
    send_back_for_evidence,
)
from escalation.models import StepRecipient
from escalation.workflow import sweep
from qaframework.people.models import RecordRead
from tests.audits.test_moderation import HANDED_IN, handed_in_as
from tests.factories.audits import Setting, allocated_audit, judge, submitted_audit
from tests.factories.caseload import CaseClearanceFactory

NOW = datetime(2026, 12, 3, 10, 0, tzinfo=UTC)
FRAME = 4  # session, person, posts, unread notices
QUALITY = dict.fromkeys(Moderation.Criterion.values, "met")


@pytest.fixture(autouse=True)
def today_is_3_december():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def qa(client, where: Setting):
    client.force_login(where.authority.qa_officer)
    return client


@pytest.fixture
def moderation(where: Setting) -> Moderation:
    submitted_audit(where, HANDED_IN, "inadequate")
    return Moderation.objects.get()


@pytest.fixture
def taken(moderation: Moderation, where: Setting) -> Moderation:
    return begin_moderation(moderation=moderation, by=where.authority.qa_officer, now=NOW)


def url(name, *args):
    return reverse(f"audits:{name}", args=args)


def text_of(page):
    return " ".join(page.content.decode().split())


def test_the_queue_says_why_and_by_when(qa, moderation, django_assert_num_queries):
    qa.get(url("moderation_queue"))  # the first page of a session stamps it
    with django_assert_num_queries(FRAME + 4):
        text = text_of(qa.get(url("moderation_queue")))
    for words in (
        "Because of its grade",
        "Inadequate",
        "Nobody yet",
        moderation.audit.assignment.case.child_ref,
    ):
        assert words in text


def test_the_audit_stands_beside_the_judgement(qa, taken, django_assert_max_num_queries):
    qa.get(url("moderation_queue"))
    with django_assert_max_num_queries(FRAME + 9):
        page = qa.get(url("moderation", taken.pk))
    text = text_of(page)
    for words in (
        "Life has become calmer for the child.",
        "She is settled at school",
        "Agree a safety plan with the family.",
        "Each judgement rests on evidence that is named",
        "Which grade would you give?",
    ):
        assert words in text
    assert RecordRead.objects.filter(kind="audit", record_id=taken.audit_id).exists()


def test_taking_putting_back_and_taking_twice(client, where, moderation):
    client.force_login(where.authority.qa_officer)
    assert client.post(url("take_moderation", moderation.pk)).status_code == 302
    moderation.refresh_from_db()
    assert moderation.moderator == where.authority.qa_officer
    client.force_login(where.authority.qa_manager)
    text = text_of(client.post(url("take_moderation", moderation.pk), follow=True))
    assert "Somebody else has changed this" in text
    client.post(url("release_moderation", moderation.pk))
    moderation.refresh_from_db()
    assert (moderation.state, moderation.moderator) == ("waiting", None)


@pytest.mark.clause("LAN-34")
def test_nobody_is_offered_or_given_their_own_audit(client, where, moderation):
    CaseAudit.objects.update(auditor=where.authority.qa_officer)
    client.force_login(where.authority.qa_officer)
    text = text_of(client.get(url("moderation", moderation.pk)))
    assert "You were part of this audit" in text
    assert "Take this moderation" not in text
    assert "You were part" in text_of(client.post(url("take_moderation", moderation.pk), follow=True))
    assert Moderation.objects.get().state == "waiting"


@pytest.mark.clause("LAN-35")
def test_a_changed_grade_waits_for_the_talk_and_keeps_what_was_typed(qa, taken):
    judgement = {
        **QUALITY,
        "grade": "requires_improvement",
        "grade_reason": "The child is safe enough.",
        "feedback": "Good evidence.",
    }
    refused = qa.post(url("complete_moderation", taken.pk), judgement)
    assert refused.status_code == 422
    assert "Talk with the manager who did the audit first" in text_of(refused)
    assert "The child is safe enough." in text_of(refused)
    talk = {"discussed_on": "2026-12-02", "auditor_viewpoint": "Hard week.", "outcome": "Agreed."}
    assert qa.post(url("record_discussion", taken.pk), {**talk, "outcome": ""}).status_code == 422
    assert "Hard week." in text_of(qa.post(url("record_discussion", taken.pk), talk, follow=True))
    done = qa.post(url("complete_moderation", taken.pk), judgement, follow=True)
    assert "Grade raised" in text_of(done)
    taken.refresh_from_db()
    assert (taken.result, taken.quality, taken.audit.final_grade) == (
        "raised",
        QUALITY,
        "requires_improvement",
    )
    assert "Grade raised" in text_of(qa.get(url("moderation_queue") + "?show=completed"))
    assert "The child is safe enough." in text_of(qa.get(url("moderation", taken.pk)))


@pytest.mark.clause("LAN-35")
def test_recording_the_talk_loses_nothing_that_was_typed_of_the_judgement(qa, taken):
    typed = {"evidence": "partly", "grade": "requires_improvement", "feedback": "Good evidence."}
    talk = {"discussed_on": "2026-12-02", "auditor_viewpoint": "Hard week.", "outcome": "Agreed."}
    page = qa.post(url("record_discussion", taken.pk), {**talk, **typed})
    taken.refresh_from_db()
    assert (page.status_code, taken.auditor_viewpoint) == (200, "Hard week.")
    form = page.context["judgement_form"]
    assert {name: form[name].value() for name in typed} == typed
    assert not form.errors
    half = qa.post(url("record_discussion", taken.pk), {**talk, **typed, "outcome": ""})
    assert (half.status_code, half.context["judgement_form"]["feedback"].value()) == (422, "Good evidence.")


@pytest.mark.clause("LAN-35")
def test_a_talk_and_the_changed_grade_can_be_sent_together(qa, taken):
    talk = {"discussed_on": "2026-12-02", "auditor_viewpoint": "Hard week.", "outcome": ""}
    judgement = {
        **QUALITY,
        "grade": "requires_improvement",
        "grade_reason": "She is safe.",
        "feedback": "Clear.",
    }
    half = qa.post(url("complete_moderation", taken.pk), {**talk, **judgement})
    assert (half.status_code, half.context["judgement_form"]["grade"].value()) == (
        422,
        "requires_improvement",
    )
    assert "Record what came of the talk." in text_of(half).replace("&#x27;", "’")
    done = qa.post(url("complete_moderation", taken.pk), {**talk, **judgement, "outcome": "Agreed."})
    assert done.status_code == 302
    taken.refresh_from_db()
    assert (taken.result, taken.original_grade, taken.moderated_grade) == (
        "raised",
        "inadequate",
        "requires_improvement",
    )
    assert (taken.auditor_viewpoint, taken.discussion_outcome) == ("Hard week.", "Agreed.")


def test_completing_twice_harms_nothing(qa, taken):
    judgement = {**QUALITY, "grade": "inadequate", "grade_reason": "", "feedback": "Good evidence."}
    assert qa.post(url("complete_moderation", taken.pk), judgement).status_code == 302
    assert qa.post(url("complete_moderation", taken.pk), judgement).status_code == 409
    taken.refresh_from_db()
    assert taken.history.filter(state="completed").count() == 1


def test_every_question_on_quality_is_asked(qa, taken):
    page = qa.post(url("complete_moderation", taken.pk), {"grade": "inadequate", "feedback": "Good."})
    assert page.status_code == 422
    for _, label in Moderation.Criterion.choices:
        assert f"{label}: choose met, partly or not met." in text_of(page).replace("&#x27;", "’")


def test_sending_back_opens_the_audit_again(qa, taken):
    refused = qa.post(url("send_back", taken.pk), {"reason": "Which visits?", "due_on": "2026-12-01"})
    assert refused.status_code == 422
    assert "Which visits?" in text_of(refused)
    sent = qa.post(url("send_back", taken.pk), {"reason": "Which visits?", "due_on": "2026-12-17"})
    assert sent.status_code == 302
    taken.refresh_from_db()
    assert (taken.result, taken.audit.assignment.state) == ("sent_back", "sent_back")


def test_what_a_moderator_asks_for_is_for_the_auditor_and_not_for_the_practitioner(client, where, taken):
    qa = where.authority.qa_officer
    send_back_for_evidence(
        moderation=taken, reason="It is too kind.", due_on=date(2026, 12, 10), by=qa, now=NOW
    )
    for person, reads_it in ((where.auditor, True), (qa, True), (where.worker, False)):
        client.force_login(person)
        page = text_of(client.get(url("audit", taken.audit_id)))
        assert f"Sent back by {qa} on 3 December 2026" in page
        assert ("It is too kind." in page) == reads_it


def test_only_the_qa_team_of_the_authority_moderates(client, where, moderation, outside_officer):
    authority = where.authority
    pages = [url("moderation_queue"), url("moderation_draws"), url("advice_queue")]
    pages += [url("send_back", moderation.pk)]
    for name in ("team_manager", "practitioner", "head_of_service", "admin"):
        client.force_login(getattr(authority, name))
        assert {client.get(page).status_code for page in pages} == {403}
        assert client.post(url("take_moderation", moderation.pk)).status_code == 403
    client.force_login(outside_officer)
    assert client.get(url("moderation_queue")).context["rows"] == []
    assert client.get(url("moderation", moderation.pk)).status_code == 404
    assert client.post(url("take_moderation", moderation.pk)).status_code == 404
    assert client.get(url("send_back", moderation.pk)).status_code == 404


def test_a_restricted_case_needs_a_clearance(qa, where, moderation):
    case = moderation.audit.assignment.case
    case.is_restricted, case.restriction_reason = True, "Related to a member of staff"
    case.save()
    assert qa.get(url("moderation_queue")).context["rows"] == []
    assert qa.get(url("moderation", moderation.pk)).status_code == 404
    CaseClearanceFactory(case=case, user=where.authority.qa_officer)
    assert qa.get(url("moderation", moderation.pk)).status_code == 200


# The months' draws


def test_an_ended_month_is_drawn_on_its_page_and_can_be_checked(qa, where):
    for _ in range(7):
        handed_in_as(where, "good")
    page = qa.get(url("moderation_draws"))
    ((key, label),) = page.context["form"].fields["due"].choices
    assert label == "Learning space, November 2026"
    wrong = qa.post(url("moderation_draws"), {"due": "1/other/2026-11"})
    assert wrong.status_code == 422
    drawn = qa.post(url("moderation_draws"), {"due": key, "seed": "7"}, follow=True)
    text = text_of(drawn)
    assert "2 of 7 audits were chosen at random." in text
    assert "The draw matches its record." in text
    assert len(drawn.context["rows"]) == 2
    made = ModerationDraw.objects.get()
    assert made.frame_hash in text
    again = qa.post(url("moderation_draws"), {"due": key, "seed": "8"})
    assert again.status_code == 422
    assert len(qa.get(url("moderation_draws")).context["rows"]) == 1
    ModerationDraw.objects.update(chosen=made.frame[:1])
    assert "does not match its record" in text_of(qa.get(url("moderation_draw", made.pk)))


# Advice


@pytest.fixture
def asked(where: Setting) -> AdviceRequest:
    audit = allocated_audit(where)
    begin_audit(audit=audit, by=where.auditor, now=HANDED_IN)
    judge(audit, where.auditor, HANDED_IN, "good", worker_grade="inadequate", agreement="not_agreed")
    return ask_advice(
        audit=audit,
        auditor_reason="The plan is clear.",
        worker_reason="The plan came late.",
        by=where.auditor,
        now=HANDED_IN,
    )


@pytest.mark.clause("BF-14")
def test_advice_is_asked_for_in_a_queue_and_given_once(qa, asked):
    text = text_of(qa.get(url("advice_queue")))
    assert asked.audit.assignment.case.child_ref in text
    page = text_of(qa.get(url("give_advice", asked.pk)))
    assert "The plan is clear." in page
    assert "The plan came late." in page
    assert qa.post(url("give_advice", asked.pk), {"advised_grade": "good", "advice": ""}).status_code == 422
    answer = {"advised_grade": "requires_improvement", "advice": "The plan came too late for her."}
    assert qa.post(url("give_advice", asked.pk), answer).status_code == 302
    asked.refresh_from_db()
    assert (asked.advised_grade, asked.advised_at) == ("requires_improvement", NOW)
    assert qa.post(url("give_advice", asked.pk), answer).status_code == 409
    assert qa.get(url("advice_queue")).context["rows"] == []
    answered = text_of(qa.get(url("advice_queue") + "?show=answered"))
    assert asked.audit.assignment.case.child_ref in answered
    assert "The plan came too late for her." in text_of(qa.get(url("give_advice", asked.pk)))


def test_advice_is_given_by_somebody_else(client, where, asked, outside_officer):
    AdviceRequest.objects.update(asked_by=where.authority.qa_officer)
    client.force_login(where.authority.qa_officer)
    page = client.post(url("give_advice", asked.pk), {"advised_grade": "good", "advice": "It is good."})
    assert page.status_code == 422
    assert "not part of this audit" in text_of(page)
    client.force_login(outside_officer)
    assert client.get(url("give_advice", asked.pk)).status_code == 404


# Whoever is told that it is late


@pytest.mark.parametrize(
    "who", ["team_manager", "senior_manager", "head_of_service", "director", "executive_director"]
)
def test_whoever_sees_the_audit_reads_how_far_its_moderation_is(client, where, taken, who):
    client.force_login(getattr(where.authority, who))
    shown = client.get(url("moderation", taken.pk))
    assert shown.status_code == 200
    facts = {row["label"]: row for row in shown.context["page"]["facts"]}
    assert facts["Moderator"]["value"] == str(where.authority.qa_officer)
    assert "Due" in facts
    # No page of the quality assurance team, and no form of its judgement.
    assert {row["label"]: row["url"] for row in facts.values() if row.get("url")} == {
        "Audit": url("audit", taken.audit_id)
    }
    assert client.get(facts["Audit"]["url"], follow=True).status_code == 200
    assert b"<form" not in shown.content.split(b"<main")[1]
    assert RecordRead.objects.filter(reader=getattr(where.authority, who), kind="audit").exists()


def test_a_completed_one_says_since_when(client, where, taken):
    judgement = {"grade": "inadequate", "grade_reason": "", "quality": QUALITY, "feedback": "Clear."}
    complete_moderation(moderation=taken, **judgement, by=where.authority.qa_officer, now=NOW)
    client.force_login(where.authority.director)
    page = client.get(url("moderation", taken.pk)).context["page"]
    facts = {row["label"]: row["value"] for row in page["facts"]}
    assert facts["Completed"] == "3 December 2026"
    assert "Due" not in facts


def test_nobody_else_opens_it(client, where, moderation):
    expected = {"practitioner": 403, "admin": 403, "care_head_of_service": 404}
    for who, status in expected.items():
        client.force_login(getattr(where.authority, who))
        assert client.get(url("moderation", moderation.pk)).status_code == status, who


def test_of_a_restricted_case_only_whoever_is_cleared_opens_it(client, where, moderation):
    case = moderation.audit.assignment.case
    case.is_restricted, case.restriction_reason = True, "Related to a member of staff"
    case.save()
    client.force_login(where.authority.director)
    assert client.get(url("moderation", moderation.pk)).status_code == 404
    CaseClearanceFactory(case=case, user=where.authority.director)
    assert client.get(url("moderation", moderation.pk)).status_code == 200


def test_the_escalation_of_a_late_one_leads_everybody_whom_it_reached_to_it(client, where, moderation):
    sweep(now=NOW + timedelta(days=90))
    reached = StepRecipient.objects.filter(step__clock=moderation.clock, step__is_reminder=False)
    people = {one.user: one.step for one in reached}
    assert len(people) > 1
    for person, step in people.items():
        client.force_login(person)
        shown = client.get(reverse("escalation:acknowledge", args=[step.pk]))
        work = next(row for row in shown.context["facts"] if row["label"] == "Work")
        assert client.get(work["url"]).status_code == 200, person
