from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.working_days import (
    LONDON,
    WorkingCalendar,
    at_local_time,
    end_of_day,
    local_date,
    start_of_day,
)

CALENDAR = WorkingCalendar()
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
counts = st.integers(0, 60)


@pytest.mark.parametrize(
    ("d", "working"),
    [
        (date(2026, 11, 10), True),  # an ordinary Tuesday
        (date(2026, 11, 14), False),  # Saturday
        (date(2026, 11, 15), False),  # Sunday
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 12, 25), False),
        (date(2026, 12, 28), False),  # for Boxing Day, a Saturday in 2026
        (date(2026, 12, 29), True),
        (date(2026, 8, 31), False),  # late summer, not a holiday in Scotland
        (date(2026, 11, 30), True),  # St Andrew's Day, a holiday in Scotland only
        (date(2028, 2, 29), True),
    ],
)
def test_knows_the_working_days_of_england(d: date, working: bool) -> None:
    assert CALENDAR.is_working_day(d) is working


def test_closure_days_of_an_authority_are_not_working_days() -> None:
    closed = WorkingCalendar([date(2026, 12, 29), date(2026, 12, 30), date(2026, 12, 31)])
    assert closed.add_working_days(date(2026, 12, 24), 1) == date(2027, 1, 4)
    assert CALENDAR.add_working_days(date(2026, 12, 24), 1) == date(2026, 12, 29)


def test_five_working_days_step_over_easter() -> None:
    assert CALENDAR.add_working_days(date(2026, 4, 1), 5) == date(2026, 4, 10)


def test_no_working_days_on_give_the_day_itself_even_a_sunday() -> None:
    assert CALENDAR.add_working_days(date(2026, 11, 15), 0) == date(2026, 11, 15)
    assert CALENDAR.next_working_day(date(2026, 11, 15)) == date(2026, 11, 16)


def test_a_negative_number_of_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more, not -1"):
        CALENDAR.add_working_days(date(2026, 11, 10), -1)


@given(days, counts)
def test_adding_working_days_lands_on_a_working_day_and_counts_back(d: date, n: int) -> None:
    later = CALENDAR.add_working_days(d, n)
    passed = (d + timedelta(days=days) for days in range(1, (later - d).days + 1))
    assert sum(map(CALENDAR.is_working_day, passed)) == n
    assert n == 0 or CALENDAR.is_working_day(later)
    assert CALENDAR.subtract_working_days(later, n) <= CALENDAR.next_working_day(d)


@given(days, counts)
def test_from_a_working_day_there_and_back_is_the_same_day(d: date, n: int) -> None:
    start = CALENDAR.next_working_day(d)
    assert CALENDAR.subtract_working_days(CALENDAR.add_working_days(start, n), n) == start


@given(days, days, counts)
def test_a_later_start_never_gives_an_earlier_end(a: date, b: date, n: int) -> None:
    first, second = sorted([a, b])
    assert CALENDAR.add_working_days(first, n) <= CALENDAR.add_working_days(second, n)


@given(days, st.integers(1, 30))
def test_every_working_day_more_is_later(d: date, n: int) -> None:
    assert CALENDAR.add_working_days(d, n - 1) < CALENDAR.add_working_days(d, n)


@pytest.mark.parametrize(
    ("d", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 10), 24)],
)
def test_a_day_is_an_hour_shorter_or_longer_when_the_clocks_change(d: date, hours: int) -> None:
    assert end_of_day(d) - start_of_day(d) == timedelta(hours=hours, seconds=-1)


def test_a_summer_day_ends_at_an_hour_before_midnight_utc() -> None:
    assert end_of_day(date(2026, 7, 1)) == datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC)
    assert end_of_day(date(2026, 12, 1)) == datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)
    assert end_of_day(date(2026, 7, 1)).tzinfo is UTC


@given(days)
def test_both_ends_of_a_day_belong_to_it(d: date) -> None:
    assert local_date(start_of_day(d)) == d == local_date(end_of_day(d))
    assert local_date(start_of_day(d) - timedelta(seconds=1)) == d - timedelta(days=1)
    assert end_of_day(d) + timedelta(seconds=1) == start_of_day(d + timedelta(days=1))


@given(days, st.times())
def test_local_times_come_back_except_in_the_skipped_hour(d: date, wall_time: time) -> None:
    back = at_local_time(d, wall_time).astimezone(LONDON).replace(tzinfo=None)
    asked = datetime.combine(d, wall_time)
    assert back in (asked, asked + timedelta(hours=1))


def test_a_moment_without_time_zone_has_no_local_date() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        local_date(datetime(2026, 11, 10, 10, 0))
