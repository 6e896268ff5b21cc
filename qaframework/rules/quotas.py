"""Quotas: what a post owes by role, activity and stretch of the year, and how it spreads over the months."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qaframework.rules.periods import APRIL, YEARS, Month, ProgrammeYear, Stretch

Quarters = tuple[int, int, int, int]


class Per(StrEnum):
    """How long a stretch of the year one amount is for."""

    MONTH = "month"
    TWO_MONTHS = "two months"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"

    @property
    def months(self) -> int:
        return LENGTHS[self]

    @property
    def stretches(self) -> int:
        """How many of them a year has."""
        return 12 // self.months


LENGTHS = {Per.MONTH: 1, Per.TWO_MONTHS: 2, Per.QUARTER: 3, Per.HALF_YEAR: 6, Per.YEAR: 12}


class Kind(StrEnum):
    MINIMUM = "minimum"  # at least so many are owed
    EXACT = "exact"  # so many are owed, no more
    UPPER = "upper"  # nothing is owed, no more than so many


@dataclass(frozen=True)
class YearsDue:
    """In which programme years a quota is owed: the one that starts in ``first``, and each ``every``-th after
    it (RBWM-07). It is reckoned from there alone, so that work which came late does not put off the next.

    Raises ValueError.
    """

    every: int = 1
    first: int = YEARS.start

    def __post_init__(self) -> None:
        if self.every < 1:
            raise ValueError(f"Work comes every year or more seldom, not every {self.every} years.")
        if self.first not in YEARS:
            raise ValueError(f"{self.first} is not a year. Write the year it starts in, for example 2026.")

    def is_due(self, year: ProgrammeYear) -> bool:
        return self.next_due(year) == year.year

    def next_due(self, year: ProgrammeYear) -> int:
        """The start of the first programme year, not before the one given, in which it is due."""
        gone_by = max(year.year - self.first, 0)
        return self.first + -(-gone_by // self.every) * self.every


EVERY_YEAR = YearsDue()


@dataclass(frozen=True)
class Quota:
    """How many of an activity one post of a role owes, for each stretch of the programme year in order.

    ``amounts`` are twelve for ``per`` month, six for two months, four for a quarter, two for half a year, one
    for the year. ``unit`` is the key of the unit that the quota is for, None for all. ``years`` says in which
    years it is owed. Raises ValueError.
    """

    role: str
    activity: str
    amounts: tuple[int, ...]
    per: Per = Per.QUARTER
    unit: str | None = None
    kind: Kind = Kind.MINIMUM
    years: YearsDue = EVERY_YEAR

    def __post_init__(self) -> None:
        object.__setattr__(self, "per", Per(self.per))
        object.__setattr__(self, "kind", Kind(self.kind))
        object.__setattr__(self, "amounts", tuple(self.amounts))
        check_amounts(f"Quota for {self.role}, {self.activity}", self.amounts, self.per)

    @property
    def by_quarter(self) -> Quarters | None:
        """The amounts for whole quarters; None where one amount is for more than a quarter."""
        return by_quarter(self.amounts, self.per)

    @property
    def in_units(self) -> tuple[str, ...]:
        """The unit it is for, as a shared quota has it; none for all."""
        return (self.unit,) if self.unit else ()


@dataclass(frozen=True)
class SharedQuota:
    """How many of an activity the posts of some roles owe between them, in all, for each stretch of the year.

    Posts of the ``units`` and of those below them share it; without any, those of all units. Sources: SAN-35,
    RBWM-22, RBWM-27. Raises ValueError.
    """

    roles: tuple[str, ...]
    activity: str
    amounts: tuple[int, ...]
    per: Per = Per.MONTH
    units: tuple[str, ...] = ()
    years: YearsDue = EVERY_YEAR

    def __post_init__(self) -> None:
        object.__setattr__(self, "per", Per(self.per))
        object.__setattr__(self, "roles", tuple(self.roles))
        object.__setattr__(self, "units", tuple(self.units))
        object.__setattr__(self, "amounts", tuple(self.amounts))
        if not self.roles:
            raise ValueError(f"Shared quota for {self.activity}: name at least one role.")
        check_amounts(f"Shared quota for {self.activity}", self.amounts, self.per)

    @property
    def in_units(self) -> tuple[str, ...]:
        return self.units


def check_amounts(name: str, amounts: tuple[int, ...], per: Per) -> None:
    """Raises ValueError for an amount below zero, or too few or too many of them."""
    if len(amounts) != per.stretches:
        raise ValueError(f"{name}: give {per.stretches} amounts, one a {per}, not {len(amounts)}.")
    for number, one in enumerate(amounts, start=1):
        if one < 0:
            raise ValueError(f"{name}, {per} {number}: {one} is below 0; give 0 or more.")


def amounts_in(quota: Quota | SharedQuota, year: ProgrammeYear) -> tuple[int, ...]:
    """The amounts that hold in a programme year: none where it is not due in it (RBWM-07)."""
    return quota.amounts if quota.years.is_due(year) else (0,) * len(quota.amounts)


def by_quarter(amounts: tuple[int, ...], per: Per) -> Quarters | None:
    if 3 % per.months:
        return None
    size = 3 // per.months
    first, second, third, fourth = (sum(amounts[i : i + size]) for i in range(0, len(amounts), size))
    return first, second, third, fourth


@dataclass(frozen=True)
class Excess:
    """More pieces of work in a stretch of the year than a quota allows."""

    quota: Quota
    stretch: Stretch
    allowed: int
    count: int


@dataclass(frozen=True)
class GridRow:
    """``quarters`` is None where one amount is for more than a quarter."""

    role: str
    unit: str | None
    activity: str
    kind: Kind
    quarters: Quarters | None
    total: int


@dataclass(frozen=True)
class RoleTotal:
    """What one post of the role owes in all; upper limits are not owed and do not count.

    ``quarters`` is None where one of its amounts is for more than a quarter.
    """

    role: str
    unit: str | None
    quarters: Quarters | None
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


def stretches(year: ProgrammeYear, per: Per) -> tuple[Stretch, ...]:
    """The parts of the year that have one amount each."""
    return tuple(Stretch(first, per.months) for first in year.months[:: per.months])


def stretch_number(per: Per, month: Month, year_starts_in: int = APRIL) -> int:
    """Which stretch of its programme year a month lies in, from 0."""
    year = ProgrammeYear.of(month.start, year_starts_in)
    return year.months.index(month) // per.months


def exceeded(quota: Quota, year: ProgrammeYear, by_month: Mapping[Month, int]) -> list[Excess]:
    """The stretches in which one post has more than an exact quota or an upper limit allows (BED-05)."""
    if quota.kind is Kind.MINIMUM:
        return []
    counts = (
        (stretch, allowed, sum(by_month.get(month, 0) for month in stretch.months))
        for stretch, allowed in zip(stretches(year, quota.per), amounts_in(quota, year), strict=True)
    )
    return [Excess(quota, *one) for one in counts if one[2] > one[1]]


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


def spread_over(months: Sequence[Month], amount: int, rotation: int = 0) -> Counter[Month]:
    """The amount over months of a stretch as evenly as it goes, the first month first.

    Of a quarter, 3 are one a month, 1 is in the first month, 2 are in the first and the third; 4 of a year
    are one in every third month. ``rotation`` begins with a later month instead (1 the second, and so on,
    round again from the first), so that posts can take turns and a role's work is spread (LAN-11).
    """
    size = len(months)
    return Counter(
        {
            month: amount // size + ((place - rotation) * amount % size < amount % size)
            for place, month in enumerate(months)
        }
    )


def grid(quotas: Iterable[Quota]) -> Grid:
    """Role by quarter by activity, with the totals of each row and of each role. Source: LAN-16."""
    rows = tuple(_grid_row(quota) for quota in quotas)
    posts = dict.fromkeys((row.role, row.unit) for row in rows)
    return Grid(rows, tuple(_role_total(role, unit, rows) for role, unit in posts))


def _grid_row(quota: Quota) -> GridRow:
    return GridRow(quota.role, quota.unit, quota.activity, quota.kind, quota.by_quarter, sum(quota.amounts))


def _role_total(role: str, unit: str | None, rows: Iterable[GridRow]) -> RoleTotal:
    counted = [row for row in rows if (row.role, row.unit) == (role, unit) and row.kind is not Kind.UPPER]
    total = sum(row.total for row in counted)
    known = [row.quarters for row in counted if row.quarters is not None]
    if len(known) < len(counted):
        return RoleTotal(role, unit, None, total)
    first, second, third, fourth = (sum(quarters[i] for quarters in known) for i in range(4))
    return RoleTotal(role, unit, (first, second, third, fourth), total)
