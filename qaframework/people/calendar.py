"""The authority's own working days."""

from qaframework.people.models import LocalClosureDay
from qaframework.rules.working_days import WorkingCalendar


def working_calendar() -> WorkingCalendar:
    """Monday to Friday less England's bank holidays and the authority's own closure days."""
    return WorkingCalendar(LocalClosureDay.objects.values_list("day", flat=True))
