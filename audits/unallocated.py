"""Work that should have begun and could not be given to anybody: what, why, since when, and what helps.

It is found by state, so that it is gone from here once it is solved.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from audits.case_reviews import Reviewers, due_reviews
from audits.closures import due_closures, nearest_manager
from audits.drawing import draw_day
from audits.frames import Pools
from audits.models import SampleDraw
from audits.reaudits import due_reaudits, find_reaudit, without_reaudit
from audits.themes import theme_for
from qaframework.actions.models import LoopClosure
from qaframework.allocation.access import visible_frameworks
from qaframework.allocation.models import Assignment
from qaframework.allocation.reading import packs_on, with_rules
from qaframework.allocation.workflow import activity_of
from qaframework.caseload.models import Case
from qaframework.packs.definition import ActivityType, Pack
from qaframework.packs.models import Framework, FrameworkVersion
from qaframework.people.access import capability_q
from qaframework.people.calendar import working_calendar
from qaframework.people.directory import Organisation
from qaframework.people.models import Unit, User
from qaframework.people.roles import Capability
from qaframework.rules.periods import Month, ProgrammeYear
from qaframework.rules.working_days import WorkingCalendar, local_date

QA = Capability.RUN_QUALITY_ASSURANCE
State = Assignment.State

UNSUITABLE = "The draw has no case left that this post may audit."
NOT_DRAWN = "The month’s cases should have been drawn and were not."
NO_REVIEWER = "Nobody in a post that owes it may look at this case."
NO_MANAGER = "No manager of the case’s team or service is in post and may see the case."


@dataclass(frozen=True)
class Unallocated:
    """One piece of work. ``cause`` is the same for those that one thing stands in the way of.

    ``what`` names a case (``case_id``) by its reference, and no restricted one; ``whose`` is the post or
    practitioner.
    ``since`` is a local day. ``remedy`` says what the QA team can do, at ``url``, if there is a page for it.
    """

    cause: str
    unit_ids: tuple[int, ...]
    what: str
    whose: str
    why: str
    since: date
    remedy: str
    url: str
    case_id: int | None = None


def all_unallocated(today: date) -> list[Unallocated]:
    """Everybody's, whoever may see it."""
    planned, cases = Assignment.objects.all(), Case.objects.all()
    return list(_found(planned, without_reaudit(), cases, Framework.objects.live(), today))


def unallocated_for(user: User, today: date) -> list[Unallocated]:
    """What lies in the units for which the person runs quality assurance."""
    planned = Assignment.objects.filter(capability_q(user, QA, today, "post__unit"))
    loops = without_reaudit().filter(capability_q(user, QA, today, "unit"))
    cases = Case.objects.filter(capability_q(user, QA, today, "unit"))
    return list(_found(planned, loops, cases, visible_frameworks(user, today, QA), today))


def _found(
    planned: QuerySet[Assignment],
    loops: QuerySet[LoopClosure],
    cases: QuerySet[Case],
    frameworks: QuerySet[Framework],
    today: date,
) -> Iterator[Unallocated]:
    calendar, organisation = working_calendar(), Organisation.load(today)
    yield from _without_programme(frameworks, today, calendar)
    yield from _without_case(planned, today, calendar)
    yield from _without_reaudit(loops, organisation)
    yield from _without_closure_audit(cases, organisation)
    yield from _without_case_review(cases, organisation)


def _without_programme(
    frameworks: QuerySet[Framework], today: date, calendar: WorkingCalendar
) -> Iterator[Unallocated]:
    """Frameworks whose work of this month, or of the next once it is to be drawn, is in no programme."""
    packs = packs_on(today)
    for framework in frameworks.prefetch_related("programmes", "units"):
        for month in (Month.of(today), Month.of(today).next()):
            pack = packs.get(framework.pk)
            if pack is None or _is_planned(framework, month):
                continue
            begins_on = _begins_on(pack, month, calendar)
            if begins_on > today:
                continue
            year = ProgrammeYear.of(month.start, pack.year_starts_in)
            yield Unallocated(
                cause=f"programme {framework.pk} {year.year}",
                unit_ids=tuple(unit.pk for unit in framework.units.all()),
                what=f"All work of {year.label}",
                whose=framework.name,
                why="There is no programme for the year, so nobody owes anything in it.",
                since=begins_on,
                remedy="Make the programme",
                url=reverse("allocation:make_programme"),
            )
            break


