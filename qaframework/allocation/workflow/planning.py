"""The programme of a year, worked out from the quotas, and the opening of each month's work."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from qaframework.allocation.models import Assignment, Programme, Reallocation
from qaframework.allocation.workflow.assignments import allocate
from qaframework.packs.definition import Pack
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.people import history
from qaframework.people.models import Post, Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month, ProgrammeYear
from qaframework.rules.quotas import applicable, slots
from qaframework.rules.working_days import local_date

State = Assignment.State

EXTRA = 1000  # work on top of the quotas has ordinals above this, so that re-planning leaves it alone


class Slot(NamedTuple):
    """A place in the year that a post's quota asks to be filled."""

    activity: str
    post_id: int
    period: str


@dataclass(frozen=True)
class Planned:
    """What making, or re-making, a programme did."""

    programme: Programme
    added: int
    dropped: int

    @property
    def changed(self) -> int:
        return self.added + self.dropped


@transaction.atomic
def make_programme(*, framework: Framework, year: int, by: User | None, now: datetime) -> Planned:
    """Turn the quotas into the year's assignments by post and month (LAN-05, LAN-16).

    Doing it again after a change of posts or quotas adds what is missing and drops what is no longer
    wanted, but touches nothing that has begun; months that have ended are left as they are. Raises
    Refused when no version of the framework is in force in that year.
    """
    today = local_date(now)
    version = _version_for(framework, year, today)
    span = ProgrammeYear(year, version.pack.year_starts_in)
    programme = _programme(framework, span, by=by, now=now)
    posts = posts_in(framework)
    units = {post.pk: post.unit_id for post in posts}
    wanted = _wanted(posts, version.pack, span, today)
    existing = _by_slot(programme)
    missing = [
        _planned(programme, version, slot, ordinal, units[slot.post_id])
        for slot, count in wanted.items()
        for ordinal in _free_ordinals(existing[slot], count)
    ]
    Assignment.objects.bulk_create(missing, batch_size=500)
    history.record(Assignment, missing, by=by, now=now, reason="Planned from the quotas", is_update=False)
    surplus = [
        row
        for slot, rows in existing.items()
        if slot.period >= Month.of(today).key
        for row in _not_begun(rows)[: max(len(rows) - wanted[slot], 0)]
    ]
    for row in surplus:
        history.remove(row, by=by, now=now, reason="No longer in the quotas")
    return Planned(programme, added=len(missing), dropped=len(surplus))


@transaction.atomic
def set_dates(
    *,
    programme: Programme,
    activity: str,
    period: str,
    starts_on: date,
    due_on: date,
    by: User,
    now: datetime,
) -> int:
    """Date planned work that the framework leaves undated, such as a practice week; how many (LAN-17)."""
    if not programme.starts_on <= starts_on <= due_on <= programme.ends_on:
        raise Refused(
            f"Give a first and a last day, in that order, between {programme.starts_on:%-d %B %Y} and "
            f"{programme.ends_on:%-d %B %Y}."
        )
    rows = programme.assignments.filter(activity=activity, period=period, state=State.PLANNED)
    for assignment in rows.select_related("framework_version", "post__unit"):
        _allocate_own_work(assignment, allocated_on=starts_on, due_on=due_on, by=by, now=now)
    return len(rows)


@transaction.atomic
def add_work(
    *, programme: Programme, activity: str, post: Post, starts_on: date, by: User | None, now: datetime
) -> Assignment:
    """Planned work on top of the quotas, such as a re-audit; the caller allocates it."""
    version = programme.framework.version_on(local_date(now))
    period = Month.of(starts_on).key
    extra = programme.assignments.filter(activity=activity, post=post, period=period, ordinal__gt=EXTRA)
    ordinal = max(extra.values_list("ordinal", flat=True), default=EXTRA) + 1
    slot = Slot(activity, post.pk, period)
    return history.create(
        _planned(programme, version, slot, ordinal, post.unit_id), by=by, now=now, reason="Added to the plan"
    )


