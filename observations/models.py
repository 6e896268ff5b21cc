"""Observations of practice, practice weeks, visits to services, reviews of reports, and appraisals."""

from datetime import date
from typing import ClassVar

from django.db import models

from observations.wording import WORDS
from qaframework.activities.models import Activity
from qaframework.people.templatetags.page import uk_date


class Observation(Activity):
    """One observation of a practitioner at work, one practice week, or one visit (LAN-18, LAN-20, SAN-35); or
    one review of a colleague's report, or one appraisal (RBWM-07).

    A visit is about the unit of its assignment, once its day is arranged. The day of a review is the one on
    which the report is to be issued.
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
        """Whether it is about somebody's work; a practice week looks at no one person."""
        return self.assignment.kind in WORDS

    @property
    def is_review(self) -> bool:
        """Whether it is done before the day that it is about."""
        return self.assignment.kind == "peer_review"

    @property
    def is_visit(self) -> bool:
        """Whether a part of the organisation is visited."""
        return self.assignment.kind == "visit"

    def why_not_ready(self, on: date) -> str:
        if self.observed_on is None or (self.is_of_a_person and self.assignment.worker_id is None):
            if self.is_of_a_person:
                words = WORDS[self.assignment.kind]
                return words.no_day if self.assignment.worker_id is not None else words.no_person
            if self.is_visit:
                return "First say where you go and on which day."
            return "First say on which day you were there."
        if self.observed_on > on and not self.is_review:
            return f"It takes place on {uk_date(self.observed_on)}. Submit it when you have been there."
        return ""

    def issued_before(self, on: date) -> str:
        """What to say of a report that was out, as planned, before its review is handed in on a local day;
        nothing where it was not (RBWM-07)."""
        if not self.is_review or self.observed_on is None or self.observed_on >= on:
            return ""
        return (
            f"The report was to be issued on {uk_date(self.observed_on)}, so it had been issued already when "
            "this review was handed in. Tell its author what should be put right."
        )
