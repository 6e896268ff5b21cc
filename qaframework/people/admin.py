"""People, units and posts in the administrator's site. No records of children.

Units, posts and who holds them are changed on the organisation pages; here they can be looked at, with all
that has happened to them. What has no page of its own is changed here.
"""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from qaframework.people.access import get_person, local_today
from qaframework.people.models import Post, PostHolding, Unit, User
from qaframework.people.site import ReadOnlyAdmin, RecordedAdmin, may_administer
from qaframework.people.workflow import forget_second_step


@admin.register(User)
class UserAdmin(RecordedAdmin):
    list_display = ("full_name", "email", "left_on", "is_active")
    list_filter = ("is_active",)
    search_fields = ("full_name", "email", "staff_reference")
    fields = (
        "full_name",
        "email",
        "staff_reference",
        "newly_qualified_until",
        "left_on",
        "is_active",
        "last_login",
    )
    readonly_fields = ("left_on", "last_login")
    actions = ("forget_second_steps",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People come with the import, which tells them apart from those who are known."""
        return False

    @admin.action(description="Let them set up their authenticator app again")
    def forget_second_steps(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        now = timezone.now()
        for user in queryset:
            forget_second_step(user=user, by=cast(User, request.user), now=now)
        messages.success(request, f"{len(queryset)} can set up a new authenticator app.")

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        self._log_read(request, object_id)
        return super().change_view(request, object_id, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        self._log_read(request, object_id)
        return super().history_view(request, object_id, *args, **kwargs)

    def history_form_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        self._log_read(request, object_id)
        return super().history_form_view(request, object_id, *args, **kwargs)

    def _log_read(self, request: HttpRequest, object_id: str) -> None:
        """A person's record is opened through the gate that logs it, here as elsewhere."""
        if object_id.isdecimal() and User.objects.filter(pk=object_id).exists() and may_administer(request):
            get_person(cast(User, request.user), int(object_id), local_today(), now=timezone.now())


class UnitForm(ModelForm):
    def clean_is_active(self) -> bool:
        """A unit closes last: what lies beneath it would vanish from the organisation page with it."""
        is_active: bool = self.cleaned_data["is_active"]
        beneath = Unit.objects.below(self.instance)
        if not is_active and Post.objects.open().filter(unit__in=beneath).exists():
            raise ValidationError("Posts in this unit or beneath it are open. Close them first.")
        return is_active


@admin.register(Unit)
class UnitAdmin(RecordedAdmin):
    form = UnitForm
    fields = ("name", "code", "kind", "parent", "path", "is_active")
    readonly_fields = ("code", "kind", "parent", "path")
    list_display = ("name", "code", "kind", "parent", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("parent",)
    search_fields = ("name", "code")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    list_display = ("title", "code", "role", "unit", "reports_to", "is_active")
    list_filter = ("role", "is_active")
    list_select_related = ("unit", "reports_to")
    search_fields = ("title", "code", "unit__name")


@admin.register(PostHolding)
class PostHoldingAdmin(ReadOnlyAdmin):
    list_display = ("post", "user", "starts_on", "ends_on", "is_acting")
    list_filter = ("is_acting",)
    list_select_related = ("post", "user")
    search_fields = ("post__title", "user__full_name")
