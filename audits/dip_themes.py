"""What the pages on themes of dip samples show: the months of each function, and what was found (LAN-12)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from audits.dip_samples import QuestionResult, results
from audits.dip_theme_access import (
    MONTHS_AHEAD,
    Place,
    chooses,
    held_q,
    rules_in,
    seen_units,
    visible_dip_themes,
)
from audits.models import DipSample, DipSampleTheme
from qaframework.allocation.models import Assignment, Programme
from qaframework.allocation.year_view import pack_of
from qaframework.packs.definition import Theme
from qaframework.people.calendar import working_calendar
from qaframework.people.models import Unit, User
from qaframework.rules.deadlines import due_date
from qaframework.rules.periods import Month
from qaframework.tools.models import AnswerSet
from qaframework.tools.reading import answered_together

MONTHS_BACK = 3
DONE = Q(state__in=Assignment.DONE_STATES)
COUNTED = ~Q(state__in=["withdrawn", "excluded"])


@dataclass(frozen=True)
class PlannedMonth:
    """One month of a unit: its theme if chosen, and how many of its dip samples were handed in."""

    place: Place
    theme: DipSampleTheme | None
    owed: int
    handed_in: int
    may_choose: bool


@dataclass(frozen=True)
class Collated:
    """What all dip samples on one form add up to."""

    form: str
    samples: int
    questions: list[QuestionResult]


def months_by_unit(user: User, today: date) -> dict[Unit, list[PlannedMonth]]:
    """Three months back and six ahead of each unit that chooses its themes and that the person sees."""
    first = Month.of(today).plus(-MONTHS_BACK)
    months = [first.plus(step) for step in range(MONTHS_BACK + MONTHS_AHEAD + 1)]
    places = list(_places(user, months, today))
    themes = {
        (one.programme_id, one.rule, one.unit_id, one.period): one
        for one in visible_dip_themes(user, today).filter(period__gte=first.key)
    }
    owed = _owed({place.programme for place in places}, months)
    found: dict[Unit, list[PlannedMonth]] = defaultdict(list)
    for place in places:
        number, done = _tally(owed, place)
        key = (place.programme.pk, place.rule.key, place.unit.pk, place.month.key)
        theme = themes.get(key)
        is_open = place.month >= Month.of(today) and not (theme and (done or theme.narrative))
        may_choose = is_open and chooses(user, place, today)
        found[place.unit].append(PlannedMonth(place, theme, number, done, may_choose))
    return found


def rule_of(theme: DipSampleTheme, today: date) -> Theme | None:
    """The rule of the framework by which it was chosen; None where the framework has it no more."""
    pack = pack_of(theme.programme, today)
    return next((one for one in rules_in(pack) if one.key == theme.rule), None)


def agreed_by(rule: Theme | None, period: str) -> date | None:
    """The local day by which the narrative on a month is to be agreed."""
    if rule is None or rule.narrative_within is None:
        return None
    return due_date(Month.parse(period).end, rule.narrative_within, working_calendar())


def collated(theme: DipSampleTheme) -> list[Collated]:
    """What the unit's dip samples on the theme that were handed in add up to. Three queries."""
    samples = DipSample.objects.filter(
        assignment__programme=theme.programme,
        assignment__period=theme.period,
        assignment__theme=theme.title,
        assignment__post__unit__path__startswith=theme.unit.path,
        assignment__state__in=Assignment.DONE_STATES,
    )
    answer_sets = AnswerSet.objects.filter(pk__in=samples.order_by().values("answer_set"))
    return [
        Collated(definition.name, one.answer_sets, results(definition, one.values))
        for one in answered_together(answer_sets)
        for definition in [one.tool_version.definition]
    ]


def _places(user: User, months: Sequence[Month], today: date) -> Iterable[Place]:
    """Each month of each rule of the programmes that it falls into, unit by unit."""
    running = Programme.objects.filter(
        starts_on__lte=months[-1].end, ends_on__gte=months[0].start, framework__is_live=True
    )
    running = running.select_related("framework").prefetch_related("framework__units")
    for programme in running.order_by("framework__name", "year"):
        pack = pack_of(programme, today)
        for rule in rules_in(pack):
            held = seen_units(user, today).filter(held_q(programme), kind=rule.for_each, is_active=True)
            for unit in held.order_by("path"):
                for month in months:
                    if programme.starts_on <= month.start <= programme.ends_on:
                        yield Place(programme, pack, rule, unit, month)


# (programme, activity, month, path of the owner's unit): owed, handed in
Owed = dict[tuple[int, str, str, str], tuple[int, int]]


def _owed(programmes: Iterable[Programme], months: Sequence[Month]) -> Owed:
    rows = (
        Assignment.objects.filter(
            COUNTED, programme__in=programmes, kind="dip_sample", period__in=[month.key for month in months]
        )
        .order_by()
        .values_list("programme", "activity", "period", "post__unit__path")
        .annotate(owed=Count("pk"), done=Count("pk", filter=DONE))
    )
    return {
        (programme, activity, period, path): (n, done) for programme, activity, period, path, n, done in rows
    }


def _tally(owed: Owed, place: Place) -> tuple[int, int]:
    numbers = [
        number
        for (programme, activity, period, path), number in owed.items()
        if programme == place.programme.pk
        and activity in place.rule.activities
        and period == place.month.key
        and path.startswith(place.unit.path)
    ]
    return sum(n for n, _ in numbers), sum(done for _, done in numbers)
