from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.deadlines import Offset, Unit
from qaframework.rules.ladders import Ladder, Rung, moments
from qaframework.rules.working_days import LONDON, WorkingCalendar, end_of_day

CALENDAR = WorkingCalendar()


def rung(position: int, offset: str, *, before: bool = False) -> Rung:
    return Rung(position, Offset.parse(offset), before, ("owner",), offset)


LATE_AUDIT = Ladder("late_audit", (rung(1, "2 days"), rung(2, "7 days"), rung(3, "14 days")))

due_moments = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
ladders = st.lists(st.tuples(st.integers(0, 40), st.sampled_from(Unit), st.booleans()), max_size=6).map(
    lambda rungs: Ladder(
        "any",
        tuple(
            Rung(position, Offset(count, unit), before, ("owner",), "")
            for position, (count, unit, before) in enumerate(rungs, start=1)
        ),
    )
)


def test_late_audits_escalate_at_eight_on_the_second_seventh_and_fourteenth_day() -> None:
    due_at = end_of_day(datetime(2026, 11, 10).date())
    days = [at.astimezone(LONDON).strftime("%d %b %H:%M") for _, at in moments(LATE_AUDIT, due_at, CALENDAR)]
    assert days == ["12 Nov 08:00", "17 Nov 08:00", "24 Nov 08:00"]


def test_a_rung_is_at_eight_in_london_on_both_sides_of_a_clock_change() -> None:
    due_at = end_of_day(datetime(2026, 10, 20).date())
    steps = [at for _, at in moments(LATE_AUDIT, due_at, CALENDAR)]
    assert [at.hour for at in steps] == [7, 8, 8]  # UTC, before and after 25 October
    assert {at.astimezone(LONDON).hour for at in steps} == {8}


def test_days_are_counted_from_the_day_it_is_in_london() -> None:
    half_past_midnight = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert moments(LATE_AUDIT, half_past_midnight, CALENDAR)[0][1] == datetime(2026, 7, 4, 7, 0, tzinfo=UTC)


def test_reminders_come_before_the_deadline_and_steps_are_in_time_order() -> None:
    ladder = Ladder(
        "audit",
        (
            rung(3, "2 days"),
            rung(2, "2 days", before=True),
            rung(1, "1 week", before=True),
            rung(4, "1 hour"),
        ),
    )
    due_at = end_of_day(datetime(2026, 11, 10).date())
    steps = moments(ladder, due_at, CALENDAR)
    assert [step.position for step, _ in steps] == [1, 2, 4, 3]
    assert [at.day for _, at in steps] == [3, 8, 11, 12]
    assert {step.position: at for step, at in steps}[4] == due_at + timedelta(hours=1)


def test_steps_of_one_moment_come_in_the_order_of_their_positions() -> None:
    ladder = Ladder("audit", (rung(2, "7 days"), rung(1, "1 week")))
    steps = moments(ladder, end_of_day(datetime(2026, 11, 10).date()), CALENDAR)
    assert [step.position for step, _ in steps] == [1, 2]


def test_reminders_in_working_days_step_back_over_christmas() -> None:
    ladder = Ladder("audit", (rung(1, "2 working days", before=True),))
    due_at = end_of_day(datetime(2026, 12, 29).date())
    assert moments(ladder, due_at, CALENDAR)[0][1].date().isoformat() == "2026-12-23"


def test_hours_count_exactly() -> None:
    due_at = datetime(2026, 11, 10, 14, 7, tzinfo=UTC)
    ladder = Ladder("concern", (rung(1, "4 hours"), rung(2, "1 hour", before=True)))
    assert [at for _, at in moments(ladder, due_at, CALENDAR)] == [
        datetime(2026, 11, 10, 13, 7, tzinfo=UTC),
        datetime(2026, 11, 10, 18, 7, tzinfo=UTC),
    ]


@pytest.mark.parametrize("hour", [5, 14])
def test_on_the_day_itself_nothing_is_on_the_wrong_side_of_the_deadline(hour: int) -> None:
    due_at = datetime(2026, 11, 10, hour, tzinfo=UTC)
    ladder = Ladder("concern", (rung(1, "0 days", before=True), rung(2, "0 days")))
    (reminder, reminded_at), (_, escalated_at) = moments(ladder, due_at, CALENDAR)
    assert reminder.before
    assert reminded_at <= due_at <= escalated_at


@given(ladders, due_moments)
def test_every_rung_has_one_moment_on_its_side_of_the_deadline(ladder: Ladder, due_at: datetime) -> None:
    steps = moments(ladder, due_at, CALENDAR)
    assert sorted(step.position for step, _ in steps) == [step.position for step in ladder.rungs]
    assert [at for _, at in steps] == sorted(at for _, at in steps)
    for step, at in steps:
        assert at.tzinfo is UTC
        assert at <= due_at if step.before else at >= due_at


def test_refuses_two_rungs_in_one_place_and_a_deadline_without_time_zone() -> None:
    with pytest.raises(ValueError, match="position of its own"):
        Ladder("late_audit", (rung(1, "2 days"), rung(1, "7 days")))
    with pytest.raises(ValueError, match="no time zone"):
        moments(LATE_AUDIT, datetime(2026, 11, 10), CALENDAR)
