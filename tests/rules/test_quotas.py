from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.periods import Month, ProgrammeYear, Quarter
from qaframework.rules.quotas import (
    Kind,
    Per,
    Progress,
    Quota,
    Slot,
    amount,
    applicable,
    exceeds,
    grid,
    owed,
    progress,
    slots,
)

YEAR = ProgrammeYear(2026)
amounts = st.tuples(*[st.integers(0, 12)] * 4)
quotas = st.builds(
    Quota,
    st.just("team_manager"),
    st.just("dip_sample"),
    amounts,
    st.sampled_from(Per),
    kind=st.sampled_from(Kind),
)

ONCE, THRICE, NEVER = (1, 1, 1, 1), (3, 3, 3, 3), (0, 0, 0, 0)
SECOND, EVEN = (0, 1, 0, 0), (0, 1, 0, 1)
TIMETABLE = {
    "team_manager": (ONCE, THRICE, ONCE, SECOND),
    "senior_manager": (ONCE, THRICE, ONCE, SECOND),
    "head_of_service": (ONCE, THRICE, EVEN, SECOND),
    "director": (ONCE, ONCE, EVEN, NEVER),
}


def timetable() -> list[Quota]:
    activities = ("learning_space", "dip_sample", "practice_observation", "practice_week")
    return [
        Quota(role, activity, numbers)
        for role, rows in TIMETABLE.items()
        for activity, numbers in zip(activities, rows, strict=True)
    ]


@pytest.mark.parametrize(
    ("role", "quarters", "total"),
    [
        ("team_manager", (5, 6, 5, 5), 21),
        ("senior_manager", (5, 6, 5, 5), 21),
        ("head_of_service", (4, 6, 4, 5), 19),
        ("director", (2, 3, 2, 3), 10),
    ],
)
def test_totals_of_the_lancashire_timetable(role: str, quarters: tuple[int, ...], total: int) -> None:
    its_total = grid(timetable()).total_for(role)
    assert (its_total.quarters, its_total.total) == (quarters, total)
    generated = [slot for quota in timetable() if quota.role == role for slot in slots(quota, YEAR)]
    assert len(generated) == total


def test_the_grid_has_a_row_for_each_activity_with_its_total() -> None:
    rows = grid(timetable()).rows
    observation = next(r for r in rows if (r.role, r.activity) == ("head_of_service", "practice_observation"))
    assert (observation.quarters, observation.total) == ((0, 1, 0, 1), 2)
    assert len(rows) == 16


def test_a_unit_of_its_own_has_totals_of_its_own_and_limits_are_not_owed() -> None:
    made = grid(
        [
            Quota("team_manager", "learning_space", ONCE),
            Quota("team_manager", "learning_space", (2, 2, 2, 2), Per.MONTH, unit="mash"),
            Quota("team_manager", "thematic", ONCE, kind=Kind.UPPER),
        ]
    )
    assert made.total_for("team_manager").total == 4
    assert made.total_for("team_manager", "mash").quarters == (6, 6, 6, 6)
    with pytest.raises(KeyError):
        made.total_for("director")


def test_three_a_quarter_are_one_in_each_month() -> None:
    keys = [slot.period_key for slot in slots(Quota("team_manager", "dip_sample", THRICE), YEAR)]
    assert keys == [month.key for month in YEAR.months]


@pytest.mark.parametrize(
    ("number", "by_month"), [(0, [0, 0, 0]), (1, [1, 0, 0]), (2, [1, 1, 0]), (4, [2, 1, 1]), (5, [2, 2, 1])]
)
def test_what_does_not_divide_goes_to_the_earliest_months(number: int, by_month: list[int]) -> None:
    quota = Quota("team_manager", "dip_sample", (number, 0, 0, 0))
    assert [owed(quota, month) for month in Quarter(2026, 1).months] == by_month


def test_a_monthly_amount_counts_for_every_month() -> None:
    quota = Quota("mash_manager", "learning_space", (2, 2, 2, 2), Per.MONTH)
    assert owed(quota, Month(2026, 12)) == 2
    assert owed(quota, Quarter(2026, 3)) == 6
    assert owed(quota, YEAR) == 24
    assert slots(quota, YEAR)[:3] == [Slot("2026-04", 1), Slot("2026-04", 2), Slot("2026-05", 1)]


@given(quotas, st.integers(1, 12))
def test_slots_equal_what_is_owed_in_every_period_and_none_is_twice(quota: Quota, starts_in: int) -> None:
    year = ProgrammeYear(2026, starts_in)
    made = slots(quota, year)
    assert len(made) == len(set(made)) == owed(quota, year, starts_in)
    assert [slot.period_key for slot in made] == sorted(slot.period_key for slot in made)
    for quarter in year.quarters:
        keys = {month.key for month in quarter.months}
        assert sum(slot.period_key in keys for slot in made) == owed(quota, quarter, starts_in)
        monthly = [owed(quota, month, starts_in) for month in quarter.months]
        assert monthly == sorted(monthly, reverse=True)
        assert monthly[0] - monthly[-1] <= 1


