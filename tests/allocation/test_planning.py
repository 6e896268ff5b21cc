"""The programme of a year: equal to the quotas, and kept in step with them without undoing anything."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from qaframework.allocation.models import Assignment
from qaframework.allocation.workflow import (
    add_work,
    allocate_period_work,
    ask_for_work,
    make_programme,
    reallocate,
    set_dates,
    withdraw,
)
from qaframework.notices.models import Notice
from qaframework.packs.models import Framework
from qaframework.packs.workflow import change_quotas
from qaframework.people.models import Post
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month, ProgrammeYear, Quarter
from qaframework.rules.quotas import Kind, Per, Quota, grid
from tests.factories.allocation import BEFORE_THE_YEAR, owed, planned_year
from tests.factories.authority import Authority
from tests.factories.packs import LANCASHIRE_TIMETABLE, lancashire
from tests.factories.people import PostFactory, UnitFactory

NOVEMBER = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
YEAR = ProgrammeYear(2026)


def by_quarter(post: Post) -> dict[str, tuple[int, ...]]:
    """What the plan has for a post, by activity and quarter."""
    counts: Counter[tuple[str, int]] = Counter(
        (activity, Quarter.of(Month.parse(period).start).number)
        for activity, period in Assignment.objects.filter(post=post).values_list("activity", "period")
    )
    return {
        activity: tuple(counts[activity, quarter] for quarter in range(1, 5))
        for activity in {activity for activity, _ in counts}
    }


def replan(framework: Framework, now: datetime = NOVEMBER) -> tuple[int, int]:
    done = make_programme(framework=framework, year=2026, by=None, now=now)
    return done.added, done.dropped


def with_amounts(framework: Framework, role: str, activity: str, amounts: tuple[int, int, int, int]) -> None:
    """The same quotas but one, from 1 November on."""
    pack = framework.versions.first().pack
    quotas = [
        Quota(role, activity, amounts)
        if (one.role, one.activity, one.unit) == (role, activity, None)
        else one
        for one in pack.quotas
    ]
    day = max(date(2026, 4, 1), date(2026, 11, 1))
    moment = datetime(2026, 10, 30, 9, 0, tzinfo=UTC)
    change_quotas(framework=framework, quotas=quotas, effective_from=day, note="Agreed", by=None, now=moment)


# The plan and the quotas


@pytest.mark.clause("LAN-16")
def test_the_plan_equals_the_published_timetable_for_every_post(northmoor: Authority) -> None:
    planned_year(northmoor)
    checked = 0
    for post in Post.objects.filter(role__in=LANCASHIRE_TIMETABLE):
        published = LANCASHIRE_TIMETABLE[post.role]
        assert by_quarter(post) == {key: amounts for key, amounts in published.items() if any(amounts)}, post
        checked += 1
    assert checked == 7


@pytest.mark.clause("LAN-16")
def test_the_plan_of_every_post_equals_the_grid_of_its_role(northmoor: Authority) -> None:
    pack = planned_year(northmoor).framework.versions.get().pack
    made = grid(pack.quotas)
    for post in Post.objects.filter(role__in=[row.role for row in made.rows if row.unit is None]):
        plan = by_quarter(post)
        totals = tuple(sum(quarter) for quarter in zip(*plan.values(), strict=True))
        assert totals == made.total_for(post.role).quarters


@pytest.mark.clause("LAN-05")
def test_each_role_named_holds_a_learning_space_a_quarter(northmoor: Authority) -> None:
    for role in ("iro", "practice_development_manager"):
        PostFactory(role=role, unit=northmoor.duty)
    planned_year(northmoor)
    roles = ["team_manager", "senior_manager", "head_of_service", "iro", "practice_development_manager"]
    owing = Post.objects.filter(role__in=roles)
    assert owing.count() == 8
    for post in owing:
        assert by_quarter(post)["learning_space"] == (1, 1, 1, 1)


@pytest.mark.clause("LAN-10")
def test_managers_in_the_mash_hold_two_of_its_learning_spaces_a_month_instead(northmoor: Authority) -> None:
    mash = UnitFactory(code="mash", parent=northmoor.root)
    manager = PostFactory(role="team_manager", unit=UnitFactory(parent=mash))
    planned_year(northmoor)
    months = Counter(
        Assignment.objects.filter(post=manager, activity="mash_learning_space").values_list(
            "period", flat=True
        )
    )
    assert months == {month.key: 2 for month in YEAR.months}
    assert "learning_space" not in by_quarter(manager)


@pytest.mark.clause("LAN-11")
def test_posts_of_a_role_take_turns_so_that_work_is_spread_over_the_quarter(northmoor: Authority) -> None:
    planned_year(northmoor)
    months = Assignment.objects.filter(
        post__role="team_manager", activity="learning_space", period__in=["2026-04", "2026-05", "2026-06"]
    )
    assert sorted(months.values_list("period", flat=True)) == ["2026-04", "2026-05", "2026-06"]


@pytest.mark.clause("LAN-17")
def test_everybody_has_the_practice_week_in_the_same_place_without_dates(northmoor: Authority) -> None:
    planned_year(northmoor)
    weeks = Assignment.objects.filter(activity="practice_week")
    assert set(weeks.values_list("period", "state", "due_on")) == {("2026-07", "planned", None)}


class PlansForAnyQuotas(TestCase):
    """The totals of the plan equal those of the grid, whatever the quotas and whenever it is made."""

    amounts = st.tuples(*[st.integers(0, 5)] * 4)
    any_amounts = st.sampled_from(Per).flatmap(
        lambda per: st.tuples(st.just(per), st.tuples(*[st.integers(0, 3)] * per.stretches))
    )

    @classmethod
    def setUpTestData(cls) -> None:
        root = UnitFactory(code="northmoor")
        cls.framework = lancashire([root]).framework
        cls.posts = PostFactory.create_batch(3, role="team_manager", unit=root)
        PostFactory(role="senior_manager", unit=root)

    @settings(max_examples=15)
    @given(
        any_amounts,
        amounts,
        st.sampled_from([BEFORE_THE_YEAR, datetime(2026, 4, 15, 12, tzinfo=UTC)]),
    )
    def test_totals(
        self, first: tuple[Per, tuple[int, ...]], second: tuple[int, ...], made_at: datetime
    ) -> None:
        per, numbers = first
        quotas = [
            Quota("team_manager", "dip_sample", numbers, per=per),
            Quota("team_manager", "observation", second),
            Quota("senior_manager", "observation", numbers, per=per, kind=Kind.UPPER),
        ]
        change_quotas(
            framework=self.framework,
            quotas=quotas,
            effective_from=date(2026, 4, 1),
            note="Any",
            by=None,
            now=BEFORE_THE_YEAR,
        )
        planned = make_programme(framework=self.framework, year=2026, by=None, now=made_at)
        for post in self.posts:
            plan = by_quarter(post)
            for quota in quotas[:2]:
                found = plan.get(quota.activity, (0, 0, 0, 0))
                assert sum(found) == sum(quota.amounts)
                assert quota.by_quarter in (None, found)
        assert planned.added == sum(sum(quota.amounts) for quota in quotas[:2]) * 3
        assert not make_programme(framework=self.framework, year=2026, by=None, now=made_at).changed


# Planning again


def test_planning_again_changes_nothing(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    before = list(Assignment.objects.order_by("pk").values_list("pk", "post", "period", "ordinal"))
    for now in (BEFORE_THE_YEAR, NOVEMBER, datetime(2027, 3, 31, 20, tzinfo=UTC)):
        assert replan(programme.framework, now) == (0, 0)
    assert list(Assignment.objects.order_by("pk").values_list("pk", "post", "period", "ordinal")) == before


def test_a_new_post_owes_the_running_quarter_in_what_is_left_of_it(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    post = PostFactory(role="team_manager", unit=northmoor.care_team_1, code="a-new-one")
    assert replan(programme.framework) == (10, 0)
    assert by_quarter(post) == {
        "learning_space": (0, 0, 1, 1),
        "dip_sample": (0, 0, 3, 3),
        "observation": (0, 0, 1, 1),
    }
    periods = Assignment.objects.filter(post=post).values_list("period", flat=True)
    assert min(periods) >= "2026-11"


def test_fewer_drop_only_what_has_not_begun(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    post = northmoor.post_of[northmoor.team_manager]
    allocate_period_work(now=NOVEMBER)
    begun = set(Assignment.objects.filter(post=post, state="allocated").values_list("pk", flat=True))
    with_amounts(programme.framework, "team_manager", "dip_sample", (3, 3, 1, 0))
    replan(programme.framework)
    assert by_quarter(post)["dip_sample"] == (3, 3, 2, 0)  # October and November had begun
    assert begun <= set(Assignment.objects.values_list("pk", flat=True))


def test_more_are_added_and_planned_work_follows_the_newer_rules(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    with_amounts(programme.framework, "team_manager", "dip_sample", (3, 3, 4, 6))
    done = make_programme(framework=programme.framework, year=2026, by=None, now=NOVEMBER)
    assert (done.added, done.dropped) == (3 * (1 + 3), 0)
    assert done.updated > 0
    post = northmoor.post_of[northmoor.team_manager]
    assert by_quarter(post)["dip_sample"] == (3, 3, 4, 6)
    newest = programme.framework.versions.first()
    ahead = Assignment.objects.filter(period__gte="2026-10")
    assert set(ahead.values_list("framework_version", flat=True)) == {newest.pk}
    assert not make_programme(framework=programme.framework, year=2026, by=None, now=NOVEMBER).changed


@pytest.mark.writes_behind_the_verbs
def test_a_closed_post_owes_nothing_more(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    post = northmoor.post_of[northmoor.outsider]
    Post.objects.filter(pk=post.pk).update(is_active=False)
    replan(programme.framework)
    assert not Assignment.objects.filter(post=post, period__gte="2026-11").exists()
    assert Assignment.objects.filter(post=post, period__lt="2026-11").exists()


@pytest.mark.clause("LAN-06")
def test_work_that_was_moved_stays_where_it_is_and_is_not_planned_again(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    giver, taker = northmoor.post_of[northmoor.team_manager], northmoor.post_of[northmoor.outsider]
    work = Assignment.objects.filter(post=giver, activity="dip_sample", period="2027-01").get()
    reallocate(assignment=work, to_post=taker, reason="Long leave", by=northmoor.qa_officer, now=NOVEMBER)
    assert replan(programme.framework) == (0, 0)
    # The taker's own quota grows: its new work must find a place beside what was moved to it.
    with_amounts(programme.framework, "team_manager", "dip_sample", (3, 3, 3, 6))
    assert replan(programme.framework) == (3 * 3, 0)
    # And shrinks: the moved work stays.
    work.refresh_from_db()
    assert (work.post, work.state) == (taker, "planned")


def test_withdrawn_work_is_not_planned_again(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    work = Assignment.objects.filter(period="2027-01").first()
    withdraw(assignment=work, reason="The service has closed", by=northmoor.qa_officer, now=NOVEMBER)
    assert replan(programme.framework) == (0, 0)


def test_extra_work_is_no_part_of_the_quota_also_when_it_is_moved(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    post = northmoor.post_of[northmoor.team_manager]
    extra = add_work(
        programme=programme,
        activity="learning_space",
        post=post,
        starts_on=date(2027, 2, 1),
        by=None,
        now=NOVEMBER,
    )
    assert extra.ordinal == Assignment.EXTRA + 1
    taker = northmoor.post_of[northmoor.outsider]
    reallocate(assignment=extra, to_post=taker, reason="Balance", by=northmoor.qa_officer, now=NOVEMBER)
    usual = Assignment.objects.filter(
        post=northmoor.post_of[northmoor.team_manager_2], activity="learning_space", period__gte="2027-01"
    ).get()
    Assignment.objects.filter(pk=usual.pk).update(period="2027-02")
    usual.refresh_from_db()
    reallocate(assignment=usual, to_post=taker, reason="Balance", by=northmoor.qa_officer, now=NOVEMBER)
    assert usual.ordinal < Assignment.EXTRA < extra.ordinal
    assert replan(programme.framework) == (0, 0)


def ask(northmoor: Authority, **values: Any) -> Assignment:
    usual = {
        "programme": planned_year(northmoor),
        "activity": "supervision_audit",
        "post": northmoor.post_of[northmoor.team_manager],
        "theme": "Reflection on daily life",
        "due_on": date(2026, 12, 18),
        "by": northmoor.qa_officer,
        "now": NOVEMBER,
    }
    return ask_for_work(**{**usual, **values})


def test_work_can_be_asked_for_on_top_of_the_quotas_and_is_owed_at_once(northmoor: Authority) -> None:
    work = ask(northmoor)
    assert (work.state, work.allocated_on, work.due_on) == (
        "allocated",
        date(2026, 11, 10),
        date(2026, 12, 18),
    )
    assert (work.theme, work.unit, work.clock.stopped_at) == (
        "Reflection on daily life",
        work.post.unit,
        None,
    )
    assert work.clock.moments.filter(name="Two days late").exists()
    assert Notice.objects.filter(recipient=northmoor.team_manager, kind="allocated").exists()
    assert ask(northmoor).ordinal == work.ordinal + 1
    assert replan(work.programme.framework) == (0, 0)


def test_drawn_work_and_days_that_cannot_be_are_refused(northmoor: Authority) -> None:
    for values, words in [
        ({"activity": "learning_space"}, "about a case that is not chosen by hand"),
        ({"due_on": date(2026, 11, 9)}, "between 10 November 2026 and 31 March 2027"),
        ({"due_on": date(2027, 4, 1)}, "between 10 November 2026 and 31 March 2027"),
        ({"now": datetime(2027, 5, 3, 10, 0, tzinfo=UTC)}, "has ended"),
    ]:
        with pytest.raises(Refused, match=words):
            ask(northmoor, **values)


def test_each_planned_row_has_its_history_entry(northmoor: Authority) -> None:
    planned_year(northmoor)
    assert Assignment.history.count() == Assignment.objects.count() > 0
    assert set(Assignment.history.values_list("history_change_reason", flat=True)) == {
        "Planned from the quotas"
    }


def test_a_year_that_has_ended_and_one_before_the_framework_are_refused(northmoor: Authority) -> None:
    framework = lancashire([northmoor.root]).framework
    with pytest.raises(Refused, match="has ended"):
        make_programme(framework=framework, year=2025, by=None, now=NOVEMBER)
    with pytest.raises(Refused, match="Load a version with an earlier date"):
        make_programme(framework=framework, year=2024, by=None, now=datetime(2024, 5, 1, tzinfo=UTC))


# Opening the month's work, and dating what is undated


def test_the_months_work_is_allocated_once_and_draws_are_left_to_the_draw(northmoor: Authority) -> None:
    planned_year(northmoor)
    now = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
    changed = allocate_period_work(now=now)
    assert changed == Assignment.objects.filter(state="allocated").count() > 0
    assert allocate_period_work(now=now) == 0
    activities = set(Assignment.objects.filter(state="allocated").values_list("activity", flat=True))
    assert activities == {"dip_sample", "observation"}
    dip_sample = Assignment.objects.filter(state="allocated", activity="dip_sample").first()
    assert dip_sample.due_on == date(2026, 4, 30)
    observation = Assignment.objects.filter(state="allocated", activity="observation").first()
    assert observation.due_on == date(2026, 6, 30)


@pytest.mark.clause("LAN-17")
def test_a_practice_week_is_dated_later_and_moving_it_moves_its_clock(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    dates = {"programme": programme, "activity": "practice_week", "quarter": Quarter(2026, 2)}
    by, now = northmoor.qa_officer, datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
    allocate_period_work(now=datetime(2026, 7, 1, 9, 0, tzinfo=UTC))
    assert not Assignment.objects.filter(activity="practice_week").exclude(state="planned").exists()
    count = Assignment.objects.filter(activity="practice_week").count()
    first = {"starts_on": date(2026, 9, 14), "due_on": date(2026, 9, 18)}
    assert set_dates(**dates, **first, by=by, now=now) == count > 0
    assert set_dates(**dates, **first, by=by, now=now) == 0
    moved = {"starts_on": date(2026, 9, 21), "due_on": date(2026, 9, 25)}
    assert set_dates(**dates, **moved, by=by, now=now) == count
    work = Assignment.objects.filter(activity="practice_week").select_related("clock").first()
    assert (work.due_on, work.original_due_on, work.clock.due_at.date()) == (
        date(2026, 9, 25),
        date(2026, 9, 25),
        date(2026, 9, 25),
    )
    assert work.clock.round == 2
    assert Notice.objects.filter(subject__startswith="New dates: Practice week").exists()


def test_dates_outside_the_year_in_the_past_or_of_dated_work_are_refused(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    values = {
        "programme": programme,
        "quarter": Quarter(2026, 3),
        "by": northmoor.qa_officer,
        "now": NOVEMBER,
    }
    week = {**values, "activity": "practice_week"}
    for first, last, words in [
        (date(2026, 3, 2), date(2026, 3, 6), "between 1 April 2026 and 31 March 2027"),
        (date(2026, 12, 4), date(2026, 12, 1), "in that order"),
        (date(2026, 11, 2), date(2026, 11, 6), "has passed"),
    ]:
        with pytest.raises(Refused, match=words):
            set_dates(**week, starts_on=first, due_on=last)
    with pytest.raises(Refused, match="its deadline from the framework"):
        set_dates(**values, activity="dip_sample", starts_on=date(2026, 12, 1), due_on=date(2026, 12, 4))


@pytest.mark.writes_behind_the_verbs
def test_work_that_has_begun_keeps_its_dates(northmoor: Authority) -> None:
    programme = planned_year(northmoor)
    post = northmoor.post_of[northmoor.team_manager]
    Assignment.objects.filter(post=post, activity="practice_week").delete()
    begun = owed(
        northmoor,
        post,
        due_on=date(2026, 9, 18),
        now=BEFORE_THE_YEAR,
        activity="practice_week",
        period="2026-07",
    )
    Assignment.objects.filter(pk=begun.pk).update(state="in_progress")
    set_dates(
        programme=programme,
        activity="practice_week",
        quarter=Quarter(2026, 2),
        starts_on=date(2026, 9, 21),
        due_on=date(2026, 9, 25),
        by=northmoor.qa_officer,
        now=BEFORE_THE_YEAR,
    )
    begun.refresh_from_db()
    assert begun.due_on == date(2026, 9, 18)
