"""The quality-assurance work about one case, as rows of a table."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from qaframework.allocation.access import may_open
from qaframework.allocation.models import Assignment
from qaframework.allocation.reading import with_rules
from qaframework.allocation.wording import activity_label, notice_url, state_tag
from qaframework.people.models import User
from qaframework.people.tables import columns
from qaframework.people.templatetags.page import short_date
from qaframework.rules.periods import Month

COLUMNS = columns("Work", "With", "Due", "State")


def case_work_rows(assignments: Iterable[Assignment], user: User, today: date) -> list[list[Any]]:
    """Work, post, last day and state; a link where the person may open it. One query for the rules."""
    return [_row(one, may_open(user, one, today), today) for one in with_rules(assignments)]


def _row(assignment: Assignment, is_link: bool, today: date) -> list[Any]:
    work = f"{activity_label(assignment)}, {Month.parse(assignment.period).label}"
    return [
        {"text": work, "url": notice_url(assignment) if is_link else ""},
        assignment.post.title,
        short_date(assignment.due_on),
        state_tag(assignment, today),
    ]
