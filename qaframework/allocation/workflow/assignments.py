"""What happens to assignments: allocated, started, handed in, sent back, finished, moved, withdrawn.

Every verb writes state, clock, notices and history in one transaction. Dates are local, moments UTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from qaframework.allocation.deadlines import period_end
from qaframework.allocation.models import Assignment, Reallocation
from qaframework.allocation.rotation import subject_at
from qaframework.allocation.wording import notice_url, subject_line
from qaframework.allocation.workflow.telling import (
    tell,
    tell_allocated,
    tell_moved_away,
    tell_not_needed,
    tell_not_taking_part,
)
from qaframework.caseload.access import is_cleared
from qaframework.caseload.models import Case
from qaframework.clocks import workflow as clocks
from qaframework.clocks.models import Clock
from qaframework.clocks.workflow import ClockDraft
from qaframework.packs.definition import ActivityType
from qaframework.people import directory, history
from qaframework.people.calendar import working_calendar
from qaframework.people.history import Change, SomebodyElseWasFirst
from qaframework.people.models import Post, Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.deadlines import due_date
from qaframework.rules.periods import Month
from qaframework.rules.working_days import WorkingCalendar, end_of_day, local_date

OPEN = {"state__in": Assignment.OPEN_STATES}
NOT_PAUSED = {"paused_on": None, "pause_reason": ""}


def activity_of(assignment: Assignment) -> ActivityType:
    """The rules that the assignment began with and keeps."""
    return assignment.framework_version.pack.activity(assignment.activity)


def deadline_for(assignment: Assignment, allocated_on: date, calendar: WorkingCalendar | None = None) -> date:
    """The last day in time: the pack's offset from allocation (LAN-09), else the end of the period."""
    activity = activity_of(assignment)
    if activity.deadline is not None:
        return due_date(allocated_on, activity.deadline, calendar or working_calendar())
    return period_end(assignment)


@dataclass(frozen=True)
class Allotment:
    """A piece of planned work, and what it is about once it is allocated.

    ``due_on`` is worked out from the pack unless it is given, for work that is dated later (LAN-17). The
    theme of the month is the pack's, unless the work has one of its own (LAN-12).
    """

    assignment: Assignment
    case: Case | None
    worker: User | None
    unit: Unit
    selection: str
    due_on: date | None = None
    theme: str = ""
    worker_reason: str = ""


def allocate(
    *,
    assignment: Assignment,
    case: Case | None,
    worker: User | None,
    unit: Unit,
    selection: str,
    allocated_on: date,
    by: User | None,
    now: datetime,
    due_on: date | None = None,
    theme: str = "",
    worker_reason: str = "",
) -> Assignment:
    """Give planned work its subject, theme and deadline, start its clock, and tell auditor and practitioner.

    ``allocated_on`` is the local day the time to do it begins; it may lie ahead (BF-01).
    Raises SomebodyElseWasFirst when the work is no longer planned.
    """
    allotment = Allotment(assignment, case, worker, unit, selection, due_on, theme, worker_reason)
    allocate_all([allotment], allocated_on=allocated_on, by=by, now=now)
    return assignment


@transaction.atomic
def allocate_all(
    allotments: Sequence[Allotment], *, allocated_on: date, by: User | None, now: datetime
) -> None:
    """Allocate many pieces of planned work, in as many statements as one takes.

    Raises SomebodyElseWasFirst when one of them is no longer planned; then none is allocated.
    """
    calendar = working_calendar()
    due = [one.due_on or deadline_for(one.assignment, allocated_on, calendar) for one in allotments]
    drafts = [_clock_draft(one, due_on) for one, due_on in zip(allotments, due, strict=True)]
    started = clocks.start_clocks(drafts, by=by, now=now)
    changes = [
        Change(
            one.assignment,
            "Allocated",
            {
                "state": Assignment.State.ALLOCATED,
                "case": one.case,
                "worker": one.worker,
                "worker_reason": one.worker_reason,
                "unit": one.unit,
                "selection": one.selection,
                "theme": one.theme or one.assignment.theme or _theme_of(one.assignment),
                "allocated_on": allocated_on,
                "due_on": due_on,
                "original_due_on": due_on,
                "clock": clock,
            },
        )
        for one, due_on, clock in zip(allotments, due, started, strict=True)
    ]
    history.change_all(changes, by=by, now=now, only_if={"state": Assignment.State.PLANNED})
    tell_allocated([one.assignment for one in allotments], by=by, now=now)


def _theme_of(assignment: Assignment) -> str:
    """The theme that the framework has chosen for the month and the owner's unit; empty without one."""
    units = assignment.post.unit.path.strip("/").split("/")[::-1]
    pack = assignment.framework_version.pack
    theme = pack.theme_for(assignment.activity, Month.parse(assignment.period), units)
    return theme.label if theme else ""