def _is_planned(framework: Framework, month: Month) -> bool:
    return any(one.starts_on <= month.start <= one.ends_on for one in framework.programmes.all())


def _begins_on(pack: Pack, month: Month, calendar: WorkingCalendar) -> date:
    """The day on which work of the month begins: it itself, or the first draw ahead of it."""
    drawn = [draw_day(one, month, calendar) for one in pack.activities.values() if one.draw is not None]
    return min([month.start, *drawn])


def _without_case(
    planned: QuerySet[Assignment], today: date, calendar: WorkingCalendar
) -> Iterator[Unallocated]:
    """Work that is to have a case and has none, though the day of its draw has come."""
    rows = with_rules(
        planned.filter(_to_be_drawn(planned, today, calendar), state=State.PLANNED)
        .select_related("post__unit", "programme")
        .order_by("period", "post__unit__path", "post__title", "ordinal")
    )
    draws = _draws_of(rows)
    pools = Pools.load() if rows else None
    for one in rows:
        assert pools is not None
        activity, month = activity_of(one), Month.parse(one.period)
        pool = pools.of(one.post.unit, activity, month)
        draw = draws.get((one.programme_id, one.activity, one.period, pool.pk))
        drawn_on = local_date(draw.drawn_at) if draw else draw_day(activity, month, calendar)
        if draw is None and drawn_on == today:
            continue  # The day is not over: the next run draws it.
        has_ended = month.end < today
        if draw is None and not has_ended and _lacks_theme(one, activity, month, pool):
            yield _without_theme(one, activity, month, drawn_on)
            continue
        yield Unallocated(
            cause=f"case {one.programme_id} {one.activity} {one.period}",
            unit_ids=(one.post.unit_id,),
            what=f"{activity.label}, {month.label}",
            whose=f"{one.post.title}\n{one.post.unit.name}",
            why=_why_no_case(draw),
            since=drawn_on,
            remedy="Withdraw" if has_ended else "Move or withdraw",
            url=reverse(f"allocation:{'withdraw' if has_ended else 'reallocate'}", args=[one.pk]),
        )


def _lacks_theme(one: Assignment, activity: ActivityType, month: Month, pool: Unit) -> bool:
    if activity.draw is None or not activity.draw.by_theme:
        return False
    return theme_for(activity.key, one.framework_version, one.programme, month, pool) is None


def _without_theme(one: Assignment, activity: ActivityType, month: Month, since: date) -> Unallocated:
    query = urlencode({"programme": one.programme_id, "month": month.key})
    return Unallocated(
        cause=f"theme {one.programme_id} {one.period}",
        unit_ids=(one.post.unit_id,),
        what=f"{activity.label}, {month.label}",
        whose=f"{one.post.title}\n{one.post.unit.name}",
        why="Its cases are drawn by the theme of the month, and the month has none yet.",
        since=since,
        remedy="Set a theme",
        url=f"{reverse('audits:set_theme')}?{query}",
    )


def _to_be_drawn(planned: QuerySet[Assignment], today: date, calendar: WorkingCalendar) -> Q:
    """The planned work whose draw is due: few kinds of work in few months."""
    kinds = set(
        planned.filter(state=State.PLANNED)
        .order_by()
        .values_list("framework_version", "activity", "period")
        .distinct()
    )
    versions = FrameworkVersion.objects.in_bulk({version for version, _, _ in kinds})
    due = Q(pk__in=[])
    for version, key, period in sorted(kinds):
        activity = versions[version].pack.activity(key)
        if activity.draw is not None and draw_day(activity, Month.parse(period), calendar) <= today:
            due |= Q(framework_version=version, activity=key, period=period)
    return due


