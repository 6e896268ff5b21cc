"""An audit on paper, for those who write by hand while they talk (BF-04)."""

from django import forms

from audits.forms import JudgementForm
from audits.models import CaseAudit
from audits.pages import words_of
from qaframework.allocation.wording import activity_label
from qaframework.allocation.workflow import activity_of
from qaframework.people.templatetags.page import uk_date
from qaframework.rules.periods import Month
from qaframework.tools.definition import Option, Question, QuestionType, ToolDefinition
from qaframework.tools.paper import Paper, PaperSection, on_paper, paper_of

ACTIONS = Question("actions", "What follows from what you found?", QuestionType.ACTIONS)
# What the page of the judgement says around a question, and not in it.
HINTS = {"unmet_indicators_reason": "Only if one of the essentials is not fully met."}


def paper_of_audit(audit: CaseAudit) -> Paper:
    """Its questions, the judgement and the actions, to write on; nothing of what was answered. No query,
    given an audit from access."""
    definition = audit.answer_set.tool_version.definition
    return paper_of(
        definition,
        title=activity_label(audit.assignment),
        facts=_facts(audit),
        more=[_judgement(audit, definition), *_actions(definition)],
    )


def _facts(audit: CaseAudit) -> list[tuple[str, str]]:
    """Whose audit it is, by the case's reference and never by a child's name."""
    assignment = audit.assignment
    facts = [
        ("Case", assignment.case.child_ref if assignment.case else ""),
        ("Month", Month.parse(assignment.period).label),
        ("Auditor", getattr(audit, "holder_name", None) or ""),
        (words_of(audit)["practitioner"].capitalize(), str(assignment.worker or "")),
        ("Due", uk_date(assignment.due_on)),
    ]
    return [*facts, ("Audited on", "")]


def _judgement(audit: CaseAudit, definition: ToolDefinition) -> PaperSection:
    form = JudgementForm(
        audit,
        practitioner=words_of(audit)["practitioner"],
        in_person=activity_of(audit.assignment).mode == "in_person",
        has_unmet_indicators=bool(definition.indicators),
    )
    questions = [_question(name, field) for name, field in form.fields.items()]
    return PaperSection("Judge together", tuple(on_paper(one, definition.question) for one in questions))


def _question(name: str, field: forms.Field) -> Question:
    options = tuple(Option(key, str(label)) for key, label in getattr(field, "choices", ()))
    kind = QuestionType.PICK_ONE if options else QuestionType.LONG_TEXT
    hint = HINTS.get(name) or str(field.help_text)
    return Question(name, str(field.label), kind, hint=hint, options=options)


def _actions(definition: ToolDefinition) -> list[PaperSection]:
    """Nothing where a question of the tool asks for them already."""
    asked = {question.type for section in definition.sections for question in section.questions}
    if QuestionType.ACTIONS in asked:
        return []
    return [PaperSection("Agree the actions", (on_paper(ACTIONS, definition.question),))]
