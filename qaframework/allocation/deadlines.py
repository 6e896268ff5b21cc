"""The stretch of time in which planned work belongs."""

from datetime import date

from qaframework.allocation.models import Assignment
from qaframework.rules.periods import Month, Quarter


def period_end(assignment: Assignment) -> date:
    """The last local day of the month or the quarter of the work, as its framework says."""
    pack, month = assignment.framework_version.pack, Month.parse(assignment.period)
    if pack.activity(assignment.activity).due_by == "quarter":
        return Quarter.of(month.start, pack.year_starts_in).end
    return month.end
