"""Drawing the month's cases, allocating them to posts, replacing one, and proving a draw.

A draw is made once per activity, month and pool; asking again changes nothing.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from audits.frames import NO_AUDITOR, Frame, Pools, build_frame, freeze, thaw
from audits.independence import may_not_audit, rule_within
from audits.matching import match
from audits.models import DrawnCase, SampleDraw
from audits.workflow.opening import open_audit
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment, Programme
from qaframework.caseload.models import Case
from qaframework.packs.definition import ActivityType, DrawRule
from qaframework.packs.models import Framework
from qaframework.people import history
from qaframework.people.calendar import working_calendar
from qaframework.people.directory import Organisation
from qaframework.people.models import Post, Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.deadlines import date_before
from qaframework.rules.periods import Month
from qaframework.rules.sampling import Pick, Replay, draw, replay, ticket
from qaframework.rules.working_days import local_date

State = DrawnCase.State


@dataclass
class Drawn:
    """What one run did: the draws made, the work allocated, and what the QA team should look at."""

    draws: list[SampleDraw] = field(default_factory=list)
    allocated: int = 0
    warnings: list[str] = field(default_factory=list)

    def add(self, other: "Drawn") -> None:
        self.draws += other.draws
        self.allocated += other.allocated
        self.warnings += other.warnings


def draw_month(
    *, framework: Framework, month: Month, seed: str | None, by: User | None, now: datetime
) -> Drawn:
    """Draw and allocate the cases of one month, one month ahead (BF-01, LAN-06, LAN-08).

    Without a seed each draw gets a random one, chosen after its frame is fixed. Work that came to a pool
    after its draw gets a reserve. Raises Refused when the year has no programme.
    """
    programme = Programme.objects.filter(
        framework=framework, starts_on__lte=month.start, ends_on__gte=month.start
    ).first()
    if programme is None:
        raise Refused(f"There is no programme for {month.label}. Make the year's programme first.")
    result = Drawn()
    for pool, assignments in _waiting(programme, month, is_drawn=False):
        _draw_pool(programme, month, pool, assignments, seed, result, by=by, now=now)
    for pool, assignments in _waiting(programme, month, is_drawn=True):
        result.allocated += _give_reserves(programme, month, pool, assignments, by=by, now=now)
    return result


def draw_due_months(
    *, now: datetime, frameworks: Iterable[Framework] | None = None, seed: str | None = None
) -> Drawn:
    """Draw the months whose time has come, which is the lead time before they begin (BF-01).

    Of all live frameworks, unless some are given.
    """
    today = local_date(now)
    total = Drawn()
    for framework in Framework.objects.live() if frameworks is None else frameworks:
        for month in _months_to_draw(framework, today):
            total.add(draw_month(framework=framework, month=month, seed=seed, by=None, now=now))
    return total


def verify_draw(sample: SampleDraw) -> Replay:
    """Make the draw again from its record alone, and say whether it gives the same cases.

    The rules, tickets and counts that the record shows have to follow from it too.
    """
    rule = sample.framework_version.pack.activity(sample.activity).draw
    if rule is None or sample.settings != _settings(rule):
        return Replay(False, "The recorded settings are not those of the framework that was in force.")
    try:
        frame = thaw(sample.frame)
    except ValueError as error:
        return Replay(False, str(error))
    drawn = list(sample.cases.order_by("position").values_list("is_reserve", "case__child_ref", "ticket"))
    again = replay(
        frame.entries,
        sample.size,
        sample.seed,
        chosen=[reference for is_reserve, reference, _ in drawn if not is_reserve],
        reserves=[reference for is_reserve, reference, _ in drawn if is_reserve],
        recorded_hash=sample.frame_hash,
        exclusions=frame.exclusions,
        **sample.settings,
    )
    if not again.matches:
        return again
    slips = [
        f"The ticket of case {case} is not its own." for _, case, t in drawn if t != ticket(sample.seed, case)
    ]
    slips += _wrong_counts(sample, frame)
    return Replay(not slips, slips[0] if slips else "")


def _wrong_counts(sample: SampleDraw, frame: Frame) -> list[str]:
    """What the record's summary says that its frame does not."""
    chosen = sample.cases.filter(is_reserve=False).count()
    counts = [
        ("number of cases that could be drawn", sample.frame_size, len(frame.entries)),
        ("shortfall", sample.shortfall, sample.size - chosen),
        ("reasons for leaving cases out", sample.exclusions, frame.exclusion_counts),
    ]
    return [
        f"The recorded {name}: {said}, and worked out again: {is_}."
        for name, said, is_ in counts
        if said != is_
    ]


@transaction.atomic
def replace_case(*, drawn: DrawnCase, reason: str, note: str, by: User, now: datetime) -> DrawnCase:
    """Put the next suitable reserve in the place of a drawn case; both stay on the record.

    Reserves of the same stratum come first. Raises Refused when the audit has begun or no reserve is left.
    """
    assignment = drawn.assignment
    if drawn.state != State.ALLOCATED or assignment is None:
        raise Refused("Only a case that is allocated now can be replaced.")
    if reason not in DrawnCase.ReplacementReason.values:
        raise Refused("Choose one of the reasons for replacing a case.")
    if assignment.state != Assignment.State.ALLOCATED:
        raise Refused("This audit has begun. A case can only be replaced before that.")
    reserve = _next_reserve(drawn.draw, assignment, local_date(now), stratum=drawn.stratum)
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


