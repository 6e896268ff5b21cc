"""Reports as they were built, and the ledger that makes each be built once a period."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from qaframework.rules.periods import Month


class Report(models.Model):
    """One monthly or quarterly report: frozen figures and the words people added.

    It is about one ``unit`` with all below it, or about all that the framework holds for (LAN-01). Unique per
    framework, unit, kind, period and version: building it again changes nothing; a re-issue after release is
    the next version.
    """

    PERSONAL_FIELDS: ClassVar = ("released_by",)

    class Kind(models.TextChoices):
        MONTHLY = "monthly", "Monthly report"
        QUARTERLY = "quarterly", "Quarterly report"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        RELEASED = "released", "Released"

    framework = models.ForeignKey("packs.Framework", on_delete=models.PROTECT, related_name="reports")
    unit = models.ForeignKey(
        "people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )
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
        ordering: ClassVar = ["-period", "kind", "unit__path", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["framework", "kind", "period", "version"],
                condition=Q(unit__isnull=True),
                name="one_report_per_period_and_version",
            ),
            models.UniqueConstraint(
                fields=["framework", "unit", "kind", "period", "version"],
                name="one_report_per_unit_period_and_version",
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
    def name(self) -> str:
        """Which report it is among those of the same part of the organisation."""
        version = f", version {self.version}" if self.version > 1 else ""
        return f"{self.get_kind_display()}, {self.period_label}{version}"

    @property
    def title(self) -> str:
        """Which report it is, and of which unit where it is about one."""
        return f"{self.unit.name}: {self.name[:1].lower()}{self.name[1:]}" if self.unit else self.name
