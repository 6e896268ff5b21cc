"""The administrator's site: for people, posts and settings, behind the same sign-in as everything else."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from qaframework.people.access import has_capability, local_today
from qaframework.people.models import User
from qaframework.people.roles import Capability
from qaframework.people.signed_out import sign_in_again


def may_administer(request: HttpRequest) -> bool:
    """Staff of the site whose post of today may configure. A superuser without such a post may not."""
    user = request.user
    return (
        isinstance(user, User) and user.is_staff and has_capability(user, Capability.CONFIGURE, local_today())
    )


class AdministratorSite(admin.AdminSite):
    site_header = "Practice quality: administration"
    site_title = "Administration"
    index_title = "People and settings"

    def has_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The one sign-in page, with its lockout and second step; a refusal for those signed in."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return sign_in_again(request)


class RecordedAdmin(SimpleHistoryAdmin):
    """Every change has its history entry; nothing is deleted, because work and history point to it."""

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
