"""What the pages about sample draws show, in words that anyone can check."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from audits.drawing import draw_day
from audits.frames import RESTRICTED, Pools, thaw
from audits.models import DrawnCase, RecordedDraw, SampleDraw
from audits.qa_access import drawn_cases
from audits.theme_pages import criteria_in_words
from qaframework.allocation.access import visible_frameworks
from qaframework.allocation.models import Assignment
from qaframework.allocation.reading import holder_names, packs_on
from qaframework.caseload.models import AgeBand, Case, CaseClearance, PlanType
from qaframework.packs.definition import ActivityType, Pack
from qaframework.packs.models import FrameworkVersion
from qaframework.people.calendar import working_calendar
from qaframework.people.models import User
from qaframework.people.roles import Capability
from qaframework.people.templatetags.page import short_date, uk_date, uk_datetime
from qaframework.rules.case_criteria import CaseCriteria
from qaframework.rules.periods import Month
from qaframework.rules.sampling import in_draw_order, ticket
from qaframework.rules.working_days import WorkingCalendar

Row = list[Any]
Fact = dict[str, Any]

MONTHS_SHOWN = 4
QA = Capability.RUN_QUALITY_ASSURANCE
STRATA = {**dict(PlanType.choices), **dict(AgeBand.choices)}
STATE_TAGS = {"allocated": "allocated", "reserve": "planned", "unused": "due"}
TICKET_START = 12


@dataclass(frozen=True)
class DrawPage:
    """``hidden`` is how many drawn cases are restricted and not for this reader."""

    title: str
    story: list[str]
    facts: list[Fact]
    exclusions: list[Row]
    cases: list[Row]
    hidden: int
    without_case: list[Row]

    @property
    def no_cases(self) -> str:
        """What stands in place of the drawn cases where the reader sees none."""
        return "None that you may see." if self.hidden else "No case could be drawn. The reasons are below."


@dataclass(frozen=True)
class MonthsToDraw:
    """The first month from the next one on with a draw still to be made, else the next one; and the months
    (as "2026-12") whose draws have all been made."""

    proposed: Month
    drawn: frozenset[str]


def activity_of(draw: SampleDraw) -> ActivityType:
    return draw.framework_version.pack.activity(draw.activity)


def title_of(draw: SampleDraw) -> str:
    """For instance “Learning space, December 2026, Duty and assessment”."""
    return f"{activity_of(draw).label}, {Month.parse(draw.period).label}, {draw.pool.name}"


def draw_rows(draws: Iterable[SampleDraw]) -> list[Row]:
    """A line for each draw; each framework version is read once."""
    rows = list(draws)
    versions = FrameworkVersion.objects.in_bulk({draw.framework_version_id for draw in rows})
    for draw in rows:
        draw.framework_version = versions[draw.framework_version_id]
    return [
        [
            {"text": title_of(draw), "url": reverse("audits:draw", args=[draw.pk])},
            draw.frame_size,
            draw.size,
            {"text": f"{draw.shortfall} missing", "status": "late"} if draw.shortfall else "None",
            f"{short_date(draw.drawn_at)}\n{draw.drawn_by or 'By the system'}",
        ]
        for draw in rows
    ]


def month_rows(user: User, today: date, packs: Mapping[int, Pack]) -> list[Row]:
    """This month and the next ones: how many audits are planned and have their case, and when it is drawn.

    ``packs`` are the rules of today by framework. Work on top of the quotas counts when it is drawn.
    """
    calendar = working_calendar()
    months = [Month.of(today).plus(step) for step in range(MONTHS_SHOWN)]
    planned = (
        Assignment.objects.filter(
            programme__framework__in=visible_frameworks(user, today, QA).values("pk"),
            period__in=[month.key for month in months],
        )
        .exclude(ordinal__gt=Assignment.EXTRA, selection=Assignment.Selection.TARGETED)
        .exclude(state__in=[Assignment.State.WITHDRAWN, Assignment.State.EXCLUDED])
        .values_list("programme__framework", "programme__framework__name", "period", "activity")
        .annotate(all=Count("pk"), waiting=Count("pk", filter=Q(state=Assignment.State.PLANNED)))
        .order_by()
    )
    found: dict[tuple[str, str], list[tuple[ActivityType, int, int]]] = defaultdict(list)
    for framework, name, period, key, number, waiting in planned:
        activity = packs[framework].activities.get(key) if framework in packs else None
        if activity is not None and activity.draw is not None:
            found[period, name].append((activity, number, waiting))
    return [
        [
            f"{Month.parse(period).label}\n{name}",
            sum(number for _, number, _ in parts),
            sum(number - waiting for _, number, waiting in parts),
            _when_drawn(Month.parse(period), parts, today, calendar),
        ]
        for (period, name), parts in sorted(found.items())
    ]


def months_to_draw(user: User, today: date) -> MonthsToDraw:
    """In two queries, from this month on."""
    this_month, frameworks = Month.of(today), visible_frameworks(user, today, QA).values("pk")
    draws = SampleDraw.objects.filter(programme__framework__in=frameworks, period__gte=this_month.key)
    made = draws.filter(
        programme=OuterRef("programme"), activity=OuterRef("activity"), period=OuterRef("period")
    )
    kinds = {
        key
        for pack in packs_on(today).values()
        for key, one in pack.activities.items()
        if one.draw is not None
    }
    planned = Assignment.objects.filter(
        ~Exists(made),
        programme__framework__in=frameworks,
        state=Assignment.State.PLANNED,
        activity__in=kinds,
        period__gte=this_month.key,
    )
    waiting = set(planned.order_by().values_list("period", flat=True).distinct())
    drawn = set(draws.order_by().values_list("period", flat=True).distinct())
    following = this_month.next().key
    first = min((period for period in waiting if period >= following), default=following)
    return MonthsToDraw(Month.parse(first), frozenset(drawn - waiting))


def _move_cell(one: Assignment) -> dict[str, str]:
    return {"text": "Move or withdraw", "url": reverse("allocation:reallocate", args=[one.pk])}


def _when_drawn(
    month: Month, parts: list[tuple[ActivityType, int, int]], today: date, calendar: WorkingCalendar
) -> Any:
    waiting = sum(waiting for _, _, waiting in parts)
    if not waiting:
        return "Drawn"
    days = [draw_day(activity, month, calendar) for activity, _, left in parts if left]
    if min(days) > today:
        return f"Will be drawn on {uk_date(min(days))}"
    return {"status": "late", "text": f"{waiting} without a case"}


def draw_page(draw: SampleDraw, user: User, on: date) -> DrawPage:
    """Everything that the record of a draw says, but for references of restricted cases."""
    seen = list(
        drawn_cases(user, draw, on)
        .select_related("case", "assignment__post", "replaced_by__case")
        .order_by("is_reserve", "position")
    )
    totals = draw.cases.aggregate(
        all=Count("pk"),
        chosen=Count("pk", filter=Q(is_reserve=False)),
        reserves=Count("pk", filter=Q(is_reserve=True)),
        marked=Count("pk", filter=Q(is_reserve=False, is_marked=True)),
        replaced=Count("pk", filter=Q(state=DrawnCase.State.REPLACED)),
    )
    holders = holder_names({row.assignment.post_id for row in seen if row.assignment}, on)
    without_case = _without_case(draw)
    return DrawPage(
        title=title_of(draw),
        story=_what_happened(draw, totals["chosen"], len(without_case)),
        facts=_facts(draw, totals),
        exclusions=[[reason, count] for reason, count in draw.exclusions.items()],
        cases=[_case_row(draw, row, holders) for row in seen],
        hidden=totals["all"] - len(seen),
        without_case=without_case,
    )


def _facts(draw: SampleDraw, totals: dict[str, int]) -> list[Fact]:
    shortfall = (
        f"{draw.shortfall}: there were too few cases that could be drawn" if draw.shortfall else "None"
    )
    return [
        {"label": "Cases of", "value": draw.pool.name},
        *([{"label": "Theme", "value": draw.theme}] if draw.theme else []),
        {"label": "Drawn", "value": f"{uk_datetime(draw.drawn_at)}, {draw.drawn_by or 'by the system'}"},
        {"label": "Could be drawn", "value": cases_in_words(draw.frame_size)},
        {"label": "Asked for", "value": draw.size},
        {"label": "Drawn cases", "value": f"{totals['chosen']}, and {totals['reserves']} in reserve"},
        *_least_share(draw, totals["marked"]),
        {
            "label": "Replaced",
            "value": f"{totals['replaced']} of {draw.size}" if totals["replaced"] else "None",
        },
        {"label": "Shortfall", "value": shortfall},
        *proof_facts(draw),
    ]


def _least_share(draw: SampleDraw, drawn: int) -> list[Fact]:
    """Of the cases of which a least share of the year is wanted: how many were due by then, and drawn."""
    if not draw.minimum_share:
        return []
    due = draw.settings["minimum_marked"]
    later = ". The next draws make up for it" if drawn < due else ""
    return [{"label": f"Of these {draw.minimum_share['label']}", "value": f"{drawn}, {due} due{later}"}]


def cases_in_words(number: int, which: str = "") -> str:
    """For instance “1 case”, or “3 open cases” with ``which`` open."""
    return f"{number:,} {which}case{'' if number == 1 else 's'}"


def _what_happened(draw: SampleDraw, chosen: int, without: int) -> list[str]:
    """The draw in a few sentences, for somebody who has not seen one before."""
    asked = f"{draw.size} audit{'' if draw.size == 1 else 's'}"
    found = f"{cases_in_words(chosen)} {'was' if chosen == 1 else 'were'} drawn at random"
    story = [
        f"Posts of {draw.pool.name} owed {asked} in {Month.parse(draw.period).label}. Of "
        f"{cases_in_words(draw.frame_size)} that could be drawn, {found}."
        f"{' The auditors and practitioners were told.' if chosen else ''}"
    ]
    if draw.further_reserves:
        number = draw.further_reserves
        story.append(
            f"{number} further reserve{' was' if number == 1 else 's were'} drawn, because a post may audit "
            "none of the cases before."
        )
    if draw.theme:
        cases = criteria_in_words(CaseCriteria.of(draw.theme_criteria))
        story.append(
            f"The theme of the month was “{draw.theme}”. Only cases that fit it were drawn: {cases}."
        )
    if without:
        story.append(f"{without} of the audits still {'has' if without == 1 else 'have'} no case: see below.")
    return story


def proof_facts(draw: RecordedDraw) -> list[Fact]:
    """From what anyone can work the draw out again."""
    return [
        {"label": "Seed", "value": draw.seed},
        {"label": "Hash of the list", "value": draw.frame_hash},
    ]


def _case_row(draw: SampleDraw, row: DrawnCase, holders: dict[int, str]) -> Row:
    post = row.assignment.post if row.assignment else None
    return [
        {"text": row.case.child_ref, "url": reverse("audits:drawn_case", args=[row.pk])},
        place_of(row),
        kind_label(draw, row.stratum, row.is_marked) or "–",
        f"{row.ticket[:TICKET_START]}…",
        f"{holders.get(post.pk, 'Nobody holds this post')}\n{post.title}" if post else "–",
        _state_cell(row),
        _change_cell(row),
    ]


def place_of(row: DrawnCase) -> str:
    """For instance “2” or “Reserve 1”."""
    return f"Reserve {row.position}" if row.is_reserve else str(row.position)


def kind_label(draw: SampleDraw, stratum: str, is_marked: bool) -> str:
    """For instance “Child in need, SEND”; empty where the draw tells no kinds apart."""
    share = draw.minimum_share["label"] if is_marked else ""
    return ", ".join(filter(None, [str(STRATA.get(stratum, stratum)), share]))


def _state_cell(row: DrawnCase) -> Any:
    if row.state == DrawnCase.State.REPLACED:
        by = (
            row.replaced_by.case.child_ref
            if row.replaced_by and not row.replaced_by.case.is_restricted
            else ""
        )
        return f"Replaced{f' by {by}' if by else ''}\n{row.get_replacement_reason_display()}"
    return {"status": STATE_TAGS[row.state], "text": row.get_state_display()}


def may_be_replaced(row: DrawnCase) -> bool:
    """Whether the case is allocated and its audit has not begun."""
    allocated = row.state == DrawnCase.State.ALLOCATED
    return allocated and row.assignment is not None and row.assignment.state == Assignment.State.ALLOCATED


def _change_cell(row: DrawnCase) -> Any:
    if not may_be_replaced(row):
        return "–"
    return {"text": "Replace", "url": reverse("audits:replace_case", args=[row.pk])}


def _without_case(draw: SampleDraw) -> list[Row]:
    """Work of the draw's month and pool that still has no case."""
    planned = Assignment.objects.filter(
        programme=draw.programme_id,
        activity=draw.activity,
        period=draw.period,
        state=Assignment.State.PLANNED,
        post__unit__path__startswith=draw.pool.path,
    ).select_related("post__unit")
    owing = list(planned.order_by("post__unit__path", "post__title"))
    activity, month = activity_of(draw), Month.parse(draw.period)
    pools = Pools.load() if owing else None
    return [
        [
            one.post.title,
            one.post.unit.name,
            _move_cell(one),
        ]
        for one in owing
        if pools and activity.draw and pools.of(one.post.unit, activity, month) == draw.pool
    ]


