"""The invented authority: complete, true to the rules of the product, and only for an empty database."""

from collections import Counter

import pytest
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q
from django.test import Client

from audits.frames import thaw
from audits.models import (
    AuditResult,
    CaseAudit,
    DipSample,
    GoodPractice,
    Moderation,
    ModerationDraw,
    SampleDraw,
)
from audits.workflow import verify_draw, verify_moderation_draw
from escalation.models import EscalationStep
from escalation.workflow import sweep
from qaframework.actions.models import Action, Concern, LoopClosure
from qaframework.allocation.models import Assignment, ExtensionRequest
from qaframework.caseload.models import Case
from qaframework.clocks.models import Clock, Moment
from qaframework.notices.models import Notice
from qaframework.people.directory import Organisation
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month
from qaframework.rules.sampling import share_to_choose
from qaframework.rules.working_days import end_of_day, local_date
from qaframework.tools.models import Answer
from qaframework.tools.reading import missing_answers, section_grades, values_of
from reporting.demo.answers import CHILDREN, words
from reporting.demo.authority import KINDS, PASSWORD, LogIn, make_demo
from reporting.models import Report
from tests.demo.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

Log = list[LogIn]
State = Assignment.State


def test_the_authority_has_people_cases_and_a_year_of_work(demo: Log) -> None:
    assert Case.objects.count() == 1400
    assert 140 <= User.objects.count() <= 170
    assert Case.objects.filter(is_restricted=True).count() > 5
    assert Case.objects.filter(status="closed").count() > 20
    assert len(set(AuditResult.objects.values_list("month", flat=True))) >= 13
    assert AuditResult.objects.count() > 200
    assert DipSample.objects.count() > 400


def test_there_is_something_of_every_kind_to_look_at(demo: Log) -> None:
    states = set(Action.objects.values_list("state", flat=True))
    assert states == set(Action.State.values) - {Action.State.DRAFT}
    assert set(LoopClosure.objects.values_list("state", flat=True)) >= {"due", "with_hos", "authorised"}
    assert set(Moderation.objects.values_list("state", flat=True)) >= {"waiting", "completed"}
    assert set(Moderation.objects.values_list("result", flat=True)) >= {"upheld", "lowered"}
    assert CaseAudit.objects.filter(follow_up_of__isnull=False).exists()
    assert Concern.objects.filter(acknowledged_at=None).exists()
    assert ExtensionRequest.objects.filter(state="asked").exists()
    assert Report.objects.filter(state="released").exists()
    assert Report.objects.filter(state="draft").exists()
    names = set(EscalationStep.objects.values_list("name", flat=True))
    assert names >= {"Two days late", "A week late", "Two weeks late", "Four weeks late", "Six weeks late"}


def test_the_library_of_good_practice_has_entries_and_candidates(demo: Log) -> None:
    states = Counter(GoodPractice.objects.values_list("state", flat=True))
    assert states["published"] >= 3
    assert states["proposed"] >= 1
    assert GoodPractice.objects.filter(named__isnull=False).exists()
    assert not GoodPractice.objects.filter(assignment__case__is_restricted=True).exists()


def test_every_draw_finds_the_cases_it_was_asked_for(demo: Log) -> None:
    """Also the Director's, from all of the authority, and those of a busy front door."""
    short = SampleDraw.objects.filter(shortfall__gt=0)
    assert list(short.values_list("period", "pool__code", "size", "shortfall")) == []
    director = Assignment.objects.filter(post__role="director", activity="learning_space")
    assert director.exclude(state=State.PLANNED).count() >= 4


def test_everybody_one_can_sign_in_as_has_work_or_figures(demo: Log) -> None:
    assert [one.kind for one in demo] == list(KINDS)
    for one in demo:
        user = User.objects.get(email=one.email)
        client = Client()
        client.force_login(user)
        assert client.get("/", follow=True).status_code == 200
    manager = next(one for one in demo if one.kind == "Team Manager")
    practitioner = next(one for one in demo if one.kind == "Practitioner")
    owed = Assignment.objects.open().filter(post__holdings__user__email=manager.email)
    assert owed.filter(state=State.IN_PROGRESS).exists()
    actions = Action.objects.filter(owner_post__holdings__user__email=practitioner.email)
    assert set(actions.values_list("state", flat=True)) >= {"open", "done"}


