"""A framework's year by month: how much in all, themes and cases, meetings, steps and reports."""

from calendar import month_name
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter

from qaframework.packs.definition import Pack, Theme
from qaframework.packs.practice_wording import chooser_label
from qaframework.packs.wording import IN_SOME_MONTHS, in_a_list, report_label, years_in_words
from qaframework.rules.cadence import Occasion, occasions, week_of
from qaframework.rules.deadlines import due_date
from qaframework.rules.periods import Month, ProgrammeYear, Quarter
from qaframework.rules.quotas import EVERY_YEAR, Per, Quota, SharedQuota, amounts_in, stretches
from qaframework.rules.working_days import WorkingCalendar

UNTIL_FRIDAY = timedelta(days=4)


@dataclass(frozen=True)
class CalendarMonth:
    """What a month holds, in lines of plain words."""

    month: Month
    numbers: list[str]
    themes: list[str]
    meetings: list[str]
    steps: list[str]


def year_calendar(
    rules_in: Callable[[Month], Pack],
    year: ProgrammeYear,
    calendar: WorkingCalendar,
    unit_names: Mapping[str, str],
) -> list[CalendarMonth]:
    """The twelve months of a programme year; ``rules_in`` gives the rules that a month begins with, and
    ``unit_names`` the names of units by their codes.

    Sources: LAN-02, LAN-04, LAN-11, LAN-12, RBWM-04, RBWM-07, RBWM-27, SAN-02, SAN-22, SAN-44.
    """
    return [_month(rules_in(month), month, year, calendar, unit_names) for month in year.months]


def theme_lines(pack: Pack, month: Month) -> list[str]:
    """For instance “Dip sample: children who go missing”, or who has yet to choose the theme."""
    return [
        _theme_line(pack, activity, theme)
        for activity in pack.activities
        for theme in _in_their_place([one for one in pack.themes if one.holds(activity, month)])
    ]


def _month(
    pack: Pack, month: Month, year: ProgrammeYear, calendar: WorkingCalendar, unit_names: Mapping[str, str]
) -> CalendarMonth:
    meetings = [
        f"{group.label}{f' in each {group.for_each}' if group.for_each else ''}: {_days(held)}"
        for group in pack.groups.values()
        if group.meets
        and (held := [one for one in occasions(group.meets, year, calendar) if one.month == month])
    ]
    dated = [*_steps(pack, month), *_reports(pack, month), *_review(pack, month, calendar)]
    steps = [*_rare_work(pack, month, year), *(line for _day, line in sorted(dated, key=itemgetter(0)))]
    themes = [*theme_lines(pack, month), *_whose_cases(pack, month)]
    return CalendarMonth(month, [*_numbers(pack, month, year, unit_names)], themes, meetings, steps)


def _numbers(pack: Pack, month: Month, year: ProgrammeYear, unit_names: Mapping[str, str]) -> Iterator[str]:
    """What the authority expects, and what several posts owe between them, from this month on (RBWM-27)."""
    volumes = [(one.activity, one.per, one.amounts, ()) for one in pack.expected_volumes]
    shared = [(one.activity, one.per, amounts_in(one, year), one.units) for one in pack.shared_quotas]
    for activity, per, amounts, units in [*volumes, *shared]:
        names = in_a_list([unit_names.get(code, f"unit {code}") for code in units])
        where = f" in {names}" if units else ""
        for amount, until in _owed_from(month, year, per, amounts):
            yield f"{pack.activity(activity).label}{where}: {amount}{until}"


def _owed_from(
    month: Month, year: ProgrammeYear, per: Per, amounts: Sequence[int]
) -> Iterator[tuple[int, str]]:
    """What is owed in a stretch of time that begins with the month, and until when, if that is later."""
    for stretch, amount in zip(stretches(year, per), amounts, strict=True):
        if amount and stretch.months[0] == month:
            last = stretch.months[-1]
            yield amount, "" if last == month else f" by the end of {last.label}"


