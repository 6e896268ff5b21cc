"""Signing in, the lockout, the second step, and being signed out when idle."""

import re
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client, override_settings
from django.utils import timezone

from qaframework.notices.models import Notice
from qaframework.notices.workflow import deliver
from qaframework.people.models import User
from tests.factories.authority import Authority
from tests.factories.people import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

ACCOUNT = "/people/my-account/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def no_earlier_failures() -> None:
    cache.clear()


def sign_in(client: Client, user: User, password: str = PASSWORD) -> int:
    return client.post("/account/login/", {"login": user.email, "password": password}).status_code


def delivered(mailoutbox: list[EmailMessage]) -> list[EmailMessage]:
    """What has left once the outbox was emptied."""
    deliver(now=timezone.now())
    return mailoutbox


def is_signed_in(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


def test_signing_in_with_e_mail_and_password(client: Client) -> None:
    user = UserFactory()
    assert sign_in(client, user) == 302
    assert is_signed_in(client)


def test_signing_in_is_no_change_of_the_person(client: Client) -> None:
    user = UserFactory()
    before = user.history.count()
    sign_in(client, user)
    user.refresh_from_db()
    assert user.last_login is not None
    assert user.history.count() == before


def test_nobody_signs_up(client: Client) -> None:
    client.post(
        "/account/signup/",
        {"email": "new@northmoor.example", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert not User.objects.exists()


def test_five_failures_lock_the_account_for_five_minutes(client: Client) -> None:
    user, colleague = UserFactory(), UserFactory()
    with time_machine.travel("2026-11-10T10:00:00Z", tick=False) as clock:
        for _ in range(5):
            wrong = client.post("/account/login/", {"login": user.email, "password": "wrong password"})
            assert "The e-mail address or the password is not right." in wrong.content.decode()
        locked = client.post("/account/login/", {"login": user.email, "password": PASSWORD})
        assert "Wait 5 minutes, then try again." in locked.content.decode()
        assert not is_signed_in(client)
        sign_in(client, colleague)
        assert is_signed_in(client)
        client.logout()
        clock.shift(timedelta(minutes=5, seconds=1))
        sign_in(client, user)
        assert is_signed_in(client)


def test_after_the_last_day_at_work_the_account_is_closed(client: Client) -> None:
    user = UserFactory(left_on=date(2026, 11, 10))
    with time_machine.travel("2026-11-10T22:00:00Z", tick=False):
        sign_in(client, user)
        assert is_signed_in(client)
    with time_machine.travel("2026-11-11T00:01:00Z", tick=False):
        assert not is_signed_in(client)
        sign_in(client, user)
        assert not is_signed_in(client)


def test_the_work_address_is_not_ones_own_to_change(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get("/account/email/")["Location"] == ACCOUNT


@pytest.mark.parametrize("page", ["/account/login/", "/account/reauthenticate/", "/account/password/change/"])
def test_hints_are_words_not_markup(client: Client, page: str) -> None:
    if page != "/account/login/":
        client.force_login(UserFactory())
    response = client.get(page)
    assert response.status_code == 200
    assert "&lt;" not in response.content.decode()


def test_a_new_account_gets_its_password_through_the_reset(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    user = UserFactory(password=make_password(None))
    client.post("/account/password/reset/", {"email": user.email})
    [mail] = delivered(mailoutbox)
    assert mail.subject == "Practice quality: Choose a new password"
    assert user.email in mail.body
    [link] = re.findall(r"https?://\S+/account/password/reset/key/\S+", mail.body)
    page = client.get(urlsplit(link).path, follow=True)
    assert page.status_code == 200
    form = {"password1": "plum anchor velvet train", "password2": "plum anchor velvet train"}
    client.post(page.redirect_chain[-1][0], form)
    sign_in(client, user, "plum anchor velvet train")
    assert is_signed_in(client)


def test_the_link_of_a_reset_begins_with_the_address_of_the_site(
    client: Client, mailoutbox: list[EmailMessage], settings
) -> None:
    settings.SITE_URL = "https://quality.example"
    user = UserFactory()
    client.post("/account/password/reset/", {"email": user.email}, headers={"host": "localhost"})
    [mail] = delivered(mailoutbox)
    assert "https://quality.example/account/password/reset/key/" in mail.body
    assert "localhost" not in mail.body


def test_an_address_without_an_account_gets_nothing_and_the_page_says_the_same(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    known, unknown = (
        client.post("/account/password/reset/", {"email": email}, follow=True).content.partition(b"<h1")[2]
        for email in (UserFactory().email, "nobody@northmoor.example")
    )
    assert known == unknown
    assert len(delivered(mailoutbox)) == 1


@override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=1)
def test_no_page_waits_for_a_mail_server_that_is_down(client: Client) -> None:
    user = UserFactory()
    response = client.post("/account/password/reset/", {"email": user.email}, follow=True)
    assert response.status_code == 200
    assert deliver(now=timezone.now()).sent == 0
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        assert deliver(now=timezone.now()).sent == 1


def test_the_link_of_a_reset_is_shown_nowhere_and_not_kept(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    user = UserFactory()
    client.post("/account/password/reset/", {"email": user.email})
    client.force_login(user)
    assert "Choose a new password" not in client.get("/notices/").content.decode()
    delivered(mailoutbox)
    assert Notice.objects.get(recipient=user).body == ""


def test_a_changed_password_is_told_by_e_mail(client: Client, mailoutbox: list[EmailMessage]) -> None:
    sign_in(client, UserFactory())
    new = "plum anchor velvet train"
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    [mail] = delivered(mailoutbox)
    assert mail.subject == "Practice quality: Password Changed"
    assert "tell your administrator at once" in mail.body


def test_a_changed_password_ends_the_session(client: Client) -> None:
    user = UserFactory()
    sign_in(client, user)
    new = "plum anchor velvet train"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/account/password/change/", form).status_code == 302
    assert not is_signed_in(client)
    sign_in(client, user, new)
    assert is_signed_in(client)


@pytest.mark.parametrize("weak", ["password1234", "short", "849302758493"])
def test_weak_passwords_are_refused(client: Client, weak: str) -> None:
    client.force_login(UserFactory())
    form = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    response = client.post("/account/password/change/", form)
    assert response.context["form"].errors["password1"]


# The second step


def code_now() -> str:
    return format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("qa_officer", 302),
        ("admin", 302),
        ("head_of_service", 302),
        ("director", 302),
        ("executive_director", 302),
        ("team_manager", 200),
        ("practitioner", 200),
    ],
)
@override_settings(REQUIRE_TOTP=True)
def test_power_over_others_needs_a_second_step(
    northmoor: Authority, client: Client, person: str, status: int
) -> None:
    client.force_login(getattr(northmoor, person))
    response = client.get(ACCOUNT)
    assert response.status_code == status
    if status == 302:
        assert response["Location"] == "/account/2fa/totp/activate/"


@override_settings(REQUIRE_TOTP=False)
def test_an_installation_to_look_at_asks_for_no_second_step(northmoor: Authority, client: Client) -> None:
    client.force_login(northmoor.qa_officer)
    assert client.get(ACCOUNT).status_code == 200


@override_settings(
    REQUIRE_TOTP=True, EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=1
)
def test_setting_up_the_authenticator_opens_the_way(northmoor: Authority, client: Client) -> None:
    sign_in(client, northmoor.qa_officer)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.get("/account/2fa/totp/activate/").status_code == 200
    session = client.session
    session["mfa.totp.secret"] = SECRET
    session.save()
    response = client.post("/account/2fa/totp/activate/", {"code": code_now()})
    assert response.status_code == 302
    assert Authenticator.objects.filter(user=northmoor.qa_officer, type="totp").exists()
    assert Authenticator.objects.filter(user=northmoor.qa_officer, type="recovery_codes").exists()
    assert client.get(ACCOUNT).status_code == 200


@override_settings(REQUIRE_TOTP=True)
def test_signing_in_asks_for_the_code_of_the_authenticator(northmoor: Authority, client: Client) -> None:
    TOTP.activate(northmoor.qa_officer, SECRET)
    sign_in(client, northmoor.qa_officer)
    assert not is_signed_in(client)
    wrong = client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert "The code is not right." in wrong.content.decode()
    assert not is_signed_in(client)
    client.post("/account/2fa/authenticate/", {"code": code_now()})
    assert is_signed_in(client)


@override_settings(REQUIRE_TOTP=True)
def test_a_recovery_code_works_once(northmoor: Authority, client: Client) -> None:
    TOTP.activate(northmoor.qa_officer, SECRET)
    [code, *_] = RecoveryCodes.activate(northmoor.qa_officer).get_unused_codes()
    for works in (True, False):
        sign_in(client, northmoor.qa_officer)
        client.post("/account/2fa/authenticate/", {"code": code})
        assert is_signed_in(client) is works
        client.logout()


# Idle


@override_settings(IDLE_TIMEOUT_MINUTES=30)
def test_half_an_hour_without_a_request_ends_the_session(client: Client) -> None:
    client.force_login(UserFactory())
    with time_machine.travel("2026-11-10T10:00:00Z", tick=False) as clock:
        assert is_signed_in(client)
        clock.shift(timedelta(minutes=29))
        assert is_signed_in(client)
        clock.shift(timedelta(minutes=30, seconds=59))
        assert is_signed_in(client)
        clock.shift(timedelta(minutes=31, seconds=1))
        response = client.get(f"{ACCOUNT}?tab=1")
        assert response["Location"] == "/account/login/?next=/people/my-account/%3Ftab%3D1"
        assert not is_signed_in(client)


def test_the_session_is_written_at_most_once_a_minute(
    client: Client, django_assert_num_queries: object
) -> None:
    client.force_login(UserFactory())
    with time_machine.travel("2026-11-10T10:00:00Z", tick=False) as clock:
        is_signed_in(client)
        for seconds, queries in ((59, 4), (1, 7)):
            clock.shift(timedelta(seconds=seconds))
            with django_assert_num_queries(queries):  # type: ignore[operator]
                is_signed_in(client)


def test_keeping_alive_counts_as_work(client: Client) -> None:
    client.force_login(UserFactory())
    with time_machine.travel("2026-11-10T10:00:00Z", tick=False) as clock:
        is_signed_in(client)
        for _ in range(4):
            clock.shift(timedelta(minutes=20))
            assert client.post("/keep-alive/").status_code == 204
        assert is_signed_in(client)
        clock.shift(timedelta(minutes=40))
        assert client.post("/keep-alive/").status_code == 401


def test_what_a_page_asks_by_itself_does_not_count_as_work(client: Client) -> None:
    client.force_login(UserFactory())
    with time_machine.travel("2026-11-10T10:00:00Z", tick=False) as clock:
        is_signed_in(client)
        clock.shift(timedelta(minutes=20))
        assert client.get(ACCOUNT, headers={"x-unattended": "1"}).status_code == 200
        clock.shift(timedelta(minutes=20))
        assert not is_signed_in(client)


@pytest.mark.parametrize(
    "header",
    [{"hx-request": "true"}, {"x-requested-with": "XMLHttpRequest"}, {"accept": "application/json"}],
)
def test_a_script_learns_that_the_session_is_over(client: Client, header: dict[str, str]) -> None:
    client.force_login(UserFactory())
    with time_machine.travel("2026-11-10T10:00:00Z", tick=False) as clock:
        is_signed_in(client)
        clock.shift(timedelta(hours=1))
        response = client.post(ACCOUNT, {"value": "typed"}, headers=header)
        assert response.status_code == 401
        assert response.json()["error"] == "You have been signed out."


def test_what_was_typed_into_a_form_comes_back_when_the_session_is_over(client: Client) -> None:
    client.force_login(UserFactory())
    with time_machine.travel("2026-11-10T10:00:00Z", tick=False) as clock:
        is_signed_in(client)
        clock.shift(timedelta(hours=1))
        typed = {"daily_life": "Settled <at> school", "password": "secret", "csrfmiddlewaretoken": "t"}
        referer = "http://testserver/audits/7/?section=2"
        response = client.post(ACCOUNT, typed, headers={"referer": referer})
    page = response.content.decode()
    assert response.status_code == 401
    assert "Settled &lt;at&gt; school" in page
    assert "secret" not in page
    assert "/account/login/?next=%2Faudits%2F7%2F%3Fsection%3D2" in page


def test_what_a_page_sent_along_is_not_shown_as_typed(client: Client) -> None:
    sent = {"daily_life_now.well": "Sleeps", "grade__daily_life": "good", "version__daily_life_now": "3"}
    page = client.post(ACCOUNT, sent | {"version": "4"})
    typed = [(one.name, one.text) for one in page.context["typed"]]
    assert typed == [("Daily life now well", "Sleeps"), ("Grade daily life", "good")]


def test_pages_of_signed_in_people_are_never_kept(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get(ACCOUNT)["Cache-Control"] == "no-store"
    assert client.get("/people/organisation/")["Cache-Control"] == "no-store"
