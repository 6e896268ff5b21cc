"""A form on paper: its questions with all that helps to answer them, and room to write (BF-04)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from docx.shared import Cm, Pt

from qaframework.people.documents import new_word, tagged_pdf, word_bytes
from qaframework.tools.conditions import Condition
from qaframework.tools.definition import THREE_BOXES, Option, Question, QuestionType, Section, ToolDefinition
from qaframework.tools.values import plain_number
from qaframework.tools.wording import conditions_in_words

FEWEST_ROWS, MOST_ROWS = 3, 8
ONE_LINE, SOME_LINES, A_PARAGRAPH = 0.9, 2.0, 4.0  # centimetres to write in
EMPTY_BOX = "☐"

QuestionOf = Callable[[str], Question]


@dataclass(frozen=True)
class Room:
    """Where one writes: ``choices`` to tick, boxes of a height in centimetres, a table of empty rows."""

    choices: tuple[str, ...] = ()
    boxes: tuple[tuple[str, float], ...] = ()
    columns: tuple[str, ...] = ()
    rows: int = 0


@dataclass(frozen=True)
class PaperQuestion:
    """``notes`` say what belongs to it, when it is asked and when it must be answered."""

    text: str
    room: Room
    notes: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    standards: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PaperSection:
    """``guidance`` is what good looks like, by paragraphs."""

    title: str
    questions: tuple[PaperQuestion, ...]
    guidance: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paper:
    """``facts`` say what the sheet is about, ``grades`` what each grade means."""

    title: str
    facts: tuple[tuple[str, str], ...]
    lead: tuple[str, ...]
    grades: tuple[tuple[str, str], ...]
    sections: tuple[PaperSection, ...]


def paper_of(
    definition: ToolDefinition,
    *,
    title: str = "",
    facts: Sequence[tuple[str, str]] = (),
    more: Sequence[PaperSection] = (),
) -> Paper:
    """A tool on paper; ``more`` are sections that follow its own."""
    lead = [definition.purpose.strip()] if definition.purpose else []
    rows = definition.rows
    if rows is not None:
        facts = [*facts, (rows.label, "")]
        lead.append(f"Use one copy for each of {rows.minimum} to {rows.maximum}.")
    scheme = definition.scheme
    grades = [(one.label, scheme.descriptors[one.key]) for one in scheme.scheme.grades] if scheme else []
    return Paper(
        title=title or definition.name,
        facts=tuple(facts),
        lead=tuple(lead),
        grades=tuple(grades),
        sections=(*(_section(one, definition) for one in definition.sections), *more),
    )


def on_paper(question: Question, question_of: QuestionOf) -> PaperQuestion:
    """One question; ``question_of`` finds those that its conditions are about, by key."""
    conditions = [
        _when("Only if", question.shown_if, question_of),
        _when("Required if", question.required_if, question_of),
    ]
    signed = "For the person this is about, who has read it." if question.is_signed_by_worker else ""
    return PaperQuestion(
        text=f"{question.text} (required)" if question.required else question.text,
        room=_room(question),
        notes=tuple(filter(None, [question.hint, *conditions, signed])),
        prompts=question.prompts,
        standards=tuple((one.label, one.text) for one in question.standards),
    )


def _section(section: Section, definition: ToolDefinition) -> PaperSection:
    questions = list(section.questions)
    if section.graded:
        questions.append(definition.question(section.grade_key))
    return PaperSection(
        title=section.title,
        questions=tuple(on_paper(one, definition.asked_question) for one in questions),
        guidance=_paragraphs(section.guidance),
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())


def _when(words: str, conditions: Sequence[Condition], question_of: QuestionOf) -> str:
    return f"{words} {conditions_in_words(conditions, question_of)}." if conditions else ""


def _room(question: Question) -> Room:
    kind = question.type
    if question.options:
        return Room(choices=_labels(question.options))
    if kind is QuestionType.SCALE:
        return Room(choices=_points(question))
    if kind is QuestionType.THREE_BOXES:
        return Room(boxes=tuple((box.label, A_PARAGRAPH) for box in THREE_BOXES))
    if kind is QuestionType.LONG_TEXT:
        return Room(boxes=(("", A_PARAGRAPH),))
    if kind is QuestionType.ROWS:
        rows = int(min(question.maximum or MOST_ROWS, MOST_ROWS))
        return Room(columns=tuple(one.text for one in question.columns), rows=rows)
    if kind is QuestionType.ACTIONS:
        return Room(columns=("What needs to happen", "Who", "By when"), rows=FEWEST_ROWS)
    if kind is QuestionType.SIGN_OFF:
        return Room(columns=("Name", "Signature", "Date"), rows=1)
    return Room(boxes=(("", ONE_LINE),))


def _labels(options: Iterable[Option]) -> tuple[str, ...]:
    return tuple(option.label for option in options)


def _points(question: Question) -> tuple[str, ...]:
    """Every point of a scale, with the words of those that have any."""
    low, high = int(question.minimum or 0), int(question.maximum or 0)
    words = dict(question.anchors)
    return tuple(
        f"{plain_number(point)}: {words[point]}" if point in words else plain_number(point)
        for point in range(low, high + 1)
    )


# As files


def as_pdf(paper: Paper) -> bytes:
    return tagged_pdf("tools/paper.typ", asdict(paper))


def as_word(paper: Paper) -> bytes:
    document = new_word(paper.title)
    for name, value in paper.facts:
        document.add_paragraph(f"{name}: {value}").paragraph_format.space_after = Pt(2)
    for text in paper.lead:
        document.add_paragraph(text)
    for section in paper.sections:
        _write_section(document, section)
    if paper.grades:
        document.add_heading("What the grades mean", level=2)
        _write_terms(document, paper.grades)
    return word_bytes(document)


WRITERS: dict[str, Callable[[Paper], bytes]] = {"pdf": as_pdf, "docx": as_word}


def _write_section(document: Any, section: PaperSection) -> None:
    document.add_heading(section.title, level=2)
    if section.guidance:
        _add_above(document, "What good looks like").runs[0].bold = True
        for text in section.guidance:
            document.add_paragraph(text)
    for question in section.questions:
        _write_question(document, question)


def _write_question(document: Any, question: PaperQuestion) -> None:
    document.add_heading(question.text, level=3)
    for note in question.notes:
        _add_above(document, note).runs[0].italic = True
    for prompt in question.prompts:
        document.add_paragraph(prompt, style="List Bullet").paragraph_format.keep_with_next = True
    _write_terms(document, question.standards)
    room = question.room
    if room.choices:
        document.add_paragraph("     ".join(_unbroken(f"{EMPTY_BOX} {label}") for label in room.choices))
    for label, height in room.boxes:
        if label:
            _add_above(document, label)
        _write_table(document, [], 1, 1, height)
    if room.columns:
        _write_table(document, room.columns, len(room.columns), room.rows, SOME_LINES)


def _add_above(document: Any, text: str) -> Any:
    """A paragraph that stays on one page with what follows it."""
    paragraph = document.add_paragraph(text)
    paragraph.paragraph_format.keep_with_next = True
    return paragraph


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _write_terms(document: Any, terms: Sequence[tuple[str, str]]) -> None:
    for label, text in terms:
        line = document.add_paragraph()
        line.add_run(f"{label}: ").bold = True
        line.add_run(text)


def _write_table(document: Any, header: Sequence[str], columns: int, rows: int, height: float) -> None:
    table = document.add_table(rows=0, cols=columns, style="Table Grid")
    if header:
        for cell, name in zip(table.add_row().cells, header, strict=True):
            cell.text = name
    for _ in range(rows):
        table.add_row().height = Cm(height)
    document.add_paragraph()
