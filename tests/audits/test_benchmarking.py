"""A benchmarking exercise from its setting up to its result: who takes part, by when, and what is agreed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from audits import workflow
from audits.models import AuditResult, BenchmarkedSection, BenchmarkingExercise, CaseAudit
from audits.workflow.benchmarking import Group
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.caseload.workflow import restrict_case
from qaframework.notices.models import Notice
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.tools.workflow import AnswersIncomplete
from tests.factories.audits import Setting
from tests.factories.authority import Authority
from tests.factories.benchmarking import (
    DUE_ON,
    ON_TIME,
    SECTION,
    SET_UP,
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
from tests.factories.people import PostHoldingFactory, UserFactory
from tests.history import gaps_in_history

AFTER = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MET = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)


def told(kind: str) -> list[User]:
    return [notice.recipient for notice in Notice.objects.filter(kind=kind).order_by("recipient__full_name")]


@pytest.mark.clause("SAN-23")
def test_each_of_the_group_owes_a_form_on_the_same_case_by_the_same_day(
    authority: Authority, sandwell: Setting
) -> None:
    exercise = set_up(sandwell)
    work = Assignment.objects.filter(benchmarkingaudit__exercise=exercise)
    assert {one.post for one in work} == {authority.post_of[one] for one in group_of(authority).people}
    assert {(one.case, one.due_on, one.state, one.kind) for one in work} == {
        (exercise.case, DUE_ON, "allocated", "benchmarking")
    }
    assert [one.leads for one in exercise.audits.filter(leads=True)] == [True]
    assert audit_of(exercise, authority.qa_manager).leads
    assert audit_of(exercise, authority.team_manager_2).meets_worker
    assert set(told("allocated")) == set(group_of(authority).people)
    assert told("benchmarking_begun") == [authority.practitioner]
    assert gaps_in_history() == []


def test_nobody_is_asked_to_sign_what_one_of_many_wrote(sandwell: Setting) -> None:
    exercise = set_up(sandwell)
    assert not exercise.audits.filter(assignment__worker__isnull=False).exists()


@pytest.mark.parametrize("count", [2, 13])
def test_a_group_has_three_to_twelve_managers(authority: Authority, sandwell: Setting, count: int) -> None:
    managers = [authority.appoint(f"manager_{n}", "team_manager", authority.care) for n in range(count)]
    group = Group(managers, authority.qa_manager, managers[0])
    with pytest.raises(Refused, match=f"Name 3 to 12 managers besides the moderator. You named {count}"):
        set_up(sandwell, group=group)
    assert not Assignment.objects.exists()


def test_naming_the_moderator_among_the_managers_counts_once(authority: Authority, sandwell: Setting) -> None:
    group = group_of(authority)
    exercise = set_up(sandwell, group=replace(group, managers=[*group.managers, group.moderator]))
    assert exercise.audits.count() == 4


def test_somebody_of_the_group_meets_the_practitioner(authority: Authority, sandwell: Setting) -> None:
    group = replace(group_of(authority), meets_worker=authority.director)
    with pytest.raises(Refused, match="Director Example is not in the group"):
        set_up(sandwell, group=group)


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("team_manager", "The auditor manages the practitioner of this case"),
        ("practitioner", "holds no post that audits"),
        ("admin", "holds no post that audits"),
    ],
)
def test_only_those_take_part_who_may_audit_the_case(
    authority: Authority, sandwell: Setting, who: str, why: str
) -> None:
    group = group_of(authority)
    with pytest.raises(Refused, match=why):
        set_up(sandwell, group=replace(group, managers=[*group.managers, getattr(authority, who)]))


def test_all_of_the_group_need_a_clearance_for_a_restricted_case(
    authority: Authority, sandwell: Setting
) -> None:
    case = CaseFactory(unit=authority.duty_team_1, worker=authority.practitioner)
    restrict_case(case=case, reason="Related to a colleague.", by=authority.qa_officer, now=SET_UP)
    people = group_of(authority).people
    for person in people[:-1]:
        CaseClearanceFactory(case=case, user=person, review_on=date(2027, 6, 1))
    with pytest.raises(Refused, match=f"{people[-1]} cannot take part. The case is restricted"):
        set_up(sandwell, case=case)
    CaseClearanceFactory(case=case, user=people[-1], review_on=date(2027, 6, 1))
    assert set_up(sandwell, case=case).audits.count() == 4


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"due_on": SET_UP.date()}, "Give a day after today"),
        ({"meets_on": DUE_ON}, "The meeting has to be after"),
    ],
)
def test_days_that_do_not_fit_are_refused(sandwell: Setting, changes: dict[str, date], why: str) -> None:
    with pytest.raises(Refused, match=why):
        set_up(sandwell, **changes)


def test_a_closed_case_is_refused(authority: Authority, sandwell: Setting) -> None:
    closed = CaseFactory(unit=authority.duty_team_1, status=Case.Status.CLOSED)
    with pytest.raises(Refused, match="closed or has no team"):
        set_up(sandwell, case=closed)


def test_sending_it_twice_sets_up_one(authority: Authority, sandwell: Setting) -> None:
    exercise = set_up(sandwell)
    with pytest.raises(Refused, match="There is an exercise on this case already"):
        set_up(sandwell, case=exercise.case)
    assert BenchmarkingExercise.objects.count() == 1
    assert Assignment.objects.count() == 4


def test_a_form_is_handed_in_whole_and_once(authority: Authority, sandwell: Setting) -> None:
    exercise, manager = set_up(sandwell), authority.team_manager_2
    audit = audit_of(exercise, manager)
    with pytest.raises(Refused, match="Give the grade overall, and why"):
        workflow.hand_in_benchmarking(audit=audit, by=manager, now=ON_TIME)
    workflow.judge_overall(audit=audit, grade="good", reason="Clear.", by=manager, now=ON_TIME)
    with pytest.raises(AnswersIncomplete):
        workflow.hand_in_benchmarking(audit=audit_of(exercise, manager), by=manager, now=ON_TIME)
    audit = write(exercise, manager)
    stale = audit_of(exercise, manager)
    workflow.hand_in_benchmarking(audit=audit, by=manager, now=ON_TIME)
    handed_in = audit_of(exercise, manager)
    assert (handed_in.auditor, handed_in.assignment.state) == (manager, "final")
    with pytest.raises((Refused, SomebodyElseWasFirst)):
        workflow.hand_in_benchmarking(audit=stale, by=manager, now=ON_TIME)
    with pytest.raises(Refused, match="can no longer be changed"):
        workflow.judge_overall(audit=handed_in, grade="inadequate", reason="No.", by=manager, now=ON_TIME)
    assert gaps_in_history() == []


def test_the_last_form_opens_all_of_them_and_the_group_is_told_once(
    authority: Authority, sandwell: Setting
) -> None:
    exercise = set_up(sandwell)
    first, *others = group_of(authority).people
    for person in others:
        hand_in(exercise, person)
    assert told("benchmarking_opened") == []
    hand_in(exercise, first)
    expected = {*group_of(authority).people, authority.qa_officer}
    assert set(told("benchmarking_opened")) == expected
    assert workflow.tell_of_opened_forms(now=AFTER) == 0
    assert "clear" not in Notice.objects.filter(kind="benchmarking_opened")[0].body


def test_once_the_last_day_has_passed_those_who_have_handed_in_are_told(
    authority: Authority, sandwell: Setting
) -> None:
    exercise = set_up(sandwell)
    hand_in(exercise, authority.outsider)
    on_the_day = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
    assert workflow.open_due_work(now=on_the_day).told_of_opened_forms == 0
    done = workflow.open_due_work(now=AFTER)
    assert done.told_of_opened_forms == 2
    assert done.changed >= 2
    assert set(told("benchmarking_opened")) == {authority.outsider, authority.qa_officer}
    assert workflow.open_due_work(now=AFTER).told_of_opened_forms == 0
    hand_in(exercise, authority.senior_manager, now=AFTER + timedelta(hours=1))
    assert authority.senior_manager in told("benchmarking_opened")


def test_more_time_for_one_keeps_the_forms_of_all_closed(authority: Authority, sandwell: Setting) -> None:
    exercise = set_up(sandwell)
    hand_in(exercise, authority.outsider)
    late = audit_of(exercise, authority.senior_manager).assignment
    asked = allocation.ask_extension(
        assignment=late,
        kind="extension",
        reason="Leave.",
        new_due_on=date(2026, 11, 25),
        by=authority.senior_manager,
        now=ON_TIME,
    )
    allocation.decide_extension(
        request=asked, grant=True, decision_reason="", by=authority.head_of_service, now=ON_TIME
    )
    assert workflow.tell_of_opened_forms(now=AFTER) == 0
    assert workflow.tell_of_opened_forms(now=datetime(2026, 11, 26, 9, 0, tzinfo=UTC)) == 2


def test_a_section_is_agreed_and_agreed_anew_and_two_writers_do_not_overwrite_each_other(
    authority: Authority, sandwell: Setting
) -> None:
    exercise, by = set_up(sandwell), authority.qa_manager
    all_hand_in(exercise, authority)
    said = {"exercise": exercise, "section": SECTION, "by": by, "now": MET}
    first = workflow.agree_section(grade="good", note="Talked.", read=0, **said)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.agree_section(grade="inadequate", note="Talked.", read=0, **said)
    anew = workflow.agree_section(grade="requires_improvement", note="Again.", read=first.version, **said)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.agree_section(grade="good", note="Late.", read=first.version, **said)
    assert (anew.agreed_grade, anew.note, anew.version) == ("requires_improvement", "Again.", 2)
    assert BenchmarkedSection.objects.get().note == "Again."
    assert gaps_in_history() == []


@pytest.mark.clause("SAN-23")
def test_it_is_finished_when_every_section_is_agreed_and_then_stays(
    authority: Authority, sandwell: Setting
) -> None:
    exercise, by = set_up(sandwell), authority.qa_manager
    all_hand_in(exercise, authority)
    with pytest.raises(Refused, match="Agree first on: Recording and chronology"):
        finish(exercise, by, MET)
    agree_on_everything(exercise, by, MET)
    finish(exercise, by, MET)
    exercise.refresh_from_db()
    assert (exercise.agreed_grade, exercise.finished_by) == ("good", by)
    assert set(told("benchmarking_agreed")) == {
        authority.practitioner,
        *group_of(authority).people,
    } - {by}
    with pytest.raises(Refused, match="This exercise has ended"):
        finish(exercise, by, MET)
    with pytest.raises(Refused, match="This exercise has ended"):
        agree_on_everything(exercise, by, MET)
    with pytest.raises(Refused, match="This exercise has ended"):
        workflow.call_off_exercise(exercise=exercise, reason="Too late.", by=by, now=MET)
    assert gaps_in_history() == []


def test_one_form_is_too_few_to_compare(authority: Authority, sandwell: Setting) -> None:
    exercise = set_up(sandwell)
    hand_in(exercise, authority.outsider)
    agree_on_everything(exercise, authority.qa_officer, AFTER)
    with pytest.raises(Refused, match="Fewer than two forms are in"):
        finish(exercise, authority.qa_officer, AFTER)


def test_the_group_goes_on_without_whoever_never_handed_in(authority: Authority, sandwell: Setting) -> None:
    exercise, by = set_up(sandwell), authority.qa_manager
    for person in (by, authority.outsider):
        hand_in(exercise, person)
    agree_on_everything(exercise, by, MET)
    finish(exercise, by, MET)
    states = exercise.audits.values_list("assignment__state", "assignment__clock__stop_reason")
    assert sorted(states) == [("final", "completed")] * 2 + [("withdrawn", "withdrawn")] * 2
    assert set(told("called_off")) == {authority.team_manager_2, authority.senior_manager}
    assert not set(told("benchmarking_agreed")) & set(told("called_off"))
    with pytest.raises((Refused, SomebodyElseWasFirst)):
        hand_in(exercise, authority.senior_manager, now=MET)


def test_what_is_learnt_is_shared_once_with_all_who_audit_and_names_no_case(
    authority: Authority, sandwell: Setting
) -> None:
    exercise, by = set_up(sandwell), authority.qa_manager
    all_hand_in(exercise, authority)
    with pytest.raises(Refused, match="not finished this exercise yet"):
        workflow.share_learning(exercise=exercise, by=by, now=MET)
    agree_on_everything(exercise, by, MET)
    finish(exercise, by, MET)
    shared = workflow.share_learning(exercise=exercise, by=by, now=MET)
    notices = Notice.objects.filter(kind="benchmarking_learning")
    assert shared == len(notices) > 5
    people = {notice.recipient for notice in notices}
    assert {authority.team_manager, authority.director} <= people
    assert not people & {by, authority.practitioner, authority.admin}
    for notice in notices:
        assert exercise.case.child_ref not in notice.subject + notice.body
        assert exercise.learning not in notice.body
        assert notice.url == reverse("audits:benchmarking_learning", args=[exercise.pk])
    with pytest.raises(SomebodyElseWasFirst):
        workflow.share_learning(exercise=exercise, by=by, now=MET)


def test_an_exercise_is_called_off_with_its_reason_and_another_can_begin(
    authority: Authority, sandwell: Setting
) -> None:
    exercise, by = set_up(sandwell), authority.qa_officer
    hand_in(exercise, authority.outsider)
    workflow.call_off_exercise(exercise=exercise, reason="The case moved away.", by=by, now=ON_TIME)
    assert set(told("called_off")) == set(group_of(authority).people) - {authority.outsider}
    assert workflow.tell_of_opened_forms(now=AFTER) == 0
    assert set_up(sandwell, case=exercise.case).pk != exercise.pk
    assert gaps_in_history() == []


def test_it_is_no_practice_audit(authority: Authority, sandwell: Setting) -> None:
    exercise = set_up(sandwell)
    all_hand_in(exercise, authority)
    agree_on_everything(exercise, authority.qa_manager, MET)
    finish(exercise, authority.qa_manager, MET)
    assert not CaseAudit.objects.exists()
    assert not AuditResult.objects.exists()


def test_the_post_owes_the_form_when_its_holder_leaves(authority: Authority, sandwell: Setting) -> None:
    exercise = set_up(sandwell)
    post = authority.post_of[authority.outsider]
    post.holdings.update(ends_on=date(2026, 11, 8))
    successor = UserFactory(full_name="Successor Example", email="successor@northmoor.example")
    PostHoldingFactory(post=post, user=successor, starts_on=date(2026, 11, 9))
    for person in group_of(authority).people:
        if person != authority.outsider:
            hand_in(exercise, person)
    assert told("benchmarking_opened") == []
    hand_in(exercise, successor)
    assert audit_of(exercise, successor).auditor == successor
    assert successor in told("benchmarking_opened")
    assert authority.outsider not in told("benchmarking_opened")
