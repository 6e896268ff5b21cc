"""Working days in England, and the days of Europe/London in UTC."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
ONE_DAY = timedelta(days=1)
SATURDAY = 5


@lru_cache(maxsize=256)
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


class WorkingCalendar:
    """Monday to Friday, less England's bank holidays, less an authority's own closure days."""

    def __init__(self, closure_days: Collection[date] = ()) -> None:
        self.closure_days = frozenset(closure_days)

    def is_working_day(self, d: date) -> bool:
        if d.weekday() >= SATURDAY or d in self.closure_days:
            return False
        return d not in _bank_holidays(d.year)

    def add_working_days(self, d: date, n: int) -> date:
        """The n-th working day after ``d``; ``d`` itself, working or not, when n is 0.

        Raises ValueError when n is negative.
        """
        return self._count(d, n, ONE_DAY)

    def subtract_working_days(self, d: date, n: int) -> date:
        """The n-th working day before ``d``; ``d`` itself, working or not, when n is 0.

        Raises ValueError when n is negative.
        """
        return self._count(d, n, -ONE_DAY)

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days follow ``after`` up to and including ``until``; 0 when it is no later."""
        days = (after + timedelta(days=number) for number in range(1, (until - after).days + 1))
        return sum(self.is_working_day(day) for day in days)

    def next_working_day(self, d: date) -> date:
        """``d`` when it is a working day, else the first working day after it."""
        while not self.is_working_day(d):
            d += ONE_DAY
        return d

    def _count(self, d: date, n: int, step: timedelta) -> date:
        if n < 0:
            raise ValueError(f"The number of working days must be 0 or more, not {n}.")
        while n:
            d += step
            if self.is_working_day(d):
                n -= 1
        return d


def start_of_day(d: date) -> datetime:
    """00:00:00 Europe/London of that day, as UTC."""
    return at_local_time(d, time(0))


def end_of_day(d: date) -> datetime:
    """23:59:59 Europe/London of that day, as UTC: the moment until which work due that day is in time."""
    return at_local_time(d, time(23, 59, 59))


def at_local_time(d: date, wall_time: time) -> datetime:
    """That wall time in Europe/London on that day, as UTC.

    A time that the spring clock change skips becomes the same number of minutes later; of a time that
    the autumn change repeats, the first is meant unless its ``fold`` says the second.
    """
    return datetime.combine(d, wall_time, tzinfo=LONDON).astimezone(UTC)


def local_date(moment: datetime) -> date:
    """The date in Europe/London at an aware moment. Raises ValueError when the moment is naive."""
    return to_london(moment).date()


def to_london(moment: datetime) -> datetime:
    """The moment in Europe/London. Raises ValueError when it is naive."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; give an aware moment.")
    return moment.astimezone(LONDON)
