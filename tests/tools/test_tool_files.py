"""A tool goes into a file and comes back the same; a faulty file is refused with all that is wrong."""

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaframework.packs.library import TOOLS, ready_made
from qaframework.packs.reading import shipped_packs
from qaframework.tools.building.content import find_question, put_question
from qaframework.tools.building.files import KINDS, FileFaulty, file_of, read_tool
from tests.factories.packs import shipped
from tests.factories.tools import tools_content

ALL = {f"library {key}": tool for key, tool in ready_made(TOOLS).items()} | {
    f"{name} {key}": tool for name in shipped_packs() for key, tool in shipped(name)["tools"].items()
}
# What both kinds of files hold: no control characters, no half of a pair.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=60).filter(
    lambda text: text.strip() and "\ufeff" not in text
)


@pytest.fixture
def tool():
    return tools_content()["everything"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ALL)
def test_every_shipped_tool_comes_back_the_same(name, kind):
    assert read_tool(f"tool.{kind}", file_of(ALL[name], kind)) == ALL[name]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["everything", "visits"])
def test_a_tool_with_every_kind_of_question_comes_back_the_same(key, kind):
    tool = tools_content()[key]
    assert read_tool(f"tool.{kind}", file_of(tool, kind)) == tool


@pytest.mark.parametrize("kind", KINDS)
@given(
    text=TEXT,
    hint=TEXT,
    labels=st.lists(TEXT, min_size=2, max_size=4),
    required=st.none() | st.booleans(),
    bound=st.integers(-1000, 1000) | st.sampled_from([0.5, 2.25]),
    condition=st.sampled_from(
        [
            {"question": "seen", "is": ["yes", "no"]},
            {"question": "confidence", "at_least": 3},
            {"question": "confidence", "at_least": 3, "at_most": 5.5},
            {"question": "label", "answered": False},
        ]
    ),
)
def test_any_words_come_back_the_same(kind, text, hint, labels, required, bound, condition):
    tool = tools_content()["everything"]
    options = [{"key": f"option_{number}", "label": label} for number, label in enumerate(labels)]
    asked = {**find_question(tool, "themes")[1], "text": text, "hint": hint, "options": options}
    asked |= {"shown_if": [condition], "minimum": bound}
    asked |= {} if required is None else {"required": required}
    tool = put_question(tool, asked)
    assert read_tool(f"tool.{kind}", file_of(tool, kind)) == tool


@pytest.mark.parametrize("kind", KINDS)
def test_columns_of_a_question_come_back_the_same(tool, kind):
    options = [{"key": "phone", "label": "By phone"}, {"key": "home", "label": "At home: seen"}]
    columns = [
        {"key": "who", "text": "Who?", "type": "short_text"},
        {"key": "how", "text": "How?", "type": "pick_one", "options": options},
    ]
    asked = {"key": "label", "text": "Who was there?", "type": "rows", "columns": columns, "maximum": 5}
    tool = put_question(tool, asked)
    assert read_tool(f"tool.{kind}", file_of(tool, kind)) == tool


@pytest.mark.parametrize("kind", KINDS)
def test_an_unfinished_draft_comes_back_the_same(kind):
    tool = {"key": "new", "name": "New", "grade_scheme": None, "sections": []}
    assert read_tool(f"tool.{kind}", file_of(tool, kind)) == tool
    tool["sections"] = [{"key": "a", "title": "A", "questions": []}]
    assert read_tool(f"tool.{kind}", file_of(tool, kind)) == tool


def test_a_workbook_has_headings_that_people_understand_and_no_formulas(tool):
    tool = put_question(tool, {**find_question(tool, "label")[1], "text": "=1+1"})
    workbook = openpyxl.load_workbook(io.BytesIO(file_of(tool, "xlsx")))
    assert workbook.sheetnames == ["The tool", "Essentials", "Sections", "Questions", "Choices"]
    assert [cell.value for cell in workbook["Questions"][1]][:4] == [
        "Section",
        "Key",
        "Question",
        "Kind of answer",
    ]
    cells = [cell for sheet in workbook for row in sheet for cell in row]
    assert "=1+1" in {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}


