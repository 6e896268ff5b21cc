from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.periods import Month, ProgrammeYear, Quarter, parse_period

days = st.dates(date(2000, 1, 1), date(2050, 12, 31))
first_months = st.integers(1, 12)


def test_a_month_has_key_ends_and_label() -> None:
    december = Month.parse("2026-12")
    assert (december.key, december.label) == ("2026-12", "December 2026")
    assert (december.start, december.end) == (date(2026, 12, 1), date(2026, 12, 31))
    assert december.next() == Month(2027, 1)
    assert Month(2027, 1).previous() == december
    assert Month(2028, 2).end == date(2028, 2, 29)


def test_the_third_quarter_of_a_year_from_april() -> None:
    quarter = Quarter.of(date(2026, 11, 10))
    assert quarter.key == "2026-Q3"
    assert quarter.label == "Quarter 3, October to December 2026"
    assert (quarter.start, quarter.end) == (date(2026, 10, 1), date(2026, 12, 31))


def test_the_last_quarter_is_named_after_the_year_in_which_the_programme_starts() -> None:
    quarter = Quarter.of(date(2027, 2, 1))
    assert quarter == Quarter(2026, 4)
    assert quarter.label == "Quarter 4, January to March 2027"
    assert quarter.next() == Quarter(2027, 1)


def test_labels_name_both_years_where_a_period_crosses_them() -> None:
    assert Quarter(2026, 1, 12).label == "Quarter 1, December 2026 to February 2027"
    assert ProgrammeYear(2026).label == "April 2026 to March 2027"
    assert ProgrammeYear(2026, 1).label == "January to December 2026"


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "2026-1", "26-12", "December", "", "2026-Q5", "2026-Q0"]
)
def test_refuses_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match="not"):
        parse_period(text)


@given(days, first_months)
def test_every_day_lies_in_its_own_periods(d: date, starts_in: int) -> None:
    for period in (Month.of(d), Quarter.of(d, starts_in), ProgrammeYear.of(d, starts_in)):
        assert d in period
        assert parse_period(period.key, starts_in) == period
        assert period.next().start == period.end + timedelta(days=1)
        assert period.next().previous() == period
        assert period.previous().end < period.start


@given(days, first_months)
def test_quarters_and_months_make_up_the_year(d: date, starts_in: int) -> None:
    year = ProgrammeYear.of(d, starts_in)
    assert year.start.month == starts_in
    assert [m for quarter in year.quarters for m in quarter.months] == list(year.months)
    assert (year.quarters[0].start, year.quarters[-1].end) == (year.start, year.end)


def test_periods_of_one_kind_are_in_order_of_time() -> None:
    assert Month(2026, 12) < Month(2027, 1)
    assert Quarter(2026, 4) < Quarter(2027, 1)
    assert ProgrammeYear(2026) < ProgrammeYear(2027)
