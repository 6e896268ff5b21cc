"""What the pages of one action, plan, concern and loop show."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model
from django.urls import reverse

from qaframework.actions.access import keeps
from qaframework.actions.documents import PlanLine
from qaframework.actions.models import Action, ActionPlan, Concern, LoopClosure
from qaframework.actions.tracker import steps_reached
from qaframework.actions.workflow import holds_meeting, may_authorise, may_verify, owns, roles_that_raise
from qaframework.people.access import local_today
from qaframework.people.directory import holder_of
from qaframework.people.models import User
from qaframework.people.templatetags.page import due_in_words, short_date, uk_date, uk_datetime
from qaframework.rules.working_days import local_date

Facts = list[dict[str, Any]]

# Belongs to raising or opening, which has its own entry.
CLOCK_STARTED = "Clock started"


@dataclass(frozen=True)
class NextStep:
    """Something this person can do now: the route's name, the words on its button, whether it asks anything
    before it is done, and whether nothing waits for it."""

    verb: str
    label: str
    asks: bool = True
    can_wait: bool = False


def action_facts(action: Action, now: datetime) -> Facts:
    today = local_date(now)
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
        {"label": "Escalated", "value": steps_reached([action], now).get(action.pk, "")},
        {"label": "Why it has longer", "value": action.longer_reason},
        {"label": note_label(action), "value": action.closing_note},
        {"label": "Evidence", "value": action.evidence},
        {"label": "Done", "value": by_whom(action.done_by, action.done_at)},
        {"label": "Verified", "value": by_whom(action.verified_by, action.verified_at)},
        {"label": "Difference made", "value": action.difference_made},
    ]
    return [fact for fact in facts if fact["value"]]


def note_label(action: Action) -> str:
    """What the last person who did not just say yes wrote: why it came back, or why it is not needed."""
    return "Cancelled because" if action.state == Action.State.CANCELLED else "Came back because"


def next_steps(action: Action, user: User, today: date) -> list[NextStep]:
    """What this person may do with the action now, the likeliest first."""
    State = Action.State
    steps = []
    if owns(user, action, today) and action.state in Action.OWED_STATES:
        steps.append(NextStep("finish", "Mark as done"))
        if action.state == State.OPEN:
            steps.append(NextStep("begin", "I have started", asks=False))
    if may_verify(user, action, today):
        if action.state == State.DONE:
            steps += [NextStep("verify", "Verify"), NextStep("return", "Return: more is needed")]
        if action.state in Action.OWED_STATES:
            steps.append(NextStep("cancel", "Cancel this action"))
    return steps


def story(record: Model) -> list[list[str]]:
    """Who did what and when, newest first, from the history. One query."""
    found = record.history.exclude(history_change_reason=CLOCK_STARTED)  # type: ignore[attr-defined]
    entries = found.select_related("history_user").order_by("-history_date", "-history_id")
    return [
        [
            uk_datetime(entry.history_date),
            str(entry.history_user or "The system"),
            entry.history_change_reason or "",
        ]
        for entry in entries
    ]


def plan_steps(plan: ActionPlan, user: User, today: date) -> list[NextStep]:
    """What is still to be recorded about the plan, for those who keep it up to date."""
    if not keeps(user, plan, today):
        return []
    steps = []
    if plan.placed_on_file_at is None:
        label = "It is on the child’s file" if plan.case else "It is on file"
        steps.append(NextStep("place_on_file", label, asks=False))
    if plan.supervision_reviewed_on is None:
        steps.append(NextStep("supervision_review", "Record the talk in supervision"))
    if plan.notified_at is None:
        steps.append(NextStep("told", "They have been told"))
    return steps


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
            "value": by_whom(plan.placed_on_file_by, plan.placed_on_file_at) or "Not recorded yet",
        },
        {
            "label": "Talked about in supervision",
            "value": _supervision(plan),
        },
        {"label": "Agreed in supervision", "value": plan.supervision_agreement},
    ]
    return [fact for fact in facts if fact["value"]]


def time_since(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: "20 minutes ago", "5 hours ago", "3 days ago"."""
    minutes = int((now - moment).total_seconds() // 60)
    for length, unit in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= length:
            count = minutes // length
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "Just now"


def waiting_concern_row(concern: Concern, now: datetime) -> list[Any]:
    due = concern.clock.due_at if concern.clock else None
    is_late = due is not None and due < now
    return [
        _concern_link(concern),
        f"{uk_datetime(concern.raised_at)}, {time_since(concern.raised_at, now).lower()}",
        concern.unit.name,
        {"text": "Late", "status": "late"} if is_late else uk_datetime(due),
    ]


def answered_concern_row(concern: Concern) -> list[Any]:
    return [
        _concern_link(concern),
        uk_datetime(concern.raised_at),
        concern.unit.name,
        by_whom(concern.acknowledged_by, concern.acknowledged_at),
    ]


def concern_facts(concern: Concern, now: datetime) -> Facts:
    clock, waits = concern.clock, concern.acknowledged_at is None
    raised = by_whom(concern.raised_by, concern.raised_at)
    facts = [
        {"label": "Case", "value": concern.case.child_ref},
        {
            "label": "Raised",
            "value": f"{raised} ({time_since(concern.raised_at, now).lower()})" if waits else raised,
        },
        {"label": "What", "value": concern.what},
        {"label": "Answer due", "value": uk_datetime(clock.due_at) if clock and waits else ""},
        {"label": "Has to answer", "value": clock.owner_post.title if clock and waits else ""},
        {"label": "Acknowledged", "value": by_whom(concern.acknowledged_by, concern.acknowledged_at)},
        {"label": "What was done", "value": concern.response},
    ]
    return [fact for fact in facts if fact["value"]]


def open_loop_row(loop: LoopClosure, today: date) -> list[Any]:
    return [
        _loop_link(loop),
        str(loop.worker or ""),
        loop.senior_post.title,
        f"{short_date(loop.due_on)}, {due_in_words(loop.due_on, today)}",
        loop_cell(loop, today),
    ]


def authorised_loop_row(loop: LoopClosure) -> list[Any]:
    return [
        _loop_link(loop),
        str(loop.worker or ""),
        short_date(loop.authorised_at),
        "None, with a reason" if loop.no_reaudit_reason else short_date(loop.reaudit_due_on),
    ]


def loop_cell(loop: LoopClosure, today: date) -> dict[str, str]:
    """The state as a tag; a meeting past its day says late."""
    State = LoopClosure.State
    if loop.state in (State.DUE, State.RETURNED) and loop.due_on < today:
        return {"text": "Late", "status": "late"}
    return {"text": loop.get_state_display(), "status": loop.state}


def loop_path(loop: LoopClosure) -> list[dict[str, str]]:
    """The way of a loop, and where it is now."""
    State = LoopClosure.State
    places = {State.DUE: 1, State.RETURNED: 1, State.WITH_HEAD_OF_SERVICE: 2, State.AUTHORISED: 3}
    at = places[State(loop.state)]
    pack = loop.plan.framework_version.pack
    rule = pack.loop_rule
    authorises = pack.role_label(rule.authorised_by) if rule else "Head of Service"
    later = uk_date(loop.reaudit_due_on) or (f"{rule.reaudit_after} later" if rule else "")
    steps = [
        ("Graded", uk_date(loop.opened_at)),
        ("Meeting and evidence", f"by {uk_date(loop.due_on)}" if at == 1 else uk_date(loop.met_on)),
        (f"{authorises} authorises", uk_date(loop.authorised_at)),
        ("Another case is audited", "decided against" if loop.no_reaudit_reason else later),
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
        {"label": "Meeting due", "value": uk_date(loop.due_on)},
        {"label": "Returned because", "value": loop.return_reason},
        {"label": "Authorised", "value": by_whom(loop.authorised_by, loop.authorised_at)},
        {"label": "No other case is audited because", "value": loop.no_reaudit_reason},
    ]
    return [fact for fact in facts if fact["value"]]


def meeting_facts(loop: LoopClosure) -> Facts:
    """What the meeting found; nothing before it was recorded."""
    facts = [
        {"label": "Met on", "value": uk_date(loop.met_on) if loop.met_on else ""},
        {"label": "Present", "value": loop.present},
        {"label": "Is the child safe", "value": loop.child_is_safe},
        {"label": "Other children", "value": loop.other_children},
        {"label": "What led to it", "value": "\n".join(filter(None, (loop.causes_in_words, loop.causes)))},
        {"label": "Support for the practitioner", "value": loop.support},
        {"label": "Learning", "value": loop.learning},
    ]
    return [fact for fact in facts if fact["value"]]


def loop_actions(loop: LoopClosure, lines: list[PlanLine]) -> list[list[Any]]:
    """Each action of the loop's plan: who, state, and what the meeting saw of it, as rows of a table."""
    return [
        [
            {"text": line.what, "url": reverse("actions:action", args=[line.key])},
            line.who,
            line.by,
            {"text": line.state, "status": line.state_key},
            loop.evidence_seen.get(str(line.key), ""),
        ]
        for line in lines
    ]


def loop_steps(loop: LoopClosure, user: User, today: date) -> list[NextStep]:
    """What this person may do with the loop now."""
    State = LoopClosure.State
    if loop.state in (State.DUE, State.RETURNED) and holds_meeting(user, loop, today):
        return [NextStep("loop_meeting", "Record the meeting")]
    if loop.state == State.WITH_HEAD_OF_SERVICE and may_authorise(user, loop, today):
        return [
            NextStep("loop_authorise", "Authorise", asks=False),
            NextStep("loop_return", "Return with a reason"),
        ]
    return []


def tabs(current: str) -> list[dict[str, Any]]:
    """The lists of this room; each shows only what its reader may see. That of alerts and disputes is there
    where a framework has some."""
    labels = {
        "tracker": "Actions",
        "concerns": "Concerns",
        "challenges": "Alerts and disputes",
        "loops": "Closing the loop",
    }
    if not roles_that_raise(local_today()):
        del labels["challenges"]
    return [
        {"label": label, "url": reverse(f"actions:{name}"), "current": name == current}
        for name, label in labels.items()
    ]


def _concern_link(concern: Concern) -> dict[str, str]:
    return {"text": f"Case {concern.case.child_ref}", "url": reverse("actions:concern", args=[concern.pk])}


def _loop_link(loop: LoopClosure) -> dict[str, str]:
    return {"text": f"Case {loop.case.child_ref}", "url": reverse("actions:loop", args=[loop.pk])}


def _supervision(plan: ActionPlan) -> str:
    if plan.supervision_reviewed_on:
        return uk_date(plan.supervision_reviewed_on)
    due = plan.supervision_review_on
    return f"Not recorded yet: due by {uk_date(due)}" if due else "Not recorded yet"


def _grade_label(loop: LoopClosure) -> str:
    for shown in loop.plan.framework_version.pack.grade_schemes.values():
        for grade in shown.scheme.grades:
            if grade.key == loop.grade:
                return grade.label
    return loop.grade


def by_whom(person: User | None, moment: datetime | None) -> str:
    return f"{uk_datetime(moment)}, by {person}" if person and moment else ""
