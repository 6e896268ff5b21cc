"""Opening, arranging and handing in, the same for every kind of activity."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction
from django.urls import reverse

from qaframework.actions import workflow as actions
from qaframework.activities.models import Activity
from qaframework.allocation import workflow as allocation
from qaframework.allocation.models import Assignment
from qaframework.allocation.wording import subject_line
from qaframework.people import history
from qaframework.people.models import Unit, User
from qaframework.people.refusal import Refused
from qaframework.rules.periods import Month
from qaframework.rules.working_days import local_date
from qaframework.tools import workflow as tools
from qaframework.tools.models import Signature

A = TypeVar("A", bound=Activity)
TO_SIGN = (
    "Sign at its end that you have read it. Signing does not mean that you agree: you can add a comment."
)


def open_activity(model: type[A], *, assignment: Assignment, by: User | None, now: datetime) -> A:
    """The activity of an assignment, made with empty answers and an empty plan when first opened."""
    return open_activities(model, assignments=[assignment], by=by, now=now)[0]


@transaction.atomic
def open_activities(
    model: type[A],
    *,
    assignments: Sequence[Assignment],
    by: User | None,
    now: datetime,
    about: Mapping[int, Mapping[str, Any]] | None = None,
) -> list[A]:
    """The activity of each assignment, in their order; those that are opened for the first time set-based.

    ``about`` has what a new one says besides, by the key of its assignment.
    """
    keys = [assignment.pk for assignment in assignments]
    # Whoever opens one of them at the same moment waits here, and then finds what this call made.
    list(Assignment.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values("pk"))
    activities = {found.assignment_id: found for found in model._default_manager.filter(assignment__in=keys)}
    by_tool: dict[tuple[int, str], list[Assignment]] = defaultdict(list)
    for one in assignments:
        if one.pk not in activities:
            by_tool[one.framework_version_id, _tool_for(one, local_date(now))].append(one)
    for (_, tool), alike in by_tool.items():
        version = alike[0].framework_version
        answer_sets = tools.start_answer_sets(
            len(alike), framework_version=version, tool_key=tool, by=by, now=now
        )
        plans = actions.open_plans([_plan_for(one) for one in alike], by=by, now=now)
        opened = [
            model(
                assignment=one,
                answer_set=answer_set,
                action_plan=plan,
                created_at=now,
                **(about or {}).get(one.pk, {}),
            )
            for one, answer_set, plan in zip(alike, answer_sets, plans, strict=True)
        ]
        history.create_all(opened, by=by, now=now, reason="Opened")
        activities |= {activity.assignment_id: activity for activity in opened}
    return [activities[key] for key in keys]


def _tool_for(assignment: Assignment, on: date) -> str:
    """The tool on which it is done, which may differ for somebody who is newly qualified on the local day."""
    worker = assignment.worker
    is_newly_qualified = worker is not None and worker.is_newly_qualified(on)
    return allocation.activity_of(assignment).tool_about(newly_qualified=is_newly_qualified)


def _plan_for(assignment: Assignment) -> actions.PlanDraft:
    version = assignment.framework_version
    return actions.PlanDraft(
        title=version.pack.action_rules.file_heading.format(month=Month.parse(assignment.period).label),
        framework_version=version,
        case=assignment.case,
        unit=assignment.unit,
        worker=assignment.worker,
        source_url=reverse("open_work", args=[assignment.pk]),
    )


@transaction.atomic
def choose_worker(activity: Activity, *, worker: User | None, by: User, now: datetime) -> None:
    """Say whose practice it looks at; its assignment, its plan and, until it is begun, its tool follow.

    Raises Refused for oneself, for somebody whom the framework's rule leaves out, and once it was handed in.
    """
    refuse_if_handed_in(activity)
    if worker is not None and worker.pk == by.pk:
        raise Refused("You cannot choose yourself. Choose somebody else.")
    allocation.set_worker(assignment=activity.assignment, worker=worker, by=by, now=now)
    _let_plan_follow(activity, f"About {worker or 'nobody'}", by=by, now=now)
    tools.change_tool(
        answer_set=activity.answer_set,
        framework_version=activity.assignment.framework_version,
        tool_key=_tool_for(activity.assignment, local_date(now)),
        by=by,
        now=now,
    )


@transaction.atomic
def choose_tool(activity: Activity, *, tool_key: str, by: User, now: datetime) -> None:
    """Do it on one of the forms that its rules offer, while nothing has been answered (LAN-12).

    Raises Refused for a form that is not offered, once something is answered, and once it was handed in.
    """
    refuse_if_handed_in(activity)
    rules = allocation.activity_of(activity.assignment)
    if tool_key not in (rules.tool, *rules.other_tools):
        raise Refused("This form is not among those for this work. Choose one of them.")
    if activity.answer_set.answers.exists():
        raise Refused("Something has been answered already, so it stays on the form that it was begun on.")
    tools.change_tool(
        answer_set=activity.answer_set,
        framework_version=activity.assignment.framework_version,
        tool_key=tool_key,
        by=by,
        now=now,
    )


@transaction.atomic
def choose_unit(activity: Activity, *, unit: Unit, by: User, now: datetime) -> None:
    """Say which part of the organisation it looks at; its assignment and its plan follow.

    Raises Refused once it was handed in.
    """
    refuse_if_handed_in(activity)
    allocation.set_unit(assignment=activity.assignment, unit=unit, by=by, now=now)
    _let_plan_follow(activity, f"About {unit}", by=by, now=now)


def _let_plan_follow(activity: Activity, reason: str, *, by: User, now: datetime) -> None:
    assignment, plan = activity.assignment, activity.action_plan
    if (plan.worker_id, plan.unit_id) == (assignment.worker_id, assignment.unit_id):
        return
    actions.change_subject(
        plan=plan,
        case=assignment.case,
        unit=assignment.unit,
        worker=assignment.worker,
        reason=reason,
        by=by,
        now=now,
    )


def refuse_if_handed_in(activity: Activity) -> None:
    """Raises Refused when nothing about it can be changed any more."""
    if not activity.is_open:
        raise Refused("This has been submitted and can no longer be changed.")


@transaction.atomic
def hand_in(activity: Activity, *, by: User, now: datetime) -> None:
    """Freeze the answers, stop the ladder, issue the actions, ask whom it is about to sign.

    Raises Refused when something is not settled and tools.workflow.AnswersIncomplete with the answers that
    are missing; then nothing is written.
    """
    asked = _freeze(activity, by=by, now=now)
    actions.issue_plan(plan=activity.action_plan, copy_to=[], by=by, now=now)
    if asked is not None:
        allocation.tell(
            activity.assignment,
            [asked.signer],
            kind="to_sign",
            key=str(activity.answer_set.revision),
            subject=f"Please read and sign: {subject_line(activity.assignment)}",
            body=f"{by} has submitted it. {TO_SIGN}",
            now=now,
        )


@transaction.atomic
def hand_in_and_finish(activity: Activity, *, by: User, now: datetime) -> None:
    """Hand in an activity that nobody moderates, which makes it final, and tell whom it is about.

    A plan is issued only where there is something to do. Raises as ``hand_in`` does.
    """
    asked = _freeze(activity, by=by, now=now)
    if activity.action_plan.actions.exists():
        actions.issue_plan(plan=activity.action_plan, copy_to=[], by=by, now=now)
    allocation.finish(assignment=activity.assignment, by=by, now=now)
    _tell_worker(activity, asked, by=by, now=now)


def _freeze(activity: Activity, *, by: User, now: datetime) -> Signature | None:
    """Hand in the answers; the signature that is asked of the person whom it is about, if any."""
    if reason := activity.why_not_ready(local_date(now)):
        raise Refused(reason)
    # It may be about somebody else since the work went to another post, or with other work of its month.
    _let_plan_follow(activity, "About whom the work is", by=by, now=now)
    submission = tools.submit_answers(answer_set=activity.answer_set, by=by, now=now)
    allocation.mark_submitted(assignment=activity.assignment, by=by, now=now)
    worker = activity.assignment.worker
    if worker is None:
        return None
    return tools.ask_signature(
        submission=submission,
        signer=worker,
        label=subject_line(activity.assignment),
        url=reverse("open_work", args=[activity.assignment_id]),
        case=activity.assignment.case,
        by=by,
        now=now,
    )


def _tell_worker(activity: Activity, asked: Signature | None, *, by: User, now: datetime) -> None:
    assignment = activity.assignment
    if assignment.worker is None:
        return
    saw = "what they saw of your work"
    to_sign = f" {TO_SIGN}" if asked else ""
    if assignment.case is not None:
        saw = "how things stand for a child you work with"
    allocation.tell(
        assignment,
        [assignment.worker],
        kind="written_up",
        key="",
        subject=f"You can now read: {subject_line(assignment)}",
        body=f"{by} has written down {saw}. Read it, and talk about it together.{to_sign}",
        now=now,
    )
