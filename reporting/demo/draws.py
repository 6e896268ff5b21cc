"""Draws of the past. They write what ``audits.workflow.draw_month`` writes, but not case by case.

They are made by the same rules and can be replayed like any other.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from django.urls import reverse

from audits.frames import NO_AUDITOR, Frame, Pools, build_frame, freeze
from audits.independence import may_not_audit, rule_within
from audits.matching import match
from audits.models import CaseAudit, DrawnCase, SampleDraw
from qaframework.actions.models import ActionPlan
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow import activity_of, deadline_for
from qaframework.caseload.models import Case
from qaframework.packs.definition import ActivityType
from qaframework.people.models import Post, Unit
from qaframework.rules.periods import Month
from qaframework.rules.sampling import draw, ticket
from qaframework.rules.working_days import local_date
from qaframework.tools.models import AnswerSet, ToolVersion
from reporting.demo import bulk
from reporting.demo.own_work import clock_draft
from reporting.demo.story import Story, start_clocks_of

State = DrawnCase.State


def draw_past_month(story: Story, programme: Programme, month: Month, at: datetime) -> None:
    """Draw and allocate a month's cases, one activity after the other."""
    planned = (
        programme.assignments.filter(state=Assignment.State.PLANNED, period=month.key)
        .select_related("post__unit", "framework_version")
        .order_by("activity", "post__code", "ordinal")
    )
    owed: defaultdict[str, list[Assignment]] = defaultdict(list)
    for row in planned:
        if activity_of(row).draw is not None:
            owed[row.activity].append(row)
    pools = Pools.load()
    for key, rows in owed.items():
        owing_by_pool: defaultdict[Unit, list[Assignment]] = defaultdict(list)
        for row in rows:
            owing_by_pool[pools.of(row.post.unit, activity_of(row), month)].append(row)
        drawn: list[DrawnCase] = []
        for pool, owing in owing_by_pool.items():
            drawn += _draw_pool(story, programme, month, pool, owing, story.pack.activity(key), at)
        _allocate([row for row in drawn if row.state == State.ALLOCATED], month, at)
        bulk.insert(drawn, moment=at, reason="Drawn")


def _draw_pool(
    story: Story,
    programme: Programme,
    month: Month,
    pool: Unit,
    owing: list[Assignment],
    activity: ActivityType,
    at: datetime,
) -> list[DrawnCase]:
    cases = story.cases
    independence = rule_within(pool, activity.independence_in(month))

    @cache
    def suits(post: Post, case: Case) -> bool:
        return not may_not_audit(story.organisation, post, case, independence)

    frame = _frame(pool, owing, activity, at, cases, suits)
    rule = activity.draw
    assert rule is not None
    settings: dict[str, Any] = {
        "reserve_share": rule.reserve_share,
        "minimum_per_stratum": rule.minimum_per_stratum,
        "one_per_family": rule.one_per_family,
    }
    seed = f"demo {story.seed}:{activity.key}:{month.key}:{pool.code}"
    drawing = draw(frame.entries, len(owing), seed, **settings)
    sample = SampleDraw.objects.create(
        programme=programme,
        framework_version=story.version,
        activity=activity.key,
        period=month.key,
        pool=pool,
        seed=seed,
        size=len(owing),
        settings=settings,
        frame=freeze(frame),
        frame_size=len(frame.entries),
        frame_hash=frame.hash,
        exclusions=frame.exclusion_counts,
        shortfall=drawing.shortfall,
        drawn_at=at,
    )
    picks = [*((pick, False) for pick in drawing.chosen), *((pick, True) for pick in drawing.reserves)]
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
    in_turn = sorted(owing, key=lambda row: ticket(seed, f"{row.post.code}/{row.ordinal}"))
    given = match([row.post for row in in_turn], [row.case for row in rows], suits)
    row_of = {row.case_id: row for row in rows}
    for assignment, case in zip(in_turn, given, strict=True):
        if case is not None:
            row_of[case.pk].state, row_of[case.pk].assignment = State.ALLOCATED, assignment
    return rows


def _frame(
    pool: Unit,
    owing: list[Assignment],
    activity: ActivityType,
    at: datetime,
    cases: dict[str, Case],
    suits: Callable[[Post, Case], bool],
) -> Frame:
    assert activity.draw is not None
    frame = build_frame(pool, activity.draw, local_date(at))
    posts = {row.post_id: row.post for row in owing}.values()
    drawable = [cases[entry.reference] for entry in frame.entries]
    unsuitable = {case.child_ref for case in drawable if not any(suits(post, case) for post in posts)}
    return frame.without(unsuitable, NO_AUDITOR)


def _allocate(drawn: list[DrawnCase], month: Month, at: datetime) -> None:
    """Give each post its case, with a clock, empty answers and an empty plan."""
    rows, entries = [], []
    for one in drawn:
        row = one.assignment
        assert row is not None
        assert one.case.unit is not None
        row.case, row.worker, row.unit = one.case, one.case.worker, one.case.unit
        row.selection, row.state = Assignment.Selection.RANDOM, Assignment.State.ALLOCATED
        row.allocated_on = max(month.start, local_date(at))
        row.due_on = row.original_due_on = deadline_for(row, row.allocated_on)
        rows.append(row)
    start_clocks_of(rows, [clock_draft(row) for row in rows], at)
    bulk.change(rows, ALLOCATED)
    entries = [bulk.remember(row, at=at, by=None, reason="Allocated") for row in rows]
    bulk.write_entries(entries)
    _open_audits(rows, at)


ALLOCATED = [
    "case",
    "worker",
    "unit",
    "selection",
    "state",
    "allocated_on",
    "due_on",
    "original_due_on",
    "clock",
]


def _open_audits(rows: list[Assignment], at: datetime) -> None:
    if not rows:
        return
    activity = activity_of(rows[0])
    rules = rows[0].framework_version.pack.action_rules
    version = (
        ToolVersion.objects.filter(
            tool__framework=rows[0].framework_version.framework_id, tool__key=activity.tool
        )
        .order_by("-number")
        .first()
    )
    sets = [AnswerSet(tool_version=version, created_at=at) for _ in rows]
    plans = [
        ActionPlan(
            title=rules.file_heading.format(month=Month.parse(row.period).label),
            framework_version=row.framework_version,
            case=row.case,
            unit=row.unit,
            worker=row.worker,
            source_url=reverse("open_work", args=[row.pk]),
            created_at=at,
        )
        for row in rows
    ]
    bulk.insert(sets, at="created_at", reason="Started")
    bulk.insert(plans, at="created_at", reason="Opened")
    audits = [
        CaseAudit(assignment=row, answer_set=one, action_plan=plan, created_at=at)
        for row, one, plan in zip(rows, sets, plans, strict=True)
    ]
    bulk.insert(audits, at="created_at", reason="Opened")
