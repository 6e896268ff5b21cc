"""A cadence gives the days or weeks of a year on which a group meets."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.cadence import Cadence, Every, occasions, week_of
from qaframework.rules.periods import Month, ProgrammeYear
from qaframework.rules.working_days import WorkingCalendar

YEAR = ProgrammeYear(2026)
CALENDAR = WorkingCalendar()
MONDAY, WEDNESDAY = 0, 2

years = st.builds(ProgrammeYear, st.integers(2020, 2040), st.integers(1, 12))
monthly = st.sampled_from([every for every in Every if every.months])
weeks = st.none() | st.integers(1, 4)
weekdays = st.none() | st.integers(0, 4)


def held(*arguments, year=YEAR, calendar=CALENDAR, **named):
    return [(one.first, one.last) for one in occasions(Cadence(*arguments, **named), year, calendar)]


def test_a_week_of_every_month_is_monday_to_friday():
    first, second, *_ = held(Every.MONTH, week=3)
    assert first == (date(2026, 4, 20), date(2026, 4, 24))
    assert second == (date(2026, 5, 18), date(2026, 5, 22))


def test_a_weekday_of_a_week_is_that_day_of_the_month():
    (april, *_) = held(Every.MONTH, week=3, weekday=WEDNESDAY)
    assert april == (date(2026, 4, 15), date(2026, 4, 15))


def test_without_a_day_it_is_some_day_of_the_month():
    assert held(Every.HALF_YEAR) == [
        (date(2026, 4, 1), date(2026, 4, 30)),
        (date(2026, 10, 1), date(2026, 10, 31)),
    ]


def test_the_others_follow_from_the_month_that_is_named():
    months = [one.first.month for one in occasions(Cadence(Every.TWO_MONTHS, in_month=5), YEAR, CALENDAR)]
    assert months == [5, 7, 9, 11, 1, 3]
    months = [one.first.month for one in occasions(Cadence(Every.QUARTER, in_month=1), YEAR, CALENDAR)]
    assert months == [4, 7, 10, 1]


def test_a_holiday_moves_to_the_next_working_day():
    """6 April 2026 is Easter Monday."""
    assert (date(2026, 4, 7), date(2026, 4, 7)) in held(Every.MONTH, week=1, weekday=MONDAY)
    closed = WorkingCalendar([date(2026, 4, 7)])
    assert (date(2026, 4, 8), date(2026, 4, 8)) in held(Every.MONTH, week=1, weekday=MONDAY, calendar=closed)


def test_every_two_weeks_begins_with_the_first_week_of_the_year():
    days = [first for first, _ in held(Every.TWO_WEEKS)]
    assert days[:3] == [date(2026, 4, 6), date(2026, 4, 20), date(2026, 5, 4)]
    assert len(days) == 26


def test_weeks_of_a_cycle_run_on_into_the_months_after():
    april = Month(2026, 4)
    assert [week_of(april, week) for week in (1, 4, 8)] == [
        date(2026, 4, 6),
        date(2026, 4, 27),
        date(2026, 5, 25),
    ]


@given(years, monthly, weeks, weekdays, st.none() | st.integers(1, 12))
def test_what_is_counted_in_months_is_held_once_in_each_turn(year, every, week, weekday, in_month):
    found = occasions(Cadence(every, week, weekday, in_month), year, CALENDAR)
    months = [one.month for one in found]
    assert len(found) == 12 // every.months
    assert months == sorted(set(months))
    assert set(months) <= set(year.months)
    if in_month:
        assert in_month in {month.month for month in months}
    for one in found:
        assert one.first in one.month or weekday is not None
        if weekday is not None:
            assert one.is_dated
            assert CALENDAR.is_working_day(one.first)


@given(years, st.sampled_from([Every.WEEK, Every.TWO_WEEKS]), weekdays)
def test_what_is_counted_in_weeks_is_evenly_spread(year, every, weekday):
    calendar = WorkingCalendar()
    found = occasions(Cadence(every, weekday=weekday), year, calendar)
    assert 26 * 2 // every.weeks - 2 < len(found) <= 53
    if weekday is None:
        gaps = {after.first - before.first for before, after in zip(found, found[1:], strict=False)}
        assert gaps == {timedelta(weeks=every.weeks)}
        assert all(one.first.weekday() == 0 and one.last.weekday() == 4 for one in found)


@pytest.mark.parametrize(
    "wrong",
    [
        {"every": Every.MONTH, "week": 5},
        {"every": Every.MONTH, "week": 0},
        {"every": Every.MONTH, "weekday": 7},
        {"every": Every.MONTH, "in_month": 13},
        {"every": Every.WEEK, "week": 1},
        {"every": Every.TWO_WEEKS, "in_month": 4},
    ],
)
def test_a_cadence_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"."):
        Cadence(**wrong)
