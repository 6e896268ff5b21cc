"""What the pages of one audit show, put together from what access and the answers hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from audits.forms import PreparationForm
from audits.good_practice_pages import good_practice_url
from audits.identifiers import Place
from audits.models import AuditMeeting, CaseAudit, Moderation
from audits.progress import (
    MEETING_STANDS,
    NextStep,
    Step,
    Task,
    closing_tasks,
    meeting_of,
    next_step,
    path_of,
    progress_of,
    step_of_advising,
    step_of_signing,
    tasks_of,
)
from audits.qa_access import may_advise
from audits.readiness import ACTIONS, ADVICE, ANSWERS, Problem, practitioner_word, unmet_indicators
from audits.workflow.judging import SUBMITTED
from qaframework.actions.access import visible_plans
from qaframework.activities.access import owes
from qaframework.activities.pages import may_sign, signature_rows
from qaframework.allocation.models import Assignment
from qaframework.allocation.wording import how_far, subject_line, why_url
from qaframework.allocation.workflow import activity_of
from qaframework.packs.wording import record_due
from qaframework.people.models import User
from qaframework.people.templatetags.page import short_date, uk_date, uk_datetime
from qaframework.rules.grades import Suggestion, suggest_overall
from qaframework.rules.working_days import local_date
from qaframework.tools.definition import Option, ToolDefinition
from qaframework.tools.models import Answer, Signature, Submission
from qaframework.tools.reading import (
    AnsweredSection,
    answered_sections,
    present_signature,
    section_grades,
    signature_of,
    signed_values,
    values_of,
)
from qaframework.tools.surveys.access import invitations_to

Row = dict[str, Any]


@dataclass(frozen=True)
class MeetingPanel:
    """The meeting as one person sees it."""

    meeting: AuditMeeting | None
    rows: list[Row]
    is_participant: bool
    stands: bool
    may_arrange: bool
    may_accept: bool


@dataclass(frozen=True)
class PreparationPanel:
    """What is ready for the meeting; ``form`` is for the practitioner, as long as the audit is open."""

    rows: list[Row]
    form: PreparationForm | None


@dataclass(frozen=True)
class SentBack:
    """Who sent the audit back, when, and what they asked for; the latter is not for the practitioner."""

    heading: str
    reason: str


@dataclass(frozen=True)
class AuditPage:
    """The audit's own page."""

    title: str
    path: list[Step]
    next_step: NextStep
    can_work: bool
    is_worker: bool
    is_open: bool
    facts: list[Row]
    meeting: MeetingPanel
    preparation: PreparationPanel
    sections: list[Task]
    closing: list[Task]
    result: list[Row]
    plan_url: str
    good_practice_url: str
    survey_url: str
    sent_back: SentBack | None


def words_of(audit: CaseAudit) -> dict[str, str]:
    """What this authority calls people and things, for the middle of a sentence."""
    pack = audit.assignment.framework_version.pack
    return {
        "activity": pack.activity(audit.assignment.activity).label,
        "practitioner": practitioner_word(audit),
        "qa_team": pack.label("qa_team"),
    }


def audit_page(audit: CaseAudit, answers: Mapping[str, Answer], user: User, now: datetime) -> AuditPage:
    """Two more queries once the audit was handed in: its last moderation, and who may see its plan; one more
    for the practitioner's signature where its tool asks for it, one once it is final, for its unit, and one
    for whether its two people are asked what it was like."""
    on = local_date(now)
    found = progress_of(audit, answers, on)
    is_auditor = owes(user, audit, on)
    is_worker = audit.assignment.worker_id == user.pk
    moderation = _last_moderation(audit)
    words = words_of(audit)
    can_work = is_auditor and audit.is_open
    step = next_step(found, is_auditor=is_auditor, is_worker=is_worker, words=words, now=now)
    signature = present_signature(audit.answer_set)
    if signature is not None and may_sign(signature, audit.answer_set, user):
        step = step_of_signing(audit)
    if found.advice is not None and not (is_auditor or is_worker) and may_advise(user, found.advice, on):
        step = step_of_advising(found.advice)
    return AuditPage(
        title=subject_line(audit.assignment),
        path=path_of(found, moderation, on),
        next_step=step,
        can_work=can_work,
        is_worker=is_worker,
        is_open=audit.is_open,
        facts=facts(audit, on),
        meeting=_meeting_panel(audit, user, is_participant=is_auditor or is_worker),
        preparation=_preparation_panel(audit, is_worker=is_worker),
        sections=tasks_of(found, can_work=can_work),
        closing=closing_tasks(found, can_work=can_work),
        result=result_rows(audit, moderation, signature),
        plan_url=_plan_url(audit, user, on),
        good_practice_url=good_practice_url(user, audit, on),
        survey_url=_survey_url(audit, user, on),
        sent_back=_sent_back(audit, moderation, user),
    )


