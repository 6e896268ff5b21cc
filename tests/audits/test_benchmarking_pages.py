"""The pages of benchmarking: who sees what before and after the forms are open, and writing the result."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from audits.models import BenchmarkingAudit, BenchmarkingExercise
from qaframework.allocation.models import Assignment
from qaframework.caseload.workflow import restrict_case
from qaframework.people.models import User
from qaframework.tools.forms import VERSION_PREFIX
from qaframework.tools.workflow import save_answer
from tests.factories.audits import Setting, programme_of, setting
from tests.factories.authority import Authority
from tests.factories.benchmarking import (
    ON_TIME,
    SECTION,
    agree_on_everything,
    all_hand_in,
    audit_of,
    finish,
    group_of,
    hand_in,
    set_up,
    write,
)
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.packs import lancashire
from tests.factories.people import PostHoldingFactory

pytestmark = pytest.mark.usefixtures("today_is_10_november")

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
AFTER = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MARKER = "Grandmother keeps a green notebook"
FORM_PAGES = ("activity", "read", "hand_in", "sign", "concern", "overall")
Page = Callable[..., Any]


@pytest.fixture
def sandwell(authority: Authority) -> Setting:
    return setting(authority, "sandwell")


@pytest.fixture
def page(client: Client) -> Page:
    def get(user: User, name: str, *args: Any, **sent: Any) -> Any:
        client.force_login(user)
        address = reverse(name, args=args)
        return client.post(address, sent["sent"]) if "sent" in sent else client.get(address)

    return get


@pytest.fixture
def exercise(sandwell: Setting) -> BenchmarkingExercise:
    return set_up(sandwell)


def marked(exercise: BenchmarkingExercise, author: User, *, hands_in: bool) -> BenchmarkingAudit:
    """The author's form with the marker in an answer and in the reason for the grade."""
    audit = audit_of(exercise, author)
    save_answer(
        answer_set=audit.answer_set,
        question_key="pen_picture",
        value=MARKER,
        version=0,
        by=author,
        now=ON_TIME,
    )
    (hand_in if hands_in else write)(exercise, author, why=MARKER)
    return audit_of(exercise, author)


def says(answer: Any) -> bool:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return MARKER in body.decode("utf-8", errors="replace")


def ways_in(exercise: BenchmarkingExercise, audit: BenchmarkingAudit) -> list[tuple[str, list[Any]]]:
    """Every page on which what somebody wrote on a form, or about the case, might be read."""
    form, case, work = [audit.pk], [exercise.case_id], [audit.assignment_id]
    return [
        *((f"audits:benchmarking_{name}", form) for name in FORM_PAGES),
        ("audits:benchmarking_section", [audit.pk, "child"]),
        ("audits:benchmarking_section", [audit.pk, SECTION]),
        ("audits:benchmarking", [exercise.pk]),
        ("audits:benchmarking_agree", [exercise.pk, SECTION]),
        ("audits:benchmarking_outcome", [exercise.pk]),
        ("audits:benchmarking_learning", [exercise.pk]),
        ("audits:benchmarking_exercises", []),
        # The same number under the address of another kind of work.
        ("audits:case_review_read", form),
        ("audits:dip_sample_read", form),
        ("audits:read", form),
        ("audits:said", form),
        ("audits:stands", form),
        ("audits:paper", [audit.pk, "pdf"]),
        ("open_work", work),
        ("why_case", work),
        ("caseload:case", case),
        ("allocation:case_work", case),
        ("allocation:my_work", []),
        ("allocation:return_board", []),
        ("actions:case_actions", case),
        ("actions:plan", [audit.action_plan_id]),
        ("actions:plan_document", [audit.action_plan_id, "docx"]),
        ("actions:tracker", []),
        ("actions:export", ["csv"]),
        ("actions:concerns", []),
        ("audits:inbox", []),
        ("audits:moderation_queue", []),
        ("audits:library", []),
        ("notices:inbox", []),
        ("reporting:dashboard", []),
        ("reporting:learning_needs", []),
    ]


READERS = (
    "outsider",  # of the group
    "senior_manager",  # of the group, and sees the work of the case's team
    "qa_manager",  # moderates
    "qa_officer",  # set it up, is not in the group
    "head_of_service",
    "team_manager",
    "practitioner",
    "care_practitioner",
    "admin",
)


