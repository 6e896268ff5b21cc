"""Appointing, ending, leaving: what is refused, and that every change has its one history entry."""

from datetime import date, datetime

import pytest

from qaframework.people import workflow
from qaframework.people.directory import holder_of
from qaframework.people.history import SomebodyElseWasFirst
from qaframework.people.models import Post, PostHolding, Unit
from qaframework.people.refusal import Refused
from tests.factories.authority import Authority
from tests.factories.people import PostFactory, PostHoldingFactory, UserFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 10)


def test_a_unit_lies_beneath_its_parent(northmoor: Authority, now: datetime) -> None:
    unit = workflow.add_unit(
        code="duty-3", name="Duty 3", kind="team", parent=northmoor.duty, by=northmoor.admin, now=now
    )
    assert unit.path == "/northmoor/duty/duty-3/"
    [entry] = unit.history.all()
    assert (entry.history_user, entry.history_date) == (northmoor.admin, now)


@pytest.mark.parametrize(
    ("code", "kind", "has_parent", "message"),
    [
        ("DUTY", "team", True, "already a unit with the code DUTY"),
        ("other", "authority", False, "already an authority"),
        ("other", "authority", True, "has no parent"),
        ("other", "team", False, "every other unit has one"),
    ],
)
def test_a_unit_without_a_proper_place_is_refused(
    northmoor: Authority, now: datetime, code: str, kind: str, has_parent: bool, message: str
) -> None:
    parent = northmoor.duty if has_parent else None
    with pytest.raises(Refused, match=message):
        workflow.add_unit(code=code, name="Other", kind=kind, parent=parent, by=None, now=now)


def test_a_new_post_is_vacant(northmoor: Authority, now: datetime) -> None:
    post = workflow.add_post(
        code="new", title="New", role="iro", unit=northmoor.care, reports_to=None, by=None, now=now
    )
    assert holder_of(post, TODAY) is None
    with pytest.raises(Refused, match="already a post"):
        workflow.add_post(
            code="new", title="New", role="iro", unit=northmoor.care, reports_to=None, by=None, now=now
        )
    with pytest.raises(Refused, match="'king' is not a role"):
        workflow.add_post(
            code="k", title="K", role="king", unit=northmoor.care, reports_to=None, by=None, now=now
        )


def test_an_appointment_and_its_history(northmoor: Authority, now: datetime) -> None:
    post, user = PostFactory(unit=northmoor.duty), UserFactory()
    holding = workflow.appoint(post=post, user=user, starts_on=TODAY, by=northmoor.admin, now=now)
    assert holder_of(post, TODAY) == user
    [entry] = holding.history.all()
    assert (entry.history_user, entry.history_change_reason) == (northmoor.admin, "Appointed")


def test_a_second_holder_is_refused_but_may_act(northmoor: Authority, now: datetime) -> None:
    post, cover = northmoor.post_of[northmoor.team_manager], UserFactory()
    with pytest.raises(Refused, match="End that first, or appoint somebody to act"):
        workflow.appoint(post=post, user=cover, starts_on=TODAY, by=None, now=now)
    workflow.appoint(post=post, user=cover, starts_on=TODAY, is_acting=True, by=None, now=now)
    assert holder_of(post, TODAY) == cover


def test_appointments_that_cannot_be(northmoor: Authority, now: datetime) -> None:
    post = northmoor.post_of[northmoor.team_manager]
    vacant, closed = PostFactory(unit=northmoor.duty), PostFactory(unit=northmoor.duty, is_active=False)
    leaver = UserFactory(left_on=TODAY)
    for arguments, message in [
        ({"post": closed, "user": UserFactory()}, "is closed"),
        ({"post": vacant, "user": leaver}, "leaves on 10/11/2026"),
        ({"post": post, "user": northmoor.team_manager, "is_acting": True}, "already holds"),
        ({"post": vacant, "user": UserFactory(), "ends_on": date(2026, 11, 9)}, "not be before"),
    ]:
        with pytest.raises(Refused, match=message):
            workflow.appoint(**{"starts_on": TODAY, "by": None, "now": now, **arguments})


