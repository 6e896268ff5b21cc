"""A case that closes is audited whole, where the framework wants that (RBWM-24)."""

from datetime import datetime

from django.db import transaction

from audits.closures import DueClosure, due_closures, nearest_manager, without_audit
from audits.models import CaseAudit
from audits.workflow.opening import open_audit
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.people.directory import Organisation
from qaframework.rules.working_days import local_date


def open_closure_audits(*, now: datetime) -> list[CaseAudit]:
    """Give each case that closed since there is a programme to the nearest manager of its team or service.

    Cases come from the register, whether they closed in an import or by hand. Running it again changes
    nothing; a case that closes a second time is audited a second time. Those that no manager may audit wait.
    """
    today = local_date(now)
    due = list(due_closures(Case.objects.all(), today))
    organisation = Organisation.load(today)
    opened = (_open(one, organisation, now=now) for one in due)
    return [audit for audit in opened if audit is not None]


@transaction.atomic
def _open(due: DueClosure, organisation: Organisation, *, now: datetime) -> CaseAudit | None:
    # Two runs at once wait for each other here; the second finds the first one's audit.
    Case.objects.select_for_update().get(pk=due.case.pk)
    this_case = Case.objects.filter(pk=due.case.pk)
    if not without_audit(this_case, due.programme, due.activity).exists():
        return None
    post, unit = nearest_manager(due, organisation), due.case.unit
    if post is None or unit is None:
        return None
    today = local_date(now)
    assignment = allocation.add_work(
        programme=due.programme, activity=due.activity.key, post=post, starts_on=today, by=None, now=now
    )
    allocation.allocate(
        assignment=assignment,
        case=due.case,
        worker=due.case.worker,
        unit=unit,
        selection=Assignment.Selection.TARGETED,
        allocated_on=today,
        by=None,
        now=now,
    )
    return open_audit(assignment=assignment, by=None, now=now)
