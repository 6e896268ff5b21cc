"""Sign-in rules that allauth asks us for."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from qaframework.people.access import local_today


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # accounts come from the people import

    def can_delete_email(self, email_address: Any) -> bool:
        return False  # the work address is kept by the administrator


class StaffBackend(AuthenticationBackend):
    """E-mail and password, for people who are employed today.

    Asked at every request, so that the day after somebody's last day also ends an open session.
    """

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        if not super().user_can_authenticate(user):
            return False
        left_on = getattr(user, "left_on", None)
        return left_on is None or left_on >= local_today()
