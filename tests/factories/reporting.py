"""Audits as the figures know them: handed in, with a result, final or not."""

from datetime import date, datetime, timedelta
from typing import Any

from audits.models import AuditResult, CaseAudit, Moderation
from qaframework.actions.models import Action, ActionPlan, LoopClosure
from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.people.models import Unit
from qaframework.rules.periods import Month
from qaframework.rules.working_days import end_of_day, local_date
from qaframework.tools.workflow import start_answer_set
from tests.factories.allocation import AssignmentFactory, empty_year
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory

FOUR = ["outstanding", "good", "requires_improvement", "inadequate"]


def audited(
    authority: Authority,
    *,
    at: datetime,
    grade: str = "good",
    final: str | None = None,
    unit: Unit | None = None,
    case: Case | None = None,
    selection: str = "random",
    follow_up_of: CaseAudit | None = None,
    days_left: int = 3,
    **result: Any,
) -> CaseAudit:
    """An audit handed in at ``at``, ``days_left`` days before its deadline (below 0: after it).

    Its final grade is that of the auditor unless ``final`` says otherwise; "" leaves it open.
    """
    final = grade if final is None else final
    unit = unit or authority.duty_team_1
    case = case or CaseFactory(unit=unit, worker=authority.practitioner)
    due_on = local_date(at) + timedelta(days=days_left)
    programme = empty_year(authority)
    version = programme.framework.versions.get()
    assignment = AssignmentFactory(
        programme=programme,
        framework_version=version,
        post=authority.post_of[authority.team_manager],
        unit=unit,
        case=case,
        worker=authority.practitioner,
        selection=selection,
        period=Month.of(local_date(at)).key,
        state=Assignment.State.FINAL if final else Assignment.State.SUBMITTED,
        allocated_on=due_on - timedelta(days=28),
        due_on=due_on,
        original_due_on=due_on,
        submitted_at=at,
        finished_at=at if final else None,
    )
    plan = ActionPlan.objects.create(
        title="Plan", framework_version=version, case=case, unit=unit, issued_at=at, created_at=at
    )
    audit = CaseAudit.objects.create(
        assignment=assignment,
        answer_set=start_answer_set(framework_version=version, tool_key="learning_space", by=None, now=at),
        action_plan=plan,
        created_at=at,
        follow_up_of=follow_up_of,
        auditor=authority.team_manager,
        overall_grade=grade,
        final_grade=final,
        impact="Bedtimes are calm again.",
        submitted_at=at,
    )
    AuditResult.objects.create(
        audit=audit,
        framework=version.framework,
        activity="learning_space",
        month=Month.of(local_date(at)).key,
        unit=unit,
        plan_type=case.plan_type,
        selection=selection,
        is_restricted=case.is_restricted,
        original_grade=grade,
        final_grade=final,
        **{
            "worker_took_part": True,
            "feedback_obtained": None,
            "in_time": at <= end_of_day(due_on),
            **result,
        },
    )
    return audit


def moderated(audit: CaseAudit, grade: str, *, at: datetime, because: str = "random") -> Moderation:
    """A completed moderation that ends in ``grade``."""
    move = FOUR.index(audit.overall_grade) - FOUR.index(grade)
    AuditResult.objects.filter(audit=audit).update(final_grade=grade)
    return Moderation.objects.create(
        audit=audit,
        because=because,
        state=Moderation.State.COMPLETED,
        original_grade=audit.overall_grade,
        moderated_grade=grade,
        result="raised" if move > 0 else "lowered" if move < 0 else "upheld",
        opened_at=at,
        due_on=local_date(at),
        completed_at=at,
    )


def looped(audit: CaseAudit, authority: Authority, *, at: datetime, **values: Any) -> LoopClosure:
    """Closing the loop for an audit, opened at ``at``."""
    case = audit.action_plan.case
    assert case is not None
    return LoopClosure.objects.create(
        plan=audit.action_plan,
        case=case,
        unit=audit.action_plan.unit,
        worker=authority.practitioner,
        grade="inadequate",
        senior_post=authority.post_of[authority.senior_manager],
        opened_at=at,
        due_on=local_date(at) + timedelta(days=28),
        **values,
    )


def acted_on(audit: CaseAudit, authority: Authority, *, due_on: date, **values: Any) -> Action:
    """An issued action of the audit's plan, owed by the practitioner."""
    return Action.objects.create(
        plan=audit.action_plan,
        what="Agree a safety plan.",
        measure="The family has a copy.",
        owner_post=authority.post_of[authority.practitioner],
        due_on=due_on,
        created_at=audit.created_at,
        **{"state": Action.State.OPEN, **values},
    )
