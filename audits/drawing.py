"""A draw worked out: who could be drawn, who was, and which post gets which case. Nothing is saved here."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from audits.frames import NO_AUDITOR, Frame, Pools, build_frame, freeze
from audits.independence import may_not_audit, rule_within
from audits.matching import match
from audits.models import DrawnCase, SampleDraw
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow import activity_of
from qaframework.caseload.models import Case
from qaframework.packs.definition import ActivityType, DrawRule
from qaframework.people.directory import Organisation
from qaframework.people.models import Post, Unit, User
from qaframework.rules.deadlines import date_before
from qaframework.rules.periods import Month
from qaframework.rules.sampling import Pick, draw, ticket
from qaframework.rules.working_days import WorkingCalendar, local_date

# Whether a post may audit the open case with a reference.
MayAudit = Callable[[Post, str], bool]


@dataclass(frozen=True)
class PoolDraw:
    """The record of a draw and its cases, not saved yet, and the case of each assignment, if any."""

    sample: SampleDraw
    drawn: list[DrawnCase]
    given: list[tuple[Assignment, DrawnCase | None]]


def draw_from_pool(
    pool: Unit,
    owing: Sequence[Assignment],
    *,
    organisation: Organisation,
    choose_seed: Callable[[], str],
    drawn_at: datetime,
    drawn_by: User | None,
) -> PoolDraw:
    """Draw a case of the pool for each of ``owing``, which are of one activity and month.

    The seed is chosen once the frame is fixed. Where the reserves leave a post without a case that it may
    audit, further ones are drawn until it has one, while there is any.
    """
    activity, month = activity_of(owing[0]), Month.parse(owing[0].period)
    assert activity.draw is not None
    may_audit = _who_may_audit(pool, activity, month, organisation)
    frame = _without_nobodys(build_frame(pool, activity.draw, local_date(drawn_at)), owing, may_audit)
    frame_hash, seed, settings = frame.hash, choose_seed(), settings_of(activity.draw)
    drawing = draw(frame.entries, len(owing), seed, **settings)
    # The posts come in the order of tickets of their own.
    in_turn = sorted(owing, key=lambda one: ticket(seed, f"{one.post.code}/{one.ordinal}"))
    cases = [pick.reference for pick in (*drawing.chosen, *drawing.reserves, *drawing.rest)]
    given = match([one.post for one in in_turn], cases, may_audit)
    further = max((n for n, pick in enumerate(drawing.rest, 1) if pick.reference in given), default=0)
    sample = SampleDraw(
        programme=owing[0].programme,
        framework_version=owing[0].framework_version,
        activity=activity.key,
        period=month.key,
        pool=pool,
        seed=seed,
        size=len(owing),
        settings=settings,
        frame=freeze(frame),
        frame_size=len(frame.entries),
        frame_hash=frame_hash,
        exclusions=frame.exclusion_counts,
        shortfall=drawing.shortfall,
        further_reserves=further,
        drawn_at=drawn_at,
        drawn_by=drawn_by,
    )
    row_of = _rows(sample, drawing.chosen, (*drawing.reserves, *drawing.rest[:further]))
    owners = zip(in_turn, given, strict=True)
    return PoolDraw(sample, list(row_of.values()), [(one, row_of.get(case or "")) for one, case in owners])


def draw_day(activity: ActivityType, month: Month, calendar: WorkingCalendar) -> date:
    """The local day on which a month's cases are drawn: the lead time before it begins (BF-01)."""
    lead = activity.lead_time
    return date_before(month.start, lead, calendar) if lead else month.start


def waiting_by_pool(programme: Programme, month: Month) -> dict[tuple[str, Unit], list[Assignment]]:
    """Planned work of the month that needs a case, by activity and the pool from which it is drawn."""
    planned = (
        programme.assignments.filter(period=month.key, state=Assignment.State.PLANNED)
        .select_related("post__unit", "framework_version", "programme")
        .order_by("activity", "post__code", "ordinal")
    )
    pools = Pools.load()
    waiting: defaultdict[tuple[str, Unit], list[Assignment]] = defaultdict(list)
    for assignment in planned:
        activity = activity_of(assignment)
        if activity.draw is not None:
            waiting[activity.key, pools.of(assignment.post.unit, activity, month)].append(assignment)
    return dict(waiting)


def settings_of(rule: DrawRule) -> dict[str, Any]:
    """What the record keeps of a draw rule: the arguments of the draw."""
    return {
        "reserve_share": rule.reserve_share,
        "minimum_per_stratum": rule.minimum_per_stratum,
        "one_per_family": rule.one_per_family,
    }


def _who_may_audit(pool: Unit, activity: ActivityType, month: Month, organisation: Organisation) -> MayAudit:
    rule = rule_within(pool, activity.independence_in(month))
    cases = Case.objects.filter(unit__path__startswith=pool.path, status=Case.Status.OPEN)
    held_by = {
        reference: (worker, unit)
        for reference, worker, unit in cases.order_by().values_list("child_ref", "worker", "unit")
    }

    # It follows from a case's practitioner and team, and of those pairs there are few.
    @cache
    def suits(post: Post, worker_id: int, unit_id: int) -> bool:
        return not may_not_audit(organisation, post, Case(worker_id=worker_id, unit_id=unit_id), rule)

    return lambda post, reference: suits(post, *held_by[reference])


def _without_nobodys(frame: Frame, owing: Iterable[Assignment], may_audit: MayAudit) -> Frame:
    """The frame without the cases that none of those who owe the audits may audit."""
    posts = {one.post for one in owing}
    cases = (entry.reference for entry in frame.entries)
    return frame.without({case for case in cases if not any(may_audit(p, case) for p in posts)}, NO_AUDITOR)


def _rows(sample: SampleDraw, chosen: Iterable[Pick], reserves: Iterable[Pick]) -> dict[str, DrawnCase]:
    """A row for each drawn case, by its reference."""
    picks = [(pick, False) for pick in chosen] + [(pick, True) for pick in reserves]
    references = [pick.reference for pick, _ in picks]
    cases = {
        case.child_ref: case
        for case in Case.objects.filter(child_ref__in=references).select_related("unit", "worker")
    }
    return {
        pick.reference: DrawnCase(
            draw=sample,
            case=cases[pick.reference],
            ticket=pick.ticket,
            is_reserve=is_reserve,
            position=pick.position,
            stratum=pick.stratum,
            state=DrawnCase.State.RESERVE if is_reserve else DrawnCase.State.UNUSED,
        )
        for pick, is_reserve in picks
    }
