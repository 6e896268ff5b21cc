"""Draws of the past. They write what ``audits.workflow.draw_month`` writes, but not case by case.

They are made by the same rules and can be replayed like any other.
"""

from collections import defaultdict
from datetime import datetime

from django.urls import reverse

from audits.drawing import draw_from_pool, waiting_by_pool
from audits.models import CaseAudit, DrawnCase
from audits.themes import ChosenTheme, theme_for
from qaframework.actions.models import ActionPlan
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow import activity_of, deadline_for
from qaframework.people.models import Unit
from qaframework.rules.periods import Month
from qaframework.rules.working_days import local_date
from qaframework.tools.models import AnswerSet, ToolVersion
from reporting.demo import bulk
from reporting.demo.own_work import clock_draft
from reporting.demo.story import Story, start_clocks_of

State = DrawnCase.State


def draw_past_month(story: Story, programme: Programme, month: Month, at: datetime) -> None:
    """Draw and allocate a month's cases, one activity after the other."""
    drawn: defaultdict[str, list[DrawnCase]] = defaultdict(list)
    for (activity, pool), owing in waiting_by_pool(programme, month).items():
        theme = theme_for(activity, owing[0].framework_version, programme, month, pool)
        drawn[activity] += _draw_pool(pool, owing, theme if _is_by_theme(owing[0]) else None, story, at)
    for rows in drawn.values():
        _allocate([row for row in rows if row.state == State.ALLOCATED], month, at)
        bulk.insert(rows, moment=at, reason="Drawn")


def _is_by_theme(row: Assignment) -> bool:
    rule = activity_of(row).draw
    return rule is not None and rule.by_theme


def _draw_pool(
    pool: Unit, owing: list[Assignment], theme: ChosenTheme | None, story: Story, at: datetime
) -> list[DrawnCase]:
    seed = f"demo {story.seed}:{owing[0].activity}:{owing[0].period}:{pool.code}"
    pool_draw = draw_from_pool(
        pool,
        owing,
        organisation=story.organisation,
        choose_seed=lambda: seed,
        drawn_at=at,
        drawn_by=None,
        theme=theme,
    )
    pool_draw.sample.save()
    for assignment, row in pool_draw.given:
        if row is not None:
            row.state, row.assignment = State.ALLOCATED, assignment
    return pool_draw.drawn


def _allocate(drawn: list[DrawnCase], month: Month, at: datetime) -> None:
    """Give each post its case, with a clock, empty answers and an empty plan."""
    rows, entries = [], []
    for one in drawn:
        row = one.assignment
        assert row is not None
        assert one.case.unit is not None
        row.case, row.worker, row.unit = one.case, one.case.worker, one.case.unit
        row.selection = Assignment.Selection.TARGETED if one.draw.theme else Assignment.Selection.RANDOM
        row.theme, row.state = one.draw.theme, Assignment.State.ALLOCATED
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
    "theme",
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
