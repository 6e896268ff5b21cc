from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.catching_up import MinimumDue, due_by
from qaframework.rules.periods import Month, ProgrammeYear

YEAR = ProgrammeYear(2026)
months_of_the_year = st.sets(st.sampled_from(YEAR.months), min_size=1)


def by_month(months: set[Month], cases: int, percent: float, begins: Month = YEAR.months[0]) -> list[int]:
    return [
        due_by(month, year=YEAR, begins=begins, months=months, cases=cases, percent=percent)
        for month in YEAR.months
    ]


def test_a_tenth_of_1400_cases_is_spread_over_the_months_of_the_year() -> None:
    due = by_month(set(YEAR.months), 1400, 10)
    assert due == [12, 24, 35, 47, 59, 70, 82, 94, 105, 117, 129, 140]


def test_months_without_a_draw_ask_for_nothing_and_the_others_carry_their_part() -> None:
    random_months = {month for month in YEAR.months if month.month not in (4, 8)}
    due = by_month(random_months, 1000, 10)
    assert due == [0, 10, 20, 30, 30, 40, 50, 60, 70, 80, 90, 100]


def test_a_programme_that_begins_in_the_year_asks_for_its_part_of_the_year_only() -> None:
    october = YEAR.months[6]
    assert by_month(set(YEAR.months[6:]), 1200, 10, begins=october) == [0] * 6 + [10, 20, 30, 40, 50, 60]


def test_nothing_is_due_where_nothing_is_drawn() -> None:
    assert by_month(set(), 1400, 10) == [0] * 12


@given(months_of_the_year, st.integers(0, 5000), st.sampled_from([0.5, 5, 10, 12.5, 100]))
def test_what_is_due_only_grows_and_ends_at_the_share(months: set[Month], cases: int, percent: float) -> None:
    due = by_month(months, cases, percent)
    assert due == sorted(due)
    assert due[-1] == ceil(Fraction(str(percent)) / 100 * cases)
    steps = [after - before for before, after in zip([0, *due], due, strict=False)]
    drawn = [step for step, month in zip(steps, YEAR.months, strict=True) if month in months]
    assert max(drawn) - min(drawn) <= 1
    assert all(step == 0 for step, month in zip(steps, YEAR.months, strict=True) if month not in months)


@given(
    st.integers(1, 100),
    st.integers(0, 60),
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=12),
)
def test_a_minimum_is_kept_up_with_and_what_was_missed_is_made_up_for(
    percent: int, size: int, past: list[tuple[int, bool]]
) -> None:
    drawn = sum(number for number, _ in past)
    marked = sum(number for number, was_marked in past if was_marked)
    due = MinimumDue(percent, size, drawn, marked).marked
    assert 0 <= due <= size
    reached = (marked + due) * 100 >= (drawn + size) * percent
    assert reached or due == size
    assert due == 0 or (marked + due - 1) * 100 < (drawn + size) * percent


@pytest.mark.parametrize(
    ("drawn", "marked", "size", "due"),
    [(0, 0, 6, 1), (6, 1, 6, 1), (12, 2, 6, 0), (18, 0, 6, 3), (0, 0, 0, 0)],
)
def test_ten_percent_of_six_a_month(drawn: int, marked: int, size: int, due: int) -> None:
    assert MinimumDue(10, size, drawn, marked).marked == due
