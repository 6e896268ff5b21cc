"""Halfway between two reviews, and the even sharing of what falls due."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.deadlines import Offset, Unit
from qaframework.rules.midway import BetweenReviews, share_evenly
from qaframework.rules.working_days import WorkingCalendar

CALENDAR = WorkingCalendar(frozenset())
SIX_MONTHS = Offset(6, Unit.MONTHS)
days = st.dates(date(2020, 1, 1), date(2040, 1, 1))
times = st.builds(Offset, st.integers(2, 60), st.sampled_from([Unit.DAYS, Unit.WEEKS, Unit.MONTHS]))


@pytest.mark.parametrize(
    ("last", "midpoint", "next_review"),
    [
        (date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)),
        (date(2026, 5, 12), date(2026, 8, 12), date(2026, 11, 12)),
        (date(2026, 8, 31), date(2026, 11, 29), date(2027, 2, 28)),
    ],
)
def test_the_midpoint_of_six_months(last: date, midpoint: date, next_review: date) -> None:
    between = BetweenReviews.of(last, SIX_MONTHS, CALENDAR)
    assert (between.midpoint, between.next) == (midpoint, next_review)


@given(days, times)
def test_the_midpoint_is_as_far_from_both_reviews(last: date, every: Offset) -> None:
    between = BetweenReviews.of(last, every, CALENDAR)
    before, after = between.midpoint - between.last, between.next - between.midpoint
    assert timedelta(0) < before <= after <= before + timedelta(days=1)


@given(days, times, st.integers(-400, 4000))
def test_the_second_half_is_from_the_midpoint_to_the_day_before_the_next(
    last: date, every: Offset, later: int
) -> None:
    between, on = BetweenReviews.of(last, every, CALENDAR), last + timedelta(days=later)
    assert between.is_second_half(on) == (between.midpoint <= on and on < between.next)


@given(st.integers(0, 60), st.integers(1, 9), st.integers(0, 5))
def test_where_everybody_may_take_everything_loads_differ_by_one_at_most(
    items: int, owners: int, load: int
) -> None:
    may_take = {item: list(range(owners)) for item in range(items)}
    shared = share_evenly(may_take, dict.fromkeys(range(owners), load))
    taken = [list(shared.owner_of.values()).count(owner) for owner in range(owners)]
    assert sum(taken) == items
    assert max(taken) - min(taken) <= 1
    assert shared.left == ()


@given(
    st.dictionaries(st.integers(0, 40), st.lists(st.integers(0, 5), unique=True), max_size=30),
    st.dictionaries(st.integers(0, 5), st.integers(0, 9)),
)
def test_everything_goes_to_somebody_who_may_take_it_and_the_rest_is_left(
    may_take: dict[int, list[int]], loads: dict[int, int]
) -> None:
    shared = share_evenly(may_take, loads)
    assert all(owner in may_take[item] for item, owner in shared.owner_of.items())
    assert sorted([*shared.owner_of, *shared.left]) == sorted(may_take)
    assert set(shared.left) == {item for item, owners in may_take.items() if not owners}
    assert share_evenly(may_take, loads) == shared


def test_whoever_has_less_to_do_comes_first_and_then_the_order_decides() -> None:
    both = ["ann", "bea"]
    shared = share_evenly({"x": both, "y": both, "z": both}, {"ann": 1, "bea": 0})
    assert shared.owner_of == {"x": "bea", "y": "ann", "z": "bea"}


def test_what_few_may_take_is_given_out_first() -> None:
    shared = share_evenly({"x": ["ann", "bea"], "y": ["ann"]}, {})
    assert shared.owner_of == {"y": "ann", "x": "bea"}
