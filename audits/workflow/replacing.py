"""Giving drawn cases to those who owe audits, and putting a reserve in the place of one."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from audits.independence import Eligibility, last_practitioners
from audits.models import CaseAudit, DrawnCase, SampleDraw
from audits.reaudits import under_audit
from audits.workflow.meetings import call_off_meeting
from audits.workflow.opening import open_audit
from qaframework.activities.workflow import open_activities
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.people import history
from qaframework.people.directory import Organisation
from qaframework.people.history import Change
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month
from qaframework.rules.working_days import local_date

State = DrawnCase.State


@transaction.atomic
def replace_case(*, drawn: DrawnCase, reason: str, note: str, by: User, now: datetime) -> DrawnCase:
    """Put the next suitable reserve in the place of a drawn case; both stay on the record.

    Reserves of the same kind come first, and none is of a practitioner who was said to be away. Raises
    Refused when the audit has begun or no reserve is left.
    """
    assignment = drawn.assignment
    if drawn.state != State.ALLOCATED or assignment is None:
        raise Refused("Only a case that is allocated now can be replaced.")
    if reason not in DrawnCase.ReplacementReason.values:
        raise Refused("Choose one of the reasons for replacing a case.")
    if assignment.state != Assignment.State.ALLOCATED:
        raise Refused("This audit has begun. A case can only be replaced before that.")
    away = assignment.worker_id if reason == DrawnCase.ReplacementReason.WORKER_AWAY else None
    reserves = Reserves(drawn.draw, [assignment], local_date(now), away=away)
    reserve = reserves.take(assignment, instead_of=drawn)
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


@transaction.atomic
def give_all(
    given: Sequence[tuple[Assignment, DrawnCase]], allocated_on: date, *, by: User | None, now: datetime
) -> None:
    """Give drawn cases to the work that waits for them, in as many statements as one takes."""
    allotments = [_allotment(assignment, row) for assignment, row in given]
    allocation.allocate_all(allotments, allocated_on=allocated_on, by=by, now=now)
    changes = [
        Change(
            row,
            f"Allocated to {assignment.post}",
            {"state": State.ALLOCATED, "assignment": assignment},
        )
        for assignment, row in given
    ]
    history.change_all(changes, by=by, now=now, only_if={"state__in": [State.RESERVE, State.UNUSED]})
    open_activities(CaseAudit, assignments=[assignment for assignment, _ in given], by=by, now=now)


def _allotment(assignment: Assignment, row: DrawnCase) -> allocation.Allotment:
    case, rule = row.case, allocation.activity_of(assignment).draw
    assert case.unit is not None
    assert rule is not None
    return allocation.Allotment(
        assignment=assignment,
        case=case,
        worker=case.worker,
        unit=case.unit,
        selection=Assignment.Selection.TARGETED if rule.by_theme else Assignment.Selection.RANDOM,
        theme=row.draw.theme,
    )


class Reserves:
    """The cases that are left in a draw, read once for all the work that asks for one.

    One of the practitioner whom the post audited last comes only when there is no other. One that has become
    restricted goes only to somebody with a clearance. ``away`` is a practitioner with whom nothing can be
    audited now.
    """

    def __init__(
        self, sample: SampleDraw, asking: Sequence[Assignment], on: date, *, away: int | None = None
    ) -> None:
        first, posts = asking[0], {one.post for one in asking}
        activity, month = allocation.activity_of(first), Month.parse(first.period)
        self._eligibility = Eligibility.load(Organisation.load(on), sample.pool, activity, month)
        self._before = last_practitioners(posts, month, besides=first)
        self._left = list(
            sample.cases.filter(
                state__in=[State.UNUSED, State.RESERVE],
                case__status=Case.Status.OPEN,
                case__on_hold_reason="",
                case__worker__isnull=False,
            )
            .exclude(case__in=under_audit())
            .exclude(case__worker=away)
            .select_related("draw", "case__unit", "case__worker")
        )

    def take(self, assignment: Assignment, *, instead_of: DrawnCase | None = None) -> DrawnCase | None:
        """The first that the post may audit; those like the case that it replaces come first."""
        before = self._before.get(assignment.post_id)
        for row in sorted(
            self._left, key=lambda row: (row.case.worker_id == before, _distance(row, instead_of))
        ):
            if self._eligibility.may_audit(assignment.post, row.case):
                self._left.remove(row)
                assert row.case.worker_id is not None
                self._before[assignment.post_id] = row.case.worker_id
                return row
        return None


def _distance(row: DrawnCase, instead_of: DrawnCase | None) -> tuple[bool, bool, bool, int]:
    """How far a case is from the one whose place it would take: of the same kind first, then in order."""
    if instead_of is None:
        return False, False, row.is_reserve, row.position
    is_other_kind = row.is_marked != instead_of.is_marked, row.stratum != instead_of.stratum
    return *is_other_kind, row.is_reserve, row.position
