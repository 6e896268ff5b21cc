"""Shares that are reached over a year: what one draw falls short of, the next ones make up for."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from qaframework.rules.periods import Month, ProgrammeYear
from qaframework.rules.sampling import share_to_choose


def due_by(
    month: Month,
    *,
    year: ProgrammeYear,
    begins: Month,
    months: Collection[Month],
    cases: int,
    percent: float,
) -> int:
    """How many of the ``cases`` have to be drawn by the end of ``month``, rounded up (BED-02).

    ``percent`` is for a whole year; a programme that ``begins`` later than its year asks for its part. The
    ``months`` in which cases are drawn share that equally.
    """
    if not months:
        return 0
    in_programme = sum(one >= begins for one in year.months)
    passed = sum(one <= month for one in months)
    share = Fraction(str(percent)) / 100 * cases * Fraction(in_programme, 12)
    return math.ceil(share * Fraction(passed, len(months)))


@dataclass(frozen=True)
class MinimumDue:
    """Of ``size`` cases that are to be drawn, how many must be marked so that all draws together keep a
    minimum of ``percent`` (SAN-09). The draws before gave ``drawn_before``, of them ``marked_before``."""

    percent: int
    size: int
    drawn_before: int
    marked_before: int

    @property
    def marked(self) -> int:
        due = share_to_choose(self.drawn_before + self.size, self.percent) - self.marked_before
        return min(max(due, 0), self.size)
