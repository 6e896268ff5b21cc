"""Three months after a closed loop: another case of the same worker is audited (LAN-26)."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from audits.independence import may_not_audit
from audits.models import CaseAudit
from audits.workflow.opening import open_audit
from qaframework.actions.models import LoopClosure
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment, Programme
from qaframework.caseload.models import Case
from qaframework.people.calendar import working_calendar
from qaframework.people.directory import Organisation
from qaframework.people.models import Post
from qaframework.rules.deadlines import date_before
from qaframework.rules.periods import Month
from qaframework.rules.sampling import ticket
from qaframework.rules.working_days import local_date


@dataclass
class Reaudited:
    """What one run did, and the loops for which the QA team has to find a case or an auditor."""

    opened: list[CaseAudit] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def open_due_reaudits(*, now: datetime) -> Reaudited:
    """Allocate the re-audits whose lead time has begun; each loop gives one, however often this runs."""
    result = Reaudited()
    today = local_date(now)
    loops = (
        _without_reaudit()
        .select_related("plan__caseaudit__assignment__programme__framework", "worker", "unit", "case")
        .order_by("pk")
    )
    for loop in loops:
        first = loop.plan.caseaudit
        lead = allocation.activity_of(first.assignment).lead_time
        assert loop.reaudit_due_on is not None
        begins = loop.reaudit_due_on
        if today >= (date_before(begins, lead, working_calendar()) if lead else begins):
            _open_reaudit(loop, first, result, now=now)
    return result


@transaction.atomic
def _open_reaudit(loop: LoopClosure, first: CaseAudit, result: Reaudited, *, now: datetime) -> None:
    # Two runs at once wait for each other here; the second finds the first one's re-audit.
    LoopClosure.objects.select_for_update().get(pk=loop.pk)
    if not _without_reaudit().filter(pk=loop.pk).exists():
        return
    today = local_date(now)
    organisation = Organisation.load(today)
    case = _another_case(loop)
    if case is None:
        result.warnings.append(
            f"The worker of case {loop.case.child_ref} has no other open case for the re-audit yet."
        )
        return
    post = _auditor_for(case, first, organisation)
    if post is None:
        result.warnings.append(f"No manager is free to re-audit after case {loop.case.child_ref}.")
        return
    assert loop.reaudit_due_on is not None
    assert case.unit is not None
    starts_on = max(loop.reaudit_due_on, today)
    assignment = allocation.add_work(
        programme=_programme_of(first, starts_on),
        activity=first.assignment.activity,
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
    result.opened.append(open_audit(assignment=assignment, by=None, now=now, follow_up_of=first))


def _without_reaudit() -> QuerySet[LoopClosure]:
    """Authorised loops that an audit led to, and after which no other audit was opened yet."""
    return LoopClosure.objects.filter(
        state=LoopClosure.State.AUTHORISED, plan__caseaudit__isnull=False
    ).exclude(plan__caseaudit__follow_ups__isnull=False)


def _programme_of(first: CaseAudit, starts_on: date) -> Programme:
    """The year's programme in which the re-audit lies; that of the first audit until there is one."""
    present = first.assignment.programme
    years = Programme.objects.filter(framework=present.framework_id)
    return years.filter(starts_on__lte=starts_on, ends_on__gte=starts_on).first() or present


def _another_case(loop: LoopClosure) -> Case | None:
    """A different open case of the same worker; which one is settled by the loop's own tickets."""
    if loop.worker is None:
        return None
    cases = (
        Case.objects.filter(
            worker=loop.worker, status=Case.Status.OPEN, is_restricted=False, unit__isnull=False
        )
        .exclude(pk=loop.case_id)
        .exclude(assignments__state__in=Assignment.OPEN_STATES)
        .select_related("unit", "worker")
        .distinct()
    )
    return min(cases, key=lambda case: ticket(f"loop {loop.pk}", case.child_ref), default=None)


def _auditor_for(case: Case, first: CaseAudit, organisation: Organisation) -> Post | None:
    """Of the posts that owe this kind of work, a held one that may audit the case, with the least to do.

    Neither the post nor the person of the first audit: a second pair of eyes looks (LAN-26).
    """
    activity = allocation.activity_of(first.assignment)
    rule = activity.independence_in(Month.of(organisation.on))
    open_work = Count("assignments", filter=Q(assignments__state__in=Assignment.OPEN_STATES), distinct=True)
    posts = (
        Post.objects.open()
        .filter(
            assignments__programme=first.assignment.programme, assignments__activity=first.assignment.activity
        )
        .exclude(pk=first.assignment.post_id)
        .annotate(open_work=open_work)
        .select_related("unit")
        .order_by("open_work", "code")
        .distinct()
    )
    for post in posts:
        holder = organisation.holder_of(post.pk)
        is_another = holder is not None and holder.pk != first.auditor_id
        if is_another and not may_not_audit(organisation, post, case, rule):
            return post
    return None
