"""Reading answers: how far each section is, the grades, and answers in words."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from qaframework.tools.asking import asked_values, is_asked, must_be_answered
from qaframework.tools.conditions import is_blank
from qaframework.tools.definition import (
    ROW_REFERENCE,
    Question,
    QuestionType,
    Section,
    ToolDefinition,
    row_key,
    split_row_key,
)
from qaframework.tools.models import Answer, AnswerSet, Signature, Submission, ToolVersion
from qaframework.tools.values import text_of

Answers = Mapping[str, Answer]
NOT_SIGNED = "Not signed yet"


@dataclass(frozen=True)
class SectionProgress:
    """``answered`` of ``required`` answers are there; answers that may be left out do not count."""

    section: Section
    answered: int
    required: int

    @property
    def is_complete(self) -> bool:
        return self.answered >= self.required


@dataclass(frozen=True)
class AnsweredQuestion:
    """A question with its answer in words. ``grade`` is the key when the answer is a grade."""

    question: Question
    text: str
    grade: str = ""


@dataclass(frozen=True)
class AnsweredSection:
    """A section for reading. ``rows`` holds, for each row of a tool with rows, its reference and answers."""

    section: Section
    answers: list[AnsweredQuestion]
    rows: list[tuple[str, list[AnsweredQuestion]]]


def answers_of(answer_set: AnswerSet) -> dict[str, Answer]:
    """All answers by key, emptied ones too. One query."""
    return {answer.question_key: answer for answer in answer_set.answers.all()}


def given_values(answer_set: AnswerSet, answers: Answers | None = None) -> dict[str, Any]:
    """The values that were given, by key, without emptied answers. No query when ``answers`` is given."""
    given = answers_of(answer_set) if answers is None else answers
    return {key: answer.value for key, answer in given.items() if not is_blank(answer.value)}


def values_of(answer_set: AnswerSet, answers: Answers | None = None) -> dict[str, Any]:
    """The values that count: those given, without answers to questions that are not asked any more."""
    return asked_values(answer_set.tool_version.definition, given_values(answer_set, answers))


def signature_of(submission: Submission) -> Signature | None:
    """The signature that is asked of the person whom the work is about. A query only where the tool asks."""
    if submission.answer_set.tool_version.definition.signed_by_worker is None:
        return None
    return Signature.objects.filter(submission=submission).select_related("signer").first()


def present_signature(answer_set: AnswerSet) -> Signature | None:
    """The same of what is handed in now; None while it is open. One query where the tool asks."""
    if not answer_set.is_locked or answer_set.tool_version.definition.signed_by_worker is None:
        return None
    asked = Signature.objects.filter(
        submission__answer_set=answer_set, submission__revision=answer_set.revision
    )
    return asked.select_related("signer").first()


def latest_signature(answer_set: AnswerSet) -> Signature | None:
    """The last one that was given for any version of the answers that was handed in."""
    given = Signature.objects.filter(submission__answer_set=answer_set, signed_at__isnull=False)
    return given.select_related("signer").order_by("-signed_at").first()


def signed_values(submission: Submission, signature: Signature | None) -> dict[str, Any]:
    """What was handed in, and the signature of the person whom it is about."""
    return {**submission.answers, **({signature.question_key: signature.value} if signature else {})}


def progress(answer_set: AnswerSet, answers: Answers | None = None) -> list[SectionProgress]:
    """How far each section is; what rows are about counts where people say it. No query when ``answers`` is
    given."""
    definition = answer_set.tool_version.definition
    values = values_of(answer_set, answers)
    found = []
    for section in definition.sections:
        required = required_keys(definition, section, values)
        if answer_set.given_rows is not None:
            required = [key for key in required if split_row_key(key)[0] != ROW_REFERENCE]
        found.append(SectionProgress(section, sum(key in values for key in required), len(required)))
    return found


def missing_answers(
    definition: ToolDefinition, values: Mapping[str, Any]
) -> list[tuple[Section, Question, str]]:
    """Section, question and answer key of all that must be answered before the answers can be handed in."""
    return [
        (section, definition.question(key), key)
        for section in definition.sections
        for key in required_keys(definition, section, values)
        if key not in values
    ]


def section_grades(answer_set: AnswerSet, answers: Answers | None = None) -> dict[str, str]:
    """The grade of each section that has one, by section key.

    "Not enough evidence" and "not applicable" are no grades and are left out.
    """
    definition = answer_set.tool_version.definition
    if definition.scheme is None:
        return {}
    grades = {grade.key for grade in definition.scheme.scheme.grades}
    values = values_of(answer_set, answers)
    return {
        section.key: values[section.grade_key]
        for section in definition.sections
        if section.graded and values.get(section.grade_key) in grades
    }


def rows_in_use(definition: ToolDefinition, values: Mapping[str, Any]) -> list[int]:
    """The rows in which anything is answered, in order."""
    if definition.rows is None:
        return []
    return sorted({split_row_key(key)[1] for key in values} - {0})


def rows_without_response(definition: ToolDefinition, values: Mapping[str, Any]) -> list[int]:
    """Of a survey, the rows of those who were asked and gave no answer, in order."""
    if definition.rows is None or not definition.rows.response:
        return []
    given = {
        row: values.get(row_key(definition.rows.response, row)) for row in rows_in_use(definition, values)
    }
    return [row for row, came in given.items() if came and came not in definition.rows.responses]


def repeated_rows(definition: ToolDefinition, values: Mapping[str, Any]) -> list[tuple[str, int]]:
    """For each row that is about the same as an earlier one: what is wrong, and the row."""
    first_row: dict[str, int] = {}
    found = []
    for row in rows_in_use(definition, values):
        reference = values.get(row_key(ROW_REFERENCE, row), "").strip()
        first = first_row.setdefault(reference.casefold(), row)
        if reference and first != row:
            found.append(
                (f"{reference} stands in rows {first} and {row}. Each counts once: give another one.", row)
            )
    return found


def row_count(definition: ToolDefinition, values: Mapping[str, Any]) -> int:
    """How many rows a page shows: up to the last one in use, and never fewer than the tool's least number."""
    if definition.rows is None:
        return 0
    return max([definition.rows.minimum, *rows_in_use(definition, values)])


