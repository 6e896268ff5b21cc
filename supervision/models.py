"""Audits of supervision records."""

from datetime import date
from typing import ClassVar

from django.db import models

from qaframework.activities.models import Activity


class SupervisionAudit(Activity):
    """One look at a supervisor's records."""

    PERSONAL_FIELDS: ClassVar = ()

    discussed_on = models.DateField(
        null=True, blank=True, help_text="When the audited supervisor discussed it in supervision."
    )

    def __str__(self) -> str:
        return f"Supervision audit {self.pk}"

    def why_not_ready(self, on: date) -> str:
        return "" if self.assignment.worker_id else "First choose the supervisor whose records you look at."
