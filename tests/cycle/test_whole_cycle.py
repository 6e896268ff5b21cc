"""The monthly cycle of one authority from the register to the re-audit, through the verbs alone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from audits import workflow as audits
from audits.models import AuditResult, CaseAudit, DrawnCase, Moderation
from escalation import workflow as escalation
from escalation.models import EscalationStep
from qaframework.actions import workflow as actions
from qaframework.actions.models import LoopClosure
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.packs.models import FrameworkVersion
from qaframework.people.directory import holder_of
from qaframework.rules.periods import Month
from tests.factories.audits import answer_everything
from tests.factories.authority import Authority, small_authority
from tests.factories.caseload import CaseFactory
from tests.factories.packs import lancashire

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)


@pytest.fixture
def authority() -> Authority:
    authority = small_authority()
    for team, worker in (
        (authority.duty_team_1, authority.practitioner),
        (authority.duty_team_2, authority.practitioner_2),
        (authority.care_team_1, authority.care_practitioner),
    ):
        CaseFactory.create_batch(12, unit=team, worker=worker, opened_on=date(2025, 6, 1))
    return authority


@pytest.fixture
def version(authority: Authority) -> FrameworkVersion:
    return lancashire([authority.root], now=MARCH)


def test_an_inadequate_audit_is_drawn_submitted_moderated_closed_and_followed_up(
    authority: Authority, version: FrameworkVersion
) -> None:
    framework = version.framework
    planned = allocation.make_programme(framework=framework, year=2026, by=None, now=MARCH)
    assert planned.added > 0
    assert allocation.make_programme(framework=framework, year=2026, by=None, now=MARCH).changed == 0

    draw_day = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
    month = Month.parse("2026-12")
    drawn = audits.draw_month(framework=framework, month=month, seed="7", by=None, now=draw_day)
    assert drawn.allocated >= 1
    assert audits.draw_month(framework=framework, month=month, seed="7", by=None, now=draw_day).draws == []
    assert all(audits.verify_draw(draw).matches for draw in drawn.draws)

    audit = CaseAudit.objects.filter(assignment__state="allocated").order_by("pk")[0]
    assignment = audit.assignment
    assert assignment.allocated_on == date(2026, 12, 1)
    assert assignment.due_on == date(2026, 12, 29)
    auditor = holder_of(assignment.post, date(2026, 12, 1))
    assert auditor is not None

    held = datetime(2026, 12, 10, 14, 0, tzinfo=UTC)
    audits.begin_audit(audit=audit, by=auditor, now=held)
    answer_everything(audit, auditor, held)
    audits.save_judgement(
        audit=audit,
        version=audit.version,
        values={
            "worker_took_part": "in_person",
            "overall_grade": "inadequate",
            "grade_reason": "The plan does not answer the worry about neglect.",
            "impact": "Life for the child has not become safer.",
            "worker_grade": "inadequate",
            "worker_view": "I agree, the plan is out of date.",
            "agreement": "agreed",
        },
        by=auditor,
        now=held,
    )
    with pytest.raises(audits.NotReady, match="at least one action"):
        audits.submit_audit(audit=audit, by=auditor, now=held)
    assert assignment.worker is not None
    owner_post = authority.post_of[assignment.worker]
    action = actions.add_action(
        plan=audit.action_plan,
        what="Rewrite the plan with the family.",
        measure="A plan with dates is on the record and the family has a copy.",
        finding="The plan is out of date.",
        priority="standard",
        owner_post=owner_post,
        due_on=date(2027, 1, 8),
        longer_reason="",
        by=auditor,
        now=held,
    )
    audits.submit_audit(audit=audit, by=auditor, now=held)
    audit.refresh_from_db()
    assignment.refresh_from_db()
    assert assignment.state == Assignment.State.MODERATING
    assert AuditResult.objects.get(audit=audit).original_grade == "inadequate"

    moderation = Moderation.objects.get(audit=audit)
    moderation_day = held + timedelta(days=3)
    moderator = authority.qa_officer
    audits.begin_moderation(moderation=moderation, by=moderator, now=moderation_day)
    audits.complete_moderation(
        moderation=moderation,
        grade="inadequate",
        grade_reason="",
        quality={"evidence": "met"},
        feedback="Clear evidence. Next time, ask the family first.",
        by=moderator,
        now=moderation_day,
    )
    loop = LoopClosure.objects.get(plan=audit.action_plan)

    done = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)
    action.refresh_from_db()
    actions.finish_action(
        action=action, evidence="The plan is on the record.", by=assignment.worker, now=done
    )
    senior = holder_of(loop.senior_post, date(2027, 1, 6))
    assert senior is not None
    actions.record_loop_meeting(
        loop=loop,
        met_on=date(2027, 1, 6),
        present="Worker, manager",
        evidence_seen={action.pk: "The new plan."},
        child_is_safe="Seen on Monday, says she feels safe.",
        other_children="None.",
        kinds_of_cause=["capacity"],
        causes="Two vacancies in the team.",
        support="Time with a practice development manager.",
        learning="Plans need dates.",
        by=senior,
        now=done + timedelta(days=1),
    )
    actions.authorise_loop(
        loop=loop,
        by=authority.head_of_service
        if loop.unit.path.startswith(authority.duty.path)
        else authority.care_head_of_service,
        now=done + timedelta(days=2),
    )
    assert loop.reaudit_due_on == date(2027, 4, 7)
    later = datetime(2027, 3, 8, 7, 0, tzinfo=UTC)
    allocation.make_programme(framework=framework, year=2027, by=None, now=later)
    (follow_up,) = audits.open_due_reaudits(now=later)
    assert follow_up.follow_up_of == audit
    assert follow_up.assignment.case != assignment.case
    assert follow_up.assignment.worker == assignment.worker
    assert follow_up.assignment.selection == Assignment.Selection.TARGETED
    assert audits.open_due_reaudits(now=later) == []


def test_late_audits_climb_the_ladder_once(authority: Authority, version: FrameworkVersion) -> None:
    framework = version.framework
    allocation.make_programme(framework=framework, year=2026, by=None, now=MARCH)
    draw_day = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
    audits.draw_month(framework=framework, month=Month.parse("2026-12"), seed="7", by=None, now=draw_day)
    one = DrawnCase.objects.filter(state="allocated")[0]
    assert one.assignment is not None
    clock = one.assignment.clock
    assert clock is not None
    seen = []
    for day in (date(2026, 12, 31), date(2027, 1, 5), date(2027, 1, 12)):
        moment = datetime(day.year, day.month, day.day, 12, 0, tzinfo=UTC)
        escalation.sweep(now=moment)
        assert escalation.sweep(now=moment).steps == 0
        steps = EscalationStep.objects.filter(clock=clock, is_reminder=False)
        seen.append(sorted(steps.values_list("name", flat=True)))
    assert [len(names) for names in seen] == [1, 2, 3]