def _waiting(programme: Programme, month: Month, *, is_drawn: bool) -> list[tuple[Unit, list[Assignment]]]:
    """Planned work of the month that needs a case, by activity and pool, whose draw was made or was not."""
    planned = (
        programme.assignments.filter(period=month.key, state=Assignment.State.PLANNED)
        .select_related("post__unit", "framework_version", "programme")
        .order_by("activity", "post__code", "ordinal")
    )
    made = set(programme.draws.filter(period=month.key).values_list("activity", "pool"))
    pools = Pools.load()
    waiting: defaultdict[tuple[str, Unit], list[Assignment]] = defaultdict(list)
    for assignment in planned:
        activity = allocation.activity_of(assignment)
        if activity.draw is None:
            continue
        pool = pools.of(assignment.post.unit, activity, month)
        if ((assignment.activity, pool.pk) in made) == is_drawn:
            waiting[assignment.activity, pool].append(assignment)
    return [(pool, assignments) for (_, pool), assignments in waiting.items()]


@transaction.atomic
def _draw_pool(
    programme: Programme,
    month: Month,
    pool: Unit,
    assignments: list[Assignment],
    seed: str | None,
    result: Drawn,
    *,
    by: User | None,
    now: datetime,
) -> None:
    activity = allocation.activity_of(assignments[0])
    assert activity.draw is not None
    if not _is_still_to_do(programme, activity, month, pool):
        return
    frame = _frame_for(pool, activity, assignments, local_date(now))
    settings = _settings(activity.draw)
    frozen_hash = frame.hash
    own_seed = f"{seed}:{activity.key}:{month.key}:{pool.code}" if seed else secrets.token_hex(16)
    drawing = draw(frame.entries, len(assignments), own_seed, **settings)
    sample = SampleDraw.objects.create(
        programme=programme,
        framework_version=assignments[0].framework_version,
        activity=activity.key,
        period=month.key,
        pool=pool,
        seed=own_seed,
        size=len(assignments),
        settings=settings,
        frame=freeze(frame),
        frame_size=len(frame.entries),
        frame_hash=frozen_hash,
        exclusions=frame.exclusion_counts,
        shortfall=drawing.shortfall,
        drawn_at=now,
        drawn_by=by,
    )
    result.draws.append(sample)
    if drawing.shortfall:
        result.warnings.append(
            f"{activity.label}, {pool}: {drawing.shortfall} of {len(assignments)} could not be drawn, "
            f"because only {len(frame.entries)} cases can be drawn."
        )
    drawn = _record_picks(sample, drawing.chosen, drawing.reserves, by=by, now=now)
    _allocate_drawn(sample, activity, assignments, drawn, month, result, by=by, now=now)


def _is_still_to_do(programme: Programme, activity: ActivityType, month: Month, pool: Unit) -> bool:
    """Two that draw at once wait for each other here; the second finds the first one's draw."""
    Programme.objects.select_for_update().get(pk=programme.pk)
    return not programme.draws.filter(activity=activity.key, period=month.key, pool=pool).exists()


def _settings(rule: DrawRule) -> dict[str, Any]:
    return {
        "reserve_share": rule.reserve_share,
        "minimum_per_stratum": rule.minimum_per_stratum,
        "one_per_family": rule.one_per_family,
    }


def _record_picks(
    sample: SampleDraw, chosen: Iterable[Pick], reserves: Iterable[Pick], *, by: User | None, now: datetime
) -> list[DrawnCase]:
    picks = [(pick, False) for pick in chosen] + [(pick, True) for pick in reserves]
    references = [pick.reference for pick, _ in picks]
    cases = {
        case.child_ref: case
        for case in Case.objects.filter(child_ref__in=references).select_related("unit", "worker")
    }
    rows = [
        DrawnCase(
            draw=sample,
            case=cases[pick.reference],
            ticket=pick.ticket,
            is_reserve=is_reserve,
            position=pick.position,
            stratum=pick.stratum,
            state=State.RESERVE if is_reserve else State.UNUSED,
        )
        for pick, is_reserve in picks
    ]
    DrawnCase.objects.bulk_create(rows)
    history.record(DrawnCase, rows, by=by, now=now, reason="Drawn", is_update=False)
    return rows


def _allocate_drawn(
    sample: SampleDraw,
    activity: ActivityType,
    assignments: list[Assignment],
    drawn: list[DrawnCase],
    month: Month,
    result: Drawn,
    *,
    by: User | None,
    now: datetime,
) -> None:
    """Posts come in the order of their own tickets; each takes the first drawn case it may audit, unless
    another post could then get none."""
    today = local_date(now)
    suits = _suits(Organisation.load(today), activity, sample.pool, month)
    owing = sorted(assignments, key=lambda a: ticket(sample.seed, f"{a.post.code}/{a.ordinal}"))
    given = match([one.post for one in owing], [row.case for row in drawn], suits)
    rows = {row.case_id: row for row in drawn}
    for assignment, case in zip(owing, given, strict=True):
        if case is None:
            result.warnings.append(f"{activity.label}: no drawn case is suitable for {assignment.post}.")
            continue
        _give(assignment, rows[case.pk], max(month.start, today), by=by, now=now)
        result.allocated += 1


