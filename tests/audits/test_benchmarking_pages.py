"""The pages of benchmarking: setting up, filling in, all side by side, writing the result."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audits.models import BenchmarkingExercise
from qaframework.packs.models import Framework
from tests.factories.audits import Setting, programme_of
from tests.factories.authority import Authority
from tests.factories.benchmarking import (
    SECTION,
    agree_on_everything,
    all_hand_in,
    audit_of,
    group_of,
    hand_in,
)
from tests.factories.caseload import CaseFactory
from tests.factories.packs import lancashire

pytestmark = pytest.mark.usefixtures("today_is_10_november")

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
Page = Callable[..., Any]


def said(authority: Authority, case_ref: str, **changes: str) -> dict[str, str]:
    group = group_of(authority)
    return {
        "activity": "",
        "child_ref": case_ref,
        "managers": "Manager <" + ">;\n".join(person.email.upper() for person in group.managers),
        "moderator": group.moderator.email,
        "meets_worker": group.meets_worker.email,
        "due_on": "2026-11-20",
        "meets_on": "2026-11-27",
        **changes,
    }


@pytest.mark.clause("SAN-23")
def test_the_quality_assurance_team_sets_one_up_and_each_finds_it_among_their_work(
    authority: Authority, sandwell: Setting, page: Page, client: Client
) -> None:
    programme_of(sandwell.version)
    case = CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner)
    set_up_page = page(authority.qa_officer, "audits:benchmarking_set_up")
    assert 'value="2026-12-08"' in set_up_page.content.decode()  # four weeks from today
    activity = set_up_page.context["form"].fields["activity"].initial
    sent = said(authority, case.child_ref, activity=activity)
    answer = page(authority.qa_officer, "audits:benchmarking_set_up", sent=sent)
    assert answer.status_code == 302, answer.content.decode()
    exercise = BenchmarkingExercise.objects.get()
    assert exercise.audits.count() == 4
    again = page(authority.qa_officer, "audits:benchmarking_set_up", sent=sent)
    assert again.status_code == 422
    assert "There is an exercise on this case already" in again.content.decode()
    audit = audit_of(exercise, authority.outsider)
    mine = page(authority.outsider, "allocation:my_work").content.decode()
    address = reverse("open_work", args=[audit.assignment_id])
    assert address in mine
    opened = client.get(address, follow=True)
    tasks = [task["label"] for task in opened.context["tasks"]]
    assert tasks[-1] == "Your grade overall"
    assert "Actions" not in tasks  # what has to follow is no matter of one form
    assert "Team manager, Duty team 2" in opened.content.decode()  # who meets the practitioner


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"child_ref": "N99999"}, "No case that you can open has the reference N99999"),
        ({"managers": ""}, "Give the e-mail addresses of the managers"),
        ({"managers": "somebody"}, "There is no e-mail address here"),
        ({"managers": "nobody@northmoor.example"}, "Nobody has the e-mail address nobody@northmoor.example"),
        ({"moderator": ""}, "Give the e-mail address of the moderator"),
        ({"meets_worker": "director@northmoor.example"}, "Director Example is not in the group"),
        ({"due_on": "2026-11-10"}, "Give a day after today by which everybody hands in"),
        ({"meets_on": "2026-11-20"}, "The meeting has to be after the day"),
    ],
)
def test_what_does_not_fit_is_said_in_plain_words(
    authority: Authority, sandwell: Setting, page: Page, changes: dict[str, str], why: str
) -> None:
    activity = f"{programme_of(sandwell.version).pk}/benchmarking"
    case = CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner)
    sent = said(authority, case.child_ref, **{"activity": activity, **changes})
    refused = page(authority.qa_officer, "audits:benchmarking_set_up", sent=sent)
    assert refused.status_code == 422
    assert why in refused.content.decode()
    assert not BenchmarkingExercise.objects.exists()


def test_only_the_quality_assurance_team_sets_one_up_and_only_where_the_framework_has_it(
    authority: Authority, page: Page
) -> None:
    programme_of(lancashire([authority.root]))
    assert page(authority.head_of_service, "audits:benchmarking_set_up").status_code == 403
    assert page(authority.qa_officer, "audits:benchmarking_set_up").status_code == 404
    listed = page(authority.qa_officer, "audits:benchmarking_exercises").content.decode()
    assert "None of your frameworks has benchmarking exercises" in listed
    assert "Set up an exercise" not in listed
    mine = page(authority.practitioner, "audits:benchmarking_exercises").content.decode()
    assert "There is no exercise yet that you take part in or see" in mine


def test_moderation_leads_there_only_where_a_framework_has_it(
    authority: Authority, page: Page, sandwell: Setting
) -> None:
    tab = f'href="{reverse("audits:benchmarking_exercises")}"'
    for name in ("moderation_queue", "moderation_draws", "advice_queue"):
        assert tab in page(authority.qa_officer, f"audits:{name}").content.decode()
    Framework.objects.update(is_live=False)
    lancashire([authority.root])
    for name in ("moderation_queue", "moderation_draws", "advice_queue"):
        assert tab not in page(authority.qa_officer, f"audits:{name}").content.decode()


# Side by side, and the result


@pytest.mark.clause("SAN-23")
def test_all_grades_stand_side_by_side_with_how_far_apart_they_are(
    authority: Authority, exercise: BenchmarkingExercise, page: Page
) -> None:
    all_hand_in(exercise, authority)
    shown = page(authority.qa_officer, "audits:benchmarking", exercise.pk).context["grid"]
    labels = [column["label"] for column in shown["columns"]]
    assert labels[:4] == ["Section", "How far apart", "Agreed", "Qa Manager Example"]  # the moderator first
    rows = {row[0]: dict(zip(labels, row, strict=True)) for row in shown["rows"]}
    recording = rows["Recording and chronology"]
    assert recording["Senior Manager Example"] == {"grade": "inadequate", "text": "Inadequate"}
    assert recording["How far apart"] == {"status": "far_apart", "text": "2\u00a0steps\u00a0apart"}
    assert recording["Agreed"] == "–"
    assert rows["Overall"]["How far apart"] == {"status": "a_step_apart", "text": "1\u00a0step\u00a0apart"}
    assert rows["Plan and review"]["How far apart"] == {"status": "alike", "text": "All\u00a0the\u00a0same"}


@pytest.mark.clause("SAN-23")
def test_the_moderator_writes_down_what_is_agreed_and_finishes_and_all_auditors_learn(
    authority: Authority, exercise: BenchmarkingExercise, page: Page
) -> None:
    all_hand_in(exercise, authority)
    moderator = authority.qa_manager
    form = page(moderator, "audits:benchmarking_agree", exercise.pk, SECTION).content.decode()
    assert "What each of you wrote" in form
    assert "Inadequate" in form
    sent = {"grade": "good", "note": "", "read": "0"}
    refused = page(moderator, "audits:benchmarking_agree", exercise.pk, SECTION, sent=sent)
    assert refused.status_code == 422
    assert "Your grades were not the same. Say what the talk turned on." in refused.content.decode()
    sent["note"] = "The chronology ends in May."
    assert page(moderator, "audits:benchmarking_agree", exercise.pk, SECTION, sent=sent).status_code == 302
    stale = page(moderator, "audits:benchmarking_agree", exercise.pk, SECTION, sent=sent)
    assert stale.status_code == 409
    early = page(moderator, "audits:benchmarking_outcome", exercise.pk)
    assert not page(moderator, "audits:benchmarking", exercise.pk).context["may_finish"]
    assert "Not agreed yet: Risk, need and assessment" in early.content.decode()
    for section in exercise.audits.all()[0].answer_set.tool_version.definition.sections:
        if section.graded and section.key != SECTION:
            agreed = {"grade": "good", "note": "", "read": "0"}
            page(moderator, "audits:benchmarking_agree", exercise.pk, section.key, sent=agreed)
    assert page(moderator, "audits:benchmarking", exercise.pk).context["may_finish"]
    outcome = {"grade": "good", "reason": "She is safer.", "learning": "Read the chronology first."}
    empty = page(moderator, "audits:benchmarking_outcome", exercise.pk, sent={})
    assert empty.status_code == 422
    named = {**outcome, "learning": "Ask Mrs Alice Smith on 07700 900123 first."}
    warned = page(moderator, "audits:benchmarking_outcome", exercise.pk, sent=named)
    assert "07700 900123" in warned.context["form"].errors["nobody_named"][0]
    assert page(moderator, "audits:benchmarking_outcome", exercise.pk, sent=outcome).status_code == 302
    shown = page(authority.outsider, "audits:benchmarking", exercise.pk)
    facts = {row["label"]: row["value"] for row in shown.context["result"]}
    graded = 4 * 10  # nine sections and overall, four auditors
    assert facts["Agreed overall"] == "Good"
    assert facts["Same as agreed"] == f"95% (38 of {graded})"
    assert facts["Within one step"] == f"98% (39 of {graded})"
    assert facts["Weighted kappa"].startswith("Says nothing here")
    leans = dict(shown.context["leans"])
    assert leans["Outsider Example"] == "0.1 steps higher than agreed, on average"
    assert leans["Senior Manager Example"] == "0.2 steps lower than agreed, on average"
    assert leans["Qa Manager Example"] == "As agreed, on average"
    assert "The chronology ends in May." in shown.content.decode()
    learning = reverse("audits:benchmarking_learning", args=[exercise.pk])
    assert page(authority.team_manager, "audits:benchmarking_learning", exercise.pk).status_code == 404
    assert page(authority.outsider, "audits:benchmarking_share", exercise.pk, sent={}).status_code == 404
    assert page(moderator, "audits:benchmarking_share", exercise.pk, sent={}).status_code == 302
    page(moderator, "audits:benchmarking_share", exercise.pk, sent={})
    read = page(authority.team_manager, "audits:benchmarking_learning", exercise.pk).content.decode()
    assert "Read the chronology first." in read
    assert exercise.case.child_ref not in read
    assert learning in page(moderator, "audits:benchmarking", exercise.pk).content.decode()
    assert page(moderator, "audits:benchmarking_agree", exercise.pk, SECTION).status_code == 404


def test_a_member_who_does_not_moderate_writes_nothing_down(
    authority: Authority, exercise: BenchmarkingExercise, page: Page
) -> None:
    all_hand_in(exercise, authority)
    sent = {"grade": "good", "note": "Mine.", "read": "0"}
    member = authority.outsider
    assert page(member, "audits:benchmarking_agree", exercise.pk, SECTION, sent=sent).status_code == 404
    assert page(member, "audits:benchmarking_outcome", exercise.pk).status_code == 404
    assert page(member, "audits:benchmarking_call_off", exercise.pk).status_code == 403
    assert not exercise.sections.exists()


def test_kappa_is_shown_from_twenty_grades_on(
    authority: Authority, exercise: BenchmarkingExercise, page: Page
) -> None:
    all_hand_in(exercise, authority)
    sent = {"grade": "good", "note": "Talked.", "read": "0"}
    page(authority.qa_officer, "audits:benchmarking_agree", exercise.pk, SECTION, sent=sent)
    shown = page(authority.qa_officer, "audits:benchmarking", exercise.pk).context["result"]
    said_of_kappa = next(row["value"] for row in shown if row["label"] == "Weighted kappa")
    assert said_of_kappa == "Not shown for fewer than 20 grades. There are 4."


def test_what_is_missing_is_said_before_handing_in(
    authority: Authority, exercise: BenchmarkingExercise, page: Page
) -> None:
    audit = audit_of(exercise, authority.outsider)
    for sent in ({}, {"sent": {}}):
        answer = page(authority.outsider, "audits:benchmarking_hand_in", audit.pk, **sent)
        assert "Give the grade overall, and why." in answer.content.decode()
        assert "Grade for recording and chronology" in answer.content.decode()
    assert answer.status_code == 422


def test_an_own_grade_needs_its_reason_and_stays_once_handed_in(
    authority: Authority, exercise: BenchmarkingExercise, page: Page
) -> None:
    manager = authority.outsider
    audit = audit_of(exercise, manager)
    refused = page(manager, "audits:benchmarking_overall", audit.pk, sent={"grade": "good", "reason": ""})
    assert refused.status_code == 422
    sent = {"grade": "good", "reason": "Clear plans."}
    assert page(manager, "audits:benchmarking_overall", audit.pk, sent=sent).status_code == 302
    audit = audit_of(exercise, manager)
    assert (audit.overall_grade, audit.assignment.state) == ("good", "in_progress")
    hand_in(exercise, manager)
    again = page(
        manager, "audits:benchmarking_overall", audit.pk, sent={"grade": "inadequate", "reason": "x"}
    )
    assert again.status_code == 302
    assert audit_of(exercise, manager).overall_grade == "good"
    assert page(manager, "audits:benchmarking_hand_in", audit.pk, sent={}).status_code == 302


def test_kappa_is_of_all_grades_with_what_was_agreed(
    authority: Authority, exercise: BenchmarkingExercise, page: Page
) -> None:
    all_hand_in(exercise, authority)
    agree_on_everything(exercise, authority.qa_manager, NOW)
    lower = {"grade": "requires_improvement", "note": "Talked.", "read": "1"}
    page(authority.qa_officer, "audits:benchmarking_agree", exercise.pk, SECTION, sent=lower)
    shown = page(authority.qa_officer, "audits:benchmarking", exercise.pk).context["result"]
    value = next(row["value"] for row in shown if row["label"] == "Weighted kappa")
    # 36 grades: 4 on the section that was agreed at 3, where three gave 2 and one gave 4; all else 2 and 2.
    observed, expected = 4 / 36, (35 * 4 * 1 + 1 * 32 * 2 + 1 * 4 * 1) / 36**2
    assert value.startswith(f"{1 - observed / expected:.2f} (1 is full agreement")
