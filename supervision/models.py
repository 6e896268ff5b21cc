"""Audits of supervision records."""

from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords


class SupervisionAudit(models.Model):
    """One look at a supervisor's records."""

    PERSONAL_FIELDS: ClassVar = ()

    assignment = models.OneToOneField(
        "allocation.Assignment", on_delete=models.PROTECT, related_name="supervision_audit"
    )
    answer_set = models.OneToOneField(
        "tools.AnswerSet", on_delete=models.PROTECT, related_name="supervision_audit"
    )
    action_plan = models.OneToOneField(
        "actions.ActionPlan", on_delete=models.PROTECT, related_name="supervision_audit"
    )
    discussed_on = models.DateField(
        null=True, blank=True, help_text="When the audited supervisor discussed it in supervision."
    )
    created_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"Supervision audit {self.pk}"