def _survey_url(audit: CaseAudit, user: User, on: date) -> str:
    """Where the practitioner or the auditor says what it was like, as long as they can and have not."""
    was_there = user.pk in (audit.assignment.worker_id, audit.auditor_id)
    if not was_there or audit.assignment.state != Assignment.State.FINAL:
        return ""
    waiting = invitations_to(user, on).filter(answer_set=audit.answer_set).first()
    return reverse("surveys:survey", args=[waiting.pk]) if waiting else ""


def facts(audit: CaseAudit, today: date) -> list[Row]:
    """What the case register and the allocation say."""
    assignment, case = audit.assignment, audit.assignment.case
    words = words_of(audit)
    rows: list[Row] = []
    if case is not None:
        rows += [
            {"label": "Child’s reference", "value": case.child_ref},
            {"label": "Plan", "value": case.get_plan_type_display()},
            {"label": "Age", "value": case.get_age_band_display()},
            {"label": "Team", "value": str(case.unit) if case.unit else "No team is recorded"},
        ]
    rows.append(
        {"label": words["practitioner"].capitalize(), "value": str(assignment.worker or "Not recorded")}
    )
    held_by = getattr(audit, "holder_name", None) or "Vacant"
    rows.append({"label": "Auditor", "value": f"{held_by}\n{assignment.post}"})
    if assignment.due_on and audit.is_open:
        due = f"{uk_date(assignment.due_on)}\n{how_far(assignment, today)}"
        rule = record_due(activity_of(assignment))
        rows.append({"label": "Due", "value": f"{due}\n{rule}".rstrip()})
    if assignment.selection != Assignment.Selection.NONE:
        why = {"value": f"{assignment.get_selection_display()}: why this case", "url": why_url(assignment)}
        rows.append({"label": "How it was picked", **why})
    if audit.follow_up_of_id:
        words_for = f"An earlier audit of the same {words['practitioner']}’s work"
        rows.append({"label": "Follows up", "value": words_for})
    return rows


def problems_by_topic(audit: CaseAudit, problems: Sequence[Problem]) -> dict[str, list[tuple[str, str]]]:
    """What is missing, each with where it is put right, under the name of the page."""
    found: dict[str, list[tuple[str, str]]] = {}
    for problem in problems:
        found.setdefault(problem.topic, []).append((problem.message, problem_url(audit, problem)))
    return found


def problem_url(audit: CaseAudit, place: Problem | Place) -> str:
    """Where a problem is put right."""
    if place.part == ANSWERS:
        url = reverse("audits:section", args=[audit.pk, place.section])
    else:
        names = {ADVICE: "audits:advice", ACTIONS: "audits:actions"}
        url = reverse(names.get(place.part, "audits:judgement"), args=[audit.pk])
    return f"{url}#{place.anchor}" if place.anchor else url


# Judgement


@dataclass(frozen=True)
class Grading:
    """What helps to grade: the section grades, the suggestion, what the grades mean, what is unmet."""

    sections: list[Row]
    suggestion: Suggestion | None
    suggested_label: str
    descriptors: list[Option]
    unmet: list[str]


def grading_of(audit: CaseAudit, answers: Mapping[str, Answer]) -> Grading | None:
    """None for a tool that has no overall grade. No query when the answers are given."""
    definition = audit.answer_set.tool_version.definition
    if definition.scheme is None or not definition.overall_graded:
        return None
    scheme = definition.scheme.scheme
    grades = section_grades(audit.answer_set, answers)
    titles = {section.key: section.title for section in definition.sections}
    suggestion = suggest_overall(
        scheme,
        {titles[key]: grade for key, grade in grades.items()},
        rule=definition.overall_rule,
        limiting=[section.title for section in definition.sections if section.limiting],
    )
    texts = {question.key: question.text for question in definition.indicators}
    return Grading(
        sections=[
            {"label": titles[key], "value": scheme.grade(grade).label, "grade": grade}
            for key, grade in grades.items()
        ],
        suggestion=suggestion,
        suggested_label=scheme.grade(suggestion.grade).label if suggestion.grade else "",
        descriptors=[
            Option(grade.key, grade.label, definition.scheme.descriptors[grade.key])
            for grade in scheme.grades
        ],
        unmet=[texts[key] for key in unmet_indicators(definition, values_of(audit.answer_set, answers))],
    )


