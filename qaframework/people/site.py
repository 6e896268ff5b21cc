"""The administrator's site: for people, posts and settings, behind the same sign-in as everything else."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from simple_history.admin import SimpleHistoryAdmin

from qaframework.people.access import covers_authority, local_today
from qaframework.people.models import User
from qaframework.people.roles import Capability
from qaframework.people.signed_out import sign_in_again


def may_administer(request: HttpRequest) -> bool:
    """People whose post of today may configure the whole authority; a superuser is not enough."""
    user = request.user
    return isinstance(user, User) and covers_authority(user, Capability.CONFIGURE, local_today())


class AdministratorSite(admin.AdminSite):
    site_header = "Practice quality: administration"
    site_title = "Administration"
    index_title = "People and settings"

    def has_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only what keeps a history: libraries' tables stay out, people's authenticators among them."""
        if admin_class is not None and issubclass(admin_class, RecordedAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The one page on which people change their password."""
        return redirect("account_change_password")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The one sign-in page, with its lockout and second step; a refusal for those signed in."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return sign_in_again(request)


class RecordedAdmin(SimpleHistoryAdmin):
    """Every change has its history entry; nothing that work and history point to is deleted, and nothing is
    put back as it was, because what has happened meanwhile would not be."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_administer(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return may_administer(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def revert_disabled(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method == "POST":
            raise PermissionDenied
        return super().history_form_view(request, object_id, version_id, extra_context)


class ReadOnlyAdmin(RecordedAdmin):
    """Shown here with its history; it changes on the organisation pages, which keep work with its posts."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