def _whose_cases(pack: Pack, month: Month) -> Iterator[str]:
    """Of work whose cases come from one place in some months and from another in others (RBWM-27)."""
    for activity in pack.activities.values():
        if rule := activity.independence_by_month.get(month_name[month.month].lower()):
            yield f"{activity.label}: {IN_SOME_MONTHS[rule]}"


def _in_their_place(themes: Sequence[Theme]) -> list[Theme]:
    """Without those still to be chosen for units, or for all, that a chosen theme is there for."""
    settled = [theme.units for theme in themes if theme.label]
    return [theme for theme in themes if theme.label or not ({(), theme.units} & set(settled))]


def _theme_line(pack: Pack, activity: str, theme: Theme) -> str:
    work = pack.activity(activity).label
    where = f" in {in_a_list([f'unit {code}' for code in theme.units])}" if theme.units else ""
    open_yet = f"to be chosen by the {chooser_label(pack, theme.chosen_by)}"
    return f"{work}{where}: {theme.label or open_yet}"


def _days(held: Sequence[Occasion]) -> str:
    """“16 April”, “weeks of 6 and 20 April”, or “this month” where no more is known."""
    *others, last = held
    if (last.first, last.last) == (last.month.start, last.month.end):
        return "this month"
    is_same_month = all(one.first.month == last.first.month for one in others)
    before = [str(one.first.day) if is_same_month else day_and_month(one.first) for one in others]
    days = in_a_list([*before, day_and_month(last.first)])
    if last.is_dated:
        return days
    return f"weeks of {days}" if others else f"week of {days}"


def day_and_month(day: date) -> str:
    return f"{day.day} {day:%B}"


def _rare_work(pack: Pack, month: Month, year: ProgrammeYear) -> Iterator[str]:
    """Work that is not owed every year, in the first month of the time in which it is (RBWM-07)."""
    quotas: list[Quota | SharedQuota] = [*pack.quotas, *pack.shared_quotas]
    for quota in quotas:
        if quota.years == EVERY_YEAR:
            continue
        for _, until in _owed_from(month, year, quota.per, amounts_in(quota, year)):
            said = years_in_words(quota.years, year)
            yield f"{pack.activity(quota.activity).label}{until}: {said}"


def _steps(pack: Pack, month: Month) -> Iterator[tuple[date, str]]:
    """Steps of the cycle that began this month; those of several weeks with their first and last day."""
    for step in pack.cycle:
        first = week_of(month, step.first_week)
        last = week_of(month, step.last_week) + UNTIL_FRIDAY
        is_long = step.last_week > step.first_week
        when = (
            f"From {day_and_month(first)} to {day_and_month(last)}"
            if is_long
            else f"Week of {day_and_month(first)}"
        )
        yield first, f"{when}: {step.label} ({pack.role_label(step.by)})"


def _reports(pack: Pack, month: Month) -> Iterator[tuple[date, str]]:
    """Reports that are built this month, about the month or quarter before it."""
    before = month.previous()
    for report in pack.reports:
        quarter = Quarter.of(before.start, pack.year_starts_in)
        about = before if report.kind == "monthly" else quarter
        if about.end == before.end:
            day = month.start.replace(day=report.day_of_month)
            yield day, f"{day_and_month(day)}: the {report_label(report)} about {about.label} is built"


def _review(pack: Pack, month: Month, calendar: WorkingCalendar) -> Iterator[tuple[date, str]]:
    day = review_day(pack, calendar)
    if day and day in month:
        yield day, f"{day_and_month(day)}: the framework is to be looked at again"


def review_day(pack: Pack, calendar: WorkingCalendar) -> date | None:
    """The local day by which the framework is to be looked at again (SAN-44)."""
    if pack.review_after is None:
        return None
    return due_date(pack.effective_from, pack.review_after, calendar)
