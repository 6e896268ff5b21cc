"""Which periods a report can be about, and when it falls due."""

from datetime import date

from qaframework.packs.definition import Pack, ReportRule
from qaframework.rules.periods import Month, Quarter, parse_period
from reporting.models import Report

Period = Month | Quarter


def period_of(kind: str, key: str, pack: Pack) -> Period:
    """Reads "2026-11" for a monthly and "2026-Q3" for a quarterly report. Raises ValueError."""
    period = parse_period(key, pack.year_starts_in)
    wanted = Month if kind == Report.Kind.MONTHLY else Quarter
    if not isinstance(period, Month | Quarter) or not isinstance(period, wanted):
        example = "2026-11" if kind == Report.Kind.MONTHLY else "2026-Q3"
        raise ValueError(f"“{key}” is not the period of a {kind} report. Write it like “{example}”.")
    return period


def due_periods(rule: ReportRule, pack: Pack, *, since: date, today: date) -> list[Period]:
    """Periods that began on or after ``since`` and whose report is due by ``today``, oldest first."""
    is_monthly = rule.kind == Report.Kind.MONTHLY
    period: Period = Month.of(since) if is_monthly else Quarter.of(since, pack.year_starts_in)
    if period.start < since:
        period = period.next()
    found = []
    while due_on(rule, period) <= today:
        found.append(period)
        period = period.next()
    return found


def due_on(rule: ReportRule, period: Period) -> date:
    """The day of the month after the period; its last day where the month is shorter."""
    after = period.months[-1].next()
    return after.start.replace(day=min(rule.day_of_month, after.end.day))
