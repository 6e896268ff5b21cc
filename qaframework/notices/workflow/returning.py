"""An e-mail that left and came back."""

from datetime import datetime

from qaframework.notices.models import Notice
from qaframework.notices.workflow.sending import ERROR_LENGTH


def note_returned(*, notice_id: int, reason: str, now: datetime) -> bool:
    """Put a notice that was sent onto the list of those that did not reach anybody.

    False for one that was not sent, or of which this is known. It is not tried again by itself: an address
    that does not exist today does not exist in a minute.
    """
    said = f"It came back: {reason}"[:ERROR_LENGTH]
    sent = Notice.objects.filter(pk=notice_id, delivery=Notice.Delivery.SENT)
    return bool(sent.update(delivery=Notice.Delivery.FAILED, last_error=said, next_attempt_at=now))
