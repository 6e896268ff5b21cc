"""What one's posts of today allow, and where."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from qaframework.people import access
from qaframework.people.access import capability_q, has_capability, posts_of, requires
from qaframework.people.models import Post, Unit
from qaframework.people.roles import Capability
from tests.factories.authority import Authority
from tests.factories.people import PostHoldingFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 10)


def test_a_capability_holds_for_the_unit_and_everything_beneath(northmoor: Authority) -> None:
    head = northmoor.head_of_service
    for unit, expected in [
        (northmoor.duty, True),
        (northmoor.duty_team_1, True),
        (northmoor.care_team_1, False),
        (northmoor.root, False),
        (None, True),
    ]:
        assert has_capability(head, Capability.SEE_TEAM_WORK, TODAY, unit) is expected
    assert not has_capability(head, Capability.RUN_QUALITY_ASSURANCE, TODAY)


def test_rows_are_limited_to_the_persons_units(northmoor: Authority) -> None:
    scope = capability_q(northmoor.head_of_service, Capability.SEE_TEAM_WORK, TODAY, unit_field="")
    units = Unit.objects.filter(scope)
    assert set(units) == {northmoor.duty, northmoor.duty_team_1, northmoor.duty_team_2}
    posts = Post.objects.filter(capability_q(northmoor.outsider, Capability.AUDIT, TODAY))
    assert {post.unit for post in posts} == {northmoor.care_team_1}


def test_without_a_post_nothing_matches_not_even_for_a_superuser(northmoor: Authority) -> None:
    superuser = UserFactory(is_superuser=True)
    scope = capability_q(superuser, Capability.SEE_TEAM_WORK, TODAY, unit_field="")
    assert not Unit.objects.filter(scope).exists()


def test_a_unit_whose_path_merely_begins_alike_is_not_beneath(northmoor: Authority) -> None:
    sibling = Unit(code="duty-1b", name="Duty team 1b", kind=Unit.Kind.TEAM, parent=northmoor.duty)
    sibling.save()
    assert not has_capability(northmoor.team_manager, Capability.SEE_TEAM_WORK, TODAY, sibling)


def test_acting_for_somebody_brings_their_capabilities_for_its_days(northmoor: Authority) -> None:
    PostHoldingFactory(
        post=northmoor.post_of[northmoor.head_of_service],
        user=northmoor.practitioner,
        is_acting=True,
        starts_on=TODAY,
        ends_on=TODAY,
    )
    assert has_capability(northmoor.practitioner, Capability.AUTHORISE_LOOPS, TODAY)
    assert not has_capability(northmoor.practitioner, Capability.AUTHORISE_LOOPS, date(2026, 11, 11))


def test_posts_are_asked_for_once_a_request(northmoor: Authority, django_assert_num_queries: object) -> None:
    access.remember_posts(northmoor.admin)
    with django_assert_num_queries(1):  # type: ignore[operator]
        for _ in range(3):
            [post] = posts_of(northmoor.admin, TODAY)
    assert post.authority_name == "Northmoor"


@requires(Capability.CONFIGURE, Capability.RUN_QUALITY_ASSURANCE)
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open")


def test_the_decorator_lets_in_any_of_the_named_capabilities(northmoor: Authority) -> None:
    for user, status in [
        (northmoor.admin, 200),
        (northmoor.qa_officer, 200),
        (northmoor.head_of_service, 403),
        (UserFactory(), 403),
    ]:
        request = RequestFactory().get("/x/")
        request.user = user
        assert page(request).status_code == status


def test_the_refusal_says_which_roles_may(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.practitioner)
    response = client.get("/people/organisation/")
    assert response.status_code == 403
    assert "<li>Administrator</li>" in response.content.decode()


def test_the_decorator_sends_others_to_sign_in() -> None:
    request = RequestFactory().get("/x/?page=2")
    request.user = AnonymousUser()
    response = page(request)
    assert response.status_code == 302
    assert response["Location"] == "/account/login/?next=/x/%3Fpage%3D2"


def test_objects_elsewhere_are_not_found(northmoor: Authority, client: Client) -> None:
    """An administrator of one function sees nothing of another."""
    post = northmoor.post_of[northmoor.admin]
    post.unit = northmoor.duty
    post.save()
    client.force_login(northmoor.admin)
    own, other = northmoor.post_of[northmoor.team_manager], northmoor.post_of[northmoor.outsider]
    assert client.get(f"/people/posts/{own.pk}/").status_code == 200
    assert client.get(f"/people/posts/{other.pk}/").status_code == 404
    assert client.get(f"/people/units/{northmoor.care.pk}/").status_code == 404
    assert client.get(f"/people/holdings/{other.holdings.get().pk}/end/").status_code == 404
    assert client.get("/people/posts/99999/").status_code == 404


def test_the_quality_assurance_team_serves_the_whole_authority_from_a_unit_of_its_own(
    northmoor: Authority,
) -> None:
    quality = UnitFactory(code="quality", name="Quality assurance", parent=northmoor.root)
    officer = northmoor.appoint("officer_in_own_unit", "qa_officer", quality)
    manager = northmoor.appoint("manager_in_own_unit", "team_manager", quality)
    capability = Capability.RUN_QUALITY_ASSURANCE
    assert has_capability(officer, capability, TODAY, unit=northmoor.care_team_1)
    assert not has_capability(manager, Capability.SEE_TEAM_WORK, TODAY, unit=northmoor.care_team_1)
