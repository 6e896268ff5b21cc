"""Audits as the figures know them: handed in, with a result, final or not."""

from datetime import datetime, timedelta
from typing import Any

from audits.models import AuditResult, CaseAudit
from qaframework.actions.models import ActionPlan
from qaframework.allocation.models import Assignment
from qaframework.allocation.workflow import finish
from qaframework.caseload.models import Case
from qaframework.people.models import Unit
from qaframework.rules.periods import Month
from qaframework.rules.working_days import end_of_day, local_date
from qaframework.tools.workflow import start_answer_set
from tests.factories.allocation import handed_in
from tests.factories.authority import Authority
from tests.factories.caseload import CaseFactory


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
    assignment = handed_in(
        authority,
        authority.post_of[authority.team_manager],
        by=authority.team_manager,
        at=at,
        due_on=due_on,
        now=at - timedelta(days=20),
        case=case,
        worker=authority.practitioner,
        period=Month.of(local_date(at)).key,
    )
    Assignment.objects.filter(pk=assignment.pk).update(selection=selection, unit=unit)
    assignment.refresh_from_db()
    if final:
        finish(assignment=assignment, by=None, now=at)
    version = assignment.framework_version
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