def grade_label(definition: ToolDefinition, key: str) -> str:
    """A grade in words; a key that the scheme does not have as it is."""
    if definition.scheme is None or not key:
        return ""
    labels = {grade.key: grade.label for grade in definition.scheme.scheme.grades}
    return labels.get(key, key)


# Reading


@dataclass(frozen=True)
class Reading:
    """An audit to read: as it stands, or as it was handed in. ``shown`` is None while it is open.

    ``signature`` is what is asked of the practitioner for the version that is shown.
    """

    shown: Submission | None
    versions: Sequence[Submission]
    sections: list[AnsweredSection]
    judgement: list[Row]
    moderations: list[Row]
    signature: Signature | None


def reading_of(audit: CaseAudit, version: int | None, *, reader: User) -> Reading | None:
    """A version as it was handed in, the newest without a number; None for a version that never was.

    While the audit was never handed in, it is read as it stands. What a moderator wrote to the auditor
    is not for the practitioner.
    """
    definition = audit.answer_set.tool_version.definition
    versions = list(audit.answer_set.submissions.select_related("submitted_by"))
    shown = next((one for one in versions if version in (None, one.revision)), None)
    if version is not None and shown is None:
        return None
    values, signature = values_of(audit.answer_set) if shown is None else {}, None
    judged = audit
    if shown is not None:
        shown.answer_set = audit.answer_set
        signature = signature_of(shown)
        values = signed_values(shown, signature)
        stood = audit.history.filter(history_change_reason=SUBMITTED, history_date=shown.submitted_at)
        judged = stood.first() or audit
    return Reading(
        shown=shown,
        versions=versions,
        sections=answered_sections(definition, values),
        judgement=_judgement_rows(audit, judged),
        moderations=_moderation_rows(audit, with_feedback=reader.pk != audit.assignment.worker_id),
        signature=signature,
    )


@dataclass(frozen=True)
class StandingAudit:
    """A running audit for whoever follows it: every question with its answer so far, and the judgement."""

    sections: list[AnsweredSection]
    judgement: list[Row]


def has_begun(audit: CaseAudit) -> bool:
    return audit.assignment.state != Assignment.State.ALLOCATED


def as_it_stands(audit: CaseAudit, answers: Mapping[str, Answer]) -> StandingAudit:
    """What is written now, also while an earlier version was handed in before."""
    definition = audit.answer_set.tool_version.definition
    values = values_of(audit.answer_set, answers)
    return StandingAudit(answered_sections(definition, values), _judgement_rows(audit, audit))


def _judgement_rows(audit: CaseAudit, judged: CaseAudit) -> list[Row]:
    definition = audit.answer_set.tool_version.definition
    practitioner = words_of(audit)["practitioner"]
    rows: list[Row] = [
        {"label": f"Did the {practitioner} take part?", "value": judged.get_worker_took_part_display()},
        {"label": "Why not in person", "value": judged.not_involved_reason},
        {"label": "Difference made for the child", "value": judged.impact},
        _grade_row("Overall grade", definition, judged.overall_grade),
        {"label": "Reason for the grade", "value": judged.grade_reason},
        {"label": "Reason despite unmet indicators", "value": judged.unmet_indicators_reason},
        _grade_row(f"The {practitioner}’s grade", definition, judged.worker_grade),
        {"label": f"The {practitioner}’s view", "value": judged.worker_view},
        {"label": "Agreement", "value": judged.get_agreement_display()},
    ]
    if audit.reflection_offered_on:
        offered = f"Offered on {uk_date(audit.reflection_offered_on)}\n{audit.reflection_outcome}"
        rows.append({"label": f"Discussion with the {practitioner}", "value": offered})
    rows.append({"label": f"The {practitioner}’s comment", "value": audit.worker_comment})
    advice = getattr(audit, "advice_request", None)
    if advice is not None and advice.advised_at:
        said = f"{advice.advice}\n{advice.advised_by}, {uk_date(advice.advised_at)}"
        rows.append({"label": "Advice on the grade", "value": said})
        rows.append(_grade_row("Advised grade", definition, advice.advised_grade))
    if audit.final_grade:
        rows.append(_grade_row("Final grade", definition, audit.final_grade))
        rows.append({"label": "How it was reached", "value": audit.final_grade_reached_by})
    return [row for row in rows if row["value"]]


def _grade_row(label: str, definition: ToolDefinition, key: str) -> Row:
    return {"label": label, "value": grade_label(definition, key), "grade": key}


