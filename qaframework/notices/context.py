"""The number of unread notices, shown on every page."""

from typing import Any

from django.http import HttpRequest

from qaframework.notices.models import Notice


def unread_notices(request: HttpRequest) -> dict[str, Any]:
    if not request.user.is_authenticated:
        return {}
    return {
        "unread_notices": Notice.objects.in_application()
        .unread()
        .filter(recipient_id=request.user.pk)
        .count()
    }
