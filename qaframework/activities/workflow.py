"""Opening and handing in, the same for every kind of activity."""

from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.urls import reverse

from qaframework.actions import workflow as actions
from qaframework.activities.models import Activity
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.people import history
from qaframework.people.models import User
from qaframework.rules.periods import Month
from qaframework.tools import workflow as tools

A = TypeVar("A", bound=Activity)


@transaction.atomic
def open_activity(model: type[A], *, assignment: Assignment, by: User | None, now: datetime) -> A:
    """The activity of an assignment, made with empty answers and an empty plan when first opened."""
    found = model._default_manager.filter(assignment=assignment).first()
    if found is not None:
        return found
    version = assignment.framework_version
    answer_set = tools.start_answer_set(
        framework_version=version, tool_key=allocation.activity_of(assignment).tool, by=by, now=now
    )
    plan = actions.open_plan(
        title=version.pack.action_rules.file_heading.format(month=Month.parse(assignment.period).label),
        framework_version=version,
        case=assignment.case,
        unit=assignment.unit,
        worker=assignment.worker,
        source_url=reverse("open_work", args=[assignment.pk]),
        by=by,
        now=now,
    )
    activity = model(assignment=assignment, answer_set=answer_set, action_plan=plan, created_at=now)
    return history.create(activity, by=by, now=now, reason="Opened")


@transaction.atomic
def hand_in(activity: Activity, *, by: User, now: datetime) -> None:
    """Freeze the answers, stop the ladder, issue the actions.

    Raises tools.workflow.AnswersIncomplete with what is missing; then nothing is written.
    """
    tools.submit_answers(answer_set=activity.answer_set, by=by, now=now)
    allocation.mark_submitted(assignment=activity.assignment, by=by, now=now)
    actions.issue_plan(plan=activity.action_plan, copy_to=[], by=by, now=now)


@transaction.atomic
def hand_in_and_finish(activity: Activity, *, by: User, now: datetime) -> None:
    """Hand in an activity that nobody moderates, which makes it final. Raises as ``hand_in`` does."""
    hand_in(activity, by=by, now=now)
    allocation.finish(assignment=activity.assignment, by=by, now=now)
