"""Making an audit ready to be worked on, and keeping it with the case it is about."""

from datetime import datetime

from django.db import transaction

from audits.models import CaseAudit
from qaframework.activities.workflow import open_activity
from qaframework.allocation.models import Assignment
from qaframework.people import history
from qaframework.people.models import User


@transaction.atomic
def open_audit(
    *, assignment: Assignment, by: User | None, now: datetime, follow_up_of: CaseAudit | None = None
) -> CaseAudit:
    """The audit of an allocated case. When the case was replaced, the empty audit follows the new case."""
    audit = open_activity(CaseAudit, assignment=assignment, by=by, now=now)
    if follow_up_of is not None:
        history.change(audit, by=by, now=now, reason="Follows an earlier audit", follow_up_of=follow_up_of)
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
