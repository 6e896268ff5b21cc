"""What the pages of one action, plan, concern and loop show."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model

from qaframework.actions.models import Action, ActionPlan, Concern, LoopClosure
from qaframework.actions.workflow import may_verify
from qaframework.people.access import posts_of
from qaframework.people.directory import holder_of
from qaframework.people.models import User
from qaframework.people.templatetags.page import due_in_words, uk_date, uk_datetime

Facts = list[dict[str, Any]]


@dataclass(frozen=True)
class NextStep:
    """Something this person can do now: the verb's name in the address, and the words on its button."""

    verb: str
    label: str


def action_facts(action: Action, today: date) -> Facts:
    holder = holder_of(action.owner_post, today)
    plan = action.plan
    owed = action.state in Action.OWED_STATES
    facts = [
        {"label": "What needs to happen", "value": action.what},
        {"label": "How we will know", "value": action.measure},
        {"label": "Finding", "value": action.finding},
        {"label": "Case", "value": plan.case.child_ref if plan.case else ""},
        {"label": "Priority", "value": action.get_priority_display()},
        {"label": "Who", "value": f"{holder or 'Vacant'} ({action.owner_post})"},
        {
            "label": "Due",
            "value": uk_date(action.due_on) + (f", {due_in_words(action.due_on, today)}" if owed else ""),
        },
        {"label": "Why it has longer", "value": action.longer_reason},
        {"label": "Evidence", "value": action.evidence},
        {"label": "Done", "value": _by(action.done_by, action.done_at)},
        {"label": "Verified", "value": _by(action.verified_by, action.verified_at)},
        {"label": "Difference made", "value": action.difference_made},
        {"label": "Note", "value": action.closing_note},
    ]
    return [fact for fact in facts if fact["value"]]


def next_steps(action: Action, user: User, today: date) -> list[NextStep]:
    """What this person may do with the action now, the likeliest first."""
    owns = any(post.pk == action.owner_post_id for post in posts_of(user, today))
    State = Action.State
    steps = []
    if owns and action.state in Action.OWED_STATES:
        steps.append(NextStep("finish", "Mark as done"))
        if action.state == State.OPEN:
            steps.append(NextStep("begin", "I have started"))
    if may_verify(user, action, today):
        if action.state == State.DONE:
            steps += [NextStep("verify", "Verify"), NextStep("return", "Return: more is needed")]
        if action.state in Action.OWED_STATES:
            steps.append(NextStep("cancel", "Cancel this action"))
    return steps


def story(record: Model) -> list[list[str]]:
    """Who did what and when, newest first, from the history. One query."""
    entries = record.history.select_related("history_user").order_by("-history_date", "-history_id")  # type: ignore[attr-defined]
    return [
        [
            uk_datetime(entry.history_date),
            str(entry.history_user or "The system"),
            entry.history_change_reason or "",
        ]
        for entry in entries
    ]


def plan_facts(plan: ActionPlan) -> Facts:
    told = "Not yet"
    if plan.notified_at:
        told = uk_datetime(plan.notified_at)
    elif plan.notify_clock:
        told = f"Not yet: due by {uk_datetime(plan.notify_clock.due_at)}"
    facts = [
        {"label": "Case", "value": plan.case.child_ref if plan.case else ""},
        {"label": "Practitioner", "value": str(plan.worker or "")},
        {"label": "Issued", "value": uk_datetime(plan.issued_at) if plan.issued_at else ""},
        {"label": "Practitioner and manager told", "value": told},
        {
            "label": "Placed on the child's file",
            "value": _by(plan.placed_on_file_by, plan.placed_on_file_at) or "Not recorded yet",
        },
        {
            "label": "Talked about in supervision",
            "value": uk_date(plan.supervision_reviewed_on)
            if plan.supervision_reviewed_on
            else "Not recorded yet",
        },
    ]
    return [fact for fact in facts if fact["value"]]


def concern_facts(concern: Concern) -> Facts:
    facts = [
        {"label": "Case", "value": concern.case.child_ref},
        {"label": "Raised", "value": _by(concern.raised_by, concern.raised_at)},
        {"label": "What", "value": concern.what},
        {
            "label": "Answer due",
            "value": uk_datetime(concern.clock.due_at)
            if concern.clock and not concern.acknowledged_at
            else "",
        },
        {"label": "Acknowledged", "value": _by(concern.acknowledged_by, concern.acknowledged_at)},
        {"label": "What was done", "value": concern.response},
    ]
    return [fact for fact in facts if fact["value"]]


def loop_path(loop: LoopClosure) -> list[dict[str, str]]:
    """The way of a loop, and where it is now."""
    State = LoopClosure.State
    at = {State.DUE: 1, State.RETURNED: 1, State.WITH_HEAD_OF_SERVICE: 2, State.AUTHORISED: 3}[
        State(loop.state)
    ]
    steps = [
        ("Graded", uk_date(loop.opened_at)),
        ("Meeting and evidence", uk_date(loop.met_on) if loop.met_on else f"by {uk_date(loop.due_on)}"),
        ("Head of Service authorises", uk_date(loop.authorised_at) if loop.authorised_at else ""),
        (
            "Another case is audited",
            uk_date(loop.reaudit_due_on) if loop.reaudit_due_on else "3 months later",
        ),
    ]
    states = ["done" if place < at else "current" if place == at else "next" for place in range(len(steps))]
    return [
        {"label": label, "detail": detail, "state": state}
        for (label, detail), state in zip(steps, states, strict=True)
    ]


def loop_facts(loop: LoopClosure) -> Facts:
    facts = [
        {"label": "Case", "value": loop.case.child_ref},
        {"label": "Grade", "value": _grade_label(loop)},
        {"label": "Practitioner", "value": str(loop.worker or "")},
        {"label": "Meets and reports", "value": str(loop.senior_post)},
        {"label": "Met on", "value": uk_date(loop.met_on) if loop.met_on else ""},
        {"label": "Present", "value": loop.present},
        {"label": "Evidence seen", "value": loop.evidence_seen},
        {"label": "Is the child safe", "value": loop.child_is_safe},
        {"label": "Other children", "value": loop.other_children},
        {"label": "What led to it", "value": loop.causes},
        {"label": "Learning", "value": loop.learning},
        {"label": "Returned because", "value": loop.return_reason},
        {"label": "Authorised", "value": _by(loop.authorised_by, loop.authorised_at)},
    ]
    return [fact for fact in facts if fact["value"]]


def _grade_label(loop: LoopClosure) -> str:
    for shown in loop.plan.framework_version.pack.grade_schemes.values():
        for grade in shown.scheme.grades:
            if grade.key == loop.grade:
                return grade.label
    return loop.grade


def _by(person: User | None, moment: datetime | None) -> str:
    return f"{uk_datetime(moment)}, by {person}" if person and moment else ""
