"""Ladders at work: which step was taken, whom it reached, and who acknowledged it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from simple_history.models import HistoricalRecords


class StepQuerySet(models.QuerySet["EscalationStep"]):
    def escalations(self) -> "StepQuerySet":
        """Steps after the deadline; reminders before it are not escalations."""
        return self.filter(is_reminder=False)

    def current(self) -> "StepQuerySet":
        """Of each piece of work that is still late, the step that went furthest."""
        further = EscalationStep.objects.filter(
            clock=OuterRef("clock"),
            round=OuterRef("round"),
            is_reminder=False,
            position__gt=OuterRef("position"),
        )
        running = self.escalations().filter(clock__stopped_at__isnull=True, round=F("clock__round"))
        return running.filter(~Exists(further))


class EscalationStep(models.Model):
    """One rung of one clock, taken exactly once. Times are UTC."""

    PERSONAL_FIELDS: ClassVar = ("acknowledged_by", "recipients", "acknowledgement")

    clock = models.ForeignKey("clocks.Clock", on_delete=models.CASCADE, related_name="steps")
    round = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    is_reminder = models.BooleanField()
    falls_at = models.DateTimeField()
    taken_at = models.DateTimeField()
    sweep = models.UUIDField(
        editable=False, help_text="The sweep that took the step: marks what belongs together in one notice."
    )
    was_late = models.BooleanField(default=False, help_text="Taken more than a day after it fell due.")
    recipients = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="escalation.StepRecipient", related_name="escalation_steps"
    )
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledgement = models.TextField(blank=True)
    history = HistoricalRecords()

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-taken_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["sweep"], name="steps_of_a_sweep")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clock", "round", "position"], name="step_taken_once"),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="acknowledgement_has_person_and_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.clock}"


class StepRecipient(models.Model):
    """A person whom a step reached, in which role, and why this person where the post was vacant."""

    PERSONAL_FIELDS: ClassVar = ("user",)

    step = models.ForeignKey(EscalationStep, on_delete=models.CASCADE, related_name="reached")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_for = models.CharField(max_length=40, help_text="The ladder's word: a role key or 'owner'.")
    note = models.CharField(max_length=160, blank=True, help_text="Such as: post vacant, told instead.")

    class Meta:
        ordering: ClassVar = ["step", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["step", "user"], name="step_reaches_a_person_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.asked_for})"
