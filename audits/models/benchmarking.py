"""Benchmarking: several people audit one case, each alone, and then agree what is right (SAN-23)."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from qaframework.activities.models import Activity
from qaframework.allocation.models import Assignment

PERSON = settings.AUTH_USER_MODEL


class BenchmarkingExercise(models.Model):
    """One case that a group audits, each alone, and what they agree on when they meet.

    Its forms are opened to the group when nobody owes one in time any more: see ``owed_in_time``.
    """

    PERSONAL_FIELDS: ClassVar = (
        "set_up_by",
        "agreed_reason",
        "learning",
        "finished_by",
        "call_off_reason",
    )

    programme = models.ForeignKey(
        "allocation.Programme", on_delete=models.PROTECT, related_name="benchmarking_exercises"
    )
    framework_version = models.ForeignKey(
        "packs.FrameworkVersion", on_delete=models.PROTECT, related_name="+"
    )
    activity = models.CharField(max_length=40, help_text="Key of the activity type in the pack.")
    case = models.ForeignKey("caseload.Case", on_delete=models.PROTECT, related_name="benchmarking_exercises")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    meets_on = models.DateField(help_text="When the group talks about the case.")
    set_up_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    set_up_at = models.DateTimeField()
    agreed_grade = models.CharField(max_length=40, blank=True, help_text="The overall grade that all agreed.")
    agreed_reason = models.TextField(blank=True)
    learning = models.TextField(blank=True, help_text="Read by all auditors once it is shared.")
    finished_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)
    shared_at = models.DateTimeField(null=True, blank=True, help_text="When auditors were told of it.")
    called_off_at = models.DateTimeField(null=True, blank=True)
    call_off_reason = models.TextField(blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["-set_up_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "activity"],
                condition=Q(finished_at__isnull=True, called_off_at__isnull=True),
                name="one_running_exercise_on_a_case",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | ~Q(agreed_grade=""),
                name="finished_exercise_has_an_agreed_grade",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(called_off_at__isnull=True),
                name="exercise_is_finished_or_called_off",
            ),
            models.CheckConstraint(
                condition=Q(shared_at__isnull=True) | Q(finished_at__isnull=False),
                name="shared_learning_is_of_a_finished_exercise",
            ),
        ]

    def __str__(self) -> str:
        return f"Benchmarking exercise {self.pk}"

    @property
    def is_running(self) -> bool:
        return self.finished_at is None and self.called_off_at is None


class BenchmarkingAuditQuerySet(models.QuerySet["BenchmarkingAudit"]):
    def in_group(self) -> "BenchmarkingAuditQuerySet":
        """Those that were not called off."""
        return self.exclude(assignment__state__in=Assignment.CALLED_OFF_STATES)

    def handed_in(self) -> "BenchmarkingAuditQuerySet":
        return self.filter(assignment__state__in=Assignment.DONE_STATES)

    def owed(self) -> "BenchmarkingAuditQuerySet":
        return self.filter(assignment__state__in=Assignment.OPEN_STATES)

    def owed_in_time(self, on: date) -> "BenchmarkingAuditQuerySet":
        """Still to be handed in, and its last day has not passed on that local date. While there is one,
        nobody reads what the others of its group wrote."""
        return self.owed().filter(assignment__due_on__gte=on)


class BenchmarkingAudit(Activity):
    """What one of the group found. ``auditor`` is who handed it in."""

    PERSONAL_FIELDS: ClassVar = ("auditor", "grade_reason")

    exercise = models.ForeignKey(BenchmarkingExercise, on_delete=models.PROTECT, related_name="audits")
    leads = models.BooleanField(
        default=False, help_text="Moderates: leads the talk and writes up the result."
    )
    meets_worker = models.BooleanField(default=False, help_text="Meets the practitioner for all of them.")
    auditor = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    overall_grade = models.CharField(max_length=40, blank=True)
    grade_reason = models.TextField(blank=True)

    objects = BenchmarkingAuditQuerySet.as_manager()

    class Meta(Activity.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["exercise"], condition=Q(leads=True), name="one_moderator_of_an_exercise"
            ),
            models.UniqueConstraint(
                fields=["exercise"], condition=Q(meets_worker=True), name="one_of_an_exercise_meets_worker"
            ),
        ]

    def __str__(self) -> str:
        return f"Benchmarking audit {self.pk}"

    def why_not_ready(self, on: date) -> str:
        return "" if self.overall_grade else "Give the grade overall, and why."


class BenchmarkedSection(models.Model):
    """What the group agreed on one section of the form; ``version`` grows with every save."""

    PERSONAL_FIELDS: ClassVar = ("note",)

    exercise = models.ForeignKey(BenchmarkingExercise, on_delete=models.CASCADE, related_name="sections")
    section = models.CharField(max_length=60, help_text="Key of the section in the tool.")
    agreed_grade = models.CharField(max_length=40)
    note = models.TextField(blank=True, help_text="What the talk turned on.")
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["exercise", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["exercise", "section"], name="section_agreed_once_per_exercise")
        ]

    def __str__(self) -> str:
        return f"{self.section} of {self.exercise}"
