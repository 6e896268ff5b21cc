"""What is still missing before an audit can be submitted, all at once and in words for the auditor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from audits.models import AdviceRequest, CaseAudit
from qaframework.actions.workflow import why_not_issued
from qaframework.allocation.workflow import activity_of
from qaframework.rules.grades import GradeScheme, indicators_need_reason
from qaframework.tools.asking import needed_actions
from qaframework.tools.definition import Question, QuestionType, ToolDefinition
from qaframework.tools.reading import missing_answers, values_of
from qaframework.tools.values import CHOICES

ANSWERS, JUDGEMENT, ACTIONS, ADVICE = "answers", "judgement", "actions", "advice"

# Questions that are drawn as a group of buttons; a link leads to the first of them.
GROUPS = CHOICES | {QuestionType.PICK_SEVERAL, QuestionType.SCALE, QuestionType.SIGN_OFF}


@dataclass(frozen=True)
class Problem:
    """One thing to put right. ``part`` is where: answers, judgement, actions or advice; ``topic`` says it.

    ``section`` is the section's key, ``anchor`` the id of the field on its page; both may be empty.
    """

    message: str
    part: str
    topic: str
    section: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Standing:
    """What an audit holds besides its own fields, read once for all checks."""

    values: Mapping[str, Any]
    advice: AdviceRequest | None
    action_count: int
    earliest_draft: date | None  # the first day on which an action that is not issued yet is due

    @classmethod
    def read(cls, audit: CaseAudit) -> "Standing":
        """As it stands in the database now, in four queries."""
        return cls(
            values=values_of(audit.answer_set),
            advice=AdviceRequest.objects.filter(audit=audit).first(),
            action_count=audit.action_plan.actions.count(),
            earliest_draft=audit.action_plan.earliest_draft(),
        )


def problems_before_submission(audit: CaseAudit, standing: Standing, on: date) -> list[Problem]:
    """All that is missing on a local date, in the order of the pages; empty when it can be submitted."""
    definition = audit.answer_set.tool_version.definition
    return [
        *_unanswered(definition, standing.values),
        *_about_the_worker(audit),
        *_about_the_grade(audit, definition, standing),
        *_about_the_actions(audit, definition, standing),
        *_about_their_days(standing, on),
    ]


def unmet_indicators(definition: ToolDefinition, values: Mapping[str, Any]) -> list[str]:
    """Keys of the indicators that are not fully met (BF-18); those that do not apply are met."""
    return [
        question.key for question in definition.indicators if values.get(question.key) in ("no", "partly")
    ]


def anchor_of(question: Question, answer_key: str) -> str:
    """The id of the control with which a question's answer begins."""
    if question.has_parts:
        return f"id_{answer_key}.{question.parts()[0][0]}"
    return f"id_{answer_key}_0" if question.type in GROUPS else f"id_{answer_key}"


def _unanswered(definition: ToolDefinition, values: Mapping[str, Any]) -> list[Problem]:
    return [
        Problem(
            f"“{question.text}” has no answer.",
            ANSWERS,
            section.title,
            section.key,
            anchor_of(question, answer_key),
        )
        for section, question, answer_key in missing_answers(definition, values)
    ]


def _judgement(message: str, field: str) -> Problem:
    return Problem(message, JUDGEMENT, "Judgement", anchor=f"id_{field}")


def _advice(message: str) -> Problem:
    return Problem(message, ADVICE, "Advice on the grade")


def _about_the_worker(audit: CaseAudit) -> list[Problem]:
    mode = activity_of(audit.assignment).mode
    Involvement = CaseAudit.Involvement
    if not audit.worker_took_part:
        text = f"Say whether the {practitioner_word(audit)} took part."
        return [_judgement(text, "worker_took_part_0")]
    explained = bool(audit.not_involved_reason.strip())
    if audit.worker_took_part == Involvement.NO and not explained:
        text = f"Say why the {practitioner_word(audit)} did not take part."
        return [_judgement(text, "not_involved_reason")]
    if mode == "in_person" and audit.worker_took_part == Involvement.BY_CALL and not explained:
        text = "This is meant to be held in person. Say why it was held by call."
        return [_judgement(text, "not_involved_reason")]
    return []


