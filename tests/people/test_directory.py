"""Who holds what, and the nearest post, asked one by one and from the loaded organisation."""

from datetime import date

import pytest

from qaframework.people import directory
from qaframework.people.directory import Organisation
from qaframework.people.models import PostHolding
from tests.factories.authority import Authority
from tests.factories.people import PostFactory, PostHoldingFactory, UserFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 10)


def test_an_acting_holder_comes_before_the_substantive_one(northmoor: Authority) -> None:
    post = northmoor.post_of[northmoor.team_manager]
    cover = PostHoldingFactory(
        post=post, is_acting=True, starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30)
    )
    assert directory.holder_of(post, TODAY) == cover.user
    assert directory.holder_of(post, date(2026, 12, 1)) == northmoor.team_manager
    assert Organisation.load(TODAY).holder_of(post.pk) == cover.user
    assert Organisation.load(date(2026, 12, 1)).holder_of(post.pk) == northmoor.team_manager


def test_a_post_is_vacant_from_the_day_after_its_holder_left(northmoor: Authority) -> None:
    post, manager = northmoor.post_of[northmoor.team_manager], northmoor.team_manager
    manager.left_on = date(2026, 11, 9)
    manager.save()
    assert directory.holder_of(post, date(2026, 11, 9)) == manager
    assert directory.holder_of(post, TODAY) is None
    assert Organisation.load(TODAY).holder_of(post.pk) is None


def test_a_persons_main_post_is_held_rather_than_acted_in(northmoor: Authority) -> None:
    own = northmoor.post_of[northmoor.team_manager]
    PostHoldingFactory(
        post=northmoor.post_of[northmoor.senior_manager],
        user=northmoor.team_manager,
        is_acting=True,
        starts_on=date(2019, 1, 1),
    )
    assert directory.post_of(northmoor.team_manager, TODAY) == own
    assert Organisation.load(TODAY).post_of(northmoor.team_manager.pk) == own
    assert directory.post_of(UserFactory(), TODAY) is None


def test_the_line_manager_skips_closed_posts_and_ends_at_a_ring(northmoor: Authority) -> None:
    mine = northmoor.post_of[northmoor.practitioner]
    manager = northmoor.post_of[northmoor.team_manager]
    senior = northmoor.post_of[northmoor.senior_manager]
    assert directory.line_manager_post(mine) == manager
    manager.is_active = False
    manager.save()
    mine.refresh_from_db()
    assert directory.line_manager_post(mine) == senior
    assert Organisation.load(TODAY).line_manager(mine.pk) == senior
    manager.reports_to = mine
    manager.save()
    mine.refresh_from_db()
    assert directory.line_manager_post(mine) is None
    assert Organisation.load(TODAY).line_manager(mine.pk) is None


def test_the_nearest_post_is_in_the_unit_or_the_nearest_ancestor(northmoor: Authority) -> None:
    organisation = Organisation.load(TODAY)
    for unit, role, holder in [
        (northmoor.duty_team_1, "team_manager", northmoor.team_manager),
        (northmoor.duty_team_1, "head_of_service", northmoor.head_of_service),
        (northmoor.care_team_1, "head_of_service", northmoor.care_head_of_service),
        (northmoor.care_team_1, "director", northmoor.director),
    ]:
        expected = [northmoor.post_of[holder]]
        assert directory.nearest_posts(unit, role, TODAY) == expected
        assert organisation.nearest_posts(unit.pk, role) == expected
    assert directory.nearest_posts(northmoor.duty_team_1, "board_member", TODAY) == []
    assert organisation.nearest_posts(northmoor.duty_team_1.pk, "board_member") == []


def test_a_vacant_unit_gives_way_to_one_above_where_somebody_holds_the_post(northmoor: Authority) -> None:
    PostHolding.objects.filter(user=northmoor.head_of_service).delete()
    vacant = northmoor.post_of[northmoor.head_of_service]
    assert directory.nearest_posts(northmoor.duty_team_1, "head_of_service", TODAY) == [vacant]
    above = PostHoldingFactory(post=PostFactory(role="head_of_service", unit=northmoor.root)).post
    assert directory.nearest_posts(northmoor.duty_team_1, "head_of_service", TODAY) == [above]
    organisation = Organisation.load(TODAY)
    assert organisation.nearest_posts(northmoor.duty_team_1.pk, "head_of_service") == [above]


def test_every_team_belongs_to_a_function(northmoor: Authority) -> None:
    organisation = Organisation.load(TODAY)
    for unit, function in [
        (northmoor.duty_team_2, northmoor.duty),
        (northmoor.duty, northmoor.duty),
        (northmoor.root, None),
    ]:
        assert directory.function_of(unit) == function
        assert organisation.function_of(unit.pk) == function


def test_the_organisation_is_loaded_in_three_queries(
    northmoor: Authority, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(3):  # type: ignore[operator]
        organisation = Organisation.load(TODAY)
        for post in organisation.posts.values():
            organisation.holder_of(post.pk)
            organisation.line_manager(post.pk)
            organisation.nearest_posts(post.unit_id, "director")
            organisation.function_of(post.unit_id)
