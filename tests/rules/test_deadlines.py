from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.deadlines import (
    LARGEST_COUNT,
    Offset,
    RecordDue,
    RecordRule,
    Unit,
    after,
    after_pause,
    date_before,
    due_date,
    last_moment,
)
from qaframework.rules.working_days import LONDON, WorkingCalendar

CALENDAR = WorkingCalendar()
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
offsets = st.builds(Offset, st.integers(0, 60), st.sampled_from(Unit))
date_offsets = offsets.filter(lambda offset: offset.unit is not Unit.HOURS)


def london(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LONDON)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("2 days", Offset(2, Unit.DAYS)),
        ("1 day", Offset(1, Unit.DAYS)),
        ("5 working days", Offset(5, Unit.WORKING_DAYS)),
        (" 4  Weeks ", Offset(4, Unit.WEEKS)),
        ("48 hours", Offset(48, Unit.HOURS)),
        ("3 months", Offset(3, Unit.MONTHS)),
    ],
)
def test_reads_lengths_of_time(text: str, offset: Offset) -> None:
    assert Offset.parse(text) == offset


@pytest.mark.parametrize(
    "text", ["", "soon", "ASAP", "-2 days", "two days", "2", "2.5 weeks", "2 fortnights"]
)
def test_refuses_other_texts_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="5 working days") as refused:
        Offset.parse(text)
    assert f"“{text}”" in str(refused.value)


@pytest.mark.parametrize("count", [-1, LARGEST_COUNT + 1])
def test_refuses_counts_out_of_range(count: int) -> None:
    with pytest.raises(ValueError, match="between 0 and"):
        Offset(count, Unit.DAYS)


@given(offsets)
def test_what_is_written_is_read_again(offset: Offset) -> None:
    assert Offset.parse(str(offset)) == offset


def test_four_weeks_from_allocation() -> None:
    assert due_date(date(2026, 11, 10), Offset.parse("4 weeks"), CALENDAR) == date(2026, 12, 8)


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
def test_a_month_without_such_a_day_ends_on_its_last(start: date, months: int, due: date) -> None:
    assert due_date(start, Offset(months, Unit.MONTHS), CALENDAR) == due


def test_a_deadline_on_a_holiday_moves_on_only_when_asked() -> None:
    four_weeks = Offset(4, Unit.WEEKS)
    assert due_date(date(2026, 11, 27), four_weeks, CALENDAR) == date(2026, 12, 25)
    assert due_date(date(2026, 11, 27), four_weeks, CALENDAR, roll_to_working_day=True) == date(2026, 12, 29)


def test_hours_cannot_be_counted_from_a_date() -> None:
    with pytest.raises(ValueError, match="hours need a moment"):
        due_date(date(2026, 11, 10), Offset(48, Unit.HOURS), CALENDAR)


@pytest.mark.parametrize("before_change", [london(2026, 3, 28, 10, 0), london(2026, 10, 24, 10, 0)])
def test_days_keep_the_wall_time_and_hours_the_elapsed_time(before_change: datetime) -> None:
    a_day_on = after(before_change, Offset(1, Unit.DAYS), CALENDAR)
    hours_on = after(before_change, Offset(24, Unit.HOURS), CALENDAR)
    assert a_day_on.astimezone(LONDON).hour == 10
    assert hours_on - before_change.astimezone(UTC) == timedelta(hours=24)
    assert a_day_on != hours_on


def test_48_hours_are_elapsed_hours_over_a_week_end() -> None:
    friday = london(2026, 11, 13, 16, 0)
    assert after(friday, Offset(48, Unit.HOURS), CALENDAR) == london(2026, 11, 15, 16, 0)
    assert after(friday, Offset(2, Unit.WORKING_DAYS), CALENDAR) == london(2026, 11, 17, 16, 0)


def test_a_time_that_the_clocks_skip_becomes_the_next_that_exists() -> None:
    half_past_one = london(2026, 3, 28, 1, 30)
    assert after(half_past_one, Offset(1, Unit.DAYS), CALENDAR) == london(2026, 3, 29, 2, 30)


def test_no_days_on_is_the_same_moment_even_in_the_hour_that_comes_twice() -> None:
    second_half_past_one = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert after(second_half_past_one, Offset(0, Unit.DAYS), CALENDAR) == second_half_past_one


@given(moments, offsets)
def test_results_are_utc_and_never_before_the_start(moment: datetime, offset: Offset) -> None:
    result = after(moment, offset, CALENDAR)
    assert result.tzinfo is UTC
    assert result >= moment if offset.count else result == moment


