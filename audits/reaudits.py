"""Re-audits that are due: which other case, by whom, or what stands in the way (LAN-26)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from audits.independence import may_not_audit
from audits.models import CaseAudit
from qaframework.actions.models import LoopClosure
from qaframework.allocation.models import Assignment
from qaframework.allocation.workflow import activity_of
from qaframework.caseload.models import Case
from qaframework.people.calendar import working_calendar
from qaframework.people.directory import Organisation
from qaframework.people.models import Post
from qaframework.rules.deadlines import date_before
from qaframework.rules.periods import Month
from qaframework.rules.sampling import ticket

NO_CASE = "The practitioner has no other open case that could be audited now."
NO_AUDITOR = "No other manager who owes this kind of audit may audit another case of the practitioner."


@dataclass(frozen=True)
class DueReaudit:
    """A loop after which no other audit was opened yet, though its lead time began on ``begins_on``."""

    loop: LoopClosure
    first: CaseAudit
    begins_on: date


@dataclass(frozen=True)
class Found:
    """The other case and its auditor; without both, ``why_not`` says what is missing."""

    case: Case | None = None
    post: Post | None = None
    why_not: str = ""


def without_reaudit() -> QuerySet[LoopClosure]:
    """Authorised loops that an audit led to, after which another is to be opened and was not yet."""
    return LoopClosure.objects.filter(
        state=LoopClosure.State.AUTHORISED, no_reaudit_reason="", plan__caseaudit__isnull=False
    ).exclude(plan__caseaudit__follow_ups__isnull=False)


def due_reaudits(loops: QuerySet[LoopClosure], today: date) -> Iterator[DueReaudit]:
    """Of loops without a re-audit, those whose lead time has begun on a local date."""
    calendar = working_calendar()
    related = ("plan__caseaudit__assignment__programme__framework", "worker", "unit", "case")
    for loop in loops.select_related(*related).order_by("pk"):
        first = loop.plan.caseaudit
        lead = activity_of(first.assignment).lead_time
        assert loop.reaudit_due_on is not None
        begins_on = loop.reaudit_due_on
        if lead:
            begins_on = date_before(begins_on, lead, calendar)
        if begins_on <= today:
            yield DueReaudit(loop, first, begins_on)


def find_reaudit(due: DueReaudit, organisation: Organisation) -> Found:
    """A different case of the same worker, by the loop's own tickets, and somebody else who may audit it."""
    cases = _other_cases(due.loop)
    posts = list(_posts_that_owe(due.first))
    for case in cases:
        for post in posts:
            if _may_follow_up(post, case, due.first, organisation):
                return Found(case, post)
    return Found(why_not=NO_AUDITOR if cases else NO_CASE)


def _other_cases(loop: LoopClosure) -> list[Case]:
    if loop.worker is None:
        return []
    cases = (
        Case.objects.filter(
            worker=loop.worker, status=Case.Status.OPEN, is_restricted=False, unit__isnull=False
        )
        .exclude(pk=loop.case_id)
        .exclude(pk__in=under_audit())
        .select_related("unit", "worker")
        .distinct()
    )
    return sorted(cases, key=lambda case: ticket(f"loop {loop.pk}", case.child_ref))


def under_audit() -> QuerySet[Assignment, Any]:
    """The keys of cases that are being audited now."""
    return Assignment.objects.open().filter(kind="case_audit", case__isnull=False).order_by().values("case")


def _posts_that_owe(first: CaseAudit) -> QuerySet[Post]:
    """Other posts that owe this kind of work in the year of the first audit, those with least to do first."""
    open_work = Count("assignments", filter=Q(assignments__state__in=Assignment.OPEN_STATES), distinct=True)
    return (
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


def _may_follow_up(post: Post, case: Case, first: CaseAudit, organisation: Organisation) -> bool:
    """A second pair of eyes looks: neither the post nor the person of the first audit (LAN-26)."""
    holder = organisation.holder_of(post.pk)
    if holder is None or holder.pk == first.auditor_id:
        return False
    rule = activity_of(first.assignment).independence_in(Month.of(organisation.on))
    return not may_not_audit(organisation, post, case, rule)