def test_all_sign_in_with_the_password_that_is_printed(demo: Log) -> None:
    assert User.objects.get(email=demo[0].email).check_password(PASSWORD)
    assert len(set(User.objects.values_list("password", flat=True))) == 1


def test_nobody_audits_a_case_of_their_own_or_of_those_they_manage(demo: Log) -> None:
    audits = CaseAudit.objects.exclude(auditor=None).select_related("assignment__post")
    assert not audits.filter(auditor=F("assignment__worker")).exists()
    organisation = Organisation.load(local_date(NOW))
    for audit in audits:
        worker_post = organisation.post_of(audit.assignment.worker_id or 0)
        manager = organisation.line_manager(worker_post.pk) if worker_post else None
        assert manager != audit.assignment.post


def test_what_was_handed_in_is_complete_locked_and_kept(demo: Log) -> None:
    done = CaseAudit.objects.exclude(submitted_at=None).select_related(
        "answer_set__tool_version", "assignment"
    )
    assert done.count() == AuditResult.objects.count()
    for audit in done.prefetch_related("answer_set__answers", "answer_set__submissions"):
        answers = {answer.question_key: answer for answer in audit.answer_set.answers.all()}
        values = values_of(audit.answer_set, answers)
        assert audit.answer_set.is_locked
        assert missing_answers(audit.answer_set.tool_version.definition, values) == []
        assert [one.answers for one in audit.answer_set.submissions.all()] == [values]
        assert audit.impact
        assert audit.assignment.state in Assignment.DONE_STATES


def test_the_rows_for_the_figures_are_those_that_counting_again_gives(demo: Log) -> None:
    results = AuditResult.objects.select_related(
        "audit__assignment__case", "audit__answer_set__tool_version", "audit__assignment__programme"
    )
    for row in results.prefetch_related("audit__answer_set__answers"):
        audit, assignment = row.audit, row.audit.assignment
        answers = {answer.question_key: answer for answer in audit.answer_set.answers.all()}
        assert row.month == Month.of(local_date(audit.submitted_at)).key
        assert (row.original_grade, row.final_grade) == (audit.overall_grade, audit.final_grade)
        assert row.section_grades == section_grades(audit.answer_set, answers)
        assert row.in_time == (audit.submitted_at <= end_of_day(assignment.due_on))
        assert row.worker_took_part == (audit.worker_took_part != "no")
        assert (row.unit_id, row.selection) == (assignment.unit_id, assignment.selection)
        assert row.plan_type == assignment.case.plan_type
        assert row.is_restricted == assignment.case.is_restricted
        assert row.framework_id == assignment.programme.framework_id


def test_every_final_inadequate_of_social_care_has_a_loop(demo: Log) -> None:
    worst = AuditResult.objects.filter(final_grade="inadequate", framework__key="lancashire")
    assert worst.exists()
    assert not worst.filter(audit__action_plan__loop=None).exists()


def test_the_share_that_is_moderated_is_that_of_the_framework(demo: Log) -> None:
    draws = ModerationDraw.objects.all()
    assert draws.count() > 12
    for drawn in draws:
        assert verify_moderation_draw(drawn).matches
        assert len(drawn.chosen) == min(share_to_choose(drawn.population, drawn.percent), len(drawn.frame))
    assert not AuditResult.objects.filter(
        Q(original_grade="inadequate") & Q(audit__moderations=None)
    ).exists()


def test_every_draw_can_be_replayed(demo: Log) -> None:
    draws = SampleDraw.objects.select_related("framework_version")
    assert draws.count() > 80
    for sample in draws:
        replayed = verify_draw(sample)
        assert replayed.matches, replayed
    assert any(thaw(sample.frame).exclusions for sample in draws[:20])


