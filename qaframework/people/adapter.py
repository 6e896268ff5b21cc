"""Sign-in rules that allauth asks us for."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from qaframework.people.access import local_today


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The e-mail address or the password is not right. Try again.",
        "incorrect_password": "The password is not right. Try again.",
        "too_many_login_attempts": f"Signing in has failed too many times. Wait {settings.LOCKED_MINUTES} "
        "minutes, then try again. If you have forgotten your password, you can choose a new one.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # accounts come from the people import

    def can_delete_email(self, email_address: Any) -> bool:
        return False  # the work address is kept by the administrator

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Under SITE_URL, like every link in an e-mail, whatever host the request named."""
        return settings.SITE_URL + urlsplit(super().get_reset_password_from_key_url(key)).path


class SecondStepAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "The code is not right. Enter the one that the application shows now, "
        "or one of your recovery codes.",
    }


class StaffBackend(AuthenticationBackend):
    """E-mail and password, for people who are employed today.

    Asked at every request, so that the day after somebody's last day also ends an open session.
    """

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        if not super().user_can_authenticate(user):
            return False
        left_on = getattr(user, "left_on", None)
        return left_on is None or left_on >= local_today()
