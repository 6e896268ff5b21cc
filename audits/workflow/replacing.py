"""Giving drawn cases to those who owe audits, and putting a reserve in the place of one."""

from datetime import date, datetime

from django.db import transaction

from audits.independence import Eligibility, last_practitioners
from audits.models import CaseAudit, DrawnCase, SampleDraw
from audits.workflow.meetings import call_off_meeting
from audits.workflow.opening import open_audit
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.people import history
from qaframework.people.directory import Organisation
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month
from qaframework.rules.working_days import local_date

State = DrawnCase.State


@transaction.atomic
def replace_case(*, drawn: DrawnCase, reason: str, note: str, by: User, now: datetime) -> DrawnCase:
    """Put the next suitable reserve in the place of a drawn case; both stay on the record.

    Reserves of the same kind come first. Raises Refused when the audit has begun or no reserve is left.
    """
    assignment = drawn.assignment
    if drawn.state != State.ALLOCATED or assignment is None:
        raise Refused("Only a case that is allocated now can be replaced.")
    if reason not in DrawnCase.ReplacementReason.values:
        raise Refused("Choose one of the reasons for replacing a case.")
    if assignment.state != Assignment.State.ALLOCATED:
        raise Refused("This audit has begun. A case can only be replaced before that.")
    reserve = next_reserve(drawn.draw, assignment, local_date(now), instead_of=drawn)
    if reserve is None:
        raise Refused("No suitable reserve is left in this draw. Withdraw the work with a reason instead.")
    history.change(
        drawn,
        by=by,
        now=now,
        reason=f"Replaced: {note or reason}",
        only_if={"state": State.ALLOCATED},
        state=State.REPLACED,
        replaced_by=reserve,
        replacement_reason=reason,
        replacement_note=note,
    )
    history.change(
        reserve,
        by=by,
        now=now,
        reason="Took the place of a replaced case",
        only_if={"state__in": [State.RESERVE, State.UNUSED]},
        state=State.ALLOCATED,
        assignment=assignment,
    )
    audit = CaseAudit.objects.filter(assignment=assignment).first()
    if audit is not None:
        audit.assignment = assignment
        call_off_meeting(audit=audit, because="the case was replaced", by=by, now=now)
    case = reserve.case
    assert case.unit is not None
    allocation.change_subject(
        assignment=assignment,
        case=case,
        worker=case.worker,
        unit=case.unit,
        reason=note or reason,
        by=by,
        now=now,
    )
    open_audit(assignment=assignment, by=by, now=now)
    return reserve


def give(
    assignment: Assignment, row: DrawnCase, allocated_on: date, *, by: User | None, now: datetime
) -> None:
    """Give a drawn case to the work that waits for one."""
    case, rule = row.case, allocation.activity_of(assignment).draw
    assert case.unit is not None
    assert rule is not None
    allocation.allocate(
        assignment=assignment,
        case=case,
        worker=case.worker,
        unit=case.unit,
        selection=Assignment.Selection.TARGETED if rule.by_theme else Assignment.Selection.RANDOM,
        theme=row.draw.theme,
        allocated_on=allocated_on,
        by=by,
        now=now,
    )
    history.change(
        row,
        by=by,
        now=now,
        reason=f"Allocated to {assignment.post}",
        only_if={"state__in": [State.RESERVE, State.UNUSED]},
        state=State.ALLOCATED,
        assignment=assignment,
    )
    open_audit(assignment=assignment, by=by, now=now)


def next_reserve(
    sample: SampleDraw, assignment: Assignment, on: date, *, instead_of: DrawnCase | None = None
) -> DrawnCase | None:
    """The first case left in the draw that the post may audit; those like the one it replaces come first.

    One of the practitioner whom the post audited last comes only when there is no other. One that has become
    restricted goes only to somebody with a clearance.
    """
    activity, month = allocation.activity_of(assignment), Month.parse(assignment.period)
    eligibility = Eligibility.load(Organisation.load(on), sample.pool, activity, month)
    reserves = (
        sample.cases.filter(
            state__in=[State.UNUSED, State.RESERVE],
            case__status=Case.Status.OPEN,
            case__on_hold_reason="",
            case__worker__isnull=False,
        )
        .exclude(case__assignments__state__in=Assignment.OPEN_STATES)
        .select_related("case__unit", "case__worker")
    )
    before = last_practitioners([assignment.post], month, besides=assignment).get(assignment.post_id)
    ordered = sorted(reserves, key=lambda row: (row.case.worker_id == before, _distance(row, instead_of)))
    return next((row for row in ordered if eligibility.may_audit(assignment.post, row.case)), None)


def _distance(row: DrawnCase, instead_of: DrawnCase | None) -> tuple[bool, bool, bool, int]:
    """How far a case is from the one whose place it would take: of the same kind first, then in order."""
    if instead_of is None:
        return False, False, row.is_reserve, row.position
    is_other_kind = row.is_marked != instead_of.is_marked, row.stratum != instead_of.stratum
    return *is_other_kind, row.is_reserve, row.position
