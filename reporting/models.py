"""Reports as they were built, and the ledger that makes each be built once a period."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from qaframework.rules.periods import Month


class Report(models.Model):
    """One monthly or quarterly report: frozen figures and the words people added.

    Unique per framework, kind, period and version: building it again changes nothing; a re-issue
    after release is the next version.
    """

    PERSONAL_FIELDS: ClassVar = ("released_by",)

    class Kind(models.TextChoices):
        MONTHLY = "monthly", "Monthly report"
        QUARTERLY = "quarterly", "Quarterly report"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        RELEASED = "released", "Released"

    framework = models.ForeignKey("packs.Framework", on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=10, choices=Kind)
    period = models.CharField(max_length=8)
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    figures = models.JSONField()
    so_what = models.TextField(blank=True, help_text="What do these figures mean?")
    now_what = models.TextField(blank=True, help_text="What will be done about it?")
    built_at = models.DateTimeField()
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords(excluded_fields=["figures"])

    class Meta:
        ordering: ClassVar = ["-period", "kind", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["framework", "kind", "period", "version"], name="one_report_per_period_and_version"
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | (
                    Q(released_at__isnull=False, released_by__isnull=False) & ~Q(so_what="") & ~Q(now_what="")
                ),
                name="released_report_says_so_what_and_now_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.period}"

    @property
    def period_label(self) -> str:
        """Such as "November 2026" or "quarter 3 of 2026" (the programme year that starts in 2026)."""
        if "Q" in self.period:
            year, number = self.period.split("-Q")
            return f"quarter {number} of {year}"
        return Month.parse(self.period).label

    @property
    def title(self) -> str:
        version = f", version {self.version}" if self.version > 1 else ""
        return f"{self.get_kind_display()}, {self.period_label}{version}"
