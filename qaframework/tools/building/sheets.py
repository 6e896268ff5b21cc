"""A tool as a workbook that people can read and change, and back.

A cell that is blank says nothing, as a name that is left out of a pack's file; "none" says that there is
none. What has no column of its own stands under "Other settings" as it is in the file, as JSON.
"""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook

from qaframework.packs.checking import Mistake
from qaframework.people.exports import text_cell
from qaframework.people.tabular import NumberedCells, TableUnreadable, read_as_written
from qaframework.tools.building.conditions import condition_from, line_of
from qaframework.tools.building.content import Part, Tool, asked_in, sections_of
from qaframework.tools.building.forms import whole
from qaframework.tools.building.kinds import kind_choices, kind_in_words

LARGEST_WORKBOOK = 2_000_000
MOST_ROWS = 5_000
WIDTHS = {"Question": 60, "What good looks like": 80, "Words": 50, "Value": 80, "Hint": 40, "Prompts": 40}

PARTICULARS, ESSENTIALS, SECTIONS = "The tool", "Essentials", "Sections"
QUESTIONS, CHOICES, COLUMNS = "Questions", "Choices", "Asked in rows"
OTHER = "Other settings"
NONE = "none"


class CellWrong(ValueError):
    """What stands in a cell cannot be: ``problem``, and ``allowed`` says what would be right."""

    def __init__(self, problem: str, allowed: str) -> None:
        super().__init__(problem)
        self.problem, self.allowed = problem, allowed


@dataclass(frozen=True)
class Column:
    """``name`` is what the pack's file calls it; ``write`` and ``read`` turn it into a cell and back."""

    heading: str
    name: str
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\r\n", "\n").replace("\r", "\n")


def _number(cell: Any) -> Any:
    try:
        return whole(float(_text(cell)))
    except (ValueError, OverflowError) as error:
        raise CellWrong(f"“{_text(cell)}” is not a number.", "A number in figures, such as 3.") from error


def _flag(cell: Any) -> bool:
    said = {"yes": True, "no": False}.get(_text(cell).strip().lower())
    if said is None:
        raise CellWrong(f"“{_text(cell)}” is neither yes nor no.", "yes or no.")
    return said


def _lines(cell: Any) -> list[str]:
    return [line.strip() for line in _text(cell).split("\n") if line.strip()]


def _commas(cell: Any) -> list[str]:
    return [part.strip() for part in _text(cell).split(",") if part.strip()]


def _anchors(cell: Any) -> dict[str, str]:
    anchors = {}
    for line in _lines(cell):
        point, colon, words = line.partition(":")
        if not colon:
            raise CellWrong(f"“{line}” is no point of a scale.", "The point and its words: 0: Not at all.")
        anchors[point.strip()] = words.strip()
    return anchors


def _options(cell: Any) -> list[Part]:
    options = []
    for line in _lines(cell):
        key, colon, label = line.partition(":")
        if not colon:
            raise CellWrong(f"“{line}” has no key.", "A key and its words on each line: home: At home.")
        options.append({"key": key.strip(), "label": label.strip()})
    return options


def _as_options(options: Any) -> str:
    return "\n".join(f"{one['key']}: {one['label']}" for one in options)


def _conditions(cell: Any) -> list[Part]:
    try:
        return [condition_from(line) for line in _lines(cell)]
    except ValueError as error:
        problem, _, allowed = str(error).partition(". ")
        raise CellWrong(f"{problem}.", allowed) from error


def _kind(cell: Any) -> str:
    said = _text(cell).strip()
    known = {words.casefold(): key for key, words in kind_choices()}
    return known.get(said.casefold(), said)


def _other(cell: Any) -> dict[str, Any]:
    try:
        said = json.loads(_text(cell))
    except (ValueError, RecursionError) as error:
        raise CellWrong("This is not JSON.", "Leave the cell as it was exported, or empty it.") from error
    if not isinstance(said, dict):
        raise CellWrong("These are not settings.", "Leave the cell as it was exported, or empty it.")
    return said


def _key(cell: Any) -> str:
    return _text(cell).strip()


def _as_it_is(value: Any) -> Any:
    return value


def _yes_no(value: Any) -> str:
    return "yes" if value else "no"


def _joined(value: Any) -> str:
    return "\n".join(value)


def _listed(value: Any) -> str:
    return ", ".join(value)