def allocate_period_work(*, now: datetime, by: User | None = None) -> int:
    """Allocate all planned work whose month has begun and that needs no draw; returns how many."""
    today = local_date(now)
    waiting = (
        Assignment.objects.filter(state=State.PLANNED, period__lte=Month.of(today).key)
        .select_related("framework_version", "post__unit")
        .order_by("pk")
    )
    changed = 0
    for assignment in waiting:
        activity = assignment.framework_version.pack.activity(assignment.activity)
        if activity.draw is None and not activity.is_dated_later:
            _allocate_own_work(
                assignment, allocated_on=Month.parse(assignment.period).start, due_on=None, by=by, now=now
            )
            changed += 1
    return changed


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


def _version_for(framework: Framework, year: int, today: date) -> FrameworkVersion:
    newest = framework.versions.order_by("-effective_from", "-number").first()
    starts_in = newest.pack.year_starts_in if newest else 4
    span = ProgrammeYear(year, starts_in)
    try:
        return framework.version_on(min(max(today, span.start), span.end))
    except FrameworkVersion.DoesNotExist:
        raise Refused(
            f"No version of {framework} is in force in {span.label}. Load a version with an earlier date."
        ) from None


def _programme(framework: Framework, span: ProgrammeYear, *, by: User | None, now: datetime) -> Programme:
    found = Programme.objects.filter(framework=framework, year=span.year).first()
    if found:
        return found
    programme = Programme(
        framework=framework, year=span.year, starts_on=span.start, ends_on=span.end, created_at=now
    )
    return history.create(programme, by=by, now=now, reason="Programme made")


def posts_in(framework: Framework) -> list[Post]:
    """The open posts of all units for which the framework holds."""
    paths = [unit.path for unit in framework.units.all()]
    posts = Post.objects.open().select_related("unit").order_by("code")
    return [post for post in posts if any(post.unit.path.startswith(path) for path in paths)]


def _wanted(posts: list[Post], pack: Pack, span: ProgrammeYear, today: date) -> Counter[Slot]:
    """How many each slot wants, from this month on; posts of a role take turns in the month."""
    this_month = Month.of(today).key
    turn: Counter[tuple[str, str]] = Counter()
    wanted: Counter[Slot] = Counter()
    for post in posts:
        for quota in applicable(pack.quotas, post.role, _codes_upwards(post.unit)):
            rotation = turn[post.role, quota.activity]
            turn[post.role, quota.activity] += 1
            wanted.update(
                Slot(quota.activity, post.pk, place.period_key)
                for place in slots(quota, span, rotation)
                if place.period_key >= this_month
            )
    return wanted


def _by_slot(programme: Programme) -> defaultdict[Slot, list[Assignment]]:
    """The programme's assignments under the post that first owed them, wherever they have moved since."""
    first_owner: dict[int, int] = {}
    moves = Reallocation.objects.filter(assignment__programme=programme).order_by("moved_at", "pk")
    for assignment_id, post_id in moves.values_list("assignment", "from_post"):
        first_owner.setdefault(assignment_id, post_id)
    found: defaultdict[Slot, list[Assignment]] = defaultdict(list)
    for row in programme.assignments.filter(ordinal__lte=EXTRA).order_by("pk"):
        found[Slot(row.activity, first_owner.get(row.pk, row.post_id), row.period)].append(row)
    return found


def _free_ordinals(rows: list[Assignment], count: int) -> list[int]:
    first = max((row.ordinal for row in rows), default=0) + 1
    return list(range(first, first + count - len(rows)))


def _not_begun(rows: list[Assignment]) -> list[Assignment]:
    return [row for row in reversed(rows) if row.state == State.PLANNED]


def _codes_upwards(unit: Unit) -> list[str]:
    return unit.path.strip("/").split("/")[::-1]


def _planned(
    programme: Programme, version: FrameworkVersion, slot: Slot, ordinal: int, unit_id: int
) -> Assignment:
    return Assignment(
        programme=programme,
        framework_version=version,
        activity=slot.activity,
        kind=version.pack.activity(slot.activity).kind,
        post_id=slot.post_id,
        unit_id=unit_id,
        period=slot.period,
        ordinal=ordinal,
    )
