"""The number of unread notices, shown on every page."""

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest

from qaframework.notices.models import Notice
from qaframework.people.prepared import Prepared


def unread_notices(request: HttpRequest) -> dict[str, Any]:
    if not request.user.is_authenticated:
        return {}
    rows = UNREAD.rows(request.user.pk)
    return {"unread_notices": rows[0][0] if rows else 0}


def _unread(recipient: int) -> QuerySet[Notice, Any]:
    """One row with their number, or none."""
    unread = Notice.objects.in_application().unread().filter(recipient_id=recipient)
    return unread.order_by().values("recipient").annotate(number=Count("pk")).values_list("number")


UNREAD = Prepared(_unread, int)
