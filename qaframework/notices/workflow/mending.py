"""What an administrator does about e-mails that could not be sent."""

from datetime import datetime

from qaframework.notices.models import ACCOUNT, Notice, NoticeQuerySet
from qaframework.people.models import User
from qaframework.people.refusal import Refused


def try_again(*, notice: Notice, now: datetime) -> bool:
    """Queue a notice that could not be sent; False when somebody did so before.

    Raises Refused for a link for signing in that left before: it is not kept.
    """
    if not notice.can_be_sent_again:
        raise Refused("This e-mail had a link that is not kept. The person can ask for a new one.")
    return bool(_queue(Notice.objects.failed().filter(pk=notice.pk), now))


def try_all_again(*, now: datetime) -> int:
    """Queue all that could not be sent, after a fault that is mended; return how many."""
    return _queue(Notice.objects.failed().exclude(kind=ACCOUNT, sent_at__isnull=False), now)


def close_failed(*, notice: Notice, by: User, now: datetime) -> bool:
    """Take a notice that could not be sent off the list, for good; False when somebody did so before."""
    failed = Notice.objects.failed().filter(pk=notice.pk)
    return bool(failed.update(delivery=Notice.Delivery.CLOSED, closed_at=now, closed_by=by))


def _queue(failed: NoticeQuerySet, now: datetime) -> int:
    return failed.update(
        delivery=Notice.Delivery.QUEUED, attempts=0, next_attempt_at=now, sent_at=None, last_error=""
    )
