"""Reviews of one case: between two of its own reviews, after an audit (SAN-15), or when somebody starts one
(BED-06)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from audits.models.audits import CaseAudit
from qaframework.activities.models import Activity


class CaseReview(Activity):
    """One look at a case.

    ``last_review_on`` is the review of the case after which it lies, ``audit`` the audit that it follows up.
    Each leads to one such look of a kind, ever. One that somebody started has neither.
    """

    PERSONAL_FIELDS: ClassVar = ()

    activity = models.CharField(max_length=40, help_text="Key of the activity type in the pack.")
    case = models.ForeignKey("caseload.Case", on_delete=models.PROTECT, related_name="case_reviews")
    last_review_on = models.DateField(null=True, blank=True)
    audit = models.ForeignKey(
        CaseAudit, null=True, blank=True, on_delete=models.PROTECT, related_name="case_reviews"
    )

    class Meta(Activity.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "activity", "last_review_on"],
                condition=Q(last_review_on__isnull=False),
                name="one_look_at_a_case_after_a_review",
            ),
            models.UniqueConstraint(
                fields=["audit", "activity"],
                condition=Q(audit__isnull=False),
                name="one_look_at_a_case_after_an_audit",
            ),
            models.CheckConstraint(
                condition=Q(last_review_on__isnull=True) | Q(audit__isnull=True),
                name="look_at_a_case_has_one_cause_at_most",
            ),
        ]

    def __str__(self) -> str:
        return f"Review of a case {self.pk}"
