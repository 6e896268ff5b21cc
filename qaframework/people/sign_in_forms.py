"""allauth's forms in our words: their hints are markup, which our forms show as text."""

from typing import Any

from allauth.account import forms
from django.conf import settings

_validators: Any = settings.AUTH_PASSWORD_VALIDATORS
LEAST_CHARACTERS = next(
    validator["OPTIONS"]["min_length"]
    for validator in _validators
    if validator["NAME"].endswith("MinimumLengthValidator")
)
WORDS = {
    "email": ("Work e-mail address", ""),
    "login": ("Work e-mail address", ""),
    "password": ("Password", ""),
    "oldpassword": ("Present password", ""),
    "password1": (
        "New password",
        f"At least {LEAST_CHARACTERS} characters, not only digits, no common password and not your name. "
        "Three or four words that do not belong together are good.",
    ),
    "password2": ("New password again", ""),
}


class InOurWords:
    """Gives the fields of one of allauth's forms our labels and hints."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() & WORDS.keys():
            self.fields[name].label, self.fields[name].help_text = WORDS[name]


class SignInForm(InOurWords, forms.LoginForm):
    pass


class ReauthenticateForm(InOurWords, forms.ReauthenticateForm):
    pass


class ChangePasswordForm(InOurWords, forms.ChangePasswordForm):
    pass


class ResetPasswordForm(InOurWords, forms.ResetPasswordForm):
    pass


class SetPasswordForm(InOurWords, forms.SetPasswordForm):
    pass


class ResetPasswordKeyForm(InOurWords, forms.ResetPasswordKeyForm):
    pass
