"""Messages wait for the end of quiet hours, across midnight, week-ends and changes of the clock."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.quiet_hours import QuietHours, first_allowed, last_time_of_day
from qaframework.rules.working_days import LONDON, WorkingCalendar

CALENDAR = WorkingCalendar([datetime(2026, 12, 29).date()])
NIGHT = QuietHours(time(19), time(7))


def london(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        (london(2, 18, 59), london(2, 18, 59)),
        (london(2, 19), london(3, 7)),
        (london(3, 3), london(3, 7)),
        (london(3, 7), london(3, 7)),
        (london(24, 23), london(25, 7)),  # Christmas Day is not quiet unless days off are
    ],
)
def test_the_night_ends_in_the_morning(moment, allowed):
    assert first_allowed(moment, NIGHT, CALENDAR) == allowed


def test_a_lunch_hour_lies_within_one_day():
    lunch = QuietHours(time(12), time(13))
    assert first_allowed(london(2, 12, 30), lunch, CALENDAR) == london(2, 13)
    assert first_allowed(london(2, 13, 30), lunch, CALENDAR) == london(2, 13, 30)


def test_days_off_are_quiet_as_a_whole_and_then_the_night_goes_on():
    peace = QuietHours(time(19), time(7), on_days_off=True)
    # Friday night, Christmas Day and Boxing Day with its substitute on Monday, and a local closure day.
    assert first_allowed(london(24, 20), peace, CALENDAR) == london(30, 7)
    assert first_allowed(london(5, 12), QuietHours(on_days_off=True), CALENDAR) == london(7, 0)


def test_nothing_is_quiet_without_a_choice():
    assert first_allowed(london(5, 3), QuietHours(), CALENDAR) == london(5, 3)


@pytest.mark.parametrize(
    ("begin", "end"),
    [(time(8), None), (None, time(8)), (time(8), time(8))],
    ids=["no end", "no start", "same"],
)
def test_half_a_choice_is_refused(begin, end):
    with pytest.raises(ValueError, match="Quiet hours"):
        QuietHours(begin, end)


hours = st.integers(0, 23).map(time)


def quiet_on_paper(moment: datetime, begin: time, end: time, on_days_off: bool) -> bool:
    """Whether a wall clock and a calendar say that somebody wants peace; shares no code with the program."""
    local = moment.astimezone(LONDON)
    if on_days_off and (local.weekday() > 4 or not CALENDAR.is_working_day(local.date())):
        return True
    minutes = local.hour * 60 + local.minute
    begins, ends = begin.hour * 60, end.hour * 60
    return begins <= minutes < ends if begins < ends else minutes >= begins or minutes < ends


@given(
    quarters=st.integers(0, 4 * 24 * 9),
    beginning=st.sampled_from([datetime(2026, 10, 22), datetime(2026, 3, 26), datetime(2026, 12, 23)]),
    begin=hours,
    end=hours,
    on_days_off=st.booleans(),
)
def test_it_is_the_first_quarter_of_an_hour_that_a_diary_allows(quarters, beginning, begin, end, on_days_off):
    if begin == end:
        return
    moment = beginning.replace(tzinfo=UTC) + timedelta(minutes=15 * quarters)
    expected = moment
    while quiet_on_paper(expected, begin, end, on_days_off):
        expected += timedelta(minutes=15)
    assert first_allowed(moment, QuietHours(begin, end, on_days_off), CALENDAR) == expected


@pytest.mark.parametrize(
    ("now", "quiet", "due"),
    [
        (london(3, 8), QuietHours(), london(3, 8)),
        (london(3, 7, 59), QuietHours(), london(2, 8)),
        (london(6, 12), QuietHours(), london(6, 8)),
        (london(6, 12), QuietHours(on_days_off=True), london(4, 8)),
        (london(29, 12, month=3), QuietHours(), london(29, 8, month=3)),  # the clock went forward at night
    ],
)
def test_the_last_time_of_day_is_todays_or_an_earlier_days(now, quiet, due):
    assert last_time_of_day(now, time(8), quiet, CALENDAR) == due
