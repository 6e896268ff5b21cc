"""The outbox: every message to a person, written in the transaction that causes it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from qaframework.people.templatetags.page import uk_datetime
from qaframework.rules.quiet_hours import QuietHours, last_time_of_day
from qaframework.rules.working_days import WorkingCalendar

ACCOUNT = "account"
DIGEST = "digest"
# What an administrator may know of a message that they may not read.
KINDS = {
    ACCOUNT: "About signing in",
    DIGEST: "Daily digest",
    "concern": "Concern about a child",
    "escalation": "Escalation",
    "meeting": "Meeting",
    "reminder": "Reminder",
    "report_draft": "Report",
    "report_released": "Report",
}


# After trouble with the server a notice is due again in the next run or the one after it.
NEXT_RUNS = timedelta(minutes=2)
HIDDEN_LINE = "- Work about a restricted case"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def in_application(self) -> "NoticeQuerySet":
        """Those that people read here too."""
        return self.filter(is_letter=False)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at__isnull=True)

    def queued(self) -> "NoticeQuerySet":
        return self.filter(delivery=Notice.Delivery.QUEUED)

    def held(self) -> "NoticeQuerySet":
        """Those that wait for their recipient's next digest."""
        return self.filter(delivery=Notice.Delivery.HELD)

    def failed(self) -> "NoticeQuerySet":
        return self.filter(delivery=Notice.Delivery.FAILED)

    def closed(self) -> "NoticeQuerySet":
        """Those that reached nobody by e-mail, and that nobody need look at any more."""
        return self.filter(delivery=Notice.Delivery.CLOSED)

    def outside_quiet_hours(self, now: datetime) -> "NoticeQuerySet":
        """Queued, but for those that wait for the end of their reader's quiet hours."""
        return self.queued().exclude(attempts=0, next_attempt_at__gt=now + NEXT_RUNS)

    def to_send(self, now: datetime) -> "NoticeQuerySet":
        """Queued and due for their first or next attempt, those never tried first."""
        return self.queued().filter(next_attempt_at__lte=now).order_by("attempts", "next_attempt_at", "pk")