@transaction.atomic
def change_subject(
    *,
    assignment: Assignment,
    case: Case,
    worker: User | None,
    unit: Unit,
    reason: str,
    by: User,
    now: datetime,
) -> Assignment:
    """Put another case in the place of the present one; the deadline stays.

    Whoever takes part is told, and whoever was to take part for the case before.
    """
    before = assignment.case, assignment.worker
    history.change(
        assignment, by=by, now=now, reason=reason, only_if=OPEN, case=case, worker=worker, unit=unit
    )
    if assignment.clock:
        clocks.relabel_clock(
            clock=assignment.clock, label=subject_line(assignment), case=case, reason=reason, by=by, now=now
        )
    tell_not_taking_part(assignment, *before, by=by, now=now)
    tell_allocated([assignment], by=by, now=now, again=f"case{case.pk}")
    return assignment


@transaction.atomic
def begin(*, assignment: Assignment, by: User, now: datetime) -> Assignment:
    """Mark the work as started. Starting twice changes nothing, and sent back stays sent back."""
    if assignment.state in (Assignment.State.IN_PROGRESS, Assignment.State.SENT_BACK):
        return assignment
    return history.change(
        assignment, by=by, now=now, reason="Started", only_if=OPEN, state=Assignment.State.IN_PROGRESS
    )


@transaction.atomic
def mark_submitted(*, assignment: Assignment, by: User, now: datetime) -> Assignment:
    """Hand the work in and stop its ladder."""
    history.change(
        assignment,
        by=by,
        now=now,
        reason="Submitted",
        only_if=OPEN,
        state=Assignment.State.SUBMITTED,
        submitted_at=now,
        **NOT_PAUSED,
    )
    stop_its_clock(assignment, Clock.StopReason.COMPLETED, by=by, now=now)
    return assignment


@transaction.atomic
def start_moderation(*, assignment: Assignment, by: User | None, now: datetime) -> Assignment:
    return history.change(
        assignment,
        by=by,
        now=now,
        reason="Chosen for moderation",
        only_if={"state": Assignment.State.SUBMITTED},
        state=Assignment.State.MODERATING,
    )


@transaction.atomic
def finish(*, assignment: Assignment, by: User | None, now: datetime) -> Assignment:
    """The result is final; nothing more is owed."""
    return history.change(
        assignment,
        by=by,
        now=now,
        reason="Final",
        only_if={"state__in": [Assignment.State.SUBMITTED, Assignment.State.MODERATING]},
        state=Assignment.State.FINAL,
        finished_at=now,
    )


@transaction.atomic
def send_back(*, assignment: Assignment, due_on: date, reason: str, by: User, now: datetime) -> Assignment:
    """Return handed-in work for more evidence, with a new deadline; its clock runs again.

    Raises Refused without a reason or a day to come, SomebodyElseWasFirst when it is not handed in.
    """
    if not reason.strip():
        raise Refused("Say what is to be added, so that the auditor knows what to do.")
    if due_on <= local_date(now):
        raise Refused("Give a day after today by which the work is to come back.")
    history.change(
        assignment,
        by=by,
        now=now,
        reason=f"Sent back: {reason}",
        only_if={"state__in": [Assignment.State.SUBMITTED, Assignment.State.MODERATING]},
        state=Assignment.State.SENT_BACK,
        due_on=due_on,
    )
    assert assignment.clock is not None
    clocks.restart_clock(clock=assignment.clock, due_at=end_of_day(due_on), reason=reason, by=by, now=now)
    holder = directory.holder_of(assignment.post, local_date(now))
    tell(
        assignment,
        [holder],
        kind="sent_back",
        key=str(assignment.clock.round),
        subject=f"Please add to: {subject_line(assignment)}",
        body=f"It has come back to you with a note. Open it to read what is asked for, and hand it in again "
        f"by {due_on:%-d %B %Y}.",
        now=now,
    )
    return assignment


@transaction.atomic
def withdraw(
    *, assignment: Assignment, reason: str, by: User | None, now: datetime, because: str = ""
) -> Assignment:
    """Take work off the list for good; it leaves every count, and those whom it concerned are told.

    The reason is a person's own words, which no e-mail carries; ``because`` is a sentence of the product's
    that takes their place.
    """
    if not reason.strip():
        raise Refused("Say why the work is withdrawn.")
    history.change(
        assignment,
        by=by,
        now=now,
        reason=reason,
        only_if={"state__in": [Assignment.State.PLANNED, *Assignment.OPEN_STATES]},
        state=Assignment.State.WITHDRAWN,
        **NOT_PAUSED,
    )
    stop_its_clock(assignment, Clock.StopReason.WITHDRAWN, by=by, now=now)
    if assignment.clock:
        said = because or (f"{by} has withdrawn it, and says why." if by else "It was withdrawn.")
        tell_not_needed(assignment, said, quote="" if because else reason, by=by, now=now)
    return assignment


