"""What the audits and dip samples of a month are about, and what two sides agree that dip samples show."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

PERSON = settings.AUTH_USER_MODEL


class UnitTheme(models.Model):
    """What work of one unit is about in one month, who chose it, and what suggested it."""

    PERSONAL_FIELDS: ClassVar[tuple[str, ...]] = ("source", "set_by")

    programme = models.ForeignKey("allocation.Programme", on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=8, help_text="Month such as 2026-12.")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    source = models.TextField(blank=True, help_text="What suggested it: data, audits, incidents, feedback.")
    set_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering: ClassVar = ["period", "programme", "unit__path"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title=""), name="%(class)s_has_a_title"),
        ]

    def __str__(self) -> str:
        return self.title


class MonthTheme(UnitTheme):
    """What a month's theme-directed audits of a unit and all below it are about, and which cases fit it.

    The nearest unit's theme holds (LAN-01, SAN-10). ``criteria`` has keys of plan types, age bands and flags,
    as ``CaseCriteria`` keeps them.
    """

    criteria = models.JSONField(default=dict, blank=True)
    history = HistoricalRecords()

    class Meta(UnitTheme.Meta):
        constraints: ClassVar = [
            *UnitTheme.Meta.constraints,
            models.UniqueConstraint(fields=["programme", "period", "unit"], name="one_theme_a_month"),
        ]


class DipSampleTheme(UnitTheme):
    """The theme of a unit's dip samples in a month, chosen by the service, and what they show (LAN-12).

    ``rule`` is the key of the framework's theme that asks for it. ``version`` grows with every writing and
    every signature of the narrative, so that nobody writes over, or signs, what they have not read. A
    narrative that both sides have signed is agreed and stays as it is.
    """

    PERSONAL_FIELDS: ClassVar = (
        *UnitTheme.PERSONAL_FIELDS,
        "narrative",
        "written_by",
        "may_sign",
        "service_signed_by",
        "qa_signed_by",
    )

    rule = models.CharField(max_length=60)
    narrative = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    written_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(null=True, blank=True)
    may_sign = models.ForeignKey(
        PERSON,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whom the service lets sign, beside those who choose its themes.",
    )
    service_signed_by = models.ForeignKey(
        PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    service_signed_at = models.DateTimeField(null=True, blank=True)
    qa_signed_by = models.ForeignKey(
        PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    qa_signed_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta(UnitTheme.Meta):
        ordering: ClassVar = [*UnitTheme.Meta.ordering, "rule"]
        constraints: ClassVar = [
            *UnitTheme.Meta.constraints,
            models.UniqueConstraint(
                fields=["programme", "rule", "period", "unit"], name="one_dip_sample_theme_a_month"
            ),
            models.CheckConstraint(
                condition=Q(narrative="", written_by__isnull=True, written_at__isnull=True, version=0)
                | (Q(written_by__isnull=False, written_at__isnull=False) & ~Q(narrative="")),
                name="narrative_says_who_wrote_it",
            ),
            models.CheckConstraint(
                condition=Q(service_signed_by__isnull=True, service_signed_at__isnull=True)
                | (Q(service_signed_by__isnull=False, service_signed_at__isnull=False) & ~Q(narrative="")),
                name="service_signature_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(qa_signed_by__isnull=True, qa_signed_at__isnull=True)
                | (Q(qa_signed_by__isnull=False, qa_signed_at__isnull=False) & ~Q(narrative="")),
                name="qa_signature_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(service_signed_by__isnull=True)
                | Q(qa_signed_by__isnull=True)
                | ~Q(service_signed_by=F("qa_signed_by")),
                name="two_people_sign_a_narrative",
            ),
            models.CheckConstraint(
                condition=Q(agreed_at__isnull=True)
                | Q(service_signed_by__isnull=False, qa_signed_by__isnull=False),
                name="agreed_narrative_has_both_signatures",
            ),
        ]

    @property
    def is_agreed(self) -> bool:
        return self.agreed_at is not None