def required_keys(definition: ToolDefinition, section: Section, values: Mapping[str, Any]) -> list[str]:
    """The keys of a section that need an answer.

    Of a tool with rows: those of the rows in use, and of as many empty ones as its least number needs.
    """
    if definition.rows is None:
        keys = _required(section, values)
    else:
        unanswered = set(rows_without_response(definition, values))
        rows = _rows_needed(definition.rows.minimum, rows_in_use(definition, values))
        first = [ROW_REFERENCE] if section is definition.sections[0] else []
        keys = []
        for row in rows:
            needed = _required(section, values, row)
            if row in unanswered:
                needed = [key for key in needed if key == definition.rows.response]
            keys += [row_key(key, row) for key in first + needed]
    return keys + ([section.grade_key] if section.graded else [])


def _required(section: Section, values: Mapping[str, Any], row: int = 0) -> list[str]:
    return [question.key for question in section.questions if must_be_answered(question, values, row)]


def _rows_needed(minimum: int, in_use: list[int]) -> list[int]:
    empty = [row for row in range(1, minimum + len(in_use) + 1) if row not in in_use]
    return sorted(in_use + empty[: max(0, minimum - len(in_use))])


def answered_sections(definition: ToolDefinition, values: Mapping[str, Any]) -> list[AnsweredSection]:
    """All sections with their answers in words, for a page that is only read, such as a submission."""
    found = []
    for section in definition.sections:
        questions = [] if definition.rows else [one for one in section.questions if _is_read(one, values)]
        answers = [_answered(question, values.get(question.key)) for question in questions]
        if section.graded:
            answers.append(_answered(definition.question(section.grade_key), values.get(section.grade_key)))
        found.append(AnsweredSection(section, answers, _answered_rows(definition, section, values)))
    return found


def _is_read(question: Question, values: Mapping[str, Any]) -> bool:
    """Actions stand in a list of their own."""
    return question.type is not QuestionType.ACTIONS and is_asked(question, values)


def _answered_rows(
    definition: ToolDefinition, section: Section, values: Mapping[str, Any]
) -> list[tuple[str, list[AnsweredQuestion]]]:
    if definition.rows is None:
        return []
    return [
        (
            values.get(row_key(ROW_REFERENCE, row)) or definition.rows.title(row),
            [_answered(question, values.get(row_key(question.key, row))) for question in section.questions],
        )
        for row in rows_in_use(definition, values)
    ]


def _answered(question: Question, value: Any) -> AnsweredQuestion:
    if question.type is QuestionType.SIGN_OFF and is_blank(value):
        return AnsweredQuestion(question, NOT_SIGNED)
    is_grade = question.type is QuestionType.GRADE and not is_blank(value)
    return AnsweredQuestion(question, text_of(question, value), value if is_grade else "")


# Rows of different answer sets are told apart by their numbers; none has as many.
MOST_ROWS = 1000


@dataclass(frozen=True)
class AnsweredTogether:
    """What several answer sets on one tool say.

    ``values`` is keyed as in one answer set that has the rows of all of them. ``tool_version`` is the newest
    of the versions that they are on.
    """

    tool_version: ToolVersion
    answer_sets: int
    values: dict[str, Any]


def answered_together(
    answer_sets: QuerySet[AnswerSet], *, without: Collection[str] = ()
) -> list[AnsweredTogether]:
    """All answers of the answer sets, for each tool that they are on. Three queries.

    Answers on several versions of a tool count together by the keys of their questions. Rows about one of the
    references ``without`` are left out.
    """
    tool_of = dict(answer_sets.order_by("pk").values_list("pk", "tool_version"))
    place_of = {pk: place for place, pk in enumerate(tool_of)}
    given = list(
        Answer.objects.filter(answer_set__in=place_of).values_list("answer_set", "question_key", "value")
    )
    left_out = {
        (pk, split_row_key(key)[1])
        for pk, key, value in given
        if split_row_key(key)[0] == ROW_REFERENCE and value in without
    }
    values: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for pk, key, value in given:
        question, row = split_row_key(key)
        if (pk, row) not in left_out:
            values[tool_of[pk]][row_key(question, place_of[pk] * MOST_ROWS + row)] = value
    used = Counter(tool_of.values())
    together: dict[int, AnsweredTogether] = {}
    for version in ToolVersion.objects.filter(pk__in=used).order_by("tool", "number"):
        older = together.get(version.tool_id)
        asked = asked_values(version.definition, values[version.pk])
        together[version.tool_id] = AnsweredTogether(
            version,
            used[version.pk] + (older.answer_sets if older else 0),
            (older.values if older else {}) | asked,
        )
    return list(together.values())
