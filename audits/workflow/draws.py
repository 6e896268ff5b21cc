"""Drawing the month's cases and allocating them to posts.

A draw is made once per activity, month and pool; asking again changes nothing.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from audits.drawing import draw_day, draw_from_pool, waiting_by_pool
from audits.models import SampleDraw
from audits.themes import theme_for
from audits.workflow.replacing import Reserves, give_all
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment, Programme
from qaframework.packs.models import Framework
from qaframework.people import history
from qaframework.people.calendar import working_calendar
from qaframework.people.directory import Organisation
from qaframework.people.models import Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month
from qaframework.rules.working_days import local_date


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


@transaction.atomic
def draw_month(
    *, framework: Framework, month: Month, seed: str | None, by: User | None, now: datetime
) -> Drawn:
    """Draw and allocate the cases of one month, one month ahead (BF-01, LAN-06, LAN-08).

    Without a seed each draw gets a random one, chosen after its frame is fixed. Work that came to a pool
    after its draw gets a reserve; audits by theme wait until the month has one (SAN-10); audits that the
    annual share misses are added first (BED-02). Raises Refused when the year has no programme.
    """
    programme = Programme.objects.filter(
        framework=framework, starts_on__lte=month.start, ends_on__gte=month.start
    ).first()
    if programme is None:
        raise Refused(f"There is no programme for {month.label}. Make the year's programme first.")
    # Two that draw at once wait for each other here; the second finds the first one's draws.
    Programme.objects.select_for_update().get(pk=programme.pk)
    result = Drawn()
    _catch_up(programme, month, result, by=by, now=now)
    made = {
        (draw.activity, draw.pool): draw
        for draw in programme.draws.filter(period=month.key).select_related("pool")
    }
    waiting = waiting_by_pool(programme, month)
    organisation = Organisation.load(local_date(now))
    for (activity, pool), assignments in waiting.items():
        if (activity, pool) not in made:
            _draw_pool(month, pool, assignments, seed, organisation, result, by=by, now=now)
    for which, assignments in waiting.items():
        if which in made:
            result.allocated += _give_reserves(made[which], month, assignments, by=by, now=now)
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


def _draw_pool(
    month: Month,
    pool: Unit,
    assignments: list[Assignment],
    seed: str | None,
    organisation: Organisation,
    result: Drawn,
    *,
    by: User | None,
    now: datetime,
) -> None:
    activity, programme = allocation.activity_of(assignments[0]), assignments[0].programme
    by_theme = activity.draw is not None and activity.draw.by_theme
    version = assignments[0].framework_version
    theme = theme_for(activity.key, version, programme, month, pool) if by_theme else None
    if by_theme and theme is None:
        result.warnings.append(
            f"{activity.label}, {pool}: nothing was drawn, because {month.label} has no theme yet."
        )
        return
    own_seed = f"{seed}:{activity.key}:{month.key}:{pool.code}" if seed else ""
    drawn = draw_from_pool(
        pool,
        assignments,
        organisation=organisation,
        choose_seed=lambda: own_seed or secrets.token_hex(16),
        drawn_at=now,
        drawn_by=by,
        theme=theme,
    )
    sample = drawn.sample
    sample.save(force_insert=True)
    history.create_all(drawn.drawn, by=by, now=now, reason="Drawn")
    result.draws.append(sample)
    _warn_of_too_few_marked(sample, result)
    if sample.shortfall:
        result.warnings.append(
            f"{activity.label}, {pool}: {sample.shortfall} of {len(assignments)} could not be drawn, "
            f"because only {sample.frame_size} cases can be drawn."
        )
    given = [(assignment, row) for assignment, row in drawn.given if row is not None]
    result.warnings += [
        f"{activity.label}: no drawn case is suitable for {assignment.post}."
        for assignment, row in drawn.given
        if row is None
    ]
    give_all(given, max(month.start, local_date(now)), by=by, now=now)
    result.allocated += len(given)


def _catch_up(programme: Programme, month: Month, result: Drawn, *, by: User | None, now: datetime) -> None:
    """Add the audits that the annual share misses, for activities of which the month has no draw yet."""
    made = set(programme.draws.filter(period=month.key).values_list("activity", flat=True))
    planned = programme.assignments.filter(period=month.key, state=Assignment.State.PLANNED)
    versions = {one.activity: one.framework_version for one in planned.select_related("framework_version")}
    for activity in sorted(versions.keys() - made):
        done = allocation.add_missing_audits(
            programme=programme, version=versions[activity], activity=activity, month=month, by=by, now=now
        )
        if done.still_missing:
            result.warnings.append(
                f"{versions[activity].pack.activity(activity).label}: by the end of {month.label}, "
                f"{done.still_missing} more would reach the share of all cases that the framework asks for."
            )


def _warn_of_too_few_marked(sample: SampleDraw, result: Drawn) -> None:
    asked_for = sample.settings["minimum_marked"]
    drawn = sample.cases.filter(is_reserve=False, is_marked=True).count() if asked_for else 0
    if drawn < asked_for:
        result.warnings.append(
            f"{sample.pool}: {drawn} of {asked_for} cases of the kind “{sample.minimum_share['label']}” "
            "could be drawn. The next draws make up for it."
        )


def _give_reserves(
    sample: SampleDraw, month: Month, assignments: list[Assignment], *, by: User | None, now: datetime
) -> int:
    """Cases for work that came to the pool after its draw: moved there, or of a new post (LAN-06)."""
    today = local_date(now)
    reserves = Reserves(sample, assignments, today)
    found = [(assignment, reserves.take(assignment)) for assignment in assignments]
    given = [(assignment, row) for assignment, row in found if row is not None]
    give_all(given, max(month.start, today), by=by, now=now)
    return len(given)


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