class Notice(models.Model):
    """One message to one person: shown in the application and, when due, sent as e-mail.

    A letter, such as the link to a new password, is sent and never shown; its text is not kept once it left.
    One that is urgent, such as an escalation, waits neither for a digest nor for the end of quiet hours.
    ``dedupe_key`` makes writing idempotent: the same event for the same person is one row.
    Times are UTC.
    """

    PERSONAL_FIELDS: ClassVar = ("recipient", "subject", "body", "quote", "calendar", "closed_by")

    class Delivery(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        HELD = "held", "Waiting for the daily digest"
        IN_DIGEST = "in_digest", "In a daily digest"
        SENT = "sent", "Sent"
        FAILED = "failed", "Could not be sent"
        CLOSED = "closed", "Not sent, and closed"
        RECALLED = "recalled", "Not sent, because it was over"

    dedupe_key = models.CharField(max_length=200, unique=True)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    quote = models.TextField(
        blank=True, help_text="What a person wrote, as they wrote it: shown here, never sent by e-mail."
    )
    url = models.CharField(max_length=200, blank=True, help_text="Path within the application.")
    calendar = models.TextField(blank=True, help_text="An iCalendar file that the e-mail carries.")
    is_letter = models.BooleanField(default=False)
    is_urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    delivery = models.CharField(max_length=10, choices=Delivery, default=Delivery.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="None when nobody had to look, such as at an e-mail to somebody who has left.",
    )
    digest = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="digested",
        help_text="The letter that carries this notice together with others.",
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], name="notice_queue", condition=Q(delivery="queued")),
            models.Index(fields=["recipient", "-created_at", "-id"], name="notice_inbox"),
            models.Index(fields=["created_at"], name="notices_for_digests", condition=Q(delivery="held")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(delivery="sent") | Q(sent_at__isnull=False), name="sent_notice_has_its_moment"
            ),
            models.CheckConstraint(
                condition=~Q(delivery="queued") | Q(next_attempt_at__isnull=False),
                name="queued_notice_has_its_next_attempt",
            ),
            models.CheckConstraint(
                condition=Q(delivery="in_digest", digest__isnull=False)
                | (~Q(delivery="in_digest") & Q(digest__isnull=True)),
                name="digested_notice_has_its_letter",
            ),
            models.CheckConstraint(
                condition=Q(delivery="closed", closed_at__isnull=False)
                | (~Q(delivery="closed") & Q(closed_at__isnull=True, closed_by__isnull=True)),
                name="closed_notice_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"

    @property
    def delivered(self) -> str:
        """How and when its e-mail left, or why it has not, for its reader and for whoever asks of them."""
        carrier = self.digest or self
        how = "E-mailed in a daily digest" if self.digest else "E-mailed"
        match carrier.delivery:
            case self.Delivery.SENT:
                return f"{how} {uk_datetime(carrier.sent_at)}"
            case self.Delivery.FAILED | self.Delivery.CLOSED if carrier.sent_at:
                return f"{how} {uk_datetime(carrier.sent_at)}, but it came back"
            case self.Delivery.FAILED | self.Delivery.CLOSED:
                return "Could not be e-mailed"
            case self.Delivery.RECALLED:
                return "Not e-mailed, because it was over before the e-mail left"
            case self.Delivery.HELD:
                return "Comes by e-mail in the next daily digest"
        return carrier._waits_for

    @property
    def _waits_for(self) -> str:
        if self.next_attempt_at is None or self.next_attempt_at <= self.created_at:
            return "E-mail waiting to be sent"
        when = uk_datetime(self.next_attempt_at)
        return f"Could not be e-mailed yet, next try {when}" if self.attempts else f"To be e-mailed {when}"

    @property
    def kind_in_words(self) -> str:
        return KINDS.get(self.kind, "About work")

    @property
    def can_be_sent_again(self) -> bool:
        """A link for signing in is not kept once it left."""
        return self.kind != ACCOUNT or self.sent_at is None

    def leave_out(self, cases: Iterable["NoticeCase"]) -> None:
        """Take the lines that name these cases out of the message, or all its words where it is about them.

        For somebody who may not know of them. Not saved: whoever is cleared again reads it as it was written.
        """
        if all(case.lines for case in cases):
            hidden = {line for case in cases for line in case.lines.split("\n")}
            self.body = "\n".join(HIDDEN_LINE if line in hidden else line for line in self.body.split("\n"))
        else:
            self.withhold()

    def withhold(self) -> None:
        """Put other words in place of its own, for somebody who may not know of a case that it names.

        Not saved: whoever is cleared again reads the notice as it was written.
        """
        self.subject = "About a restricted case"
        self.body = (
            "A case that this notice names is restricted now, so only people who are cleared can read it."
        )
        self.quote = self.url = self.calendar = ""


class NoticeCase(models.Model):
    """A case that a notice names. By the notice's own key, so that any number is written in one statement."""

    PERSONAL_FIELDS: ClassVar = ("lines",)

    notice = models.ForeignKey(
        Notice, to_field="dedupe_key", on_delete=models.CASCADE, related_name="cases", db_index=False
    )
    case = models.ForeignKey("caseload.Case", on_delete=models.PROTECT, related_name="+")
    lines = models.TextField(
        blank=True, help_text="The lines of the message that name it; empty when the whole message does."
    )

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "case"], name="a_notice_names_a_case_once")
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}, case {self.case_id}"


class NoticePreference(models.Model):
    """When one person wants their e-mails; without a row each comes at once. Times are wall times in London.

    ``digest_at`` is when one e-mail a day brings what is not urgent, None for each e-mail at once.
    """

    PERSONAL_FIELDS: ClassVar = ("user",)

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preference"
    )
    digest_at = models.TimeField(null=True, blank=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    quiet_on_days_off = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_have_beginning_and_end",
            )
        ]

    def __str__(self) -> str:
        return f"E-mails of {self.user}"

    @property
    def quiet_hours(self) -> QuietHours:
        return QuietHours(self.quiet_from, self.quiet_until, self.quiet_on_days_off)

    def digest_due(self, now: datetime, calendar: WorkingCalendar) -> datetime:
        """The last moment up to ``now`` that was the time of a digest; ``now`` for whoever wants none."""
        if self.digest_at is None:
            return now
        return last_time_of_day(now, self.digest_at, self.quiet_hours, calendar)


class SenderLease(models.Model):
    """The one process that may send until ``held_until`` (UTC), where the database has no advisory locks."""

    PERSONAL_FIELDS: ClassVar = ()

    name = models.CharField(max_length=40, unique=True)
    held_until = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return f"{self.name} until {self.held_until:%Y-%m-%d %H:%M:%S}"
