"""A form on paper says what the page says, and leaves room for every kind of answer."""

from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document

from qaframework.tools.definition import Option, Question, QuestionType, freeze, parse
from qaframework.tools.models import ToolVersion
from qaframework.tools.paper import Room, as_pdf, as_word, on_paper, paper_of
from tests.factories.people import UserFactory
from tests.factories.tools import FOUR_GRADES, answer_set, tools_content

NASTY = '#panic("no") $x$ *not bold* — “Zoë”'
WHO = Question("who", "Who came?", QuestionType.SHORT_TEXT)
EITHER = (Option("a", "At home"), Option("b", "At school"))


def tool(key, **changes):
    content = freeze({**tools_content()[key], **changes}, {"grade_schemes": [FOUR_GRADES]})
    return parse(f"paper {key} {sorted(changes)}", content)


def room_of(kind, **values):
    return on_paper(Question("any", "Any?", kind, **values), tool("everything").question).room


def words_of(file):
    document = Document(BytesIO(file))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*(line.text for line in document.paragraphs), *cells])
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("kind", QuestionType)
def test_every_kind_of_question_leaves_room_to_answer_it(kind):
    assert room_of(kind, columns=(WHO,) if kind is QuestionType.ROWS else (), maximum=10) != Room()


def test_choices_are_ticked_and_texts_written():
    assert room_of(QuestionType.PICK_SEVERAL, options=EITHER).choices == ("At home", "At school")
    scale = room_of(QuestionType.SCALE, minimum=0, maximum=2, anchors=((0, "Not at all"),))
    assert scale.choices == ("0: Not at all", "1", "2")
    labels = [label for label, _ in room_of(QuestionType.THREE_BOXES).boxes]
    assert labels == ["What is working well?", "What are we worried about?", "What needs to happen?"]
    rows = room_of(QuestionType.ROWS, columns=(WHO,), maximum=5)
    assert (rows.columns, rows.rows) == (("Who came?",), 5)
    (short,), (long,) = room_of(QuestionType.SHORT_TEXT).boxes, room_of(QuestionType.LONG_TEXT).boxes
    assert long[1] > short[1]


def test_whoever_it_is_about_has_a_line_to_sign_on():
    asked = Question("signed", "Signature", QuestionType.SIGN_OFF, by="worker")
    shown = on_paper(asked, tool("everything").question)
    assert shown.room.columns == ("Name", "Signature", "Date")
    assert shown.notes == ("For the person this is about, who has read it.",)


@pytest.mark.clause("BF-04")
def test_the_questions_stand_there_with_all_that_helps_to_answer_them():
    section = {
        "key": "visits",
        "title": "Visits",
        "guidance": "The child was seen.\n\nAnd heard.",
        "graded": True,
        "questions": [
            {"key": "seen", "text": "Was the child seen?", "type": "yes_no", "required": True},
            {
                "key": "why",
                "text": "Why not?",
                "type": "long_text",
                "hint": "In a sentence.",
                "prompts": ["Who tried?"],
                "shown_if": [{"question": "seen", "is": ["no"]}],
                "required_if": [{"question": "seen", "is": ["no"]}],
            },
        ],
    }
    text = words_of(as_word(paper_of(tool("everything", sections=[section]))))
    for words in (
        "What good looks like\nThe child was seen.\nAnd heard.",
        "Was the child seen? (required)\n☐ Yes     ☐ No",
        "Why not?\nIn a sentence.\nOnly if the answer to “Was the child seen?” is No."
        "\nRequired if the answer to “Was the child seen?” is No.\nWho tried?",
        "Grade for visits (required)\n☐ Outstanding     ☐ Good",
        "Good: Life is better for the child.",
    ):
        assert words in text


def test_a_tool_for_several_records_is_copied_for_each():
    paper = paper_of(tool("visits"))
    assert (paper.lead[-1][:24], paper.facts[-1][1]) == ("Use one copy for each of", "")
    assert paper.facts[-1][0] == tool("visits").rows.label


def test_the_pdf_is_tagged_and_takes_any_text_as_it_is():
    definition = tool("everything", name=NASTY, purpose=NASTY)
    pdf = as_pdf(paper_of(definition, facts=[("Case", NASTY)]))
    assert pdf.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang" in pdf


@pytest.mark.django_db
@pytest.mark.clause("BF-04")
@pytest.mark.parametrize(("kind", "begins"), [("docx", b"PK"), ("pdf", b"%PDF-")])
def test_the_preview_of_a_tool_leads_to_both_files(client, kind, begins):
    reader = UserFactory()
    answer_set(by=reader)
    client.force_login(reader)
    version = ToolVersion.objects.get(tool__key="everything")
    address = reverse("tools:paper", args=[version.pk, kind])
    assert f'href="{address}"' in client.get(reverse("tools:preview", args=[version.pk])).content.decode()
    response = client.get(address)
    assert response["Content-Disposition"] == f'attachment; filename="everything-1.{kind}"'
    assert response.content.startswith(begins)
