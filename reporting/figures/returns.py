"""Returns: what was due, what came in, when, and what is still out (LAN-32)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q

from qaframework.allocation.models import Assignment, ExtensionRequest
from qaframework.rules.periods import Month, Quarter
from qaframework.rules.quotas import Per
from qaframework.rules.statistics import Share, share
from reporting.figures.scope import Scope

NOT_DUE = ("planned", "withdrawn", "excluded")
FIGURES = ("due", "in_time", "late", "outstanding", "overdue", "extended", "excluded")


@dataclass(frozen=True)
class Returns:
    """One line of the activity table. ``overdue`` is the part of ``outstanding`` past its deadline."""

    label: str
    due: int
    in_time: int
    late: int
    outstanding: int
    overdue: int
    extended: int
    excluded: int

    @property
    def rate(self) -> Share:
        """Handed in in time, of what was due without what was excluded."""
        return share(self.in_time, self.due)


@dataclass(frozen=True)
class Expected:
    """What is expected of an activity in a month or quarter, and what there was (LAN-11, LAN-13)."""

    label: str
    period: str
    expected: int
    allocated: int
    done: int


@dataclass(frozen=True)
class ReturnFigures:
    """``by_month`` has the twelve months that end with the period."""

    total: Returns
    before: Returns
    by_role: tuple[Returns, ...]
    by_activity: tuple[Returns, ...]
    by_month: tuple[Returns, ...]
    expected: tuple[Expected, ...]


@dataclass(frozen=True)
class _Row:
    role: str
    activity: str
    month: str
    numbers: Counter[str]


def return_figures(scope: Scope) -> ReturnFigures:
    """In two queries. Work belongs to the month in which it was first due: an extension does not move it."""
    rows = _rows(scope)
    by_month: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        by_month[row.month].append(row)
    now = [row for month in scope.period.months for row in by_month[month.key]]
    earlier = [row for month in scope.period.previous().months for row in by_month[month.key]]
    roles = sorted({row.role for row in now}, key=scope.pack.role_label)
    activities = [key for key in scope.pack.activities if any(row.activity == key for row in now)]
    return ReturnFigures(
        total=_line("All", now),
        before=_line(scope.period.previous().label, earlier),
        by_role=tuple(
            _line(scope.pack.role_label(role), (row for row in now if row.role == role)) for role in roles
        ),
        by_activity=tuple(
            _line(scope.pack.activity(key).label, (row for row in now if row.activity == key))
            for key in activities
        ),
        by_month=tuple(_line(month.label, by_month[month.key]) for month in scope.months),
        expected=tuple(_expected(scope, rows)),
    )


def _rows(scope: Scope) -> list[_Row]:
    """By the day on which work was first due, of which there are few."""
    quarter = Quarter.of(scope.period.end, scope.pack.year_starts_in)
    due = Assignment.objects.filter(
        scope.of_units("post__unit"),
        scope.countable(Assignment, "case"),
        programme__framework=scope.framework_id,
        original_due_on__range=(scope.months[0].start, quarter.end),
    ).order_by()
    by = ("post__role", "activity", "original_due_on")
    counted = (
        due.exclude(state__in=("planned", "withdrawn"))
        .annotate(
            is_in_time=_yes(Q(submitted_at__date__lte=F("due_on"))),
            is_past=_yes(Q(due_on__lt=scope.on, paused_on__isnull=True)),
        )
        .values_list(*by, "state", "is_in_time", "is_past")
        .annotate(n=Count("pk"))
    )
    granted = ExtensionRequest.objects.filter(state="granted", kind="extension").values("assignment")
    extended = due.exclude(state__in=NOT_DUE).filter(pk__in=granted).values_list(*by).annotate(n=Count("pk"))
    return [
        *(
            _Row(role, activity, Month.of(day).key, _numbers(state, is_in_time is True, is_past, n))
            for role, activity, day, state, is_in_time, is_past, n in counted
        ),
        *(
            _Row(role, activity, Month.of(day).key, Counter(extended=n))
            for role, activity, day, n in extended
        ),
    ]


def _yes(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _numbers(state: str, is_in_time: bool, is_past: bool, n: int) -> Counter[str]:
    """What ``n`` pieces of work in one state add to each figure."""
    if state == Assignment.State.EXCLUDED:
        return Counter(excluded=n)
    if state in Assignment.DONE_STATES:
        return Counter({"due": n, "in_time" if is_in_time else "late": n})
    return Counter(due=n, outstanding=n, overdue=n if is_past else 0)


def _line(label: str, rows: Iterable[_Row]) -> Returns:
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row.numbers)
    return Returns(label, *(total[name] for name in FIGURES))


def _expected(scope: Scope, rows: list[_Row]) -> Iterable[Expected]:
    """A month is held against what is expected of it and of its quarter, a quarter against a quarter's.

    What is expected of the whole authority is no measure of a part of it.
    """
    quarter = Quarter.of(scope.period.end, scope.pack.year_starts_in)
    for volume in scope.pack.expected_volumes if scope.is_whole else ():
        if volume.per is Per.MONTH and isinstance(scope.period, Quarter):
            continue
        period = scope.period if volume.per is Per.MONTH else quarter
        months = {month.key for month in period.months}
        label = scope.pack.activity(volume.activity).label
        line = _line(label, (row for row in rows if row.activity == volume.activity and row.month in months))
        expected = volume.amount_in(scope.period.months[-1], scope.pack.year_starts_in)
        yield Expected(label, period.label, expected, line.due, line.in_time + line.late)
