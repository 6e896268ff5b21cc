"""What the answers of a dip sample add up to: per question, how many children it is so for (LAN-12)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qaframework.rules.statistics import Share, share
from qaframework.tools.definition import Question, QuestionType, ToolDefinition, split_row_key

COUNTED = (QuestionType.YES_NO, QuestionType.YES_NO_NA, QuestionType.YES_PARTLY_NO_NA)


@dataclass(frozen=True)
class QuestionResult:
    """``met`` is the share of plain yes among the children to whom the question applies."""

    question: Question
    yes: int
    partly: int
    no: int
    not_applicable: int
    met: Share


def results(definition: ToolDefinition, values: Mapping[str, Any]) -> list[QuestionResult]:
    """One for each question that is answered by yes or no, over all rows, in the order of the tool."""
    return [
        _result(question, values)
        for section in definition.sections
        for question in section.questions
        if question.type in COUNTED
    ]


@dataclass(frozen=True)
class ChoiceResult:
    """In how many rows one of a question's options was chosen."""

    question: Question
    label: str
    number: int


def choices(definition: ToolDefinition, values: Mapping[str, Any]) -> list[ChoiceResult]:
    """One for each option of each question with options of its own, over all rows, in the order of the tool
    (SAN-37)."""
    return [
        ChoiceResult(question, option.label, given[option.key])
        for section in definition.sections
        for question in section.questions
        if question.type is QuestionType.PICK_ONE
        for given in [_given(question, values)]
        for option in question.options
    ]


def _given(question: Question, values: Mapping[str, Any]) -> Counter[Any]:
    """How often each answer was given, over all rows."""
    return Counter(value for key, value in values.items() if split_row_key(key)[0] == question.key)


def _result(question: Question, values: Mapping[str, Any]) -> QuestionResult:
    given = _given(question, values)
    yes, partly, no = given["yes"], given["partly"], given["no"]
    return QuestionResult(question, yes, partly, no, given["na"], share(yes, yes + partly + no))