@given(quotas, st.integers(0, 2))
def test_turns_move_work_within_the_quarter_and_change_no_total(quota: Quota, rotation: int) -> None:
    turned = slots(quota, YEAR, rotation)
    assert turned == slots(quota, YEAR, rotation + 3)
    for quarter in YEAR.quarters:
        keys = {month.key for month in quarter.months}
        assert sum(slot.period_key in keys for slot in turned) == owed(quota, quarter)


@pytest.mark.parametrize(
    ("rotation", "month"), [(0, "2026-04"), (1, "2026-05"), (2, "2026-06"), (3, "2026-04")]
)
def test_posts_take_turns_with_the_months_of_a_quarter(rotation: int, month: str) -> None:
    assert slots(Quota("iro", "learning_space", ONCE), YEAR, rotation)[0] == Slot(month, 1)


@given(quotas)
def test_amounts_of_quarters_are_those_of_the_grid(quota: Quota) -> None:
    row = grid([quota]).rows[0]
    assert row.quarters == tuple(amount(quota, quarter) for quarter in YEAR.quarters)
    assert row.total == amount(quota, YEAR)


def test_an_upper_limit_owes_nothing_and_is_exceeded_by_more() -> None:
    upper = Quota("team_manager", "thematic", ONCE, kind=Kind.UPPER)
    assert owed(upper, YEAR) == 0
    assert slots(upper, YEAR) == []
    assert not exceeds(upper, YEAR, 4)
    assert exceeds(upper, YEAR, 5)
    assert not exceeds(Quota("team_manager", "thematic", ONCE), YEAR, 5)
    assert exceeds(Quota("team_manager", "thematic", ONCE, kind=Kind.EXACT), YEAR, 5)


def test_a_quota_below_zero_is_refused_and_named() -> None:
    with pytest.raises(ValueError, match="director, dip_sample, quarter 3: -1 is below 0"):
        Quota("director", "dip_sample", (0, 0, -1, 0))
    with pytest.raises(ValueError, match="give four amounts"):
        Quota("director", "dip_sample", (1, 1, 1))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="fortnight"):
        Quota("director", "dip_sample", ONCE, "fortnight")  # type: ignore[arg-type]


def test_the_nearest_units_quota_stands_in_for_the_general_one() -> None:
    general = Quota("team_manager", "learning_space", ONCE)
    mash = Quota("team_manager", "learning_space", (2, 2, 2, 2), Per.MONTH, unit="mash")
    team = Quota("team_manager", "learning_space", THRICE, unit="mash-north")
    dip = Quota("team_manager", "dip_sample", THRICE)
    other = Quota("director", "dip_sample", ONCE)
    everything = [mash, general, dip, team, other]
    assert applicable(everything, "team_manager", ["care", "all"]) == [general, dip]
    assert applicable(everything, "team_manager", ["mash-south", "mash", "all"]) == [mash, dip]
    assert applicable(everything, "team_manager", ["mash-north", "mash", "all"]) == [team, dip]


def test_progress_counts_only_what_is_past_its_date() -> None:
    due_dates = [date(2026, 11, 9), date(2026, 11, 10), date(2026, 12, 1)]
    assert progress(5, 2, due_dates, date(2026, 11, 10)) == Progress(owed=5, done=2, overdue=1, remaining=3)
    assert progress(5, 7, [], date(2026, 11, 10)).remaining == 0


@given(
    st.integers(0, 40),
    st.integers(0, 60),
    st.lists(st.dates(date(2026, 4, 1), date(2027, 3, 31)), max_size=20),
    st.dates(date(2026, 4, 1), date(2027, 3, 31)),
)
def test_progress_adds_up_whatever_was_done(
    quota: int, done: int, due_dates: list[date], today: date
) -> None:
    found = progress(quota, done, due_dates, today)
    assert (found.owed, found.done) == (quota, done)
    assert found.remaining + min(done, quota) == quota
    assert 0 <= found.overdue <= len(due_dates)
    later = progress(quota, done, due_dates, today + timedelta(days=1))
    assert later.overdue - found.overdue == due_dates.count(today)


@given(quotas, st.integers(0, 11), st.integers(0, 5))
def test_what_is_left_of_a_quarter_takes_its_whole_amount_and_past_months_none(
    quota: Quota, months_gone: int, rotation: int
) -> None:
    first = YEAR.months[months_gone]
    keys = [slot.period_key for slot in slots(quota, YEAR, rotation, first)]
    assert keys == sorted(keys)
    assert all(key >= first.key for key in keys)
    for quarter in YEAR.quarters:
        left = [month for month in quarter.months if month >= first]
        there = sum(key in {month.key for month in left} for key in keys)
        if quota.per is Per.MONTH:
            assert there == sum(owed(quota, month) for month in left)
        else:
            assert there == (owed(quota, quarter) if left else 0)
