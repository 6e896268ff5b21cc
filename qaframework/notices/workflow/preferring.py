"""When somebody wants their e-mails."""

from datetime import datetime, time
from typing import Any

from django.db import transaction

from qaframework.notices.models import Notice, NoticePreference
from qaframework.people import history
from qaframework.people.models import User
from qaframework.people.refusal import Refused
from qaframework.rules.quiet_hours import QuietHours


@transaction.atomic
def choose_delivery(
    *, user: User, digest_at: time | None, quiet: QuietHours, by: User, now: datetime
) -> NoticePreference:
    """Say whether e-mails come at once or once a day at ``digest_at``, and when none come at all.

    What waits for a digest leaves at once when none is wanted any more. Raises Refused for the
    preferences of somebody else.
    """
    if user.pk != by.pk:
        raise Refused("Everybody chooses for themselves when their e-mails come.")
    chosen: dict[str, Any] = {
        "digest_at": digest_at,
        "quiet_from": quiet.begin,
        "quiet_until": quiet.end,
        "quiet_on_days_off": quiet.on_days_off,
    }
    preference = NoticePreference.objects.select_for_update().filter(user=user).first()
    if preference is None:
        preference = history.create(NoticePreference(user=user, **chosen), by=by, now=now, reason="Chosen")
    else:
        history.change(preference, by=by, now=now, reason="Chosen", **chosen)
    if digest_at is None:
        Notice.objects.held().filter(recipient=user).update(
            delivery=Notice.Delivery.QUEUED, next_attempt_at=now
        )
    return preference
