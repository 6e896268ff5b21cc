"""The year of a framework, month by month: planned, drawn, done, moderated, chased, followed up."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import F

from audits import workflow as audits
from audits.models import CaseAudit
from escalation.models import EscalationStep
from escalation.workflow import sweep
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.workflow import activity_of
from qaframework.clocks.models import Moment
from qaframework.rules.periods import Month, ProgrammeYear
from qaframework.rules.working_days import at_local_time, local_date
from reporting.demo import follow_up, own_work, past_audits
from reporting.demo.dip_themes import choose_dip_theme_of
from reporting.demo.draws import draw_past_month
from reporting.demo.story import MORNING, Story, close_moments
from reporting.demo.themes import set_theme_of

SIX = time(6, 0)
LOOPS_IN = "/northmoor/social-care/duty/"
IN_TIME, LATE = 0.88, 0.975
RECENT_MONTHS = 2
DAYS_LATE = (1, 1, 2, 3, 3, 5, 6, 9, 12, 16)


@dataclass
class Year:
    """What is known to happen: the moment at which each piece of open work will be handed in."""

    story: Story
    audits: dict[int, datetime] = field(default_factory=dict)
    own_work: list[tuple[Assignment, datetime]] = field(default_factory=list)
    after: follow_up.FollowUp = field(default_factory=follow_up.FollowUp)


def live_through(stories: list[Story]) -> None:
    """Let the year happen, up to now. Ladders are swept for all together; the first framework began first."""
    years = [Year(story) for story in stories]
    for month in stories[0].months:
        running = [year for year in years if year.story.first <= month]
        for year in running:
            _begin_month(year, month)
        _sweep_month(stories[0], month)
        for year in running:
            _end_month(year, month)


def _begin_month(year: Year, month: Month) -> None:
    story = year.story
    if month == story.first:
        _draw(year, month, story.morning(month.start))
    programme = _programme(story, month)
    choose_dip_theme_of(story, programme, month, story.morning(month.start))
    year.own_work += _foreseen(year, own_work.open_month(story, programme, month))
    _draw(year, month.next(), story.morning(month.start))


def _programme(story: Story, month: Month) -> Programme:
    """The programme in which the month lies, made when it is first needed."""
    framework = story.version.framework
    span = ProgrammeYear.of(month.start, story.pack.year_starts_in)
    found = framework.programmes.filter(year=span.year).first()
    if found:
        return found
    day = max(story.first.start, month.previous().start)
    made = allocation.make_programme(
        framework=framework, year=span.year, by=None, now=min(at_local_time(day, SIX), story.now)
    )
    return made.programme


def _draw(year: Year, month: Month, at: datetime) -> None:
    """Draw a month's cases and foresee when their audits will be handed in."""
    story = year.story
    programme = _programme(story, month)
    set_theme_of(story, programme, month, at)
    if month < Month.of(story.today):
        draw_past_month(story, programme, month, at)
    else:
        # What is drawn now is told to people, so it goes the usual way.
        audits.draw_month(
            framework=story.version.framework, month=month, seed=f"demo {story.seed}", by=None, now=at
        )
    drawn = programme.assignments.filter(period=month.key, state=Assignment.State.ALLOCATED)
    _foresee_audits(
        year,
        [
            row
            for row in drawn.select_related("post", "unit", "framework_version", "clock").order_by("pk")
            if activity_of(row).draw
        ],
    )


def _foresee_audits(year: Year, rows: list[Assignment]) -> None:
    foreseen = {row.pk: at for row, at in _foreseen(year, rows)}
    foreseen |= _two_for_loops(year.story, rows)
    found = CaseAudit.objects.filter(assignment__in=foreseen).values_list("pk", "assignment")
    year.audits |= {audit_id: foreseen[assignment_id] for audit_id, assignment_id in found}


def _two_for_loops(story: Story, rows: list[Assignment]) -> dict[int, datetime]:
    """Two audits of the function of those one can sign in as, two months ago: each leads to a loop."""
    month = Month.of(story.today - timedelta(days=60))
    near = [
        row
        for row in rows
        if row.period == month.key
        and row.unit.path.startswith(LOOPS_IN)
        and activity_of(row).opens_loop
        and story.holder(row.post) is not None
    ]
    if len(near) < 2 or story.to_meet:
        return {}
    first, second = near[:2]
    story.to_authorise, story.to_meet = {first.pk}, {second.pk}
    return {
        row.pk: story.moment(row.allocated_on + timedelta(days=days))
        for row, days in ((first, 8), (second, 15))
        if row.allocated_on
    }