# The list of cases as a file


def frame_file(draw: SampleDraw, user: User, on: date) -> Iterator[Sequence[Any]]:
    """Every case that could or could not be drawn, in the order of the draw, without restricted ones."""
    frame = thaw(draw.frame)
    drawn = {row.case.child_ref: place_of(row) for row in draw.cases.select_related("case")}
    hidden = _not_for(user, on)
    yield "Case", "Kind", "Weight", "Ticket", "Drawn as", "Left out because"
    for entry in in_draw_order(frame.entries, draw.seed):
        if entry.reference not in hidden:
            kind = kind_label(draw, entry.stratum, entry.is_marked)
            its_ticket, place = ticket(draw.seed, entry.reference), drawn.get(entry.reference, "")
            yield entry.reference, kind, f"{entry.weight:g}", its_ticket, place, ""
    for reference, reason in sorted(frame.exclusions.items()):
        if reason != RESTRICTED and reference not in hidden:
            yield reference, "", "", "", "", reason


def _not_for(user: User, on: date) -> set[str]:
    """References of cases that are restricted now and for which the person has no clearance."""
    cleared = CaseClearance.objects.filter(user=user, review_on__gte=on).values("case")
    restricted = Case.objects.filter(is_restricted=True).exclude(pk__in=cleared)
    return set(restricted.values_list("child_ref", flat=True))