@transaction.atomic
def reallocate(*, assignment: Assignment, to_post: Post, reason: str, by: User, now: datetime) -> Assignment:
    """Move open or planned work to another post, also of another function, with the reason (LAN-06).

    Work that has not begun is then about whoever's turn it is there, unless whom it is about fits there too.
    Whoever had it is told, as are whoever has it now and the practitioner who takes part.
    Raises Refused for a post whose holder may not do it, and without a reason.
    """
    if not reason.strip():
        raise Refused("Say why the work moves to another post.")
    if to_post.pk == assignment.post_id:
        raise Refused(f"{to_post} already owes this work. Choose another post.")
    on, from_post = local_date(now), assignment.post
    subject = subject_at(assignment, to_post, on)
    _refuse_holder(assignment, to_post, on, subject.get("worker", assignment.worker))
    try:
        with transaction.atomic():
            history.change(
                assignment,
                by=by,
                now=now,
                reason=f"Moved to {to_post}: {reason}",
                only_if={
                    "state__in": [Assignment.State.PLANNED, *Assignment.OPEN_STATES],
                    "post": from_post,
                },
                post=to_post,
                ordinal=_free_ordinal(assignment, to_post),
                **subject,
            )
    except IntegrityError as error:
        raise SomebodyElseWasFirst(f"{to_post} was given other work at the same moment.") from error
    move = Reallocation.objects.create(
        assignment=assignment, from_post=from_post, to_post=to_post, reason=reason, moved_by=by, moved_at=now
    )
    if assignment.clock:
        clocks.hand_over_clock(
            clock=assignment.clock, owner_post=to_post, unit=to_post.unit, reason=reason, by=by, now=now
        )
        _tell_of_move(move, assignment, by=by, now=now)
    return assignment


def _tell_of_move(move: Reallocation, assignment: Assignment, *, by: User, now: datetime) -> None:
    """Nobody hears of a move from one of their own posts to another: it is theirs as before."""
    holders = directory.holders_of([move.from_post, move.to_post], local_date(now))
    before, after = holders[move.from_post_id], holders[move.to_post_id]
    if before is not None and before == after:
        return
    tell_moved_away(assignment, before, move, by=by, now=now)
    # It may come back to a post: every move is told of.
    tell_allocated([assignment], by=by, now=now, again=f"move{move.pk}", is_moved=True)


def _refuse_holder(assignment: Assignment, post: Post, on: date, worker: User | None) -> None:
    """Refuse a post whose holder the work would be about, or who may not see a restricted case."""
    holder = directory.holder_of(post, on)
    if holder is None:
        return
    if holder == worker:
        about = "works with this child" if assignment.case else "is whom this work is about"
        raise Refused(f"{holder} {about}. Choose a post that somebody else holds.")
    if assignment.case is not None and not is_cleared(holder, assignment.case, on):
        raise Refused(f"The case is restricted and {holder} has no clearance for it. Grant one first.")


def _free_ordinal(assignment: Assignment, to_post: Post) -> int:
    """The next ordinal at the other post, among the quotas' or among the extra ones, as before."""
    is_extra = assignment.ordinal > Assignment.EXTRA
    taken = Assignment.objects.filter(
        programme=assignment.programme_id,
        activity=assignment.activity,
        period=assignment.period,
        post=to_post,
        **{"ordinal__gt" if is_extra else "ordinal__lte": Assignment.EXTRA},
    ).values_list("ordinal", flat=True)
    return max(taken, default=Assignment.EXTRA if is_extra else 0) + 1


def _clock_draft(allotment: Allotment, due_on: date) -> ClockDraft:
    assignment = allotment.assignment
    return ClockDraft(
        kind="assignment",
        label=subject_line(assignment, case=allotment.case),
        url=notice_url(assignment),
        framework_version=assignment.framework_version,
        ladder=activity_of(assignment).ladder,
        owner_post=assignment.post,
        unit=assignment.post.unit,
        case=allotment.case,
        due_at=end_of_day(due_on),
    )


def stop_its_clock(assignment: Assignment, reason: str, *, by: User | None, now: datetime) -> None:
    if assignment.clock:
        clocks.stop_clock(clock=assignment.clock, reason=reason, by=by, now=now)
