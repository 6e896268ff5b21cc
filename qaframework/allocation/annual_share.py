"""A share of all cases that is audited in a year: what the months ask for, and what is planned and done."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Min

from qaframework.allocation.models import Assignment, Programme
from qaframework.caseload.models import Case
from qaframework.packs.definition import ActivityType
from qaframework.packs.models import Framework
from qaframework.rules.catching_up import due_by
from qaframework.rules.periods import Month, ProgrammeYear


@dataclass(frozen=True)
class Standing:
    """By the end of a month, counted from the beginning of the year: how many audits the share asks for, how
    many are planned or drawn, and how many are handed in."""

    month: Month
    due: int
    planned: int
    done: int

    @property
    def missing(self) -> int:
        return max(self.due - self.planned, 0)


def open_cases(framework: Framework) -> int:
    """How many cases are open now in the units for which the framework holds."""
    return Case.objects.filter(framework.covers("unit"), status=Case.Status.OPEN).count()


def standings(programme: Programme, activity: ActivityType, today: date) -> tuple[int, list[Standing]]:
    """How many cases are open now, and where the audits stand in each month of the year (BED-02).

    Only audits of cases drawn at random count; not those that were planned in a month that has passed and
    never got a case. Raises ValueError for an activity that has no share of all cases to reach.
    """
    rule = activity.draw.annual_share if activity.draw else None
    if rule is None:
        raise ValueError(f"{activity.label} has no annual share of all cases.")
    year = ProgrammeYear(programme.year, programme.starts_on.month)
    planned, done, drawn_in = _tally(programme, activity.key, today)
    first = programme.assignments.filter(ordinal__lte=Assignment.EXTRA).aggregate(Min("period"))
    begins = Month.parse(first["period__min"]) if first["period__min"] else year.months[0]
    cases = open_cases(programme.framework)
    found: list[Standing] = []
    for month in year.months:
        before = found[-1] if found else Standing(month, 0, 0, 0)
        due = due_by(month, year=year, begins=begins, months=drawn_in, cases=cases, percent=rule.percent)
        found.append(Standing(month, due, before.planned + planned[month.key], before.done + done[month.key]))
    return cases, found


def _tally(
    programme: Programme, activity: str, today: date
) -> tuple[Counter[str], Counter[str], frozenset[Month]]:
    """Audits by month, those of them that are handed in, and the months in which the quotas ask for any."""
    rows = (
        programme.assignments.filter(activity=activity)
        .exclude(selection=Assignment.Selection.TARGETED)
        .values_list("period", "state", "ordinal")
    )
    present = Month.of(today).key
    planned: Counter[str] = Counter()
    done: Counter[str] = Counter()
    asked_for = set()
    for period, state, ordinal in rows:
        is_lost = state in Assignment.CALLED_OFF_STATES or (
            state == Assignment.State.PLANNED and period < present
        )
        planned[period] += not is_lost
        done[period] += state in Assignment.DONE_STATES
        if ordinal <= Assignment.EXTRA:
            asked_for.add(Month.parse(period))
    return planned, done, frozenset(asked_for)