CLAUSES = Column("Clauses", "clauses", _listed, _commas)
ESSENTIAL_COLUMNS = (
    Column("Key", "key", _as_it_is, _key),
    Column("Words", "text", _as_it_is, _text),
    CLAUSES,
)
SECTION_COLUMNS = (
    Column("Key", "key", _as_it_is, _key),
    Column("Heading", "title", _as_it_is, _text),
    Column("What good looks like", "guidance", _as_it_is, _text),
    Column("Graded", "graded", _yes_no, _flag),
    Column("Its grade limits the overall grade", "limiting", _yes_no, _flag),
    CLAUSES,
)
QUESTION_COLUMNS = (
    Column("Key", "key", _as_it_is, _key),
    Column("Question", "text", _as_it_is, _text),
    Column("Kind of answer", "type", kind_in_words, _kind),
    Column("Must be answered", "required", _yes_no, _flag),
    Column("Hint", "hint", _as_it_is, _text),
    Column("Prompts", "prompts", _joined, _lines),
    Column("Least answer", "minimum", _as_it_is, _number),
    Column("Largest answer", "maximum", _as_it_is, _number),
    Column(
        "Points of the scale",
        "anchors",
        lambda anchors: "\n".join(f"{point}: {words}" for point, words in anchors.items()),
        _anchors,
    ),
    Column("Choices come from", "options_from", _as_it_is, _key),
    Column("Signed by", "by", _as_it_is, _key),
    Column("Gathered with", "gathers", _as_it_is, _key),
    Column("Topics", "themes", _listed, _commas),
    Column("Asked only if", "shown_if", lambda conditions: _joined(map(line_of, conditions)), _conditions),
    Column(
        "Must be answered if",
        "required_if",
        lambda conditions: _joined(map(line_of, conditions)),
        _conditions,
    ),
    CLAUSES,
)
COLUMN_COLUMNS = (
    Column("Key", "key", _as_it_is, _key),
    Column("Words", "text", _as_it_is, _text),
    Column("Kind of answer", "type", kind_in_words, _kind),
    Column("Choices", "options", _as_options, _options),
)
CHOICE_COLUMNS = (
    Column("Key", "key", _as_it_is, _key),
    Column("Words", "label", _as_it_is, _text),
)
TOOL_COLUMNS = (
    Column("Key", "key", _as_it_is, _key),
    Column("Name", "name", _as_it_is, _text),
    Column("What it is for", "purpose", _as_it_is, _text),
    Column("Minutes", "minutes", _as_it_is, _number),
    Column("Grade scheme", "grade_scheme", _as_it_is, _key),
    CLAUSES,
)
OVERALL_COLUMNS = (
    Column("There is an overall grade", "graded", _yes_no, _flag),
    Column("What sections suggest for it", "rule", _as_it_is, _key),
)
ROW_COLUMNS = (
    Column("What each row is about", "label", _as_it_is, _text),
    Column("Rows at least", "minimum", _as_it_is, _number),
    Column("Rows at most", "maximum", _as_it_is, _number),
)
RESPONSE_COLUMNS = (
    Column("Question that says who answered", "question", _as_it_is, _key),
    Column("Its choices that mean an answer", "options", _listed, _commas),
)

# Where the parts of the tool that are lists of their own stand.
OWN_SHEETS = {"sections", "indicators"}


def workbook_of(tool: Tool) -> bytes:
    """The tool as an XLSX file in which no cell is a formula."""
    workbook = Workbook(write_only=True)
    _write(workbook, PARTICULARS, ["What", "Value"], _particulars(tool))
    essentials = tool.get("indicators")
    if essentials is not None:
        _write_table(workbook, ESSENTIALS, ESSENTIAL_COLUMNS, [([], one) for one in essentials])
    sections: list[tuple[list[str], Part]] = [([], one) for one in sections_of(tool)]
    _write_table(workbook, SECTIONS, SECTION_COLUMNS, sections, without={"questions"})
    asked = [([section["key"]], question) for section, question in asked_in(tool)]
    _write_table(
        workbook, QUESTIONS, QUESTION_COLUMNS, asked, before=["Section"], without={"options", "columns"}
    )
    choices = [
        ([question["key"]], one) for _, question in asked_in(tool) for one in question.get("options") or ()
    ]
    _write_table(workbook, CHOICES, CHOICE_COLUMNS, choices, before=["Question"])
    in_rows = [
        ([question["key"]], one) for _, question in asked_in(tool) for one in question.get("columns") or ()
    ]
    if in_rows:
        _write_table(workbook, COLUMNS, COLUMN_COLUMNS, in_rows, before=["Question"])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def tool_from(name: str, data: bytes) -> tuple[Tool, list[Mistake], dict[str, str]]:
    """The tool in a workbook, what is wrong in its cells, and in which row each section and question stands.

    Raises TableUnreadable for what is no workbook, is too large or has a formula.
    """
    sheets = read_as_written(io.BytesIO(data), name, max_bytes=LARGEST_WORKBOOK, max_rows=MOST_ROWS)
    for needed in (PARTICULARS, SECTIONS, QUESTIONS):
        if needed not in sheets:
            raise TableUnreadable(f"{name} has no sheet “{needed}”. Export a tool to see how one looks.")
    reading = _Reading(sheets)
    return reading.tool(), reading.mistakes, reading.places


