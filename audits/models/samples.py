"""What dip samples look at, where the program draws it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from audits.models.audits import CaseAudit, DipSample
from audits.models.draws import RecordedDraw


class DipSampleDraw(RecordedDraw):
    """One recorded draw of finished work, or of open cases, for one dip sample.

    ``since`` and ``pool`` are from when and where they came; without them, of any day, and of all units of
    the framework. ``closes_on`` is the last local day on which those drawn for a survey can answer. How many
    and what of follows from the rules that the work began with.
    """

    PERSONAL_FIELDS: ClassVar = ("frame", "drawn_by")

    sample = models.OneToOneField(DipSample, on_delete=models.CASCADE, related_name="draw")
    pool = models.ForeignKey("people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateField(null=True, blank=True)
    closes_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"Draw for {self.sample}"


class SampledRecord(models.Model):
    """One drawn record: an audit, an action, a loop, or only a case. ``case`` is the child it is about."""

    PERSONAL_FIELDS: ClassVar = ()

    draw = models.ForeignKey(DipSampleDraw, on_delete=models.CASCADE, related_name="records")
    position = models.PositiveSmallIntegerField(help_text="Its row in the answers, from 1.")
    reference = models.CharField(max_length=60, help_text="What it is called in the frame.")
    label = models.CharField(max_length=60, help_text="What its row is called: not by a restricted case.")
    ticket = models.CharField(max_length=64)
    case = models.ForeignKey(
        "caseload.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    audit = models.ForeignKey(CaseAudit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    action = models.ForeignKey(
        "actions.Action", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    loop = models.ForeignKey(
        "actions.LoopClosure", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["draw", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draw", "position"], name="one_record_per_row_of_a_sample"),
            models.UniqueConstraint(fields=["draw", "reference"], name="record_drawn_once_per_sample"),
            models.CheckConstraint(
                condition=Q(case__isnull=False)
                | Q(audit__isnull=False)
                | Q(action__isnull=False)
                | Q(loop__isnull=False),
                name="sampled_record_is_something",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def link(self) -> str:
        """The field that holds the record itself."""
        return next((name for name in ("audit", "action", "loop") if getattr(self, f"{name}_id")), "case")

    @property
    def key(self) -> int:
        return getattr(self, f"{self.link}_id")

    @property
    def is_a_case(self) -> bool:
        """Whether it is a case itself, and its reference that of a child."""
        return self.link == "case"
