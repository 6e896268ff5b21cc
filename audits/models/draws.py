"""The cases that are drawn for audits."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

PERSON = settings.AUTH_USER_MODEL


class RecordedDraw(models.Model):
    """A random draw that anyone can make again from its record.

    ``frame`` holds, compressed, what could be drawn and what was left out and why. Its hash was fixed before
    the seed was used.
    """

    seed = models.CharField(max_length=80)
    size = models.PositiveIntegerField(help_text="How many were asked for.")
    frame = models.BinaryField()
    frame_size = models.PositiveIntegerField()
    frame_hash = models.CharField(max_length=64)
    exclusions = models.JSONField(default=dict, help_text="{reason: count}")
    shortfall = models.PositiveIntegerField(default=0)
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class SampleDraw(RecordedDraw):
    """One recorded draw of cases for one activity, period and pool."""

    PERSONAL_FIELDS: ClassVar = ("frame", "drawn_by")

    programme = models.ForeignKey("allocation.Programme", on_delete=models.PROTECT, related_name="draws")
    framework_version = models.ForeignKey(
        "packs.FrameworkVersion", on_delete=models.PROTECT, related_name="+"
    )
    activity = models.CharField(max_length=40)
    period = models.CharField(max_length=8)
    pool = models.ForeignKey(
        "people.Unit", on_delete=models.PROTECT, related_name="draws", help_text="Cases of this unit."
    )
    settings = models.JSONField(default=dict, help_text="The method of the draw.")
    theme = models.CharField(max_length=120, blank=True, help_text="Of a draw by theme, the theme.")
    theme_criteria = models.JSONField(default=dict, blank=True)
    minimum_share = models.JSONField(
        default=dict,
        blank=True,
        help_text="From what the least number of marked cases follows: label, percent and what the draws "
        "before had given.",
    )
    further_reserves = models.PositiveIntegerField(
        default=0, help_text="Drawn after the reserves, for posts that may audit none of the cases before."
    )
    turns = models.JSONField(
        default=list,
        help_text="The posts that owed an audit, in their order: {post, ordinal, case, may_not, had_last}. "
        "Cases go by their place among all drawn ones, from 0; may_not says why the post could not audit "
        "one, had_last has those of the practitioner whom the post audited last.",
    )

    class Meta:
        ordering: ClassVar = ["-period", "activity", "pool__path"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme", "activity", "period", "pool"], name="one_draw_per_period_and_pool"
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.period}, {self.pool}"


class DrawnCase(models.Model):
    """One drawn or reserve case. Replaced ones stay visible."""

    PERSONAL_FIELDS: ClassVar = ("replacement_note",)

    class State(models.TextChoices):
        ALLOCATED = "allocated", "Allocated"
        RESERVE = "reserve", "Reserve"
        UNUSED = "unused", "Drawn, not allocated"
        REPLACED = "replaced", "Replaced"

    class ReplacementReason(models.TextChoices):
        CLOSED = "closed", "The case has closed"
        TRANSFERRED = "transferred", "The case has moved to another authority or service"
        RESTRICTED = "restricted", "The case has become restricted"
        WORKER_AWAY = "worker_away", "The practitioner has left or is absent"
        FAMILY_CRISIS = "family_crisis", "The family is in crisis"
        DUPLICATE = "duplicate", "The case is a duplicate"
        CONFLICT = "conflict", "The auditor has a conflict of interest"

    draw = models.ForeignKey(SampleDraw, on_delete=models.CASCADE, related_name="cases")
    case = models.ForeignKey("caseload.Case", on_delete=models.PROTECT, related_name="draws")
    ticket = models.CharField(max_length=64)
    is_reserve = models.BooleanField(help_text="Drawn as a reserve, whatever became of it.")
    position = models.PositiveIntegerField(help_text="Place among the chosen, or the reserves, from 1.")
    stratum = models.CharField(max_length=80, blank=True)
    is_marked = models.BooleanField(
        default=False, help_text="Of the kind of which the sample has a minimum share."
    )
    state = models.CharField(max_length=10, choices=State)
    assignment = models.ForeignKey(
        "allocation.Assignment", null=True, blank=True, on_delete=models.PROTECT, related_name="drawn_cases"
    )
    replaced_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces"
    )
    replacement_reason = models.CharField(max_length=14, choices=ReplacementReason, blank=True)
    replacement_note = models.CharField(max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["draw", "is_reserve", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draw", "case"], name="case_drawn_once_per_draw"),
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(state="allocated"), name="one_case_per_assignment"
            ),
            models.CheckConstraint(
                condition=~Q(state="replaced") | ~Q(replacement_reason=""), name="replaced_case_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} in {self.draw}"
