"""Observations of practice, notes of practice weeks, and visits to services."""

from datetime import date
from typing import ClassVar

from django.db import models

from qaframework.activities.models import Activity
from qaframework.people.templatetags.page import uk_date


class Observation(Activity):
    """One observation of a practitioner at work, one practice week, or one visit (LAN-18, LAN-20, SAN-35).

    A visit is about the unit of its assignment, once its day is arranged.
    """

    PERSONAL_FIELDS: ClassVar = ()

    observed_on = models.DateField(null=True, blank=True)
    shared_with_worker_on = models.DateField(
        null=True, blank=True, help_text="When observer and practitioner talked about it."
    )

    def __str__(self) -> str:
        return f"Observation {self.pk}"

    @property
    def is_of_a_person(self) -> bool:
        """Whether somebody's practice is observed; a practice week looks at no one person."""
        return self.assignment.kind == "observation"

    @property
    def is_visit(self) -> bool:
        """Whether a part of the organisation is visited."""
        return self.assignment.kind == "visit"

    def why_not_ready(self, on: date) -> str:
        if self.observed_on is None or (self.is_of_a_person and self.assignment.worker_id is None):
            if self.is_of_a_person and self.assignment.worker_id is not None:
                return "First say on which day you observe."
            if self.is_of_a_person:
                return "First say whose practice you observe and on which day."
            if self.is_visit:
                return "First say where you go and on which day."
            return "First say on which day you were there."
        if self.observed_on > on:
            return f"It takes place on {uk_date(self.observed_on)}. Submit it when you have been there."
        return ""
