"""How often a group meets, and the days or weeks of a year on which it does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from qaframework.rules.periods import Month, ProgrammeYear
from qaframework.rules.working_days import WorkingCalendar

WEEK = timedelta(weeks=1)
FRIDAY = 4
# Every month has four of each weekday, and not every month a fifth.
WEEKS_OF_A_MONTH = range(1, 5)


class Every(StrEnum):
    WEEK = "week"
    TWO_WEEKS = "two weeks"
    MONTH = "month"
    TWO_MONTHS = "two months"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"

    @property
    def weeks(self) -> int:
        """How many weeks lie between two meetings; 0 for what is counted in months."""
        return {Every.WEEK: 1, Every.TWO_WEEKS: 2}.get(self, 0)

    @property
    def months(self) -> int:
        """How many months lie between two meetings; 0 for what is counted in weeks."""
        return {
            Every.MONTH: 1,
            Every.TWO_MONTHS: 2,
            Every.QUARTER: 3,
            Every.HALF_YEAR: 6,
            Every.YEAR: 12,
        }.get(self, 0)


@dataclass(frozen=True)
class Cadence:
    """How often, and on which day where that is known.

    ``weekday`` is 0 for Monday. ``week`` counts from 1: with a weekday it is the n-th such day of the month,
    without one the week of its n-th Monday. ``in_month`` is a month with a meeting, 1 for January, from
    which the others follow; None is the first month of the programme year.
    Raises ValueError for a week, weekday or month that there is not, and for a week or month of what is
    counted in weeks.
    """

    every: Every
    week: int | None = None
    weekday: int | None = None
    in_month: int | None = None

    def __post_init__(self) -> None:
        if self.week is not None and self.week not in WEEKS_OF_A_MONTH:
            raise ValueError(f"A month has the weeks 1 to 4, not {self.week}.")
        if self.weekday is not None and self.weekday not in range(7):
            raise ValueError(f"A weekday is between 0 and 6, not {self.weekday}.")
        if self.in_month is not None and self.in_month not in range(1, 13):
            raise ValueError(f"A month is between 1 and 12, not {self.in_month}.")
        if self.every.weeks and (self.week is not None or self.in_month is not None):
            raise ValueError(f"What happens every {self.every} has no week of the month and no month.")


@dataclass(frozen=True)
class Occasion:
    """A meeting on one day, or within the days from ``first`` to ``last`` where the day is left open."""

    month: Month
    first: date
    last: date

    @property
    def is_dated(self) -> bool:
        return self.first == self.last


def occasions(cadence: Cadence, year: ProgrammeYear, calendar: WorkingCalendar) -> list[Occasion]:
    """The meetings of a programme year in order. A day that is no working day moves to the next one.

    Sources: LAN-02, LAN-03, RBWM-04, BED-19, SAN-02.
    """
    if cadence.every.weeks:
        return list(_by_weeks(cadence, year, calendar))
    return list(_by_months(cadence, year, calendar))


def week_of(month: Month, week: int) -> date:
    """The Monday of the ``week``-th week of a month; weeks beyond its end run on. Source: LAN-04."""
    return _weekday_in(month, 0, 1) + (week - 1) * WEEK


def _by_weeks(cadence: Cadence, year: ProgrammeYear, calendar: WorkingCalendar) -> Iterator[Occasion]:
    day = _weekday_in(year.months[0], cadence.weekday or 0, 1)
    while day <= year.end:
        yield _occasion(day, cadence, calendar)
        day += cadence.every.weeks * WEEK


def _by_months(cadence: Cadence, year: ProgrammeYear, calendar: WorkingCalendar) -> Iterator[Occasion]:
    step = cadence.every.months
    for month in year.months[((cadence.in_month or year.starts_in) - year.starts_in) % step :: step]:
        if cadence.week is None and cadence.weekday is None:
            yield Occasion(month, month.start, month.end)
        else:
            yield _occasion(_weekday_in(month, cadence.weekday or 0, cadence.week or 1), cadence, calendar)


def _occasion(day: date, cadence: Cadence, calendar: WorkingCalendar) -> Occasion:
    if cadence.weekday is None:
        return Occasion(Month.of(day), day, day + timedelta(days=FRIDAY))
    held = calendar.next_working_day(day)
    return Occasion(Month.of(day), held, held)


def _weekday_in(month: Month, weekday: int, number: int) -> date:
    """The ``number``-th such weekday of a month, counting from 1."""
    first = month.start + timedelta(days=(weekday - month.start.weekday()) % 7)
    return first + (number - 1) * WEEK
