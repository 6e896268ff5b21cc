"""The room's pages: who may see them, what they show, and how many questions they ask the database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from qaframework.people import context
from qaframework.people.context import HOMES, MENU, home_of
from qaframework.people.models import PostHolding, RecordRead, Unit
from qaframework.people.reads import log_read
from qaframework.people.roles import ROLES
from tests.factories.authority import Authority
from tests.factories.people import PostFactory, PostHoldingFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tuesday() -> Any:
    with time_machine.travel("2026-11-10T10:00:00Z", tick=False):
        yield


PERSONAS = ["admin", "qa_officer", "head_of_service", "team_manager", "practitioner"]


@pytest.mark.parametrize(
    ("page", "statuses"),
    [
        ("/people/organisation/", [200, 403, 403, 403, 403]),
        ("/people/units/{unit}/", [200, 403, 403, 403, 403]),
        ("/people/units/{unit}/add-unit/", [200, 403, 403, 403, 403]),
        ("/people/units/{unit}/add-post/", [200, 403, 403, 403, 403]),
        ("/people/posts/{post}/", [200, 403, 403, 403, 403]),
        ("/people/posts/{post}/appoint/", [200, 403, 403, 403, 403]),
        ("/people/holdings/{holding}/end/", [200, 403, 403, 403, 403]),
        ("/people/person/{person}/", [200, 200, 403, 403, 403]),
        ("/people/person/{person}/leave/", [200, 403, 403, 403, 403]),
        ("/people/reads/", [200, 200, 403, 403, 403]),
        ("/people/import/", [200, 403, 403, 403, 403]),
        ("/people/my-account/", [200, 200, 200, 200, 200]),
    ],
)
def test_each_page_is_for_its_people(
    northmoor: Authority, client: Client, page: str, statuses: list[int]
) -> None:
    post = northmoor.post_of[northmoor.team_manager_2]
    address = page.format(
        unit=northmoor.duty.pk,
        post=post.pk,
        holding=post.holdings.get().pk,
        person=northmoor.team_manager_2.pk,
    )
    assert client.get(address)["Location"].startswith("/account/login/")
    for persona, status in zip(PERSONAS, statuses, strict=True):
        client.force_login(getattr(northmoor, persona))
        assert client.get(address).status_code == status, persona


@pytest.mark.parametrize(
    ("page", "queries"),
    [
        ("/people/organisation/", 7),
        ("/people/units/{unit}/", 8),
        ("/people/posts/{post}/", 6),
        ("/people/person/{person}/", 9),
        ("/people/reads/", 5),
        ("/people/my-account/", 4),
    ],
)
def test_pages_ask_the_database_a_fixed_number_of_questions(
    northmoor: Authority, client: Client, page: str, queries: int, django_assert_num_queries: Any
) -> None:
    for team in range(5):
        unit = UnitFactory(parent=northmoor.duty, name=f"Team {team}")
        PostHoldingFactory(post=PostFactory(unit=unit))
        log_for(northmoor, label=f"C{team}")
    address = page.format(
        unit=northmoor.duty.pk,
        post=northmoor.post_of[northmoor.team_manager].pk,
        person=northmoor.team_manager.pk,
    )
    client.force_login(northmoor.admin)
    client.get("/people/my-account/")  # stamps the session, which the next request need not do again
    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200


def log_for(northmoor: Authority, *, label: str, at: datetime | None = None, **values: Any) -> None:
    given = {"reader": northmoor.team_manager, "kind": RecordRead.Kind.CASE, "record_id": 1, **values}
    log_read(label=label, now=at or datetime(2026, 11, 9, 9, tzinfo=UTC), **given)


def test_the_organisation_shows_holders_acting_and_vacant(northmoor: Authority, client: Client) -> None:
    cover = PostHoldingFactory(
        post=northmoor.post_of[northmoor.team_manager], is_acting=True, starts_on=date(2026, 11, 1)
    )
    PostFactory(unit=northmoor.care_team_1, title="Empty chair")
    client.force_login(northmoor.admin)
    page = client.get("/people/organisation/").content.decode()
    assert f'{cover.user} <strong class="govuk-tag govuk-tag--blue">Acting</strong>' in page
    assert "Team Manager Example" not in page
    assert page.index("Empty chair") < page.index("Vacant")
    order = [page.index(unit.name) for unit in (northmoor.root, northmoor.care, northmoor.care_team_1)]
    assert order == sorted(order)


def test_an_administrator_appoints_ends_and_records_a_leaver(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    post = northmoor.post_of[northmoor.team_manager]
    newcomer = UserFactory(email="new@northmoor.example")
    form = {"user": newcomer.email, "starts_on": "2026-11-11"}
    response = client.post(f"/people/posts/{post.pk}/appoint/", form)
    assert response.status_code == 422
    assert "End that first, or appoint somebody to act" in response.content.decode()
    holding = post.holdings.get()
    client.post(f"/people/holdings/{holding.pk}/end/", {"last_day": "2026-11-10"})
    response = client.post(f"/people/posts/{post.pk}/appoint/", form, follow=True)
    assert f"{newcomer} has been appointed" in response.content.decode()
    client.post(f"/people/person/{newcomer.pk}/leave/", {"last_day": "2026-12-31"})
    assert PostHolding.objects.get(user=newcomer).ends_on == date(2026, 12, 31)


def test_an_unknown_person_is_explained(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    post = northmoor.post_of[northmoor.team_manager]
    form = {"user": "nobody@northmoor.example", "starts_on": "2026-11-11"}
    page = client.post(f"/people/posts/{post.pk}/appoint/", form).content.decode()
    assert "Nobody has this e-mail address" in page


def test_units_and_posts_are_added_and_closed(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    form = {"name": "Duty team 3", "code": "Duty-3", "kind": "team"}
    client.post(f"/people/units/{northmoor.duty.pk}/add-unit/", form)
    unit = Unit.objects.get(code="duty-3")
    form = {"title": "Manager", "code": "tm-3", "role": "team_manager", "reports_to": "senior-manager"}
    client.post(f"/people/units/{unit.pk}/add-post/", form)
    post = unit.posts.get()
    assert post.reports_to == northmoor.post_of[northmoor.senior_manager]
    asked = client.get(f"/people/posts/{post.pk}/close/").content.decode()
    assert "until the quality assurance team moves it to another post" in asked
    post.refresh_from_db()
    assert post.is_active
    client.post(f"/people/posts/{post.pk}/close/")
    post.refresh_from_db()
    assert not post.is_active
    held = northmoor.post_of[northmoor.team_manager]
    address = f"/people/posts/{held.pk}/close/"
    assert f"{northmoor.team_manager}. Record a last day first" in client.get(address).content.decode()
    refused = client.post(address)
    assert refused.status_code == 422
    assert "holds this post" in refused.content.decode()


def test_reading_a_person_is_logged_and_shown(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.qa_officer)
    reader, person = northmoor.qa_officer, northmoor.team_manager
    client.get(f"/people/person/{person.pk}/")
    [read] = RecordRead.objects.all()
    assert (read.reader, read.kind, read.record_id) == (reader, "person", person.pk)
    assert read.label == person.staff_reference
    page = client.get("/people/reads/").content.decode()
    assert person.staff_reference in page
    assert reader.full_name in page
    assert not RecordRead.objects.exclude(pk=read.pk).exists()


def test_a_person_who_is_refused_reads_nothing(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.head_of_service)
    client.get(f"/people/person/{northmoor.practitioner.pk}/")
    assert not RecordRead.objects.exists()


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("", {"C1", "C2", "W7"}),
        ("reader=team_manager@", {"C1", "W7"}),
        ("reader=Outsider", {"C2"}),
        ("kind=person", {"W7"}),
        ("record=c2", {"C2"}),
        ("since=2026-11-10", {"W7"}),
        ("until=2026-11-09", {"C1", "C2"}),
        ("since=nonsense", {"C1", "C2", "W7"}),
    ],
)
def test_reads_are_found_by_reader_record_and_day(
    northmoor: Authority, client: Client, query: str, labels: set[str]
) -> None:
    log_for(northmoor, label="C1", at=datetime(2026, 11, 9, 9, tzinfo=UTC))
    log_for(northmoor, label="C2", reader=northmoor.outsider, at=datetime(2026, 11, 9, 23, 59, tzinfo=UTC))
    log_for(northmoor, label="W7", kind="person", at=datetime(2026, 11, 10, 0, 0, tzinfo=UTC))
    client.force_login(northmoor.admin)
    rows = client.get(f"/people/reads/?{query}").context["rows"]
    assert {row[3] for row in rows} == labels


def test_reads_are_paged(northmoor: Authority, client: Client) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(30):
        log_for(northmoor, label=f"C{number}", at=start + timedelta(minutes=number))
    client.force_login(northmoor.admin)
    first = client.get("/people/reads/").context
    second = client.get(f"/people/reads/{first['page'].next_url}").context
    assert [row[3] for row in first["rows"] + second["rows"]] == [f"C{n}" for n in reversed(range(30))]


# The frame


def test_home_is_where_ones_work_begins(northmoor: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "reverse", lambda name: name)
    for user, name in [
        (northmoor.admin, "packs:frameworks"),
        (northmoor.qa_officer, "allocation:return_board"),
        (northmoor.head_of_service, "reporting:dashboard"),
        (northmoor.director, "reporting:dashboard"),
        (northmoor.executive_director, "reporting:dashboard"),
        (northmoor.team_manager, "allocation:my_work"),
        (northmoor.practitioner, "allocation:my_work"),
        (UserFactory(), "people:my_account"),
    ]:
        assert home_of(user) == name


def test_the_menu_shows_what_ones_posts_allow(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.admin)
    entries = client.get("/people/organisation/").context["navigation"]
    organisation = {"label": "Organisation", "url": "/people/organisation/", "current": True}
    assert organisation in entries
    client.force_login(northmoor.practitioner)
    labels = {entry["label"] for entry in client.get("/people/my-account/").context["navigation"]}
    assert not labels & {"Organisation", "Who read what", "Dashboard", "Cases"}


def test_every_role_has_a_home_and_a_menu() -> None:
    for role in ROLES.values():
        assert any(role.key in roles for roles, _ in HOMES)
        assert any(role.capabilities & allowed for _, _, allowed in MENU)


def test_the_frame_names_the_authority_and_the_idle_limit(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.practitioner)
    page = client.get("/people/my-account/").content.decode()
    assert '<span class="app-header__authority">Northmoor</span>' in page
    assert 'data-idle-seconds="1800"' in page
    assert 'data-keep-alive-url="/keep-alive/"' in page
