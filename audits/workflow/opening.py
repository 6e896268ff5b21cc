"""Making ready what an assignment is worked on with: answers, action plan, and the audit itself."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from audits.models import CaseAudit, DipSample
from qaframework.actions import workflow as actions
from qaframework.actions.models import ActionPlan
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.people import history
from qaframework.people.models import User
from qaframework.rules.periods import Month
from qaframework.tools import workflow as tools
from qaframework.tools.models import AnswerSet


@transaction.atomic
def open_audit(
    *, assignment: Assignment, by: User | None, now: datetime, follow_up_of: CaseAudit | None = None
) -> CaseAudit:
    """The audit of an allocated case. When the case was replaced, the empty audit follows the new case."""
    audit = CaseAudit.objects.filter(assignment=assignment).select_related("action_plan").first()
    if audit is None:
        answer_set, plan = _answers_and_plan(assignment, by=by, now=now)
        return history.create(
            CaseAudit(
                assignment=assignment,
                answer_set=answer_set,
                action_plan=plan,
                follow_up_of=follow_up_of,
                created_at=now,
            ),
            by=by,
            now=now,
            reason="Opened",
        )
    if audit.action_plan.case_id != assignment.case_id:
        history.change(
            audit.action_plan,
            by=by,
            now=now,
            reason="The case was replaced",
            case=assignment.case,
            unit=assignment.unit,
            worker=assignment.worker,
        )
    return audit


@transaction.atomic
def open_dip_sample(*, assignment: Assignment, by: User, now: datetime) -> DipSample:
    """The dip sample of an assignment, made when it is first opened (LAN-12)."""
    found = DipSample.objects.filter(assignment=assignment).first()
    if found:
        return found
    answer_set, plan = _answers_and_plan(assignment, by=by, now=now)
    return history.create(
        DipSample(assignment=assignment, answer_set=answer_set, action_plan=plan, created_at=now),
        by=by,
        now=now,
        reason="Opened",
    )


def _answers_and_plan(
    assignment: Assignment, *, by: User | None, now: datetime
) -> tuple[AnswerSet, ActionPlan]:
    version = assignment.framework_version
    activity = allocation.activity_of(assignment)
    answer_set = tools.start_answer_set(framework_version=version, tool_key=activity.tool, by=by, now=now)
    plan = actions.open_plan(
        title=version.pack.action_rules.file_heading.format(month=Month.parse(assignment.period).label),
        framework_version=version,
        case=assignment.case,
        unit=assignment.unit,
        worker=assignment.worker,
        source_url=reverse("open_work", args=[assignment.pk]),
        by=by,
        now=now,
    )
    return answer_set, plan
