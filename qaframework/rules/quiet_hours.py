"""When a message may leave: hours of the day, and days, on which somebody is left in peace."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from qaframework.rules.working_days import WorkingCalendar, at_local_time, to_london

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class QuietHours:
    """From ``begin`` until ``end``, wall time in Europe/London, which may lie on the next day; with
    ``on_days_off`` also all day when it is no working day. Both times None is no quiet hours.

    Raises ValueError when only one time is given, or both are the same.
    """

    begin: time | None = None
    end: time | None = None
    on_days_off: bool = False

    def __post_init__(self) -> None:
        if (self.begin is None) != (self.end is None):
            raise ValueError("Quiet hours need a beginning and an end.")
        if self.begin is not None and self.begin == self.end:
            raise ValueError("Quiet hours cannot begin and end at the same time.")


def first_allowed(moment: datetime, quiet: QuietHours, calendar: WorkingCalendar) -> datetime:
    """The first moment from an aware ``moment`` on, as UTC, that is not quiet; ``moment`` itself when it is
    not. Raises ValueError for a naive moment."""
    allowed = to_london(moment)
    while (later := _end_of_quiet(allowed, quiet, calendar)) is not None:
        allowed = to_london(later)
    return allowed.astimezone(moment.tzinfo)


def last_time_of_day(moment: datetime, at: time, quiet: QuietHours, calendar: WorkingCalendar) -> datetime:
    """The last moment up to an aware ``moment``, as UTC, at which the clock in Europe/London showed ``at`` on
    a day that is not quiet as a whole."""
    day = to_london(moment).date()
    if at_local_time(day, at) > moment:
        day -= ONE_DAY
    while quiet.on_days_off and not calendar.is_working_day(day):
        day -= ONE_DAY
    return at_local_time(day, at)


def _end_of_quiet(moment: datetime, quiet: QuietHours, calendar: WorkingCalendar) -> datetime | None:
    """When the quiet in which a moment in London lies is over; None when it lies in none."""
    day, clock = moment.date(), moment.time()
    if quiet.on_days_off and not calendar.is_working_day(day):
        return at_local_time(calendar.next_working_day(day), time(0))
    if quiet.begin is None or quiet.end is None:
        return None
    if quiet.begin < quiet.end:
        return at_local_time(day, quiet.end) if quiet.begin <= clock < quiet.end else None
    if clock >= quiet.begin:
        return at_local_time(day + ONE_DAY, quiet.end)
    return at_local_time(day, quiet.end) if clock < quiet.end else None
