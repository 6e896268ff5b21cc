"""Who reads what of a benchmarking exercise, before and after its forms are open: every way in."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from time_machine import TimeMachineFixture

from audits.models import BenchmarkingAudit, BenchmarkingExercise
from qaframework.allocation.models import Assignment
from qaframework.caseload.workflow import restrict_case
from qaframework.people.models import User
from qaframework.tools.forms import VERSION_PREFIX
from qaframework.tools.workflow import save_answer
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
    write,
)
from tests.factories.caseload import CaseClearanceFactory
from tests.factories.people import PostHoldingFactory

pytestmark = pytest.mark.usefixtures("today_is_10_november")

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
AFTER = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MARKER = "Grandmother keeps a green notebook"
FORM_PAGES = ("activity", "read", "hand_in", "sign", "concern", "overall")
Page = Callable[..., Any]


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
