"""The secret address of a person's own dates: made, made anew, switched off; only a hash is kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from qaframework.people import access, workflow
from qaframework.people.models import CalendarAddress, RecordRead, User
from qaframework.people.refusal import Refused
from tests.factories.authority import Authority

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
PAGE = "/people/my-account/calendar/"


@pytest.fixture(autouse=True)
def _tuesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def person(northmoor: Authority) -> User:
    return northmoor.team_manager_2


def read(token: str, client: Client | None = None) -> int:
    return (client or Client()).get(reverse("reporting:own_dates", args=[token])).status_code


def made(person: User) -> str:
    return workflow.make_calendar_address(user=person, by=person, now=NOW)


def test_the_secret_is_long_random_and_not_kept(person: User) -> None:
    token = made(person)
    assert len(token) * 6 >= 128  # bits: six in each character
    kept = CalendarAddress.objects.values().get()
    assert token not in str(kept)
    assert token not in str(list(CalendarAddress.history.values()))
    assert "token_hash" not in CalendarAddress.history.values()[0]
    assert made(person) != token


def test_the_page_shows_it_once(person: User, client: Client) -> None:
    client.force_login(person)
    assert "You have no address" in client.get(PAGE).content.decode()
    shown = client.post(PAGE, {"do": "make"})
    address = shown.content.decode().split('value="http')[1].split('"')[0]
    token = address.rsplit("/", 1)[1].removesuffix(".ics")
    assert shown["Cache-Control"] == "no-store"
    assert read(token) == 200
    again = client.get(PAGE).content.decode()
    assert token not in again
    assert "last read on 10 November 2026, 10am" in again


def test_made_anew_the_old_one_stops_working(person: User) -> None:
    old = made(person)
    new = made(person)
    assert (read(old), read(new)) == (404, 200)
    assert CalendarAddress.objects.count() == 1
    reasons = CalendarAddress.history.order_by("pk").values_list("history_change_reason", flat=True)
    assert list(reasons) == ["Calendar address made", "Calendar address made anew"]


def test_the_person_switches_it_off(person: User, client: Client) -> None:
    token = made(person)
    client.force_login(person)
    client.post(PAGE, {"do": "switch_off"})
    assert read(token) == 404
    entry = CalendarAddress.history.latest()
    assert (entry.history_type, entry.history_user) == ("-", person)


def test_it_ends_with_the_account(person: User, northmoor: Authority) -> None:
    token = made(person)
    workflow.leave(user=person, left_on=date(2026, 11, 20), by=northmoor.admin, now=NOW)
    assert read(token) == 404
    person.refresh_from_db()
    with pytest.raises(Refused, match="last day"):
        made(person)


@pytest.mark.parametrize("closed", [{"is_active": False}, {"left_on": date(2026, 11, 9)}])
@pytest.mark.writes_behind_the_verbs
def test_whoever_cannot_sign_in_is_not_read_either(person: User, closed: dict[str, object]) -> None:
    token = made(person)
    User.objects.filter(pk=person.pk).update(**closed)
    assert read(token) == 404


def test_each_reading_is_logged_and_more_than_a_calendar_needs_are_refused(
    person: User, time_machine: TimeMachineFixture
) -> None:
    token = made(person)
    assert [read(token) for _ in range(access.MOST_CALENDAR_READINGS)] == [200] * 30
    reads = RecordRead.objects.filter(kind="calendar", reader=person)
    assert reads.count() == 30
    refused = Client().get(reverse("reporting:own_dates", args=[token]))
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert reads.count() == 30
    time_machine.move_to(NOW + timedelta(hours=1), tick=False)
    assert read(token) == 200


def test_no_session_is_begun_and_nothing_is_kept_on_the_way(person: User) -> None:
    client = Client()
    response = client.get(reverse("reporting:own_dates", args=[made(person)]))
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "Content-Security-Policy" in response
    assert "Permissions-Policy" in response
    assert dict(client.cookies) == {}
