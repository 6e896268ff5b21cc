"""An audit tool as typed objects: its sections, questions and the guidance beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from qaframework.packs.definition import PackGradeScheme, Standard, grade_scheme_from, standard_from
from qaframework.packs.definition.answers import FIXED_ANSWERS, NO_GRADE
from qaframework.rules.grades import OverallRule
from qaframework.tools.conditions import Condition, conditions_from

Json = Mapping[str, Any]

GRADE_PREFIX = "grade__"
ROW_REFERENCE = "row_ref"
INDICATORS = "indicators"
MOST_ROWS = 20
OWNER, WORKER = "owner", "worker"


class QuestionType(StrEnum):
    YES_NO = "yes_no"
    YES_NO_NA = "yes_no_na"
    YES_PARTLY_NO_NA = "yes_partly_no_na"
    GRADE = "grade"
    SCALE = "scale"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    THREE_BOXES = "three_boxes"
    DATE = "date"
    NUMBER = "number"
    PICK_ONE = "pick_one"
    PICK_SEVERAL = "pick_several"
    PERSON = "person"
    ROWS = "rows"
    SIGN_OFF = "sign_off"
    ACTIONS = "actions"


@dataclass(frozen=True)
class Option:
    """``descriptor`` says what a grade means; other options have none."""

    key: str
    label: str
    descriptor: str = ""


_FIXED_OPTIONS = {
    QuestionType(kind): tuple(Option(*answer) for answer in answers)
    for kind, answers in FIXED_ANSWERS.items()
}
THREE_BOXES = (
    Option("well", "What is working well?"),
    Option("worried", "What are we worried about?"),
    Option("needs", "What needs to happen?"),
)


@dataclass(frozen=True)
class Question:
    """One question. ``minimum`` and ``maximum`` bound numbers and scales, None is no bound; ``maximum`` also
    bounds how many rows are answered. ``columns`` are what is asked in each row. A sign-off that is signed
    ``by`` the worker is no answer: the person whom the work is about signs it once it is handed in.

    ``standards`` are the standards of practice that it looks at. ``gathers`` names the list into which its
    answers are gathered (RBWM-14, BF-20), empty for none, and ``themes`` are the topics that it is about. It
    is asked when all of ``shown_if`` hold,
    and must then be answered when it is ``required``, or when there are ``required_if`` and all of them hold.
    """

    key: str
    text: str
    type: QuestionType
    required: bool = False
    hint: str = ""
    prompts: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    anchors: tuple[tuple[int, str], ...] = ()
    standards: tuple[Standard, ...] = ()
    gathers: str = ""
    themes: tuple[str, ...] = ()
    shown_if: tuple[Condition, ...] = ()
    required_if: tuple[Condition, ...] = ()
    columns: tuple["Question", ...] = ()
    by: str = ""

    @property
    def is_signed_by_worker(self) -> bool:
        """Whether the person whom the work is about signs it, and not whoever fills in the form."""
        return self.by == WORKER

    @property
    def is_settled_elsewhere(self) -> bool:
        """Whether it is no field of the form: actions and the worker's signature have their own pages."""
        return self.type is QuestionType.ACTIONS or self.is_signed_by_worker

    @property
    def has_parts(self) -> bool:
        """Whether its answer has several parts, each in a field of its own."""
        return self.type in (QuestionType.THREE_BOXES, QuestionType.ROWS)

    def parts(self, rows: int = 1) -> list[tuple[str, "Question"]]:
        """The parts of its answer, each as a question of its own; with so many ``rows`` where it has rows."""
        if self.type is QuestionType.ROWS:
            return [(f"{row}.{one.key}", one) for row in range(1, rows + 1) for one in self.columns]
        if self.type is QuestionType.THREE_BOXES:
            return [(box.key, Question(box.key, box.label, QuestionType.LONG_TEXT)) for box in THREE_BOXES]
        return []

    @property
    def option_keys(self) -> list[str]:
        return [option.key for option in self.options]

    def option_label(self, key: str) -> str:
        """The words of an option; a key that the question does not have is shown as it is."""
        return next((option.label for option in self.options if option.key == key), key)


@dataclass(frozen=True)
class Rows:
    """A tool of which the questions are answered once for each of several children or records.

    Of a survey, ``response`` is the question that says what came of asking, and ``responses`` are its options
    which mean an answer (RBWM-07); else both are empty.
    """

    label: str
    minimum: int
    maximum: int
    response: str = ""
    responses: tuple[str, ...] = ()

    def title(self, row: int) -> str:
        return f"{self.label} {row}"


@dataclass(frozen=True)
class Section:
    """``guidance`` is what good looks like, in paragraphs of plain text."""

    key: str
    title: str
    guidance: str
    graded: bool
    limiting: bool
    questions: tuple[Question, ...]

    @property
    def grade_key(self) -> str:
        return f"{GRADE_PREFIX}{self.key}"


