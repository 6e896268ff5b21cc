"""Three months after a closed loop: another case of the same worker is audited (LAN-26)."""

from datetime import date, datetime

from django.db import transaction

from audits.models import CaseAudit
from audits.reaudits import DueReaudit, due_reaudits, find_reaudit, without_reaudit
from audits.workflow.opening import open_audit
from qaframework.actions import workflow as actions
from qaframework.actions.models import LoopClosure
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment, Programme
from qaframework.people.directory import Organisation
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.working_days import local_date


def open_due_reaudits(*, now: datetime) -> list[CaseAudit]:
    """Allocate the re-audits whose lead time has begun; each loop gives one, however often this runs.

    Those for which there is no other case or auditor yet wait, and are opened once there is.
    """
    opened = (_open_reaudit(due, now=now) for due in due_reaudits(without_reaudit(), local_date(now)))
    return [audit for audit in opened if audit is not None]


@transaction.atomic
def do_without_reaudit(*, loop: LoopClosure, reason: str, by: User, now: datetime) -> LoopClosure:
    """Record that no other case is audited after a loop. Raises Refused when one is, or without a reason."""
    LoopClosure.objects.select_for_update().get(pk=loop.pk)
    if not without_reaudit().filter(pk=loop.pk).exists():
        raise Refused("Another case is audited already, or it was decided before that none is.")
    return actions.waive_reaudit(loop=loop, reason=reason, by=by, now=now)


@transaction.atomic
def _open_reaudit(due: DueReaudit, *, now: datetime) -> CaseAudit | None:
    # Two runs at once wait for each other here; the second finds the first one's re-audit.
    LoopClosure.objects.select_for_update().get(pk=due.loop.pk)
    if not without_reaudit().filter(pk=due.loop.pk).exists():
        return None
    today = local_date(now)
    found = find_reaudit(due, Organisation.load(today))
    case, post = found.case, found.post
    if case is None or post is None:
        return None
    assert due.loop.reaudit_due_on is not None
    assert case.unit is not None
    starts_on = max(due.loop.reaudit_due_on, today)
    assignment = allocation.add_work(
        programme=_programme_of(due.first, starts_on),
        activity=due.first.assignment.activity,
        post=post,
        starts_on=starts_on,
        by=None,
        now=now,
    )
    allocation.allocate(
        assignment=assignment,
        case=case,
        worker=case.worker,
        unit=case.unit,
        selection=Assignment.Selection.TARGETED,
        allocated_on=starts_on,
        by=None,
        now=now,
    )
    return open_audit(assignment=assignment, by=None, now=now, follow_up_of=due.first)


def _programme_of(first: CaseAudit, starts_on: date) -> Programme:
    """The year's programme in which the re-audit lies; that of the first audit until there is one."""
    present = first.assignment.programme
    years = Programme.objects.filter(framework=present.framework_id)
    return years.filter(starts_on__lte=starts_on, ends_on__gte=starts_on).first() or present