def _about_the_grade(audit: CaseAudit, definition: ToolDefinition, standing: Standing) -> list[Problem]:
    problems = []
    if not audit.impact.strip():
        problems.append(_judgement("Describe the difference the work has made for the child.", "impact"))
    if not definition.overall_graded:
        return problems
    if not audit.overall_grade:
        problems.append(_judgement("Choose the overall grade.", "overall_grade_0"))
    if not audit.grade_reason.strip():
        problems.append(_judgement("Give the reason for the overall grade.", "grade_reason"))
    return [
        *problems,
        *_about_the_indicators(audit, definition, standing),
        *_about_the_agreement(audit, standing.advice),
    ]


def _about_the_indicators(audit: CaseAudit, definition: ToolDefinition, standing: Standing) -> list[Problem]:
    if not audit.overall_grade:
        return []
    scheme = _scheme(audit)
    unmet = unmet_indicators(definition, standing.values)
    has_reason = bool(audit.unmet_indicators_reason.strip())
    if indicators_need_reason(scheme, audit.overall_grade, unmet) and not has_reason:
        label = scheme.grade(audit.overall_grade).label
        how_many = f"{len(unmet)} of the expected indicators {'is' if len(unmet) == 1 else 'are'}"
        text = f"{how_many} not fully met. Say why the grade is still “{label}”."
        return [_judgement(text, "unmet_indicators_reason")]
    return []


def _about_the_agreement(audit: CaseAudit, advice: AdviceRequest | None) -> list[Problem]:
    if audit.worker_took_part == CaseAudit.Involvement.NO:
        return []
    problems = []
    if not audit.worker_grade:
        text = f"Record how the {practitioner_word(audit)} would grade the work."
        problems.append(_judgement(text, "worker_grade_0"))
    if not audit.agreement:
        problems.append(_judgement("Say whether you both agree on the grade.", "agreement_0"))
    if problems or not audit.overall_grade:
        return problems
    if audit.agreement == CaseAudit.Agreement.AGREED:
        if audit.worker_grade == audit.overall_grade:
            return []
        text = "You say that you agree, but the two grades differ. Change one, or say that you do not agree."
        return [_judgement(text, "agreement_0")]
    if advice is None:
        return [_advice("You do not agree on the grade. Ask the quality assurance team for advice.")]
    if advice.advised_at is None:
        return [_advice("Wait for the advice of the quality assurance team.")]
    return []


def _about_the_actions(audit: CaseAudit, definition: ToolDefinition, standing: Standing) -> list[Problem]:
    if standing.action_count:
        return []
    if asked := needed_actions(definition, standing.values):
        return [Problem(f"“{one.text}” needs at least one action.", ACTIONS, "Actions") for one in asked]
    if not definition.overall_graded or not audit.overall_grade:
        return []
    scheme = _scheme(audit)
    if scheme.is_good_or_better(audit.overall_grade):
        return []
    label = scheme.grade(audit.overall_grade).label
    return [Problem(f"An audit graded “{label}” needs at least one action.", ACTIONS, "Actions")]


def _about_their_days(standing: Standing, on: date) -> list[Problem]:
    reason = why_not_issued(standing.earliest_draft, on)
    return [Problem(reason, ACTIONS, "Actions")] if reason else []


def practitioner_word(audit: CaseAudit) -> str:
    """What this authority calls them, for the middle of a sentence."""
    label = audit.assignment.framework_version.pack.label("practitioner")
    return label[:1].lower() + label[1:]


def _scheme(audit: CaseAudit) -> GradeScheme:
    definition = audit.answer_set.tool_version.definition
    assert definition.scheme is not None
    return definition.scheme.scheme