@dataclass(frozen=True)
class ToolDefinition:
    """One version of a tool. Its indicators, where it has any, are also its first section."""

    key: str
    name: str
    purpose: str
    minutes: int
    grade_scheme: str | None
    scheme: PackGradeScheme | None
    overall_graded: bool
    overall_rule: str
    rows: Rows | None
    indicators: tuple[Question, ...]
    sections: tuple[Section, ...]
    _once: Mapping[str, Question]
    _in_rows: Mapping[str, Question]

    def section(self, key: str) -> Section:
        """Raises KeyError for a section that the tool does not have."""
        for section in self.sections:
            if section.key == key:
                return section
        raise KeyError(key)

    def question(self, answer_key: str) -> Question:
        """The question that an answer belongs to. Raises KeyError for a key that the tool does not have."""
        if answer_key in self._once:
            return self._once[answer_key]
        name, row = split_row_key(answer_key)
        if self.rows is None or not 1 <= row <= self.rows.maximum:
            raise KeyError(answer_key)
        return self._in_rows[name]

    def asked_question(self, key: str) -> Question:
        """A question by its own key, whether or not the tool has rows. Raises KeyError."""
        return self._in_rows[key] if self.rows else self._once[key]

    def gathered(self, into: str) -> tuple[Question, ...]:
        """The questions whose answers are gathered into the list of that name, in order."""
        asked = (question for section in self.sections for question in section.questions)
        return tuple(question for question in asked if question.gathers == into)

    @cached_property
    def conditional_questions(self) -> tuple[Question, ...]:
        """The questions that are not always asked, in order."""
        asked = (question for section in self.sections for question in section.questions)
        return tuple(question for question in asked if question.shown_if)

    @cached_property
    def signed_by_worker(self) -> Question | None:
        """The sign-off of the person whom the work is about, if the tool has one."""
        asked = (question for section in self.sections for question in section.questions)
        return next((question for question in asked if question.is_signed_by_worker), None)

    def answer_keys(self, section: Section, row_count: int = 0) -> list[str]:
        """The keys of a section's answers in the order of the page; ``row_count`` is for a tool with rows."""
        keys = [question.key for question in section.questions]
        if self.rows is not None:
            keys = [row_key(key, row) for row in range(1, row_count + 1) for key in self.row_keys(section)]
        return keys + ([section.grade_key] if section.graded else [])

    def row_keys(self, section: Section) -> list[str]:
        """The question keys of one row; the first section also asks which child or record the row is."""
        reference = [ROW_REFERENCE] if section is self.sections[0] else []
        return reference + [question.key for question in section.questions]


def row_key(key: str, row: int) -> str:
    """The key of a question's answer in one row; rows count from 1."""
    return f"{key}__r{row}"


def split_row_key(answer_key: str) -> tuple[str, int]:
    """The question key and the row; row 0 for a key that names no row."""
    name, separator, row = answer_key.rpartition("__r")
    if not separator or not row.isdecimal() or str(int(row)) != row:
        return answer_key, 0
    return name, int(row)


def freeze(tool: Json, framework: Json) -> dict[str, Any]:
    """A tool's file together with what it takes from its framework: what a version keeps.

    That is the grade scheme it is answered on, the choices of questions that offer a list of the framework,
    and the standards its questions look at. Later changes to the framework therefore never change the
    meaning of earlier answers.
    """
    schemes = framework["grade_schemes"]
    scheme = next((scheme for scheme in schemes if scheme["key"] == tool.get("grade_scheme")), None)
    sections = [_with_lists(section, framework) for section in tool["sections"]]
    frozen = {**tool, "scheme": scheme, "sections": sections}
    standards = [
        {"key": one["key"], "label": one["label"], "text": one["text"], "questions": {tool["key"]: asked}}
        for one in framework.get("standards", ())
        if (asked := one.get("questions", {}).get(tool["key"]))
    ]
    return frozen | ({"standards": standards} if standards else {})


def _with_lists(section: Json, framework: Json) -> dict[str, Any]:
    questions = [
        {**question, "options": [{"key": one["key"], "label": one["label"]} for one in framework[name]]}
        if (name := question.get("options_from"))
        else question
        for question in section["questions"]
    ]
    return {**section, "questions": questions}


# Every look at a draft is a version of its own; published ones are parsed again when they are needed.
MOST_PARSED = 500
_parsed: dict[str, ToolDefinition] = {}


def known(content_hash: str) -> ToolDefinition | None:
    """The definition of a version that this process has parsed before; saves reading its content again."""
    return _parsed.get(content_hash)


def parse(content_hash: str, content: Json) -> ToolDefinition:
    """The questions as typed objects; ``content_hash`` must be the content's own.

    Raises ValueError for two questions of one key or a grade question without a scheme, and KeyError or
    ValueError for content that is not of the format.
    """
    if content_hash not in _parsed:
        if len(_parsed) >= MOST_PARSED:
            _parsed.clear()
        _parsed[content_hash] = _tool(content)
    return _parsed[content_hash]


