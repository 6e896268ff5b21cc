"""Offsets such as "4 weeks" or "5 working days", and the deadlines they lead to."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Self

from dateutil.relativedelta import relativedelta

from qaframework.rules.working_days import WorkingCalendar, at_local_time, end_of_day, local_date, to_london

# Far beyond any deadline of a framework, and near enough that no date arithmetic overflows.
LARGEST_COUNT = 9999


class Unit(StrEnum):
    HOURS = "hours"
    DAYS = "days"  # calendar days
    WORKING_DAYS = "working days"
    WEEKS = "weeks"
    MONTHS = "months"


_OFFSET = re.compile(r"(\d{1,4}) +(hour|day|working day|week|month)s?", re.IGNORECASE)


@dataclass(frozen=True)
class Offset:
    """A length of time in one unit; never negative, whether it lies before or after is said elsewhere."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 0 <= self.count <= LARGEST_COUNT:
            raise ValueError(f"A length of time must be between 0 and {LARGEST_COUNT}, not {self.count}.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads "2 days", "5 working days", "4 weeks", "48 hours" or "3 months". Raises ValueError."""
        match = _OFFSET.fullmatch(" ".join(text.split()))
        if match is None:
            raise ValueError(
                f"“{text}” is not a length of time. Write a whole number and a unit, for example "
                "“2 days”, “5 working days”, “4 weeks”, “48 hours” or “3 months”."
            )
        return cls(int(match[1]), Unit(f"{match[2].lower()}s"))

    def __str__(self) -> str:
        unit = self.unit.value
        return f"{self.count} {unit[:-1] if self.count == 1 else unit}"


def after(moment: datetime, offset: Offset, calendar: WorkingCalendar) -> datetime:
    """The moment that lies ``offset`` after an aware moment, as UTC.

    Hours are elapsed hours. All other units keep the wall time in Europe/London across clock changes,
    and months end on the last day where there is no such day. Raises ValueError for a naive moment.
    """
    local = to_london(moment)
    if offset.unit is Unit.HOURS:
        return moment.astimezone(UTC) + timedelta(hours=offset.count)
    return at_local_time(due_date(local.date(), offset, calendar), local.time())


def last_moment(moment: datetime, offset: Offset, calendar: WorkingCalendar) -> datetime:
    """The moment, as UTC, until which an answer within ``offset`` of an aware moment is in time.

    Hours are elapsed hours; all other units give the whole of the last day in Europe/London. Raises
    ValueError for a naive moment.
    """
    if offset.unit is Unit.HOURS:
        return after(moment, offset, calendar)
    return end_of_day(due_date(local_date(moment), offset, calendar))


def due_date(
    start: date, offset: Offset, calendar: WorkingCalendar, roll_to_working_day: bool = False
) -> date:
    """The date that lies ``offset`` after ``start``, moved on to a working day when asked.

    Raises ValueError for hours, which have no meaning from a date.
    """
    due = _shift(start, offset, calendar, forward=True)
    return calendar.next_working_day(due) if roll_to_working_day else due


def date_before(end: date, offset: Offset, calendar: WorkingCalendar) -> date:
    """The date that lies ``offset`` before ``end``. Raises ValueError for hours."""
    return _shift(end, offset, calendar, forward=False)


def after_pause(
    due_on: date, paused_on: date, resumed_on: date, calendar: WorkingCalendar, *, counted_in: Unit
) -> date:
    """The deadline that leaves as much time after a pause as was left when it began, on local dates.

    A deadline that was counted in working days moves by the working days of the pause, every other by its
    calendar days; a pause that ends on its first day moves nothing.
    """
    if counted_in is Unit.WORKING_DAYS:
        return calendar.add_working_days(due_on, calendar.working_days_between(paused_on, resumed_on))
    return due_on + (resumed_on - paused_on)


class RecordDue(StrEnum):
    """When the record of a meeting, observation, visit or review is due, where its day counts."""

    AFTER_EVENT = "after_event"  # SAN-34
    WHICHEVER_IS_SOONER = "whichever_is_sooner"  # SAN-18
    BEFORE_EVENT = "before_event"  # RBWM-07


@dataclass(frozen=True)
class RecordRule:
    """``within`` is how long after the event, or before it, counted in days, its record is handed in."""

    within: Offset
    due: RecordDue
    clauses: tuple[str, ...] = ()

    def due_on(self, period_due: date, event_on: date | None, calendar: WorkingCalendar) -> date:
        """The last local day for the record. Until the day of the event is known it is ``period_due``, by
        which the event itself has to take place; putting off the event gives no more time."""
        if event_on is not None and self.due is RecordDue.BEFORE_EVENT:
            return min(date_before(event_on, self.within, calendar), period_due)
        if event_on is None or event_on > period_due:
            return period_due
        after_event = due_date(event_on, self.within, calendar)
        if self.due is RecordDue.AFTER_EVENT:
            return after_event
        return min(after_event, period_due)


def _shift(d: date, offset: Offset, calendar: WorkingCalendar, *, forward: bool) -> date:
    sign = 1 if forward else -1
    match offset.unit:
        case Unit.DAYS:
            return d + timedelta(days=sign * offset.count)
        case Unit.WEEKS:
            return d + timedelta(weeks=sign * offset.count)
        case Unit.MONTHS:
            shifted: date = d + relativedelta(months=sign * offset.count)
            return shifted
        case Unit.WORKING_DAYS:
            count = calendar.add_working_days if forward else calendar.subtract_working_days
            return count(d, offset.count)
        case Unit.HOURS:
            raise ValueError(f"“{offset}” cannot be counted from a date; hours need a moment.")
