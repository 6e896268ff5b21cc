"""What has to change in a programme so that it agrees with the posts and quotas; nothing is written here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from qaframework.allocation.models import Assignment, Programme, Reallocation
from qaframework.allocation.plan_lines import Change, Line, Piece, fingerprint, in_lines
from qaframework.packs.definition import Pack
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.packs.wording import not_due_in
from qaframework.people.models import Post
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month, ProgrammeYear, Quarter
from qaframework.rules.programme import Gap, Owner, Premises, Rulebook, Work
from qaframework.rules.quotas import amounts_in
from qaframework.rules.replanning import Replanned, replan, why, why_moved
from qaframework.rules.working_days import local_date

State = Assignment.State
Versions = dict[Quarter, FrameworkVersion]


@dataclass(frozen=True)
class Proposal:
    """The changes to the programme of a year, which may not exist yet.

    ``behind`` is planned work, by the version that it is to follow from now on.
    """

    framework: Framework
    span: ProgrammeYear
    programme: Programme | None
    premises: Premises[int]
    versions: Versions
    posts: dict[int, Post]
    rows: list[Assignment]
    missing: list[Gap[int]]
    surplus: list[Assignment]
    moves: list[tuple[Assignment, Post]]
    behind: dict[int, list[Assignment]]
    lines: list[Line]

    @property
    def updated(self) -> int:
        return sum(len(rows) for rows in self.behind.values())

    @property
    def fingerprint(self) -> str:
        """The same as long as the same changes are proposed."""
        return fingerprint(self.lines, self.updated)

    @property
    def pack(self) -> Pack:
        """The rules of the first month that is planned."""
        return next(iter(self.versions.values())).pack

    @property
    def changes_anything(self) -> bool:
        """Whether there is anything to confirm."""
        nothing_moves = all(line.change is Change.STAYS for line in self.lines)
        return self.programme is None or bool(self.updated) or not nothing_moves

    @property
    def roles_without_a_post(self) -> list[str]:
        """Roles with a quota of which there is no post in the units for which the framework holds."""
        filled = {post.role for post in self.posts.values()}
        packs = [version.pack for version in self.versions.values()]
        return list(
            dict.fromkeys(
                pack.role_label(quota.role)
                for pack in packs
                for quota in pack.quotas
                if any(amounts_in(quota, self.span)) and quota.role not in filled
            )
        )

    @property
    def not_due(self) -> list[str]:
        """What is owed in some years only and not in this one, as sentences."""
        return not_due_in(self.pack, self.span)

    @property
    def warning(self) -> str:
        """What somebody should look at before the programme is made; empty when nothing."""
        if not self.roles_without_a_post:
            return ""
        return (
            f"{self.framework}: nobody owes the quotas of these roles, because none of their posts is in a "
            f"unit for which it holds: {', '.join(self.roles_without_a_post)}. If they should owe them, let "
            "it hold for a unit above their posts too, such as the whole authority."
        )

    def version_in(self, month: Month) -> FrameworkVersion:
        return self.versions[Quarter.of(month.start, self.span.starts_in)]


def propose(*, framework: Framework, year: int, now: datetime) -> Proposal:
    """Work out what is missing, too much, or with the wrong post from this month on, and why.

    Raises Refused when the year has ended or no version of the framework is in force in it.
    """
    today = local_date(now)
    span = _span(framework, year)
    versions = _versions(framework, span, today)
    programme = Programme.objects.filter(framework=framework, year=span.year).first()
    posts = {post.pk: post for post in posts_in(framework)}
    premises = Premises(tuple(owner_of(post) for post in posts.values()), _rules(versions))
    rows = _planned_rows(programme)
    moved_by_hand = _first_owners(programme)
    before = _premises_before(programme, span)
    found = replan(span, premises, before, _existing(rows, moved_by_hand), Month.of(today))
    spare = set(found.spare)
    stays = [row for place, row in enumerate(rows) if place not in spare and place not in found.moved]
    return Proposal(
        framework=framework,
        span=span,
        programme=programme,
        premises=premises,
        versions=versions,
        posts=posts,
        rows=rows,
        missing=found.missing,
        surplus=[rows[place] for place in found.spare],
        moves=[(rows[place], posts[key]) for place, key in sorted(found.moved.items())],
        behind=_behind(stays, versions, span),
        lines=in_lines(_pieces(found, rows, moved_by_hand, span, premises, before)),
    )


def posts_in(framework: Framework) -> list[Post]:
    """The open posts of all units for which the framework holds."""
    posts = Post.objects.open().filter(framework.covers("unit"))
    return list(posts.select_related("unit").order_by("code"))


def owners_in(framework: Framework) -> list[Owner[int]]:
    """The same posts as the quotas see them."""
    return [owner_of(post) for post in posts_in(framework)]


def owner_of(post: Post) -> Owner[int]:
    """A post, with its unit, as the quotas see it."""
    return Owner(post.pk, post.role, tuple(post.unit.path.strip("/").split("/")[::-1]))


def rulebook(pack: Pack) -> Rulebook:
    """The rules of a framework that ask for work."""
    at_once = frozenset(one.key for one in pack.activities.values() if one.is_dated_later)
    return Rulebook(pack.quotas, pack.shared_quotas, at_once)


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


def _rules(versions: Versions) -> dict[Month, Rulebook]:
    books = {version.pk: rulebook(version.pack) for version in versions.values()}
    return {month: books[version.pk] for quarter, version in versions.items() for month in quarter.months}


def _planned_rows(programme: Programme | None) -> list[Assignment]:
    if programme is None:
        return []
    return list(programme.assignments.filter(ordinal__lte=Assignment.EXTRA).order_by("period", "pk"))


def _first_owners(programme: Programme | None) -> dict[int, int]:
    """Of work that was moved by hand, the post that owed it first: its quota stays met wherever it went."""
    owners: dict[int, int] = {}
    moves = Reallocation.objects.filter(assignment__programme=programme).order_by("moved_at", "pk")
    for assignment_id, post_id in moves.values_list("assignment", "from_post"):
        owners.setdefault(assignment_id, post_id)
    return owners


def _existing(rows: Iterable[Assignment], moved_by_hand: dict[int, int]) -> list[Work[int]]:
    """The programme as it stands. Work moved by hand counts for the post that owed it first, and stays."""
    return [
        Work(
            owner=moved_by_hand.get(row.pk, row.post_id),
            activity=row.activity,
            month=Month.parse(row.period),
            may_go=row.state == State.PLANNED and row.pk not in moved_by_hand,
        )
        for row in rows
    ]


def _premises_before(programme: Programme | None, span: ProgrammeYear) -> Premises[int] | None:
    """What the programme was last planned from."""
    last = programme.plannings.first() if programme else None
    if last is None:
        return None
    versions = FrameworkVersion.objects.in_bulk(last.versions.values())
    by_quarter = {Quarter.parse(key, span.starts_in): versions[pk] for key, pk in last.versions.items()}
    owners = [Owner(int(pk), role, tuple(units)) for pk, (role, units) in last.posts.items()]
    return Premises(tuple(owners), _rules(by_quarter))


def _pieces(
    found: Replanned[int],
    rows: list[Assignment],
    moved_by_hand: dict[int, int],
    span: ProgrammeYear,
    now: Premises[int],
    before: Premises[int] | None,
) -> Iterator[Piece]:
    reason = partial(why, year=span, now=now, before=before)
    for gap in found.missing:
        cause = reason(gap.owner, gap.activity, gap.month)
        yield Piece(Change.ADDED, gap.activity, gap.month.key, None, gap.owner, cause)
    for place in found.spare:
        row = rows[place]
        cause = reason(row.post_id, row.activity, Month.parse(row.period))
        yield Piece(Change.WITHDRAWN, row.activity, row.period, row.post_id, None, cause)
    for place, taker in found.moved.items():
        row = rows[place]
        assert before is not None  # nothing moves the first time
        month = Month.parse(row.period)
        cause = why_moved(row.post_id, taker, row.activity, month, year=span, now=now, before=before)
        yield Piece(Change.MOVED, row.activity, row.period, row.post_id, taker, cause)
    for place in found.begun:
        row = rows[place]
        if row.is_open or row.state == State.PLANNED:
            first = moved_by_hand.get(row.pk, row.post_id)
            cause = reason(first, row.activity, Month.parse(row.period))
            yield Piece(Change.STAYS, row.activity, row.period, row.post_id, None, cause)


def _behind(
    stays: Iterable[Assignment], versions: Versions, span: ProgrammeYear
) -> dict[int, list[Assignment]]:
    """Planned work that follows an older version than its quarter now does."""
    found: dict[int, list[Assignment]] = defaultdict(list)
    for row in stays:
        version = versions.get(Quarter.of(Month.parse(row.period).start, span.starts_in))
        if version and row.state == State.PLANNED and row.framework_version_id != version.pk:
            found[version.pk].append(row)
    return dict(found)