def _foreseen(year: Year, rows: list[Assignment]) -> list[tuple[Assignment, datetime]]:
    """When each will be handed in, which may be after now. What a vacant post owes is withdrawn."""
    story, found = year.story, []
    for row in rows:
        if story.holder(row.post) is None:
            at = story.morning(row.allocated_on or story.today)
            allocation.withdraw(assignment=row, reason="The post is vacant", by=None, now=at)
            continue
        found.append((row, _handed_in_at(story, row)))
    close_moments(story, {row.clock_id: at for row, at in found if row.clock_id})
    return found


def _handed_in_at(story: Story, row: Assignment) -> datetime:
    chance = story.chance
    assert row.allocated_on is not None
    assert row.due_on is not None
    days, luck = (row.due_on - row.allocated_on).days, chance.random()
    if luck < IN_TIME:
        wait = chance.randint(min(6, days), days)
    elif luck < LATE:
        wait = days + chance.choice(DAYS_LATE)
    else:
        wait = days + chance.randint(18, 40)
    return story.moment(row.allocated_on + timedelta(days=wait))


def _sweep_month(story: Story, month: Month) -> None:
    """Take the steps of the ladders: on the mornings after they fell due, long ago at the month's end."""
    end = story.end_of(month)
    due = Moment.objects.filter(is_open=True, falls_at__lte=end, clock__stopped_at__isnull=True)
    days = {local_date(falls_at) + timedelta(days=1) for falls_at in due.values_list("falls_at", flat=True)}
    if month < Month.of(story.today).plus(-RECENT_MONTHS):
        days = {month.end} if days else set()
    for day in sorted({max(day, month.start) for day in days}):
        morning = at_local_time(day, MORNING)
        if morning <= end:
            sweep(now=morning)


def settle_steps() -> None:
    """The monthly sweeps of the long past stand for daily ones: none of their steps was taken late, and none
    after the work was completed."""
    over = EscalationStep.objects.filter(round=F("clock__round"), clock__stopped_at__lt=F("falls_at"))
    keys = list(over.values_list("pk", flat=True))
    EscalationStep.history.filter(id__in=keys).delete()  # type: ignore[attr-defined]
    over.delete()
    steps: list[Any] = [EscalationStep, EscalationStep.history.model]  # type: ignore[attr-defined]
    for model in steps:
        late = model.objects.filter(was_late=True)
        late.update(was_late=False, taken_at=F("falls_at") + timedelta(hours=7))


def _end_month(year: Year, month: Month) -> None:
    story = year.story
    end = story.end_of(month)
    handed_in = {pk: at for pk, at in year.audits.items() if at <= end}
    year.audits = {pk: at for pk, at in year.audits.items() if at > end}
    made = past_audits.hand_in(story, handed_in.items())
    serious = set(
        CaseAudit.objects.filter(pk__in=handed_in, overall_grade="inadequate").values_list(
            "action_plan", flat=True
        )
    )
    follow_up.foresee(story, year.after, made, serious)
    own_work.hand_in(story, [(row, at) for row, at in year.own_work if at <= end])
    year.own_work = [(row, at) for row, at in year.own_work if at > end]
    follow_up.open_moderations(story, year.after, handed_in, month)
    follow_up.end_actions(story, year.after, end)
    follow_up.complete_moderations(story, year.after, end)
    follow_up.close_loops(story, year.after, end)
    reaudits = audits.open_due_reaudits(now=end)
    _foresee_audits(year, [audit.assignment for audit in reaudits])
    if month < Month.of(story.today):
        _withdraw_without_case(_programme(story, month), month, end)


def _withdraw_without_case(programme: Programme, month: Month, at: datetime) -> None:
    """What the QA team does at the end of a month with work for which no case could be drawn."""
    left = programme.assignments.filter(state=Assignment.State.PLANNED, period=month.key)
    for row in left.select_related("framework_version", "post__unit"):
        if activity_of(row).draw is not None:
            allocation.withdraw(
                assignment=row, reason="No case of the month could be audited by this post", by=None, now=at
            )
