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
    SharedQuota,
    Slot,
    amount,
    applicable,
    exceeds,
    grid,
    owed,
    progress,
    slots,
    stretches,
)

YEAR = ProgrammeYear(2026)
quotas = st.sampled_from(Per).flatmap(
    lambda per: st.builds(
        Quota,
        st.just("team_manager"),
        st.just("dip_sample"),
        st.tuples(*[st.integers(0, 12)] * per.stretches),
        st.just(per),
        kind=st.sampled_from(Kind),
    )
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
            Quota("team_manager", "learning_space", (2,) * 12, Per.MONTH, unit="mash"),
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
    ("number", "by_month"), [(0, [0, 0, 0]), (1, [1, 0, 0]), (2, [1, 0, 1]), (4, [2, 1, 1]), (5, [2, 1, 2])]
)
def test_what_does_not_divide_is_spread_from_the_first_month_on(number: int, by_month: list[int]) -> None:
    quota = Quota("team_manager", "dip_sample", (number, 0, 0, 0))
    assert [owed(quota, month) for month in Quarter(2026, 1).months] == by_month


def test_a_monthly_amount_counts_for_every_month() -> None:
    quota = Quota("mash_manager", "learning_space", (2,) * 12, Per.MONTH)
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
    for stretch, number in zip(stretches(year, quota.per), quota.amounts, strict=True):
        by_month = [amount(quota, month, starts_in) for month in stretch.months]
        assert sum(by_month) == number
        assert max(by_month) - min(by_month) <= 1
        keys = {month.key for month in stretch.months}
        assert quota.kind is Kind.UPPER or sum(slot.period_key in keys for slot in made) == number


@given(quotas, st.integers(0, 11))
def test_turns_move_work_within_its_stretch_and_change_no_total(quota: Quota, rotation: int) -> None:
    turned = slots(quota, YEAR, rotation)
    assert turned == slots(quota, YEAR, rotation + quota.per.months)
    for stretch in stretches(YEAR, quota.per):
        keys = {month.key for month in stretch.months}
        assert sum(slot.period_key in keys for slot in turned) == owed(quota, stretch)


def test_four_of_a_year_are_one_in_every_third_month_and_alternate_months_take_turns() -> None:
    four = Quota("team_manager", "thematic", (4,), Per.YEAR)
    assert [slot.period_key for slot in slots(four, YEAR)] == ["2026-04", "2026-07", "2026-10", "2027-01"]
    every_other = Quota("team_manager", "learning_audit", (1,) * 6, Per.TWO_MONTHS)
    assert [slot.period_key for slot in slots(every_other, YEAR, 1)][:3] == ["2026-05", "2026-07", "2026-09"]


@pytest.mark.parametrize(
    ("rotation", "month"), [(0, "2026-04"), (1, "2026-05"), (2, "2026-06"), (3, "2026-04")]
)
def test_posts_take_turns_with_the_months_of_a_quarter(rotation: int, month: str) -> None:
    assert slots(Quota("iro", "learning_space", ONCE), YEAR, rotation)[0] == Slot(month, 1)


@given(quotas)
def test_amounts_of_quarters_are_those_of_the_grid(quota: Quota) -> None:
    made = grid([quota])
    row = made.rows[0]
    assert row.total == amount(quota, YEAR)
    if quota.per in (Per.MONTH, Per.QUARTER):
        assert row.quarters == tuple(amount(quota, quarter) for quarter in YEAR.quarters)
    else:
        assert row.quarters is None
    assert (made.total_for("team_manager").quarters is None) == (
        row.quarters is None and quota.kind is not Kind.UPPER
    )


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
    with pytest.raises(ValueError, match="give 4 amounts, one a quarter, not 3"):
        Quota("director", "dip_sample", (1, 1, 1))
    with pytest.raises(ValueError, match="give 6 amounts, one a two months, not 4"):
        SharedQuota(("director",), "qa_visit", ONCE, Per.TWO_MONTHS)
    with pytest.raises(ValueError, match="at least one role"):
        SharedQuota((), "qa_visit", ONCE, Per.QUARTER)
    with pytest.raises(ValueError, match="fortnight"):
        Quota("director", "dip_sample", ONCE, "fortnight")  # type: ignore[arg-type]


def test_the_nearest_units_quota_stands_in_for_the_general_one() -> None:
    general = Quota("team_manager", "learning_space", ONCE)
    mash = Quota("team_manager", "learning_space", (2,) * 12, Per.MONTH, unit="mash")
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
def test_what_is_left_of_a_stretch_takes_its_whole_amount_and_past_months_none(
    quota: Quota, months_gone: int, rotation: int
) -> None:
    first = YEAR.months[months_gone]
    keys = [slot.period_key for slot in slots(quota, YEAR, rotation, first)]
    assert keys == sorted(keys)
    assert all(key >= first.key for key in keys)
    for stretch in stretches(YEAR, quota.per):
        left = {month.key for month in stretch.months if month >= first}
        assert sum(key in left for key in keys) == (owed(quota, stretch) if left else 0)
