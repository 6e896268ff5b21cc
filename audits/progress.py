"""Where an audit is, what is next and who holds it: the path, the list of parts, the next step (BF-16)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from audits.models import AdviceRequest, AuditMeeting, CaseAudit, Moderation
from audits.readiness import (
    ACTIONS,
    ADVICE,
    ANSWERS,
    JUDGEMENT,
    Problem,
    Standing,
    problems_before_submission,
)
from qaframework.allocation.models import Assignment
from qaframework.allocation.workflow import activity_of
from qaframework.people.templatetags.page import short_date, uk_date, uk_datetime
from qaframework.tools.models import Answer
from qaframework.tools.reading import SectionProgress, progress, values_of

State = Assignment.State
HOW_IT_STANDS = "How it stands"
MEETING_STANDS = (AuditMeeting.State.PROPOSED, AuditMeeting.State.ACCEPTED)


@dataclass(frozen=True)
class Step:
    """One step of the path; ``state`` is done, current or next."""

    label: str
    state: str
    detail: str = ""


@dataclass(frozen=True)
class Task:
    """One part of the work as the task list draws it; without ``url`` it cannot be opened."""

    label: str
    url: str
    status: str
    status_label: str
    hint: str = ""


@dataclass(frozen=True)
class NextStep:
    """What this person does next: a sentence, and the button that does it, if any.

    ``is_post`` buttons change something. ``title`` is another where nothing is to be done.
    """

    text: str
    label: str = ""
    url: str = ""
    is_post: bool = False
    title: str = "What to do now"


@dataclass(frozen=True)
class Progress:
    """How far an audit is, read once for the whole page."""

    audit: CaseAudit
    sections: Sequence[SectionProgress]
    problems: Sequence[Problem]
    action_count: int
    advice: AdviceRequest | None
    meeting: AuditMeeting | None

    def has_problem(self, *parts: str) -> bool:
        return any(problem.part in parts for problem in self.problems)


def meeting_of(audit: CaseAudit) -> AuditMeeting | None:
    """The meeting, as it was read with the audit."""
    return getattr(audit, "meeting", None)


def standing_of(audit: CaseAudit, answers: Mapping[str, Answer]) -> Standing:
    """What access read together with the audit, without asking again."""
    values = values_of(audit.answer_set, answers)
    count: int | None = getattr(audit, "action_count", None)
    return Standing(
        values=values,
        advice=getattr(audit, "advice_request", None),
        action_count=count or 0,
        earliest_draft=getattr(audit, "earliest_draft", None),
    )


def progress_of(audit: CaseAudit, answers: Mapping[str, Answer], on: date) -> Progress:
    """On a local date. No query, given an audit from access and its answers."""
    standing = standing_of(audit, answers)
    return Progress(
        audit=audit,
        sections=progress(audit.answer_set, answers),
        problems=problems_before_submission(audit, standing, on),
        action_count=standing.action_count,
        advice=standing.advice,
        meeting=meeting_of(audit),
    )


# The path


def path_of(found: Progress, moderation: Moderation | None, on: date) -> list[Step]:
    """The steps from allocation to the final grade, with the moment or the person of each; of work that was
    called off no more than that."""
    audit, assignment = found.audit, found.audit.assignment
    if assignment.state in Assignment.CALLED_OFF_STATES:
        begun = Step("Allocated", "done", short_date(assignment.allocated_on))
        return [begun, Step(assignment.get_state_display(), "current")]
    done = sum(section.is_complete for section in found.sections)
    steps = [
        ("Allocated", _allocated_detail(assignment, on)),
        ("Meeting agreed", _meeting_detail(found)),
        ("Audited together", f"{done} of {len(found.sections)} sections" if audit.is_open else ""),
        ("Submitted", _submitted_detail(audit)),
    ]
    if activity_of(assignment).moderation is not None:
        steps.append(("Moderated", _moderation_detail(moderation)))
    steps.append(("Final", short_date(assignment.finished_at)))
    current = _current(found, len(steps))
    details = [detail for _, detail in steps]
    if current < 3:
        held_by = _held_by(found)
        details[current] = f"{details[current]}, with {held_by}" if details[current] else f"with {held_by}"
    return [
        Step(label, "done" if place < current else "current" if place == current else "next", details[place])
        for place, (label, _) in enumerate(steps)
    ]


def _meeting_is_open(found: Progress) -> bool:
    """Whether a time was proposed that nobody has accepted yet."""
    is_proposed = found.meeting is not None and found.meeting.state == AuditMeeting.State.PROPOSED
    return is_proposed and found.audit.assignment.state == State.ALLOCATED


def _held_by(found: Progress) -> str:
    """Who has to move it on: whoever has not answered a proposed meeting yet, else who holds the post."""
    assignment, meeting = found.audit.assignment, found.meeting
    is_asked = meeting is not None and meeting.proposed_by_id != assignment.worker_id
    if is_asked and _meeting_is_open(found):
        return str(assignment.worker)
    return getattr(found.audit, "holder_name", None) or "nobody: the post is vacant"


def _current(found: Progress, length: int) -> int:
    state = found.audit.assignment.state
    if state == State.ALLOCATED:
        agreed = found.meeting is not None and found.meeting.state == AuditMeeting.State.ACCEPTED
        return 2 if agreed else 1
    if state in (State.IN_PROGRESS, State.SENT_BACK):
        return 2
    return length if state == State.FINAL else 4


def _allocated_detail(assignment: Assignment, on: date) -> str:
    """Work may be given out before its time begins (BF-01)."""
    ahead = assignment.allocated_on is not None and assignment.allocated_on > on
    return f"{'time begins ' if ahead else ''}{short_date(assignment.allocated_on)}"


def _meeting_detail(found: Progress) -> str:
    meeting = found.meeting
    if meeting is None:
        return "" if found.audit.assignment.state == State.ALLOCATED else "not recorded"
    if meeting.state == AuditMeeting.State.CANCELLED:
        return "cancelled"
    when = short_date(meeting.starts_at)
    return when if meeting.state == AuditMeeting.State.ACCEPTED else f"proposed for {when}"


def _submitted_detail(audit: CaseAudit) -> str:
    if not audit.is_open:
        return short_date(audit.submitted_at)
    was_sent_back = audit.assignment.state == State.SENT_BACK
    return f"{'sent back, ' if was_sent_back else ''}due {short_date(audit.assignment.due_on)}"


def _moderation_detail(moderation: Moderation | None) -> str:
    if moderation is None:
        return ""
    if moderation.completed_at:
        return moderation.get_result_display().lower()
    return f"with {moderation.moderator}" if moderation.moderator else "with the quality assurance team"


# The parts


def tasks_of(found: Progress, *, can_work: bool) -> list[Task]:
    """The sections of the tool; links only for the person who may fill them in."""
    return [
        Task(
            section.section.title,
            reverse("audits:section", args=[found.audit.pk, section.section.key]) if can_work else "",
            *_section_status(section),
        )
        for section in found.sections
    ]


def closing_tasks(found: Progress, *, can_work: bool) -> list[Task]:
    """Judgement, actions and handing in."""
    audit = found.audit
    return [
        Task("Judge together", _url("judgement", audit, can_work), *_judgement_status(found)),
        Task("Agree the actions", _url("actions", audit, can_work), *_actions_status(found)),
        Task("Check and submit", _url("submit", audit, can_work), *_submission_status(found)),
    ]


def _url(name: str, audit: CaseAudit, can_work: bool) -> str:
    return reverse(f"audits:{name}", args=[audit.pk]) if can_work else ""


def _section_status(section: SectionProgress) -> tuple[str, str]:
    if section.is_complete:
        return "completed", "Completed"
    if section.answered:
        return "in_progress", f"{section.answered} of {section.required}"
    return "allocated", "Not started"


def _judgement_status(found: Progress) -> tuple[str, str]:
    if found.has_problem(ADVICE):
        return ("requested", "Waiting for advice") if found.advice else ("sent_back", "Ask for advice")
    if not found.has_problem(JUDGEMENT):
        return "completed", "Completed"
    audit = found.audit
    begun = audit.worker_took_part or audit.impact or audit.overall_grade or audit.worker_grade
    return ("in_progress", "In progress") if begun else ("allocated", "Not started")


def _actions_status(found: Progress) -> tuple[str, str]:
    if found.action_count and found.has_problem(ACTIONS):
        return "sent_back", "A date has passed"
    if found.action_count:
        return "completed", f"{found.action_count} action{'s' if found.action_count > 1 else ''}"
    return (
        ("sent_back", "At least one is needed") if found.has_problem(ACTIONS) else ("allocated", "None yet")
    )


def _submission_status(found: Progress) -> tuple[str, str]:
    if found.audit.assignment.state == State.SENT_BACK:
        return "sent_back", "Sent back"
    if not found.problems:
        return "submitted", "Ready"
    if found.audit.assignment.state == State.ALLOCATED:
        return "allocated", "Not started"
    return "allocated", f"{len(found.problems)} still to do"


# The next step


def next_step(
    found: Progress, *, is_auditor: bool, is_worker: bool, words: Mapping[str, Any], now: datetime
) -> NextStep:
    """What the person who looks should do now."""
    state = found.audit.assignment.state
    if state in (State.WITHDRAWN, State.EXCLUDED):
        return NextStep(
            f"This work was {found.audit.assignment.get_state_display().lower()}. Nothing is owed."
        )
    if not found.audit.is_open:
        if is_auditor and owes_reflection(found.audit):
            return _offer_reflection(found.audit, words)
        return _after_submission(found, words)
    if is_auditor:
        return _auditor_step(found, words, now)
    return _worker_step(found) if is_worker else _looker_on(found)


def _auditor_step(found: Progress, words: Mapping[str, Any], now: datetime) -> NextStep:
    audit, assignment, meeting = found.audit, found.audit.assignment, found.meeting
    start = ("Start the audit", reverse("audits:begin", args=[audit.pk]), True)
    if assignment.state != State.ALLOCATED:
        return _continue(found)
    if assignment.worker is None:
        return NextStep("No practitioner is recorded for this case. You can start the audit.", *start)
    if meeting is None or meeting.state not in MEETING_STANDS:
        text = f"Arrange a time with the {words['practitioner']}, {assignment.worker}."
        return NextStep(text, "Propose a meeting", reverse("audits:meeting", args=[audit.pk]))
    when = uk_datetime(meeting.starts_at)
    if meeting.state == AuditMeeting.State.ACCEPTED:
        where = f"You meet on {when}, {meeting.place}." if meeting.starts_at > now else f"You met on {when}."
        return NextStep(f"{where} Start when you sit down together.", *start)
    if meeting.proposed_by_id == assignment.worker_id:
        text = f"{assignment.worker} proposes {when}. Accept it, or propose another time."
        return NextStep(text, "Accept this time", reverse("audits:accept_meeting", args=[audit.pk]), True)
    return NextStep(f"{assignment.worker} has not accepted {when} yet. You can start at any time.", *start)


def _continue(found: Progress) -> NextStep:
    audit = found.audit
    for section in found.sections:
        if not section.is_complete:
            url = reverse("audits:section", args=[audit.pk, section.section.key])
            return NextStep(f"Next: {section.section.title}.", "Continue", url)
    if found.has_problem(ANSWERS, JUDGEMENT):
        text = "All sections are answered. Now judge the work together."
        return NextStep(text, "Judge together", reverse("audits:judgement", args=[audit.pk]))
    if found.has_problem(ADVICE) and found.advice is not None:
        asked = uk_date(found.advice.asked_at)
        return NextStep(
            f"The quality assurance team was asked for advice on {asked}. You can go on when it answers."
        )
    if found.has_problem(ADVICE):
        text = "You do not agree on the grade."
        return NextStep(text, "Ask for advice", reverse("audits:advice", args=[audit.pk]))
    if found.has_problem(ACTIONS):
        first = next(problem for problem in found.problems if problem.part == ACTIONS)
        text = first.message if found.action_count else "This grade needs at least one action."
        return NextStep(text, "Agree the actions", reverse("audits:actions", args=[audit.pk]))
    text = "Everything is there."
    if found.advice is not None:
        text = "The quality assurance team has given its advice. Read it before you submit."
    if audit.assignment.state == State.SENT_BACK:
        text = "Change what the note asks for, then submit it again."
    return NextStep(text, "Check and submit", reverse("audits:submit", args=[audit.pk]))


def _worker_step(found: Progress) -> NextStep:
    audit, meeting = found.audit, found.meeting
    auditor = getattr(audit, "holder_name", None) or "The auditor"
    view = reverse("audits:worker_view", args=[audit.pk])
    if audit.assignment.state != State.ALLOCATED and not audit.worker_view:
        return NextStep("Follow what is written, and say how you see the work.", "Add your view", view)
    if audit.assignment.state != State.ALLOCATED:
        return NextStep(f"Thank you. {auditor} completes and submits the audit.", "Change your view", view)
    if meeting is None or meeting.state not in MEETING_STANDS:
        return NextStep(f"{auditor} will propose a time to meet. You can also propose one yourself.")
    if meeting.state == AuditMeeting.State.PROPOSED and meeting.proposed_by_id != audit.assignment.worker_id:
        text = f"{auditor} proposes {uk_datetime(meeting.starts_at)}, {meeting.place}."
        return NextStep(text, "Accept this time", reverse("audits:accept_meeting", args=[audit.pk]), True)
    if any(one.key not in audit.preparation for one in activity_of(audit.assignment).preparation):
        text = f"You meet on {uk_datetime(meeting.starts_at)}. Say what you have ready before then."
        return NextStep(text, "Get ready", "#preparation")
    return NextStep(f"You are ready. You meet on {uk_datetime(meeting.starts_at)}, {meeting.place}.")


def _looker_on(found: Progress) -> NextStep:
    holder = getattr(found.audit, "holder_name", None)
    post, due = found.audit.assignment.post, uk_date(found.audit.assignment.due_on)
    text = f"With {holder} ({post}), due {due}." if holder else f"With a vacant post: {post}, due {due}."
    return NextStep(text, title=HOW_IT_STANDS)


def step_of_advising(advice: AdviceRequest) -> NextStep:
    """What the quality assurance team does whose advice is awaited."""
    text = f"Auditor and practitioner asked for advice on the grade on {uk_date(advice.asked_at)}."
    return NextStep(text, "Give advice", reverse("audits:give_advice", args=[advice.pk]))


def owes_reflection(audit: CaseAudit) -> bool:
    """Whether the practitioner did not take part and has not been offered a discussion yet (BED-14)."""
    return audit.worker_took_part == CaseAudit.Involvement.NO and audit.reflection_offered_on is None


def _offer_reflection(audit: CaseAudit, words: Mapping[str, Any]) -> NextStep:
    text = f"The {words['practitioner']} did not take part. Offer them a discussion of what you found."
    return NextStep(text, "Record the discussion", reverse("audits:reflection", args=[audit.pk]))


def step_of_signing(audit: CaseAudit) -> NextStep:
    """What the practitioner does whose signature is asked."""
    text = f"Submitted on {uk_date(audit.submitted_at)}. Read it, and sign at its end that you have read it."
    return NextStep(text, "Read and sign", reverse("audits:read", args=[audit.pk]))


def _after_submission(found: Progress, words: Mapping[str, Any]) -> NextStep:
    audit = found.audit
    stands = {
        State.SUBMITTED: f"It is with the {words['qa_team']} and may be chosen for moderation.",
        State.MODERATING: f"It is with the {words['qa_team']}: a second person looks at the grade.",
        State.FINAL: "The grade is final.",
    }[State(audit.assignment.state)]
    return NextStep(
        f"Submitted on {uk_date(audit.submitted_at)}. {stands}",
        "Read the audit",
        reverse("audits:read", args=[audit.pk]),
        title=HOW_IT_STANDS,
    )
