from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.periods import Month, ProgrammeYear
from qaframework.rules.programme import Gap, Owner, Premises, Rulebook, Work, changes
from qaframework.rules.quotas import Kind, Per, Quota, SharedQuota, YearsDue, spread_over, stretches

YEAR = ProgrammeYear(2026)
MONTHS = YEAR.months
ROLES = ("team_manager", "head_of_service")


def owners(managers: int, heads: int = 0) -> list[Owner[str]]:
    return [
        *(Owner(f"manager {n}", "team_manager", ("duty", "all")) for n in range(managers)),
        *(Owner(f"head {n}", "head_of_service", ("care", "all")) for n in range(heads)),
    ]


def all_year(book: Rulebook, staff: Sequence[Owner[str]]) -> Premises[str]:
    return Premises(tuple(staff), dict.fromkeys(MONTHS, book))


def planned(missing: list[Gap[str]]) -> list[Work[str]]:
    return [Work(gap.owner, gap.activity, gap.month, may_go=True) for gap in missing]


def amounts(per: Per) -> st.SearchStrategy[tuple[int, ...]]:
    return st.tuples(*[st.integers(0, 4)] * per.stretches)


quotas = st.sampled_from(Per).flatmap(
    lambda per: st.builds(
        Quota, st.sampled_from(ROLES), st.sampled_from(("audit", "dip_sample")), amounts(per), st.just(per)
    )
)
shared_quotas = st.sampled_from(Per).flatmap(
    lambda per: st.builds(SharedQuota, st.just(ROLES), st.just("visit"), amounts(per), st.just(per))
)
rulebooks = st.builds(
    Rulebook,
    st.lists(quotas, unique_by=lambda quota: (quota.role, quota.activity), max_size=4).map(tuple),
    st.lists(shared_quotas, max_size=1).map(tuple),
)
staffs = st.builds(owners, st.integers(0, 4), st.integers(0, 3))


@given(rulebooks, staffs)
def test_a_new_year_has_exactly_what_the_quotas_ask(book: Rulebook, staff: list[Owner[str]]) -> None:
    made = changes(YEAR, all_year(book, staff), [], MONTHS[0])
    assert made.spare == []
    by_owner = Counter((gap.owner, gap.activity) for gap in made.missing if gap.activity != "visit")
    wanted = Counter(
        {
            (owner.key, quota.activity): sum(quota.amounts)
            for owner in staff
            for quota in book.quotas
            if quota.role == owner.role
        }
    )
    assert by_owner == wanted
    shared = sum(sum(quota.amounts) for quota in book.shared) if staff else 0
    assert sum(gap.activity == "visit" for gap in made.missing) == shared


@given(rulebooks, staffs, rulebooks, staffs, st.integers(0, 11))
def test_planning_again_changes_nothing_and_follows_new_rules_and_posts(
    book: Rulebook,
    staff: list[Owner[str]],
    new_book: Rulebook,
    new_staff: list[Owner[str]],
    months_gone: int,
) -> None:
    work = planned(changes(YEAR, all_year(book, staff), [], MONTHS[0]).missing)
    again = changes(YEAR, all_year(book, staff), work, MONTHS[0])
    assert (again.missing, again.spare) == ([], [])

    start = MONTHS[months_gone]
    after = changes(YEAR, all_year(new_book, new_staff), work, start)
    kept = [one for place, one in enumerate(work) if place not in after.spare]
    assert all(work[place].month >= start for place in after.spare)
    now = kept + planned(after.missing)
    settled = changes(YEAR, all_year(new_book, new_staff), now, start)
    assert (settled.missing, settled.spare) == ([], [])
    for owner in new_staff:
        for quota in new_book.quotas:
            if quota.role == owner.role:
                check_is_met(quota, [one for one in now if one.owner == owner.key], start)


