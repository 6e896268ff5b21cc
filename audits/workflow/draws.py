"""Drawing the month's cases, allocating them to posts, replacing one, and proving a draw.

A draw is made once per activity, month and pool; asking again changes nothing.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from audits.drawing import draw_day, draw_from_pool, settings_of, waiting_by_pool
from audits.frames import Frame, thaw
from audits.independence import may_not_audit, rule_within
from audits.models import DrawnCase, SampleDraw
from audits.workflow.opening import open_audit
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment, Programme
from qaframework.caseload.models import Case
from qaframework.packs.definition import ActivityType
from qaframework.packs.models import Framework
from qaframework.people import history
from qaframework.people.calendar import working_calendar
from qaframework.people.directory import Organisation
from qaframework.people.models import Post, Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month
from qaframework.rules.sampling import Replay, replay, ticket
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
    if rule is None or sample.settings != settings_of(rule):
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
        further_reserves=sample.further_reserves,
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
    """Work that waits for a case, and its pool, where the draw was made or was not."""
    made = set(programme.draws.filter(period=month.key).values_list("activity", "pool"))
    return [
        (pool, assignments)
        for (activity, pool), assignments in waiting_by_pool(programme, month).items()
        if ((activity, pool.pk) in made) == is_drawn
    ]


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
    activity, today = allocation.activity_of(assignments[0]), local_date(now)
    if not _is_still_to_do(programme, activity, month, pool):
        return
    own_seed = f"{seed}:{activity.key}:{month.key}:{pool.code}" if seed else ""
    drawn = draw_from_pool(
        pool,
        assignments,
        organisation=Organisation.load(today),
        choose_seed=lambda: own_seed or secrets.token_hex(16),
        drawn_at=now,
        drawn_by=by,
    )
    sample = drawn.sample
    sample.save(force_insert=True)
    DrawnCase.objects.bulk_create(drawn.drawn)
    history.record(DrawnCase, drawn.drawn, by=by, now=now, reason="Drawn", is_update=False)
    result.draws.append(sample)
    if sample.shortfall:
        result.warnings.append(
            f"{activity.label}, {pool}: {sample.shortfall} of {len(assignments)} could not be drawn, "
            f"because only {sample.frame_size} cases can be drawn."
        )
    for assignment, row in drawn.given:
        if row is None:
            result.warnings.append(f"{activity.label}: no drawn case is suitable for {assignment.post}.")
            continue
        _give(assignment, row, max(month.start, today), by=by, now=now)
        result.allocated += 1


def _is_still_to_do(programme: Programme, activity: ActivityType, month: Month, pool: Unit) -> bool:
    """Two that draw at once wait for each other here; the second finds the first one's draw."""
    Programme.objects.select_for_update().get(pk=programme.pk)
    return not programme.draws.filter(activity=activity.key, period=month.key, pool=pool).exists()


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
    calendar = working_calendar()
    due: set[str] = set()
    for period, activity_key, version_id in waiting:
        activity = versions[version_id].pack.activity(activity_key)
        if activity.draw is None:
            continue
        if today >= draw_day(activity, Month.parse(period), calendar):
            due.add(period)
    return (Month.parse(period) for period in sorted(due))