@given(moments, moments, offsets)
def test_a_later_moment_never_falls_due_a_day_earlier(a: datetime, b: datetime, offset: Offset) -> None:
    first, second = sorted([a, b])
    one_day = timedelta(days=1)
    assert after(first, offset, CALENDAR) <= after(second, offset, CALENDAR) + one_day


@given(days, date_offsets)
def test_before_undoes_after_within_the_length_of_a_month_or_holiday(d: date, offset: Offset) -> None:
    there = due_date(d, offset, CALENDAR)
    back = date_before(there, offset, CALENDAR)
    if offset.unit in (Unit.DAYS, Unit.WEEKS):
        assert back == d
    assert abs((back - d).days) <= 5


@given(moment=moments, offset=offsets)
def test_the_last_moment_is_exact_for_hours_and_else_the_end_of_a_whole_day(
    moment: datetime, offset: Offset
) -> None:
    """Against a day that is counted one by one."""
    last = last_moment(moment, offset, CALENDAR)
    if offset.unit is Unit.HOURS:
        assert last == moment + timedelta(hours=offset.count)
        return
    local = last.astimezone(LONDON)
    assert (local.hour, local.minute, local.second) == (23, 59, 59)
    if offset.unit is Unit.WORKING_DAYS:
        begun = moment.astimezone(LONDON).date()
        between = (begun + timedelta(days=step) for step in range(1, (local.date() - begun).days + 1))
        assert sum(CALENDAR.is_working_day(day) for day in between) == offset.count


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        after(datetime(2026, 11, 10), Offset(48, Unit.HOURS), CALENDAR)


@given(period_due=days, event_on=days, count=st.integers(0, 40), due=st.sampled_from(RecordDue))
def test_the_day_of_an_event_gives_its_record_a_deadline_and_never_more_time_for_the_event(
    period_due: date, event_on: date, count: int, due: RecordDue
) -> None:
    rule = RecordRule(Offset(count, Unit.DAYS), due)
    found = rule.due_on(period_due, event_on, CALENDAR)
    within = event_on + timedelta(days=count)
    if due is RecordDue.BEFORE_EVENT:
        assert found == min(event_on - timedelta(days=count), period_due)
    elif event_on > period_due:
        assert found == period_due
    elif due is RecordDue.AFTER_EVENT:
        assert found == within
    else:
        assert found == min(within, period_due)


def test_until_the_day_is_known_the_period_ends_it() -> None:
    rule = RecordRule(Offset(5, Unit.DAYS), RecordDue.AFTER_EVENT)
    assert rule.due_on(date(2026, 11, 30), None, CALENDAR) == date(2026, 11, 30)


# A pause


@pytest.mark.parametrize(
    ("unit", "due_on", "new_due_on"),
    [
        (Unit.WEEKS, date(2026, 12, 18), date(2026, 12, 30)),  # 3 to 15 December: 12 days
        (Unit.WORKING_DAYS, date(2026, 12, 18), date(2027, 1, 4)),  # 8 working days, over Christmas
    ],
)
def test_a_deadline_moves_by_the_days_of_a_pause_as_it_counts_them(
    unit: Unit, due_on: date, new_due_on: date
) -> None:
    paused_on, resumed_on = date(2026, 12, 3), date(2026, 12, 15)
    assert after_pause(due_on, paused_on, resumed_on, CALENDAR, counted_in=unit) == new_due_on


@given(
    paused_on=days,
    left=st.integers(0, 90),
    lasted=st.integers(0, 200),
    unit=st.sampled_from([Unit.DAYS, Unit.WEEKS, Unit.MONTHS, Unit.WORKING_DAYS]),
)
def test_after_a_pause_as_much_time_is_left_as_before_it(
    paused_on: date, left: int, lasted: int, unit: Unit
) -> None:
    due_on, resumed_on = paused_on + timedelta(days=left), paused_on + timedelta(days=lasted)
    moved = after_pause(due_on, paused_on, resumed_on, CALENDAR, counted_in=unit)

    def days_from(start: date, end: date) -> int:
        between = [start + timedelta(days=number) for number in range(1, (end - start).days + 1)]
        return sum(unit is not Unit.WORKING_DAYS or CALENDAR.is_working_day(day) for day in between)

    assert days_from(resumed_on, moved) == days_from(paused_on, due_on)
    assert moved >= due_on
    assert lasted or moved == due_on