def check_is_met(quota: Quota, work: list[Work[str]], start: Month) -> None:
    for stretch, number in zip(stretches(YEAR, quota.per), quota.amounts, strict=True):
        months = [one.month for one in work if one.activity == quota.activity and one.month in stretch.months]
        if stretch.months[-1] >= start:
            gone_by = sum(month < start for month in months)
            assert len(months) == max(number, gone_by)


@given(rulebooks, staffs)
def test_what_several_owe_between_them_is_shared_to_within_one(
    book: Rulebook, staff: list[Owner[str]]
) -> None:
    made = changes(YEAR, all_year(book, staff), [], MONTHS[0])
    load = Counter(gap.owner for gap in made.missing if gap.activity == "visit")
    loads = [load[owner.key] for owner in staff]
    assert max(loads, default=0) - min(loads, default=0) <= 1


@given(rulebooks, staffs)
def test_the_load_of_the_whole_year_is_even_within_each_role(book: Rulebook, staff: list[Owner[str]]) -> None:
    load = Counter(gap.owner for gap in changes(YEAR, all_year(book, staff), [], MONTHS[0]).missing)
    for role in ROLES:
        loads = [load[owner.key] for owner in staff if owner.role == role]
        assert max(loads, default=0) - min(loads, default=0) <= 1


def test_twenty_five_a_month_are_shared_among_all_managers_but_for_two_months() -> None:
    # RBWM-21, RBWM-27: ten months of random audits, April and August for deep dives.
    by_month = tuple(0 if month.month in (4, 8) else 25 for month in MONTHS)
    book = Rulebook((), (SharedQuota(ROLES, "audit", by_month, Per.MONTH),))
    made = changes(YEAR, all_year(book, owners(9, 3)), [], MONTHS[0])
    assert [sum(gap.month == month for gap in made.missing) for month in MONTHS] == list(by_month)
    load = Counter(gap.owner for gap in made.missing)
    assert sorted(load.values()) == [20, 20] + [21] * 10


@given(st.sampled_from(Per).flatmap(lambda per: st.tuples(st.just(per), amounts(per))), st.integers(1, 8))
def test_the_load_of_a_role_is_even_among_its_posts_and_over_the_months_of_a_stretch(
    asked: tuple[Per, tuple[int, ...]], number: int
) -> None:
    per, by_stretch = asked
    book = Rulebook((Quota("team_manager", "audit", by_stretch, per),))
    made = changes(YEAR, all_year(book, owners(number)), [], MONTHS[0]).missing
    load = Counter(gap.owner for gap in made)
    assert max(load.values(), default=0) - min(load.values(), default=0) == 0
    for stretch in stretches(YEAR, per):
        in_month = [sum(gap.month == month for gap in made) for month in stretch.months]
        assert max(in_month) - min(in_month) <= 1


def test_posts_take_turns_and_what_happens_at_once_does_not() -> None:
    book = Rulebook(
        (
            Quota("team_manager", "audit", (1, 1, 1, 1)),
            Quota("team_manager", "practice_week", (0, 1, 0, 0)),
        ),
        at_once=frozenset({"practice_week"}),
    )
    made = changes(YEAR, all_year(book, owners(3)), [], MONTHS[0]).missing
    first = {gap.owner: gap.month.key for gap in made if gap.activity == "audit" and gap.month < MONTHS[3]}
    assert first == {"manager 0": "2026-04", "manager 1": "2026-05", "manager 2": "2026-06"}
    assert {gap.month.key for gap in made if gap.activity == "practice_week"} == {"2026-07"}


def test_work_that_has_begun_stays_and_counts() -> None:
    begun = [Work("manager 0", "audit", MONTHS[0]), Work("manager 0", "audit", MONTHS[1])]
    none_any_more = Rulebook((Quota("team_manager", "audit", (0, 0, 0, 0)),))
    assert changes(YEAR, all_year(none_any_more, owners(1)), begun, MONTHS[0]).spare == []
    three = Rulebook((Quota("team_manager", "audit", (3, 0, 0, 0)),))
    made = changes(YEAR, all_year(three, owners(1)), begun, MONTHS[0])
    assert made.missing == [Gap("manager 0", "audit", MONTHS[2])]


