"""Each figure against a naive reckoning of the same small authority, in a pinned number of queries."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from audits.models import AuditResult
from escalation.workflow import sweep
from qaframework.actions.models import LoopClosure
from qaframework.allocation.models import Assignment, ExtensionRequest
from qaframework.packs.models import Framework
from qaframework.rules.periods import Month
from reporting.document import Paragraph
from reporting.figures import all_figures
from reporting.figures.actions import action_figures
from reporting.figures.coverage import coverage_figures
from reporting.figures.escalations import escalation_figures
from reporting.figures.impact import impact_figures
from reporting.figures.loops import loop_figures
from reporting.figures.moderation import moderation_figures
from reporting.figures.practice import part_figures, practice_figures, section_titles
from reporting.figures.returns import return_figures
from reporting.figures.scope import Scope
from reporting.pages import document_of
from reporting.sections.practice import sections_section
from reporting.workflow import build_report
from tests.factories.allocation import owed
from tests.factories.authority import Authority
from tests.factories.caseload import CaseClearanceFactory, CaseFactory
from tests.factories.reporting import acted_on, audited, looped, moderated
from tests.reporting.conftest import DECEMBER, scope_of

pytestmark = pytest.mark.django_db

NOVEMBER = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def counts(grades: Any) -> dict[str, int]:
    return {key: n for key, _, n in grades.counts}


@pytest.mark.clause("LAN-11", "LAN-13")
def test_returns_are_what_the_assignments_say(
    scope: Scope, framework: Framework, authority: Authority, django_assert_num_queries: Any
) -> None:
    post = authority.post_of[authority.senior_manager]
    late = owed(
        authority, post, due_on=date(2026, 11, 27), now=NOVEMBER, activity="dip_sample", kind="dip_sample"
    )
    excluded = owed(authority, post, due_on=date(2026, 11, 27), now=NOVEMBER)
    Assignment.objects.filter(pk=excluded.pk).update(state="excluded")
    moved = owed(authority, post, due_on=date(2026, 11, 27), now=NOVEMBER)
    Assignment.objects.filter(pk=moved.pk).update(due_on=date(2026, 12, 20))
    ExtensionRequest.objects.create(
        assignment=moved,
        kind="extension",
        state="granted",
        reason="Leave",
        new_due_on=date(2026, 12, 20),
        asked_by=authority.senior_manager,
        asked_at=NOVEMBER,
        decided_by=authority.head_of_service,
        decided_at=NOVEMBER,
    )
    with django_assert_num_queries(2):
        found = return_figures(scope)
    mine = [
        one
        for one in Assignment.objects.all()
        if one.original_due_on and (one.original_due_on.year, one.original_due_on.month) == (2026, 11)
    ]
    counted = [one for one in mine if one.state not in ("planned", "withdrawn", "excluded")]
    in_time = [one for one in counted if one.submitted_at and one.submitted_at.date() <= one.due_on]
    assert found.total.due == len(counted) == 20
    assert found.total.in_time == len(in_time) == 17
    assert found.total.late == 1
    assert found.total.outstanding == 2
    assert found.total.overdue == 1
    assert late.due_on < scope.on
    assert found.total.extended == 1
    assert found.total.excluded == 1
    assert {one.label: one.due for one in found.by_role} == {"Senior manager": 2, "Team manager": 18}
    assert {one.label: one.due for one in found.by_activity} == {"Learning space": 19, "Dip sample": 1}
    expected = [(one.label, one.expected, one.allocated, one.done) for one in found.expected]
    assert expected == [
        ("Learning space", 40, 19, 18),
        ("Learning space", 120, 31, 30),
        ("Dip sample", 478, 1, 0),
    ]
    assert [one.due for one in found.by_month][-2:] == [12, 20]


def test_work_done_late_within_more_time_is_in_time(scope: Scope, authority: Authority) -> None:
    audit = audited(authority, at=NOVEMBER, days_left=-2)
    before = return_figures(scope).total
    Assignment.objects.filter(pk=audit.assignment_id).update(due_on=date(2026, 11, 25))
    after = return_figures(scope).total
    assert (after.in_time - before.in_time, after.late - before.late, after.due - before.due) == (1, -1, 0)


def test_grades_are_of_random_audits_that_are_final(
    scope: Scope, authority: Authority, django_assert_num_queries: Any
) -> None:
    audited(authority, at=NOVEMBER, grade="inadequate", selection="targeted")
    audited(authority, at=NOVEMBER, grade="inadequate", final="")
    audited(authority, at=NOVEMBER, grade="inadequate", final="good")
    with django_assert_num_queries(2):
        found = practice_figures(scope)
    assert counts(found.random) == {
        "outstanding": 3,
        "good": 10,
        "requires_improvement": 3,
        "inadequate": 3,
    }
    assert found.random.waiting == 1
    assert (found.random.good_or_better.part, found.random.good_or_better.whole) == (13, 19)
    assert counts(found.targeted)["inadequate"] == 1
    assert counts(found.before) == {"outstanding": 2, "good": 6, "requires_improvement": 2, "inadequate": 2}
    assert [one.graded for one in found.by_month] == [0] * 10 + [12, 19]
    assert [one.graded for one in found.by_quarter] == [0, 0, 0, 31]
    assert found.year.graded == 31
    assert (found.inadequate.part, found.inadequate.whole) == (3, 19)


def test_parts_of_the_audits(scope: Scope, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        found = part_figures(scope)
    assert [one.label for one in found.shown] == ["Daily life now"]
    assert (found.shown[0].good_or_better.part, found.shown[0].graded) == (12, 18)


def test_taking_part_and_feedback(scope: Scope) -> None:
    found = practice_figures(scope)
    assert (found.worker_took_part.part, found.worker_took_part.whole) == (17, 18)
    assert (found.feedback_obtained.part, found.feedback_obtained.whole) == (9, 18)


def test_a_part_that_fewer_than_five_audits_grade_is_named_without_its_grades(
    scope: Scope, authority: Authority
) -> None:
    for _ in range(4):
        audited(authority, at=NOVEMBER, section_grades={"change": "inadequate"})
    found = part_figures(scope)
    title = section_titles(scope)["change"]
    assert [one.label for one in found.shown] == ["Daily life now"]
    assert found.few == (title,)
    told = [
        block.text
        for block in sections_section(found, "November 2026").blocks
        if isinstance(block, Paragraph)
    ]
    assert told[-1] == f"Not shown, because fewer than 5 audits grade them: {title}."
    audited(authority, at=NOVEMBER, section_grades={"change": "inadequate"})
    now = part_figures(scope)
    assert [one.label for one in now.shown] == [title, "Daily life now"]
    assert now.few == ()


def test_teams_stand_in_the_order_of_their_names_and_small_ones_are_hidden(
    scope: Scope, authority: Authority
) -> None:
    before = practice_figures(scope).by_team
    assert [(one.label, one.n) for one in before] == [("Children in care team 1", 6), ("Duty team 1", 24)]
    assert [one.good_or_better is not None for one in before] == [False, True]
    for _ in range(3):
        audited(authority, at=NOVEMBER, unit=authority.duty_team_2)
    after = practice_figures(scope).by_team
    shown = {one.label: one.n for one in after}
    assert shown == {"Children in care team 1": None, "Duty team 1": 24, "Duty team 2": None}


def test_a_figure_of_one_unit_knows_nothing_of_another(framework: Framework, authority: Authority) -> None:
    assert practice_figures(scope_of(framework, authority.care_team_1)).random.graded == 6
    assert practice_figures(scope_of(framework, authority.duty_team_1)).random.graded == 12
    assert practice_figures(scope_of(framework, authority.duty_team_2)).random.graded == 0


def test_moderation_compares_original_with_moderated_grades(
    scope: Scope, authority: Authority, django_assert_num_queries: Any
) -> None:
    pairs = [
        ("good", "good"),
        ("good", "requires_improvement"),
        ("inadequate", "good"),
        ("good", "outstanding"),
    ]
    for original, grade in pairs:
        moderated(audited(authority, at=NOVEMBER, grade=original), grade, at=NOVEMBER)
    by_grade = audited(authority, at=NOVEMBER, grade="inadequate")
    moderated(by_grade, "inadequate", at=NOVEMBER, because="grade")
    long_ago = audited(authority, at=datetime(2026, 5, 4, 9, 0, tzinfo=UTC))
    moderated(long_ago, "good", at=datetime(2026, 5, 6, 9, 0, tzinfo=UTC))
    with django_assert_num_queries(2):
        found = moderation_figures(scope)
    assert (found.chosen.part, found.chosen.whole) == (5, 23)
    assert [(one.label, one.counts) for one in found.outcomes] == [
        ("Chosen at random", (1, 2, 1, 0)),
        ("Every audit with this grade is moderated", (1, 0, 0, 0)),
    ]
    assert (found.agreement.n, found.agreement.exact, found.agreement.within_one) == (5, 2, 4)
    assert (found.agreement.change_up, found.agreement.change_down) == (2, 1)
    assert not found.agreement.shows_kappa


def test_actions_are_counted_when_they_happen_and_by_how_late_they_are(
    scope: Scope, authority: Authority, django_assert_num_queries: Any
) -> None:
    audit = audited(authority, at=NOVEMBER)
    today = scope.on
    for weeks in (1, 5, 8, 13, 20):
        acted_on(audit, authority, due_on=today - timedelta(weeks=weeks))
    acted_on(audit, authority, due_on=today)
    acted_on(audit, authority, due_on=today, state="draft")
    done = {"done_by": authority.practitioner, "done_at": NOVEMBER + timedelta(days=4), "evidence": "Seen"}
    acted_on(audit, authority, due_on=date(2026, 11, 24), state="done", **done)
    acted_on(
        audit,
        authority,
        due_on=date(2026, 11, 23),
        state="verified",
        verified_by=authority.team_manager,
        verified_at=NOVEMBER + timedelta(days=5),
        difference_made="She sleeps.",
        **{**done, "done_at": NOVEMBER + timedelta(days=8)},
    )
    with django_assert_num_queries(5):
        found = action_figures(scope)
    assert (found.opened, found.done, found.verified, found.owed) == (8, 2, 1, 6)
    assert [(step.key, step.count) for step in found.overdue] == [
        ("0-4", 1),
        ("4-6", 1),
        ("6-12", 1),
        ("12", 2),
    ]
    assert (found.in_time.part, found.in_time.whole) == (1, 2)
    assert found.median_days == 6
    assert (found.with_difference.part, found.with_difference.whole) == (1, 1)
    assert found.overdue_total == 5


def test_loops_say_how_far_and_for_how_long(
    scope: Scope, authority: Authority, django_assert_num_queries: Any
) -> None:
    opened = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
    audit = audited(authority, at=opened, grade="inadequate")
    looped(audit, authority, at=opened)
    acted_on(audit, authority, due_on=date(2026, 11, 1))
    acted_on(audit, authority, due_on=date(2026, 11, 1), state="cancelled")
    closed = audited(authority, at=NOVEMBER, grade="inadequate")
    looped(
        closed,
        authority,
        at=NOVEMBER,
        state=LoopClosure.State.AUTHORISED,
        sent_to_hos_at=NOVEMBER,
        authorised_by=authority.head_of_service,
        authorised_at=NOVEMBER + timedelta(days=3),
        reaudit_due_on=date(2027, 2, 23),
    )
    with django_assert_num_queries(1):
        found = loop_figures(scope)
    assert [(loop.state, loop.days, loop.is_late, loop.actions, loop.verified) for loop in found.loops] == [
        ("due", 48, True, 1, 0),
        ("authorised", 3, False, 0, 0),
    ]
    assert (found.opened, found.authorised, found.still_open, found.late) == (1, 1, 1, 1)
    assert (found.in_time.part, found.in_time.whole) == (1, 1)


def test_escalations_are_counted_by_step(
    framework: Framework, authority: Authority, django_assert_num_queries: Any
) -> None:
    post = authority.post_of[authority.team_manager]
    owed(authority, post, due_on=date(2026, 11, 20), now=NOVEMBER - timedelta(days=10))
    sweep(now=datetime(2026, 11, 30, 9, 0, tzinfo=UTC))
    scope = scope_of(framework, authority.root)
    with django_assert_num_queries(2):
        found = escalation_figures(scope)
    assert sum(step.count for step in found.taken) == 2
    assert [(step.kind, step.count) for step in found.standing] == [("assignment", 1)]
    assert found.standing[0].name == found.taken[-1].name


@pytest.mark.clause("LAN-26", "LAN-27", "BF-21")
def test_reaudits_are_held_against_the_audit_before(
    scope: Scope, framework: Framework, authority: Authority, django_assert_num_queries: Any
) -> None:
    closed = datetime(2026, 8, 20, 9, 0, tzinfo=UTC)
    verified = {
        "state": "verified",
        "done_at": closed,
        "done_by": authority.practitioner,
        "verified_at": closed,
        "verified_by": authority.team_manager,
    }
    authorised = {
        "state": "authorised",
        "authorised_at": closed,
        "authorised_by": authority.head_of_service,
        "reaudit_due_on": date(2026, 11, 20),
    }
    for after, action, loop in (
        ("good", {**verified, "difference_made": "She sleeps at night."}, authorised),
        ("good", verified, authorised),
        ("inadequate", {}, {}),
    ):
        first = audited(authority, at=datetime(2026, 8, 3, 9, 0, tzinfo=UTC), grade="inadequate")
        looped(first, authority, at=datetime(2026, 8, 4, 9, 0, tzinfo=UTC), **loop)
        acted_on(first, authority, due_on=date(2026, 9, 1), **action)
        audited(authority, at=NOVEMBER, grade=after, selection="targeted", follow_up_of=first)
    waiting = audited(authority, at=NOVEMBER, grade="inadequate")
    audited(authority, at=NOVEMBER, grade="good", final="", selection="targeted", follow_up_of=waiting)
    with django_assert_num_queries(2):
        found = impact_figures(scope)
    assert (found.reaudits, found.better.part, found.same, found.worse) == (3, 2, 1, 0)
    assert [(pair.before, pair.after, pair.count) for pair in found.pairs] == [
        ("Inadequate", "Good", 2),
        ("Inadequate", "Inadequate", 1),
    ]
    assert (found.loops, found.actions, found.verified, found.authorised) == (3, 3, 2, 2)
    assert found.with_difference == 1
    month = Month.parse("2026-11")
    report = build_report(framework=framework, kind="monthly", period=month, by=None, now=DECEMBER)
    section = next(one for one in document_of(report).sections if one.key == "impact")
    assert "2 of 3 of the re-audits were better than the audit before, 1 the same and 0 worse." in str(
        section
    )


def test_coverage_counts_children_not_audits(
    scope: Scope, authority: Authority, django_assert_num_queries: Any
) -> None:
    twice = CaseFactory(unit=authority.duty_team_2)
    audited(authority, at=NOVEMBER, unit=authority.duty_team_2, case=twice)
    audited(authority, at=NOVEMBER + timedelta(days=1), unit=authority.duty_team_2, case=twice)
    CaseFactory.create_batch(5, unit=authority.duty_team_2)
    CaseFactory(unit=authority.duty_team_2, closed=True)
    with django_assert_num_queries(1):
        found = coverage_figures(scope)
    team = next(one.covered for one in found.by_team if one.label == "Duty team 2")
    assert team is not None
    assert (team.part, team.whole) == (1, 6)
    assert found.total.whole == 36


def test_everything_takes_twenty_queries(scope: Scope, django_assert_num_queries: Any) -> None:
    assert scope.version.pack is not None
    with django_assert_num_queries(20):
        all_figures(scope)


def test_restricted_cases_change_no_figure_of_those_who_are_not_cleared(
    framework: Framework, authority: Authority
) -> None:
    """Nothing can be subtracted to find them: the figures are the same with and without them, everywhere."""
    places = [authority.root, authority.duty, authority.duty_team_1, authority.duty_team_2]
    readers = [None, authority.director, authority.team_manager]
    before = [all_figures(scope_of(framework, unit, reader)) for unit in places for reader in readers]
    hidden = CaseFactory(unit=authority.duty_team_2, restricted=True)
    audit = audited(authority, at=NOVEMBER, grade="inadequate", unit=authority.duty_team_2, case=hidden)
    moderated(audit, "inadequate", at=NOVEMBER)
    looped(audit, authority, at=NOVEMBER)
    acted_on(audit, authority, due_on=date(2026, 11, 2))
    owed(
        authority,
        authority.post_of[authority.team_manager_2],
        due_on=date(2026, 11, 20),
        now=NOVEMBER - timedelta(days=10),
        case=hidden,
    )
    sweep(now=datetime(2026, 11, 30, 9, 0, tzinfo=UTC))
    assert [all_figures(scope_of(framework, unit, reader)) for unit in places for reader in readers] == before
    CaseClearanceFactory(case=hidden, user=authority.director, review_on=DECEMBER.date())
    cleared = all_figures(scope_of(framework, authority.root, authority.director))
    assert (
        counts(cleared.practice.random)["inadequate"] == counts(before[0].practice.random)["inadequate"] + 1
    )
    assert cleared.actions.owed == 1
    assert cleared.loops.still_open == 1
    assert cleared.escalations.standing != ()


def test_another_frameworks_audits_do_not_count(scope: Scope, framework: Framework) -> None:
    other = Framework.objects.create(key="other", name="Another framework")
    AuditResult.objects.filter(month="2026-11").update(framework=other)
    assert practice_figures(scope).random.graded == 0