def _particulars(tool: Tool) -> list[list[Any]]:
    overall, rows = tool.get("overall"), tool.get("rows")
    response = (rows or {}).get("response") or {}
    other = {name: value for name, value in tool.items() if name not in _TOOL_NAMES}
    return [
        *_named_cells(tool, TOOL_COLUMNS),
        *_part_cells(tool, "overall", overall, OVERALL_COLUMNS),
        *_part_cells(tool, "rows", rows, ROW_COLUMNS),
        *_named_cells(response, RESPONSE_COLUMNS),
        *([[OTHER, json.dumps(other, ensure_ascii=False)]] if other else []),
    ]


_TOOL_NAMES = {column.name for column in TOOL_COLUMNS} | {"overall", "rows"} | OWN_SHEETS


def _named_cells(part: Mapping[str, Any], columns: tuple[Column, ...]) -> list[list[Any]]:
    return [[one.heading, _cell(part, one)] for one in columns]


def _part_cells(
    tool: Tool, name: str, part: Mapping[str, Any] | None, columns: tuple[Column, ...]
) -> list[list[Any]]:
    """The rows of a part; where the tool says that there is none, the first says so."""
    cells = _named_cells(part or {}, columns)
    if name in tool and part is None:
        cells[0][1] = NONE
    return cells


def _cell(part: Mapping[str, Any], column: Column) -> Any:
    if column.name not in part:
        return None
    return NONE if part[column.name] is None else column.write(part[column.name])


def _write_table(
    workbook: Workbook,
    title: str,
    columns: tuple[Column, ...],
    parts: list[tuple[list[str], Part]],
    *,
    before: list[str] | None = None,
    without: frozenset[str] | set[str] = frozenset(),
) -> None:
    """A sheet with a row for each part, and a last column for settings that have no column."""
    names = {column.name for column in columns} | without
    others = [{name: value for name, value in part.items() if name not in names} for _, part in parts]
    heading = [*(before or []), *(column.heading for column in columns), *([OTHER] if any(others) else [])]
    rows = [
        [
            *first,
            *(_cell(part, column) for column in columns),
            *([json.dumps(other, ensure_ascii=False)] if other else []),
        ]
        for (first, part), other in zip(parts, others, strict=True)
    ]
    _write(workbook, title, heading, rows)