def _tool(data: Json) -> ToolDefinition:
    scheme = grade_scheme_from(data["scheme"]) if data.get("scheme") else None
    grades = _grade_options(scheme) if scheme else ()
    indicators = tuple(_indicator(item) for item in data.get("indicators") or ())
    standards = tuple(standard_from(item) for item in data.get("standards", ()))
    sections = tuple(_section(item, grades) for item in data["sections"])
    if indicators:
        sections = (_indicator_section(indicators), *sections)
    if standards:
        sections = tuple(_with_standards(section, standards, data["key"]) for section in sections)
    rows = _rows(data["rows"]) if data.get("rows") else None
    asked = _by_key(question for section in sections for question in section.questions)
    section_grades = _by_key(_grade_question(section, grades) for section in sections if section.graded)
    in_rows = {}
    if rows:
        in_rows = {ROW_REFERENCE: _row_reference(rows), **asked}
    overall = data.get("overall") or {}
    return ToolDefinition(
        key=data["key"],
        name=data["name"],
        purpose=data.get("purpose", ""),
        minutes=data.get("minutes", 0),
        grade_scheme=data.get("grade_scheme"),
        scheme=scheme,
        overall_graded=bool(overall.get("graded")),
        overall_rule=overall.get("rule", OverallRule.AUDITOR_JUDGES),
        rows=rows,
        indicators=indicators,
        sections=sections,
        _once=section_grades if rows else {**asked, **section_grades},
        _in_rows=in_rows,
    )


def _rows(data: Json) -> Rows:
    response = data.get("response") or {"question": "", "options": ()}
    options = tuple(response["options"])
    return Rows(data["label"], data["minimum"], data["maximum"], response["question"], options)


def _grade_options(scheme: PackGradeScheme) -> tuple[Option, ...]:
    grades = (Option(grade.key, grade.label, scheme.descriptors[grade.key]) for grade in scheme.scheme.grades)
    return (*grades, *(Option(*answer) for answer in NO_GRADE))


def _section(data: Json, grades: tuple[Option, ...]) -> Section:
    section = Section(
        key=data["key"],
        title=data["title"],
        guidance=data.get("guidance") or "",
        graded=data.get("graded", False),
        limiting=data.get("limiting", False),
        questions=tuple(_question(item, grades) for item in data.get("questions", ())),
    )
    if section.graded and not grades:
        raise ValueError(f"Section {section.key} is graded, but the tool has no grade scheme.")
    return section


def _with_standards(section: Section, standards: Sequence[Standard], tool: str) -> Section:
    questions = tuple(
        replace(
            question,
            standards=tuple(one for one in standards if question.key in one.questions.get(tool, ())),
        )
        for question in section.questions
    )
    return replace(section, questions=questions)


def _question(data: Json, grades: tuple[Option, ...]) -> Question:
    kind = QuestionType(data["type"])
    if kind is QuestionType.GRADE and not grades:
        raise ValueError(f"Question {data['key']} asks for a grade, but the tool has no grade scheme.")
    options = grades if kind is QuestionType.GRADE else _FIXED_OPTIONS.get(kind)
    is_scale = kind is QuestionType.SCALE
    is_rows = kind is QuestionType.ROWS
    return Question(
        key=data["key"],
        text=data["text"],
        type=kind,
        required=data.get("required", False),
        hint=data.get("hint") or "",
        prompts=tuple(data.get("prompts") or ()),
        options=options or tuple(Option(item["key"], item["label"]) for item in data.get("options") or ()),
        minimum=data.get("minimum", 0 if is_scale else None),
        maximum=data.get("maximum", 10 if is_scale else MOST_ROWS if is_rows else None),
        gathers=data.get("gathers", ""),
        themes=tuple(data.get("themes", ())),
        shown_if=conditions_from(data.get("shown_if", ())),
        required_if=conditions_from(data.get("required_if", ())),
        columns=tuple(_question(item, ()) for item in data.get("columns", ())),
        by=data.get("by", ""),
        anchors=tuple(sorted((int(point), words) for point, words in (data.get("anchors") or {}).items())),
    )


def _indicator(data: Json) -> Question:
    kind = QuestionType.YES_PARTLY_NO_NA
    return Question(data["key"], data["text"], kind, required=True, options=_FIXED_OPTIONS[kind])


def _indicator_section(indicators: tuple[Question, ...]) -> Section:
    guidance = "Work is expected to show all of these before it is graded good or better."
    return Section(INDICATORS, "Essentials", guidance, graded=False, limiting=False, questions=indicators)


def _grade_question(section: Section, grades: tuple[Option, ...]) -> Question:
    text = f"Grade for {section.title[:1].lower()}{section.title[1:]}"
    return Question(section.grade_key, text, QuestionType.GRADE, required=True, options=grades)


def _row_reference(rows: Rows) -> Question:
    hint = "The reference in the case system, never a name."
    return Question(ROW_REFERENCE, rows.label, QuestionType.SHORT_TEXT, required=True, hint=hint)


def _by_key(questions: Iterable[Question]) -> dict[str, Question]:
    found: dict[str, Question] = {}
    for question in questions:
        if question.key in found:
            raise ValueError(f"Two questions have the key {question.key}. Give each a key of its own.")
        found[question.key] = question
    return found
