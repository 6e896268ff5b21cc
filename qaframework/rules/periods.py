"""Calendar months, and the quarters and years of an audit programme that may start in any month."""

import re
from calendar import month_name, monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

APRIL = 4
YEARS = range(1900, 3000)


class Period:
    """A run of whole months. Periods of one kind compare by time."""

    @property
    def key(self) -> str:
        raise NotImplementedError

    @property
    def label(self) -> str:
        raise NotImplementedError

    @property
    def months(self) -> tuple["Month", ...]:
        raise NotImplementedError

    @property
    def start(self) -> date:
        """The first day."""
        return self.months[0].start

    @property
    def end(self) -> date:
        """The last day, included."""
        return self.months[-1].end

    def __contains__(self, d: date) -> bool:
        return self.start <= d <= self.end

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True, order=True)
class Month(Period):
    year: int
    month: int

    def __post_init__(self) -> None:
        _check_year(self.year)
        _check_month(self.month)

    @classmethod
    def of(cls, d: date) -> Self:
        return cls(d.year, d.month)

    @classmethod
    def parse(cls, key: str) -> Self:
        """Reads "2026-12". Raises ValueError."""
        match = re.fullmatch(r"(\d{4})-(\d{2})", key)
        if match is None:
            raise ValueError(f"“{key}” is not a month. Write the year and the month, for example “2026-12”.")
        return cls(int(match[1]), int(match[2]))

    @property
    def key(self) -> str:
        return f"{self.year}-{self.month:02}"

    @property
    def label(self) -> str:
        return f"{month_name[self.month]} {self.year}"

    @property
    def months(self) -> tuple["Month", ...]:
        return (self,)

    @property
    def start(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def end(self) -> date:
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    def next(self) -> "Month":
        return self.plus(1)

    def previous(self) -> "Month":
        return self.plus(-1)

    def plus(self, months: int) -> "Month":
        year, index = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(year, index + 1)


@dataclass(frozen=True, order=True)
class Quarter(Period):
    """Quarter ``number`` of the programme year that starts in ``year``."""

    year: int
    number: int
    year_starts_in: int = APRIL

    def __post_init__(self) -> None:
        _check_year(self.year)
        _check_month(self.year_starts_in)
        if self.number not in range(1, 5):
            raise ValueError(f"A quarter is 1, 2, 3 or 4, not {self.number}.")

    @classmethod
    def of(cls, d: date, year_starts_in: int = APRIL) -> Self:
        first = ProgrammeYear.of(d, year_starts_in)
        months_in = (d.year - first.year) * 12 + d.month - year_starts_in
        return cls(first.year, months_in // 3 + 1, year_starts_in)

    @classmethod
    def parse(cls, key: str, year_starts_in: int = APRIL) -> Self:
        """Reads "2026-Q3". Raises ValueError."""
        match = re.fullmatch(r"(\d{4})-Q(\d)", key)
        if match is None:
            raise ValueError(
                f"“{key}” is not a quarter. Write the year and the quarter, for example “2026-Q3”."
            )
        return cls(int(match[1]), int(match[2]), year_starts_in)

    @property
    def key(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def label(self) -> str:
        return f"Quarter {self.number}, {_span(self.months)}"

    @property
    def months(self) -> tuple[Month, ...]:
        first = Month(self.year, self.year_starts_in).plus((self.number - 1) * 3)
        return tuple(first.plus(i) for i in range(3))

    def next(self) -> "Quarter":
        return Quarter.of(self.end + timedelta(days=1), self.year_starts_in)

    def previous(self) -> "Quarter":
        return Quarter.of(self.start - timedelta(days=1), self.year_starts_in)


@dataclass(frozen=True, order=True)
class ProgrammeYear(Period):
    """The twelve months that start in month ``starts_in`` of ``year``."""

    year: int
    starts_in: int = APRIL

    def __post_init__(self) -> None:
        _check_year(self.year)
        _check_month(self.starts_in)

    @classmethod
    def of(cls, d: date, starts_in: int = APRIL) -> Self:
        return cls(d.year if d.month >= starts_in else d.year - 1, starts_in)

    @classmethod
    def parse(cls, key: str, starts_in: int = APRIL) -> Self:
        """Reads "2026". Raises ValueError."""
        if re.fullmatch(r"\d{4}", key) is None:
            raise ValueError(f"“{key}” is not a year. Write the year it starts in, for example “2026”.")
        return cls(int(key), starts_in)

    @property
    def key(self) -> str:
        return str(self.year)

    @property
    def label(self) -> str:
        return _span(self.months)

    @property
    def months(self) -> tuple[Month, ...]:
        return tuple(Month(self.year, self.starts_in).plus(i) for i in range(12))

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        return tuple(Quarter(self.year, number, self.starts_in) for number in range(1, 5))

    def next(self) -> "ProgrammeYear":
        return ProgrammeYear(self.year + 1, self.starts_in)

    def previous(self) -> "ProgrammeYear":
        return ProgrammeYear(self.year - 1, self.starts_in)


@dataclass(frozen=True, order=True)
class Stretch(Period):
    """``length`` months from ``first`` on, such as two months or half a year."""

    first: Month
    length: int

    def __post_init__(self) -> None:
        if self.length < 1:
            raise ValueError(f"A stretch of time has at least one month, not {self.length}.")

    @property
    def key(self) -> str:
        return f"{self.first.key}+{self.length}"

    @property
    def label(self) -> str:
        return _span(self.months)

    @property
    def months(self) -> tuple[Month, ...]:
        return tuple(self.first.plus(i) for i in range(self.length))


def parse_period(key: str, year_starts_in: int = APRIL) -> Month | Quarter | ProgrammeYear:
    """Reads "2026-12", "2026-Q3" or "2026". Raises ValueError."""
    if "Q" in key:
        return Quarter.parse(key, year_starts_in)
    if "-" in key:
        return Month.parse(key)
    return ProgrammeYear.parse(key, year_starts_in)


def _span(months: tuple[Month, ...]) -> str:
    first, last = months[0], months[-1]
    if first.year == last.year:
        return f"{month_name[first.month]} to {last.label}"
    return f"{first.label} to {last.label}"


def _check_year(year: int) -> None:
    if year not in YEARS:
        raise ValueError(f"A year is between {YEARS.start} and {YEARS.stop - 1}, not {year}.")


def _check_month(month: int) -> None:
    if month not in range(1, 13):
        raise ValueError(f"A month is between 1 and 12, not {month}.")
