"""Observations of practice and of meetings."""

from typing import ClassVar

from django.db import models

from qaframework.activities.models import Activity


class Observation(Activity):
    """One observation of a practitioner at work, or one practice-week visit (LAN-18, LAN-20)."""

    PERSONAL_FIELDS: ClassVar = ()

    observed_on = models.DateField(null=True, blank=True)
    shared_with_worker_on = models.DateField(
        null=True, blank=True, help_text="When observer and practitioner talked about it."
    )

    def __str__(self) -> str:
        return f"Observation {self.pk}"
