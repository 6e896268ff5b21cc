"""Writing notices in the transaction that causes them, reading them, and sending them as e-mail."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F
from django.utils.text import Truncator

from qaframework.notices.email import MAIL_TROUBLE, email_for, release
from qaframework.notices.lease import only_sender
from qaframework.notices.models import Notice, NoticeCase
from qaframework.people.bulk import insert_new
from qaframework.people.models import User
from qaframework.rules.working_days import local_date

SUBJECT_LENGTH = 200
ERROR_LENGTH = 300

# After the first, second and third failure; after the fourth somebody has to look.
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
ATTEMPTS = len(RETRY_AFTER) + 1

# A run stops well within a task's time limit; what is left waits for the next run, a minute later.
RUN_SECONDS = 30.0
BATCH = 100


@dataclass(frozen=True)
class NoticeDraft:
    """A message to one person. ``url`` is a path within the application; the subject one plain line.

    Neither subject nor body may say more about a child than the case reference: both leave by e-mail.
    ``case_ids`` are all cases that the message names, so that it is withheld from people who are not cleared
    for one of them when they read it; None among them stands for no case. ``calendar`` is an iCalendar file
    that the e-mail carries.
    """

    recipient_id: int
    kind: str
    dedupe_key: str
    subject: str
    body: str
    url: str = ""
    case_ids: Collection[int | None] = ()
    calendar: str = ""


@dataclass(frozen=True)
class Delivered:
    """What one run did: sent, tried in vain, and still waiting for a later run."""

    sent: int
    failed: int
    waiting: int


@transaction.atomic
def write_notices(drafts: Iterable[NoticeDraft], *, now: datetime) -> int:
    """Put messages into the outbox, in two statements; return how many were not there before."""
    return _put(list(drafts), now=now, are_letters=False)


@transaction.atomic
def write_letter(draft: NoticeDraft, *, now: datetime) -> None:
    """Put a message that leaves by e-mail only into the outbox, unless its ``dedupe_key`` is there."""
    _put([draft], now=now, are_letters=True)


def _put(drafts: Sequence[NoticeDraft], *, now: datetime, are_letters: bool) -> int:
    count = insert_new([_notice(draft, now, is_letter=are_letters) for draft in drafts])
    named = {(draft.dedupe_key, case_id) for draft in drafts for case_id in draft.case_ids if case_id}
    insert_new([NoticeCase(notice_id=key, case_id=case_id) for key, case_id in sorted(named)])
    return count


def _notice(draft: NoticeDraft, now: datetime, *, is_letter: bool) -> Notice:
    return Notice(
        dedupe_key=draft.dedupe_key,
        recipient_id=draft.recipient_id,
        kind=draft.kind,
        subject=Truncator(" ".join(draft.subject.split())).chars(SUBJECT_LENGTH),
        body=draft.body,
        url=draft.url,
        calendar=draft.calendar,
        is_letter=is_letter,
        created_at=now,
        next_attempt_at=now,
    )


def mark_read(*, recipient: User, notice_ids: Sequence[int] | None, now: datetime) -> int:
    """Mark the person's own notices as read (all of them when ``notice_ids`` is None).

    Returns how many were unread until now.
    """
    unread = Notice.objects.in_application().unread().filter(recipient=recipient)
    if notice_ids is not None:
        unread = unread.filter(pk__in=notice_ids)
    return unread.update(read_at=now)


def try_again(*, notice: Notice, now: datetime) -> bool:
    """Queue a notice that could not be sent; False when somebody did so before."""
    claimed = Notice.objects.failed().filter(pk=notice.pk)
    return bool(
        claimed.update(delivery=Notice.Delivery.QUEUED, attempts=0, next_attempt_at=now, last_error="")
    )


def deliver(*, now: datetime) -> Delivered:
    """Send what is due, one sender at a time; each notice is claimed before it is sent.

    A killed sender therefore repeats at most the notice it held, with the same Message-ID. While the
    mail server cannot be reached at all, no notice loses an attempt. Not one transaction on purpose: a
    mail cannot be rolled back.
    """
    sent = failed = 0
    with only_sender() as is_ours:
        if is_ours:
            _give_up_interrupted(now)
            sent, failed = _send_due(now)
    return Delivered(sent, failed, Notice.objects.queued().count())


def _send_due(now: datetime) -> tuple[int, int]:
    sent = failed = 0
    connection = get_connection()
    stop_at = monotonic() + RUN_SECONDS
    try:
        while batch := list(Notice.objects.to_send(now).select_related("recipient")[:BATCH]):
            for notice in batch:
                if monotonic() > stop_at:
                    return sent, failed
                try:
                    connection.open()
                except MAIL_TROUBLE:
                    return sent, failed
                if not _claim(notice, now):
                    continue
                error = _send(notice, connection, now)
                if error:
                    release(connection)
                    _record_failure(notice, error)
                    failed += 1
                else:
                    sent += 1
        return sent, failed
    finally:
        release(connection)


def _claim(notice: Notice, now: datetime) -> bool:
    """Count the attempt before it is made, so that a crash counts too; False when another has it."""
    back_off = RETRY_AFTER[min(notice.attempts, len(RETRY_AFTER) - 1)]
    claimed = Notice.objects.queued().filter(pk=notice.pk, attempts=notice.attempts)
    is_ours = claimed.update(attempts=F("attempts") + 1, next_attempt_at=now + back_off) == 1
    notice.attempts += 1
    return is_ours


def _send(notice: Notice, connection: BaseEmailBackend, now: datetime) -> str:
    """Send one claimed notice; return what went wrong, or nothing."""
    recipient = notice.recipient
    if not recipient.is_active or (recipient.left_on and recipient.left_on < local_date(now)):
        notice.attempts = ATTEMPTS
        return f"{recipient} has left, so no e-mail was sent."
    try:
        connection.send_messages([email_for(notice, connection, local_date(now))])
    except MAIL_TROUBLE as trouble:
        return f"{type(trouble).__name__}: {trouble}"
    text = {"body": ""} if notice.is_letter else {}
    sent = Notice.Delivery.SENT
    Notice.objects.filter(pk=notice.pk).update(delivery=sent, sent_at=now, last_error="", **text)
    return ""


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