def _draws_of(rows: Iterable[Assignment]) -> dict[tuple[int, str, str, int], SampleDraw]:
    """The draws that were made for the work, by programme, activity, month and pool."""
    found = SampleDraw.objects.filter(
        programme__in={one.programme_id for one in rows}, period__in={one.period for one in rows}
    ).defer("frame")
    return {(draw.programme_id, draw.activity, draw.period, draw.pool_id): draw for draw in found}


def _why_no_case(draw: SampleDraw | None) -> str:
    if draw is None:
        return NOT_DRAWN
    if draw.shortfall:
        owed = "the audit that was owed" if draw.size == 1 else f"the {draw.size} audits that were owed"
        if not draw.frame_size:
            return f"No case could be drawn for {owed}."
        cases = "1 case" if draw.frame_size == 1 else f"{draw.frame_size} cases"
        return f"Only {cases} could be drawn for {owed}."
    return UNSUITABLE


def _without_reaudit(loops: QuerySet[LoopClosure], organisation: Organisation) -> Iterator[Unallocated]:
    for one in due_reaudits(loops, organisation.on):
        found = find_reaudit(one, organisation)
        if not found.why_not:
            continue  # It is opened at the next run.
        case, unit = one.loop.case, one.loop.unit
        yield Unallocated(
            cause=f"re-audit {one.loop.pk}",
            unit_ids=(one.loop.unit_id,),
            what=f"Re-audit after {_named(case)}",
            whose=unit.name if case.is_restricted else f"{one.loop.worker or 'Nobody'}\n{unit.name}",
            why=found.why_not,
            since=one.begins_on,
            remedy=f"Do without it{', if you are cleared for the case' if case.is_restricted else ''}",
            url=reverse("audits:no_reaudit", args=[one.loop.pk]),
            case_id=None if case.is_restricted else case.pk,
        )


def _without_closure_audit(cases: QuerySet[Case], organisation: Organisation) -> Iterator[Unallocated]:
    for one in due_closures(cases, organisation.on):
        if nearest_manager(one, organisation) is not None:
            continue  # It is opened at the next run.
        assert one.case.closed_on is not None
        cause = f"closure {one.activity.key} {one.case.pk} {one.case.closed_on}"
        yield _of_case(one.case, one.activity, cause, NO_MANAGER, one.case.closed_on, cleared="a manager")


def _without_case_review(cases: QuerySet[Case], organisation: Organisation) -> Iterator[Unallocated]:
    reviewers: dict[tuple[int, str], Reviewers] = {}
    for one in due_reviews(cases, organisation.on):
        key = (one.programme.pk, one.activity.key)
        if key not in reviewers:
            reviewers[key] = Reviewers.load(one.programme, one.activity, organisation)
        if reviewers[key].may_take(one):
            continue  # It is opened at the next run.
        occasion = f"audit {one.audit.pk}" if one.audit else f"{one.last_review_on}"
        cause = f"review {one.activity.key} {one.case.pk} {occasion}"
        yield _of_case(one.case, one.activity, cause, NO_REVIEWER, one.since, cleared="a holder")


def _of_case(
    case: Case, activity: ActivityType, cause: str, why: str, since: date, *, cleared: str
) -> Unallocated:
    """Work about one case that waits for somebody who may do it, ``cleared`` if the case is restricted."""
    assert case.unit is not None
    remedy = "Have a post filled"
    return Unallocated(
        cause=cause,
        unit_ids=(case.unit.pk,),
        what=f"{activity.label}, {_named(case)}",
        whose=case.unit.name,
        why=why,
        since=since,
        remedy=f"{remedy}, or {cleared} cleared for the case" if case.is_restricted else remedy,
        url="",
        case_id=None if case.is_restricted else case.pk,
    )


def _named(case: Case) -> str:
    """A restricted case stays without its name: which it is, is not for everybody who reads the list."""
    return "a restricted case" if case.is_restricted else f"case {case.child_ref}"