def _suits(
    organisation: Organisation, activity: ActivityType, pool: Unit, month: Month
) -> Callable[[Post, Case], bool]:
    rule = rule_within(pool, activity.independence_in(month))
    return lambda post, case: not may_not_audit(organisation, post, case, rule)


def _frame_for(pool: Unit, activity: ActivityType, assignments: list[Assignment], on: date) -> Frame:
    """The pool's frame without the cases that none of those who owe the audits may audit."""
    assert activity.draw is not None
    frame = build_frame(pool, activity.draw, on)
    posts = {assignment.post.pk: assignment.post for assignment in assignments}.values()
    suits = _suits(Organisation.load(on), activity, pool, Month.parse(assignments[0].period))
    cases = Case.objects.filter(unit__path__startswith=pool.path, status=Case.Status.OPEN)
    # Who may audit follows from a case's worker and team, and of those pairs there are few.
    pairs = cases.order_by().values_list("worker_id", "unit_id").distinct()
    unsuitable = Q(pk__in=[])
    for worker_id, unit_id in pairs:
        case = Case(worker_id=worker_id, unit_id=unit_id)
        if not any(suits(post, case) for post in posts):
            unsuitable |= Q(worker=worker_id, unit=unit_id)
    drawable = {entry.reference for entry in frame.entries}
    nobody = set(cases.filter(unsuitable).values_list("child_ref", flat=True))
    return frame.without(nobody & drawable, NO_AUDITOR)


def _give(
    assignment: Assignment, row: DrawnCase, allocated_on: date, *, by: User | None, now: datetime
) -> None:
    case = row.case
    assert case.unit is not None
    allocation.allocate(
        assignment=assignment,
        case=case,
        worker=case.worker,
        unit=case.unit,
        selection=Assignment.Selection.RANDOM,
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


@transaction.atomic
def _give_reserves(
    programme: Programme,
    month: Month,
    pool: Unit,
    assignments: list[Assignment],
    *,
    by: User | None,
    now: datetime,
) -> int:
    """Cases for work that came to the pool after its draw: moved there, or of a new post (LAN-06)."""
    Programme.objects.select_for_update().get(pk=programme.pk)
    sample = programme.draws.get(activity=assignments[0].activity, period=month.key, pool=pool)
    today, given = local_date(now), 0
    for assignment in Assignment.objects.filter(
        pk__in=[one.pk for one in assignments], state=Assignment.State.PLANNED
    ).select_related("post__unit", "framework_version", "programme"):
        reserve = _next_reserve(sample, assignment, today)
        if reserve is not None:
            _give(assignment, reserve, max(month.start, today), by=by, now=now)
            given += 1
    return given


def _next_reserve(
    sample: SampleDraw, assignment: Assignment, on: date, *, stratum: str = ""
) -> DrawnCase | None:
    """The first case left in the draw that the post may audit; those of the stratum come first."""
    organisation = Organisation.load(on)
    activity = allocation.activity_of(assignment)
    rule = rule_within(sample.pool, activity.independence_in(Month.parse(assignment.period)))
    post: Post = assignment.post
    reserves = (
        sample.cases.filter(
            state__in=[State.UNUSED, State.RESERVE],
            case__status=Case.Status.OPEN,
            case__is_restricted=False,
            case__on_hold_reason="",
            case__worker__isnull=False,
        )
        .exclude(case__assignments__state__in=Assignment.OPEN_STATES)
        .select_related("case__unit", "case__worker")
    )
    ordered = sorted(reserves, key=lambda row: (row.stratum != stratum, row.is_reserve, row.position))
    for row in ordered:
        if not may_not_audit(organisation, post, row.case, rule):
            return row
    return None


def draw_day(activity: ActivityType, month: Month) -> date:
    """The local day on which a month's cases are drawn: the lead time before it begins (BF-01)."""
    lead = activity.lead_time
    return date_before(month.start, lead, working_calendar()) if lead else month.start


def _months_to_draw(framework: Framework, today: date) -> Iterator[Month]:
    """This month and those ahead whose lead time has begun, where planned work waits."""
    waiting = (
        Assignment.objects.filter(
            programme__framework=framework,
            state=Assignment.State.PLANNED,
            period__gte=Month.of(today).key,
        )
        .order_by("period")
        .values_list("period", "activity", "framework_version")
        .distinct()
    )
    versions = {version.pk: version for version in framework.versions.all()}
    due: set[str] = set()
    for period, activity_key, version_id in waiting:
        activity = versions[version_id].pack.activity(activity_key)
        if activity.draw is None:
            continue
        if today >= draw_day(activity, Month.parse(period)):
            due.add(period)
    return (Month.parse(period) for period in sorted(due))
