"""The programme of a year, worked out from the quotas, kept in step with them, and dated where it was not."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from qaframework.allocation.models import Assignment, Planning, Programme
from qaframework.allocation.plan_lines import Change, Line
from qaframework.allocation.reading import with_rules
from qaframework.allocation.rotation import Rotation
from qaframework.allocation.wording import subject_line
from qaframework.allocation.workflow.approving import ask_for_approval
from qaframework.allocation.workflow.assignments import activity_of, allocate
from qaframework.allocation.workflow.proposing import Proposal, propose
from qaframework.allocation.workflow.telling import tell
from qaframework.clocks import workflow as clocks
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.people import directory, history
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Post, User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month, Quarter
from qaframework.rules.working_days import end_of_day, local_date

State = Assignment.State
Ordinals = dict[tuple[str, int, str], set[int]]


@dataclass(frozen=True)
class Planned:
    """What making, or re-making, a programme did. ``updated`` is planned work that follows newer rules;
    ``not_due`` says what is owed in some years only and not in this one."""

    programme: Programme
    is_new: bool
    added: int
    dropped: int
    moved: int
    updated: int
    lines: list[Line]
    warning: str = ""
    not_due: tuple[str, ...] = ()

    @property
    def changed(self) -> int:
        return self.added + self.dropped + self.moved + self.updated


@transaction.atomic
def make_programme(
    *, framework: Framework, year: int, by: User | None, now: datetime, as_read: str | None = None
) -> Planned:
    """Turn the quotas into the year's assignments by post and month (LAN-05, LAN-16).

    Doing it again after a change of posts or quotas adds what is missing, drops what is no longer wanted,
    and moves what another post owes now, but touches nothing that has begun or that somebody moved to
    another post; months that have ended are left as they are. What a post owes in the stretch of the year
    that is running, it owes in the months that are left of it. Each quarter follows the rules in force on its
    first day, the running one those of today. What changed and why is kept as a Planning.

    ``as_read`` is the fingerprint of the proposal that a person has read; anything else is refused.
    Raises Refused also when the year has ended or no version of the framework is in force in it.
    """
    # Two people who plan at once must not both find the same work missing.
    Framework.objects.select_for_update().get(pk=framework.pk)
    proposal = propose(framework=framework, year=year, now=now)
    if as_read not in (None, proposal.fingerprint):
        raise Refused("Posts, quotas or work have changed since you read this. Read it again, then confirm.")
    programme = proposal.programme or _new_programme(proposal, by=by, now=now)
    _refuse_if_begun([*proposal.surplus, *(row for row, _ in proposal.moves)])
    for row in proposal.surplus:
        history.remove(row, by=by, now=now, reason="No longer in the quotas")
    taken = _ordinals(proposal)
    for row, post in proposal.moves:
        _move(row, post, proposal.version_in(Month.parse(row.period)), taken, by=by, now=now)
    _add_missing(programme, proposal, taken, by=by, now=now)
    _follow_newer_rules(proposal, by=by, now=now)
    _keep_on_record(programme, proposal, by=by, now=now)
    return Planned(
        programme,
        is_new=proposal.programme is None,
        added=len(proposal.missing),
        dropped=len(proposal.surplus),
        moved=len(proposal.moves),
        updated=proposal.updated,
        lines=proposal.lines,
        warning=proposal.warning,
        not_due=tuple(proposal.not_due),
    )


@transaction.atomic
def set_dates(
    *,
    programme: Programme,
    activity: str,
    quarter: Quarter,
    starts_on: date,
    due_on: date,
    by: User,
    now: datetime,
) -> int:
    """Date the work of a quarter that the framework leaves undated, such as a practice week (LAN-17).

    Work that was dated before and has not begun moves to the new dates, with its clock. Both are local
    days, the last one included. Returns how many pieces of work were dated. Raises Refused.
    """
    _check_dates(programme, starts_on, due_on, local_date(now))
    rows = programme.assignments.filter(
        activity=activity,
        period__in=[month.key for month in quarter.months],
        state__in=[State.PLANNED, State.ALLOCATED],
    )
    changed, rotation = 0, Rotation(local_date(now))
    for assignment in rows.select_related("framework_version", "post__unit", "clock").order_by("pk"):
        if not activity_of(assignment).is_dated_later:
            raise Refused("This work has its deadline from the framework; only undated work is dated here.")
        if assignment.state == State.PLANNED:
            _allocate_own_work(assignment, rotation, allocated_on=starts_on, due_on=due_on, by=by, now=now)
            changed += 1
        elif (assignment.allocated_on, assignment.due_on) != (starts_on, due_on):
            _move_dates(assignment, starts_on=starts_on, due_on=due_on, by=by, now=now)
            changed += 1
    return changed


@transaction.atomic
def add_work(
    *,
    programme: Programme,
    activity: str,
    post: Post,
    starts_on: date,
    by: User | None,
    now: datetime,
    theme: str = "",
    version: FrameworkVersion | None = None,
) -> Assignment:
    """Planned work on top of the quotas, such as a re-audit; the caller allocates it.

    It follows the rules in force now, unless a version is given.
    """
    version = version or programme.framework.version_on(local_date(now))
    period = Month.of(starts_on).key
    extra = programme.assignments.filter(
        activity=activity, post=post, period=period, ordinal__gt=Assignment.EXTRA
    )
    ordinal = max(extra.values_list("ordinal", flat=True), default=Assignment.EXTRA) + 1
    taken = {(activity, post.pk, period): set(range(1, ordinal))}
    work = _planned(programme, version, activity, post, period, taken)
    work.theme = theme
    return history.create(work, by=by, now=now, reason="Added to the plan")


@transaction.atomic
def ask_for_work(
    *, programme: Programme, activity: str, post: Post, theme: str, due_on: date, by: User, now: datetime
) -> Assignment:
    """One more piece of work than the quotas want, which is about no one case, owed from today.

    Raises Refused for audits of cases, which are drawn or follow from what happens to a case, and for a last
    day that has passed or is not in the year.
    """
    Programme.objects.select_for_update().get(pk=programme.pk)  # two who ask at once get two pieces
    starts_on = max(local_date(now), programme.starts_on)
    if programme.ends_on < starts_on:
        raise Refused("The year of this programme has ended. Ask in the programme of the present year.")
    if not starts_on <= due_on <= programme.ends_on:
        raise Refused(f"Give a last day between {starts_on:%-d %B %Y} and {programme.ends_on:%-d %B %Y}.")
    work = add_work(
        programme=programme, activity=activity, post=post, starts_on=starts_on, theme=theme, by=by, now=now
    )
    if not activity_of(work).can_be_asked_for:
        raise Refused("This work is about a case that is not chosen by hand, so it cannot be asked for here.")
    rotation = Rotation(local_date(now))
    _allocate_own_work(work, rotation, allocated_on=starts_on, due_on=due_on, by=by, now=now)
    return work


@transaction.atomic
def plan_more(
    *, programme: Programme, activity: str, post: Post, month: Month, by: User, now: datetime
) -> Assignment:
    """One more audit of a drawn case than the quotas want, such as one on a theme (BED-05).

    It gets its case when the month is drawn, or from that draw's reserves. Raises Refused for work that is
    not drawn, and for a month that has passed or is not in the year.
    """
    Programme.objects.select_for_update().get(pk=programme.pk)  # two who ask at once get two pieces
    today = local_date(now)
    if month < Month.of(today) or not programme.starts_on <= month.start <= programme.ends_on:
        last = Month.of(programme.ends_on)
        raise Refused(f"Choose a month from the present one to {last.label}, the last of this programme.")
    version = programme.framework.version_on(max(today, month.start))
    if activity not in version.pack.activities or version.pack.activity(activity).draw is None:
        raise Refused("Cases for this work are not drawn at random. Ask for it on the other page.")
    return add_work(
        programme=programme,
        activity=activity,
        post=post,
        starts_on=month.start,
        version=version,
        by=by,
        now=now,
    )


def allocate_period_work(*, now: datetime, by: User | None = None) -> int:
    """Allocate all planned work whose month has begun and that needs no draw; returns how many.

    Where the framework says whose practice or supervision is looked at, whoever has waited longest comes
    first; work that is about the same person as other work of the month comes after that.
    """
    today = local_date(now)
    waiting = (
        Assignment.objects.filter(state=State.PLANNED, period__lte=Month.of(today).key)
        .select_related("post__unit")
        .order_by("pk")
    )
    changed, rotation = 0, Rotation(today)
    for assignment in sorted(with_rules(waiting), key=lambda row: bool(activity_of(row).same_person_as)):
        activity = activity_of(assignment)
        if activity.draw is not None or activity.is_dated_later:
            continue
        starts_on = Month.parse(assignment.period).start
        try:
            _allocate_own_work(assignment, rotation, allocated_on=starts_on, due_on=None, by=by, now=now)
        except SomebodyElseWasFirst:
            continue  # Another worker, or a person, has just allocated or withdrawn it.
        changed += 1
    return changed


def _allocate_own_work(
    assignment: Assignment,
    rotation: Rotation,
    *,
    allocated_on: date,
    due_on: date | None,
    by: User | None,
    now: datetime,
) -> None:
    subject = rotation.give(assignment, allocated_on)
    allocate(
        assignment=assignment,
        case=None,
        worker=subject.worker if subject else None,
        worker_reason=subject.reason if subject else "",
        unit=subject.unit if subject else assignment.post.unit,
        selection=Assignment.Selection.NONE,
        allocated_on=allocated_on,
        due_on=due_on,
        by=by,
        now=now,
    )


def _check_dates(programme: Programme, starts_on: date, due_on: date, today: date) -> None:
    if not programme.starts_on <= starts_on <= due_on <= programme.ends_on:
        raise Refused(
            f"Give a first and a last day, in that order, between {programme.starts_on:%-d %B %Y} and "
            f"{programme.ends_on:%-d %B %Y}."
        )
    if due_on < today:
        raise Refused(f"{due_on:%-d %B %Y} has passed. Give a last day that is today or later.")


def _move_dates(assignment: Assignment, *, starts_on: date, due_on: date, by: User, now: datetime) -> None:
    reason = f"New dates: {starts_on:%-d %B %Y} to {due_on:%-d %B %Y}"
    history.change(
        assignment,
        by=by,
        now=now,
        reason=reason,
        only_if={"state": State.ALLOCATED, "due_on": assignment.due_on},
        allocated_on=starts_on,
        due_on=due_on,
        original_due_on=due_on,
    )
    assert assignment.clock is not None
    clocks.move_clock(clock=assignment.clock, due_at=end_of_day(due_on), reason=reason, by=by, now=now)
    tell(
        assignment,
        [directory.holder_of(assignment.post, local_date(now))],
        kind="dates_moved",
        key=str(assignment.clock.round),
        subject=f"New dates: {subject_line(assignment)}",
        body=f"It now takes place from {starts_on:%-d %B %Y}, and is due by {due_on:%-d %B %Y}.",
        now=now,
    )


def _new_programme(proposal: Proposal, *, by: User | None, now: datetime) -> Programme:
    span = proposal.span
    programme = Programme(
        framework=proposal.framework,
        year=span.year,
        starts_on=span.start,
        ends_on=span.end,
        created_at=now,
    )
    return history.create(programme, by=by, now=now, reason="Programme made")


def _refuse_if_begun(rows: list[Assignment]) -> None:
    """Raises SomebodyElseWasFirst when work that is to go or to move has begun in the meantime."""
    planned = Assignment.objects.select_for_update().filter(pk__in=[row.pk for row in rows])
    if len(planned.filter(state=State.PLANNED)) != len(rows):
        raise SomebodyElseWasFirst("Work that was to go or to move has begun in the meantime.")


def _ordinals(proposal: Proposal) -> Ordinals:
    """The ordinals in use, by the post that owes the work now."""
    gone = {row.pk for row in proposal.surplus}
    taken: Ordinals = defaultdict(set)
    for row in proposal.rows:
        if row.pk not in gone:
            taken[row.activity, row.post_id, row.period].add(row.ordinal)
    return taken


def _next_ordinal(taken: Ordinals, activity: str, post: Post, period: str) -> int:
    ordinals = taken[activity, post.pk, period]
    ordinal = max(ordinals, default=0) + 1
    ordinals.add(ordinal)
    return ordinal


def _move(
    row: Assignment,
    post: Post,
    version: FrameworkVersion,
    taken: Ordinals,
    *,
    by: User | None,
    now: datetime,
) -> None:
    history.change(
        row,
        by=by,
        now=now,
        reason=f"Planned for {post} instead",
        only_if={"state": State.PLANNED, "post": row.post_id},
        post=post,
        unit=post.unit,
        ordinal=_next_ordinal(taken, row.activity, post, row.period),
        framework_version=version,
    )


def _add_missing(
    programme: Programme, proposal: Proposal, taken: Ordinals, *, by: User | None, now: datetime
) -> None:
    missing = [
        _planned(
            programme,
            proposal.version_in(gap.month),
            gap.activity,
            proposal.posts[gap.owner],
            gap.month.key,
            taken,
        )
        for gap in proposal.missing
    ]
    missing.sort(key=lambda row: (row.period, row.activity, row.post_id, row.ordinal))
    Assignment.objects.bulk_create(missing, batch_size=500)
    history.record(Assignment, missing, by=by, now=now, reason="Planned from the quotas", is_update=False)


def _planned(
    programme: Programme,
    version: FrameworkVersion,
    activity: str,
    post: Post,
    period: str,
    taken: Ordinals,
) -> Assignment:
    return Assignment(
        programme=programme,
        framework_version=version,
        activity=activity,
        kind=version.pack.activity(activity).kind,
        post=post,
        unit=post.unit,
        period=period,
        ordinal=_next_ordinal(taken, activity, post, period),
    )


def _follow_newer_rules(proposal: Proposal, *, by: User | None, now: datetime) -> None:
    """Let planned work follow the version that its quarter now follows; what has begun keeps its own."""
    for version_pk, late in proposal.behind.items():
        Assignment.objects.filter(pk__in=[row.pk for row in late], state=State.PLANNED).update(
            framework_version=version_pk
        )
        for row in late:
            row.framework_version_id = version_pk
        history.record(Assignment, late, by=by, now=now, reason="Follows newer rules", is_update=True)


def _keep_on_record(programme: Programme, proposal: Proposal, *, by: User | None, now: datetime) -> None:
    """What the programme goes by now, and what that changed; nothing when it went by the same before."""
    last = programme.plannings.first()
    posts = {str(owner.key): [owner.role, list(owner.units)] for owner in proposal.premises.owners}
    versions = {quarter.key: version.pk for quarter, version in proposal.versions.items()}
    if last is not None:
        versions = {**last.versions, **versions}  # quarters that have ended keep theirs
    changes = [line.as_data() for line in proposal.lines if line.change is not Change.STAYS]
    if last is not None and not changes and (last.posts, last.versions) == (posts, versions):
        return
    planning = Planning.objects.create(
        programme=programme,
        made_at=now,
        made_by=by,
        posts=posts,
        versions=versions,
        lines=[line.as_data() for line in proposal.lines],
        updated=proposal.updated,
    )
    ask_for_approval(planning=planning, now=now)