def test_work_of_a_closed_post_is_spare_unless_it_has_begun() -> None:
    work = [Work("gone", "audit", MONTHS[3], may_go=True), Work("gone", "audit", MONTHS[3])]
    book = Rulebook((Quota("team_manager", "audit", (1, 1, 1, 1)),))
    assert changes(YEAR, all_year(book, []), work, MONTHS[0]).spare == [0]


def test_an_upper_limit_asks_for_nothing() -> None:
    book = Rulebook((Quota("team_manager", "audit", (4,), Per.YEAR, kind=Kind.UPPER),))
    assert changes(YEAR, all_year(book, owners(2)), [], MONTHS[0]).missing == []


def test_each_month_follows_its_own_rules() -> None:
    before = Rulebook((Quota("team_manager", "audit", (1, 1, 1, 1)),))
    after = Rulebook((Quota("team_manager", "audit", (4,), Per.YEAR),))
    rules = {month: before if month < MONTHS[6] else after for month in MONTHS}
    made = changes(YEAR, Premises(tuple(owners(1)), rules), [], MONTHS[0]).missing
    assert [gap.month.key for gap in made] == ["2026-04", "2026-07", "2026-10", "2027-01"]
    assert changes(YEAR, Premises(tuple(owners(1)), rules), planned(made), MONTHS[7]).missing == []


@given(st.sampled_from(Per).flatmap(lambda per: st.tuples(st.just(per), amounts(per))), st.integers(0, 11))
def test_what_is_left_of_a_stretch_takes_its_whole_amount_and_past_months_none(
    asked: tuple[Per, tuple[int, ...]], months_gone: int
) -> None:
    per, by_stretch = asked
    first = MONTHS[months_gone]
    book = Rulebook((Quota("team_manager", "audit", by_stretch, per),))
    made = changes(YEAR, all_year(book, owners(3)), [], first).missing
    assert all(gap.month >= first for gap in made)
    for number, owner in enumerate(owners(3)):
        found = Counter(gap.month for gap in made if gap.owner == owner.key)
        for stretch, amount in zip(stretches(YEAR, per), by_stretch, strict=True):
            left = [month for month in stretch.months if month >= first]
            spread = +spread_over(left, amount, number) if left else Counter()
            assert Counter({month: found[month] for month in left if found[month]}) == spread


def test_every_other_month_takes_turns() -> None:
    book = Rulebook((Quota("team_manager", "learning_audit", (1,) * 6, Per.TWO_MONTHS),))
    made = changes(YEAR, all_year(book, owners(2)), [], MONTHS[0]).missing
    second = [gap.month.key for gap in made if gap.owner == "manager 1"]
    assert second[:3] == ["2026-05", "2026-07", "2026-09"]


@given(st.integers(2, 5), st.integers(2020, 2030), staffs)
def test_what_is_owed_in_some_years_only_is_planned_in_those(
    every: int, first: int, staff: list[Owner[str]]
) -> None:
    years = YearsDue(every, first)
    book = Rulebook(
        (Quota("team_manager", "survey", (1,), Per.YEAR, years=years),),
        (SharedQuota(ROLES, "visit", (3,), Per.YEAR, years=years),),
    )
    managers = sum(owner.role == "team_manager" for owner in staff)
    for number in range(2020, 2032):
        year = ProgrammeYear(number)
        premises = Premises(tuple(staff), dict.fromkeys(year.months, book))
        found = Counter(gap.activity for gap in changes(year, premises, [], year.months[0]).missing)
        is_due = number >= first and (number - first) % every == 0
        assert found["survey"] == (managers if is_due else 0)
        assert found["visit"] == (3 if is_due and staff else 0)