@pytest.mark.clause("SAN-23")
@pytest.mark.parametrize("hands_in", [False, True])
@pytest.mark.parametrize("who", READERS)
def test_nobody_reads_what_another_wrote_before_all_are_in(
    authority: Authority, exercise: BenchmarkingExercise, page: Page, who: str, hands_in: bool
) -> None:
    audit = marked(exercise, authority.team_manager_2, hands_in=hands_in)
    reader = getattr(authority, who)
    leaks = [name for name, args in ways_in(exercise, audit) if says(page(reader, name, *args))]
    assert leaks == []
    for name in FORM_PAGES:
        assert page(reader, f"audits:benchmarking_{name}", audit.pk).status_code == 404
    sent = {"question_key": "pen_picture", "value": "x", "version": "0"}
    assert page(reader, "audits:benchmarking_answer", audit.pk, sent=sent).status_code == 404


def test_the_author_reads_their_own_form_all_the_time(
    authority: Authority, exercise: BenchmarkingExercise, page: Page
) -> None:
    author = authority.team_manager_2
    audit = marked(exercise, author, hands_in=False)
    assert says(page(author, "audits:benchmarking_read", audit.pk))
    marked_again = audit_of(exercise, author)
    assert page(author, "audits:benchmarking_hand_in", marked_again.pk, sent={}).status_code == 302
    audit.refresh_from_db()
    assert audit.auditor == author
    assert says(page(author, "audits:benchmarking_read", audit.pk))


def test_the_quality_assurance_team_sees_who_has_handed_in_but_not_what(
    authority: Authority, exercise: BenchmarkingExercise, page: Page
) -> None:
    marked(exercise, authority.team_manager_2, hands_in=True)
    text = page(authority.qa_officer, "audits:benchmarking", exercise.pk).content.decode()
    assert "Team Manager 2 Example" in text
    assert text.count("Not started, due 20 Nov 2026") == 3
    assert "Handed in, 9 Nov 2026" in text
    assert "Grades side by side" not in text
    assert "Nobody reads what the others wrote" in text


@pytest.mark.parametrize(
    ("who", "before_it_is_finished"),
    [
        ("outsider", True),
        ("qa_manager", True),
        ("qa_officer", True),
        ("head_of_service", False),
        ("team_manager", False),
    ],
)
def test_once_all_are_in_the_group_and_the_quality_assurance_team_read_them_and_leaders_at_the_end(
    authority: Authority,
    exercise: BenchmarkingExercise,
    page: Page,
    who: str,
    before_it_is_finished: bool,
) -> None:
    reader, audit = getattr(authority, who), audit_of(exercise, authority.team_manager_2)
    all_hand_in(exercise, authority)
    BenchmarkingAudit.objects.filter(pk=audit.pk).update(grade_reason=MARKER)
    assert says(page(reader, "audits:benchmarking_read", audit.pk)) is before_it_is_finished
    agree_on_everything(exercise, authority.qa_manager, NOW)
    finish(exercise, authority.qa_manager, NOW)
    assert says(page(reader, "audits:benchmarking_read", audit.pk))
    assert "Grades side by side" in page(reader, "audits:benchmarking", exercise.pk).content.decode()


@pytest.mark.parametrize("who", ["practitioner", "care_practitioner", "care_head_of_service", "admin"])
def test_it_is_not_there_for_others(
    authority: Authority, exercise: BenchmarkingExercise, page: Page, who: str
) -> None:
    all_hand_in(exercise, authority)
    agree_on_everything(exercise, authority.qa_manager, NOW)
    finish(exercise, authority.qa_manager, NOW)
    reader = getattr(authority, who)
    assert page(reader, "audits:benchmarking", exercise.pk).status_code == 404
    work = audit_of(exercise, authority.team_manager_2)
    assert page(reader, "audits:benchmarking_read", work.pk).status_code == 404
    assert page(reader, "open_work", work.assignment_id).status_code == 404


def test_after_the_last_day_whoever_is_late_reads_nothing_before_their_own_is_in(
    authority: Authority, exercise: BenchmarkingExercise, page: Page, time_machine: TimeMachineFixture
) -> None:
    audit = marked(exercise, authority.team_manager_2, hands_in=True)
    hand_in(exercise, authority.qa_manager)
    late = authority.outsider
    time_machine.move_to(datetime(2026, 11, 20, 23, 30, tzinfo=UTC), tick=False)  # the last evening
    assert not says(page(authority.qa_manager, "audits:benchmarking_read", audit.pk))
    time_machine.move_to(AFTER, tick=False)
    assert says(page(authority.qa_manager, "audits:benchmarking_read", audit.pk))
    assert says(page(authority.qa_officer, "audits:benchmarking_read", audit.pk))
    assert not says(page(late, "audits:benchmarking_read", audit.pk))
    unfinished = audit_of(exercise, late)
    for who in (authority.qa_manager, authority.qa_officer):
        assert page(who, "audits:benchmarking_read", unfinished.pk).status_code == 404
    assert "Grades side by side" not in page(late, "audits:benchmarking", exercise.pk).content.decode()
    hand_in(exercise, late, now=AFTER)
    assert says(page(late, "audits:benchmarking_read", audit.pk))
    shown = page(late, "audits:benchmarking", exercise.pk).content.decode()
    assert "Handed in late, 21 Nov 2026" in shown
    assert "Grades side by side" in shown


