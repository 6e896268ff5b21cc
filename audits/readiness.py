"""What is still missing before an audit can be submitted, all at once and in words for the auditor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audits.models import AdviceRequest, CaseAudit
from qaframework.allocation.workflow import activity_of
from qaframework.rules.grades import GradeScheme, indicators_need_reason
from qaframework.tools.definition import ToolDefinition
from qaframework.tools.reading import missing_answers, values_of

ANSWERS, JUDGEMENT, ACTIONS, ADVICE = "answers", "judgement", "actions", "advice"


@dataclass(frozen=True)
class Problem:
    """One thing to put right. ``part`` is where: answers, judgement, actions or advice."""

    message: str
    part: str
    section: str = ""
    anchor: str = ""


def problems_before_submission(audit: CaseAudit) -> list[Problem]:
    """Everything that is missing, in the order of the pages; empty when the audit can be submitted."""
    definition = audit.answer_set.tool_version.definition
    values = values_of(audit.answer_set)
    return [
        *_unanswered(definition, values),
        *_about_the_worker(audit),
        *_about_the_grade(audit, definition, values),
        *_about_the_actions(audit, definition),
    ]


def unmet_indicators(definition: ToolDefinition, values: Mapping[str, Any]) -> list[str]:
    """Keys of the indicators that are not fully met (BF-18); those that do not apply are met."""
    return [
        question.key for question in definition.indicators if values.get(question.key) in ("no", "partly")
    ]


def _unanswered(definition: ToolDefinition, values: Mapping[str, Any]) -> list[Problem]:
    return [
        Problem(
            f"{section.title}: “{question.text}” has no answer.", ANSWERS, section.key, f"id_{answer_key}"
        )
        for section, question, answer_key in missing_answers(definition, values)
    ]


def _about_the_worker(audit: CaseAudit) -> list[Problem]:
    mode = activity_of(audit.assignment).mode
    Involvement = CaseAudit.Involvement
    if not audit.worker_took_part:
        return [Problem("Say whether the practitioner took part.", JUDGEMENT)]
    explained = bool(audit.not_involved_reason.strip())
    if audit.worker_took_part == Involvement.NO and not explained:
        return [Problem("Say why the practitioner did not take part.", JUDGEMENT)]
    if mode == "in_person" and audit.worker_took_part == Involvement.BY_CALL and not explained:
        return [Problem("This is meant to be held in person. Say why it was held by call.", JUDGEMENT)]
    return []


def _about_the_grade(
    audit: CaseAudit, definition: ToolDefinition, values: Mapping[str, Any]
) -> list[Problem]:
    problems = []
    if not audit.impact.strip():
        problems.append(Problem("Describe the difference the work has made for the child.", JUDGEMENT))
    if not definition.overall_graded:
        return problems
    if not audit.overall_grade:
        return [*problems, Problem("Choose the overall grade.", JUDGEMENT)]
    if not audit.grade_reason.strip():
        problems.append(Problem("Give the reason for the overall grade.", JUDGEMENT))
    problems += _about_the_agreement(audit)
    scheme = _scheme(audit)
    unmet = unmet_indicators(definition, values)
    has_reason = bool(audit.unmet_indicators_reason.strip())
    if indicators_need_reason(scheme, audit.overall_grade, unmet) and not has_reason:
        label = scheme.grade(audit.overall_grade).label
        problems.append(
            Problem(
                f"{len(unmet)} of the expected indicators are not met. Say why the grade is still “{label}”.",
                JUDGEMENT,
            )
        )
    return problems


def _about_the_agreement(audit: CaseAudit) -> list[Problem]:
    if audit.worker_took_part == CaseAudit.Involvement.NO:
        return []
    if not audit.agreement or not audit.worker_grade:
        return [Problem("Record the practitioner's view of the grade and whether you agree.", JUDGEMENT)]
    if audit.agreement == CaseAudit.Agreement.AGREED:
        return []
    advice = AdviceRequest.objects.filter(audit=audit).first()
    if advice is None:
        return [Problem("You do not agree on the grade. Ask the quality assurance team for advice.", ADVICE)]
    if advice.advised_at is None:
        return [Problem("Wait for the advice of the quality assurance team.", ADVICE)]
    return []


def _about_the_actions(audit: CaseAudit, definition: ToolDefinition) -> list[Problem]:
    if not definition.overall_graded or not audit.overall_grade:
        return []
    scheme = _scheme(audit)
    if scheme.is_good_or_better(audit.overall_grade) or audit.action_plan.actions.exists():
        return []
    label = scheme.grade(audit.overall_grade).label
    return [Problem(f"An audit graded “{label}” needs at least one action.", ACTIONS)]


def _scheme(audit: CaseAudit) -> GradeScheme:
    definition = audit.answer_set.tool_version.definition
    assert definition.scheme is not None
    return definition.scheme.scheme
