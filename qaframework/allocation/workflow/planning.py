"""The programme of a year, worked out from the quotas, kept in step with them, and dated where it was not."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from qaframework.allocation.models import Assignment, Programme, Reallocation
from qaframework.allocation.reading import with_rules
from qaframework.allocation.wording import subject_line
from qaframework.allocation.workflow.assignments import activity_of, allocate, tell
from qaframework.clocks import workflow as clocks
from qaframework.packs.definition import Pack
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.people import directory, history
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Post, User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month, ProgrammeYear, Quarter
from qaframework.rules.programme import Owner, Rulebook, Work, changes
from qaframework.rules.working_days import end_of_day, local_date

State = Assignment.State
Versions = dict[Quarter, FrameworkVersion]


@dataclass(frozen=True)
class Planned:
    """What making, or re-making, a programme did. ``updated`` is planned work that follows newer rules."""

    programme: Programme
    added: int
    dropped: int
    updated: int

    @property
    def changed(self) -> int:
        return self.added + self.dropped + self.updated


@transaction.atomic
def make_programme(*, framework: Framework, year: int, by: User | None, now: datetime) -> Planned:
    """Turn the quotas into the year's assignments by post and month (LAN-05, LAN-16).

    Doing it again after a change of posts or quotas adds what is missing and drops what is no longer
    wanted, but touches nothing that has begun or that somebody moved to another post; months that have
    ended are left as they are. What a post owes in the stretch of the year that is running, it owes in the
    months that are left of it. Each quarter follows the rules in force on its first day, the running one
    those of today.
    Raises Refused when the year has ended or no version of the framework is in force in it.
    """
    # Two people who plan at once must not both find the same work missing.
    Framework.objects.select_for_update().get(pk=framework.pk)
    today = local_date(now)
    span = _span(framework, year)
    versions = _versions(framework, span, today)
    programme = _programme(framework, span, by=by, now=now)
    posts = posts_in(framework)
    rows = list(programme.assignments.filter(ordinal__lte=Assignment.EXTRA).order_by("period", "pk"))
    found = changes(
        span,
        {month: rulebook(versions[quarter].pack) for quarter in versions for month in quarter.months},
        [_owner(post) for post in posts],
        _existing(rows, _first_owners(programme)),
        Month.of(today),
    )
    surplus = [rows[place] for place in found.spare]
    for row in surplus:
        history.remove(row, by=by, now=now, reason="No longer in the quotas")
    by_pk = {post.pk: post for post in posts}
    taken = _ordinals(rows)
    missing = []
    for gap in found.missing:
        version = versions[Quarter.of(gap.month.start, span.starts_in)]
        post = by_pk[gap.owner]
        missing.append(_planned(programme, version, gap.activity, post, gap.month.key, taken))
    missing.sort(key=lambda row: (row.period, row.activity, row.post_id, row.ordinal))
    Assignment.objects.bulk_create(missing, batch_size=500)
    history.record(Assignment, missing, by=by, now=now, reason="Planned from the quotas", is_update=False)
    gone = {id(row) for row in surplus}
    kept = [row for row in rows if id(row) not in gone]
    updated = _follow_newer_rules(kept, versions, span.starts_in, by=by, now=now)
    return Planned(programme, added=len(missing), dropped=len(surplus), updated=updated)


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
    changed = 0
    for assignment in rows.select_related("framework_version", "post__unit", "clock").order_by("pk"):
        if not activity_of(assignment).is_dated_later:
            raise Refused("This work has its deadline from the framework; only undated work is dated here.")
        if assignment.state == State.PLANNED:
            _allocate_own_work(assignment, allocated_on=starts_on, due_on=due_on, by=by, now=now)
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
    """One more piece of work than the quotas want, which needs no drawn case, owed from today.

    Raises Refused for work whose cases are drawn, and for a last day that has passed or is not in the year.
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
    if activity_of(work).draw is not None:
        raise Refused("Cases for this work are drawn at random, so it cannot be asked for here.")
    _allocate_own_work(work, allocated_on=starts_on, due_on=due_on, by=by, now=now)
    return work


def allocate_period_work(*, now: datetime, by: User | None = None) -> int:
    """Allocate all planned work whose month has begun and that needs no draw; returns how many."""
    today = local_date(now)
    waiting = (
        Assignment.objects.filter(state=State.PLANNED, period__lte=Month.of(today).key)
        .select_related("post__unit")
        .order_by("pk")
    )
    changed = 0
    for assignment in with_rules(waiting):
        activity = activity_of(assignment)
        if activity.draw is not None or activity.is_dated_later:
            continue
        starts_on = Month.parse(assignment.period).start
        try:
            _allocate_own_work(assignment, allocated_on=starts_on, due_on=None, by=by, now=now)
        except SomebodyElseWasFirst:
            continue  # Another worker, or a person, has just allocated or withdrawn it.
        changed += 1
    return changed


def posts_in(framework: Framework) -> list[Post]:
    """The open posts of all units for which the framework holds."""
    paths = [unit.path for unit in framework.units.all()]
    posts = Post.objects.open().select_related("unit").order_by("code")
    return [post for post in posts if any(post.unit.path.startswith(path) for path in paths)]


