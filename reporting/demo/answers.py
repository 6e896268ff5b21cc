"""What auditors of the demonstration answer: a handful of sentences, varied by chance, fitting the grade."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from qaframework.rules.grades import GradeScheme
from qaframework.tools.asking import asked_values
from qaframework.tools.conditions import is_blank
from qaframework.tools.definition import ROW_REFERENCE, Question, QuestionType, ToolDefinition, row_key

STRONG, WEAK, WORST = "strong", "weak", "worst"
LEFT_OUT = 0.4
YES_SHARE = {STRONG: 0.9, WEAK: 0.45}
SHORT_TEXT = 120
CHILDREN = 2  # words.yaml has sentences about as many children, by turns


@cache
def words() -> Mapping[str, Any]:
    """All sentences of the demonstration, by use."""
    return yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))


def tone_of(scheme: GradeScheme, grade: str) -> str:
    """strong, weak or worst: which sentences fit the grade."""
    if scheme.is_good_or_better(grade):
        return STRONG
    return WORST if grade == scheme.worst.key else WEAK


def some(chance: Random, use: str, tone: str = "") -> Any:
    """One of the sentences for a use; where there are several tones, of that tone or the next milder."""
    found = words()[use]
    if isinstance(found, dict):
        found = found.get(tone) or found[WEAK]
    return chance.choice(found)


def section_grades(
    chance: Random, definition: ToolDefinition, scheme: GradeScheme, overall: str
) -> dict[str, str]:
    """A grade for each graded section, mostly the overall one and never far from it."""
    grades = {}
    for section in definition.sections:
        if section.graded:
            rank = scheme.rank(overall) + chance.choice((0, 0, 0, 0, 1, -1))
            grades[section.grade_key] = scheme.grades[min(max(rank, 1), len(scheme.grades)) - 1].key
    return grades


def answers(
    chance: Random, definition: ToolDefinition, tone: str, on: date, references: list[str]
) -> dict[str, Any]:
    """An answer to every question that needs one and to some of the others, but no section grades.

    ``references`` are the children or records of a tool with rows.
    """
    tone = WEAK if tone == WORST else tone
    child = chance.randrange(CHILDREN)
    if definition.rows is not None:
        return _rows(chance, definition, tone, on, references, child)
    values = {}
    for section in definition.sections:
        for question in section.questions:
            if question.type is QuestionType.SIGN_OFF:
                continue  # signing.py has them
            if question.required or question.required_if or chance.random() > LEFT_OUT:
                values[question.key] = _answer(chance, question, tone, on, child)
    return asked_values(definition, {key: value for key, value in values.items() if not is_blank(value)})


def _rows(
    chance: Random, definition: ToolDefinition, tone: str, on: date, references: list[str], child: int
) -> dict[str, Any]:
    values = {}
    for row, reference in enumerate(references, 1):
        values[row_key(ROW_REFERENCE, row)] = reference
        for section in definition.sections:
            for question in section.questions:
                if question.required:
                    values[row_key(question.key, row)] = _answer(chance, question, tone, on, child)
    return asked_values(definition, values)


def _sentences(question: Question, tone: str, child: int, otherwise: str) -> list[Any]:
    """What may be said to a question about one child, so that no audit speaks of two."""
    bank = words()[tone]
    about = bank.get(question.key, [])
    return about[child::CHILDREN] or about or bank[otherwise]


def _answer(chance: Random, question: Question, tone: str, on: date, child: int) -> Any:
    match question.type:
        case QuestionType.YES_NO | QuestionType.YES_NO_NA | QuestionType.YES_PARTLY_NO_NA:
            return _yes_or_no(chance, question, tone)
        case QuestionType.THREE_BOXES:
            texts = chance.choice(_sentences(question, tone, child, "other_boxes"))
            return dict(zip(("well", "worried", "needs"), texts, strict=True))
        case QuestionType.LONG_TEXT:
            return chance.choice(_sentences(question, tone, child, "other"))
        case QuestionType.SHORT_TEXT:
            return chance.choice(_sentences(question, tone, child, "other_short"))
        case QuestionType.DATE:
            return on.isoformat()
        case QuestionType.PICK_ONE | QuestionType.GRADE:
            return chance.choice(question.option_keys[:3])
        case QuestionType.PICK_SEVERAL:
            return sorted(chance.sample(question.option_keys, min(2, len(question.option_keys))))
        case QuestionType.PERSON | QuestionType.SIGN_OFF | QuestionType.ACTIONS:
            return ""
        case QuestionType.ROWS:
            row = ((column, _answer(chance, column, tone, on, child)) for column in question.columns)
            return {f"1.{column.key}": value for column, value in row}
        case QuestionType.NUMBER | QuestionType.SCALE:
            lowest, highest = int(question.minimum or 0), int(question.maximum or 10)
            return chance.randint((lowest + highest) // 2 if tone == STRONG else lowest, highest)


def _yes_or_no(chance: Random, question: Question, tone: str) -> str:
    if chance.random() < YES_SHARE[tone]:
        return "yes"
    return chance.choice([key for key in question.option_keys if key != "yes"])
