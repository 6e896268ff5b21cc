"""Sending what waits in the outbox as e-mail, once."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F

from qaframework.notices.email import MAIL_TROUBLE, ServerUnreachable, email_for, in_words, release
from qaframework.notices.lease import only_sender
from qaframework.notices.models import ACCOUNT, Notice
from qaframework.notices.workflow.digests import gather_digests
from qaframework.people.calendar import working_calendar
from qaframework.rules.quiet_hours import first_allowed
from qaframework.rules.working_days import WorkingCalendar, local_date

ERROR_LENGTH = 300

# After the first, second and third failure; after the fourth somebody has to look.
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
ATTEMPTS = len(RETRY_AFTER) + 1

# A run stops well within a task's time limit; what is left waits for the next run, a minute later.
RUN_SECONDS = 30.0
BATCH = 100

WITH = ("recipient__notice_preference",)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivered:
    """What one run did: sent, tried in vain, and still waiting for a later run; ``trouble`` is why it stopped
    before the end, in the words of the mail server."""

    sent: int
    failed: int
    waiting: int
    trouble: str = ""


def deliver(*, now: datetime) -> Delivered:
    """Send what is due, one sender at a time; each notice is claimed before it is sent.

    A killed sender therefore repeats at most the notice it held, with the same Message-ID. While the
    mail server cannot be reached at all, no notice loses an attempt. Not one transaction on purpose: a
    mail cannot be rolled back.
    """
    sent, failed, trouble = 0, 0, ""
    with only_sender() as is_ours:
        if is_ours:
            _give_up_interrupted(now)
            gather_digests(now=now)
            sent, failed, trouble = _send_due(now)
    if trouble:
        logger.warning("The e-mails that are due wait: %s", trouble)
    return Delivered(sent, failed, Notice.objects.queued().count(), trouble)


def _send_due(now: datetime) -> tuple[int, int, str]:
    sent = failed = 0
    connection = get_connection()
    calendar = working_calendar()
    stop_at = monotonic() + RUN_SECONDS
    try:
        while batch := list(Notice.objects.to_send(now).select_related(*WITH)[:BATCH]):
            for notice in batch:
                if monotonic() > stop_at:
                    return sent, failed, ""
                if _has_left(notice, now) or _waits_out_quiet_hours(notice, calendar, now):
                    continue
                try:
                    connection.open()
                except MAIL_TROUBLE as trouble:
                    return sent, failed, in_words(trouble)
                if not _claim(notice, now):
                    continue
                try:
                    error = _send(notice, connection, now)
                except ServerUnreachable as trouble:
                    _give_attempt_back(notice)
                    return sent, failed, in_words(trouble)
                if error:
                    release(connection)
                    _record_failure(notice, error)
                    failed += 1
                else:
                    sent += 1
        return sent, failed, ""
    finally:
        release(connection)


def _waits_out_quiet_hours(notice: Notice, calendar: WorkingCalendar, now: datetime) -> bool:
    """Whether its reader has quiet hours now; the notice then waits for their end, without an attempt."""
    preference = getattr(notice.recipient, "notice_preference", None)
    if notice.is_urgent or preference is None:
        return False
    allowed = first_allowed(now, preference.quiet_hours, calendar)
    if allowed <= now:
        return False
    Notice.objects.queued().filter(pk=notice.pk).update(next_attempt_at=allowed)
    return True


def _has_left(notice: Notice, now: datetime) -> bool:
    """Whether its reader works here no more; the notice is then closed without an attempt."""
    person = notice.recipient
    if person.is_active and (person.left_on is None or person.left_on >= local_date(now)):
        return False
    said = f"{person} has left, so no e-mail was sent."[:ERROR_LENGTH]
    closed = Notice.Delivery.CLOSED
    Notice.objects.queued().filter(pk=notice.pk).update(delivery=closed, closed_at=now, last_error=said)
    return True


def _claim(notice: Notice, now: datetime) -> bool:
    """Count the attempt before it is made, so that a crash counts too; False when another has it."""
    back_off = RETRY_AFTER[min(notice.attempts, len(RETRY_AFTER) - 1)]
    claimed = Notice.objects.queued().filter(pk=notice.pk, attempts=notice.attempts)
    is_ours = claimed.update(attempts=F("attempts") + 1, next_attempt_at=now + back_off) == 1
    notice.attempts += 1
    return is_ours


def _send(notice: Notice, connection: BaseEmailBackend, now: datetime) -> str:
    """Send one claimed notice; return what went wrong, or nothing. Raises ServerUnreachable."""
    try:
        connection.send_messages([email_for(notice, connection, local_date(now))])
    except ServerUnreachable:
        raise
    except MAIL_TROUBLE as trouble:
        return in_words(trouble)
    text = {"body": ""} if notice.kind == ACCOUNT else {}
    sent = Notice.Delivery.SENT
    Notice.objects.filter(pk=notice.pk).update(delivery=sent, sent_at=now, last_error="", **text)
    return ""


def _give_attempt_back(notice: Notice) -> None:
    """Its next attempt stays put off: should the server fail over this one message, others go first."""
    Notice.objects.queued().filter(pk=notice.pk).update(attempts=F("attempts") - 1)


def _record_failure(notice: Notice, error: str) -> None:
    is_last = notice.attempts >= ATTEMPTS
    Notice.objects.filter(pk=notice.pk).update(
        last_error=error[:ERROR_LENGTH],
        attempts=notice.attempts,
        delivery=Notice.Delivery.FAILED if is_last else Notice.Delivery.QUEUED,
    )


def _give_up_interrupted(now: datetime) -> None:
    """Notices whose last attempt was cut short by a crash: nobody knows whether they left."""
    Notice.objects.queued().filter(attempts__gte=ATTEMPTS, next_attempt_at__lte=now).update(
        delivery=Notice.Delivery.FAILED, last_error="The last attempt was interrupted."
    )
