"""Observations of practice and of meetings."""

from typing import ClassVar

from django.db import models
from simple_history.models import HistoricalRecords


class Observation(models.Model):
    """One observation of a practitioner at work, or one practice-week visit (LAN-18, LAN-20)."""

    PERSONAL_FIELDS: ClassVar = ()

    assignment = models.OneToOneField(
        "allocation.Assignment", on_delete=models.PROTECT, related_name="observation"
    )
    answer_set = models.OneToOneField("tools.AnswerSet", on_delete=models.PROTECT, related_name="observation")
    action_plan = models.OneToOneField(
        "actions.ActionPlan", on_delete=models.PROTECT, related_name="observation"
    )
    observed_on = models.DateField(null=True, blank=True)
    shared_with_worker_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    history = HistoricalRecords()

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"Observation {self.pk}"
