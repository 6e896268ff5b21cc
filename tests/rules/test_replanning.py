from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from qaframework.rules.periods import Month
from qaframework.rules.programme import Owner, Premises, Rulebook, Work, changes
from qaframework.rules.quotas import Kind, Per, Quota, SharedQuota, YearsDue
from qaframework.rules.replanning import Cause, Replanned, replan, why, why_moved
from tests.rules.test_programme import (
    MONTHS,
    YEAR,
    all_year,
    check_is_met,
    owners,
    planned,
    rulebooks,
    staffs,
)

APRIL, OCTOBER = MONTHS[0], MONTHS[6]


def first_plan(premises: Premises[str]) -> list[Work[str]]:
    return planned(changes(YEAR, premises, [], APRIL).missing)


def after(work: list[Work[str]], done: Replanned[str]) -> list[Work[str]]:
    stays = [
        Work(done.moved.get(place, one.owner), one.activity, one.month, one.may_go)
        for place, one in enumerate(work)
        if place not in done.spare
    ]
    return stays + planned(done.missing)


def quarterly(*amounts: int, role: str = "team_manager") -> Rulebook:
    return Rulebook((Quota(role, "audit", amounts),))


def shared(amount: int, roles: tuple[str, ...] = ("team_manager", "head_of_service")) -> Rulebook:
    return Rulebook((), (SharedQuota(roles, "visit", (amount,) * 12),))


@given(rulebooks, staffs, rulebooks, staffs, st.integers(0, 11))
def test_with_moves_too_the_quotas_are_met_and_planning_again_changes_nothing(
    book: Rulebook,
    staff: list[Owner[str]],
    new_book: Rulebook,
    new_staff: list[Owner[str]],
    months_gone: int,
) -> None:
    before, now, start = all_year(book, staff), all_year(new_book, new_staff), MONTHS[months_gone]
    work = first_plan(before)
    done = replan(YEAR, now, before, work, start)
    touched = [*done.spare, *done.moved]
    assert len(touched) == len(set(touched))
    assert all(work[place].month >= start for place in touched)
    assert all(work[place].owner != taker for place, taker in done.moved.items())
    made = after(work, done)
    settled = replan(YEAR, now, now, made, start)
    assert (settled.missing, settled.spare, settled.moved) == ([], [], {})
    for owner in new_staff:
        for quota in new_book.quotas:
            if quota.role == owner.role:
                check_is_met(quota, [one for one in made if one.owner == owner.key], start)


@given(staffs, staffs, st.integers(1, 30), st.integers(0, 11), st.integers(0, 11))
def test_what_is_shared_is_even_again_after_posts_come_and_go(
    staff: list[Owner[str]], new_staff: list[Owner[str]], amount: int, gone: int, later: int
) -> None:
    before, now = all_year(shared(amount), staff), all_year(shared(amount), new_staff)
    start = MONTHS[gone]
    made = after(first_plan(before), replan(YEAR, now, before, first_plan(before), start))
    there = [owner.key for owner in new_staff]
    if there:
        in_all = Counter(one.owner for one in made if one.month < start)
        most = max(in_all[key] for key in there)
        ahead = Counter(one.owner for one in made if one.month >= start)
        loads = [max(in_all[key], most - 1) + ahead[key] for key in there]
        assert max(loads) - min(loads) <= 1
        assert ahead.total() == amount * (12 - gone)
    # Nobody joined or left since: nothing moves, however late it is planned again.
    again = replan(YEAR, now, now, made, MONTHS[max(gone, later)])
    assert (again.missing, again.spare, again.moved) == ([], [], {})


def test_a_new_post_gets_its_part_of_what_lies_ahead_and_makes_up_for_nothing() -> None:
    before, now = all_year(shared(6), owners(3)), all_year(shared(6), owners(4))
    work = first_plan(before)
    done = replan(YEAR, now, before, work, OCTOBER)
    assert (done.missing, done.spare) == ([], [])
    assert set(done.moved.values()) == {"manager 3"}
    assert len(done.moved) in (8, 9, 10)  # a quarter of the 36 that lie ahead
    givers = Counter(work[place].owner for place in done.moved)
    assert max(givers.values()) - min(givers.values()) <= 1
    place = next(iter(done.moved))
    told = why_moved(
        work[place].owner, "manager 3", "visit", work[place].month, year=YEAR, now=now, before=before
    )
    assert told.cause is Cause.NEW_POST