def _moderation_rows(audit: CaseAudit, *, with_feedback: bool) -> list[Row]:
    definition = audit.answer_set.tool_version.definition
    rows: list[Row] = []
    for one in audit.moderations.filter(completed_at__isnull=False).select_related("moderator"):
        texts = (one.grade_reason, one.feedback) if with_feedback else (one.grade_reason,)
        label = f"{one.get_result_display()}, {short_date(one.completed_at)}"
        rows.append({"label": label, "value": "\n".join(filter(None, texts)) or "No comment"})
        if one.moderated_grade:
            rows.append(_grade_row("Moderated grade", definition, one.moderated_grade))
    return rows


def result_rows(
    audit: CaseAudit, moderation: Moderation | None = None, signature: Signature | None = None
) -> list[Row]:
    """What comes of an audit: before it is handed in to check, afterwards to read."""
    definition = audit.answer_set.tool_version.definition
    practitioner = words_of(audit)["practitioner"]
    advice = getattr(audit, "advice_request", None)
    rows = [
        _grade_row("Overall grade", definition, audit.overall_grade),
        _grade_row(f"The {practitioner}’s grade", definition, audit.worker_grade),
        _grade_row("Advised grade", definition, advice.advised_grade if advice else ""),
        {"label": "Difference made for the child", "value": audit.impact},
        _grade_row("Final grade", definition, audit.final_grade),
        {"label": "How it was reached", "value": audit.final_grade_reached_by if audit.final_grade else ""},
        {"label": "Moderation", "value": moderation.get_state_display() if moderation else ""},
        {"label": "Actions", "value": str(getattr(audit, "action_count", None) or "None")},
        *signature_rows(signature),
    ]
    return [row for row in rows if row["value"]]


def _plan_url(audit: CaseAudit, user: User, on: date) -> str:
    """The action plan, once it is issued and for those who may see it."""
    plan = audit.action_plan
    if plan.issued_at is None or not visible_plans(user, on).filter(pk=plan.pk).exists():
        return ""
    return reverse("actions:plan", args=[plan.pk])


def _last_moderation(audit: CaseAudit) -> Moderation | None:
    if audit.submitted_at is None:
        return None
    return audit.moderations.select_related("moderator").order_by("-opened_at", "-pk").first()


def sent_back(audit: CaseAudit, reader: User) -> SentBack | None:
    """None unless the audit is open again after a moderator sent it back."""
    return _sent_back(audit, _last_moderation(audit), reader)


def _sent_back(audit: CaseAudit, moderation: Moderation | None, reader: User) -> SentBack | None:
    if moderation is None or not audit.is_open or moderation.result != Moderation.Result.SENT_BACK:
        return None
    heading = f"Sent back by {moderation.moderator} on {uk_date(moderation.completed_at)}"
    is_worker = reader.pk == audit.assignment.worker_id
    return SentBack(heading, "The auditor was asked for more evidence." if is_worker else moderation.feedback)


def _meeting_panel(audit: CaseAudit, user: User, *, is_participant: bool) -> MeetingPanel:
    meeting = meeting_of(audit)
    stands = meeting is not None and meeting.state in MEETING_STANDS
    may_arrange = is_participant and audit.is_open
    proposed = meeting is not None and meeting.state == AuditMeeting.State.PROPOSED
    is_mine = meeting is not None and meeting.proposed_by_id == user.pk
    return MeetingPanel(
        meeting=meeting,
        rows=_meeting_rows(meeting) if meeting else [],
        is_participant=is_participant,
        stands=stands,
        may_arrange=may_arrange,
        # Before the start, accepting is the next step at the top of the page.
        may_accept=may_arrange and proposed and not is_mine and audit.auditor_id is not None,
    )


def _meeting_rows(meeting: AuditMeeting) -> list[Row]:
    """When and where, for the panel."""
    return [
        {"label": "When", "value": f"{uk_datetime(meeting.starts_at)}\n{meeting.minutes} minutes"},
        {"label": "Where", "value": meeting.place},
        {"label": "State", "value": meeting.get_state_display(), "status": meeting.state},
    ]


def _preparation_panel(audit: CaseAudit, *, is_worker: bool) -> PreparationPanel:
    asked = activity_of(audit.assignment).preparation
    rows = [{"label": one.label, "value": _since(audit.preparation.get(one.key))} for one in asked]
    return PreparationPanel(rows, PreparationForm(audit) if asked and is_worker and audit.is_open else None)


def _since(ready: dict[str, str] | None) -> str:
    if ready is None:
        return "Not yet"
    return f"{ready['name']}\n{uk_datetime(datetime.fromisoformat(ready['at']))}"
