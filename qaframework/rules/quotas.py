"""Quotas: what a post owes by role, activity and quarter, and the year's slots that follow from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qaframework.rules.periods import APRIL, Month, Period, ProgrammeYear, Quarter

Quarters = tuple[int, int, int, int]


class Per(StrEnum):
    QUARTER = "quarter"
    MONTH = "month"


class Kind(StrEnum):
    MINIMUM = "minimum"  # at least so many are owed
    EXACT = "exact"  # so many are owed, no more
    UPPER = "upper"  # nothing is owed, no more than so many


@dataclass(frozen=True)
class Quota:
    """How many of an activity one post of a role owes, for each quarter of the programme year.

    With ``per`` month, an amount counts for every month of its quarter. ``unit`` is the key of the unit
    that the quota is for, None for all. Raises ValueError.
    """

    role: str
    activity: str
    amounts: Quarters
    per: Per = Per.QUARTER
    unit: str | None = None
    kind: Kind = Kind.MINIMUM

    def __post_init__(self) -> None:
        object.__setattr__(self, "per", Per(self.per))
        object.__setattr__(self, "kind", Kind(self.kind))
        if len(self.amounts) != 4:
            raise ValueError(f"{self._name}: give four amounts, one a quarter, not {len(self.amounts)}.")
        for quarter, amount in enumerate(self.amounts, start=1):
            if amount < 0:
                raise ValueError(f"{self._name}, quarter {quarter}: {amount} is below 0; give 0 or more.")

    @property
    def by_quarter(self) -> Quarters:
        """The amounts for whole quarters."""
        times = 3 if self.per is Per.MONTH else 1
        first, second, third, fourth = self.amounts
        return first * times, second * times, third * times, fourth * times

    @property
    def _name(self) -> str:
        return f"Quota for {self.role}, {self.activity}"


@dataclass(frozen=True)
class Progress:
    """``overdue`` counts open work past its due date; ``remaining`` is what is owed and not done."""

    owed: int
    done: int
    overdue: int
    remaining: int


@dataclass(frozen=True)
class Slot:
    """One piece of work in the year of one post: the ``ordinal``-th (from 1) of that month."""

    period_key: str
    ordinal: int


@dataclass(frozen=True)
class GridRow:
    role: str
    unit: str | None
    activity: str
    kind: Kind
    quarters: Quarters
    total: int


@dataclass(frozen=True)
class RoleTotal:
    """What one post of the role owes in all; upper limits are not owed and do not count."""

    role: str
    unit: str | None
    quarters: Quarters
    total: int


@dataclass(frozen=True)
class Grid:
    rows: tuple[GridRow, ...]
    totals: tuple[RoleTotal, ...]

    def total_for(self, role: str, unit: str | None = None) -> RoleTotal:
        """Raises KeyError when the grid has no row for that role and unit."""
        for total in self.totals:
            if (total.role, total.unit) == (role, unit):
                return total
        raise KeyError((role, unit))


def amount(quota: Quota, period: Period, year_starts_in: int = APRIL) -> int:
    """The quota's number for a month, a quarter or a programme year, whatever its kind."""
    year = ProgrammeYear.of(period.start, year_starts_in)
    return sum(_in_month(quota, month, year.months, year_starts_in) for month in period.months)


def owed(quota: Quota, period: Period, year_starts_in: int = APRIL) -> int:
    """How many one post owes in the period; an upper limit owes nothing."""
    return 0 if quota.kind is Kind.UPPER else amount(quota, period, year_starts_in)


def exceeds(quota: Quota, period: Period, done: int, year_starts_in: int = APRIL) -> bool:
    """Whether more were done than an exact or upper quota allows. Source: BED-05."""
    return quota.kind is not Kind.MINIMUM and done > amount(quota, period, year_starts_in)


def progress(quota_amount: int, done: int, open_due_dates: Iterable[date], today: date) -> Progress:
    """Where a post stands on ``today``; ``open_due_dates`` are those of its work that is not done."""
    overdue = sum(due < today for due in open_due_dates)
    return Progress(quota_amount, done, overdue, max(quota_amount - done, 0))


def applicable(quotas: Iterable[Quota], role: str, units: Sequence[str]) -> list[Quota]:
    """The quotas of a post: for each activity that of its nearest unit, else that for all units.

    ``units`` are the post's unit and those above it, nearest first. Source: LAN-10.
    """
    nearest: dict[str, tuple[int, Quota]] = {}
    for quota in quotas:
        if quota.role != role or (quota.unit is not None and quota.unit not in units):
            continue
        distance = len(units) if quota.unit is None else units.index(quota.unit)
        if quota.activity not in nearest or distance < nearest[quota.activity][0]:
            nearest[quota.activity] = (distance, quota)
    return [quota for _, quota in nearest.values()]


def slots(quota: Quota, year: ProgrammeYear, rotation: int = 0, start: Month | None = None) -> list[Slot]:
    """The year's slots of one post, in time order.

    A quarter's amount is spread over its months as evenly as it goes, earliest month first: 3 are one a
    month, 1 is in the first month, 4 are two, one and one. ``rotation`` begins with a later month of the
    quarter instead (1 the second, 2 the third, 3 the first again), so that posts can take turns and a
    role's work is spread over the quarter (LAN-11).

    With ``start`` there are no slots before that month: what a quarter asks for is spread over what is left
    of it; what a month asked for that has passed is not asked for again.
    """
    if quota.kind is Kind.UPPER:
        return []
    months = [month for month in year.months if start is None or month >= start]
    return [
        Slot(month.key, ordinal)
        for month in months
        for ordinal in range(1, _in_month(quota, month, months, year.starts_in, rotation) + 1)
    ]


def grid(quotas: Iterable[Quota]) -> Grid:
    """Role by quarter by activity, with the totals of each row and of each role. Source: LAN-16."""
    rows = tuple(_grid_row(quota) for quota in quotas)
    posts = dict.fromkeys((row.role, row.unit) for row in rows)
    return Grid(rows, tuple(_role_total(role, unit, rows) for role, unit in posts))


def _grid_row(quota: Quota) -> GridRow:
    quarters = quota.by_quarter
    return GridRow(quota.role, quota.unit, quota.activity, quota.kind, quarters, sum(quarters))


def _role_total(role: str, unit: str | None, rows: Iterable[GridRow]) -> RoleTotal:
    counted = [
        row.quarters for row in rows if (row.role, row.unit) == (role, unit) and row.kind is not Kind.UPPER
    ]
    first, second, third, fourth = (sum(quarters[i] for quarters in counted) for i in range(4))
    return RoleTotal(role, unit, (first, second, third, fourth), first + second + third + fourth)


def _in_month(
    quota: Quota, month: Month, months: Sequence[Month], year_starts_in: int, rotation: int = 0
) -> int:
    """The month's part, where the work of its quarter is spread over those of its months in ``months``."""
    quarter = Quarter.of(month.start, year_starts_in)
    its_amount = quota.amounts[quarter.number - 1]
    if quota.per is Per.MONTH:
        return its_amount
    left = [one for one in quarter.months if one in months]
    every_month, left_over = divmod(its_amount, len(left))
    return every_month + ((left.index(month) - rotation) % len(left) < left_over)