def faulty(name, data):
    with pytest.raises(FileFaulty) as refused:
        read_tool(name, data)
    return [str(mistake) for mistake in refused.value.mistakes]


def workbook_with(tool, **cells):
    """The tool's workbook with other values in cells, such as Questions_D2."""
    workbook = openpyxl.load_workbook(io.BytesIO(file_of(tool, "xlsx")))
    for place, value in cells.items():
        sheet, _, cell = place.rpartition("_")
        workbook[sheet.replace("_", " ")][cell] = value
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def test_everything_that_is_wrong_in_a_workbook_is_said_with_its_place(tool):
    data = workbook_with(
        tool, Questions_D2="Perhaps", Questions_E3="often", Questions_A4="nowhere", The_tool_B5="half an hour"
    )
    said = faulty("tool.xlsx", data)
    assert "The tool, row 5: Minutes: “half an hour” is not a number. A number in figures, such as 3." in said
    assert "Questions, row 3: Must be answered: “often” is neither yes nor no. yes or no." in said
    assert any(one.startswith("Questions, row 4: “nowhere” is not the key of a section.") for one in said)
    assert any("Questions, row 2: “Perhaps” is not one of the choices." in one for one in said)


def test_a_formula_is_refused_with_its_cell(tool):
    data = workbook_with(tool, Questions_C2="=1+1")
    assert faulty("tool.xlsx", data) == [
        "tool.xlsx: tool.xlsx, sheet Questions, cell C2 is a formula. Put its result there as a value."
    ]


def test_numbers_without_an_end_and_halves_of_characters_are_refused(tool):
    half = {"The_tool_A16": "Other settings", "The_tool_B16": '{"x": "\\ud800"}'}
    for cells in ({"Questions_H2": "nan"}, half):
        assert "cannot be kept" in faulty("tool.xlsx", workbook_with(tool, **cells))[0]


def test_a_choice_in_rows_without_a_key_is_said(tool):
    column = {"key": "how", "text": "How?", "type": "short_text"}
    asked = {"key": "label", "text": "Who was there?", "type": "rows", "columns": [column]}
    data = workbook_with(put_question(tool, asked), Asked_in_rows_E2="By phone")
    (said,) = faulty("tool.xlsx", data)
    assert said.startswith("Asked in rows, row 2: Choices: “By phone” has no key.")


def test_kinds_may_be_written_in_words_or_as_in_the_packs_file(tool):
    read = read_tool("tool.xlsx", workbook_with(tool, Questions_D2="A FEW WORDS", Questions_D4="date"))
    assert [one["type"] for one in read["sections"][0]["questions"]] == ["short_text", "three_boxes", "date"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"key: [", "The file is not valid YAML"),
        (b"- a", "The file has no key"),
        (b"key: a\nkey: b\nname: A\nsections: []", "“key” stands here a second time"),
        (b"key: a\nname: A\nsections: []\nshoes: 2", "“shoes” is not known here"),
        (b"key: a\nsections: []", "“name”"),
        (
            b"key: a\nname: A\nsections: [{key: b, title: B}, {key: b, title: C}]",
            "The key “b” is there 2 times",
        ),
        (b'key: a\nname: "a\\0b"\nsections: []', "'a\\x00b' cannot be kept."),
        (b"key: a\nname: A\nminutes: .inf\nsections: []", "inf cannot be kept."),
        (b" " * 2_000_001, "too large"),
        (b"PK\x03\x04 broken", "is damaged"),
    ],
)
def test_a_file_that_is_no_tool_is_refused(data, words):
    assert any(words in one for one in faulty("tool", data))


def test_a_workbook_of_something_else_and_a_bomb_are_refused():
    workbook = openpyxl.Workbook()
    file = io.BytesIO()
    workbook.save(file)
    assert "has no sheet “The tool”" in faulty("other.xlsx", file.getvalue())[0]
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "")
        for number in range(2_001):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", "")
    assert "never needs" in faulty("bomb.xlsx", bomb.getvalue())[0]
