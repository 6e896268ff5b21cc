"""Which questions of a form are asked and which must be answered, as its answers stand."""

from collections.abc import Iterable, Mapping
from typing import Any

from qaframework.tools.conditions import Condition
from qaframework.tools.definition import Question, QuestionType, ToolDefinition, row_key, split_row_key

Values = Mapping[str, Any]


def is_asked(question: Question, values: Values, row: int = 0) -> bool:
    """Whether all its conditions hold; in a tool with rows they look at answers of the same ``row``.

    ``values`` are without answers to questions that are not asked themselves (``asked_values``).
    """
    return _hold(question.shown_if, values, row)


def must_be_answered(question: Question, values: Values, row: int = 0) -> bool:
    """Whether the form cannot be handed in without its answer; what is settled elsewhere is no answer."""
    if question.is_settled_elsewhere or not is_asked(question, values, row):
        return False
    return question.required or (bool(question.required_if) and _hold(question.required_if, values, row))


def needed_actions(definition: ToolDefinition, values: Values) -> list[Question]:
    """The questions that are to be answered with at least one action."""
    asked = [question for section in definition.sections for question in section.questions]
    actions = [question for question in asked if question.type is QuestionType.ACTIONS]
    return [question for question in actions if question.required and is_asked(question, values)]


def asked_values(definition: ToolDefinition, values: Values) -> dict[str, Any]:
    """The answers without those to questions that earlier answers have made needless."""
    asked = dict(values)
    rows = sorted({split_row_key(key)[1] for key in values} - {0}) if definition.rows else [0]
    for question in definition.conditional_questions:
        for row in rows:
            if not is_asked(question, asked, row):
                asked.pop(answer_key(question.key, row), None)
    return asked


def answer_key(question_key: str, row: int) -> str:
    """The key of an answer; ``row`` is 0 in a tool without rows."""
    return row_key(question_key, row) if row else question_key


def _hold(conditions: Iterable[Condition], values: Values, row: int) -> bool:
    return all(one.holds(values.get(answer_key(one.question, row))) for one in conditions)
