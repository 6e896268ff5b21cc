"""Ladders of reminders and escalations: which rung falls due at which moment."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from qaframework.rules.deadlines import Offset, Unit, date_before, due_date
from qaframework.rules.working_days import WorkingCalendar, at_local_time, local_date

# Rungs counted in days fall due at the start of office hours, so that nobody is told at midnight and
# everybody has the whole of that day to act.
RUNG_TIME = time(8, 0)


@dataclass(frozen=True)
class Rung:
    """One step. ``recipients`` are role keys, or "owner" or "line_manager" of the person who is late."""

    position: int
    offset: Offset
    before: bool
    recipients: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Ladder:
    """Raises ValueError when two rungs have one position."""

    key: str
    rungs: tuple[Rung, ...]

    def __post_init__(self) -> None:
        if len({rung.position for rung in self.rungs}) < len(self.rungs):
            raise ValueError(f"Ladder {self.key}: each step needs a position of its own.")


def moments(ladder: Ladder, due_at: datetime, calendar: WorkingCalendar) -> list[tuple[Rung, datetime]]:
    """Each rung with the moment it falls due, as UTC, in time order.

    Hours count exactly from ``due_at``. Other units count from its date in Europe/London and fall due at
    08:00, yet a reminder never after ``due_at`` and an escalation never before it. Raises ValueError when
    ``due_at`` is naive. Sources: LAN-29 to LAN-31, LAN-33.
    """
    due_at_utc, placed = due_at.astimezone(UTC), []
    due_on = local_date(due_at)
    for rung in ladder.rungs:
        if rung.offset.unit is Unit.HOURS:
            hours = timedelta(hours=rung.offset.count)
            placed.append((rung, due_at_utc - hours if rung.before else due_at_utc + hours))
        elif rung.before:
            morning = at_local_time(date_before(due_on, rung.offset, calendar), RUNG_TIME)
            placed.append((rung, min(morning, due_at_utc)))
        else:
            morning = at_local_time(due_date(due_on, rung.offset, calendar), RUNG_TIME)
            placed.append((rung, max(morning, due_at_utc)))
    return sorted(placed, key=lambda step: (step[1], step[0].position))
