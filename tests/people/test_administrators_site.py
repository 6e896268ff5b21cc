"""The administrator's site: behind the same rules as every page, and no way round the others."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qaframework.people import history
from qaframework.people.models import LocalClosureDay, Post, RecordRead, Unit
from qaframework.rules.working_days import end_of_day
from tests.factories.authority import Authority
from tests.factories.clocks import framework_version, rung, running_clock
from tests.factories.people import LocalClosureDayFactory, PostFactory, PostHoldingFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)


def test_only_those_who_configure_the_whole_authority_enter_the_site(
    northmoor: Authority, client: Client
) -> None:
    in_one_team = PostFactory(role="config_admin", unit=northmoor.duty_team_1)
    local_admin = PostHoldingFactory(post=in_one_team).user
    for user, status in [(northmoor.admin, 200), (northmoor.qa_manager, 403), (local_admin, 403)]:
        user.is_superuser = user != northmoor.admin
        user.save()
        client.force_login(user)
        assert client.get("/admin/people/user/", follow=True).status_code == status


def test_the_site_has_no_door_of_its_own(client: Client) -> None:
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"].startswith("/account/login/")


def test_the_site_asks_for_the_second_step(northmoor: Authority, client: Client, settings: Any) -> None:
    settings.REQUIRE_TOTP = True
    client.force_login(northmoor.admin)
    assert client.get("/admin/people/user/")["Location"] == reverse("mfa_activate_totp")


def test_passwords_are_changed_on_one_page_only(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    assert client.get("/admin/password_change/")["Location"] == reverse("account_change_password")


def test_the_site_holds_only_what_keeps_a_history() -> None:
    assert {model.__name__ for model in admin.site._registry} == {
        "LocalClosureDay",
        "Post",
        "PostHolding",
        "Unit",
        "User",
    }


def test_changes_in_the_site_are_recorded_with_their_person(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    manager = northmoor.team_manager
    form = {"full_name": "New Name", "email": manager.email, "staff_reference": "X1", "is_active": "on"}
    assert client.post(f"/admin/people/user/{manager.pk}/change/", form).status_code == 302
    manager.refresh_from_db()
    assert manager.full_name == "New Name"
    assert manager.history.latest().history_user == northmoor.admin
    assert client.get(f"/admin/people/user/{manager.pk}/delete/").status_code == 403


def test_running_clocks_count_a_closure_day_as_soon_as_it_is_entered(
    northmoor: Authority, client: Client
) -> None:
    version = framework_version(one=[rung("Late", "2 working days", "owner")])
    clock = running_clock(
        northmoor, due_at=end_of_day(date(2026, 12, 8)), now=NOW, version=version, ladder="one"
    )
    client.force_login(northmoor.admin)
    with time_machine.travel(NOW, tick=False):
        page = client.post(
            "/admin/people/localclosureday/add/", {"day": "2026-12-09", "name": "Moving office"}, follow=True
        )
    assert "1 reminder or escalation was moved" in page.content.decode()
    assert clock.moments.get().falls_at == datetime(2026, 12, 11, 8, 0, tzinfo=UTC)
    mistaken = LocalClosureDay.objects.get()
    with time_machine.travel(NOW, tick=False):
        client.post(f"/admin/people/localclosureday/{mistaken.pk}/delete/", {"post": "yes"})
    assert clock.moments.get().falls_at == datetime(2026, 12, 10, 8, 0, tzinfo=UTC)
    removed = LocalClosureDay.history.latest()
    assert (removed.history_type, removed.history_user) == ("-", northmoor.admin)


def test_only_closure_days_are_removed_in_the_site_and_only_by_administrators(
    northmoor: Authority, client: Client
) -> None:
    day = LocalClosureDayFactory()
    address = f"/admin/people/localclosureday/{day.pk}/delete/"
    client.force_login(northmoor.qa_manager)
    assert client.post(address, {"post": "yes"}, follow=True).status_code == 403
    client.force_login(northmoor.admin)
    assert "delete_selected" not in client.get("/admin/people/localclosureday/").content.decode()
    unit = Unit.objects.get(pk=northmoor.root.pk)
    assert client.post(f"/admin/people/unit/{unit.pk}/delete/", {"post": "yes"}).status_code == 403
    assert LocalClosureDay.objects.get() == day


def test_who_opens_a_person_in_the_site_is_logged(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    person = northmoor.practitioner
    version = person.history.latest().pk
    for page in ("change/", "history/", f"history/{version}/"):
        assert client.get(f"/admin/people/user/{person.pk}/{page}").status_code == 200
    read = RecordRead.objects.filter(reader=northmoor.admin, kind="person", record_id=person.pk)
    assert read.count() == 3


def test_the_site_is_no_way_round_the_organisation_pages(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    holding = northmoor.team_manager.holdings.get()
    for name, record in (("postholding", holding), ("post", holding.post)):
        address = f"/admin/people/{name}/{record.pk}"
        assert client.get(f"{address}/change/").status_code == 200
        assert client.post(f"{address}/change/", {"user": northmoor.admin.pk}).status_code == 403
        assert client.get(f"/admin/people/{name}/add/").status_code == 403
    assert client.get("/admin/people/user/add/").status_code == 403
    assert client.get("/admin/people/unit/add/").status_code == 403
    form = {"full_name": "Other", "email": northmoor.team_manager.email, "is_active": "on"}
    left = {**form, "left_on": "2026-01-01"}
    client.post(f"/admin/people/user/{northmoor.team_manager.pk}/change/", left)
    northmoor.team_manager.refresh_from_db()
    assert northmoor.team_manager.left_on is None


def test_an_older_state_is_shown_and_never_put_back(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    person = northmoor.practitioner
    first = person.history.latest()
    history.change(person, by=None, now=timezone.now(), reason="Married", full_name="New Name")
    address = f"/admin/people/user/{person.pk}/history/{first.pk}/"
    form = {"full_name": first.full_name, "email": person.email, "is_active": "on"}
    assert client.post(address, form).status_code == 403
    person.refresh_from_db()
    assert person.full_name == "New Name"


@pytest.mark.writes_behind_the_verbs
def test_a_unit_closes_after_its_posts(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    address = f"/admin/people/unit/{northmoor.duty_team_1.pk}/change/"
    page = client.post(address, {"name": "Duty team 1"}).content.decode()
    assert "Posts in this unit or beneath it are open. Close them first." in page
    Post.objects.filter(unit=northmoor.duty_team_1).update(is_active=False)
    assert client.post(address, {"name": "Duty team 1"}).status_code == 302
    assert not Unit.objects.get(pk=northmoor.duty_team_1.pk).is_active


def test_somebody_without_the_telephone_sets_up_another(northmoor: Authority, client: Client) -> None:
    person = northmoor.qa_manager
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    client.force_login(northmoor.admin)
    chosen = {"action": "forget_second_steps", "_selected_action": [person.pk]}
    assert client.post("/admin/people/user/", chosen).status_code == 302
    assert not Authenticator.objects.filter(user=person).exists()
    entry = person.history.latest()
    assert (entry.history_user, entry.history_change_reason) == (
        northmoor.admin,
        "Second step of signing in forgotten",
    )


def test_no_list_of_the_site_loads_a_long_choice(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    for name in ("unit", "post", "postholding", "localclosureday", "user"):
        assert client.get(f"/admin/people/{name}/").status_code == 200


def test_the_site_signs_out_who_is_idle(northmoor: Authority, client: Client, settings: Any) -> None:
    client.force_login(northmoor.admin)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert client.get("/admin/people/user/").status_code == 200
        clock.shift(timedelta(minutes=settings.IDLE_TIMEOUT_MINUTES + 2))
        assert client.get("/admin/people/user/")["Location"].startswith("/account/login/")


def test_nothing_of_the_site_is_kept_in_caches(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    query = "app_label=people&model_name=postholding&field_name=user&term=a"
    for page in ("/admin/", "/admin/people/user/", "/admin/jsi18n/", f"/admin/autocomplete/?{query}"):
        assert client.get(page)["Cache-Control"] == "no-store"