def _write(workbook: Workbook, title: str, heading: list[str], rows: list[list[Any]]) -> None:
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, words in enumerate(heading):
        sheet.column_dimensions["ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number]].width = WIDTHS.get(words, 22)
    for row in [heading, *rows]:
        sheet.append([text_cell(sheet, value) for value in row])


class _Reading:
    """Reads the sheets of one workbook; ``mistakes`` are those of single cells."""

    def __init__(self, sheets: Mapping[str, list[NumberedCells]]) -> None:
        self.sheets = sheets
        self.mistakes: list[Mistake] = []
        self.places: dict[str, str] = {}

    def tool(self) -> Tool:
        tool = self._particulars()
        if ESSENTIALS in self.sheets:
            tool["indicators"] = [part for _, part in self._table(ESSENTIALS, ESSENTIAL_COLUMNS)]
        sections = [part for _, part in self._table(SECTIONS, SECTION_COLUMNS)]
        tool["sections"] = [{**section, "questions": []} for section in sections]
        by_key = {section.get("key"): section for section in tool["sections"]}
        questions = self._table(QUESTIONS, QUESTION_COLUMNS, "Section", by_key)
        for section, question in questions:
            by_key[section]["questions"].append(question)
        asked = {question.get("key"): question for _, question in questions}
        for key, option in self._table(CHOICES, CHOICE_COLUMNS, "Question", asked):
            asked[key].setdefault("options", []).append(option)
        for key, column in self._table(COLUMNS, COLUMN_COLUMNS, "Question", asked):
            asked[key].setdefault("columns", []).append(column)
        return tool

    def _particulars(self) -> Tool:
        said = {_key(cells[0]): (number, cells[1]) for number, cells in self._rows(PARTICULARS, 2)}
        tool = self._part(said, TOOL_COLUMNS)
        response = self._part(said, RESPONSE_COLUMNS)
        for name, columns, more in (
            ("overall", OVERALL_COLUMNS, {}),
            ("rows", ROW_COLUMNS, {"response": response} if response else {}),
        ):
            first = said.get(columns[0].heading, (0, None))[1]
            if isinstance(first, str) and first.strip().lower() == NONE:
                tool[name] = None
            elif part := self._part(said, columns):
                tool[name] = {**part, **more}
        if said.get(OTHER, (0, None))[1] is not None:
            number, cell = said[OTHER]
            tool |= self._read(Column(OTHER, "", _as_it_is, _other), cell, PARTICULARS, number) or {}
        return tool

    def _part(self, said: Mapping[str, tuple[int, Any]], columns: tuple[Column, ...]) -> Part:
        part: Part = {}
        for column in columns:
            number, cell = said.get(column.heading, (0, None))
            self._take(part, column, cell, PARTICULARS, number)
        return part

    def _table(
        self,
        title: str,
        columns: tuple[Column, ...],
        owner: str = "",
        owners: Mapping[Any, Any] | None = None,
    ) -> list[tuple[str, Part]]:
        """The parts of a sheet, each with the key of the part that it belongs to."""
        rows = self._rows(title, 0)
        if not rows:
            return []
        heading = [_key(cell) if cell is not None else "" for cell in rows[0][1]]
        known = {column.heading: column for column in columns} | {OTHER: Column(OTHER, "", _as_it_is, _other)}
        for words in heading:
            if words and words != owner and words not in known:
                allowed = f"Known here: {', '.join(filter(None, [owner, *known]))}."
                self._wrong(title, rows[0][0], f"There is no column “{words}”.", allowed)
        found = []
        for number, cells in rows[1:]:
            named = dict(zip(heading, cells, strict=False))
            part = self._row(known, named, title, number)
            belongs = _key(named.get(owner) or "")
            if owner and belongs not in (owners or {}):
                allowed = f"The key of a row of the sheet “{SECTIONS if owner == 'Section' else QUESTIONS}”."
                self._wrong(title, number, f"“{belongs}” is not the key of a {owner.lower()}.", allowed)
                continue
            self.places.setdefault(str(part.get("key")), f"{title}, row {number}")
            found.append((belongs, part))
        return found

    def _row(self, known: Mapping[str, Column], named: Mapping[str, Any], title: str, number: int) -> Part:
        part: Part = {}
        for words, column in known.items():
            if words == OTHER:
                if named.get(OTHER) is not None:
                    part |= self._read(column, named[OTHER], title, number) or {}
            else:
                self._take(part, column, named.get(words), title, number)
        return part

    def _take(self, part: Part, column: Column, cell: Any, title: str, number: int) -> None:
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return
        if column.name == "grade_scheme" and isinstance(cell, str) and cell.strip().lower() == NONE:
            part[column.name] = None
            return
        value = self._read(column, cell, title, number)
        if value is not None:
            part[column.name] = value

    def _read(self, column: Column, cell: Any, title: str, number: int) -> Any:
        try:
            return column.read(cell)
        except CellWrong as wrong:
            problem = f"{column.heading}: {wrong.problem}"
            self._wrong(title, number, problem, wrong.allowed)
            return None

    def _rows(self, title: str, width: int) -> list[NumberedCells]:
        rows = self.sheets.get(title, [])
        return [(number, [*cells, *[None] * (width - len(cells))]) for number, cells in rows]

    def _wrong(self, title: str, number: int, problem: str, allowed: str) -> None:
        self.mistakes.append(Mistake(title, f"row {number}", problem, allowed))