def _allocate_own_work(
    assignment: Assignment, *, allocated_on: date, due_on: date | None, by: User | None, now: datetime
) -> None:
    allocate(
        assignment=assignment,
        case=None,
        worker=None,
        unit=assignment.post.unit,
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


def _span(framework: Framework, year: int) -> ProgrammeYear:
    newest = framework.versions.first()
    if newest is None:
        raise Refused(f"{framework} has no version yet. Load its pack first.")
    return ProgrammeYear(year, newest.pack.year_starts_in)


def _versions(framework: Framework, span: ProgrammeYear, today: date) -> Versions:
    """The version that each quarter follows which has not ended; a quarter before the first has none."""
    if span.end < today:
        raise Refused(f"The year {span.label} has ended. Its programme stays as it was.")
    oldest_first = list(framework.versions.order_by("effective_from", "number"))
    found: Versions = {}
    for quarter in span.quarters:
        if quarter.end < today:
            continue
        day = max(quarter.start, today)
        begun = [version for version in oldest_first if version.effective_from <= day]
        soon = [version for version in oldest_first if day < version.effective_from <= quarter.end]
        if begun or soon:
            found[quarter] = begun[-1] if begun else soon[0]
    if not found:
        raise Refused(
            f"No version of {framework} is in force in {span.label}. Load a version with an earlier date."
        )
    return found


def _programme(framework: Framework, span: ProgrammeYear, *, by: User | None, now: datetime) -> Programme:
    found = Programme.objects.filter(framework=framework, year=span.year).first()
    if found:
        return found
    programme = Programme(
        framework=framework, year=span.year, starts_on=span.start, ends_on=span.end, created_at=now
    )
    return history.create(programme, by=by, now=now, reason="Programme made")


def rulebook(pack: Pack) -> Rulebook:
    """The rules of a framework that ask for work."""
    at_once = frozenset(one.key for one in pack.activities.values() if one.is_dated_later)
    return Rulebook(pack.quotas, pack.shared_quotas, at_once)


def _existing(rows: Iterable[Assignment], moved: dict[int, int]) -> list[Work[int]]:
    """The programme as it stands. Work that was moved counts for the post that owed it first, and stays."""
    return [
        Work(
            owner=moved.get(row.pk, row.post_id),
            activity=row.activity,
            month=Month.parse(row.period),
            may_go=row.state == State.PLANNED and row.pk not in moved,
        )
        for row in rows
    ]


def _first_owners(programme: Programme) -> dict[int, int]:
    """Of work that was moved, the post that owed it first: its quota stays met wherever the work went."""
    owners: dict[int, int] = {}
    moves = Reallocation.objects.filter(assignment__programme=programme).order_by("moved_at", "pk")
    for assignment_id, post_id in moves.values_list("assignment", "from_post"):
        owners.setdefault(assignment_id, post_id)
    return owners


def _ordinals(rows: Iterable[Assignment]) -> dict[tuple[str, int, str], set[int]]:
    """The ordinals in use, by the post that owes the work now."""
    taken: dict[tuple[str, int, str], set[int]] = defaultdict(set)
    for row in rows:
        taken[row.activity, row.post_id, row.period].add(row.ordinal)
    return taken


def owners_in(framework: Framework) -> list[Owner[int]]:
    """The same posts as the quotas see them."""
    return [_owner(post) for post in posts_in(framework)]


def _owner(post: Post) -> Owner[int]:
    return Owner(post.pk, post.role, tuple(post.unit.path.strip("/").split("/")[::-1]))


def _planned(
    programme: Programme,
    version: FrameworkVersion,
    activity: str,
    post: Post,
    period: str,
    taken: dict[tuple[str, int, str], set[int]],
) -> Assignment:
    ordinals = taken[activity, post.pk, period]
    ordinal = max(ordinals, default=0) + 1
    ordinals.add(ordinal)
    return Assignment(
        programme=programme,
        framework_version=version,
        activity=activity,
        kind=version.pack.activity(activity).kind,
        post=post,
        unit=post.unit,
        period=period,
        ordinal=ordinal,
    )


def _follow_newer_rules(
    rows: Iterable[Assignment], versions: Versions, starts_in: int, *, by: User | None, now: datetime
) -> int:
    """Let planned work follow the version that its quarter now follows; what has begun keeps its own."""
    behind: dict[int, list[Assignment]] = defaultdict(list)
    for row in rows:
        version = versions.get(Quarter.of(Month.parse(row.period).start, starts_in))
        if version and row.state == State.PLANNED and row.framework_version_id != version.pk:
            row.framework_version = version
            behind[version.pk].append(row)
    for version_pk, late in behind.items():
        Assignment.objects.filter(pk__in=[row.pk for row in late], state=State.PLANNED).update(
            framework_version=version_pk
        )
        history.record(Assignment, late, by=by, now=now, reason="Follows newer rules", is_update=True)
    return sum(len(late) for late in behind.values())