def test_what_a_closed_post_owed_with_others_goes_to_them() -> None:
    before, now = all_year(shared(2), owners(2, 1)), all_year(shared(2), owners(1, 1))
    work = first_plan(before)
    done = replan(YEAR, now, before, work, OCTOBER)
    theirs = {
        place for place, one in enumerate(work) if (one.owner, one.month >= OCTOBER) == ("manager 1", True)
    }
    assert theirs == set(done.moved)
    assert (done.missing, done.spare) == ([], [])
    told = why_moved("manager 1", "head 0", "visit", OCTOBER, year=YEAR, now=now, before=before)
    assert told.cause is Cause.POST_CLOSED


def test_a_post_that_follows_a_closed_one_of_its_role_takes_over_its_work() -> None:
    heir = Owner("heir", "team_manager", ("duty", "all"))
    before, now = all_year(quarterly(3, 3, 3, 3), owners(1)), all_year(quarterly(3, 3, 3, 3), [heir])
    work = first_plan(before)
    done = replan(YEAR, now, before, work, OCTOBER)
    assert {work[place].month for place in done.moved} == set(MONTHS[6:])
    assert set(done.moved.values()) == {"heir"}
    assert (done.missing, done.spare) == ([], [])


def test_work_goes_to_no_other_role() -> None:
    before = all_year(quarterly(3, 3, 3, 3), owners(1))
    now = all_year(quarterly(3, 3, 3, 3, role="head_of_service"), owners(1, 1))
    done = replan(YEAR, now, before, first_plan(before), OCTOBER)
    assert (len(done.missing), len(done.spare), done.moved) == (6, 6, {})


def test_what_has_begun_is_named_where_it_would_go() -> None:
    before, now = all_year(quarterly(3, 3, 3, 3), owners(1)), all_year(quarterly(3, 3, 1, 0), owners(1))
    work = first_plan(before)
    work = [Work(one.owner, one.activity, one.month, may_go=one.month > MONTHS[7]) for one in work]
    done = replan(YEAR, now, before, work, OCTOBER)
    assert [work[place].month for place in done.begun] == [MONTHS[7]]
    assert sorted(work[place].month for place in done.spare) == list(MONTHS[8:])


def cause(
    owner: str, month: Month, now: Premises[str], before: Premises[str] | None, what: str = "audit"
) -> Cause:
    return why(owner, what, month, year=YEAR, now=now, before=before).cause


def test_why_work_comes_and_goes() -> None:
    two, three = all_year(quarterly(2, 2, 2, 2), owners(1)), all_year(quarterly(2, 2, 3, 2), owners(1))
    changed = why("manager 0", "audit", OCTOBER, year=YEAR, now=three, before=two)
    assert (changed.cause, changed.before, changed.after) == (
        Cause.QUOTA_CHANGED,
        (2, Per.QUARTER),
        (3, Per.QUARTER),
    )
    assert cause("manager 0", APRIL, three, two) is Cause.OUT_OF_STEP
    assert cause("manager 0", OCTOBER, three, None) is Cause.NEW_PROGRAMME
    more = all_year(quarterly(2, 2, 2, 2), owners(2))
    assert cause("manager 1", OCTOBER, more, two) is Cause.NEW_POST
    assert cause("manager 1", OCTOBER, two, more) is Cause.POST_CLOSED
    senior = Owner("manager 0", "head_of_service", ("care", "all"))
    assert cause("manager 0", OCTOBER, all_year(quarterly(2, 2, 2, 2), [senior]), two) is Cause.POST_CHANGED
    none = all_year(Rulebook((Quota("team_manager", "audit", (4,), Per.YEAR, kind=Kind.UPPER),)), owners(1))
    ended = why("manager 0", "audit", OCTOBER, year=YEAR, now=none, before=two)
    assert (ended.cause, ended.before) == (Cause.QUOTA_ENDED, (2, Per.QUARTER))
    begun = why("manager 0", "audit", OCTOBER, year=YEAR, now=two, before=none)
    assert (begun.cause, begun.after) == (Cause.QUOTA_NEW, (2, Per.QUARTER))
    wider = all_year(
        shared(2, ("team_manager", "director")), [*owners(1, 1), Owner("d", "director", ("all",))]
    )
    assert cause("manager 0", OCTOBER, wider, all_year(shared(2), wider.owners), "visit") is Cause.SHARED_ANEW


def test_a_quota_that_is_now_for_other_years_says_so() -> None:
    every_year = Rulebook((Quota("team_manager", "survey", (1,), Per.YEAR),))
    other_years = Rulebook((Quota("team_manager", "survey", (1,), Per.YEAR, years=YearsDue(2, 2027)),))
    before, now = all_year(every_year, owners(1)), all_year(other_years, owners(1))
    done = replan(YEAR, now, before, first_plan(before), APRIL)
    assert len(done.spare) == 1
    (owner,) = now.owners
    assert why(owner.key, "survey", APRIL, year=YEAR, now=now, before=before).cause is Cause.NOT_THIS_YEAR