def test_a_late_moderator_does_not_write_up_before_their_own_form_is_in(
    authority: Authority, exercise: BenchmarkingExercise, page: Page, time_machine: TimeMachineFixture
) -> None:
    hand_in(exercise, authority.team_manager_2)
    hand_in(exercise, authority.outsider)
    time_machine.move_to(AFTER, tick=False)
    assert page(authority.qa_manager, "audits:benchmarking_agree", exercise.pk, SECTION).status_code == 404
    hand_in(exercise, authority.qa_manager, now=AFTER)
    assert page(authority.qa_manager, "audits:benchmarking_agree", exercise.pk, SECTION).status_code == 200


def test_acting_in_a_post_that_has_handed_in_opens_nothing_to_whoever_still_owes_a_form(
    authority: Authority, exercise: BenchmarkingExercise, page: Page
) -> None:
    audit = marked(exercise, authority.team_manager_2, hands_in=True)
    post = authority.post_of[authority.team_manager_2]
    PostHoldingFactory(post=post, user=authority.outsider, starts_on=date(2026, 11, 10), is_acting=True)
    acting = authority.outsider
    leaks = [name for name, args in ways_in(exercise, audit) if says(page(acting, name, *args))]
    assert leaks == []
    typed = {"question_key": "pen_picture", "value": "x", "version": "0"}
    assert not says(page(acting, "audits:benchmarking_answer", audit.pk, sent=typed))
    section = {"pen_picture": "x", f"{VERSION_PREFIX}pen_picture": "0"}
    assert not says(page(acting, "audits:benchmarking_section", audit.pk, "child", sent=section))
    graded = {"grade": "good", "reason": "x"}
    assert not says(page(acting, "audits:benchmarking_overall", audit.pk, sent=graded))


def test_whoever_was_withdrawn_from_the_group_reads_nothing(
    authority: Authority, exercise: BenchmarkingExercise, page: Page
) -> None:
    gone = audit_of(exercise, authority.outsider)
    Assignment.objects.filter(pk=gone.assignment_id).update(state=Assignment.State.WITHDRAWN)
    for person in group_of(authority).people:
        if person != authority.outsider:
            hand_in(exercise, person)
    other = audit_of(exercise, authority.team_manager_2)
    assert page(authority.outsider, "audits:benchmarking", exercise.pk).status_code == 404
    assert page(authority.outsider, "audits:benchmarking_read", other.pk).status_code == 404
    assert page(authority.team_manager_2, "audits:benchmarking_read", other.pk).status_code == 200


def test_what_was_handed_in_for_an_exercise_that_is_called_off_stays_unread(
    authority: Authority, exercise: BenchmarkingExercise, page: Page
) -> None:
    audit = marked(exercise, authority.team_manager_2, hands_in=True)
    officer = authority.qa_officer
    refused = page(officer, "audits:benchmarking_call_off", exercise.pk, sent={"reason": ""})
    assert refused.status_code == 422
    page(officer, "audits:benchmarking_call_off", exercise.pk, sent={"reason": "The case moved away."})
    text = page(officer, "audits:benchmarking", exercise.pk).content.decode()
    assert "The case moved away." in text
    leaks = [name for name, args in ways_in(exercise, audit) if says(page(officer, name, *args))]
    assert leaks == []
    assert page(officer, "audits:benchmarking_call_off", exercise.pk).status_code == 404


def test_a_restricted_case_needs_a_clearance(
    authority: Authority, exercise: BenchmarkingExercise, page: Page
) -> None:
    all_hand_in(exercise, authority)
    audit = audit_of(exercise, authority.outsider)
    restrict_case(case=exercise.case, reason="Related to a colleague.", by=authority.qa_officer, now=NOW)
    for who in ("outsider", "qa_manager", "qa_officer", "head_of_service"):
        reader = getattr(authority, who)
        assert page(reader, "audits:benchmarking", exercise.pk).status_code == 404, who
        assert page(reader, "audits:benchmarking_read", audit.pk).status_code == 404, who
        listed = page(reader, "audits:benchmarking_exercises").content.decode()
        assert exercise.case.child_ref not in listed, who
    CaseClearanceFactory(case=exercise.case, user=authority.qa_officer, review_on=date(2027, 1, 1))
    assert page(authority.qa_officer, "audits:benchmarking_read", audit.pk).status_code == 200


# Setting up


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
