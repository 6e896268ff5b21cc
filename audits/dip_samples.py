"""What the answers of a dip sample add up to: per question, how many children it is so for (LAN-12)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qaframework.rules.statistics import Share, share
from qaframework.tools.definition import Question, QuestionType, ToolDefinition, row_key, split_row_key
from qaframework.tools.reading import rows_in_use, rows_without_response

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
    """One for each question that is answered by yes or no, over all rows, in the order of the tool.

    Of a survey, over the rows of those who answered.
    """
    silent = set(rows_without_response(definition, values))
    answered = {key: value for key, value in values.items() if split_row_key(key)[1] not in silent}
    return [
        _result(question, answered)
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


@dataclass(frozen=True)
class Response:
    """Who of those asked answered, and of the others, how often each thing came of it instead."""

    answered: Share
    instead: list[tuple[str, int]]

    @property
    def in_words(self) -> str:
        """For instance “Answered: 12 of 20 (60%). Counted apart: Declined: 2, No answer: 6.”"""
        apart = ", ".join(f"{label}: {number}" for label, number in self.instead)
        return f"Answered: {self.answered.in_words}." + (f" Counted apart: {apart}." if apart else "")


def response(definition: ToolDefinition, values: Mapping[str, Any]) -> Response | None:
    """The response rate of a survey, with its n; None of other work (RBWM-07)."""
    if definition.rows is None or not definition.rows.response:
        return None
    asked, silent = rows_in_use(definition, values), rows_without_response(definition, values)
    question = definition.question(row_key(definition.rows.response, 1))
    came = Counter(values[row_key(question.key, row)] for row in silent)
    instead = [(option.label, came[option.key]) for option in question.options if came[option.key]]
    return Response(share(len(asked) - len(silent), len(asked)), instead)


def _given(question: Question, values: Mapping[str, Any]) -> Counter[Any]:
    """How often each answer was given, over all rows."""
    return Counter(value for key, value in values.items() if split_row_key(key)[0] == question.key)


def _result(question: Question, values: Mapping[str, Any]) -> QuestionResult:
    given = _given(question, values)
    yes, partly, no = given["yes"], given["partly"], given["no"]
    return QuestionResult(question, yes, partly, no, given["na"], share(yes, yes + partly + no))
