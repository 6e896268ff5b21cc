"""The pages of a review of one case: the shared ones, with what it follows and where to find it (SAN-15)."""

from datetime import datetime

from django.urls import reverse

from audits.models import CaseReview
from audits.workflow import open_started_review
from qaframework.actions.workflow import challenge_rules
from qaframework.activities.pages import Row
from qaframework.activities.views import ActivityPages
from qaframework.allocation.models import Assignment
from qaframework.allocation.wording import subject_line, why_url
from qaframework.caseload.models import Case
from qaframework.people.access import local_today
from qaframework.people.models import User
from qaframework.people.templatetags.page import uk_date


class CaseReviewPages(ActivityPages):
    model = CaseReview
    kinds = ("case_review",)
    namespace = "audits"
    prefix = "case_review_"

    def start(self, assignment: Assignment, *, by: User, now: datetime) -> CaseReview:
        return open_started_review(assignment=assignment, by=by, now=now)

    def rows(self, review: CaseReview, *, is_owner: bool) -> list[Row]:
        assignment = review.assignment
        found: list[Row] = [
            {"label": "Child", "value": str(assignment.case), "url": why_url(assignment)},
            {"label": "Practitioner", "value": str(assignment.worker or "Nobody recorded")},
        ]
        if assignment.case is not None:
            found.append({"label": "In the case register", "value": _in_the_register(assignment.case)})
        if review.last_review_on:
            found.append({"label": "Last review", "value": uk_date(review.last_review_on)})
        if review.audit is not None:
            audit = review.audit.assignment
            found.append(
                {
                    "label": "Follows",
                    "value": subject_line(audit),
                    "url": reverse("audits:read", args=[review.audit.pk]),
                }
            )
        if is_owner and assignment.case is not None and _raises(assignment):
            address = reverse("actions:challenge_raise", args=[assignment.case.pk])
            found.append(
                {"label": "Something is not right", "value": "Raise an alert or dispute", "url": address}
            )
        return found


def _in_the_register(case: Case) -> str:
    """What the register says that such a look often asks for."""
    lines = [
        f"Ethnicity: {'recorded' if case.ethnicity else 'not recorded'}",
        f"Last visit: {uk_date(case.last_visit_on) or 'not recorded'}",
        f"Last supervision: {uk_date(case.last_supervision_on) or 'not recorded'}",
    ]
    return "\n".join(lines)


def _raises(assignment: Assignment) -> bool:
    """Whether the post that owes the review raises alerts or disputes about such cases."""
    rules = challenge_rules(assignment.unit, local_today()) if assignment.unit else None
    return rules is not None and bool(rules.pack.challenges.raised_by({assignment.post.role}))


PAGES = CaseReviewPages()
