"""What is due when, and the planned moments at which somebody is reminded or told.

A clock knows neither audits nor actions: whoever owns the work starts, moves and stops it.
"""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords


class Clock(models.Model):
    """One deadline on one ladder. ``due_at`` is UTC; ``round`` grows when the deadline moves.

    While it is paused none of its moments comes, and ``due_at`` waits to be set anew.
    """

    PERSONAL_FIELDS: ClassVar = ("label",)

    class StopReason(models.TextChoices):
        COMPLETED = "completed", "Completed"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXCLUDED = "excluded", "Excluded"

    kind = models.CharField(
        max_length=40, help_text="What is timed: assignment, action, concern, loop, notify, moderation …"
    )
    label = models.CharField(max_length=160, help_text="Shown in notices; a reference, never a name.")
    url = models.CharField(max_length=200, blank=True)
    framework_version = models.ForeignKey(
        "packs.FrameworkVersion", on_delete=models.PROTECT, related_name="+"
    )
    ladder = models.CharField(max_length=40, help_text="Key of the ladder in the framework version.")
    owner_post = models.ForeignKey("people.Post", on_delete=models.PROTECT, related_name="clocks")
    unit = models.ForeignKey(
        "people.Unit",
        on_delete=models.PROTECT,
        related_name="clocks",
        help_text="From here the ladder's roles are looked for, upwards.",
    )
    case = models.ForeignKey(
        "caseload.Case",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Set when the work is about one child, so that a restricted case stays hidden in lists.",
    )
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    round = models.PositiveSmallIntegerField(default=1)
    paused_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=12, choices=StopReason, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["due_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="running_clocks", condition=Q(stopped_at__isnull=True))
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, stop_reason="")
                | (Q(stopped_at__isnull=False) & ~Q(stop_reason="")),
                name="stopped_clock_says_why",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(paused_at__isnull=True),
                name="stopped_clock_is_not_paused",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}, due {self.due_at:%d %B %Y}"


class MomentQuerySet(models.QuerySet["Moment"]):
    def overdue(self, since: datetime) -> "MomentQuerySet":
        """Those of running clocks that had come by then (aware) and are not taken."""
        come = self.filter(is_open=True, falls_at__lte=since, round=F("clock__round"))
        return come.filter(clock__stopped_at__isnull=True, clock__paused_at__isnull=True)


class Moment(models.Model):
    """One planned rung of a clock's ladder in one round: at ``falls_at`` (UTC) these are to be told."""

    PERSONAL_FIELDS: ClassVar = ()

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="moments")
    round = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField(help_text="Place on the ladder, from 1.")
    name = models.CharField(max_length=80)
    is_reminder = models.BooleanField()
    recipients = models.JSONField(help_text="Role keys, 'owner' or 'line_manager'.")
    falls_at = models.DateTimeField()
    is_open = models.BooleanField(default=True, help_text="Not yet taken and still to come.")

    objects = MomentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["clock", "round", "falls_at", "position"]
        indexes: ClassVar = [
            models.Index(fields=["falls_at"], name="open_moments", condition=Q(is_open=True))
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clock", "round", "position"], name="one_moment_per_rung")
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.falls_at:%Y-%m-%d %H:%M}"


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    def workers(self) -> "HeartbeatQuerySet":
        return self.filter(name__startswith=Heartbeat.WORKER)


class Heartbeat(models.Model):
    """When a background process last showed that it is alive. Moments are UTC."""

    PERSONAL_FIELDS: ClassVar = ()

    WORKER = "worker "

    name = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()

    objects = HeartbeatQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M}"
