"""How an assignment is named in lists, notices and on clocks: by reference, never by a name."""

from django.urls import reverse

from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.rules.periods import Month


def subject_line(assignment: Assignment, case: Case | None = None) -> str:
    """For instance “Learning space, December 2026, case N10234”."""
    activity = assignment.framework_version.pack.activity(assignment.activity)
    parts = [activity.label, Month.parse(assignment.period).label]
    case = case or assignment.case
    if case is not None:
        parts.append(f"case {case.child_ref}")
    return ", ".join(parts)


def notice_url(assignment: Assignment) -> str:
    return reverse("open_work", args=[assignment.pk])
