"""People, units and posts in the administrator's site. No records of children."""

from django.contrib import admin
from django.http import HttpRequest

from qaframework.people.models import LocalClosureDay, Post, PostHolding, Unit, User
from qaframework.people.site import RecordedAdmin


@admin.register(User)
class UserAdmin(RecordedAdmin):
    list_display = ("full_name", "email", "left_on", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff")
    search_fields = ("full_name", "email", "staff_reference")
    fields = ("full_name", "email", "staff_reference", "left_on", "is_active", "is_staff", "last_login")
    readonly_fields = ("last_login",)


@admin.register(Unit)
class UnitAdmin(RecordedAdmin):
    list_display = ("name", "code", "kind", "parent", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("parent",)
    search_fields = ("name", "code")
    autocomplete_fields = ("parent",)

    def get_readonly_fields(self, request: HttpRequest, obj: Unit | None = None) -> tuple[str, ...]:
        """Moving a unit moves everything beneath it: the people import does that, not a form field."""
        return ("path", "code", "parent") if obj else ("path",)


@admin.register(Post)
class PostAdmin(RecordedAdmin):
    list_display = ("title", "code", "role", "unit", "reports_to", "is_active")
    list_filter = ("role", "is_active")
    list_select_related = ("unit", "reports_to")
    search_fields = ("title", "code", "unit__name")
    autocomplete_fields = ("unit", "reports_to")


@admin.register(PostHolding)
class PostHoldingAdmin(RecordedAdmin):
    list_display = ("post", "user", "starts_on", "ends_on", "is_acting")
    list_filter = ("is_acting",)
    list_select_related = ("post", "user")
    search_fields = ("post__title", "user__full_name")
    autocomplete_fields = ("post", "user")


@admin.register(LocalClosureDay)
class LocalClosureDayAdmin(RecordedAdmin):
    list_display = ("day", "name")
    search_fields = ("name",)
