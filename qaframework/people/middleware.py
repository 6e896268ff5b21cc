"""What every request passes: the idle time-out, the second factor, no copies of records in caches."""

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from qaframework.people.access import local_today, posts_of, remember_posts
from qaframework.people.models import User
from qaframework.people.roles import LEADERS, Capability, roles_with
from qaframework.people.signed_out import sign_in_again

GetResponse = Callable[[HttpRequest], HttpResponse]

LAST_SEEN = "last_seen"
UNATTENDED = "X-Unattended"
SECONDS_BETWEEN_STAMPS = 60
NEED_SECOND_FACTOR = {
    *roles_with(Capability.RUN_QUALITY_ASSURANCE),
    *roles_with(Capability.CONFIGURE),
    *LEADERS,
}
OPEN_WITHOUT_SECOND_FACTOR = ("account_", "mfa_", "keep_alive")


class IdleTimeoutMiddleware:
    """Signs people out who have done nothing for IDLE_TIMEOUT_MINUTES.

    The moment of the last request is written at most once a minute, because saving the session costs
    more than many pages; that minute is added to the limit, so that nobody is signed out early.
    Requests that a page sends by itself say so in the header UNATTENDED, and keep nobody signed in.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User):
            now = int(timezone.now().timestamp())
            last_seen = request.session.get(LAST_SEEN, now)
            if now - last_seen > settings.IDLE_TIMEOUT_MINUTES * 60 + SECONDS_BETWEEN_STAMPS:
                logout(request)
                return sign_in_again(request)
            is_due = LAST_SEEN not in request.session or now - last_seen >= SECONDS_BETWEEN_STAMPS
            if is_due and UNATTENDED not in request.headers:
                request.session[LAST_SEEN] = now
            remember_posts(request.user)
        return self.get_response(request)


class SecondFactorMiddleware:
    """With REQUIRE_TOTP, people whose post gives power over other people's work or over the rules
    first set up an authenticator application; until then every other page leads there."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if not settings.REQUIRE_TOTP or not isinstance(request.user, User):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(OPEN_WITHOUT_SECOND_FACTOR) or not _needs_second_factor(request.user):
            return None
        if _has_second_factor(request, request.user):
            return None
        messages.warning(
            request, "Your post needs a second step when you sign in. Set up an authenticator app to go on."
        )
        return redirect("mfa_activate_totp")


class NoStoreMiddleware:
    """No page that a signed-in person saw stays in a browser's or a proxy's cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response["Cache-Control"] = "no-store"
        return response


def _needs_second_factor(user: User) -> bool:
    return any(post.role in NEED_SECOND_FACTOR for post in posts_of(user, local_today()))


def _has_second_factor(request: HttpRequest, user: User) -> bool:
    """Whether an authenticator is set up. The database is not asked about those who signed in with it."""
    if any(record["method"] == "mfa" for record in get_authentication_records(request, user)):
        return True
    return is_mfa_enabled(user)
