from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.periods import Month, ProgrammeYear, Quarter
from qaframework.rules.quotas import (
    Excess,
    Kind,
    Per,
    Quota,
    SharedQuota,
    YearsDue,
    amounts_in,
    applicable,
    exceeded,
    grid,
    spread_over,
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


@pytest.mark.parametrize(
    ("number", "by_month"),
    [(0, [0, 0, 0]), (1, [1, 0, 0]), (2, [1, 0, 1]), (3, [1, 1, 1]), (4, [2, 1, 1]), (5, [2, 1, 2])],
)
def test_what_does_not_divide_is_spread_from_the_first_month_on(number: int, by_month: list[int]) -> None:
    months = Quarter(2026, 1).months
    found = spread_over(months, number)
    assert [found[month] for month in months] == by_month


@given(st.integers(0, 40), st.sampled_from(Per), st.integers(0, 24))
def test_a_spread_has_its_amount_is_even_and_comes_round_again(number: int, per: Per, turn: int) -> None:
    months = stretches(YEAR, per)[0].months
    found = spread_over(months, number, turn)
    assert found.total() == number
    assert max(found[month] for month in months) - min(found[month] for month in months) <= 1
    assert found == spread_over(months, number, turn + per.months)


@pytest.mark.parametrize(("turn", "month"), [(0, "2026-04"), (1, "2026-05"), (2, "2026-06"), (3, "2026-04")])
def test_posts_take_turns_with_the_months_of_a_quarter(turn: int, month: str) -> None:
    assert [one.key for one in (+spread_over(Quarter(2026, 1).months, 1, turn))] == [month]


def test_four_of_a_year_are_one_in_every_third_month() -> None:
    months = [month.key for month in (+spread_over(YEAR.months, 4))]
    assert months == ["2026-04", "2026-07", "2026-10", "2027-01"]


@given(quotas)
def test_amounts_of_quarters_are_those_of_the_grid(quota: Quota) -> None:
    made = grid([quota])
    row = made.rows[0]
    assert row.total == sum(quota.amounts)
    if quota.per in (Per.MONTH, Per.QUARTER):
        by_month = Counter[Month]()
        for stretch, number in zip(stretches(YEAR, quota.per), quota.amounts, strict=True):
            by_month += spread_over(stretch.months, number)
        expected = [sum(by_month[month] for month in quarter.months) for quarter in YEAR.quarters]
        assert row.quarters == tuple(expected)
    else:
        assert row.quarters is None
    assert (made.total_for("team_manager").quarters is None) == (
        row.quarters is None and quota.kind is not Kind.UPPER
    )


@pytest.mark.parametrize("kind", [Kind.UPPER, Kind.EXACT])
def test_more_than_a_limit_or_an_exact_number_is_too_much(kind: Kind) -> None:
    four = Quota("team_manager", "thematic", (4,), Per.YEAR, kind=kind)
    april, march = YEAR.months[0], YEAR.months[-1]
    assert exceeded(four, YEAR, {april: 3, march: 1}) == []
    assert exceeded(four, YEAR, {april: 3, march: 2}) == [Excess(four, stretches(YEAR, Per.YEAR)[0], 4, 5)]


def test_each_stretch_of_a_limit_counts_for_itself_and_a_minimum_is_no_limit() -> None:
    first, second = stretches(YEAR, Per.QUARTER)[:2]
    by_month = {first.months[2]: 2, second.months[0]: 1}
    limit = Quota("team_manager", "thematic", ONCE, kind=Kind.UPPER)
    assert [(over.stretch, over.count) for over in exceeded(limit, YEAR, by_month)] == [(first, 2)]
    assert exceeded(Quota("team_manager", "thematic", NEVER), YEAR, by_month) == []


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


rhythms = st.builds(YearsDue, st.integers(1, 10), st.integers(2000, 2100))


@given(rhythms, st.integers(2000, 2100))
def test_what_is_owed_every_so_many_years_comes_once_in_so_many(years: YearsDue, start: int) -> None:
    due = [year for year in range(start, start + years.every) if years.is_due(ProgrammeYear(year))]
    assert len(due) == (1 if start + years.every > years.first else 0)
    assert due in ([], [years.next_due(ProgrammeYear(start))])


@given(rhythms, st.integers(1990, 2110))
def test_the_next_year_due_is_the_first_that_is_not_over(years: YearsDue, year: int) -> None:
    following = years.next_due(ProgrammeYear(year))
    assert following >= max(year, years.first)
    assert (following - years.first) % years.every == 0
    assert following - years.every < year or following == years.first


def test_in_the_years_between_nothing_is_owed_and_an_exact_number_is_none() -> None:
    every_other = Quota("iro", "survey", (2,), Per.YEAR, kind=Kind.EXACT, years=YearsDue(2, 2026))
    assert [amounts_in(every_other, ProgrammeYear(year)) for year in (2025, 2026, 2027, 2028)] == [
        (0,),
        (2,),
        (0,),
        (2,),
    ]
    (one,) = exceeded(every_other, ProgrammeYear(2027), {Month(2027, 5): 1})
    assert (one.allowed, one.count) == (0, 1)


@pytest.mark.parametrize(("every", "first"), [(0, 2026), (-2, 2026), (2, 26)])
def test_a_rhythm_of_years_that_cannot_be_is_refused(every: int, first: int) -> None:
    with pytest.raises(ValueError, match="year"):
        YearsDue(every, first)
