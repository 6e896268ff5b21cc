"""The authority's closure days in the administrators' site: running clocks count them at once."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from qaframework.clocks import workflow
from qaframework.people import history
from qaframework.people.models import LocalClosureDay, User
from qaframework.people.site import RecordedAdmin, may_administer

EXPLAINED = (
    "Weekends and the bank holidays of England are known already. Enter other days on which the authority is "
    "closed, one at a time, such as those between Christmas and New Year, and a bank holiday that is "
    "announced for one year only. Reminders and escalations counted in working days move at once. Deadlines "
    "that people have been given stay as they are."
)


@admin.register(LocalClosureDay)
class LocalClosureDayAdmin(RecordedAdmin):
    list_display = ("day", "name")
    search_fields = ("name",)
    fieldsets = ((None, {"description": EXPLAINED, "fields": ("day", "name")}),)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nothing points to a closure day, and one that was entered by mistake would move steps for ever."""
        return may_administer(request)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One at a time, so that each has its history entry."""
        return {}

    def save_model(self, request: HttpRequest, obj: LocalClosureDay, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _follow(request)

    def delete_model(self, request: HttpRequest, obj: LocalClosureDay) -> None:
        history.remove(obj, by=cast(User, request.user), now=timezone.now(), reason="Removed")
        _follow(request)


def _follow(request: HttpRequest) -> None:
    moved = workflow.follow_calendar(now=timezone.now())
    if moved:
        what = "reminder or escalation was" if moved == 1 else "reminders and escalations were"
        messages.info(request, f"{moved} {what} moved, to fit the days on which the authority is closed.")