def test_no_clock_runs_for_work_that_is_done(demo: Log) -> None:
    assert not Assignment.objects.filter(
        state__in=[*Assignment.DONE_STATES, State.WITHDRAWN], clock__stopped_at=None, clock__isnull=False
    ).exists()
    assert not Assignment.objects.open().filter(Q(clock=None) | Q(clock__stopped_at__isnull=False)).exists()
    assert not Action.objects.filter(
        state__in=["done", "verified", "cancelled"], clock__stopped_at=None
    ).exists()


def test_the_ladder_of_everything_that_is_owed_is_whole(demo: Log) -> None:
    """Each step that is to come will be taken, and each that has come was."""
    steps = Moment.objects.filter(
        clock__stopped_at=None, round=F("clock__round"), is_reminder=False, is_open=False
    )
    taken = EscalationStep.objects.filter(
        clock=OuterRef("clock"), round=OuterRef("round"), position=OuterRef("position")
    )
    assert not steps.exclude(Exists(taken)).exists()
    assert Moment.objects.filter(clock__stopped_at=None, is_reminder=False, is_open=True).count() > 100


def test_nothing_was_escalated_after_it_was_completed(demo: Log) -> None:
    steps = EscalationStep.objects.filter(round=F("clock__round"), clock__stopped_at__isnull=False)
    assert steps.exists()
    assert not steps.filter(falls_at__gt=F("clock__stopped_at")).exists()


def test_a_sweep_right_after_has_nothing_left_to_do(demo: Log) -> None:
    assert sweep(now=NOW).steps == 0
    assert not Notice.objects.queued().exists()


def test_work_and_answers_have_their_history(demo: Log) -> None:
    final = Assignment.objects.filter(kind="case_audit", state=State.FINAL).first()
    assert final is not None
    kinds = Counter(final.history.values_list("history_change_reason", flat=True))
    assert {"Allocated", "Started", "Submitted", "Final"} <= set(kinds)
    answers = Answer.objects.count()
    assert Answer.history.count() == answers


def test_no_row_breaks_a_rule_of_the_database(demo: Log) -> None:
    connection.check_constraints()


def test_nobody_has_two_drawn_audits_of_the_same_child_within_the_year(demo: Log) -> None:
    twice = (
        Assignment.objects.filter(selection="random", case__isnull=False)
        .exclude(state=State.WITHDRAWN)
        .values("case")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
    )
    assert len(twice) < Assignment.objects.filter(selection="random").count() / 20


def test_it_is_refused_a_second_time(demo: Log) -> None:
    with pytest.raises(Refused, match="loaded already"):
        make_demo(framework="lancashire", seed="1", now=NOW)


@pytest.mark.postgres
def test_the_database_counts_the_new_rows_before_it_plans_for_them(demo: Log) -> None:
    """Nothing but the demonstration itself can: others see its rows only after its transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'clocks_clock'")
        assert cursor.fetchone()[0] > Clock.objects.count() / 2


def test_the_words_of_one_audit_are_about_one_child(demo: Log) -> None:
    """Of a boy or of a girl: the lists of a question speak of them by turns."""
    keys = ("child_and_family_story", "daily_life_now", "childs_words")
    turns = {}
    for tone in ("strong", "weak"):
        for key in keys:
            for place, said in enumerate(words()[tone][key]):
                turns[said if isinstance(said, str) else said[0]] = place % CHILDREN
    of_audit: dict[int, set[int]] = {}
    answered = Answer.objects.filter(question_key__in=keys).values_list("answer_set", "value")
    for answer_set, value in answered:
        said = value["well"] if isinstance(value, dict) else value
        of_audit.setdefault(answer_set, set()).add(turns[said])
    assert len(of_audit) > 50
    assert all(len(found) == 1 for found in of_audit.values())