def test_the_post_is_free_from_the_day_after_the_last_day(northmoor: Authority, now: datetime) -> None:
    post = northmoor.post_of[northmoor.team_manager]
    workflow.end_holding(holding=post.holdings.get(), ends_on=TODAY, by=northmoor.admin, now=now)
    assert holder_of(post, TODAY) == northmoor.team_manager
    assert holder_of(post, date(2026, 11, 11)) is None
    workflow.appoint(post=post, user=UserFactory(), starts_on=date(2026, 11, 11), by=None, now=now)


def test_of_two_who_end_a_holding_at_once_the_second_is_told(northmoor: Authority, now: datetime) -> None:
    pk = northmoor.post_of[northmoor.team_manager].holdings.get().pk
    one, other = PostHolding.objects.get(pk=pk), PostHolding.objects.get(pk=pk)
    workflow.end_holding(holding=one, ends_on=TODAY, by=None, now=now)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.end_holding(holding=other, ends_on=date(2026, 12, 1), by=None, now=now)
    assert PostHolding.objects.get(pk=pk).ends_on == TODAY


def test_a_last_day_before_the_first_is_refused(northmoor: Authority, now: datetime) -> None:
    holding = PostHoldingFactory(starts_on=TODAY)
    with pytest.raises(Refused, match="10/11/2026 or later"):
        workflow.end_holding(holding=holding, ends_on=date(2026, 11, 9), by=None, now=now)


def test_leaving_ends_every_post_and_orphans_none(northmoor: Authority, now: datetime) -> None:
    manager = northmoor.team_manager
    acting = PostHoldingFactory(
        user=manager,
        post=northmoor.post_of[northmoor.senior_manager],
        is_acting=True,
        ends_on=date(2027, 1, 1),
    )
    workflow.leave(user=manager, left_on=TODAY, by=northmoor.admin, now=now)
    acting.refresh_from_db()
    assert acting.ends_on == TODAY
    post = northmoor.post_of[manager]
    assert Post.objects.get(pk=post.pk).is_active
    assert holder_of(post, date(2026, 11, 11)) is None
    assert manager.history.get(history_change_reason="Left").history_user == northmoor.admin


def test_nobody_leaves_who_has_yet_to_take_up_a_post(northmoor: Authority, now: datetime) -> None:
    PostHoldingFactory(user=northmoor.team_manager, starts_on=date(2026, 12, 1))
    with pytest.raises(Refused, match="takes up .* on 01/12/2026"):
        workflow.leave(user=northmoor.team_manager, left_on=TODAY, by=None, now=now)
    northmoor.team_manager.refresh_from_db()
    assert northmoor.team_manager.left_on is None


def test_a_post_is_closed_only_when_nobody_holds_it(northmoor: Authority, now: datetime) -> None:
    post = northmoor.post_of[northmoor.team_manager]
    with pytest.raises(Refused, match="holds this post"):
        workflow.close_post(post=post, by=None, now=now, on=TODAY)
    workflow.end_holding(holding=post.holdings.get(), ends_on=TODAY, by=None, now=now)
    workflow.close_post(post=post, by=None, now=now, on=TODAY)
    with pytest.raises(SomebodyElseWasFirst):
        workflow.close_post(post=post, by=None, now=now, on=TODAY)


def test_every_unit_knows_its_function(northmoor: Authority) -> None:
    assert set(Unit.objects.below(northmoor.duty)) == {
        northmoor.duty,
        northmoor.duty_team_1,
        northmoor.duty_team_2,
    }
    assert list(Unit.objects.above(northmoor.duty_team_1)) == [
        northmoor.duty_team_1,
        northmoor.duty,
        northmoor.root,
    ]
