"""How an assignment is named in lists, notices and on clocks: by reference, never by a name."""

from datetime import date

from django.urls import reverse

from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case
from qaframework.people.templatetags.page import due_in_words, short_date
from qaframework.rules.periods import Month


def subject_line(assignment: Assignment, case: Case | None = None) -> str:
    """For instance “Learning space, December 2026, case N10234”."""
    parts = [activity_label(assignment), Month.parse(assignment.period).label]
    case = case or assignment.case
    if case is not None:
        parts.append(f"case {case.child_ref}")
    return ", ".join(parts)


def activity_label(assignment: Assignment) -> str:
    return assignment.framework_version.pack.activity(assignment.activity).label


def notice_url(assignment: Assignment) -> str:
    return reverse("open_work", args=[assignment.pk])


def why_url(assignment: Assignment) -> str:
    """Where it is explained why the case of the work is looked at."""
    return reverse("why_case", args=[assignment.pk])


def how_far(assignment: Assignment, today: date) -> str:
    """How far the last day is away, such as "in 5 days"; of a paused deadline since when and why."""
    assert assignment.due_on is not None
    if assignment.paused_on is not None:
        return f"paused since {short_date(assignment.paused_on)}: {assignment.pause_reason}"
    return due_in_words(assignment.due_on, today)


def state_tag(assignment: Assignment, today: date) -> dict[str, str]:
    """The state as a tag of a table; open work past its day is late, whatever else it is, unless paused."""
    if assignment.paused_on is not None:
        return {"status": "paused", "text": "Paused"}
    if assignment.is_late(today):
        return {"status": "late", "text": "Late"}
    return {"status": assignment.state, "text": assignment.get_state_display()}
